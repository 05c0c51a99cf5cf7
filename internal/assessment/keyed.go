// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// keyed is a key of the definition under evaluation, whose values the run keeps
// true.
type keyed struct {
	keyRow
	done     []bool // by item, of a key that this run fills: its value was noted
	followed bool   // records of some definition are related by it to those of this one
	pending  []keyChange
	readsID  bool
	reader   *rule.KeyReader
}

// keyChange is what a run says of one record's value.
type keyChange struct {
	digest   int64
	has      bool // a value
	item     resource.Item
	known    bool   // had a record at the head
	document []byte // of one whose value takes the public id, which is looked up
}

// keyStep is how many changes are compared with what stands at once.
const keyStep = 500

// openKeys loads the keys of the definition, the links of its tests, and the views
// at the head.
func (e *evaluation) openKeys(ctx context.Context, tx *db.Tx) error {
	rows, err := selectKeys(ctx, tx, e.definition.Number)
	if err != nil {
		return err
	}
	to, err := selectLinksTo(ctx, tx, e.definition.Number)
	if err != nil {
		return err
	}
	for _, row := range rows {
		key, err := rule.ParseKey(row.fields)
		if err != nil {
			return fmt.Errorf("key %d: %w", row.number, err)
		}
		k := &keyed{keyRow: row, readsID: key.ReadsID(), reader: key.NewReader()}
		for _, l := range to {
			k.followed = k.followed || l.theirs == row.number
		}
		e.keys = append(e.keys, k)
	}
	if e.links, err = selectLinksFrom(ctx, tx, e.definition.Number); err != nil {
		return err
	}
	e.views, err = selectViews(ctx, tx, e.definition.Number, e.head.Number)
	return err
}

// unfilled says whether this run has to fill the key.
func (k *keyed) unfilled() bool { return k.since == 0 }

// first says, once for each item, that its value is not noted yet by the run that
// fills the key.
func (k *keyed) first(item resource.Item) bool {
	if int(item) >= len(k.done) {
		k.done = append(k.done, make([]bool, max(int(item)+1-len(k.done), len(k.done), 64))...)
	}
	was := k.done[item]
	k.done[item] = true
	return !was
}

// keyChanged notes the values of a record that was created or updated.
func (e *evaluation) keyChanged(ctx context.Context, r resource.Subject) error {
	for _, k := range e.keys {
		if k.unfilled() && !k.first(r.Item) {
			continue
		}
		c := keyChange{item: r.Item, known: r.Known}
		record := rule.Record{Doc: r.Document}
		switch {
		case k.readsID && r.CreatedAt == 0:
			c.document = slices.Clone(r.Document)
		case k.readsID:
			record.ID = e.definition.PublicID(r.Item, r.CreatedAt, r.UniqueID)
		}
		if c.document == nil {
			c.digest, c.has = k.value(record)
		}
		if err := e.keyPut(ctx, k, c); err != nil {
			return err
		}
	}
	return nil
}

// keyStored notes the values of a record that did not change, for keys that this
// run fills.
func (e *evaluation) keyStored(ctx context.Context, item resource.Item, document []byte) error {
	for _, k := range e.keys {
		if !k.unfilled() || !k.first(item) {
			continue
		}
		c := keyChange{item: item}
		if k.readsID {
			c.document = slices.Clone(document)
		} else {
			c.digest, c.has = k.value(rule.Record{Doc: document})
		}
		if err := e.keyPut(ctx, k, c); err != nil {
			return err
		}
	}
	return nil
}

// keyGone notes that a record is no more.
func (e *evaluation) keyGone(ctx context.Context, item resource.Item) error {
	for _, k := range e.keys {
		if k.unfilled() {
			k.first(item)
			continue
		}
		if err := e.keyPut(ctx, k, keyChange{item: item, known: true}); err != nil {
			return err
		}
	}
	return nil
}

// keyUndone takes back what was noted, and handed on, of an item.
func (e *evaluation) keyUndone(item resource.Item) {
	for _, k := range e.keys {
		if k.unfilled() && int(item) < len(k.done) {
			k.done[item] = false
		}
		e.ahead.unkeyed[k.number] = append(e.ahead.unkeyed[k.number], int64(item))
	}
}

func (k *keyed) value(r rule.Record) (int64, bool) {
	value, ok := k.reader.Append(nil, r)
	if !ok {
		return 0, false
	}
	return digestOf(value).row(), true
}

