// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Preview is what a draft says of the records as they are.
type Preview struct {
	Base     resource.Base
	Counts   Counts // as the test would show them
	Entities []Entity
	Rule     Document
	Scope    []Excluded // nil without a scope
	Status   Status     // that the test would have
	Unknown  int64      // records of which the rule says nothing; they are in Counts as onUnknown has it
}

// Excluded is one condition of a scope and how many records it leaves out by
// itself.
type Excluded struct {
	Pointer  string // into the draft
	Records  int64
	Sentence string
}

// previewRows is how many records a preview shows.
const previewRows = 50

// previewStep is how many records one read takes, so that none lasts.
const previewStep = 5000

// Preview runs a draft, in the file form, against the records at the head. It
// writes nothing.
func (s *Service) Preview(ctx context.Context, c caller.Caller, text []byte) (Preview, error) {
	d, err := s.read(ctx, c, text, nil)
	if err != nil {
		return Preview{}, err
	}
	parts, err := s.runPreview(ctx, d, db.Millis(s.Now()))
	if err != nil {
		return Preview{}, fmt.Errorf("preview: %w", err)
	}
	whole := parts[0]
	for _, part := range parts[1:] {
		whole.add(part)
	}
	return s.showPreview(ctx, whole)
}

// previewParts is how many readers share the records.
const previewParts = 4

// runPreview judges the records at the head, several parts of them at once.
func (s *Service) runPreview(ctx context.Context, d draft, now int64) ([]*preview, error) {
	var head resource.Head
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		head, err = resource.HeadOf(ctx, tx, d.definition.Number)
		return err
	}); err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	parts := make([]*preview, min(previewParts, runtime.GOMAXPROCS(0)))
	for i := range parts {
		part, err := newPreview(d, now)
		if err != nil {
			return nil, errors.Join(err, group.Wait())
		}
		share := func(i int) resource.Item { return resource.Item(head.Items * int64(i) / int64(len(parts))) }
		part.at = resource.Stretch{
			After: share(i), Definition: d.definition.Number, Last: share(i + 1), Limit: previewStep, Number: head.Number,
		}
		parts[i] = part
		group.Go(func() error { return part.run(ctx, s.DB) })
	}
	return parts, group.Wait()
}

