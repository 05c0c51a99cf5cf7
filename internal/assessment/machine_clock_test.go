// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/sla"
)

// clocks is what the machine believes of deadlines: worked out step by step from
// the outcomes, with a calendar of its own.
type clocks struct {
	categories map[string][]naiveTerm            // by slug, oldest first
	ended      map[string][]string               // by test: failures that ended, as history tells them
	moved      map[string]bool                   // tests that go by another SLA since the last check
	running    map[string]map[string]*naiveClock // by test and record
	soon       *time.Duration
	slas       map[string]string // of tests
	zone       *time.Location
}

type naiveClock struct {
	due      *time.Time
	excepted *time.Time // since when an exception covers it
	since    time.Time
}

type naiveTerm struct {
	at   time.Time
	off  bool
	term deadline.Term
}

func newClocks() *clocks {
	return &clocks{
		categories: map[string][]naiveTerm{}, ended: map[string][]string{}, moved: map[string]bool{},
		running: map[string]map[string]*naiveClock{}, slas: map[string]string{}, zone: time.UTC,
	}
}

// due is when something is due that was detected at an instant, day by day.
func (c *clocks) due(slug string, at time.Time) *time.Time {
	var held *naiveTerm
	for _, t := range c.categories[slug] {
		if held == nil || !t.at.After(at) {
			held = &t
		}
	}
	if held == nil || held.off {
		return nil
	}
	due := at.In(c.zone)
	switch n := int(held.term.Amount); held.term.Unit {
	case deadline.Hours:
		due = at.Add(time.Duration(n) * time.Hour)
	case deadline.Days:
		due = at.Add(time.Duration(n) * 24 * time.Hour)
	default:
		weekend := func() bool { return due.Weekday() == time.Saturday || due.Weekday() == time.Sunday }
		for weekend() {
			due = time.Date(due.Year(), due.Month(), due.Day()+1, 0, 0, 0, 0, c.zone)
		}
		for range n {
			for due = due.AddDate(0, 0, 1); weekend(); due = due.AddDate(0, 0, 1) {
			}
		}
	}
	return &due
}

// follow moves the clocks of a test on by the outcomes that it has now.
func (m *machine) follow(t assessment.Test, outcomes map[string]string, ruled map[string]assessment.Outcome) {
	c, now := m.clocks, m.clock
	if c.running[t.Slug] == nil {
		c.running[t.Slug] = map[string]*naiveClock{}
	}
	running := c.running[t.Slug]
	for id, clock := range running {
		open := ruled[id] == assessment.Failing || ruled[id] == assessment.InProgress
		if outcomes[id] == "" || outcomes[id] == "PASSING" || outcomes[id] == "OUT_OF_SCOPE" || outcomes[id] == "DEACTIVATED" && !open {
			m.end(t.Slug, id, clock)
			delete(running, id)
			continue
		}
		if c.moved[t.Slug] {
			clock.due = c.due(c.slas[t.Slug], clock.since)
		}
		switch {
		case outcomes[id] != "DEACTIVATED":
			clock.excepted = nil
		case clock.excepted == nil:
			clock.excepted = &now
		}
	}
	for id, outcome := range outcomes {
		if outcome == "FAILING" && running[id] == nil {
			running[id] = &naiveClock{due: c.due(c.slas[t.Slug], now), since: now}
		}
	}
	delete(c.moved, t.Slug)
}

func (m *machine) end(test, id string, clock *naiveClock) {
	if clock.due == nil {
		return
	}
	result := "missed"
	switch {
	case !m.clock.After(*clock.due):
		result = "within"
	case clock.excepted != nil && !clock.excepted.After(*clock.due):
		result = "excepted"
	}
	m.clocks.ended[test] = append(m.clocks.ended[test], fmt.Sprintf("%s %s: detected %d, due %d, ended %d",
		id, result, db.Millis(clock.since), db.Millis(*clock.due), db.Millis(m.clock)))
}

