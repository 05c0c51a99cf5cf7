// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/signin"
)

// only answers the change that leaves some methods on, by a bit for each.
func only(bits int) signin.Change {
	change := signin.Change{Enabled: map[signin.Method]bool{}}
	for i, m := range signin.Methods() {
		change.Enabled[m] = bits&(1<<i) != 0
	}
	return change
}

// TestNoMethodGoesThatTheLastAdminNeeds tries every combination of methods
// against every combination of ways in that the last Admin has.
func TestNoMethodGoesThatTheLastAdminNeeds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("bob", "editor") // whose password is no help
		boss, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "boss@example.com", Role: "admin", Status: access.Active})
		h.ok(err)
		all := 1<<len(signin.Methods()) - 1
		step, refusals := 1, 0
		if d.Engine() == db.PostgreSQL { // what is decided is the same; it takes longer
			step = 3
		}
		for has := 0; has <= all; has += step {
			h.give(boss, has)
			for on := 0; on <= all; on += step {
				if _, err := h.Configure(t.Context(), h.cli, only(all)); err != nil {
					t.Fatal(err)
				}
				_, err := h.Configure(t.Context(), h.cli, only(on))
				opens := has &^ 4 // magic links, which nothing is mailed by
				if opens != 0 && opens&on == 0 {
					h.is(err, fault.Impossible)
					refusals++
				} else if err != nil {
					t.Errorf("has %05b, on %05b: %v", has, on, err)
				}
			}
		}
		if got := len(h.entries("lockout")); got != refusals || refusals == 0 {
			t.Errorf("%d entries for %d refusals", got, refusals)
		}
	})
}

// give lets users come in by some methods, boss alone by password.
func (h *house) give(boss access.User, bits int) {
	h.t.Helper()
	h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM signin_password WHERE user_id = $1`, string(boss.ID))
		return err
	}))
	for i, m := range signin.Methods() {
		delete(h.ways, m)
		switch {
		case bits&(1<<i) == 0:
		case m == signin.Password:
			h.ok(h.PutPassword(h.t.Context(), h.cli, boss.Email, adaPassword))
		default:
			h.ways[m] = everybody{}
		}
	}
}

// TestTwoThatAreHarmlessAlone lets the last two ways in be closed at once.
func TestTwoThatAreHarmlessAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		_, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "kim@example.com", Role: "admin", Status: access.Active})
		h.ok(err)
		off := func(m signin.Method) error {
			_, err := h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{m: false}})
			return err
		}
		for range 5 {
			_, err := h.Configure(t.Context(), h.cli, only(31))
			h.ok(err)
			h.ways[signin.Passkey] = everybody{}
			h.oneWins(together(2, func(i int) error {
				return off([]signin.Method{signin.Password, signin.Passkey}[i])
			}), fault.Impossible)
			// Kim gets in by passkey alone, so ada and passkeys do not both go.
			_, err = h.Configure(t.Context(), h.cli, only(31))
			h.ok(err)
			h.oneWins(together(2, func(i int) error {
				if i == 0 {
					return off(signin.Passkey)
				}
				_, err := h.access.Deactivate(t.Context(), h.cli, ada.Email)
				return err
			}), fault.Impossible)
			_, err = h.access.Reactivate(t.Context(), h.cli, ada.Email)
			h.ok(err)
		}
		var standing bool
		h.ok(h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			_, standing, err = h.access.Standing(ctx, tx, h.cli.Workspace.Number)
			return err
		}))
		if !standing {
			t.Error("nobody can sign in")
		}
	})
}

func TestTheRefusalNamesWhoIsLast(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), noMail)
	b := &browser{house: h, address: desk, cookie: h.enter(h.user("ada", "admin"), desk)}
	got := b.call("PATCH", "/v1/sign-in/settings", `{"methods": {"password": false}}`)
	if got.status != 422 || !strings.Contains(got.body, "ada (ada@example.com) is the last") {
		t.Errorf("got %d %s", got.status, got.body)
	}
	var settings api.SignInSettings
	b.must(200, "PATCH", "/v1/sign-in/settings", `{"methods": {"oidc": false, "magicLink": false}}`, &settings)
	if settings.Methods != (api.SignInMethods{Password: true, Passkey: true, SAML: true}) {
		t.Errorf("got %+v", settings.Methods)
	}
	b.must(200, "GET", "/v1/sign-in/settings", "", &settings)
	if settings.Methods != (api.SignInMethods{Password: true, Passkey: true, SAML: true}) {
		t.Errorf("got %+v", settings.Methods)
	}
}

func TestFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		secret, codes := h.device(h.caller(h.enter(ada, desk)))
		opened, err := h.SecondFactor(t.Context(), h.ticket(ada), codes[0], from(desk))
		h.ok(err)
		b := &browser{house: h, address: desk, cookie: h.secret(opened.Cookie)}
		var made api.Workspace
		b.must(201, "POST", "/v1/workspaces", `{"name": "North Branch"}`, &made)
		b.must(200, "POST", "/v1/session/workspace", `{"workspace": "north-branch"}`, nil)
		c := h.caller(b.cookie)
		if c.Workspace.ID != made.ID || c.Role != "Admin" || c.ID == string(ada.ID) {
			t.Errorf("got %+v, want a user of its own", c)
		}
		// The same password and the same device let her in there.
		out, err := h.SignIn(t.Context(), "north-branch", ada.Email, adaPassword, from(street))
		h.ok(err)
		if out.Ticket == "" {
			t.Fatal("no second factor was asked for")
		}
		_, err = h.SecondFactor(t.Context(), h.secret(out.Ticket), codes[1], from(street))
		h.is(err, fault.Unauthorized) // recovery codes are of one workspace
		_, err = h.SecondFactor(t.Context(), out.Ticket, h.code(secret, 0), from(street))
		h.ok(err)
		// From now on they are apart.
		h.ok(h.PutPassword(t.Context(), h.cli, ada.Email, newPassword))
		h.alive(b.cookie)
		_, err = h.SignIn(t.Context(), "north-branch", ada.Email, newPassword, from(street))
		h.is(err, fault.Unauthorized)
		for _, document := range h.column(`SELECT document FROM evidence_entry e JOIN workspace w ON w.number = e.workspace WHERE w.slug = $1`, "north-branch") {
			if strings.Contains(document, string(ada.ID)) || strings.Contains(document, h.cli.Workspace.ID) {
				t.Errorf("the new workspace's evidence names what belongs to the old one: %s", document)
			}
		}
	})
}

func TestWhoHasNoPasswordFoundsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		boss, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "boss@example.com", Role: "admin", Status: access.Active})
		h.ok(err)
		opened, err := h.Open(t.Context(), signin.Arrival{
			Method: signin.OIDC, User: boss.ID, Visitor: caller.Caller{Address: desk}, Workspace: h.cli.Workspace,
		})
		h.ok(err)
		b := &browser{house: h, address: desk, cookie: h.secret(opened.Cookie)}
		b.must(409, "POST", "/v1/workspaces", `{"name": "North Branch"}`, nil)
		if all := h.column(`SELECT slug FROM workspace`); fmt.Sprint(all) != "[default]" {
			t.Errorf("got the workspaces %q", all)
		}
	})
}
