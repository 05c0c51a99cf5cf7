// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"strings"

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

// Heads answers the newest position of every workspace, by its number: -1 before the
// first.
func Heads(ctx context.Context, tx *db.Tx) (map[int64]int64, error) {
	heads := map[int64]int64{}
	err := tx.Each(ctx, func(row db.Row) error {
		var workspace, position int64
		err := row.Scan(&workspace, &position)
		heads[workspace] = position
		return err
	}, `SELECT w.number, COALESCE((SELECT MAX(position) FROM evidence_entry WHERE workspace = w.number AND position IS NOT NULL), -1) FROM workspace w`)
	return heads, err
}

// selectAfter answers entries below a position, in their order.
func selectAfter(ctx context.Context, tx *db.Tx, a After, below int64) ([]trailRow, error) {
	c := &condition{}
	c.text.WriteString(trailText)
	c.add(`
		WHERE workspace = ?`, a.Workspace)
	c.add(` AND position >= ?`, a.Position)
	c.add(` AND position < ?`, below)
	for i, action := range a.Actions {
		c.text.WriteString([]string{" AND (", " OR "}[min(i, 1)])
		if strings.HasSuffix(action, ".") {
			c.add(unindexed("action")+` LIKE ? ESCAPE '\'`, strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(action)+"%")
		} else {
			c.add(unindexed("action")+` = ?`, action)
		}
	}
	if len(a.Actions) > 0 {
		c.text.WriteString(")")
	}
	c.add(`
		ORDER BY position LIMIT ?`, a.Limit)
	return c.rows(ctx, tx, nil)
}
