// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Late tests read more than the document of a record: what it relates to, or its
// public id. They are judged when all changes of a run are told and written, many
// records at once, so that few statements look up what they need. A definition
// that relates to itself finds the records of the very number that is being made.

// waiting is a record that late tests are going to judge.
type waiting struct {
	known  bool
	record rule.Record
	item   resource.Item
	tests  []*judged
}

// waitStep is how many records are judged at once.
const waitStep = 500

// mark notes that a late test has to judge a record.
func (j *judged) mark(item resource.Item, known bool) {
	s := j.state(item)
	*s |= isWanted
	if !known {
		*s |= isNew
	}
}

func (j *judged) wants(item resource.Item) bool {
	return int(item) < len(j.states) && j.states[item]&isWanted != 0
}

func (j *judged) isNew(item resource.Item) bool {
	return int(item) < len(j.states) && j.states[item]&isNew != 0
}

// wait keeps a record for the tests that judge it late.
func (e *evaluation) wait(ctx context.Context, tests []*judged, r resource.Subject) error {
	if len(tests) == 0 {
		return nil
	}
	e.waiting = append(e.waiting, waiting{
		item: r.Item, known: r.Known, record: rule.Record{Doc: slices.Clone(r.Document)}, tests: tests,
	})
	if len(e.waiting) < waitStep {
		return nil
	}
	return e.resolve(ctx)
}

// resolve judges what waits.
func (e *evaluation) resolve(ctx context.Context) error {
	if len(e.waiting) == 0 {
		return nil
	}
	if err := e.identify(ctx); err != nil {
		return err
	}
	var finders []*finder
	for _, w := range e.waiting {
		for _, j := range w.tests {
			if j.evaluator != nil {
				j.evaluator.want(w.record)
			}
		}
	}
	for _, j := range e.tests {
		if j.late && j.evaluator != nil {
			finders = append(finders, j.evaluator.finders...)
		}
	}
	read := func(fn func(context.Context, *db.Tx) error) error { return e.db.Read(ctx, fn) }
	if err := fetch(read, e.expected(), finders...); err != nil {
		return fmt.Errorf("look up related records: %w", err)
	}
	for _, w := range e.waiting {
		for _, j := range w.tests {
			e.judgeBy(j, w.item, w.record, w.known && !j.isNew(w.item))
		}
	}
	e.waiting = e.waiting[:0]
	for _, j := range e.tests {
		if j.late && j.evaluator != nil {
			if err := j.evaluator.failure(); err != nil {
				return err
			}
		}
	}
	return nil
}

// expected answers about how many records this run judges.
func (e *evaluation) expected() int64 {
	if e.wanted.All {
		return max(e.head.Current, e.marked)
	}
	return max(e.marked, int64(len(e.waiting)))
}

// identify adds to what waits what stands in no document, where a rule reads it: public
// ids, and since when records have been there.
func (e *evaluation) identify(ctx context.Context) error {
	ids, presences := false, false
	for _, j := range e.tests {
		if j.late && j.program != nil {
			ids, presences = ids || j.program.readsID(), presences || j.program.readsPresence()
		}
	}
	if !ids && !presences {
		return nil
	}
	items := make([]resource.Item, len(e.waiting))
	for i, w := range e.waiting {
		items[i] = w.item
	}
	return e.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		known, err := resource.Identities(ctx, tx, e.definition.Number, items)
		for i := range e.waiting {
			w := &e.waiting[i]
			w.record.ID = e.definition.PublicID(w.item, known[w.item].CreatedAt, known[w.item].UniqueID)
		}
		if err != nil || !presences {
			return err
		}
		present, err := resource.PresentSince(ctx, tx, resource.Stretch{Definition: e.definition.Number, Number: e.head.Number + 1}, e.now, items)
		for i := range e.waiting {
			e.waiting[i].record.PresentSince = present[e.waiting[i].item]
		}
		return err
	})
}

// readsID says whether a condition reads the public id of the record.
func (p *program) readsID() bool {
	return slices.ContainsFunc(p.parts(), func(part part) bool { return part.program.ReadsID() })
}

// readsPresence says whether a condition reads since when the record has been there.
func (p *program) readsPresence() bool {
	return p.condition.ReadsPresence() || p.scope != nil && p.scope.ReadsPresence() ||
		slices.ContainsFunc(p.dues, func(d dueProgram) bool { return d.at.ReadsPresence() })
}

