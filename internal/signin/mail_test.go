// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/mail"
	"github.com/passmuster/muster/internal/mail/mailtest"
	"github.com/passmuster/muster/internal/signin"
)

// post sends what is due.
func (h *house) post() {
	h.t.Helper()
	due, err := h.HasMail(h.t.Context())
	h.ok(err)
	h.ok(h.SendMail(h.t.Context()))
	if !due && len(h.column(`SELECT id FROM signin_link WHERE try_at IS NULL AND token <> ''`)) > 0 {
		h.t.Error("a link waits that is never due")
	}
}

var linkForm = regexp.MustCompile(regexp.QuoteMeta(baseURL) + `/[a-z-]+#[A-Z2-7]{26}\n`)

// mailed answers the token of the one link in a mail.
func (h *house) mailed(m mailtest.Message) string {
	h.t.Helper()
	links := linkForm.FindAllString(m.Text, -1)
	if len(links) != 1 {
		h.t.Fatalf("got the mail %q, want one link in it", m.Text)
	}
	return h.token(strings.TrimSpace(links[0]))
}

func TestMagicLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := mailtest.Start(t)
		h := newHouse(t, d, server.Sender(t))
		ada := h.user("ada", "admin")
		b := &browser{house: h, address: desk}
		ask := func(email string) { b.must(202, "POST", "/v1/sign-in/links", fmt.Sprintf(`{"email": %q}`, email), nil) }
		ask("ADA@example.com")
		sealed := h.column(`SELECT token FROM signin_link`)
		if len(sealed) != 1 || !strings.HasPrefix(sealed[0], "v1.") {
			t.Fatalf("got %q, want one sealed token", sealed)
		}
		h.post()
		h.post() // once is enough
		m := server.Messages(t, 1)
		if len(m) != 1 || m[0].To[0] != ada.Email || m[0].Subject != "Sign in to Default" {
			t.Fatalf("got %+v", m)
		}
		token := h.mailed(m[0])
		if left := h.column(`SELECT token FROM signin_link`); fmt.Sprintf("%q", left) != `[""]` {
			t.Errorf("the token %q stayed after it was mailed", left)
		}
		enter := func(token string) error {
			out, err := h.EnterByLink(t.Context(), token, from(desk))
			h.secret(out.Opened.Cookie)
			return err
		}
		h.oneWins(together(6, func(int) error { return enter(token) }), fault.Unauthorized)
		ask(ada.Email)
		h.post()
		older := h.mailed(server.Messages(t, 2)[1])
		ask(ada.Email)
		h.post()
		newer := h.mailed(server.Messages(t, 3)[2])
		h.ok(enter(older)) // asking again ends nothing: anybody may ask
		h.is(h.Reset(t.Context(), newer, newPassword, from(desk)), fault.Unauthorized)
		b.must(200, "POST", "/v1/session/link", fmt.Sprintf(`{"token": %q}`, newer), nil)
		if x, err := h.Current(t.Context(), h.caller(b.cookie)); err != nil || x.Method != signin.MagicLink {
			t.Errorf("got %+v, %v", x, err)
		}
		ask(ada.Email)
		h.post()
		late := h.mailed(server.Messages(t, 4)[3])
		h.pass(15 * time.Minute)
		h.is(enter(late), fault.Unauthorized)
	})
}

// TestALinkIsNoWayPastTheRest proves that a mailed link is one factor, of somebody
// active, by a method that is on.
func TestALinkIsNoWayPastTheRest(t *testing.T) {
	server := mailtest.Start(t)
	h := newHouse(t, dbtest.SQLite(t), server.Sender(t))
	ada, bob := h.user("ada", "admin"), h.user("bob", "editor")
	secret, _ := h.device(h.caller(h.enter(ada, desk)))
	ctx := t.Context()
	h.ok(h.SendMagicLink(ctx, "", ada.Email, from(desk)))
	h.post()
	out, err := h.EnterByLink(ctx, h.mailed(server.Messages(t, 1)[0]), from(desk))
	h.ok(err)
	if out.Ticket == "" {
		t.Fatal("no second factor was asked for")
	}
	opened, err := h.SecondFactor(ctx, h.secret(out.Ticket), h.code(secret, 0), from(desk))
	h.ok(err)
	if x, err := h.Current(ctx, h.caller(h.secret(opened.Cookie))); err != nil || x.Method != signin.MagicLink {
		t.Errorf("got %+v, %v", x, err)
	}
	h.ok(h.SendMagicLink(ctx, "", bob.Email, from(desk)))
	h.post()
	token := h.mailed(server.Messages(t, 2)[1])
	off := map[signin.Method]bool{signin.MagicLink: false}
	_, err = h.Configure(ctx, h.cli, signin.Change{Enabled: off})
	h.ok(err)
	_, err = h.EnterByLink(ctx, token, from(desk))
	h.is(err, fault.Forbidden)
	h.is(h.SendMagicLink(ctx, "", bob.Email, from(desk)), fault.Impossible)
	off[signin.MagicLink] = true
	_, err = h.Configure(ctx, h.cli, signin.Change{Enabled: off})
	h.ok(err)
	// A link is for the user as they were: no change of theirs leaves it working.
	email := "robert@example.com"
	for i, change := range []access.Changes{{Email: &email}, changeRole("admin")} {
		_, err = h.access.Update(ctx, h.cli, string(bob.ID), change)
		h.ok(err)
		_, err = h.EnterByLink(ctx, token, from(desk))
		h.is(err, fault.Unauthorized)
		h.ok(h.SendMagicLink(ctx, "", email, from(desk)))
		h.post()
		all := server.Messages(t, 3+i)
		token = h.mailed(all[len(all)-1])
	}
	_, err = h.access.Deactivate(ctx, h.cli, email)
	h.ok(err)
	_, err = h.EnterByLink(ctx, token, from(desk))
	h.is(err, fault.Unauthorized)
}

