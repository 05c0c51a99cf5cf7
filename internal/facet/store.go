// SPDX-License-Identifier: Apache-2.0

package facet

import (
	"context"
	"slices"

	"github.com/passmuster/muster/internal/db"
)

func (t Table) add(ctx context.Context, tx *db.Tx, workspace int64, c Count) error {
	return tx.ExecOne(ctx, `
		INSERT INTO `+string(t)+`_tally (workspace, definition, facet, amount) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, definition, facet) DO UPDATE SET amount = `+string(t)+`_tally.amount + excluded.amount`,
		workspace, c.Definition, c.Facet, c.Rows)
}

func (t Table) selectCounts(ctx context.Context, tx *db.Tx, workspace int64) (list []Count, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var c Count
		err := row.Scan(&c.Definition, &c.Facet, &c.Rows)
		list = append(list, c)
		return err
	}, `SELECT definition, facet, amount FROM `+string(t)+`_tally WHERE workspace = $1 ORDER BY definition, facet`, workspace)
	return list, err
}

func (t Table) selectItems(ctx context.Context, tx *db.Tx, where string, args ...any) (items []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var item int64
		err := row.Scan(&item)
		items = append(items, item)
		return err
	}, `SELECT item FROM `+string(t)+` WHERE definition = $1 AND item > $2 `+where+` ORDER BY item LIMIT $3`, args...)
	return items, err
}

func (t Table) selectAll(ctx context.Context, tx *db.Tx, at place) ([]int64, error) {
	return t.selectItems(ctx, tx, "", at.definition, at.after, at.limit)
}

func (t Table) selectFacet(ctx context.Context, tx *db.Tx, at place, facet int64) ([]int64, error) {
	return t.selectItems(ctx, tx, `AND facet = $4`, at.definition, at.after, at.limit, facet)
}

// listSizes are the lengths of lists of facets: few, so that few statements are
// prepared.
var listSizes = [...]int{1, 4, 16, 64}

// selectFacets answers rows of any of the facets.
func (t Table) selectFacets(ctx context.Context, tx *db.Tx, at place, facets []int64) (items []int64, err error) {
	longest := listSizes[len(listSizes)-1]
	for part := range slices.Chunk(facets, longest) {
		size := longest
		for _, less := range slices.Backward(listSizes[:]) {
			if len(part) <= less {
				size = less
			}
		}
		args := []any{at.definition, at.after, at.limit}
		for i := range size {
			args = append(args, part[min(i, len(part)-1)])
		}
		some, err := t.selectItems(ctx, tx, `AND facet IN (`+db.Parameters(4, size)+`)`, args...)
		if err != nil {
			return nil, err
		}
		items = append(items, some...)
	}
	slices.Sort(items)
	return items[:min(len(items), at.limit)], nil
}

type row struct{ item, facet int64 }

// selectThrough answers rows whatever their facet.
func (t Table) selectThrough(ctx context.Context, tx *db.Tx, at place) (rows []row, err error) {
	err = tx.Each(ctx, func(r db.Row) error {
		var one row
		err := r.Scan(&one.item, &one.facet)
		rows = append(rows, one)
		return err
	}, `SELECT item, facet FROM `+string(t)+` WHERE definition = $1 AND item > $2 ORDER BY item LIMIT $3`,
		at.definition, at.after, at.limit)
	return rows, err
}

// listParts is how many items one statement asks for.
const listParts = 20

// InItems calls fn with the end of a condition on the column item that holds for
// some of the rising items, and its parameters; definition is $1. Short lists are
// padded to few lengths, so that few statements are prepared; a range may hold
// others.
func InItems[T ~int64](definition int64, items []T, fn func(where string, args []any) error) error {
	if len(items) == 0 {
		return nil
	}
	if first, last := items[0], items[len(items)-1]; int(last-first) < 4*len(items) {
		return fn(`item >= $2 AND item <= $3`, []any{definition, int64(first), int64(last)})
	}
	for part := range slices.Chunk(items, listParts) {
		size := listParts
		for _, less := range []int{5, 1} {
			if len(part) <= less {
				size = less
			}
		}
		args := []any{definition}
		for i := range size {
			args = append(args, int64(part[min(i, len(part)-1)]))
		}
		if err := fn(`item IN (`+db.Parameters(2, size)+`)`, args); err != nil {
			return err
		}
	}
	return nil
}

func (t Words) insert(ctx context.Context, tx *db.Tx, workspace int64, word string, k Key) error {
	return tx.ExecOne(ctx, `INSERT INTO `+string(t)+` (workspace, word, definition, item) VALUES ($1, $2, $3, $4)`,
		workspace, []byte(word), k.Definition, k.Item)
}

func (t Words) remove(ctx context.Context, tx *db.Tx, workspace int64, word string, k Key) error {
	_, err := tx.Exec(ctx, `DELETE FROM `+string(t)+` WHERE workspace = $1 AND word = $2 AND definition = $3 AND item = $4`,
		workspace, []byte(word), k.Definition, k.Item)
	return err
}

func (t Words) selectKeys(ctx context.Context, tx *db.Tx, workspace int64, prefix string, limit int) (keys []Key, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var k Key
		err := from.Scan(&k.Definition, &k.Item)
		keys = append(keys, k)
		return err
	}, `SELECT definition, item FROM `+string(t)+` WHERE workspace = $1 AND word >= $2 AND word < $3 LIMIT $4`,
		workspace, []byte(prefix), append([]byte(prefix), 0xFF), limit) // no UTF-8 has the byte 0xFF
	return keys, err
}

// selectColumn answers rows after a key whose column has a value, with their
// facets, by definition and item.
func (t Table) selectColumn(ctx context.Context, tx *db.Tx, at columnPlace) (found []columnRow, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var r columnRow
		err := from.Scan(&r.Definition, &r.Item, &r.facet)
		found = append(found, r)
		return err
	}, `SELECT definition, item, facet FROM `+string(t)+`
		WHERE workspace = $1 AND `+at.column+` = $2 AND (definition, item) > ($3, $4) ORDER BY definition, item LIMIT $5`,
		at.workspace, at.value, at.after.Definition, at.after.Item, at.limit)
	return found, err
}

// selectOrdered answers rows of one definition and facet from one place to another,
// by a column and item.
func (t Table) selectOrdered(ctx context.Context, tx *db.Tx, o orderedPlace) (found []Ordered, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		r := Ordered{Key: Key{Definition: o.count.Definition}}
		err := from.Scan(&r.At, &r.Item)
		found = append(found, r)
		return err
	}, `SELECT `+o.column+`, item FROM `+string(t)+`
		WHERE definition = $1 AND facet = $2 AND (`+o.column+`, item) > ($3, $4) AND `+o.column+` <= $5
		ORDER BY `+o.column+`, item LIMIT $6`, o.count.Definition, o.count.Facet, o.after.At, o.item, o.last, o.limit)
	return found, err
}
