// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
)

// Acceptance is that somebody agreed to a version.
type Acceptance struct {
	At         int64 // ms
	Number     int64 // of the version
	Person     directory.PersonID
	Reason     string // of whoever recorded it
	RecordedBy string // name; "": by the person's own session
	SHA256     string
}

// Task is what one policy asks of one person.
type Task struct {
	Acceptance *Acceptance // of a version that is not too old; nil: open
	DueAt      time.Time
	Person     directory.Person
	Policy     Policy
}

// Status answers how far a task is: COMPLETE, DUE_SOON, OVERDUE or PAUSED.
func (t Task) Status(now time.Time) string {
	switch {
	case t.Acceptance != nil:
		return "COMPLETE"
	case t.Person.Employment(now) == directory.OnLeave:
		return "PAUSED"
	case now.After(t.DueAt):
		return "OVERDUE"
	}
	return "DUE_SOON"
}

// due answers by when somebody is to accept what they have been asked for since an
// instant in ms: their days begin when all of it is true, that the version is approved,
// that they are in the group and have begun to work, and anew after a leave.
func due(p Policy, person directory.Person, since int64, now time.Time) time.Time {
	from := max(p.askedAt, since)
	if person.StartDate != nil {
		from = max(from, db.Millis(*person.StartDate))
	}
	for _, l := range person.Leaves {
		if l.End != nil && !l.End.After(now) {
			from = max(from, db.Millis(*l.End))
		}
	}
	return db.Time(from + p.Settings.acceptMillis())
}

// tasks answers what policies ask of people whose groups and leaves are filled, and who
// are here, by the policies' names.
func tasks(ctx context.Context, tx *db.Tx, w caller.Workspace, people []directory.Person, now time.Time) (map[directory.PersonID][]Task, error) {
	people = slices.DeleteFunc(slices.Clone(people), func(p directory.Person) bool { return p.NotPerson || p.LeftAt(now) != nil })
	if len(people) == 0 {
		return nil, nil
	}
	all, err := selectPolicies(ctx, tx, w, "", maxPolicies)
	if err != nil {
		return nil, err
	}
	asked, found := map[string]Policy{}, map[directory.PersonID][]Task{}
	for _, p := range all {
		if p.askedNumber > 0 {
			asked[p.ID] = p
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	for some := range slices.Chunk(people, peopleAtOnce) {
		part, err := tasksOf(ctx, tx, w, some, asked, now)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, part)
	}
	for _, list := range found {
		slices.SortFunc(list, func(a, b Task) int {
			return strings.Compare(a.Policy.Settings.Name+a.Policy.ID, b.Policy.Settings.Name+b.Policy.ID)
		})
	}
	return found, nil
}

// tasksOf answers what is asked of a few people.
func tasksOf(ctx context.Context, tx *db.Tx, w caller.Workspace, people []directory.Person, asked map[string]Policy, now time.Time) (map[directory.PersonID][]Task, error) {
	type pair struct {
		person directory.PersonID
		policy string
	}
	accepted := map[pair]Acceptance{}
	err := eachAcceptance(ctx, tx, w, people, func(policy string, a Acceptance) {
		at := pair{a.Person, policy}
		if _, earlier := accepted[at]; !earlier && a.Number >= asked[policy].askedNumber {
			accepted[at] = a
		}
	})
	if err != nil {
		return nil, err
	}
	byID, found := map[directory.PersonID]directory.Person{}, map[directory.PersonID][]Task{}
	for _, p := range people {
		byID[p.ID] = p
	}
	err = eachReach(ctx, tx, w, people, func(person directory.PersonID, policy string, since int64) {
		p, is := asked[policy]
		if !is {
			return
		}
		t := Task{DueAt: due(p, byID[person], since, now), Person: byID[person], Policy: p}
		if a, done := accepted[pair{person, policy}]; done {
			t.Acceptance = &a
		}
		found[person] = append(found[person], t)
	})
	return found, err
}

// Asked is of directory.
func (s *Service) Asked(ctx context.Context, w caller.Workspace, people []directory.Person, now time.Time) (map[directory.PersonID][]directory.Asked, error) {
	found := map[directory.PersonID][]directory.Asked{}
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := tasks(ctx, tx, w, people, now)
		for person, list := range all {
			for _, t := range list {
				a := directory.Asked{DueAt: t.DueAt, Name: t.Policy.Settings.Name}
				if t.Acceptance != nil {
					at := db.Time(t.Acceptance.At)
					a.AcceptedAt = &at
				}
				found[person] = append(found[person], a)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what policies ask of people: %w", err)
	}
	return found, nil
}

// Conditions is of directory.
func (s *Service) Conditions(now time.Time, arg func(value any) string) directory.AskedConditions {
	anything, late, open := conditions(db.Millis(now), arg)
	return directory.AskedConditions{Any: anything, Late: late, Open: open}
}

// Tasks answers what a policy asks of whom, by the people's ids, after one, and whether
// there are more; fewer than limit where some of the group have left.
func (s *Service) Tasks(ctx context.Context, c caller.Caller, ref, after string, limit int) (list []Task, more bool, err error) {
	now := db.Time(db.Millis(s.Now()))
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, _, err := find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		for len(list) <= limit {
			ids, err := selectReached(ctx, tx, c.Workspace, p.ID, after, limit+1)
			if err != nil || len(ids) == 0 {
				return err
			}
			after = string(ids[len(ids)-1])
			some, err := s.tasksIn(ctx, tx, c.Workspace, p, ids, now)
			if err != nil {
				return err
			}
			list = append(list, some...)
		}
		return nil
	})
	if more = len(list) > limit; more {
		list = list[:limit]
	}
	return list, more, err
}

