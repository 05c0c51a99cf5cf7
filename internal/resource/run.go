// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Cause says why a number was drawn.
type Cause string

// The causes. Lists of syncs show those that change records.
const (
	causePush       Cause = "push"
	CauseDisconnect Cause = "disconnect" // what a source had goes with it
	CauseException  Cause = "exception"
	CauseLink       Cause = "link"
	CauseRerun      Cause = "rerun"
	CauseRule       Cause = "rule"
	CauseTime       Cause = "time"
)

// changes says whether numbers of the cause change records.
func (c Cause) changes() bool { return c == causePush || c == CauseDisconnect }

// evaluationRun carries an evaluation to its flip: that of a push once its
// records stand ahead, or one that something else caused.
type evaluationRun struct {
	actor      caller.Caller
	cause      Cause
	changes    changeset // nil when no records change
	claim      *claim
	evaluation Evaluation
	everything bool // judge every stored record again
	hold       hold
	judge      Judge
	now        time.Time
	quiet      bool // records change without a push: the last one stays the last
	result     *Result
	source     Source // whose records change, as it stood under the claim
	writer     *aheadWriter
}

// changeset is what a push or a delta does to the records of a definition.
type changeset interface {
	// changed says whether the record of an item changes.
	changed(item Item) bool
	// each calls fn with the records that change, by rising item; digest is nil for
	// one that is removed. It answers fn's error.
	each(fn func(item Item, digest *Digest) error) error
	// items answers the highest item that counts afterwards.
	items() int64
	// known says whether the item had a record at the head.
	known(item Item) bool
}

// flips is how often a run judges again because the rules changed under it.
const flips = 8

// errMoved says that the rules are others than those that were judged by.
var errMoved = errors.New("the rules changed meanwhile")

// complete judges what is stored and wanted and flips the head. When a rule
// changed in between, everything is judged again before it flips.
func (r *evaluationRun) complete(ctx context.Context) error {
	for range flips {
		if err := r.judgeStored(ctx); err != nil {
			return err
		}
		err := r.flip(ctx)
		if f, ok := r.evaluation.(*following); ok && err == nil {
			f.settle(ctx, r.claim)
		}
		if !errors.Is(err, errMoved) {
			return err
		}
		if err := r.restart(ctx); err != nil {
			return err
		}
	}
	return fault.Later(10*time.Second, "the tests of this resource change faster than they can be evaluated")
}

// judgeStored judges the records that the evaluation wants beside the changed.
func (r *evaluationRun) judgeStored(ctx context.Context) error {
	wanted, err := r.evaluation.Wants(ctx)
	if err != nil {
		return err
	}
	if r.everything {
		wanted = Wanted{All: true}
	}
	if wanted.All {
		return r.judgeAll(ctx)
	}
	for items := wanted.Items; len(items) > 0; {
		n := min(len(items), clearStep)
		rows, err := r.claim.service.documents(ctx, r.claim.definition.Number, r.writer.number, items[:n])
		if err != nil {
			return err
		}
		if err := r.judgeRows(ctx, rows); err != nil {
			return err
		}
		items = items[n:]
	}
	return r.drain(ctx)
}

func (r *evaluationRun) judgeAll(ctx context.Context) error {
	for after := Item(0); ; {
		rows, err := r.claim.service.documentsAfter(ctx, r.claim.definition.Number, r.writer.number, after, clearStep)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return r.drain(ctx)
		}
		if err := r.judgeRows(ctx, rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].item
	}
}

func (r *evaluationRun) judgeRows(ctx context.Context, rows []stored) error {
	for _, row := range rows {
		if err := r.judgeRow(ctx, row); err != nil {
			return err
		}
	}
	return r.hand(ctx)
}

// hand gives what was judged to the writer.
func (r *evaluationRun) hand(ctx context.Context) error {
	judged, err := r.evaluation.Take(ctx)
	if err != nil || judged == nil {
		return err
	}
	return r.writer.put(ctx, &batch{judged: []Ahead{judged}})
}

func (r *evaluationRun) judgeRow(ctx context.Context, row stored) error {
	if !r.everything {
		return r.evaluation.Stored(ctx, row.item, row.document)
	}
	subject := Subject{Document: row.document, Item: row.item, Known: r.changes == nil || r.changes.known(row.item)}
	if r.changes == nil || !r.changes.changed(row.item) {
		return r.evaluation.Again(ctx, subject)
	}
	return r.evaluation.Changed(ctx, subject)
}

func (r *evaluationRun) drain(ctx context.Context) error {
	if err := r.evaluation.Rest(ctx); err != nil {
		return err
	}
	if err := r.hand(ctx); err != nil {
		return err
	}
	return r.writer.drain(ctx)
}

