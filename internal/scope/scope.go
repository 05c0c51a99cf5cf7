// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// Limits of a workspace and of a scope.
const (
	maxFilters = 50
	maxName    = 200
	maxScopes  = 50
	maxText    = 10_000
)

// Tests is what scopes need of tests.
type Tests interface {
	JudgeFilters(ctx context.Context, c caller.Caller, definitions []resource.Definition) error
	PutFilters(ctx context.Context, tx *db.Tx, c caller.Caller, scope, name string, filters []assessment.Filter) ([]resource.Definition, error)
	ReadFilter(ctx context.Context, c caller.Caller, text json.Value, at string, problems *[]fault.Problem) (assessment.Filter, error)
	ScopedStandings(ctx context.Context, tx *db.Tx, w caller.Workspace, p assessment.Part) (map[int64]assessment.Standing, error)
}

// Users answers the names of the frameworks that are bound to a scope.
type Users func(ctx context.Context, tx *db.Tx, w caller.Workspace, scope string) ([]string, error)

// Options fill a Service.
type Options struct {
	DB    *db.DB
	Now   func() time.Time
	Tests Tests
}

// Service is the feature. It is safe for concurrent use.
type Service struct {
	Options
	Users Users // nil: nobody is bound to any; set once, before the first request
}

// New makes the service.
func New(o Options) *Service { return &Service{Options: o} }

// Scope is one as it stands.
type Scope struct {
	CreatedAt, UpdatedAt int64 // ms
	Document             Document
	ID, Slug             string
	version              int64
}

// Document is what a scope's file says.
type Document struct {
	Description string      `json:"description"`
	Filters     []Condition `json:"filters"`
	Name        string      `json:"name"`
	Others      string      `json:"others"` // in or out
}

// Condition is a filter as it is shown: by the ids of what it is about.
type Condition struct {
	Application string      `json:"application"`
	Resource    resource.ID `json:"resource"`
	Where       json.Value  `json:"where"`
}

// Part answers what assessment counts by.
func (s Scope) Part() assessment.Part {
	return assessment.Part{Others: s.Document.Others != "out", Scope: s.ID}
}

func errNone(ref string) error { return fault.New(fault.NotFound, "there is no scope %q", ref) }

// Find answers a workspace's scope by id or slug; NotFound when there is none.
func Find(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Scope, error) {
	found, err := selectScope(ctx, tx, w, ref)
	if errors.Is(err, db.ErrNoRow) {
		return Scope{}, errNone(ref)
	}
	return found, err
}

// List answers the scopes of the caller's workspace by slug.
func (s *Service) List(ctx context.Context, c caller.Caller) (all []Scope, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err = selectScopes(ctx, tx, c.Workspace)
		return err
	})
	return all, err
}

// Get answers a scope by id or slug.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (found Scope, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err = Find(ctx, tx, c.Workspace, ref)
		return err
	})
	return found, err
}

// Create makes a scope from its file form, and counts by it.
func (s *Service) Create(ctx context.Context, c caller.Caller, text []byte) (Scope, error) {
	d, err := s.read(ctx, c, text)
	if err != nil {
		return Scope{}, err
	}
	now := s.Now()
	made := Scope{CreatedAt: db.Millis(now), Document: d.document, ID: db.NewID(now), Slug: d.slug, UpdatedAt: db.Millis(now), version: 1}
	if made.Slug == "" {
		if made.Slug = form.Slug(d.document.Name); !isSlug(made.Slug) {
			return Scope{}, fault.At(fault.Problem{Pointer: "/slug", Message: "must be present: the name has too few letters to make one of"})
		}
	}
	err = s.put(ctx, c, d, func(ctx context.Context, tx *db.Tx) (Scope, error) {
		all, err := selectScopes(ctx, tx, c.Workspace)
		if err != nil {
			return made, err
		}
		if len(all) >= maxScopes {
			return made, fault.New(fault.Impossible, "a workspace has at most %d scopes", maxScopes)
		}
		if err := insertScope(ctx, tx, c.Workspace, made); err != nil {
			return made, err
		}
		return made, evidence.Append(ctx, tx, now, made.entry(c, "created"))
	})
	if db.IsUnique(err) {
		err = fault.New(fault.Conflict, "there is a scope with the slug %q already", made.Slug)
	}
	return made, err
}

