// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
)

// life is a person's dates on a line of small numbers, -1 for none.
type life struct {
	start, end, inactive int
	leaves               [][2]int // from, to (-1: open)
}

const horizon = 40

func randomLife(r *rand.Rand) life {
	some := func() int {
		if r.IntN(2) == 0 {
			return -1
		}
		return r.IntN(horizon)
	}
	l := life{start: some(), end: some(), inactive: some()}
	for from := r.IntN(horizon); len(l.leaves) < 3 && r.IntN(2) == 0; from += 1 + r.IntN(horizon) {
		to := from + 1 + r.IntN(horizon) // leaves may overlap
		if r.IntN(5) == 0 {
			to = -1
		}
		l.leaves = append(l.leaves, [2]int{from, to})
	}
	return l
}

// paint is the independent account: states are painted over a line, each over
// what was there before.
func (l life) paint() []directory.Employment {
	line := make([]directory.Employment, 3*horizon)
	paint := func(from, to int, state directory.Employment) {
		for i := range line {
			if i >= from && (to < 0 || i < to) {
				line[i] = state
			}
		}
	}
	paint(0, -1, directory.Current)
	if l.inactive >= 0 {
		paint(l.inactive, -1, directory.Inactive)
	}
	for _, leave := range l.leaves {
		paint(leave[0], leave[1], directory.OnLeave)
	}
	if l.start >= 0 {
		paint(0, l.start, directory.Upcoming)
	}
	if l.end >= 0 {
		paint(l.end, -1, directory.Former)
	}
	return line
}

func day(n int) time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

func maybeDay(n int) *time.Time {
	if n < 0 {
		return nil
	}
	return ptr(day(n))
}

func (l life) person() directory.Person {
	p := directory.Person{StartDate: maybeDay(l.start), EndDate: maybeDay(l.end), InactiveSince: maybeDay(l.inactive)}
	for _, leave := range l.leaves {
		p.Leaves = append(p.Leaves, directory.Leave{Start: day(leave[0]), End: maybeDay(leave[1])})
	}
	return p
}

func TestEmploymentFollowsFromTheDates(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		l := randomLife(r)
		p := l.person()
		for i, want := range l.paint() {
			if got := p.Employment(day(i)); got != want {
				t.Fatalf("%+v on day %d: got %s, want %s", l, i, got, want)
			}
			if got := p.Employment(day(i + 1).Add(-time.Millisecond)); got != want {
				t.Fatalf("%+v just before day %d: got %s, want %s", l, i+1, got, want)
			}
		}
	}
}

func TestTheFirstInstantOfBeingGone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		l := randomLife(r)
		from := r.IntN(horizon)
		var want *time.Time
		for i, state := range l.paint() {
			if i >= from && (state == directory.Former || state == directory.Inactive) {
				want = ptr(day(i))
				break
			}
		}
		got := directory.GoneFrom(l.person(), day(from))
		if (got == nil) != (want == nil) || got != nil && !got.Equal(*want) {
			t.Fatalf("%+v from day %d: got %v, want %v", l, from, got, want)
		}
	}
}

// Lists judge the state in SQL; it must be the same.
func TestListsByEmployment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		r := rand.New(rand.NewPCG(5, 6))
		lives := map[directory.PersonID][]directory.Employment{}
		for i := range 150 {
			l := randomLife(r)
			h.clock = day(0)
			if l.inactive >= 0 {
				h.clock = day(l.inactive)
			}
			active := l.inactive < 0
			p, _, err := h.put(directory.Source{Type: directory.SCIM}, "", directory.Attributes{
				Email: ptr(string(rune('a'+i%26)) + string(rune('a'+i/26)) + "@example.com"), Active: &active,
				StartDate: maybeDay(l.start), EndDate: maybeDay(l.end),
			})
			h.ok(err)
			h.clock = day(0)
			for _, leave := range l.leaves[:min(1, len(l.leaves))] {
				_, err := h.people.SetLeave(t.Context(), h.admin, p.ID, directory.Leave{Start: day(leave[0]), End: maybeDay(leave[1])})
				h.ok(err)
			}
			l.leaves = l.leaves[:min(1, len(l.leaves))]
			lives[p.ID] = l.paint()
		}
		for i := 0; i < 2*horizon; i += 7 {
			h.clock = day(i)
			for _, states := range [][]directory.Employment{
				{directory.Current},
				{directory.Former},
				{directory.Inactive},
				{directory.OnLeave},
				{directory.Upcoming},
				{directory.Former, directory.OnLeave},
			} {
				var got, want []directory.PersonID
				people, more, err := h.people.List(t.Context(), h.admin, directory.Query{Employment: states, Limit: 1000})
				h.ok(err)
				h.same("more", more, false)
				for _, p := range people {
					got = append(got, p.ID)
				}
				for id, line := range lives {
					if slices.Contains(states, line[i]) {
						want = append(want, id)
					}
				}
				slices.Sort(want)
				h.same(h.clock.String(), got, want)
			}
		}
	})
}
