// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"errors"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// Query says which records of a kind a list holds; nil filters take all.
type Query struct {
	After      resource.Item // the list starts just after it
	Connection string        // "" for any
	Described  *bool
	InScope    *bool
	Limit      int // 1 at least
	Owned      *bool
}

// takes says whether records of a facet are wanted.
func (q Query) takes(f Facet) bool {
	fits := func(want *bool, is bool) bool { return want == nil || *want == is }
	return !f.Gone && fits(q.Described, f.Described) && fits(q.InScope, !f.OutOfScope) && fits(q.Owned, f.Owned)
}

// Resource is a record and what is said of it.
type Resource struct {
	Note
	resource.Newest

	Connection string // id; "" when it is known no more
	Definition resource.Definition
}

// ID answers the public id.
func (r Resource) ID() string { return resource.EntityID(r.Definition.Number, r.Item, r.CreatedAt) }

// Resources answers records of a kind that exist, in the order in which they first came,
// and whether more follow. Faults: NotFound.
func (s *Service) Resources(ctx context.Context, c caller.Caller, at Ref, q Query) (list []Resource, more bool, err error) {
	d, from, err := s.from(ctx, c, at, q.Connection)
	if err != nil || from == nil {
		return nil, false, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, more = nil, false
		head, err := resource.HeadOf(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		items, err := find(ctx, tx, d, head, q, from)
		if err != nil {
			return err
		}
		if more = len(items) > q.Limit; more {
			items = items[:q.Limit]
		}
		list, err = read(ctx, tx, d, head.Number, items, from)
		list = slices.DeleteFunc(list, func(r Resource) bool { return r.DeletedAt != nil }) // the view is behind for a moment
		return err
	})
	return list, more, err
}

// find answers up to one more item than the page holds.
func find(ctx context.Context, tx *db.Tx, d resource.Definition, head resource.Head, q Query, from *origin) ([]resource.Item, error) {
	counts, err := from.counts(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	total, err := from.total(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	left := int64(0) // records that somebody noted something of, so that they are not wanted
	var unwanted []Facet
	for _, c := range counts {
		if f := facetOf(c.Facet); !f.Gone && !q.takes(f) {
			left += c.Rows
			unwanted = append(unwanted, facetOf(c.Facet))
		}
	}
	switch {
	case !q.takes(Facet{}):
		return noted(ctx, tx, d, q, from)
	case left == 0 && from.source == nil:
		return resource.ItemsAfter(ctx, tx, d.Number, head.Number, q.After, q.Limit+1)
	case left >= total:
		return nil, nil
	}
	return resource.ItemsBut(ctx, tx, resource.Stretch{After: q.After, Definition: d.Number, Limit: q.Limit + 1, Number: head.Number, Source: from.source}, leftOut(unwanted))
}

// noted answers wanted items of a list that holds no record without a note.
func noted(ctx context.Context, tx *db.Tx, d resource.Definition, q Query, from *origin) (items []resource.Item, err error) {
	after := facet.Key{Definition: int64(d.Number), Item: int64(q.After)}
	walk, err := table.Walk(ctx, tx, d.Workspace.Number, after, func(c facet.Count) bool {
		return c.Definition == int64(d.Number) && q.takes(facetOf(c.Facet))
	})
	if err != nil {
		return nil, err
	}
	for len(items) <= q.Limit {
		keys, err := walk.Next(ctx, tx, q.Limit+1)
		if err != nil || len(keys) == 0 {
			return items, err
		}
		some := make([]resource.Item, len(keys))
		for i, key := range keys {
			some[i] = resource.Item(key.Item)
		}
		if from.source != nil {
			if some, err = resource.ItemsOfSource(ctx, tx, d.Number, *from.source, some); err != nil {
				return nil, err
			}
		}
		items = append(items, some...)
	}
	return items[:q.Limit+1], nil
}

// read answers the newest records of items and their notes.
func read(ctx context.Context, tx *db.Tx, d resource.Definition, number int64, items []resource.Item, from *origin) ([]Resource, error) {
	if len(items) == 0 {
		return nil, nil
	}
	rows, err := resource.NewestOf(ctx, tx, d.Number, number, items)
	if err != nil {
		return nil, err
	}
	notes, err := selectNotes(ctx, tx, d, items)
	list := make([]Resource, len(rows))
	for i, n := range rows {
		list[i] = Resource{Connection: from.connection(n.Source), Definition: d, Newest: n, Note: notes[n.Item].Note}
	}
	return list, err
}

// Resource answers one record of a kind, gone or not. Faults: NotFound.
func (s *Service) Resource(ctx context.Context, c caller.Caller, at Ref, id string) (found Resource, err error) {
	d, from, err := s.from(ctx, c, at, "")
	if err != nil {
		return found, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		item, ok, err := resource.ItemOf(ctx, tx, d.Number, id)
		if err != nil || !ok {
			return errors.Join(err, noResource(id, ok))
		}
		head, err := resource.HeadOf(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		list, err := read(ctx, tx, d, head.Number, []resource.Item{item}, from)
		if err == nil && len(list) == 0 { // a push that has not landed brought it
			return noResource(id, false)
		}
		if err == nil {
			found = list[0]
		}
		return err
	})
	return found, err
}
