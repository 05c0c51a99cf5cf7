// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// mesh is three definitions whose records relate to each other and to themselves:
// servers and owners that are pushed, people that are kept by deltas. It does
// random things to them and compares, after each, what the tests say with a
// recomputation that looks at all records.
type mesh struct {
	*house
	t      *rapid.T
	defs   map[string]resource.Definition
	made   int
	other  *resource.Service // a process that does not wait
	paused map[string]bool
	pushed map[string]map[string]string // elements by definition and id
	tests  map[string]string            // the definition of each test, by slug
}

const peopleSchema = `{"properties": {"email": {"type": "string"}, "status": {"enum": ["CURRENT", "FORMER"]}}, "optionalProperties": {"left": {"type": "timestamp"}}}`

// meshChecks is how many of rapid's usual checks are made: each takes a while. Ask
// for another number by -rapid.checks to have them all.
const meshChecks = 15

func TestRelationMachine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		checks, all := 0, flag.Lookup("rapid.checks").Value.String() != "100"
		rapid.Check(t, func(rt *rapid.T) {
			if checks++; checks > meshChecks && !all {
				return
			}
			h := openHouse(rt, d)
			defer h.tests.Close()
			defer h.forget()
			w := newMesh(h, rt)
			w.push("OwnedServer", nil)
			w.push("Owner", nil)
			w.delta()
			rt.Repeat(map[string]func(*rapid.T){
				"":            func(*rapid.T) { w.check() },
				"servers":     func(*rapid.T) { w.push("OwnedServer", nil) },
				"owners":      func(*rapid.T) { w.push("Owner", nil) },
				"people":      func(*rapid.T) { w.delta() },
				"meanwhile":   func(*rapid.T) { w.meanwhile() },
				"test":        func(*rapid.T) { w.change() },
				"turn":        func(*rapid.T) { w.turn() },
				"edit":        func(*rapid.T) { w.edit() },
				"crash":       func(*rapid.T) { w.crash() },
				"time":        func(*rapid.T) { w.time() },
				"run":         func(*rapid.T) { w.run() },
				"preview":     func(*rapid.T) { w.preview() },
				"purge":       func(*rapid.T) { w.ok(w.house.tests.Purge(rt.Context())) },
				"people more": func(*rapid.T) { w.delta() },
			})
			w.replay()
		})
	})
}

