// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	ours "github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// TestPublished: what is answered at /Schemas and /ResourceTypes is what the
// files say, and every attribute says all that RFC 7643 §7 asks for.
func TestPublished(t *testing.T) {
	for file, rt := range map[string]*schema.ResourceType{"user": schema.User(), "group": schema.Group(), "role": schema.Role()} {
		compareJSON(t, "data/type_"+file+".json", rt)
		compareJSON(t, "data/"+file+".json", rt.Core())
		for _, s := range append(rt.Extensions(), rt.Core()) {
			for _, a := range s.Attributes {
				checkAttribute(t, s.ID, a, true)
			}
		}
	}
	compareJSON(t, "data/enterprise.json", schema.User().Extensions()[0])
	placed := schema.User().Core().At("https://x/Schemas/u")
	if placed.Meta.Location != "https://x/Schemas/u" || schema.User().Core().Meta != nil {
		t.Error("At does not make a copy with its place")
	}
	if got := schema.Role().At("https://x/ResourceTypes/Role"); got.Meta.ResourceType != "ResourceType" || got.Attribute("displayName") == nil {
		t.Errorf("At answers %+v", got)
	}
}

func compareJSON(t *testing.T, file string, value any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	printed, err := ours.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(printed, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is answered otherwise:\n%s", file, diff)
	}
}

func checkAttribute(t *testing.T, where string, a *schema.Attribute, top bool) {
	t.Helper()
	where += ":" + a.Name
	known := func(value string, all ...string) {
		if !slices.Contains(all, value) {
			t.Errorf("%s: %q", where, value)
		}
	}
	known(string(a.Mutability), "readOnly", "readWrite", "immutable", "writeOnly")
	known(string(a.Returned), "always", "default", "never", "request")
	known(string(a.Uniqueness), "none", "server", "global")
	known(string(a.Type), "string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex")
	if a.Description == "" {
		t.Errorf("%s: no description", where)
	}
	if (a.Type == schema.Complex) != (len(a.SubAttributes) > 0) || !top && a.Type == schema.Complex {
		t.Errorf("%s: sub-attributes of %s", where, a.Type)
	}
	if (a.Type == schema.Reference) != (len(a.ReferenceTypes) > 0) {
		t.Errorf("%s: reference types of %s", where, a.Type)
	}
	for _, sub := range a.SubAttributes {
		checkAttribute(t, where, sub, false)
	}
}

// TestComplete: the attributes of RFC 7643 §4 and §8.7, with their sub-attributes.
func TestComplete(t *testing.T) {
	contact := "value display type primary"
	want := map[string]string{
		"userName": "", "name": "formatted familyName givenName middleName honorificPrefix honorificSuffix", "displayName": "", "nickName": "",
		"profileUrl": "", "title": "", "userType": "", "preferredLanguage": "", "locale": "", "timezone": "", "active": "", "password": "",
		"emails": contact, "phoneNumbers": contact, "ims": contact, "photos": contact,
		"addresses": "formatted streetAddress locality region postalCode country type primary", "groups": "value $ref display type",
		"entitlements": contact, "roles": contact, "x509Certificates": contact,
	}
	compareNames(t, schema.User().Core(), want)
	compareNames(t, schema.User().Extensions()[0], map[string]string{
		"employeeNumber": "", "costCenter": "", "organization": "", "division": "", "department": "", "manager": "value $ref displayName",
	})
	compareNames(t, schema.Group().Core(), map[string]string{"displayName": "", "members": "value $ref display type"})
}

func compareNames(t *testing.T, s *schema.Schema, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, a := range s.Attributes {
		var subs []string
		for _, sub := range a.SubAttributes {
			subs = append(subs, sub.Name)
		}
		got[a.Name] = strings.Join(subs, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s:\n%s", s.ID, diff)
	}
}

// TestFold: what a letter folds to differs from it only in case, and is the same
// for all such letters; so others fold apart.
func TestFold(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xD800 && r <= 0xDFFF {
			continue
		}
		letter := string(r)
		folded := schema.Fold(letter)
		if !strings.EqualFold(folded, letter) {
			t.Fatalf("%q folds to %q", r, folded)
		}
		if other := unicode.SimpleFold(r); other != r && schema.Fold(string(other)) != folded {
			t.Fatalf("%q folds to %q, %q otherwise", r, folded, other)
		}
	}
	if got := schema.Fold("Bjensen@EXAMPLE.com"); got != "bjensen@example.com" {
		t.Errorf("got %s", got)
	}
}

