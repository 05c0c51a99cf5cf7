// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// ExceptionState is where an exception is in its life:
//
//	pending → approved → ended
//	        → declined
//	        → ended, by whoever takes the request back
type ExceptionState string

// The states. Only what is approved counts.
const (
	ExceptionApproved ExceptionState = "approved"
	ExceptionDeclined ExceptionState = "declined"
	ExceptionEnded    ExceptionState = "ended"
	ExceptionPending  ExceptionState = "pending"
)

// Exception leaves out of a test one record, or every record that a condition
// matches, with a reason that auditors read. Once approved it holds until it is
// ended or Until comes.
type Exception struct {
	Actor      Actor  // who asked for it
	Clause     Clause // without a condition: of one record
	CreatedAt  int64  // ms
	DecidedAt  *int64 // ms, when it was approved or declined
	DecidedBy  Actor
	Decision   string // what they had to say
	Definition resource.Number
	EndedAt    *int64 // ms
	EndedBy    Actor
	Entity     string // the record's public id; "" by a condition
	File       File
	ID         string
	Item       resource.Item // 0 by a condition
	Name       string        // of the record when the exception was made
	Reason     string
	State      ExceptionState
	Test       TestRef
	Unique     string // the record's uniqueId
	Until      *int64 // ms; nil: for good

	applied  *int64 // from this number of the definition on verdicts take a condition into account
	lifted   *int64
	replaces string // id of the one that it was made in place of, "" otherwise; not stored
}

// Clause is the condition of an exception, in the language of tests.
type Clause struct {
	Condition *rule.Node             `json:"condition"`
	Related   map[string]resource.ID `json:"related,omitempty"` // what it relates to, by the names that it has for them
}

// File is what was attached to an exception; "" is the name of none.
type File struct {
	Name   string
	SHA256 string // hex; by which it is stored
	Size   int64
}

func (x *Exception) conditional() bool { return x.Clause.Condition != nil }

// holds says whether an approved one covers anything at an instant in ms.
func (x *Exception) holds(now int64) bool {
	return x.State == ExceptionApproved && (x.Until == nil || *x.Until > now)
}

// ref answers what evidence calls a test: its name, as people know it.
func (t *Test) ref() TestRef {
	return TestRef{ID: t.ID, Name: t.Document.Name, Number: t.Number, PublicID: t.PublicID(), Slug: t.Slug}
}

func (r TestRef) subject() evidence.Subject {
	return evidence.Subject{Kind: "test", ID: r.ID, Name: r.Name}
}

// errNoException is what an id that means no exception of the workspace gets.
func errNoException(id string) error {
	return fault.New(fault.NotFound, "there is no exception %q", id)
}

// errRaced is for who comes second.
var errRaced = fault.New(fault.Conflict, "somebody else changed an exception of this record at the same moment; look at it and try again")

// DeactivateEntity leaves a record out of a test from now on, or asks for it where
// exceptions are to be approved: in place of the exception that the record may have.
func (s *Service) DeactivateEntity(ctx context.Context, c caller.Caller, ref, entity string, p Pause) error {
	if err := p.check(s.Now()); err != nil {
		return err
	}
	_, err := s.except(ctx, c, ref, asked{entity: entity, Pause: p})
	return err
}

// asked is what somebody wants to leave out.
type asked struct {
	Pause
	clause Clause // without a condition: one record
	entity string // public id
	file   File
}

// except makes an exception of what is asked for, and judges by it where it counts
// at once.
func (s *Service) except(ctx context.Context, c caller.Caller, ref string, a asked) (x Exception, err error) {
	var t Test
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if t, err = s.find(ctx, tx, c, ref); err != nil {
			return err
		}
		x = Exception{
			Actor: actorOf(c), Clause: a.clause, CreatedAt: db.Millis(now), Definition: t.Definition.Number, Entity: a.entity, File: a.file,
			ID: db.NewID(now), Reason: a.Reason, State: ExceptionPending, Test: t.ref(), Until: a.Until,
		}
		if err := x.locate(ctx, tx); err != nil {
			return err
		}
		return s.addException(ctx, tx, c, &x, t, now)
	})
	if db.IsUnique(err) {
		err = errRaced
	}
	if err != nil || x.State != ExceptionApproved {
		return x, err
	}
	return x, s.judgeExceptions(ctx, c, t)
}

