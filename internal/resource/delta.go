// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// Change is one record of a delta as it is now.
type Change struct {
	DisplayName string
	Properties  any // becomes customProperties; nil: the record is no more
	UniqueID    string
}

// PutDelta takes over some records of a system definition and leaves the others
// as they are. It is a push in all else: validated, compared, judged, flipped
// under a number of its own with its evidence, and whatever relates to the
// records is judged again before it answers. Nothing happens when nothing
// differs.
//
// collect answers the changes. It is called once the definition is held, so two
// that carry over the same thing never go back to an older state: read in it
// what is true now, not before. Of two changes of one record the later counts.
//
// Faults: Unavailable when another evaluation held the definition for too long.
func (s *Service) PutDelta(ctx context.Context, c caller.Caller, d Definition, collect func(context.Context) ([]Change, error)) (Result, error) {
	if d.Base != SystemRecord {
		return Result{}, fmt.Errorf("delta of %s: only system definitions take one", d.ID)
	}
	result, err := s.putDelta(ctx, c, d, collect)
	if err == nil && result.moved() {
		s.follow(ctx, c, d.Number)
	}
	return result, err
}

func (s *Service) putDelta(ctx context.Context, c caller.Caller, d Definition, collect func(context.Context) ([]Change, error)) (result Result, err error) {
	claim, err := s.claim(ctx, d)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, claim.release(ctx)) }()
	changes, err := collect(ctx)
	if err != nil || len(changes) == 0 {
		return Result{}, err
	}
	dl := newDelta(c, claim, causePush)
	dl.quiet, dl.result.Handling = false, Strict
	if err := dl.compare(ctx, changes); err != nil || len(dl.rows) == 0 {
		return dl.result, err
	}
	return dl.result, dl.put(ctx)
}

// newDelta begins a change of some records that is no push.
func newDelta(c caller.Caller, held *claim, cause Cause) *delta {
	now := held.service.Now()
	return &delta{
		caller: c, cause: cause, claim: held, digests: map[Item]*Digest{}, highest: held.head.Items, now: now, quiet: true,
		result: Result{Definition: held.definition, ID: db.NewID(now)}, service: held.service, was: map[Item]bool{},
	}
}

// remove makes the delta one that removes items with their marks.
func (dl *delta) remove(items []Item, marks []mark) {
	of := map[Item][]mark{}
	for _, m := range marks {
		of[m.item] = append(of[m.item], m)
	}
	for _, item := range items {
		dl.digests[item], dl.was[item] = nil, true
		dl.rows = append(dl.rows, deltaRow{item: item, known: true, marks: of[item], old: true})
	}
	dl.result.Removed, dl.result.Source = int64(len(items)), dl.source.ID
}

// delta is one run of PutDelta, or a removal of records. It is a changeset.
type delta struct {
	caller     caller.Caller
	cause      Cause
	claim      *claim
	evaluation Evaluation
	digests    map[Item]*Digest // of the records that change; nil: removed
	highest    int64
	now        time.Time // pinned for every verdict
	quiet      bool      // no push: the last one stays the last
	result     Result
	rows       []deltaRow
	service    *Service
	source     Source        // whose records change
	was        map[Item]bool // changed items that had a record at the head
}

// deltaRow is a record that becomes another.
type deltaRow struct {
	digest   Digest
	document []byte // nil: removed
	item     Item
	known    bool   // had a record
	marks    []mark // that end
	old      bool   // the uniqueId came before
	unique   string
}

// deltaStep is how many records one statement looks up and one batch holds.
const deltaStep = 250

// compare finds what differs from the records at the head.
func (dl *delta) compare(ctx context.Context, changes []Change) error {
	newest := map[string]Change{}
	for _, change := range changes {
		newest[change.UniqueID] = change
	}
	dl.result.Received, dl.result.Accepted = int64(len(newest)), int64(len(newest))
	shape, err := dl.service.shapes.of(dl.claim.definition)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(newest)), deltaStep) {
		var known map[string]deltaRow
		if err := dl.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			known, err = selectDeltaRows(ctx, tx, dl.claim.definition.Number, dl.claim.head.Number, part)
			return err
		}); err != nil {
			return err
		}
		for _, unique := range part {
			row := known[unique]
			row.unique = unique
			if err := dl.add(row, newest[unique], shape); err != nil {
				return err
			}
		}
	}
	return nil
}

