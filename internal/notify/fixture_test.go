// SPDX-License-Identifier: Apache-2.0

package notify_test

import (
	"bytes"
	"context"
	"fmt"
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
	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/mail/mailtest"
	"github.com/passmuster/muster/internal/notify"
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

// house is two workspaces with users, events, and a service that sends to real servers.
// Tokens of requests are names: "ada" is an Admin, "owen" owns every test and is one of
// those who may own, "other" is an Admin next door.
type house struct {
	*notify.Service
	testing.TB

	callers map[string]caller.Caller
	clock   time.Time
	db      *db.DB
	dir     string
	events  *evidence.Service
	gone    map[string]bool // ids of users who are deactivated
	log     bytes.Buffer
	mails   *mailtest.Server
	post    *slack
	url     string
}

const base = "https://muster.example"

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{
		TB: t, callers: map[string]caller.Caller{}, clock: time.Date(2026, 3, 28, 9, 30, 0, 0, time.UTC), db: d, dir: t.TempDir(), gone: map[string]bool{},
		mails: mailtest.Start(t), post: newSlack(t),
	}
	houses := workspace.New(d, h.now)
	_, err := houses.Create(t.Context(), caller.Caller{Kind: caller.CommandLine}, workspace.NewWorkspace{Name: "other"})
	h.ok(err)
	for _, name := range []string{"ada", "owen", "busy", "hanging", "other"} {
		place := "default"
		if name == "other" {
			place = name
		}
		w, err := houses.Get(t.Context(), place)
		h.ok(err)
		c := caller.Caller{Grants: []caller.Permission{caller.OwnAccount}, ID: db.NewID(h.clock), Kind: caller.User, MayOwn: true, Name: name, Workspace: w.Caller()}
		if name == "ada" || name == "other" {
			c.Grants = caller.Permissions()
		}
		h.callers[name] = c
	}
	h.events, err = evidence.New(t.Context(), evidence.Options{DB: d, Dir: h.dir, Log: slog.New(slog.DiscardHandler), Now: h.now})
	h.ok(err)
	h.open(h.mails.Sender(t))
	server := web.New(web.Options{BaseURL: base, Bearer: h, Now: h.now, StreamLimit: 1 << 20})
	h.Mount(server)
	s := httptest.NewServer(server.Handler())
	t.Cleanup(s.Close)
	h.url = s.URL
	return h
}

// open makes the service anew, as after a restart.
func (h *house) open(sender *mail.Sender) {
	h.Helper()
	sealer, err := seal.Open(h.dir, "")
	h.ok(err)
	h.Service = notify.New(notify.Options{
		BaseURL: func(context.Context) (string, error) { return base, nil }, DB: h.db, Feed: &feed.Service{DB: h.db},
		Logger: slog.New(slog.NewTextHandler(&h.log, nil)), Mail: sender, Now: h.now, People: h, Plain: true,
		Poster: notify.SlackPoster{Client: egress.New(egress.Options{AllowPrivate: true}), Now: h.now}, Sealer: sealer, Things: h,
	})
}

func (h *house) now() time.Time { return h.clock }

func (h *house) pass(d time.Duration) { h.clock = h.clock.Add(d) }

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// Caller takes the names of callers for tokens.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	c, ok := h.callers[token]
	if !ok {
		return c, fault.New(fault.Unauthorized, "no such token")
	}
	return c, nil
}

func (h *house) person(name string) notify.Person {
	c := h.callers[name]
	return notify.Person{Admin: name == "ada" || name == "other", Email: name + "@example.com", Grants: c.Grants, ID: c.ID, Kind: "user", Name: name}
}

// Users is of notify.People. Who is busy or hangs is there once a test says so.
func (h *house) Users(_ context.Context, w caller.Workspace) (active []notify.Person, gone []string, err error) {
	for name, c := range h.callers {
		if c.Workspace.Number != w.Number {
			continue
		}
		if h.gone[c.ID] {
			gone = append(gone, name+"@example.com")
		} else {
			active = append(active, h.person(name))
		}
	}
	return active, gone, nil
}

// User is of notify.People.
func (h *house) User(_ context.Context, w caller.Workspace, id string) (notify.Person, bool, error) {
	for name, c := range h.callers {
		if c.ID == id && c.Workspace.Number == w.Number {
			return h.person(name), !h.gone[id], nil
		}
	}
	return notify.Person{}, false, nil
}

// Person is of notify.People: pam, by her e-mail.
func (h *house) Person(_ context.Context, _ caller.Workspace, id string) (notify.Person, bool, error) {
	return notify.Person{Email: id, ID: id, Kind: "person"}, id == "pam@example.com", nil
}

// The tests that there are: ids begin with "test-", and name who is concerned behind it.
func (h *house) concerned(w caller.Workspace, ref string) (out notify.Concerned) {
	names, is := strings.CutPrefix(ref, "test-")
	if !is || w.ID == h.callers["other"].Workspace.ID {
		return out
	}
	out.ID = ref
	for name := range strings.SplitSeq(names, "-") {
		if name == "pam" {
			out.Concerns = append(out.Concerns, notify.Concern{ID: "pam@example.com", Kind: "person"})
			out.People = append(out.People, notify.Person{Email: "pam@example.com", ID: "pam@example.com", Kind: "person"})
			continue
		}
		out.Concerns = append(out.Concerns, notify.Concern{ID: h.callers[name].ID, Kind: "user", Owns: true})
	}
	return out
}

