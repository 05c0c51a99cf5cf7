// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// What no column can hold never reaches a handler, but the guard comes first.
func TestUnstorableAddresses(t *testing.T) {
	f := start(t, func(o *web.Options) { o.Limits = web.Limits{Manage: 100} })
	const wrong = "must be UTF-8 without U+0000"
	for _, test := range []struct {
		method, path, token string
		status              int
		want                string
	}{
		{"GET", "/v1/widgets/%00", manager, 404, "there is nothing at this path"},
		{"GET", "/v1/widgets/a%00b", manager, 404, "there is nothing at this path"},
		{"GET", "/v1/widgets/%ff", manager, 404, "there is nothing at this path"},
		{"PUT", "/v1/widgets/%c3%28", pusher, 404, "there is nothing at this path"},
		{"GET", "/v1/widgets/%C3%A9", manager, 200, ""},
		{"DELETE", "/v1/widgets/%00", manager, 405, "DELETE"},
		{"GET", "/v1/nothing/%00", manager, 404, "there is nothing at this path"},
		{"GET", "/v1/widgets?kind=%00", manager, 400, "query.kind: " + wrong},
		{"GET", "/v1/widgets?kind=big&kind=%ff", manager, 400, "query.kind: " + wrong},
		{"GET", "/v1/widgets?other=%ff", manager, 400, "query.other: " + wrong},
		{"GET", "/v1/widgets?pageCursor=%00", manager, 400, "query.pageCursor: " + wrong},
		{"GET", "/v1/widgets?o%ff=1", manager, 400, "query.o\uFFFD: " + wrong},
		{"GET", "/v1/widgets/%00?kind=%00", manager, 404, "there is nothing at this path"},
		{"GET", "/v1/widgets/%00", "", 401, "access token"},
		{"GET", "/v1/widgets?kind=%00", "Bearer \xff\xfe", 401, "access token"},
		{"GET", "/v1/widgets/%00", pusher, 403, ""},
		{"GET", "/v1/widgets?kind=%00", pusher, 403, ""},
	} {
		got := f.do(t, test.method, test.path, "", auth, test.token)
		if message, _ := got.json(t)["message"].(string); got.status != test.status || !strings.Contains(message, test.want) {
			t.Errorf("%s %s: got %d %s, want %d %s", test.method, test.path, got.status, got.body, test.status, test.want)
		}
		if limited := got.header.Get("X-RateLimit-Limit") != ""; limited != (got.status != 401) && test.method != "PUT" {
			t.Errorf("%s %s: counted %v", test.method, test.path, limited)
		}
	}
}

// A request cannot make the answer to it longer than itself.
func TestErrorsRepeatLittle(t *testing.T) {
	f := start(t, nil)
	web.Register(f.web, web.Route{
		Method: http.MethodPost, Path: "/v1/large/{id}", ID: "large", Permission: caller.WriteTests, Class: web.ClassManage,
	}, func(context.Context, *putInput) (*widgetOutput, error) { return &widgetOutput{}, nil })
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprintf(`"k%d":0`, i))
	}
	long := strings.Repeat("é", 400_000)
	for name, body := range map[string]string{
		"unknown member":  `{"name":"a","` + long + `":1}`,
		"repeated member": `{"` + long + `":1,"` + long + `":1}`,
		"many members":    `{` + strings.Join(many, ",") + `}`,
	} {
		got := f.do(t, "POST", "/v1/large/a", body, auth, manager, kind, asJSON)
		if got.status != 400 && got.status != 413 || len(got.body) > 32<<10 || !utf8.ValidString(got.body) {
			t.Errorf("%s: got %d, %d bytes: %.300s", name, got.status, len(got.body), got.body)
		}
	}
	got := f.do(t, "POST", "/v1/large/a", `{"name":"a","`+strings.Repeat("é", 1000)+`":1}`, auth, manager, kind, asJSON)
	name := strings.Repeat("é", 195) + "…" // behind body.
	want := map[string]any{
		"error":    "body." + name + ": unexpected property",
		"message":  "body." + name + ": unexpected property",
		"errors":   map[string]any{"body." + name: map[string]any{"message": "unexpected property"}},
		"problems": []any{map[string]any{"message": "unexpected property", "pointer": "/" + strings.Repeat("é", 199) + "…"}},
	}
	if diff := cmp.Diff(want, got.json(t)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestShorten(t *testing.T) {
	whole := strings.Repeat("日", 200)
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{whole, whole},
		{whole + "本", whole + "…"},
		{"a\xffb", "a\uFFFDb"},
	} {
		if got := web.Shorten(test.text); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

type pagedInput struct {
	web.PageInput
	Kind string `query:"kind"`
}

// An empty cursor asks for a page as much as any other.
func TestPageIsAskedFor(t *testing.T) {
	f := start(t, nil)
	web.Register(f.web, web.Route{
		Method: http.MethodGet, Path: "/v1/asked", ID: "asked", Permission: caller.ReadTests, Class: web.ClassManage,
	}, func(_ context.Context, in *pagedInput) (*struct{ Body []any }, error) {
		return &struct{ Body []any }{[]any{in.Asked(), in.Size(), in.PageCursor, in.Kind}}, nil
	})
	for query, want := range map[string][]any{
		"":                         {false, 10.0, "", ""},
		"?kind=x":                  {false, 10.0, "", "x"},
		"?pageCursor=":             {true, 10.0, "", ""},
		"?pageCursor":              {true, 10.0, "", ""},
		"?pageSize=7&pageCursor=":  {true, 7.0, "", ""},
		"?pageSize=7":              {true, 7.0, "", ""},
		"?pageCursor=abc&kind=big": {true, 10.0, "abc", "big"},
	} {
		got := f.do(t, "GET", "/v1/asked"+query, "", auth, manager)
		var list []any
		if err := json.Unmarshal([]byte(got.body), &list); err != nil || !slices.Equal(list, want) {
			t.Errorf("%s: got %d %s, want %v", query, got.status, got.body, want)
		}
	}
	for _, query := range []string{"?pageSize=", "?pageSize", "?pageSize=&pageCursor=x", "?pageSize=&pageSize=5"} {
		got := f.do(t, "GET", "/v1/asked"+query, "", auth, manager)
		if got.status != 400 || got.json(t)["message"] != "query.pageSize: must be a number from 1 to 100" {
			t.Errorf("%s: got %d %s", query, got.status, got.body)
		}
	}
}
