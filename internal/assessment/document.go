// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"fmt"
	"math"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/rule"
)

// Document is what decides a version's verdicts, and the texts that auditors
// read with them. It never changes once its version exists.
type Document struct {
	Cases              json.Value `json:"cases,omitempty"` // the author's unit tests, as sent; nil: none
	Description        string     `json:"description"`
	FailWhen           *rule.Node `json:"failWhen,omitempty"` // exactly one of FailWhen and PassWhen
	FailureDescription string     `json:"failureDescription"`
	Freshness          string     `json:"freshness,omitempty"` // duration; "" never goes stale
	Name               string     `json:"name"`
	OnEmpty            string     `json:"onEmpty"`
	OnUnknown          string     `json:"onUnknown"`
	PassWhen           *rule.Node `json:"passWhen,omitempty"`
	Reducer            Reducer    `json:"reducer"`
	Remediation        string     `json:"remediation"`
	Scope              *rule.Node `json:"scope,omitempty"` // nil: every record
}

// program is a document compiled against the schema of a definition.
type program struct {
	condition *rule.Program
	document  Document
	relative  bool
	scope     *rule.Program // nil: every record
}

func compile(d Document, fields *rule.Fields) (*program, error) {
	p := &program{document: d}
	condition := d.PassWhen
	if condition == nil {
		condition = d.FailWhen
	}
	var err error
	if p.condition, err = rule.Compile(condition, fields); err != nil {
		return nil, err
	}
	p.relative = p.condition.Relative()
	if d.Scope != nil {
		if p.scope, err = rule.Compile(d.Scope, fields); err != nil {
			return nil, err
		}
		p.relative = p.relative || p.scope.Relative()
	}
	return p, nil
}

// evaluator evaluates one program; not safe for concurrent use.
type evaluator struct {
	condition *rule.Evaluator
	program   *program
	scope     *rule.Evaluator
}

func (p *program) evaluator() *evaluator {
	e := &evaluator{condition: p.condition.NewEvaluator(), program: p}
	if p.scope != nil {
		e.scope = p.scope.NewEvaluator()
	}
	return e
}

// never is the instant of a verdict that time alone does not change.
const never = int64(math.MaxInt64)

// judge answers the outcome of a record at an instant, exceptions aside, and
// the next instant at which it could be another by time alone. A record whose
// scope is unknown is in scope.
func (e *evaluator) judge(document []byte, now int64) (outcome Outcome, next int64) {
	next = never
	if e.scope != nil {
		truth, at := e.scope.Eval(document, now)
		next = at
		if truth == rule.False {
			return OutOfScope, next
		}
	}
	truth, at := e.condition.Eval(document, now)
	next = min(next, at)
	if truth == rule.Unknown {
		return e.program.document.unknown(), next
	}
	if (truth == rule.True) == (e.program.document.PassWhen != nil) {
		return Passing, next
	}
	return Failing, next
}

// unknown answers the outcome of a record of which the rule says nothing.
func (d Document) unknown() Outcome {
	switch d.OnUnknown {
	case "pass":
		return Passing
	case "in_progress":
		return InProgress
	}
	return Failing
}

// parseDocument reads a stored document.
func parseDocument(text []byte) (d Document, err error) {
	var raw struct {
		Cases              json.Value `json:"cases"`
		Description        string     `json:"description"`
		FailWhen           json.Value `json:"failWhen"`
		FailureDescription string     `json:"failureDescription"`
		Freshness          string     `json:"freshness"`
		Name               string     `json:"name"`
		OnEmpty            string     `json:"onEmpty"`
		OnUnknown          string     `json:"onUnknown"`
		PassWhen           json.Value `json:"passWhen"`
		Reducer            Reducer    `json:"reducer"`
		Remediation        string     `json:"remediation"`
		Scope              json.Value `json:"scope"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return d, err
	}
	d = Document{
		Cases: raw.Cases, Description: raw.Description, FailureDescription: raw.FailureDescription, Freshness: raw.Freshness, Name: raw.Name,
		OnEmpty: raw.OnEmpty, OnUnknown: raw.OnUnknown, Reducer: raw.Reducer, Remediation: raw.Remediation,
	}
	for _, part := range []struct {
		text json.Value
		node **rule.Node
	}{{raw.FailWhen, &d.FailWhen}, {raw.PassWhen, &d.PassWhen}, {raw.Scope, &d.Scope}} {
		if part.text == nil {
			continue
		}
		node, problems := rule.Parse(part.text)
		if len(problems) > 0 {
			return d, fmt.Errorf("stored condition: %s: %s", problems[0].Pointer, problems[0].Message)
		}
		*part.node = node
	}
	return d, nil
}