// judgeExceptions judges the records of a test after a change of its exceptions.
func (s *Service) judgeExceptions(ctx context.Context, c caller.Caller, t Test) error {
	_, err := s.judged(ctx, c, t, resource.CauseException)
	return err
}

// locate finds the record that an exception is about.
func (x *Exception) locate(ctx context.Context, tx *db.Tx) error {
	if x.conditional() {
		return nil
	}
	item, ok, err := resource.ItemOf(ctx, tx, x.Definition, x.Entity)
	if err != nil {
		return err
	}
	if !ok {
		return errNoEntity(x.Entity)
	}
	head, err := resource.HeadOf(ctx, tx, x.Definition)
	if err != nil {
		return err
	}
	records, err := resource.Entities(ctx, tx, x.Definition, head.Number, []resource.Item{item})
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return errNoEntity(x.Entity)
	}
	x.Item, x.Name = item, records[0].Name()
	return nil
}

// addException writes an exception: for good where nobody has to approve it.
func (s *Service) addException(ctx context.Context, tx *db.Tx, c caller.Caller, x *Exception, t Test, now time.Time) error {
	set, err := exceptionSettings(ctx, tx, c.Workspace.Number)
	if err != nil {
		return err
	}
	if err := x.alone(ctx, tx); err != nil {
		return err
	}
	if set.Approval != ApprovalNone {
		if err := insertException(ctx, tx, c.Workspace.Number, *x); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, x.entry(c, "requested", Exception{}))
	}
	held, err := x.displace(ctx, tx, c, now)
	if err != nil {
		return err
	}
	x.State, x.DecidedAt, x.DecidedBy, x.replaces = ExceptionApproved, &x.CreatedAt, x.Actor, held.ID
	if err := insertException(ctx, tx, c.Workspace.Number, *x); err != nil {
		return err
	}
	if err := evidence.Append(ctx, tx, now, x.entry(c, "deactivated", held)); err != nil {
		return err
	}
	return s.Judge.link(ctx, tx, t)
}

// alone refuses what is asked for already: a record whose request waits, and a
// condition that counts or waits.
func (x *Exception) alone(ctx context.Context, tx *db.Tx) error {
	open, err := selectOpenExceptions(ctx, tx, x.Test.Number)
	if err != nil {
		return err
	}
	for _, other := range open {
		switch {
		case !x.conditional() && other.Item == x.Item && other.State == ExceptionPending:
			return fault.New(fault.Conflict, "an exception of this record waits for approval already: %s", other.ID)
		case x.conditional() && other.conditional() && other.Clause.same(x.Clause):
			return fault.New(fault.Conflict, "this test has an exception with the same condition: %s; end it first", other.ID)
		}
	}
	return nil
}

func (c Clause) same(other Clause) bool {
	a, _ := c.Condition.MarshalJSON() // never fails
	b, _ := other.Condition.MarshalJSON()
	return string(a) == string(b)
}

// displace ends the exception that the record of x has, and answers it, zero for
// none. One entry says both: two of one instant have no order.
func (x *Exception) displace(ctx context.Context, tx *db.Tx, c caller.Caller, now time.Time) (Exception, error) {
	if x.conditional() {
		return Exception{}, nil
	}
	held, ok, err := heldBy(ctx, tx, x.Test, x.Item, ExceptionApproved)
	if err != nil || !ok {
		return Exception{}, err
	}
	return held, endException(ctx, tx, held.ID, actorOf(c), db.Millis(now))
}

// heldBy answers the exception in a state that a record itself has.
func heldBy(ctx context.Context, tx *db.Tx, t TestRef, item resource.Item, state ExceptionState) (Exception, bool, error) {
	list, err := selectExceptionsOf(ctx, tx, t.Number, state, []resource.Item{item})
	if err != nil || len(list) == 0 {
		return Exception{}, false, err
	}
	list[0].Test = t // a unique index holds that there is no other
	return list[0], true, nil
}

