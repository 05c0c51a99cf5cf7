// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Query says which people a list holds.
type Query struct {
	After      PersonID     // the list starts just after it; "" at the beginning
	Employment []Employment // in one of these states; nil: any
	Group      GroupID      // members only; "": all
	Limit      int          // 1 at least
	NotPeople  bool         // what is no person instead of people
	Prefix     string       // of the e-mail, the name or a word of it, without regard to case

	standings []string // at about one of these statuses of all tasks together; nil: any
}

// List answers people of the caller's workspace by id, and whether there are
// more.
func (s *Service) List(ctx context.Context, c caller.Caller, q Query) (people []Person, more bool, err error) {
	now := s.instant()
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		people, err = s.selectPeople(ctx, tx, c.Workspace, q, now)
		if err != nil {
			return err
		}
		if more = len(people) > q.Limit; more {
			people = people[:q.Limit]
		}
		return fill(ctx, tx, c.Workspace.Number, people)
	})
	if err != nil {
		return nil, false, fmt.Errorf("list people: %w", err)
	}
	return people, more, nil
}

// Get answers one person of the caller's workspace, not-people too; NotFound
// otherwise.
func (s *Service) Get(ctx context.Context, c caller.Caller, id PersonID) (p Person, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = s.ByID(ctx, tx, c.Workspace.Number, id)
		if errors.Is(err, db.ErrNoRow) {
			return unknown(id)
		}
		return err
	})
	return p, err
}

// ByID answers a person with leaves and groups; db.ErrNoRow when there is none.
func (s *Service) ByID(ctx context.Context, tx *db.Tx, workspace int64, id PersonID) (Person, error) {
	if !db.ValidID(string(id)) {
		return Person{}, db.ErrNoRow
	}
	p, err := selectPerson(ctx, tx, workspace, id)
	if err != nil {
		return Person{}, err
	}
	return whole(ctx, tx, workspace, p)
}

// ByEmail is ByID for an e-mail, without regard to case.
func (s *Service) ByEmail(ctx context.Context, tx *db.Tx, workspace int64, email string) (Person, error) {
	p, err := selectPersonByEmail(ctx, tx, workspace, key(email))
	if err != nil {
		return Person{}, err
	}
	return whole(ctx, tx, workspace, p)
}

// EmailKey answers the form in which addresses are compared: people are linked
// by it.
func EmailKey(email string) string { return key(email) }

// ByEmails answers people by the keys of their e-mails; who does not exist, or is
// marked as not a person, is left out. Groups and leaves are not filled.
func (s *Service) ByEmails(ctx context.Context, tx *db.Tx, workspace int64, keys []string) (map[string]Person, error) {
	people, err := selectPeopleBy(ctx, tx, workspace, "email_key", keys)
	found := map[string]Person{}
	for _, p := range people {
		if !p.NotPerson {
			found[key(p.Email)] = p
		}
	}
	return found, err
}

// ByIDs answers people by their ids, with leaves and groups; who does not exist
// is left out.
func (s *Service) ByIDs(ctx context.Context, tx *db.Tx, workspace int64, ids []PersonID) (map[PersonID]Person, error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = string(id)
	}
	people, err := selectPeopleBy(ctx, tx, workspace, "id", keys)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(people, func(a, b Person) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if err := fill(ctx, tx, workspace, people); err != nil {
		return nil, err
	}
	found := map[PersonID]Person{}
	for _, p := range people {
		found[p.ID] = p
	}
	return found, nil
}

// Create makes a person. Faults: Invalid with the place of each problem,
// Conflict when the e-mail is taken, and whatever Leaver refuses with.
func (s *Service) Create(ctx context.Context, c caller.Caller, in Attributes) (p Person, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d := deed{Caller: c, now: s.instant(), what: "created"}
		made, problems := newPerson(in, Here(), d.now)
		if err := refusal(problems); err != nil {
			return err
		}
		if err := checkFree(ctx, tx, c.Workspace.Number, Person{}, made); err != nil {
			return err
		}
		p, err = s.insert(ctx, tx, d, made, nil)
		return err
	})
	return p, s.settled(ctx, c.Workspace, s.noteRefused(ctx, c, err))
}

