// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// exception leaves one record out of a test, with a reason that auditors read.
// It holds until it is ended or until comes.
type exception struct {
	createdAt  int64
	definition resource.Number
	entity     string // the item's public id
	id         string
	item       resource.Item
	name       string // of the record when the exception was made
	reason     string
	replaces   string // id of the one that it was made in place of, "" otherwise; not stored
	test       testRef
	until      *int64 // ms; nil: for good
}

// testRef names a test in evidence.
type testRef struct {
	id, name, slug string
	number         int64
}

// ref answers what evidence calls a test: its name, as people know it.
func (t *Test) ref() testRef {
	return testRef{id: t.ID, name: t.Document.Name, number: t.Number, slug: t.Slug}
}

func (r testRef) subject() evidence.Subject {
	return evidence.Subject{Kind: "test", ID: r.id, Name: r.name}
}

// DeactivateEntity leaves a record out of a test from now on: an exception in
// place of the one that the record may have.
func (s *Service) DeactivateEntity(ctx context.Context, c caller.Caller, ref, entity string, p Pause) error {
	if err := p.check(s.Now()); err != nil {
		return err
	}
	return s.except(ctx, c, ref, entity, &p)
}

// ReactivateEntity ends the exception of a record, if it has one.
func (s *Service) ReactivateEntity(ctx context.Context, c caller.Caller, ref, entity string) error {
	return s.except(ctx, c, ref, entity, nil)
}

// except replaces the exception of a record by another, or by none when p is
// nil, and judges the record by it.
func (s *Service) except(ctx context.Context, c caller.Caller, ref, entity string, p *Pause) error {
	var t Test
	changed := false
	now := s.Now()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = s.find(ctx, tx, c, ref); err != nil {
			return err
		}
		x := exception{
			createdAt: db.Millis(now), definition: t.Definition.Number, entity: entity, id: db.NewID(now),
			test: t.ref(),
		}
		var ok bool
		if x.item, ok, err = resource.ItemOf(ctx, tx, t.Definition.Number, entity); err != nil {
			return err
		}
		if !ok {
			return errNoEntity(entity)
		}
		if p != nil {
			changed, err = true, addException(ctx, tx, c, x, *p, now)
		} else {
			changed, err = dropException(ctx, tx, c, x, now)
		}
		if err != nil || !changed {
			return err
		}
		return resource.RaiseEpoch(ctx, tx, t.Definition.Number)
	})
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "somebody else deactivated this record at the same moment; look at it and try again")
	}
	if err != nil || !changed {
		return err
	}
	if _, err := s.reevaluate(ctx, c, t.Definition, resource.CauseException); err != nil {
		return fmt.Errorf("evaluate test %s: %w", t.ID, err)
	}
	return nil
}

// endHeld ends the exception that holds for the item of x, and answers it; ok is
// false when none does.
func endHeld(ctx context.Context, tx *db.Tx, c caller.Caller, x exception, now time.Time) (held exception, ok bool, err error) {
	list, err := selectExceptionsOf(ctx, tx, x.test.number, []resource.Item{x.item})
	if err != nil || len(list) == 0 {
		return exception{}, false, err
	}
	held = list[0] // a unique index holds that there is no other
	held.test = x.test
	return held, true, endException(ctx, tx, held.id, c, db.Millis(now))
}

func dropException(ctx context.Context, tx *db.Tx, c caller.Caller, x exception, now time.Time) (dropped bool, err error) {
	held, ok, err := endHeld(ctx, tx, c, x, now)
	if err != nil || !ok {
		return false, err
	}
	return true, evidence.Append(ctx, tx, now, held.entry(c, "reactivated", held))
}

// addException makes the exception of a record that exists, in place of the one
// that it may have. One entry says both: two of one instant have no order.
func addException(ctx context.Context, tx *db.Tx, c caller.Caller, x exception, p Pause, now time.Time) error {
	head, err := resource.HeadOf(ctx, tx, x.definition)
	if err != nil {
		return err
	}
	records, err := resource.Entities(ctx, tx, x.definition, head.Number, []resource.Item{x.item})
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return errNoEntity(x.entity)
	}
	x.name, x.reason, x.until = records[0].Name(), p.Reason, p.Until
	held, _, err := endHeld(ctx, tx, c, x, now)
	if err != nil {
		return err
	}
	x.replaces = held.id
	if err := insertException(ctx, tx, c, x); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, now, x.entry(c, "deactivated", held))
}