// TestNumbers holds Compare against exact fractions.
func TestNumbers(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, ok := schema.ParseNumber(a)
		y, okay := schema.ParseNumber(b)
		if !ok || !okay {
			t.Fatalf("%s or %s is no number", a, b)
		}
		p, _ := new(big.Rat).SetString(a)
		q, _ := new(big.Rat).SetString(b)
		if got, want := x.Compare(y), p.Cmp(q); got != want {
			t.Fatalf("%s against %s: got %d, want %d", a, b, got, want)
		}
	})
	for _, text := range []string{"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1 ", "--1", "NaN", "1.5.2"} {
		if _, ok := schema.ParseNumber(text); ok {
			t.Errorf("%q is taken as a number", text)
		}
	}
}

// TestLearnedLimits: names, bytes, and what With adds.
func TestLearnedLimits(t *testing.T) {
	body := schema.Object{"schemas": []any{schema.UserURN}, "userName": "a"}
	for i := range 60 {
		body[fmt.Sprintf("custom%02d", i)] = "x"
	}
	in := schema.NewInput(schema.User(), schema.Tolerant)
	if err := in.Resource(body); err != nil {
		t.Fatal(err)
	}
	if len(in.Learned) != schema.MaxLearned || len(in.Ignored) != 10 || in.Ignored[0] != "custom50" {
		t.Errorf("learned %d, ignored %v", len(in.Learned), in.Ignored)
	}
	again := schema.User().With(in.Learned)
	if again.With(in.Learned) != again {
		t.Error("With of what is known makes another type")
	}
	if schema.User().Attribute("custom00") != nil || again.Attribute("CUSTOM00") == nil || !again.Attribute("custom00").Learned() {
		t.Error("With changed the type it was asked of")
	}
	fits := strings.Repeat("x", schema.MaxLearnedBytes-len("big")-2)
	for value, kept := range map[string]bool{fits: true, fits + "x": false} {
		in := schema.NewInput(schema.User(), schema.Tolerant)
		if _, ok, err := in.Learn("", "big", value); ok != kept || err != nil {
			t.Errorf("%d bytes: kept %t, %v", len(value), ok, err)
		}
	}
	learned := []schema.Learned{{Name: "Id"}, {Name: "username"}, {Schema: strings.ToUpper(schema.EnterpriseURN), Name: "department"}, {Schema: schema.UserURN, Name: "title"}}
	if schema.User().With(learned) != schema.User() {
		t.Error("names of the schemas are learned")
	}
}

func TestFind(t *testing.T) {
	rt := schema.User().With([]schema.Learned{{Schema: schema.UserURN + ":custom", Name: "badge", Type: schema.String}})
	cases := []struct{ name, want, strict string }{
		{"userName", "userName", "userName"},
		{"NAME.GIVENNAME", "name.givenName", "name.givenName"},
		{"meta.version", "meta.version", "meta.version"},
		{"manager.value", schema.EnterpriseURN + ":manager.value", "-"},
		{"department", "-", "-"},
		{schema.EnterpriseURN + ":manager.$ref", schema.EnterpriseURN + ":manager.$ref", schema.EnterpriseURN + ":manager.$ref"},
		{schema.EnterpriseURN, schema.EnterpriseURN, schema.EnterpriseURN},
		{schema.UserURN + ":id", "id", "id"},
		{schema.UserURN, "", ""},
		{schema.UserURN + ":", "-", "-"},
		{schema.UserURN + ":custom:badge", schema.UserURN + ":custom:badge", schema.UserURN + ":custom:badge"},
		{schema.UserURN + "userName", "-", "-"},
		{"name.", "-", "-"},
		{"", "-", "-"},
		{".", "-", "-"},
		{":", "-", "-"},
	}
	for _, c := range cases {
		for mode, want := range map[schema.Mode]string{schema.Tolerant: c.want, schema.Strict: c.strict} {
			got := "-"
			if ref, ok := rt.Find(c.name, mode); ok {
				got = ref.String()
			}
			if got != want {
				t.Errorf("%q in mode %d: got %s, want %s", c.name, mode, got, want)
			}
		}
	}
}

