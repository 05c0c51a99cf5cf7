// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// A filter is a condition on the records of one definition that a scope (package
// scope) takes its part by. It is judged as a test is, in the same runs: whoever
// is out has the outcome OUT_OF_SCOPE, at any instant of the past too. It is no
// test otherwise: no list, no count and no reference finds it.

// Filter is one that has been read and checked.
type Filter struct {
	Definition resource.Definition
	document   Document
}

// ReadFilter reads {application, resource, where} of a scope. What is wrong is added to problems by its place
// under at; the error is of the database alone.
func (s *Service) ReadFilter(ctx context.Context, c caller.Caller, text json.Value, at string, problems *[]fault.Problem) (Filter, error) {
	r := &draftReader{}
	r.Form = form.Open(text, at, "a filter has application, resource and where", &r.list)
	defer func() { *problems = append(*problems, r.list...) }()
	if r.Members == nil {
		return Filter{}, nil
	}
	r.Only("a filter", "application", "resource", "where")
	if err := s.locate(ctx, c, r, nil); err != nil {
		return Filter{}, err
	}
	names := s.namer(ctx, c, r.definition.Application)
	if err := r.describe(names); err != nil {
		return Filter{}, err
	}
	where := r.condition("where")
	if r.Members["where"] == nil {
		r.Wrong("where", "must be present: the condition that a record in scope meets")
	}
	// A record of which the condition says nothing is in.
	document := Document{
		OnEmpty: "not_applicable", OnUnknown: "pass", PassWhen: where, Reducer: Reducer{Kind: reduceAll}, Related: names.bound, Scope: where,
	}
	return Filter{Definition: r.definition, document: document}, names.failed
}

// filterSlug is one that no test can have.
func filterSlug(id string) string { return "~" + id }

// PutFilters makes the filters of a scope what they are now. It answers the definitions that
// JudgeFilters has to evaluate when the transaction is committed.
func (s *Service) PutFilters(
	ctx context.Context, tx *db.Tx, c caller.Caller, scope, name string, filters []Filter,
) (moved []resource.Definition, err error) {
	before, err := selectFilters(ctx, tx, c.Workspace, scope)
	if err != nil {
		return nil, fmt.Errorf("read filters: %w", err)
	}
	for _, f := range filters {
		f.document.Name = "the scope " + name
		changed, err := s.putFilter(ctx, tx, c, scope, before, f)
		delete(before, f.Definition.Number)
		if err != nil {
			return nil, err
		}
		if changed {
			moved = append(moved, f.Definition)
		}
	}
	for number, gone := range before {
		if err := s.dropFilter(ctx, tx, gone); err != nil {
			return nil, err
		}
		d, err := resource.LookUp(ctx, tx, number)
		if err != nil {
			return nil, err
		}
		moved = append(moved, d)
	}
	return moved, nil
}

// putFilter makes a filter, or gives the one on its definition another condition; changed is false where
// it has that already.
func (s *Service) putFilter(
	ctx context.Context, tx *db.Tx, c caller.Caller, scope string, before map[resource.Number]Test, f Filter,
) (changed bool, err error) {
	text, err := json.Marshal(f.document)
	if err != nil {
		return false, err
	}
	now := s.Now()
	t, known := before[f.Definition.Number]
	if known {
		was, err := json.Marshal(t.Document)
		if err != nil || string(was) == string(text) {
			return false, err
		}
		t.Version++
		err = updateVersion(ctx, tx, t, t.Version-1)
		if err != nil {
			return false, err
		}
	} else if t, err = s.makeFilter(ctx, tx, scope, f); err != nil {
		return false, err
	}
	t.Definition, t.Document = f.Definition, f.document
	if err := insertVersion(ctx, tx, c, t, versionRow{document: string(text), createdAt: db.Millis(now)}); err != nil {
		return false, err
	}
	return true, s.Judge.link(ctx, tx, t)
}

func (s *Service) makeFilter(ctx context.Context, tx *db.Tx, scope string, f Filter) (t Test, err error) {
	now := s.Now()
	t = Test{Category: defaultCategory, CreatedAt: db.Millis(now), Definition: f.Definition, ID: db.NewID(now), State: StateActive, Version: 1}
	t.Slug = filterSlug(t.ID)
	if t.Number, err = workspace.Next(ctx, tx, "assessment_test"); err != nil {
		return t, err
	}
	if err := insertTest(ctx, tx, t); err != nil {
		return t, err
	}
	return t, markFilter(ctx, tx, t.Number, scope)
}

// dropFilter ends a filter. Its row stays, as the past is judged by it.
func (s *Service) dropFilter(ctx context.Context, tx *db.Tx, t Test) error {
	if err := endFilter(ctx, tx, t.Number); err != nil {
		return err
	}
	if err := updateState(ctx, tx, t.Number, StateDeactivated, Pause{}, db.Millis(s.Now())); err != nil {
		return err
	}
	return resource.RaiseEpoch(ctx, tx, t.Definition.Number)
}

// JudgeFilters evaluates definitions whose filters are others now: before it
// answers where that is soon done, in the background where it is not.
func (s *Service) JudgeFilters(ctx context.Context, c caller.Caller, definitions []resource.Definition) error {
	for _, d := range definitions {
		if _, err := s.fill(ctx, c, Test{Definition: d}); err != nil {
			return err
		}
		if _, err := s.reevaluate(ctx, c, d, resource.CauseRule); err != nil {
			return fmt.Errorf("evaluate %s by a scope: %w", d.ID, err)
		}
	}
	return nil
}

