// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tokens is a Bearer of fixed tokens.
type tokens map[string]caller.Caller

func (t tokens) Caller(_ context.Context, token string) (caller.Caller, error) {
	if token == "broken" {
		return caller.Caller{}, io.ErrNoProgress
	}
	c, ok := t[token]
	if !ok {
		return caller.Caller{}, fault.New(fault.Unauthorized, "the access token is unknown, expired or revoked")
	}
	return c, nil
}

func someTokens() tokens {
	app := func(id string, scopes ...caller.Scope) caller.Caller {
		return caller.Caller{ID: id, Kind: caller.Application, Scopes: scopes}
	}
	return tokens{
		"manager": app("manager", caller.ScopeManageRead, caller.ScopeManageWrite),
		"pusher":  app("pusher", caller.ScopeReadResource, caller.ScopeWriteResource),
	}
}

// fixture is a running server with the routes of widgets.
type fixture struct {
	*httptest.Server
	log *bytes.Buffer
	web *web.Server
}

func start(t *testing.T, change func(*web.Options)) *fixture {
	t.Helper()
	return startWith(t, change, func(*web.Server) {})
}

// startWith is start with more routes.
func startWith(t *testing.T, change func(*web.Options), mount func(*web.Server)) *fixture {
	t.Helper()
	f := &fixture{log: &bytes.Buffer{}}
	o := web.Options{
		Bearer:      someTokens(),
		Logger:      slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:         func() time.Time { return time.Unix(1_790_000_000, 0) },
		StreamLimit: 1 << 10,
	}
	if change != nil {
		change(&o)
	}
	f.web = web.New(o)
	mountWidgets(f.web)
	mount(f.web)
	f.Server = httptest.NewServer(f.web.Handler())
	t.Cleanup(func() {
		f.Client().CloseIdleConnections()
		f.Close()
	})
	return f
}

// answer is a response, read.
type answer struct {
	body   string
	header http.Header
	status int
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("no JSON object: %v: %s", err, a.body)
	}
	return v
}

// do sends a request; headers alternate names and values.
func (f *fixture) do(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := f.Client().Do(request)
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

const (
	auth    = "Authorization"
	asJSON  = "application/json"
	kind    = "Content-Type"
	manager = "Bearer manager"
	pusher  = "Bearer pusher"
)