// TestAskingTellsNothing proves that who asks for a link does not learn whether
// there is an account, and that nothing is sent to who has none.
func TestAskingTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := mailtest.Start(t)
		h := newHouse(t, d, server.Sender(t))
		h.user("ada", "admin")
		bob := h.user("bob", "editor")
		_, err := h.access.Deactivate(t.Context(), h.cli, bob.Email)
		h.ok(err)
		_, err = h.access.Create(t.Context(), h.cli, access.NewUser{Email: "eve@example.com", Role: "editor"})
		h.ok(err)
		for i, path := range []string{"/v1/sign-in/links", "/v1/password/reset-links"} {
			for j, body := range []string{
				`{"email": "ada@example.com"}`, `{"email": "nobody@example.com"}`, `{"email": "bob@example.com"}`,
				`{"email": "eve@example.com"}`, `{"email": "a\u0000b"}`, `{"email": ""}`,
				`{"email": "ada@example.com", "workspace": "nowhere"}`, `{"email": "ada@example.com", "workspace": "no\u0000where"}`,
			} {
				b := &browser{house: h, address: fmt.Sprintf("10.0.%d.%d", i, j)}
				if got := b.call("POST", path, body); got.status != 202 || got.body != "" {
					t.Errorf("%s %s: got %d %s", path, body, got.status, got.body)
				}
			}
		}
		h.post()
		if got := server.Messages(t, 2); len(got) != 2 || got[0].To[0] != "ada@example.com" || got[1].To[0] != "ada@example.com" {
			t.Errorf("got %+v, want two mails to ada", got)
		}
		// A flood stops, and it stops alike.
		for _, email := range []string{"kim@example.com", "nobody@example.org", "ADA@example.com "} {
			sent := 0
			for i := range 12 {
				err := h.SendReset(t.Context(), "", email, from(fmt.Sprintf("10.1.0.%d", i)))
				if err != nil {
					h.is(err, fault.RateLimited)
					continue
				}
				sent++
			}
			if want := map[bool]int{true: 3, false: 5}[strings.HasPrefix(email, "ADA")]; sent != want {
				t.Errorf("%s: %d links, want %d", email, sent, want)
			}
		}
		errs := together(100, func(i int) error {
			return h.SendMagicLink(t.Context(), "", fmt.Sprintf("user%d@example.com", i), from(street))
		})
		if diff := cmp.Diff(map[fault.Kind]int{fault.Internal: 50, fault.RateLimited: 50}, h.kinds(errs)); diff != "" {
			t.Errorf("from one address (-want +got):\n%s", diff)
		}
	})
}

func TestReset(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := mailtest.Start(t)
		h := newHouse(t, d, server.Sender(t))
		ada := h.user("ada", "admin")
		secret, _ := h.device(h.caller(h.enter(ada, desk)))
		cookie := h.enterWithDevice(ada)
		ticket := h.ticket(ada)
		b := &browser{house: h, address: street}
		b.must(202, "POST", "/v1/password/reset-links", `{"email": "ada@example.com"}`, nil)
		h.post()
		m := server.Messages(t, 1)[0]
		if m.Subject != "A new password for Default" {
			t.Errorf("got the subject %s", m.Subject)
		}
		token := h.mailed(m)
		reset := func(password string) string { return fmt.Sprintf(`{"token": %q, "password": %q}`, token, password) }
		b.must(400, "POST", "/v1/password/reset", reset("ada@example.com"), nil)
		b.must(400, "POST", "/v1/password/reset", reset(""), nil)
		h.alive(cookie)
		h.oneWins(together(4, func(int) error { return h.Reset(t.Context(), token, newPassword, from(street)) }), fault.Unauthorized)
		b.must(401, "POST", "/v1/password/reset", reset(newPassword), nil)
		h.dead(cookie)
		_, err := h.SecondFactor(t.Context(), ticket, h.code(secret, 0), from(desk)) // of the old password
		h.is(err, fault.Unauthorized)
		_, err = h.SignIn(t.Context(), "", ada.Email, adaPassword, from(desk))
		h.is(err, fault.Unauthorized)
		out, err := h.SignIn(t.Context(), "", ada.Email, newPassword, from(desk))
		h.ok(err)
		if _, err = h.SecondFactor(t.Context(), h.secret(out.Ticket), h.code(secret, 0), from(desk)); err != nil {
			t.Errorf("got %v, want the device to be there still", err)
		}
		// A link made before passwords went, or the user, is dead.
		h.pass(20 * time.Minute)
		h.ok(h.SendReset(t.Context(), "", ada.Email, from(street)))
		h.post()
		token = h.mailed(server.Messages(t, 2)[1])
		_, err = h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Password: false}})
		h.ok(err)
		h.is(h.Reset(t.Context(), token, adaPassword, from(street)), fault.Unauthorized)
		_, err = h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{signin.Password: true}})
		h.ok(err)
		h.user("boss", "admin")
		_, err = h.access.Deactivate(t.Context(), h.cli, ada.Email)
		h.ok(err)
		h.is(h.Reset(t.Context(), token, adaPassword, from(street)), fault.Unauthorized)
	})
}

