// SPDX-License-Identifier: Apache-2.0

package sso_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// people are the users of the OpenID provider, by id; the id is the name too, and
// the password "secret".
type people map[string]*storage.User

// GetUserByID is of storage.UserStore.
func (p people) GetUserByID(id string) *storage.User { return p[id] }

// GetUserByUsername is of storage.UserStore.
func (p people) GetUserByUsername(name string) *storage.User { return p[name] }

// ExampleClientID is of storage.UserStore.
func (p people) ExampleClientID() string { return "service" }

func (p people) add(id, email string, verified bool) {
	p[id] = &storage.User{
		ID: id, Username: id, Password: "secret", FirstName: "First", LastName: id, Email: email, EmailVerified: verified,
	}
}

// zitadel is a real OpenID provider: the example server of zitadel/oidc.
type zitadel struct {
	*httptest.Server
	people people
	id     string // of the provider in our workspace
}

func newZitadel(h *house, options ...any) *zitadel {
	h.t.Helper()
	z := &zitadel{Server: httptest.NewUnstartedServer(nil), people: people{}}
	clients := map[string]*storage.Client{}
	issuer := "http://" + z.Listener.Addr().String()
	z.Config.Handler = exampleop.SetupServer(issuer, storage.NewStorageWithClients(z.people, clients), nil, false)
	z.Start()
	h.t.Cleanup(z.Close)
	made := h.must(http.StatusCreated, "POST", "/v1/sso/providers", object(append([]any{"kind", "oidc", "name", "Zitadel"}, options...)...))
	z.id, _ = made["id"].(string)
	settings, _ := made["oidc"].(map[string]any)
	redirectURI, _ := settings["redirectUri"].(string)
	clients["muster"] = storage.WebClient("muster", "top secret", redirectURI)
	h.patch(z.id, object("enabled", true, "oidc", raw(object("issuer", issuer, "clientId", "muster", "clientSecret", "top secret"))))
	return z
}

var authRequest = regexp.MustCompile(`name="id" value="([^"]+)"`)

// login types name and password into the provider's page and answers the way back.
func (z *zitadel) login(b *browser, to *url.URL, name string) *url.URL {
	b.h.t.Helper()
	home := func(u *url.URL) bool { return strings.HasPrefix(u.String(), b.h.URL) }
	form, _ := b.follow(b.get(to.String()), home)
	id := authRequest.FindStringSubmatch(form.body)
	if id == nil {
		b.h.t.Fatalf("no form: %d %s", form.status, form.body)
	}
	sent := b.post(z.URL+"/login/username", url.Values{"id": {id[1]}, "username": {name}, "password": {"secret"}})
	end, back := b.follow(sent, home)
	if back == nil {
		b.h.t.Fatalf("no way back: %d %s", end.status, end.body)
	}
	return back
}

// enter goes the whole way and answers the last page.
func (z *zitadel) enter(b *browser, name string) page {
	b.h.t.Helper()
	return b.get(z.login(b, b.start(z.id, "/tests?status=OK#top"), name).String())
}

func TestOIDCSignsIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		z := newZitadel(h)
		ada := h.user("Ada@example.com", "admin")
		z.people.add("ada", "ada@EXAMPLE.com", true)

		b := h.browser()
		b.in(z.enter(b, "ada"), ada.ID, "/tests?status=OK#top")
		z.people["ada"].Email, z.people["ada"].EmailVerified = "new@example.com", false
		again := h.browser()
		again.in(z.enter(again, "ada"), ada.ID, "/tests?status=OK#top") // by subject: the e-mail matters no more

		links := h.must(http.StatusOK, "GET", "/v1/sso/providers/"+z.id+"/identities", "")
		text := object("links", links)
		if !strings.Contains(text, `"subject":"ada"`) || !strings.Contains(text, `"emailAddress":"Ada@example.com"`) {
			t.Errorf("got %s", text)
		}
		user := h.evidence("user")
		if last := user[len(user)-1]; !strings.Contains(last, `"what":"linked"`) || !strings.Contains(last, `"after":"Zitadel"`) {
			t.Errorf("got %s", last)
		}
		if session := h.evidence("session"); len(session) != 2 || !strings.Contains(session[0], `"provider":"Zitadel"`) {
			t.Errorf("got %s", session)
		}
		for _, kind := range []string{"identity_provider", "user", "session"} {
			if all := strings.Join(h.evidence(kind), ""); strings.Contains(all, "top secret") {
				t.Errorf("a secret in evidence: %s", all)
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM sso_flow`); n != 0 {
			t.Errorf("%d flows are left", n)
		}
	})
}

func TestOIDCWhoMayComeIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		z := newZitadel(h, "domains", []string{"example.com"})
		gone := h.user("gone@example.com", "employee")
		h.user("boss@example.com", "admin")
		_, err := h.access.Deactivate(t.Context(), h.admin, string(gone.ID))
		h.ok(err)
		h.user("far@elsewhere.com", "employee")
		kelvin := h.user("kim@example.com", "admin")
		z.people.add("gone", "gone@example.com", true)
		z.people.add("stranger", "stranger@example.com", true)
		z.people.add("unsure", "boss@example.com", false)
		z.people.add("far", "far@elsewhere.com", true)
		z.people.add("folded", "\u212aim@example.com", true) // folds into kim in Unicode
		z.people.add("none", "", true)
		z.people.add("odd", "boss@example.com <x@elsewhere.com>", true)
		for _, test := range []struct{ name, words string }{
			{"gone", "is deactivated"},
			{"stranger", "obody in Default has the e-mail stranger@example.com"},
			{"unsure", "does not say that boss@example.com is verified"},
			{"far", "may not vouch for the e-mail domain of far@elsewhere.com"},
			{"folded", "obody in Default"},
			{"none", "sent no e-mail"},
			{"odd", "sent no e-mail"},
		} {
			b := h.browser()
			b.out(z.enter(b, test.name), http.StatusForbidden, test.words)
		}
		if n := h.count(`SELECT COUNT(*) FROM sso_identity`); n != 0 {
			t.Errorf("%d links were made", n)
		}

		h.patch(z.id, object("createUsers", true))
		b := h.browser()
		b.out(z.enter(b, "folded"), http.StatusForbidden, "ask an Admin") // either no user at all or not kim
		z.people.add("kim", "kim@example.com", true)
		b.in(z.enter(b, "kim"), kelvin.ID, "/tests?status=OK#top")
		b = h.browser()
		p := z.enter(b, "stranger")
		made, err := h.access.Get(t.Context(), h.admin, "stranger@example.com")
		h.ok(err)
		b.in(p, made.ID, "/tests?status=OK#top")
		if made.Role.ID != access.Employee || made.Name != "First stranger" || made.Status != access.Active {
			t.Errorf("got %+v", made)
		}
		users := h.evidence("user")
		if text := strings.Join(users, "\n"); !strings.Contains(text, `"name":"single sign-on by Zitadel"`) {
			t.Errorf("nobody made the user: %s", text)
		}
	})
}

func TestOIDCInvitedUserBecomesActive(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	z := newZitadel(h)
	u, err := h.access.Create(t.Context(), h.admin, access.NewUser{Email: "new@example.com", Role: "editor"})
	h.ok(err)
	z.people.add("new", "new@example.com", true)
	b := h.browser()
	b.in(z.enter(b, "new"), u.ID, "/tests?status=OK#top")
	if u, err = h.access.Get(t.Context(), h.admin, string(u.ID)); err != nil || u.Status != access.Active {
		t.Errorf("got %+v, %v", u, err)
	}
}

// An address that gets a new owner at the provider must not hand the old owner's
// account over.
func TestOIDCSecondSubjectOfOneEmail(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	z := newZitadel(h)
	ada := h.user("ada@example.com", "editor")
	z.people.add("one", "ada@example.com", true)
	z.people.add("two", "ada@example.com", true)
	b := h.browser()
	b.in(z.enter(b, "one"), ada.ID, "/tests?status=OK#top")
	b = h.browser()
	b.out(z.enter(b, "two"), http.StatusForbidden, "is linked to another account at Zitadel")

	h.must(http.StatusNoContent, "DELETE", "/v1/sso/providers/"+z.id+"/identities/"+string(ada.ID), "")
	h.must(http.StatusNotFound, "DELETE", "/v1/sso/providers/"+z.id+"/identities/"+string(ada.ID), "")
	b.in(z.enter(b, "two"), ada.ID, "/tests?status=OK#top")
	b = h.browser()
	b.out(z.enter(b, "one"), http.StatusForbidden, "is linked to another account at Zitadel")
}

func TestOIDCFlowBelongsToOneBrowserOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		z := newZitadel(h)
		ada := h.user("ada@example.com", "admin")
		z.people.add("ada", "ada@example.com", true)
		attacker, victim := h.browser(), h.browser()
		back := z.login(attacker, attacker.start(z.id, "/"), "ada").String()

		const stale = "did not begin in this browser"
		victim.out(victim.get(back), http.StatusForbidden, stale)
		victim.start(z.id, "/") // has a cookie now, of another flow
		victim.out(victim.get(back), http.StatusForbidden, stale)

		other := newZitadel(h, "name", "Other")
		attacker.out(attacker.get(strings.Replace(back, z.id, other.id, 1)), http.StatusForbidden, stale)
		attacker.in(attacker.get(back), ada.ID, "/")
		attacker = &browser{h: h, Client: attacker.Client}
		if p := attacker.get(back); p.status != http.StatusForbidden {
			t.Errorf("the state worked twice: %d", p.status)
		}

		late := h.browser()
		back = z.login(late, late.start(z.id, "/"), "ada").String()
		h.pass(11 * time.Minute)
		late.out(late.get(back), http.StatusForbidden, stale)
	})
}

func TestOIDCProviderGoesAway(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	z := newZitadel(h)
	h.user("ada@example.com", "admin")
	z.people.add("ada", "ada@example.com", true)
	b := h.browser()
	back := z.login(b, b.start(z.id, "/"), "ada").String()
	h.patch(z.id, object("enabled", false))
	b.out(b.get(back), http.StatusNotFound, "switched off")
	b.out(b.get(h.URL+"/sso/"+z.id+"/start"), http.StatusNotFound, "switched off")
	offers, err := h.sso.Offered(t.Context(), h.admin.Workspace.Number)
	if err != nil || len(offers) != 0 {
		t.Errorf("got %+v, %v", offers, err)
	}
	h.patch(z.id, object("enabled", true))
	offers, err = h.sso.Offered(t.Context(), h.admin.Workspace.Number)
	if err != nil || len(offers) != 1 || offers[0].Name != "Zitadel" || offers[0].StartPath != "/sso/"+z.id+"/start" {
		t.Errorf("got %+v, %v", offers, err)
	}
	if offers, err = h.sso.Offered(t.Context(), h.other.Workspace.Number); err != nil || len(offers) != 0 {
		t.Errorf("another workspace is offered %+v, %v", offers, err)
	}
}

// The provider of another workspace knows nobody here, whatever e-mail it confirms.
func TestOIDCOtherWorkspace(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	h.user("ada@example.com", "admin")
	h.admin, h.other = h.other, h.admin
	z := newZitadel(h)
	z.people.add("ada", "ada@example.com", true)
	b := h.browser()
	b.out(z.enter(b, "ada"), http.StatusForbidden, "obody in Other has the e-mail")
	for _, path := range []string{"", "/identities"} {
		if status, body := h.call("other", "GET", "/v1/sso/providers/"+z.id+path, ""); status != http.StatusNotFound {
			t.Errorf("%s: got %d %v", path, status, body)
		}
	}
	for method, path := range map[string]string{"PATCH": "", "DELETE": "", "POST": "/test"} {
		body := ""
		if method == "PATCH" {
			body = "{}"
		}
		if status, got := h.call("other", method, "/v1/sso/providers/"+z.id+path, body); status != http.StatusNotFound {
			t.Errorf("%s: got %d %v", method, status, got)
		}
	}
}
