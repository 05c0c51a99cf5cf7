// SPDX-License-Identifier: Apache-2.0

package rule

import "github.com/passmuster/muster/internal/jtd"

// Evaluator is the scratch space of one evaluation after the other. It is not
// safe for concurrent use. It keeps parts of the last document reachable.
type Evaluator struct {
	program *Program
	slots   []slot
	now     int64
	wanted  int    // slots of the current scope still to be found
	scratch []byte // decoded strings of the current record
	folded  []byte // two strings without case, for one comparison
	one     slot   // the current element of an array
	two     slot   // the current element of the other array
	key     []byte // of the current relation
	related Related
}

// Record is what is evaluated.
type Record struct {
	// Doc is the text of a record: one valid JSON object without repeated names. It
	// is only read.
	Doc []byte
	// ID is its public id. Only a program that reads it needs it (ReadsID).
	ID string
	// PresentSince is since when it has been there without a break, in unix
	// milliseconds; 0: nobody knows. Only a program that reads it needs it
	// (ReadsPresence).
	PresentSince int64
}

// NewEvaluator answers fresh scratch space. A program with relations finds no
// related record until Relate says where they are.
func (p *Program) NewEvaluator() *Evaluator {
	return &Evaluator{program: p, slots: make([]slot, p.slots)}
}

// Relate says where related records are from now on. What r answers must be of
// the instant that the evaluations are about.
func (e *Evaluator) Relate(r Related) { e.related = r }

// Eval answers the truth of the condition for a record and the next instant
// (unix milliseconds, more than nowMS) at which time alone could change it;
// math.MaxInt64 when it can't. The truth is the same at every instant from
// nowMS up to, but not including, next.
//
// doc is the text of a record: one valid JSON object without repeated names. It
// is only read, and not kept after the next call. On other text the answer
// means nothing, but Eval does not panic.
func (e *Evaluator) Eval(doc []byte, nowMS int64) (truth Truth, next int64) {
	e.load(Record{Doc: doc}, nowMS)
	return e.program.root.test(e)
}

// EvalRecord is Eval for a record whose public id is known too.
func (e *Evaluator) EvalRecord(r Record, nowMS int64) (truth Truth, next int64) {
	e.load(r, nowMS)
	return e.program.root.test(e)
}

// Eval is Evaluator.Eval on scratch space from a pool.
func (p *Program) Eval(doc []byte, nowMS int64) (truth Truth, next int64) {
	e, ok := p.pool.Get().(*Evaluator)
	if !ok {
		e = p.NewEvaluator() // the pool holds nothing else
	}
	truth, next = e.Eval(doc, nowMS)
	p.pool.Put(e)
	return truth, next
}

func (e *Evaluator) load(r Record, nowMS int64) {
	e.now = nowMS
	e.scratch = e.scratch[:0]
	e.read(e.program.record, r.Doc)
	if e.program.id >= 0 {
		e.slots[e.program.id].setID(r.ID)
	}
	if e.program.since >= 0 {
		e.slots[e.program.since].setSince(r.PresentSince)
	}
}

// tally counts elements by the truth of the inner condition.
type tally struct{ trues, unknowns, falses int }

func (t *tally) add(truth Truth) {
	switch truth {
	case True:
		t.trues++
	case Unknown:
		t.unknowns++
	default:
		t.falses++
	}
}

// decides answers the truth of an element that settles the quantifier without
// looking at the others.
func (s *step) decides(truth Truth) bool {
	switch s.quantifier {
	case quantAll:
		return truth == False
	case quantAtLeast:
		return false
	}
	return truth == True
}

// truth answers what the quantifier makes of all elements, or of those up to
// one that decides.
func (s *step) truth(t tally) Truth {
	switch s.quantifier {
	case quantAll:
		return leastOf(t)
	case quantNone:
		return greatestOf(t).Not()
	case quantAtLeast:
		switch {
		case t.trues >= s.n:
			return True
		case t.trues+t.unknowns < s.n:
			return False
		}
		return Unknown
	}
	return greatestOf(t)
}

// leastOf is Kleene's and over the elements; over none it is true.
func leastOf(t tally) Truth {
	switch {
	case t.falses > 0:
		return False
	case t.unknowns > 0:
		return Unknown
	}
	return True
}

// greatestOf is Kleene's or over the elements; over none it is false.
func greatestOf(t tally) Truth {
	switch {
	case t.trues > 0:
		return True
	case t.unknowns > 0:
		return Unknown
	}
	return False
}

// elementTest is the test of an element node.
func (s *step) elementTest(e *Evaluator) (Truth, int64) {
	array := &e.slots[s.slot]
	if array.kind != kindArray {
		return Unknown, never
	}
	var count tally
	next := int64(never)
	mark := len(e.scratch)
	inner := s.children[0].test
	for each := jtd.ElementsOf(array.raw); each.Next(); {
		e.read(s.elements, each.Value())
		truth, n := inner(e)
		e.scratch = e.scratch[:mark]
		count.add(truth)
		if s.decides(truth) {
			next = n
			break
		}
		next = min(next, n)
	}
	return s.truth(count), next
}
