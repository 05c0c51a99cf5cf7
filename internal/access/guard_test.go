// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

// door is one way to take an Admin away.
type door struct {
	name    string
	attempt string // as the entry has it; "" when it is refused before the guard, or allowed
	open    func(h *house, ada access.User) error
	allowed bool // harmless: it must go through
}

func update(in access.Changes) func(*house, access.User) error {
	return func(h *house, ada access.User) error {
		_, err := h.Update(h.t.Context(), h.as(ada), string(ada.ID), in)
		return err
	}
}

func doors() []door {
	var none *caller.Window
	return []door{
		{name: "role to editor", attempt: "role change", open: update(access.Changes{Role: ptr("editor")})},
		{name: "role to view-only admin", attempt: "role change", open: update(access.Changes{Role: ptr("View-only Admin")})},
		{name: "role and e-mail", attempt: "role change", open: update(access.Changes{Email: ptr("a@example.com"), Role: ptr("employee")})},
		{name: "role to auditor", attempt: "role change", open: update(access.Changes{Role: ptr("auditor"), Window: &none})},
		{name: "custom role", attempt: "role change", open: func(h *house, ada access.User) error {
			areas := map[string]string{"tests": "edit", "users": "view", "settings": "view"}
			_, err := h.CreateRole(h.t.Context(), h.actor, access.NewRole{Name: "Nearly Admin", Areas: areas})
			h.ok(err)
			return update(access.Changes{Role: ptr("nearly-admin")})(h, ada)
		}},
		{name: "role from the command line", attempt: "role change", open: func(h *house, ada access.User) error {
			_, err := h.Update(h.t.Context(), h.actor, ada.Email, access.Changes{Role: ptr("editor")})
			return err
		}},
		{name: "deactivation", attempt: "deactivation", open: func(h *house, ada access.User) error {
			_, err := h.Deactivate(h.t.Context(), h.as(ada), string(ada.ID))
			return err
		}},
		{name: "deletion", attempt: "deletion", open: func(h *house, ada access.User) error {
			return h.Delete(h.t.Context(), h.as(ada), string(ada.ID))
		}},
		{name: "the person leaves", attempt: "departure", open: func(h *house, ada access.User) error {
			err := h.write(func(ctx context.Context, tx *db.Tx) error { return h.Left(ctx, tx, h.actor, ada.Email) })
			return h.NoteRefused(h.t.Context(), h.actor, err)
		}},
		{name: "the way in is taken away", open: func(h *house, ada access.User) error {
			err := h.write(func(ctx context.Context, tx *db.Tx) error {
				return h.Guarded(ctx, tx, h.actor.Workspace, func() error {
					h.gate.set(ada.ID, true)
					return nil
				})
			})
			h.gate.set(ada.ID, false) // what the rollback does to a real one
			return h.NoteRefused(h.t.Context(), h.actor, err)
		}},
		{name: "e-mail", allowed: true, open: update(access.Changes{Email: ptr("countess@example.com")})},
		{name: "name", allowed: true, open: update(access.Changes{Name: ptr("Ada Lovelace")})},
		{name: "window", allowed: true, open: update(access.Changes{Window: &none})},
		{name: "the same role", allowed: true, open: update(access.Changes{Role: ptr("ADMIN")})},
	}
}