// tasksIn answers what a policy asks of some people, by their ids.
func (s *Service) tasksIn(ctx context.Context, tx *db.Tx, w caller.Workspace, p Policy, ids []directory.PersonID, now time.Time) (list []Task, err error) {
	found, err := s.Directory.ByIDs(ctx, tx, w.Number, ids)
	if err != nil {
		return nil, err
	}
	var people []directory.Person
	for _, id := range ids {
		if one, is := found[id]; is {
			people = append(people, one)
		}
	}
	all, err := tasks(ctx, tx, w, people, now)
	for _, one := range people {
		for _, t := range all[one.ID] {
			if t.Policy.ID == p.ID {
				list = append(list, t)
			}
		}
	}
	return list, err
}

// self answers the person who is the user that asks: the one with the user's e-mail.
func (s *Service) self(ctx context.Context, tx *db.Tx, c caller.Caller, email string) (directory.Person, error) {
	person, err := s.Directory.ByEmail(ctx, tx, c.Workspace.Number, email)
	if errors.Is(err, db.ErrNoRow) {
		err = fault.New(fault.NotFound, "no person has your e-mail, %s, so nothing is asked of you", email)
	}
	return person, err
}

// emailOf answers the e-mail of the user who asks. Faults: Forbidden for who is none.
func (s *Service) emailOf(ctx context.Context, c caller.Caller) (string, error) {
	if c.Kind != caller.User {
		return "", fault.New(fault.Forbidden, "only a user can accept a policy; sign in")
	}
	user, err := s.Users.PolicyUser(ctx, c, c.ID)
	return user.Email, err
}

