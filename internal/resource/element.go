// SPDX-License-Identifier: Apache-2.0

package resource

import "context"

// take takes the next element of the set: it becomes a record, an unchanged
// record, or a rejection.
func (p *push) take(ctx context.Context, raw []byte) error {
	index := p.index
	p.index++
	p.result.Received++
	look := surveyOf(raw)
	unique, usable := look.unique()
	if !usable {
		p.holdAll = true // nobody can say which record it was
		p.reject(*p.shape.Check(index, raw, unique, usable))
		return p.cut(ctx)
	}
	item := p.itemOf(unique)
	if p.ledger.has(item, wasSeen|wasRefused) {
		p.names[item] = unique
		return p.duplicate(ctx, item, index)
	}
	p.ledger.seenAt[item] = uint32(index) + 1
	sent := digestOf(raw)
	if p.ledger.repeats(item, sent) {
		p.repeat(index, item, unique, &look)
		return nil
	}
	if rejection := p.shape.Check(index, raw, unique, usable); rejection != nil {
		p.ledger.set(item, wasRefused)
		p.reject(*rejection)
		return p.cut(ctx)
	}
	p.ledger.set(item, wasSeen)
	p.warn(index, unique, &look)
	if err := p.accept(ctx, item, unique, element{raw, sent}); err != nil {
		return err
	}
	return p.cut(ctx)
}

// element is one element of the set with the digest of its bytes.
type element struct {
	raw  []byte
	sent Digest
}

// repeat takes an element that is the one of an earlier push, byte for byte.
func (p *push) repeat(index int, item Item, unique string, look *survey) {
	p.ledger.set(item, wasSeen)
	p.result.Accepted++
	p.result.Unchanged++
	p.lift(item)
	p.warn(index, unique, look)
}

func (p *push) itemOf(unique string) Item {
	k := keyOf(unique)
	if item := p.ledger.find(k); item != 0 {
		return item
	}
	return p.ledger.add(k)
}

func (p *push) reject(r Rejection) {
	p.result.Rejected++
	p.list(r)
}

// list keeps a rejection for the table and, when it is among the first, for the
// answer. Duplicates come late and in no order, hence the sorting.
func (p *push) list(r Rejection) {
	p.result.Rejections = append(p.result.Rejections, r)
	if len(p.result.Rejections) == 2*shownRejections {
		p.result.Rejections = firstRejections(p.result.Rejections)
	}
	if !p.DryRun {
		p.pending.rejections = append(p.pending.rejections, r)
	}
}

// duplicate notes one more element with a uniqueId of this set. What the first
// one did is taken back at the end, when all of them are known.
func (p *push) duplicate(ctx context.Context, item Item, index int) error {
	if len(p.duplicates[item]) == 0 {
		first := int(p.ledger.seenAt[item]) - 1
		p.duplicates[item] = []int{first}
		if p.ledger.has(item, wasRefused) {
			p.replaced[first] = true // its own rejection gives way to the common one
		}
		if p.ledger.has(item, wasSeen) {
			p.result.Rejected++ // the first was accepted until now
			p.takeBack(item)
		}
	}
	p.duplicates[item] = append(p.duplicates[item], index)
	p.result.Rejected++
	return p.cut(ctx)
}

// takeBack undoes the acceptance of an item's only element so far.
func (p *push) takeBack(item Item) {
	p.result.Accepted--
	p.ledger.clear(item, wasSeen)
	p.ledger.set(item, wasRefused)
	known := p.ledger.has(item, isCurrent)
	switch {
	case !p.ledger.has(item, isChanged):
		p.result.Unchanged--
		return
	case known:
		p.result.Updated--
	default:
		p.result.Created--
	}
	p.ledger.clear(item, isChanged)
	p.undone = append(p.undone, item)
}