func TestLastAdminStays(t *testing.T) {
	for _, door := range doors() {
		t.Run(door.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				h := newHouse(t, d)
				ada := h.user("ada", "admin")
				h.user("bob", "editor")
				// None of these is an Admin who can sign in.
				off := h.user("off", "admin")
				_, err := h.Deactivate(t.Context(), h.actor, string(off.ID))
				h.ok(err)
				_, err = h.Create(t.Context(), h.actor, access.NewUser{Email: "new@example.com", Role: "admin"})
				h.ok(err)
				h.gate.set(h.user("lost", "admin").ID, true)
				before, entries := h.get(ada.ID), len(h.entries("user"))
				err = door.open(h, ada)
				if door.allowed {
					h.ok(err)
					return
				}
				h.refused(err, fault.Impossible)
				if !strings.Contains(err.Error(), "ada (ada@example.com)") || !strings.Contains(err.Error(), "Give somebody else the role Admin") {
					t.Errorf("got %v, want who and what to do", err)
				}
				if diff := cmp.Diff(before, h.get(ada.ID)); diff != "" || len(h.entries("user")) != entries {
					t.Errorf("something changed: %s", diff)
				}
				noted := h.entries("lockout")
				if len(noted) != 1 || !strings.HasSuffix(strings.TrimSpace(noted[0]), strings.TrimSpace("prevented user ada "+door.attempt)) {
					t.Errorf("got %q, want one entry", noted)
				}
			})
		})
	}
}

func TestOneOfTwoAdminsMayGo(t *testing.T) {
	for _, door := range doors() {
		t.Run(door.name, func(t *testing.T) {
			h := newHouse(t, dbtest.SQLite(t))
			ada := h.user("ada", "admin")
			h.user("bea", "admin")
			h.ok(door.open(h, ada))
			if noted := h.entries("lockout"); len(noted) != 0 {
				t.Errorf("got %q", noted)
			}
		})
	}
}

// TestNobodyCanSignIn: where no Admin has a way in, as when the server's mail is
// gone, one of them may go, and the last one stays: the way in may come back.
func TestNobodyCanSignIn(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	ada, bea := h.user("ada", "admin"), h.user("bea", "admin")
	h.gate.set(ada.ID, true)
	h.gate.set(bea.ID, true)
	_, err := h.Deactivate(h.t.Context(), h.actor, string(ada.ID))
	h.ok(err)
	if _, err = h.Deactivate(t.Context(), h.actor, string(bea.ID)); fault.KindOf(err) != fault.Impossible {
		t.Errorf("got %v, want the guard's refusal", err)
	}
	_, err = h.Reactivate(t.Context(), h.actor, string(ada.ID))
	h.ok(err)
	_, err = h.Deactivate(t.Context(), h.actor, string(bea.ID))
	h.ok(err)
}

// TestOnlyAdminsMakeAdminsLeave: who may change people may not, by that, take an
// Admin's account away.
func TestOnlyAdminsMakeAdminsLeave(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	ada, bea, cleo := h.user("ada", "admin"), h.user("bea", "admin"), h.user("cleo", "editor")
	left := func(actor caller.Caller, email string) error {
		return h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.Left(ctx, tx, actor, email) })
	}
	token := caller.Caller{Kind: caller.Application, Scopes: []caller.Scope{caller.ScopeManageWrite}, Workspace: h.actor.Workspace}
	for _, actor := range []caller.Caller{h.as(cleo), token} {
		if err := left(actor, ada.Email); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: got %v, want a refusal", actor.Kind, err)
		}
	}
	h.ok(left(token, cleo.Email))
	h.ok(left(h.as(bea), ada.Email))
}

// TestTwoAdminsAtOnce: each change is harmless alone. Exactly one wins.
func TestTwoAdminsAtOnce(t *testing.T) {
	tests := []struct {
		name string
		take func(h *house, u access.User) error
	}{
		{"demotion", func(h *house, u access.User) error {
			_, err := h.Update(h.t.Context(), h.as(u), string(u.ID), access.Changes{Role: ptr("employee")})
			return err
		}},
		{"deactivation", func(h *house, u access.User) error {
			_, err := h.Deactivate(h.t.Context(), h.actor, string(u.ID))
			return err
		}},
		{"deletion", func(h *house, u access.User) error { return h.Delete(h.t.Context(), h.actor, string(u.ID)) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				h := newHouse(t, d)
				for range 5 {
					h.race(test.take)
				}
			})
		})
	}
}

