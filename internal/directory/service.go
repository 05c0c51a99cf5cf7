// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Leaver is told that somebody has left, in the transaction that made it so. It
// ends what that person may do here; when nobody is known by the e-mail there is
// nothing to do. A fault refuses the change.
//
// NoteRefused writes down what Left refused, and answers err as it came, nil too.
// It has a transaction of its own, so it is called when none is running: after
// the one that the refusal has ended.
type Leaver interface {
	Left(ctx context.Context, tx *db.Tx, actor caller.Caller, email string) error
	NoteRefused(ctx context.Context, actor caller.Caller, err error) error
}

// Follower is told of each change of a person by whatever else is kept of people:
// the accounts that are theirs. It is called in the transaction of the change,
// after its rows were written; an error refuses it. before is the zero Person for
// a new one, after for one that was deleted. Neither has groups or leaves filled
// when nothing of those changed.
type Follower interface {
	PersonChanged(ctx context.Context, tx *db.Tx, actor caller.Caller, before, after Person) error
}

// Options are what a Service is made of.
type Options struct {
	DB     *db.DB           // required
	Leaver Leaver           // nil: nobody is told
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // required
	// Records is told how people are now, for rules; nil: nobody is.
	Records Records

	// UserName answers what a user is called, db.ErrNoRow when there is none with
	// the id; for who acknowledges that somebody has left. Nil: only people can.
	UserName func(ctx context.Context, tx *db.Tx, workspace int64, id string) (string, error)
}

// Service holds people and groups. It is safe for concurrent use.
type Service struct {
	// Departures is set before the first request; nil: nobody says how far a departure
	// has come.
	Departures Departures
	// Policies is set before the first request; nil: nothing is asked of anybody.
	Policies Policies
	// Followers may be added until the first change is made.
	Followers []Follower

	carriers carriers
	db       *db.DB
	leaver   Leaver
	log      *slog.Logger
	now      func() time.Time
	records  Records
	userName func(ctx context.Context, tx *db.Tx, workspace int64, id string) (string, error)
}

// New answers a service on a database.
func New(o Options) *Service {
	s := &Service{db: o.DB, leaver: o.Leaver, log: o.Logger, now: o.Now, records: o.Records, userName: o.UserName}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.now())) }

// unknown is the fault for an id that names nobody.
func unknown(id PersonID) error {
	return fault.New(fault.NotFound, "there is no person with the id %s", cut(string(id)))
}

// deed is one change of one person: who makes it, when, and what it is called.
type deed struct {
	caller.Caller
	more  map[string]any // members of the entry's body beside what and changes
	now   time.Time
	quiet bool   // the caller's entry tells it
	what  string // "updated"
}

// save writes what differs between two states of a person, tells Leaver, and
// leaves the entry of evidence. other are changes that it does not see itself.
// Without a difference it does nothing.
func (s *Service) save(ctx context.Context, tx *db.Tx, d deed, before, after Person, other []told) (Person, error) {
	changes := append(differences(before, after, d.now), other...)
	moved := !slices.Equal(sourceList(before), sourceList(after))
	if len(changes) == 0 && !moved && sameTime(before.OffboardedAt, after.OffboardedAt) {
		return before, nil
	}
	if err := checkFree(ctx, tx, d.Workspace.Number, before, after); err != nil {
		return Person{}, err
	}
	if err := s.depart(ctx, tx, d, before, &after); err != nil {
		return Person{}, err
	}
	after.UpdatedAt = d.now
	if err := updatePerson(ctx, tx, d.Workspace.Number, after, before.UpdatedAt); errors.Is(err, db.ErrNoRow) {
		return Person{}, fault.New(fault.Conflict, "somebody else has changed %s at the same time: try again", before.Name.Display)
	} else if err != nil {
		return Person{}, err
	}
	if err := moveWords(ctx, tx, d.Workspace.Number, after.ID, before.words(), after.words()); err != nil {
		return Person{}, err
	}
	if err := moveLeaves(ctx, tx, d.Workspace.Number, after.ID, before.Leaves, after.Leaves); err != nil {
		return Person{}, err
	}
	if err := s.mark(ctx, tx, d.Workspace.Number, after.ID); err != nil {
		return Person{}, err
	}
	if err := appendPerson(ctx, tx, d, after, changes); err != nil {
		return Person{}, err
	}
	return after, s.follow(ctx, tx, d, before, after)
}

// follow tells those who follow.
func (s *Service) follow(ctx context.Context, tx *db.Tx, d deed, before, after Person) error {
	for _, f := range s.Followers {
		if err := f.PersonChanged(ctx, tx, d.Caller, before, after); err != nil {
			return fmt.Errorf("follow the change of person %s: %w", cmp.Or(after.ID, before.ID), err)
		}
	}
	return nil
}

// checkFree answers a Conflict when the new e-mail is another person's.
func checkFree(ctx context.Context, tx *db.Tx, workspace int64, before, after Person) error {
	if key(before.Email) == key(after.Email) {
		return nil
	}
	other, err := selectPersonByEmail(ctx, tx, workspace, key(after.Email))
	switch {
	case errors.Is(err, db.ErrNoRow):
		return nil
	case err != nil:
		return err
	}
	return taken(other.Email)
}

func taken(email string) error {
	return fault.New(fault.Conflict, "there is a person with the e-mail %s already", email)
}

