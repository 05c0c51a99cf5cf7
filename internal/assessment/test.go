// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
	"github.com/passmuster/muster/internal/workspace"
)

// State is where a test is in its life.
type State string

// The states.
const (
	StateActive      State = "active"
	StateDeactivated State = "deactivated"
)

// Test is a Custom Test with what it says now.
type Test struct {
	Category   string
	Counts     Counts // zero while no verdicts hold
	CreatedAt  int64  // ms
	Definition resource.Definition
	Document   Document // of the newest version
	FlippedAt  *int64   // ms, when the status last changed
	ID         string
	LastPush   int64 // ms, of the definition; 0: never. Of several sources: of the one that is silent for longest
	Number     int64
	Ended      Endings
	Owner      string // id of a user, "" for nobody
	Remedy     Remediation
	RunAt      int64  // ms, of the last evaluation; 0: never
	SLA        string // slug, "" for none
	Slug       string
	SoonestDue *int64 // ms, of the records that fail; nil: none is due
	Stale      bool   // the newest push is older than freshness allows
	State      State
	StateAt    *int64 // ms, when State last changed
	StateUntil *int64 // ms, when a deactivated test comes back
	StateWhy   string // why it is deactivated
	Status     Status
	Version    int64 // the newest

	verdicts Status // by reducer, "" before the first evaluation
	window   int64  // version whose verdicts hold now; 0: none do
}

// settle works out the status at an instant.
func (t *Test) settle(set sla.Settings, now int64) {
	age, bounded := parseFreshness(t.Document.Freshness)
	t.Stale = bounded && t.LastPush < now-age
	switch {
	case t.State != StateActive:
		t.Status = StatusDeactivated
	case t.window != t.Version:
		t.Status = StatusInProgress
	case t.Stale:
		t.Status = StatusInvalid
	default:
		t.Status = t.verdicts
	}
	if t.window == 0 {
		t.Counts, t.SoonestDue = Counts{}, nil
	}
	t.Remedy = t.remediation(set, now)
}

// PublicID answers how the API names the test: a built-in one by its slug, as
// clients know it, any other by its id. Routes take either.
func (t *Test) PublicID() string { return publicID(t.Document.BuiltIn != "", t) }

func publicID(builtIn bool, t *Test) string {
	if builtIn {
		return t.Slug
	}
	return t.ID
}

// row answers the newest version as an evaluation sees it.
func (t *Test) row() testRow {
	return testRow{document: t.Document, id: t.ID, number: t.Number, slug: t.Slug, version: t.Version}
}

// errNoTest is what a reference that means no test of the workspace gets.
func errNoTest(ref string) error { return fault.New(fault.NotFound, "there is no test %q", ref) }

// Get answers a test of the caller's workspace by id or slug.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (t Test, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err = s.find(ctx, tx, c, ref)
		return err
	})
	return t, err
}

// find reads a test whole.
func (s *Service) find(ctx context.Context, tx *db.Tx, c caller.Caller, ref string) (Test, error) {
	t, err := selectTest(ctx, tx, c.Workspace, ref)
	if errors.Is(err, db.ErrNoRow) {
		return Test{}, errNoTest(ref)
	}
	if err != nil {
		return Test{}, fmt.Errorf("find test %s: %w", ref, err)
	}
	err = s.complete(ctx, tx, &t, bases{})
	return t, err
}

// bases keeps the definitions of several tests.
type bases map[resource.Number]base

type base struct {
	definition resource.Definition
	lastPush   int64
	settings   sla.Settings
}

// complete adds to a row what its definition says.
func (s *Service) complete(ctx context.Context, tx *db.Tx, t *Test, known bases) error {
	b, ok := known[t.Definition.Number]
	if !ok {
		d, err := resource.LookUp(ctx, tx, t.Definition.Number)
		if err != nil {
			return fmt.Errorf("look up definition of test %s: %w", t.ID, err)
		}
		pushed, err := resource.LastPush(ctx, tx, t.Definition.Number)
		if err != nil {
			return fmt.Errorf("look up the last push of test %s: %w", t.ID, err)
		}
		set, err := sla.SettingsOf(ctx, tx, d.Workspace.Number)
		if err != nil {
			return err
		}
		b = base{d, pushed, set}
		known[t.Definition.Number] = b
	}
	t.Definition, t.LastPush = b.definition, b.lastPush
	t.settle(b.settings, db.Millis(s.Now()))
	return nil
}

// Create makes a test from its file form and evaluates it: before it answers
// when the definition has at most 100,000 records.
func (s *Service) Create(ctx context.Context, c caller.Caller, text []byte) (Test, error) {
	d, err := s.read(ctx, c, text, nil)
	if err != nil {
		return Test{}, err
	}
	return s.create(ctx, c, d)
}

