// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// The ways in which an owner was found.
const (
	byEmail = "email"
	byHand  = "hand"
)

// owner is a row of account_owner.
type owner struct {
	email    string // of an external person
	how      string
	kind     Kind
	linkedAt int64
	linkedBy string // JSON
	name     string // of an external person; what a service account is for
	person   directory.PersonID
}

// link is one that was made by e-mail.
type link struct {
	account string // entity id
	name    string // the account's
	person  directory.Person
}

// linkByEmail finds owners for accounts of which nobody has said whose they are,
// and for those that changed their e-mail since they were linked by it. It writes
// the owners, and notes them in changes.
func (s *Service) linkByEmail(ctx context.Context, tx *db.Tx, d resource.Definition, changes []change) (links []link, err error) {
	var keys []string
	for _, c := range changes {
		if c.asksForOwner() {
			keys = append(keys, c.after.emailKey)
		}
	}
	people, err := s.peopleBy(ctx, tx, d.Workspace, keys)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	now, by := db.Millis(s.Now()), actorJSON(system(d.Workspace))
	stamp := db.NewID(s.Now())
	var fresh, notes []any
	for i := range changes {
		c := &changes[i]
		p, ok := people[c.after.emailKey]
		if !ok || !c.asksForOwner() || c.owned && c.owner.person == p.ID {
			continue
		}
		c.became, c.owns = owner{how: byEmail, kind: KindPerson, linkedAt: now, linkedBy: by, person: p.ID}, true
		links = append(links, link{resource.EntityID(d.Number, c.item, c.after.createdAt), c.after.name(), p})
		if c.owned {
			err = updateOwner(ctx, tx, d, c.item, c.became)
		} else {
			fresh = append(fresh, c.became.values(d, c.item)...)
		}
		if !c.known { // nothing can be noted yet
			notes = append(notes, d.Workspace.Number, int64(d.Number), int64(c.item), stamp)
		} else if err == nil {
			err = putNote(ctx, tx, d.Workspace.Number, c.key(d), stamp)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := tx.InsertMany(ctx, "account_feed", noteColumns, notes); err != nil {
		return nil, err
	}
	return links, tx.InsertMany(ctx, "account_owner", ownerColumns, fresh)
}

// asksForOwner says whether the account's e-mail decides whose it is.
func (c change) asksForOwner() bool {
	switch {
	case c.after.emailKey == "":
		return false
	case !c.owned:
		return true
	}
	return c.owner.how == byEmail && c.known && c.before.emailKey != c.after.emailKey
}

// name answers what the account is called.
func (r row) name() string {
	for _, name := range []string{r.displayName, r.accountName, r.email} {
		if name != "" {
			return name
		}
	}
	return r.uniqueID
}

// peopleBy answers the people who have one of the e-mails. On PostgreSQL it holds
// the e-mails, so that whoever is about to come with one of them finds the
// accounts, or is found here.
func (s *Service) peopleBy(ctx context.Context, tx *db.Tx, w caller.Workspace, keys []string) (map[string]directory.Person, error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	if len(keys) == 0 {
		return nil, nil
	}
	if err := s.hold(ctx, tx, w, keys...); err != nil {
		return nil, err
	}
	return s.Directory.ByEmails(ctx, tx, w.Number, keys)
}

// hold makes others who link by one of the sorted e-mails wait for the end of
// this transaction. SQLite has one writer anyway.
func (s *Service) hold(ctx context.Context, tx *db.Tx, w caller.Workspace, keys ...string) error {
	if s.DB.Engine() == db.SQLite {
		return nil
	}
	return holdAddresses(ctx, tx, w.Number, keys, db.Millis(s.Now()))
}

// PersonChanged is of directory.Follower: who comes, or gets an e-mail, gets the
// accounts that have it and that nobody has said anything about; who is deleted,
// or is no person, loses the accounts.
func (s *Service) PersonChanged(ctx context.Context, tx *db.Tx, actor caller.Caller, before, after directory.Person) error {
	was, is := before.ID != "" && !before.NotPerson, after.ID != "" && !after.NotPerson
	switch {
	case was && !is:
		return s.release(ctx, tx, actor, before)
	case is && !was:
		return s.adopt(ctx, tx, actor, after)
	case is && before.Email != after.Email:
		if err := s.noteOwned(ctx, tx, actor.Workspace, after.ID); err != nil {
			return err
		}
		return s.adopt(ctx, tx, actor, after)
	}
	return nil
}

// noteOwned notes that the e-mail of the owner of accounts is another.
func (s *Service) noteOwned(ctx context.Context, tx *db.Tx, w caller.Workspace, id directory.PersonID) error {
	places, err := selectOwned(ctx, tx, w.Number, id)
	if err != nil {
		return err
	}
	return s.note(ctx, tx, w, places)
}

func (s *Service) note(ctx context.Context, tx *db.Tx, w caller.Workspace, places []place) error {
	stamp := db.NewID(s.Now())
	for _, at := range places {
		if err := putNote(ctx, tx, w.Number, at.Key, stamp); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) adopt(ctx context.Context, tx *db.Tx, actor caller.Caller, p directory.Person) error {
	w, key := actor.Workspace, directory.EmailKey(p.Email)
	if err := s.hold(ctx, tx, w, key); err != nil {
		return err
	}
	found, err := selectUnsaid(ctx, tx, w.Number, key)
	if err != nil || len(found) == 0 {
		return err
	}
	o := owner{how: byEmail, kind: KindPerson, linkedAt: db.Millis(s.Now()), linkedBy: actorJSON(system(w)), person: p.ID}
	var places []place
	for _, at := range found {
		mine, err := insertOwner(ctx, tx, w.Number, at.Key, o)
		if err != nil {
			return err
		}
		if mine { // nobody was faster
			places = append(places, at)
		}
	}
	if len(places) == 0 {
		return nil
	}
	if err := s.refacet(ctx, tx, w, places, KindPerson); err != nil {
		return err
	}
	return s.appendPerson(ctx, tx, p, w, "found by e-mail", places)
}

func (s *Service) release(ctx context.Context, tx *db.Tx, actor caller.Caller, p directory.Person) error {
	w := actor.Workspace
	if err := s.hold(ctx, tx, w, directory.EmailKey(p.Email)); err != nil {
		return err
	}
	places, err := selectOwned(ctx, tx, w.Number, p.ID)
	if err != nil || len(places) == 0 {
		return err
	}
	for _, at := range places {
		if err := deleteOwner(ctx, tx, w.Number, at.Key); err != nil {
			return err
		}
	}
	if err := s.refacet(ctx, tx, w, places, KindNone); err != nil {
		return err
	}
	if err := s.appendPerson(ctx, tx, p, w, "released", places); err != nil {
		return err
	}
	return s.rehome(ctx, tx, actor, places)
}

// rehome gives accounts that were released to who has their e-mails by now: the
// one who is gone may have been given another long ago.
func (s *Service) rehome(ctx context.Context, tx *db.Tx, actor caller.Caller, places []place) error {
	var keys []string
	for _, at := range places {
		keys = append(keys, at.emailKey)
	}
	people, err := s.peopleBy(ctx, tx, actor.Workspace, slices.DeleteFunc(keys, func(key string) bool { return key == "" }))
	for _, key := range slices.Sorted(maps.Keys(people)) {
		if err := s.adopt(ctx, tx, actor, people[key]); err != nil {
			return err
		}
	}
	return err
}

// place is an account with what is needed to give it to somebody.
type place struct {
	facet.Key

	createdAt int64
	emailKey  string
	facet     Facet
	name      string
}

func (p place) id() string {
	return resource.EntityID(resource.Number(p.Definition), resource.Item(p.Item), p.createdAt)
}

// refacet brings the facets of accounts that were given to somebody else to the
// kind of owner, and notes them for the rules. A push may change the rest of a
// facet at the same time; then it is read again.
func (s *Service) refacet(ctx context.Context, tx *db.Tx, w caller.Workspace, places []place, kind Kind) error {
	deltas, workspace := facet.Deltas{}, w.Number
	for _, at := range places {
		for {
			after := at.facet
			after.Kind = kind
			err := updateFacet(ctx, tx, workspace, at, after)
			if err == nil {
				deltas.Move(at.Definition, at.facet.code(), after.code())
				break
			}
			if !errors.Is(err, db.ErrNoRow) {
				return err
			}
			if at.facet, err = selectFacet(ctx, tx, workspace, at.Key); err != nil {
				return err
			}
		}
	}
	if err := s.note(ctx, tx, w, places); err != nil {
		return err
	}
	return table.Apply(ctx, tx, workspace, deltas)
}