// Own answers what is asked of the user who asks, by the policies' ids; nothing when no person has their
// e-mail.
func (s *Service) Own(ctx context.Context, c caller.Caller) (list []Task, err error) {
	email, err := s.emailOf(ctx, c)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		person, err := s.self(ctx, tx, c, email)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		all, err := tasks(ctx, tx, c.Workspace, []directory.Person{person}, db.Time(db.Millis(s.Now())))
		if list = all[person.ID]; err != nil {
			return err
		}
		slices.SortFunc(list, func(a, b Task) int { return strings.Compare(a.Policy.ID, b.Policy.ID) })
		for i := range list {
			if list[i].Policy, _, err = find(ctx, tx, c.Workspace, list[i].Policy.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// OwnVersion answers the version that counts of a policy that the user who asks is to
// accept. NotFound when they are not.
func (s *Service) OwnVersion(ctx context.Context, c caller.Caller, ref string) (p Policy, v Version, err error) {
	list, err := s.Own(ctx, c)
	if err != nil {
		return p, v, err
	}
	for _, t := range list {
		if t.Policy.ID == ref || t.Policy.Slug == ref {
			return s.Version(ctx, c, t.Policy.ID, t.Policy.head.approved)
		}
	}
	return p, v, fault.New(fault.NotFound, "you are not asked to accept a policy %q", ref)
}

// Accept says for the user who asks, as the person with their e-mail, that they agree to
// the version that counts, whose number shows that they have seen it. Faults: Forbidden,
// NotFound, also for a policy that does not concern them, Conflict for another version.
func (s *Service) Accept(ctx context.Context, c caller.Caller, ref string, number int64) (t Task, err error) {
	email, err := s.emailOf(ctx, c)
	if err != nil {
		return t, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		person, err := s.self(ctx, tx, c, email)
		if err != nil {
			return err
		}
		t, err = s.agree(ctx, tx, c, person, ref, func(v Version) (Acceptance, error) {
			if v.Number != number {
				return Acceptance{}, fault.New(fault.Conflict, "version %d counts, and you have read version %d; read that first", v.Number, number)
			}
			return Acceptance{}, nil
		})
		return err
	})
	return t, err
}

// Record writes down that somebody has accepted the version that counts, and how that
// is known. Faults: Invalid, NotFound, also for a person whom the policy does not ask.
func (s *Service) Record(ctx context.Context, c caller.Caller, ref, personRef, reason string) (t Task, err error) {
	if err := checkReason(reason); err != nil {
		return t, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, _, err := find(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
		person, err := s.Directory.ByID(ctx, tx, c.Workspace.Number, directory.PersonID(personRef))
		if errors.Is(err, db.ErrNoRow) {
			person, err = s.Directory.ByEmail(ctx, tx, c.Workspace.Number, personRef)
		}
		if errors.Is(err, db.ErrNoRow) {
			return fault.At(fault.Problem{Pointer: "/personId", Message: fmt.Sprintf("there is no person %q", personRef)})
		}
		if err != nil {
			return err
		}
		t, err = s.agree(ctx, tx, c, person, ref, func(Version) (Acceptance, error) {
			return Acceptance{Reason: reason, RecordedBy: c.Name}, nil
		})
		return err
	})
	return t, err
}

// agree writes the acceptance that make answers; of somebody who has accepted the
// version, nothing.
func (s *Service) agree(ctx context.Context, tx *db.Tx, c caller.Caller, person directory.Person, ref string, say func(Version) (Acceptance, error)) (t Task, err error) {
	p, versions, err := find(ctx, tx, c.Workspace, ref)
	if err != nil {
		return t, err
	}
	now := s.Now()
	list, err := s.tasksIn(ctx, tx, c.Workspace, p, []directory.PersonID{person.ID}, db.Time(db.Millis(now)))
	if err != nil {
		return t, err
	}
	if len(list) == 0 {
		return t, fault.New(fault.NotFound, "%s is not asked to accept the policy %q", person.Name.Display, ref)
	}
	t = list[0]
	for _, v := range versions {
		if v.Number != p.head.approved {
			continue
		}
		a, err := say(v)
		if err != nil {
			return t, err
		}
		a.At, a.Number, a.Person, a.SHA256 = db.Millis(now), v.Number, person.ID, v.SHA256
		fresh, err := insertAcceptance(ctx, tx, c.Workspace, p.ID, a)
		if err != nil || !fresh {
			return t, err
		}
		if t.Acceptance == nil {
			t.Acceptance = &a
		}
		return t, s.noteAcceptance(ctx, tx, c, p, person, a)
	}
	return t, nil
}

func (s *Service) noteAcceptance(ctx context.Context, tx *db.Tx, c caller.Caller, p Policy, person directory.Person, a Acceptance) error {
	what, body := "accepted", map[string]any{"version": a.Number, "sha256": a.SHA256, "person": map[string]any{"id": string(person.ID), "name": person.Name.Display}}
	if a.RecordedBy != "" {
		what, body["reason"] = "acceptance recorded", a.Reason
	}
	return s.note(ctx, tx, c, p, what, body)
}
