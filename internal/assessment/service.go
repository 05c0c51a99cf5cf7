// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// Application is what a test says of the application whose records it reads.
type Application struct{ ID, Name string }

// Applications answers all applications of the caller's workspace.
type Applications interface {
	Applications(ctx context.Context, c caller.Caller) ([]Application, error)
}

// Options fill a Service.
type Options struct {
	Applications Applications
	BuiltIns     *builtin.Catalogue // nil: no test is made by itself
	Controls     Controls           // nil: there are none
	DB           *db.DB
	Files        Files // nil: nothing can be attached
	Judge        *Judge
	Limited      Limited      // nil: nobody
	Logger       *slog.Logger // nil: nothing is logged
	Mapped       Mapped       // nil: no definition is mapped to anything
	Now          func() time.Time
	Recipients   Recipients // nil: nobody can subscribe
	Resource     *resource.Service
	Users        Users
}

// Service is the feature: tests, their versions, exceptions and verdicts. It is
// safe for concurrent use; Close it when no request is left.
type Service struct {
	Options
	furnished furnished
	gists     gists
	running   sync.WaitGroup // evaluations that outlive their request
	stop      chan struct{}
	stopped   sync.Once
}

// New makes the service.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Recipients == nil {
		o.Recipients = noRecipients{}
	}
	if o.BuiltIns == nil {
		o.BuiltIns = &builtin.Catalogue{}
	}
	if o.Files == nil {
		o.Files = noFiles{}
	}
	if o.Limited == nil {
		o.Limited = nobodyLimited{}
	}
	if o.Mapped == nil {
		o.Mapped = nothingMapped{}
	}
	if o.Controls == nil {
		o.Controls = noControls{}
	}
	return &Service{Options: o, stop: make(chan struct{})}
}

// Close cancels the evaluations that are still running and waits for them.
// What they left is taken up by resource.Service.Unjudged.
func (s *Service) Close() {
	s.stopped.Do(func() { close(s.stop) })
	s.running.Wait()
}

// inlineRecords is up to how many records an answer waits for the evaluation.
const inlineRecords = 100_000

// reevaluate judges a definition after a change that is committed. done is
// false when the evaluation goes on after the answer: in the background, or
// with the push that holds the definition.
func (s *Service) reevaluate(ctx context.Context, c caller.Caller, d resource.Definition, cause resource.Cause) (done bool, err error) {
	var head resource.Head
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		head, err = resource.HeadOf(ctx, tx, d.Number)
		return err
	}); err != nil {
		return false, err
	}
	if head.Current > inlineRecords {
		s.inBackground(ctx, c, d, cause)
		return false, nil
	}
	err = s.Resource.Reevaluate(ctx, c, d, cause)
	if fault.KindOf(err) == fault.Unavailable {
		// The change stands: whoever holds the definition judges by it before it
		// flips, or the pass over unjudged definitions does.
		s.Logger.WarnContext(ctx, "evaluation is put off", slog.String("definition", string(d.ID)), slog.Any("error", err))
		return false, nil
	}
	return err == nil, err
}

func (s *Service) inBackground(ctx context.Context, c caller.Caller, d resource.Definition, cause resource.Cause) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.running.Go(func() {
		defer cancel()
		s.running.Go(func() {
			select {
			case <-s.stop:
				cancel()
			case <-ctx.Done():
			}
		})
		if err := s.Resource.Reevaluate(ctx, c, d, cause); err != nil {
			s.Logger.ErrorContext(ctx, "evaluation failed", slog.String("definition", string(d.ID)), slog.Any("error", err))
		}
	})
}

// application answers the application that a reference means: its id, its name
// or its name as a slug.
func application(all []Application, ref string) (Application, bool) {
	for _, same := range []func(Application) bool{
		func(a Application) bool { return a.ID == ref },
		func(a Application) bool { return strings.EqualFold(a.Name, ref) },
		func(a Application) bool { return slugOf(a.Name) == ref },
	} {
		for _, a := range all {
			if same(a) {
				return a, true
			}
		}
	}
	return Application{}, false
}