// accept compares a valid record with the one that stands.
func (p *push) accept(ctx context.Context, item Item, unique string, e element) error {
	p.result.Accepted++
	p.document = p.orderer.Append(p.document[:0], e.raw)
	digest := digestOf(p.document)
	known := p.ledger.has(item, isCurrent)
	p.lift(item)
	switch {
	case known && p.ledger.digests[item] == digest:
		p.result.Unchanged++
		return nil
	case known:
		p.result.Updated++
		p.result.UpdatedSample = sample(p.result.UpdatedSample, unique)
	default:
		p.result.Created++
		p.result.CreatedSample = sample(p.result.CreatedSample, unique)
	}
	p.ledger.set(item, isChanged)
	p.ledger.digests[item], p.ledger.sent[item] = digest, e.sent
	if p.DryRun || p.doomed() {
		return nil
	}
	p.record(item, unique, known)
	subject := Subject{Document: p.document, Item: item, Known: known}
	if int64(item) > p.head.Items {
		subject.CreatedAt, subject.UniqueID = p.now.UnixMilli(), unique
	}
	return p.evaluation.Changed(ctx, subject)
}

// doomed says that the set will be refused whatever follows, so nothing of it
// needs to be written.
func (p *push) doomed() bool { return p.result.Handling == Strict && p.result.Rejected > 0 }

// record adds the rows of a new version to the batch.
func (p *push) record(item Item, unique string, known bool) {
	b, d, number := p.pending, p.definition, p.head.Number+1
	digest, sent := p.ledger.digests[item], p.ledger.sent[item]
	if int64(item) > p.head.Items {
		b.items = append(b.items, int64(d.Number), int64(item), d.Workspace.Number, p.caller.Source, unique, p.now.UnixMilli())
	}
	if known {
		b.closed = append(b.closed, item)
	}
	b.records = append(b.records, int64(d.Number), int64(item), number, nil, d.Workspace.Number, digest[:], sent[:], string(p.document))
}

// lift ends the marks of a record that came back whole.
func (p *push) lift(item Item) {
	for _, m := range []struct {
		state state
		kind  string
	}{{isStale, markStale}, {isHeld, markHeld}} {
		if p.ledger.has(item, m.state) && !p.DryRun {
			p.pending.lifted = append(p.pending.lifted, mark{item, m.kind})
		}
	}
}

func sample(list []string, unique string) []string {
	if len(list) < sampleSize {
		list = append(list, unique)
	}
	return list
}

// shownWarnings is how many an answer lists.
const shownWarnings = 100

func (p *push) warn(index int, unique string, look *survey) {
	look.warn(p.definition.Base, func(field, message string) { p.warning(index, unique, field, message) })
	if look.component != nil && p.definition.Base != CustomResource {
		p.references.add(look.component, index, unique)
	}
}

func (p *push) warning(index int, unique, field, message string) {
	p.result.Warned++
	if len(p.result.Warnings) < shownWarnings {
		p.result.Warnings = append(p.result.Warnings, Warning{
			Index: index, UniqueID: unique, Pointer: pointerTo(index, []string{field}), Message: message,
		})
	}
}

// cut hands the batch to the writer when it is full.
func (p *push) cut(ctx context.Context) error {
	p.pending.size++
	if p.pending.size < p.batchSize {
		return nil
	}
	return p.flush(ctx)
}

func (p *push) flush(ctx context.Context) error {
	if p.writer == nil {
		p.pending = &batch{}
		return nil
	}
	b := p.pending
	p.pending = &batch{}
	judged, err := p.evaluation.Take(ctx)
	if err != nil {
		return err
	}
	if judged != nil {
		b.judged = append(b.judged, judged)
	}
	if b.empty() {
		return nil
	}
	return p.writer.put(ctx, b)
}

func (b *batch) empty() bool {
	return len(b.closed)+len(b.items)+len(b.judged)+len(b.lifted)+len(b.marked)+len(b.records)+len(b.rejections)+len(b.replaced)+len(b.undone) == 0
}
