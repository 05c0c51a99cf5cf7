// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// finish decides what the set as a whole means, after its last element:
//
//  1. duplicates are rejected, all of them
//  2. a set that must not land is refused
//  3. what was left out ceases to exist, or is held
//  4. what must be judged again though it did not change is judged
//  5. the head flips
func (p *push) finish(ctx context.Context) error {
	p.result.Rejections = firstRejections(p.result.Rejections)
	if err := p.settleDuplicates(ctx); err != nil {
		return err
	}
	if refusal := p.refusal(); refusal != "" {
		return p.refuse(ctx, refusal)
	}
	if err := p.warnOfReferences(ctx); err != nil {
		return err
	}
	hold, err := p.settleRemovals(ctx)
	if err != nil || p.DryRun {
		return err
	}
	if err := p.markStale(ctx); err != nil {
		return err
	}
	if err := p.flush(ctx); err != nil {
		return err
	}
	if err := p.writer.drain(ctx); err != nil {
		return err
	}
	run := &evaluationRun{
		actor: p.caller, cause: causePush, changes: p.ledger, claim: p.claim, evaluation: p.evaluation, judge: p.service.Judge,
		now: p.now, hold: hold, result: &p.result, source: p.ledger.source, writer: p.writer,
	}
	return run.complete(ctx)
}

// settleDuplicates replaces whatever was said of elements that share a uniqueId
// by one rejection each.
func (p *push) settleDuplicates(ctx context.Context) error {
	if len(p.duplicates) == 0 {
		return nil
	}
	if err := p.undo(ctx); err != nil {
		return err
	}
	shared := map[int]bool{}
	for _, indexes := range p.duplicates {
		for _, index := range indexes {
			shared[index] = true
		}
	}
	p.result.Rejections = slices.DeleteFunc(p.result.Rejections, func(r Rejection) bool { return shared[r.Index] })
	for item, indexes := range p.duplicates {
		for _, index := range indexes {
			if p.replaced[index] {
				p.pending.replaced = append(p.pending.replaced, int64(index))
			}
			p.list(duplicate(p.names[item], index, indexes))
			if err := p.cut(ctx); err != nil {
				return err
			}
		}
	}
	p.result.Rejections = firstRejections(p.result.Rejections)
	return p.flush(ctx)
}

// firstRejections answers those that an answer lists, by index.
func firstRejections(list []Rejection) []Rejection {
	slices.SortFunc(list, func(a, b Rejection) int { return a.Index - b.Index })
	return list[:min(len(list), shownRejections)]
}

// undo takes back what was written for elements that proved to be duplicates.
func (p *push) undo(ctx context.Context) error {
	if p.DryRun || len(p.undone) == 0 {
		return p.flush(ctx)
	}
	if err := p.flush(ctx); err != nil {
		return err
	}
	p.pending.undone = p.undone
	for _, item := range p.undone {
		if err := p.evaluation.Undo(ctx, item); err != nil {
			return err
		}
	}
	return p.flush(ctx)
}

// refusal says why the set must not land, "" when it may.
func (p *push) refusal() string {
	switch {
	case p.result.Rejected == 0:
		return ""
	case p.result.Handling == Strict:
		return p.result.Rejections[0].Message
	case p.result.Accepted == 0:
		return "no record of the set is valid: " + p.result.Rejections[0].Message
	}
	return ""
}

// refuse leaves the old state whole: the rows beyond the head go, the failed
// sync's row and its rejections stay.
func (p *push) refuse(ctx context.Context, why string) error {
	r := &p.result
	r.Failure = why
	r.Created, r.Updated, r.Unchanged, r.Removed, r.Held, r.Stale = 0, 0, 0, 0, 0, 0
	if p.DryRun {
		return nil
	}
	if err := p.flush(ctx); err != nil {
		return err
	}
	if err := p.writer.drain(ctx); err != nil {
		return err
	}
	err := p.service.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return recordFailure(ctx, tx, p.ledger.source, p.result.row(p.caller, causePush, p.now, p.service.Now()))
	})
	if err != nil {
		return err
	}
	p.claim.head.Ahead = r.ID
	return p.claim.clear(ctx)
}

// hold says what the guard of a push keeps back.
type hold struct {
	digest string // "" when nothing is kept back by the guard
	since  int64
	times  int64
	token  string
}

// settleRemovals removes what the set left out, or marks it held.
func (p *push) settleRemovals(ctx context.Context) (hold, error) {
	var gone []Item
	p.ledger.missing(func(item Item) { gone = append(gone, item) })
	if len(gone) == 0 {
		return hold{}, nil
	}
	if p.holdAll {
		return hold{}, p.keep(ctx, gone)
	}
	held, keep := p.guard(gone)
	if keep {
		p.result.ConfirmToken = held.token
		return held, p.keep(ctx, gone)
	}
	p.result.Removed = int64(len(gone))
	names, err := p.namesOf(ctx, gone)
	p.result.RemovedSample = names
	if err != nil || p.DryRun {
		return hold{}, err
	}
	for _, item := range gone {
		p.ledger.set(item, isChanged)
		p.pending.closed = append(p.pending.closed, item)
		p.lift(item)
		if err := p.evaluation.Gone(ctx, item); err != nil {
			return hold{}, err
		}
		if err := p.cut(ctx); err != nil {
			return hold{}, err
		}
	}
	return hold{}, nil
}

