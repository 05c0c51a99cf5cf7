// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// Push asks to replace the whole set of a definition.
type Push struct {
	Base            Base
	Body            io.Reader // the request's body, decoded
	ConfirmRemovals string    // token of an earlier answer, "" when none
	Default         Handling  // of the route
	DryRun          bool
	Prefer          Handling // asked for by the request, "" when not
}

// Result is what a push came to. A failed push has Failure and no number.
type Result struct {
	Accepted, Created, Held, Received, Rejected, Removed, Stale, Unchanged, Updated, Warned int64

	ConfirmToken  string // for the held removals, "" when there is none
	Definition    Definition
	DryRun        bool
	Failure       string   // why the push was refused as a whole
	Handling      Handling // that was applied
	HeldNote      string   // why a token that came with the push released nothing
	HeldSample    []string // unique ids, at most sampleSize
	ID            string   // of the sync
	Rejections    []Rejection
	RemovedSample []string
	Source        string // whose records it is about
	CreatedSample []string
	UpdatedSample []string
	Warnings      []Warning
}

// shownRejections is how many an answer lists; the rest is behind a link.
const shownRejections = 100

const sampleSize = 20

// push is one run of the pipeline: the request's goroutine splits the body, a
// second one checks and judges, a third writes.
type push struct {
	Push
	caller     caller.Caller
	service    *Service
	claim      *claim // nil in a dry run
	definition Definition
	document   []byte         // of the element at hand; reused
	duplicates map[Item][]int // indexes of elements that share a uniqueId
	evaluation Evaluation     // nil in a dry run
	head       Head
	holdAll    bool // a rejected element has no usable uniqueId
	index      int  // of the next element
	ledger     *ledger
	names      map[Item]string // of duplicates
	now        time.Time       // pinned for every verdict of this push
	orderer    json.Orderer
	pending    *batch
	references *references
	replaced   map[int]bool // indexes of first duplicates that were rejected for themselves
	result     Result
	shape      *Shape
	batchSize  int
	undone     []Item       // written for an element that turned out to be a duplicate
	writer     *aheadWriter // nil in a dry run
}

// Push replaces the set of a definition: what is valid is taken, what is left
// out ceases to exist, verdicts follow, and all of it becomes visible at one
// instant. Faults are errors of the request as a whole; a set that is refused
// for its elements is a Result with Failure.
func (s *Service) Push(ctx context.Context, c caller.Caller, in Push) (Result, error) {
	result, err := s.push(ctx, c, in)
	if err == nil && result.moved() {
		s.furnish(ctx, result.Definition)
		s.follow(ctx, c, result.Definition.Number)
	}
	return result, err
}

// Furnisher makes tests by itself for what is pushed.
type Furnisher interface {
	// Furnish is called after a push that changed records, before it is answered. The
	// push has landed, so an error is logged; the furnisher mends it by itself.
	Furnish(ctx context.Context, d Definition) error
}

func (s *Service) furnish(ctx context.Context, d Definition) {
	if s.Furnisher == nil {
		return
	}
	if err := s.Furnisher.Furnish(ctx, d); err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "built-in tests wait", slog.String("definition", string(d.ID)), slog.Any("error", err))
	}
}

// moved says whether a push changed records.
func (r Result) moved() bool {
	return !r.DryRun && r.Failure == "" && r.Created+r.Updated+r.Removed > 0
}

func (s *Service) push(ctx context.Context, c caller.Caller, in Push) (result Result, err error) {
	p := &push{Push: in, caller: c, service: s, now: s.Now(), duplicates: map[Item][]int{}, names: map[Item]string{}, replaced: map[int]bool{}, batchSize: 250}
	if s.DB.Engine() == db.PostgreSQL {
		p.batchSize = 2000 // a COPY costs three round trips
	}
	defer func() {
		if failed := p.end(ctx); err == nil {
			err = failed
		}
		if f, ok := p.evaluation.(*following); ok && err == nil {
			f.landed(ctx)
		}
	}()
	if err := p.stream(ctx); err != nil {
		return Result{}, err
	}
	if err := p.finish(ctx); err != nil {
		return Result{}, err
	}
	return p.result, nil
}

