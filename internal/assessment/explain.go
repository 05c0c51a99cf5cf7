// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Sentence says the rule as a sentence: what is true of a record that passes,
// or, where the author wrote failWhen, of one that fails.
func (d Document) Sentence() string {
	if d.PassWhen != nil {
		return d.PassWhen.Sentence()
	}
	return d.FailWhen.Sentence()
}

// noFit is the reason of every record under a rule that the schema left behind.
const noFit = "the rule does not fit the schema of the records any more"

// trace answers why the condition comes out as it does for a record.
func (p *program) trace(document []byte, now int64) *rule.Trace {
	if p.document.PassWhen != nil {
		return p.condition.Explain(document, now)
	}
	return p.condition.ExplainUnwanted(document, now)
}

// reason says in a sentence why a record has an outcome.
func (p *program) reason(document []byte, outcome Outcome, now int64) string {
	switch {
	case outcome == Deactivated:
		return ""
	case p == nil:
		return noFit
	case outcome == OutOfScope:
		return p.scope.Explain(document, now).Reason()
	}
	return p.trace(document, now).Reason()
}

// reasonSince is reason at the present, or, when a date came meanwhile that
// nothing was judged by yet, at the instant since which the outcome holds.
func (p *program) reasonSince(document []byte, outcome Outcome, since, now int64) string {
	if p != nil && p.relative && outcome != Deactivated {
		if is, _ := p.evaluator().judge(document, now); is != outcome {
			now = since
		}
	}
	if p != nil && outcome == OutOfScope && p.scope == nil {
		return noFit
	}
	return p.reason(document, outcome, now)
}

// Explanation is why a record has its outcome.
type Explanation struct {
	Entity
	Base      resource.Base
	Condition *rule.Trace // of passWhen or failWhen; nil when the rule does not fit the schema
	Rule      Document
	Scope     *rule.Trace // nil without a scope
	Version   int64       // that the outcome was made under; the newest while none holds
}

// Explain answers the trace of a test for one record: each node's truth, what
// it compared, and whether it decided.
func (s *Service) Explain(ctx context.Context, c caller.Caller, ref, entity string) (x Explanation, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.find(ctx, tx, c, ref)
		if err != nil {
			return err
		}
		at, err := startOf(ctx, tx, t, "")
		if err != nil {
			return err
		}
		x, err = s.explain(ctx, tx, t, at, entity)
		return err
	})
	return x, err
}

func (s *Service) explain(ctx context.Context, tx *db.Tx, t Test, at place, entity string) (Explanation, error) {
	item, ok, err := resource.ItemOf(ctx, tx, at.definition, entity)
	if err != nil {
		return Explanation{}, err
	}
	records, err := resource.Entities(ctx, tx, at.definition, at.number, []resource.Item{item})
	if err != nil {
		return Explanation{}, err
	}
	if !ok || len(records) == 0 {
		return Explanation{}, errNoEntity(entity)
	}
	stands := standing{item: item, outcome: InProgress}
	if t.window != 0 {
		if stands, err = selectStanding(ctx, tx, at, item); err != nil {
			return Explanation{}, err
		}
	}
	list, err := s.show(ctx, tx, t, at, []standing{stands})
	if err != nil {
		return Explanation{}, err
	}
	x := Explanation{Base: t.Definition.Base, Entity: list[0], Rule: t.Document, Version: t.Version}
	if t.window != 0 {
		x.Version = t.window
	}
	p, err := s.windowProgram(ctx, tx, t)
	if err == nil && p != nil {
		x.trace(p, db.Millis(s.Now()))
	}
	return x, err
}

// trace adds what a rule that fits the schema says.
func (x *Explanation) trace(p *program, now int64) {
	x.Condition, x.Rule = p.trace(x.Document, now), p.document
	if p.scope != nil {
		x.Scope = p.scope.Explain(x.Document, now)
	}
	if x.Outcome == Passing {
		x.Reason = x.Condition.Reason()
	}
}

func errNoEntity(id string) error {
	return fault.New(fault.NotFound, "there is no record %q under this test", id)
}
