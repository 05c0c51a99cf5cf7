// SPDX-License-Identifier: Apache-2.0

package sso_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

func TestProviderRoutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		made := h.must(http.StatusCreated, "POST", "/v1/sso/providers", object("kind", "oidc", "name", " Okta "))
		id, _ := made["id"].(string)
		want := map[string]any{
			"id": id, "kind": "oidc", "name": "Okta", "enabled": false, "createUsers": false, "trustEmail": false, "domains": []any{},
			"startPath": "/sso/" + id + "/start", "createdDate": made["createdDate"], "updatedDate": made["createdDate"],
			"oidc": map[string]any{
				"issuer": "", "clientId": "", "clientSecretSet": false, "scopes": []any{"openid", "profile", "email"},
				"redirectUri": h.URL + "/sso/" + id + "/callback",
			},
			"missing": []any{
				map[string]any{"field": "/oidc/issuer", "message": "is needed before the provider can be switched on"},
				map[string]any{"field": "/oidc/clientId", "message": "is needed before the provider can be switched on"},
			},
		}
		if diff := cmp.Diff(want, made); diff != "" {
			t.Error(diff)
		}
		if status, got := h.call("admin", "PATCH", "/v1/sso/providers/"+id, object("enabled", true)); status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(got), "/oidc/clientId") {
			t.Errorf("an unfinished provider was switched on: %d %v", status, got)
		}
		h.patch(id, object("enabled", true, "domains", []string{"@Example.com", "a.example", "example.com"},
			"oidc", raw(object("issuer", "https://login.example.com", "clientId", "c", "clientSecret", "hush"))))
		got := h.must(http.StatusOK, "GET", "/v1/sso/providers/"+id, "")
		if text := fmt.Sprint(got); strings.Contains(text, "hush") || !strings.Contains(text, "clientSecretSet:true") || !strings.Contains(text, "domains:[a.example example.com]") {
			t.Errorf("got %v", got)
		}
		if n := h.count(`SELECT COUNT(*) FROM sso_provider WHERE secret LIKE '%hush%'`); n != 0 {
			t.Error("the secret is not sealed")
		}
		status, _ := h.call("admin", "POST", "/v1/sso/providers", object("kind", "saml", "name", "OKTA"))
		if status != http.StatusConflict {
			t.Errorf("a name was given twice: %d", status)
		}
		if status, _ = h.call("other", "POST", "/v1/sso/providers", object("kind", "saml", "name", "OKTA")); status != http.StatusCreated {
			t.Errorf("another workspace's name: %d", status)
		}
		saml := h.must(http.StatusCreated, "POST", "/v1/sso/providers", object("kind", "saml", "name", "Staff"))
		if saml["trustEmail"] != true || saml["saml"] == nil || saml["oidc"] != nil {
			t.Errorf("got %v", saml)
		}
		first := h.must(http.StatusOK, "GET", "/v1/sso/providers?pageSize=1", "")
		results, _ := first["results"].(map[string]any)
		info, _ := results["pageInfo"].(map[string]any)
		second := h.must(http.StatusOK, "GET", fmt.Sprintf("/v1/sso/providers?pageSize=1&pageCursor=%s", info["endCursor"]), "")
		if info["hasNextPage"] != true || !strings.Contains(fmt.Sprint(first), "Okta") || !strings.Contains(fmt.Sprint(second), "Staff") || strings.Contains(fmt.Sprint(second), "Okta") {
			t.Errorf("got %v, then %v", first, second)
		}
		h.must(http.StatusNoContent, "DELETE", "/v1/sso/providers/"+id, "")
		for method, path := range map[string]string{"GET": id, "DELETE": id, "POST": "x/test"} {
			h.must(http.StatusNotFound, method, "/v1/sso/providers/"+path, "")
		}
		text := strings.Join(h.evidence("identity_provider"), "\n")
		for _, want := range []string{
			`"what":"created"`, `"what":"updated"`, `"what":"deleted"`, `{"after":"set","field":"clientSecret"}`, `{"after":true,"before":false,"field":"enabled"}`,
			`{"before":"set","field":"clientSecret"}`, `{"before":"oidc","field":"kind"}`, `{"before":true,"field":"enabled"}`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is not in %s", want, text)
			}
		}
		if strings.Contains(text, "hush") || strings.Contains(text, "v1.") {
			t.Errorf("a secret in evidence: %s", text)
		}
	})
}