// Replace makes a scope be as a file form says, and counts anew.
func (s *Service) Replace(ctx context.Context, c caller.Caller, ref string, text []byte) (after Scope, err error) {
	d, err := s.read(ctx, c, text)
	if err != nil {
		return Scope{}, err
	}
	err = s.put(ctx, c, d, func(ctx context.Context, tx *db.Tx) (Scope, error) {
		before, err := Find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return before, err
		}
		if d.slug != "" && d.slug != before.Slug {
			return before, fault.At(fault.Problem{Pointer: "/slug", Message: "a scope keeps its slug, which is " + before.Slug})
		}
		after = before
		now := s.Now()
		after.Document, after.UpdatedAt, after.version = d.document, db.Millis(now), before.version+1
		if err := updateScope(ctx, tx, after, before.version); err != nil {
			if errors.Is(err, db.ErrNoRow) {
				err = fault.New(fault.Conflict, "somebody else changed the scope at the same moment; look at it and try again")
			}
			return after, err
		}
		return after, evidence.Append(ctx, tx, now, after.entry(c, "replaced"))
	})
	return after, err
}

// put writes a scope with its filters, and has them judged when that is committed.
func (s *Service) put(ctx context.Context, c caller.Caller, d draft, write func(context.Context, *db.Tx) (Scope, error)) error {
	var moved []resource.Definition
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		written, err := write(ctx, tx)
		if err != nil {
			return err
		}
		moved, err = s.Tests.PutFilters(ctx, tx, c, written.ID, written.Document.Name, d.filters)
		return err
	})
	if err != nil {
		return err
	}
	return s.Tests.JudgeFilters(ctx, c, moved)
}

// Delete takes a scope away. One that a framework is bound to stays.
func (s *Service) Delete(ctx context.Context, c caller.Caller, ref string) error {
	var moved []resource.Definition
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := Find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		if err := s.unused(ctx, tx, c, found); err != nil {
			return err
		}
		if moved, err = s.Tests.PutFilters(ctx, tx, c, found.ID, found.Document.Name, nil); err != nil {
			return err
		}
		if err := deleteScope(ctx, tx, found.ID); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, s.Now(), found.entry(c, "deleted"))
	})
	if err != nil {
		return err
	}
	return s.Tests.JudgeFilters(ctx, c, moved)
}

func (s *Service) unused(ctx context.Context, tx *db.Tx, c caller.Caller, found Scope) error {
	if s.Users == nil {
		return nil
	}
	names, err := s.Users(ctx, tx, c.Workspace, found.ID)
	if err == nil && len(names) > 0 {
		err = fault.New(fault.Conflict, "the scope decides what counts for %s; bind that to another scope, or to none, first", strings.Join(names, ", "))
	}
	return err
}

// Stands answers how all tests stand in a scope, by their numbers.
func (s *Service) Stands(ctx context.Context, c caller.Caller, ref string) (all map[int64]assessment.Standing, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := Find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		all, err = s.Tests.ScopedStandings(ctx, tx, c.Workspace, found.Part())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count tests in scope %s: %w", ref, err)
	}
	return all, nil
}

func (s Scope) entry(actor caller.Caller, what string) evidence.Entry {
	return evidence.Entry{
		Actor: actor, Kind: "scope", Subject: evidence.Subject{Kind: "scope", ID: s.ID, Name: s.Document.Name},
		Body: map[string]any{"what": what, "slug": s.Slug, "scope": s.Document},
	}
}
