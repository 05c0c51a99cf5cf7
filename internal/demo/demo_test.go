// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/demo"
)

// little is the company in some weeks, with few records.
var little = demo.Size{Copies: 1, Days: 40, People: 30, Scale: 0.03, Variants: 5}

func open(ctx context.Context, storage config.Storage) func(func() time.Time) (*app.App, error) {
	return func(now func() time.Time) (*app.App, error) {
		return app.Open(ctx, app.Options{Logger: slog.New(slog.DiscardHandler), Now: now, Storage: storage, Version: "test"})
	}
}

func onBothEngines(t *testing.T, fn func(*testing.T, config.Storage)) {
	dbtest.EachPlace(t, func(t *testing.T, folder, url string) { fn(t, config.Storage{Data: folder, Database: url}) })
}

// TestFill fills a workspace, counts every counter of every test again, and finds that
// a second filling does nothing.
func TestFill(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		now := time.Now()
		fill := func() bool {
			t.Helper()
			filled, err := demo.Fill(t.Context(), demo.Options{Now: now, Open: open(t.Context(), storage), Size: little})
			if err != nil {
				t.Fatal(err)
			}
			return filled
		}
		if !fill() {
			t.Fatal("an empty workspace is not filled")
		}
		before := recount(t, storage)
		if before.tests < 60 || before.failing == 0 || before.repaired == 0 || before.passing == 0 {
			t.Errorf("%+v: want 60 tests, some that fail, some that were repaired", before)
		}
		if fill() {
			t.Error("a filled workspace is filled again")
		}
		if after := recount(t, storage); after != before {
			t.Errorf("%+v after a second filling, %+v before", after, before)
		}
	})
}

// standing is what there is.
type standing struct {
	failing, passing int64 // records
	repaired         int   // tests that are right and were not once
	tests            int
}

func recount(t *testing.T, storage config.Storage) (s standing) {
	t.Helper()
	a, err := open(t.Context(), storage)(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	w, err := a.Workspaces.Get(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	c := caller.Caller{Kind: caller.CommandLine, Workspace: w.Caller()}
	tests, _, err := a.Assessments.List(t.Context(), c, assessment.TestQuery{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	s.tests = len(tests)
	for _, test := range tests {
		for outcome := range assessment.Outcome(len(test.Counts)) {
			if n := count(t, a, c, test.Slug, outcome); n != test.Counts[outcome] {
				t.Errorf("%s says %d %s, there are %d", test.Slug, test.Counts[outcome], outcome, n)
			}
		}
		s.failing += test.Counts[assessment.Failing]
		s.passing += test.Counts[assessment.Passing]
		if test.FlippedAt != nil && test.Counts[assessment.Failing] == 0 {
			s.repaired++
		}
	}
	return s
}

// count counts the records under a test that have an outcome.
func count(t *testing.T, a *app.App, c caller.Caller, slug string, outcome assessment.Outcome) (n int64) {
	t.Helper()
	for q := (assessment.EntityQuery{Limit: 100, Outcome: outcome}); ; {
		page, err := a.Assessments.Entities(t.Context(), c, slug, q)
		if err != nil {
			t.Fatal(err)
		}
		n += int64(len(page.Entities))
		if !page.More {
			return n
		}
		q.After = page.Entities[len(page.Entities)-1].ID
	}
}

// BenchmarkFill is what serve --demo does before it listens.
func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		if _, err := demo.Fill(b.Context(), demo.Options{Now: time.Now(), Open: open(b.Context(), config.Storage{Data: b.TempDir()}), Size: demo.Small}); err != nil {
			b.Fatal(err)
		}
	}
}
