// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"

	"github.com/passmuster/muster/internal/jtd"
)

// maxRead is how many related records explaining looks at.
const maxRead = 1000

func (e *Evaluator) explainRelation(s *step, t *Trace, wanted bool) {
	t.Related, t.inverts, t.counts = s.Node.related, s.quantifier == quantNone, s.quantifier == quantCount
	matches, ok := e.matches(s)
	if !ok {
		t.Sentence = s.keySentence(e)
		return
	}
	shown := map[*Target]*Evaluator{}
	deciding, others, read := 0, 0, 0
	show := func(target *Target, r Record) bool {
		inner := shown[target]
		if inner == nil {
			inner = target.Program.NewEvaluator()
			shown[target] = inner
		}
		truth, _ := inner.EvalRecord(r, e.now)
		kept, limit := &others, maxOthers
		if truth == t.childTruth() {
			kept, limit = &deciding, maxDeciding
		}
		if *kept < limit {
			*kept++
			child := inner.explain(target.Program.root, target.label(r), wanted != t.inverts)
			child.Record = r.ID
			t.Children = append(t.Children, child)
		}
		read++
		return read < maxRead
	}
	if e.related != nil {
		e.related.Records(s.relation, e.key, show)
	}
	count := tally{trues: matches.True, unknowns: matches.Unknown, falses: matches.False}
	t.Omitted = max(0, count.trues+count.unknowns+count.falses-len(t.Children))
	t.Sentence = s.relatedSentence(t, count, wanted)
}

// label names a related record before its fields: people[Jane Doe].
func (t *Target) label(r Record) string {
	name := ""
	for m := jtd.MembersOf(r.Doc); m.Next(); {
		if string(m.Name()) == `"displayName"` && m.Value()[0] == '"' {
			name = jtd.Unquote(m.Value())
		}
	}
	return t.Name + "[" + shorten(name, maxShown/2) + "]"
}

// keySentence says which key field the record has no value for.
func (s *step) keySentence(e *Evaluator) string {
	for i, part := range s.keys {
		if x := &e.slots[part.slot]; !part.kind.takes(x) {
			return missingSentence(s.on[i].ours.String(), x.value(), part.kind.word())
		}
	}
	return "the keys are not reported"
}

// relatedSentence says how many related records there are and, where the node
// did not come out as wanted, how many must be.
func (s *step) relatedSentence(t *Trace, count tally, wanted bool) string {
	of := s.relatedWords()
	total := count.trues + count.unknowns + count.falses
	text := tallySentence(count, "record", " of "+of)
	if total == 0 {
		text = "there is no record of " + of
	}
	switch unwanted := t.Truth == True != wanted && t.Truth != Unknown; {
	case unwanted && s.quantifier == quantCount:
		says := s.countPhrase()
		if !wanted {
			says = says.opposite()
		}
		return text + ", " + says.must()
	case unwanted && wanted && s.quantifier == quantAny:
		return fmt.Sprintf("%s, must be at least 1", text)
	}
	return text
}
