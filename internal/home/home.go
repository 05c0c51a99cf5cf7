// SPDX-License-Identifier: Apache-2.0

package home

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/policy"
	"github.com/passmuster/muster/internal/program"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/review"
)

const (
	span         = 30 // days of a tile
	pushSpan     = 14 // days of a source
	shownFailing = 50
	day          = int64(86_400_000)
	// silence is how old the newest push may be when no test says.
	silence = 7 * day
)

// Options fill a Service.
type Options struct {
	DB              *db.DB
	Documents       *document.Service // nil: there are none
	HasApplications func(ctx context.Context, c caller.Caller) (bool, error)
	Now             func() time.Time
	Policies        *policy.Service // nil: there are none
	Program         *program.Service
	Reviews         *review.Service // nil: there are none
	Tests           *assessment.Service
}

// Service answers the first page.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service { return &Service{o} }

// Tile is a counter with its last days, the oldest first; the last is now.
type Tile struct {
	Capped bool
	Days   []int64
}

// Source is a definition as a source of records.
type Source struct {
	resource.Standing
	Days      []resource.PushDay // the last 14, the oldest first
	Freshness int64              // ms
	Stale     bool
}

// Home is the first page. What the caller may not read is nil.
type Home struct {
	Now, Since int64 // ms

	FailingTests, OverdueRecords, StaleSources, ControlsAtGap *Tile

	Failing    []assessment.Test // that begun to since
	Frameworks []program.FrameworkState
	Sources    []Source

	HasApplication, HasRecord, HasTest bool
}

// look is what one request reads.
type look struct {
	*Home
	caller    caller.Caller
	days      map[int64][]assessment.Day
	first     int64 // day
	service   *Service
	sources   []resource.Standing
	standings map[int64]assessment.Standing
	tx        *db.Tx
}

// Get answers the first page as it is now. since says what counts as new.
func (s *Service) Get(ctx context.Context, c caller.Caller, since time.Time) (*Home, error) {
	now := s.Now()
	h := &Home{Now: db.Millis(now), Since: db.Millis(since)}
	var err error
	if h.HasApplication, err = s.HasApplications(ctx, c); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		l := &look{Home: h, caller: c, first: h.Now/day - span + 1, service: s, tx: tx}
		for _, part := range []func(context.Context) error{l.read, l.tests, l.overdue, l.silent, l.controls} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the first page: %w", err)
	}
	if c.Check(caller.ReadControls) == nil {
		h.Frameworks, _, err = s.Program.Frameworks(ctx, c, "", shownFailing)
	}
	return h, err
}

func (l *look) may(p caller.Permission) bool { return l.caller.Check(p) == nil }

// read reads what several parts need, and which steps are done.
func (l *look) read(ctx context.Context) (err error) {
	w := l.caller.Workspace
	if l.standings, err = l.service.Tests.Standings(ctx, l.tx, w); err != nil {
		return err
	}
	if l.days, err = l.service.Tests.Days(ctx, l.tx, w, l.standings, span); err != nil {
		return err
	}
	if l.sources, err = resource.StandingsOf(ctx, l.tx, w); err != nil {
		return err
	}
	for _, one := range l.standings {
		l.HasTest = l.HasTest || !one.BuiltIn
	}
	for _, one := range l.sources {
		l.HasRecord = l.HasRecord || one.Head.Items > 0
	}
	return nil
}

