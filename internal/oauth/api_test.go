// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
)

const form = "application/x-www-form-urlencoded"

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func TestTokenEndpoint(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	private := f.create(t, oauth.NewApplication{Name: "Private", Scopes: []caller.Scope{caller.ScopeWriteResource, caller.ScopeReadResource}})
	public := f.create(t, oauth.NewApplication{Name: "Public", Distribution: oauth.Public})
	formed := f.create(t, oauth.NewApplication{Name: "Formed"})
	f.configure(t, formed, oauth.Settings{AcceptForm: pointer(true)})
	asForm := func(c client, more ...string) string {
		values := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.secret}}
		for i := 0; i < len(more); i += 2 {
			values.Set(more[i], more[i+1])
		}
		return values.Encode()
	}
	wrong := "vcs_000000_" + strings.Repeat("a", 64)
	for _, test := range []struct {
		name, body string
		headers    []string
		status     int
		code       string // of the error, "" when it is a token
		says       string // in the description
	}{
		{name: "plain", body: private.ask(), status: 200},
		{name: "with scopes", body: private.ask("scope", " connectors.self:read-resource  connectors.self:write-resource"), status: 200},
		{name: "empty scope", body: private.ask("scope", ""), status: 200},
		{name: "extra members", body: strings.Replace(private.ask("source_id", "x"), "{", `{"extra":{"a":[1]},`, 1), status: 200},
		{name: "null scope", body: strings.Replace(private.ask(), "{", `{"scope":null,`, 1), status: 200},
		{name: "charset", body: private.ask(), headers: []string{"Content-Type", "application/json; charset=utf-8"}, status: 200},
		{name: "no content type", body: private.ask(), headers: []string{"Content-Type", ""}, status: 200},
		{name: "header in JSON", body: `{"grant_type":"client_credentials"}`, headers: []string{"Authorization", basic(private.ClientID, private.secret)}, status: 200},

		{name: "scope not held", body: private.ask("scope", "connectors.self:read-resource self:read-document"), status: 400, code: "invalid_scope", says: "self:read-document"},
		{name: "unknown scope", body: private.ask("scope", "root"), status: 400, code: "invalid_scope"},
		{name: "wrong secret", body: private.ask("client_secret", wrong), status: 401, code: "invalid_client"},
		{name: "unknown client", body: private.ask("client_id", "vci_"+strings.Repeat("0", 48)), status: 401, code: "invalid_client"},
		{name: "secret of another", body: private.ask("client_secret", formed.secret), status: 401, code: "invalid_client"},
		{name: "no secret", body: private.ask("client_secret", ""), status: 401, code: "invalid_client", says: "client_secret is missing"},
		{name: "no client", body: private.ask("client_id", ""), status: 400, code: "invalid_request", says: "client_id is missing"},
		{name: "no grant", body: private.ask("grant_type", ""), status: 400, code: "invalid_request", says: "grant_type is missing"},
		{name: "empty object", body: "{}", status: 400, code: "invalid_request"},
		{name: "unknown grant", body: private.ask("grant_type", "password"), status: 400, code: "unsupported_grant_type"},
		{name: "code of a private one", body: private.ask("grant_type", "authorization_code"), status: 400, code: "unauthorized_client"},
		{name: "refresh of a private one", body: private.ask("grant_type", "refresh_token"), status: 400, code: "unauthorized_client"},
		{name: "credentials of a public one", body: public.ask(), status: 400, code: "unauthorized_client", says: "authorization_code"},
		{name: "no code of a public one", body: public.ask("grant_type", "authorization_code"), status: 400, code: "invalid_request", says: "code is missing"},
		{name: "no refresh token of a public one", body: public.ask("grant_type", "refresh_token"), status: 400, code: "invalid_request", says: "refresh_token is missing"},
		{name: "number for a string", body: `{"client_id":7,"client_secret":"x","grant_type":"client_credentials"}`, status: 400, code: "invalid_request", says: "client_id must be a string"},
		{name: "list of scopes", body: `{"client_id":"a","client_secret":"x","grant_type":"client_credentials","scope":["a"]}`, status: 400, code: "invalid_request", says: "scope must be a string"},
		{name: "repeated member", body: strings.Replace(private.ask(), "{", `{"scope":"a","scope":"b",`, 1), status: 400, code: "invalid_request", says: "duplicate"},
		{name: "malformed", body: `{"client_id":`, status: 400, code: "invalid_request", says: "line 1"},
		{name: "an array", body: `[]`, status: 400, code: "invalid_request"},
		{name: "null", body: `null`, status: 400, code: "invalid_request"},
		{name: "nothing", body: ``, status: 400, code: "invalid_request"},
		{name: "too long", body: private.ask("scope", strings.Repeat("a ", 64<<10)), status: 413, code: "invalid_request", says: "64 KiB"},
		{name: "text", body: private.ask(), headers: []string{"Content-Type", "text/plain"}, status: 400, code: "invalid_request", says: "JSON object"},
		{name: "unknown encoding", body: private.ask(), headers: []string{"Content-Encoding", "br"}, status: 400, code: "invalid_request"},
		{name: "wrong secret in the header", body: `{"grant_type":"client_credentials"}`, headers: []string{"Authorization", basic(private.ClientID, wrong)}, status: 401, code: "invalid_client"},
		{name: "header and body", body: private.ask(), headers: []string{"Authorization", basic(private.ClientID, private.secret)}, status: 400, code: "invalid_request", says: "not by both"},
		{name: "two clients", body: `{"grant_type":"client_credentials","client_id":"x"}`, headers: []string{"Authorization", basic(private.ClientID, private.secret)}, status: 400, code: "invalid_request", says: "two clients"},

		{name: "form", body: asForm(private), headers: []string{"Content-Type", form}, status: 400, code: "invalid_request", says: "JSON object"},
		{name: "form of an unknown client", body: asForm(private, "client_id", "x"), headers: []string{"Content-Type", form}, status: 400, code: "invalid_request", says: "JSON object"},
		{name: "form by header", body: "grant_type=client_credentials", headers: []string{"Content-Type", form, "Authorization", basic(private.ClientID, private.secret)}, status: 400, code: "invalid_request", says: "JSON object"},
		{name: "accepted form", body: asForm(formed, "scope", "self:read-document"), headers: []string{"Content-Type", form}, status: 200},
		{name: "accepted form by header", body: "grant_type=client_credentials", headers: []string{"Content-Type", form, "Authorization", basic(formed.ClientID, formed.secret)}, status: 200},
		{name: "accepted form, wrong secret in the header", body: "grant_type=client_credentials", headers: []string{"Content-Type", form, "Authorization", basic(formed.ClientID, wrong)}, status: 401, code: "invalid_client"},
		{name: "accepted form, repeated parameter", body: asForm(formed) + "&scope=a&scope=b", headers: []string{"Content-Type", form}, status: 400, code: "invalid_request", says: "more than once"},
		{name: "public form", body: asForm(public, "grant_type", "authorization_code"), headers: []string{"Content-Type", form}, status: 400, code: "invalid_request", says: "code is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := f.send(t, "/oauth/token", test.body, test.headers...)
			if got.status != test.status {
				t.Fatalf("got %d, want %d: %s", got.status, test.status, got.body)
			}
			if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Pragma") != "no-cache" || got.header.Get("Content-Type") != "application/json" {
				t.Errorf("got headers %v", got.header)
			}
			asked := strings.Contains(strings.Join(test.headers, " "), "Basic")
			if challenge := got.header.Get("WWW-Authenticate"); (challenge != "") != (asked && got.status == 401) {
				t.Errorf("got WWW-Authenticate %q", challenge)
			}
			body := got.json(t)
			if test.code == "" {
				token, _ := body["access_token"].(string)
				want := map[string]any{"access_token": token, "expires_in": 3600.0, "token_type": "Bearer"}
				if diff := cmp.Diff(want, body); diff != "" || !strings.HasPrefix(token, "vat_") {
					t.Errorf("-want +got:\n%s", diff)
				}
				return
			}
			description, _ := body["error_description"].(string)
			want := map[string]any{"error": test.code, "error_description": description, "message": description}
			if diff := cmp.Diff(want, body); diff != "" || description == "" || !strings.Contains(description, test.says) {
				t.Errorf("want %q in it; -want +got:\n%s", test.says, diff)
			}
		})
	}
	for _, secret := range []string{private.secret, formed.secret, public.secret} {
		if strings.Contains(f.log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
}

func TestAnyRefusalKeepsTheLiveToken(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	c := f.create(t, oauth.NewApplication{Name: "Fleet"})
	token := f.mint(t, c)
	for _, body := range []string{c.ask("scope", "root"), c.ask("grant_type", "password"), c.ask("client_secret", "x"), "{"} {
		if got := f.send(t, "/oauth/token", body); got.status == http.StatusOK {
			t.Errorf("got %d for %s", got.status, body)
		}
	}
	if got := f.call(t, token); got != http.StatusOK {
		t.Errorf("got %d: a refused request revoked the token", got)
	}
}

func TestSuspend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c, other := f.create(t, oauth.NewApplication{Name: "Fleet"}), f.create(t, oauth.NewApplication{Name: "Other"})
		token, others := f.mint(t, c), f.mint(t, other)
		suspend := func(c client, token string) answer {
			return f.send(t, "/v1/oauth/token/suspend", c.ask("token", token))
		}
		if got := suspend(c, others); got.status != 401 || got.json(t)["error"] != "invalid_client" || got.json(t)["message"] != "the token belongs to another client" {
			t.Errorf("another client's: got %d %s", got.status, got.body)
		}
		if got := suspend(client{c.Application, "x"}, token); got.status != 401 {
			t.Errorf("wrong secret: got %d %s", got.status, got.body)
		}
		if diff := cmp.Diff([]bool{true, true}, f.calls(t, token, others)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		for _, name := range []string{"living", "dead already"} {
			if got := suspend(c, token); got.status != 200 || got.body != "{}" {
				t.Errorf("%s: got %d %s", name, got.status, got.body)
			}
		}
		if diff := cmp.Diff([]bool{false, true}, f.calls(t, token, others)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if got := suspend(c, "vrt_unknown"); got.status != 200 || got.body != "{}" {
			t.Errorf("unknown: got %d %s", got.status, got.body)
		}
		if got := f.send(t, "/v1/oauth/token/suspend", c.ask()); got.status != 400 || got.json(t)["error"] != "invalid_request" {
			t.Errorf("no token: got %d %s", got.status, got.body)
		}
	})
}

