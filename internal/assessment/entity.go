// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Entity is a record under a test.
type Entity struct {
	resource.Entity
	Due          *int64 // ms, of one that fails; nil: no deadline
	Exception    *Pause // of a deactivated one
	FailingSince int64  // ms, of one that fails: when that was first detected
	ID           string
	Outcome      Outcome
	Overdue      bool
	Reason       string // why the rule says what it says; "" for passing and deactivated ones
	present      int64  // ms, since when the record has been there; 0: the rule does not ask
	Since        int64  // ms, since when the outcome holds; of a passing one, since when the record is as it is
}

// record answers the entity as rules read it.
func (e *Entity) record(d resource.Definition) rule.Record {
	return rule.Record{Doc: e.Document, ID: d.PublicID(e.Item, e.CreatedAt, e.UniqueID), PresentSince: e.present}
}

// place is where a list of entities reads: after an item, at a number.
type place struct {
	after      resource.Item
	definition resource.Number
	filter     int64 // number of a filter that lets items through; 0: all
	number     int64
	test       int64
}

// EntityQuery asks for a page of the records that have an outcome under a test.
type EntityQuery struct {
	After   string // entity id; "": from the first
	Limit   int
	Outcome Outcome
	Within  string // id of a scope whose filter lets them through, where they do not pass; "": all
}

// EntityPage is a page of the records under a test.
type EntityPage struct {
	Base     resource.Base
	Entities []Entity
	More     bool // follow
}

// Entities answers a page of the records under a test. While no verdicts
// hold, before the first evaluation and while the test is deactivated, there are
// none.
func (s *Service) Entities(ctx context.Context, c caller.Caller, ref string, q EntityQuery) (page EntityPage, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.find(ctx, tx, c, ref)
		page = EntityPage{Base: t.Definition.Base}
		if err != nil || t.window == 0 {
			return err
		}
		at, err := startOf(ctx, tx, t, q.After)
		if err != nil {
			return err
		}
		if q.Within != "" {
			filters, err := selectFilters(ctx, tx, c.Workspace, q.Within)
			if err != nil {
				return fmt.Errorf("read filters: %w", err)
			}
			at.filter = filters[at.definition].Number
		}
		found, err := findOutcomes(ctx, tx, at, q)
		if err != nil {
			return fmt.Errorf("list entities of test %s: %w", t.ID, err)
		}
		if page.More = len(found) > q.Limit; page.More {
			found = found[:q.Limit]
		}
		page.Entities, err = s.show(ctx, tx, t, at, found)
		return err
	})
	return page, err
}

func startOf(ctx context.Context, tx *db.Tx, t Test, after string) (place, error) {
	at := place{definition: t.Definition.Number, test: t.Number}
	if after != "" {
		last, ok := resource.ParseEntityID(after)
		if !ok || last.Definition != at.definition {
			return at, fault.New(fault.Invalid, "the page cursor is of another list")
		}
		at.after = last.Item
	}
	head, err := resource.HeadOf(ctx, tx, at.definition)
	at.number = head.Number
	return at, err
}

// findOutcomes answers one more than a page of items.
func findOutcomes(ctx context.Context, tx *db.Tx, at place, q EntityQuery) ([]standing, error) {
	if q.Outcome != Passing {
		return selectOutcomes(ctx, tx, at, q.Outcome, q.Limit+1)
	}
	var found []standing
	for step := 2*q.Limit + 50; ; step = min(4*step, 20_000) {
		items, err := resource.ItemsAfter(ctx, tx, at.definition, at.number, at.after, step)
		if err != nil || len(items) == 0 {
			return found, err
		}
		last := items[len(items)-1]
		others, err := selectOutcomeItems(ctx, tx, at, last)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if _, other := slices.BinarySearch(others, item); !other {
				found = append(found, standing{item: item, outcome: Passing})
			}
		}
		if len(found) > q.Limit || len(items) < step {
			return found[:min(len(found), q.Limit+1)], nil
		}
		at.after = last
	}
}