func newMesh(h *house, t *rapid.T) *mesh {
	h.standing = true
	systems := resource.Systems{
		Application: func(context.Context, *db.Tx, caller.Workspace) (string, error) { return h.app.ID, nil },
		Definitions: []resource.System{{Name: "people", Schema: []byte(peopleSchema)}},
	}
	h.records.Systems = systems
	w := &mesh{
		house: h, t: t, paused: map[string]bool{}, pushed: map[string]map[string]string{"OwnedServer": {}, "Owner": {}, "people": {}},
		other: resource.New(resource.Options{DB: h.db, Judge: h.judge, Now: h.now, Owner: "other", Systems: systems, Wait: time.Millisecond}),
		tests: map[string]string{},
	}
	people, err := h.records.System(t.Context(), h.app.Workspace, "people")
	h.ok(err)
	// The deltas of one check would stand before those of the next.
	h.ok(h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE resource_definition SET name_key = id WHERE number = $1`, int64(people.Number))
		return err
	}))
	w.defs = map[string]resource.Definition{"OwnedServer": h.define("OwnedServer", ownedSchema()), "Owner": h.define("Owner", ownerSchema)}
	w.defs["people"], err = h.records.System(t.Context(), h.app.Workspace, "people")
	h.ok(err)
	h.tests = assessment.New(assessment.Options{Applications: h, DB: h.db, Judge: h.judge, Now: h.now, Resource: h.records, Users: h})
	return w
}

func draw[T any](t *rapid.T, label string, list ...T) T {
	return rapid.SampledFrom(list).Draw(t, label)
}

func (w *mesh) stamp(label string) string {
	hours := rapid.IntRange(-6, 6).Draw(w.t, label)
	return w.clock.Add(time.Duration(hours) * time.Hour).UTC().Format(time.RFC3339)
}

// properties draws the custom properties of a record.
func (w *mesh) properties(definition string) map[string]any {
	p := map[string]any{}
	mail := draw[any](w.t, "mail", "a", "A", "b", "c", "c", nil)
	switch definition {
	case "OwnedServer":
		p["active"], p["memory"] = rapid.Bool().Draw(w.t, "active"), draw[any](w.t, "memory", 1, 4, nil)
		if mail != nil || rapid.Bool().Draw(w.t, "null") {
			p["owner"] = mail
		}
		if rapid.Bool().Draw(w.t, "seen") {
			p["seen"] = w.stamp("seen at")
		}
	case "Owner":
		p["state"] = draw(w.t, "state", "here", "gone")
		if mail != nil || rapid.Bool().Draw(w.t, "null") {
			p["mail"] = mail
		}
		if grade := draw(w.t, "grade", 0, 1, 3); grade > 0 {
			p["grade"] = grade
		}
		if rapid.Bool().Draw(w.t, "until") {
			p["until"] = w.stamp("until at")
		}
		if ids := slices.Sorted(maps.Values(w.ids("OwnedServer"))); len(ids) > 0 && rapid.Bool().Draw(w.t, "server") {
			p["server"] = draw(w.t, "server's", ids...)
		}
	default:
		p["email"], p["status"] = draw(w.t, "email", "a", "b", "c"), draw(w.t, "status", "CURRENT", "FORMER")
		if rapid.Bool().Draw(w.t, "left") {
			p["left"] = w.stamp("left at")
		}
	}
	return p
}

// set draws the whole set of a definition: often as it was.
func (w *mesh) set(definition string) (elements []string) {
	next := map[string]string{}
	for i := range 6 {
		id := fmt.Sprintf("%s%d", strings.ToLower(definition[:1]), i)
		if rapid.IntRange(0, 3).Draw(w.t, id) == 0 {
			continue
		}
		next[id] = w.pushed[definition][id]
		if next[id] == "" || rapid.IntRange(0, 3).Draw(w.t, "new "+id) == 0 {
			text, err := json.Marshal(map[string]any{
				"uniqueId": id, "displayName": "the " + id, "externalUrl": "", "customProperties": w.properties(definition),
			})
			w.ok(err)
			next[id] = string(text)
		}
		elements = append(elements, next[id])
	}
	w.pushed[definition] = next
	return elements
}

// push replaces a definition's set, by the process that waits; happens comes in its
// middle.
func (w *mesh) push(definition string, happens func()) {
	w.pushBy(w.t.Context(), w.records, definition, happens)
}

func (w *mesh) pushBy(ctx context.Context, records *resource.Service, definition string, happens func()) {
	d, elements := w.defs[definition], w.set(definition)
	if happens == nil {
		happens = func() {}
	}
	result, err := records.Push(ctx, w.app, resource.Push{
		Base: d.Base, Default: resource.Lenient,
		Body: &meanwhile{happens, []string{fmt.Sprintf(`{"resourceId":%q,"resources":[`, d.ID), strings.Join(elements, ",") + `]}`}},
	})
	w.ok(err)
	if result.Failure != "" { // an edited schema refuses all there is
		w.pushed[definition] = map[string]string{}
		w.reread(definition)
	}
}

// reread takes what counts for what was pushed.
func (w *mesh) reread(definition string) {
	for unique, r := range w.stored(w.defs[definition], -1) {
		w.pushed[definition][unique] = string(r.Doc)
	}
}

// delta changes some people.
func (w *mesh) delta() {
	w.deltaBy(w.records)
}

func (w *mesh) deltaBy(records *resource.Service) {
	var changes []resource.Change
	for i := range 5 {
		id := fmt.Sprintf("p%d", i)
		switch rapid.IntRange(0, 3).Draw(w.t, id) {
		case 0:
			changes = append(changes, resource.Change{DisplayName: "the " + id, Properties: w.properties("people"), UniqueID: id})
		case 1:
			if rapid.Bool().Draw(w.t, "gone") {
				changes = append(changes, resource.Change{UniqueID: id})
			}
		}
	}
	_, err := records.PutDelta(w.t.Context(), w.app, w.defs["people"], func(context.Context) ([]resource.Change, error) { return changes, nil })
	if fault.KindOf(err) != fault.Unavailable {
		w.ok(err)
	}
}

// meanwhile pushes while another push runs, or changes a test in its middle.
func (w *mesh) meanwhile() {
	outer := draw(w.t, "outer", "OwnedServer", "Owner")
	tests := w.house.tests
	w.push(outer, func() {
		w.house.tests = assessment.New(assessment.Options{Applications: w, DB: w.db, Judge: w.judge, Now: w.now, Resource: w.other, Users: w})
		switch draw(w.t, "inner", "push", "delta", "test", "turn") {
		case "push":
			w.pushBy(w.t.Context(), w.other, map[string]string{"OwnedServer": "Owner", "Owner": "OwnedServer"}[outer], nil)
		case "delta":
			w.deltaBy(w.other)
		case "test":
			w.change()
		default:
			w.turn()
		}
		w.house.tests.Close()
		w.house.tests = tests
	})
	w.passes()
}

// passes are those that run every so often.
func (w *mesh) passes() {
	w.ok(w.records.Unjudged(w.t.Context()))
	w.ok(w.records.Follow(w.t.Context()))
	w.ok(w.house.tests.Due(w.t.Context()))
	w.ok(w.records.Follow(w.t.Context()))
	if behind, err := w.records.HasBehind(w.t.Context()); behind || err != nil {
		w.t.Fatalf("something is behind after the passes: %v", err)
	}
}

// crash lets a process die between the flip of a definition and what follows.
func (w *mesh) crash() {
	before := map[string]map[string]string{}
	victim := draw(w.t, "victim", "OwnedServer", "Owner")
	for ref, definition := range w.tests {
		if definition != victim {
			before[ref] = w.outcomes(ref)
		}
	}
	ctx, die := context.WithCancel(w.t.Context())
	dying := resource.New(resource.Options{
		DB: w.db, Judge: &deadly{Judge: w.judge, at: die}, Now: w.now, Owner: "dying", Systems: w.records.Systems, Wait: time.Minute,
	})
	w.pushBy(ctx, dying, victim, nil)
	for ref, want := range before {
		if diff := cmp.Diff(want, w.outcomes(ref)); diff != "" {
			w.t.Fatalf("%s changed without an evaluation:\n%s", ref, diff)
		}
	}
	w.passes()
}

// relations are drawn for each definition: key fields and what is related by them.
var relations = map[string][][3]string{
	"OwnedServer": {{"owner", "Owner", "mail"}, {"owner", "people", "email"}, {"id", "Owner", "server"}, {"owner", "OwnedServer", "owner"}},
	"Owner":       {{"mail", "people", "email"}, {"mail", "Owner", "mail"}, {"mail", "OwnedServer", "owner"}, {"server", "OwnedServer", "id"}},
	"people":      {{"email", "Owner", "mail"}, {"email", "OwnedServer", "owner"}, {"email", "people", "email"}},
}

var inners = map[string][]string{
	"OwnedServer": {
		`{"field":"active","op":"equals","value":true}`, `{"field":"memory","op":"gte","value":4}`, `{"field":"seen","op":"within_last","value":"3h"}`,
		`{"field":"id","op":"exists"}`,
	},
	"Owner": {
		`{"field":"state","op":"equals","value":"here"}`, `{"field":"grade","op":"gte","value":2}`, `{"field":"until","op":"within_next","value":"2h"}`,
		`{"all":[{"field":"state","op":"equals","value":"gone"},{"field":"until","op":"older_than","value":"1h"}]}`,
	},
	"people": {`{"field":"status","op":"equals","value":"CURRENT"}`, `{"field":"left","op":"older_than","value":"1h"}`, `{"field":"displayName","op":"ends_with","value":"1"}`},
}

func (w *mesh) relation(definition string) string {
	r := draw(w.t, "relation", relations[definition]...)
	inner := draw(w.t, "inner", inners[r[1]]...)
	fold := ""
	if r[0] != "id" && rapid.Bool().Draw(w.t, "fold") {
		fold = `"ignoreCase":true,`
	}
	how := draw(w.t, "how", "any", "all", "none", "count")
	if how == "count" {
		inner = fmt.Sprintf(`{"op":%q,"value":%d,"of":%s}`, draw(w.t, "op", "equals", "gte", "lt"), rapid.IntRange(0, 2).Draw(w.t, "n"), inner)
	}
	node := fmt.Sprintf(`{"related":%q,"on":{%q:%q},%s%q:%s}`, r[1], r[0], r[2], fold, how, inner)
	switch rapid.IntRange(0, 3).Draw(w.t, "shape") {
	case 0:
		return `{"not":` + node + `}`
	case 1:
		return fmt.Sprintf(`{%q:[%s,%s]}`, draw(w.t, "group", "all", "any"), node, draw(w.t, "leaf", inners[definition]...))
	}
	return node
}

func (w *mesh) form(definition string, more ...string) string {
	members := append(more, fmt.Sprintf(`"%s":%s`, draw(w.t, "when", "passWhen", "failWhen"), w.relation(definition)),
		`"onUnknown":`+draw(w.t, "onUnknown", `"fail"`, `"pass"`, `"in_progress"`), fmt.Sprintf(`"resource":%q`, w.defs[definition].ID))
	if rapid.IntRange(0, 2).Draw(w.t, "scoped") == 0 {
		members = append(members, `"scope":`+w.relation(definition))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// change makes a test, or a version of one.
func (w *mesh) change() {
	if len(w.tests) < 4 && rapid.Bool().Draw(w.t, "new") || len(w.tests) == 0 {
		definition := draw(w.t, "about", "OwnedServer", "Owner", "people")
		w.made++
		t, err := w.house.tests.Create(w.t.Context(), w.manager, []byte(w.form(definition, fmt.Sprintf(`"name":"r%d %s"`, w.made, w.defs["Owner"].ID))))
		if fault.KindOf(err) == fault.Invalid {
			return // no record yet, or the schema was edited
		}
		w.ok(err)
		w.tests[t.Slug] = definition
		return
	}
	ref := draw(w.t, "test", slices.Sorted(maps.Keys(w.tests))...)
	_, err := w.house.tests.NewVersion(w.t.Context(), w.manager, ref, []byte(w.form(w.tests[ref], `"reason":"better"`)))
	if fault.KindOf(err) != fault.Invalid {
		w.ok(err)
	}
}

// turn switches a test off or on.
func (w *mesh) turn() {
	if len(w.tests) == 0 {
		return
	}
	ref := draw(w.t, "test", slices.Sorted(maps.Keys(w.tests))...)
	if w.paused[ref] {
		_, err := w.house.tests.Reactivate(w.t.Context(), w.manager, ref)
		w.ok(err)
		delete(w.paused, ref)
		return
	}
	_, err := w.house.tests.Deactivate(w.t.Context(), w.manager, ref, assessment.Pause{Reason: "so"})
	w.ok(err)
	w.paused[ref] = true
}

// edit changes the schema of owners, so that some relations do not fit any more.
func (w *mesh) edit() {
	schema := draw(w.t, "schema", ownerSchema, strings.Replace(ownerSchema, `"grade": {"type": "int32"}`, `"grade": {"type": "string"}`, 1),
		strings.Replace(ownerSchema, `"mail": {"type": "string", "nullable": true}`, `"post": {"type": "string"}`, 1))
	_, _, err := w.records.Edit(w.t.Context(), w.app, w.defs["Owner"].ID, resource.Edit{Force: true, Schema: []byte(schema)})
	w.ok(err)
	w.defs["Owner"], err = w.records.Get(w.t.Context(), w.app, w.defs["Owner"].ID)
	w.ok(err)
}

func (w *mesh) time() {
	w.house.pass(time.Duration(rapid.IntRange(1, 200).Draw(w.t, "minutes")) * time.Minute)
	w.passes()
}

func (w *mesh) run() {
	for ref := range w.tests {
		if !w.paused[ref] {
			_, err := w.house.tests.Run(w.t.Context(), w.manager, ref)
			w.ok(err)
		}
		return
	}
}

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