func TestTokenRateLimit(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{OAuth: 2, Anonymous: 3})
	c, other := f.create(t, oauth.NewApplication{Name: "Fleet"}), f.create(t, oauth.NewApplication{Name: "Other"})
	f.mint(t, c)
	if got := f.send(t, "/oauth/token", c.ask("client_secret", "guess")); got.status != 401 {
		t.Errorf("got %d", got.status)
	}
	if got := f.send(t, "/oauth/token", c.ask()); got.status != 200 || got.header.Get("X-RateLimit-Remaining") != "0" || got.header.Get("X-RateLimit-Limit") != "2" {
		t.Errorf("got %d with %v: a stranger's guess counted against the client", got.status, got.header)
	}
	got := f.send(t, "/oauth/token", c.ask())
	if got.status != 429 || got.header.Get("Retry-After") != "30" || got.json(t)["error"] != "too_many_requests" || got.json(t)["message"] == "" {
		t.Errorf("got %d with %v: %s", got.status, got.header, got.body)
	}
	f.mint(t, other)
	for i, want := range []int{401, 401, 429} {
		if got := f.send(t, "/oauth/token", other.ask("client_secret", "guess")); got.status != want {
			t.Errorf("guess %d: got %d, want %d", i, got.status, want)
		}
	}
}

func TestDocumented(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	text, err := f.web.Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"/oauth/token"`, `"/v1/oauth/token/suspend"`, `"unsupported_grant_type"`, `"createToken"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in the document", want)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.server.URL+"/oauth/token", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.do(t, request); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "POST" {
		t.Errorf("got %d with Allow %q", got.status, got.header.Get("Allow"))
	}
}
