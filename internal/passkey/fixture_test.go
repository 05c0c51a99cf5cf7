// SPDX-License-Identifier: Apache-2.0

package passkey_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/passkey"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

const baseURL = "https://muster.example.com"

// house is two workspaces, served over HTTP: acme, with Ada, its only Admin, and
// Bob, and other, with Eve.
type house struct {
	t             testing.TB
	access        *access.Service
	acme, other   caller.Workspace
	ada, bob, eve *guest
	base          string
	db            *db.DB
	passkeys      *passkey.Service
	signIn        *signin.Service
	site          *httptest.Server

	mu    sync.Mutex
	clock time.Time
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, base: baseURL, clock: time.UnixMilli(1_790_000_000_000), db: d}
	base := func(context.Context) (string, error) { return h.base, nil }
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	h.ok(err)
	h.access = access.New(access.Options{DB: d, Now: h.now})
	h.signIn = signin.New(signin.Options{
		Access: h.access, BaseURL: base, DB: d, Logger: slog.New(slog.DiscardHandler), Now: h.now, Sealer: sealer,
		Workspaces: workspace.New(d, h.now), Ways: map[signin.Method]signin.Way{},
	})
	h.passkeys = passkey.New(passkey.Options{Access: h.access, BaseURL: base, DB: d, Now: h.now, SignIn: h.signIn})
	h.access.Entrance, h.signIn.Ways[signin.Passkey] = h.signIn, h.passkeys
	server := web.New(web.Options{BaseURL: baseURL, Now: h.now, Sessions: h.signIn})
	h.passkeys.Mount(server)
	h.site = httptest.NewServer(server.Handler())
	t.Cleanup(h.site.Close)
	h.acme, h.other = h.workspace("acme"), h.workspace("other")
	h.ada, h.bob, h.eve = h.user(h.acme, "ada", "admin"), h.user(h.acme, "bob", "employee"), h.user(h.other, "eve", "employee")
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(time.Millisecond)
	return h.clock
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

func (h *house) workspace(slug string) caller.Workspace {
	h.t.Helper()
	w := caller.Workspace{ID: db.NewID(h.now()), Name: strings.ToUpper(slug)}
	h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if w.Number, err = workspace.Next(ctx, tx, "workspace"); err != nil {
			return err
		}
		return tx.ExecOne(ctx, `
			INSERT INTO workspace (number, id, slug, name, created_at) VALUES ($1, $2, $3, $4, 0)`, w.Number, w.ID, slug, w.Name)
	}))
	return w
}

// system acts in a workspace as Muster itself.
func system(w caller.Workspace) caller.Caller {
	return caller.Caller{Kind: caller.System, Name: "Muster", Workspace: w}
}

// guest is somebody with a browser.
type guest struct {
	*house

	cookie    string
	user      access.User
	workspace caller.Workspace
}

// user makes an active user and lets them in by another way than a passkey.
func (h *house) user(w caller.Workspace, name, role string) *guest {
	h.t.Helper()
	u, err := h.access.Create(h.t.Context(), system(w), access.NewUser{
		Email: name + "@example.com", Name: strings.ToTitle(name[:1]) + name[1:], Role: role, Status: access.Active,
	})
	h.ok(err)
	g := &guest{house: h, user: u, workspace: w}
	g.enter()
	return g
}

func (g *guest) enter() {
	g.t.Helper()
	opened, err := g.signIn.Open(g.t.Context(), signin.Arrival{
		Method: signin.SetUp, User: g.user.ID, Visitor: caller.Caller{Kind: caller.Visitor}, Workspace: g.workspace,
	})
	g.ok(err)
	g.cookie = opened.Cookie
}

// stranger is somebody without a session.
func (h *house) stranger() *guest { return &guest{house: h} }

type answer struct {
	status int
	body   map[string]any
	header http.Header
}

func (g *guest) call(method, path string, body any) answer {
	g.t.Helper()
	var sent io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		g.ok(err)
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.site.URL+"/v1/passkeys"+path, sent)
	g.ok(err)
	if g.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-muster", Value: g.cookie})
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	got, err := g.site.Client().Do(r)
	g.ok(err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	g.ok(err)
	out := answer{status: got.StatusCode, header: got.Header}
	if len(text) > 0 {
		g.ok(json.Unmarshal(text, &out.body))
	}
	return out
}

// must is call for an answer of a status.
func (g *guest) must(status int, method, path string, body any) map[string]any {
	g.t.Helper()
	got := g.call(method, path, body)
	if got.status != status {
		g.t.Fatalf("%s %s: %d %v, want %d", method, path, got.status, got.body, status)
	}
	return got.body
}

// challenge begins a ceremony and answers its ticket and options.
func (g *guest) challenge(path string, body any) (string, map[string]any) {
	g.t.Helper()
	got := g.must(http.StatusOK, "POST", path, body)
	ticket, _ := got["ticket"].(string)
	options, _ := got["publicKey"].(map[string]any)
	if ticket == "" || options["challenge"] == nil {
		g.t.Fatalf("not a challenge: %v", got)
	}
	return ticket, options
}

// register adds a passkey and answers its id.
func (g *guest) register(a *authenticator, name string) string {
	g.t.Helper()
	ticket, options := g.challenge("/challenge", nil)
	made := g.must(http.StatusCreated, "POST", "", map[string]any{"ticket": ticket, "name": name, "credential": a.create(options)})
	id, _ := made["id"].(string)
	return id
}

// signInWith comes from nowhere with a passkey.
func (h *house) signInWith(a *authenticator) answer {
	h.t.Helper()
	g := h.stranger()
	ticket, options := g.challenge("/sign-in/challenge", nil)
	return g.call("POST", "/sign-in", map[string]any{"ticket": ticket, "credential": a.get(options)})
}

// evidence answers the entries of a kind: actor, subject and body.
func (h *house) evidence(kind string) (lines []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, func(row db.Row) error {
			var document []byte
			if err := row.Scan(&document); err != nil {
				return err
			}
			var e struct {
				Actor, Subject struct{ Kind, Name string }
				Body           map[string]any
			}
			if err := json.Unmarshal(document, &e); err != nil {
				return err
			}
			delete(e.Body, "from")
			body, err := json.Marshal(e.Body)
			lines = append(lines, fmt.Sprintf("%s %s: %s %s: %s", e.Actor.Kind, e.Actor.Name, e.Subject.Kind, e.Subject.Name, body))
			return err
		}, `SELECT document FROM evidence_entry WHERE kind = $1 ORDER BY id`, kind)
	}))
	return lines
}
