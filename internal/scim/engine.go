// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/patch"
	"github.com/passmuster/muster/internal/scim/schema"
)

// The engine knows no resource type: what it does follows from the schema. What
// users and groups bring about beyond SCIM is in follow.go.

// errNotFound is what a resource that is not there gets (RFC 7644 §3.12).
func errNotFound(rt *schema.ResourceType, id string) error {
	return &schema.Error{Status: statusNotFound, Detail: fmt.Sprintf("%s %s not found.", rt.Name, id)}
}

// errTaken is a breach of uniqueness (RFC 7644 §3.3).
func errTaken(rt *schema.ResourceType, obj schema.Object) error {
	name := unique(rt)
	return &schema.Error{
		Status: statusConflict, ScimType: schema.UniquenessErr,
		Detail: fmt.Sprintf("There is a %s with the %s %q already.", rt.Name, name, text(obj, name)),
	}
}

// condition is what a request asks of the version it changes (RFC 7644 §3.14).
type condition struct{ ifMatch string }

func (c condition) check(r Resource) error {
	if c.ifMatch == "" || c.ifMatch == "*" || matches(c.ifMatch, r.etag()) {
		return nil
	}
	return &schema.Error{Status: statusPrecondition, Detail: "The resource has changed: its version is " + r.etag() + "."}
}

// edit is what a request asks of one resource.
type edit struct {
	body []byte
	cond condition
	id   string
}

// turn is what a request makes of a resource.
type turn struct {
	before, after Resource
	change        membership
}

// create makes a resource of a body (RFC 7644 §3.3).
func (s *Service) create(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, body []byte) (Resource, error) {
	read, err := schema.Decode(body, rt, c.dir.mode())
	if err != nil {
		return Resource{}, err
	}
	c.tolerated.Merge(read.Tolerated)
	return s.createObject(ctx, tx, c, rt, read)
}

func (s *Service) createObject(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, read schema.Decoded) (Resource, error) {
	if err := checkFit(rt, read.Object); err != nil {
		return Resource{}, err
	}
	if err := s.learn(ctx, tx, c, rt.Name, read.Learned); err != nil {
		return Resource{}, err
	}
	r := Resource{
		Active: activeOf(read.Object), CreatedAt: c.now, ID: tx.NewID(c.now), Object: saying(rt, read.Object), Type: rt.Name,
		UpdatedAt: c.now, Version: 1,
	}
	if !r.Active {
		r.DeactivatedAt = &c.now
	}
	var err error
	if r.Object, err = s.pointed(ctx, tx, c, rt, r.Object); err != nil {
		return Resource{}, err
	}
	c.about(r)
	members := membersOf(r.Object)
	r.Object = without(r.Object)
	change := membership{added: members}
	if rt.Name == typeUser {
		err := s.createUser(ctx, tx, c, read.Type, &r)
		return r, err
	}
	if err := s.insert(ctx, tx, c, read.Type, &r); err != nil {
		return Resource{}, err
	}
	if err := s.checkMembers(ctx, tx, c, members); err != nil {
		return Resource{}, err
	}
	if err := change.write(ctx, tx, c.dir, r.ID); err != nil {
		return Resource{}, err
	}
	if err := s.follow(ctx, tx, c, Resource{}, &r, change); err != nil {
		return Resource{}, err
	}
	return r, s.tell(ctx, tx, c, r, didCreate, nil)
}

// createUser makes the person and the account first, so that the row is written
// once, and one entry tells of all three: it is what a provider does most when it
// is connected.
func (s *Service) createUser(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, r *Resource) error {
	taken, err := selectTaken(ctx, tx, c.dir, r.Type, keyOf(rt, r.Object, r.ID))
	if err != nil {
		return err
	}
	if taken {
		return errTaken(rt, r.Object)
	}
	c.brought, c.newborn = nil, r.ID
	if err := s.follow(ctx, tx, c, Resource{}, r, membership{}); err != nil {
		return err
	}
	if err := s.insert(ctx, tx, c, rt, r); err != nil {
		return err
	}
	return s.tell(ctx, tx, c, *r, didCreate, nil)
}

// insert writes a resource that is new, and the values that it is looked up by.
func (s *Service) insert(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, r *Resource) error {
	columns := row(rt, r)
	taken, err := insertResource(ctx, tx, c.dir, *r, columns)
	if err != nil {
		return err
	}
	if taken {
		return errTaken(rt, r.Object)
	}
	return insertValues(ctx, tx, c.dir.Number, r.ID, looked(rt, r.Object))
}

// replace puts a body in the place of a resource (RFC 7644 §3.5.1).
func (s *Service) replace(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, e edit) (Resource, error) {
	before, err := s.hold(ctx, tx, c, rt, e)
	if err != nil {
		return Resource{}, err
	}
	read, err := schema.Decode(e.body, rt, c.dir.mode())
	if err != nil {
		return Resource{}, err
	}
	c.tolerated.Merge(read.Tolerated)
	if err := s.learn(ctx, tx, c, rt.Name, read.Learned); err != nil {
		return Resource{}, err
	}
	after := before
	after.Object = read.Object
	// A provider that leaves active out does not mean to reactivate (contract 1.6).
	if before.Object["active"] != nil && after.Object["active"] == nil {
		after.Object["active"] = before.Object["active"]
	}
	if err := schema.KeepImmutable(before.Object, after.Object, read.Type); err != nil {
		return Resource{}, err
	}
	var change membership
	if hasMembers(rt) {
		now, err := selectMembers(ctx, tx, c.dir, e.id)
		if err != nil {
			return Resource{}, err
		}
		change = difference(now, membersOf(after.Object))
		if err := s.checkMembers(ctx, tx, c, change.added); err != nil {
			return Resource{}, err
		}
		after.Object = without(after.Object)
	}
	return s.save(ctx, tx, c, read.Type, turn{before, after, change})
}

