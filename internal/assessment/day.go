// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// dayLength is a day in ms; days are those of UTC.
const dayLength = 86_400_000

// DayOf answers the number of the day of an instant, since 1970.
func DayOf(at time.Time) int64 { return db.Millis(at) / dayLength }

// Day is what a test came to by the end of a day.
type Day struct {
	Began, Ended int64 // records that began to fail, and that ceased to, over the day
	Counts       Counts
	Stale        bool   // the newest push was older than freshness allows
	Status       Status // "": no data yet. Staleness does not show in it but today
}

// MostDays is how far back a history goes.
const MostDays = 366

// Days answers what tests of a workspace came to on each day of a span that ends
// today, by their numbers: from tallies of days, never from outcomes.
func (s *Service) Days(ctx context.Context, tx *db.Tx, w caller.Workspace, standings map[int64]Standing, span int) (map[int64][]Day, error) {
	now := s.Now()
	first := DayOf(now) - int64(span) + 1
	rows, err := selectDays(ctx, tx, w, first)
	if err != nil {
		return nil, fmt.Errorf("read the days of tests: %w", err)
	}
	pushes, err := resource.PushDays(ctx, tx, w, first)
	if err != nil {
		return nil, fmt.Errorf("read the days of pushes: %w", err)
	}
	all := make(map[int64][]Day, len(standings))
	for number, standing := range standings {
		days := fill(rows[number], first, span)
		markStale(days, standing.freshness, pushes[standing.Definition], first, db.Millis(now))
		if last := &days[span-1]; last.Status != "" {
			last.Counts, last.Status = standing.Counts, standing.Status
		}
		all[number] = days
	}
	return all, nil
}

// dayRow is a day of a test that was judged then and came to something else.
type dayRow struct {
	Day
	day int64
}

// fill answers a span of days; one without a row is like the one before it.
func fill(rows []dayRow, first int64, span int) []Day {
	days := make([]Day, span)
	var last Day
	for i := range days {
		for len(rows) > 0 && rows[0].day <= first+int64(i) {
			last = rows[0].Day
			if rows[0].day < first+int64(i) { // of before the span
				last.Began, last.Ended = 0, 0
			}
			rows = rows[1:]
		}
		days[i] = last
		last.Began, last.Ended = 0, 0
	}
	return days
}

// markStale marks the days at whose end the newest push was too old.
func markStale(days []Day, freshness string, pushes []resource.PushDay, first, now int64) {
	age, bounded := parseFreshness(freshness)
	if !bounded {
		return
	}
	var last int64
	for i := range days {
		day := first + int64(i)
		for len(pushes) > 0 && pushes[0].Day <= day {
			last = max(last, pushes[0].LastAt)
			pushes = pushes[1:]
		}
		end := min((day+1)*dayLength-1, now)
		days[i].Stale = days[i].Status != "" && days[i].Status != StatusDeactivated && last < end-age
	}
}

// History answers what a test came to on each of the last days, the oldest first.
func (s *Service) History(ctx context.Context, c caller.Caller, ref string, span int) (t Test, days []Day, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if t, err = s.find(ctx, tx, c, ref); err != nil {
			return err
		}
		now := s.Now()
		first := DayOf(now) - int64(span) + 1
		rows, err := selectDaysOf(ctx, tx, t.Number, first)
		if err != nil {
			return fmt.Errorf("read the days of a test: %w", err)
		}
		pushes, err := resource.PushDaysOf(ctx, tx, t.Definition.Number, first)
		if err != nil {
			return fmt.Errorf("read the days of pushes: %w", err)
		}
		days = fill(rows, first, span)
		markStale(days, t.Document.Freshness, pushes, first, db.Millis(now))
		if last := &days[span-1]; last.Status != "" {
			last.Counts, last.Status = t.Counts, t.Status
		}
		return nil
	})
	return t, days, err
}

// flipDay notes what a test came to. On most days nothing differs from the push
// before: then its row is as it should be.
func (e *evaluation) flipDay(ctx context.Context, tx *db.Tx, t *judged, after tally) error {
	if t.test.filter {
		return nil
	}
	var began, ended int64
	for _, s := range t.states {
		switch now := s.now(); {
		case now == OutcomeNone:
		case now == Failing && s.row() != Failing:
			began++
		case now != Failing && s.row() == Failing:
			ended++
		}
	}
	same := t.hasWindow && began+ended == 0 && after.counts == t.tally.counts && after.status == t.tally.status
	if same && t.tally.runAt/dayLength == after.runAt/dayLength {
		return nil
	}
	return putDay(ctx, tx, e.definition, t.test.number, dayRow{Day{Began: began, Counts: after.counts, Ended: ended, Status: after.status}, after.runAt / dayLength})
}