func TestBadProvidersAreRefused(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	oidc := func(pairs ...any) string {
		return object("kind", "oidc", "name", "X", "oidc", raw(object(pairs...)))
	}
	for body, place := range map[string]string{
		object("name", "X"):                                                  "/kind",
		object("kind", "oidc"):                                               "/name",
		object("kind", "oidc", "name", " "):                                  "/name",
		object("kind", "oidc", "name", strings.Repeat("x", 101)):             "/name",
		object("kind", "oidc", "name", "a\nb"):                               "/name",
		object("kind", "oidc", "name", "X", "domains", []string{"@"}):        "/domains/0",
		object("kind", "oidc", "name", "X", "domains", []string{"a.b c"}):    "/domains/0",
		object("kind", "oidc", "name", "X", "domains", []string{"münch.en"}): "/domains/0",
		object("kind", "oidc", "name", "X", "saml", raw("{}")):               "/saml",
		object("kind", "saml", "name", "X", "oidc", raw("{}")):               "/oidc",
		oidc("issuer", "https://a.example/?x=y"):                             "/oidc/issuer",
		oidc("issuer", "https://a.example/#x"):                               "/oidc/issuer",
		oidc("scopes", []string{"profile"}):                                  "/oidc/scopes",
		oidc("scopes", []string{"openid", "a b"}):                            "/oidc/scopes/1",
		oidc("clientSecret", "a\x00b"):                                       "/oidc/clientSecret",
	} {
		if status, got := h.call("admin", "POST", "/v1/sso/providers", body); status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(got), place) {
			t.Errorf("%s: got %d %v", body, status, got)
		}
	}
	id := h.create(object("kind", "oidc", "name", "X"))
	if status, _ := h.call("admin", "PATCH", "/v1/sso/providers/"+id, object("kind", "saml")); status != http.StatusBadRequest {
		t.Errorf("the kind changed: %d", status)
	}
}

// Another issuer names other people, and must not get the secret of the former one.
func TestAnotherIssuerIsAnotherProvider(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		f := newForge(h)
		h.user("ada@example.com", "editor")
		b := h.browser()
		f.enter(b, "RS256", nil)
		h.patch(f.id, object("name", "Forge 2", "oidc", raw(object("clientId", "muster2"))))
		if n := h.count(`SELECT COUNT(*) FROM sso_identity`); n != 1 {
			t.Fatalf("%d links", n)
		}
		got := h.patch(f.id, object("oidc", raw(object("issuer", f.URL+"/x"))))
		if n := h.count(`SELECT COUNT(*) FROM sso_identity`); n != 0 || !strings.Contains(fmt.Sprint(got), "clientSecretSet:false") {
			t.Errorf("%d links, %v", n, got)
		}
		got = h.patch(f.id, object("oidc", raw(object("issuer", f.URL, "clientSecret", "new"))))
		if !strings.Contains(fmt.Sprint(got), "clientSecretSet:true") {
			t.Errorf("got %v", got)
		}
		entries := h.evidence("identity_provider")
		if text := strings.Join(entries, ""); !strings.Contains(text, `{"after":0,"before":1,"field":"linkedUsers"}`) || !strings.Contains(text, `{"after":"removed","field":"clientSecret"}`) {
			t.Errorf("got %s", text)
		}
	})
}

// The one Admin comes in by single sign-on only: no change of the provider may take
// that away.
func TestLastAdminIsNotLockedOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		i := newIDP(h)
		ada := h.user("ada@example.com", "admin")
		b := h.browser()
		b.in(i.enter(b, "ada", nil), ada.ID, "/tests")
		path := "/v1/sso/providers/" + i.id
		for _, door := range []struct{ method, path, body string }{
			{"DELETE", path, ""},
			{"PATCH", path, object("enabled", false)},
			{"PATCH", path, object("domains", []string{"elsewhere.com"})},
			{"PATCH", path, object("saml", raw(object("entityId", "https://new.example")))},
			{"DELETE", path + "/identities/" + string(ada.ID), ""},
		} {
			status, got := h.call("admin", door.method, door.path, door.body)
			if status != http.StatusUnprocessableEntity || !strings.Contains(fmt.Sprint(got), "ada@example.com is the last") {
				t.Errorf("%s %s: got %d %v", door.method, door.body, status, got)
			}
		}
		noted := h.evidence("lockout")
		if len(noted) != 5 {
			t.Errorf("%d refusals are written down", len(noted))
		}
		said := strings.Join(noted, "\n")
		for attempt, times := range map[string]int{
			"change of the identity provider Staff": 3, "removal of the identity provider Staff": 1, "removal of a link to Staff": 1,
		} {
			if got := strings.Count(said, `"attempt":"`+attempt+`"`); got != times {
				t.Errorf("%s: noted %d times in %s", attempt, got, said)
			}
		}
		second := newForge(h)
		other := h.browser()
		other.in(second.enter(other, "RS256", nil), ada.ID, "/")
		h.must(http.StatusNoContent, "DELETE", path, "")
		if status, _ := h.call("admin", "DELETE", "/v1/sso/providers/"+second.id, ""); status != http.StatusUnprocessableEntity {
			t.Errorf("the second went too: %d", status)
		}
	})
}

// Many tabs come back at once with one new subject: one link, and all get in.
func TestFirstSignInsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		i := newIDP(h, "createUsers", true)
		const tabs = 4
		var group sync.WaitGroup
		for range tabs {
			b := h.browser()
			a := i.read(b.start(i.id, "/"))
			xml := i.say(i.newSaying(a, "ada"))
			group.Go(func() {
				if p := i.post(b, a.relay, xml); p.status != http.StatusSeeOther {
					t.Errorf("got %d %s", p.status, p.body)
				}
			})
		}
		group.Wait()
		if n := h.count(`SELECT COUNT(*) FROM sso_identity`); n != 1 {
			t.Errorf("%d links", n)
		}
	})
}

func TestProvidersNeedACredential(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	for _, token := range []string{"", "x"} {
		if status, _ := h.call(token, "GET", "/v1/sso/providers", ""); status != http.StatusUnauthorized {
			t.Errorf("%q: got %d", token, status)
		}
	}
}
