// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// someSessions stand for the sessions of three users.
type someSessions map[string]caller.Caller

func (s someSessions) Caller(_ context.Context, cookie string) (caller.Caller, error) {
	c, live := s[cookie]
	if !live {
		return caller.Caller{}, fault.New(fault.Unauthorized, "the session has ended")
	}
	return c, nil
}

func withSessions(o *web.Options) {
	o.Sessions = someSessions{
		"reader": {Kind: caller.User, ID: "u1", Role: "View-only Admin", MayOwn: true, Grants: []caller.Permission{caller.ReadTests}},
		"owner":  {Kind: caller.User, ID: "u2", Role: "Collaborator", MayOwn: true},
		"worker": {Kind: caller.User, ID: "u3", Role: "Employee"},
	}
	o.Owners = map[string]web.Owner{"widget": func(_ context.Context, _ caller.Caller, id string) (string, error) {
		switch id {
		case "missing":
			return "", fault.New(fault.NotFound, "no such widget")
		case "theirs":
			return "u2", nil
		case "workers":
			return "u3", nil
		}
		return "", nil
	}}
}

func mountOwned(s *web.Server) {
	type input struct {
		ID string `path:"id"`
	}
	type output struct{ Body struct{} }
	none := func(context.Context, *input) (*output, error) { return &output{}, nil }
	web.Register(s, web.Route{Method: http.MethodPost, Path: "/v1/gadgets/{id}/run", ID: "runGadget", Permission: caller.WriteTests, Class: web.ClassManage, Owned: "widget"}, none)
	web.Register(s, web.Route{Method: http.MethodGet, Path: "/v1/gadgets", ID: "listGadgets", Permission: caller.ReadTests, Class: web.ClassManage, Own: true},
		func(context.Context, *struct{}) (*output, error) { return &output{}, nil })
	type opening struct {
		SetCookie string `header:"Set-Cookie"`
		Body      struct {
			Address string `json:"address"`
			Kind    string `json:"kind"`
		}
	}
	web.Register(s, web.Route{Method: http.MethodPost, Path: "/v1/gate", ID: "openGate", Permission: caller.OwnAccount, Class: web.ClassManage, Open: true},
		func(ctx context.Context, _ *struct{}) (*opening, error) {
			c := caller.From(ctx)
			out := &opening{SetCookie: s.SessionCookie("fresh", time.Unix(1_800_000_000, 0))}
			out.Body.Address, out.Body.Kind = c.Address, string(c.Kind)
			return out, nil
		})
}

func TestSessionsAndOwnership(t *testing.T) {
	f := startWith(t, withSessions, mountOwned)
	const cookie, site = "Cookie", "Sec-Fetch-Site"
	for _, test := range []struct {
		name, method, path string
		headers            []string
		want               int
	}{
		{"a session reads", "GET", "/v1/widgets", []string{cookie, "muster=reader"}, 200},
		{"a session that has ended", "GET", "/v1/widgets", []string{cookie, "muster=gone"}, 401},
		{"the secure cookie's name on a plain server", "GET", "/v1/widgets", []string{cookie, "__Host-muster=reader"}, 401},
		{"two cookies of one name", "GET", "/v1/widgets", []string{cookie, "muster=reader; muster=gone"}, 401},
		{"a token goes before the cookie", "GET", "/v1/widgets", []string{cookie, "muster=reader", auth, "Bearer nobody"}, 401},
		{"a role without the permission", "GET", "/v1/widgets", []string{cookie, "muster=owner"}, 403},
		{"a link from another site may read", "GET", "/v1/widgets", []string{cookie, "muster=reader", site, "cross-site"}, 200},
		{"the owner works", "POST", "/v1/gadgets/theirs/run", []string{cookie, "muster=owner"}, 200},
		{"another site works in the owner's name", "POST", "/v1/gadgets/theirs/run", []string{cookie, "muster=owner", site, "cross-site"}, 403},
		{"a sister site as well", "POST", "/v1/gadgets/theirs/run", []string{cookie, "muster=owner", site, "same-site"}, 403},
		{"an old browser says its origin", "POST", "/v1/gadgets/theirs/run", []string{cookie, "muster=owner", "Origin", "https://evil.example"}, 403},
		{"one's own page", "POST", "/v1/gadgets/theirs/run", []string{cookie, "muster=owner", site, "same-origin"}, 200},
		{"somebody else's object", "POST", "/v1/gadgets/workers/run", []string{cookie, "muster=owner"}, 403},
		{"nobody's object", "POST", "/v1/gadgets/nobodys/run", []string{cookie, "muster=owner"}, 403},
		{"an object that is not there looks the same", "POST", "/v1/gadgets/missing/run", []string{cookie, "muster=owner"}, 403},
		{"a role that may not own", "POST", "/v1/gadgets/workers/run", []string{cookie, "muster=worker"}, 403},
		{"a list of one's own", "GET", "/v1/gadgets", []string{cookie, "muster=owner"}, 200},
		{"a list of one's own for who owns nothing", "GET", "/v1/gadgets", []string{cookie, "muster=worker"}, 403},
		{"a visitor", "POST", "/v1/gate", nil, 200},
		{"a visitor sent by another site", "POST", "/v1/gate", []string{site, "cross-site"}, 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := f.do(t, test.method, test.path, "", test.headers...)
			if got.status != test.want {
				t.Errorf("got %d, want %d: %s", got.status, test.want, got.body)
			}
		})
	}
	if got := f.do(t, "POST", "/v1/gate", "", "X-Forwarded-For", "6.6.6.6"); !strings.Contains(got.body, `"address":"127.0.0.1"`) ||
		!strings.Contains(got.body, `"kind":"visitor"`) {
		t.Errorf("got %s, want a visitor from the connection's own address", got.body)
	}
}

func TestCookieIsSecureOverHTTPS(t *testing.T) {
	for base, want := range map[string]string{
		"http://127.0.0.1:8080":       "muster=fresh; Path=/; Expires=Fri, 15 Jan 2027 08:00:00 GMT; HttpOnly; SameSite=Lax",
		"https://muster.example.com/": "__Host-muster=fresh; Path=/; Expires=Fri, 15 Jan 2027 08:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
	} {
		f := startWith(t, func(o *web.Options) { withSessions(o); o.BaseURL = base }, mountOwned)
		got := f.do(t, "POST", "/v1/gate", "")
		if cookie := got.header.Get("Set-Cookie"); cookie != want {
			t.Errorf("%s: got %s, want %s", base, cookie, want)
		}
		if strict := got.header.Get("Strict-Transport-Security"); (strict != "") != strings.HasPrefix(base, "https:") {
			t.Errorf("%s: got Strict-Transport-Security %q", base, strict)
		}
		// The public name is an origin of ours, whatever host the proxy asks for.
		if got := f.do(t, "POST", "/v1/gate", "", "Origin", strings.TrimSuffix(base, "/")); got.status != http.StatusOK {
			t.Errorf("%s: got %d from the public origin", base, got.status)
		}
	}
}
