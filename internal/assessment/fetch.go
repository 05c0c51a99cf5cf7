// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"bytes"
	"context"
	"errors"
	"math"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// look reads the records of one target of a relation, one after the other.
type look struct {
	evaluator *rule.Evaluator
	finder    *finder
	key       *rule.KeyReader
	relation  *rule.Relation
	target    *rule.Target
	value     []byte
}

func (f *finder) look(r *rule.Relation, t *rule.Target) *look {
	l := f.looks[t]
	if l == nil {
		l = &look{evaluator: t.Program.NewEvaluator(), finder: f, key: t.Key.NewReader(), relation: r, target: t}
		f.looks[t] = l
	}
	return l
}

// valueOf answers the digest of a record's key; ok is false when it has none.
func (l *look) valueOf(r rule.Record) (d digest, ok bool) {
	if l.value, ok = l.key.Append(l.value[:0], r); !ok {
		return d, false
	}
	return digestOf(l.value), true
}

// count adds a record to the sum of its key; with only, when that is one of those.
func (l *look) count(r rule.Record, only map[digest]bool) {
	d, ok := l.valueOf(r)
	if !ok || only != nil && !only[d] {
		return
	}
	sums := l.finder.sums[l.relation.Index]
	sum := sums[d]
	sum.Add(l.evaluator.EvalRecord(r, l.finder.now))
	sums[d] = sum
}

// needsID says whether reading takes the records' public ids.
func (l *look) needsID() bool { return l.target.Key.ReadsID() || l.target.Program.ReadsID() }

// errUnfilled says that a key was given up while it was read by.
var errUnfilled = errors.New("the key is no more")

// fetch brings in what finders miss. expected is about how many records are going
// to ask.
func fetch(read reader, expected int64, finders ...*finder) error {
	scans := map[*source][]*look{}
	for _, f := range finders {
		for i, missing := range f.missing {
			if len(missing) == 0 || f.scanned[i] {
				continue
			}
			r := f.program.Relations()[i]
			err := errUnfilled
			if !f.scans(r, expected) {
				err = f.lookUp(read, r)
			}
			if errors.Is(err, errUnfilled) {
				f.scan(r, scans)
			} else if err != nil {
				return err
			}
			clear(missing)
		}
	}
	for s, looks := range scans {
		if err := s.scan(read, looks); err != nil {
			return err
		}
	}
	return nil
}

// scan asks for all records that a relation looks at.
func (f *finder) scan(r *rule.Relation, scans map[*source][]*look) {
	f.scanned[r.Index] = true
	clear(f.sums[r.Index])
	for _, t := range r.Targets {
		s := f.source(t)
		scans[s] = append(scans[s], f.look(r, t))
	}
}

// scanStep is how many records one read takes, so that none lasts.
const scanStep = 1000

func (s *source) scan(read reader, looks []*look) error {
	ids := false
	for _, l := range looks {
		ids = ids || l.needsID()
	}
	return s.all(read, ids, func(r rule.Record) bool {
		for _, l := range looks {
			l.count(r, nil)
		}
		return true
	})
}

// all calls fn with all records, by rising item, until it answers false.
func (s *source) all(read reader, ids bool, fn func(rule.Record) bool) error {
	for after := resource.Item(0); ; {
		var records []rule.Record
		last := after
		if err := read(func(ctx context.Context, tx *db.Tx) (err error) {
			records, last, err = s.page(ctx, tx, after, ids)
			return err
		}); err != nil {
			return err
		}
		for _, r := range records {
			if !fn(r) {
				return nil
			}
		}
		if after = last; len(records) < scanStep {
			return nil
		}
	}
}

// page answers the next records after an item, and the last item of them.
func (s *source) page(ctx context.Context, tx *db.Tx, after resource.Item, ids bool) ([]rule.Record, resource.Item, error) {
	at := resource.Stretch{After: after, Definition: s.definition.Number, Last: math.MaxInt64, Limit: scanStep, Number: s.number}
	var documents []resource.Document
	err := resource.EachDocument(ctx, tx, at, func(item resource.Item, text []byte) error {
		documents = append(documents, resource.Document{Item: item, Text: bytes.Clone(text)})
		return nil
	})
	if err != nil || len(documents) == 0 {
		return nil, after, err
	}
	records, err := s.records(ctx, tx, documents, ids)
	return records, documents[len(documents)-1].Item, err
}