// Part is what tests say of the records that a scope takes.
type Part struct {
	Others bool   // records of definitions that no filter names are in
	Scope  string // id
}

// ScopedStandings answers how all tests of a workspace stand on the records of a
// scope: Standings, with the counts of the records that are in. A test on a definition that is
// out as a whole is NOT_APPLICABLE, one whose filter is not judged yet IN_PROGRESS.
func (s *Service) ScopedStandings(ctx context.Context, tx *db.Tx, w caller.Workspace, p Part) (map[int64]Standing, error) {
	all, err := s.Standings(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	filters, err := selectFilters(ctx, tx, w, p.Scope)
	if err != nil {
		return nil, fmt.Errorf("read filters: %w", err)
	}
	counts, err := selectScoped(ctx, tx, w, p.Scope)
	if err != nil {
		return nil, fmt.Errorf("read what tests say in a scope: %w", err)
	}
	for number, standing := range all {
		f, filtered := filters[standing.Definition]
		switch {
		case filtered:
			c, known := counts[number]
			all[number] = standing.within(c, known && f.window == f.Version)
		case !p.Others:
			all[number] = standing.without()
		}
	}
	return all, nil
}

// within answers a standing with the counts of a part of its records.
func (s Standing) within(c Counts, filtered bool) Standing {
	if s.Counts == (Counts{}) {
		c = Counts{} // no verdicts hold, so none do in a part
	}
	s.Counts, s.SoonestDue = c, nil
	switch s.Status {
	case StatusDeactivated, StatusInvalid:
	default:
		if s.Status = StatusInProgress; filtered && s.judged {
			s.Status = s.reduce.reducer.Status(c, s.reduce.onEmpty)
		}
	}
	return s
}

// without answers a standing of none of its records.
func (s Standing) without() Standing {
	s.Counts, s.SoonestDue = Counts{}, nil
	if s.Status != StatusDeactivated {
		s.Status = StatusNotApplicable
	}
	return s
}

// Membership says in which scopes a record is.
type Membership map[string]bool // by id, of the scopes with a filter on it

// In says whether the record is in a scope.
func (m Membership) In(p Part) bool {
	if in, filtered := m[p.Scope]; filtered {
		return in
	}
	return p.Others
}

// MembershipOf answers in which scopes a record of the caller's workspace is now.
func (s *Service) MembershipOf(ctx context.Context, tx *db.Tx, c caller.Caller, entity string) (Membership, error) {
	at, item, err := findEntity(ctx, tx, c, entity)
	if err != nil {
		return nil, err
	}
	filters, err := selectFiltersOn(ctx, tx, at.definition)
	if err != nil {
		return nil, fmt.Errorf("read filters on record %s: %w", entity, err)
	}
	m := Membership{}
	for scope, filter := range filters {
		at.test = filter
		stands, err := selectStanding(ctx, tx, at, item)
		if err != nil {
			return nil, fmt.Errorf("hold record %s against a scope: %w", entity, err)
		}
		m[scope] = stands.outcome != OutOfScope
	}
	return m, nil
}

// errUncounted says that a test and a filter hold side by side, and were never counted.
var errUncounted = errors.New("nothing is counted there")

// flipScoped moves what tests say in each filter with their own tallies: by the
// records that this run judged, under the test or under the filter.
func (e *evaluation) flipScoped(ctx context.Context, tx *db.Tx) error {
	for _, f := range e.tests {
		if !f.test.filter {
			continue
		}
		for _, t := range e.tests {
			if t.test.filter {
				continue
			}
			var c Counts
			if f.hasWindow && t.hasWindow {
				var err error
				if c, err = selectScopedCounts(ctx, tx, f.test.number, t.test.number); err != nil {
					return fmt.Errorf("read what test %s says in a scope: %w", t.test.id, err)
				}
			}
			if c.move(t, f) || !f.hasWindow || !t.hasWindow {
				if err := putScoped(ctx, tx, e.definition.Workspace, f.test.number, t.test.number, c); err != nil {
					return fmt.Errorf("count test %s in a scope: %w", t.test.id, err)
				}
			}
		}
	}
	return nil
}

// move brings the counts of a test within a filter from the head to what this
// run came to.
func (c *Counts) move(t, f *judged) (moved bool) {
	for item := range max(len(t.states), len(f.states)) {
		ts, fs := t.at(item), f.at(item)
		if ts.now() == OutcomeNone && fs.now() == OutcomeNone {
			continue
		}
		if was := within(ts.was(t), fs.was(f)); was != OutcomeNone {
			c[was]--
			moved = true
		}
		if is := within(ts.is(), fs.is()); is != OutcomeNone {
			c[is]++
			moved = true
		}
	}
	return moved
}

// within answers an outcome as a filter lets it through: one that fits the schema
// no more lets everything through.
func within(outcome, filter Outcome) Outcome {
	if filter == Passing || filter == InProgress {
		return outcome
	}
	return OutcomeNone
}

func (j *judged) at(item int) state {
	if item < len(j.states) {
		return j.states[item]
	}
	return 0
}

// was answers the outcome at the head of an item that this run judged under this
// test or under another one: those that it did not judge here are stored records.
func (s state) was(j *judged) Outcome {
	switch {
	case s.now() != OutcomeNone:
		return s.before()
	case !j.hasWindow:
		return OutcomeNone
	}
	return s.is()
}

// is answers the outcome that this run leaves such an item with.
func (s state) is() Outcome {
	switch now := s.now(); {
	case now == gone:
		return OutcomeNone
	case now != OutcomeNone:
		return now
	case s.row() != OutcomeNone:
		return s.row()
	}
	return Passing
}
