// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// calm is how long no request of a provider must have failed for the next one that does
// to be news.
const calm = time.Hour

// erred says whether a request failed as no provider means it to: looking for what is
// not there, making what is there and asking too fast are ways of theirs. Whoever comes
// without a live token need not be the provider.
func (r loggedRow) erred() bool {
	switch r.Status {
	case 404, 409, 412, 429:
		return false
	}
	return r.Status >= 400 && !r.stranger
}

// tellErrors says on the audit trail that requests of a provider began to fail
// (directory.error), once an episode: those that follow within an hour are part of it.
func (s *Service) tellErrors(ctx context.Context, tx *db.Tx, rows []loggedRow) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r loggedRow) bool { return !r.erred() })
	slices.SortStableFunc(rows, func(a, b loggedRow) int { return cmp.Or(cmp.Compare(a.directory, b.directory), a.At.Compare(b.At)) })
	for i, row := range rows {
		if i+1 < len(rows) && rows[i+1].directory == row.directory && i > 0 && rows[i-1].directory == row.directory {
			continue // neither the first of the directory nor the last
		}
		last, err := putErred(ctx, tx, row.directory, db.Millis(row.At))
		if err != nil {
			return err
		}
		if last != nil && row.At.Sub(db.Time(*last)) < calm {
			continue
		}
		d, err := selectByNumber(ctx, tx, row.directory)
		if err != nil {
			return err
		}
		if err := evidence.Append(ctx, tx, s.instant(), evidence.Entry{
			Actor: d.actor(row.Address), Kind: "directory", Subject: d.subject(),
			Body: map[string]any{"what": "error", "status": row.Status, "problem": row.Problem},
		}); err != nil {
			return err
		}
	}
	return nil
}
