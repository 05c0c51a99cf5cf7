// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// listQuery is what a list or a search is asked for (RFC 7644 §3.4.2, §3.4.3;
// RFC 9865).
type listQuery struct {
	Attributes []string
	Count      *int
	Cursor     *string // "" asks for the first page by cursor
	Excluded   []string
	Filter     string
	SortBy     string
	SortOrder  string
	StartIndex *int
}

// listURN is the schema of a list (RFC 7644 §3.4.2).
const listURN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

// lister answers lists of one type.
type lister struct {
	c      *call
	filter *filter.Filter // nil: what the clause selects passes
	order  ordering
	rt     *schema.ResourceType
	view   view
	where  clause
}

// found is a page of a list.
type found struct {
	more  bool // there is another page; known of cursors only
	rows  []storedRow
	total int
}

// list answers the resources of a type that pass, as a ListResponse.
func (s *Service) list(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, q listQuery) ([]byte, error) {
	l, err := s.newLister(c, rt, q)
	if err != nil {
		return nil, err
	}
	return s.listWith(ctx, tx, c, l, q)
}

// looksUp says whether an index finds all that passes, which is one row as a rule:
// it is what providers ask before a create.
func (l *lister) looksUp() bool {
	return l.filter == nil && l.where.reach > byList && l.order.ref == nil
}

func (s *Service) listWith(ctx context.Context, tx *db.Tx, c *call, l *lister, q listQuery) ([]byte, error) {
	rt := l.rt
	w, err := s.windowOf(c, rt.Name, q)
	if err != nil {
		return nil, err
	}
	page, err := l.find(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	body := newListBody(w)
	if err := l.write(ctx, tx, body, page.rows); err != nil {
		return nil, err
	}
	next := w
	next.total = page.total
	if l.order.ref == nil && len(page.rows) > 0 {
		next.after = page.rows[len(page.rows)-1].id
	} else {
		next.offset += len(page.rows)
	}
	return body.end(s, c, rt.Name, q, next, page.more)
}

// newLister holds a query against a resource type.
func (s *Service) newLister(c *call, rt *schema.ResourceType, q listQuery) (*lister, error) {
	if strings.TrimSpace(q.Filter) == "" {
		return s.listerFor(c, rt, q, nil)
	}
	f, err := filter.New(q.Filter, rt, filter.Options{Mode: c.dir.mode()})
	if err != nil {
		return nil, err
	}
	c.tolerated.Merge(f.Tolerated())
	return s.listerFor(c, rt, q, f)
}

// listerFor is newLister with the filter, nil for none.
func (s *Service) listerFor(c *call, rt *schema.ResourceType, q listQuery, f *filter.Filter) (l *lister, err error) {
	l = &lister{c: c, order: orderOf(rt, c.dir.mode(), q.SortBy, q.SortOrder), rt: rt, view: s.listView(c, rt, q)}
	l.where.exact = true
	if f == nil {
		return l, nil
	}
	if l.where, err = clauseOf(f, rt); err != nil {
		return nil, err
	}
	if !l.where.exact {
		l.filter = f
	}
	return l, nil
}

// find answers a page: by the database alone where it can, else in the order of
// ids by holding one resource after another against the filter, else by sorting
// all that pass.
func (l *lister) find(ctx context.Context, tx *db.Tx, w window) (found, error) {
	switch {
	case l.filter == nil && (l.order.ref == nil || l.order.sql != ""):
		return l.direct(ctx, tx, w)
	case l.order.ref == nil:
		return l.walk(ctx, tx, w)
	}
	return l.sorted(ctx, tx, w)
}

// wanted is how many rows a page needs: by cursor one more, which tells whether
// there is another page.
func (w window) wanted() int {
	if w.cursors && w.count > 0 {
		return w.count + 1
	}
	return w.count
}

// cut makes a page of the rows that were wanted.
func (w window) cut(rows []storedRow, total int) found {
	if len(rows) > w.count {
		return found{more: true, rows: rows[:w.count], total: total}
	}
	return found{rows: rows, total: total}
}

func (l *lister) direct(ctx context.Context, tx *db.Tx, w window) (found, error) {
	s := selection{after: w.after, kind: l.rt.Name, limit: w.wanted(), offset: w.offset, order: l.order.sql, where: l.where}
	var rows []storedRow
	var err error
	if s.limit > 0 {
		if rows, err = selectStored(ctx, tx, l.c.dir, s); err != nil {
			return found{}, err
		}
	}
	total := w.total
	switch {
	case total >= 0:
	case len(rows) < s.limit && (len(rows) > 0 || w.offset == 0): // the last page: nothing is left to count
		total = w.offset + len(rows)
	default:
		if total, err = countStored(ctx, tx, l.c.dir, s); err != nil {
			return found{}, err
		}
	}
	return w.cut(rows, total), nil
}

// stepRows is how many candidates are read at a time.
const stepRows = 500

// each shows all resources that pass, in the order of ids, until visit answers
// false.
func (l *lister) each(ctx context.Context, tx *db.Tx, after string, visit func(r storedRow, obj schema.Object) bool) error {
	inner := l.view
	inner.groups = mentions(l.filter, l.order, groupsName) && hasGroups(l.rt)
	inner.members = mentions(l.filter, l.order, membersName) && hasMembers(l.rt)
	inner.pointers = l.mentioned()
	s := selection{after: after, kind: l.rt.Name, limit: stepRows, where: l.where}
	for {
		rows, err := selectStored(ctx, tx, l.c.dir, s)
		if err != nil || len(rows) == 0 {
			return err
		}
		k, err := inner.kin(ctx, tx, idsOf(rows))
		if err != nil {
			return err
		}
		if err := inner.follow(ctx, tx, rows, &k); err != nil {
			return err
		}
		for _, r := range rows {
			obj, err := inner.parsed(r, k)
			if err != nil {
				return err
			}
			if (l.filter == nil || l.filter.Match(obj)) && !visit(r, obj) {
				return nil
			}
		}
		if len(rows) < stepRows {
			return nil
		}
		s.after = rows[len(rows)-1].id
	}
}

func idsOf(rows []storedRow) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	return ids
}