// Wants says which stored records must be judged: those that new versions,
// exceptions and dates ask for, and those that changed records are related to.
func (e *evaluation) Wants(ctx context.Context) (resource.Wanted, error) {
	if e.asked {
		return e.wanted, nil
	}
	e.asked = true
	if err := e.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := e.pin(ctx, tx); err != nil {
			return err
		}
		return e.wantRelated(ctx, tx)
	}); err != nil {
		return resource.Wanted{}, fmt.Errorf("see what related records changed: %w", err)
	}
	for _, j := range e.tests {
		if j.late {
			j.evaluator = j.program.relating(e.sources, e.now)
		}
	}
	e.wanted = e.wantedItems()
	return e.wanted, nil
}

// pin settles at which numbers related records are read.
func (e *evaluation) pin(ctx context.Context, tx *db.Tx) error {
	e.sources = sources{}
	for _, number := range e.related() {
		d, err := resource.LookUp(ctx, tx, number)
		if err != nil {
			return err
		}
		head, err := resource.HeadOf(ctx, tx, number)
		if err != nil {
			return err
		}
		at := head.Number
		if number == e.definition.Number {
			at = e.head.Number + 1 // what this run is making
		}
		if e.sources[number], err = sourceAt(ctx, tx, d, head, at); err != nil {
			return err
		}
	}
	return nil
}

// related answers the definitions that tests relate to, or did.
func (e *evaluation) related() (numbers []resource.Number) {
	for _, l := range e.links {
		numbers = append(numbers, l.related)
	}
	for _, j := range e.tests {
		if j.program != nil {
			for _, d := range j.program.definitions() {
				numbers = append(numbers, d.Number)
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// wantRelated marks the records whose related ones have changed since the verdicts
// that stand.
func (e *evaluation) wantRelated(ctx context.Context, tx *db.Tx) error {
	for _, j := range e.tests {
		if j.program == nil || j.full || len(j.program.relations()) == 0 {
			continue
		}
		links, err := j.program.links(e.keyNumber(ctx, tx))
		if err != nil {
			return err
		}
		for _, l := range links {
			if err := e.wantLinked(ctx, tx, j, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyNumber answers numbers of keys, 0 for those that are not kept.
func (e *evaluation) keyNumber(ctx context.Context, tx *db.Tx) func(resource.Number, string) (int64, error) {
	return func(d resource.Number, fields string) (int64, error) {
		keys, err := selectKeys(ctx, tx, d)
		for _, k := range keys {
			if k.fields == fields && k.since != 0 {
				return k.number, err
			}
		}
		return 0, err
	}
}

// wantLinked marks the records of one test that have a value which changed records
// of one related definition have, or had.
func (e *evaluation) wantLinked(ctx context.Context, tx *db.Tx, j *judged, l link) error {
	s, v := e.sources[l.related], e.views[l.related]
	moved := span{l.related, v.number, s.number}
	if moved.after >= moved.last {
		return nil
	}
	if l.ours == 0 || l.theirs == 0 || !slices.Contains(e.links, l) {
		j.full = true // nobody keeps what would tell which
		return nil
	}
	touched, any := map[int64]bool{}, false
	if err := eachTouched(ctx, tx, moved, func(t valued) {
		if t.key == l.theirs {
			any = any || t.item == 0
			touched[t.digest] = true
		}
	}); err != nil {
		return err
	}
	if any {
		j.full = true
		return nil
	}
	digests := make([]int64, 0, len(touched))
	for d := range touched {
		digests = append(digests, d)
	}
	return eachValued(ctx, tx, l.ours, e.head.Number+1, digests, func(item resource.Item) { j.mark(item, true) })
}

// wantedItems sums up what tests want. Where it is much of all, all is asked for;
// Stored picks.
func (e *evaluation) wantedItems() (w resource.Wanted) {
	w.Flip = len(e.expired) > 0
	for _, k := range e.keys {
		w.All = w.All || k.unfilled()
	}
	for _, j := range e.tests {
		w.All = w.All || j.full
		for item := range j.due {
			w.Items = append(w.Items, item)
		}
		for item := range j.states {
			if j.states[item]&isWanted != 0 {
				w.Items = append(w.Items, resource.Item(item))
			}
		}
	}
	slices.Sort(w.Items)
	w.Items = slices.Compact(w.Items)
	e.marked = int64(len(w.Items))
	if w.All = w.All || len(w.Items) > 1000 && int64(len(w.Items)) > e.head.Items/4; w.All {
		w.Items = nil
	}
	return w
}