// ReactivateEntity ends the exception of a record, if it has one, and takes back a
// request for one. Impossible for a record that a condition leaves out.
func (s *Service) ReactivateEntity(ctx context.Context, c caller.Caller, ref, entity string) error {
	var t Test
	var changed bool
	now := s.Now()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		changed = false
		if t, err = s.find(ctx, tx, c, ref); err != nil {
			return err
		}
		item, ok, err := resource.ItemOf(ctx, tx, t.Definition.Number, entity)
		if err != nil {
			return err
		}
		if !ok {
			return errNoEntity(entity)
		}
		for _, state := range []ExceptionState{ExceptionPending, ExceptionApproved} {
			held, ok, err := heldBy(ctx, tx, t.ref(), item, state)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			changed = true
			if err := s.end(ctx, tx, c, held, t, now); err != nil {
				return err
			}
		}
		if !changed {
			return s.notByClause(ctx, tx, t, item)
		}
		return nil
	})
	if err != nil || !changed {
		return err
	}
	return s.judgeExceptions(ctx, c, t)
}

// notByClause refuses to take one record back that a condition leaves out.
func (s *Service) notByClause(ctx context.Context, tx *db.Tx, t Test, item resource.Item) error {
	if t.window == 0 {
		return nil
	}
	at, err := startOf(ctx, tx, t, "")
	if err != nil {
		return err
	}
	stands, err := selectStanding(ctx, tx, at, item)
	if err == nil && stands.outcome == Deactivated {
		err = fault.New(fault.Impossible, "a condition leaves this record out of the test, with others; end that exception instead")
	}
	return err
}

// end ends an exception, or takes the request for one back.
func (s *Service) end(ctx context.Context, tx *db.Tx, c caller.Caller, x Exception, t Test, now time.Time) error {
	if err := endException(ctx, tx, x.ID, actorOf(c), db.Millis(now)); err != nil {
		return err
	}
	if x.State == ExceptionPending {
		return evidence.Append(ctx, tx, now, x.entry(c, "withdrawn", x))
	}
	if err := evidence.Append(ctx, tx, now, x.entry(c, "reactivated", x)); err != nil {
		return err
	}
	return resource.RaiseEpoch(ctx, tx, t.Definition.Number)
}

func actorOf(c caller.Caller) Actor { return Actor{ID: c.ID, Kind: string(c.Kind), Name: c.Name} }

// changeException does something to an exception of the caller's workspace, and
// judges by what became of it.
func (s *Service) changeException(ctx context.Context, c caller.Caller, id string, do func(context.Context, *db.Tx, *Exception, Test) error) (x Exception, err error) {
	var t Test
	judge := false
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if x, err = selectException(ctx, tx, c.Workspace.Number, id); errors.Is(err, db.ErrNoRow) {
			return errNoException(id)
		}
		if err != nil {
			return err
		}
		if t, err = s.find(ctx, tx, c, x.Test.ID); err != nil {
			return err
		}
		x.Test = t.ref()
		before := x.State
		if err := do(ctx, tx, &x, t); err != nil {
			return err
		}
		judge = before == ExceptionApproved || x.State == ExceptionApproved
		x, err = selectException(ctx, tx, c.Workspace.Number, id)
		x.Test = t.ref()
		return err
	})
	if db.IsUnique(err) || errors.Is(err, db.ErrNoRow) {
		err = errRaced
	}
	if err != nil {
		return Exception{}, err
	}
	if judge {
		err = s.judgeExceptions(ctx, c, t)
	}
	return x, err
}

// EndException ends an exception before its time, or takes a request back.
func (s *Service) EndException(ctx context.Context, c caller.Caller, id string) (Exception, error) {
	now := s.Now()
	return s.changeException(ctx, c, id, func(ctx context.Context, tx *db.Tx, x *Exception, t Test) error {
		if x.State != ExceptionApproved && x.State != ExceptionPending {
			return fault.New(fault.Impossible, "the exception is %s already", x.State)
		}
		return s.end(ctx, tx, c, *x, t, now)
	})
}
