// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/web"
)

func TestGuard(t *testing.T) {
	f := start(t, nil)
	const form = "application/x-www-form-urlencoded"
	for _, test := range []struct {
		name, method, path, body string
		headers                  []string
		want                     int
		challenge                string
	}{
		{name: "no credential", method: "GET", path: "/v1/widgets", want: 401, challenge: `Bearer realm="muster"`},
		{name: "no credential beats a bad query", method: "GET", path: "/v1/widgets?pageSize=x", want: 401, challenge: "Bearer"},
		{name: "no credential beats a bad body", method: "POST", path: "/v1/widgets/a", body: "{", headers: []string{kind, form}, want: 401, challenge: "Bearer"},
		{name: "no credential on an unknown path", method: "GET", path: "/v1/none", want: 401, challenge: "Bearer"},
		{name: "no credential on another method", method: "DELETE", path: "/v1/widgets", want: 401, challenge: "Bearer"},
		{name: "unknown token", method: "GET", path: "/v1/widgets", headers: []string{auth, "Bearer nobody"}, want: 401, challenge: `error="invalid_token"`},
		{name: "another scheme", method: "GET", path: "/v1/widgets", headers: []string{auth, "Basic bWFuYWdlcg=="}, want: 401, challenge: "Bearer"},
		{name: "empty token", method: "GET", path: "/v1/widgets", headers: []string{auth, "Bearer "}, want: 401, challenge: "Bearer"},
		{name: "scheme in another case", method: "GET", path: "/v1/widgets", headers: []string{auth, "bearer manager"}, want: 200},
		{name: "trouble with tokens", method: "GET", path: "/v1/widgets", headers: []string{auth, "Bearer broken"}, want: 500},
		{name: "wrong scope", method: "GET", path: "/v1/widgets", headers: []string{auth, pusher}, want: 403, challenge: `error="insufficient_scope", scope="vanta-api.all:read"`},
		{name: "wrong scope beats a bad query", method: "GET", path: "/v1/widgets?pageSize=x", headers: []string{auth, pusher}, want: 403, challenge: "insufficient_scope"},
		{name: "wrong scope beats a bad body", method: "POST", path: "/v1/widgets/a", body: "{", headers: []string{auth, pusher, kind, form}, want: 403, challenge: "insufficient_scope"},
		{name: "wrong scope beats a missing object", method: "GET", path: "/v1/widgets/missing", headers: []string{auth, pusher}, want: 403, challenge: "insufficient_scope"},
		{name: "unknown path with a credential", method: "GET", path: "/v1/none", headers: []string{auth, manager}, want: 404},
		{name: "another method with a credential", method: "DELETE", path: "/v1/widgets", headers: []string{auth, manager}, want: 405},
		{name: "head", method: "HEAD", path: "/v1/widgets", headers: []string{auth, manager}, want: 200},
		{name: "head without a credential", method: "HEAD", path: "/v1/widgets", want: 401, challenge: "Bearer"},
		{name: "put on the mux without a permission", method: "GET", path: "/v1/smuggled", headers: []string{auth, manager}, want: 403, challenge: "insufficient_scope"},
		{name: "open path", method: "POST", path: "/v1/open", body: "{}", want: 204},
		{name: "open path, other method", method: "GET", path: "/v1/open", want: 401, challenge: "Bearer"},
		{name: "unclean path", method: "GET", path: "/v1//widgets", headers: []string{auth, manager}, want: 404},
		{name: "around the guard", method: "GET", path: "//v1/widgets", want: 404},
		{name: "dots", method: "GET", path: "/x/../v1/widgets", want: 404},
		{name: "the root of v1", method: "GET", path: "/v1", want: 401, challenge: "Bearer"},
		{name: "unknown path outside", method: "GET", path: "/none", want: 404},
		{name: "another method outside", method: "POST", path: "/healthz", want: 405},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := f.do(t, test.method, test.path, test.body, test.headers...)
			if got.status != test.want {
				t.Fatalf("got %d, want %d: %s", got.status, test.want, got.body)
			}
			if value := got.header.Get("WWW-Authenticate"); !strings.Contains(value, test.challenge) || test.challenge == "" && value != "" {
				t.Errorf("got challenge %q, want %q in it", value, test.challenge)
			}
			if got.status < 400 || test.method == "HEAD" {
				return
			}
			body := got.json(t)
			if body["error"] == "" || body["error"] != body["message"] || got.header.Get(kind) != asJSON {
				t.Errorf("got %s as %s, want error and message", got.body, got.header.Get(kind))
			}
			if got.status == 405 && !strings.Contains(got.header.Get("Allow"), "GET, HEAD") {
				t.Errorf("got Allow %q", got.header.Get("Allow"))
			}
		})
	}
}

func TestEveryRouteDeclaresPermissionAndClass(t *testing.T) {
	for _, route := range start(t, nil).web.Routes() {
		_, path, _ := strings.Cut(route.Pattern, " ")
		if strings.HasPrefix(path, "/v1/") && !route.Open && (route.Permission == "" || route.Class == "") {
			t.Errorf("%s names no permission or no class", route.Pattern)
		}
	}
}

func TestRateLimits(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	f := start(t, func(o *web.Options) {
		o.Now = func() time.Time { return now }
		o.Limits = web.Limits{Manage: 3, Integration: 60, Anonymous: 2}
	})
	get := func(token string) answer { return f.do(t, "GET", "/v1/widgets/a", "", auth, token) }
	for left := 2; left >= 0; left-- {
		got := get(manager)
		if got.status != 200 || got.header.Get("X-RateLimit-Limit") != "3" || got.header.Get("X-RateLimit-Remaining") != strconv.Itoa(left) {
			t.Fatalf("got %d with %v, want 200 and %d left", got.status, got.header, left)
		}
	}
	got := get(manager)
	if got.status != 429 || got.header.Get("Retry-After") != "20" || got.header.Get("X-RateLimit-Remaining") != "0" ||
		got.header.Get("X-RateLimit-Reset") != "1790000060" || got.json(t)["message"] == "" {
		t.Errorf("got %d with %v: %s", got.status, got.header, got.body)
	}
	if got := get(pusher); got.status != 403 {
		t.Errorf("got %d: one application's limit reached another", got.status)
	}
	if got := f.do(t, "PUT", "/v1/widgets/a", "{}", auth, pusher); got.status != 200 || got.header.Get("X-RateLimit-Limit") != "60" {
		t.Errorf("got %d: one class's limit reached another", got.status)
	}
	if got := f.do(t, "GET", "/v1/lines", "", auth, manager); got.status != 200 || got.header.Get("X-RateLimit-Limit") != "" {
		t.Errorf("got %d with %v, want no limit", got.status, got.header)
	}
	for i, want := range []int{401, 401, 429} {
		if got := get("Bearer nobody"); got.status != want {
			t.Errorf("%d: got %d, want %d without a valid credential", i, got.status, want)
		}
	}
	now = now.Add(20 * time.Second)
	if got := get(manager); got.status != 200 {
		t.Errorf("got %d after the time to wait", got.status)
	}
}
