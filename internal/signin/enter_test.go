// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/signin"
)

// TestRefusalsLookAlike proves that nobody learns from the page who has an
// account.
func TestRefusalsLookAlike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("ada", "admin")
		h.user("bob", "editor")
		_, err := h.access.Deactivate(t.Context(), h.cli, "bob@example.com")
		h.ok(err)
		_, err = h.access.Create(t.Context(), h.cli, access.NewUser{Email: "eve@example.com", Role: "editor"})
		h.ok(err)
		off := h.cli
		w, err := h.workspaces.Create(t.Context(), h.cli, newWorkspace("off"))
		h.ok(err)
		off.Workspace = w.Caller()
		h.userOf(off, "ada", "editor")
		_, err = h.Configure(t.Context(), off, signin.Change{Enabled: map[signin.Method]bool{signin.Password: false}})
		h.ok(err)
		want := ""
		for i, test := range []struct{ name, workspace, email, password string }{
			{"a wrong password", "", "ada@example.com", newPassword},
			{"an unknown e-mail", "", "nobody@example.com", adaPassword},
			{"no e-mail", "", "", adaPassword},
			{"an unknown workspace", "nowhere", "ada@example.com", adaPassword},
			{"a workspace that no column holds", `no\u0000where`, "ada@example.com", adaPassword},
			{"an invited user", "", "eve@example.com", ""},
			{"a deactivated user", "", "bob@example.com", adaPassword},
			{"passwords are off", "off", "ada@example.com", adaPassword},
			{"a password that no column holds", "", "ada@example.com", `violet\u0000`},
			{"a huge password", "", "ada@example.com", strings.Repeat("x", 100_000)},
		} {
			b := &browser{house: h, address: fmt.Sprintf("192.0.2.%d", 100+i)}
			body := fmt.Sprintf(`{"workspace": %q, "email": %q, "password": %q}`, test.workspace, test.email, test.password)
			got := b.call("POST", "/v1/session", strings.ReplaceAll(body, `\\u0000`, `\u0000`))
			if want == "" {
				want = got.body
			}
			if got.status != 401 || got.body != want || b.cookie != "" {
				t.Errorf("%s: got %d %s, want 401 %s", test.name, got.status, got.body, want)
			}
		}
		b := &browser{house: h, address: desk}
		var state api.SignInState
		b.must(200, "POST", "/v1/session", fmt.Sprintf(`{"email": "Ada@Example.COM", "password": %q}`, adaPassword), &state)
		if state != (api.SignInState{State: "signed_in"}) || b.cookie == "" {
			t.Errorf("got %+v and cookie %q", state, b.cookie)
		}
		b.must(400, "POST", "/v1/session", fmt.Sprintf(`{"email": "ada@example.com", "password": [%q]}`, adaPassword), nil)
		b.must(400, "POST", "/v1/session", fmt.Sprintf(`{"email": "ada@example.com", "password": "a", %q: 1}`, "x"), nil)
	})
}

// TestWhatChangesWhileAPasswordIsChecked proves that a session begins by what is
// true when it begins.
func TestWhatChangesWhileAPasswordIsChecked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, change := range map[string]func(h *house, u access.User) error{
			"the password": func(h *house, u access.User) error { return h.PutPassword(t.Context(), h.cli, u.Email, newPassword) },
			"the status": func(h *house, u access.User) error {
				_, err := h.access.Deactivate(t.Context(), h.cli, u.Email)
				return err
			},
			"the user": func(h *house, u access.User) error { return h.access.Delete(t.Context(), h.cli, u.Email) },
			"the e-mail": func(h *house, u access.User) error {
				other := "else@example.com"
				_, err := h.access.Update(t.Context(), h.cli, u.Email, access.Changes{Email: &other})
				return err
			},
			"the settings": func(h *house, u access.User) error {
				_, err := h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Password: false}})
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				h := newHouse(t, d, noMail)
				bob := h.user(strings.ReplaceAll(name, " ", "."), "editor")
				_, err := h.SignInSlowly(t.Context(), "", bob.Email, adaPassword, func() { h.ok(change(h, bob)) })
				h.is(err, fault.Unauthorized)
				if name == "the settings" {
					_, err := h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Password: true}})
					h.ok(err)
				}
			})
		}
	})
}

