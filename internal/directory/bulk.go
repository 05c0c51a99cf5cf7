// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Result says what became of one entry of a bulk change.
type Result struct {
	ID      PersonID
	Refusal *fault.Error // nil: done, or already so
}

// asFault answers the fault in an error, nil when it is none of the caller's.
func asFault(err error) *fault.Error {
	var known *fault.Error
	if errors.As(err, &known) && known.Kind != fault.Internal {
		return known
	}
	return nil
}

// refused ends a transaction because one entry was refused after rows were
// written for it.
type refused struct {
	at    int
	cause error // holds the fault
	fault *fault.Error
}

// Error answers the sentence.
func (r *refused) Error() string { return r.fault.Message }

// step is what a bulk change does to one entry's person.
type step func(ctx context.Context, tx *db.Tx, d *deed, at int, p *Person) error

// bulk runs a step for every person in one transaction. A refusal of one leaves
// the others be: when rows were written for it, the transaction starts again
// without it.
func (s *Service) bulk(ctx context.Context, c caller.Caller, ids []PersonID, what string, fn step) ([]Result, error) {
	barred := map[int]*fault.Error{}
	for {
		results := make([]Result, len(ids))
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i, id := range ids {
				results[i] = Result{ID: id, Refusal: barred[i]}
				if results[i].Refusal != nil {
					continue
				}
				refusal, err := s.bulkStep(ctx, tx, deed{Caller: c, now: s.instant(), what: what}, i, id, fn)
				if err != nil {
					return err
				}
				results[i].Refusal = refusal
			}
			return nil
		})
		var r *refused
		if !errors.As(err, &r) {
			return results, s.settled(ctx, c.Workspace, err)
		}
		s.note(ctx, c, r.cause)
		barred[r.at] = r.fault
	}
}

// bulkStep answers a refusal that came before the first row was written; one that
// came later is an error of type refused.
func (s *Service) bulkStep(ctx context.Context, tx *db.Tx, d deed, at int, id PersonID, fn step) (*fault.Error, error) {
	before, err := hold(ctx, tx, d.Caller, id)
	after := before.clone()
	if err == nil {
		err = fn(ctx, tx, &d, at, &after)
	}
	if known := asFault(err); known != nil {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	_, err = s.save(ctx, tx, d, before, after, nil)
	if known := asFault(err); known != nil {
		return nil, &refused{at: at, cause: err, fault: known}
	}
	return nil, err
}

// NotPerson is one entry of MarkNotPeople.
type NotPerson struct {
	ID     PersonID
	Reason string // for auditors; may be ""
}

// MarkNotPeople takes mailboxes and robots out of the people, and answers for
// each, in their order.
func (s *Service) MarkNotPeople(ctx context.Context, c caller.Caller, list []NotPerson) ([]Result, error) {
	ids := make([]PersonID, len(list))
	for i, n := range list {
		ids[i] = n.ID
	}
	return s.bulk(ctx, c, ids, "marked as not a person", func(_ context.Context, _ *db.Tx, _ *deed, at int, p *Person) error {
		reason, message := cleanText(list[at].Reason)
		if message != "" {
			return fault.New(fault.Invalid, "the reason %s", message)
		}
		p.NotPerson, p.NotPersonReason = true, reason
		return nil
	})
}

// MarkPeople is the opposite of MarkNotPeople.
func (s *Service) MarkPeople(ctx context.Context, c caller.Caller, ids []PersonID) ([]Result, error) {
	return s.bulk(ctx, c, ids, "marked as a person", func(_ context.Context, _ *db.Tx, _ *deed, _ int, p *Person) error {
		p.NotPerson, p.NotPersonReason = false, ""
		return nil
	})
}

// Offboarding is one entry of Offboard.
type Offboarding struct {
	Acknowledger string // id of the person or user who vouches for it
	ID           PersonID
}

// Offboard makes people FORMER from now on, unless they are, notes who vouches
// for it, and answers for each, in their order. A refusal NotFound is about the
// person; an acknowledger who does not exist is Invalid.
func (s *Service) Offboard(ctx context.Context, c caller.Caller, list []Offboarding) ([]Result, error) {
	ids := make([]PersonID, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	return s.bulk(ctx, c, ids, "offboarded", func(ctx context.Context, tx *db.Tx, d *deed, at int, p *Person) error {
		name, err := s.acknowledger(ctx, tx, c, list[at].Acknowledger)
		if err != nil {
			return err
		}
		d.more = map[string]any{"acknowledgedBy": name}
		return p.offboard(d.now)
	})
}

func (p *Person) offboard(now time.Time) error {
	if p.Employment(now) != Former {
		edit := change{Person: *p, now: now, source: Here()}
		edit.set(FieldEndDate, columnEndDate, true, func() { edit.EndDate = &now })
		if err := refusal(edit.problems); err != nil {
			return err
		}
		*p = edit.Person
	}
	if p.OffboardedAt == nil {
		p.OffboardedAt = &now
	}
	return nil
}

// acknowledger answers the name of the person or user with an id.
func (s *Service) acknowledger(ctx context.Context, tx *db.Tx, c caller.Caller, id string) (string, error) {
	missing := fault.New(fault.Invalid, "there is nobody with the acknowledgerId %s", cut(id))
	if !db.ValidID(id) {
		return "", missing
	}
	name, err := selectDisplay(ctx, tx, c.Workspace.Number, PersonID(id))
	if errors.Is(err, db.ErrNoRow) && s.userName != nil {
		name, err = s.userName(ctx, tx, c.Workspace.Number, id)
	}
	switch {
	case errors.Is(err, db.ErrNoRow):
		return "", missing
	case err != nil:
		return "", fmt.Errorf("find acknowledger: %w", err)
	}
	return name, nil
}
