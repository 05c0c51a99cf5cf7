// SPDX-License-Identifier: Apache-2.0

package sso_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/sso"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a server with two workspaces, of which "ours" is the one that tests work
// in, and the real services behind it.
type house struct {
	*httptest.Server
	t      *testing.T
	access *access.Service
	admin  caller.Caller // the command line in our workspace
	db     *db.DB
	other  caller.Caller // the command line in the other workspace
	signin *signin.Service
	sso    *sso.Service

	mu   sync.Mutex
	gone time.Duration // how much time has passed beside the real one, which the providers go by
	last time.Time
}

// rooms changes how a house is built.
type rooms struct {
	egress   egress.Options
	insecure bool // no HTTPS
	strict   bool // providers are reached by https and at public addresses only
}

func newHouse(t *testing.T, d *db.DB, r rooms) *house {
	t.Helper()
	h := &house{t: t, db: d}
	places := workspace.New(d, h.now)
	w, err := places.Get(t.Context(), "")
	h.ok(err)
	h.admin = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	h.other = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: h.secondWorkspace()}
	sealer, err := seal.New([]byte("0123456789abcdef0123456789abcdef"))
	h.ok(err)
	h.access = access.New(access.Options{DB: d, Now: h.now})
	h.signin = signin.New(signin.Options{Access: h.access, DB: d, Now: h.now, Sealer: sealer, Ways: map[signin.Method]signin.Way{}, Workspaces: places})
	h.access.Entrance = h.signin
	r.egress.AllowPrivate = r.egress.AllowPrivate || !r.strict
	h.sso = sso.New(sso.Options{
		Access: h.access, Client: egress.New(r.egress), DB: d, Now: h.now, Plain: !r.strict, Sealer: sealer, SignIn: h.signin,
	})
	h.signin.Ways[signin.OIDC], h.signin.Ways[signin.SAML] = h.sso.Way(sso.OIDC), h.sso.Way(sso.SAML)
	h.serve(r)
	return h
}

func (h *house) serve(r rooms) {
	h.Server = httptest.NewUnstartedServer(nil)
	scheme := "https://"
	if r.insecure {
		scheme = "http://"
	}
	server := web.New(web.Options{BaseURL: scheme + h.Listener.Addr().String(), Bearer: h, Now: h.now, Sessions: h.signin})
	h.sso.Mount(server)
	h.Config.Handler = server.Handler()
	if r.insecure {
		h.Start()
	} else {
		h.StartTLS()
	}
	h.t.Cleanup(h.Close)
}

// Caller knows the tokens admin, of our workspace, and other.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	switch token {
	case "admin":
		return h.admin, nil
	case "other":
		return h.other, nil
	}
	return caller.Caller{}, fault.New(fault.Unauthorized, "no token")
}

func (h *house) secondWorkspace() (w caller.Workspace) {
	h.t.Helper()
	h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		number, err := workspace.Next(ctx, tx, "workspace")
		if err != nil {
			return err
		}
		w = caller.Workspace{ID: db.NewID(h.now()), Name: "Other", Number: number}
		return tx.ExecOne(ctx, `INSERT INTO workspace (number, id, slug, name, created_at) VALUES ($1, $2, 'other', $3, 0)`,
			w.Number, w.ID, w.Name)
	}))
	return w
}

// now steps on, so that every id is above the one before.
func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now().Add(h.gone); now.After(h.last.Add(time.Millisecond)) {
		h.last = now
	} else {
		h.last = h.last.Add(time.Millisecond)
	}
	return h.last
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone += d
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

// user makes an active user of our workspace.
func (h *house) user(email, role string) access.User {
	h.t.Helper()
	u, err := h.access.Create(h.t.Context(), h.admin, access.NewUser{Email: email, Role: role, Status: access.Active})
	h.ok(err)
	return u
}

// call answers status and JSON body of a request with a token.
func (h *house) call(token, method, path, body string) (int, map[string]any) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.URL+path, strings.NewReader(body))
	h.ok(err)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := h.Client().Do(r)
	h.ok(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	h.ok(err)
	var value map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &value); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return response.StatusCode, value
}

// must is call of the admin for an answer of a status.
func (h *house) must(status int, method, path, body string) map[string]any {
	h.t.Helper()
	got, value := h.call("admin", method, path, body)
	if got != status {
		h.t.Fatalf("%s %s: %d %v, want %d", method, path, got, value, status)
	}
	return value
}

// object writes pairs of names and values as JSON.
func object(pairs ...any) string {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }

