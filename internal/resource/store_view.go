// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"database/sql"
	"slices"

	"github.com/passmuster/muster/internal/db"
)

// What views read, and which of them are behind.

// raised is how often each view was said to be behind since it last was not, by name.
// Views that are not behind are not in it.
type raised map[string]int64

// insertBehind notes that views are behind; more than once for one that was already.
func insertBehind(ctx context.Context, tx *db.Tx, d Definition, views []View) (raised, error) {
	marks := raised{}
	for _, view := range views {
		var mark int64
		if err := tx.QueryRow(ctx, `
			INSERT INTO resource_behind (definition, view_name, workspace) VALUES ($1, $2, $3)
			ON CONFLICT (definition, view_name) DO UPDATE SET raised = resource_behind.raised + 1
			RETURNING raised`, int64(d.Number), view.Name(), d.Workspace.Number).Scan(&mark); err != nil {
			return nil, err
		}
		marks[view.Name()] = mark
	}
	return marks, nil
}

// deleteBehind takes away the marks of views, but for those that were raised since
// they were seen.
func deleteBehind(ctx context.Context, tx *db.Tx, definition Number, views []View, seen raised) error {
	for _, view := range views {
		if _, err := tx.Exec(ctx, `
			DELETE FROM resource_behind WHERE definition = $1 AND view_name = $2 AND raised = $3`, int64(definition), view.Name(), seen[view.Name()]); err != nil {
			return err
		}
	}
	return nil
}

func selectBehind(ctx context.Context, tx *db.Tx, definition Number) (raised, error) {
	marks := raised{}
	err := tx.Each(ctx, func(row db.Row) error {
		var name string
		var mark int64
		err := row.Scan(&name, &mark)
		marks[name] = mark
		return err
	}, `SELECT view_name, raised FROM resource_behind WHERE definition = $1`, int64(definition))
	return marks, err
}

func selectDefinitionsBehind(ctx context.Context, tx *db.Tx, now int64) (list []Definition, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, d)
		return err
	}, definitionFields+`
		JOIN resource_head h ON h.definition = d.number
		WHERE (h.claim_token = '' OR h.claim_until < $1) AND d.number IN (SELECT b.definition FROM resource_behind b)
		ORDER BY d.number`, now)
	return list, err
}

// selectNewest answers the newest records of items, which rise, at a number.
func selectNewest(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) (rows []Newest, err error) {
	for part := range slices.Chunk(items, listParts) {
		args := []any{int64(definition), number}
		in := listOf(padded(part), &args)
		if err := newestWhere(ctx, tx, &rows, definition, number, `i.item IN (`+in+`)`, args); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// selectNewestAfter answers the newest records of up to limit items that follow
// an item; none when no item with a record follows.
func selectNewestAfter(ctx context.Context, tx *db.Tx, definition Number, number int64, after Item, limit int) (rows []Newest, err error) {
	for last := int64(after); len(rows) == 0; { // an item may have no record yet
		first := last
		if last, err = selectLastOf(ctx, tx, definition, first, limit); err != nil || last == first {
			return nil, err
		}
		args := []any{int64(definition), number, first, last}
		if err = newestWhere(ctx, tx, &rows, definition, number, `i.item > $3 AND i.item <= $4`, args); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// selectLastOf answers the last of up to limit items after one; that one when
// none follows.
func selectLastOf(ctx context.Context, tx *db.Tx, definition Number, after int64, limit int) (last int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COALESCE(MAX(item), $2) FROM (SELECT i.item FROM resource_item i
			WHERE i.definition = $1 AND i.item > $2 ORDER BY i.item LIMIT $3) few`, int64(definition), after, limit).Scan(&last)
	return last, err
}

// newestWhere appends the newest version at a number of each item that where
// holds for, from the items on: from the newest numbers on SQLite would read all
// records of the definition for a few.
//
//nolint:revive // seven things that belong to nobody else
func newestWhere(ctx context.Context, tx *db.Tx, rows *[]Newest, definition Number, number int64, where string, args []any) error {
	begun := len(*rows)
	var from, to []sql.NullInt64
	err := tx.Each(ctx, func(row db.Row) error {
		var n Newest
		var begin, end sql.NullInt64
		if err := row.Scan(&n.Item, (*[]byte)(&n.Document), &begin, &end, &n.CreatedAt, &n.Source, &n.UniqueID); err != nil {
			return err
		}
		n.Document = slices.Clone(n.Document)
		if end.Int64 > number {
			end = sql.NullInt64{} // ends beyond the head: not yet
		}
		*rows, from, to = append(*rows, n), append(from, begin), append(to, end)
		return nil
	}, `SELECT r.item, r.document, r.from_sync, r.to_sync, i.created_at, i.source, i.unique_id
		FROM resource_item i
		JOIN resource_record r ON r.definition = i.definition AND r.item = i.item AND r.from_sync = (
			SELECT MAX(n.from_sync) FROM resource_record n WHERE n.definition = i.definition AND n.item = i.item AND n.from_sync <= $2)
		WHERE i.definition = $1 AND `+where+`
		ORDER BY i.item`, args...)
	if err != nil {
		return err
	}
	times, err := syncTimes(ctx, tx, definition, slices.Concat(from, to))
	for i := range from {
		n := &(*rows)[begun+i]
		n.UpdatedAt = times[from[i].Int64]
		if to[i].Valid {
			at := times[to[i].Int64]
			n.DeletedAt = &at
		}
	}
	return err
}

// Presence is a span in which an item had a record.
type Presence struct {
	From int64  // ms
	To   *int64 // ms; nil: it still has
}

// Presences answers when an item had a record up to a number, oldest first.
func Presences(ctx context.Context, tx *db.Tx, definition Number, number int64, item Item) (list []Presence, err error) {
	type span struct{ from, to sql.NullInt64 }
	var spans []span
	err = tx.Each(ctx, func(row db.Row) error {
		var s span
		if err := row.Scan(&s.from, &s.to); err != nil {
			return err
		}
		if n := len(spans); n > 0 && spans[n-1].to == s.from {
			spans[n-1].to = s.to
			return nil
		}
		spans = append(spans, s)
		return nil
	}, `SELECT from_sync, to_sync FROM resource_record
		WHERE definition = $1 AND item = $2 AND from_sync <= $3 ORDER BY from_sync`, int64(definition), int64(item), number)
	if err != nil {
		return nil, err
	}
	var numbers []sql.NullInt64
	for i := range spans {
		if spans[i].to.Int64 > number {
			spans[i].to = sql.NullInt64{}
		}
		numbers = append(numbers, spans[i].from, spans[i].to)
	}
	times, err := syncTimes(ctx, tx, definition, numbers)
	for _, s := range spans {
		p := Presence{From: times[s.from.Int64]}
		if s.to.Valid {
			at := times[s.to.Int64]
			p.To = &at
		}
		list = append(list, p)
	}
	return list, err
}
