// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// aheadBudget bounds a transaction that writes ahead: other writers wait no
// longer than this for their turn.
const aheadBudget = 10 * time.Millisecond

// batch is a part of a push on its way to the database. The writer goroutine
// owns it once it is put.
type batch struct {
	closed     []Item     // their current version ends with this number
	done       chan error // when not nil, the writer answers here once all before is committed
	items      []any      // rows of resource_item
	judged     []Ahead
	lifted     []mark // marks that end
	marked     []mark // marks that begin
	records    []any  // rows of resource_record
	rejections []Rejection
	replaced   []int64 // indexes whose rejections are written anew
	size       int     // elements
	undone     []Item  // what this push wrote of them is taken back
}

// mark is one mark of one item.
type mark struct {
	item Item
	kind string
}

// The kinds of marks.
const (
	markHeld  = "held"
	markStale = "stale"
)

// aheadWriter writes batches in their order, in transactions bounded by time.
type aheadWriter struct {
	batches  chan *batch
	claim    *claim
	failed   chan struct{} // closed when err is set
	err      error
	finished chan struct{}
	number   int64
	started  bool // the head says whose rows stand beyond it
	sync     string
}

// startAhead starts the writer; close ends it.
func startAhead(ctx context.Context, c *claim, sync string) *aheadWriter {
	w := &aheadWriter{
		batches: make(chan *batch, 2), claim: c, failed: make(chan struct{}), finished: make(chan struct{}),
		number: c.head.Number + 1, sync: sync,
	}
	go w.run(ctx)
	return w
}

// put hands a batch over; it answers the writer's error once there is one.
func (w *aheadWriter) put(ctx context.Context, b *batch) error {
	select {
	case w.batches <- b:
		return nil
	case <-w.failed:
		return w.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain waits until everything put so far is committed.
func (w *aheadWriter) drain(ctx context.Context) error {
	done := make(chan error, 1)
	if err := w.put(ctx, &batch{done: done}); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-w.failed:
		return w.err
	}
}

// close ends the writer and waits for it.
func (w *aheadWriter) close() {
	close(w.batches)
	<-w.finished
}

func (w *aheadWriter) run(ctx context.Context) {
	defer close(w.finished)
	lease := time.NewTicker(claimLease / 3)
	defer lease.Stop()
	for {
		var err error
		select {
		case b, open := <-w.batches:
			if !open {
				return
			}
			err = w.handle(ctx, b)
		case <-lease.C: // a slow sender must not lose its place
			err = w.claim.ahead(ctx, func(context.Context, *db.Tx) error { return nil })
		}
		if err != nil {
			w.err = err
			close(w.failed)
			return
		}
	}
}

// handle writes a batch; one that only asks whether all before it is committed
// needs no transaction, so a push that changes nothing writes nothing ahead.
func (w *aheadWriter) handle(ctx context.Context, b *batch) error {
	if !b.empty() {
		return w.transact(ctx, b)
	}
	if b.done != nil {
		b.done <- nil
	}
	return nil
}

// transact writes a batch and those that are waiting behind it until the budget
// is used up, in one transaction.
func (w *aheadWriter) transact(ctx context.Context, first *batch) error {
	var answers []chan error
	begun := time.Now()
	pending := []*batch{first}
	err := w.claim.ahead(ctx, func(ctx context.Context, tx *db.Tx) error {
		answers = answers[:0]
		if err := w.start(ctx, tx); err != nil {
			return err
		}
		for i := 0; i < len(pending); i++ { // again from the first when the engine broke off
			b := pending[i]
			if err := w.write(ctx, tx, b); err != nil {
				return err
			}
			if b.done != nil {
				answers = append(answers, b.done)
			}
			if i == len(pending)-1 && time.Since(begun) < aheadBudget {
				if next := w.waiting(); next != nil {
					pending = append(pending, next)
				}
			}
		}
		return nil
	})
	for _, done := range answers {
		done <- err
	}
	w.started = w.started || err == nil
	return err
}

// waiting answers the next batch if one waits already.
func (w *aheadWriter) waiting() *batch {
	select {
	case b := <-w.batches: // nil when closed
		return b
	default:
		return nil
	}
}

func (w *aheadWriter) start(ctx context.Context, tx *db.Tx) error {
	if w.started {
		return nil
	}
	return setAhead(ctx, tx, w.claim.definition.Number, w.claim.token, w.sync)
}

func (w *aheadWriter) write(ctx context.Context, tx *db.Tx, b *batch) error {
	d, head := w.claim.definition, w.claim.head
	steps := []func() error{
		func() error { return undoItems(ctx, tx, d.Number, w.number, head.Items, b.undone) },
		func() error { return closeRecords(ctx, tx, d.Number, w.number, b.closed) },
		func() error { return tx.InsertMany(ctx, "resource_item", itemColumns, b.items) },
		func() error { return tx.InsertMany(ctx, "resource_record", recordColumns, b.records) },
		func() error { return closeMarks(ctx, tx, d.Number, w.number, b.lifted) },
		func() error { return insertMarks(ctx, tx, d, w.number, b.marked) },
		func() error { return deleteRejections(ctx, tx, w.sync, b.replaced) },
		func() error { return insertRejections(ctx, tx, d, w.sync, b.rejections) },
	}
	for _, judged := range b.judged {
		steps = append(steps, func() error { return judged.Write(ctx, tx, w.number) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