// create makes a provider and answers its id.
func (h *house) create(body string) string {
	h.t.Helper()
	id, _ := h.must(http.StatusCreated, "POST", "/v1/sso/providers", body)["id"].(string)
	return id
}

func (h *house) patch(id, body string) map[string]any {
	h.t.Helper()
	return h.must(http.StatusOK, "PATCH", "/v1/sso/providers/"+id, body)
}

// browser is somebody's, with its cookies.
type browser struct {
	*http.Client
	h *house
}

func (h *house) browser() *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	h.ok(err)
	return &browser{h: h, Client: &http.Client{
		Jar: jar, Transport: h.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// page is what a browser got.
type page struct {
	status int
	header http.Header
	body   string
	url    *url.URL
}

func (p page) location() string { return p.header.Get("Location") }

func (b *browser) send(method, address, kind string, body io.Reader) page {
	b.h.t.Helper()
	r, err := http.NewRequestWithContext(b.h.t.Context(), method, address, body)
	b.h.ok(err)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", "https://idp.example") // it is another site's form
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	response, err := b.Do(r)
	b.h.ok(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	b.h.ok(err)
	return page{status: response.StatusCode, header: response.Header, body: string(text), url: r.URL}
}

func (b *browser) get(address string) page {
	b.h.t.Helper()
	return b.send("GET", address, "", nil)
}

func (b *browser) post(address string, form url.Values) page {
	b.h.t.Helper()
	return b.send("POST", address, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// follow goes on while the answer sends the browser elsewhere, up to a stop: an
// address that is not opened.
func (b *browser) follow(p page, stop func(*url.URL) bool) (page, *url.URL) {
	b.h.t.Helper()
	for range 10 {
		if p.location() == "" {
			return p, nil
		}
		next, err := p.url.Parse(p.location())
		b.h.ok(err)
		if stop(next) {
			return p, next
		}
		p = b.get(next.String())
	}
	b.h.t.Fatal("sent around in circles")
	return p, nil
}

// start opens the way to a provider, which must work.
func (b *browser) start(id, returnTo string) *url.URL {
	b.h.t.Helper()
	p := b.get(b.h.URL + "/sso/" + id + "/start?return=" + url.QueryEscape(returnTo))
	if p.status != http.StatusSeeOther {
		b.h.t.Fatalf("start: %d %s", p.status, p.body)
	}
	to, err := url.Parse(p.location())
	b.h.ok(err)
	return to
}

// session answers who is signed in in the browser, "" for nobody.
func (b *browser) session() access.UserID {
	b.h.t.Helper()
	at, err := url.Parse(b.h.URL)
	b.h.ok(err)
	for _, c := range b.Jar.Cookies(at) {
		if c.Name == "__Host-muster" || c.Name == "muster" {
			found, err := b.h.signin.Caller(b.h.t.Context(), c.Value)
			if err == nil {
				return access.UserID(found.ID)
			}
		}
	}
	return ""
}

// in checks that a page lets the browser in as a user, and where it goes.
func (b *browser) in(p page, user access.UserID, returnTo string) {
	b.h.t.Helper()
	if p.status != http.StatusSeeOther || p.location() != returnTo || b.session() != user {
		b.h.t.Fatalf("got %d to %q as %q, want 303 to %q as %q\n%s", p.status, p.location(), b.session(), returnTo, user, p.body)
	}
}

var markup = regexp.MustCompile(`(?i)<(script|style)|\s(style|on[a-z]+)=`)

// out checks that a page refuses with a status and words, and lets nobody in.
func (b *browser) out(p page, status int, words string) {
	b.h.t.Helper()
	if p.status != status || !strings.Contains(p.body, words) {
		b.h.t.Errorf("got %d, want %d with %q\n%s", p.status, status, words, p.body)
	}
	if user := b.session(); user != "" {
		b.h.t.Errorf("%s is in", user)
	}
	if markup.MatchString(p.body) {
		b.h.t.Errorf("the page has script or style:\n%s", p.body)
	}
	if csp := p.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		b.h.t.Errorf("CSP: %q", csp)
	}
}

// count answers a number of rows.
func (h *house) count(query string, args ...any) (n int64) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, query, args...).Scan(&n)
	}))
	return n
}

// evidence answers all entries of a kind, oldest first, as text.
func (h *house) evidence(kind string) (entries []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		entries = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			err := row.Scan(&text)
			entries = append(entries, string(text))
			return err
		}, `SELECT document FROM evidence_entry WHERE kind = $1 ORDER BY id`, kind)
	}))
	return entries
}