// patch changes a resource by operations (RFC 7644 §3.5.2).
func (s *Service) patch(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, e edit) (Resource, error) {
	p, err := patch.Parse(e.body, rt, c.dir.mode())
	if err != nil {
		return Resource{}, err
	}
	c.tolerated.Merge(p.Tolerated)
	return s.apply(ctx, tx, c, rt, e, p)
}

func (s *Service) apply(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, e edit, p patch.Patch) (Resource, error) {
	before, err := s.hold(ctx, tx, c, rt, e)
	if err != nil {
		return Resource{}, err
	}
	if err := s.learn(ctx, tx, c, rt.Name, p.Learned); err != nil {
		return Resource{}, err
	}
	ops, rest, simple := p.Members()
	if !hasMembers(rt) {
		ops, rest, simple = nil, p, true
	}
	if !simple {
		return s.applyWhole(ctx, tx, c, before, p)
	}
	applied, err := rest.Apply(before.Object)
	if err != nil {
		return Resource{}, err
	}
	c.tolerated.Merge(applied.Tolerated)
	after := before
	after.Object = applied.Object
	change, err := s.changeMembers(ctx, tx, c, e.id, ops)
	if err != nil {
		return Resource{}, err
	}
	return s.save(ctx, tx, c, p.Type, turn{before, after, change})
}

// applyWhole is apply for operations that must see all members.
func (s *Service) applyWhole(ctx context.Context, tx *db.Tx, c *call, before Resource, p patch.Patch) (Resource, error) {
	members, err := selectMembers(ctx, tx, c.dir, before.ID)
	if err != nil {
		return Resource{}, err
	}
	whole := without(before.Object)
	obj := make(schema.Object, len(whole)+1)
	for name, value := range whole {
		obj[name] = value
	}
	if len(members) > 0 {
		list := make([]any, len(members))
		for i, m := range members {
			list[i] = m.wire(c.base)
		}
		obj[membersName] = list
	}
	applied, err := p.Apply(obj)
	if err != nil {
		return Resource{}, err
	}
	c.tolerated.Merge(applied.Tolerated)
	after := before
	after.Object = applied.Object
	change := difference(members, membersOf(after.Object))
	if err := s.checkMembers(ctx, tx, c, change.added); err != nil {
		return Resource{}, err
	}
	after.Object = without(after.Object)
	return s.save(ctx, tx, c, p.Type, turn{before, after, change})
}

// save writes what differs; nothing, and no new version, when nothing does
// (contract S3).
func (s *Service) save(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, t turn) (Resource, error) {
	before, after, change := t.before, t.after, t.change
	var err error
	if after.Object, err = s.pointed(ctx, tx, c, rt, saying(rt, after.Object)); err != nil {
		return Resource{}, err
	}
	if err := checkFit(rt, after.Object); err != nil {
		return Resource{}, err
	}
	after.Active = activeOf(after.Object)
	if schema.Equal(before.Object, after.Object) && change.empty() {
		return before, nil
	}
	after.UpdatedAt, after.Version = c.now, before.Version+1
	switch {
	case after.Active:
		after.DeactivatedAt = nil
	case before.Active:
		after.DeactivatedAt = &c.now
	}
	c.about(after)
	columns := row(rt, &after)
	taken, err := updateResource(ctx, tx, c.dir, before, after, columns)
	if err != nil {
		return Resource{}, err
	}
	if taken {
		return Resource{}, errTaken(rt, after.Object)
	}
	if err := putValues(ctx, tx, c.dir.Number, after.ID, looked(rt, before.Object), looked(rt, after.Object)); err != nil {
		return Resource{}, err
	}
	if err := change.write(ctx, tx, c.dir, after.ID); err != nil {
		return Resource{}, err
	}
	if err := s.follow(ctx, tx, c, before, &after, change); err != nil {
		return Resource{}, err
	}
	return after, s.tell(ctx, tx, c, after, didUpdate, &before)
}

// remove deletes a resource for good (RFC 7644 §3.6): it leaves every group, and
// what is unique about it is free at once.
func (s *Service) remove(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, e edit) error {
	before, err := s.hold(ctx, tx, c, rt, e)
	if err != nil {
		return err
	}
	if err := s.release(ctx, tx, c, before); err != nil {
		return err
	}
	if err := deleteMemberships(ctx, tx, c.dir, e.id, c.now); err != nil {
		return err
	}
	if err := deleteResource(ctx, tx, c.dir, e.id); err != nil {
		return err
	}
	return s.tell(ctx, tx, c, before, didDelete, nil)
}

// hold reads a resource that is about to change.
func (s *Service) hold(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, e edit) (Resource, error) {
	r, err := selectHeld(ctx, tx, c.dir, rt.Name, e.id)
	if errors.Is(err, db.ErrNoRow) {
		return Resource{}, errNotFound(rt, e.id)
	}
	if err != nil {
		return Resource{}, err
	}
	c.about(r)
	return r, e.cond.check(r)
}

// about notes for the log whom a request is about.
func (c *call) about(r Resource) { c.subject, c.resource = r.nameOf(), r.ID }
