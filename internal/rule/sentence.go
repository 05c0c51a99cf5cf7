// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"strings"

	"github.com/passmuster/muster/internal/jtd"
)

// Sentence says the condition in English: active is true and memory is at
// least 8192. Strings are quoted, so a bare word is a field. Where groups of
// different kinds nest, the inner one stands in brackets.
func (n *Node) Sentence() string {
	switch n.kind {
	case KindAll, KindAny:
		return n.groupSentence()
	case KindNot:
		inner := n.children[0]
		if inner.kind == KindLeaf && !inner.phrase("").negative {
			return subject(inner.field) + " " + inner.phrase("").opposite().says()
		}
		return "not (" + inner.Sentence() + ")"
	case KindElement:
		return n.manySentence("element", "of "+subject(n.field))
	case KindRelation:
		return n.relationSentence()
	}
	return subject(n.field) + " " + n.phrase("").says()
}

func (n *Node) groupSentence() string {
	if len(n.children) == 1 {
		return n.children[0].Sentence()
	}
	word := " and "
	if n.kind == KindAny {
		word = " or "
	}
	parts := make([]string, len(n.children))
	for i, child := range n.children {
		parts[i] = child.Sentence()
		if child.branches() {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, word)
}

// branches says whether the sentence has an and or an or of its own.
func (n *Node) branches() bool {
	if n.kind != KindAll && n.kind != KindAny {
		return false
	}
	return len(n.children) > 1 || n.children[0].branches()
}

// manySentence says a quantifier over elements or records.
func (n *Node) manySentence(noun, of string) string {
	inner := "(" + n.children[0].Sentence() + ")"
	switch n.quantifier {
	case quantAll:
		return "every " + noun + " " + of + " has " + inner
	case quantNone:
		return "no " + noun + " " + of + " has " + inner
	case quantAtLeast:
		verb := " have "
		if n.n == 1 {
			verb = " has "
		}
		return "at least " + plural(n.n, noun) + " " + of + verb + inner
	}
	return "some " + noun + " " + of + " has " + inner
}

func (n *Node) relationSentence() string {
	of := "of " + n.relatedWords()
	if n.quantifier != quantCount {
		return n.manySentence("record", of)
	}
	return "the number of records " + of + " that have (" + n.children[0].Sentence() + ") " + n.countPhrase().says()
}

// countPhrase is what a relation says of the number of records.
func (n *Node) countPhrase() phrase {
	count := Node{kind: KindLeaf, op: n.op, value: n.value}
	return count.phrase("")
}

// relatedWords says which records a relation looks at: people with the same
// email; laptops or desktops whose owner is the same as email.
func (n *Node) relatedWords() string {
	var same, other []string
	for _, pair := range n.on {
		ours, theirs := pair.ours.String(), pair.theirs.String()
		if ours == theirs {
			same = append(same, ours)
		} else {
			other = append(other, theirs+" is the same as "+ours)
		}
	}
	var keys []string
	if len(same) > 0 {
		keys = append(keys, "with the same "+strings.Join(same, " and "))
	}
	if len(other) > 0 {
		keys = append(keys, "whose "+strings.Join(other, " and "))
	}
	text := strings.Join(n.related, " or ") + " " + strings.Join(keys, " and ")
	if n.ignoreCase {
		text += " (ignoring case)"
	}
	return text
}

// subject names a field in a sentence.
func subject(p path) string {
	if len(p) == 0 {
		return "it"
	}
	return p.String()
}

// phrase is what a leaf says of its field, in a form that bends.
type phrase struct {
	verb     string // "" for "be", else the base form: contain, have
	third    string // is, contains, has
	rest     string
	negative bool
}

func (p phrase) opposite() phrase {
	p.negative = !p.negative
	return p
}

// says is the statement: is true, does not contain "x".
func (p phrase) says() string {
	switch {
	case !p.negative:
		return p.third + " " + p.rest
	case p.verb == "":
		return p.third + " not " + p.rest
	}
	return "does not " + p.verb + " " + p.rest
}

// must is the demand: must be true, must not contain "x".
func (p phrase) must() string {
	verb, not := p.verb, ""
	if verb == "" {
		verb = "be"
	}
	if p.negative {
		not = "not "
	}
	return "must " + not + verb + " " + p.rest
}

func be(rest string) phrase { return phrase{third: "is", rest: rest} }

func have(rest string) phrase { return phrase{verb: "have", third: "has", rest: rest} }

// phrase answers what a leaf says. value replaces the text of its value.
func (n *Node) phrase(value string) phrase {
	if value == "" && n.value != nil {
		value = n.valueText()
	}
	p := n.plainPhrase(value)
	switch n.op {
	case OpContainsNone, OpNotEquals, OpNotIn, OpNotContains, OpNotEmpty:
		p.negative = true
	}
	if n.ignoreCase {
		p.rest += " (ignoring case)"
	}
	return p
}

// plainPhrase is the phrase without negation.
func (n *Node) plainPhrase(value string) phrase {
	switch n.op {
	case OpExists:
		return be("present")
	case OpMissing:
		return be("missing")
	case OpIsNull:
		return be("null")
	case OpNotNull:
		return have("a value")
	case OpIsEmpty, OpNotEmpty:
		return be("empty")
	case OpEquals, OpNotEquals:
		if n.comparesFields() {
			return be("the same as " + value)
		}
		return be(value)
	case OpIn, OpNotIn:
		if n.comparesFields() {
			return be("in " + value)
		}
		return be("one of " + value)
	case OpLengthEquals, OpLengthGt, OpLengthGte, OpLengthLt, OpLengthLte:
		return n.lengthPhrase(value)
	case OpWithinLast, OpOlderThan, OpWithinNext, OpFurtherThan:
		return n.durationPhrase()
	}
	return n.orderPhrase(value)
}

// orderPhrase is the phrase of what compares with, or looks inside, a value.
func (n *Node) orderPhrase(value string) phrase {
	switch n.op {
	case OpGt:
		return be("above " + value)
	case OpGte:
		return be("at least " + value)
	case OpLt:
		return be("below " + value)
	case OpLte:
		return be("at most " + value)
	case OpBetween:
		return be("between " + value)
	case OpBefore, OpAfter:
		return be(string(n.op) + " " + value)
	case OpStartsWith:
		return phrase{verb: "start", third: "starts", rest: "with " + value}
	case OpEndsWith:
		return phrase{verb: "end", third: "ends", rest: "with " + value}
	case OpMatches:
		return phrase{verb: "match", third: "matches", rest: value}
	case OpContainsAny, OpContainsNone:
		return phrase{verb: "contain", third: "contains", rest: "any of " + value}
	case OpContainsAll:
		return phrase{verb: "contain", third: "contains", rest: "all of " + value}
	case OpContains, OpNotContains:
		return phrase{verb: "contain", third: "contains", rest: value}
	}
	return be(string(n.op) + " " + value) // no operator of ours; Check refuses it
}

func (n *Node) lengthPhrase(value string) phrase {
	noun := " elements"
	if value == "1" {
		noun = " element"
	}
	word := "exactly "
	switch n.op {
	case OpLengthGt:
		word = "more than "
	case OpLengthGte:
		word = "at least "
	case OpLengthLt:
		word = "fewer than "
	case OpLengthLte:
		word = "at most "
	}
	return have(word + value + noun)
}

func (n *Node) durationPhrase() phrase {
	text := "?"
	if n.value != nil {
		text, _ = n.value.literalText()
	}
	span := spellDuration(text)
	switch n.op {
	case OpWithinLast:
		return be("within the last " + span)
	case OpOlderThan:
		return be("older than " + span)
	case OpWithinNext:
		return be("within the next " + span)
	}
	return be("more than " + span + " ahead")
}

// comparesFields says whether the value is another field.
func (n *Node) comparesFields() bool { return n.value != nil && n.value.form == operandField }

// bareStrings says whether strings stand without quotes: timestamps do.
func (op Op) bareStrings() bool {
	switch op {
	case OpAfter, OpBefore, OpBetween, OpFurtherThan, OpOlderThan, OpWithinLast, OpWithinNext:
		return true
	}
	return false
}

// valueText writes the value of a leaf for a sentence.
func (n *Node) valueText() string {
	o := n.value
	if o.form != operandList {
		return o.text(n.op)
	}
	parts := make([]string, len(o.list))
	for i := range o.list {
		parts[i] = o.list[i].text(n.op)
	}
	if n.op == OpBetween && len(parts) == 2 {
		return parts[0] + " and " + parts[1]
	}
	return shorten(strings.Join(parts, ", "), maxShown)
}

func (o *operand) text(op Op) string {
	if o.form == operandField && o.plus != "" {
		return spellDuration(o.plus) + " after " + subject(o.field)
	}
	if o.form == operandField {
		return subject(o.field)
	}
	return showValue(o.literal, op)
}

// showValue writes a JSON value for a sentence, shortened when it is long.
func showValue(raw []byte, op Op) string {
	if len(raw) == 0 {
		return "missing"
	}
	if raw[0] != '"' {
		return shorten(string(raw), maxShown)
	}
	text := shorten(jtd.Unquote(raw), maxShown)
	if _, ok := parseInstant([]byte(text)); ok && op.bareStrings() {
		return text
	}
	return quote(text)
}
