// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrors(t *testing.T) {
	f := start(t, nil)
	long := strings.Repeat("x", 300)
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		want                     string // "" where only the status counts
		contentType              string
	}{
		{
			name: "plain error", path: "boom", status: 500,
			want: `{"error":"internal error","message":"internal error"}`,
		},
		{
			name: "panic", path: "panic", status: 500,
			want: `{"error":"internal error","message":"internal error"}`,
		},
		{
			name: "not found", path: "missing", status: 404,
			want: `{"error":"Widget with id: missing not found","message":"Widget with id: missing not found"}`,
		},
		{name: "conflict", path: "conflict", status: 409},
		{name: "impossible", path: "impossible", status: 422},
		{name: "unavailable", path: "later", status: 503},
		{
			name: "problems of a feature", path: "forged", status: 400,
			want: `{"error":"/all/1/a~1b: no such operator","message":"/all/1/a~1b: no such operator",
				"errors":{"body":{"message":"too deep"},"body.all.1.a/b":{"message":"no such operator"}},
				"problems":[{"pointer":"/all/1/a~1b","message":"no such operator"},{"pointer":"","message":"too deep"}]}`,
		},
		{
			name: "missing member", method: "POST", path: "a", body: `{"count":0}`, status: 400,
			want: `{"error":"body.count: expected number >= 1","message":"body.count: expected number >= 1",
				"errors":{"body.count":{"message":"expected number >= 1","value":0},"body.name":{"message":"must be present"}},
				"problems":[{"pointer":"/count","message":"expected number >= 1"},{"pointer":"/name","message":"must be present"}]}`,
		},
		{
			name: "unknown member", method: "POST", path: "a", body: `{"name":"a","Count":2}`, status: 400,
			want: `{"error":"body.Count: unexpected property","message":"body.Count: unexpected property",
				"errors":{"body.Count":{"message":"unexpected property"}},"problems":[{"pointer":"/Count","message":"unexpected property"}]}`,
		},
		{
			name: "secrets are not repeated", method: "POST", path: "a", body: `{"name":"a","password":"hunter2"}`, status: 400,
			want: `{"error":"body.password: expected length <= 3","message":"body.password: expected length <= 3",
				"errors":{"body.password":{"message":"expected length <= 3"}},"problems":[{"pointer":"/password","message":"expected length <= 3"}]}`,
		},
		{
			name: "place in an array", method: "POST", path: "a?dryRun=maybe", body: `{"name":"a","tags":["x",1]}`, status: 400,
			want: `{"error":"body.tags.1: expected string","message":"body.tags.1: expected string",
				"errors":{"body.tags.1":{"message":"expected string","value":1},"query.dryRun":{"message":"invalid boolean","value":"maybe"}},
				"problems":[{"pointer":"/tags/1","message":"expected string"}]}`,
		},
		{
			name: "page size", path: "?pageSize=101", status: 400,
			want: `{"error":"query.pageSize: expected number <= 100","message":"query.pageSize: expected number <= 100",
				"errors":{"query.pageSize":{"message":"expected number <= 100","value":101}}}`,
		},
		{
			name: "cursor", path: "?pageCursor=zz", status: 400,
			want: `{"error":"query.pageCursor: must be a cursor of an earlier answer of this list",
				"message":"query.pageCursor: must be a cursor of an earlier answer of this list",
				"errors":{"query.pageCursor":{"message":"must be a cursor of an earlier answer of this list"}}}`,
		},
		{name: "page size of nothing", path: "?pageSize=0", status: 400},
		{name: "page size as a word", path: "?pageSize=ten", status: 400},
		{name: "enum", path: "?kind=huge", status: 400},
		{
			name: "malformed", method: "POST", path: "a", body: "{\n  \"name\": x}", status: 400,
			want: `{"error":"malformed JSON at line 2, column 11 (byte offset 12): invalid character 'x' at start of value at /name",
				"message":"malformed JSON at line 2, column 11 (byte offset 12): invalid character 'x' at start of value at /name"}`,
		},
		{
			name: "cut off", method: "POST", path: "a", body: `{"name":`, status: 400,
			want: `{"error":"malformed JSON at line 1, column 9 (byte offset 8): the text ends too early",
				"message":"malformed JSON at line 1, column 9 (byte offset 8): the text ends too early"}`,
		},
		{
			name: "repeated member", method: "POST", path: "a", body: `{"name":"a","name":"b"}`, status: 400,
			want: `{"error":"malformed JSON at line 1, column 13 (byte offset 12): duplicate object member name at /name",
				"message":"malformed JSON at line 1, column 13 (byte offset 12): duplicate object member name at /name"}`,
		},
		{name: "not UTF-8", method: "POST", path: "a", body: "{\"name\":\"\xff\"}", status: 400},
		{name: "two values", method: "POST", path: "a", body: `{"name":"a"} {}`, status: 400},
		{name: "an array", method: "POST", path: "a", body: `[]`, status: 400},
		{name: "null", method: "POST", path: "a", body: `null`, status: 400},
		{
			name: "no body", method: "POST", path: "a", status: 400,
			want: `{"error":"request body is required","message":"request body is required"}`,
		},
		{
			name: "too large", method: "POST", path: "a", body: `{"name":"` + long + `"}`, status: 413,
			want: `{"error":"the body is larger than the limit of 256 bytes","message":"the body is larger than the limit of 256 bytes"}`,
		},
		{
			name: "form", method: "POST", path: "a", body: `name=a`, contentType: "application/x-www-form-urlencoded", status: 415,
			want: `{"error":"the content type must be application/json","message":"the content type must be application/json"}`,
		},
		{name: "latin-1", method: "POST", path: "a", body: `{"name":"a"}`, contentType: "application/json; charset=latin1", status: 415},
		{name: "no media type at all", method: "POST", path: "a", body: `{"name":"a"}`, contentType: ";", status: 415},
		{name: "with charset", method: "POST", path: "a", body: `{"name":"a"}`, contentType: "application/json; charset=UTF-8", status: 201},
		{name: "null where optional", method: "POST", path: "a", body: `{"name":"a","since":null,"tags":null}`, status: 201},
		{name: "time", method: "POST", path: "a", body: `{"name":"a","since":"yesterday"}`, status: 400},
		{name: "exactly the limit", method: "POST", path: "a", body: `{"name":"a"}` + strings.Repeat(" ", 244), status: 201},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.method == "" {
				test.method = "GET"
			}
			if test.contentType == "" {
				test.contentType = asJSON
			}
			path := "/v1/widgets/" + test.path
			if strings.HasPrefix(test.path, "?") {
				path = "/v1/widgets" + test.path
			}
			got := f.do(t, test.method, path, test.body, auth, manager, kind, test.contentType)
			if got.status != test.status {
				t.Fatalf("got %d, want %d: %s", got.status, test.status, got.body)
			}
			if test.status == 503 && got.header.Get("Retry-After") != "2" {
				t.Errorf("got Retry-After %q, want 2", got.header.Get("Retry-After"))
			}
			for _, part := range []string{"jsontext:", "json:", "Go "} {
				if strings.Contains(got.body, part) {
					t.Errorf("%s names a part of the program: %s", part, got.body)
				}
			}
			if test.want == "" {
				return
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.json(t)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if log := f.log.String(); !strings.Contains(log, "hunter2") || !strings.Contains(log, "oh no") {
		t.Error("what went wrong inside is not in the log")
	}
}