// show turns items into what a list says of them.
func (s *Service) show(ctx context.Context, tx *db.Tx, t Test, at place, found []standing) ([]Entity, error) {
	items, numbers := make([]resource.Item, len(found)), make([]int64, len(found))
	for i, f := range found {
		items[i], numbers[i] = f.item, f.from
	}
	records, err := resource.Entities(ctx, tx, at.definition, at.number, items)
	if err != nil {
		return nil, err
	}
	if len(records) != len(found) {
		return nil, fmt.Errorf("%d of %d records with an outcome do not exist", len(found)-len(records), len(found))
	}
	times, err := resource.CommitTimes(ctx, tx, at.definition, numbers)
	if err != nil {
		return nil, err
	}
	why, err := s.why(ctx, tx, t, at)
	if err != nil {
		return nil, err
	}
	present, err := why.program.presences(ctx, tx, at, why.now, items)
	if err != nil {
		return nil, err
	}
	list := make([]Entity, len(records))
	for i, record := range records {
		e := Entity{
			Entity: record, ID: resource.EntityID(at.definition, record.Item, record.CreatedAt), Outcome: found[i].outcome,
			present: present[record.Item], Since: record.UpdatedAt,
		}
		if at, ok := times[found[i].from]; ok {
			e.Since = at
		}
		if e.Outcome != Passing {
			e.Reason = why.reasonSince(e.record(t.Definition), e.Outcome, e.Since)
		}
		if e.Outcome == Failing {
			e.fail(found[i].clock, db.Millis(s.Now()))
		}
		list[i] = e
	}
	if why.err != nil {
		return nil, why.err
	}
	return list, why.addExceptions(ctx, tx, t, at, list)
}

// presences answers since when records have been there, where a rule asks.
func (p *program) presences(ctx context.Context, tx *db.Tx, at place, now int64, items []resource.Item) (map[resource.Item]int64, error) {
	if p == nil || !p.readsPresence() {
		return nil, nil //nolint:nilnil // nobody asks
	}
	return resource.PresentSince(ctx, tx, resource.Stretch{Definition: at.definition, Number: at.number}, now, items)
}

// fail adds what the clock of a failure says.
func (e *Entity) fail(c clock, now int64) {
	e.FailingSince, e.Due = c.since, c.due
	if c.since == 0 {
		e.FailingSince = e.Since
	}
	e.Overdue = c.due != nil && *c.due < now
}

// addExceptions adds to what is left out why, and until when: the exception of the
// record itself, else the first condition that matches it.
func (w *why) addExceptions(ctx context.Context, tx *db.Tx, t Test, at place, list []Entity) error {
	var items []resource.Item
	for _, e := range list {
		if e.Outcome == Deactivated {
			items = append(items, e.Item)
		}
	}
	if len(items) == 0 {
		return nil
	}
	own, err := selectExceptionsOf(ctx, tx, t.Number, ExceptionApproved, items)
	if err != nil {
		return err
	}
	byItem := map[resource.Item]*Pause{}
	for _, x := range own {
		byItem[x.Item] = &Pause{Exception: x.ID, Reason: x.Reason, Until: x.Until}
	}
	for i := range list {
		e := &list[i]
		if e.Outcome != Deactivated {
			continue
		}
		if e.Exception = byItem[e.Item]; e.Exception != nil {
			continue
		}
		if e.Exception, err = w.clauseOf(ctx, tx, t, at, e); err != nil {
			return err
		}
	}
	return w.err
}

// clauseOf answers the exception by condition that leaves a record out: as of now,
// or, where a date came meanwhile that nothing was judged by yet, as of when the
// outcome began.
func (w *why) clauseOf(ctx context.Context, tx *db.Tx, t Test, at place, e *Entity) (*Pause, error) {
	if !w.clauses {
		w.clauses = true
		list, err := selectClauses(ctx, tx, t.Number, at.number)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		w.excepting = map[string]Exception{}
		for _, x := range list {
			w.excepting[x.ID] = x
		}
		if err := w.except(ctx, tx, t, at, list); err != nil {
			return nil, err
		}
	}
	if w.program == nil || len(w.program.clauses) == 0 {
		return nil, nil //nolint:nilnil // an outcome that no exception explains any more
	}
	for _, now := range []int64{w.now, e.Since} {
		evaluator := w.as(now)
		id, _ := evaluator.cover(e.record(t.Definition), now)
		if err := evaluator.failure(); err != nil {
			return nil, err
		}
		if x, ok := w.excepting[id]; ok {
			return &Pause{Exception: x.ID, Reason: x.Reason, Until: x.Until}, nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}

// windowProgram answers the compiled rule of the version whose verdicts hold, of
// the newest when none do; nil when it does not fit the schema any more.
func (s *Service) windowProgram(ctx context.Context, tx *db.Tx, t Test) (*program, error) {
	row := t.row()
	if t.window != 0 && t.window != t.Version {
		document, err := selectDocument(ctx, tx, t.Number, t.window)
		if err != nil {
			return nil, err
		}
		row.document, row.version = document, t.window
	}
	return s.Judge.program(ctx, tx, row, t.Definition)
}
