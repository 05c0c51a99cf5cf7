// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

// clock is the time that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fixture is the service behind a running server.
type fixture struct {
	*oauth.Service
	admin  caller.Caller
	clock  *clock
	db     *db.DB
	log    *bytes.Buffer
	server *httptest.Server
	web    *web.Server
}

func start(t testing.TB, d *db.DB, limits web.Limits) *fixture {
	t.Helper()
	f := &fixture{clock: &clock{at: time.UnixMilli(1_790_000_000_123)}, db: d, log: &bytes.Buffer{}}
	house, err := workspace.New(d, f.clock.now).Get(t.Context(), workspace.Default)
	if err != nil {
		t.Fatal(err)
	}
	f.admin = caller.Caller{Kind: caller.CommandLine, Name: "admin", Workspace: house.Caller()}
	logger := slog.New(slog.NewTextHandler(f.log, nil))
	f.Service = oauth.New(oauth.Options{DB: d, Logger: logger, Now: f.clock.now})
	f.web = web.New(web.Options{Bearer: f.Service, Limits: limits, Logger: logger, Now: f.clock.now})
	f.Mount(f.web)
	web.Register(f.web, web.Route{
		Method: http.MethodGet, Path: "/v1/whoami", ID: "whoami", Permission: caller.ReadResources, Class: web.ClassIntegration,
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body caller.Caller }, error) {
		return &struct{ Body caller.Caller }{caller.From(ctx)}, nil
	})
	f.server = httptest.NewServer(f.web.Handler())
	t.Cleanup(func() {
		f.server.Client().CloseIdleConnections()
		f.server.Close()
	})
	return f
}

// client is an application with its secret.
type client struct {
	oauth.Application
	secret string
}

func (f *fixture) create(t testing.TB, in oauth.NewApplication) client {
	t.Helper()
	app, secret, err := f.Create(t.Context(), f.admin, in)
	if err != nil {
		t.Fatal(err)
	}
	return client{app, secret}
}

func (f *fixture) configure(t testing.TB, c client, in oauth.Settings) {
	t.Helper()
	if _, err := f.Configure(t.Context(), f.admin, string(c.ID), in); err != nil {
		t.Fatal(err)
	}
}

// answer is a response, read.
type answer struct {
	body   string
	header http.Header
	status int
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("no JSON object: %v: %s", err, a.body)
	}
	return v
}

// send posts a body; headers alternate names and values, and "" sets none.
func (f *fixture) send(t testing.TB, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return f.do(t, request)
}

func (f *fixture) do(t testing.TB, request *http.Request) answer {
	t.Helper()
	response, err := f.server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{body: string(text), header: response.Header, status: response.StatusCode}
}

// ask is the body of an ordinary token request; more members may follow.
func (c client) ask(more ...string) string {
	members := map[string]string{"client_id": c.ClientID, "client_secret": c.secret, "grant_type": "client_credentials"}
	for i := 0; i < len(more); i += 2 {
		members[more[i]] = more[i+1]
	}
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// mint answers a new access token.
func (f *fixture) mint(t testing.TB, c client) string {
	t.Helper()
	got := f.send(t, "/oauth/token", c.ask())
	if got.status != http.StatusOK {
		t.Fatalf("mint: got %d %s", got.status, got.body)
	}
	return got.json(t)["access_token"].(string)
}

// call uses a token and answers the status.
func (f *fixture) call(t testing.TB, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.server.URL+"/v1/whoami", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	return f.do(t, request).status
}

// calls answers which of the tokens work.
func (f *fixture) calls(t testing.TB, tokens ...string) []bool {
	t.Helper()
	works := []bool{}
	for _, token := range tokens {
		works = append(works, f.call(t, token) == http.StatusOK)
	}
	return works
}

func pointer[T any](v T) *T { return &v }
