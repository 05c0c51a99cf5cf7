// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/signin"
)

// branch makes a second workspace and answers the command line in it.
func (h *house) branch(name string) caller.Caller {
	h.t.Helper()
	w, err := h.workspaces.Create(h.t.Context(), h.cli, newWorkspace(name))
	h.ok(err)
	c := h.cli
	c.Workspace = w.Caller()
	return c
}

// enterAt is enter in another workspace.
func (h *house) enterAt(workspace string, u access.User, cookie string) string {
	h.t.Helper()
	out, err := h.SignIn(h.t.Context(), workspace, u.Email, adaPassword, from(desk, cookie))
	h.ok(err)
	return h.secret(out.Opened.Cookie)
}

func TestCookiesAreHashedAtRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		cookie := h.enter(h.user("ada", "admin"), desk)
		stored := h.column(`SELECT hash FROM signin_session`)
		if len(stored) != 1 || len(stored[0]) != 32 || stored[0] == cookie || strings.Contains(cookie, stored[0]) {
			t.Errorf("got %q for the cookie %s, want a digest", stored, cookie)
		}
		if len(cookie) < 26 {
			t.Errorf("the cookie %s has less than 128 bits", cookie)
		}
		for _, none := range []string{"", cookie[1:], stored[0], strings.ToLower(cookie), cookie + "\x00", "\xff"} {
			h.dead(none)
		}
	})
}

// TestFixation proves that who plants a cookie in somebody's browser holds nothing
// once that somebody has signed in.
func TestFixation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("branch")
		ada, eve := h.user("ada", "admin"), h.user("eve", "employee")
		eveThere := h.userOf(branch, "eve", "employee")

		planted := h.enterAt("branch", eveThere, h.enter(eve, street))
		eves := h.caller(planted) // a request of hers that is on its way
		own := h.enter(ada, desk, planted)
		h.dead(planted)
		h.alive(own)
		if own == planted {
			t.Error("the sign-in kept the cookie")
		}
		_, err := h.Switch(t.Context(), eves, "default")
		h.is(err, fault.Unauthorized)
		h.is(h.SignOut(t.Context(), eves), fault.Unauthorized)
		h.is(h.Prove(t.Context(), eves, adaPassword, ""), fault.Unauthorized)
		_, err = h.Browser(t.Context(), eves)
		h.is(err, fault.Unauthorized)
		_, err = h.Current(t.Context(), eves)
		h.is(err, fault.Unauthorized)
		h.alive(own)
		// Eve's session in the same workspace ended; she is not ada in the list either.
		list, err := h.Sessions(t.Context(), h.cli, eve.ID)
		h.ok(err)
		if len(list) != 0 {
			t.Errorf("got %+v, want none", list)
		}
		// A made-up cookie, and one that has ended, give no browser.
		next := h.enter(ada, desk, "made-up")
		h.dead(h.enter(ada, desk, h.enter(ada, desk, next))[1:])
		h.dead(next)
		h.alive(own)
	})
}

// TestOneBrowserOnce lets several sign-ins and switches take one cookie at once:
// one of them gets the browser.
func TestOneBrowserOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("branch")
		ada, there := h.user("ada", "admin"), h.userOf(branch, "ada", "admin")
		for range 5 {
			cookie := h.enter(ada, desk, h.enterAt("branch", there, ""))
			c := h.caller(cookie)
			h.oneWins(together(6, func(int) error {
				_, err := h.Switch(t.Context(), c, branch.Workspace.ID)
				return err
			}), fault.Unauthorized)
			h.dead(cookie)
			cookie = h.enter(ada, desk)
			for _, err := range together(4, func(int) error {
				_, err := h.Open(t.Context(), signin.Arrival{Cookie: cookie, Method: signin.Password, User: ada.ID, Workspace: h.cli.Workspace})
				return err
			}) {
				h.ok(err)
			}
			h.dead(cookie)
			twice := h.column(`SELECT browser FROM signin_session WHERE hash IS NOT NULL GROUP BY browser HAVING COUNT(*) > 1`)
			if len(twice) > 0 {
				t.Fatalf("browsers %q have two live sessions", twice)
			}
		}
	})
}

func TestSwitching(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("branch")
		ada, there := h.user("ada", "admin"), h.userOf(branch, "ada", "employee")
		h.userOf(branch, "boss", "admin")
		first := h.enter(ada, desk)
		_, err := h.Switch(t.Context(), h.caller(first), "branch")
		h.is(err, fault.Forbidden)
		second := h.enterAt("branch", there, first)
		h.dead(first)
		if c := h.caller(second); c.Role != "Employee" || c.Workspace.ID != branch.Workspace.ID {
			t.Errorf("got %+v, want an employee of the branch", c)
		}
		b := &browser{house: h, address: desk, cookie: second}
		var state api.SignInState
		b.must(200, "POST", "/v1/session/workspace", `{"workspace": "default"}`, &state)
		h.dead(second)
		if c := h.caller(b.cookie); c.Role != "Admin" || c.Workspace.ID != h.cli.Workspace.ID || c.ID != string(ada.ID) {
			t.Errorf("got %+v, want the Admin", c)
		}
		var session api.Session
		b.must(200, "GET", "/v1/session", "", &session)
		want := []api.SessionWorkspace{{ID: h.cli.Workspace.ID, Name: "Default", Current: true}, {ID: branch.Workspace.ID, Name: "branch"}}
		if diff := cmp.Diff(want, session.Workspaces); diff != "" {
			t.Errorf("workspaces (-want +got):\n%s", diff)
		}
		for _, none := range []string{"nowhere", `no\u0000where`} {
			b.must(403, "POST", "/v1/session/workspace", `{"workspace": "`+none+`"}`, nil)
		}
		b.must(200, "POST", "/v1/session/workspace", `{"workspace": "default"}`, nil) // where it is already
		h.alive(b.cookie)
		// What happens in the other workspace counts while the session sleeps.
		_, err = h.access.Deactivate(t.Context(), branch, there.Email)
		h.ok(err)
		b.must(403, "POST", "/v1/session/workspace", `{"workspace": "branch"}`, nil)
		_, err = h.access.Reactivate(t.Context(), branch, there.Email)
		h.ok(err)
		b.must(403, "POST", "/v1/session/workspace", `{"workspace": "branch"}`, nil)
		b.cookie = h.enterAt("branch", there, b.cookie)
		h.pass(25 * time.Hour) // both sat idle
		b.must(401, "POST", "/v1/session/workspace", `{"workspace": "default"}`, nil)
	})
}

