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

// where adds the conditions of a query. column spells a column: plainly where an
// index may serve, otherwise where the order of positions is to lead.
func (q trailQuery) where(c *condition, column func(string) string) {
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
}

// targets adds which rows of evidence_target name what a query asks for.
func (q trailQuery) targets(c *condition) {
	c.add(`SELECT entry FROM evidence_target WHERE workspace = ?`, q.workspace)
	c.add(` AND target = ?`, q.subjectID)
	if q.subjectKind != "" {
		c.add(` AND kind = ?`, q.subjectKind)
	}
}

// withoutSubject is a query for whatever was done to anything.
func (q trailQuery) withoutSubject() trailQuery {
	q.subjectID, q.subjectKind = "", ""
	return q
}

func plain(column string) string { return column }

// unindexed keeps an index from serving a column.
func unindexed(column string) string { return "COALESCE(" + column + ", '')" }

const trailFields = `
	SELECT id, document, leaf, position, created_at, COALESCE(action, kind), COALESCE(actor_kind, ''), COALESCE(actor_id, ''),
		COALESCE(subject_kind, ''), COALESCE(subject_id, '')`

const trailText = trailFields + `
	FROM evidence_entry`

// targetText opens the entries that a list of targets names, in its order: a
// CROSS JOIN keeps SQLite from beginning with the entries.
const targetText = `) named CROSS JOIN evidence_entry`

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
// newest. What has indexes of its own is asked for apart.
func selectTrail(ctx context.Context, tx *db.Tx, q trailQuery, below EventID, limit int) (rows []trailRow, err error) {
	var parts []*condition
	if q.kind != kindSync {
		parts = append(parts, q.ofSort(noSyncs, below, limit))
		if q.subjectID != "" {
			parts = append(parts, q.named(below, limit))
		}
	}
	if q.syncs {
		parts = append(parts, q.ofSort(onlySyncs, below, limit))
	}
	for _, c := range parts {
		if rows, err = c.rows(ctx, tx, rows); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, func(a, b trailRow) int { return cmp.Compare(b.id, a.id) })
	return rows[:min(limit, len(rows))], nil
}

// ofSort asks for one sort of entries.
func (q trailQuery) ofSort(sort string, below EventID, limit int) *condition {
	c := &condition{}
	c.text.WriteString(trailText)
	q.where(c, plain)
	c.text.WriteString(sort)
	q.between(c, "id", below)
	c.add(`
		ORDER BY id DESC LIMIT ?`, limit)
	return c
}

// named asks for entries that name what the query asks for beside their subject.
func (q trailQuery) named(below EventID, limit int) *condition {
	c := &condition{}
	c.text.WriteString(trailFields + `
	FROM (`)
	q.targets(c)
	q.between(c, "entry", below)
	c.text.WriteString(targetText)
	q.withoutSubject().where(c, plain)
	c.add(` AND id = entry
		ORDER BY entry DESC LIMIT ?`, limit)
	return c
}

// between adds between which ids a list lies. An id is never older than its entry,
// so that the oldest day ends the search.
func (q trailQuery) between(c *condition, column string, below EventID) {
	if below != "" {
		c.add(` AND `+column+` < ?`, string(below))
	}
	if ms := db.Millis(q.from); !q.from.IsZero() && ms > 0 {
		c.add(` AND `+column+` >= ?`, fmt.Sprintf("%012x", ms))
	}
}

// rows appends the entries that a statement answers.
func (c *condition) rows(ctx context.Context, tx *db.Tx, rows []trailRow) ([]trailRow, error) {
	err := tx.Each(ctx, func(row db.Row) error {
		r, err := scanTrail(row)
		rows = append(rows, r)
		return err
	}, c.text.String(), c.args...)
	return rows, err
}

// selectEvent answers one entry; db.ErrNoRow when the query does not let it
// through.
func selectEvent(ctx context.Context, tx *db.Tx, q trailQuery, id EventID) (trailRow, error) {
	c := &condition{}
	c.text.WriteString(trailText)
	q.where(c, plain)
	c.add(` AND id = ?`, string(id))
	return scanTrail(tx.QueryRow(ctx, c.text.String(), c.args...))
}

// selectPositions answers entries from from to before to, in their order.
func selectPositions(ctx context.Context, tx *db.Tx, q trailQuery, from, to int64) (rows []trailRow, err error) {
	c := &condition{}
	c.text.WriteString(trailText)
	if q.subjectID == "" {
		q.where(c, unindexed)
	} else {
		q.withoutSubject().where(c, unindexed)
		q.concerns(c)
	}
	if !q.syncs {
		c.text.WriteString(noSyncs)
	}
	c.add(` AND position >= ?`, from)
	c.add(` AND position < ?`, to)
	c.text.WriteString(`
		ORDER BY position`)
	return c.rows(ctx, tx, nil)
}

// concerns adds that an entry names what the query asks for, as its subject or
// beside it.
func (q trailQuery) concerns(c *condition) {
	c.add(` AND (`+unindexed("subject_id")+` = ?`, q.subjectID)
	if q.subjectKind != "" {
		c.add(` AND `+unindexed("subject_kind")+` = ?`, q.subjectKind)
	}
	c.text.WriteString(` OR EXISTS (`)
	q.targets(c)
	c.text.WriteString(` AND entry = evidence_entry.id))`)
}

// bareRow is an entry whose columns for the trail are not filled.
type bareRow struct {
	document  []byte
	id, kind  string
	workspace int64
}

func selectBare(ctx context.Context, tx *db.Tx, limit int) (rows []bareRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var r bareRow
		err := row.Scan(&r.id, &r.kind, &r.workspace, &r.document)
		rows = append(rows, r)
		return err
	}, `
		SELECT id, kind, workspace, document FROM evidence_entry WHERE action IS NULL ORDER BY id LIMIT $1`, limit)
	return rows, err
}

// updateTrail fills the columns of an entry, unless somebody else did.
func updateTrail(ctx context.Context, tx *db.Tx, id string, t trailColumns) (filled bool, err error) {
	rows, err := tx.Exec(ctx, `
		UPDATE evidence_entry SET action = $1, actor_kind = $2, actor_id = $3, subject_kind = $4, subject_id = $5, names = $6
		WHERE id = $7 AND action IS NULL`,
		t.action, t.actorKind, t.actorID, t.subjectKind, t.subjectID, t.names, id)
	return rows > 0, err
}
