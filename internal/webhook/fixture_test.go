// SPDX-License-Identifier: Apache-2.0

package webhook_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
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
	"github.com/passmuster/muster/internal/seal"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/webhook"
	"github.com/passmuster/muster/internal/workspace"
)

// patience bounds every wait for something that must happen.
const patience = time.Minute

// house is two workspaces with the feature behind HTTP. Tokens are the names of callers.
type house struct {
	*testing.T
	*webhook.Service

	callers map[string]caller.Caller
	db      *db.DB
	events  *evidence.Service
	sealer  *seal.Sealer
	url     string

	mu    sync.Mutex
	clock time.Time
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{T: t, callers: map[string]caller.Caller{}, clock: time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC), db: d}
	var err error
	h.sealer, err = seal.New(make([]byte, seal.KeySize))
	h.ok(err)
	h.events, err = evidence.New(t.Context(), evidence.Options{DB: d, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: h.now})
	h.ok(err)
	houses := workspace.New(d, h.now)
	_, err = houses.Create(t.Context(), caller.Caller{Kind: caller.CommandLine}, workspace.NewWorkspace{Name: "other"})
	h.ok(err)
	user := func(name, house string, grants ...caller.Permission) {
		w, err := houses.Get(t.Context(), house)
		h.ok(err)
		h.callers[name] = caller.Caller{Kind: caller.User, ID: db.NewID(h.now()), Name: name, Role: name, Workspace: w.Caller(), Grants: grants}
	}
	user("ada", "default", caller.Permissions()...)
	user("viewer", "default", caller.ReadSettings)
	user("nobody", "default", caller.OwnAccount)
	user("other", "other", caller.Permissions()...)
	h.Service = h.service()
	server := web.New(web.Options{BaseURL: "https://muster.example", Bearer: h, Now: h.now})
	h.Mount(server)
	site := httptest.NewServer(server.Handler())
	t.Cleanup(site.Close)
	h.url = site.URL
	return h
}

// service makes another process over the same database.
func (h *house) service() *webhook.Service {
	return webhook.New(webhook.Options{
		DB: h.db, Feed: &feed.Service{DB: h.db}, Now: h.now, Post: webhook.NewPoster(egress.Options{AllowPrivate: true}, "test"), Sealer: h.sealer,
	})
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

// Caller knows the tokens.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	c, ok := h.callers[token]
	if !ok {
		return c, fault.New(fault.Unauthorized, "no token")
	}
	return c, nil
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// ask answers "status body" of a call.
func (h *house) ask(token, call, body string) string {
	h.Helper()
	method, path, _ := strings.Cut(call, " ")
	r, err := http.NewRequestWithContext(h.Context(), method, h.url+path, strings.NewReader(body))
	h.ok(err)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	h.ok(err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	h.ok(err)
	return fmt.Sprintf("%d %s", answer.StatusCode, strings.TrimSpace(string(text)))
}

// want makes a call whose answer must begin with the first text and hold them all.
func (h *house) want(token, call, body string, texts ...string) string {
	h.Helper()
	got := h.ask(token, call, body)
	for i, text := range texts {
		if i == 0 && !strings.HasPrefix(got, text) || !strings.Contains(got, text) {
			h.Errorf("%s: %s %s: got %s, want %q", token, call, body, got, text)
		}
	}
	return got
}

// made is what creating an endpoint answers.
type made struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

func (h *house) create(name, url string, types ...string) (m made) {
	h.Helper()
	list, err := json.Marshal(append([]string{}, types...))
	h.ok(err)
	got := h.want("ada", "POST /v1/webhooks", fmt.Sprintf(`{"name":%q,"url":%q,"types":%s}`, name, url, list), "201")
	h.ok(json.Unmarshal([]byte(got[4:]), &m))
	return m
}

// happen leaves entries on the trail, named by number, and gives them their places.
func (h *house) happen(first, count int) {
	h.Helper()
	for i := first; i < first+count; i++ {
		h.ok(h.db.Write(h.Context(), func(ctx context.Context, tx *db.Tx) error {
			return evidence.Append(ctx, tx, h.now(), evidence.Entry{
				Actor: h.callers["ada"], Kind: "group", Subject: evidence.Subject{Kind: "group", ID: fmt.Sprint("g", i), Name: fmt.Sprint("Group ", i)},
				Body: map[string]any{"what": "renamed", "changes": []evidence.Change{{Field: "name", Before: "G", After: fmt.Sprint("Group ", i)}}},
			})
		}))
	}
	h.ok(h.events.Sequence(h.Context()))
}

// pass does what the jobs of a server do.
func (h *house) pass() {
	h.Helper()
	h.ok(h.Fill(h.Context()))
	h.ok(h.Send(h.Context()))
}

// deliveries answers all deliveries of an endpoint, the oldest first.
func (h *house) deliveries(id string) []webhook.Delivery {
	h.Helper()
	list, more, err := h.Deliveries(h.Context(), h.callers["ada"], id, webhook.Query{Limit: 10_000})
	h.ok(err)
	if more {
		h.Fatal("there are more")
	}
	slices.Reverse(list)
	return list
}

func (h *house) delivery(id, delivery string) webhook.Delivery {
	h.Helper()
	d, err := h.Delivery(h.Context(), h.callers["ada"], id, delivery)
	h.ok(err)
	return d
}

// got is a request that a receiver had.
type got struct {
	body   string
	header http.Header
	id     string
}

// subject answers the id of what the event is about.
func (g got) subject(t *testing.T) string {
	t.Helper()
	var body struct {
		Data struct {
			Subject struct {
				ID string `json:"id"`
			} `json:"subject"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(g.body), &body); err != nil {
		t.Fatalf("%v in %s", err, g.body)
	}
	return body.Data.Subject.ID
}

// receiver is one whose answers can be changed.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	answer func(http.ResponseWriter, *http.Request, got)
	all    []got
}

// newReceiver answers 204 until it is told otherwise.
func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{answer: status(204)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		g := got{body: string(body), header: req.Header, id: req.Header.Get("webhook-id")}
		r.mu.Lock()
		r.all = append(r.all, g)
		answer := r.answer
		r.mu.Unlock()
		answer(w, req, g)
	}))
	t.Cleanup(r.Close)
	return r
}

func status(code int) func(http.ResponseWriter, *http.Request, got) {
	return func(w http.ResponseWriter, _ *http.Request, _ got) { w.WriteHeader(code) }
}

func (r *receiver) does(answer func(http.ResponseWriter, *http.Request, got)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// requests answers what came so far, and forgets it.
func (r *receiver) requests() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

func subjects(t *testing.T, list []got) (ids []string) {
	t.Helper()
	for _, g := range list {
		ids = append(ids, g.subject(t))
	}
	return ids
}

// groups answers g1, g2, … as happen names them.
func groups(first, count int) (ids []string) {
	for i := first; i < first+count; i++ {
		ids = append(ids, fmt.Sprint("g", i))
	}
	return ids
}
