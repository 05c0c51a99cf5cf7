// SPDX-License-Identifier: Apache-2.0

package mapping_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
	"github.com/passmuster/muster/internal/workspace"
)

// lamps is a page for things that shine; it remembers what it was told to show.
type lamps struct {
	service *mapping.Service
	shown   map[string]string // by uniqueId
}

func (l *lamps) Name() string { return "lamp" }

func (l *lamps) Done(context.Context, *db.Tx, resource.Definition, []any) error { return nil }

func (l *lamps) Landed(context.Context, resource.Definition) error { return nil }

func (l *lamps) Follows(ctx context.Context, tx *db.Tx, d resource.Definition) (bool, error) {
	r, err := l.service.Reader(ctx, tx, d, "lamp")
	return r != nil, err
}

func (l *lamps) Put(ctx context.Context, tx *db.Tx, d resource.Definition, rows []resource.Newest) (any, error) {
	r, err := l.service.Reader(ctx, tx, d, "lamp")
	for _, n := range rows {
		if r == nil || n.DeletedAt != nil {
			delete(l.shown, n.UniqueID)
			continue
		}
		r.Read(n.Document)
		watts, known := r.Number("watts")
		since, dated := r.Time("since")
		l.shown[n.UniqueID] = fmt.Sprintf("%s %g %t %d %t %q %v has %t is %v", r.Text("colour"), watts, known, since, dated, r.Text("place"), r.Texts("tags"),
			r.Has("lit"), r.Is("lit"))
	}
	return nil, err
}

var lampShape = mapping.Shape{Kind: "lamp", Conditions: []string{"lit", "warm"}, Slots: []mapping.Slot{
	{Name: "colour", Required: true, Types: []rule.Type{rule.TypeString, rule.TypeEnum}, Values: []string{"red", "green"}},
	{Name: "watts", Types: []rule.Type{rule.TypeNumber}},
	{Name: "since", Types: []rule.Type{rule.TypeTimestamp}},
	{Name: "place", Types: []rule.Type{rule.TypeString}, Values: []string{""}},
	{Name: "tags", Types: []rule.Type{rule.TypeArray, rule.TypeString}},
}}

type house struct {
	t        *testing.T
	admin    caller.Caller
	app      caller.Caller
	db       *db.DB
	lamps    *lamps
	mappings *mapping.Service
	records  *resource.Service
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { clock = clock.Add(time.Second); return clock }
	h := &house{t: t, db: d, mappings: mapping.New(mapping.Options{DB: d, Now: now})}
	h.lamps = &lamps{service: h.mappings, shown: map[string]string{}}
	h.mappings.Pages = []mapping.Page{{
		Bases: map[resource.Base]mapping.Mapping{"Secret": {As: "lamp", Values: map[string]string{"colour": "red"}}}, Shape: lampShape, View: h.lamps,
	}}
	w, err := workspace.New(d, now).Get(t.Context(), "default")
	h.ok(err)
	h.admin = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	h.app = caller.Caller{Kind: caller.Application, ID: db.NewID(clock), Name: "Demo", Workspace: w.Caller()}
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app.ID, w.Number)
	}))
	h.records = resource.New(resource.Options{DB: d, Judge: assessment.NewJudge(d), Now: now, Owner: "test", Views: []resource.View{h.lamps}, Wait: time.Minute})
	h.mappings.Refresher = h.records
	return h
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

const lampSchema = `{"properties":{"hue":{"type":"string"},"power":{"type":"float64"},"on":{"type":"boolean","nullable":true},"made":{"type":"timestamp"},
	"kind":{"enum":["desk","street"]},"labels":{"elements":{"type":"string"}},"deep":{"properties":{"hue":{"type":"string"}}},"any":{}},
	"optionalProperties":{"note":{"type":"string"}}}`

func (h *house) define(name, base, schema string) resource.Definition {
	h.t.Helper()
	n := resource.NewDefinition{Application: h.app.ID, Base: base, Name: name}
	if schema != "" {
		n.Schema = []byte(schema)
	}
	d, err := h.records.Create(h.t.Context(), h.app, n)
	h.ok(err)
	return d
}

func (h *house) push(d resource.Definition, properties ...string) {
	h.t.Helper()
	var elements []string
	for i, p := range properties {
		elements = append(elements, fmt.Sprintf(`{"uniqueId":"l%d","displayName":"Lamp %d","externalUrl":"https://x.example","customProperties":%s}`, i, i, p))
	}
	result, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: d.Base, Default: resource.Strict, Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ","))),
	})
	if h.ok(err); result.Failure != "" {
		h.t.Fatalf("refused: %s", result.Failure)
	}
}