// TestNoSessionOutlivesADeactivation lets sign-ins and deactivations meet.
func TestNoSessionOutlivesADeactivation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		bob := h.user("bob", "editor")
		for range 10 {
			together(6, func(i int) error {
				if i == 3 {
					_, err := h.access.Deactivate(t.Context(), h.cli, bob.Email)
					return err
				}
				_, err := h.Open(t.Context(), signin.Arrival{
					Method: signin.Password, User: bob.ID, Visitor: caller.Caller{Address: desk}, Workspace: h.cli.Workspace,
				})
				return err
			})
			if left := h.column(`SELECT id FROM signin_session WHERE ended_at IS NULL`); len(left) > 0 {
				t.Fatalf("%d sessions were left", len(left))
			}
			_, err := h.access.Reactivate(t.Context(), h.cli, bob.Email)
			h.ok(err)
		}
	})
}

func TestOpenRefusesWhoMayNotEnter(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), noMail)
	bob := h.user("bob", "editor")
	arrival := signin.Arrival{Method: signin.Passkey, User: bob.ID, Visitor: caller.Caller{Address: desk}, Workspace: h.cli.Workspace}
	_, err := h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Passkey: false}})
	h.ok(err)
	_, err = h.Open(t.Context(), arrival)
	h.is(err, fault.Forbidden)
	if on, err := h.Enabled(t.Context(), h.cli.Workspace.Number, signin.Passkey); on || err != nil {
		t.Errorf("got %v, %v, want the method off", on, err)
	}
	arrival.Method = signin.OIDC
	_, err = h.Open(t.Context(), arrival)
	h.ok(err)
	arrival.User = "0123456789abcdef01234567"
	_, err = h.Open(t.Context(), arrival)
	h.is(err, fault.Forbidden)
	_, err = h.access.Deactivate(t.Context(), h.cli, bob.Email)
	h.ok(err)
	arrival.User = bob.ID
	_, err = h.Open(t.Context(), arrival)
	h.is(err, fault.Forbidden)
}

func TestSecondFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		secret, codes := h.device(h.caller(h.enter(ada, desk)))
		try := func(ticket, code string) error {
			opened, err := h.SecondFactor(t.Context(), ticket, code, from(desk))
			if err == nil {
				h.alive(h.secret(opened.Cookie))
			}
			return err
		}
		first := h.code(secret, 0)
		ticket := h.ticket(ada)
		h.ok(try(ticket, first))
		h.is(try(ticket, h.code(secret, 1)), fault.Unauthorized)         // the ticket is used up
		h.is(try(h.ticket(ada), first), fault.Unauthorized)              // the code was used
		h.is(try(h.ticket(ada), h.code(secret, -1)), fault.Unauthorized) // older than one that was used
		h.ok(try(h.ticket(ada), h.code(secret, 1)[:3]+" "+h.code(secret, 1)[3:]))
		h.pass(5 * time.Minute)
		h.is(try(h.ticket(ada), h.code(secret, -2)), fault.Unauthorized)
		h.is(try(h.ticket(ada), h.code(secret, 2)), fault.Unauthorized)
		h.ok(try(h.ticket(ada), h.code(secret, -1))) // a clock that is slow
		for _, wrong := range []string{"", "000000", "12345", "1234567", "ABCDEFGHIJKLMNOP", "\x00\xff", strings.Repeat("7", 1<<16)} {
			h.is(try(h.ticket(ada), wrong), fault.Unauthorized)
			h.pass(15 * time.Minute)
		}
		h.ok(try(h.ticket(ada), " "+strings.ToLower(strings.ReplaceAll(codes[0], "-", " \u2013 "))+"\n"))
		h.is(try(h.ticket(ada), codes[0]), fault.Unauthorized)
		h.ok(try(h.ticket(ada), strings.ReplaceAll(codes[1], "-", "")))
		account, err := h.Account(t.Context(), h.cli, ada.Email)
		h.ok(err)
		if account.CodesLeft != 8 || !account.TOTP || !account.Password {
			t.Errorf("got %+v, want 8 codes, a device, a password", account)
		}
		late := h.ticket(ada)
		h.pass(10 * time.Minute)
		h.is(try(late, h.code(secret, 0)), fault.Unauthorized)
		h.is(try("", h.code(secret, 0)), fault.Unauthorized)
	})
}