// impatient is a sender that waits a second.
func impatient(t *testing.T, url string) *mail.Sender {
	t.Helper()
	sender, err := mail.New(mail.Options{From: "Muster <muster@example.com>", Timeout: time.Second, URL: url})
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func TestMailIsTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := mailtest.Start(t)
		h := newHouse(t, d, impatient(t, server.URL))
		h.user("ada", "admin")
		for _, name := range []string{"busy", "hanging", "refused"} {
			bob := h.user(name, "editor")
			h.ok(h.SendMagicLink(t.Context(), "", bob.Email, from(desk)))
		}
		h.ok(h.SendMagicLink(t.Context(), "", "ada@example.com", from(desk)))
		h.post()
		server.Messages(t, 1) // the others do not stand in the way
		tries := func() []string { return h.column(`SELECT tries FROM signin_link WHERE try_at IS NOT NULL ORDER BY id`) }
		if diff := cmp.Diff([]string{"1", "1", "1"}, tries()); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		h.post() // too early
		h.pass(10 * time.Second)
		h.post()
		h.pass(10 * time.Second)
		h.post() // too early: the wait doubles
		h.pass(10 * time.Second)
		h.post()
		if diff := cmp.Diff([]string{"3", "3", "3"}, tries()); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
		const address = "bob@example.com" // which the server takes
		h.ok(h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.ExecOne(ctx, `UPDATE access_user SET email = $1 WHERE email = $2`, address, "busy@example.com")
		}))
		h.pass(time.Minute)
		h.post()
		if got := server.Messages(t, 2)[1]; got.To[0] != address {
			t.Errorf("got a mail to %q, want %s", got.To, address)
		}
		h.pass(15 * time.Minute)
		h.post()
		if left := h.column(`SELECT token FROM signin_link WHERE token <> ''`); len(left) > 0 {
			t.Errorf("%d sealed tokens outlived their links", len(left))
		}
		if n := strings.Count(h.log(), "a sign-in link was not mailed"); n < 9 {
			t.Errorf("%d lines in the log, want one for each try", n)
		}
	})
}

func TestInvitationsAreMailed(t *testing.T) {
	server := mailtest.Start(t)
	h := newHouse(t, dbtest.SQLite(t), server.Sender(t))
	h.user("ada", "admin")
	for _, name := range []string{"bob", "kim"} {
		_, err := h.access.Create(t.Context(), h.cli, access.NewUser{Email: name + "@example.com", Role: "editor"})
		h.ok(err)
		l, err := h.Invite(t.Context(), h.cli, name+"@example.com")
		h.ok(err)
		if h.token(l.URL); !l.Sent {
			t.Errorf("got %+v, want it to be mailed as well", l)
		}
	}
	_, err := h.access.Deactivate(t.Context(), h.cli, "kim@example.com")
	h.ok(err)
	h.post()
	m := server.Messages(t, 1)
	if len(m) != 1 || m[0].To[0] != "bob@example.com" || m[0].Subject != "Your account in Default" {
		t.Fatalf("got %+v, want a mail to bob alone", m)
	}
	out, err := h.Accept(t.Context(), h.mailed(m[0]), "", from(desk)) // mail is a way back
	h.ok(err)
	h.alive(h.secret(out.Opened.Cookie))
	if due, err := h.HasMail(t.Context()); due || err != nil {
		t.Errorf("got %v, %v: something waits still", due, err)
	}
}

func TestWithoutMail(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), noMail)
	ada := h.user("ada", "admin")
	h.is(h.SendMagicLink(t.Context(), "", ada.Email, from(desk)), fault.Impossible)
	h.is(h.SendReset(t.Context(), "", ada.Email, from(desk)), fault.Impossible)
	h.ok(h.SendMail(t.Context()))
	if due, err := h.HasMail(t.Context()); due || err != nil {
		t.Errorf("got %v, %v", due, err)
	}
}
