// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
)

func TestUserFollows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", `, "title": "Countess", "name": {"givenName": "Ada", "familyName": "Byron"}`)
		h.same("account", h.account("ada@example.com"), "ada employee active SCIM")
		h.same("person", h.person("ada@example.com"), "ada Countess CURRENT")
		r := h.resource(typeUser, ada)
		if r.Follower == "" || r.Account == "" || r.Role != access.Employee {
			t.Errorf("follower %q, account %q, role %q", r.Follower, r.Account, r.Role)
		}

		h.does("PATCH", "/Users/"+ada, patchBody("replace", "", `{"displayName": "Ada Lovelace", "title": null}`))
		h.same("renamed account", h.account("ada@example.com"), "Ada Lovelace employee active SCIM")
		h.same("renamed person", h.person("ada@example.com"), "Ada Lovelace CURRENT")

		h.turn(ada, "false")
		h.same("off", h.account("ada@example.com"), "Ada Lovelace employee deactivated SCIM")
		h.same("left", h.person("ada@example.com"), "Ada Lovelace INACTIVE")
		h.same("sessions", h.ended[r.Account], 1)
		h.turn(ada, "true")
		h.same("on", h.account("ada@example.com"), "Ada Lovelace employee active SCIM")
		h.same("back", h.person("ada@example.com"), "Ada Lovelace CURRENT")

		h.does("DELETE", "/Users/"+ada, "")
		h.same("deleted: account", h.account("ada@example.com"), "Ada Lovelace employee deactivated VANTA")
		h.same("deleted: person", h.person("ada@example.com"), "Ada Lovelace INACTIVE")
		h.same("sessions", h.ended[r.Account], 2)
		h.same("no warnings", h.warned(), []string(nil))
	})
}

// TestCreatedAgain checks that who is deleted and created again gets the account
// back, unless somebody here has taken it into use meanwhile.
func TestCreatedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", "")
		account := h.resource(typeUser, ada).Account
		h.does("DELETE", "/Users/"+ada, "")
		again := h.user("ada", `, "vanta_roles": "editor"`)
		h.same("back", h.account("ada@example.com"), "ada editor active SCIM")
		h.same("the same", h.resource(typeUser, again).Account, account)
		h.same("person", h.person("ada@example.com"), "ada CURRENT")
		h.does("DELETE", "/Users/"+again, "")
		_, err := h.Access.Reactivate(t.Context(), h.admin, string(account))
		h.ok(err)
		h.same("no warnings", h.warned(), []string(nil))
		h.user("ada", "")
		h.same("in use here", h.account("ada@example.com"), "ada editor active VANTA")
		h.same("warning", h.warned(), []string{"local_account ada"})
	})
}

func TestAddresses(t *testing.T) {
	tests := []struct{ name, user, want string }{
		{"primary", `{"emails": [{"value": "w@x.org", "type": "work"}, {"value": "p@x.org", "primary": true}]}`, "p@x.org"},
		{"work", `{"emails": [{"value": "h@x.org", "type": "home"}, {"value": "w@x.org", "type": "work"}]}`, "w@x.org"},
		{"work before userName", `{"userName": "u@x.org", "emails": [{"value": "w@x.org", "type": "work"}]}`, "w@x.org"},
		{"userName before others", `{"userName": "u@x.org", "emails": [{"value": "o@x.org", "type": "other"}]}`, "u@x.org"},
		{"others", `{"userName": "u", "emails": [{"value": "o@x.org"}]}`, "o@x.org"},
		{"a private one is none", `{"userName": "u", "emails": [{"value": "h@x.org", "type": "home"}]}`, ""},
		{"what is no address", `{"userName": "u@x.org", "emails": [{"value": "not one", "primary": true}]}`, "u@x.org"},
		{"a name beside it", `{"userName": "U <u@x.org>"}`, ""},
		{"nothing", `{"userName": "u"}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			value, err := schema.Parse([]byte(test.user))
			if err != nil {
				t.Fatal(err)
			}
			obj, _ := value.(schema.Object)
			if got := addressOf(obj); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestOddNames checks that no name keeps anybody from following, nor from being
// switched off.
func TestOddNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		odd := `"\u202eevil\u2028 \u0007` + strings.Repeat("é", 500) + `"`
		ada := h.user("ada", `, "title": `+odd+`, "name": {"givenName": `+odd+`, "familyName": `+odd+`, "formatted": `+odd+`}`)
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "displayName", odd))
		h.same("a person", strings.HasPrefix(h.person("ada@example.com"), "evil é"), true)
		h.same("an account", strings.HasSuffix(h.account("ada@example.com"), "éé employee active SCIM"), true)
		h.does("PUT", "/Users/"+ada, userBody("ada", `, "active": false, "title": `+odd))
		h.same("off", strings.HasSuffix(h.account("ada@example.com"), "éé employee deactivated SCIM"), true)
		h.same("no warnings", h.warned(), []string(nil))
	})
}

// TestWithoutAddress checks that who has no address follows when there is one.
func TestWithoutAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		eve := h.does("POST", "/Users", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "eve"}`)
		r := h.resource(typeUser, eve)
		h.same("nobody", r.Follower+string(r.Account), "")
		h.same("warning", h.warned(), []string{"no_email eve"})
		h.group("Staff", eve)
		h.same("nobody in the group", h.team("Staff"), []string{})
		h.does("PATCH", "/Users/"+eve, patchBody("add", "emails", `[{"value": "eve@example.com", "type": "work"}]`))
		h.same("account", h.account("eve@example.com"), " employee active SCIM")
		h.same("in the group now", h.team("Staff"), []string{"eve@example.com"})
		h.does("PATCH", "/Users/"+eve, patchBody("remove", "emails", ""))
		h.same("keeps it", h.account("eve@example.com"), " employee active SCIM")
		h.same("warning", h.warned(), []string{"no_email eve"})
		h.turn(eve, "false")
		h.same("and is switched off", h.account("eve@example.com"), " employee deactivated SCIM")
	})
}

