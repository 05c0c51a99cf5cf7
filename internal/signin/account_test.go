// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"fmt"
	"net/url"
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

// TestCredentialsChangeForWhoIsThere proves that a stolen cookie is not enough to
// change what its user signs in with, or what others do.
func TestCredentialsChangeForWhoIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada, bob := h.user("ada", "admin"), h.user("bob", "editor")
		_, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "kim@example.com", Role: "editor"})
		h.ok(err)
		secret, _ := h.device(h.caller(h.enter(bob, desk)))
		b := &browser{house: h, address: desk, cookie: h.enter(ada, desk)}
		h.pass(15 * time.Minute)
		for _, call := range [][2]string{
			{"POST", "/v1/account/totp"},
			{"DELETE", "/v1/account/totp"},
			{"POST", "/v1/account/recovery-codes"},
			{"DELETE", "/v1/users/" + bob.Email + "/totp"},
			{"POST", "/v1/users/" + ada.Email + "/invitation"},
			{"POST", "/v1/users/" + bob.Email + "/invitation"},
		} {
			b.must(403, call[0], call[1], "", nil)
		}
		b.must(403, "POST", "/v1/account/totp/confirm", `{"code": "123456"}`, nil)
		b.must(403, "POST", "/v1/session/proof", fmt.Sprintf(`{"password": %q}`, newPassword), nil)
		b.must(403, "POST", "/v1/session/proof", `{}`, nil)
		b.must(403, "POST", "/v1/session/proof", `{"code": "123456"}`, nil)
		b.must(201, "POST", "/v1/users/kim@example.com/invitation", "", nil) // it gives nobody's account away
		var session api.Session
		b.must(200, "POST", "/v1/session/proof", fmt.Sprintf(`{"password": %q}`, adaPassword), &session)
		if session.ProvedAt <= session.CreatedAt {
			t.Errorf("got proof at %s in a session of %s", session.ProvedAt, session.CreatedAt)
		}
		b.must(204, "DELETE", "/v1/users/"+bob.Email+"/totp", "", nil)
		b.must(404, "DELETE", "/v1/users/"+bob.Email+"/totp", "", nil)
		var enrolment api.TOTPEnrolment
		b.must(200, "POST", "/v1/account/totp", "", &enrolment)
		h.secret(enrolment.Secret)
		b.must(200, "POST", "/v1/account/totp/confirm", fmt.Sprintf(`{"code": %q}`, h.code(enrolment.Secret, 0)), nil)
		h.pass(16 * time.Minute)
		h.is(h.CheckRecent(t.Context(), h.caller(b.cookie)), fault.Forbidden)
		b.must(403, "POST", "/v1/session/proof", fmt.Sprintf(`{"code": %q}`, h.code(secret, 0)), nil) // of bob's device
		b.must(200, "POST", "/v1/session/proof", fmt.Sprintf(`{"code": %q}`, h.code(enrolment.Secret, 0)), nil)
		h.ok(h.CheckRecent(t.Context(), h.caller(b.cookie)))
		h.ok(h.CheckRecent(t.Context(), h.cli))
	})
}