// add compares one record; row is how it stands.
func (dl *delta) add(row deltaRow, change Change, shape *Shape) (err error) {
	before := row.digest
	if row.document, err = change.document(shape); err != nil {
		return err
	}
	r := &dl.result
	switch gone := row.document == nil; {
	case gone && !row.known:
		r.Unchanged++
		return nil
	case gone:
		r.Removed++
		r.RemovedSample = sample(r.RemovedSample, row.unique)
	default:
		row.digest = digestOf(row.document)
		switch {
		case row.known && row.digest == before:
			r.Unchanged++
			return nil
		case row.known:
			r.Updated++
			r.UpdatedSample = sample(r.UpdatedSample, row.unique)
		default:
			r.Created++
			r.CreatedSample = sample(r.CreatedSample, row.unique)
		}
	}
	if !row.old {
		dl.highest++
		row.item = Item(dl.highest)
	}
	dl.was[row.item], dl.digests[row.item] = row.known, nil
	if row.document != nil {
		dl.digests[row.item] = &row.digest
	}
	dl.rows = append(dl.rows, row)
	return nil
}

// document answers the record as it is stored, nil for one that is no more.
func (c Change) document(shape *Shape) ([]byte, error) {
	if c.Properties == nil {
		return nil, nil
	}
	text, err := json.Marshal(map[string]any{"uniqueId": c.UniqueID, "displayName": c.DisplayName, "customProperties": c.Properties})
	if err != nil {
		return nil, fmt.Errorf("encode record %s: %w", c.UniqueID, err)
	}
	if rejection := shape.Check(0, text, c.UniqueID, c.UniqueID != ""); rejection != nil {
		return nil, fmt.Errorf("record %s does not fit its own schema: %s", c.UniqueID, rejection.Message)
	}
	var orderer json.Orderer
	return orderer.Append(nil, text), nil
}

// put writes the rows ahead, judges them and flips.
func (dl *delta) put(ctx context.Context) error {
	evaluation, err := dl.service.Judge.Open(ctx, dl.claim.definition, dl.claim.head, dl.now)
	if err != nil {
		return err
	}
	dl.evaluation = evaluation
	writer := startAhead(ctx, dl.claim, dl.result.ID)
	defer writer.close()
	for part := range slices.Chunk(dl.rows, deltaStep) {
		if err := dl.write(ctx, part, evaluation, writer); err != nil {
			return err
		}
	}
	if err := writer.drain(ctx); err != nil {
		return err
	}
	run := &evaluationRun{
		actor: dl.caller, cause: dl.cause, changes: dl, claim: dl.claim, evaluation: evaluation, judge: dl.service.Judge, now: dl.now,
		quiet: dl.quiet, result: &dl.result, source: dl.source, writer: writer,
	}
	return run.complete(ctx)
}

func (dl *delta) write(ctx context.Context, part []deltaRow, evaluation Evaluation, writer *aheadWriter) error {
	b, d, number := &batch{size: len(part)}, dl.claim.definition, dl.claim.head.Number+1
	for _, row := range part {
		if row.known {
			b.closed = append(b.closed, row.item)
		}
		b.lifted = append(b.lifted, row.marks...)
		if row.document == nil {
			if err := evaluation.Gone(ctx, row.item); err != nil {
				return err
			}
			continue
		}
		subject := Subject{Document: row.document, Item: row.item, Known: row.known}
		if !row.old {
			subject.CreatedAt, subject.UniqueID = dl.now.UnixMilli(), row.unique
			b.items = append(b.items, int64(d.Number), int64(row.item), d.Workspace.Number, "", row.unique, dl.now.UnixMilli())
		}
		b.records = append(b.records,
			int64(d.Number), int64(row.item), number, nil, d.Workspace.Number, row.digest[:], row.digest[:], string(row.document))
		if err := evaluation.Changed(ctx, subject); err != nil {
			return err
		}
	}
	judged, err := evaluation.Take(ctx)
	if err != nil {
		return err
	}
	if judged != nil {
		b.judged = append(b.judged, judged)
	}
	return writer.put(ctx, b)
}

func (dl *delta) each(fn func(item Item, digest *Digest) error) error {
	for _, item := range slices.Sorted(maps.Keys(dl.digests)) {
		if err := fn(item, dl.digests[item]); err != nil {
			return err
		}
	}
	return nil
}

func (dl *delta) changed(item Item) bool {
	_, changed := dl.digests[item]
	return changed
}

func (dl *delta) items() int64 { return dl.highest }

// known says whether the item had a record at the head: what stands and was not
// changed had.
func (dl *delta) known(item Item) bool {
	was, changed := dl.was[item]
	return was || !changed
}