// race takes the only two Admins away at once, and then what is left of them.
func (h *house) race(take func(*house, access.User) error) {
	h.t.Helper()
	admins := []access.User{h.user(db.NewID(h.now()), "admin"), h.user(db.NewID(h.now()), "admin")}
	h.retire(admins...)
	start, errs := make(chan struct{}), make([]error, len(admins))
	var group sync.WaitGroup
	for i, admin := range admins {
		group.Go(func() {
			<-start
			errs[i] = take(h, admin)
		})
	}
	close(start)
	group.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		h.t.Fatalf("got %v and %v; want one to win", errs[0], errs[1])
	}
	h.refused(errors.Join(errs...), fault.Impossible)
	if has, err := h.HasAdmin(h.t.Context(), h.actor.Workspace); err != nil || !has {
		h.t.Fatalf("got %t, %v: nobody is left", has, err)
	}
}

// retire deletes all users but some.
func (h *house) retire(but ...access.User) {
	h.t.Helper()
	all, err := h.List(h.t.Context(), h.actor)
	h.ok(err)
	for _, u := range all {
		if u.ID != but[0].ID && u.ID != but[1].ID {
			h.ok(h.Delete(h.t.Context(), h.actor, string(u.ID)))
		}
	}
}

// TestRoleGoesOrIsGiven: a custom role is not deleted while it is being given.
func TestRoleGoesOrIsGiven(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.user("ada", "admin")
		bob := h.user("bob", "editor")
		for range 5 {
			role, err := h.CreateRole(t.Context(), h.actor, access.NewRole{Name: "Brief"})
			h.ok(err)
			var group sync.WaitGroup
			var deleted, given error
			group.Go(func() { deleted = h.DeleteRole(t.Context(), h.actor, string(role.ID)) })
			group.Go(func() {
				_, given = h.Update(t.Context(), h.actor, string(bob.ID), access.Changes{Role: ptr(string(role.ID))})
			})
			group.Wait()
			if (deleted == nil) == (given == nil) {
				t.Fatalf("got %v and %v; want one to win", deleted, given)
			}
			_, err = h.Update(t.Context(), h.actor, string(bob.ID), access.Changes{Role: ptr("editor")})
			h.ok(err)
			if deleted != nil {
				h.ok(h.DeleteRole(t.Context(), h.actor, "brief"))
			}
		}
	})
}

func TestNoteRefusedPassesOthers(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	boom := errors.New("boom")
	if err := h.NoteRefused(t.Context(), h.actor, boom); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	h.ok(h.NoteRefused(t.Context(), h.actor, nil))
	if n := len(h.entries("lockout")); n != 0 {
		t.Errorf("got %d entries", n)
	}
}

func TestEnsureAdmin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		uwe := h.user("uwe", "auditor")
		from := time.UnixMilli(1_700_000_000_000)
		window := &caller.Window{From: from, To: from}
		_, err := h.Update(t.Context(), h.actor, uwe.Email, access.Changes{Window: &window})
		h.ok(err)
		_, err = h.Deactivate(t.Context(), h.actor, uwe.Email)
		h.ok(err)
		for _, email := range []string{"ada@example.com", "UWE@example.com"} {
			var made, last access.User
			var there bool
			h.ok(h.write(func(ctx context.Context, tx *db.Tx) (err error) {
				if made, err = h.EnsureAdmin(ctx, tx, h.actor, access.NewUser{Email: email}); err != nil {
					return err
				}
				last, there, err = h.Standing(ctx, tx, h.actor.Workspace.Number)
				return err
			}))
			if diff := cmp.Diff(h.get(made.ID), made); diff != "" || !there || last.Role.ID != access.Admin {
				t.Errorf("got %+v, %t\n%s", last, there, diff)
			}
			if made.Role.ID != access.Admin || made.Status != access.Active || made.Window != nil || made.ActivatedAt == nil {
				t.Errorf("got %+v", made)
			}
		}
		if u := h.get(uwe.ID); u.Role.ID != access.Admin || *u.ActivatedAt != *uwe.ActivatedAt || u.DeactivatedAt != nil {
			t.Errorf("got %+v; want the same user, brought back", u)
		}
	})
}
