// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// evaluation is one run over a definition: the outcomes at head become those at
// head+1. It implements resource.Evaluation.
type evaluation struct {
	ahead      *ahead
	applied    []string // exceptions by condition that Flip notes as taken into account
	asked      bool     // Wants was: all changes are told
	based      bool     // outcomes at the head are loaded
	db         *db.DB
	definition resource.Definition
	ended      []*closings // of what was handed out to be written
	ending     []int64     // tests that were switched off; Flip closes their windows
	expired    []Exception // whose time came; Flip ends them
	head       resource.Head
	judge      *Judge
	keys       []*keyed
	lifted     []string // exceptions by condition that Flip notes as taken into account no more
	links      []link
	marked     int64 // records that Wants asked for one by one
	now        int64
	sources    sources // of related definitions, since Wants
	tests      []*judged
	views      map[resource.Number]view // at the head
	waiting    []waiting
	wanted     resource.Wanted
}

// judged is one test under evaluation.
type judged struct {
	after      Status // since Flip
	broken     bool   // its rule does not fit the schema any more
	clauses    bool   // exceptions by condition were made of it, ever
	counts     Counts
	decided    []string                    // conditions that decided in this run for the first time
	due        map[resource.Item]bool      // stored records to be judged again
	evaluator  *evaluator                  // nil when broken, and of a late test until Wants
	exceptions map[resource.Item]Exception // of single records
	full       bool                        // every stored record is to be judged: the version is new
	hasWindow  bool                        // some version's verdicts hold at the head
	late       bool                        // it is judged when all changes are told, with what it relates to
	moved      bool                        // clocks began or ended, or are others
	program    *program                    // nil when broken
	tally      tally
	terms      *terms
	undecided  []undecided // conditions that have decided about no record yet
	test       testRow
	states     []state // by item
}

// state is what a run knows of one item under one test.
type state uint16

// The parts of a state: the outcome of the row that is open at the head
// (OutcomeNone: there is none), the outcome of this run (OutcomeNone: not
// judged yet), whether the item counted at the head, for late tests, whether
// it is to be judged and came with this number, and whether the row has a clock
// that runs.
const (
	rowBits    state = 7
	nowShift         = 3
	wasCounted state = 1 << 6
	isWanted   state = 1 << 7
	isNew      state = 1 << 8
	hasClock   state = 1 << 9
)

// gone is the outcome of this run for a record that is no more.
const gone = outcomes

func (s state) row() Outcome { return Outcome(s & rowBits) }

func (s state) now() Outcome { return Outcome(s >> nowShift & rowBits) }

func (s state) runs() bool { return s&hasClock != 0 }

// before answers the outcome that was shown at the head.
func (s state) before() Outcome {
	switch {
	case s&wasCounted == 0:
		return OutcomeNone
	case s.row() != OutcomeNone:
		return s.row()
	}
	return Passing
}

func (j *judged) state(item resource.Item) *state {
	if int(item) >= len(j.states) {
		grown := make([]state, max(int(item)+1, 2*len(j.states), 64))
		copy(grown, j.states)
		j.states = grown
	}
	return &j.states[item]
}

// Changed judges a record that was created or updated, under every test.
func (e *evaluation) Changed(ctx context.Context, r resource.Subject) error {
	if err := e.keyChanged(ctx, r); err != nil {
		return err
	}
	return e.changed(ctx, r)
}

// Again judges a stored record that did not change, under every test.
func (e *evaluation) Again(ctx context.Context, r resource.Subject) error {
	if err := e.keyStored(ctx, r.Item, r.Document); err != nil {
		return err
	}
	return e.changed(ctx, r)
}

func (e *evaluation) changed(ctx context.Context, r resource.Subject) error {
	if own := e.sources[e.definition.Number]; own != nil {
		own.keys = nil // this run writes them anew: they are complete at its end
	}
	if r.Known {
		if err := e.load(ctx); err != nil {
			return err
		}
	}
	var late []*judged
	for _, j := range e.tests {
		switch {
		case !j.late:
			e.judgeBy(j, r.Item, rule.Record{Doc: r.Document}, r.Known)
		case e.asked:
			late = append(late, j)
		default:
			j.mark(r.Item, r.Known)
		}
	}
	return e.wait(ctx, late, r)
}

// Stored judges a stored record, under the tests that want it.
func (e *evaluation) Stored(ctx context.Context, item resource.Item, document []byte) error {
	if err := e.load(ctx); err != nil {
		return err
	}
	if err := e.keyStored(ctx, item, document); err != nil {
		return err
	}
	var late []*judged
	for _, j := range e.tests {
		switch wanted := j.full || j.due[item] || j.wants(item); {
		case wanted && j.late:
			late = append(late, j)
		case wanted:
			e.judgeBy(j, item, rule.Record{Doc: document}, true)
		}
	}
	return e.wait(ctx, late, resource.Subject{Document: document, Item: item, Known: true})
}

// Gone takes a removed record out of every test.
func (e *evaluation) Gone(ctx context.Context, item resource.Item) error {
	if err := e.load(ctx); err != nil {
		return err
	}
	for _, j := range e.tests {
		e.settle(j, item, verdict{next: never}, true)
	}
	return e.keyGone(ctx, item)
}