// TestLocalAccounts checks that a directory neither takes over nor deactivates an
// account that was made here, until an Admin hands it over.
func TestLocalAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		for _, name := range []string{"root", "ada"} {
			_, err := h.Access.Create(t.Context(), h.admin, access.NewUser{Email: name + "@example.com", Name: name, Role: "admin", Status: access.Active})
			h.ok(err)
		}
		ada := h.user("ada", `, "vanta_roles": "editor"`)
		h.same("as it was", h.account("ada@example.com"), "ada admin active VANTA")
		h.same("warning", h.warned(), []string{"local_account ada"})
		h.turn(ada, "false")
		h.same("stays open", h.account("ada@example.com"), "ada admin active VANTA")
		h.same("person", h.person("ada@example.com"), "ada INACTIVE")
		h.same("warning", h.warned(), []string{"local_account ada"})
		h.turn(ada, "true")

		r, err := h.Adopt(t.Context(), h.admin, h.dir.ID, ada)
		h.ok(err)
		h.same("handed over", h.account("ada@example.com"), "ada editor active SCIM")
		h.same("kept", h.resource(typeUser, ada).Account, r.Account)
		h.same("warning gone", h.warned(), []string(nil))
		h.turn(ada, "false")
		h.same("switched off", h.account("ada@example.com"), "ada editor deactivated SCIM")

		root := h.user("root", "")
		_, err = h.Adopt(t.Context(), h.admin, h.dir.ID, root)
		if fault.KindOf(err) != fault.Impossible {
			t.Errorf("the last Admin would be an Employee: %v", err)
		}
		h.same("as it was", h.account("root@example.com"), "root admin active VANTA")
		_, err = h.Adopt(t.Context(), h.admin, h.dir.ID, ada)
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("handed over twice: %v", err)
		}
		_, err = h.Adopt(t.Context(), h.admin, h.dir.ID, "nobody")
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("handed over to nobody: %v", err)
		}
	})
}

// TestInvited checks that an invited user becomes the directory's at once.
func TestInvited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		_, err := h.Access.Create(t.Context(), h.admin, access.NewUser{Email: "Ada@Example.com", Role: "auditor"})
		h.ok(err)
		h.user("ada", "")
		h.same("taken over", h.account("ada@example.com"), "ada employee active SCIM")
		h.same("no warnings", h.warned(), []string(nil))
	})
}

