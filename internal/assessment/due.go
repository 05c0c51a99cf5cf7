// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"fmt"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/rule"
)

// Due says when what a record fails for had to be done, where the rule of a built-in
// test is a deadline itself: the first whose condition holds, or that has none. A test
// that was given an SLA goes by that instead.
type Due struct {
	At   *rule.Time `json:"at"`
	When *rule.Node `json:"when,omitempty"`
}

// parseDue reads the member due of a document: nil is none.
func parseDue(text json.Value) (list []Due, err error) {
	if text == nil {
		return nil, nil
	}
	var raw []struct {
		At   json.Value `json:"at"`
		When json.Value `json:"when"`
	}
	if err := json.UnmarshalStrict(text, &raw); err != nil {
		return nil, fmt.Errorf("due: %w", err)
	}
	for i, r := range raw {
		at, problems := rule.ParseTime(r.At)
		d := Due{At: at}
		if r.When != nil && len(problems) == 0 {
			d.When, problems = rule.Parse(r.When)
		}
		if len(problems) > 0 {
			return nil, fmt.Errorf("due %d: %s", i, problems[0])
		}
		list = append(list, d)
	}
	return list, nil
}

// check says what does not fit the fields.
func (d Due) check(f *rule.Fields) []rule.Problem {
	problems := d.At.Check(f)
	if d.When != nil {
		problems = append(problems, d.When.Check(f)...)
	}
	return problems
}

// dueProgram is a Due compiled; when is nil where it has no condition.
type dueProgram struct{ at, when *rule.Program }

func (d Due) compile(f *rule.Fields) (p dueProgram, err error) {
	if p.at, err = d.At.Compile(f); err == nil && d.When != nil {
		p.when, err = rule.Compile(d.When, f)
	}
	return p, err
}

// dueEvaluator evaluates one; not safe for concurrent use.
type dueEvaluator struct{ at, when *rule.Evaluator }

func (p dueProgram) evaluator() (e dueEvaluator) {
	e.at = p.at.NewEvaluator()
	if p.when != nil {
		e.when = p.when.NewEvaluator()
	}
	return e
}

// due answers the due time, in ms, that the rule speaks of for a record; nil when it
// speaks of none, or the record does not say.
func (e *evaluator) due(r rule.Record, now int64) *int64 {
	for _, d := range e.dues {
		if d.when != nil {
			if truth, _ := d.when.EvalRecord(r, now); truth != rule.True {
				continue
			}
		}
		if at, ok := d.at.Time(r); ok {
			return &at
		}
		return nil
	}
	return nil
}

// dueTold says when records that fail are due, in words; "" for no due time of the rule's.
func (d Document) dueTold() (told string) {
	for i, due := range d.Due {
		if i > 0 {
			told += "; "
		}
		told += due.At.Sentence()
		if due.When != nil {
			told += " when " + due.When.Sentence()
		}
	}
	return told
}