func TestEnrolment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("R&D: 100%")
		there := h.userOf(branch, "ada", "admin")
		c := h.caller(h.enterAt(branch.Workspace.ID, there, ""))
		_, err := h.NewCodes(t.Context(), c)
		h.is(err, fault.Conflict)
		_, err = h.ConfirmTOTP(t.Context(), c, "123456")
		h.is(err, fault.Conflict)
		h.is(h.RemoveTOTP(t.Context(), c), fault.NotFound)
		first, err := h.EnrolTOTP(t.Context(), c)
		h.ok(err)
		h.secret(first.Secret)
		second, err := h.EnrolTOTP(t.Context(), c)
		h.ok(err)
		h.secret(second.Secret)
		uri, err := url.Parse(second.URI)
		h.ok(err)
		issuer := "Muster (R&D: 100%)"
		if q := uri.Query(); uri.Scheme != "otpauth" || uri.Host != "totp" || uri.Path != "/"+issuer+":ada" ||
			q.Get("secret") != second.Secret || q.Get("issuer") != issuer || strings.Contains(second.URI, "+") || len(q) != 2 {
			t.Errorf("got %s", second.URI)
		}
		if sealed := h.column(`SELECT secret FROM signin_totp`); len(sealed) != 1 || !strings.HasPrefix(sealed[0], "v1.") {
			t.Errorf("got %q, want one sealed secret", sealed)
		}
		_, err = h.ConfirmTOTP(t.Context(), c, h.code(first.Secret, 0))
		if h.is(err, fault.Invalid); pointer(err) != "/code" {
			t.Errorf("got %q, want /code", pointer(err))
		}
		// Until a code was right, sign-ins do not ask for one.
		h.enterAt(branch.Workspace.ID, there, "")
		errs := together(4, func(int) error {
			_, err := h.ConfirmTOTP(t.Context(), c, h.code(second.Secret, 0))
			return err
		})
		h.oneWins(errs, fault.Conflict)
		_, err = h.EnrolTOTP(t.Context(), c)
		h.is(err, fault.Conflict)
		errs = together(4, func(int) error {
			_, err := h.NewCodes(t.Context(), c)
			return err
		})
		for _, err := range errs {
			h.ok(err)
		}
		account, err := h.Account(t.Context(), c, "")
		h.ok(err)
		if account.CodesLeft != 10 {
			t.Errorf("%d codes are left, want the ten newest", account.CodesLeft)
		}
		h.ok(h.RemoveTOTP(t.Context(), c))
		h.enterAt(branch.Workspace.ID, there, "")
		account, err = h.Account(t.Context(), c, "")
		h.ok(err)
		if account.CodesLeft != 0 || account.TOTP {
			t.Errorf("got %+v, want neither device nor codes", account)
		}
	})
}

func TestChangePassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		phone := h.enter(ada, street)
		b := &browser{house: h, address: desk, cookie: h.enter(ada, desk)}
		h.pass(time.Hour)
		put := func(current, next string) answer {
			return b.call("PUT", "/v1/account/password", fmt.Sprintf(`{"current": %q, "password": %q}`, current, next))
		}
		for _, test := range []struct {
			current, next string
			status        int
		}{
			{newPassword, newPassword, 403},
			{"", newPassword, 403},
			{adaPassword, "short", 400},
			{adaPassword, "ada@example.com", 400},
			{adaPassword, "password123", 400},
		} {
			if got := put(test.current, test.next); got.status != test.status {
				t.Errorf("from %q to %q: got %d %s, want %d", test.current, test.next, got.status, got.body, test.status)
			}
		}
		h.alive(phone)
		if got := put(adaPassword, newPassword); got.status != 204 {
			t.Fatalf("got %d %s, want 204", got.status, got.body)
		}
		h.dead(phone)
		h.alive(b.cookie)
		_, err := h.SignIn(t.Context(), "", ada.Email, adaPassword, from(desk))
		h.is(err, fault.Unauthorized)
		_, err = h.SignIn(t.Context(), "", ada.Email, newPassword, from(desk))
		h.ok(err)
		want := []string{"command-line muster admin set ada", "user ada set ada"}
		if diff := cmp.Diff(want, h.entries("password")); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
	})
}