// TestLockout checks that the last Admin stays, whatever the provider says.
func TestLockout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", `, "vanta_roles": "admin"`)
		requests := []struct{ name, method, path, body string }{
			{"deactivate", "PATCH", "/Users/" + ada, patchBody("replace", "active", "false")},
			{"demote", "PATCH", "/Users/" + ada, patchBody("replace", "vanta_roles", `"editor"`)},
			{"lose the role", "PUT", "/Users/" + ada, userBody("ada", "")},
			{"delete", "DELETE", "/Users/" + ada, ""},
		}
		for _, r := range requests {
			status, answer := h.send(h.dir, r.method, r.path, r.body)
			detail := fmt.Sprint(answer["detail"])
			if status != http.StatusForbidden || !strings.Contains(detail, "lock-out guard") || !strings.Contains(detail, "ada@example.com") {
				t.Errorf("%s: %d %s", r.name, status, detail)
			}
			h.same(r.name, h.account("ada@example.com"), "ada admin active SCIM")
			h.same(r.name, h.resource(typeUser, ada).Version, int64(1))
			h.same(r.name, h.warned(), []string{"lockout ada"})
		}
		h.same("written down", len(h.told("lockout")), len(requests))
		h.user("bob", `, "vanta_roles": "admin"`)
		h.turn(ada, "false")
		h.same("not the last any more", h.account("ada@example.com"), "ada admin deactivated SCIM")
	})
}

// TestGroupLockout checks that the guard reaches through groups, and that an
// exchange of the last Admin goes through.
func TestGroupLockout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada, bob := h.user("ada", ""), h.user("bob", "")
		admins := h.group("Admins")
		h.maps(admins, "admin")
		h.does("PATCH", "/Groups/"+admins, patchBody("add", "members", memberList([]string{ada})))
		h.same("admin", h.account("ada@example.com"), "ada admin active SCIM")
		for _, r := range []struct{ method, body string }{
			{"PATCH", patchBody("remove", fmt.Sprintf("members[value eq %q]", ada), "")}, {"DELETE", ""},
		} {
			if status, answer := h.send(h.dir, r.method, "/Groups/"+admins, r.body); status != http.StatusForbidden {
				t.Errorf("%s: %d %v", r.method, status, answer)
			}
			h.same("stays", h.team("Admins"), []string{"ada"})
		}
		h.does("PATCH", "/Groups/"+admins, patchBody("replace", "members", "["+memberList([]string{bob})+"]"))
		h.same("no more", h.account("ada@example.com"), "ada employee active SCIM")
		h.same("now", h.account("bob@example.com"), "bob admin active SCIM")
	})
}

func TestRefused(t *testing.T) {
	locked := &access.LockoutError{User: access.User{Name: "Ada"}}
	var shown *schema.Error
	var cause *access.LockoutError
	tests := []struct {
		name   string
		err    error
		status int
	}{
		{"conflict", fault.New(fault.Conflict, "taken"), http.StatusConflict},
		{"invalid", fault.New(fault.Invalid, "wrong"), http.StatusBadRequest},
		{"known", &schema.Error{Status: http.StatusGone}, http.StatusGone},
	}
	for _, test := range tests {
		if err := refused(test.err); !errors.As(err, &shown) || shown.Status != test.status {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if err := refused(errRehearsed); !errors.Is(err, errRehearsed) {
		t.Errorf("ours: %v", err)
	}
	both := &guardError{cause: locked, shown: &schema.Error{Status: http.StatusForbidden}}
	if !errors.As(both, &shown) || shown.Status != http.StatusForbidden || !errors.As(both, &cause) || cause != locked {
		t.Error("one of the two is not found")
	}
}

func TestGroupFollows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada, bob := h.user("ada", ""), h.user("bob", "")
		staff := h.group("Staff", ada, "0123456789abcdef01234567")
		h.same("with a pending member", h.team("Staff"), []string{"ada"})
		h.same("warning", h.warned(), []string{"pending_member 0123456789abcdef01234567"})
		h.does("PATCH", "/Groups/"+staff, patchBody("add", "members", memberList([]string{bob})))
		h.same("added", h.team("Staff"), []string{"ada", "bob"})
		h.does("PATCH", "/Groups/"+staff, patchBody("replace", "displayName", `"Crew"`))
		h.same("renamed", h.team("Crew"), []string{"ada", "bob"})
		h.turn(bob, "false")
		h.same("a deactivated one stays", h.team("Crew"), []string{"ada", "bob"})
		h.does("DELETE", "/Users/"+bob, "")
		h.same("a deleted one goes", h.team("Crew"), []string{"ada"})
		h.group("All", staff)
		h.same("a group gives no membership", h.team("All"), []string{})
		h.does("DELETE", "/Groups/"+staff, "")
		h.same("gone", h.team("Crew"), []string(nil))
		h.same("no warnings", h.warned(), []string(nil))
	})
}

