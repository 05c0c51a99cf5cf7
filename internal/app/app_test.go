// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/oauth"
)

func open(t *testing.T, storage config.Storage) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), app.Options{
		Limits: config.Limits{MaxBody: 1 << 20, MaxRecords: 1000}, Logger: slog.New(slog.DiscardHandler),
		Now: time.Now, Storage: storage, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// serve runs the server until stop is called, which answers what Serve did.
func serve(t *testing.T, a *app.App, drain time.Duration) (base string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	listening := make(chan string, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- a.Serve(ctx, app.ServeOptions{
			Server:    config.Server{DrainTimeout: drain, Listen: "127.0.0.1:0"},
			Listening: func(_ context.Context, base string) { listening <- base },
		})
	}()
	select {
	case base = <-listening:
	case err := <-ended:
		t.Fatalf("the server ended with %v", err)
	}
	return base, func() error {
		cancel()
		return <-ended
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestServeOnBothEngines(t *testing.T) {
	storages := map[string]func(t *testing.T) config.Storage{
		"sqlite": func(t *testing.T) config.Storage {
			t.Helper()
			return config.Storage{Data: filepath.Join(t.TempDir(), "data")}
		},
		"postgresql": func(t *testing.T) config.Storage {
			t.Helper()
			return config.Storage{Data: t.TempDir(), Database: dbtest.PostgreSQL(t)}
		},
	}
	for name, storage := range storages {
		t.Run(name, func(t *testing.T) {
			a := open(t, storage(t))
			base, stop := serve(t, a, time.Minute)
			for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.json"} {
				if status, body := get(t, base+path); status != http.StatusOK || body == "" {
					t.Errorf("%s: got %d, %q", path, status, body)
				}
			}
			if status, _ := get(t, base+"/v1/resources/user_account?resourceId=x"); status != http.StatusUnauthorized {
				t.Errorf("without a token: got %d, want 401", status)
			}
			if stored, err := a.Workspaces.BaseURL(t.Context()); err != nil || stored != base {
				t.Errorf("got base URL %q, %v; want %q", stored, err, base)
			}
			if err := stop(); err != nil {
				t.Errorf("the server ended with %v", err)
			}
		})
	}
}

func TestOneServerOnADataFolder(t *testing.T) {
	storage := config.Storage{Data: t.TempDir()}
	a := open(t, storage)
	_, stop := serve(t, a, time.Minute)
	second := open(t, storage) // an administration command may
	err := second.Serve(t.Context(), app.ServeOptions{Server: config.Server{Listen: "127.0.0.1:0"}})
	if err == nil || !strings.Contains(err.Error(), "another muster serve runs on "+storage.Data) {
		t.Errorf("got %v, want a refusal that names the folder", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	_, stop = serve(t, second, time.Minute)
	if err := stop(); err != nil {
		t.Errorf("after the first one has stopped: %v", err)
	}
}

func TestDataIsTheOwnersAlone(t *testing.T) {
	storage := config.Storage{Data: filepath.Join(t.TempDir(), "a", "data")}
	open(t, storage)
	for path, want := range map[string]os.FileMode{storage.Data: 0o700, storage.File(): 0o600, storage.KeyFile(): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v; want %v", path, info, err, want)
		}
	}
}

// A request that runs is answered although a stop was asked for; one that does
// not end is cut off when the bound is over.
func TestAStopDrainsWithinItsBound(t *testing.T) {
	for name, drain := range map[string]time.Duration{"answered": time.Minute, "cut off": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			a := open(t, config.Storage{Data: t.TempDir()})
			base, stop := serve(t, a, drain)
			token := mint(t, a, base)
			body, writer := io.Pipe()
			answered := make(chan int, 1)
			go func() { answered <- put(base, token, body) }()
			if _, err := io.WriteString(writer, `{"resources":[`); err != nil {
				t.Fatal(err)
			}
			stopped := make(chan error, 1)
			go func() { stopped <- stop() }()
			if name == "cut off" {
				if err := <-stopped; err != nil {
					t.Errorf("the server ended with %v", err)
				}
				_ = writer.Close()
				if status := <-answered; status == http.StatusOK {
					t.Errorf("got %d for a request that was cut off", status)
				}
				return
			}
			if _, err := io.WriteString(writer, `],"resourceId":"x"}`); err != nil {
				t.Fatal(err)
			}
			_ = writer.Close()
			if status := <-answered; status != http.StatusNotFound {
				t.Errorf("got %d, want the 404 of an unknown resource", status)
			}
			if err := <-stopped; err != nil {
				t.Errorf("the server ended with %v", err)
			}
		})
	}
}

// mint makes an application and answers a token of it.
func mint(t *testing.T, a *app.App, base string) string {
	t.Helper()
	w, err := a.Workspaces.Get(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	actor := caller.Caller{Kind: caller.CommandLine, Workspace: w.Caller()}
	application, secret, err := a.OAuth.Create(t.Context(), actor, oauth.NewApplication{Name: "Demo"})
	if err != nil {
		t.Fatal(err)
	}
	body := `{"grant_type":"client_credentials","client_id":"` + application.ClientID + `","client_secret":"` + secret + `"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/oauth/token", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), `"access_token":"`)
	token, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("there is no token in %s", text)
	}
	return token
}

// put sends a set and answers the status, 0 when there was no answer.
func put(base, token string, body io.Reader) int {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, base+"/v1/resources/user_account", body)
	if err != nil {
		return 0
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Expect", "100-continue")                       // the body is asked for when the request runs
	transport := &http.Transport{ExpectContinueTimeout: time.Hour} // it sends the body after a second otherwise
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
