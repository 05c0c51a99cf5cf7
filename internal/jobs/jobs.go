// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

// Pass is one job.
type Pass struct {
	// Due says, at little cost, whether there is anything to do; nil means
	// always. It runs without the lease, so that an idle server writes nothing.
	Due func(ctx context.Context) (bool, error)
	// Every is the time between passes, give or take a tenth.
	Every time.Duration
	// Name is the lease's name and the logs' word for the job.
	Name string
	// Run does what there is to do. It may be called again at any moment.
	Run func(ctx context.Context) error
}

// Runner runs passes until it is stopped.
type Runner struct {
	leases *Leases
	log    *slog.Logger

	mu      sync.Mutex
	reports map[string]Report

	stop   context.CancelFunc // nil until Start
	loops  sync.WaitGroup
	passes map[string]Pass
	wake   map[string]chan struct{} // of capacity 1
}

// New answers a runner with its passes; two may not have the same name.
func New(leases *Leases, log *slog.Logger, passes ...Pass) (*Runner, error) {
	r := &Runner{leases: leases, log: log, passes: map[string]Pass{}, reports: map[string]Report{}, wake: map[string]chan struct{}{}}
	for _, pass := range passes {
		if _, twice := r.passes[pass.Name]; twice || pass.Name == "" || pass.Every <= 0 || pass.Run == nil {
			return nil, fmt.Errorf("job %q: needs a name of its own, a period and a pass", pass.Name)
		}
		r.passes[pass.Name] = pass
		r.reports[pass.Name] = Report{Every: pass.Every, Name: pass.Name}
		r.wake[pass.Name] = make(chan struct{}, 1)
	}
	return r, nil
}

// Start begins a loop for each pass. The first pass comes at once, so that what
// a crash left is taken up. ctx ends the loops too. Start is called once.
func (r *Runner) Start(ctx context.Context) {
	ctx, r.stop = context.WithCancel(ctx)
	for name := range r.passes {
		r.Wake(name)
		r.loops.Go(func() { r.loop(ctx, r.passes[name]) })
	}
}

// Stop ends the loops and returns when the last pass has.
func (r *Runner) Stop() {
	if r.stop != nil {
		r.stop()
	}
	r.loops.Wait()
}

// Wake makes a pass run now, or once more after the one that is running. It
// never waits. A name that there is none of is ignored.
func (r *Runner) Wake(name string) {
	select {
	case r.wake[name] <- struct{}{}:
	default: // unknown, or a wake-up is waiting already
	}
}

// Run runs one pass now and says whether it ran: not when nothing was due, nor
// when another process holds the lease.
func (r *Runner) Run(ctx context.Context, name string) (ran bool, err error) {
	pass, ok := r.passes[name]
	if !ok {
		return false, fmt.Errorf("there is no job %q", name)
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	if pass.Due != nil {
		if due, err := pass.Due(ctx); err != nil || !due {
			return false, err
		}
	}
	return r.leases.Do(ctx, name, pass.Run)
}

func (r *Runner) loop(ctx context.Context, pass Pass) {
	timer := time.NewTimer(spread(pass.Every))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.wake[pass.Name]:
		}
		began := r.leases.now()
		ran, err := r.Run(ctx, pass.Name)
		failed := err != nil && !stopped(ctx, err)
		r.report(pass.Name, began, ran, failed)
		if failed {
			r.log.ErrorContext(ctx, "job failed", slog.String("job", pass.Name), slog.Any("error", err))
		}
		timer.Reset(spread(pass.Every))
	}
}

// stopped says whether a pass failed only because it was told to stop.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Canceled)
}

// spread keeps replicas that started together from asking at once.
func spread(d time.Duration) time.Duration {
	tenth := int64(d) / 10
	if tenth == 0 {
		return d
	}
	return d + time.Duration(rand.Int64N(2*tenth)-tenth) //nolint:gosec // timing, not secrecy
}
