// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/jobs"
)

// Many writers append while two services over one database number entries, one
// through a runner's lease and one through its own, and one pass in three is
// broken off in the middle.
func TestWritersAndSequencersAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 60
		actor := house(t, d)
		a := newService(t, d, t.TempDir())
		key := keyOf(t, a)
		b, err := openService(d, t.TempDir(), key)
		if err != nil {
			t.Fatal(err)
		}
		writing, done := context.WithCancel(t.Context())
		var sequencers sync.WaitGroup
		for _, s := range []*evidence.Service{a, b, b} {
			sequencers.Go(func() { keepSequencing(writing, t, d, s) })
		}
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for i := range each {
					e := entry(actor, fmt.Sprintf("d%d", w), int64(i+1))
					if err := put(t.Context(), d, e, entry(actor, "", 0)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		group.Wait()
		done()
		sequencers.Wait()
		first := verify(t, a, actor.Workspace, 2*writers*each)
		second := verify(t, b, actor.Workspace, 2*writers*each)
		if first.Root != second.Root {
			t.Error("two services see two trees")
		}
		// A pass that was broken off just as it committed does not count what it did.
		if got := a.Counts().Numbered + b.Counts().Numbered; got > 2*writers*each || numbered(t, d) != 2*writers*each {
			t.Errorf("%d of %d entries are numbered, the services counted %d", numbered(t, d), 2*writers*each, got)
		}
		t.Logf("%d checkpoints", first.Checkpoints)
	})
}

// keepSequencing runs passes until ctx ends, some of which are cancelled.
func keepSequencing(ctx context.Context, t *testing.T, d *db.DB, s *evidence.Service) {
	t.Helper()
	runner, err := jobs.New(jobs.NewLeases(d, time.Now), slog.New(slog.DiscardHandler), s.Job())
	if err != nil {
		t.Error(err)
		return
	}
	for i := 0; ctx.Err() == nil; i++ {
		pass, cancel := context.WithCancel(context.WithoutCancel(ctx))
		if i%3 == 0 {
			pass, cancel = context.WithTimeout(pass, time.Duration(i%7)*time.Millisecond)
		}
		if i%2 == 0 {
			_, err = runner.Run(pass, evidence.JobName)
		} else {
			err = s.Sequence(pass)
		}
		if err != nil && pass.Err() == nil {
			t.Errorf("pass: %v", err)
		}
		cancel()
	}
}

// keyOf answers the secret key that a service made in its folder.
func keyOf(t *testing.T, s *evidence.Service) string {
	t.Helper()
	key, err := evidence.KeyText(s)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A lease does not keep two sequencers apart when a clock jumps: without any
// lease the constraints do.
func TestWithoutALeaseNothingIsNumberedTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const count = 3000
		actor, dir := house(t, d), t.TempDir()
		a, b := newService(t, d, dir), newService(t, d, dir)
		fill(t, d, actor, 0, count)
		var group sync.WaitGroup
		for _, s := range []*evidence.Service{a, b} {
			group.Go(func() {
				if err := s.Job().Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		verify(t, a, actor.Workspace, count)
		if got := a.Counts().Numbered + b.Counts().Numbered; got != count {
			t.Errorf("%d entries were numbered, want %d", got, count)
		}
	})
}

func TestAPassThatIsBrokenOffIsContinued(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const count = 1500
		actor, s := house(t, d), newService(t, d, t.TempDir())
		fill(t, d, actor, 0, count)
		broken := 0
		for numbered(t, d) < count {
			before := s.Counts().Numbered
			ctx, cancel := context.WithCancel(t.Context())
			var watch sync.WaitGroup
			watch.Go(func() { // end the pass after its first batch
				for s.Counts().Numbered == before && ctx.Err() == nil {
					ping(t, d)
				}
				cancel()
			})
			if err := s.Sequence(ctx); err != nil {
				broken++
			}
			cancel()
			watch.Wait()
		}
		t.Logf("%d passes were broken off", broken)
		verify(t, s, actor.Workspace, count)
	})
}

// numbered counts the entries that have their place. A pass that was broken off just as it
// committed does not count what it did, so the service's own counts may stay behind.
func numbered(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM evidence_entry WHERE position IS NOT NULL`).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func ping(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOnlyAGrownTreeIsSigned(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	for i := range 3 {
		fill(t, d, actor, i*5, 5)
		for range 3 {
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := verify(t, s, actor.Workspace, 15); got.Checkpoints != 3 || s.Counts().Signed != 3 {
		t.Errorf("got %d checkpoints, %d signed; want 3", got.Checkpoints, s.Counts().Signed)
	}
	if due, err := s.Job().Due(t.Context()); due || err != nil {
		t.Errorf("due: %t, %v, with nothing to do", due, err)
	}
}

func TestWorkspacesHaveTreesOfTheirOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, s := house(t, d), newService(t, d, t.TempDir())
		exec(t, d, `INSERT INTO workspace (number, id, slug, name, created_at) VALUES (9, '0000000000000000000000aa', 'two', 'Two', 0)`)
		second := caller.Caller{Kind: caller.System, Workspace: caller.Workspace{ID: "0000000000000000000000aa", Name: "Two", Number: 9}}
		fill(t, d, first, 0, 10)
		fill(t, d, second, 0, 3)
		verify(t, s, first.Workspace, 10)
		verify(t, s, second.Workspace, 3)
		fill(t, d, second, 5, 3)
		verify(t, s, second.Workspace, 6)
		verify(t, s, first.Workspace, 10)
	})
}

func TestAHeldLeaseIsWaitedFor(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	fill(t, d, actor, 0, 5)
	drained := make(chan error, 1)
	_, err := jobs.NewLeases(d, time.Now).Do(t.Context(), evidence.JobName, func(ctx context.Context) error {
		if err := s.Sequence(ctx); err != nil { // leaves it to the holder
			return err
		}
		if _, err := s.Checkpoint(ctx, actor.Workspace); fault.KindOf(err) != fault.NotFound {
			t.Errorf("somebody signed without the lease: %v", err)
		}
		go func() { drained <- s.Drain(t.Context()) }()
		return nil
	})
	if err := errors.Join(err, <-drained); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Checkpoint(t.Context(), actor.Workspace); err != nil || got.Size != 5 {
		t.Errorf("got %d entries under the checkpoint, %v; want 5", got.Size, err)
	}
}

func TestAnExportOfManyEntries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		count := int64(20_000)
		if testing.Short() {
			count = 2_000 // the race detector needs no more
		}
		actor, s := house(t, d), newService(t, d, t.TempDir())
		fill(t, d, actor, 0, int(count)/2)
		start := time.Now()
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Logf("sequencing: %.0f entries/s", float64(count)/2/time.Since(start).Seconds())
		fill(t, d, actor, int(count)/2, int(count)/2)
		start = time.Now()
		if got := verify(t, s, actor.Workspace, count); got.Checkpoints != 2 {
			t.Errorf("got %d checkpoints, want 2", got.Checkpoints)
		}
		t.Logf("sequencing half, exporting and verifying: %v", time.Since(start).Round(time.Millisecond))
	})
}
