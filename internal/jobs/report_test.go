// SPDX-License-Identifier: Apache-2.0

package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/passmuster/muster/internal/jobs"
)

func TestReports(t *testing.T) {
	bubble(t, func(t *testing.T, leases *jobs.Leases) {
		var ill atomic.Bool
		ill.Store(true)
		r, err := jobs.New(leases, slog.New(slog.DiscardHandler),
			jobs.Pass{Name: "idle", Every: time.Hour, Due: func(context.Context) (bool, error) { return false, nil }, Run: func(context.Context) error { return nil }},
			jobs.Pass{Name: "busy", Every: time.Minute, Run: func(context.Context) error {
				if ill.Load() {
					return errors.New("the disk is full")
				}
				return nil
			}},
		)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Reports(); len(got) != 2 || got[0] != (jobs.Report{Every: time.Minute, Name: "busy"}) {
			t.Errorf("before the start: got %v", got)
		}
		r.Start(t.Context())
		synctest.Wait()
		busy, idle := r.Reports()[0], r.Reports()[1]
		if busy.FailedAt.IsZero() || busy.LookedAt.IsZero() {
			t.Errorf("one that fails: got %+v", busy)
		}
		if idle.LookedAt.IsZero() || !idle.RanAt.IsZero() || !idle.FailedAt.IsZero() {
			t.Errorf("one without anything to do: got %+v", idle)
		}
		ill.Store(false)
		r.Wake("busy")
		synctest.Wait()
		if busy = r.Reports()[0]; !busy.FailedAt.IsZero() || busy.RanAt.IsZero() {
			t.Errorf("one that went well again: got %+v", busy)
		}
		r.Stop()
	})
}
