// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// What TestRelationMachine compares with: a recomputation that looks at all records.

// stored answers the records that count at a number, at the head when it is -1, by
// uniqueId.
func (w *mesh) stored(d resource.Definition, number int64) map[string]rule.Record {
	all := map[string]rule.Record{}
	w.ok(w.db.Read(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		clear(all)
		if number < 0 {
			head, err := resource.HeadOf(ctx, tx, d.Number)
			if err != nil {
				return err
			}
			number = head.Number
		}
		return tx.Each(ctx, func(row db.Row) error {
			var item resource.Item
			var created int64
			var unique, document string
			err := row.Scan(&item, &unique, &created, &document)
			all[unique] = rule.Record{Doc: []byte(document), ID: d.PublicID(item, created, unique)}
			return err
		}, `SELECT r.item, i.unique_id, i.created_at, r.document FROM resource_record r
			JOIN resource_item i ON i.definition = r.definition AND i.item = r.item
			WHERE r.definition = $1 AND r.from_sync <= $2 AND (r.to_sync IS NULL OR r.to_sync > $2)`, int64(d.Number), number)
	}))
	return all
}

func (w *mesh) ids(definition string) map[string]string {
	ids := map[string]string{}
	if d, ok := w.defs[definition]; ok {
		for unique, r := range w.stored(d, -1) {
			ids[unique] = r.ID
		}
	}
	return ids
}

// memory holds all records at given numbers, by the names that rules have for the
// definitions.
func (w *mesh) memory(numbers map[resource.Number]int64) *rule.Memory {
	m := &rule.Memory{Now: db.Millis(w.clock), Of: map[string][]rule.Record{}}
	for name, d := range w.defs {
		number, ok := numbers[d.Number]
		if !ok {
			number = -1
		}
		m.Of[name] = slices.Collect(maps.Values(w.stored(d, number)))
	}
	return m
}

func (w *mesh) fields(definition string) *rule.Fields {
	plain := func(name string) (*rule.Fields, error) {
		schema, err := w.defs[name].RecordSchema()
		w.ok(err)
		return rule.NewFields(schema), nil
	}
	f, _ := plain(definition)
	return f.Relating(plain)
}

func (w *mesh) fits(definition string, d assessment.Document) bool {
	for _, node := range []*rule.Node{d.Scope, d.PassWhen, d.FailWhen} {
		if node != nil && len(node.Check(w.fields(definition))) > 0 {
			return false
		}
	}
	return true
}

// naive judges a record by looking at all there is.
func (w *mesh) naive(definition string, d assessment.Document, r rule.Record, m *rule.Memory) assessment.Outcome {
	if !w.fits(definition, d) {
		return assessment.InProgress
	}
	eval := func(n *rule.Node) rule.Truth {
		p, err := rule.Compile(n, w.fields(definition))
		w.ok(err)
		e := p.NewEvaluator()
		e.Relate(m)
		truth, _ := e.EvalRecord(r, m.Now)
		return truth
	}
	if d.Scope != nil && eval(d.Scope) == rule.False {
		return assessment.OutOfScope
	}
	wanted, condition := rule.True, d.PassWhen
	if condition == nil {
		wanted, condition = rule.False, d.FailWhen
	}
	switch truth := eval(condition); {
	case truth == rule.Unknown:
		return map[string]assessment.Outcome{"fail": assessment.Failing, "pass": assessment.Passing, "in_progress": assessment.InProgress}[d.OnUnknown]
	case truth == wanted:
		return assessment.Passing
	}
	return assessment.Failing
}

// check compares every test with a recomputation, and looks at the tables.
func (w *mesh) check() {
	memory := w.memory(nil)
	for ref, definition := range w.tests {
		t := w.get(ref)
		want := map[string]string{}
		if !w.paused[ref] {
			for unique, r := range w.stored(w.defs[definition], -1) {
				want[unique] = w.naive(definition, t.Document, r, memory).String()
			}
		}
		if diff := cmp.Diff(want, w.outcomes(ref)); diff != "" {
			w.t.Fatalf("%s on %s: %s\nscope %v\n(-want +got):\n%s", ref, definition, t.Document.Sentence(), t.Document.Scope, diff)
		}
		for _, o := range []assessment.Outcome{assessment.Failing, assessment.OutOfScope} {
			for unique, e := range w.entities(ref, o) {
				x, err := w.house.tests.Explain(w.t.Context(), w.manager, ref, e.ID)
				w.ok(err)
				if e.Reason == "" || x.Reason != e.Reason {
					w.t.Fatalf("%s of %s: reason %q, explained as %q", unique, ref, e.Reason, x.Reason)
				}
				break // any one
			}
		}
	}
	w.sound()
}

func (w *mesh) preview() {
	definition := draw(w.t, "about", "OwnedServer", "Owner", "people")
	p, err := w.house.tests.Preview(w.t.Context(), w.manager, []byte(w.form(definition, `"name":"draft"`)))
	if fault.KindOf(err) == fault.Invalid {
		return
	}
	w.ok(err)
	memory, records := w.memory(nil), w.stored(w.defs[definition], -1)
	for _, e := range p.Entities {
		if got := w.naive(definition, p.Rule, records[e.UniqueID], memory); got != e.Outcome || e.Reason == "" {
			w.t.Fatalf("preview: %s is %s (%s), want %s by %s", e.UniqueID, e.Outcome, e.Reason, got, p.Rule.Sentence())
		}
	}
	if len(p.Entities) != len(records) {
		w.t.Fatalf("preview of %d records shows %d", len(records), len(p.Entities))
	}
}

