// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/web"
)

func TestRequestID(t *testing.T) {
	f := start(t, nil)
	if got := f.do(t, "GET", "/healthz", "", "X-Request-Id", "trace-7:a.b_c").header.Get("X-Request-Id"); got != "trace-7:a.b_c" {
		t.Errorf("got %q, want the client's own", got)
	}
	for _, bad := range []string{"", "two words", "semi;colon", strings.Repeat("x", 129)} {
		if got := f.do(t, "GET", "/healthz", "", "X-Request-Id", bad).header.Get("X-Request-Id"); got == bad || len(got) < 20 {
			t.Errorf("got %q for %q, want a new one", got, bad)
		}
	}
	got := f.do(t, "GET", "/v1/widgets/a", "", auth, manager, "X-Request-Id", "abc")
	if !strings.Contains(got.body, `"name":"managerabc"`) {
		t.Errorf("got %s: caller or request id did not reach the handler", got.body)
	}
}

func TestLogKeepsSecretsOut(t *testing.T) {
	f := start(t, nil)
	f.do(t, "GET", "/v1/widgets?pageSize=5&access_token=vat_123&code=abc", "", auth, manager, "Cookie", "session=abc")
	f.do(t, "POST", "/v1/widgets/a", `{"name":"body-text"}`, auth, manager)
	log := f.log.String()
	for _, secret := range []string{"vat_123", "code=abc", "Bearer", "session=abc", "body-text"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log: %s", secret, log)
		}
	}
	for _, want := range []string{"pageSize=5", "path=/v1/widgets", "status=201", "caller=manager", "request_id="} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is not in the log: %s", want, log)
		}
	}
}

func TestMetrics(t *testing.T) {
	f := start(t, nil)
	f.do(t, "GET", "/v1/widgets/one", "", auth, manager)
	f.do(t, "GET", "/v1/widgets/two", "", auth, manager)
	f.do(t, "BREW", "/v1/none", "")
	got := f.do(t, "GET", "/metrics", "")
	for _, want := range []string{
		`muster_http_requests_total{method="GET",route="/v1/widgets/{id}",status="200"} 2`,
		`muster_http_requests_total{method="other",route="none",status="401"} 1`,
		`muster_http_request_duration_seconds_count{method="GET",route="/v1/widgets/{id}"} 2`,
		`muster_http_requests_in_flight 1`,
		`go_goroutines`,
	} {
		if !strings.Contains(got.body, want) {
			t.Errorf("no %s in /metrics", want)
		}
	}
}

func TestHealth(t *testing.T) {
	down := errors.New("dial tcp 10.0.0.7: connection refused")
	f := start(t, func(o *web.Options) { o.Ready = func(context.Context) error { return down } })
	if got := f.do(t, "GET", "/healthz", ""); got.status != 200 || got.json(t)["status"] != "alive" {
		t.Errorf("got %d %s", got.status, got.body)
	}
	got := f.do(t, "GET", "/readyz", "")
	if got.status != 503 || strings.Contains(got.body, "10.0.0.7") || got.header.Get("Retry-After") == "" || !strings.Contains(f.log.String(), "10.0.0.7") {
		t.Errorf("got %d %s", got.status, got.body)
	}
	down = nil
	if got := f.do(t, "GET", "/readyz", ""); got.status != 200 || got.json(t)["status"] != "ready" {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestHomePage(t *testing.T) {
	got := start(t, nil).do(t, "GET", "/", "")
	csp := got.header.Get("Content-Security-Policy")
	if got.status != 200 || !strings.HasPrefix(csp, "default-src 'none'") || !strings.Contains(csp, "style-src 'sha256-") {
		t.Errorf("got %d with %q", got.status, csp)
	}
	for _, want := range []string{"Muster", `href="/openapi.json"`, "quickstart.md", "light dark"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("no %s on the page", want)
		}
	}
	if strings.Contains(got.body, "<script") || strings.Contains(got.body, "style=") {
		t.Error("the page has what its policy forbids")
	}
}

func TestSecurityHeaders(t *testing.T) {
	f := start(t, nil)
	got := f.do(t, "GET", "/v1/none", "")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
	} {
		if got.header.Get(name) != want {
			t.Errorf("got %s: %q, want %q", name, got.header.Get(name), want)
		}
	}
}
