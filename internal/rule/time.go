// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// Time is an instant that a record tells: {field: name}, or one after it:
// {field: name, plus: duration}.
type Time struct{ leaf *Node } // the field before the time: what is checked and compiled

// ParseTime reads the JSON form of a time. What needs a schema is left to Check.
func ParseTime(text []byte) (*Time, []Problem) {
	var p parser
	var value json.Value
	if err := json.Unmarshal(text, &value); err != nil {
		p.syntax(err)
		return nil, p.problems
	}
	o := p.otherField(value[jtd.SkipSpace(value, 0):], "")
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return &Time{&Node{kind: KindLeaf, field: o.field, op: OpBefore, value: &o}}, nil
}

// MarshalJSON prints the time in its canonical form.
func (t *Time) MarshalJSON() ([]byte, error) { return t.leaf.value.append(nil), nil }

// Sentence answers the time in words: "7 days after presentSince".
func (t *Time) Sentence() string { return t.leaf.value.text(OpBefore) }

// Check holds a time against the fields of a definition.
func (t *Time) Check(f *Fields) []Problem {
	list := t.leaf.Check(f)
	for i := range list {
		list[i].Pointer = strings.TrimPrefix(list[i].Pointer, "/value")
	}
	return list
}

// Compile prepares a time that has passed Check for Evaluator.Time.
func (t *Time) Compile(f *Fields) (*Program, error) { return Compile(t.leaf, f) }

// Time answers the time, in unix milliseconds, that a record tells to a program that
// Time.Compile made; false when it is missing or none.
func (e *Evaluator) Time(r Record) (ms int64, ok bool) {
	e.load(r, 0)
	from := &e.program.root.others[0]
	x := from.get(e)
	if x.kind != kindText || !x.isTime {
		return 0, false
	}
	return from.instant(x).ms, true
}
