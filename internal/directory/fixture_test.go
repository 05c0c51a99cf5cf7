// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with its people.
type house struct {
	t      testing.TB
	admin  caller.Caller
	clock  time.Time
	db     *db.DB
	left   []string // e-mails that Left was told of
	last   string   // the e-mail whose departure is refused
	noted  []string // refusals that were written down, with who was refused
	people *directory.Service
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, clock: time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC), db: d}
	w, err := workspace.New(d, h.now).Get(t.Context(), "")
	h.ok(err)
	h.admin = caller.Caller{
		Kind: caller.Application, ID: "a", Name: "Directory tool", Workspace: w.Caller(),
		Scopes: []caller.Scope{caller.ScopeManageRead, caller.ScopeManageWrite},
	}
	h.people = directory.New(directory.Options{DB: d, Leaver: h, Now: h.now})
	return h
}

func (h *house) now() time.Time { return h.clock }

// Left is of directory.Leaver; it writes before it refuses, as a guard may.
func (h *house) Left(ctx context.Context, tx *db.Tx, actor caller.Caller, email string) error {
	if _, err := tx.Exec(ctx, `
		UPDATE directory_person SET job_title = 'touched' WHERE workspace = $1 AND email = $2 AND email = $3`,
		actor.Workspace.Number, email, h.last); err != nil {
		return err
	}
	if email == h.last {
		return &lockout{fault.New(fault.Impossible, "%s is the last Admin who can sign in", email)}
	}
	h.left = append(h.left, email)
	return nil
}

// lockout is what Left refuses with: NoteRefused knows it from other faults.
type lockout struct{ fault *fault.Error }

// Error answers the sentence.
func (l *lockout) Error() string { return l.fault.Error() }

// Unwrap answers the fault.
func (l *lockout) Unwrap() error { return l.fault }

// NoteRefused is of directory.Leaver; its transaction would wait for ever inside
// another.
func (h *house) NoteRefused(ctx context.Context, actor caller.Caller, err error) error {
	var refusal *lockout
	if !errors.As(err, &refusal) {
		return err
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	wrong := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE directory_person SET updated_at = updated_at WHERE workspace = $1`, actor.Workspace.Number)
		return err
	})
	if wrong != nil {
		return errors.Join(err, wrong)
	}
	h.noted = append(h.noted, actor.Name+": "+err.Error())
	return err
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) fails(err error, kind fault.Kind, words string) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		h.t.Fatalf("got %v, want a fault of kind %d with %q", err, kind, words)
	}
}

func (h *house) same(what string, got, want any) {
	h.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func ptr[T any](v T) *T { return &v }

func (h *house) make(email string) directory.Person {
	h.t.Helper()
	p, err := h.people.Create(h.t.Context(), h.admin, directory.Attributes{Email: &email})
	h.ok(err)
	return p
}

// put is Put in a transaction of its own.
func (h *house) put(source directory.Source, id directory.PersonID, in directory.Attributes) (p directory.Person, created bool, err error) {
	err = h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p, created, err = h.people.Put(ctx, tx, h.admin, source, id, in)
		return err
	})
	return p, created, err
}

func (h *house) get(id directory.PersonID) directory.Person {
	h.t.Helper()
	p, err := h.people.Get(h.t.Context(), h.admin, id)
	h.ok(err)
	return p
}

// entry is what the tests look at in an entry of evidence.
type entry struct {
	Subject struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"subject"`
	Body struct {
		What           string           `json:"what"`
		Changes        []map[string]any `json:"changes"`
		AcknowledgedBy string           `json:"acknowledgedBy"`
		Members        []map[string]any `json:"members"`
		Created        float64          `json:"created"`
	} `json:"body"`
}

// entries answers the evidence, oldest first.
func (h *house) entries() (list []entry) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			if err := row.Scan(&text); err != nil {
				return err
			}
			var e entry
			err := json.Unmarshal(text, &e)
			list = append(list, e)
			return err
		}, `SELECT document FROM evidence_entry ORDER BY id`)
	}))
	return list
}

// told answers the bodies of the entries about a name, oldest first.
func (h *house) told(name string) (list []string) {
	for _, e := range h.entries() {
		if e.Subject.Name != name {
			continue
		}
		text := e.Body.What
		for _, c := range e.Body.Changes {
			text += "; " + c["field"].(string) + ": " + show(c["before"]) + " > " + show(c["after"])
		}
		list = append(list, text)
	}
	return list
}

func show(v any) string {
	if v == nil {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return strings.Trim(string(text), `"`)
}