// stream reads the body through the pipeline.
func (p *push) stream(ctx context.Context) error {
	group, inner := errgroup.WithContext(ctx)
	chunks := make(chan *chunk, 2)
	splitter := &splitter{out: chunks, ctx: inner}
	err := readSet(p.Body, p.service.Limits.Records, func(id string) (sink, error) {
		if err := p.open(ctx, ID(id)); err != nil {
			return nil, err
		}
		group.Go(func() error { return p.apply(inner, chunks) })
		return splitter.take, nil
	})
	if err == nil {
		err = splitter.flush()
	}
	close(chunks)
	if failed := group.Wait(); failed != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return failed
	}
	return err
}

// open finds the definition, takes the claim and loads what is known.
func (p *push) open(ctx context.Context, id ID) error {
	s := p.service
	d, err := s.own(ctx, p.caller, p.Base, id)
	if err != nil {
		return err
	}
	if !p.DryRun {
		if err := s.settleFor(ctx, d); err != nil {
			return err
		}
	}
	p.definition = d
	p.result = Result{Definition: d, DryRun: p.DryRun, Handling: p.handling(), ID: db.NewID(p.now), Source: p.caller.Source}
	if p.DryRun {
		p.head, err = s.headOf(ctx, d.Number)
	} else {
		err = p.openClaim(ctx)
	}
	if err != nil {
		return err
	}
	if p.shape, err = s.shapes.of(p.definition); err != nil {
		return err
	}
	p.pending = &batch{}
	p.references = &references{}
	p.ledger, err = s.loadLedger(ctx, p.definition, p.caller.Source, p.head)
	return err
}

func (p *push) openClaim(ctx context.Context) (err error) {
	if p.claim, err = p.service.claim(ctx, p.definition); err != nil {
		return err
	}
	p.head, p.now = p.claim.head, p.service.Now() // later than the push that was waited for
	p.definition, p.result.Definition = p.claim.definition, p.claim.definition
	if p.evaluation, err = p.service.Judge.Open(ctx, p.definition, p.head, p.now); err != nil {
		return err
	}
	p.writer = startAhead(ctx, p.claim, p.result.ID)
	return nil
}

func (p *push) handling() Handling {
	switch {
	case p.Prefer != "":
		return p.Prefer
	case p.definition.Handling != "":
		return p.definition.Handling
	}
	return p.Default
}

// end stops the writer and gives the claim back; rows beyond the head stay for
// the next claim to clear.
func (p *push) end(ctx context.Context) error {
	if p.writer != nil {
		p.writer.close()
	}
	if p.claim == nil {
		return nil
	}
	return p.claim.release(ctx)
}

// chunk is a run of elements, copied out of the decoder's buffer.
type chunk struct {
	bytes []byte
	ends  []int
}

// chunkSize is where a chunk is handed on, in bytes.
const chunkSize = 128 << 10

type splitter struct {
	current *chunk
	ctx     context.Context //nolint:containedctx // of the pipeline it feeds, as a sink takes none
	out     chan<- *chunk
}

func (s *splitter) take(element []byte) error {
	if s.current == nil {
		s.current = &chunk{bytes: make([]byte, 0, chunkSize+4096)}
	}
	s.current.bytes = append(s.current.bytes, element...)
	s.current.ends = append(s.current.ends, len(s.current.bytes))
	if len(s.current.bytes) < chunkSize {
		return nil
	}
	return s.flush()
}

func (s *splitter) flush() error {
	if s.current == nil {
		return nil
	}
	select {
	case s.out <- s.current:
		s.current = nil
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

func (p *push) apply(ctx context.Context, chunks <-chan *chunk) error {
	for c := range chunks {
		start := 0
		for _, end := range c.ends {
			if err := p.take(ctx, c.bytes[start:end]); err != nil {
				return err
			}
			start = end
		}
	}
	return nil
}
