// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bytes"

	"github.com/passmuster/muster/internal/jtd"
)

// leafTest picks the test of a leaf. Each is unknown as soon as a value is
// missing, null, or of another kind than the comparison is about.
func (s *step) leafTest() test {
	switch s.op {
	case OpExists, OpMissing, OpIsNull, OpNotNull:
		return s.presenceTest()
	case OpIsEmpty, OpNotEmpty:
		return s.emptyTest
	case OpWithinLast, OpOlderThan, OpWithinNext, OpFurtherThan:
		return s.relativeTest
	case OpMatches:
		return s.matchTest
	case OpLengthEquals, OpLengthGt, OpLengthGte, OpLengthLt, OpLengthLte:
		return s.lengthTest
	case OpBetween:
		return s.betweenTest
	case OpIn, OpNotIn:
		return s.inTest()
	case OpContainsAny, OpContainsAll, OpContainsNone:
		return s.arrayTest()
	case OpContains, OpNotContains, OpStartsWith, OpEndsWith:
		return s.partTest()
	}
	return s.compareTest()
}

func (s *step) presenceTest() test {
	var holds [kindObject + 1]Truth
	for k := range kind(len(holds)) {
		switch s.op {
		case OpExists:
			holds[k] = truthOf(k != kindMissing)
		case OpMissing:
			holds[k] = truthOf(k == kindMissing)
		case OpIsNull:
			holds[k] = truthOf(k == kindNull)
		default:
			holds[k] = truthOf(k > kindNull)
		}
	}
	slot := s.slot
	return func(e *Evaluator) (Truth, int64) { return holds[e.slots[slot].kind], never }
}

func (s *step) emptyTest(e *Evaluator) (Truth, int64) {
	x := &e.slots[s.slot]
	var empty bool
	switch {
	case x.kind == kindText && s.shape.typ != TypeArray:
		empty = len(x.raw) == len(`""`)
	case x.kind == kindArray && s.shape.typ != TypeString:
		each := jtd.ElementsOf(x.raw)
		empty = !each.Next()
	default:
		return Unknown, never
	}
	return truthOf(empty == (s.op == OpIsEmpty)), never
}

func (s *step) relativeTest(e *Evaluator) (Truth, int64) {
	x := &e.slots[s.slot]
	if x.kind != kindText || !x.isTime {
		return Unknown, never
	}
	holds, next := x.time.relative(s.op, s.duration, e.now)
	return truthOf(holds), next
}

func (s *step) matchTest(e *Evaluator) (Truth, int64) {
	x := &e.slots[s.slot]
	if x.kind != kindText {
		return Unknown, never
	}
	return truthOf(s.pattern.Match(x.text)), never
}

func (s *step) lengthTest(e *Evaluator) (Truth, int64) {
	x, y := &e.slots[s.slot], s.others[0].get(e)
	if x.kind != kindArray || y.kind != kindNumber {
		return Unknown, never
	}
	length := 0
	for each := jtd.ElementsOf(x.raw); each.Next(); {
		length++
	}
	text := appendInt(e.folded[:0], length)
	e.folded = text
	return truthOf(s.op.order().has(compareNumbers(parseNumber(text), text, y.number, y.raw))), never
}

