// SPDX-License-Identifier: Apache-2.0

package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/jobs"
)

func TestALeaseHasOneHolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := time.UnixMilli(1_790_000_000_000)
		a := jobs.NewLeases(d, func() time.Time { return now })
		later := now.Add(14 * time.Second)
		b := jobs.NewLeases(d, func() time.Time { return later })
		nothing := func(context.Context) error { return nil }
		inside := func(ctx context.Context) error {
			if ran, err := b.Do(ctx, "pass", nothing); ran || err != nil {
				t.Errorf("a held lease: got %t, %v", ran, err)
			}
			if ran, err := b.Do(ctx, "other", nothing); !ran || err != nil {
				t.Errorf("another name: got %t, %v", ran, err)
			}
			later = now.Add(16 * time.Second) // a died, as far as b can see
			if ran, err := b.Do(ctx, "pass", nothing); !ran || err != nil {
				t.Errorf("a lease that ran out: got %t, %v", ran, err)
			}
			return nil
		}
		if ran, err := a.Do(t.Context(), "pass", inside); !ran || err != nil {
			t.Errorf("got %t, %v", ran, err)
		}
		if ran, err := b.Do(t.Context(), "pass", nothing); !ran || err != nil {
			t.Errorf("a lease that was given back: got %t, %v", ran, err)
		}
	})
}

// bubble opens a database inside a synctest bubble, where every goroutine that
// waits belongs to the bubble's clock.
func bubble(t *testing.T, test func(t *testing.T, leases *jobs.Leases)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "muster.db")
	synctest.Test(t, func(t *testing.T) {
		d, err := db.Open(context.Background(), db.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		test(t, jobs.NewLeases(d, time.Now))
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestPassesRunOnTheirPeriod(t *testing.T) {
	bubble(t, func(t *testing.T, leases *jobs.Leases) {
		var runs, asked atomic.Int64
		r, err := jobs.New(leases, slog.New(slog.DiscardHandler),
			jobs.Pass{Name: "steady", Every: time.Minute, Run: func(context.Context) error { runs.Add(1); return nil }},
			jobs.Pass{
				Name: "idle", Every: time.Minute, Due: func(context.Context) (bool, error) { asked.Add(1); return false, nil },
				Run: func(context.Context) error { t.Error("ran though nothing was due"); return nil },
			},
		)
		if err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context())
		synctest.Wait()
		if got := runs.Load(); got != 1 {
			t.Errorf("got %d passes at the start, want 1", got)
		}
		for range 10 {
			<-time.After(time.Minute)
		}
		synctest.Wait()
		if got := runs.Load(); got < 10 || got > 13 {
			t.Errorf("got %d passes in ten minutes, want about 11", got)
		}
		if asked.Load() < 10 {
			t.Errorf("the idle job was asked %d times", asked.Load())
		}
		before := runs.Load()
		r.Wake("steady")
		r.Wake("unknown")
		synctest.Wait()
		if got := runs.Load(); got != before+1 {
			t.Errorf("got %d passes after the wake-up, want %d", got, before+1)
		}
		r.Stop()
	})
}

func TestALongPassKeepsItsLease(t *testing.T) {
	bubble(t, func(t *testing.T, leases *jobs.Leases) {
		_, err := leases.Do(t.Context(), "long", func(ctx context.Context) error {
			select {
			case <-time.After(10 * time.Minute):
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		if err != nil {
			t.Errorf("got %v, want the pass to end by itself", err)
		}
	})
}

func TestStopWaitsAndFailuresAreLogged(t *testing.T) {
	var log bytes.Buffer
	d := dbtest.SQLite(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	started := make(chan struct{})
	var ended atomic.Bool
	first, second := make(chan struct{}), make(chan struct{})
	bad := 0
	r, err := jobs.New(jobs.NewLeases(d, time.Now), slog.New(slog.NewTextHandler(&log, nil)),
		jobs.Pass{Name: "slow", Every: time.Hour, Run: func(ctx context.Context) error {
			close(started)
			<-ctx.Done()
			ended.Store(true)
			return ctx.Err()
		}},
		jobs.Pass{Name: "bad", Every: time.Hour, Run: func(context.Context) error {
			if bad++; bad == 1 {
				defer close(first)
				panic("a hole")
			}
			close(second)
			return errors.New("no disk")
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	r.Start(t.Context())
	<-started
	<-first
	r.Wake("bad")
	<-second
	r.Stop()
	if !ended.Load() {
		t.Error("Stop did not wait for the pass")
	}
	for _, want := range []string{"a hole", "no disk", "job=bad"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "job=slow") {
		t.Error("a stop was logged as a failure")
	}
}

func TestBadPasses(t *testing.T) {
	run := func(context.Context) error { return nil }
	for _, passes := range [][]jobs.Pass{
		{{Name: "", Every: time.Second, Run: run}},
		{{Name: "a", Run: run}},
		{{Name: "a", Every: time.Second}},
		{{Name: "a", Every: time.Second, Run: run}, {Name: "a", Every: time.Second, Run: run}},
	} {
		if _, err := jobs.New(nil, nil, passes...); err == nil {
			t.Errorf("%+v was taken", passes)
		}
	}
}
