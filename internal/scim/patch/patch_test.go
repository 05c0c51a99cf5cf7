// SPDX-License-Identifier: Apache-2.0

package patch_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/scim/patch"
	"github.com/passmuster/muster/internal/scim/schema"
)

// testCase is described in testdata/README.md.
type testCase struct {
	Detail  string
	Error   string
	Ignores []string
	Learned []string
	Learns  []string
	Members json.RawMessage
	Mode    string
	Name    string
	Of      string
	Patch   json.RawMessage
	Want    json.RawMessage
}

// fixture is one of testdata/resources.json.
type fixture struct {
	Resource json.RawMessage
	Type     string
}

func read(t testing.TB, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func fixtures(t testing.TB) map[string]fixture {
	t.Helper()
	var all map[string]fixture
	read(t, "resources.json", &all)
	return all
}

func (f fixture) object(t reporter) schema.Object { return object(t, f.Resource) }

func (f fixture) resourceType() *schema.ResourceType {
	if f.Type == "Group" {
		return schema.Group()
	}
	return schema.User()
}

func object(t reporter, text []byte) schema.Object {
	t.Helper()
	obj, err := schema.ReadObject(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return obj
}

func TestCases(t *testing.T) {
	all := fixtures(t)
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "resources.json" {
			continue
		}
		var cases []testCase
		read(t, name, &cases)
		for _, c := range cases {
			t.Run(strings.TrimSuffix(name, ".json")+"/"+c.Name, func(t *testing.T) { c.run(t, all[c.Of]) })
		}
	}
}

func (c testCase) run(t *testing.T, of fixture) {
	rt := of.resourceType()
	for _, name := range c.Learned {
		rt = rt.With([]schema.Learned{{Name: name, Type: schema.String}})
	}
	mode := schema.Tolerant
	if c.Mode == "strict" {
		mode = schema.Strict
	}
	before := of.object(t)
	p, err := patch.Parse(c.Patch, rt, mode)
	var applied patch.Applied
	if err == nil {
		c.checkParsed(t, p)
		applied, err = p.Apply(before)
	}
	if diff := cmp.Diff(of.object(t), before); diff != "" {
		t.Errorf("the resource was written to (-before +after):\n%s", diff)
	}
	if c.Error != "" {
		c.checkError(t, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want := merge(of.object(t), object(t, c.Want)).(schema.Object)
	if diff := cmp.Diff(want, applied.Object); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
	if applied.Changed != (string(c.Want) != "{}") {
		t.Errorf("changed is %v", applied.Changed)
	}
	c.checkSplit(t, p, before)
}

// merge is JSON Merge Patch (RFC 7396 §2).
func merge(target, patch any) any {
	changes, ok := patch.(schema.Object)
	if !ok {
		return patch
	}
	obj, ok := target.(schema.Object)
	if !ok {
		obj = schema.Object{}
	}
	for name, value := range changes {
		if value == nil {
			delete(obj, name)
		} else {
			obj[name] = merge(obj[name], value)
		}
	}
	return obj
}

func (c testCase) checkError(t *testing.T, err error) {
	t.Helper()
	var known *schema.Error
	if !errors.As(err, &known) {
		t.Fatalf("got error %v, want %s", err, c.Error)
	}
	if string(known.ScimType) != c.Error || known.Status != 400 || !strings.Contains(known.Detail, c.Detail) {
		t.Errorf("got %d %s %q, want %s %q", known.Status, known.ScimType, known.Detail, c.Error, c.Detail)
	}
}

func (c testCase) checkParsed(t *testing.T, p patch.Patch) {
	t.Helper()
	var learns []string
	for _, l := range p.Learned {
		learns = append(learns, l.Name)
	}
	if diff := cmp.Diff(c.Learns, learns); diff != "" {
		t.Errorf("learned (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.Ignores, p.Ignored); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
	if c.Error != "" || c.Members == nil {
		return
	}
	ops, _, ok := p.Members()
	if string(c.Members) == `"load"` {
		if ok {
			t.Errorf("got %v, want that members are loaded", ops)
		}
		return
	}
	got := []any{}
	for _, op := range ops {
		line := map[string]any{"kind": string(op.Kind)}
		if op.Members != nil {
			line["members"] = op.Members
		}
		if op.Values != nil {
			line["values"] = op.Values
		}
		got = append(got, line)
	}
	var want any
	if err := json.Unmarshal(c.Members, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, plain(t, got)); diff != "" || !ok {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func plain(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var read any
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// checkSplit holds Members and the rest against Apply.
func (c testCase) checkSplit(t *testing.T, p patch.Patch, before schema.Object) {
	t.Helper()
	if diff := cmp.Diff(whole(p, before), split(p, before)); diff != "" {
		t.Errorf("Apply and Members differ (-Apply +Members):\n%s", diff)
	}
}

func TestLimits(t *testing.T) {
	member := `{"value":"u"}`
	cases := []struct{ name, operations string }{
		{"operations", strings.Repeat(`{"op":"remove","path":"members"},`, patch.MaxOperations+1)},
		{"values", `{"op":"add","path":"members","value":[` + strings.Repeat(member+",", patch.MaxValues) + member + `]},`},
		{"bytes", strings.Repeat(" ", patch.MaxBytes) + `{"op":"remove","path":"members"},`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := patch.Parse([]byte(`{"schemas":["`+patch.URN+`"],"Operations":[`+strings.TrimSuffix(c.operations, ",")+`]}`), schema.Group(), schema.Tolerant)
			var known *schema.Error
			if !errors.As(err, &known) || known.Status != 413 {
				t.Errorf("got %v, want 413", err)
			}
		})
	}
}

func TestPasswordIsReported(t *testing.T) {
	p, err := patch.Parse([]byte(`{"schemas":["`+patch.URN+`"],"Operations":[{"op":"replace","path":"password","value":"x"}]}`), schema.User(), schema.Tolerant)
	if err != nil || !p.Password || !p.Empty() {
		t.Errorf("got %+v, %v", p, err)
	}
}
