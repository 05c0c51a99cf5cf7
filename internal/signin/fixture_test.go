// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/breach"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/signin"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

const (
	baseURL = "https://muster.example.com"
	desk    = "192.0.2.1" // where people of the house work
	street  = "198.51.100.7"

	// Passwords of the house. Whatever test used them, none may show anywhere.
	adaPassword = "violet-Harbour-39"
	newPassword = "granite-Lantern-52"
)

// house is an installation, served over HTTP too. When a test ends it looks for
// the secrets that the test has used in the evidence, in the log and in errors.
type house struct {
	*signin.Service
	t          testing.TB
	access     *access.Service
	cli        caller.Caller // the command line in the default workspace
	db         *db.DB
	site       *httptest.Server
	ways       map[signin.Method]signin.Way
	workspaces *workspace.Service

	mu      sync.Mutex
	clock   time.Time
	said    bytes.Buffer // log lines and errors
	secrets []string
}

// noMail is the mail of a house that sends none.
var noMail *mail.Sender

func newHouse(t testing.TB, d *db.DB, sender *mail.Sender) *house {
	t.Helper()
	// The clock begins with a period of the second factor.
	h := &house{t: t, clock: time.Unix(1_790_000_010, 0), db: d, secrets: []string{adaPassword, newPassword}, ways: map[signin.Method]signin.Way{}}
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	h.ok(err)
	breached, err := breach.New("")
	h.ok(err)
	t.Cleanup(func() { h.ok(breached.Close()) })
	logger := slog.New(slog.NewTextHandler(h, nil))
	h.access = access.New(access.Options{DB: d, Logger: logger, Now: h.now})
	h.workspaces = workspace.New(d, h.now)
	h.Service = signin.New(signin.Options{
		Access: h.access, BaseURL: func(context.Context) (string, error) { return baseURL, nil }, Breached: breached, DB: d,
		Logger: logger, Mail: sender, Now: h.now, Sealer: sealer, Workspaces: h.workspaces, Ways: h.ways,
	})
	h.access.Entrance, h.workspaces.Founder = h.Service, h.Service
	w, err := h.workspaces.Get(t.Context(), "")
	h.ok(err)
	h.cli = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	h.serve(logger)
	t.Cleanup(h.lookForSecrets)
	return h
}

func (h *house) serve(logger *slog.Logger) {
	server := web.New(web.Options{
		BaseURL: baseURL, Logger: logger, Now: h.now, Sessions: h.Service,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	h.Mount(server, func(context.Context, int64) ([]api.SignInProvider, error) { return []api.SignInProvider{}, nil })
	h.access.Mount(server)
	h.workspaces.Mount(server, func(context.Context, caller.Caller) ([]string, error) { return nil, nil })
	h.site = httptest.NewServer(server.Handler())
	h.t.Cleanup(h.site.Close)
}

// Write takes log lines.
func (h *house) Write(line []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said.Write(line)
}

// show keeps what somebody was told for lookForSecrets.
func (h *house) show(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said.WriteString(text + "\n")
}

// log answers what was logged, and errors that were shown.
func (h *house) log() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said.String()
}

// secret says that nobody may read a text, and answers it.
func (h *house) secret(text string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if text != "" {
		h.secrets = append(h.secrets, text)
	}
	return text
}

func (h *house) lookForSecrets() {
	evidence := strings.Join(h.column(`SELECT document FROM evidence_entry`), "\n")
	for _, secret := range h.secrets {
		if strings.Contains(evidence, secret) {
			h.t.Errorf("the evidence has the secret %q", secret)
		}
		if strings.Contains(h.said.String(), secret) {
			h.t.Errorf("the log or an error has the secret %q", secret)
		}
	}
}

// now steps on, so that every id is above the one before.
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

// context outlives the test's own, which is over when things are cleaned up.
func (h *house) context() context.Context { return context.WithoutCancel(h.t.Context()) }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

// is says that an error is of a kind, and keeps it for lookForSecrets.
func (h *house) is(err error, want fault.Kind) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != want {
		h.t.Errorf("got %v, want a fault of kind %d", err, want)
	}
	if err != nil {
		h.show(err.Error())
	}
}

// user makes an active user of the default workspace with adaPassword.
func (h *house) user(name, role string) access.User {
	h.t.Helper()
	return h.userOf(h.cli, name, role)
}

func (h *house) userOf(cli caller.Caller, name, role string) access.User {
	h.t.Helper()
	u, err := h.access.Create(h.context(), cli, access.NewUser{Email: name + "@example.com", Name: name, Role: role, Status: access.Active})
	h.ok(err)
	h.ok(h.PutPassword(h.context(), cli, u.Email, adaPassword))
	return u
}

// from is a request from an address with the session cookie that it brings.
func from(address string, cookie ...string) signin.From {
	return signin.From{
		Agent: "Browser/1.0", Cookie: strings.Join(cookie, ""), Visitor: caller.Caller{Address: address, Kind: caller.Visitor},
	}
}

// enter signs a user of the default workspace in and answers the cookie.
func (h *house) enter(u access.User, address string, cookie ...string) string {
	h.t.Helper()
	out, err := h.SignIn(h.context(), "", u.Email, adaPassword, from(address, cookie...))
	h.ok(err)
	return h.secret(out.Opened.Cookie)
}