func (s *Service) create(ctx context.Context, c caller.Caller, d draft) (Test, error) {
	if d.document.Name == "" {
		return Test{}, fault.At(fault.Problem{Pointer: "/name", Message: "must be present and not empty"})
	}
	now := s.Now()
	t := Test{
		Category: d.category, CreatedAt: db.Millis(now), Definition: d.definition, Document: d.document, ID: db.NewID(now),
		Owner: d.owner.ID, Slug: d.slug, State: StateActive, Version: 1,
	}
	if t.Category == "" {
		t.Category = defaultCategory
	}
	if t.Slug == "" {
		if t.Slug = slugOf(t.Document.Name); !isSlug(t.Slug) {
			return Test{}, fault.At(fault.Problem{Pointer: "/slug", Message: "must be present: the name has too few letters to make one of"})
		}
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if t.Number, err = workspace.Next(ctx, tx, "assessment_test"); err != nil {
			return err
		}
		if err := s.insert(ctx, tx, c, t, d.reason, now); err != nil {
			return err
		}
		if err := s.assign(ctx, tx, c, &t, d.assigned, now); err != nil {
			return err
		}
		return s.putControls(ctx, tx, c, &t, d, now)
	})
	if db.IsUnique(err) {
		return Test{}, fault.New(fault.Conflict, "there is a test with the slug %q already", t.Slug)
	}
	if err != nil {
		return Test{}, err
	}
	return s.judged(ctx, c, t, resource.CauseRule)
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, c caller.Caller, t Test, reason string, now time.Time) error {
	head, err := resource.HeadOf(ctx, tx, t.Definition.Number)
	if err != nil {
		return err
	}
	if head.Current == 0 {
		return fault.At(fault.Problem{Pointer: "/resource", Message: t.Definition.Name + " has no record yet; push one first"})
	}
	if err := insertTest(ctx, tx, t); err != nil {
		return err
	}
	return s.putVersion(ctx, tx, c, revision{after: t, reason: reason}, now)
}

// revision is a step from one version of a test to the next.
type revision struct {
	after, before Test // before is zero for a new test
	reason        string
}

// putVersion adds a test's version with its evidence, and tells the definition
// that its rules are others now.
func (s *Service) putVersion(ctx context.Context, tx *db.Tx, c caller.Caller, r revision, now time.Time) error {
	t := r.after
	document, err := json.Marshal(t.Document)
	if err != nil {
		return fmt.Errorf("encode test %s: %w", t.ID, err)
	}
	if err := insertVersion(ctx, tx, c, t, versionRow{document: string(document), reason: r.reason, createdAt: db.Millis(now)}); err != nil {
		return err
	}
	if err := evidence.Append(ctx, tx, now, r.entry(c, string(document))); err != nil {
		return err
	}
	if err := s.tellLimited(ctx, tx, r); err != nil {
		return err
	}
	return s.Judge.link(ctx, tx, t)
}

// judged evaluates a definition after a change of a test and answers the test
// as it is then.
func (s *Service) judged(ctx context.Context, c caller.Caller, t Test, cause resource.Cause) (Test, error) {
	filled, err := s.fill(ctx, c, t)
	if err != nil {
		return Test{}, err
	}
	done, err := s.reevaluate(ctx, c, t.Definition, cause)
	for _, d := range filled {
		if err == nil {
			err = s.Judge.Sweep(ctx, d.Number)
		}
	}
	if err == nil && done && t.Document.Settings != nil {
		s.showLimited(ctx, t.Definition)
	}
	if err != nil {
		return Test{}, fmt.Errorf("evaluate test %s: %w", t.ID, err)
	}
	after, err := s.Get(ctx, c, t.ID)
	if !done && after.State == StateActive {
		after.Status, after.Remedy = StatusInProgress, RemediationInProgress
	}
	return after, err
}

// NewVersion gives a test another definition of its verdict; text is a file form
// in which application, resource and slug may be left out. Everything that is
// left out of the rest is as in a new test. Of a built-in test only its settings
// can be others.
func (s *Service) NewVersion(ctx context.Context, c caller.Caller, ref string, text []byte) (Test, error) {
	t, err := s.Get(ctx, c, ref)
	if err != nil {
		return Test{}, err
	}
	d, err := s.readVersion(ctx, c, &t, text)
	if err != nil {
		return Test{}, err
	}
	if d.slug != "" && d.slug != t.Slug {
		return Test{}, fault.At(fault.Problem{Pointer: "/slug", Message: "a test keeps its slug, which is " + t.Slug})
	}
	if d.document.Name == "" {
		d.document.Name = t.Document.Name
	}
	if t, err = s.revise(ctx, c, t, d); err != nil {
		return Test{}, err
	}
	return s.judged(ctx, c, t, resource.CauseRule)
}

func (s *Service) readVersion(ctx context.Context, c caller.Caller, t *Test, text []byte) (draft, error) {
	if t.Document.BuiltIn != "" {
		return s.readBuiltIn(ctx, c, t, text)
	}
	return s.read(ctx, c, text, &t.Definition)
}

// revise writes the next version of a test, which is to be judged then.
func (s *Service) revise(ctx context.Context, c caller.Caller, t Test, d draft) (Test, error) {
	before := t
	t.Document, t.Version = d.document, before.Version+1
	if d.category != "" {
		t.Category = d.category
	}
	now := s.Now()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := updateVersion(ctx, tx, t, before.Version); err != nil {
			return err
		}
		if d.category != "" {
			if err := updateCategory(ctx, tx, t.Number, d.category); err != nil {
				return err
			}
		}
		if d.owned {
			if err := s.putOwner(ctx, tx, c, &t, d.owner, now); err != nil {
				return err
			}
		}
		if err := s.assign(ctx, tx, c, &t, d.assigned, now); err != nil {
			return err
		}
		if err := s.putControls(ctx, tx, c, &t, d, now); err != nil {
			return err
		}
		return s.putVersion(ctx, tx, c, revision{after: t, before: before, reason: d.reason}, now)
	})
	if errors.Is(err, db.ErrNoRow) || db.IsUnique(err) {
		err = fault.New(fault.Conflict, "somebody else made a version of this test at the same moment; look at it and try again")
	}
	return t, err
}

// Run judges every record again, whether anything changed or not.
func (s *Service) Run(ctx context.Context, c caller.Caller, ref string) (Test, error) {
	t, err := s.Get(ctx, c, ref)
	if err != nil {
		return Test{}, err
	}
	if t.State != StateActive {
		return Test{}, fault.New(fault.Conflict, "the test is deactivated; reactivate it first")
	}
	return s.judged(ctx, c, t, resource.CauseRerun)
}
