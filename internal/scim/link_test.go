// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
)

// secretOf answers what stands behind the # of a link's URL.
func (o *office) secretOf(c connected) (url, secret, id string) {
	o.t.Helper()
	made := o.admin(http.StatusCreated, "POST", c.path+"/link", "")
	url = str(made["url"])
	_, secret, _ = strings.Cut(url, "#")
	return url, secret, str(made["id"])
}

// holds is a request of a link's holder.
func (o *office) holds(status int, method, path, body string, header ...string) (map[string]any, http.Header) {
	o.t.Helper()
	got, h, text := o.send(method, "/v1/setup-links"+path, body, header...)
	if got != status {
		o.t.Fatalf("%s %s: got %d %s, want %d", method, path, got, text, status)
	}
	value := map[string]any{}
	o.ok(json.Unmarshal([]byte(text), &value))
	return value, h
}

func TestALinkSetsOneDirectoryUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c, other := o.connect("Okta", "okta"), o.connect("Entra", "entra")
		url, secret, _ := o.secretOf(c)
		if !strings.HasPrefix(url, o.URL+"/directory-setup#") {
			t.Errorf("got %s", url)
		}
		o.holds(http.StatusUnauthorized, "GET", "/directory", "", "Muster-Link", secret)
		opened, header := o.holds(http.StatusOK, "POST", "/open", `{"link":"`+secret+`"}`)
		mine := str(opened["secret"])
		if at(opened, "directory", "id") != c.id || mine == "" || mine == secret {
			t.Errorf("opened: %v", opened)
		}
		cookie := header.Get("Set-Cookie")
		for _, part := range []string{"muster-link=" + mine, "HttpOnly", "SameSite=Strict"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("the cookie %q lacks %s", cookie, part)
			}
		}
		o.holds(http.StatusNotFound, "POST", "/open", `{"link":"`+secret+`"}`)
		o.holds(http.StatusNotFound, "POST", "/open", `{"link":"nothing"}`)
		o.holds(http.StatusUnauthorized, "GET", "/directory", "")
		o.holds(http.StatusUnauthorized, "GET", "/directory", "", "Muster-Link", "x")

		o.provide(c, http.StatusOK, "GET", "/Users", "")
		o.provide(other, http.StatusOK, "GET", "/Groups", "")
		got, _ := o.holds(http.StatusOK, "GET", "/directory", "", "Cookie", "muster-link="+mine)
		if got["id"] != c.id || at(got, "roles", 0, "name") != "Admin" || at(got, "steps", 0, "done") != true {
			t.Errorf("got %v", got)
		}
		log, _ := o.holds(http.StatusOK, "GET", "/requests", "", "Muster-Link", mine)
		if len(data(log)) != 1 || at(data(log), 0, "path") != "/Users" {
			t.Errorf("log: %v", log)
		}
		if at(got, "workspace") != "Default" || at(got, "mayNameAttribute") != true || at(got, "linkExpiresAt") != at(opened, "expiresAt") {
			t.Errorf("got %v", got)
		}
		named, _ := o.holds(http.StatusOK, "PUT", "/attribute", `{"roleAttribute":"muster_roles"}`, "Muster-Link", mine)
		if named["roleAttribute"] != "muster_roles" || at(named, "steps", 2, "done") != true {
			t.Errorf("named: %v", named)
		}
		o.holds(http.StatusBadRequest, "PUT", "/attribute", `{"roleAttribute":"userName"}`, "Muster-Link", mine)
		o.holds(http.StatusUnauthorized, "PUT", "/attribute", `{"roleAttribute":"x"}`)
		tested, _ := o.holds(http.StatusOK, "POST", "/self-test", "", "Muster-Link", mine)
		if tested["passed"] != true {
			t.Errorf("tested: %v", tested)
		}
		o.holds(http.StatusUnauthorized, "POST", "/self-test", "")
		made, _ := o.holds(http.StatusCreated, "POST", "/tokens", "", "Muster-Link", mine)
		second := c
		second.token = str(made["token"])
		o.provide(second, http.StatusOK, "GET", "/Users", "")
		o.as(mine, http.StatusUnauthorized, "GET", c.path, "")

		told := o.told()
		for _, part := range []string{`"name":"The admin (by link)"`, `"what":"link opened"`, `"what":"token made"`} {
			if !strings.Contains(told, part) {
				t.Errorf("the evidence lacks %s", part)
			}
		}
		for _, word := range []string{secret, mine, second.token} {
			if strings.Contains(told, word) {
				t.Error("a secret stands in the evidence")
			}
		}
	})
}

// TestALinkWithoutRoles checks that a maker can keep the roles to the Admins.
func TestALinkWithoutRoles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		made := o.admin(http.StatusCreated, "POST", c.path+"/link", `{"mayNameAttribute":false}`)
		_, secret, _ := strings.Cut(str(made["url"]), "#")
		opened, _ := o.holds(http.StatusOK, "POST", "/open", `{"link":"`+secret+`"}`)
		mine := str(opened["secret"])
		o.holds(http.StatusForbidden, "PUT", "/attribute", `{"roleAttribute":"muster_roles"}`, "Muster-Link", mine)
		got, _ := o.holds(http.StatusOK, "GET", "/directory", "", "Muster-Link", mine)
		if got["roleAttribute"] != "" || got["mayNameAttribute"] != false {
			t.Errorf("got %v", got)
		}
		if links := o.admin(http.StatusOK, "GET", c.path+"/links", ""); at(links, "links", 0, "mayNameAttribute") != false {
			t.Errorf("links: %v", links)
		}
	})
}

func TestLinksEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		open := func() (string, string) {
			t.Helper()
			_, secret, id := o.secretOf(c)
			opened, _ := o.holds(http.StatusOK, "POST", "/open", `{"link":"`+secret+`"}`)
			return str(opened["secret"]), id
		}
		over := func(mine string) {
			t.Helper()
			o.holds(http.StatusUnauthorized, "GET", "/directory", "", "Muster-Link", mine)
			o.holds(http.StatusUnauthorized, "POST", "/tokens", "", "Muster-Link", mine)
		}
		taken, id := open()
		links := o.admin(http.StatusOK, "GET", c.path+"/links", "")
		if at(links, "links", 0, "id") != id || at(links, "links", 0, "createdBy") != "The admin" || at(links, "links", 0, "openedAt") == nil {
			t.Errorf("got %v", links)
		}
		o.admin(http.StatusNoContent, "DELETE", c.path+"/links/"+id, "")
		over(taken)

		aged, _ := open()
		_, waiting, _ := o.secretOf(c)
		o.pass(7*24*time.Hour + time.Second)
		over(aged)
		o.holds(http.StatusNotFound, "POST", "/open", `{"link":"`+waiting+`"}`)

		of, _ := open()
		_, err := o.Access.Create(t.Context(), o.callers["elsewhere"], access.NewUser{Email: "x@example.com", Role: "admin", Status: access.Active})
		o.ok(err)
		_, err = o.Access.Create(t.Context(), o.callers["admin"], access.NewUser{Email: "second@example.com", Role: "admin", Status: access.Active})
		o.ok(err)
		role := "editor"
		_, err = o.Access.Update(t.Context(), o.callers["admin"], "admin@example.com", access.Changes{Role: &role})
		o.ok(err)
		over(of)
		role = "admin"
		_, err = o.Access.Update(t.Context(), o.callers["admin"], "admin@example.com", access.Changes{Role: &role})
		o.ok(err)
		o.holds(http.StatusOK, "GET", "/directory", "", "Muster-Link", of)
		o.admin(http.StatusOK, "DELETE", c.path, "")
		over(of)
	})
}