func (l *lister) walk(ctx context.Context, tx *db.Tx, w window) (found, error) {
	var rows []storedRow
	passed, wanted := 0, w.wanted()
	err := l.each(ctx, tx, w.after, func(r storedRow, _ schema.Object) bool {
		if passed >= w.offset && len(rows) < wanted {
			rows = append(rows, r)
		}
		passed++
		return w.total < 0 || len(rows) < wanted
	})
	if w.total >= 0 {
		passed = w.total
	}
	return w.cut(rows, passed), err
}

func (l *lister) sorted(ctx context.Context, tx *db.Tx, w window) (found, error) {
	var all []keyed
	err := l.each(ctx, tx, "", func(r storedRow, obj schema.Object) bool {
		all = append(all, keyed{id: r.id, key: l.order.key(obj)})
		return true
	})
	if err != nil {
		return found{}, err
	}
	l.order.sort(all)
	total := len(all)
	all = all[min(w.offset, total):]
	all = all[:min(w.wanted(), len(all))]
	ids := make([]string, len(all))
	for i, one := range all {
		ids[i] = one.id
	}
	rows, err := selectByIDs(ctx, tx, l.c.dir, l.rt.Name, ids)
	return w.cut(rows, total), err
}

// write adds rows to an answer.
func (l *lister) write(ctx context.Context, tx *db.Tx, b *listBody, rows []storedRow) error {
	k, err := l.view.kin(ctx, tx, idsOf(rows))
	if err != nil {
		return err
	}
	if err := l.view.follow(ctx, tx, rows, &k); err != nil {
		return err
	}
	b.grow(rows)
	for _, r := range rows {
		b.next()
		if b.resources, err = l.view.append(b.resources, r, k); err != nil {
			return err
		}
	}
	return nil
}

// listBody is a ListResponse that is being written.
type listBody struct {
	n         int // resources in it
	resources []byte
	window    window
}

func newListBody(w window) *listBody { return &listBody{window: w} }

// grow makes room for rows, and for what the server adds to each.
func (b *listBody) grow(rows []storedRow) {
	size := len(b.resources)
	for _, r := range rows {
		size += len(r.document) + 400
	}
	if cap(b.resources) < size {
		b.resources = append(make([]byte, 0, size), b.resources...)
	}
}

// next begins another resource.
func (b *listBody) next() {
	if b.n > 0 {
		b.resources = append(b.resources, ',')
	}
	b.n++
}

// end answers the whole body; next is the window of the page after it.
func (b *listBody) end(s *Service, c *call, kind string, q listQuery, next window, more bool) ([]byte, error) {
	body := make([]byte, 0, len(b.resources)+400)
	body = append(body, `{"schemas":["`+listURN+`"],"totalResults":`...)
	body = strconv.AppendInt(body, int64(next.total), 10)
	body = append(body, `,"itemsPerPage":`...)
	body = strconv.AppendInt(body, int64(b.n), 10)
	switch {
	case !b.window.cursors:
		body = append(body, `,"startIndex":`...)
		body = strconv.AppendInt(body, int64(b.window.offset)+1, 10)
	case more:
		cursor, err := s.sealCursor(c, kind, q, next)
		if err != nil {
			return nil, err
		}
		body = append(append(append(body, `,"nextCursor":"`...), cursor...), '"')
	}
	body = append(append(body, `,"Resources":[`...), b.resources...)
	return append(body, "]}"...), nil
}
