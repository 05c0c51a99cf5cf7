// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"context"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
)

// each runs a benchmark on both engines.
func each(b *testing.B, run func(b *testing.B, d *db.DB)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("postgresql", func(b *testing.B) { run(b, dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)})) })
}

// BenchmarkAppend is what an entry adds to its feature's transaction.
func BenchmarkAppend(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		actor, n := house(b, d), int64(0)
		b.ReportAllocs()
		err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
			for b.Loop() {
				n++
				if err := evidence.Append(ctx, tx, clock(), entry(actor, "d1", n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkSequence says how long a batch of waiting entries takes to get into
// the tree, and how long another writer waited at most.
func BenchmarkSequence(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		const count = 10_000
		actor, s := house(b, d), newService(b, d, b.TempDir())
		if err := s.Drain(b.Context()); err != nil {
			b.Fatal(err)
		}
		from, longest := 0, time.Duration(0)
		for b.Loop() {
			b.StopTimer()
			fill(b, d, actor, from, count)
			from += count
			b.StartTimer()
			longest = max(longest, drainBesideWriter(b, d, s))
		}
		b.ReportMetric(float64(count*b.N)/b.Elapsed().Seconds(), "entries/s")
		b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest-wait")
	})
}

// drainBesideWriter drains while another writer commits again and again, and
// answers the longest that one waited.
func drainBesideWriter(b *testing.B, d *db.DB, s *evidence.Service) (longest time.Duration) {
	b.Helper()
	drained := make(chan error, 1)
	go func() { drained <- s.Drain(b.Context()) }()
	for {
		select {
		case err := <-drained:
			if err != nil {
				b.Fatal(err)
			}
			return longest
		default:
		}
		start := time.Now()
		err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
			longest = max(longest, time.Since(start))
			_, err := tx.Exec(ctx, `UPDATE workspace SET name = name`)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPass is a pass over one entry: lease, place, signature, file, all of
// them durable.
func BenchmarkPass(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		actor, s, n := house(b, d), newService(b, d, b.TempDir()), 0
		for b.Loop() {
			b.StopTimer()
			fill(b, d, actor, n, 1)
			n++
			b.StartTimer()
			if err := s.Sequence(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkIdle is what the sequencer costs each second when nothing happens.
func BenchmarkIdle(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		actor, s := house(b, d), newService(b, d, b.TempDir())
		fill(b, d, actor, 0, 1000)
		if err := s.Drain(b.Context()); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if due, err := s.Job().Due(b.Context()); due || err != nil {
				b.Fatal(due, err)
			}
		}
	})
}
