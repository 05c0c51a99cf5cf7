// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// Names of what happens in a directory, on the audit trail and for webhooks
// (contract section 3). The trail makes them of an entry's kind, directory_user,
// and of what was done, "created". Further ones are the trail's own, such as
// directory.user.adopted or directory.token_made.
const (
	EventActivated        = "directory.activated"
	EventDeleted          = "directory.deleted"
	EventGroupCreated     = "directory.group.created"
	EventGroupDeleted     = "directory.group.deleted"
	EventGroupUpdated     = "directory.group.updated"
	EventGroupUserAdded   = "directory.group.user_added"
	EventGroupUserRemoved = "directory.group.user_removed"
	EventUserCreated      = "directory.user.created"
	EventUserDeleted      = "directory.user.deleted"
	EventUserUpdated      = "directory.user.updated"
)

// Events answers these names.
func Events() []string {
	return []string{
		EventActivated, EventDeleted, EventGroupCreated, EventGroupDeleted, EventGroupUpdated, EventGroupUserAdded, EventGroupUserRemoved,
		EventUserCreated, EventUserDeleted, EventUserUpdated,
	}
}

// What was done, as bodies of entries say it.
const (
	didActivate = "activated"
	didAdd      = "user_added"
	didAdopt    = "adopted"
	didCreate   = "created"
	didDelete   = "deleted"
	didRemove   = "user_removed"
	didUpdate   = "updated"
)

// An entry about a resource names it as subject, the directory as actor or as a
// further target, and what changed with what it was before (difference.go): whoever
// feeds on the trail needs nothing else. That an account was switched off or on is
// a change of active. Several members who come or go at once share an entry, in
// which each is a change with id and name. A password is in no Object, and so in
// no entry.

// toldMembers is how many members one entry names.
const toldMembers = 100

// tell leaves the entry about a change of a resource. before is nil unless it was
// an update; an update that shows in nothing, as one of members only, is told by
// tellMembers.
func (s *Service) tell(ctx context.Context, tx *db.Tx, c *call, r Resource, what string, before *Resource) error {
	if c.rehearsal || what == didCreate && r.Type == typeGroup { // which followGroup told
		return nil
	}
	return s.tellAny(ctx, tx, c, r, what, before)
}

func (s *Service) tellAny(ctx context.Context, tx *db.Tx, c *call, r Resource, what string, before *Resource) error {
	was, is := Resource{}, r
	switch {
	case before != nil:
		was = *before
	case what == didDelete:
		was, is = r, Resource{}
	}
	changes, err := s.changesOf(ctx, tx, c, was, is)
	if err != nil || what == didUpdate && len(changes) == 0 {
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
	if c.newborn == r.ID {
		maps.Copy(body, c.brought)
	}
	return evidence.Append(ctx, tx, c.now, evidence.Entry{
		Actor: c.actor, Kind: kind, Subject: evidence.Subject{Kind: kind, ID: r.ID, Name: line(r.nameOf(), toldLength)}, Body: body,
	})
}

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
	called := func(value string) any {
		id := line(value, toldLength)
		return map[string]string{"id": id, "name": cmp.Or(line(names[value], toldLength), id)}
	}
	for part := range slices.Chunk(change.added, toldMembers) {
		var changes []evidence.Change
		for _, m := range part {
			changes = append(changes, evidence.Change{Field: "member", After: called(m.Value)})
		}
		if err := c.append(ctx, tx, r, didAdd, changes); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(change.removed, toldMembers) {
		var changes []evidence.Change
		for _, value := range part {
			changes = append(changes, evidence.Change{Field: "member", Before: called(value)})
		}
		if err := c.append(ctx, tx, r, didRemove, changes); err != nil {
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
	return c.append(ctx, tx, r, didAdopt, changes)
}
