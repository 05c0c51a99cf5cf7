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
)

// Span is a while in which a test said one thing of a record.
type Span struct {
	From    int64 // number, and so
	FromAt  int64 // ms
	Outcome Outcome
	To      int64 // number; 0: it still says so
	ToAt    *int64
	Version int64
}

// Life is what a test has said of a record over time, the newest first.
type Life struct {
	Spans []Span
	Test  Test
}

// RecordLife answers what the tests of a definition have said of a record, test by
// test; of those that said anything.
func (s *Service) RecordLife(ctx context.Context, c caller.Caller, definition, record string) (list []Life, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.definition(ctx, tx, c, definition)
		if err != nil {
			return err
		}
		item, ok, err := resource.ItemOf(ctx, tx, d.Number, record)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "recordId not found")
		}
		list, err = s.lives(ctx, tx, d, item)
		return err
	})
	return list, err
}

func (s *Service) lives(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item) (list []Life, err error) {
	head, err := resource.HeadOf(ctx, tx, d.Number)
	if err != nil {
		return nil, err
	}
	present, err := selectPresence(ctx, tx, d.Number, item, head.Number)
	if err != nil {
		return nil, fmt.Errorf("read when the record was there: %w", err)
	}
	windows, err := selectWindowsOn(ctx, tx, d.Number, head.Number)
	if err != nil {
		return nil, fmt.Errorf("read when verdicts held: %w", err)
	}
	rows, err := selectOutcomesOf(ctx, tx, d.Number, item, head.Number)
	if err != nil {
		return nil, fmt.Errorf("read outcomes: %w", err)
	}
	var numbers []int64
	spans := map[int64][]Span{}
	for _, w := range windows {
		if _, known := spans[w.test]; !known {
			numbers = append(numbers, w.test)
		}
		spans[w.test] = append(spans[w.test], spansIn(w, present, rows[w.test])...)
	}
	tests, err := s.ByNumbers(ctx, tx, d.Workspace, numbers)
	for _, t := range tests {
		if life := joined(spans[t.Number]); len(life) > 0 {
			list = append(list, Life{Spans: life, Test: t})
		}
	}
	if err != nil {
		return nil, err
	}
	return list, timeSpans(ctx, tx, d.Number, list)
}

// interval is [from, to) over the numbers of a definition; to is 0 when it is open.
type interval struct{ from, to int64 }

// cut answers what two intervals have in common; ok is false when that is nothing.
func (i interval) cut(other interval) (both interval, ok bool) {
	both = interval{max(i.from, other.from), i.to}
	if other.to != 0 && (both.to == 0 || other.to < both.to) {
		both.to = other.to
	}
	return both, both.to == 0 || both.from < both.to
}

// windowRow is an interval in which a version's verdicts held.
type windowRow struct {
	interval
	test, version int64
}

// outcomeRow is an interval in which a record did otherwise than pass.
type outcomeRow struct {
	interval
	outcome Outcome
}

// spansIn answers what a version said of a record that was there at times: what rows
// say, which rise and do not overlap, and passing in between.
func spansIn(w windowRow, present []interval, rows []outcomeRow) (list []Span) {
	for _, there := range present {
		held, ok := there.cut(w.interval)
		if !ok {
			continue
		}
		add := func(i interval, outcome Outcome) {
			list = append(list, Span{From: i.from, Outcome: outcome, To: i.to, Version: w.version})
		}
		next := held.from
		for _, row := range rows {
			both, ok := row.cut(held)
			if !ok {
				continue
			}
			if both.from > next {
				add(interval{next, both.from}, Passing)
			}
			add(both, row.outcome)
			if next = both.to; next == 0 {
				break
			}
		}
		if next != 0 && (held.to == 0 || next < held.to) {
			add(interval{next, held.to}, Passing)
		}
	}
	return list
}

// joined answers spans, the newest first, those that follow on one another with the
// same outcome under one version as one.
func joined(list []Span) (all []Span) {
	slices.SortFunc(list, func(a, b Span) int { return int(a.From - b.From) })
	for _, s := range list {
		if n := len(all); n > 0 && all[n-1].To == s.From && all[n-1].Outcome == s.Outcome && all[n-1].Version == s.Version {
			all[n-1].To = s.To
			continue
		}
		all = append(all, s)
	}
	slices.Reverse(all)
	return all
}

// timeSpans says when spans began and ended.
func timeSpans(ctx context.Context, tx *db.Tx, d resource.Number, list []Life) error {
	var numbers []int64
	for _, life := range list {
		for _, s := range life.Spans {
			if numbers = append(numbers, s.From); s.To != 0 {
				numbers = append(numbers, s.To)
			}
		}
	}
	times, err := resource.CommitTimes(ctx, tx, d, numbers)
	for _, life := range list {
		for i := range life.Spans {
			s := &life.Spans[i]
			s.FromAt = times[s.From]
			if s.To != 0 {
				at := times[s.To]
				s.ToAt = &at
			}
		}
	}
	return err
}
