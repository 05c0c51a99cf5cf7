// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/jobs"
)

// JobName names the sequencer's job and its lease. Runner.Wake(JobName) brings a
// pass on sooner than its period.
const JobName = "evidence"

// every is the period of the sequencer: entries are in the tree within a second.
const every = time.Second

// retry is how long Drain waits before it asks again for a lease that another
// process has.
const retry = 50 * time.Millisecond

// Job answers the sequencer as a job for a runner, which brings the lease.
func (s *Service) Job() jobs.Pass {
	return jobs.Pass{Name: JobName, Every: every, Run: s.pass, Due: func(ctx context.Context) (bool, error) {
		return s.any(ctx, s.due)
	}}
}

// Sequence runs one pass under the lease: it gives each waiting entry its place
// and signs the trees that grew. When another process holds the lease it does
// nothing, as that one's passes do it within a second.
func (s *Service) Sequence(ctx context.Context) error {
	_, err := s.sequence(ctx)
	return err
}

// Drain returns when every entry that was committed before the call is under a
// signed checkpoint. It runs a pass itself as soon as it gets the lease, or sees
// that the lease's holder has done everything.
func (s *Service) Drain(ctx context.Context) error {
	timer := time.NewTimer(retry)
	defer timer.Stop()
	for {
		if ran, err := s.sequence(ctx); ran || err != nil {
			return err
		}
		if open, err := s.any(ctx, s.unsettled); !open || err != nil {
			return err
		}
		timer.Reset(retry)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// sequence says whether a pass went through everything that was there.
func (s *Service) sequence(ctx context.Context) (ran bool, err error) {
	select { // the lease does not keep a process from itself
	case s.running <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-s.running }()
	ran, err = s.leases.Do(ctx, JobName, func(ctx context.Context) error {
		return s.each(ctx, s.unsettled)
	})
	if errors.Is(err, errRaced) {
		return false, nil
	}
	return ran, err
}

// pass is one pass for a runner. A race is no failure: the other one does the
// work. What was refused is left alone, so that it is logged once.
func (s *Service) pass(ctx context.Context) error {
	if err := s.each(ctx, s.due); !errors.Is(err, errRaced) {
		return err
	}
	return nil
}

// each goes through the workspaces that want it. One that fails does not keep
// the others from theirs.
func (s *Service) each(ctx context.Context, wants func(state) bool) error {
	states, err := s.states(ctx)
	if err != nil {
		return err
	}
	for _, at := range states {
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if wants(at) {
			err = errors.Join(err, s.tend(ctx, at.number))
		}
	}
	return err
}

// any says whether there is a workspace of a kind.
func (s *Service) any(ctx context.Context, wants func(state) bool) (bool, error) {
	states, err := s.states(ctx)
	return slices.ContainsFunc(states, wants), err
}

// unsettled says whether a workspace has entries that wait, a tree that is not
// signed, or a checkpoint that this process has not seen.
func (s *Service) unsettled(at state) bool {
	seen := s.outlook(at.number)
	return at.waiting || at.size != at.signed || seen.refused || seen.signed != at.signed
}

// due is unsettled for passes that nobody asked for: what was refused is not due
// again until the database changes.
func (s *Service) due(at state) bool {
	seen := s.outlook(at.number)
	if seen.refused {
		return seen.signed != at.signed || seen.size != at.size || seen.hashes != at.hashes
	}
	return s.unsettled(at)
}

func (s *Service) outlook(workspace int64) outlook {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[workspace]
}

func (s *Service) remember(workspace int64, o outlook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[workspace] = o
}