func (e *evaluation) keyPut(ctx context.Context, k *keyed, c keyChange) error {
	if k.pending = append(k.pending, c); len(k.pending) < keyStep {
		return nil
	}
	return e.keyCompare(ctx, k)
}

// keyPending compares what is noted with what stands.
func (e *evaluation) keyPending(ctx context.Context) error {
	for _, k := range e.keys {
		if len(k.pending) > 0 {
			if err := e.keyCompare(ctx, k); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *evaluation) keyCompare(ctx context.Context, k *keyed) error {
	var known, nameless []resource.Item
	for _, c := range k.pending {
		if c.known && !k.unfilled() {
			known = append(known, c.item)
		}
		if c.document != nil {
			nameless = append(nameless, c.item)
		}
	}
	var before map[resource.Item]int64
	var names map[resource.Item]resource.Identity
	if len(known)+len(nameless) > 0 {
		if err := e.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if before, err = selectValues(ctx, tx, k.number, e.head.Number, known); err != nil {
				return err
			}
			names, err = resource.Identities(ctx, tx, e.definition.Number, nameless)
			return err
		}); err != nil {
			return fmt.Errorf("compare values of key %d: %w", k.number, err)
		}
	}
	for _, c := range k.pending {
		if c.document != nil {
			id := e.definition.PublicID(c.item, names[c.item].CreatedAt, names[c.item].UniqueID)
			c.digest, c.has = k.value(rule.Record{Doc: c.document, ID: id})
		}
		was, had := before[c.item]
		e.ahead.value(k, c, was, had)
	}
	k.pending = k.pending[:0]
	return nil
}

// value notes what a change makes of an item's value, which was another, the same,
// or none.
func (a *ahead) value(k *keyed, c keyChange, was int64, had bool) {
	now := valued{digest: c.digest, item: c.item, key: k.number}
	before := valued{digest: was, item: c.item, key: k.number}
	if had && (!c.has || now != before) {
		a.unvalued[k.number] = append(a.unvalued[k.number], int64(c.item))
	}
	if c.has && (!had || now != before) {
		a.valued = append(a.valued, now)
	}
	if !k.followed || k.unfilled() {
		return // flipKeys says that any value may have been touched
	}
	if had {
		a.touched = append(a.touched, before)
	}
	if c.has && (!had || now != before) {
		a.touched = append(a.touched, now)
	}
}

// flipKeys says what the flip makes true: keys that were filled, and on which
// numbers of related definitions the verdicts rest from now on.
func (e *evaluation) flipKeys(ctx context.Context, tx *db.Tx, number int64) error {
	links, err := selectLinksTo(ctx, tx, e.definition.Number)
	if err != nil {
		return err
	}
	for _, k := range e.keys {
		if k.unfilled() {
			if err := fillKey(ctx, tx, k.number, number); err != nil {
				return fmt.Errorf("fill key %d: %w", k.number, err)
			}
		} else if k.followed {
			continue // it was noted what was touched
		}
		foreign := func(l link) bool { return l.theirs == k.number && l.definition != e.definition.Number }
		if slices.ContainsFunc(links, foreign) { // those that came during the run, too
			if err := insertTouches(ctx, tx, e.definition, number, []valued{{key: k.number}}); err != nil {
				return err
			}
		}
	}
	for related, s := range e.sources {
		v := view{from: number, number: s.number, schema: s.definition.SchemaVersion}
		if was, ok := e.views[related]; ok && was.number == v.number && was.schema == v.schema {
			continue
		}
		if err := putView(ctx, tx, e.definition, related, v); err != nil {
			return err
		}
	}
	return nil
}

// Idle answers the views to be noted when nothing was to be judged.
func (e *evaluation) Idle() resource.Ahead {
	moved := &advance{definition: e.definition, views: map[resource.Number]view{}}
	for related, s := range e.sources {
		at := s.number
		if related == e.definition.Number {
			at = e.head.Number // there will be no other
		}
		if was := e.views[related]; was.number != at {
			moved.views[related] = view{number: at, schema: s.definition.SchemaVersion}
		}
	}
	if len(moved.views) == 0 {
		return nil
	}
	return moved
}

// advance notes that what the verdicts rest on has come further without any
// difference to them. It implements resource.Ahead.
type advance struct {
	definition resource.Definition
	views      map[resource.Number]view
}

// Write notes it for the number that counts, and for none before: records were
// others there.
func (a *advance) Write(ctx context.Context, tx *db.Tx, number int64) error {
	for related, v := range a.views {
		v.from = number
		if err := putView(ctx, tx, a.definition, related, v); err != nil {
			return err
		}
	}
	return nil
}
