// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/signin"
)

var grace = signin.FirstAdmin{Email: "grace@example.com", Name: "Grace", Password: adaPassword}

// setUpToken makes a set-up link of the default workspace.
func (h *house) setUpToken() string {
	h.t.Helper()
	l, err := h.SetUpLink(h.t.Context(), h.cli.Workspace)
	h.ok(err)
	if l == nil {
		h.t.Fatal("got no set-up link")
	}
	if !strings.HasPrefix(l.URL, baseURL+"/setup#") || l.Sent {
		h.t.Errorf("got %+v", l)
	}
	return h.token(l.URL)
}

func TestSetUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("bob", "editor")
		first := h.setUpToken()
		token := h.setUpToken() // the newer one ends the older
		b := &browser{house: h, address: desk}
		var offer api.SignInOffer
		b.must(200, "GET", "/v1/sign-in", "", &offer)
		if !offer.SetUp || offer.MagicLink || !offer.Password {
			t.Errorf("got %+v, want set-up, password, no mail", offer)
		}
		in := func(token, email, password string) string {
			return fmt.Sprintf(`{"token": %q, "email": %q, "name": "Grace", "password": %q}`, token, email, password)
		}
		b.must(401, "POST", "/v1/setup", in(first, "grace@example.com", adaPassword), nil)
		b.must(401, "POST", "/v1/setup", in("", "grace@example.com", adaPassword), nil)
		b.must(400, "POST", "/v1/setup", in(token, "grace", adaPassword), nil)
		b.must(400, "POST", "/v1/setup", in(token, "grace@example.com", "grace@example.com"), nil)
		b.must(201, "POST", "/v1/setup", in(token, "grace@example.com", adaPassword), nil)
		if c := h.caller(b.cookie); c.Role != "Admin" {
			t.Errorf("got %+v, want an Admin", c)
		}
		b.must(401, "POST", "/v1/setup", in(token, "eve@example.com", adaPassword), nil)
		l, err := h.SetUpLink(t.Context(), h.cli.Workspace)
		h.ok(err)
		if l != nil {
			t.Errorf("got %+v, want none: there is an Admin", l)
		}
		b.must(200, "GET", "/v1/sign-in", "", &offer)
		if offer.SetUp {
			t.Error("the page still offers to set up")
		}
		h.enter(access.User{Email: "grace@example.com"}, desk)
		if stored := h.column(`SELECT hash FROM signin_link`); len(stored) != 1 || stored[0] == token || len(stored[0]) != 32 {
			t.Errorf("got %q, want one link, hashed", stored)
		}
	})
}

// TestSetUpOnlyOnce lets links, and their users, meet.
func TestSetUpOnlyOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		tokens := make([]string, 6)
		for _, err := range together(6, func(i int) error {
			l, err := h.SetUpLink(t.Context(), h.cli.Workspace)
			if err == nil {
				tokens[i] = h.token(l.URL)
			}
			return err
		}) {
			h.ok(err)
		}
		h.oneWins(together(12, func(i int) error {
			in := grace
			in.Email = fmt.Sprintf("grace%d@example.com", i)
			_, err := h.SetUp(t.Context(), tokens[i%6], in, from(desk))
			return err
		}), fault.Unauthorized)
		if admins := h.column(`SELECT email FROM access_user`); len(admins) != 1 {
			t.Errorf("got the users %q, want one", admins)
		}
	})
}

func TestSetUpTakesWhoIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		bob := h.user("bob", "editor")
		cookie := h.enter(bob, street)
		in := grace
		in.Email, in.Password = "BOB@example.com", newPassword
		token := h.setUpToken()
		opened, err := h.SetUp(t.Context(), token, in, from(desk))
		h.ok(err)
		h.dead(cookie) // of the old password
		if c := h.caller(h.secret(opened.Cookie)); c.ID != string(bob.ID) || c.Role != "Admin" {
			t.Errorf("got %+v, want bob as an Admin", c)
		}
		// An Admin who came while a link was open makes it useless.
		h2 := newHouse(t, dbtest.SQLite(t), noMail)
		late := h2.setUpToken()
		h2.user("ada", "admin")
		_, err = h2.SetUp(t.Context(), late, grace, from(desk))
		h2.is(err, fault.Conflict)
	})
}

func TestLinksExpireAndAreOfOneKind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		setUp := h.setUpToken()
		bob := h.user("bob", "editor")
		invitation := h.invite(bob.Email)
		ctx := t.Context()
		enter := func(token string) error { _, err := h.EnterByLink(ctx, token, from(desk)); return err }
		accept := func(token string) error { _, err := h.Accept(ctx, token, newPassword, from(desk)); return err }
		set := func(token string) error { _, err := h.SetUp(ctx, token, grace, from(desk)); return err }
		reset := func(token string) error { return h.Reset(ctx, token, newPassword, from(desk)) }
		look := func(token string) error { _, err := h.LookInvitation(ctx, token); return err }
		for _, use := range []func(string) error{enter, accept, reset, look} {
			h.is(use(setUp), fault.Unauthorized)
		}
		for _, use := range []func(string) error{enter, set, reset} {
			h.is(use(invitation), fault.Unauthorized)
		}
		for _, use := range []func(string) error{enter, accept, set, reset, look} {
			for _, none := range []string{"", "\x00", "\xff", strings.Repeat("A", 1<<16)} {
				h.is(use(none), fault.Unauthorized)
			}
		}
		h.is(h.Reset(ctx, invitation, "", from(desk)), fault.Invalid)
		h.pass(24 * time.Hour)
		h.is(set(setUp), fault.Unauthorized)
		h.ok(look(invitation))
		h.pass(6 * 24 * time.Hour)
		h.is(look(invitation), fault.Unauthorized)
		h.is(accept(invitation), fault.Unauthorized)
		h.ok(h.Purge(ctx))
		if left := h.column(`SELECT id FROM signin_link`); len(left) > 0 {
			t.Errorf("links %q were left", left)
		}
	})
}

