// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/jtd"
)

// groupSentence says how the parts of all, any or not came out.
func (t *Trace) groupSentence() string {
	if t.Kind == KindNot {
		switch t.Truth {
		case True:
			return "the condition inside does not hold"
		case False:
			return "the condition inside holds"
		}
		return "the condition inside is unknown"
	}
	var count tally
	for _, child := range t.Children {
		count.add(child.Truth)
	}
	return tallySentence(count, "condition", "")
}

// tallySentence says how many of several hold.
func tallySentence(count tally, noun, of string) string {
	total := count.trues + count.unknowns + count.falses
	verb := "hold"
	if count.trues == 1 {
		verb = "holds"
	}
	text := fmt.Sprintf("%d of %s%s %s", count.trues, plural(total, noun), of, verb)
	if count.unknowns > 0 {
		text += fmt.Sprintf(", %d unknown", count.unknowns)
	}
	return text
}

func (s *step) elementSentence(t *Trace, count tally, wanted bool) string {
	total := count.trues + count.unknowns + count.falses
	text := t.Field + " has no elements"
	if total > 0 {
		text = tallySentence(count, "element", " of "+t.Field)
	}
	if !wanted || t.Truth != False || s.quantifier != quantAny && s.quantifier != quantAtLeast {
		return text
	}
	return fmt.Sprintf("%s, must be at least %d", text, max(1, s.n))
}

// missingSentence says why a value could not be compared: it is not there, or
// not what the comparison is about.
func missingSentence(field string, actual []byte, expected string) string {
	if len(actual) == 0 || actual[0] == 'n' {
		return field + " is not reported"
	}
	return field + " is " + showValue(actual, "") + ", which is not " + expected
}

// leafSentence says what the field is and, where the leaf did not come out as
// wanted, what it must be.
func (s *step) leafSentence(e *Evaluator, t *Trace, wanted bool) string {
	if t.Truth == Unknown {
		return s.unknownSentence(e, t)
	}
	stem, plain := s.stem(e, t)
	says := s.phrase(s.operandText(e))
	if (t.Truth == True) != wanted {
		if !wanted {
			says = says.opposite()
		}
		return stem + ", " + says.must()
	}
	if t.Truth == False {
		says = says.opposite()
	}
	if plain || says.says() == strings.TrimPrefix(stem, t.Field+" ") {
		return stem
	}
	return stem + ", which " + says.says()
}

// stem is the first half of a leaf's sentence: what the field is. plain says
// that it already tells the truth of the leaf.
func (s *step) stem(e *Evaluator, t *Trace) (text string, plain bool) {
	x := &e.slots[s.slot]
	switch s.op.takes() {
	case takesCount:
		n := 0
		for each := jtd.ElementsOf(x.raw); each.Next(); {
			n++
		}
		return t.Field + " has " + plural(n, "element"), true
	case takesNone:
		plain = true
	}
	switch {
	case x.kind == kindMissing:
		return t.Field + " is missing", true
	case plain && x.kind == kindText && len(x.raw) == len(`""`) && (s.op == OpIsEmpty || s.op == OpNotEmpty):
		return t.Field + " is empty", true
	case s.op == OpExists && x.kind != kindNull:
		return t.Field + " is present", true
	}
	return t.Field + " is " + showValue(x.raw, s.op), plain
}

// operandText writes the operand for a sentence; another field shows its value.
func (s *step) operandText(e *Evaluator) string {
	if s.value == nil {
		return ""
	}
	if s.value.form == operandField {
		return s.value.text(s.op) + " (" + showValue(s.others[0].get(e).value(), s.op) + ")"
	}
	if s.op != OpBetween {
		return s.valueText()
	}
	var ends [2]string
	for i := range ends {
		ends[i] = s.value.list[i].text(s.op)
		if s.others[i].slot >= 0 {
			ends[i] += " (" + showValue(s.others[i].get(e).value(), s.op) + ")"
		}
	}
	return ends[0] + " and " + ends[1]
}

// unknownSentence says which value left the leaf undecided.
func (s *step) unknownSentence(e *Evaluator, t *Trace) string {
	x := &e.slots[s.slot]
	if fits, expected := s.fits(x); !fits {
		return missingSentence(t.Field, t.Actual, expected)
	}
	for i := range s.others {
		y := s.others[i].get(e)
		fits, expected := s.compare.takes(y), s.compare.word()
		if s.list {
			fits, expected = y.kind == kindArray || s.others[i].slot < 0, "an array"
		}
		if !fits {
			return missingSentence(inside(t.prefix, s.operands[i].field), y.value(), expected)
		}
	}
	field := t.Field
	if x.kind != kindArray && s.list {
		field = inside(t.prefix, s.operands[0].field)
	}
	return field + " has an element that is not reported"
}

// fits says whether the field's value is of the kind that the leaf is about,
// and what that kind is called.
func (s *step) fits(x *slot) (ok bool, expected string) {
	array := x.kind == kindArray
	switch {
	case s.op == OpIsEmpty || s.op == OpNotEmpty:
		return array && s.shape.typ != TypeString || x.kind == kindText && s.shape.typ != TypeArray, "a string or an array"
	case s.op.takes() == takesDuration:
		return compareTime.takes(x), compareTime.word()
	case s.op.takes() == takesPattern:
		return compareText.takes(x), compareText.word()
	case s.shape.typ == TypeArray, s.op.takes() == takesCount, s.list && s.op != OpIn && s.op != OpNotIn:
		return array, "an array"
	case s.op == OpContains && s.shape.typ == TypeAny:
		return array || x.kind == kindText, "a string or an array"
	}
	return s.compare.takes(x), s.compare.word()
}

// word names one value of the kind, with its article.
func (c comparand) word() string {
	switch c {
	case compareBool:
		return "a boolean"
	case compareNumber:
		return "a number"
	case compareText:
		return "a string"
	case compareTime:
		return "a timestamp"
	}
	return "a string, a number or a boolean"
}
