// SPDX-License-Identifier: Apache-2.0

package facet

import (
	"cmp"
	"context"
	"slices"

	"github.com/passmuster/muster/internal/db"
)

// Table names a view's table: "account_record"; its tallies are in
// "account_record_tally". It is a constant of the feature that owns it.
type Table string

// Key names a row.
type Key struct {
	Definition, Item int64
}

// Compare orders keys as lists do.
func (k Key) Compare(other Key) int {
	return cmp.Or(cmp.Compare(k.Definition, other.Definition), cmp.Compare(k.Item, other.Item))
}

// Count says how many rows of a definition have a facet.
type Count struct {
	Definition, Facet, Rows int64
}

// Deltas gather what a transaction changes of the counts.
type Deltas map[[2]int64]int64

// Move counts a row from one facet to another; below 0 is none.
func (d Deltas) Move(definition, from, to int64) {
	if from == to {
		return
	}
	if from >= 0 {
		d[[2]int64{definition, from}]--
	}
	if to >= 0 {
		d[[2]int64{definition, to}]++
	}
}

// Apply writes the changes of counts.
func (t Table) Apply(ctx context.Context, tx *db.Tx, workspace int64, d Deltas) error {
	var list []Count
	for key, rows := range d {
		if rows != 0 {
			list = append(list, Count{key[0], key[1], rows})
		}
	}
	slices.SortFunc(list, func(a, b Count) int { // one order, so that nobody waits in a circle
		return cmp.Or(cmp.Compare(a.Definition, b.Definition), cmp.Compare(a.Facet, b.Facet))
	})
	for _, c := range list {
		if err := t.add(ctx, tx, workspace, c); err != nil {
			return err
		}
	}
	return nil
}

// Counts answers the counts of a workspace, by definition and facet. wanted says
// which to leave; nil leaves all.
func (t Table) Counts(ctx context.Context, tx *db.Tx, workspace int64, wanted func(Count) bool) (list []Count, err error) {
	all, err := t.selectCounts(ctx, tx, workspace)
	for _, c := range all {
		if wanted == nil || wanted(c) {
			list = append(list, c)
		}
	}
	return list, err
}

// Walk goes through the rows whose facets are wanted, by definition and item.
type Walk struct {
	after  Key
	counts []Count // wanted ones, by definition and facet
	table  Table
	totals map[int64]int64 // rows of a definition, wanted or not
}

// Walk begins after a key, the zero Key for the first row.
func (t Table) Walk(ctx context.Context, tx *db.Tx, workspace int64, after Key, wanted func(Count) bool) (*Walk, error) {
	all, err := t.selectCounts(ctx, tx, workspace)
	if err != nil {
		return nil, err
	}
	w := &Walk{after: after, table: t, totals: map[int64]int64{}}
	for _, c := range all {
		w.totals[c.Definition] += c.Rows
		if c.Rows > 0 && c.Definition >= after.Definition && (wanted == nil || wanted(c)) {
			w.counts = append(w.counts, c)
		}
	}
	return w, nil
}

// Next answers up to n rows more; none at the end.
func (w *Walk) Next(ctx context.Context, tx *db.Tx, n int) (keys []Key, err error) {
	for len(keys) < n && len(w.counts) > 0 {
		definition := w.counts[0].Definition
		end := slices.IndexFunc(w.counts, func(c Count) bool { return c.Definition != definition })
		if end < 0 {
			end = len(w.counts)
		}
		want := n - len(keys)
		items, err := w.within(ctx, tx, w.counts[:end], want)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			keys = append(keys, Key{definition, item})
		}
		if len(items) < want { // the definition is through
			w.counts = w.counts[end:]
			continue
		}
		w.after = keys[len(keys)-1]
	}
	return keys, nil
}

const (
	// few is how many wanted rows of a definition are simply gathered and sorted.
	few = 2000
	// dense is the part of a definition's rows, one in so many, from which on it
	// is walked through.
	dense = 4
)

// within answers up to n wanted items of one definition.
func (w *Walk) within(ctx context.Context, tx *db.Tx, counts []Count, n int) ([]int64, error) {
	definition, rows := counts[0].Definition, int64(0)
	facets := make([]int64, len(counts))
	for i, c := range counts {
		facets[i] = c.Facet
		rows += c.Rows
	}
	after := int64(0)
	if w.after.Definition == definition {
		after = w.after.Item
	}
	at := place{definition, after, n}
	switch total := w.totals[definition]; {
	case rows == total:
		return w.table.selectAll(ctx, tx, at)
	case rows <= few:
		return w.table.selectFacets(ctx, tx, at, facets)
	case rows*dense >= total:
		return w.through(ctx, tx, at, facets)
	}
	return w.merged(ctx, tx, at, facets)
}

// place is where rows of a definition are read.
type place struct {
	definition, after int64
	limit             int
}

// steps is how often through asks for more before it leaves the rest to merged:
// wanted rows may lie close together, far away.
const steps = 4

// through walks through a definition whose rows are mostly wanted.
func (w *Walk) through(ctx context.Context, tx *db.Tx, at place, facets []int64) (items []int64, err error) {
	wanted := map[int64]bool{}
	for _, f := range facets {
		wanted[f] = true
	}
	step := place{at.definition, at.after, 2*at.limit + 50}
	for range steps {
		rows, err := w.table.selectThrough(ctx, tx, step)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if wanted[row.facet] {
				items = append(items, row.item)
			}
		}
		if len(items) >= at.limit || len(rows) < step.limit {
			return items[:min(len(items), at.limit)], nil
		}
		step.after = rows[len(rows)-1].item
	}
	rest, err := w.merged(ctx, tx, place{at.definition, step.after, at.limit - len(items)}, facets)
	return append(items, rest...), err
}

// merged takes the rows of each facet in their order.
func (w *Walk) merged(ctx context.Context, tx *db.Tx, at place, facets []int64) (items []int64, err error) {
	for _, facet := range facets {
		some, err := w.table.selectFacet(ctx, tx, at, facet)
		if err != nil {
			return nil, err
		}
		items = append(items, some...)
	}
	slices.Sort(items)
	return items[:min(len(items), at.limit)], nil
}
