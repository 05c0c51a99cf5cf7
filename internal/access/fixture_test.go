// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/workspace"
)

// gate is an entrance that lets everybody in but those it is shut for.
type gate struct {
	mu    sync.Mutex
	ended map[access.UserID]int
	shut  map[access.UserID]bool
}

// CanSignIn answers by the map.
func (g *gate) CanSignIn(_ context.Context, _ *db.Tx, _ int64, user access.UserID) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.shut[user], nil
}

// EndSessions counts.
func (g *gate) EndLinks(context.Context, *db.Tx, int64, access.UserID) error { return nil }

func (g *gate) EndSessions(_ context.Context, _ *db.Tx, _ time.Time, _ int64, user access.UserID) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended[user]++
	return nil
}

func (g *gate) set(user access.UserID, shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut[user] = shut
}

// house is a workspace with a service.
type house struct {
	*access.Service
	t     *testing.T
	actor caller.Caller // the command line
	db    *db.DB
	gate  *gate

	mu    sync.Mutex
	clock time.Time
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{
		t: t, clock: time.UnixMilli(1_790_000_000_000), db: d,
		gate: &gate{ended: map[access.UserID]int{}, shut: map[access.UserID]bool{}},
	}
	w, err := workspace.New(d, h.now).Get(t.Context(), "")
	h.ok(err)
	h.actor = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	h.Service = access.New(access.Options{DB: d, Entrance: h.gate, Now: h.now})
	return h
}

// now steps on, so that every id is above the one before.
func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(time.Millisecond)
	return h.clock
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused says that an error is of a kind.
func (h *house) refused(err error, want fault.Kind) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != want {
		h.t.Errorf("got %v, want a fault of kind %d", err, want)
	}
}

// user makes an active user called after the e-mail's first part.
func (h *house) user(name, role string) access.User {
	h.t.Helper()
	u, err := h.Create(h.t.Context(), h.actor, access.NewUser{Email: name + "@example.com", Name: name, Role: role, Status: access.Active})
	h.ok(err)
	return u
}

// as answers a user as the one who asks.
func (h *house) as(u access.User) caller.Caller { return u.Caller(h.actor.Workspace) }

func (h *house) get(ref access.UserID) access.User {
	h.t.Helper()
	u, err := h.Get(h.t.Context(), h.actor, string(ref))
	h.ok(err)
	return u
}

// write runs fn in a transaction.
func (h *house) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return h.db.Write(h.t.Context(), fn)
}

// entries answers the entries of evidence of a kind, oldest first, one a line:
// actor, subject, what, then field=before>after.
func (h *house) entries(kind string) (lines []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		lines = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			if err := row.Scan(&text); err != nil {
				return err
			}
			line, err := sentence(text)
			lines = append(lines, line)
			return err
		}, `SELECT document FROM evidence_entry WHERE kind = $1 ORDER BY id`, kind)
	}))
	return lines
}

func sentence(text []byte) (string, error) {
	var entry struct {
		Actor, Subject struct{ Kind, Name string }
		Body           struct {
			Attempt, What string
			Changes       []struct {
				Field         string
				Before, After any
			}
		}
	}
	if err := json.Unmarshal(text, &entry); err != nil {
		return "", err
	}
	line := fmt.Sprintf("%s %s %s %s %s", entry.Actor.Kind, entry.Actor.Name, entry.Body.What, entry.Subject.Kind, entry.Subject.Name)
	if entry.Body.Attempt != "" {
		line += " " + entry.Body.Attempt
	}
	for _, c := range entry.Body.Changes {
		line += fmt.Sprintf(" %s=%v>%v", c.Field, c.Before, c.After)
	}
	return line, nil
}

// problem answers the first place that a fault names.
func problem(err error) string {
	var known *fault.Error
	if !errors.As(err, &known) || len(known.Problems) == 0 {
		return ""
	}
	return known.Problems[0].Pointer
}

func ptr[T any](v T) *T { return &v }