// compareClocks compares what a test says of deadlines with what follows from
// its clocks.
func (m *machine) compareClocks(t assessment.Test) {
	running := m.clocks.running[t.Slug]
	var soonest *int64
	for id, e := range m.entities(t.Slug, assessment.Failing) {
		clock := running[id]
		due := millis(clock.due)
		want := fmt.Sprintf("since %d, due %s, overdue %t", db.Millis(clock.since), shown(due), due != nil && db.Millis(m.clock) > *due)
		if got := fmt.Sprintf("since %d, due %s, overdue %t", e.FailingSince, shown(e.Due), e.Overdue); got != want {
			m.t.Fatalf("%s of %s by %q: got %s, want %s", id, t.Slug, t.SLA, got, want)
		}
		if due != nil && (soonest == nil || *due < *soonest) {
			soonest = due
		}
	}
	if want := m.naiveRemedy(t, soonest); shown(soonest) != shown(t.SoonestDue) || t.Remedy != want {
		m.t.Fatalf("%s: soonest due %s, %s, want %s, %s", t.Slug, shown(t.SoonestDue), t.Remedy, shown(soonest), want)
	}
	m.compareOpen(t)
	got, want := m.remediations(t), m.clocks.ended[t.Slug]
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Fatalf("%s: failures that ended (-want +got):\n%s", t.Slug, diff)
	}
	if n := t.Ended.Excepted + t.Ended.Missed + t.Ended.Within; n != int64(len(want)) {
		m.t.Fatalf("%s: %d failures ended, counted as %+v", t.Slug, len(want), t.Ended)
	}
}

// compareOpen compares the list of what is open by due time.
func (m *machine) compareOpen(t assessment.Test) {
	var want, got []string
	failing := m.entities(t.Slug, assessment.Failing)
	for id := range failing {
		if due := m.clocks.running[t.Slug][id].due; due != nil {
			want = append(want, fmt.Sprintf("%d %s", db.Millis(*due), id))
		}
	}
	q := assessment.FailureQuery{Limit: 2, State: assessment.FailuresOpen, Test: t.Slug}
	for more := true; more; {
		var page []assessment.Failure
		var err error
		page, more, err = m.tests.Failures(m.t.Context(), m.manager, q)
		m.ok(err)
		for _, f := range page {
			got = append(got, fmt.Sprintf("%d %s", *f.Due, f.Unique))
			place := f.Place()
			q.After = &place
		}
	}
	if !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(a[:13], b[:13]) }) {
		m.t.Fatalf("%s: not by due time: %v", t.Slug, got)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Fatalf("%s: open failures (-want +got):\n%s", t.Slug, diff)
	}
}

func millis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := db.Millis(*t)
	return &ms
}

func shown(ms *int64) string {
	if ms == nil {
		return "never"
	}
	return fmt.Sprint(*ms)
}

// naiveRemedy applies contract tests-and-rules.md section 2: orange until
// something is overdue, then red.
func (m *machine) naiveRemedy(t assessment.Test, soonest *int64) assessment.Remediation {
	if t.Status != assessment.StatusNeedsAttention {
		return map[assessment.Status]assessment.Remediation{
			assessment.StatusDeactivated: "DISABLED", assessment.StatusInProgress: "IN_PROGRESS", assessment.StatusInvalid: "INVALID",
			assessment.StatusNotApplicable: "NA", assessment.StatusOK: "PASS",
		}[t.Status]
	}
	switch {
	case soonest == nil:
		return "NEEDS_WORK"
	case db.Millis(m.clock) > *soonest:
		return "OVERDUE"
	case m.clocks.soon == nil || db.Time(*soonest).Sub(m.clock) <= *m.clocks.soon:
		return "DUE_SOON"
	}
	return "NEEDS_WORK"
}

// remediations answers the history of a test, sorted.
func (m *machine) remediations(t assessment.Test) (list []string) {
	m.ok(m.db.Read(m.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, func(row db.Row) error {
			var id, result string
			var since, due, ended int64
			err := row.Scan(&id, &result, &since, &due, &ended)
			list = append(list, fmt.Sprintf("%s %s: detected %d, due %d, ended %d", id, result, since, due, ended))
			return err
		}, `SELECT i.unique_id, r.result, r.since, r.due, r.ended_at FROM assessment_remediation r
			JOIN resource_item i ON i.definition = r.definition AND i.item = r.item
			JOIN resource_head h ON h.definition = r.definition AND r.number <= h.head
			WHERE r.definition = $1 AND r.test = $2`, int64(m.servers.Number), t.Number)
	}))
	slices.Sort(list)
	return list
}

