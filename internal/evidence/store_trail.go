// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// trailQuery is a filter as the columns have it; zero fields let everything
// through.
type trailQuery struct {
	action, actorID, actorKind, kind, names, subjectID, subjectKind string

	from, to  time.Time
	syncs     bool // with pushes and re-evaluations
	workspace int64
}

// What a statement says of the two sorts of entries, word for word as their
// indexes do.
const (
	onlySyncs = ` AND kind = 'sync'`
	noSyncs   = ` AND kind <> 'sync'`
)

// condition is a statement's text as it grows, with its arguments.
type condition struct {
	args []any
	text strings.Builder
}

// add appends a piece, in which ? stands for the argument.
func (c *condition) add(piece string, arg any) {
	c.args = append(c.args, arg)
	c.text.WriteString(strings.ReplaceAll(piece, "?", fmt.Sprintf("$%d", len(c.args))))
}

// where answers the conditions of a query. column spells a column: plainly where
// an index may serve, otherwise where the order of positions is to lead.
func (q trailQuery) where(column func(string) string) *condition {
	c := &condition{}
	c.add(`
		WHERE workspace = ?`, q.workspace)
	for _, equal := range []struct{ name, value string }{
		{"action", q.action},
		{"actor_id", q.actorID},
		{"actor_kind", q.actorKind},
		{"kind", q.kind},
		{"subject_id", q.subjectID},
		{"subject_kind", q.subjectKind},
	} {
		if equal.value != "" {
			c.add(` AND `+column(equal.name)+` = ?`, equal.value)
		}
	}
	if q.names != "" {
		c.add(` AND names LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q.names)+"%")
	}
	if !q.from.IsZero() {
		c.add(` AND created_at >= ?`, db.Millis(q.from))
	}
	if !q.to.IsZero() {
		c.add(` AND created_at <= ?`, db.Millis(q.to))
	}
	return c
}

func plain(column string) string { return column }

// unindexed keeps an index from serving a column.
func unindexed(column string) string { return "COALESCE(" + column + ", '')" }

const trailText = `
	SELECT id, document, leaf, position, created_at, COALESCE(action, kind), COALESCE(actor_kind, ''), COALESCE(actor_id, ''),
		COALESCE(subject_kind, ''), COALESCE(subject_id, '')
	FROM evidence_entry`

func scanTrail(row db.Row) (r trailRow, err error) {
	var leaf []byte
	c := &r.columns
	err = row.Scan(&r.id, &r.document, &leaf, &r.position, &r.created, &c.action, &c.actorKind, &c.actorID, &c.subjectKind, &c.subjectID)
	if err != nil {
		return r, err
	}
	return r, setHash(&r.leaf, leaf)
}

// selectTrail answers entries below an id, newest first; "" begins with the
// newest.
func selectTrail(ctx context.Context, tx *db.Tx, q trailQuery, below EventID, limit int) (rows []trailRow, err error) {
	if q.kind != kindSync {
		if rows, err = selectSort(ctx, tx, q, noSyncs, below, limit); err != nil || !q.syncs {
			return rows, err
		}
	}
	if !q.syncs {
		return nil, nil
	}
	syncs, err := selectSort(ctx, tx, q, onlySyncs, below, limit)
	rows = append(rows, syncs...)
	slices.SortFunc(rows, func(a, b trailRow) int { return cmp.Compare(b.id, a.id) })
	return rows[:min(limit, len(rows))], err
}

// selectSort is selectTrail for one sort of entries.
func selectSort(
	ctx context.Context, tx *db.Tx, q trailQuery, sort string, below EventID, limit int,
) (rows []trailRow, err error) {
	c := q.where(plain)
	c.text.WriteString(sort)
	if below != "" {
		c.add(` AND id < ?`, string(below))
	}
	// An id is never older than its entry, so that the oldest day ends the search.
	if ms := db.Millis(q.from); !q.from.IsZero() && ms > 0 {
		c.add(` AND id >= ?`, fmt.Sprintf("%012x", ms))
	}
	c.add(`
		ORDER BY id DESC LIMIT ?`, limit)
	err = tx.Each(ctx, func(row db.Row) error {
		r, err := scanTrail(row)
		rows = append(rows, r)
		return err
	}, trailText+c.text.String(), c.args...)
	return rows, err
}

// selectEvent answers one entry; db.ErrNoRow when the query does not let it
// through.
func selectEvent(ctx context.Context, tx *db.Tx, q trailQuery, id EventID) (trailRow, error) {
	c := q.where(plain)
	c.add(` AND id = ?`, string(id))
	return scanTrail(tx.QueryRow(ctx, trailText+c.text.String(), c.args...))
}

// selectPositions answers entries from from to before to, in their order.
func selectPositions(ctx context.Context, tx *db.Tx, q trailQuery, from, to int64) (rows []trailRow, err error) {
	c := q.where(unindexed)
	if !q.syncs {
		c.text.WriteString(noSyncs)
	}
	c.add(` AND position >= ?`, from)
	c.add(` AND position < ?`, to)
	c.text.WriteString(`
		ORDER BY position`)
	err = tx.Each(ctx, func(row db.Row) error {
		r, err := scanTrail(row)
		rows = append(rows, r)
		return err
	}, trailText+c.text.String(), c.args...)
	return rows, err
}

// bareRow is an entry whose columns for the trail are not filled.
type bareRow struct {
	document []byte
	id, kind string
}

func selectBare(ctx context.Context, tx *db.Tx, limit int) (rows []bareRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var r bareRow
		err := row.Scan(&r.id, &r.kind, &r.document)
		rows = append(rows, r)
		return err
	}, `
		SELECT id, kind, document FROM evidence_entry WHERE action IS NULL ORDER BY id LIMIT $1`, limit)
	return rows, err
}

// updateTrail fills the columns of an entry, unless somebody else did.
func updateTrail(ctx context.Context, tx *db.Tx, id string, t trailColumns) error {
	_, err := tx.Exec(ctx, `
		UPDATE evidence_entry SET action = $1, actor_kind = $2, actor_id = $3, subject_kind = $4, subject_id = $5, names = $6
		WHERE id = $7 AND action IS NULL`,
		t.action, t.actorKind, t.actorID, t.subjectKind, t.subjectID, t.names, id)
	return err
}