func (p *preview) run(ctx context.Context, d *db.DB) error {
	for more := true; more; {
		if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			more, err = p.read(ctx, tx)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// add takes over what a later part came to.
func (p *preview) add(part *preview) {
	for outcome := range p.counts {
		p.counts[outcome] += part.counts[outcome]
		rows := slices.Concat(p.rows[outcome], part.rows[outcome])
		p.rows[outcome] = rows[:min(len(rows), previewRows)]
	}
	for i := range p.scope {
		p.scope[i].Records += part.scope[i].Records
	}
}

// preview is a run over a part of the records of a definition.
type preview struct {
	at        resource.Stretch // what is not read yet
	draft     draft
	evaluator *evaluator
	counts    Counts // unknown as in progress
	now       int64
	rows      [outcomes][]resource.Item
	scope     []scopePart
}

// scopePart is one condition of a scope: a member of an all at its root, or the
// whole of it.
type scopePart struct {
	Excluded
	evaluator *rule.Evaluator
}

func newPreview(d draft, now int64) (*preview, error) {
	schema, err := d.definition.RecordSchema()
	if err != nil {
		return nil, err
	}
	fields := rule.NewFields(schema)
	asked := d.document
	asked.OnUnknown = "in_progress" // told apart while counting
	p, err := compile(asked, fields)
	if err != nil {
		return nil, err
	}
	run := &preview{draft: d, evaluator: p.evaluator(), now: now}
	if d.document.Scope != nil {
		text, err := json.Marshal(d.document.Scope)
		if err != nil {
			return nil, err
		}
		run.scope, err = scopeParts(text, "/scope", fields)
		if err != nil {
			return nil, err
		}
	}
	return run, nil
}

// scopeParts takes a scope apart: nested alls are one.
func scopeParts(text json.Value, at string, fields *rule.Fields) (parts []scopePart, err error) {
	var group struct {
		All   []json.Value `json:"all"`
		Field json.Value   `json:"field"`
	}
	if err := json.Unmarshal(text, &group); err != nil {
		return nil, err
	}
	if group.All == nil || group.Field != nil {
		return onePart(text, at, fields)
	}
	for i, child := range group.All {
		inner, err := scopeParts(child, at+"/all/"+strconv.Itoa(i), fields)
		if err != nil {
			return nil, err
		}
		parts = append(parts, inner...)
	}
	return parts, nil
}

func onePart(text json.Value, at string, fields *rule.Fields) ([]scopePart, error) {
	node, problems := rule.Parse(text)
	if len(problems) > 0 {
		return nil, fmt.Errorf("part of a scope: %s", problems[0])
	}
	p, err := rule.Compile(node, fields)
	if err != nil {
		return nil, err
	}
	return []scopePart{{Excluded{Pointer: at, Sentence: node.Sentence()}, p.NewEvaluator()}}, nil
}

// read judges the next records and says whether more may follow.
func (p *preview) read(ctx context.Context, tx *db.Tx) (more bool, err error) {
	n, at := 0, p.at
	err = resource.EachDocument(ctx, tx, at, func(item resource.Item, document []byte) error {
		n++
		p.at.After = item
		p.judge(item, document)
		return nil
	})
	return n == at.Limit, err
}

func (p *preview) judge(item resource.Item, document []byte) {
	outcome, _ := p.evaluator.judge(document, p.now)
	p.counts[outcome]++
	if len(p.rows[outcome]) < previewRows {
		p.rows[outcome] = append(p.rows[outcome], item)
	}
	if outcome != OutOfScope {
		return
	}
	for i := range p.scope {
		if truth, _ := p.scope[i].evaluator.Eval(document, p.now); truth == rule.False {
			p.scope[i].Records++
		}
	}
}

// showPreview answers the counts and the first records, failing ones first.
func (s *Service) showPreview(ctx context.Context, run *preview) (Preview, error) {
	d := run.draft.document
	answer := Preview{Base: run.draft.definition.Base, Counts: run.counts, Rule: d, Unknown: run.counts[InProgress]}
	answer.Counts[InProgress] = 0
	answer.Counts[d.unknown()] += answer.Unknown
	answer.Status = d.Reducer.Status(answer.Counts, d.OnEmpty)
	for _, part := range run.scope {
		answer.Scope = append(answer.Scope, part.Excluded)
	}
	as := map[resource.Item]Outcome{}
	for _, outcome := range []Outcome{Failing, InProgress, Passing, OutOfScope} {
		shows := outcome
		if outcome == InProgress {
			shows = d.unknown()
		}
		for _, item := range run.rows[outcome] {
			as[item] = shows
		}
	}
	items := run.first()
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		answer.Entities = nil
		records, err := resource.Entities(ctx, tx, run.at.Definition, run.at.Number, slices.Sorted(slices.Values(items)))
		for _, record := range records {
			outcome := as[record.Item]
			answer.Entities = append(answer.Entities, Entity{
				Entity: record, ID: resource.EntityID(run.at.Definition, record.Item, record.CreatedAt), Outcome: outcome,
				Reason: run.evaluator.program.reason(record.Document, outcome, run.now), Since: record.UpdatedAt,
			})
		}
		return err
	})
	slices.SortFunc(answer.Entities, func(a, b Entity) int { return slices.Index(items, a.Item) - slices.Index(items, b.Item) })
	return answer, err
}

// first answers the items to show, in their order.
func (p *preview) first() (items []resource.Item) {
	order := []Outcome{Failing, InProgress, Passing, OutOfScope}
	if p.draft.document.unknown() == Passing {
		order = []Outcome{Failing, Passing, InProgress, OutOfScope}
	}
	for _, outcome := range order {
		items = append(items, p.rows[outcome]...)
	}
	return items[:min(len(items), previewRows)]
}
