// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// Owners is the name of the system definition by which rules see whose accounts
// are.
const Owners = "owners"

//go:embed owners.json
var ownersSchema []byte

// OwnersSystem describes it: a record for each account that has an owner.
func OwnersSystem() resource.System { return resource.System{Name: Owners, Schema: ownersSchema} }

// Records is what the feed of owners needs of package resource.
type Records interface {
	PutDelta(ctx context.Context, c caller.Caller, d resource.Definition, collect func(context.Context) ([]resource.Change, error)) (resource.Result, error)
	System(ctx context.Context, w caller.Workspace, name string) (resource.Definition, error)
}

// note is an account whose owner has to be fed.
type note struct {
	facet.Key

	stamp string
}

// feedStep is how many owners one delta carries.
const feedStep = 2000

// HasFeed says whether Feed has anything to do.
func (s *Service) HasFeed(ctx context.Context) (due bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := selectFeedWorkspaces(ctx, tx)
		due = len(list) > 0
		return err
	})
	return due, err
}

// Feed is a pass: it brings the records of owners to what the links are.
func (s *Service) Feed(ctx context.Context) error {
	var list []caller.Workspace
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = selectFeedWorkspaces(ctx, tx)
		return err
	})
	for _, w := range list {
		err = errors.Join(err, s.feed(ctx, w))
	}
	return err
}

// Settle brings the owners of a workspace to what the links are, for whoever is about
// to look at what rules say.
func (s *Service) Settle(ctx context.Context, w caller.Workspace) error { return s.feed(ctx, w) }

// notedAtOnce is how many people one statement asks for.
const notedAtOnce = 500

// PeopleCarried is called when the records of people are others, by whatever cause,
// the clock too: what the owners of accounts say of them follows.
func (s *Service) PeopleCarried(ctx context.Context, w caller.Workspace, people []directory.PersonID) error {
	if len(people) == 0 || s.Records == nil {
		return nil
	}
	stamp := db.NewID(s.Now())
	if err := s.DB.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) error { // or they are carried again
		for some := range slices.Chunk(people, notedAtOnce) {
			if err := noteOwners(ctx, tx, w.Number, some, stamp); err != nil {
				return fmt.Errorf("note the accounts of people: %w", err)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return s.feed(ctx, w)
}

// Landed is of resource.View: the links that a push made reach the rules before
// it is answered.
func (s *Service) Landed(ctx context.Context, d resource.Definition) error {
	err := s.feed(ctx, d.Workspace)
	for _, w := range s.Watchers {
		err = errors.Join(err, w.AccountsLanded(ctx, d))
	}
	return err
}

// feed carries what is noted of a workspace over.
func (s *Service) feed(ctx context.Context, w caller.Workspace) error {
	for s.Records != nil {
		notes, err := s.notes(ctx, w)
		if err != nil || len(notes) == 0 {
			return err
		}
		d, err := s.Records.System(ctx, w, Owners)
		if err != nil {
			return err
		}
		notes = nil
		if _, err = s.Records.PutDelta(ctx, system(w), d, func(ctx context.Context) (changes []resource.Change, err error) {
			notes, changes, err = s.collect(ctx, w)
			return changes, err
		}); err != nil {
			return fmt.Errorf("feed owners: %w", err)
		}
		if err := s.DB.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) error { return deleteNotes(ctx, tx, w.Number, notes) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) notes(ctx context.Context, w caller.Workspace) (notes []note, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		notes, err = selectNotes(ctx, tx, w.Number, 1)
		return err
	})
	return notes, err
}

// collect reads notes and how the owners that they name are now.
func (s *Service) collect(ctx context.Context, w caller.Workspace) (notes []note, changes []resource.Change, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if notes, err = selectNotes(ctx, tx, w.Number, feedStep); err != nil {
			return err
		}
		owned, err := selectNoted(ctx, tx, w.Number, notes)
		if err != nil {
			return err
		}
		var ids []directory.PersonID
		for _, o := range owned {
			if o.owner.kind == KindPerson {
				ids = append(ids, o.owner.person)
			}
		}
		people, err := s.Directory.ByIDs(ctx, tx, w.Number, ids)
		changes = make([]resource.Change, len(owned))
		for i, o := range owned {
			changes[i] = o.change(people, s.instant())
		}
		return err
	})
	return notes, changes, err
}

// owned is an account with its owner, if it has one.
type owned struct {
	place

	owner owner
}

// change answers the record of an owner.
func (o owned) change(people map[directory.PersonID]directory.Person, now time.Time) resource.Change {
	id := o.id()
	change := resource.Change{DisplayName: o.name, UniqueID: id}
	properties := map[string]any{"account": id, "kind": o.owner.kind.feedWord()}
	switch o.owner.kind {
	case KindNone:
		return change
	case KindPerson:
		p, ok := people[o.owner.person]
		if !ok {
			return change
		}
		properties["personId"], properties["email"], properties["status"] = string(p.ID), p.Email, string(p.Employment(now))
		if left := p.LeftAt(now); left != nil {
			properties["leftAt"] = left.UTC().Format(time.RFC3339Nano)
		}
	case KindExternal, KindService:
		if o.owner.email != "" {
			properties["email"] = o.owner.email
		}
	}
	change.Properties = properties
	return change
}

func (k Kind) feedWord() string {
	return [...]string{"none", "person", "external", "service"}[k]
}
