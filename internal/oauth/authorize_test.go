// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/oauth"
)

// readCases answers the cases of a file: lines of "key: value", of which the first
// key of the file begins a case.
func readCases(t *testing.T, path string) (cases []map[string]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if strings.HasPrefix(key, "#") || !ok {
			continue
		}
		if first == "" {
			first = key
		}
		if key == first {
			cases = append(cases, map[string]string{"line": strconv.Itoa(n)})
		}
		cases[len(cases)-1][key] = strings.TrimSpace(value)
	}
	return cases
}

// edit changes parameters by a line of a file of cases.
func edit(t *testing.T, values url.Values, with string, names map[string]string) {
	t.Helper()
	for word := range strings.FieldsSeq(with) {
		if name, ok := strings.CutPrefix(word, "-"); ok {
			values.Del(name)
			continue
		}
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			t.Fatalf("cannot read %q", word)
		}
		value, err := url.PathUnescape(value)
		if err != nil {
			t.Fatal(err)
		}
		if known, ok := names[value]; ok {
			value = known
		}
		if name, more := strings.CutSuffix(name, "+"); more {
			values.Add(name, value)
		} else {
			values.Set(name, value)
		}
	}
}

func TestAuthorizationRequests(t *testing.T) {
	e := startEstate(t, dbtest.SQLite(t))
	names := map[string]string{"{id}": string(e.partner.ID), "{private}": e.create(t, oauth.NewApplication{Name: "Private"}).ClientID}
	for _, test := range readCases(t, "testdata/authorize.txt") {
		t.Run(test["case"], func(t *testing.T) {
			values := e.asking()
			edit(t, values, test["with"], names)
			got := e.browse(t, "", "/oauth/authorize?"+values.Encode())
			location := got.header.Get("Location")
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("got headers %v", got.header)
			}
			if status, ok := strings.CutPrefix(test["want"], "page "); ok {
				if strconv.Itoa(got.status) != status || location != "" || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
					t.Errorf("got %d to %q, want a page with %s", got.status, location, status)
				}
				return
			}
			if test["want"] == "sign-in" {
				back := "/sign-in?return=" + url.QueryEscape("/oauth/authorize?"+values.Encode())
				if got.status != http.StatusSeeOther || location != back {
					t.Errorf("got %d to %q, want %q", got.status, location, back)
				}
				return
			}
			var code, state string
			if _, err := fmt.Sscanf(test["want"], "%s %q", &code, &state); err != nil {
				t.Fatal(err)
			}
			sent := sentTo(t, got, callback+"&")
			if sent.Get("error") != code || sent.Get("state") != state || sent.Has("state") != (state != "") || sent.Get("error_description") == "" ||
				sent.Get("iss") != e.web.BaseURL() || sent.Has("code") {
				t.Errorf("got %v, want %s", sent, test["want"])
			}
		})
	}
}

func TestTokensOfPublicClients(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := startEstate(t, d)
		verifier := "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
		for _, test := range readCases(t, "testdata/exchange.txt") {
			t.Run(test["line"], func(t *testing.T) {
				values := url.Values{"client_id": {e.partner.ClientID}, "client_secret": {e.partner.secret}}
				names := map[string]string{}
				switch test["grant"] {
				case "refresh":
					held := e.connectSource(t, "ada", "acct_1")
					names["{access}"] = held.access
					values.Set("grant_type", "refresh_token")
					values.Set("refresh_token", held.refresh)
				default:
					var pkce []string
					if test["grant"] == "code+pkce" {
						pkce = []string{"code_challenge", challengeOf(verifier), "code_challenge_method", "S256"}
					}
					values.Set("grant_type", "authorization_code")
					values.Set("code", e.consent(t, "ada", pkce...))
					values.Set("redirect_uri", callback)
					values.Set("source_id", "acct_1")
				}
				edit(t, values, test["with"], names)
				e.checkToken(t, test, values)
			})
		}
	})
}

// checkToken sends a token request as a case says, and holds the answer against it.
func (e *estate) checkToken(t *testing.T, test map[string]string, values url.Values) {
	t.Helper()
	headers := []string{}
	if strings.HasPrefix(test["as"], "basic") {
		headers = append(headers, "Authorization", basic(values.Get("client_id"), values.Get("client_secret")))
		values.Del("client_id")
		values.Del("client_secret")
	}
	body := values.Encode()
	if test["as"] == "" || test["as"] == "basic+json" {
		members := []string{"client_id", "", "client_secret", ""}
		for name := range values {
			members = append(members, name, values.Get(name))
		}
		body = e.partner.body(members...)
	} else {
		headers = append(headers, "Content-Type", form)
	}
	got := e.send(t, "/oauth/token", body, headers...)
	var status int
	var code string
	if _, err := fmt.Sscanf(strings.ReplaceAll(test["want"], `""`, "-"), "%d %s", &status, &code); err != nil {
		t.Fatal(err)
	}
	if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Pragma") != "no-cache" || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("got headers %v", got.header)
	}
	challenged := got.header.Get("WWW-Authenticate") != ""
	if want := status == http.StatusUnauthorized && strings.HasPrefix(test["as"], "basic"); challenged != want {
		t.Errorf("got WWW-Authenticate %t, want %t", challenged, want)
	}
	if status == http.StatusOK {
		if held := e.tokensOf(t, got); e.call(t, held.access) != http.StatusOK && test["with"] != "scope=connectors.self:write-resource" {
			t.Error("the token does not work")
		}
		return
	}
	refused(t, got, status, code)
	if got.json(t)["message"] == "" || got.json(t)["error_description"] != got.json(t)["message"] {
		t.Errorf("got %s", got.body)
	}
}
