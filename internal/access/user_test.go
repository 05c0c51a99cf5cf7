// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

func TestCreateUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		if has, err := h.HasAdmin(ctx, h.actor.Workspace); err != nil || has {
			t.Fatalf("got %t, %v; want no admin", has, err)
		}
		ada, err := h.Create(ctx, h.actor, access.NewUser{Email: " Ada@Example.com", Name: " Ada  Lovelace ", Role: "admin"})
		h.ok(err)
		if ada.Status != access.Invited || ada.ActivatedAt != nil || ada.Email != "Ada@Example.com" || ada.Source != access.Typed {
			t.Errorf("got %+v", ada)
		}
		bob, err := h.Create(ctx, h.actor, access.NewUser{Email: "bob@example.com", Role: "Employee", Status: access.Active})
		h.ok(err)
		_, err = h.Create(ctx, h.actor, access.NewUser{Email: "ada@example.COM", Role: "editor"})
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "ada@example.COM") {
			t.Errorf("got %v, want a conflict that names the e-mail", err)
		}
		users, err := h.List(ctx, h.actor)
		h.ok(err)
		if diff := cmp.Diff([]access.User{ada, bob}, users); diff != "" {
			t.Error(diff)
		}
		for _, ref := range []string{"ADA@example.com ", strings.ToUpper(string(ada.ID))} {
			if got, err := h.Get(ctx, h.actor, ref); err != nil || got.ID != ada.ID {
				t.Errorf("%q: got %+v, %v", ref, got, err)
			}
		}
		for _, ref := range []string{"", "none", "no@example.com", "a\x00@b", "\xff"} {
			_, err := h.Get(ctx, h.actor, ref)
			h.refused(err, fault.NotFound)
		}
		if has, err := h.HasAdmin(ctx, h.actor.Workspace); err != nil || has {
			t.Errorf("got %t, %v; an invited admin is none yet", has, err)
		}
		if diff := cmp.Diff([]string{
			"command-line muster admin created user Ada  Lovelace email=<nil>>Ada@Example.com name=<nil>>Ada  Lovelace role=<nil>>Admin status=<nil>>invited",
			"command-line muster admin created user bob@example.com email=<nil>>bob@example.com role=<nil>>Employee status=<nil>>active",
		}, h.entries("user")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBadUsersAreRefused(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	tests := []struct {
		in            access.NewUser
		want, pointer string
	}{
		{access.NewUser{Role: "admin"}, "missing", "/email"},
		{access.NewUser{Email: "ada", Role: "admin"}, "ada@example.com", "/email"},
		{access.NewUser{Email: "Ada <ada@example.com>", Role: "admin"}, "is not an e-mail", "/email"},
		{access.NewUser{Email: strings.Repeat("a", 250) + "@example.com", Role: "admin"}, "is not an e-mail", "/email"},
		{access.NewUser{Email: "a@example.com\r\nBcc: b@example.com", Role: "admin"}, "is not an e-mail", "/email"},
		{access.NewUser{Email: "ada@example.com", Role: "king"}, "view-only-admin", "/role"},
		{access.NewUser{Email: "ada@example.com", Role: "admin", Name: "a\nb"}, "on one line", "/name"},
		{access.NewUser{Email: "ada@example.com", Role: "admin", Name: strings.Repeat("ä", 201)}, "200", "/name"},
		{access.NewUser{Email: "ada@example.com", Role: "admin", Status: access.Deactivated}, "invited or active", "/status"},
	}
	for _, test := range tests {
		_, err := h.Create(t.Context(), h.actor, test.in)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), test.want) || problem(err) != test.pointer {
			t.Errorf("%+v: got %v at %s, want an error with %q", test.in, err, problem(err), test.want)
		}
	}
}

func TestUpdateUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		ada := h.user("ada", "admin")
		bob := h.user("bob", "editor")
		got, err := h.Update(ctx, h.as(ada), "BOB@example.com", access.Changes{
			Email: ptr("robert@example.com"), Name: ptr("Robert Hooke"), Role: ptr("auditor"),
		})
		h.ok(err)
		if diff := cmp.Diff(h.get(bob.ID), got); diff != "" || !got.UpdatedAt.After(bob.UpdatedAt) {
			t.Error(diff)
		}
		from := time.UnixMilli(1_700_000_000_000).UTC()
		window := &caller.Window{From: from, To: from.Add(time.Hour)}
		got, err = h.Update(ctx, h.as(ada), string(bob.ID), access.Changes{Window: &window})
		h.ok(err)
		if diff := cmp.Diff(window, got.Window); diff != "" {
			t.Error(diff)
		}
		again, err := h.Update(ctx, h.as(ada), string(bob.ID), access.Changes{Window: &window, Role: ptr("Auditor")})
		if err != nil || again.UpdatedAt != got.UpdatedAt {
			t.Errorf("got %+v, %v; nothing changed", again, err)
		}
		// The window goes with the role.
		got, err = h.Update(ctx, h.as(ada), string(bob.ID), access.Changes{Role: ptr("view-only-admin")})
		if err != nil || got.Window != nil || h.get(bob.ID).Window != nil {
			t.Errorf("got %+v, %v", got, err)
		}
		if diff := cmp.Diff([]string{
			"user ada role changed user Robert Hooke email=bob@example.com>robert@example.com name=bob>Robert Hooke role=Editor>Auditor",
			"user ada updated user Robert Hooke auditWindow=<nil>>2023-11-14T22:13:20.000Z to 2023-11-14T23:13:20.000Z",
			"user ada role changed user Robert Hooke role=Auditor>View-only Admin auditWindow=2023-11-14T22:13:20.000Z to 2023-11-14T23:13:20.000Z><nil>",
		}, h.entries("user")[2:]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBadUpdatesAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		h.user("ada", "admin")
		h.user("uwe", "auditor")
		from := time.UnixMilli(1_700_000_000_000).UTC()
		window, backwards := &caller.Window{From: from, To: from}, &caller.Window{From: from, To: from.Add(-1)}
		tests := []struct {
			ref  string
			in   access.Changes
			want fault.Kind
		}{
			{"none@example.com", access.Changes{}, fault.NotFound},
			{"uwe@example.com", access.Changes{Email: ptr("ADA@example.com")}, fault.Conflict},
			{"uwe@example.com", access.Changes{Email: ptr("ada")}, fault.Invalid},
			{"uwe@example.com", access.Changes{Name: ptr("a\tb")}, fault.Invalid},
			{"uwe@example.com", access.Changes{Role: ptr("")}, fault.Invalid},
			{"uwe@example.com", access.Changes{Window: &backwards}, fault.Invalid},
			{"ada@example.com", access.Changes{Window: &window}, fault.Impossible},
			{"uwe@example.com", access.Changes{Role: ptr("editor"), Window: &window}, fault.Impossible},
		}
		for _, test := range tests {
			_, err := h.Update(ctx, h.actor, test.ref, test.in)
			h.refused(err, test.want)
		}
		if n := len(h.entries("user")); n != 2 {
			t.Errorf("got %d entries, want those of the two users", n)
		}
	})
}

func TestLifeOfAUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		ada := h.as(h.user("ada", "admin"))
		bob, err := h.Create(ctx, ada, access.NewUser{Email: "bob@example.com", Role: "editor"})
		h.ok(err)
		activate := func() (u access.User, err error) {
			err = h.write(func(ctx context.Context, tx *db.Tx) error {
				u, err = h.Activate(ctx, tx, ada, bob.ID)
				return err
			})
			return u, err
		}
		status := func(want access.Status, u access.User, err error) {
			t.Helper()
			if err != nil || u.Status != want || (u.DeactivatedAt != nil) != (want == access.Deactivated) {
				t.Fatalf("got %+v, %v; want %s", u, err, want)
			}
			if diff := cmp.Diff(h.get(bob.ID), u); diff != "" {
				t.Error(diff)
			}
		}
		ref := string(bob.ID)
		u, err := h.Deactivate(ctx, ada, ref)
		status(access.Deactivated, u, err)
		_, err = activate()
		h.refused(err, fault.Conflict)
		u, err = h.Reactivate(ctx, ada, ref) // never accepted, so invited as before
		status(access.Invited, u, err)
		u, err = activate()
		status(access.Active, u, err)
		u, err = activate()
		status(access.Active, u, err)
		u, err = h.Deactivate(ctx, ada, ref)
		status(access.Deactivated, u, err)
		u, err = h.Deactivate(ctx, ada, ref)
		status(access.Deactivated, u, err)
		u, err = h.Reactivate(ctx, ada, ref)
		status(access.Active, u, err)
		u, err = h.Reactivate(ctx, ada, ref)
		status(access.Active, u, err)
		if h.gate.ended[bob.ID] != 2 {
			t.Errorf("sessions ended %d times, want once for each time of being deactivated", h.gate.ended[bob.ID])
		}
		h.ok(h.Delete(ctx, ada, ref))
		h.refused(h.Delete(ctx, ada, ref), fault.NotFound)
		if _, err = activate(); h.gate.ended[bob.ID] != 3 {
			t.Error("deletion ended no session")
		}
		h.refused(err, fault.NotFound)
		want := []string{"created", "deactivated", "reactivated", "activated", "deactivated", "reactivated", "deleted"}
		got := h.entries("user")[1:]
		if len(got) != len(want) {
			t.Fatalf("got %q", got)
		}
		for i, line := range got {
			if !strings.HasPrefix(line, "user ada "+want[i]+" user bob@example.com") {
				t.Errorf("got %q, want %s", line, want[i])
			}
		}
	})
}

func TestLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.user("ada", "admin")
		bob := h.user("bob", "editor")
		left := func(email string) error {
			return h.write(func(ctx context.Context, tx *db.Tx) error { return h.Left(ctx, tx, h.actor, email) })
		}
		for _, email := range []string{"nobody@example.com", "", "\x00", " BOB@example.com", "bob@example.com"} {
			h.ok(left(email))
		}
		if u := h.get(bob.ID); u.Status != access.Deactivated || h.gate.ended[bob.ID] != 1 {
			t.Errorf("got %+v, sessions ended %d times", u, h.gate.ended[bob.ID])
		}
	})
}

func TestUsersOfAnIdentityProvider(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	ctx, ada := t.Context(), h.as(h.user("ada", "admin"))
	directory := h.actor
	directory.Kind, directory.Name = caller.Directory, "Identity provider"
	bob, err := h.Create(ctx, directory, access.NewUser{
		Email: "bob@example.com", Name: "Bob", Role: "employee", Source: access.SCIM, Status: access.Active,
	})
	h.ok(err)
	ref := string(bob.ID)
	_, err = h.Update(ctx, ada, ref, access.Changes{Email: ptr("b@example.com")})
	h.refused(err, fault.Conflict)
	if !strings.Contains(err.Error(), "identity provider") {
		t.Errorf("got %v", err)
	}
	_, err = h.Update(ctx, ada, ref, access.Changes{Name: ptr("Robert")})
	h.refused(err, fault.Conflict)
	_, err = h.Deactivate(ctx, ada, ref)
	h.refused(err, fault.Conflict)
	_, err = h.Reactivate(ctx, ada, ref)
	h.refused(err, fault.Conflict)
	h.refused(h.Delete(ctx, ada, ref), fault.Conflict)
	// What it says already is no change, and the role is ours.
	_, err = h.Update(ctx, ada, ref, access.Changes{Email: ptr("bob@example.com"), Name: ptr("Bob"), Role: ptr("editor")})
	h.ok(err)
	_, err = h.Update(ctx, directory, ref, access.Changes{Name: ptr("Robert")})
	h.ok(err)
	h.ok(h.write(func(ctx context.Context, tx *db.Tx) error { return h.Left(ctx, tx, ada, "bob@example.com") }))
	if u := h.get(bob.ID); u.Status != access.Deactivated || u.Name != "Robert" || u.Role.ID != access.Editor {
		t.Errorf("got %+v", u)
	}
}

func TestWorkspacesAreApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := newHouse(t, d), t.Context()
		ada := h.user("ada", "admin")
		role, err := h.CreateRole(ctx, h.actor, access.NewRole{Name: "Night Shift"})
		h.ok(err)
		h.ok(h.write(func(ctx context.Context, tx *db.Tx) error {
			return tx.ExecOne(ctx, `INSERT INTO workspace (number, id, slug, name, created_at) VALUES (99, 'other', 'other', 'Other', 0)`)
		}))
		other := h.actor
		other.Workspace = caller.Workspace{ID: "other", Name: "Other", Number: 99}
		_, err = h.Get(ctx, other, string(ada.ID))
		h.refused(err, fault.NotFound)
		_, err = h.Update(ctx, other, ada.Email, access.Changes{Role: ptr("employee")})
		h.refused(err, fault.NotFound)
		h.refused(h.Delete(ctx, other, string(ada.ID)), fault.NotFound)
		h.refused(h.DeleteRole(ctx, other, string(role.ID)), fault.NotFound)
		_, err = h.Create(ctx, other, access.NewUser{Email: ada.Email, Role: string(role.ID)})
		h.refused(err, fault.Invalid)
		again, err := h.Create(ctx, other, access.NewUser{Email: ada.Email, Role: "admin", Status: access.Active})
		h.ok(err)
		h.ok(h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := h.ByID(ctx, tx, 99, ada.ID); !errors.Is(err, db.ErrNoRow) {
				t.Errorf("by id: got %v", err)
			}
			got, err := h.ByEmail(ctx, tx, 99, "ADA@example.com")
			if got.ID != again.ID {
				t.Errorf("by e-mail: got %+v", got)
			}
			return err
		}))
		// An admin elsewhere is none here.
		_, err = h.Deactivate(ctx, h.actor, string(ada.ID))
		h.refused(err, fault.Impossible)
	})
}

