// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"

	"github.com/passmuster/muster/internal/db"
)

// KindsSince answers the kinds of a workspace's entries that got their place after a
// position, and the newest position; the position itself and no kinds when there are
// none. The sequencer gives places within a second, in order, so nothing that is asked
// for this way is ever missed.
func KindsSince(ctx context.Context, tx *db.Tx, workspace, position int64) (kinds []string, newest int64, err error) {
	newest = position
	err = tx.Each(ctx, func(row db.Row) error {
		var kind string
		var last int64
		if err := row.Scan(&kind, &last); err != nil {
			return err
		}
		kinds, newest = append(kinds, kind), max(newest, last)
		return nil
	}, `SELECT kind, MAX(position) FROM evidence_entry WHERE workspace = $1 AND position > $2 GROUP BY kind ORDER BY kind`, workspace, position)
	return kinds, newest, err
}

// Newest answers the newest position of a workspace, -1 before the first.
func Newest(ctx context.Context, tx *db.Tx, workspace int64) (position int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(position), -1) FROM evidence_entry WHERE workspace = $1 AND position IS NOT NULL`, workspace).Scan(&position)
	return position, err
}
