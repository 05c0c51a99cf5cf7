// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with one definition of servers, and a clock.
type house struct {
	app     caller.Caller
	clock   time.Time
	db      *db.DB
	dir     string
	events  *evidence.Service
	feed    *feed.Service
	records *resource.Service
	servers resource.Definition
	t       testing.TB
	tests   *assessment.Service
	user    caller.Caller
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{clock: time.UnixMilli(1_790_000_000_000).UTC(), db: d, dir: t.TempDir(), feed: &feed.Service{DB: d}, t: t}
	w, err := workspace.New(d, h.now).Get(t.Context(), workspace.Default)
	h.ok(err)
	h.app = caller.Caller{ID: db.NewID(h.clock), Kind: caller.Application, Name: "Demo", Workspace: w.Caller()}
	h.user = caller.Caller{ID: db.NewID(h.clock), Kind: caller.User, Name: "Ada", Workspace: w.Caller(), Grants: caller.Permissions()}
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, 'Demo', 'demo', 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app.ID, w.Number)
	}))
	judge := assessment.NewJudge(d)
	h.records = resource.New(resource.Options{DB: d, Judge: judge, Now: h.now, Owner: "test", Wait: time.Minute})
	h.tests = assessment.New(assessment.Options{Applications: h, DB: d, Judge: judge, Now: h.now, Resource: h.records})
	t.Cleanup(h.tests.Close)
	h.events, err = evidence.New(t.Context(), evidence.Options{DB: d, Dir: h.dir, Log: slog.New(slog.DiscardHandler), Now: h.now})
	h.ok(err)
	h.servers, err = h.records.Create(t.Context(), h.user, resource.NewDefinition{
		Application: h.app.ID, Base: "CustomResource", Name: "Server", Schema: []byte(`{"properties":{"memory":{"type":"int32"}}}`),
	})
	h.ok(err)
	return h
}

func (h *house) now() time.Time {
	h.clock = h.clock.Add(time.Millisecond)
	return h.clock
}

// Applications knows one.
func (h *house) Applications(context.Context, caller.Caller) ([]assessment.Application, error) {
	return []assessment.Application{{ID: h.app.ID, Name: "Demo"}}, nil
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// test makes one that wants so much memory.
func (h *house) test(name string, memory int) assessment.Test {
	h.t.Helper()
	form := fmt.Sprintf(`{"name":%q,"application":"demo","resource":"Server","passWhen":{"field":"memory","op":"gte","value":%d}}`, name, memory)
	t, err := h.tests.Create(h.t.Context(), h.user, []byte(form))
	h.ok(err)
	return t
}

// push pushes servers s0, s1, … with their memory; a negative one is left out.
func (h *house) push(memory ...int) resource.Result {
	h.t.Helper()
	var list []string
	for i, m := range memory {
		if m >= 0 {
			list = append(list, fmt.Sprintf(`{"uniqueId":"s%d","displayName":"Server %d","externalUrl":"https://x.example","customProperties":{"memory":%d}}`, i, i, m))
		}
	}
	return h.send(strings.Join(list, ","))
}

func (h *house) send(records string) resource.Result {
	h.t.Helper()
	result, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: h.servers.Base, Default: resource.Lenient, Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, h.servers.ID, records)),
	})
	h.ok(err)
	return result
}

// note writes an entry of the audit trail.
func (h *house) note(kind, what string) {
	h.t.Helper()
	h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return evidence.Append(ctx, tx, h.now(), evidence.Entry{
			Actor: h.user, Kind: kind, Subject: evidence.Subject{ID: "1", Kind: kind, Name: "One"},
			Body: map[string]any{"what": what, "changes": []evidence.Change{{Field: "role", Before: "Viewer", After: "Admin"}}},
		})
	}))
}

// settle gives entries their places and answers where the feed ends.
func (h *house) settle() feed.Cursor {
	h.t.Helper()
	h.ok(h.events.Drain(h.t.Context()))
	newest, err := h.feed.Newest(h.t.Context(), h.user.Workspace)
	h.ok(err)
	return newest
}

// read answers all that follows, by pages of a size.
func (h *house) read(after feed.Cursor, want feed.Want, size int) (all []feed.Event) {
	h.t.Helper()
	for {
		events, next, err := h.feed.After(h.t.Context(), h.user.Workspace, after, want, size)
		h.ok(err)
		if len(events) > size {
			h.t.Fatalf("%d events on a page of %d", len(events), size)
		}
		all = append(all, events...)
		if next == after {
			return all
		}
		if next.Before(after) {
			h.t.Fatalf("after %s the feed goes on at %s", after, next)
		}
		after = next
	}
}