// compareTest is the test of equals and of the operators that order.
func (s *step) compareTest() test {
	slot, other, order := s.slot, &s.others[0], s.op.order()
	switch {
	case s.compare == compareBool && other.slot < 0:
		want := other.literal.isTrue == (s.op == OpEquals)
		return func(e *Evaluator) (Truth, int64) {
			x := &e.slots[slot]
			if x.kind != kindBool {
				return Unknown, never
			}
			return truthOf(x.isTrue == want), never
		}
	case s.compare == compareNumber:
		return func(e *Evaluator) (Truth, int64) {
			x, y := &e.slots[slot], other.get(e)
			if x.kind != kindNumber || y.kind != kindNumber {
				return Unknown, never
			}
			return truthOf(order.has(compareNumbers(x.number, x.raw, y.number, y.raw))), never
		}
	case s.compare == compareTime && s.op != OpEquals && s.op != OpNotEquals:
		return func(e *Evaluator) (Truth, int64) {
			x, y := &e.slots[slot], other.get(e)
			if x.kind != kindText || !x.isTime || y.kind != kindText || !y.isTime {
				return Unknown, never
			}
			return truthOf(order.has(x.time.compare(other.instant(y)))), never
		}
	}
	negated := s.op == OpNotEquals
	return func(e *Evaluator) (Truth, int64) {
		truth := s.same(&e.slots[slot], other.get(e))
		if negated {
			truth = truth.Not()
		}
		return truth, never
	}
}

// same compares two single values for equality.
func (s *step) same(x, y *slot) Truth {
	if x.kind != y.kind || !s.compare.takes(x) || !s.compare.takes(y) {
		return Unknown
	}
	switch {
	case x.kind == kindBool:
		return truthOf(x.isTrue == y.isTrue)
	case x.kind == kindNumber:
		return truthOf(compareNumbers(x.number, x.raw, y.number, y.raw) == 0)
	case s.compare == compareTime:
		return truthOf(x.time == y.time)
	case s.ignoreCase:
		return truthOf(bytes.EqualFold(x.text, y.text))
	}
	return truthOf(bytes.Equal(x.text, y.text))
}

// takes says whether a value is of the kind that is compared.
func (c comparand) takes(x *slot) bool {
	switch c {
	case compareAny:
		return x.kind == kindBool || x.kind == kindNumber || x.kind == kindText
	case compareBool:
		return x.kind == kindBool
	case compareNumber:
		return x.kind == kindNumber
	case compareText:
		return x.kind == kindText
	case compareTime:
		return x.kind == kindText && x.isTime
	}
	return false
}

func (s *step) betweenTest(e *Evaluator) (Truth, int64) {
	x, low, high := &e.slots[s.slot], s.others[0].get(e), s.others[1].get(e)
	if !s.compare.takes(x) || !s.compare.takes(low) || !s.compare.takes(high) {
		return Unknown, never
	}
	if s.compare == compareTime {
		first, last := s.others[0].instant(low), s.others[1].instant(high)
		return truthOf(first.compare(x.time) <= 0 && x.time.compare(last) <= 0), never
	}
	return truthOf(compareNumbers(low.number, low.raw, x.number, x.raw) <= 0 &&
		compareNumbers(x.number, x.raw, high.number, high.raw) <= 0), never
}

// partTest is the test of contains and its like: on text, or on an array.
func (s *step) partTest() test {
	onArray := s.arrayTest()
	if s.shape.typ == TypeArray {
		return onArray
	}
	negated := s.op == OpNotContains
	return func(e *Evaluator) (Truth, int64) {
		x, y := &e.slots[s.slot], s.others[0].get(e)
		if x.kind == kindArray && s.shape.typ == TypeAny && s.op == OpContains {
			return onArray(e)
		}
		if x.kind != kindText || y.kind != kindText {
			return Unknown, never
		}
		a, b := x.text, y.text
		if s.ignoreCase {
			a, b = e.fold(a, b)
		}
		return truthOf(s.part(a, b) != negated), never
	}
}

func (s *step) part(a, b []byte) bool {
	switch s.op {
	case OpStartsWith:
		return bytes.HasPrefix(a, b)
	case OpEndsWith:
		return bytes.HasSuffix(a, b)
	}
	return bytes.Contains(a, b)
}

// fold answers both texts without case; they live until the next comparison.
func (e *Evaluator) fold(a, b []byte) (foldedA, foldedB []byte) {
	text := appendFold(e.folded[:0], a)
	end := len(text)
	text = appendFold(text, b)
	e.folded = text
	return text[:end], text[end:]
}