// assign makes a test go by another category, or by none.
func (m *machine) assign() {
	if len(m.refs) == 0 {
		return
	}
	ref, slug := pick(m, "test", m.refs...), pick(m, "sla", append(slices.Sorted(maps.Keys(m.clocks.categories)), "")...)
	_, err := m.tests.Assign(m.t.Context(), m.manager, ref, assessment.Assignment{SLA: &slug})
	m.ok(err)
	if m.clocks.slas[ref] != slug {
		m.clocks.slas[ref], m.clocks.moved[ref] = slug, true
	}
}

// terms makes or edits a category, or changes what deadlines go by.
func (m *machine) terms() {
	c, x := m.clocks, m.t.Context()
	switch rapid.IntRange(0, 3).Draw(m.t, "terms") {
	case 0:
		name := pick(m, "zone", "UTC", "Asia/Tokyo", "America/St_Johns", "Europe/Berlin")
		_, err := m.slas.Configure(x, m.manager, sla.SettingsChange{Zone: &name})
		m.ok(err)
		c.zone, err = time.LoadLocation(name)
		m.ok(err)
	case 1:
		var ms *int64
		c.soon = nil
		if hours := rapid.IntRange(0, 5).Draw(m.t, "soon"); hours > 0 {
			soon := time.Duration(hours) * time.Hour
			n := soon.Milliseconds()
			c.soon, ms = &soon, &n
		}
		_, err := m.slas.Configure(x, m.manager, sla.SettingsChange{DueSoon: &ms})
		m.ok(err)
	default:
		m.category()
	}
}

func (m *machine) category() {
	c := m.clocks
	next := naiveTerm{at: m.clock, off: rapid.IntRange(0, 4).Draw(m.t, "off") == 0, term: deadline.Term{
		Amount: rapid.Int64Range(1, 3).Draw(m.t, "amount"), Unit: pick(m, "unit", deadline.BusinessDays, deadline.Days, deadline.Hours, deadline.Hours),
	}}
	slug := fmt.Sprintf("s%d-%s", rapid.IntRange(0, 2).Draw(m.t, "slug"), m.servers.ID)
	on := !next.off
	if len(c.categories[slug]) == 0 {
		_, err := m.slas.Create(m.t.Context(), m.manager, sla.Category{Enabled: on, Name: slug, Slug: slug, Term: next.term})
		m.ok(err)
	} else {
		_, err := m.slas.Edit(m.t.Context(), m.manager, slug, sla.Change{Enabled: &on, Term: &next.term})
		m.ok(err)
		if last := c.categories[slug][len(c.categories[slug])-1]; last.off == next.off && last.term == next.term {
			return
		}
	}
	c.categories[slug] = append(c.categories[slug], next)
}

// compareDays recounts the days of a test from its outcomes: the last day says what
// the tally says, and over all days as many records began and ceased to fail as
// intervals of failures begin and end.
func (m *machine) compareDays(t assessment.Test) {
	const failing = `SELECT COUNT(*) FROM assessment_outcome o JOIN resource_head h ON h.definition = o.definition
		WHERE o.test = $1 AND o.outcome = 2 AND `
	began := m.count(failing+`o.from_sync <= h.head AND NOT EXISTS (SELECT 1 FROM assessment_outcome b WHERE b.definition = o.definition
		AND b.test = o.test AND b.item = o.item AND b.outcome = 2 AND b.to_sync = o.from_sync)`, t.Number)
	ended := m.count(failing+`o.to_sync <= h.head AND NOT EXISTS (SELECT 1 FROM assessment_outcome b WHERE b.definition = o.definition
		AND b.test = o.test AND b.item = o.item AND b.outcome = 2 AND b.from_sync = o.to_sync)`, t.Number)
	_, days, err := m.tests.History(m.t.Context(), m.manager, t.ID, assessment.MostDays)
	m.ok(err)
	var all [2]int64
	for _, day := range days {
		all[0] += day.Began
		all[1] += day.Ended
	}
	if all != [2]int64{began, ended} {
		m.t.Fatalf("%s: began and ended: got %v, want %d and %d", t.Slug, all, began, ended)
	}
	last := m.count(`SELECT failing FROM assessment_day WHERE test = $1 ORDER BY day DESC LIMIT 1`, t.Number)
	if now := m.count(`SELECT failing FROM assessment_tally WHERE test = $1`, t.Number); last != now {
		m.t.Fatalf("%s: the last day says that %d fail, the tally %d", t.Slug, last, now)
	}
}
