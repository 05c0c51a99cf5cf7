// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// Note is what people say of a record. The zero Note is what they say of most.
type Note struct {
	Description string // "" for none
	OutOfScope  bool
	Owner       directory.PersonID // "" for nobody
}

// Facet is what lists filter by and counters count.
type Facet struct {
	Described  bool
	Gone       bool // no push of now has the record
	OutOfScope bool
	Owned      bool
}

func (f Facet) code() (code int64) {
	for i, is := range []bool{f.OutOfScope, f.Owned, f.Described, f.Gone} {
		if is {
			code |= 1 << i
		}
	}
	return code
}

// facetOf is the inverse of code.
func facetOf(code int64) Facet {
	return Facet{OutOfScope: code&1 != 0, Owned: code&2 != 0, Described: code&4 != 0, Gone: code&8 != 0}
}

func (n Note) facet(gone bool) Facet {
	return Facet{Described: n.Description != "", Gone: gone, OutOfScope: n.OutOfScope, Owned: n.Owner != ""}
}

// Change says what to say of a record from now on; nil leaves it as it is, "" takes
// it away.
type Change struct {
	Description *string
	InScope     *bool
	Owner       *string // id of a person
}

// maxDescription is how many characters a description may have.
const maxDescription = 10_000

// apply answers the note after the change.
func (ch Change) apply(n Note) (Note, error) {
	if ch.Description != nil {
		n.Description = strings.TrimSpace(*ch.Description)
		if utf8.RuneCountInString(n.Description) > maxDescription || strings.ContainsRune(n.Description, 0) {
			return n, fault.At(fault.Problem{Pointer: "/description", Message: "must have at most 10000 characters, and no U+0000"})
		}
	}
	if ch.InScope != nil {
		n.OutOfScope = !*ch.InScope
	}
	if ch.Owner != nil {
		n.Owner = directory.PersonID(*ch.Owner)
	}
	return n, nil
}

// Edit changes what is said of a record. Faults: NotFound, Invalid for a description
// that is too long, Impossible for an owner whom nobody knows and for a record that is
// gone.
func (s *Service) Edit(ctx context.Context, c caller.Caller, at Ref, id string, ch Change) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.definition(ctx, tx, c, at)
		if err != nil {
			return err
		}
		item, ok, err := resource.ItemOf(ctx, tx, d.Number, id)
		if err != nil || !ok {
			return errors.Join(err, noResource(id, ok))
		}
		if err := s.hold(ctx, tx, d); err != nil {
			return err
		}
		return s.edit(ctx, tx, c, d, item, ch)
	})
}

func noResource(id string, ok bool) error {
	if ok {
		return nil
	}
	return fault.New(fault.NotFound, "there is no resource of this kind with the id %s", id[:min(len(id), 100)])
}

// hold takes a definition's row until the end of the transaction. The first time, what
// a push that is under way changes may pass the view by, so the view is made anew.
func (s *Service) hold(ctx context.Context, tx *db.Tx, d resource.Definition) error {
	times, err := touchDefinition(ctx, tx, d)
	if err != nil || times > 1 {
		return err
	}
	return resource.SetBehind(ctx, tx, d, s)
}

// edit is Edit of an item of a definition that is held.
func (s *Service) edit(ctx context.Context, tx *db.Tx, c caller.Caller, d resource.Definition, item resource.Item, ch Change) error {
	head, err := resource.HeadOf(ctx, tx, d.Number)
	if err != nil {
		return err
	}
	entities, err := resource.Entities(ctx, tx, d.Number, head.Number, []resource.Item{item})
	if err != nil {
		return err
	}
	if len(entities) == 0 {
		return fault.New(fault.Impossible, "the resource is gone: the newest push left it out")
	}
	owner, err := s.owner(ctx, tx, c, ch.Owner)
	if err != nil {
		return err
	}
	rows, err := selectNotes(ctx, tx, d, []resource.Item{item})
	if err != nil {
		return err
	}
	was, known := rows[item]
	is, err := ch.apply(was.Note)
	if err != nil || is == was.Note {
		return err
	}
	from, to := int64(-1), is.facet(false).code()
	if known {
		from = was.facet.code()
	}
	if err := putNote(ctx, tx, d, item, is, db.Millis(s.Now())); err != nil {
		return err
	}
	deltas := facet.Deltas{}
	deltas.Move(int64(d.Number), from, to)
	if err := table.Apply(ctx, tx, d.Workspace.Number, deltas); err != nil {
		return err
	}
	list, err := s.changes(ctx, tx, c, was.Note, is, owner)
	if err != nil {
		return err
	}
	e := entities[0]
	return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
		Actor: c, Kind: "resource",
		Subject: evidence.Subject{Kind: "resource", ID: resource.EntityID(d.Number, e.Item, e.CreatedAt), Name: e.Name()},
		Body:    map[string]any{"what": "edited", "definition": string(d.ID), "resourceKind": d.Name, "changes": list},
	})
}

// owner answers what the person is called who is to own a record, "" for nobody, and
// refuses whom nobody knows.
func (s *Service) owner(ctx context.Context, tx *db.Tx, c caller.Caller, id *string) (string, error) {
	if id == nil || *id == "" {
		return "", nil
	}
	p, err := s.Directory.ByID(ctx, tx, c.Workspace.Number, directory.PersonID(*id))
	if errors.Is(err, db.ErrNoRow) || err == nil && p.NotPerson {
		return "", fault.New(fault.Impossible, "ownerId: there is no person with the id %s", (*id)[:min(len(*id), 100)])
	}
	return p.Name.Display, err
}

// formerly answers what the owner of a note is called; the id of who is gone.
func (s *Service) formerly(ctx context.Context, tx *db.Tx, c caller.Caller, n Note) (string, error) {
	if n.Owner == "" {
		return "", nil
	}
	p, err := s.Directory.ByID(ctx, tx, c.Workspace.Number, n.Owner)
	if errors.Is(err, db.ErrNoRow) {
		return string(n.Owner), nil
	}
	return p.Name.Display, err
}

// changes answers what distinguishes two notes, for people; owner is what the next
// owner is called.
func (s *Service) changes(ctx context.Context, tx *db.Tx, c caller.Caller, was, is Note, owner string) (list []evidence.Change, err error) {
	add := func(field string, before, after any) {
		if before != after {
			list = append(list, evidence.Change{Field: field, Before: before, After: after})
		}
	}
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	add("inScope", !was.OutOfScope, !is.OutOfScope)
	add("description", text(was.Description), text(is.Description))
	if was.Owner == is.Owner {
		return list, nil
	}
	before, err := s.formerly(ctx, tx, c, was)
	if err != nil {
		return nil, err
	}
	return append(list, evidence.Change{Field: "owner", Before: text(before), After: text(owner)}), nil
}