// newPerson answers a person that is not stored yet.
func newPerson(in Attributes, source Source, now time.Time) (Person, []problem) {
	c := change{now: now, source: source}
	if in.Email == nil {
		in.Email = new(string)
	}
	c.apply(in)
	return c.Person, c.problems
}

// Update changes what was typed here. Faults: NotFound, Invalid with the place of
// each problem, Conflict when the e-mail is taken or the field comes from
// elsewhere, and whatever Leaver refuses with.
func (s *Service) Update(ctx context.Context, c caller.Caller, id PersonID, in Attributes) (Person, error) {
	return s.change(ctx, c, id, "updated", func(now time.Time, p *Person) error {
		edit := change{Person: *p, now: now, source: Here()}
		edit.apply(in)
		*p = edit.Person
		return refusal(edit.problems)
	})
}

// SetLeave puts a leave in the place of the one that the person is on or that
// comes next. Leaves that are over stay.
func (s *Service) SetLeave(ctx context.Context, c caller.Caller, id PersonID, l Leave) (Person, error) {
	if l.End != nil && !l.End.After(l.Start) {
		return Person{}, fault.At(fault.Problem{Pointer: "/endDate", Message: "must be after startDate"})
	}
	return s.change(ctx, c, id, "leave set", func(now time.Time, p *Person) error {
		p.setLeave(now, l)
		return nil
	})
}

func (p *Person) setLeave(now time.Time, l Leave) {
	p.Leaves = slices.DeleteFunc(p.Leaves, func(old Leave) bool { return !old.endedBy(now) || old.Start.Equal(l.Start) })
	p.Leaves = append(p.Leaves, l)
	slices.SortFunc(p.Leaves, func(a, b Leave) int { return a.Start.Compare(b.Start) })
}

// ClearLeave ends the leave that the person is on and takes away what was to
// come.
func (s *Service) ClearLeave(ctx context.Context, c caller.Caller, id PersonID) (Person, error) {
	return s.change(ctx, c, id, "leave cleared", func(now time.Time, p *Person) error {
		p.clearLeave(now)
		return nil
	})
}

func (p *Person) clearLeave(now time.Time) {
	p.Leaves = slices.DeleteFunc(p.Leaves, func(l Leave) bool { return !l.Start.Before(now) })
	for i := range p.Leaves {
		if !p.Leaves[i].endedBy(now) {
			p.Leaves[i].End = &now
		}
	}
}

// Delete takes a person away that was made here by mistake. Faults: NotFound,
// Conflict when anything of the person comes from elsewhere.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id PersonID) error {
	return s.settled(ctx, c.Workspace, s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := hold(ctx, tx, c, id)
		if err != nil {
			return err
		}
		for _, source := range sourceList(p) {
			if !source.local() {
				return fault.New(fault.Conflict,
					"%s comes from %s and cannot be deleted here: remove the person there, or offboard them", p.Name.Display, source.label())
			}
		}
		names, foreign, err := groupsOf(ctx, tx, c.Workspace.Number, p)
		if err != nil {
			return err
		}
		if len(foreign) > 0 {
			return fault.New(fault.Conflict, "%s is in the group %s, which comes from elsewhere: remove them there first", p.Name.Display, foreign[0])
		}
		if err := deletePerson(ctx, tx, c.Workspace.Number, id); err != nil {
			return err
		}
		if err := s.mark(ctx, tx, c.Workspace.Number, id); err != nil {
			return err
		}
		d := deed{Caller: c, now: s.instant(), what: "deleted"}
		if err := appendPerson(ctx, tx, d, p, gone(p, names, d.now)); err != nil {
			return err
		}
		return s.follow(ctx, tx, d, p, Person{})
	}))
}