// Undo forgets what this run said of an item, whose old record stands again.
func (e *evaluation) Undo(ctx context.Context, item resource.Item) error {
	if err := e.load(ctx); err != nil {
		return err
	}
	e.keyUndone(item)
	for _, j := range e.tests {
		s := j.state(item)
		if s.now() == OutcomeNone {
			*s &= rowBits | hasClock
			continue
		}
		j.counts[s.now()]--
		if s.before() != OutcomeNone {
			j.counts[s.before()]++
		}
		*s &= rowBits | hasClock
		e.ahead.undo(j.test.number, item)
	}
	return nil
}

func (e *evaluation) judgeBy(j *judged, item resource.Item, r rule.Record, known bool) {
	v := verdict{next: never, outcome: InProgress, ruled: InProgress}
	if j.evaluator != nil {
		v.ruled, v.next = j.evaluator.judge(r, e.now)
		v.outcome = v.ruled
		if j.terms.told && (v.ruled == Failing || v.ruled == InProgress) {
			v.due = j.evaluator.due(r, e.now)
		}
		j.decide(r, e.now)
		e.judge.judged.Add(1)
	}
	e.settle(j, item, j.covered(item, r, e.now, v), known)
}

// verdict is what a run says of an item under a test.
type verdict struct {
	due     *int64  // ms, that the rule tells, where the clocks go by it; nil: it tells none
	next    int64   // ms, when the outcome could change by time alone
	outcome Outcome // OutcomeNone for a record that is no more
	ruled   Outcome // by the rule, exceptions aside
}

// settle notes the verdict on an item under a test: what it does to the counts
// and to the rows beyond the head.
func (e *evaluation) settle(j *judged, item resource.Item, v verdict, known bool) {
	s := j.state(item)
	if s.now() != OutcomeNone {
		return // judged in this run already, from the same document at the same instant
	}
	if known && j.hasWindow {
		*s |= wasCounted
		j.counts[s.before()]--
	}
	now := v.outcome
	if v.outcome == OutcomeNone {
		now = gone
	} else {
		j.counts[v.outcome]++
	}
	*s |= state(now) << nowShift
	j.moved = j.moved || s.runs() || v.outcome == Failing
	e.ahead.outcome(j.test.number, item, *s, v)
	if v.next != never || known && j.mayRecheck(item, s.row()) {
		e.ahead.recheck(j.test.number, item, v.next)
	}
}

// mayRecheck says whether the item can have a row in assessment_recheck.
func (j *judged) mayRecheck(item resource.Item, row Outcome) bool {
	return j.full || row == Deactivated || j.clauses || j.due[item] || j.program == nil || j.program.relative
}

// load reads the outcomes at the head, once, when a known record needs them.
func (e *evaluation) load(ctx context.Context) error {
	if e.based {
		return nil
	}
	e.based = true
	byNumber := map[int64]*judged{}
	for _, j := range e.tests {
		byNumber[j.test.number] = j
	}
	return e.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		return eachOutcome(ctx, tx, e.definition.Number, e.head.Number, func(test int64, item resource.Item, s state) {
			if j := byNumber[test]; j != nil {
				*j.state(item) |= s
			}
		})
	})
}

// Rest closes what a full pass did not meet: rows of records that went while
// the test was switched off.
func (e *evaluation) Rest(ctx context.Context) error {
	if err := e.load(ctx); err != nil {
		return err
	}
	if err := e.resolve(ctx); err != nil {
		return err
	}
	for _, j := range e.tests {
		if !j.full {
			continue
		}
		for item := range j.states {
			if s := j.states[item]; s.row() != OutcomeNone && s.now() == OutcomeNone {
				e.settle(j, resource.Item(item), verdict{next: never}, true)
			}
		}
		if err := e.restRechecks(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// restRechecks closes those of records that passed and went while the test was
// switched off: they have no row of an outcome, and would be due for ever.
func (e *evaluation) restRechecks(ctx context.Context, j *judged) error {
	return e.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		return eachDue(ctx, tx, due{e.definition.Number, never, e.head.Number, j.test.number}, func(item resource.Item) {
			if j.state(item).now() == OutcomeNone {
				e.ahead.recheck(j.test.number, item, never)
			}
		})
	})
}

// Take answers what was judged since the last call.
func (e *evaluation) Take(ctx context.Context) (resource.Ahead, error) {
	if err := e.keyPending(ctx); err != nil || e.ahead.empty() {
		return nil, err
	}
	part := e.ahead
	e.ahead = part.next()
	e.ended = append(e.ended, part.ended)
	return part, nil
}

// Verdicts answers the digest over the outcome changes of each version: a line
// "item OUTCOME" for each record whose outcome is another, by rising item; GONE
// when it left.
func (e *evaluation) Verdicts() []resource.Verdicts {
	list := make([]resource.Verdicts, 0, len(e.tests))
	for _, j := range e.tests {
		if j.test.filter {
			continue // whoever has the records and the scope can tell
		}
		digest, changes := j.digest()
		list = append(list, resource.Verdicts{
			Changes: changes, Digest: digest, Failing: j.counts[Failing], Passing: j.counts[Passing], Test: j.test.id, Turn: j.turn(), Version: j.test.version,
		})
	}
	return list
}

func (j *judged) digest() (digest string, changes int64) {
	sum := sha256.New()
	var line []byte
	for item, s := range j.states {
		now, was := s.now(), s.before()
		if now == OutcomeNone || now == was || now == gone && was == OutcomeNone {
			continue
		}
		word := "GONE"
		if now != gone {
			word = now.String()
		}
		changes++
		line = append(strconv.AppendInt(line[:0], int64(item), 10), ' ')
		sum.Write(append(append(line, word...), '\n'))
	}
	return hex.EncodeToString(sum.Sum(nil)), changes
}
