// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// Built-in tests are made when a definition has its first record, before the push
// that brings it is answered, and once for good: assessment_builtin remembers them
// whatever becomes of the tests. A pass does the same after a start, for definitions
// that had records before this program knew the tests; it also brings tests whose
// files are others by now to a next version, and those that gather definitions to
// all that there are.

// furnished are the definitions of which this process has seen that they have what
// they are to have, so that a push asks nobody.
// Another schema may fit a mapping otherwise, so each is looked at.
type furnished struct {
	mu    sync.Mutex
	known map[resource.Number]int64 // schema version; it begins with 1
}

func (f *furnished) has(d resource.Definition) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	schema, known := f.known[d.Number]
	return known && schema == d.SchemaVersion
}

func (f *furnished) add(d resource.Definition) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[resource.Number]int64{}
	}
	f.known[d.Number] = d.SchemaVersion
}

func (f *furnished) remove(d resource.Definition) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, d.Number)
}

// furnishTries is how often tests are made again that somebody else was making too.
const furnishTries = 5

// Furnish is of resource.Furnisher: it makes the built-in tests of a definition that
// has records, and evaluates them, however many records there are. It does nothing
// when that was done before.
func (s *Service) Furnish(ctx context.Context, d resource.Definition) error {
	if s.furnished.has(d) {
		return nil
	}
	var head resource.Head
	var kinds []string
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if head, err = resource.HeadOf(ctx, tx, d.Number); err != nil || head.Current == 0 {
			return err
		}
		kinds, err = s.kindsOf(ctx, tx, d)
		return err
	})
	if err != nil || head.Current == 0 {
		return err
	}
	if err = s.furnish(ctx, d, kinds); err == nil {
		s.furnished.add(d)
	}
	return err
}

// Remapped brings the tests that gather definitions of some kinds to what a definition
// is, or is no more, mapped to.
func (s *Service) Remapped(ctx context.Context, d resource.Definition, kinds []string) error {
	err := s.furnish(ctx, d, kinds)
	if err != nil {
		s.furnished.remove(d) // the pass does it
	}
	return err
}