// TestCheck names what is wrong with a mapping by its place.
func TestCheck(t *testing.T) {
	t.Parallel()
	one := func(name, path string) map[string]string { return map[string]string{name: path} }
	lit := func(rule string) map[string]json.Value { return map[string]json.Value{"lit": json.Value(rule)} }
	red := one("colour", "red")
	cases := []struct {
		name string
		m    mapping.Mapping
		want string // places of problems
	}{
		{"by a value", mapping.Mapping{Values: red}, ""},
		{"by a field", mapping.Mapping{Fields: one("colour", "hue")}, ""},
		{"by a field with its parent", mapping.Mapping{Fields: one("colour", "customProperties.hue")}, ""},
		{"by an enum", mapping.Mapping{Fields: one("colour", "kind")}, ""},
		{"by what may be anything", mapping.Mapping{Fields: one("colour", "any")}, ""},
		{"by a base field", mapping.Mapping{Fields: one("colour", "displayName")}, ""},
		{"by a field inside an object", mapping.Mapping{Fields: one("colour", "deep.hue")}, ""},
		{"by nothing", mapping.Mapping{}, "/fields"},
		{"by an unknown field", mapping.Mapping{Fields: one("colour", "shade")}, "/fields/colour"},
		{"by a field of another type", mapping.Mapping{Fields: one("colour", "power")}, "/fields/colour"},
		{"by a value that is none", mapping.Mapping{Values: one("colour", "blue")}, "/values/colour"},
		{"by both", mapping.Mapping{Values: red, Fields: one("colour", "hue")}, "/values/colour"},
		{"an unknown slot", mapping.Mapping{Values: red, Fields: one("a/b", "hue")}, "/fields/a~1b"},
		{"an unknown value", mapping.Mapping{Values: map[string]string{"colour": "red", "x~y": ""}}, "/values/x~0y"},
		{"a value where only fields may be", mapping.Mapping{Values: map[string]string{"colour": "red", "watts": "7"}}, "/values/watts"},
		{"any text", mapping.Mapping{Values: map[string]string{"colour": "red", "place": "anywhere"}}, ""},
		{"a list", mapping.Mapping{Values: red, Fields: one("tags", "labels")}, ""},
		{"a condition", mapping.Mapping{Values: red, Conditions: lit(`{"field":"on","op":"equals","value":true}`)}, ""},
		{"an unknown condition", mapping.Mapping{Values: red, Conditions: map[string]json.Value{"dark": json.Value(`{"field":"on","op":"equals","value":true}`)}}, "/conditions/dark"},
		{"a condition that is none", mapping.Mapping{Values: red, Conditions: lit(`{"field":"on","op":"resembles"}`)}, "/conditions/lit/op"},
		{"a condition on an unknown field", mapping.Mapping{Values: red, Conditions: lit(`{"field":"off","op":"equals","value":true}`)}, "/conditions/lit/field"},
		{"a condition on the clock", mapping.Mapping{Values: red, Conditions: lit(`{"field":"made","op":"older_than","value":"1d"}`)}, "/conditions/lit"},
		{"two problems", mapping.Mapping{Fields: one("watts", "hue")}, "/fields/watts /fields"},
	}
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define("Lamps", "custom_resource", lampSchema)
		for _, c := range cases {
			c.m.As = "lamp"
			problems, err := lampShape.Check(c.m, d)
			h.ok(err)
			var places []string
			for _, p := range problems {
				if p.Message == "" {
					t.Errorf("%s: nothing is said of %s", c.name, p.Pointer)
				}
				places = append(places, p.Pointer)
			}
			if got := strings.Join(places, " "); got != c.want {
				t.Errorf("%s: got %q, want %q: %v", c.name, got, c.want, problems)
			}
			_, err = h.mappings.Set(t.Context(), h.app, d.ID, c.m)
			if (err == nil) != (c.want == "") {
				t.Errorf("%s: put: %v", c.name, err)
			}
		}
	})
}