// TestFirstPassword is of who came in another way and has none.
func TestFirstPassword(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), noMail)
	bob, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "bob@example.com", Role: "editor", Status: access.Active})
	h.ok(err)
	opened, err := h.Open(t.Context(), signin.Arrival{Method: signin.OIDC, Provider: "Acme", User: bob.ID, Workspace: h.cli.Workspace})
	h.ok(err)
	c := h.caller(h.secret(opened.Cookie))
	h.pass(16 * time.Minute)
	h.is(h.ChangePassword(t.Context(), c, "", newPassword), fault.Forbidden)
	h.is(h.Prove(t.Context(), c, "", ""), fault.Forbidden)
	opened, err = h.Open(t.Context(), signin.Arrival{Method: signin.OIDC, Provider: "Acme", User: bob.ID, Workspace: h.cli.Workspace})
	h.ok(err)
	h.ok(h.ChangePassword(t.Context(), h.caller(h.secret(opened.Cookie)), "", newPassword))
	_, err = h.SignIn(t.Context(), "", bob.Email, newPassword, from(desk))
	h.ok(err)
}

func TestPutPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		cookie := h.enter(ada, desk)
		h.is(h.PutPassword(t.Context(), h.caller(cookie), ada.Email, newPassword), fault.Forbidden)
		h.is(h.PutPassword(t.Context(), h.cli, "nobody@example.com", newPassword), fault.NotFound)
		h.is(h.PutPassword(t.Context(), h.cli, ada.Email, "short"), fault.Invalid)
		h.alive(cookie)
		h.ok(h.PutPassword(t.Context(), h.cli, string(ada.ID), newPassword))
		h.dead(cookie)
		bob, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: "bob@example.com", Role: "editor"})
		h.ok(err)
		h.ok(h.PutPassword(t.Context(), h.cli, bob.Email, adaPassword))
		h.enter(bob, desk) // active now
		_, err = h.access.Deactivate(t.Context(), h.cli, bob.Email)
		h.ok(err)
		h.ok(h.PutPassword(t.Context(), h.cli, bob.Email, newPassword))
		_, err = h.SignIn(t.Context(), "", bob.Email, newPassword, from(desk))
		h.is(err, fault.Unauthorized) // still deactivated
	})
}

func TestCredentialsOfOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("branch")
		ada, bob, there := h.user("ada", "admin"), h.user("bob", "employee"), h.userOf(branch, "eve", "admin")
		h.device(h.caller(h.enter(bob, desk)))
		worker := &browser{house: h, address: desk, cookie: h.enterWithDevice(bob)}
		admin := &browser{house: h, address: desk, cookie: h.enter(ada, desk)}
		var account api.Account
		admin.must(200, "GET", "/v1/users/"+bob.Email+"/credentials", "", &account)
		if account.User.ID != string(bob.ID) || !account.PasswordSet || !account.TOTP || account.RecoveryCodesLeft != 9 {
			t.Errorf("got %+v", account)
		}
		admin.must(404, "GET", "/v1/users/"+string(there.ID)+"/credentials", "", nil)
		admin.must(404, "DELETE", "/v1/users/"+string(there.ID)+"/totp", "", nil)
		admin.must(404, "POST", "/v1/users/"+string(there.ID)+"/invitation", "", nil)
		worker.must(403, "GET", "/v1/users/"+ada.Email+"/credentials", "", nil)
		worker.must(403, "DELETE", "/v1/users/"+ada.Email+"/totp", "", nil)
		worker.must(403, "POST", "/v1/users/"+ada.Email+"/invitation", "", nil)
		worker.must(200, "GET", "/v1/account", "", &account)
		if account.User.Email != bob.Email || account.User.Role.Slug != "employee" {
			t.Errorf("got %+v, want bob's own", account)
		}
	})
}

// enterWithDevice signs somebody in by password and a new recovery code.
func (h *house) enterWithDevice(u access.User) string {
	h.t.Helper()
	c, err := h.Open(h.t.Context(), signin.Arrival{Method: signin.Passkey, User: u.ID, Workspace: h.cli.Workspace})
	h.ok(err)
	codes, err := h.NewCodes(h.t.Context(), h.caller(h.secret(c.Cookie)))
	h.ok(err)
	opened, err := h.SecondFactor(h.t.Context(), h.ticket(u), h.secret(codes[0]), from(desk))
	h.ok(err)
	return h.secret(opened.Cookie)
}