// kindsOf answers the kinds that a definition is mapped to and some test gathers.
func (s *Service) kindsOf(ctx context.Context, tx *db.Tx, d resource.Definition) (kinds []string, err error) {
	for _, kind := range s.BuiltIns.Kinds() {
		list, err := s.Mapped.MappedTo(ctx, tx, d.Workspace, kind)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(m MappedDefinition) bool { return m.Definition.Number == d.Number }) {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

// furnish makes the tests of a definition, and those that gather it for what it is or
// for a kind that it is, or was, mapped to. It is tried again when somebody else was
// faster.
func (s *Service) furnish(ctx context.Context, d resource.Definition, kinds []string) (err error) {
	for range furnishTries {
		if err = s.furnishOnce(ctx, d, kinds); !db.IsUnique(err) && !errors.Is(err, db.ErrNoRow) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("make the built-in tests of %s: %w", d.ID, err)
	}
	return nil
}

func (s *Service) furnishOnce(ctx context.Context, d resource.Definition, kinds []string) error {
	if err := s.furnishOn(ctx, d, s.BuiltIns.For(string(d.Base))); err != nil {
		return err
	}
	gathering := append(s.BuiltIns.Gathering(string(d.Base)), s.BuiltIns.GatheringMapped(kinds...)...)
	if len(gathering) == 0 {
		return nil
	}
	people, err := s.Resource.System(ctx, d.Workspace, builtin.People)
	if err != nil {
		return err
	}
	return s.furnishOn(ctx, people, gathering)
}

// furnishing is a test that is made, or gets a next version.
type furnishing struct {
	*builtin.Test

	application string // what tells its slug from that of another one
	before      *Test  // nil: it is made
	draft       draft
}

// furnishOn makes tests on the records of a definition, or brings them to how their
// files are now, and evaluates them.
func (s *Service) furnishOn(ctx context.Context, on resource.Definition, tests []*builtin.Test) error {
	var list []furnishing
	c := system(on)
	made, err := s.madeOn(ctx, on)
	for _, b := range tests {
		if err != nil {
			return err
		}
		before, was := made[b.ID]
		if was && before == nil {
			continue // it was deleted
		}
		if !was && b.Gathers != nil {
			gathered, failed := s.gather(ctx, c, b)
			if err = failed; len(gathered) == 0 {
				continue // nothing that it would be about has a record
			}
		}
		var one furnishing
		var differs bool
		if one, differs, err = s.furnishing(ctx, c, b, on, before); differs {
			list = append(list, one)
		}
	}
	if err != nil || len(list) == 0 {
		return err
	}
	now := s.Now()
	var last Test
	if err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		for i := range list {
			if last, err = s.putFurnishing(ctx, tx, c, on, &list[i], now); err != nil {
				return fmt.Errorf("%s: %w", list[i].ID, err)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return s.judgeFurnished(ctx, c, last)
}

// madeOn answers the built-in tests of a definition by their ids; nil for one that
// is there no more.
func (s *Service) madeOn(ctx context.Context, on resource.Definition) (made map[string]*Test, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		made = map[string]*Test{}
		numbers, err := selectBuiltIns(ctx, tx, on)
		if err != nil {
			return err
		}
		for id, number := range numbers {
			found, err := s.ByNumbers(ctx, tx, on.Workspace, []int64{number})
			if err != nil {
				return err
			}
			made[id] = nil
			for i := range found {
				made[id] = &found[i]
			}
		}
		return nil
	})
	return made, err
}

// furnishing answers what is to become of a test, and whether anything is.
func (s *Service) furnishing(ctx context.Context, c caller.Caller, b *builtin.Test, on resource.Definition, before *Test) (f furnishing, differs bool, err error) {
	more, was := map[string]json.Value(nil), builtin.Values(nil)
	if before != nil {
		was, err = before.Document.ownValues(b)
		if err != nil {
			return f, false, err
		}
	} else if more, err = b.Beside(); err != nil {
		return f, false, err
	}
	values, _ := b.Values(nil, was, "")
	f = furnishing{Test: b, before: before}
	if f.application, err = s.applicationName(ctx, c, on.Application); err != nil {
		return f, false, err
	}
	if f.draft, err = s.fillIn(ctx, c, b, on, values, more); err != nil || before == nil {
		return f, err == nil, err
	}
	f.draft.reason = "what Muster ships, or what the rule relates to, is another"
	if len(f.draft.document.Follows) > 0 && len(before.Document.Follows) > 0 {
		f.draft.reason = "the deadline of an SLA that it follows is another"
	}
	is, err := json.Marshal(f.draft.document)
	if err != nil {
		return f, false, err
	}
	stood, err := json.Marshal(before.Document)
	return f, !bytes.Equal(is, stood), err
}

// putFurnishing makes the test with its default mapping, or writes its version.
func (s *Service) putFurnishing(ctx context.Context, tx *db.Tx, c caller.Caller, on resource.Definition, f *furnishing, now time.Time) (t Test, err error) {
	if f.before != nil {
		t = *f.before
		t.Document, t.Version = f.draft.document, t.Version+1
		if err := updateVersion(ctx, tx, t, f.before.Version); err != nil {
			return t, err
		}
		return t, s.putVersion(ctx, tx, c, revision{after: t, before: *f.before, reason: f.draft.reason}, now)
	}
	t = Test{
		Category: f.draft.category, CreatedAt: db.Millis(now), Definition: on, Document: f.draft.document, ID: db.NewID(now), State: StateActive, Version: 1,
	}
	if t.Number, err = workspace.Next(ctx, tx, "assessment_test"); err != nil {
		return t, err
	}
	if err := insertBuiltIn(ctx, tx, t); err != nil {
		return t, err
	}
	if t.Slug, err = f.freeSlug(ctx, tx, on); err != nil {
		return t, err
	}
	if err := insertTest(ctx, tx, t); err != nil {
		return t, err
	}
	if err := s.putVersion(ctx, tx, c, revision{after: t, reason: "a built-in test, made for the first record"}, now); err != nil {
		return t, err
	}
	if err := s.assign(ctx, tx, c, &t, f.draft.assigned, now); err != nil {
		return t, err
	}
	return t, s.Controls.MapDefault(ctx, tx, c, t.Ref(), f.Controls, now)
}

// freeSlug answers the slug of a test that is made: its id, or what tells it from that
// of another application, or of another resource of the same.
func (f *furnishing) freeSlug(ctx context.Context, tx *db.Tx, on resource.Definition) (string, error) {
	whole := slugOf(f.ID + " " + f.application + " " + on.Name)
	for n := 0; ; n++ {
		slug := form.Cut(whole, maxSlug-8) + "-" + strconv.Itoa(n)
		if n < 3 {
			slug = []string{f.ID, slugOf(f.ID + " " + f.application), whole}[n]
		}
		if taken, err := selectSlugTaken(ctx, tx, on.Workspace, slug); err != nil || !taken {
			return slug, err
		}
	}
}

func (s *Service) applicationName(ctx context.Context, c caller.Caller, id string) (string, error) {
	all, err := s.Applications.Applications(ctx, c)
	for _, a := range all {
		if a.ID == id {
			return a.Name, err
		}
	}
	return "", err
}

// judgeFurnished evaluates the definition of a test before it answers. What another
// evaluation holds up is left to whoever holds it.
func (s *Service) judgeFurnished(ctx context.Context, c caller.Caller, t Test) error {
	filled, err := s.fill(ctx, c, t)
	if err == nil {
		err = s.Resource.Reevaluate(ctx, c, t.Definition, resource.CauseRule)
	}
	for _, d := range filled {
		if err == nil {
			err = s.Judge.Sweep(ctx, d.Number)
		}
	}
	if fault.KindOf(err) == fault.Unavailable {
		s.Logger.WarnContext(ctx, "built-in tests are evaluated later", slog.String("definition", string(t.Definition.ID)), slog.Any("error", err))
		return nil
	}
	return err
}

// gather answers the definitions that a test relates to, as rules name them: all of its
// base types, and all that are mapped to its kind, that have, or had, a record.
func (s *Service) gather(ctx context.Context, c caller.Caller, b *builtin.Test) (gathered []builtin.Gathered, err error) {
	if b.Gathers == nil {
		return nil, nil
	}
	var found []MappedDefinition
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = s.gathered(ctx, tx, c.Workspace, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	applications, err := s.Applications.Applications(ctx, c)
	for _, m := range found {
		if err != nil {
			return nil, err
		}
		var name string
		name, err = s.nameFor(ctx, c, applications, m.Definition)
		gathered = append(gathered, builtin.Gathered{Fields: m.Fields, Name: name})
	}
	return gathered, err
}

func (s *Service) gathered(ctx context.Context, tx *db.Tx, w caller.Workspace, b *builtin.Test) (found []MappedDefinition, err error) {
	bases := make([]resource.Base, len(b.Gathers))
	for i, base := range b.Gathers {
		bases[i] = resource.Base(base)
	}
	all, err := resource.LookUpBase(ctx, tx, w, bases...)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		found = append(found, MappedDefinition{Definition: d})
	}
	if b.Mapped != "" {
		mapped, err := s.Mapped.MappedTo(ctx, tx, w, b.Mapped)
		if err != nil {
			return nil, err
		}
		found = append(found, mapped...)
	}
	var heads error
	found = slices.DeleteFunc(found, func(m MappedDefinition) bool {
		head, err := resource.HeadOf(ctx, tx, m.Definition.Number)
		heads = errors.Join(heads, err)
		return head.Items == 0
	})
	return found, heads
}

// nameFor answers application/resource, where that means the definition, else its
// resourceId.
func (s *Service) nameFor(ctx context.Context, c caller.Caller, all []Application, d resource.Definition) (string, error) {
	for _, a := range all {
		if a.ID != d.Application {
			continue
		}
		name := a.Name + "/" + d.Name
		meant, err := s.relative(ctx, c, "", name)
		var several *severalError
		switch {
		case errors.Is(err, db.ErrNoRow), errors.As(err, &several):
		case err != nil:
			return "", err
		case meant.Number == d.Number:
			return name, nil
		}
	}
	return string(d.ID), nil
}

// HasUnfurnished says whether FurnishAll has anything to do.
func (s *Service) HasUnfurnished(ctx context.Context) (bool, error) {
	list, err := s.unfurnished(ctx)
	return len(list) > 0, err
}

// FurnishAll is a pass: it furnishes the definitions that have records and of which
// this process has not seen that they are furnished.
func (s *Service) FurnishAll(ctx context.Context) error {
	list, err := s.unfurnished(ctx)
	for _, d := range list {
		err = errors.Join(err, s.Furnish(ctx, d))
	}
	return err
}

func (s *Service) unfurnished(ctx context.Context) (list []resource.Definition, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		numbers, err := resource.Populated(ctx, tx)
		for _, number := range numbers {
			if err != nil {
				return err
			}
			var d resource.Definition
			if d, err = resource.LookUp(ctx, tx, number); err != nil {
				return err
			}
			if !s.furnished.has(d) {
				list = append(list, d)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find definitions without built-in tests: %w", err)
	}
	return list, nil
}