// sound looks at what holds of the tables when nothing runs.
func (w *mesh) sound() {
	for name, d := range w.defs {
		for what, query := range map[string]string{
			"definitions judged by old rules": `SELECT COUNT(*) FROM resource_head WHERE definition = $1 AND judged_epoch <> rules_epoch`,
			"claims":                          `SELECT COUNT(*) FROM resource_head WHERE definition = $1 AND (claim_token <> '' OR ahead <> '')`,
			"keys that are not filled":        `SELECT COUNT(*) FROM assessment_key WHERE definition = $1 AND since IS NULL`,
			"values beyond the head":          `SELECT COUNT(*) FROM assessment_value v JOIN resource_head h ON h.definition = v.definition WHERE h.definition = $1 AND (v.from_sync > h.head OR v.to_sync > h.head)`,
			"empty intervals":                 `SELECT COUNT(*) FROM assessment_value WHERE definition = $1 AND from_sync >= to_sync`,
			"items with two values":           `SELECT COUNT(*) FROM (SELECT 1 FROM assessment_value WHERE definition = $1 AND to_sync IS NULL GROUP BY item_key, item HAVING COUNT(*) > 1) x`,
			"values of what is gone":          `SELECT COUNT(*) FROM assessment_value v LEFT JOIN resource_record r ON r.definition = v.definition AND r.item = v.item AND r.to_sync IS NULL WHERE v.definition = $1 AND v.to_sync IS NULL AND r.item IS NULL`,
			"touched values left over":        `SELECT COUNT(*) FROM assessment_touch WHERE definition = $1`,
		} {
			if n := w.count(query, int64(d.Number)); n != 0 {
				w.t.Fatalf("%d %s of %s", n, what, name)
			}
		}
		w.keyed(d)
	}
}

// keyed compares the values that stand with those of the records.
func (w *mesh) keyed(d resource.Definition) {
	keys := map[int64]string{}
	w.ok(w.db.Read(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		clear(keys)
		return tx.Each(ctx, func(row db.Row) error {
			var number int64
			var fields string
			err := row.Scan(&number, &fields)
			keys[number] = fields
			return err
		}, `SELECT number, fields FROM assessment_key WHERE definition = $1`, int64(d.Number))
	}))
	records := w.stored(d, -1)
	for number, fields := range keys {
		key, err := rule.ParseKey(fields)
		w.ok(err)
		has := int64(0)
		for _, r := range records {
			if _, ok := key.NewReader().Append(nil, r); ok {
				has++
			}
		}
		if n := w.count(`SELECT COUNT(*) FROM assessment_value WHERE item_key = $1 AND to_sync IS NULL`, number); n != has {
			w.t.Fatalf("%d records of %s have a value of %s, %d stand", has, d.Name, fields, n)
		}
	}
}

// replay recomputes every past number from the records that its verdicts rest on,
// for rules in which time plays no part.
func (w *mesh) replay() {
	for ref, definition := range w.tests {
		t, d := w.get(ref), w.defs[definition]
		head := w.count(`SELECT head FROM resource_head WHERE definition = $1`, int64(d.Number))
		for number := int64(1); number <= head; number++ {
			version := w.count(`SELECT COALESCE(MAX(version), 0) FROM assessment_window WHERE test = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2)`, t.Number, number)
			if version != t.Version || strings.Contains(t.Document.Sentence()+scopeOf(t.Document), " hour") || !w.fits(definition, t.Document) || w.edited() {
				continue
			}
			memory := w.memory(w.views(d, number))
			want := map[string]string{}
			for unique, r := range w.stored(d, number) {
				want[unique] = w.naive(definition, t.Document, r, memory).String()
			}
			if diff := cmp.Diff(want, w.past(d, t.Number, number)); diff != "" {
				w.t.Fatalf("%s on %s at %d: %s (-recomputed +stored):\n%s", ref, definition, number, t.Document.Sentence(), diff)
			}
		}
	}
}

func scopeOf(d assessment.Document) string {
	if d.Scope == nil {
		return ""
	}
	return d.Scope.Sentence()
}

// edited says whether the schema of owners was another once.
func (w *mesh) edited() bool { return w.defs["Owner"].SchemaVersion > 1 }

// views answers on which numbers of others the verdicts of a number rest.
func (w *mesh) views(d resource.Definition, number int64) map[resource.Number]int64 {
	views := map[resource.Number]int64{}
	w.ok(w.db.Read(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		clear(views)
		return tx.Each(ctx, func(row db.Row) error {
			var related resource.Number
			var n int64
			err := row.Scan(&related, &n)
			views[related] = n
			return err
		}, `SELECT related, number FROM assessment_view WHERE definition = $1 AND from_sync <= $2 ORDER BY from_sync`, int64(d.Number), number)
	}))
	return views
}

func (w *mesh) past(d resource.Definition, test, number int64) map[string]string {
	m := machine{house: w.house, t: w.t}
	m.servers = d
	return m.past(test, number)
}