// records adds their public ids to documents.
func (s *source) records(ctx context.Context, tx *db.Tx, documents []resource.Document, ids bool) ([]rule.Record, error) {
	records := make([]rule.Record, len(documents))
	items := make([]resource.Item, len(documents))
	for i, d := range documents {
		records[i].Doc, items[i] = d.Text, d.Item
	}
	if !ids {
		return records, nil
	}
	known, err := resource.Identities(ctx, tx, s.definition.Number, items)
	for i, item := range items {
		records[i].ID = s.definition.PublicID(item, known[item].CreatedAt, known[item].UniqueID)
	}
	return records, err
}

// lookUp finds the records that have the missing keys.
func (f *finder) lookUp(read reader, r *rule.Relation) error {
	missing := f.missing[r.Index]
	rows := make([]int64, 0, len(missing))
	for d := range missing {
		f.sums[r.Index][d] = rule.Matches{}
		rows = append(rows, d.row())
	}
	for _, t := range r.Targets {
		s, l := f.source(t), f.look(r, t)
		key := s.keys[t.Key.String()]
		seen := map[resource.Item]bool{}
		var items []resource.Item
		if err := read(func(ctx context.Context, tx *db.Tx) error {
			clear(seen)
			items = items[:0]
			return s.valued(ctx, tx, key, rows, func(item resource.Item) {
				if !seen[item] {
					seen[item] = true
					items = append(items, item)
				}
			})
		}); err != nil {
			return err
		}
		if err := s.each(read, items, l.needsID(), func(r rule.Record) { l.count(r, missing) }); err != nil {
			return err
		}
	}
	return nil
}

// valued calls fn with the items that have one of the values of a key; errUnfilled
// when the key was given up meanwhile.
func (s *source) valued(ctx context.Context, tx *db.Tx, key int64, rows []int64, fn func(resource.Item)) error {
	since, err := selectSince(ctx, tx, key)
	if err != nil {
		return err
	}
	if since == 0 {
		return errUnfilled
	}
	return eachValued(ctx, tx, key, s.number, rows, fn)
}

// documentStep is how many documents one statement asks for.
const documentStep = 100

// each calls fn with the records of items.
func (s *source) each(read reader, items []resource.Item, ids bool, fn func(rule.Record)) error {
	for len(items) > 0 {
		part := items[:min(len(items), documentStep)]
		items = items[len(part):]
		var records []rule.Record
		if err := read(func(ctx context.Context, tx *db.Tx) error {
			documents, err := resource.Documents(ctx, tx, s.definition.Number, s.number, part)
			if err == nil {
				records, err = s.records(ctx, tx, documents, ids)
			}
			return err
		}); err != nil {
			return err
		}
		for _, r := range records {
			fn(r)
		}
	}
	return nil
}

// shownRecords is how many related records Records looks through.
const shownRecords = 1000

// Records is rule.Related's.
func (f *finder) Records(r *rule.Relation, key []byte, fn func(*rule.Target, rule.Record) bool) {
	if f.read == nil {
		return
	}
	d := digestOf(key)
	for _, t := range r.Targets {
		l, more := f.look(r, t), true
		show := func(record rule.Record) bool {
			if is, ok := l.valueOf(record); ok && is == d {
				more = fn(t, record)
			}
			return more
		}
		if err := f.source(t).first(f.read, t, d, show); err != nil {
			f.fail(err)
		}
		if !more {
			return
		}
	}
}

// first calls fn with the first records that may have a key, until it answers
// false.
func (s *source) first(read reader, t *rule.Target, d digest, fn func(rule.Record) bool) error {
	key := s.keys[t.Key.String()]
	if key == 0 {
		return s.all(read, true, fn)
	}
	var items []resource.Item
	if err := read(func(ctx context.Context, tx *db.Tx) (err error) {
		items, err = selectFirstValued(ctx, tx, key, s.number, d.row(), shownRecords)
		return err
	}); err != nil {
		return err
	}
	more := true
	return s.each(read, items, true, func(r rule.Record) { more = more && fn(r) })
}