func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		for _, name := range []string{"ada", "bob", "cleo", "dan", "eve"} {
			h.user(name, "employee")
		}
		_, err := h.Update(t.Context(), h.actor, "dan@example.com", access.Changes{Name: ptr("Dän Ölson"), Role: ptr("editor")})
		h.ok(err)
		_, err = h.Deactivate(t.Context(), h.actor, "eve@example.com")
		h.ok(err)
		tests := []struct {
			name string
			q    access.UserQuery
			want string
			more bool
		}{
			{"all", access.UserQuery{Limit: 9}, "ada bob cleo dan eve", false},
			{"a full page", access.UserQuery{Limit: 5}, "ada bob cleo dan eve", false},
			{"first", access.UserQuery{Limit: 2}, "ada bob", true},
			{"status", access.UserQuery{Limit: 2, Status: access.Deactivated}, "eve", false},
			{"text", access.UserQuery{Limit: 9, Text: "ölSON "}, "dan", false},
			{"e-mail", access.UserQuery{Limit: 1, Text: "@EXAMPLE"}, "ada", true},
			{"no pattern", access.UserQuery{Limit: 1, Text: "%"}, "", false},
			{"role", access.UserQuery{Limit: 9, Roles: []access.RoleID{access.Editor, access.Admin}}, "dan", false},
		}
		for _, test := range tests {
			page, more, err := h.Page(t.Context(), h.actor, test.q)
			h.ok(err)
			var names []string
			for _, u := range page {
				name, _, _ := strings.Cut(u.Email, "@")
				names = append(names, name)
			}
			if got := strings.Join(names, " "); got != test.want || more != test.more {
				t.Errorf("%s: got %s, %t", test.name, got, more)
			}
		}
		page, _, err := h.Page(t.Context(), h.actor, access.UserQuery{Limit: 3})
		h.ok(err)
		page, more, err := h.Page(t.Context(), h.actor, access.UserQuery{After: page[2].ID, Limit: 3})
		if err != nil || len(page) != 2 || more || page[0].Email != "dan@example.com" {
			t.Errorf("got %+v, %t, %v", page, more, err)
		}
	})
}

// TestRoleOfDirectory checks that a role that a directory decides on is not
// changed here, and that one of its default may be.
func TestRoleOfDirectory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		admin := h.as(h.user("ada", "admin"))
		provision := func(email, role string, from access.RoleFrom) access.User {
			t.Helper()
			var user access.User
			h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				user, err = h.ByEmail(ctx, tx, h.actor.Workspace.Number, email)
				if err != nil && !errors.Is(err, db.ErrNoRow) {
					return err
				}
				user, _, err = h.Provision(ctx, tx, h.actor, user.ID, access.Provisioned{Active: true, Email: email, From: from, Role: access.RoleID(role)})
				return err
			}))
			return h.get(user.ID)
		}
		editor, employee, auditor := "editor", "employee", "auditor"
		window := &caller.Window{From: h.now(), To: h.now()}
		for _, from := range []access.RoleFrom{access.RoleByAttribute, access.RoleByMapping} {
			bob := provision("bob@example.com", auditor, from)
			_, err := h.Update(t.Context(), admin, string(bob.ID), access.Changes{Role: &editor})
			h.refused(err, fault.Conflict)
			_, err = h.Update(t.Context(), admin, string(bob.ID), access.Changes{Role: &auditor, Window: &window})
			h.ok(err)
			if got := h.get(bob.ID); got.Window == nil || got.RoleFrom != from {
				t.Errorf("%s: got %+v, want the window, and that the directory decides", from, got)
			}
		}
		bob, err := h.Update(t.Context(), h.actor, "bob@example.com", access.Changes{Role: &employee})
		h.ok(err)
		if bob.Role.Slug != "employee" || bob.RoleFrom != access.RoleByMapping {
			t.Errorf("the command line: got %s by %q", bob.Role.Slug, bob.RoleFrom)
		}
		provision("bob@example.com", employee, access.RoleByDefault)
		bob, err = h.Update(t.Context(), admin, "bob@example.com", access.Changes{Role: &editor})
		h.ok(err)
		if bob.Role.Slug != "editor" || bob.RoleFrom != access.RoleHere {
			t.Errorf("a default: got %s by %q, want that people here decide", bob.Role.Slug, bob.RoleFrom)
		}
	})
}
