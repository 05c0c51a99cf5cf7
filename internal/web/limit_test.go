// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// mountAudited adds a route that counts as one of auditors.
func mountAudited(s *web.Server) {
	type output struct{ Body struct{} }
	web.Register(s, web.Route{Method: http.MethodGet, Path: "/v1/audited", ID: "listAudited", Permission: caller.ReadTests, Class: web.ClassAudit},
		func(context.Context, *struct{}) (*output, error) { return &output{}, nil })
}

// TestEachClassHasItsLimit uses up each one by itself, waits as long as it is told, and
// gets one more call and no other. A limit of 0 is none, and says nothing.
func TestEachClassHasItsLimit(t *testing.T) {
	for _, test := range []struct {
		name, method, path string
		headers            []string
		limits             web.Limits
		limit, good, wait  int // calls, the status of one within them, seconds
	}{
		{"audit", "GET", "/v1/audited", []string{auth, manager}, web.Limits{Audit: 250}, 250, 200, 1},
		{"integration", "PUT", "/v1/widgets/a", []string{auth, pusher}, web.Limits{Integration: 20}, 20, 200, 3},
		{"manage", "GET", "/v1/widgets/a", []string{auth, manager}, web.Limits{Manage: 50}, 50, 200, 2},
		{"what is not there counts as manage", "GET", "/v1/none", []string{auth, manager}, web.Limits{Manage: 7}, 7, 404, 9},
		{"what is not allowed counts too", "GET", "/v1/widgets/a", []string{auth, pusher}, web.Limits{Manage: 4}, 4, 403, 15},
		{"session", "GET", "/v1/widgets", []string{"Cookie", "muster=reader"}, web.Limits{Session: 6}, 6, 200, 10},
		{"session, whatever the class", "GET", "/v1/audited", []string{"Cookie", "muster=reader"}, web.Limits{Audit: 1, Session: 2}, 2, 200, 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := time.Unix(1_790_000_000, 0)
			run := func(limits web.Limits) func() answer {
				f := startWith(t, func(o *web.Options) {
					withSessions(o)
					o.Limits, o.Now = limits, func() time.Time { return now }
				}, mountAudited)
				return func() answer { return f.do(t, test.method, test.path, "{}", test.headers...) }
			}
			call := run(test.limits)
			for i := range test.limit {
				got := call()
				if got.status != test.good || got.header.Get("X-RateLimit-Remaining") != strconv.Itoa(test.limit-i-1) || got.header.Get("Retry-After") != "" {
					t.Fatalf("call %d: got %d with %v", i+1, got.status, got.header)
				}
			}
			refused(t, call(), test.limit, test.wait, now)
			now = now.Add(time.Duration(test.wait)*time.Second - time.Nanosecond)
			if 60%test.limit == 0 { // otherwise the seconds are rounded up
				if got := call(); got.status != 429 || got.header.Get("Retry-After") != "1" {
					t.Errorf("a moment too early: got %d with %v", got.status, got.header)
				}
			}
			now = now.Add(time.Nanosecond)
			if got := call(); got.status != test.good {
				t.Errorf("after the time to wait: got %d", got.status)
			}
			call = run(web.Limits{})
			for range test.limit + 1 {
				if got := call(); got.status != test.good || got.header.Get("X-RateLimit-Limit") != "" {
					t.Fatalf("without a limit: got %d with %v", got.status, got.header)
				}
			}
		})
	}
}

// refused wants the whole of a 429.
func refused(t *testing.T, got answer, limit, wait int, now time.Time) {
	t.Helper()
	for name, want := range map[string]string{
		"Retry-After": strconv.Itoa(wait), "X-RateLimit-Limit": strconv.Itoa(limit), "X-RateLimit-Remaining": "0",
		"X-RateLimit-Reset": strconv.FormatInt(now.Add(time.Minute).Unix(), 10),
	} {
		if got := got.header.Get(name); got != want {
			t.Errorf("429: %s is %q, want %q", name, got, want)
		}
	}
	body := got.json(t)
	want := fmt.Sprintf("more than %d requests in a minute; come back in %d s", limit, wait)
	if got.status != 429 || body["message"] != want || body["error"] == "" || body["error"] == nil {
		t.Errorf("got %d %s, want 429 with %q", got.status, got.body, want)
	}
}

// TestStrangersAreToldApart sends wrong credentials through a proxy. What a client
// writes into the header itself neither frees it nor charges another.
func TestStrangersAreToldApart(t *testing.T) {
	for _, test := range []struct {
		name, header, other string
		trusted             string
		calls               []string // of the header
		want                []int
	}{
		{"invented on the left", "X-Forwarded-For", "", "127.0.0.0/8", []string{"198.51.100.1", "6.6.6.6, 198.51.100.1", "7.7.7.7,198.51.100.1", "198.51.100.2", "198.51.100.1, 198.51.100.2"}, []int{401, 401, 429, 401, 401}},
		{"no proxy is trusted", "X-Forwarded-For", "", "10.0.0.0/8", []string{"198.51.100.1", "198.51.100.2", "198.51.100.3"}, []int{401, 401, 429}},
		{"the header of the other kind", "Forwarded", "X-Forwarded-For", "127.0.0.0/8", []string{"198.51.100.1", "198.51.100.2", "198.51.100.3"}, []int{401, 401, 429}},
		{"a quote left open", "Forwarded", "", "127.0.0.0/8", []string{`for=198.51.100.1`, `for=", for=198.51.100.1`, `for="x, for="198.51.100.1:9"`, `for=198.51.100.2`}, []int{401, 401, 429, 401}},
		{"one host, many addresses", "Forwarded", "", "127.0.0.0/8", []string{`for="[2001:db8::1]"`, `for="[2001:db8::2]"`, `for="[2001:db8::3]"`, `for="[2001:db8:0:1::1]"`}, []int{401, 401, 429, 401}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := start(t, func(o *web.Options) {
				o.ForwardedHeader, o.Limits = test.header, web.Limits{Anonymous: 2}
				o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(test.trusted)}
			})
			header := test.header
			if test.other != "" {
				header = test.other
			}
			for i, value := range test.calls {
				if got := f.do(t, "GET", "/v1/widgets", "", auth, "Bearer nobody", header, value); got.status != test.want[i] {
					t.Errorf("%s: got %d, want %d", value, got.status, test.want[i])
				}
			}
			if got := f.do(t, "GET", "/v1/widgets", "", auth, manager, header, test.calls[0]); got.status != 200 {
				t.Errorf("a good credential from an address that guesses: got %d", got.status)
			}
		})
	}
}
