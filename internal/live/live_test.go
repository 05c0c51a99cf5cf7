// SPDX-License-Identifier: Apache-2.0

package live_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/live"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with one definition and one test, and a clock.
type house struct {
	app     string
	db      *db.DB
	now     func() time.Time
	records *resource.Service
	servers resource.Definition
	t       *testing.T
	tests   *assessment.Service
	user    caller.Caller
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	clock := time.UnixMilli(1_790_000_000_000)
	h := &house{db: d, t: t}
	h.now = func() time.Time {
		clock = clock.Add(time.Millisecond)
		return clock
	}
	w, err := workspace.New(d, h.now).Get(t.Context(), workspace.Default)
	h.ok(err)
	h.app = db.NewID(clock)
	h.user = caller.Caller{ID: db.NewID(clock), Kind: caller.User, Workspace: w.Caller(), Grants: caller.Permissions()}
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, 'Demo', 'demo', 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app, w.Number)
	}))
	judge := assessment.NewJudge(d)
	h.records = resource.New(resource.Options{DB: d, Judge: judge, Now: h.now, Owner: "test", Wait: time.Minute})
	h.tests = assessment.New(assessment.Options{Applications: h, DB: d, Judge: judge, Now: h.now, Resource: h.records})
	h.servers, err = h.records.Create(t.Context(), h.user, resource.NewDefinition{
		Application: h.app, Base: "CustomResource", Name: "Server", Schema: []byte(`{"properties":{"memory":{"type":"int32"}}}`),
	})
	h.ok(err)
	h.push(9)
	_, err = h.tests.Create(t.Context(), h.user, []byte(`{"name":"Sized","application":"demo","resource":"Server","passWhen":{"field":"memory","op":"gte","value":4}}`))
	h.ok(err)
	return h
}

// Applications knows one.
func (h *house) Applications(context.Context, caller.Caller) ([]assessment.Application, error) {
	return []assessment.Application{{ID: h.app, Name: "Demo"}}, nil
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) push(memory int) {
	h.t.Helper()
	body := fmt.Sprintf(`{"resourceId":%q,"resources":[{"uniqueId":"s","displayName":"s","externalUrl":"https://x.example","customProperties":{"memory":%d}}]}`, h.servers.ID, memory)
	_, err := h.records.Push(h.t.Context(), caller.Caller{ID: h.app, Kind: caller.Application, Workspace: h.user.Workspace}, resource.Push{
		Base: h.servers.Base, Default: resource.Lenient, Body: strings.NewReader(body),
	})
	h.ok(err)
}

// server is one of several on the same database, which looks when it is told to.
func (h *house) server() *live.Service { return live.New(live.Options{DB: h.db, Tests: h.tests}) }

func (h *house) open(s *live.Service, c caller.Caller) *live.Client {
	h.t.Helper()
	client, err := s.Open(h.t.Context(), c)
	h.ok(err)
	return client
}

// hints answers the kinds of what a client was told.
func hints(c *live.Client) (kinds []string) {
	for {
		select {
		case h := <-c.Hints:
			kind := h.Kind
			switch h.Kind {
			case live.KindChange:
				kind += " " + h.Noun
			case live.KindTest:
				kind += " " + string(h.Status)
			}
			kinds = append(kinds, kind)
		default:
			return kinds
		}
	}
}

func TestHints(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		one, another := h.server(), h.server()
		all, tester, nobody, stranger := h.user, h.user, h.user, h.user
		tester.Grants, nobody.Grants = []caller.Permission{caller.ReadTests}, nil
		stranger.Workspace = caller.Workspace{ID: db.NewID(h.now()), Number: 999}
		clients := []*live.Client{h.open(one, all), h.open(another, all), h.open(one, tester), h.open(one, nobody), h.open(one, stranger)}
		look := func(want ...[]string) {
			t.Helper()
			h.ok(one.Poll(t.Context()))
			h.ok(another.Poll(t.Context()))
			for i, client := range clients {
				if diff := cmp.Diff(want[i], hints(client)); diff != "" {
					t.Errorf("client %d (-want +got):\n%s", i, diff)
				}
			}
		}
		look(nil, nil, nil, nil, nil) // nothing has changed since they came
		h.push(1)
		look([]string{"sync", "test NEEDS_ATTENTION"}, []string{"sync", "test NEEDS_ATTENTION"}, []string{"test NEEDS_ATTENTION"}, nil, nil)
		look(nil, nil, nil, nil, nil)
		h.push(2)
		look([]string{"sync"}, []string{"sync"}, nil, nil, nil)
	})
}

// TestChanges holds that those who may see a thing are told that somebody changed it, once
// its entry has a place on the audit trail, and that what no page shows is told to nobody.
func TestChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		events, err := evidence.New(t.Context(), evidence.Options{DB: d, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: h.now})
		h.ok(err)
		h.ok(events.Drain(t.Context())) // what made the house
		note := func(kind string) {
			h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return evidence.Append(ctx, tx, h.now(), evidence.Entry{Actor: h.user, Kind: kind, Subject: evidence.Subject{ID: "1", Kind: kind, Name: "One"}})
			}))
		}
		s := h.server()
		tester := h.user
		tester.Grants = []caller.Permission{caller.ReadTests}
		all, some := h.open(s, h.user), h.open(s, tester)
		look := func(wantAll, wantSome []string) {
			t.Helper()
			h.ok(s.Poll(t.Context()))
			for i, got := range [][]string{hints(all), hints(some)} {
				if diff := cmp.Diff([][]string{wantAll, wantSome}[i], got); diff != "" {
					t.Errorf("client %d (-want +got):\n%s", i, diff)
				}
			}
		}
		note("exception")
		note("access_review")
		note("session")
		look(nil, nil) // they have no place yet
		h.ok(events.Drain(t.Context()))
		look([]string{"change access_review", "change exception", "change audit"}, []string{"change exception"})
		look(nil, nil)
		note("exception")
		h.ok(events.Drain(t.Context()))
		look([]string{"change exception", "change audit"}, []string{"change exception"})
		note("sync")
		h.ok(events.Drain(t.Context()))
		look(nil, nil) // the trail leaves pushes out
	})
}

// A client that reads nothing is told once that it has missed something; the others
// are not held up.
func TestSlowClient(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	s := h.server()
	slow, quick := h.open(s, h.user), h.open(s, h.user)
	for i := range 70 {
		h.push(i%2*8 + 1) // and the test turns each time
		h.ok(s.Poll(t.Context()))
		if got := len(hints(quick)); got != 2 {
			t.Fatalf("push %d: got %d hints, want 2", i, got)
		}
	}
	if len(slow.Missed) != 1 || len(quick.Missed) != 0 {
		t.Errorf("missed: got %d and %d, want 1 and 0", len(slow.Missed), len(quick.Missed))
	}
}

func TestBounds(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	s := h.server()
	var last *live.Client
	for range 20 {
		last = h.open(s, h.user)
	}
	if _, err := s.Open(t.Context(), h.user); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("one more of one user: got %v", err)
	}
	other := h.user
	other.ID = "somebody else"
	h.open(s, other)
	s.Leave(last)
	h.open(s, h.user)
	s.Close()
	s.Close() // once more changes nothing
	select {
	case <-s.Done:
	default:
		t.Error("the streams go on although the server stops")
	}
	if _, err := s.Open(t.Context(), other); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("after the stop: got %v", err)
	}
}
