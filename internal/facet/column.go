// SPDX-License-Identifier: Apache-2.0

package facet

import (
	"cmp"
	"context"
	"slices"

	"github.com/passmuster/muster/internal/db"
)

// Column goes through the rows whose column has a value and whose facets are
// wanted, by definition and item. There must be an index on (workspace, column,
// definition, item, facet).
type Column struct {
	at     columnPlace
	ended  bool
	table  Table
	wanted func(Count) bool
}

type columnPlace struct {
	after     Key
	column    string // a constant of the feature
	limit     int
	value     string
	workspace int64
}

type columnRow struct {
	Key

	facet int64
}

// columnStep is how many rows of the index are read at once: cheap ones, of
// which few may be wanted.
const columnStep = 1000

// Column begins after a key. wanted sees a Count without Rows; nil wants all.
func (t Table) Column(workspace int64, column, value string, after Key, wanted func(Count) bool) *Column {
	return &Column{at: columnPlace{after: after, column: column, value: value, workspace: workspace}, table: t, wanted: wanted}
}

// Next answers up to n rows more; none at the end.
func (c *Column) Next(ctx context.Context, tx *db.Tx, n int) (keys []Key, err error) {
	for c.at.limit = n; len(keys) < n && !c.ended; c.at.limit = columnStep {
		rows, err := c.table.selectColumn(ctx, tx, c.at)
		if err != nil {
			return nil, err
		}
		c.ended = len(rows) < c.at.limit
		for _, r := range rows {
			if len(keys) == n { // the rest is read again
				c.ended = false
				break
			}
			c.at.after = r.Key
			if c.wanted == nil || c.wanted(Count{Definition: r.Definition, Facet: r.facet}) {
				keys = append(keys, r.Key)
			}
		}
	}
	return keys, nil
}

// Ordered is a row by what a list is ordered by.
type Ordered struct {
	Key

	At int64
}

// Compare orders rows by At, definition and item.
func (o Ordered) Compare(other Ordered) int {
	return cmp.Or(cmp.Compare(o.At, other.At), o.Key.Compare(other.Key))
}

// Order goes through the rows whose facets are wanted by a column, then by
// definition and item. There must be an index on (definition, facet, column, item).
type Order struct {
	after  Ordered
	column string // a constant of the feature
	counts []Count
	last   int64
	table  Table
}

type orderedPlace struct {
	after  Ordered
	column string
	count  Count
	item   int64 // rows at after.At begin just after it
	last   int64
	limit  int
}

// Order begins after a place and ends with the value last of the column.
//
//nolint:revive // seven things that belong to nobody else
func (t Table) Order(ctx context.Context, tx *db.Tx, workspace int64, column string, after Ordered, last int64, wanted func(Count) bool) (*Order, error) {
	counts, err := t.Counts(ctx, tx, workspace, func(c Count) bool { return c.Rows > 0 && (wanted == nil || wanted(c)) })
	return &Order{after: after, column: column, counts: counts, last: last, table: t}, err
}

// Next answers up to n rows more; none at the end.
func (o *Order) Next(ctx context.Context, tx *db.Tx, n int) ([]Ordered, error) {
	var all []Ordered
	for _, c := range o.counts {
		at := orderedPlace{after: o.after, column: o.column, count: c, item: o.after.Item, last: o.last, limit: n}
		switch {
		case c.Definition < o.after.Definition: // what stands at this instant is before it
			at.item = maxItem
		case c.Definition > o.after.Definition:
			at.item = 0
		}
		some, err := o.table.selectOrdered(ctx, tx, at)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, Ordered.Compare)
	all = all[:min(len(all), n)]
	if len(all) > 0 {
		o.after = all[len(all)-1]
	}
	return all, nil
}

// maxItem is beyond every item.
const maxItem = 1 << 62