// caller answers who comes with a live cookie.
func (h *house) caller(cookie string) caller.Caller {
	h.t.Helper()
	c, err := h.Caller(h.context(), cookie)
	h.ok(err)
	c.Address = desk
	return c
}

// dead says that a cookie opens nothing.
func (h *house) dead(cookie string) {
	h.t.Helper()
	_, err := h.Caller(h.context(), cookie)
	h.is(err, fault.Unauthorized)
}

// alive says that a cookie opens something.
func (h *house) alive(cookie string) {
	h.t.Helper()
	if _, err := h.Caller(h.context(), cookie); err != nil {
		h.t.Errorf("got %v, want a live session", err)
	}
}

// device sets a device up for a caller and answers its secret and the recovery
// codes. The clock moves on, so that the next code was not used yet.
func (h *house) device(c caller.Caller) (secret string, codes []string) {
	h.t.Helper()
	enrolment, err := h.EnrolTOTP(h.context(), c)
	h.ok(err)
	secret = h.secret(enrolment.Secret)
	codes, err = h.ConfirmTOTP(h.context(), c, h.code(secret, 0))
	h.ok(err)
	for _, code := range codes {
		h.secret(code)
	}
	h.pass(time.Minute)
	return secret, codes
}

// code answers what a device shows, so many periods from now.
func (h *house) code(secret string, periods int) string {
	h.t.Helper()
	code, err := totp.GenerateCode(secret, h.now().Add(time.Duration(periods)*30*time.Second))
	h.ok(err)
	return code
}

// ticket signs in by password as far as the second factor.
func (h *house) ticket(u access.User) string {
	h.t.Helper()
	out, err := h.SignIn(h.context(), "", u.Email, adaPassword, from(desk))
	h.ok(err)
	if out.Ticket == "" || out.Opened != (signin.Opened{}) {
		h.t.Fatalf("got %+v, want a ticket and no session", out)
	}
	return h.secret(out.Ticket)
}

// token answers what follows # in a link.
func (h *house) token(url string) string {
	h.t.Helper()
	_, token, found := strings.Cut(url, "#")
	if !found || token == "" {
		h.t.Fatalf("the link %s has no token", url)
	}
	return h.secret(token)
}

// column answers the texts that a query of one column finds.
func (h *house) column(query string, args ...any) (texts []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.context(), func(ctx context.Context, tx *db.Tx) error {
		texts = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text string
			err := row.Scan(&text)
			texts = append(texts, text)
			return err
		}, query, args...)
	}))
	return texts
}

// entries answers the evidence of a kind, oldest first, one entry a line: actor,
// what, subject, reason.
func (h *house) entries(kind string) (lines []string) {
	h.t.Helper()
	for _, text := range h.column(`SELECT document FROM evidence_entry WHERE kind = $1 ORDER BY id`, kind) {
		var entry struct {
			Actor, Subject struct{ Kind, Name string }
			Body           struct{ Reason, What string }
		}
		h.ok(json.Unmarshal([]byte(text), &entry))
		line := fmt.Sprintf("%s %s %s %s", entry.Actor.Kind, entry.Actor.Name, entry.Body.What, entry.Subject.Name)
		if entry.Body.Reason != "" {
			line += ": " + entry.Body.Reason
		}
		lines = append(lines, line)
	}
	return lines
}

// together runs so many at once and answers how they ended.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	return errs
}

// oneWins says that one of many got through, and the rest were refused in a way.
func (h *house) oneWins(errs []error, want fault.Kind) {
	h.t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		h.is(err, want)
	}
	if won != 1 {
		h.t.Errorf("%d of %d got through, want one", won, len(errs))
	}
}

// pointer answers the first place that a fault names.
func pointer(err error) string {
	var known *fault.Error
	if !errors.As(err, &known) || len(known.Problems) == 0 {
		return ""
	}
	return known.Problems[0].Pointer
}

// browser is somebody's, with the session cookie that it was given.
type browser struct {
	*house
	address string
	cookie  string
}

// answer is what a browser got.
type answer struct {
	body   string
	status int
}

func (b *browser) call(method, path, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.context(), method, b.site.URL+path, strings.NewReader(body))
	b.ok(err)
	r.Header.Set("X-Forwarded-For", b.address)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-muster", Value: b.cookie})
	}
	got, err := b.site.Client().Do(r)
	b.ok(err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	b.ok(err)
	for _, cookie := range got.Cookies() {
		b.cookie = b.secret(cookie.Value)
	}
	if got.StatusCode >= http.StatusBadRequest {
		b.show(string(text))
	}
	return answer{body: string(text), status: got.StatusCode}
}

// must is call for an answer of a status, and reads it into a value.
func (b *browser) must(status int, method, path, body string, into any) {
	b.t.Helper()
	got := b.call(method, path, body)
	if got.status != status {
		b.t.Fatalf("%s %s: got %d %s, want %d", method, path, got.status, got.body, status)
	}
	if into != nil {
		b.ok(json.Unmarshal([]byte(got.body), into))
	}
}