// depart brings departed and leavesAt to what a change has made of the person,
// and tells Leaver when it is this change that makes them leave, or that gives
// the e-mail of somebody else to one who has left. Who left by the clock is the
// pass's.
func (s *Service) depart(ctx context.Context, tx *db.Tx, d deed, before Person, p *Person) error {
	was, is := before.Employment(d.now).gone(), p.Employment(d.now).gone()
	moved := key(before.Email) != key(p.Email)
	switch {
	case !is:
		p.departed, p.OffboardedAt, p.leavesAt = false, nil, p.goneFrom(d.now)
		return nil
	case !was:
		p.departed, p.leavesAt = true, nil
	case !moved:
		return nil
	}
	// The pass would not know the old e-mail, so what it has not done yet is done
	// now; a refusal of that keeps the e-mail.
	if before.Email != "" && (!was || before.leavesAt != nil) {
		if err := s.tellLeft(ctx, tx, d.Caller, before.Email); err != nil {
			return err
		}
	}
	if !moved {
		return nil
	}
	return s.tellLeft(ctx, tx, d.Caller, p.Email)
}

// tellLeft tells Leaver that whoever has an e-mail has left.
func (s *Service) tellLeft(ctx context.Context, tx *db.Tx, c caller.Caller, email string) error {
	if s.leaver == nil {
		return nil
	}
	return s.leaver.Left(ctx, tx, c, email)
}

// noteRefused is the end of every change that Leaver may refuse. No transaction
// may be running.
func (s *Service) noteRefused(ctx context.Context, c caller.Caller, err error) error {
	if err == nil || s.leaver == nil {
		return err
	}
	return s.leaver.NoteRefused(ctx, c, err)
}

// note is noteRefused for a refusal that is one of several, or nobody's request:
// a failure to write it down is logged.
func (s *Service) note(ctx context.Context, c caller.Caller, refusal error) {
	noted := s.noteRefused(ctx, c, refusal)
	if errors.Is(refusal, noted) { // as it came; what is wrapped around it is the failure
		return
	}
	s.log.LogAttrs(ctx, slog.LevelError, "a refused departure is not in the audit trail",
		slog.String("workspace", c.Workspace.ID), slog.Any("error", noted))
}

// insert writes a new person, tells Leaver when it has left already, and leaves
// the entry of evidence.
func (s *Service) insert(ctx context.Context, tx *db.Tx, d deed, p Person, other []told) (Person, error) {
	p.ID, p.CreatedAt, p.UpdatedAt = PersonID(db.NewID(d.now)), d.now, d.now
	if err := s.depart(ctx, tx, d, Person{}, &p); err != nil {
		return Person{}, err
	}
	if err := insertPerson(ctx, tx, d.Workspace.Number, p); err != nil {
		if db.IsUnique(err) {
			return Person{}, taken(p.Email)
		}
		return Person{}, err
	}
	if err := moveWords(ctx, tx, d.Workspace.Number, p.ID, nil, p.words()); err != nil {
		return Person{}, err
	}
	if err := moveLeaves(ctx, tx, d.Workspace.Number, p.ID, nil, p.Leaves); err != nil {
		return Person{}, err
	}
	if err := s.mark(ctx, tx, d.Workspace.Number, p.ID); err != nil {
		return Person{}, err
	}
	if !d.quiet {
		if err := appendPerson(ctx, tx, d, p, append(differences(Person{}, p, d.now), other...)); err != nil {
			return Person{}, err
		}
	}
	return p, s.follow(ctx, tx, d, Person{}, p)
}

// change runs fn on a person that no other change touches meanwhile, and saves
// what it makes of it.
func (s *Service) change(ctx context.Context, c caller.Caller, id PersonID, what string, fn func(now time.Time, p *Person) error) (Person, error) {
	var p Person
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := hold(ctx, tx, c, id)
		if err != nil {
			return err
		}
		d := deed{Caller: c, now: s.instant(), what: what}
		after := before.clone()
		if err := fn(d.now, &after); err != nil {
			return err
		}
		p, err = s.save(ctx, tx, d, before, after, nil)
		return err
	})
	return p, s.settled(ctx, c.Workspace, s.noteRefused(ctx, c, err))
}

// hold reads a person whole and makes every other change of it wait for the end
// of this transaction; NotFound when there is none.
func hold(ctx context.Context, tx *db.Tx, c caller.Caller, id PersonID) (Person, error) {
	if !db.ValidID(string(id)) {
		return Person{}, unknown(id)
	}
	p, err := holdPerson(ctx, tx, c.Workspace.Number, id)
	if errors.Is(err, db.ErrNoRow) {
		return Person{}, unknown(id)
	}
	if err != nil {
		return Person{}, err
	}
	return whole(ctx, tx, c.Workspace.Number, p)
}

// whole adds leaves and groups to a person's row.
func whole(ctx context.Context, tx *db.Tx, workspace int64, p Person) (Person, error) {
	people := []Person{p}
	err := fill(ctx, tx, workspace, people)
	return people[0], err
}

// fill adds leaves and groups to rows of people that are sorted by id.
func fill(ctx context.Context, tx *db.Tx, workspace int64, people []Person) error {
	if err := eachLeave(ctx, tx, workspace, people, func(p *Person, l Leave) { p.Leaves = append(p.Leaves, l) }); err != nil {
		return err
	}
	return eachMembership(ctx, tx, workspace, people, func(p *Person, g GroupID) { p.Groups = append(p.Groups, g) })
}
