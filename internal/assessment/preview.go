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
	from := sources{}
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		for _, related := range d.relatives {
			if head, err = resource.HeadOf(ctx, tx, related.Number); err != nil {
				return err
			}
			if from[related.Number], err = sourceAt(ctx, tx, related, head, head.Number); err != nil {
				return err
			}
		}
		head, err = resource.HeadOf(ctx, tx, d.definition.Number)
		return err
	}); err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	parts := make([]*preview, min(previewParts, runtime.GOMAXPROCS(0)))
	for i := range parts {
		part, err := newPreview(d, from, now)
		if err != nil {
			return nil, errors.Join(err, group.Wait())
		}
		share := func(i int) resource.Item { return resource.Item(head.Items * int64(i) / int64(len(parts))) }
		part.at = resource.Stretch{
			After: share(i), Definition: d.definition.Number, Last: share(i + 1), Limit: previewStep, Number: head.Number,
		}
		part.expected = head.Current / int64(len(parts))
		parts[i] = part
		group.Go(func() error { return part.run(ctx, s.DB) })
	}
	return parts, group.Wait()
}

func (p *preview) run(ctx context.Context, d *db.DB) error {
	read := func(fn func(context.Context, *db.Tx) error) error { return d.Read(ctx, fn) }
	for more := true; more; {
		if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			more, err = p.read(ctx, tx)
			return err
		}); err != nil {
			return err
		}
		if err := p.settle(read); err != nil {
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
	expected  int64  // about how many records
	counts    Counts // unknown as in progress
	now       int64
	rows      [outcomes][]resource.Item
	scope     []scopePart
	waiting   []waiting // of a late rule, to be judged at once
}

// scopePart is one condition of a scope: a member of an all at its root, or the
// whole of it.
type scopePart struct {
	Excluded
	evaluator *evaluator // of which it is the condition
}

func newPreview(d draft, from sources, now int64) (*preview, error) {
	asked := d.document
	asked.OnUnknown = "in_progress" // told apart while counting
	p, err := compile(asked, d.definition, d.relatives)
	if err != nil {
		return nil, err
	}
	run := &preview{draft: d, evaluator: p.relating(from, now), now: now}
	if d.document.Scope != nil {
		text, err := json.Marshal(d.document.Scope)
		if err != nil {
			return nil, err
		}
		part := func(text json.Value, at string) ([]scopePart, error) { return onePart(text, at, d, from, now) }
		if run.scope, err = scopeParts(text, "/scope", part); err != nil {
			return nil, err
		}
	}
	return run, nil
}

// scopeParts takes a scope apart: nested alls are one.
func scopeParts(text json.Value, at string, one func(json.Value, string) ([]scopePart, error)) (parts []scopePart, err error) {
	var group struct {
		All     json.Value `json:"all"`
		Field   json.Value `json:"field"`
		Related json.Value `json:"related"`
	}
	if err := json.Unmarshal(text, &group); err != nil {
		return nil, err
	}
	children, ok := listOf(group.All)
	if !ok || group.Field != nil || group.Related != nil {
		return one(text, at)
	}
	for i, child := range children {
		inner, err := scopeParts(child, at+"/all/"+strconv.Itoa(i), one)
		if err != nil {
			return nil, err
		}
		parts = append(parts, inner...)
	}
	return parts, nil
}

func onePart(text json.Value, at string, d draft, from sources, now int64) ([]scopePart, error) {
	node, problems := rule.Parse(text)
	if len(problems) > 0 {
		return nil, fmt.Errorf("part of a scope: %s", problems[0])
	}
	p, err := compile(Document{PassWhen: node}, d.definition, d.relatives)
	if err != nil {
		return nil, err
	}
	return []scopePart{{Excluded{Pointer: at, Sentence: node.Sentence()}, p.relating(from, now)}}, nil
}

// read judges the next records, or keeps them for settle, and says whether more
// may follow.
func (p *preview) read(ctx context.Context, tx *db.Tx) (more bool, err error) {
	n, at := 0, p.at
	p.waiting = p.waiting[:0]
	err = resource.EachDocument(ctx, tx, at, func(item resource.Item, document []byte) error {
		n++
		if p.evaluator.program.late {
			p.waiting = append(p.waiting, waiting{item: item, record: rule.Record{Doc: slices.Clone(document)}})
			return nil
		}
		p.at.After = item
		p.judge(item, rule.Record{Doc: document})
		return nil
	})
	if err != nil || len(p.waiting) == 0 {
		return n == at.Limit, err
	}
	items := make([]resource.Item, len(p.waiting))
	for i, w := range p.waiting {
		items[i] = w.item
	}
	present, err := p.evaluator.program.presences(ctx, tx, place{definition: at.Definition, number: at.Number}, p.now, items)
	if err != nil {
		return false, err
	}
	names, err := resource.Identities(ctx, tx, at.Definition, items)
	for i, item := range items {
		p.waiting[i].record.PresentSince = present[item]
		p.waiting[i].record.ID = p.draft.definition.PublicID(item, names[item].CreatedAt, names[item].UniqueID)
	}
	return n == at.Limit, err
}

// settle judges what read kept.
func (p *preview) settle(read reader) error {
	var finders []*finder
	all := []*evaluator{p.evaluator}
	for i := range p.scope {
		all = append(all, p.scope[i].evaluator)
	}
	for _, e := range all {
		for _, w := range p.waiting {
			e.want(w.record)
		}
		finders = append(finders, e.finders...)
	}
	if err := fetch(read, p.expected, finders...); err != nil {
		return err
	}
	for _, w := range p.waiting {
		p.at.After = w.item
		p.judge(w.item, w.record)
	}
	for _, e := range all {
		if err := e.failure(); err != nil {
			return err
		}
	}
	return nil
}

func (p *preview) judge(item resource.Item, r rule.Record) {
	outcome, _ := p.evaluator.judge(r, p.now)
	p.counts[outcome]++
	if len(p.rows[outcome]) < previewRows {
		p.rows[outcome] = append(p.rows[outcome], item)
	}
	if outcome != OutOfScope {
		return
	}
	for i := range p.scope {
		if truth, _ := p.scope[i].evaluator.condition.EvalRecord(r, p.now); truth == rule.False {
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
		for _, f := range run.evaluator.finders {
			f.read = func(fn func(context.Context, *db.Tx) error) error { return fn(ctx, tx) }
		}
		at := place{definition: run.at.Definition, number: run.at.Number}
		present, err := run.evaluator.program.presences(ctx, tx, at, run.now, items)
		if err != nil {
			return err
		}
		records, err := resource.Entities(ctx, tx, run.at.Definition, run.at.Number, slices.Sorted(slices.Values(items)))
		for _, record := range records {
			e := Entity{
				Entity: record, ID: resource.EntityID(run.at.Definition, record.Item, record.CreatedAt), Outcome: as[record.Item],
				present: present[record.Item], Since: record.UpdatedAt,
			}
			e.Reason = run.evaluator.reason(e.record(run.draft.definition), e.Outcome, run.now)
			answer.Entities = append(answer.Entities, e)
		}
		return errors.Join(err, run.evaluator.failure())
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
