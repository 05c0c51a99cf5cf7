// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// The conditions of exceptions are judged with the rule of their test, record by
// record, so what matches at one sync need not at the next. A condition that is
// unknown of a record, and one that does not fit the schema any more, leaves
// nothing out: silence is no excuse.

// clause is a condition of an exception, compiled.
type clause struct {
	id        string // of the exception
	program   *rule.Program
	relatives relatives
	until     int64 // ms; never for good
}

// part is one of the conditions that a program evaluates.
type part struct {
	program   *rule.Program
	relatives relatives
}

// parts answers all conditions: of the rule, and of the exceptions from it.
func (p *program) parts() []part {
	list := []part{{p.condition, p.relatives}}
	if p.scope != nil {
		list = append(list, part{p.scope, p.relatives})
	}
	for _, c := range p.clauses {
		list = append(list, part{c.program, c.relatives})
	}
	return list
}

// definitions answers all that the conditions relate to.
func (p *program) definitions() (list []resource.Definition) {
	for _, part := range p.parts() {
		for _, d := range part.relatives {
			list = append(list, d)
		}
	}
	return list
}

// excepting answers the program of a test with the conditions of exceptions; nil
// when there is no program. What does not fit the schema is left out.
func (j *Judge) excepting(ctx context.Context, tx *db.Tx, row testRow, d resource.Definition, list []Exception) (*program, error) {
	p, err := j.program(ctx, tx, row, d)
	if err != nil || p == nil {
		return nil, err
	}
	return p.with(ctx, tx, d, list)
}

// with answers a program that takes in the conditions of exceptions.
func (p *program) with(ctx context.Context, tx *db.Tx, d resource.Definition, list []Exception) (*program, error) {
	with := *p
	for _, x := range list {
		if !x.conditional() {
			continue
		}
		c, err := x.Clause.compile(ctx, tx, d)
		if err != nil {
			return nil, fmt.Errorf("compile exception %s: %w", x.ID, err)
		}
		if with.misfit = with.misfit || c.program == nil; c.program == nil {
			continue
		}
		c.id, c.until = x.ID, never
		if x.Until != nil {
			c.until = *x.Until
		}
		with.clauses = append(with.clauses, c)
		with.late = with.late || c.program.ReadsID() || len(c.program.Relations()) > 0
	}
	return &with, nil
}

// compile compiles the condition; the program is nil when it does not fit.
func (c Clause) compile(ctx context.Context, tx *db.Tx, d resource.Definition) (compiled clause, err error) {
	if compiled.relatives, err = relativesOf(ctx, tx, d.Workspace, Document{Related: c.Related}); err != nil {
		return compiled, err
	}
	fields, err := fieldsOf(d, compiled.relatives.find)
	if err != nil || len(c.Condition.Check(fields)) > 0 {
		return compiled, err
	}
	compiled.program, err = rule.Compile(c.Condition, fields)
	return compiled, err
}

// parseClause reads a stored one.
func parseClause(text string) (c Clause, err error) {
	var raw struct {
		Condition json.Value             `json:"condition"`
		Related   map[string]resource.ID `json:"related"`
	}
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return c, err
	}
	node, problems := rule.Parse(raw.Condition)
	if len(problems) > 0 {
		return c, fmt.Errorf("stored condition: %s: %s", problems[0].Pointer, problems[0].Message)
	}
	return Clause{Condition: node, Related: raw.Related}, nil
}

// cover answers the first condition that leaves a record out, "" for none, and the
// next instant at which that could change by time alone.
func (e *evaluator) cover(r rule.Record, now int64) (exception string, next int64) {
	next = never
	for i, c := range e.program.clauses {
		if c.until <= now {
			continue
		}
		truth, at := e.clauses[i].EvalRecord(r, now)
		next = min(next, at)
		if truth != rule.True {
			continue
		}
		next = min(next, c.until)
		if exception == "" {
			exception = c.id
		}
	}
	return exception, next
}

// covered applies the exceptions from a test to the verdict on a record.
func (j *judged) covered(item resource.Item, r rule.Record, now int64, v verdict) verdict {
	if x, ok := j.exceptions[item]; ok {
		v.outcome = Deactivated
		if x.Until != nil {
			v.next = min(v.next, *x.Until)
		}
	}
	if j.evaluator == nil || len(j.evaluator.clauses) == 0 {
		return v
	}
	exception, next := j.evaluator.cover(r, now)
	if exception != "" {
		v.outcome = Deactivated
	}
	v.next = min(v.next, next)
	return v
}

// openExceptions finds the exceptions that hold, those whose time came, conditions
// that verdicts do not take into account yet, or still do, and the records whose
// date came.
func (e *evaluation) openExceptions(ctx context.Context, tx *db.Tx, t *judged, all []Exception) error {
	for _, x := range all {
		x.Test.Name = t.test.document.Name
		holds := x.holds(e.now)
		switch {
		case x.State == ExceptionEnded: // a condition that verdicts still take into account
			t.full, e.lifted = true, append(e.lifted, x.ID)
		case !holds:
			e.expired = append(e.expired, x)
			if !x.conditional() {
				t.due[x.Item] = true
			}
		case !x.conditional():
			t.exceptions[x.Item] = x
		case x.applied == nil:
			t.full, e.applied = true, append(e.applied, x.ID)
		}
	}
	ask := due{e.definition.Number, e.now, e.head.Number, t.test.number}
	return eachDue(ctx, tx, ask, func(item resource.Item) { t.due[item] = true })
}

// flipExceptions notes what the verdicts of a number take into account, and ends
// exceptions on time.
func (e *evaluation) flipExceptions(ctx context.Context, tx *db.Tx, number int64, now time.Time) error {
	for _, id := range e.applied {
		if err := applyException(ctx, tx, id, number); err != nil {
			return err
		}
	}
	for _, id := range e.lifted {
		if err := liftException(ctx, tx, id, number); err != nil {
			return err
		}
	}
	for _, x := range e.expired {
		if err := e.endExpired(ctx, tx, x, number, now); err != nil {
			return err
		}
	}
	return nil
}

func (e *evaluation) endExpired(ctx context.Context, tx *db.Tx, x Exception, number int64, now time.Time) error {
	muster := system(e.definition)
	if err := endException(ctx, tx, x.ID, actorOf(muster), *x.Until); err != nil {
		return err
	}
	if x.applied != nil {
		if err := liftException(ctx, tx, x.ID, number); err != nil {
			return err
		}
	}
	return evidence.Append(ctx, tx, now, x.entry(muster, "expired", x))
}
