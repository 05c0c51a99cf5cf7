// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// A search over all resource types (RFC 7644 §3.4.2.1): those that are stored,
// one after the other, then the roles. What a type does not know has no value
// there; what no type knows is an error. With an order, the types are mixed.

// everything is such a search.
type everything struct {
	c       *call
	listers []*lister
	order   ordering // of the first type that knows what to sort by; ref is nil for none
	q       listQuery
	roles   roleShelf
}

// roleShelf are the roles that pass. They are few, and in no table of ours.
type roleShelf struct {
	objects []schema.Object
	order   ordering
	p       *schema.Projection
	rt      *schema.ResourceType
}

// listAll answers the resources of all types that pass.
func (s *Service) listAll(ctx context.Context, c *call, q listQuery) (body []byte, err error) {
	known, err := s.Access.Roles(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := s.newEverything(ctx, tx, c, q, known)
		if err != nil {
			return err
		}
		body, err = s.searchAll(ctx, tx, e)
		return err
	})
	return body, err
}

func (s *Service) newEverything(ctx context.Context, tx *db.Tx, c *call, q listQuery, known []access.RoleCount) (*everything, error) {
	e := &everything{c: c, q: q}
	types := make([]*schema.ResourceType, 0, 4)
	for _, base := range s.baseTypes() {
		rt, err := s.typeOf(ctx, tx, c.dir, base.Name)
		if err != nil {
			return nil, err
		}
		types = append(types, rt)
	}
	role := schema.Role()
	filters, err := acrossTypes(c, q, append(types, role))
	if err != nil {
		return nil, err
	}
	for i, rt := range types {
		l, err := s.listerFor(c, rt, q, filters[i])
		if err != nil {
			return nil, err
		}
		e.listers = append(e.listers, l)
		if e.order.ref == nil {
			e.order = l.order
		}
	}
	e.roles = roleShelf{
		order: orderOf(role, c.dir.mode(), q.SortBy, q.SortOrder), p: schema.NewProjection(role, c.dir.mode(), q.Attributes, q.Excluded), rt: role,
	}
	for _, one := range known {
		if obj := roleObject(c, role, one.Role); filters[len(types)] == nil || filters[len(types)].Match(obj) {
			e.roles.objects = append(e.roles.objects, obj)
		}
	}
	return e, nil
}

// acrossTypes holds a filter against each of several types; all are nil when there
// is none. A name that none of them knows is invalidFilter.
func acrossTypes(c *call, q listQuery, types []*schema.ResourceType) ([]*filter.Filter, error) {
	filters := make([]*filter.Filter, len(types))
	if strings.TrimSpace(q.Filter) == "" {
		return filters, nil
	}
	lacking := map[string]int{}
	for i, rt := range types {
		f, err := filter.New(q.Filter, rt, filter.Options{Mode: c.dir.mode(), Unknown: true})
		if err != nil {
			return nil, err
		}
		filters[i] = f
		c.tolerated.Merge(f.Tolerated())
		seen := map[string]bool{}
		for _, name := range f.Unknown() {
			if seen[name] {
				continue
			}
			seen[name] = true
			if lacking[name]++; lacking[name] == len(types) {
				return nil, schema.Errorf(schema.InvalidFilter, "%s is not an attribute of any resource that a filter can ask for.", name)
			}
		}
	}
	return filters, nil
}

// searchAll answers a page.
func (s *Service) searchAll(ctx context.Context, tx *db.Tx, e *everything) ([]byte, error) {
	w, err := s.windowOf(e.c, "", e.q)
	if err != nil {
		return nil, err
	}
	body := newListBody(w)
	total := 0
	if e.order.ref != nil || e.roles.order.ref != nil {
		total, err = e.mixed(ctx, tx, body, w)
	} else {
		total, err = e.inTurn(ctx, tx, body, w)
	}
	if err != nil {
		return nil, err
	}
	next := w
	next.offset, next.total = w.offset+body.n, total
	return body.end(s, e.c, "", e.q, next, w.count > 0 && next.offset < total)
}

// inTurn writes a page of one type after the other, and answers how many pass.
func (e *everything) inTurn(ctx context.Context, tx *db.Tx, body *listBody, w window) (total int, err error) {
	left := w
	left.cursors, left.total = false, -1
	for _, l := range e.listers {
		page, err := l.find(ctx, tx, left)
		if err != nil {
			return 0, err
		}
		if err := l.write(ctx, tx, body, page.rows); err != nil {
			return 0, err
		}
		total += page.total
		left.count -= len(page.rows)
		left.offset = max(left.offset-page.total, 0)
	}
	rest := e.roles.objects[min(left.offset, len(e.roles.objects)):]
	for _, obj := range rest[:min(left.count, len(rest))] {
		e.roles.write(body, obj)
	}
	return total + len(e.roles.objects), nil
}

func (r roleShelf) write(body *listBody, obj schema.Object) {
	body.next()
	body.resources = schema.Append(body.resources, r.p.Apply(obj), r.rt)
}

// mixed writes a page of all types in one order, and answers how many pass. A type
// that does not know what to sort by has no value.
func (e *everything) mixed(ctx context.Context, tx *db.Tx, body *listBody, w window) (int, error) {
	all, err := e.keys(ctx, tx)
	if err != nil {
		return 0, err
	}
	o := e.order
	if o.ref == nil {
		o = e.roles.order
	}
	o.sort(all)
	total := len(all)
	all = all[min(w.offset, total):]
	return total, e.writeMixed(ctx, tx, body, all[:min(w.count, len(all))])
}

// keys answers all that pass, of every type.
func (e *everything) keys(ctx context.Context, tx *db.Tx) (all []keyed, err error) {
	for i, l := range e.listers {
		err := l.each(ctx, tx, "", func(r storedRow, obj schema.Object) bool {
			all = append(all, keyed{id: r.id, key: l.order.key(obj), of: i})
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	for _, obj := range e.roles.objects {
		all = append(all, keyed{id: text(obj, "id"), key: e.roles.order.key(obj), of: len(e.listers)})
	}
	return all, nil
}

func (e *everything) writeMixed(ctx context.Context, tx *db.Tx, body *listBody, page []keyed) (err error) {
	roles := map[string]schema.Object{}
	for _, obj := range e.roles.objects {
		roles[text(obj, "id")] = obj
	}
	rows := make([]map[string]storedRow, len(e.listers))
	kin := make([]kinship, len(e.listers))
	for i := range e.listers {
		if rows[i], kin[i], err = e.load(ctx, tx, i, page); err != nil {
			return err
		}
	}
	for _, one := range page {
		if one.of == len(e.listers) {
			e.roles.write(body, roles[one.id])
			continue
		}
		body.next()
		if body.resources, err = e.listers[one.of].view.append(body.resources, rows[one.of][one.id], kin[one.of]); err != nil {
			return err
		}
	}
	return nil
}

// load reads those resources of a page that are of one type.
func (e *everything) load(ctx context.Context, tx *db.Tx, of int, page []keyed) (map[string]storedRow, kinship, error) {
	var ids []string
	for _, one := range page {
		if one.of == of {
			ids = append(ids, one.id)
		}
	}
	l := e.listers[of]
	rows, err := selectByIDs(ctx, tx, e.c.dir, l.rt.Name, ids)
	if err != nil {
		return nil, kinship{}, err
	}
	found := make(map[string]storedRow, len(rows))
	for _, r := range rows {
		found[r.id] = r
	}
	k, err := l.view.kin(ctx, tx, idsOf(rows))
	if err == nil {
		err = l.view.follow(ctx, tx, rows, &k)
	}
	return found, k, err
}
