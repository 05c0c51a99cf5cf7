// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// Trace says how one node came out for one record.
type Trace struct {
	Pointer string // of the node inside the condition
	Kind    Kind
	Op      Op     // leaf
	Field   string // leaf, element: where the value is: memory, drives[1].encrypted
	Truth   Truth
	Actual  json.Value // leaf, element: the field's value, nil when it is missing
	Operand json.Value // leaf: the value it was compared with, nil when there is none
	// Decided says whether the outcome of the whole condition rests on this
	// node: it does when its parent does and it pulls the parent its way.
	Decided  bool
	Sentence string
	// Children are the conditions inside, in their order; of an element node,
	// the inner condition once for each element that is shown.
	Children []*Trace
	// Omitted is, for an element or relation node, how many elements or records are
	// not shown.
	Omitted int
	// Related is, for a relation, the definitions that it looks at.
	Related []string
	// Record is, for the condition inside a relation, the public id of the related
	// record, "" when nobody needed it.
	Record string

	counts  bool   // relation with count: no single record decides
	inverts bool   // not, and an element or relation node with none
	prefix  string // of fields: the element or related record that the node is about
}

// How many elements of an array a trace shows: those that decide, and a few others.
const (
	maxDeciding = 100
	maxOthers   = 20
)

// maxReasons is how many sentences Reason joins.
const maxReasons = 10

// Explain answers the trace of a condition that is meant to be true, as
// passWhen and scope are: a leaf that is false "must be" otherwise. Its root
// has the truth that Eval answers.
func (p *Program) Explain(doc []byte, nowMS int64) *Trace {
	return p.NewEvaluator().Explain(Record{Doc: doc}, nowMS)
}

// ExplainUnwanted is Explain for a condition that is meant to be false, as
// failWhen is: a leaf that is true "must not be" so.
func (p *Program) ExplainUnwanted(doc []byte, nowMS int64) *Trace {
	return p.NewEvaluator().ExplainUnwanted(Record{Doc: doc}, nowMS)
}

// Explain is Program.Explain, with related records where Relate said.
func (e *Evaluator) Explain(r Record, nowMS int64) *Trace { return e.trace(r, nowMS, true) }

// ExplainUnwanted is Program.ExplainUnwanted, with related records where Relate said.
func (e *Evaluator) ExplainUnwanted(r Record, nowMS int64) *Trace { return e.trace(r, nowMS, false) }

func (e *Evaluator) trace(r Record, nowMS int64, wanted bool) *Trace {
	e.load(r, nowMS)
	trace := e.explain(e.program.root, "", wanted)
	trace.decide()
	return trace
}

// decide marks the nodes that the outcome rests on, from the root down.
func (t *Trace) decide() {
	t.Decided = true
	if t.counts {
		return
	}
	for _, child := range t.Children {
		if child.Truth == t.childTruth() {
			child.decide()
		}
	}
}

// childTruth is the truth of the children that make the node what it is.
func (t *Trace) childTruth() Truth {
	if t.inverts {
		return t.Truth.Not()
	}
	return t.Truth
}

// Reason joins the sentences of the deciding leaves: why the condition came out
// as it did. Equal sentences are said once, and no more than ten.
func (t *Trace) Reason() string {
	sentences := t.reasons(nil)
	more := ""
	if len(sentences) > maxReasons {
		more = "; and " + strconv.Itoa(len(sentences)-maxReasons) + " more"
		sentences = sentences[:maxReasons]
	}
	return strings.Join(sentences, "; ") + more
}

func (t *Trace) reasons(sentences []string) []string {
	leaf := true
	for _, child := range t.Children {
		if child.Decided {
			leaf = false
			sentences = child.reasons(sentences)
		}
	}
	if leaf && !slices.Contains(sentences, t.Sentence) {
		sentences = append(sentences, t.Sentence)
	}
	return sentences
}

// explain traces a node. wanted is the truth that its author hopes for; not and
// none turn it round. The slots of the scope are filled.
func (e *Evaluator) explain(s *step, prefix string, wanted bool) *Trace {
	t := &Trace{Pointer: s.pointer, Kind: s.kind, prefix: prefix}
	t.Truth, _ = s.test(e)
	switch s.kind {
	case KindLeaf:
		t.Op, t.Field = s.op, inside(prefix, s.Node.field)
		t.Actual, t.Operand = e.slots[s.slot].value(), s.operandValue(e)
		t.Sentence = s.leafSentence(e, t, wanted)
	case KindElement:
		t.Field, t.Actual = inside(prefix, s.Node.field), e.slots[s.slot].value()
		e.explainElements(s, t, wanted)
	case KindRelation:
		e.explainRelation(s, t, wanted)
	default:
		if s.kind == KindNot {
			wanted = !wanted
			t.inverts = true
		}
		for _, child := range s.children {
			t.Children = append(t.Children, e.explain(child, prefix, wanted))
		}
		t.Sentence = t.groupSentence()
	}
	return t
}

// value answers a copy of the raw value, nil when it is missing.
func (s *slot) value() json.Value {
	if s.kind == kindMissing {
		return nil
	}
	return bytes.Clone(s.raw)
}

// operandValue answers what a leaf was compared with.
func (s *step) operandValue(e *Evaluator) json.Value {
	switch {
	case s.value == nil:
		return nil
	case s.value.form == operandLiteral:
		return s.value.literal
	case s.value.form == operandField:
		return s.others[0].get(e).value()
	}
	array := []byte{'['}
	for i := range s.others {
		value := s.others[i].get(e).value()
		if value == nil {
			value = json.Value("null")
		}
		array = append(comma(array, i), value...)
	}
	return append(array, ']')
}

func (e *Evaluator) explainElements(s *step, t *Trace, wanted bool) {
	t.inverts = s.quantifier == quantNone
	if t.Actual == nil || t.Actual[0] != '[' {
		t.Sentence = missingSentence(t.Field, t.Actual, "an array")
		return
	}
	var count tally
	deciding, others, mark := 0, 0, len(e.scratch)
	index := 0
	for each := jtd.ElementsOf(t.Actual); each.Next(); index++ {
		e.read(s.elements, each.Value())
		truth, _ := s.children[0].test(e)
		count.add(truth)
		kept, limit := &others, maxOthers
		if truth == t.childTruth() {
			kept, limit = &deciding, maxDeciding
		}
		if *kept < limit {
			*kept++
			where := t.Field + "[" + strconv.Itoa(index) + "]"
			t.Children = append(t.Children, e.explain(s.children[0], where, wanted != t.inverts))
		}
		e.scratch = e.scratch[:mark]
	}
	t.Omitted = index - len(t.Children)
	t.Sentence = s.elementSentence(t, count, wanted)
}
