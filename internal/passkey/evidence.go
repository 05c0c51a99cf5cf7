// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// entryKind is the kind of all entries here; their subject is the passkey's user.
const entryKind = "passkey"

func appendAdded(ctx context.Context, tx *db.Tx, now time.Time, c caller.Caller, name string) error {
	return appendOwn(ctx, tx, now, c, map[string]any{"what": "added", "passkey": name})
}

func appendRenamed(ctx context.Context, tx *db.Tx, now time.Time, c caller.Caller, before, after string) error {
	return appendOwn(ctx, tx, now, c, map[string]any{
		"what": "renamed", "passkey": after, "changes": []evidence.Change{{Field: "name", Before: before, After: after}},
	})
}

func appendRemoved(ctx context.Context, tx *db.Tx, now time.Time, c caller.Caller, name string) error {
	return appendOwn(ctx, tx, now, c, map[string]any{"what": "removed", "passkey": name})
}

// appendOwn leaves an entry about what a user did to their own passkeys.
func appendOwn(ctx context.Context, tx *db.Tx, now time.Time, c caller.Caller, body map[string]any) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: c, Body: body, Kind: entryKind,
		Subject: evidence.Subject{Kind: "user", ID: c.ID, Name: c.Name},
	})
}

// appendRefused leaves an entry about a sign count that did not rise. The actor is
// whoever came: the passkey's holder, or of a copy.
func appendRefused(ctx context.Context, tx *db.Tx, now time.Time, u use) error {
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: u.visitor, Kind: entryKind,
		Subject: evidence.Subject{Kind: "user", ID: string(u.user.ID), Name: u.user.Caller(u.record.workspace).Name},
		Body: map[string]any{
			"what": "refused", "passkey": u.record.Name, "why": "the sign count did not rise; the passkey may have been copied",
			"signCount": map[string]any{"expectedAbove": u.record.credential.Authenticator.SignCount, "received": u.count},
		},
	})
}
