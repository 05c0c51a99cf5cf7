// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// appendRole leaves the entry that says who gave which role to whom.
func appendRole(ctx context.Context, tx *db.Tx, now time.Time, actor caller.Caller, u User) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: actor, Kind: "role",
		Subject: evidence.Subject{Kind: "user", ID: string(u.ID), Name: u.Email},
		Body:    map[string]any{"what": "granted", "role": map[string]any{"id": u.Role.ID, "name": u.Role.Name}},
	})
}
