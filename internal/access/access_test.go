// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/workspace"
)

func clock() time.Time { return time.UnixMilli(1_790_000_000_000).UTC() }

func commandLine(t *testing.T, d *db.DB) caller.Caller {
	t.Helper()
	w, err := workspace.New(d, clock).Get(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
}

func TestFindRole(t *testing.T) {
	tests := []struct {
		ref  string
		want access.RoleID
	}{
		{"admin", access.Admin},
		{"ADMIN", access.Admin},
		{"View-only Admin", access.ViewOnlyAdmin},
		{"view-only-ADMIN", access.ViewOnlyAdmin},
		{" integrations manager ", access.IntegrationsManager},
		{"0000005DDEFACE0000000003", access.Employee},
		{"trust-collaborator", access.TrustCollaborator},
		{"owner", ""},
		{"", ""},
	}
	for _, test := range tests {
		got, err := access.FindRole(test.ref)
		if got.ID != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%q: got %s, %v; want %s", test.ref, got.ID, err, test.want)
		}
	}
	if n := len(access.Roles()); n != 8 {
		t.Errorf("got %d roles, want 8", n)
	}
}

func TestPasswords(t *testing.T) {
	hash, err := access.HashPassword("correct horse")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %s, %v", hash, err)
	}
	tests := []struct {
		hash, password string
		want           bool
	}{
		{hash, "correct horse", true},
		{hash, "correct horsf", false},
		{hash, "", false},
		{"", "", false},
		{"$argon2id$v=19$m=19456,t=2,p=1$!$!", "correct horse", false},
	}
	for _, test := range tests {
		if got := access.CheckPassword(test.hash, test.password); got != test.want {
			t.Errorf("%q on %q: got %t", test.password, test.hash, got)
		}
	}
	for _, password := range []string{"short", strings.Repeat("x", 1025)} {
		if _, err := access.HashPassword(password); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a password of %d characters: got %v", len(password), err)
		}
	}
}

func TestCreateUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		service, actor := access.New(d, clock), commandLine(t, d)
		if has, err := service.HasAdmin(t.Context(), actor.Workspace); err != nil || has {
			t.Fatalf("got %t, %v; want no admin", has, err)
		}
		ada, err := service.Create(t.Context(), actor, access.NewUser{Email: " Ada@Example.com", Password: "correct horse", Role: "admin"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := service.Create(t.Context(), actor, access.NewUser{Email: "bob@example.com", Role: "Employee"}); err != nil {
			t.Fatal(err)
		}
		_, err = service.Create(t.Context(), actor, access.NewUser{Email: "ada@example.COM", Role: "editor"})
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "ada@example.COM") {
			t.Errorf("got %v, want a conflict that names the e-mail", err)
		}
		users, err := service.List(t.Context(), actor)
		if err != nil || len(users) != 2 || users[1].HasPassword && users[0].HasPassword {
			t.Fatalf("got %+v, %v", users, err)
		}
		for _, user := range users {
			if user.ID == ada.ID {
				if diff := cmp.Diff(ada, user); diff != "" {
					t.Error(diff)
				}
			}
		}
		if has, err := service.HasAdmin(t.Context(), actor.Workspace); err != nil || !has {
			t.Errorf("got %t, %v; want an admin", has, err)
		}
		var entries int64
		err = d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT COUNT(*) FROM evidence_entry WHERE kind = 'role'`).Scan(&entries)
		})
		if err != nil || entries != 2 {
			t.Errorf("got %d entries of kind role, %v; want one a user and none of the conflict", entries, err)
		}
	})
}

func TestBadUsersAreRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	service, actor := access.New(d, clock), commandLine(t, d)
	tests := []struct {
		in   access.NewUser
		want string
	}{
		{access.NewUser{Role: "admin"}, "missing"},
		{access.NewUser{Email: "ada", Role: "admin"}, "ada@example.com"},
		{access.NewUser{Email: "Ada <ada@example.com>", Role: "admin"}, "is not an e-mail"},
		{access.NewUser{Email: strings.Repeat("a", 250) + "@example.com", Role: "admin"}, "is not an e-mail"},
		{access.NewUser{Email: "ada@example.com", Role: "king"}, "view-only-admin"},
		{access.NewUser{Email: "ada@example.com", Role: "admin", Password: "x"}, "8 to 1024"},
	}
	for _, test := range tests {
		_, err := service.Create(t.Context(), actor, test.in)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want an error with %q", test.in, err, test.want)
		}
	}
}
