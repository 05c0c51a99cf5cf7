// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/passmuster/muster/internal/web"
)

// What the routes answer fits what the document says, nulls included.
func TestAnswersFitTheDocument(t *testing.T) {
	f := start(t, nil)
	text := f.do(t, "GET", "/openapi.json", "").body
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if version := doc.(map[string]any)["openapi"]; version != "3.1.0" {
		t.Errorf("got OpenAPI %v", version)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource("http://doc/openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, method, path, body, status string }{
		{"page", "GET", "/v1/widgets", "", "200"},
		{"one with nulls", "GET", "/v1/widgets/{id}", "", "200"},
		{"created", "POST", "/v1/widgets/{id}", `{"name":"a","rule":{"all":[1]},"since":"2026-01-02T03:04:05.6789+02:00","tags":["x"]}`, "201"},
		{"error", "POST", "/v1/widgets/{id}", `{"name":1}`, "default"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := f.do(t, test.method, strings.Replace(test.path, "{id}", "a", 1), test.body, auth, manager)
			pointer := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(test.path)
			schema, err := compiler.Compile("http://doc/openapi.json#/paths/" + pointer + "/" + strings.ToLower(test.method) +
				"/responses/" + test.status + "/content/application~1json/schema")
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(got.body))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); err != nil {
				t.Errorf("%v: %s", err, got.body)
			}
			if strings.Contains(got.body, "$schema") {
				t.Errorf("$schema in %s", got.body)
			}
		})
	}
}

func TestAnswersInJSON(t *testing.T) {
	f := start(t, nil)
	got := f.do(t, "POST", "/v1/widgets/a", `{"name":"é<","since":"2026-01-02T03:04:05.6789+02:00","rule": {"b":1,"a":2}}`, auth, manager)
	want := `{"at":"1970-01-01T00:00:00.000Z","ended":"2026-01-02T01:04:05.678Z","maker":null,"name":"é<","raw":{"b":1,"a":2},"state":null,"tags":[]}`
	if got.body != want {
		t.Errorf("got  %s\nwant %s", got.body, want)
	}
}

func TestPages(t *testing.T) {
	f := start(t, nil)
	var page struct {
		Results struct {
			Data     []struct{ Name string }
			PageInfo map[string]any
		}
	}
	got := f.do(t, "GET", "/v1/widgets?pageSize=2", "", auth, manager)
	if err := json.Unmarshal([]byte(got.body), &page); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"endCursor": web.EncodeCursor("1", "x"), "hasNextPage": true, "hasPreviousPage": false, "startCursor": web.EncodeCursor("0", "x"),
	}
	if diff := cmp.Diff(want, page.Results.PageInfo); diff != "" || len(page.Results.Data) != 2 {
		t.Errorf("-want +got:\n%s in %s", diff, got.body)
	}
	last := f.do(t, "GET", "/v1/widgets?pageCursor="+web.EncodeCursor("1", "x"), "", auth, manager).body
	if last != `{"results":{"data":[],"pageInfo":{"endCursor":null,"hasNextPage":false,"hasPreviousPage":true,"startCursor":null}}}` {
		t.Errorf("got %s", last)
	}
	if got := f.do(t, "GET", "/v1/widgets", "", auth, manager).body; strings.Count(got, `"name"`) != 10 {
		t.Errorf("got %s, want ten entries by default", got)
	}
}

func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,null,"\u00e9"]}`, `{"a":1,"a":2}`, `{"a"`, ` `, "[\xff]", `1 2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if web.CheckJSON(text) == nil && !json.Valid(bytes.TrimSpace(text)) {
			t.Errorf("%q passed and is no JSON", text)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("a", "b")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, "?"), strings.ToValidUTF8(b, "?")
		got, err := web.DecodeCursor(web.EncodeCursor(a, b), 2)
		if diff := cmp.Diff([]string{a, b}, got); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
	})
}
