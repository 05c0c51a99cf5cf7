// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strconv"

	"github.com/passmuster/muster/internal/jtd"
)

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }

// inTest is the test of in and not_in.
func (s *step) inTest() test {
	negated, lookup := s.op == OpNotIn, s.lookup()
	return func(e *Evaluator) (Truth, int64) {
		x := &e.slots[s.slot]
		if !s.compare.takes(x) {
			return Unknown, never
		}
		truth := lookup(e, x)
		if negated {
			truth = truth.Not()
		}
		return truth, never
	}
}

// manyMembers is from where on a search is faster than comparing one by one.
const manyMembers = 9

// lookup answers what tells whether a value of the kind that is compared is
// among the operands.
func (s *step) lookup() func(e *Evaluator, x *slot) Truth {
	switch {
	case len(s.others) < manyMembers:
		return s.among
	case s.compare == compareText:
		known := make(map[string]bool, len(s.others))
		for i := range s.others {
			known[string(s.key(&Evaluator{}, s.others[i].literal.text))] = true
		}
		return func(e *Evaluator, x *slot) Truth { return truthOf(known[string(s.key(e, x.text))]) }
	case s.compare == compareNumber:
		sorted := slices.SortedFunc(slices.Values(s.others), func(a, b source) int {
			return compareNumbers(a.literal.number, a.literal.raw, b.literal.number, b.literal.raw)
		})
		return func(_ *Evaluator, x *slot) Truth {
			_, found := slices.BinarySearchFunc(sorted, x, func(a source, x *slot) int {
				return compareNumbers(a.literal.number, a.literal.raw, x.number, x.raw)
			})
			return truthOf(found)
		}
	}
	return s.among
}

// key is what texts are looked up by.
func (s *step) key(e *Evaluator, text []byte) []byte {
	if !s.ignoreCase {
		return text
	}
	e.folded = appendFold(e.folded[:0], text)
	return e.folded
}

// among says whether x is one of the list: the literals, or the elements of
// the other field. It is Kleene's or over its members.
func (s *step) among(e *Evaluator, x *slot) Truth {
	if len(s.others) > 0 && s.list && s.others[0].slot >= 0 {
		other := &e.slots[s.others[0].slot]
		if other.kind != kindArray {
			return Unknown
		}
		return s.anyElement(e, other.raw, &e.two, x)
	}
	result := False
	for i := range s.others {
		if result = max(result, s.same(x, s.others[i].get(e))); result == True {
			break
		}
	}
	return result
}

// anyElement says whether an element of an array equals y; the elements pass
// through the slot into.
func (s *step) anyElement(e *Evaluator, array []byte, into, y *slot) Truth {
	mark, result := len(e.scratch), False
	for each := jtd.ElementsOf(array); each.Next() && result != True; {
		e.scratch = into.set(each.Value(), needsOf(s.compare), e.scratch)
		result = max(result, s.same(into, y))
		e.scratch = e.scratch[:mark]
	}
	return result
}

// arrayTest is the test of contains and contains_any, _all and _none on arrays.
// A null element compares as unknown, by Kleene's logic.
func (s *step) arrayTest() test {
	literals := s.list && s.others[0].slot < 0
	lookup := s.lookup()
	return func(e *Evaluator) (Truth, int64) {
		x := &e.slots[s.slot]
		switch {
		case x.kind != kindArray:
			return Unknown, never
		case !s.list:
			y := s.others[0].get(e)
			if !s.compare.takes(y) {
				return Unknown, never
			}
			return s.anyElement(e, x.raw, &e.one, y), never
		case !literals:
			other := &e.slots[s.others[0].slot]
			if other.kind != kindArray {
				return Unknown, never
			}
			return s.containsElements(e, x.raw, other.raw), never
		case s.op == OpContainsAll:
			return s.containsAll(e, x.raw), never
		}
		return s.containsAny(e, x.raw, lookup), never
	}
}

// containsAny is the truth of contains_any and contains_none for literals: one
// pass over the array, each element looked up.
func (s *step) containsAny(e *Evaluator, array []byte, lookup func(*Evaluator, *slot) Truth) Truth {
	all, mark := s.newGather(), len(e.scratch)
	for each := jtd.ElementsOf(array); each.Next(); {
		e.scratch = e.one.set(each.Value(), needsOf(s.compare), e.scratch)
		truth := Unknown
		if s.compare.takes(&e.one) {
			truth = lookup(e, &e.one)
		}
		e.scratch = e.scratch[:mark]
		if all.add(truth) {
			break
		}
	}
	return all.result()
}

// containsAll is the truth of contains_all for literals.
func (s *step) containsAll(e *Evaluator, array []byte) Truth {
	all := s.newGather()
	for i := range s.others {
		if all.add(s.anyElement(e, array, &e.one, &s.others[i].literal)) {
			break
		}
	}
	return all.result()
}

// containsElements holds the elements of one array against those of another.
func (s *step) containsElements(e *Evaluator, array, other []byte) Truth {
	all, mark := s.newGather(), len(e.scratch)
	for each := jtd.ElementsOf(other); each.Next(); {
		e.scratch = e.two.set(each.Value(), needsOf(s.compare), e.scratch)
		done := all.add(s.anyElement(e, array, &e.one, &e.two))
		e.scratch = e.scratch[:mark]
		if done {
			break
		}
	}
	return all.result()
}

// gather sums up the truths of the members of a list: all of them for
// contains_all, any of them for the others.
type gather struct {
	op   Op
	best Truth
}

func (s *step) newGather() gather {
	return gather{op: s.op, best: truthOf(s.op == OpContainsAll)}
}

// add takes one more and says whether the others no longer matter.
func (f *gather) add(t Truth) bool {
	if f.op == OpContainsAll {
		f.best = min(f.best, t)
		return f.best == False
	}
	f.best = max(f.best, t)
	return f.best == True
}

func (f *gather) result() Truth {
	if f.op == OpContainsNone {
		return f.best.Not()
	}
	return f.best
}