// keep leaves records in place that the set left out.
func (p *push) keep(ctx context.Context, items []Item) (err error) {
	p.result.Held = int64(len(items))
	if p.result.HeldSample, err = p.namesOf(ctx, items); err != nil || p.DryRun {
		return err
	}
	for _, item := range items {
		if !p.ledger.has(item, isHeld) {
			p.pending.marked = append(p.pending.marked, mark{item, markHeld})
			if err := p.cut(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// releaseAfter is how long the same removals must be asked for before repeats
// alone release them.
const releaseAfter = 24 * time.Hour

// guard says whether the definition's guard keeps removals back.
func (p *push) guard(gone []Item) (hold, bool) {
	g := p.definition.Guard
	count := int64(len(gone))
	if g == nil || count <= g.Count || count*100 <= g.Percent*p.ledger.current {
		return hold{}, false
	}
	sum := sha256.New()
	for _, item := range gone {
		sum.Write(strconv.AppendInt(nil, int64(item), 10))
		sum.Write([]byte{'\n'})
	}
	h := hold{digest: hex.EncodeToString(sum.Sum(nil)), since: p.now.UnixMilli(), times: 1}
	if source := p.ledger.source; source.HeldDigest == h.digest {
		if p.ConfirmRemovals == confirmToken(p.definition.ID, source.LastPush, h.digest) {
			return hold{}, false
		}
		h.since, h.times = source.HeldSince, source.HeldTimes+1
		waited := time.Duration(p.now.UnixMilli()-h.since) * time.Millisecond
		if g.Repeats > 0 && h.times > g.Repeats && waited >= releaseAfter {
			return hold{}, false
		}
	}
	if p.ConfirmRemovals != "" {
		p.result.HeldNote = "confirmRemovals does not fit: the token is of another push or of other removals; use the one of this answer"
	}
	if p.DryRun {
		return h, true // nothing is held, so there is nothing to confirm
	}
	h.token = confirmToken(p.definition.ID, p.result.ID, h.digest)
	return h, true
}

// confirmToken names a definition, the push that held and the set it held: it
// is worth nothing once one of them is another.
func confirmToken(definition ID, sync, digest string) string {
	sum := sha256.Sum256([]byte(string(definition) + "/" + sync + "/" + digest))
	return hex.EncodeToString(sum[:16])
}

func (p *push) namesOf(ctx context.Context, items []Item) (names []string, err error) {
	err = p.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		names, err = selectUniqueIDs(ctx, tx, p.definition.Number, items[:min(len(items), sampleSize)])
		return err
	})
	return names, err
}

// markStale marks the records whose newest element was rejected.
func (p *push) markStale(ctx context.Context) error {
	const want = isCurrent | isMine | wasRefused
	for item := 1; item < len(p.ledger.states); item++ {
		if p.ledger.states[item]&want != want {
			continue
		}
		p.result.Stale++
		if p.ledger.has(Item(item), isStale) {
			continue
		}
		p.pending.marked = append(p.pending.marked, mark{Item(item), markStale})
		if err := p.cut(ctx); err != nil {
			return err
		}
	}
	return nil
}

// warnOfReferences warns of components that no set of the same source has.
func (p *push) warnOfReferences(ctx context.Context) error {
	if len(p.references.first) == 0 {
		return nil
	}
	return p.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		known, err := selectComponents(ctx, tx, p.definition, p.caller.Source, p.references.names())
		if err != nil {
			return fmt.Errorf("look up components: %w", err)
		}
		for name, from := range p.references.first {
			if !known[name] {
				p.warning(from.index, from.unique, "vulnerableComponentUniqueId", "names no known component")
			}
		}
		slices.SortFunc(p.result.Warnings, func(a, b Warning) int { return a.Index - b.Index })
		return nil
	})
}

// references are the components that the records of a push name.
type references struct {
	first map[string]reference
}

type reference struct {
	index  int
	unique string
}

// mostReferences bounds the memory for them; what comes after is not looked up.
const mostReferences = 100_000

func (r *references) add(quoted []byte, index int, unique string) {
	if r.first == nil {
		r.first = map[string]reference{}
	}
	if _, ok := r.first[string(quoted)]; !ok && len(r.first) < mostReferences {
		r.first[string(quoted)] = reference{index, unique}
	}
}

// names answers the quoted names, sorted.
func (r *references) names() []string { return slices.Sorted(maps.Keys(r.first)) }
