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
func (e *evaluator) trace(r rule.Record, now int64) *rule.Trace {
	if e.program.document.PassWhen != nil {
		return e.condition.Explain(r, now)
	}
	return e.condition.ExplainUnwanted(r, now)
}

// reason says in a sentence why a record has an outcome.
func (e *evaluator) reason(r rule.Record, outcome Outcome, now int64) string {
	if outcome == OutOfScope {
		return e.scope.Explain(r, now).Reason()
	}
	return e.trace(r, now).Reason()
}

// why explains outcomes under a version of a test. Related records are read as
// they were when the verdicts took them in.
type why struct {
	at        map[int64]*evaluator // by instant
	clauses   bool                 // exceptions by condition were looked up
	err       error                // the first failure
	excepting map[string]Exception // exceptions by condition, by id
	now       int64
	program   *program // nil when the rule does not fit the schema
	read      reader
	sources   sources
}

// why answers what explains outcomes at a place; it is valid for the transaction.
func (s *Service) why(ctx context.Context, tx *db.Tx, t Test, at place) (*why, error) {
	p, err := s.windowProgram(ctx, tx, t)
	if err != nil {
		return nil, err
	}
	w := &why{
		at: map[int64]*evaluator{}, now: db.Millis(s.Now()), program: p,
		read: func(fn func(context.Context, *db.Tx) error) error { return fn(ctx, tx) }, sources: sources{},
	}
	return w, w.relate(ctx, tx, at)
}

// except takes in the conditions of exceptions.
func (w *why) except(ctx context.Context, tx *db.Tx, t Test, at place, list []Exception) (err error) {
	if w.program == nil {
		return nil
	}
	if w.program, err = w.program.with(ctx, tx, t.Definition, list); err != nil {
		return err
	}
	w.at = map[int64]*evaluator{}
	return w.relate(ctx, tx, at)
}

// relate finds how related definitions stood when the verdicts took them in.
func (w *why) relate(ctx context.Context, tx *db.Tx, at place) error {
	if w.program == nil || len(w.program.definitions()) == 0 {
		return nil
	}
	views, err := selectViews(ctx, tx, at.definition, at.number)
	if err != nil {
		return err
	}
	for _, d := range w.program.definitions() {
		head, err := resource.HeadOf(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		number := head.Number
		if v, ok := views[d.Number]; ok {
			number = v.number
		}
		if w.sources[d.Number], err = sourceAt(ctx, tx, d, head, number); err != nil {
			return err
		}
	}
	return nil
}

// as answers an evaluator at an instant.
func (w *why) as(now int64) *evaluator {
	e := w.at[now]
	if e == nil {
		e = w.program.relating(w.sources, now)
		for _, f := range e.finders {
			f.read = w.read
		}
		w.at[now] = e
	}
	return e
}

// reasonSince says why a record has an outcome: at the present, or, when a date
// came meanwhile that nothing was judged by yet, at the instant since which the
// outcome holds.
func (w *why) reasonSince(r rule.Record, outcome Outcome, since int64) string {
	switch {
	case outcome == Deactivated:
		return ""
	case w.program == nil, outcome == OutOfScope && w.program.scope == nil:
		return noFit
	}
	e, now := w.as(w.now), w.now
	if w.program.relative {
		if is, _ := e.judge(r, now); is != outcome {
			e, now = w.as(since), since
		}
	}
	text := e.reason(r, outcome, now)
	if err := e.failure(); w.err == nil {
		w.err = err
	}
	return text
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
	why, err := s.why(ctx, tx, t, at)
	if err == nil && why.program != nil {
		err = x.trace(why, t.Definition)
	}
	return x, err
}

// trace adds what a rule that fits the schema says.
func (x *Explanation) trace(w *why, d resource.Definition) error {
	e, r := w.as(w.now), x.record(d)
	x.Condition, x.Rule = e.trace(r, w.now), w.program.document
	if w.program.scope != nil {
		x.Scope = e.scope.Explain(r, w.now)
	}
	if x.Outcome == Passing {
		x.Reason = x.Condition.Reason()
	}
	return e.failure()
}

func errNoEntity(id string) error {
	return fault.New(fault.NotFound, "there is no record %q under this test", id)
}
