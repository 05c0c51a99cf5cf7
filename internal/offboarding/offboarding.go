// SPDX-License-Identifier: Apache-2.0

package offboarding

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/computer"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/sla"
)

// category is the SLA that departures go by.
const category = "account-access-revocation"

// Options are what a Service is made of.
type Options struct {
	Accounts  *account.Service
	Computers *computer.Service
	DB        *db.DB
	Directory *directory.Service
	Now       func() time.Time
}

// Service tells how far departures have come. It is directory's Departures, and safe
// for concurrent use.
type Service struct{ Options }

// New makes the service and lets the directory know of it.
func New(o Options) *Service {
	s := &Service{o}
	o.Directory.Departures = s
	return s
}

// Status is how far a departure has come.
type Status string

// The states.
const (
	Complete Status = "COMPLETE"
	DueSoon  Status = "DUE_SOON"
	None     Status = "NONE" // has not left
	Overdue  Status = "OVERDUE"
)

// Departure is what must be true of somebody who leaves.
type Departure struct {
	Accounts       []account.Holding  // active ones
	AcknowledgedAt *time.Time         // nil: by nobody
	CompletedAt    *time.Time         // nil unless complete
	Computers      []computer.Holding // that were not returned
	DueAt          *time.Time         // nil: by no deadline, or has not left
	LeftAt         *time.Time         // nil: has not
	Person         directory.PersonID
}

// complete says whether every condition is met.
func (d Departure) complete() bool {
	return len(d.Accounts) == 0 && len(d.Computers) == 0 && d.AcknowledgedAt != nil
}

// Status answers how far the departure is at an instant.
func (d Departure) Status(now time.Time) Status {
	switch {
	case d.LeftAt == nil:
		return None
	case d.complete():
		return Complete
	case d.DueAt != nil && now.After(*d.DueAt):
		return Overdue
	}
	return DueSoon
}

// of answers the departures of people, whether they have left or not, in the
// caller's transaction.
func (s *Service) of(ctx context.Context, tx *db.Tx, w caller.Workspace, people []directory.Person, now time.Time) ([]Departure, error) {
	ids, keys := make([]directory.PersonID, len(people)), make([]string, len(people))
	for i, p := range people {
		ids[i], keys[i] = p.ID, directory.EmailKey(p.Email)
	}
	accounts, err := s.Accounts.HeldBy(ctx, tx, w, ids)
	if err != nil {
		return nil, err
	}
	computers, err := s.Computers.HeldBy(ctx, tx, w, keys)
	if err != nil {
		return nil, err
	}
	terms, err := sla.TermsOf(ctx, tx, w.Number, category)
	if err != nil {
		return nil, err
	}
	list := make([]Departure, len(people))
	for i, p := range people {
		d := Departure{AcknowledgedAt: p.OffboardedAt, Computers: computers[keys[i]], LeftAt: p.LeftAt(now), Person: p.ID}
		last := int64(0)
		for _, held := range accounts[p.ID] {
			if held.Active {
				d.Accounts = append(d.Accounts, held)
			} else {
				last = max(last, held.UpdatedAt)
			}
		}
		if d.LeftAt != nil {
			d.settle(terms, last)
		}
		list[i] = d
	}
	return list, nil
}

// settle gives somebody who has left a deadline, and when all was done; last is when
// the last account went, in ms.
func (d *Departure) settle(terms sla.Terms, last int64) {
	if due := terms.Due(db.Millis(*d.LeftAt)); due != nil {
		at := db.Time(*due)
		d.DueAt = &at
	}
	if d.complete() {
		at := db.Time(max(last, db.Millis(*d.AcknowledgedAt), db.Millis(*d.LeftAt)))
		d.CompletedAt = &at
	}
}

// Departures is of directory: those of the people who have left.
func (s *Service) Departures(ctx context.Context, w caller.Workspace, people []directory.Person, now time.Time) (map[directory.PersonID]directory.Departure, error) {
	var gone []directory.Person
	for _, p := range people {
		if p.LeftAt(now) != nil && !p.NotPerson {
			gone = append(gone, p)
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	var list []Departure
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = s.of(ctx, tx, w, gone, now)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read departures: %w", err)
	}
	found := map[directory.PersonID]directory.Departure{}
	for _, d := range list {
		found[d.Person] = d.tasks()
	}
	return found, nil
}

// tasks answers the departure in words.
func (d Departure) tasks() directory.Departure {
	t := directory.Departure{CompletedAt: d.CompletedAt, Done: []string{}, DueAt: d.DueAt, Open: []string{}}
	for _, a := range d.Accounts {
		t.Open = append(t.Open, "Remove the account "+a.Name+" in "+a.System)
	}
	if len(d.Accounts) == 0 {
		t.Done = append(t.Done, "Accounts are removed")
	}
	for _, c := range d.Computers {
		t.Open = append(t.Open, "Take back the computer "+c.Name)
	}
	if len(d.Computers) == 0 {
		t.Done = append(t.Done, "Computers are returned")
	}
	if d.AcknowledgedAt == nil {
		t.Open = append(t.Open, "Acknowledge the departure")
	} else {
		t.Done = append(t.Done, "The departure is acknowledged")
	}
	return t
}

// Get answers the departure of one person, who need not have left. Faults: NotFound.
func (s *Service) Get(ctx context.Context, c caller.Caller, id directory.PersonID) (d Departure, err error) {
	p, err := s.Directory.Get(ctx, c, id)
	if err != nil {
		return d, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := s.of(ctx, tx, c.Workspace, []directory.Person{p}, db.Time(db.Millis(s.Now())))
		if err == nil {
			d = list[0]
		}
		return err
	})
	return d, err
}
