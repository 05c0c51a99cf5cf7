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
	members := append(slices.Clone(more), fmt.Sprintf(`"%s":%s`, draw(w.t, "when", "passWhen", "failWhen"), w.relation(definition)),
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