// TestReader reads values of every type, and what is not there.
func TestReader(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define("Lamps", "custom_resource", lampSchema)
		h.push(d,
			`{"hue":"r\u00e9d","power":7.5,"on":true,"made":"1970-01-01T00:00:01Z","kind":"desk","labels":["a","b"],"deep":{"hue":"x"},"any":3,"note":"here"}`,
			`{"hue":"","power":0,"on":null,"made":"1970-01-01T00:00:00Z","kind":"desk","labels":[],"deep":{"hue":"x"},"any":{"x":1}}`)
		if len(h.lamps.shown) != 0 {
			t.Errorf("shown without a mapping: %v", h.lamps.shown)
		}
		put := func(m mapping.Mapping) {
			t.Helper()
			m.As = "lamp"
			_, err := h.mappings.Set(t.Context(), h.app, d.ID, m)
			h.ok(err)
		}
		want := func(lines ...string) {
			t.Helper()
			got := []string{}
			for _, id := range []string{"l0", "l1"} {
				if line, there := h.lamps.shown[id]; there {
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(append([]string{}, lines...), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}
		put(mapping.Mapping{
			Fields:     map[string]string{"colour": "hue", "watts": "power", "since": "made", "place": "note", "tags": "labels"},
			Conditions: map[string]json.Value{"lit": json.Value(`{"field":"on","op":"equals","value":true}`)},
		})
		want(`réd 7.5 true 1000 true "here" [a b] has true is true`, ` 0 true 0 true "" [] has true is unknown`)
		put(mapping.Mapping{Values: map[string]string{"colour": "green", "place": "hall"}, Fields: map[string]string{"tags": "hue", "watts": "any"}})
		want(`green 3 true 0 false "hall" [réd] has false is unknown`, `green 0 false 0 false "hall" [] has false is unknown`)
		h.push(d, `{"hue":"new","power":1,"on":true,"made":"1970-01-01T00:00:01Z","kind":"desk","labels":[],"deep":{"hue":"x"},"any":4}`)
		want(`green 4 true 0 false "hall" [new] has false is unknown`)

		// What a later schema does not have fills nothing.
		put(mapping.Mapping{
			Fields: map[string]string{"colour": "hue", "place": "note"}, Conditions: map[string]json.Value{"lit": json.Value(`{"field":"on","op":"equals","value":true}`)},
		})
		_, _, err := h.records.Edit(t.Context(), h.app, d.ID, resource.Edit{Force: true, Schema: []byte(`{"properties":{"hue":{"type":"string"}}}`)})
		h.ok(err)
		h.push(d, `{"hue":"last"}`)
		want(`last 0 false 0 false "" [] has true is unknown`)
		h.ok(h.mappings.Delete(t.Context(), h.app, d.ID))
		want()
	})
}

// TestOwn keeps applications to their own definitions, and base types that are
// shown by themselves as they are.
func TestOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d, secrets := h.define("Lamps", "custom_resource", lampSchema), h.define("Secrets", "secret", "")
		other, stranger := h.app, h.admin
		other.ID, stranger.Workspace.Number = db.NewID(time.Now()), h.admin.Workspace.Number+1
		red := mapping.Mapping{As: "lamp", Values: map[string]string{"colour": "red"}}
		fails := func(kind fault.Kind, err error) {
			t.Helper()
			if err == nil || fault.KindOf(err) != kind {
				t.Errorf("got %v", err)
			}
		}
		for _, c := range []caller.Caller{other, stranger} {
			_, err := h.mappings.Set(t.Context(), c, d.ID, red)
			fails(fault.NotFound, err)
			_, err = h.mappings.Get(t.Context(), c, d.ID)
			fails(fault.NotFound, err)
			fails(fault.NotFound, h.mappings.Delete(t.Context(), c, d.ID))
		}
		_, err := h.mappings.Get(t.Context(), h.app, d.ID)
		fails(fault.NotFound, err)
		_, err = h.mappings.Set(t.Context(), h.app, "x", red)
		fails(fault.NotFound, err)
		_, err = h.mappings.Set(t.Context(), h.app, secrets.ID, red)
		fails(fault.Conflict, err)
		_, err = h.mappings.Set(t.Context(), h.app, d.ID, mapping.Mapping{As: "chair"})
		fails(fault.Invalid, err)
		_, err = h.mappings.Set(t.Context(), h.app, d.ID, red)
		h.ok(err)
		for c, want := range map[string]int{"app": 1, "other": 0, "admin": 1, "stranger": 0} {
			list, err := h.mappings.List(t.Context(), map[string]caller.Caller{"app": h.app, "other": other, "admin": h.admin, "stranger": stranger}[c])
			if h.ok(err); len(list) != want {
				t.Errorf("%s sees %d", c, len(list))
			}
		}
		got, err := h.mappings.Get(t.Context(), h.admin, d.ID)
		if diff := cmp.Diff(red, got.Mapping); err != nil || diff != "" {
			t.Errorf("%v -want +got:\n%s", err, diff)
		}
		if kinds := h.mappings.Kinds(); !slices.Equal(kinds, []mapping.Kind{"lamp"}) {
			t.Errorf("got %v", kinds)
		}
	})
}
