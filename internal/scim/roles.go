// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// roles answers the roles that a user can be given, so that a provider discovers
// them in place of typed ids (contract E9): a ListResponse, or the one role that id
// names. They are few, so filter, order and page are all worked out here.
func (s *Service) roles(ctx context.Context, c *call, id string, q listQuery) ([]byte, error) {
	known, err := s.Access.Roles(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	rt := schema.Role()
	p := schema.NewProjection(rt, c.dir.mode(), q.Attributes, q.Excluded)
	if id == "" {
		return s.listRoles(c, rt, q, known)
	}
	for _, role := range known {
		if string(role.ID) == id {
			return schema.Canonical(p.Apply(roleObject(c, rt, role.Role)), rt), nil
		}
	}
	return nil, errNotFound(rt, id)
}

func roleObject(c *call, rt *schema.ResourceType, role access.Role) schema.Object {
	obj := schema.Object{
		"displayName": role.Name, "id": string(role.ID), "schemas": []any{rt.Schema},
		"meta": schema.Object{"resourceType": rt.Name, "location": c.base + rt.Endpoint + "/" + string(role.ID)},
	}
	if role.Summary != "" {
		obj["description"] = role.Summary
	}
	return obj
}

func (s *Service) listRoles(c *call, rt *schema.ResourceType, q listQuery, known []access.RoleCount) ([]byte, error) {
	w, err := s.windowOf(c, rt.Name, q)
	if err != nil {
		return nil, err
	}
	passing, err := passingRoles(c, rt, q, known)
	if err != nil {
		return nil, err
	}
	p := schema.NewProjection(rt, c.dir.mode(), q.Attributes, q.Excluded)
	body := newListBody(w)
	page := passing[min(w.offset, len(passing)):]
	for _, obj := range page[:min(w.count, len(page))] {
		body.next()
		body.resources = schema.Append(body.resources, p.Apply(obj), rt)
	}
	next := w
	next.offset, next.total = w.offset+body.n, len(passing)
	return body.end(s, c, rt.Name, q, next, w.count > 0 && next.offset < len(passing))
}

// passingRoles answers those that pass, in the order that is asked for.
func passingRoles(c *call, rt *schema.ResourceType, q listQuery, known []access.RoleCount) ([]schema.Object, error) {
	var f *filter.Filter
	if strings.TrimSpace(q.Filter) != "" {
		var err error
		if f, err = filter.New(q.Filter, rt, filter.Options{Mode: c.dir.mode()}); err != nil {
			return nil, err
		}
		c.tolerated.Merge(f.Tolerated())
	}
	byID := map[string]schema.Object{}
	var order []keyed
	o := orderOf(rt, c.dir.mode(), q.SortBy, q.SortOrder)
	for _, role := range known {
		obj := roleObject(c, rt, role.Role)
		if f != nil && !f.Match(obj) {
			continue
		}
		one := keyed{id: string(role.ID)}
		if o.ref != nil {
			one.key = o.key(obj)
		}
		byID[one.id] = obj
		order = append(order, one)
	}
	if o.ref != nil {
		o.sort(order)
	}
	passing := make([]schema.Object, len(order))
	for i, one := range order {
		passing[i] = byID[one.id]
	}
	return passing, nil
}