// TestASleepingSessionGrowsOld proves that idle time runs while a session sleeps.
func TestASleepingSessionGrowsOld(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), noMail)
	branch := h.branch("branch")
	ada, there := h.user("ada", "admin"), h.userOf(branch, "ada", "admin")
	cookie := h.enterAt("branch", there, h.enter(ada, desk))
	for range 5 {
		h.pass(5 * time.Hour)
		h.alive(cookie)
	}
	_, err := h.Switch(t.Context(), h.caller(cookie), "default")
	h.is(err, fault.Forbidden)
}

func TestSignOutEndsTheBrowser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("branch")
		ada, there := h.user("ada", "admin"), h.userOf(branch, "adele", "admin")
		elsewhere := h.enter(ada, street)
		b := &browser{house: h, address: desk, cookie: h.enterAt("branch", there, h.enter(ada, desk))}
		cookie := b.cookie
		b.must(204, "DELETE", "/v1/session", "", nil)
		if b.cookie != "" {
			t.Errorf("the browser keeps the cookie %s", b.cookie)
		}
		h.dead(cookie)
		h.alive(elsewhere)
		if live := h.column(`SELECT id FROM signin_session WHERE ended_at IS NULL`); len(live) != 1 {
			t.Errorf("%d sessions are left, want the one elsewhere", len(live))
		}
		ended := slices.DeleteFunc(h.entries("session"), func(line string) bool { return !strings.Contains(line, " ended ") })
		slices.Sort(ended)
		want := []string{"user ada ended ada", "user adele ended adele"} // each in its workspace
		if diff := cmp.Diff(want, ended); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		b.must(401, "GET", "/v1/session", "", nil)
		b.must(401, "DELETE", "/v1/session", "", nil)
	})
}

func TestRevoking(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, noMail)
		branch := h.branch("branch")
		ada, bob, there := h.user("ada", "admin"), h.user("bob", "editor"), h.userOf(branch, "eve", "admin")
		laptop, phone, bobs, eves := h.enter(ada, desk), h.enter(ada, street), h.enter(bob, desk), h.enterAt("branch", there, "")
		admin, editor := &browser{house: h, address: desk, cookie: laptop}, &browser{house: h, address: desk, cookie: bobs}
		var list api.SessionList
		admin.must(200, "GET", "/v1/sessions", "", &list)
		if len(list.Sessions) != 2 || list.Sessions[0].Address != street || !list.Sessions[1].Current || list.Sessions[0].Current ||
			list.Sessions[1].Agent != "Browser/1.0" || list.Sessions[1].Method != "password" || list.Sessions[1].UserID != string(ada.ID) {
			t.Errorf("got %+v, want the phone, then the laptop", list.Sessions)
		}
		editor.must(204, "DELETE", "/v1/sessions/"+h.caller(bobs).Session, "", nil) // one's own, which calls
		h.dead(bobs)
		editor.cookie = h.enter(bob, desk)
		for _, id := range []string{h.caller(phone).Session, h.caller(eves).Session, "0123456789abcdef01234567", "x"} {
			editor.must(404, "DELETE", "/v1/sessions/"+id, "", nil)
		}
		admin.must(404, "DELETE", "/v1/sessions/"+h.caller(eves).Session, "", nil)
		editor.must(403, "GET", "/v1/sessions?userId="+string(ada.ID), "", nil) // where others are is for Admins
		admin.must(404, "GET", "/v1/sessions?userId="+string(there.ID), "", nil)
		admin.must(200, "GET", "/v1/sessions?userId="+bob.Email, "", &list)
		admin.must(204, "DELETE", "/v1/sessions/"+list.Sessions[0].ID, "", nil)
		admin.must(404, "DELETE", "/v1/sessions/"+list.Sessions[0].ID, "", nil)
		h.dead(editor.cookie)
		admin.must(204, "DELETE", "/v1/sessions", "", nil)
		admin.must(204, "DELETE", "/v1/sessions", "", nil)
		h.dead(phone)
		h.alive(laptop)
		h.alive(eves)
		revoked := slices.DeleteFunc(h.entries("session"), func(line string) bool { return !strings.Contains(line, "revoked") })
		want := []string{"user bob revoked bob", "user ada revoked bob", "user ada others revoked ada"}
		if diff := cmp.Diff(want, revoked); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		worker := &browser{house: h, address: desk, cookie: h.enter(h.user("kim", "employee"), desk)}
		worker.must(403, "GET", "/v1/sessions?userId="+string(ada.ID), "", nil)
		worker.must(200, "GET", "/v1/sessions?userId="+h.caller(worker.cookie).ID, "", nil)
	})
}