// TestTicketsAreOfOneUser proves that a code is of use to its own user alone, and
// that what lets nobody in now lets nobody in by an older ticket.
func TestTicketsAreOfOneUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada, bob := h.user("ada", "admin"), h.user("bob", "editor")
		secret, codes := h.device(h.caller(h.enter(ada, desk)))
		others, _ := h.device(h.caller(h.enter(bob, desk)))
		try := func(ticket, code string) error {
			_, err := h.SecondFactor(t.Context(), ticket, code, from(desk))
			return err
		}
		h.is(try(h.ticket(bob), h.code(secret, 0)), fault.Unauthorized)
		h.is(try(h.ticket(bob), codes[0]), fault.Unauthorized)
		h.ok(try(h.ticket(bob), h.code(others, 0)))
		h.ok(try(h.ticket(ada), codes[0]))

		before := h.ticket(bob)
		h.ok(h.PutPassword(t.Context(), h.cli, bob.Email, adaPassword))
		h.is(try(before, h.code(others, 1)), fault.Unauthorized)
		before = h.ticket(bob)
		_, err := h.access.Deactivate(t.Context(), h.cli, bob.Email)
		h.ok(err)
		h.is(try(before, h.code(others, 1)), fault.Unauthorized)
		before = h.ticket(ada)
		_, err = h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Password: false}})
		h.is(err, fault.Impossible)
		h.ways[signin.Passkey] = everybody{}
		_, err = h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Password: false}})
		h.ok(err)
		h.is(try(before, h.code(secret, 0)), fault.Forbidden)
	})
}

// TestOneUseEach lets many use one thing at once.
func TestOneUseEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		secret, codes := h.device(h.caller(h.enter(ada, desk)))
		const many = 8
		var tickets []string
		for range many {
			tickets = append(tickets, h.ticket(ada))
		}
		code := h.code(secret, 0)
		h.oneWins(together(many, func(i int) error { // one code, many tickets
			_, err := h.SecondFactor(t.Context(), tickets[i], code, from(desk))
			return err
		}), fault.Unauthorized)
		h.pass(20 * time.Minute)
		one, other := h.ticket(ada), h.ticket(ada)
		h.oneWins(together(many, func(i int) error { // one ticket, many codes
			_, err := h.SecondFactor(t.Context(), one, codes[i], from(desk))
			return err
		}), fault.Unauthorized)
		h.oneWins(together(many, func(int) error { // one recovery code, one ticket
			_, err := h.SecondFactor(t.Context(), other, codes[9], from(desk))
			return err
		}), fault.Unauthorized)
		left := h.column(`SELECT hash FROM signin_recovery WHERE used_at IS NULL`)
		if len(left) != 8 {
			t.Errorf("%d recovery codes are left, want 8", len(left))
		}
		begun := slices.DeleteFunc(h.entries("session"), func(line string) bool { return !strings.Contains(line, "begun") })
		if len(begun) != 4 {
			t.Errorf("got %q, want the first sign-in and three more", begun)
		}
	})
}
