// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
)

// A failure's clock starts when a test first finds a record FAILING. It runs on
// while the record fails, while an exception covers it and the rule would still
// fail it, and while nothing is known of it: neither an exception nor silence
// mends anything. It ends when the rule passes the record, when the record leaves
// the test's scope, or when it is gone; the next failure starts another one.

// clock is that of one failure.
type clock struct {
	due   *int64 // ms; nil: no deadline
	since int64  // ms; 0: no clock
}

func (c clock) is(other clock) bool {
	return c.since == other.since && (c.due == nil) == (other.due == nil) && (c.due == nil || *c.due == *other.due)
}

// sinceOrNil answers since as a column has it.
func (c clock) sinceOrNil() any {
	if c.since == 0 {
		return nil
	}
	return c.since
}

// dueOrNil answers due as a column has it.
func (c clock) dueOrNil() any {
	if c.due == nil {
		return nil
	}
	return *c.due
}

// terms are what a test's clocks go by. They do not change during a run.
type terms struct {
	again bool // the test has another SLA than its open rows were made under
	sla   string
	told  bool // each record has the due time that the rule tells, and the test no SLA
	sla.Terms
}

// start answers the clock of a failure that is detected at an instant.
// told is the due time that the rule tells.
func (t *terms) start(now int64, told *int64) clock {
	if t.told {
		return clock{due: told, since: now}
	}
	return clock{due: t.Due(now), since: now}
}

// goesOn answers the clock as it is to be from now on. A rule that tells a due time no
// more takes none away: silence excuses nothing.
func (t *terms) goesOn(c clock, told *int64) clock {
	switch {
	case t.told && told != nil:
		c.due = told
	case t.again:
		c.due = t.Due(c.since)
	}
	return c
}

// runsOn says whether a clock that runs goes on under a verdict.
func (v verdict) runsOn() bool {
	switch v.outcome {
	case Failing, InProgress:
		return true
	case Deactivated:
		return v.ruled == Failing || v.ruled == InProgress
	}
	return false
}

// How a failure ended, and how that was, in words of rows.
const (
	endFixed      = "fixed"
	endGone       = "gone"
	endOutOfScope = "out_of_scope"

	ResultExcepted = "excepted" // past its due time, but covered by an exception since before
	ResultMissed   = "missed"
	ResultWithin   = "within"
)

// end says how a failure ends under a verdict.
func (v verdict) end() string {
	switch {
	case v.outcome == OutcomeNone:
		return endGone
	case v.ruled == OutOfScope:
		return endOutOfScope
	}
	return endFixed
}

// clockTurn is what becomes of a row with a clock.
type clockTurn struct {
	due     *int64  // that the rule tells
	end     string  // how the failure ends; "" when its clock runs on
	outcome Outcome // of the row that follows; OutcomeNone and Passing have none
}

// closings count failures with a deadline that ended, by test and result.
type closings map[int64]map[string]int64

func (c closings) add(test int64, result string, n int64) {
	if c[test] == nil {
		c[test] = map[string]int64{}
	}
	c[test][result] += n
}

// remediation is a failure with a deadline that ended.
type remediation struct {
	clock
	end    string
	item   int64
	result string
	sla    string
	test   int64
}

// closed is a row with a clock that was closed ahead.
type closed struct {
	clock
	from    int64 // its first number
	item    int64
	outcome Outcome
}

