// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// TestEveryPath holds that whatever is asked for below the base URL is answered
// in SCIM's own form, with Allow where another method would do.
func TestEveryPath(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c := o.connect("Okta", "okta")
	user := o.hire(c, "ada", "")
	const list, one, read, search = "GET, HEAD, POST", "GET, HEAD, PUT, PATCH, DELETE", "GET, HEAD", "POST"
	for _, test := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "//Users", 404, ""},
		{"GET", "/Users//", 404, ""},
		{"GET", "/Users//" + user, 404, ""},
		{"GET", "/./Users", 404, ""},
		{"GET", "/Users/../Groups", 404, ""},
		{"GET", "/Users/%2e%2e/Groups", 404, ""},
		{"GET", "/Users/" + user + "/emails", 404, ""},
		{"GET", "/Users/%00", 404, ""},
		{"GET", "/Users/%ff", 404, ""},
		{"GET", "/nothing", 404, ""},
		{"POST", "/nothing", 404, ""},
		{"PROPFIND", "/nothing/at/all", 404, ""},
		{"GET", "/.search/x", 404, ""},
		{"POST", "/Bulk/x", 404, ""},
		{"GET", "/Roles/a/b", 404, ""},
		{"GET", "/Schemas/urn:nothing", 404, ""},
		{"GET", "/ResourceTypes/nothing", 404, ""},
		{"GET", "/ServiceProviderConfig/x", 404, ""},
		{"GET", "/Me", 501, ""},
		{"OPTIONS", "/Users", 405, list},
		{"TRACE", "/Users", 405, list},
		{"PROPFIND", "/Users/", 405, list},
		{"get", "/Users", 405, list},
		{"DELETE", "/Users", 405, list},
		{"PUT", "/Groups", 405, list},
		{"PATCH", "/groups", 405, list},
		{"POST", "/Users/" + user, 405, one},
		{"patch", "/Users/" + user, 405, one},
		{"OPTIONS", "/Users/" + user, 405, one},
		{"GET", "/Users/.search", 405, search},
		{"PUT", "/.search", 405, search},
		{"HEAD", "/Bulk", 405, search},
		{"POST", "/", 405, read},
		{"PUT", "", 405, read},
		{"POST", "/Roles", 405, read},
		{"DELETE", "/Roles/x", 405, read},
		{"GET", "/Roles/.search", 405, search},
		{"POST", "/ServiceProviderConfig", 405, read},
		{"PUT", "/Schemas", 405, read},
		{"DELETE", "/ResourceTypes/User", 405, read},
		{"HEAD", "/Users", 200, ""},
		{"HEAD", "/Users/" + user, 200, ""},
		{"HEAD", "/Users/nobody", 404, ""},
		{"HEAD", "/ServiceProviderConfig", 200, ""},
		{"GET", "/users/" + user + "/", 200, ""},
		{"GET", "/USERS/?filter=userName%20pr", 200, ""},
		{"GET", "/serviceproviderconfig/", 200, ""},
	} {
		body := ""
		if test.method == "POST" || test.method == "PUT" || test.method == "PATCH" {
			body = "{}"
		}
		status, header, text := o.send(test.method, "/scim/v2/"+c.id+test.path, body, "Authorization", "Bearer "+c.token)
		what := test.method + " " + test.path
		if status != test.status || header.Get("Allow") != test.allow {
			t.Errorf("%s: got %d, Allow %q; want %d, %q", what, status, header.Get("Allow"), test.status, test.allow)
		}
		if test.method == "HEAD" {
			if text != "" || header.Get("Content-Type") != mediaType || header.Get("Content-Length") == "0" {
				t.Errorf("%s: got %q, %v", what, text, header)
			}
			continue
		}
		wellFormed(t, what, status, header, text)
	}
	o.ok(o.FlushLog(t.Context()))
}

// wellFormed looks at an answer that is an error: RFC 7644 §3.12.
func wellFormed(t *testing.T, what string, status int, header http.Header, text string) {
	t.Helper()
	if got := header.Get("Content-Type"); got != mediaType {
		t.Errorf("%s: Content-Type %q", what, got)
	}
	if status < 400 {
		return
	}
	body, err := schema.ReadObject([]byte(text))
	if err != nil || fmt.Sprint(body["schemas"]) != "["+schema.ErrorURN+"]" || body["status"] != fmt.Sprint(status) || str(body["detail"]) == "" {
		t.Errorf("%s: not an error of SCIM: %s", what, text)
	}
	for name := range body {
		if !strings.Contains("schemas status scimType detail", name) {
			t.Errorf("%s: the error has a member %s", what, name)
		}
	}
}