// Document is of notify.Things: none.
func (h *house) Document(context.Context, caller.Workspace, string) (notify.Concerned, error) {
	return notify.Concerned{}, nil
}

// Policy is of notify.Things: none.
func (h *house) Policy(context.Context, caller.Workspace, string) (notify.Concerned, error) {
	return notify.Concerned{}, nil
}

// Review is of notify.Things: none.
func (h *house) Review(context.Context, caller.Workspace, string) (notify.Concerned, error) {
	return notify.Concerned{}, nil
}

// Standings is of notify.Things: two records of nine fail.
func (h *house) Standings(_ context.Context, _ caller.Workspace, ids []string) (map[string]notify.Standing, error) {
	all := map[string]notify.Standing{}
	for _, id := range ids {
		all[id] = notify.Standing{Failing: 2, Name: "Disks of " + id, Status: "NEEDS_ATTENTION", Total: 9}
	}
	return all, nil
}

// Test is of notify.Things.
func (h *house) Test(_ context.Context, w caller.Workspace, ref string) (notify.Concerned, error) {
	return h.concerned(w, ref), nil
}

// happen writes entries of the trail of a caller's workspace and gives them their places.
func (h *house) happen(who string, entries ...evidence.Entry) {
	h.Helper()
	h.ok(h.db.Write(h.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, e := range entries {
			e.Actor = h.callers[who]
			if err := evidence.Append(ctx, tx, h.clock, e); err != nil {
				return err
			}
		}
		return nil
	}))
	h.ok(h.events.Drain(h.Context()))
}

// overdue is an event about a test.
func overdue(test string, count int, names ...string) evidence.Entry {
	sample := []map[string]any{}
	for i, name := range names {
		sample = append(sample, map[string]any{"id": fmt.Sprintf("r%d", i), "name": name})
	}
	return evidence.Entry{
		Kind: "remediation", Subject: evidence.Subject{Kind: "test", ID: test, Name: test},
		Body: map[string]any{"what": "overdue", "count": count, "definition": map[string]any{"id": "servers", "name": "Servers"}, "sample": sample, "slug": test, "testId": test},
	}
}

// stale is an event about a source.
func stale(name string) evidence.Entry {
	return evidence.Entry{Kind: "source", Subject: evidence.Subject{Kind: "definition", ID: name, Name: name}, Body: map[string]any{"what": "stale"}}
}

// collect reads what is new, and begins where nothing was read yet.
func (h *house) collect() {
	h.Helper()
	due, err := h.HasNews(h.Context())
	h.ok(err)
	if due {
		h.ok(h.Collect(h.Context()))
	}
	if due, err = h.HasNews(h.Context()); due || err != nil {
		h.Errorf("got %v, %v: there is news after all was read", due, err)
	}
}

// send sends what is due.
func (h *house) send() {
	h.Helper()
	for _, one := range []struct {
		due  func(context.Context) (bool, error)
		send func(context.Context) error
	}{{h.HasMail, h.SendMail}, {h.HasSlack, h.SendSlack}} {
		due, err := one.due(h.Context())
		h.ok(err)
		if due {
			h.ok(one.send(h.Context()))
		}
	}
}

// states answers state and address of all batches of the default workspace, the oldest
// first.
func (h *house) states() (list []string) {
	h.Helper()
	all, _, err := h.Deliveries(h.Context(), h.callers["ada"], notify.Query{Limit: 100})
	h.ok(err)
	for i := len(all) - 1; i >= 0; i-- {
		list = append(list, string(all[i].State)+" "+all[i].SentTo)
	}
	return list
}

// ask calls as somebody, wants a status, and reads the answer into to.
func (h *house) ask(who, method, path, body string, status int, to any) string {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), method, h.url+"/v1/notifications/"+path, strings.NewReader(body))
	h.ok(err)
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	h.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	h.ok(err)
	if answer.StatusCode != status {
		h.Fatalf("%s %s %s: %d %s, want %d", who, method, path, answer.StatusCode, text, status)
	}
	if to != nil {
		h.ok(json.Unmarshal(text, to))
	}
	return string(text)
}

// slack is a server that takes what incoming webhooks do.
type slack struct {
	url string

	mu     sync.Mutex
	came   []string
	header http.Header // of answers
	status int
	text   string
}

func newSlack(t testing.TB) *slack {
	s := &slack{status: 200, text: "ok"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.came = append(s.came, string(body))
		for name, values := range s.header {
			w.Header()[name] = values
		}
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.text)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL + "/services/T0/B0/verysecretword"
	return s
}

func (s *slack) answers(status int, text string, header http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.text, s.header = status, text, header
}

func (s *slack) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.came...)
}