// turnClocks closes the rows of a test's items that have clocks and writes what
// follows them: rows in which the clock runs on, and failures that ended.
func (a *ahead) turnClocks(ctx context.Context, tx *db.Tx, test, number int64, turns map[int64]clockTurn) error {
	items := make([]int64, 0, len(turns))
	for item := range turns {
		items = append(items, item)
	}
	rows, err := closeClocks(ctx, tx, a.definition.Number, test, number, items)
	if err != nil {
		return err
	}
	began, err := a.beginnings(ctx, tx, test, rows)
	if err != nil {
		return err
	}
	var next []opened
	var ended []remediation
	var same []int64 // another SLA made no difference
	t := a.terms[test]
	for _, row := range rows {
		to := turns[row.item]
		follows := opened{item: resource.Item(row.item), outcome: to.outcome, test: test}
		switch {
		case to.end == "":
			follows.clock = t.goesOn(row.clock, to.due)
			if row.outcome == to.outcome && row.clock.is(follows.clock) {
				same = append(same, row.item)
				continue
			}
		case row.due != nil:
			r := remediation{clock: row.clock, end: to.end, item: row.item, result: row.result(a.now, began[row.item]), sla: t.sla, test: test}
			ended = append(ended, r)
			a.ended.add(test, r.result, 1)
		}
		if to.outcome != OutcomeNone && to.outcome != Passing {
			next = append(next, follows)
		}
	}
	if err := reopenOutcomes(ctx, tx, a.definition.Number, test, number, same); err != nil {
		return err
	}
	if err := insertOutcomes(ctx, tx, a.definition, number, next); err != nil {
		return err
	}
	return insertRemediations(ctx, tx, a.definition, number, a.now, ended)
}

// result says how it was that a failure ended at an instant; began is when the
// exception over its row began.
func (c closed) result(now, began int64) string {
	switch {
	case now <= *c.due:
		return ResultWithin
	case c.outcome == Deactivated && began <= *c.due:
		return ResultExcepted
	}
	return ResultMissed
}

// beginnings answers when the exceptions began, by item, under which rows lay
// that are past their due time.
func (a *ahead) beginnings(ctx context.Context, tx *db.Tx, test int64, rows []closed) (map[int64]int64, error) {
	first := map[int64]int64{}
	for _, row := range rows {
		if row.outcome != Deactivated || row.due == nil || a.now <= *row.due {
			continue
		}
		var err error
		if first[row.item], err = selectExceptedFrom(ctx, tx, a.definition.Number, test, row); err != nil {
			return nil, fmt.Errorf("look up when an exception began: %w", err)
		}
	}
	if len(first) == 0 {
		return nil, nil
	}
	times, err := resource.CommitTimes(ctx, tx, a.definition.Number, slices.Collect(maps.Values(first)))
	if err != nil {
		return nil, fmt.Errorf("look up when exceptions began: %w", err)
	}
	for item, number := range first {
		first[item] = times[number]
	}
	return first, nil
}

// openClocks finds what the clocks of a test go by.
func (e *evaluation) openClocks(ctx context.Context, tx *db.Tx, t *judged) error {
	by, err := sla.TermsOf(ctx, tx, e.definition.Workspace.Number, t.test.sla)
	if err != nil {
		return err
	}
	t.terms = &terms{again: t.test.sla != t.tally.sla, sla: t.test.sla, told: t.test.sla == "" && len(t.test.document.Due) > 0, Terms: by}
	e.ahead.terms[t.test.number] = t.terms
	return nil
}

// wantClocks asks for the records with clocks when they are to go by another SLA.
func (e *evaluation) wantClocks(ctx context.Context, t *judged) error {
	if !t.terms.again {
		return nil
	}
	if err := e.load(ctx); err != nil {
		return err
	}
	for item, s := range t.states {
		if s.runs() {
			t.due[resource.Item(item)] = true
		}
	}
	return nil
}

// flipClocks adds to a tally what became of clocks.
func (e *evaluation) flipClocks(ctx context.Context, tx *db.Tx, t *judged, after *tally) (err error) {
	after.sla = t.test.sla
	for _, ended := range e.ended {
		for result, n := range (*ended)[t.test.number] {
			after.ended.add(result, n)
		}
	}
	if t.moved || t.full || t.terms.again {
		after.soonest, err = selectSoonest(ctx, tx, t.test.number)
	}
	return err
}

// Endings count the failures with a deadline that ended under a test, ever.
type Endings struct{ Excepted, Missed, Within int64 }

func (e *Endings) add(result string, n int64) {
	switch result {
	case ResultExcepted:
		e.Excepted += n
	case ResultMissed:
		e.Missed += n
	case ResultWithin:
		e.Within += n
	}
}