// restart throws away what was judged and opens a new evaluation, of all that
// is stored and of all that is gone.
func (r *evaluationRun) restart(ctx context.Context) error {
	c := r.claim
	head, err := c.service.headOf(ctx, c.definition.Number)
	if err != nil {
		return err
	}
	c.head.Epoch = head.Epoch
	highest := c.head.Items
	if r.changes != nil {
		highest = r.changes.items()
	}
	for low := int64(0); low < highest; low += clearStep {
		if err := c.ahead(ctx, func(ctx context.Context, tx *db.Tx) error {
			return r.judge.Clear(ctx, tx, c.definition, c.head.Number, low, low+clearStep)
		}); err != nil {
			return fmt.Errorf("take back verdicts: %w", err)
		}
	}
	d, err := c.service.definitionOf(ctx, c.definition.Number) // a schema edit is a change of rules too
	if err != nil {
		return err
	}
	if r.evaluation, err = r.judge.Open(ctx, d, c.head, r.now); err != nil {
		return err
	}
	r.everything = true
	return r.eachRemoved(func(item Item) error { return r.evaluation.Gone(ctx, item) })
}

func (r *evaluationRun) eachRemoved(fn func(Item) error) error {
	if r.changes == nil {
		return nil
	}
	return r.changes.each(func(item Item, digest *Digest) error {
		if digest != nil {
			return nil
		}
		return fn(item)
	})
}

// flip makes the number count: from this instant on readers see its records
// and its verdicts.
func (r *evaluationRun) flip(ctx context.Context) error {
	records := r.recordsDigest()
	return r.claim.service.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := r.claim.service.Now()
		if err := r.moveHead(ctx, tx, now); err != nil {
			return err
		}
		if err := r.moveSource(ctx, tx, now); err != nil {
			return err
		}
		row := r.syncRow(now)
		if err := insertSync(ctx, tx, row); err != nil {
			return err
		}
		if r.cause == causePush && !r.quiet {
			if err := putPushDay(ctx, tx, row); err != nil {
				return err
			}
		}
		if err := r.evaluation.Flip(ctx, tx, r.writer.number, now); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, r.entry(records))
	})
}

func (r *evaluationRun) moveHead(ctx context.Context, tx *db.Tx, now time.Time) error {
	before, after := r.claim.head, r.claim.head
	after.Number, after.Judged, after.Ahead = r.writer.number, before.Epoch, ""
	if r.changes != nil {
		after.Items = r.changes.items()
		after.Current = before.Current + r.result.Created - r.result.Removed
		if !r.quiet {
			after.LastPush, after.LastPushAt = r.result.ID, now.UnixMilli()
		}
	}
	err := updateHead(ctx, tx, r.claim.definition.Number, r.claim.token, before, after)
	if !errors.Is(err, db.ErrNoRow) {
		return err
	}
	now_, err := selectHead(ctx, tx, r.claim.definition.Number)
	if err == nil && now_.Number == before.Number && now_.Epoch != before.Epoch {
		return errMoved
	}
	return errors.Join(err, errClaimLost)
}

// recordsDigest digests the record changes of a push: a line "item digest" for
// each record that was written, "item -" for each that was removed, by rising
// item.
func (r *evaluationRun) recordsDigest() map[string]any {
	if r.changes == nil {
		return nil
	}
	sum, count := sha256.New(), 0
	var line []byte
	_ = r.changes.each(func(item Item, digest *Digest) error { // only fn can fail
		count++
		line = append(strconv.AppendInt(line[:0], int64(item), 10), ' ')
		if digest != nil {
			line = hex.AppendEncode(line, digest[:])
		} else {
			line = append(line, '-')
		}
		sum.Write(append(line, '\n'))
		return nil
	})
	return map[string]any{"changes": count, "digest": hex.EncodeToString(sum.Sum(nil))}
}

func (r *evaluationRun) entry(records map[string]any) evidence.Entry {
	d := r.claim.definition
	body := r.result.body(r.cause)
	body["number"] = r.writer.number
	body["verdicts"] = r.evaluation.Verdicts()
	if records != nil {
		body["records"] = records
	}
	return evidence.Entry{
		Actor: r.actor, Kind: "sync", Subject: evidence.Subject{Kind: "definition", ID: string(d.ID), Name: d.Name},
		Stream: string(d.ID), Sequence: r.writer.number, Body: body,
	}
}

func (r *evaluationRun) syncRow(now time.Time) syncRow {
	row := r.result.row(r.actor, r.cause, r.now, now)
	row.number = &r.writer.number
	if r.hold.token != "" {
		row.heldToken = r.hold.token
	}
	return row
}