// tests counts those that fail, and answers those that have begun to.
func (l *look) tests(ctx context.Context) (err error) {
	if !l.may(caller.ReadTests) {
		return nil
	}
	l.FailingTests = &Tile{Days: make([]int64, span)}
	var fresh []assessment.Standing
	for number, one := range l.standings {
		for i, day := range l.days[number] {
			if day.Status == assessment.StatusNeedsAttention && !day.Stale {
				l.FailingTests.Days[i]++
			}
		}
		if one.Status == assessment.StatusNeedsAttention && one.ChangedAt >= l.Since {
			fresh = append(fresh, one)
		}
	}
	slices.SortFunc(fresh, func(a, b assessment.Standing) int {
		return cmp.Or(cmp.Compare(b.ChangedAt, a.ChangedAt), cmp.Compare(a.Number, b.Number))
	})
	var numbers []int64
	for _, one := range fresh[:min(len(fresh), shownFailing)] {
		numbers = append(numbers, one.Number)
	}
	l.Failing, err = l.service.Tests.ByNumbers(ctx, l.tx, l.caller.Workspace, numbers)
	slices.SortFunc(l.Failing, func(a, b assessment.Test) int {
		return slices.Index(numbers, a.Number) - slices.Index(numbers, b.Number)
	})
	return err
}

func (l *look) overdue(ctx context.Context) error {
	if !l.may(caller.ReadTests) {
		return nil
	}
	counts, capped, err := assessment.Overdue(ctx, l.tx, l.caller.Workspace, l.first, l.Now)
	l.OverdueRecords = &Tile{Capped: capped, Days: counts}
	return err
}

// silent counts the sources whose newest push is too old.
func (l *look) silent(ctx context.Context) error {
	if !l.may(caller.ReadApplications) {
		return nil
	}
	pushes, err := resource.PushDays(ctx, l.tx, l.caller.Workspace, l.first)
	if err != nil {
		return err
	}
	freshness := map[resource.Number]int64{}
	for _, one := range l.standings {
		if age, bounded := one.Freshness(); bounded && (freshness[one.Definition] == 0 || age < freshness[one.Definition]) {
			freshness[one.Definition] = age
		}
	}
	l.StaleSources = &Tile{Days: make([]int64, span)}
	for _, one := range l.sources {
		source := Source{Standing: one, Freshness: cmp.Or(freshness[one.Number], silence)}
		late := l.late(pushes[one.Number], source.Freshness)
		for i := range late {
			if late[i] {
				l.StaleSources.Days[i]++
			}
		}
		source.Stale, source.Days = late[span-1], lastDays(pushes[one.Number], l.first+span-pushSpan)
		l.Sources = append(l.Sources, source)
	}
	return nil
}

// late says for each day whether the newest push was too old by its end. What nothing
// was pushed to is not late.
func (l *look) late(pushes []resource.PushDay, age int64) []bool {
	late := make([]bool, span)
	var last int64
	for i := range late {
		for len(pushes) > 0 && pushes[0].Day <= l.first+int64(i) {
			last, pushes = max(last, pushes[0].LastAt), pushes[1:]
		}
		end := min((l.first+int64(i)+1)*day-1, l.Now)
		late[i] = last > 0 && last < end-age
	}
	return late
}

// lastDays answers the days from one on, those without a push too.
func lastDays(pushes []resource.PushDay, first int64) []resource.PushDay {
	days := make([]resource.PushDay, pushSpan)
	for _, p := range pushes {
		if i := p.Day - first; i >= 0 && i < pushSpan {
			days[i] = p
		}
	}
	return days
}

// controls counts those with tests of which not all pass.
func (l *look) controls(ctx context.Context) error {
	if !l.may(caller.ReadControls) {
		return nil
	}
	proofs, err := program.Evidence(ctx, l.tx, l.caller.Workspace)
	if err != nil {
		return err
	}
	l.ControlsAtGap = &Tile{Days: make([]int64, span)}
	statuses := []assessment.Status{}
	for _, tests := range proofs {
		for i := range span {
			statuses = statuses[:0]
			for _, test := range tests {
				if days := l.days[test]; len(days) > i && days[i].Status != "" {
					statuses = append(statuses, standing(days[i]))
				}
			}
			if len(statuses) > 0 && program.StatusOf(statuses...) != program.Completed {
				l.ControlsAtGap.Days[i]++
			}
		}
	}
	return nil
}

// standing answers the status of a test at the end of a day, staleness counted.
func standing(d assessment.Day) assessment.Status {
	if d.Stale {
		return assessment.StatusInvalid
	}
	return d.Status
}
