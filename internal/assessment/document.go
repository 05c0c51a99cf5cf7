// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"fmt"
	"math"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Document is what decides a version's verdicts, and the texts that auditors
// read with them. It never changes once its version exists.
type Document struct {
	BuiltIn            string     `json:"builtIn,omitempty"` // id of the built-in test that it is; "": somebody wrote it
	Cases              json.Value `json:"cases,omitempty"`   // the author's unit tests, as sent; nil: none
	Description        string     `json:"description"`
	Due                []Due      `json:"due,omitempty"`      // of a built-in test whose rule is a deadline; nil: an SLA says
	FailWhen           *rule.Node `json:"failWhen,omitempty"` // exactly one of FailWhen and PassWhen
	FailureDescription string     `json:"failureDescription"`
	Follows            []string   `json:"follows,omitempty"`   // settings that are as an SLA says
	Freshness          string     `json:"freshness,omitempty"` // duration; "" never goes stale
	Name               string     `json:"name"`
	OnEmpty            string     `json:"onEmpty"`
	OnUnknown          string     `json:"onUnknown"`
	PassWhen           *rule.Node `json:"passWhen,omitempty"`
	Reducer            Reducer    `json:"reducer"`
	Remediation        string     `json:"remediation"`
	Scope              *rule.Node `json:"scope,omitempty"`    // nil: every record
	Settings           json.Value `json:"settings,omitempty"` // of a built-in test, by name; nil: it has none

	// Related binds the definitions that the conditions relate to, by the names they
	// have for them: a rename changes nothing about a version.
	Related map[string]resource.ID `json:"related,omitempty"`
}

// program is a document compiled against the schema of a definition.
type program struct {
	clauses    []clause // of exceptions that hold
	condition  *rule.Program
	definition resource.Number
	document   Document
	dues       []dueProgram
	late       bool // it reads more than documents: related records, or public ids
	misfit     bool // the condition of an exception does not fit the schema
	relative   bool // the rule; conditions of exceptions aside
	relatives  relatives
	scope      *rule.Program // nil: every record
}

// compile compiles a document on the records of a definition; names are what it
// relates to.
func compile(d Document, on resource.Definition, names relatives) (*program, error) {
	fields, err := fieldsOf(on, names.find)
	if err != nil {
		return nil, err
	}
	p := &program{definition: on.Number, document: d, relatives: names}
	condition := d.PassWhen
	if condition == nil {
		condition = d.FailWhen
	}
	if p.condition, err = rule.Compile(condition, fields); err != nil {
		return nil, err
	}
	p.relative, p.late = p.condition.Relative(), p.condition.ReadsID() || p.condition.ReadsPresence()
	if d.Scope != nil {
		if p.scope, err = rule.Compile(d.Scope, fields); err != nil {
			return nil, err
		}
		p.relative, p.late = p.relative || p.scope.Relative(), p.late || p.scope.ReadsID() || p.scope.ReadsPresence()
	}
	for _, due := range d.Due {
		compiled, err := due.compile(fields)
		if err != nil {
			return nil, err
		}
		p.dues, p.late = append(p.dues, compiled), p.late || compiled.at.ReadsPresence()
	}
	p.late = p.late || len(p.relations()) > 0
	return p, nil
}

// evaluator evaluates one program; not safe for concurrent use.
type evaluator struct {
	asking    []*rule.Evaluator // that the finders serve
	clauses   []*rule.Evaluator
	condition *rule.Evaluator
	dues      []dueEvaluator
	finders   []*finder // that it finds related records with
	program   *program
	out       bool // of scope: the last record
	scope     *rule.Evaluator
	truth     rule.Truth // of the condition, for the last record in scope
}

// evaluator answers one for a program that reads nothing but documents.
func (p *program) evaluator() *evaluator {
	e := &evaluator{condition: p.condition.NewEvaluator(), program: p}
	if p.scope != nil {
		e.scope = p.scope.NewEvaluator()
	}
	for _, d := range p.dues {
		e.dues = append(e.dues, d.evaluator())
	}
	for _, c := range p.clauses {
		e.clauses = append(e.clauses, c.program.NewEvaluator())
	}
	return e
}

// relating answers an evaluator that finds related records in sources, as of an
// instant.
func (p *program) relating(from sources, now int64) *evaluator {
	e := p.evaluator()
	evaluators := []*rule.Evaluator{e.condition}
	if p.scope != nil {
		evaluators = append(evaluators, e.scope)
	}
	evaluators = append(evaluators, e.clauses...)
	for i, part := range p.parts() {
		if len(part.program.Relations()) > 0 {
			f := newFinder(part.program, part.relatives, from, now)
			evaluators[i].Relate(f)
			e.finders, e.asking = append(e.finders, f), append(e.asking, evaluators[i])
		}
	}
	return e
}

// want notes what a judgement of a record is going to look up.
func (e *evaluator) want(r rule.Record) {
	for i, f := range e.finders {
		e.asking[i].Keys(r, f.want)
	}
}

// failure answers the first thing that went wrong while looking up.
func (e *evaluator) failure() error {
	for _, f := range e.finders {
		if f.err != nil {
			return f.err
		}
	}
	return nil
}

// never is the instant of a verdict that time alone does not change.
const never = int64(math.MaxInt64)

// judge answers the outcome of a record at an instant, exceptions aside, and
// the next instant at which it could be another by time alone. A record whose
// scope is unknown is in scope.
func (e *evaluator) judge(r rule.Record, now int64) (outcome Outcome, next int64) {
	next = never
	if e.scope != nil {
		truth, at := e.scope.EvalRecord(r, now)
		next = at
		if e.out = truth == rule.False; e.out {
			return OutOfScope, next
		}
	}
	truth, at := e.condition.EvalRecord(r, now)
	next, e.truth = min(next, at), truth
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
		BuiltIn            string     `json:"builtIn"`
		Cases              json.Value `json:"cases"`
		Description        string     `json:"description"`
		Due                json.Value `json:"due"`
		FailWhen           json.Value `json:"failWhen"`
		FailureDescription string     `json:"failureDescription"`
		Follows            []string   `json:"follows"`
		Freshness          string     `json:"freshness"`
		Name               string     `json:"name"`
		OnEmpty            string     `json:"onEmpty"`
		OnUnknown          string     `json:"onUnknown"`
		PassWhen           json.Value `json:"passWhen"`
		Reducer            Reducer    `json:"reducer"`
		Remediation        string     `json:"remediation"`
		Scope              json.Value `json:"scope"`
		Settings           json.Value `json:"settings"`

		Related map[string]resource.ID `json:"related"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return d, err
	}
	d = Document{
		BuiltIn: raw.BuiltIn, Cases: raw.Cases, Settings: raw.Settings, Description: raw.Description, FailureDescription: raw.FailureDescription, Follows: raw.Follows, Freshness: raw.Freshness, Name: raw.Name,
		OnEmpty: raw.OnEmpty, OnUnknown: raw.OnUnknown, Reducer: raw.Reducer, Related: raw.Related, Remediation: raw.Remediation,
	}
	due, err := parseDue(raw.Due)
	if err != nil {
		return d, fmt.Errorf("stored %w", err)
	}
	d.Due = due
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
