// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// ahead collects what a run does to rows beyond the head. It implements
// resource.Ahead: once taken, another goroutine writes it.
type ahead struct {
	closed     map[int64][]int64 // items by test whose open outcome ends
	definition resource.Definition
	ended      *closings // what Write came to; the run adds it up at its flip
	now        int64     // ms, of the run
	opened     []opened
	rechecks   []recheck
	settled    map[int64][]int64 // items by test whose open recheck ends
	terms      map[int64]*terms  // by test
	touched    []valued
	turns      map[int64]map[int64]clockTurn // by test and item: rows with clocks that end
	undone     map[int64][]int64             // items by test that are taken back
	unkeyed    map[int64][]int64             // items by key whose values are taken back
	unvalued   map[int64][]int64             // items by key whose open value ends
	valued     []valued                      // values that begin
}

// valued is a value of a key: some record has it, or had.
type valued struct {
	digest int64
	item   resource.Item
	key    int64
}

type opened struct {
	clock   clock // zero where none runs
	item    resource.Item
	outcome Outcome
	test    int64
}

type recheck struct {
	at   int64
	item resource.Item
	test int64
}

func newAhead(d resource.Definition, now int64) *ahead {
	return &ahead{
		closed: map[int64][]int64{}, definition: d, ended: &closings{}, now: now, settled: map[int64][]int64{}, terms: map[int64]*terms{},
		turns: map[int64]map[int64]clockTurn{}, undone: map[int64][]int64{}, unkeyed: map[int64][]int64{}, unvalued: map[int64][]int64{},
	}
}

// next answers what collects what follows.
func (a *ahead) next() *ahead {
	n := newAhead(a.definition, a.now)
	n.terms = a.terms
	return n
}

func (a *ahead) empty() bool {
	return len(a.closed)+len(a.opened)+len(a.rechecks)+len(a.settled)+len(a.turns)+len(a.undone) == 0 && !a.hasValues()
}

// outcome notes that an item's open row, if any, gives way to a verdict. Rows
// exist only for outcomes other than passing.
func (a *ahead) outcome(test int64, item resource.Item, s state, v verdict) {
	t := a.terms[test]
	switch {
	case s.runs() && v.runsOn():
		if s.row() != v.outcome || t.again || t.told {
			a.turn(test, item, clockTurn{due: v.due, outcome: v.outcome})
		}
	case s.runs():
		a.turn(test, item, clockTurn{end: v.end(), outcome: v.outcome})
	case s.row() == v.outcome:
		return // the interval goes on
	default:
		if s.row() != OutcomeNone {
			a.closed[test] = append(a.closed[test], int64(item))
		}
		a.open(opened{item: item, outcome: v.outcome, test: test}, t, v)
	}
}

func (a *ahead) turn(test int64, item resource.Item, to clockTurn) {
	if a.turns[test] == nil {
		a.turns[test] = map[int64]clockTurn{}
	}
	a.turns[test][int64(item)] = to
}

// open notes the row of an outcome that has one. The clock of a failure starts.
func (a *ahead) open(o opened, t *terms, v verdict) {
	switch o.outcome {
	case OutcomeNone, Passing:
		return
	case Failing:
		o.clock = t.start(a.now, v.due)
	}
	a.opened = append(a.opened, o)
}

// recheck replaces the instant at which an item must be judged again.
func (a *ahead) recheck(test int64, item resource.Item, at int64) {
	a.settled[test] = append(a.settled[test], int64(item))
	if at != never {
		a.rechecks = append(a.rechecks, recheck{at, item, test})
	}
}

func (a *ahead) undo(test int64, item resource.Item) {
	a.undone[test] = append(a.undone[test], int64(item))
}

// Write writes the part under the number.
func (a *ahead) Write(ctx context.Context, tx *db.Tx, number int64) error {
	*a.ended = closings{} // a transaction may run twice
	for test, items := range a.undone {
		if err := undoItems(ctx, tx, a.definition.Number, test, number, items); err != nil {
			return err
		}
		if err := undoRemediations(ctx, tx, a.definition.Number, test, number, items, func(result string) {
			a.ended.add(test, result, -1)
		}); err != nil {
			return err
		}
	}
	for test, items := range a.closed {
		if err := closeOutcomes(ctx, tx, a.definition.Number, test, number, items); err != nil {
			return err
		}
	}
	if err := insertOutcomes(ctx, tx, a.definition, number, a.opened); err != nil {
		return err
	}
	for test, turns := range a.turns {
		if err := a.turnClocks(ctx, tx, test, number, turns); err != nil {
			return err
		}
	}
	for test, items := range a.settled {
		if err := closeRechecks(ctx, tx, a.definition.Number, test, number, items); err != nil {
			return err
		}
	}
	if err := insertRechecks(ctx, tx, a.definition, number, a.rechecks); err != nil {
		return err
	}
	return a.writeValues(ctx, tx, number)
}

func (a *ahead) hasValues() bool {
	return len(a.touched)+len(a.unkeyed)+len(a.unvalued)+len(a.valued) > 0
}

// writeValues writes what became of the values of keys.
func (a *ahead) writeValues(ctx context.Context, tx *db.Tx, number int64) error {
	if !a.hasValues() {
		return nil
	}
	for key, items := range a.unkeyed {
		if err := undoValues(ctx, tx, a.definition.Number, key, number, items); err != nil {
			return err
		}
	}
	for key, items := range a.unvalued {
		if err := closeValues(ctx, tx, key, number, items); err != nil {
			return err
		}
	}
	if err := insertValues(ctx, tx, a.definition, number, a.valued); err != nil {
		return err
	}
	return insertTouches(ctx, tx, a.definition, number, a.touched)
}
