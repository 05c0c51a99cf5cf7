// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Entries of evidence about resources. Their kinds are directory_user,
// directory_group and so on; what was done is one of
//
//	created updated deactivated reactivated deleted adopted member_added member_removed
//
// What was said and what is are told where a value is a short text; anything else
// is only named. A password is in no Object, and so in no entry.

// toldMembers is how many members one entry names.
const toldMembers = 100

// toldLength is how much of a value an entry tells, in characters.
const toldLength = 200

// tell leaves the entry about a change of a resource. before is nil unless it was
// an update; an update that shows in nothing, as one of members only, is told by
// tellMembers.
func (s *Service) tell(ctx context.Context, tx *db.Tx, c *call, r Resource, what string, before *Resource) error {
	if c.rehearsal || what == "created" && r.Type == typeGroup { // which followGroup told
		return nil
	}
	return s.tellAny(ctx, tx, c, r, what, before)
}

func (s *Service) tellAny(ctx context.Context, tx *db.Tx, c *call, r Resource, what string, before *Resource) error {
	was, is := Resource{}, r
	switch {
	case before != nil:
		was = *before
	case what == "deleted":
		was, is = r, Resource{}
	}
	if what == "updated" && was.Active != is.Active {
		if what = "reactivated"; was.Active {
			what = "deactivated"
		}
	}
	changes, err := s.changesOf(ctx, tx, c, was, is)
	if err != nil || what == "updated" && len(changes) == 0 {
		return err
	}
	return c.append(ctx, tx, r, what, changes)
}

// append leaves an entry about a resource.
func (c *call) append(ctx context.Context, tx *db.Tx, r Resource, what string, changes []evidence.Change) error {
	kind := "directory_" + strings.ToLower(r.Type)
	body := map[string]any{"what": what, "directory": map[string]any{"id": string(c.dir.ID), "name": c.dir.Name}}
	if len(changes) > 0 {
		body["changes"] = changes
	}
	if c.actor.Kind == caller.Directory {
		delete(body, "directory") // it is the actor
	}
	return evidence.Append(ctx, tx, c.now, evidence.Entry{
		Actor: c.actor, Kind: kind, Subject: evidence.Subject{Kind: kind, ID: r.ID, Name: line(r.nameOf(), toldLength)}, Body: body,
	})
}

// differences collects what differs, as entries tell it.
type differences []evidence.Change

func (d *differences) add(field string, before, after any) {
	if before != after {
		*d = append(*d, evidence.Change{Field: field, Before: before, After: after})
	}
}

// leading are the attributes that entries tell first.
func leading() []string { return []string{"userName", "displayName"} }

// changesOf lists what differs between two states of a resource; the zero
// Resource is one that is not there.
func (s *Service) changesOf(ctx context.Context, tx *db.Tx, c *call, was, is Resource) (list differences, err error) {
	for _, name := range leading() {
		list.add(name, shortValue(was.Object[name]), shortValue(is.Object[name]))
	}
	if was.Type == typeUser || is.Type == typeUser {
		list.add("email", shortValue(addressOf(was.Object)), shortValue(addressOf(is.Object)))
		list.add("active", activity(was), activity(is))
		before, err := s.toldRole(ctx, tx, c, was)
		if err != nil {
			return nil, err
		}
		after, err := s.toldRole(ctx, tx, c, is)
		if err != nil {
			return nil, err
		}
		list.add("role", before, after)
	}
	if was.ID != "" && is.ID != "" {
		list.addOthers(was.Object, is.Object)
	}
	return list, nil
}

// addOthers tells what else differs: short values, and the names of the rest.
func (d *differences) addOthers(was, is schema.Object) {
	names := maps.Clone(was)
	maps.Copy(names, is)
	var others []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, after := was[name], is[name]
		if slices.Contains(leading(), name) || name == "active" || name == "schemas" || schema.Equal(before, after) {
			continue
		}
		if told(before) && told(after) && !schema.SecretName(name) {
			d.add(name, shortValue(before), shortValue(after))
			continue
		}
		others = append(others, name)
	}
	if len(others) > 0 {
		d.add("attributes", nil, strings.Join(others, ", "))
	}
}

// activity answers whether a user is active, nil for one that is not there.
func activity(r Resource) any {
	if r.ID == "" {
		return nil
	}
	return r.Active
}

// toldRole answers what the role of a user is called, nil for none.
func (s *Service) toldRole(ctx context.Context, tx *db.Tx, c *call, r Resource) (any, error) {
	if r.Role == "" {
		return nil, nil
	}
	role, known, err := s.role(ctx, tx, c.dir, string(r.Role))
	if !known {
		return nil, err
	}
	return role.Name, err
}

// told says whether the entry tells a value itself.
func told(value any) bool {
	switch value.(type) {
	case nil, bool, string, schema.Number:
		return true
	}
	return false
}

// shortValue answers a value as an entry tells it, nil for nothing.
func shortValue(value any) any {
	switch v := value.(type) {
	case string:
		if v = line(v, toldLength); v != "" {
			return v
		}
	case bool:
		return v
	case schema.Number:
		return line(string(v), toldLength)
	}
	return nil
}

// tellMembers leaves the entries about who came into a group and who left it;
// users are those of them that are users.
func (s *Service) tellMembers(ctx context.Context, tx *db.Tx, c *call, r Resource, change membership, users []Resource) error {
	names := make(map[string]string, len(users))
	for _, user := range users {
		names[user.ID] = user.nameOf()
	}
	for _, m := range change.added {
		if names[m.Value] == "" && m.Display != "" {
			names[m.Value] = m.Display
		}
	}
	called := func(value string) string {
		if name := line(names[value], toldLength); name != "" {
			return name
		}
		return line(value, toldLength)
	}
	for part := range slices.Chunk(change.added, toldMembers) {
		var changes []evidence.Change
		for _, m := range part {
			changes = append(changes, evidence.Change{Field: "member", After: called(m.Value)})
		}
		if err := c.append(ctx, tx, r, "member_added", changes); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(change.removed, toldMembers) {
		var changes []evidence.Change
		for _, value := range part {
			changes = append(changes, evidence.Change{Field: "member", Before: called(value)})
		}
		if err := c.append(ctx, tx, r, "member_removed", changes); err != nil {
			return err
		}
	}
	return nil
}

// tellAdopted leaves the entry about a local account that was handed over.
func (s *Service) tellAdopted(ctx context.Context, tx *db.Tx, c *call, r Resource, account access.User) error {
	role, err := s.toldRole(ctx, tx, c, r)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return err
	}
	changes := []evidence.Change{{Field: "managed by", Before: "Muster", After: c.dir.Name}}
	if role != nil && role != account.Role.Name {
		changes = append(changes, evidence.Change{Field: "role", Before: account.Role.Name, After: role})
	}
	return c.append(ctx, tx, r, "adopted", changes)
}
