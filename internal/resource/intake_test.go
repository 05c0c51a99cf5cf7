// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/fault"
)

func TestReadSet(t *testing.T) {
	cases := []struct {
		name, body string
		want       string // id, then elements
		err        string
	}{
		{"id first", `{"resourceId":"r","resources":[{"a":1}, 2]}`, `r {"a":1} 2`, ""},
		{"id last", `{"resources":[{"a":1},"x"],"sourceId":"s","resourceId":"r"}`, `r {"a":1} "x"`, ""},
		{"empty set", `{"resourceId":"r","resources":[]}`, "r", ""},
		{"no id", `{"resources":[1]}`, "", "must have property 'resourceId'"},
		{"no set", `{"resourceId":"r"}`, "", "must have property 'resources'"},
		{"id of another type", `{"resourceId":7,"resources":[]}`, "", "/resourceId: must be string"},
		{"set of another type", `{"resourceId":"r","resources":{}}`, "", "/resources: must be array"},
		{"unknown member", `{"resourceId":"r","resource":[]}`, "", "/resource: must not be there; the body has resourceId and resources"},
		{"repeated member", "{\"resourceId\":\"r\",\"resources\":[],\n\"resources\":[]}", "r", `malformed JSON at line 2, column 1 (byte offset 34): duplicate object member name`},
		{"repeated inner member", "{\"resourceId\":\"r\",\"resources\":[{\"a\":1,\n\"a\":2}]}", "r", `line 2, column 1`},
		{"not an object", `[]`, "", "the body must be an object with resourceId and resources"},
		{"cut", "{\"resourceId\":\"r\",\n\"resources\":[{}", "r {}", "malformed JSON: the body ends too early, at line 2, column 16 (byte offset 34)"},
		{"empty", "", "", "malformed JSON: the body ends too early, at line 1, column 1 (byte offset 0)"},
		{"bad token", "{\"resourceId\":\"r\",\"resources\":[\n  1,\n  nope]}", "r 1", "malformed JSON at line 3, column"},
		{"more after", `{"resourceId":"r","resources":[]} {}`, "r", "there is more after the body's object"},
		{"too many", `{"resourceId":"r","resources":[1,2,3,4]}`, "r 1 2 3", "a PUT takes at most 3 records"},
		{"not UTF-8", "{\"resourceId\":\"r\",\"resources\":[\"\xff\"]}", "r", "malformed JSON at line 1, column 33"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var words []string
			err := readSet(iotest.OneByteReader(strings.NewReader(c.body)), 3, func(id string) (sink, error) {
				words = append(words, id)
				return func(element []byte) error {
					words = append(words, string(element))
					return nil
				}, nil
			})
			if got := strings.Join(words, " "); got != c.want && !(c.err != "" && strings.HasPrefix(c.want, got)) {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got error %v, want %q", err, c.err)
			}
		})
	}
}

func TestOneHugeElementIsRefused(t *testing.T) {
	body := `{"resourceId":"r","resources":["` + strings.Repeat("x", MaxElement+2*readStep) + `"]}`
	err := readSet(strings.NewReader(body), 0, func(string) (sink, error) { return func([]byte) error { return nil }, nil })
	if fault.KindOf(err) != fault.TooLarge {
		t.Errorf("got %v, want a fault that says it is too large", err)
	}
}

