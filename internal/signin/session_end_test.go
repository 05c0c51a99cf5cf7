// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"testing"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/signin"
)

// configure changes the session times of the default workspace.
func (h *house) configure(idle, lifetime time.Duration) {
	h.t.Helper()
	_, err := h.Configure(h.t.Context(), h.cli, signin.Change{Idle: &idle, Lifetime: &lifetime})
	h.ok(err)
}

func TestSessionsEndByTheClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		ada := h.user("ada", "admin")
		idle, used := h.enter(ada, desk), h.enter(ada, desk)
		h.pass(24*time.Hour - time.Minute)
		h.alive(used)
		h.pass(time.Minute)
		h.dead(idle)
		h.alive(used)
		for range 25 { // used twice a day it ends after a fortnight all the same
			h.pass(12 * time.Hour)
			h.alive(used)
		}
		h.pass(12*time.Hour + time.Minute)
		h.dead(used)
		list, err := h.Sessions(t.Context(), h.cli, ada.ID)
		h.ok(err)
		if len(list) != 0 {
			t.Errorf("got %+v, want none", list)
		}
		h.pass(91 * 24 * time.Hour)
		h.ok(h.Purge(t.Context()))
		if left := h.column(`SELECT id FROM signin_session`); len(left) > 0 {
			t.Errorf("sessions %q were left", left)
		}
	})
}

func TestLastUseIsKnownToTheMinute(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		cookie := h.enter(h.user("ada", "admin"), desk)
		seen := func() time.Time {
			x, err := h.Current(t.Context(), h.caller(cookie))
			h.ok(err)
			return x.SeenAt
		}
		begun := seen()
		h.pass(55 * time.Second)
		if got := seen(); !got.Equal(begun) {
			t.Errorf("got %s, want still %s: each request would be a write", got, begun)
		}
		h.pass(10 * time.Second)
		h.alive(cookie)
		if got := seen(); got.Sub(begun) < time.Minute || got.Sub(begun) > 66*time.Second {
			t.Errorf("got %s, want a minute after %s", got, begun)
		}
	})
}

func TestSettingsShortenRunningSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("branch")
		ada, there := h.user("ada", "admin"), h.userOf(branch, "ada", "admin")
		long, other := h.enter(ada, desk), h.enterAt("branch", there, "")
		h.pass(time.Hour)
		h.alive(long)
		h.configure(10*time.Minute, 2*time.Hour)
		young := h.enter(ada, desk)
		h.alive(long)
		h.pass(8 * time.Minute)
		h.alive(long)
		h.pass(8 * time.Minute)
		h.alive(long)
		h.dead(young) // ten minutes without a request
		h.configure(24*time.Hour, 14*24*time.Hour)
		h.pass(9 * time.Minute)
		h.alive(long)
		h.pass(11 * time.Minute)
		h.dead(long) // longer times are for new sessions
		h.configure(24*time.Hour, 2*time.Hour)
		old := h.enter(ada, desk)
		h.pass(3 * time.Hour)
		h.dead(old)
		h.alive(other)
		h.configure(24*time.Hour, 14*24*time.Hour)
		late := h.enter(ada, desk)
		h.pass(time.Hour)
		h.configure(24*time.Hour, 30*time.Minute)
		h.dead(late)
	})
}

func TestSessionTimesHaveBounds(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), noMail)
	b := &browser{house: h, address: desk, cookie: h.enter(h.user("ada", "admin"), desk)}
	for _, body := range []string{
		`{"session": {"idleMinutes": 4}}`, `{"session": {"idleMinutes": 43201}}`, `{"session": {"idleMinutes": -1}}`,
		`{"session": {"lifetimeMinutes": 14}}`, `{"session": {"lifetimeMinutes": 129601}}`, `{"session": {"idleMinutes": 9223372036854775807}}`,
		`{"session": {"idleMinutes": 5.5}}`, `{"methods": {"fax": true}}`,
	} {
		b.must(400, "PATCH", "/v1/sign-in/settings", body, nil)
	}
	_, err := h.Configure(t.Context(), h.cli, signin.Change{Enabled: map[signin.Method]bool{"fax": true}})
	h.is(err, fault.Invalid)
	var got api.SignInSettings
	b.must(200, "PATCH", "/v1/sign-in/settings", `{"session": {"idleMinutes": 5, "lifetimeMinutes": 129600}}`, &got)
	b.must(200, "PATCH", "/v1/sign-in/settings", `{}`, &got)
	if got.Session != (api.SessionSettings{IdleMinutes: 5, LifetimeMinutes: 129600}) || got.Mail || got.Passwords.MinLength != 8 {
		t.Errorf("got %+v", got)
	}
	if n := len(h.entries("sign_in_settings")); n != 1 {
		t.Errorf("%d entries, want one: nothing changed the second time", n)
	}
	editor := &browser{house: h, address: desk, cookie: h.enter(h.user("bob", "editor"), desk)}
	editor.must(403, "PATCH", "/v1/sign-in/settings", `{"session": {"idleMinutes": 5}}`, nil)
}

func TestSessionsEndWithTheirUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		h.user("ada", "admin")
		bob, kim := h.user("bob", "editor"), h.user("kim", "editor")
		bobs, kims := h.enter(bob, desk), h.enter(kim, desk)
		_, err := h.access.Deactivate(t.Context(), h.cli, bob.Email)
		h.ok(err)
		h.dead(bobs)
		h.alive(kims)
		_, err = h.access.Reactivate(t.Context(), h.cli, bob.Email)
		h.ok(err)
		h.dead(bobs)
		h.alive(h.enter(bob, desk))
		role := "view-only-admin"
		_, err = h.access.Update(t.Context(), h.cli, kim.Email, changeRole(role))
		h.ok(err)
		if c := h.caller(kims); c.Role != "View-only Admin" {
			t.Errorf("got the role %s, want the new one at once", c.Role)
		}
		h.ok(h.access.Delete(t.Context(), h.cli, kim.Email))
		h.dead(kims)
		if left := h.column(`SELECT user_id FROM signin_password WHERE user_id = $1`, string(kim.ID)); len(left) > 0 {
			t.Error("a password outlived its user")
		}
	})
}
