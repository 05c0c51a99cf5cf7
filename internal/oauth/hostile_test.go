// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
)

// Texts that PostgreSQL has no place for are texts like any other.
func TestTextsThatNoColumnHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c := f.create(t, oauth.NewApplication{Name: "Fleet"})
		header := func(id string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":secret")) }
		for _, test := range []struct {
			name, path, body string
			headers          []string
			status           int
			code             string
		}{
			{"only NUL", "/oauth/token", c.ask("client_id", "\x00"), nil, 401, "invalid_client"},
			{"NUL behind", "/oauth/token", c.ask("client_id", "a\x00"), nil, 401, "invalid_client"},
			{"NUL behind the right id", "/oauth/token", c.ask("client_id", c.ClientID+"\x00"), nil, 401, "invalid_client"},
			{"NUL in the secret", "/oauth/token", c.ask("client_secret", "\x00"), nil, 401, "invalid_client"},
			{"NUL in the scope", "/oauth/token", c.ask("scope", "a\x00"), nil, 400, "invalid_scope"},
			{"NUL in the grant type", "/oauth/token", c.ask("grant_type", "\x00"), nil, 400, "unsupported_grant_type"},
			{"NUL in a form", "/oauth/token", "client_id=%00&client_secret=x&grant_type=client_credentials", []string{"Content-Type", form}, 400, "invalid_request"},
			{"no UTF-8 in a form", "/oauth/token", "client_id=%ff&client_secret=x&grant_type=client_credentials", []string{"Content-Type", form}, 400, "invalid_request"},
			{"NUL in the header", "/oauth/token", `{"grant_type":"client_credentials"}`, []string{"Authorization", header("%00")}, 401, "invalid_client"},
			{"no UTF-8 in the header", "/oauth/token", `{"grant_type":"client_credentials"}`, []string{"Authorization", header("\xff\xfe")}, 401, "invalid_client"},
			{"suspend by NUL", "/v1/oauth/token/suspend", c.ask("client_id", "\x00", "token", "x"), nil, 401, "invalid_client"},
			{"suspend NUL", "/v1/oauth/token/suspend", c.ask("token", "\x00"), nil, 200, ""},
			{"a long scope", "/oauth/token", c.ask("scope", strings.Repeat("x", 60_000)), nil, 400, "invalid_scope"},
		} {
			got := f.send(t, test.path, test.body, test.headers...)
			if code, _ := got.json(t)["error"].(string); got.status != test.status || code != test.code || len(got.body) > 2000 {
				t.Errorf("%s: got %d %.300s, want %d %s", test.name, got.status, got.body, test.status, test.code)
			}
		}
		for _, token := range []string{"\xff", "vat_abcdef_" + strings.Repeat("\xff", 32), "vat_abcdef_" + strings.Repeat("é", 16)} {
			if got := f.call(t, token); got != http.StatusUnauthorized {
				t.Errorf("token %q: got %d", token, got)
			}
		}
		for _, ref := range []string{"\x00", "Fleet\x00", "\xff"} {
			if _, err := f.Get(t.Context(), f.admin, ref); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%q: got %v", ref, err)
			}
		}
		if strings.Contains(f.log.String(), "failed") {
			t.Errorf("got the log %s", f.log)
		}
	})
}

func TestTokenRequestThatStops(t *testing.T) {
	f := start(t, dbtest.SQLite(t), web.Limits{})
	impatient := web.New(web.Options{Bearer: f.Service, ReadPatience: 10 * time.Millisecond})
	f.Mount(impatient)
	server := httptest.NewServer(impatient.Handler())
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := fmt.Fprint(conn, "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(body), `"message":"the body stopped coming`) {
		t.Errorf("got %d %s, %v", response.StatusCode, body, err)
	}
}

// When fewer may overlap, the oldest end at once, not with the next mint.
func TestFewerOverlappingTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := start(t, d, web.Limits{})
		c, other := f.create(t, oauth.NewApplication{Name: "Fleet"}), f.create(t, oauth.NewApplication{Name: "Other"})
		f.configure(t, c, oauth.Settings{OverlappingTokens: pointer(4)})
		var tokens []string
		for range 4 {
			tokens = append(tokens, f.mint(t, c))
			f.clock.pass(time.Second)
		}
		tokens = append(tokens, f.mint(t, other))
		for _, step := range []struct {
			keep int
			want []bool
		}{
			{4, []bool{true, true, true, true, true}},
			{3, []bool{false, true, true, true, true}},
			{5, []bool{false, true, true, true, true}},
			{1, []bool{false, false, false, true, true}},
		} {
			f.configure(t, c, oauth.Settings{OverlappingTokens: pointer(step.keep)})
			if diff := cmp.Diff(step.want, f.calls(t, tokens...)); diff != "" {
				t.Errorf("%d: -want +got:\n%s", step.keep, diff)
			}
		}
		if listed, err := f.Tokens(t.Context(), f.admin, "Fleet"); err != nil || len(listed) != 1 {
			t.Errorf("got %v, %v; want one", listed, err)
		}
	})
}