// TestWords holds the sentences of the contract (integration-api.md section 3).
func TestWords(t *testing.T) {
	custom := []byte(`{"properties":{"hostname":{"type":"string"},"memory":{"type":"int32"},"tags":{"elements":{"enum":["a","b"]}}}}`)
	account := `"displayName":"J","externalUrl":"https://x","fullName":"J D","accountName":"j","email":"j@x.org","permissionLevel":"BASE",` +
		`"createdTimestamp":"2026-01-02T03:04:05Z","mfaEnabled":null,"mfaMethods":[],"authMethod":"SSO"`
	device := `"displayName":"D","uniqueId":"DEV-1","externalUrl":"https://x"`
	cases := []struct {
		name, element string
		base          Base
		schema        []byte
		want          Rejection // without index
	}{
		{
			"required property", `{` + strings.Replace(account, `"fullName":"J D",`, "", 1) + `,"uniqueId":"u","status":"ACTIVE"}`, "UserAccount", nil,
			Rejection{UniqueID: "u", Pointer: "/resources/0", SchemaPointer: "/properties/fullName", Code: "missing_property", Expected: "fullName", Message: "/0: must have property 'fullName'"},
		},
		{
			"enum", `{` + account + `,"uniqueId":"u","status":"GONE"}`, "UserAccount", nil,
			Rejection{UniqueID: "u", Pointer: "/resources/0/status", SchemaPointer: "/properties/status/enum", Code: "bad_enum", Actual: `"GONE"`, Message: "/0/status: must be equal to one of the allowed values"},
		},
		{
			"timestamp", `{` + strings.Replace(account, "2026-01-02T03:04:05Z", "yesterday", 1) + `,"uniqueId":"u","status":"ACTIVE"}`, "UserAccount", nil,
			Rejection{UniqueID: "u", Pointer: "/resources/0/createdTimestamp", SchemaPointer: "/properties/createdTimestamp/type", Code: "wrong_type", Expected: "timestamp", Actual: `"yesterday"`, Message: "/0/createdTimestamp: must be timestamp"},
		},
		{
			"string", `{` + strings.Replace(account, `"j@x.org"`, "7", 1) + `,"uniqueId":"u","status":"ACTIVE"}`, "UserAccount", nil,
			Rejection{UniqueID: "u", Pointer: "/resources/0/email", SchemaPointer: "/properties/email/type", Code: "wrong_type", Expected: "string", Actual: "7", Message: "/0/email: must be string"},
		},
		{
			"unknown key", `{` + device + `,"customProperties":{}}`, CustomResource, nil,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0/customProperties", Code: "unknown_property", Actual: "{}", Message: "Too many fields on resource with uniqueId DEV-1 (element 0). Extra keys: customProperties"},
		},
		{
			"unknown key before missing one", `{"uniqueId":"DEV-1","x":1,"y":2}`, CustomResource, nil,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0/x", Code: "unknown_property", Actual: "1", Message: "Too many fields on resource with uniqueId DEV-1 (element 0). Extra keys: x, y"},
		},
		{
			"custom missing", `{` + device + `,"customProperties":{"memory":1,"tags":[]}}`, CustomResource, custom,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0/customProperties", SchemaPointer: "/properties/hostname", Code: "missing_property", Expected: "hostname", Message: "/0/customProperties: must have property 'hostname'"},
		},
		{
			"custom unknown", `{` + device + `,"customProperties":{"hostname":"h","memory":1,"tags":[],"x":1}}`, CustomResource, custom,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0/customProperties/x", Code: "unknown_property", Actual: "1", Message: "/0/customProperties: must not have property 'x'"},
		},
		{
			"custom type", `{` + device + `,"customProperties":{"hostname":"h","memory":"lots","tags":[]}}`, CustomResource, custom,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0/customProperties/memory", SchemaPointer: "/properties/memory/type", Code: "wrong_type", Expected: "int32", Actual: `"lots"`, Message: "/0/customProperties/memory: must be int32"},
		},
		{
			"custom element", `{` + device + `,"customProperties":{"hostname":"h","memory":1,"tags":["a","c"]}}`, CustomResource, custom,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0/customProperties/tags/1", SchemaPointer: "/properties/tags/elements/enum", Code: "bad_enum", Actual: `"c"`, Message: "/0/customProperties/tags/1: must be equal to one of the allowed values"},
		},
		{
			"custom absent", `{` + device + `}`, CustomResource, custom,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0", SchemaPointer: "/properties/customProperties", Code: "missing_property", Expected: "customProperties", Message: "/0: must have property 'customProperties'"},
		},
		{
			"not an object", `7`, CustomResource, custom,
			Rejection{Pointer: "/resources/0", Code: "not_an_object", Expected: "object", Actual: "7", Message: "/0: must be object"},
		},
		{
			"null", `{` + strings.Replace(device, `"D"`, "null", 1) + `}`, CustomResource, nil,
			Rejection{UniqueID: "DEV-1", Pointer: "/resources/0/displayName", SchemaPointer: "/properties/displayName/type", Code: "wrong_type", Expected: "string", Actual: "null", Message: "/0/displayName: must be string"},
		},
		{
			"NUL in the id", `{"displayName":"D","uniqueId":"a\u0000b","externalUrl":"https://x"}`, CustomResource, nil,
			Rejection{Pointer: "/resources/0/uniqueId", SchemaPointer: "/properties/uniqueId", Code: "wrong_type", Expected: "free of U+0000", Actual: `"a\u0000b"`, Message: "/0/uniqueId: must be free of U+0000"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			schema, err := Definition{Base: c.base, Schema: c.schema}.RecordSchema()
			if err != nil {
				t.Fatal(err)
			}
			shape, err := NewShape(schema)
			if err != nil {
				t.Fatal(err)
			}
			look := surveyOf([]byte(c.element))
			unique, usable := look.unique()
			got := shape.Check(0, []byte(c.element), unique, usable)
			if got == nil {
				t.Fatal("was taken")
			}
			if diff := cmp.Diff(c.want, *got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryBaseTypeCompiles(t *testing.T) {
	if len(Bases()) != 12 {
		t.Errorf("got %d base types, want 12", len(Bases()))
	}
	for _, base := range Bases() {
		schema, err := base.Schema()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewShape(schema); err != nil {
			t.Error(err)
		}
		for _, spelling := range []string{string(base), base.Snake()} {
			if got, ok := ParseBase(spelling); !ok || got != base {
				t.Errorf("%s: got %s, %v", spelling, got, ok)
			}
		}
	}
}