// TestNobody holds what is said to who has no token, or none of this directory.
func TestNobody(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c, other := o.connect("Okta", "okta"), o.connect("Entra", "entra")
	user := o.hire(c, "ada", "")
	for _, path := range []string{"", "/", "//Users", "/Users", "/Users/" + user, "/nothing", "/Me", "/Bulk", "/Users/.search", "//Schemas"} {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND"} {
			for _, token := range []string{"", "Bearer", "Bearer " + other.token, "Basic " + c.token, "Bearer " + c.token + "x"} {
				what := method + " " + path + " with " + token
				status, header, text := o.send(method, "/scim/v2/"+c.id+path, "", "Authorization", token)
				if status != 401 || !strings.HasPrefix(header.Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("%s: got %d %v", what, status, header)
				}
				if method != "HEAD" {
					wellFormed(t, what, status, header, text)
				}
			}
		}
	}
	for _, path := range []string{"/scim/", "/scim/v1/Users", "/scim/v2/", "/scim/v2//Users"} {
		status, header, text := o.send("GET", path, "", "Authorization", "Bearer "+c.token)
		if status != 404 {
			t.Errorf("%s: got %d", path, status)
		}
		wellFormed(t, path, status, header, text)
	}
	for path, want := range map[string]int{"/ServiceProviderConfig": 200, "/Schemas": 200, "/ResourceTypes/User/": 200, "/Schemas/urn:nothing": 404} {
		status, header, text := o.send("GET", "/scim/v2/"+c.id+path, "")
		if status != want {
			t.Errorf("%s without a token: got %d, want %d", path, status, want)
		}
		wellFormed(t, path, status, header, text)
	}
}

// TestRate holds the allowance of each directory.
func TestRate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := time.UnixMilli(1_790_000_000_000)
		o := newOffice(t, d, func(w *web.Options) {
			w.Limits, w.Now = web.Limits{Anonymous: 3, SCIM: 25}, func() time.Time { return clock }
		})
		c, other := o.connect("Okta", "okta"), o.connect("Entra", "entra")
		ask := func(c connected) (int, http.Header, string) {
			return o.send("GET", "/scim/v2/"+c.id+"/Users?count=1", "", "Authorization", "Bearer "+c.token)
		}
		for range 50 { // two seconds' worth
			if status, _, text := ask(c); status != 200 {
				t.Fatalf("within the allowance: %d %s", status, text)
			}
		}
		status, header, text := ask(c)
		if status != 429 || header.Get("Retry-After") != "1" || header.Get("X-RateLimit-Limit") != "1500" || header.Get("X-RateLimit-Remaining") != "0" {
			t.Errorf("beyond: got %d %s, Retry-After %q", status, text, header.Get("Retry-After"))
		}
		wellFormed(t, "beyond", status, header, text)
		o.provide(c, 429, "POST", "/Users", `{"userName": "never read"}`)
		if status, _, text := ask(other); status != 200 {
			t.Errorf("another directory: %d %s", status, text)
		}
		failed := data(o.admin(http.StatusOK, "GET", c.path+"/requests?status=429", ""))
		if len(failed) != 2 || str(at(failed, 0, "whatToDo")) == "" {
			t.Errorf("in the log: %v", failed)
		}
		o.admin(http.StatusUnprocessableEntity, "POST", c.path+"/requests/"+str(at(failed, 0, "id"))+"/replay", "")
		clock = clock.Add(time.Second)
		for range 25 {
			if status, _, text := ask(c); status != 200 {
				t.Fatalf("a second later: %d %s", status, text)
			}
		}
		if status, _, _ := ask(c); status != 429 {
			t.Errorf("beyond again: %d", status)
		}
		for _, want := range []int{200, 200, 200, 429} { // nobody in particular
			status, header, text := o.send("GET", "/scim/v2/"+c.id+"/ServiceProviderConfig", "")
			if status != want || status == 429 && header.Get("Retry-After") == "" {
				t.Errorf("without a token: got %d %s, want %d", status, text, want)
			}
		}
	})
}