func TestRef(t *testing.T) {
	obj := schema.Object{}
	ref, _ := schema.User().Find("manager.value", schema.Tolerant)
	if ref.Get(obj) != nil {
		t.Error("something is found in nothing")
	}
	ref.Set(obj, nil)
	ref.Set(obj, schema.Object{"value": "m"})
	if diff := cmp.Diff(schema.Object{schema.EnterpriseURN: schema.Object{"manager": schema.Object{"value": "m"}}}, obj); diff != "" {
		t.Error(diff)
	}
	if ref.Leaf().Name != "value" || ref.Get(obj) == nil {
		t.Error("not found again")
	}
	ref.Set(obj, nil)
	if len(obj) > 0 {
		t.Errorf("%v is left", obj)
	}
	title, _ := schema.User().Find("TITLE", schema.Strict)
	title.Set(obj, "x")
	if obj["title"] != "x" {
		t.Errorf("got %v", obj)
	}
}

func TestError(t *testing.T) {
	got, err := ours.Marshal(schema.Errorf(schema.InvalidFilter, "Say %q.", "x"))
	want := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidFilter","detail":"Say \"x\"."}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	got, err = ours.Marshal(&schema.Error{Status: 404})
	if err != nil || string(got) != `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}` {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestSplitNames(t *testing.T) {
	got := schema.SplitNames(` a , emails[type eq "x,]"],,b[c eq 1,2].d,`)
	if diff := cmp.Diff([]string{"a", `emails[type eq "x,]"]`, "b[c eq 1,2].d"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestInput: single values, as patch reads them.
func TestInput(t *testing.T) {
	cases := []struct{ name, value, want string }{
		{"emails", `[{"VALUE":"x"},{"value":"X"}]`, `[{"value":"x"}]`},
		{"emails", `[]`, `null`},
		{"emails.type", `"work"`, `"work"`},
		{"active", `"False"`, `false`},
		{"manager", `""`, `null`},
		{"manager", `{"displayName":"x"}`, `null`},
		{"name", `{"givenName":null}`, `null`},
		{schema.EnterpriseURN, `{"manager":"m","department":"d"}`, `{"department":"d","manager":{"value":"m"}}`},
		{schema.EnterpriseURN, `"x"`, `error`},
		{"vip", `{"x":1}`, `ignored`},
		{"vip", `["a","b","A"]`, `["a","b"]`},
	}
	rt := schema.User().With([]schema.Learned{{Name: "vip", Type: schema.Boolean}})
	for _, c := range cases {
		in := schema.NewInput(rt, schema.Tolerant)
		ref, ok := rt.Find(c.name, schema.Tolerant)
		value, err := schema.Parse([]byte(c.value))
		if !ok || err != nil {
			t.Fatal(c, err)
		}
		read, err := in.Value(ref, value)
		got, _ := ours.Marshal(read)
		switch {
		case err == schema.ErrIgnored: //nolint:errorlint // it is answered as it is
			got = []byte("ignored")
		case err != nil:
			got = []byte("error")
		}
		if string(got) != c.want {
			t.Errorf("%s %s: got %s (%v), want %s", c.name, c.value, got, err, c.want)
		}
	}
}

// TestEqual: Equal is what Canonical says, and copies are equal and apart.
func TestEqual(t *testing.T) {
	scalar := rapid.OneOf(rapid.Map(rapid.SampledFrom([]string{"", "a", "b"}), func(s string) any { return s }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Map(rapid.SampledFrom([]schema.Number{"0", "1", "20"}), func(n schema.Number) any { return n }))
	name := rapid.SampledFrom([]string{"title", "name", "emails", "x"})
	complexValue := rapid.Map(rapid.MapOfN(name, scalar, 1, 3), func(m map[string]any) any { return m })
	array := rapid.Map(rapid.SliceOfN(rapid.OneOf(scalar, complexValue), 1, 3), func(v []any) any { return v })
	object := rapid.MapOfN(name, rapid.OneOf(scalar, complexValue, array), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := object.Draw(t, "a"), object.Draw(t, "b")
		first, second := schema.Canonical(a, schema.User()), schema.Canonical(b, schema.User())
		if schema.Equal(a, b) != bytes.Equal(first, second) {
			t.Fatalf("%s and %s: equal %t", first, second, schema.Equal(a, b))
		}
		if !schema.Equal(a, schema.Clone(a)) {
			t.Fatalf("%s has no equal copy", first)
		}
		if again, err := schema.ReadObject(first); err != nil || !schema.Equal(a, again) {
			t.Fatalf("%s reads as %v, %v", first, again, err)
		}
	})
	if !schema.Equal(schema.Number("1.0"), schema.Number("1")) || schema.Equal("1", schema.Number("1")) || schema.Equal(nil, []any{}) {
		t.Error("numbers compare by value, kinds apart")
	}
}