// TestPending checks that a membership that came before its user takes effect with
// the user.
func TestPending(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		staff := h.group("Staff")
		h.maps(staff, "editor")
		h.write(func(ctx context.Context, tx *db.Tx) error {
			rt := schema.User()
			value, err := schema.Parse([]byte(userBody("ada", "")))
			if err != nil {
				return err
			}
			obj, _ := value.(schema.Object)
			c := &call{actor: h.dir.actor(""), dir: h.dir, now: h.instant(), service: h.Service}
			r := Resource{Active: true, CreatedAt: c.now, ID: db.NewID(c.now), Object: obj, Type: rt.Name, UpdatedAt: c.now, Version: 1}
			if err := insertMembers(ctx, tx, h.dir, staff, []Member{{Value: r.ID}}); err != nil {
				return err
			}
			columns := row(rt, &r)
			if _, err := insertResource(ctx, tx, h.dir, r, columns); err != nil {
				return err
			}
			return h.follow(ctx, tx, c, Resource{}, &r, membership{})
		})
		h.same("in the group", h.team("Staff"), []string{"ada"})
		h.same("with its role", h.account("ada@example.com"), "ada editor active SCIM")
	})
}

// TestGroupNames checks that a directory takes nobody's group over.
func TestGroupNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		_, err := h.Directory.CreateGroup(t.Context(), h.admin, "Staff")
		h.ok(err)
		ada := h.user("ada", "")
		staff := h.group("staff", ada)
		h.same("the one made here", h.team("Staff"), []string{})
		h.same("the directory's", h.team("staff (Okta)"), []string{"ada"})
		h.same("warning", h.warned(), []string{"group_renamed staff"})
		h.does("PATCH", "/Groups/"+staff, patchBody("replace", "displayName", `"Crew"`))
		h.same("under its own name", h.team("Crew"), []string{"ada"})
		long := strings.Repeat("x", 300)
		h.group(long)
		h.same("a long name", h.team(long[:200]), []string{})

		other := h.connect("Entra")
		h.doesIn(other, "POST", "/Groups", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Crew"}`)
		h.same("another directory's", h.team("Crew (Entra)"), []string{})
		h.same("the first one's", h.team("Crew"), []string{"ada"})
	})
}

// TestOneEach checks that two users never have one person or account, and that
// those of a deactivated one move over.
func TestOneEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		other := h.connect("Entra")
		ada := h.user("ada", "")
		h.group("Staff", ada)
		second := h.doesIn(other, "POST", "/Users", userBody("ada", ""))
		r := h.resource(typeUser, second)
		h.same("nobody yet", r.Follower+string(r.Account), "")
		h.same("warning", h.warned(), []string{"email_taken ada"})
		h.doesIn(other, "PATCH", "/Users/"+second, patchBody("replace", "active", "false"))
		h.same("still the first one's", h.account("ada@example.com"), "ada employee active SCIM")
		h.warned()

		h.turn(ada, "false")
		h.doesIn(other, "PATCH", "/Users/"+second, patchBody("replace", "active", "true"))
		h.same("moved over", h.account("ada@example.com"), "ada employee active SCIM")
		h.same("the person too", h.person("ada@example.com"), "ada CURRENT")
		h.same("out of the first one's groups", h.team("Staff"), []string{})
		h.does("DELETE", "/Users/"+ada, "")
		h.same("the first one is gone", h.account("ada@example.com"), "ada employee active SCIM")

		bob := h.user("bob", "")
		h.warned()
		h.does("PATCH", "/Users/"+bob, patchBody("replace", `emails[type eq "work"].value`, `"ada@example.com"`))
		h.same("its own e-mail", h.account("bob@example.com"), "bob employee active SCIM")
		h.same("warning", h.warned(), []string{"email_taken bob"})
		h.does("PATCH", "/Users/"+bob, patchBody("replace", `emails[type eq "work"].value`, `"robert@example.com"`))
		h.same("a free e-mail", h.account("robert@example.com"), "bob employee active SCIM")
		h.same("and the person's", h.person("robert@example.com"), "bob CURRENT")
	})
}

