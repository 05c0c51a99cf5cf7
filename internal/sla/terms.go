// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"context"
	"fmt"
	"math"
	"sort"
	"time"
	_ "time/tzdata" // due times must not depend on what a machine has installed

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/deadline"
)

// Terms are the deadlines that a category had, and the zone that they are counted
// in. The zero Terms gives no due times.
type Terms struct {
	list []term
	zone *time.Location
}

// term is what a category's deadline was from an instant on.
type term struct {
	deadline.Term
	enabled bool
	since   int64 // ms
}

// TermsOf answers the terms of a workspace's category; none for "" and for a
// category that is no more.
func TermsOf(ctx context.Context, tx *db.Tx, workspace int64, slug string) (Terms, error) {
	if slug == "" {
		return Terms{}, nil
	}
	set, err := settingsOf(ctx, tx, workspace)
	if err != nil {
		return Terms{}, fmt.Errorf("read the time zone: %w", err)
	}
	list, err := selectTerms(ctx, tx, workspace, slug)
	if err != nil {
		return Terms{}, fmt.Errorf("read the deadlines of %s: %w", slug, err)
	}
	if shipped, ok := builtIn(slug); ok && len(list) == 0 {
		list = []term{{Term: shipped.Term, enabled: shipped.Enabled}}
	}
	return Terms{list: list, zone: set.zone}, nil
}

// Step is a deadline that holds from an instant on.
type Step struct {
	Enabled bool
	Since   int64 // ms; of the first one it says nothing

	term deadline.Term
}

// Hours answers how long the deadline is. Business days count as days: categories that
// tests follow take none.
func (s Step) Hours() float64 {
	if s.term.Unit == deadline.Hours {
		return float64(s.term.Amount)
	}
	return float64(s.term.Amount * 24)
}

// Steps answers the deadlines, oldest first.
func (t Terms) Steps() []Step {
	steps := make([]Step, len(t.list))
	for i, one := range t.list {
		steps[i] = Step{Enabled: one.enabled, Since: one.since, term: one.Term}
	}
	return steps
}

// Span is a stretch of instants, in ms, with both its ends.
type Span struct{ From, To int64 }

// longestTerm is more than any term, in ms.
const longestTerm = int64(11 * 366 * 24 * time.Hour / time.Millisecond)

// slack is by how much due times in business days may be out of the order of what was
// detected, in ms: what clocks are put forward or back, and more.
const slack = int64(26 * time.Hour / time.Millisecond)

// Around answers spans that all items which are overdue at an instant were detected
// in, and ones of all that are not, as Due has it. What was detected within about a day
// of where one becomes the other is in both.
func (t Terms) Around(now int64) (overdue, others []Span) {
	for i, one := range t.list {
		span := Span{math.MinInt64, now}
		if i > 0 {
			span.From = one.since
		}
		if i+1 < len(t.list) {
			span.To = min(span.To, t.list[i+1].since-1)
		}
		if span.From > span.To {
			continue
		}
		if !one.enabled {
			others = append(others, span)
			continue
		}
		low := max(span.From, now-longestTerm)
		late := int64(sort.Search(int(max(span.To-low, 0)), func(after int) bool {
			due := t.Due(low + int64(after))
			return due != nil && *due >= now
		})) + low
		early := late
		if one.Unit == deadline.BusinessDays {
			early, late = early-slack, late+slack
		}
		overdue = append(overdue, Span{span.From, min(span.To, late-1)})
		others = append(others, Span{max(span.From, early), span.To})
	}
	if len(t.list) == 0 {
		others = []Span{{math.MinInt64, now}}
	}
	return overdue, others
}

// Due answers when an item is due that was detected at an instant, both in ms:
// by the term that held then; nil when it has no deadline.
func (t Terms) Due(detected int64) *int64 {
	if len(t.list) == 0 {
		return nil
	}
	held := t.list[0]
	for _, later := range t.list[1:] {
		if later.since <= detected {
			held = later
		}
	}
	if !held.enabled {
		return nil
	}
	due := db.Millis(held.Term.Due(db.Time(detected), t.zone))
	return &due
}
