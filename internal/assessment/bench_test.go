// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

const benchRecords = 100_000

func benchEach(b *testing.B, bench func(b *testing.B, h *house)) {
	for name, open := range map[string]func() *db.DB{
		"sqlite":     func() *db.DB { return dbtest.SQLite(b) },
		"postgresql": func() *db.DB { return dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)}) },
	} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b, open())
			set := make([]string, benchRecords)
			for i := range set {
				set[i] = server(fmt.Sprintf("srv_%07d", i), i%5 != 0, 1024*(i%16), `"tier":"gold"`, `"seen":"2026-05-01T10:00:00Z"`)
			}
			h.push(set...)
			h.create(form("sized", sized, `"scope":{"field":"active","op":"equals","value":true}`))
			bench(b, h)
		})
	}
}

// BenchmarkPreview runs a draft on 100,000 records; the goal is 0.2 s.
func BenchmarkPreview(b *testing.B) {
	benchEach(b, func(b *testing.B, h *house) {
		for b.Loop() {
			p, err := h.tests.Preview(b.Context(), h.manager, []byte(form("n", sized, `"scope":{"field":"active","op":"equals","value":true}`)))
			if err != nil || p.Counts.Evaluated()+p.Counts[assessment.OutOfScope] != benchRecords {
				b.Fatal(p.Counts, err)
			}
		}
	})
}

// BenchmarkEntities reads pages of 100 at the beginning and at the end.
func BenchmarkEntities(b *testing.B) {
	benchEach(b, func(b *testing.B, h *house) {
		for _, outcome := range []assessment.Outcome{assessment.Failing, assessment.Passing} {
			q := assessment.EntityQuery{Limit: 100, Outcome: outcome}
			read := func(b *testing.B, q assessment.EntityQuery) (last string, more bool) {
				page, err := h.tests.Entities(b.Context(), h.manager, "sized", q)
				if err != nil || len(page.Entities) == 0 {
					b.Fatal(err, page)
				}
				return page.Entities[len(page.Entities)-1].ID, page.More
			}
			b.Run(outcome.String()+"/first", func(b *testing.B) {
				for b.Loop() {
					read(b, q)
				}
			})
			end := q
			end.Limit = 10_000
			for last, more := read(b, end); more; last, more = read(b, end) {
				end.After = last
			}
			for end.Limit = 100; ; {
				last, more := read(b, end)
				if !more {
					break
				}
				end.After = last
			}
			b.Run(outcome.String()+"/last", func(b *testing.B) {
				for b.Loop() {
					read(b, end)
				}
			})
		}
	})
}

// BenchmarkCreate makes a test over 100,000 records, evaluation included.
func BenchmarkCreate(b *testing.B) {
	benchEach(b, func(b *testing.B, h *house) {
		for i := 0; b.Loop(); i++ {
			h.create(form(fmt.Sprintf("t %d", i), sized))
		}
	})
}

// BenchmarkList reads a page of 100 tests.
func BenchmarkList(b *testing.B) {
	h := newHouse(b, dbtest.SQLite(b))
	h.push(server("a", true, 1))
	for i := range 200 {
		h.create(form(fmt.Sprintf("t %d", i), sized))
	}
	for b.Loop() {
		if list, _, err := h.tests.List(b.Context(), h.manager, assessment.TestQuery{Limit: 100}); err != nil || len(list) != 100 {
			b.Fatal(len(list), err)
		}
	}
}

// BenchmarkPush pushes 10,000 records of which each turns under one of two tests, so that
// the entry has as much to say as it can.
func BenchmarkPush(b *testing.B) {
	for name, open := range map[string]func() *db.DB{
		"sqlite":     func() *db.DB { return dbtest.SQLite(b) },
		"postgresql": func() *db.DB { return dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)}) },
	} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b, open())
			sets := [2][]string{}
			for round := range sets {
				for i := range 10_000 {
					sets[round] = append(sets[round], server(fmt.Sprintf("srv_%07d", i), (i+round)%2 == 0, 16384))
				}
			}
			h.push(sets[0]...)
			h.create(form("sized", sized))
			h.create(form("big", sized))
			for round := 1; b.Loop(); round++ {
				h.push(sets[round%2]...)
			}
		})
	}
}