func TestAlert(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		var users []string
		for i := range 22 {
			users = append(users, h.user(fmt.Sprint("u", i), ""))
		}
		h.turn(users[0], "false")
		h.pass(2 * time.Hour)
		for _, id := range users[1:5] { // 4 of 21
			h.turn(id, "false")
		}
		h.same("a few", h.warned(), []string(nil))
		h.turn(users[5], "false") // 5 of 21
		h.same("many", h.warned(), []string{"mass_deactivation Okta"})
		h.same("once", len(h.told("directory")), 2)
		h.dir = h.set(h.dir, `name = name`)
		if h.dir.AlertedAt == nil {
			t.Error("not noted")
		}
		h.turn(users[6], "false")
		h.same("once an hour", h.warned(), []string(nil))
		h.pass(2 * time.Hour)
		for _, id := range users[7:11] {
			h.turn(id, "false")
		}
		h.same("not again", h.warned(), []string(nil))
		h.turn(users[11], "false")
		h.same("again", h.warned(), []string{"mass_deactivation Okta"})
	})
}

func TestTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", `, "title": "Countess", "password": "s3cret-5nake", "nickName": "A", "vanta_roles": "editor"`)
		h.does("PATCH", "/Users/"+ada, patchBody("replace", "", `{"displayName": "Ada", "nickName": "B", "phoneNumbers": [{"value": "1", "type": "work"}],
			"addresses": [{"locality": "London"}], "name": {"givenName": "Ada", "familyName": "King"}, "vanta_roles": "auditor", "password": "s3cret-5nake"}`))
		h.turn(ada, "false")
		h.turn(ada, "true")
		h.same("users", h.told("directory_user"), []string{
			"created ada; userName:  > ada@example.com; displayName:  > ada; email:  > ada@example.com; active:  > true; role:  > Editor",
			"updated Ada; displayName: ada > Ada; role: Editor > Auditor; name.familyName:  > King; name.givenName:  > Ada; " +
				"nickName: A > B; phoneNumbers:  > [1]; vanta_roles: editor > auditor; attributes:  > addresses",
			"updated Ada; active: true > false", "updated Ada; active: false > true",
		})
		staff := h.group("Staff", ada, "0123456789abcdef01234567")
		h.does("PATCH", "/Groups/"+staff, patchBody("remove", fmt.Sprintf("members[value eq %q]", ada), ""))
		h.does("PATCH", "/Groups/"+staff, patchBody("replace", "displayName", `"Crew"`))
		h.does("DELETE", "/Groups/"+staff, "")
		h.does("DELETE", "/Users/"+ada, "")
		h.same("groups", h.told("directory_group"), []string{
			"created Staff; displayName:  > Staff", "user_added Staff; member:  > Ada; member:  > 0123456789abcdef01234567",
			"user_removed Staff; member: Ada > ", "updated Crew; displayName: Staff > Crew", "deleted Crew; displayName: Crew > ",
		})
		h.same("deleted", len(h.told("directory_user")), 5)
		h.read(func(ctx context.Context, tx *db.Tx) error {
			var n int64
			err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM evidence_entry WHERE CAST(document AS TEXT) LIKE '%5nake%'`).Scan(&n)
			if n > 0 {
				t.Error("a password in the evidence")
			}
			return err
		})
	})
}

// TestRehearsal checks that nobody follows what the self-test sends.
func TestRehearsal(t *testing.T) {
	h := newVillage(t, dbtest.SQLite(t))
	a := h.handle(t.Context(), h.dir, nil, request{Method: "POST", Path: "/Users", Body: []byte(userBody("ada", "")), ReplayOf: rehearsal})
	h.same("created", a.Status, http.StatusCreated)
	h.same("no account", h.account("ada@example.com"), "")
	h.same("no entries", h.told("directory_user"), []string(nil))
}

// TestLeaver checks that only what a directory does is kept from the next.
func TestLeaver(t *testing.T) {
	h := newVillage(t, dbtest.SQLite(t))
	user, err := h.Access.Create(t.Context(), h.admin, access.NewUser{Email: "ada@example.com", Role: "editor", Status: access.Active})
	h.ok(err)
	leaver := Leaver{h.Access}
	for _, who := range []struct {
		actor caller.Caller
		want  access.Status
	}{{h.dir.actor(""), access.Active}, {h.admin, access.Deactivated}} {
		h.write(func(ctx context.Context, tx *db.Tx) error { return leaver.Left(ctx, tx, who.actor, user.Email) })
		got, err := h.Access.Get(t.Context(), h.admin, user.Email)
		h.ok(err)
		h.same(string(who.actor.Kind), got.Status, who.want)
	}
}
