// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
)

// Users answers the names of the tests that point to a category.
type Users func(ctx context.Context, tx *db.Tx, w caller.Workspace, slug string) ([]string, error)

// Options fill a Service.
type Options struct {
	DB  *db.DB
	Now func() time.Time
}

// Service is the feature: categories and settings. It is safe for concurrent use.
type Service struct {
	Options
	// Edited is told, after the fact, of a category that was edited; nil: nobody is. Set
	// once, before the first request.
	Edited func(ctx context.Context, c caller.Caller, slug string)
	Users  Users // nil: nobody points to any; set once, before the first request
}

// New makes the service.
func New(o Options) *Service { return &Service{Options: o} }

func errNone(ref string) error { return fault.New(fault.NotFound, "there is no SLA %q", ref) }

// List answers all categories of the caller's workspace by slug.
func (s *Service) List(ctx context.Context, c caller.Caller) (all []Category, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := selectCategories(ctx, tx, c.Workspace.Number)
		all = merged(rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list SLAs: %w", err)
	}
	return all, nil
}

// Get answers a category by slug or name.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (found Category, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err = Find(ctx, tx, c.Workspace, ref)
		return err
	})
	return found, err
}

// Find answers a workspace's category by slug or name; NotFound when there is
// none.
func Find(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Category, error) {
	rows, err := selectCategories(ctx, tx, w.Number)
	if err != nil {
		return Category{}, fmt.Errorf("find SLA %s: %w", ref, err)
	}
	found, ok := named(merged(rows), ref)
	if !ok {
		return Category{}, errNone(ref)
	}
	return found, nil
}

// Hold is Find for a test that is to point to the category: until the transaction
// ends, nobody deletes it.
func Hold(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Category, error) {
	found, err := Find(ctx, tx, w, ref)
	if err != nil || found.BuiltIn {
		return found, err
	}
	if err := touchCategory(ctx, tx, w.Number, found.Slug); err != nil {
		if errors.Is(err, db.ErrNoRow) {
			return Category{}, errNone(ref)
		}
		return Category{}, err
	}
	return found, nil
}

// Create makes a category in the caller's workspace.
func (s *Service) Create(ctx context.Context, c caller.Caller, in Category) (Category, error) {
	in.Name = strings.TrimSpace(in.Name)
	if in.Slug == "" {
		in.Slug = form.Slug(in.Name)
	}
	if err := in.check(); err != nil {
		return Category{}, err
	}
	now := s.Now()
	in.CreatedAt, in.UpdatedAt, in.BuiltIn, in.version = db.Millis(now), db.Millis(now), false, 1
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := selectCategories(ctx, tx, c.Workspace.Number)
		if err != nil {
			return err
		}
		if err := in.unlike(merged(rows)); err != nil {
			return err
		}
		if err := insertCategory(ctx, tx, c.Workspace.Number, in); err != nil {
			return err
		}
		if err := insertTerm(ctx, tx, c.Workspace.Number, in.Slug, in.version, in.term(db.Millis(now))); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, in.entry(c, "created", Category{}, in))
	})
	if db.IsUnique(err) {
		err = in.taken()
	}
	if err != nil {
		return Category{}, fmt.Errorf("create SLA %s: %w", in.Slug, err)
	}
	return in, nil
}

func (c Category) taken() error {
	return fault.New(fault.Conflict, "there is an SLA %q already", c.Slug)
}

// unlike refuses a slug or a name that another category has.
func (c Category) unlike(all []Category) error {
	for _, other := range all {
		switch {
		case other.Slug == c.Slug:
			return c.taken()
		case strings.EqualFold(other.Name, c.Name):
			return fault.New(fault.Conflict, "there is an SLA named %q already: %s", other.Name, other.Slug)
		}
	}
	return nil
}

// term answers what the category says from an instant on.
func (c Category) term(since int64) term {
	return term{Term: c.Term, enabled: c.Enabled, since: since}
}

// Change edits a category; nil leaves a member as it is.
type Change struct {
	Enabled *bool
	Name    *string
	Term    *deadline.Term
}

// Edit changes a category. Items that were detected before keep their due times.
func (s *Service) Edit(ctx context.Context, c caller.Caller, ref string, change Change) (after Category, err error) {
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := selectCategories(ctx, tx, c.Workspace.Number)
		if err != nil {
			return err
		}
		all := merged(rows)
		before, ok := named(all, ref)
		if !ok {
			return errNone(ref)
		}
		after = before.with(change)
		if err := after.check(); err != nil {
			return err
		}
		others := slices.DeleteFunc(all, func(other Category) bool { return other.Slug == before.Slug })
		if err := after.unlike(others); err != nil {
			return err
		}
		if len(before.differences(after)) == 0 {
			return nil
		}
		after.UpdatedAt = db.Millis(now)
		if err := after.save(ctx, tx, c.Workspace.Number, before); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, after.entry(c, "edited", before, after))
	})
	if errors.Is(err, db.ErrNoRow) || db.IsUnique(err) {
		err = fault.New(fault.Conflict, "somebody else edited this SLA at the same moment; look at it and try again")
	}
	if err != nil {
		return Category{}, fmt.Errorf("edit SLA %s: %w", ref, err)
	}
	if s.Edited != nil {
		s.Edited(ctx, c, after.Slug)
	}
	return after, nil
}

