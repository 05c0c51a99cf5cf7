// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// leaseFor is how long a lease lasts when nobody renews it: the longest that
// others wait after a crash. It is renewed after a third.
const leaseFor = 15 * time.Second

// errLost is the cause when a pass is cancelled because its lease went.
var errLost = errors.New("the lease was lost")

// Leases hands out the right to be the only one who does a thing.
type Leases struct {
	db    *db.DB
	now   func() time.Time
	owner string // unlike any other process's
}

// NewLeases answers leases for this process.
func NewLeases(d *db.DB, now func() time.Time) *Leases {
	return &Leases{db: d, now: now, owner: db.NewID(now())}
}

// Drop takes every lease away. A server calls it at its start when it knows that
// it is alone with the data: the leases that stand then are of a process that died.
func (l *Leases) Drop(ctx context.Context) error { return l.db.Write(ctx, deleteLeases) }

// Do runs fn while no other process runs anything under the name, and says
// whether it ran. The lease is renewed while fn runs; when that fails, fn's
// context is cancelled. Within one process Do does not exclude itself.
func (l *Leases) Do(ctx context.Context, name string, fn func(context.Context) error) (ran bool, err error) {
	if ran, err = l.take(ctx, name); err != nil || !ran {
		return false, err
	}
	leased, lose := context.WithCancelCause(ctx)
	var renewal sync.WaitGroup
	renewal.Go(func() { l.renew(leased, lose, name) })
	defer func() {
		if err != nil && errors.Is(context.Cause(leased), errLost) {
			err = errors.Join(err, context.Cause(leased))
		}
		lose(nil)
		renewal.Wait()
		// A stop cancels ctx, and the lease should be free at once all the same.
		err = errors.Join(err, l.free(context.WithoutCancel(ctx), name))
	}()
	return true, fn(leased)
}

func (l *Leases) take(ctx context.Context, name string) (taken bool, err error) {
	err = l.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := l.now()
		rows, err := takeLease(ctx, tx, name, l.owner, db.Millis(now), db.Millis(now.Add(leaseFor)))
		taken = rows == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take the lease %s: %w", name, err)
	}
	return taken, nil
}

func (l *Leases) free(ctx context.Context, name string) error {
	err := l.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return deleteLease(ctx, tx, name, l.owner)
	})
	if err != nil {
		return fmt.Errorf("give back the lease %s: %w", name, err)
	}
	return nil
}

// renew prolongs a lease until ctx ends. The second failure in a row comes
// before the lease's end, and loses it.
func (l *Leases) renew(ctx context.Context, lose context.CancelCauseFunc, name string) {
	ticker := time.NewTicker(leaseFor / 3)
	defer ticker.Stop()
	failures := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		attempt, cancel := context.WithTimeout(ctx, leaseFor/3)
		taken, err := l.take(attempt, name)
		cancel()
		switch {
		case err == nil && taken:
			failures = 0
		case err == nil || failures == 1:
			lose(errors.Join(errLost, err))
			return
		default:
			failures++
		}
	}
}