// invite makes an invitation and answers its token.
func (h *house) invite(ref string) string {
	h.t.Helper()
	l, err := h.Invite(h.t.Context(), h.cli, ref)
	h.ok(err)
	if !strings.HasPrefix(l.URL, baseURL+"/invitation#") {
		h.t.Errorf("got %+v", l)
	}
	return h.token(l.URL)
}

func TestInvitation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("ada", "admin")
		bob, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "bob@example.com", Name: "Bob", Role: "editor"})
		h.ok(err)
		older := h.invite("bob@example.com")
		token := h.invite(string(bob.ID))
		b := &browser{house: h, address: desk}
		var seen api.Invitation
		b.must(401, "POST", "/v1/invitations/look", fmt.Sprintf(`{"token": %q}`, older), nil)
		b.must(200, "POST", "/v1/invitations/look", fmt.Sprintf(`{"token": %q}`, token), &seen)
		want := api.Invitation{Email: "bob@example.com", DisplayName: "Bob", Role: "Editor", Workspace: "Default", TakesPassword: true}
		if seen != want {
			t.Errorf("got %+v, want %+v", seen, want)
		}
		accept := func(password string) string { return fmt.Sprintf(`{"token": %q, "password": %q}`, token, password) }
		b.must(400, "POST", "/v1/invitations/accept", accept(""), nil) // there is no other way back
		b.must(400, "POST", "/v1/invitations/accept", accept("short"), nil)
		b.must(200, "POST", "/v1/invitations/accept", accept(adaPassword), nil)
		if c := h.caller(b.cookie); c.ID != string(bob.ID) || c.Role != "Editor" {
			t.Errorf("got %+v, want bob", c)
		}
		b.must(401, "POST", "/v1/invitations/accept", accept(adaPassword), nil)
		h.enter(bob, desk)

		// An Admin's link to an account in use sets a new password and keeps the device.
		secret, _ := h.device(h.caller(h.enter(bob, desk)))
		token = h.invite(bob.Email)
		var state api.SignInState
		cookie := b.cookie
		b.must(200, "POST", "/v1/invitations/accept", accept(newPassword), &state)
		if state.State != "second_factor" || b.cookie != cookie {
			t.Errorf("got %+v, want the second factor", state)
		}
		h.dead(cookie) // of the old password
		b.must(200, "POST", "/v1/session/second-factor", fmt.Sprintf(`{"ticket": %q, "code": %q}`, h.secret(state.Ticket), h.code(secret, 0)), nil)
		h.alive(b.cookie)
		_, err = h.access.Deactivate(t.Context(), h.cli, bob.Email)
		h.ok(err)
		_, err = h.Invite(t.Context(), h.cli, bob.Email)
		h.is(err, fault.Conflict)
		_, err = h.Invite(t.Context(), h.cli, "nobody@example.com")
		h.is(err, fault.NotFound)
	})
}

func TestInvitationWithoutPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("ada", "admin")
		_, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "bob@example.com", Role: "editor"})
		h.ok(err)
		h.ways[signin.Passkey] = everybody{}
		_, err = h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Password: false}})
		h.ok(err)
		token := h.invite("bob@example.com")
		in, err := h.LookInvitation(t.Context(), token)
		h.ok(err)
		if in.Password {
			t.Error("the page would ask for a password that opens nothing")
		}
		delete(h.ways, signin.Passkey)
		_, err = h.Accept(t.Context(), token, "", from(desk))
		h.is(err, fault.Impossible)
		h.ways[signin.Passkey] = everybody{}
		h.oneWins(together(6, func(int) error {
			out, err := h.Accept(t.Context(), token, "", from(desk))
			h.secret(out.Opened.Cookie)
			return err
		}), fault.Unauthorized)
		if hashes := h.column(`SELECT user_id FROM signin_password`); len(hashes) != 1 {
			t.Errorf("%d passwords, want ada's alone", len(hashes))
		}
		want := []string{"command-line muster admin created bob@example.com"}
		if diff := cmp.Diff(want, h.entries("invitation")); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
	})
}

// TestNewestLinkAlone lets links for one user be made at once: one of them works.
func TestNewestLinkAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		bob := h.user("bob", "editor")
		errs := together(8, func(int) error {
			_, err := h.Invite(context.WithoutCancel(t.Context()), h.cli, bob.Email)
			return err
		})
		for _, err := range errs {
			h.ok(err)
		}
		if left := h.column(`SELECT id FROM signin_link`); len(left) != 1 {
			t.Errorf("%d links work, want one", len(left))
		}
	})
}