// save writes an edited category; a built-in one gets its row, and the term that
// it shipped with, at its first edit.
func (c *Category) save(ctx context.Context, tx *db.Tx, workspace int64, before Category) error {
	c.version = before.version + 1
	if before.version == 0 {
		c.version = 2
		if err := insertCategory(ctx, tx, workspace, *c); err != nil {
			return err
		}
		if err := insertTerm(ctx, tx, workspace, c.Slug, 1, before.term(0)); err != nil {
			return err
		}
	} else if err := updateCategory(ctx, tx, workspace, *c, before.version); err != nil {
		return err
	}
	return insertTerm(ctx, tx, workspace, c.Slug, c.version, c.term(c.UpdatedAt))
}

func (c Category) with(change Change) Category {
	if change.Enabled != nil {
		c.Enabled = *change.Enabled
	}
	if change.Name != nil {
		c.Name = strings.TrimSpace(*change.Name)
	}
	if change.Term != nil {
		c.Term = *change.Term
	}
	return c
}

// Delete removes a category that was made here and that no test points to. Due
// times that it gave stay.
func (s *Service) Delete(ctx context.Context, c caller.Caller, ref string) error {
	now := s.Now()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := Find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		if found.BuiltIn {
			return fault.New(fault.Impossible, "%s is built in: switch it off instead", found.Name)
		}
		// First the row, then the question: whoever points a test to it holds the row.
		if err := deleteCategory(ctx, tx, c.Workspace.Number, found.Slug); err != nil {
			return err
		}
		var tests []string
		if s.Users != nil {
			if tests, err = s.Users(ctx, tx, c.Workspace, found.Slug); err != nil {
				return err
			}
		}
		if len(tests) > 0 {
			return fault.New(fault.Conflict, "%d tests point to this SLA, such as %s; give them another one first", len(tests), tests[0])
		}
		return evidence.Append(ctx, tx, now, found.entry(c, "deleted", found, Category{}))
	})
	if errors.Is(err, db.ErrNoRow) {
		err = errNone(ref)
	}
	if err != nil {
		return fmt.Errorf("delete SLA %s: %w", ref, err)
	}
	return nil
}

// Limits in characters.
const (
	maxName = 200
	maxSlug = form.MaxSlug
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (c Category) check() error {
	var problems []fault.Problem
	wrong := func(pointer, message string) {
		problems = append(problems, fault.Problem{Pointer: pointer, Message: message})
	}
	if c.Name == "" || utf8.RuneCountInString(c.Name) > maxName || strings.ContainsFunc(c.Name, unicode.IsControl) {
		wrong("/name", fmt.Sprintf("must have 1 to %d characters on one line", maxName))
	}
	if !slugForm.MatchString(c.Slug) || len(c.Slug) > maxSlug {
		wrong("/slug", "must be lower-case letters and digits with single dashes between them, such as web-servers")
	}
	if err := c.Term.Check(); err != nil {
		wrong("/deadline", err.Error())
	} else if c.ruled() && c.Term.Unit == deadline.BusinessDays {
		wrong("/deadline", "takes hours or days: built-in tests go by it, and rules count no business days")
	}
	if len(problems) > 0 {
		return fault.At(problems...)
	}
	return nil
}

func (c Category) differences(after Category) (changes []evidence.Change) {
	add := func(field, was, is string) {
		change := evidence.Change{Field: field}
		if was != "" {
			change.Before = was
		}
		if is != "" {
			change.After = is
		}
		if was != is {
			changes = append(changes, change)
		}
	}
	add("name", c.Name, after.Name)
	add("deadline", c.Term.String(), after.Term.String())
	add("enabled", c.switchTold(), after.switchTold())
	return changes
}

func (c Category) switchTold() string {
	switch {
	case c.Slug == "":
		return ""
	case c.Enabled:
		return "on"
	}
	return "off"
}

func (c Category) entry(actor caller.Caller, what string, before, after Category) evidence.Entry {
	return evidence.Entry{
		Actor: actor, Kind: "sla", Subject: evidence.Subject{Kind: "sla", ID: c.Slug, Name: c.Name},
		Body: map[string]any{"what": what, "deadline": c.Term, "enabled": c.Enabled, "changes": before.differences(after)},
	}
}
