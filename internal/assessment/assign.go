// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
)

// Assignment changes what may change at any time, without a version; nil leaves
// a member as it is.
type Assignment struct {
	Category    *string
	Owner       *string // id or e-mail of a user; "" takes it from whoever has it
	SLA         *string // slug or name; "" for none
	Subscribers *[]string
}

// assigned is an assignment whose references were found.
type assigned struct {
	category    *string
	owner       *Owner
	sla         *string
	subscribers *[]Subscriber
}

// Assign changes what a test has beside its versions. When it goes by another SLA
// its open failures get new due times, counted from when they were detected.
func (s *Service) Assign(ctx context.Context, c caller.Caller, ref string, a Assignment) (Test, error) {
	t, err := s.Get(ctx, c, ref)
	if err != nil {
		return Test{}, err
	}
	found, err := s.findAssigned(ctx, c, a)
	if err != nil {
		return Test{}, err
	}
	before := ""
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t, err = s.find(ctx, tx, c, ref); err != nil {
			return err
		}
		before = t.SLA
		return s.assign(ctx, tx, c, &t, found, now)
	})
	if err != nil {
		return Test{}, err
	}
	if t.SLA == before {
		return s.Get(ctx, c, t.ID)
	}
	return s.judged(ctx, c, t, resource.CauseRule)
}

// findAssigned looks up what an assignment names; every wrong place is told.
func (s *Service) findAssigned(ctx context.Context, c caller.Caller, a Assignment) (found assigned, err error) {
	var problems []fault.Problem
	wrong := func(pointer, format string, args ...any) {
		problems = append(problems, fault.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
	}
	if a.Category != nil {
		category, ok := parseCategory(*a.Category)
		if found.category = &category; !ok {
			wrong("/category", "must be one of %s", strings.Join(categories(), ", "))
		}
	}
	if a.SLA != nil {
		found.sla = a.SLA
		if err := s.checkSLA(ctx, c, *a.SLA); fault.KindOf(err) == fault.NotFound {
			wrong("/sla", "%q is no slug or name of an SLA", *a.SLA)
		} else if err != nil {
			return found, err
		}
	}
	if a.Subscribers != nil {
		list, bad, err := s.findSubscribers(ctx, c, *a.Subscribers)
		if err != nil {
			return found, err
		}
		for _, i := range bad {
			wrong(pointerTo("subscribers", i), "%q is no id or e-mail of a user or a person", (*a.Subscribers)[i])
		}
		found.subscribers = &list
	}
	if len(problems) > 0 {
		return found, fault.At(problems...)
	}
	if a.Owner != nil {
		owner, err := s.ownerByRef(ctx, c, *a.Owner)
		found.owner = &owner
		return found, err
	}
	return found, nil
}

// checkSLA answers NotFound for a reference that means no category.
func (s *Service) checkSLA(ctx context.Context, c caller.Caller, ref string) error {
	if ref == "" {
		return nil
	}
	return s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := sla.Find(ctx, tx, c.Workspace, ref)
		return err
	})
}

// assign writes what differs, with one entry for all of it but the owner, which
// has its own.
func (s *Service) assign(ctx context.Context, tx *db.Tx, c caller.Caller, t *Test, a assigned, now time.Time) error {
	var d differences
	if a.category != nil && *a.category != t.Category {
		d.add("category", t.Category, *a.category)
		t.Category = *a.category
		if err := updateCategory(ctx, tx, t.Number, t.Category); err != nil {
			return err
		}
	}
	if a.sla != nil {
		if err := putSLA(ctx, tx, c, t, *a.sla, &d); err != nil {
			return err
		}
	}
	if a.subscribers != nil {
		if err := s.putSubscribers(ctx, tx, c, t, *a.subscribers, &d, now); err != nil {
			return err
		}
	}
	if a.owner != nil {
		if err := s.putOwner(ctx, tx, c, t, *a.owner, now); err != nil {
			return err
		}
	}
	if len(d) == 0 {
		return nil
	}
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: c, Kind: "test", Subject: t.subject(), Body: map[string]any{"what": "assigned", "slug": t.Slug, "changes": d},
	})
}

// putSLA makes a test go by a category, "" for none, and tells the definition,
// whose open failures are then due at other times.
func putSLA(ctx context.Context, tx *db.Tx, c caller.Caller, t *Test, ref string, d *differences) error {
	before, after := "", sla.Category{}
	var err error
	if t.SLA != "" {
		was, err := sla.Find(ctx, tx, c.Workspace, t.SLA)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		before = was.Name
	}
	if ref != "" {
		if after, err = sla.Hold(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
	}
	if after.Slug == t.SLA {
		return nil
	}
	d.add("sla", before, after.Name)
	t.SLA = after.Slug
	if err := updateSLA(ctx, tx, t.Number, t.SLA); err != nil {
		return err
	}
	return resource.RaiseEpoch(ctx, tx, t.Definition.Number)
}

// TestsWith answers the names of the tests that go by an SLA; it is for package
// sla, which keeps such a category.
func (s *Service) TestsWith(ctx context.Context, tx *db.Tx, w caller.Workspace, slug string) ([]string, error) {
	return selectTestsWith(ctx, tx, w.Number, slug)
}
