// SPDX-License-Identifier: Apache-2.0

package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
)

const callback = "https://partner.example/callback?x=1"

// signedIn are the sessions of a test, by cookie.
type signedIn map[string]caller.Caller

// Caller is of web.Sessions.
func (s signedIn) Caller(_ context.Context, cookie string) (caller.Caller, error) {
	c, ok := s[cookie]
	if !ok {
		return caller.Caller{}, fault.New(fault.Unauthorized, "there is no such session")
	}
	return c, nil
}

// estate is a partner with a public application, and customers who may install it.
type estate struct {
	*fixture
	customer, other caller.Caller // Admins, each of a workspace
	partner         client
	sessions        signedIn
}

func startEstate(t testing.TB, d *db.DB) *estate {
	t.Helper()
	return estateOf(t, start(t, d, web.Limits{}))
}

func estateOf(t testing.TB, f *fixture) *estate {
	t.Helper()
	e := &estate{fixture: f, sessions: signedIn{}}
	e.Sessions = e.sessions
	e.partner = e.create(t, oauth.NewApplication{
		Name: "Scanner", Description: "Looks at laptops.", Distribution: oauth.Public, RedirectURIs: []string{callback, "http://localhost:8123/back"},
	})
	e.customer, e.other = e.enter(t, "Customer", "ada"), e.enter(t, "Other", "ben")
	return e
}

// enter makes a workspace with an Admin, who is signed in under their name.
func (e *estate) enter(t testing.TB, name, user string) caller.Caller {
	t.Helper()
	made, err := workspace.New(e.db, e.clock.now).Create(t.Context(), caller.Caller{Kind: caller.CommandLine}, workspace.NewWorkspace{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	c := caller.Caller{
		Grants: caller.Permissions(), ID: db.NewID(e.clock.now()), Kind: caller.User, Name: user, Role: "Admin", Session: "session of " + user,
		Workspace: made.Caller(),
	}
	e.sessions[user] = c
	return c
}

// asking is a valid authorization request; parameters follow as names and values,
// and "" takes one away.
func (e *estate) asking(parameters ...string) url.Values {
	values := url.Values{
		"client_id": {e.partner.ClientID}, "redirect_uri": {callback}, "response_type": {"code"}, "source_id": {"acct_1"}, "state": {"s 1&2"},
	}
	for i := 0; i < len(parameters); i += 2 {
		values.Del(parameters[i])
		if parameters[i+1] != "" {
			values.Set(parameters[i], parameters[i+1])
		}
	}
	return values
}

// browse opens an address as somebody's browser does, and follows no redirect.
func (e *estate) browse(t testing.TB, user, path string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.as(t, user, request)
}

func (e *estate) as(t testing.TB, user string, request *http.Request) answer {
	t.Helper()
	if user != "" {
		request.AddCookie(&http.Cookie{Name: "muster", Value: user})
	}
	client := e.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return e.do(t, request)
}

var requestField = regexp.MustCompile(`name="request" value="([^"]+)"`)

// look opens the page of a request and answers what its form holds.
func (e *estate) look(t testing.TB, user string, values url.Values) string {
	t.Helper()
	got := e.browse(t, user, "/oauth/authorize?"+values.Encode())
	found := requestField.FindStringSubmatch(got.body)
	if got.status != http.StatusOK || found == nil {
		t.Fatalf("got %d %v %s", got.status, got.header, got.body)
	}
	return html.UnescapeString(found[1])
}

// decide sends the form of the page; headers alternate names and values.
func (e *estate) decide(t testing.TB, user, request, decision string, headers ...string) answer {
	t.Helper()
	form := url.Values{"request": {request}, "decision": {decision}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.server.URL+"/oauth/authorize", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", e.server.URL)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return e.as(t, user, r)
}

// sentTo answers the parameters of a redirect to the client.
func sentTo(t testing.TB, got answer, redirect string) url.Values {
	t.Helper()
	location := got.header.Get("Location")
	if got.status != http.StatusSeeOther || !strings.HasPrefix(location, redirect) {
		t.Fatalf("got %d to %q: %s; want %s", got.status, location, got.body, redirect)
	}
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// consent lets a user allow a request, and answers the code.
func (e *estate) consent(t testing.TB, user string, parameters ...string) string {
	t.Helper()
	values := e.asking(parameters...)
	sent := sentTo(t, e.decide(t, user, e.look(t, user, values), "allow"), values.Get("redirect_uri"))
	if sent.Get("state") != values.Get("state") || sent.Get("code") == "" || sent.Get("error") != "" {
		t.Fatalf("got %v", sent)
	}
	return sent.Get("code")
}

// redeeming is the body of a token request for a code; more members may follow, and
// "" takes one away.
func (c client) redeeming(code string, more ...string) string {
	return c.body(append([]string{
		"grant_type", "authorization_code", "code", code, "redirect_uri", callback, "source_id", "acct_1",
	}, more...)...)
}

func (c client) refreshing(token string, more ...string) string {
	return c.body(append([]string{"grant_type", "refresh_token", "refresh_token", token}, more...)...)
}

func (c client) body(members ...string) string {
	all := map[string]string{"client_id": c.ClientID, "client_secret": c.secret}
	for i := 0; i < len(members); i += 2 {
		all[members[i]] = members[i+1]
		if members[i+1] == "" {
			delete(all, members[i])
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// tokens are what a client holds.
type tokens struct{ access, refresh string }

func (e *estate) tokensOf(t testing.TB, got answer) tokens {
	t.Helper()
	body := got.json(t)
	if got.status != http.StatusOK || body["token_type"] != "Bearer" || body["expires_in"] != 3600.0 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	p := tokens{body["access_token"].(string), body["refresh_token"].(string)}
	for text, want := range map[string]string{p.access: `^vat_[0-9a-f]{6}_[0-9A-Za-z]{32}$`, p.refresh: `^vrt_[0-9a-f]{6}_[0-9A-Za-z]{64}$`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("got %q, want %s", text, want)
		}
	}
	return p
}

func (e *estate) redeem(t testing.TB, code string, more ...string) tokens {
	t.Helper()
	return e.tokensOf(t, e.send(t, "/oauth/token", e.partner.redeeming(code, more...)))
}

func (e *estate) renew(t testing.TB, refresh string) tokens {
	t.Helper()
	return e.tokensOf(t, e.send(t, "/oauth/token", e.partner.refreshing(refresh)))
}

// refused fails unless the answer is an error with a code.
func refused(t testing.TB, got answer, status int, code string) {
	t.Helper()
	if got.status != status || got.json(t)["error"] != code {
		t.Errorf("got %d %s, want %d %s", got.status, got.body, status, code)
	}
}

// connectSource consents and redeems.
func (e *estate) connectSource(t testing.TB, user, source string) tokens {
	t.Helper()
	return e.redeem(t, e.consent(t, user, "source_id", source), "source_id", source)
}

// installed answers the installation of the partner's application for a customer.
func (e *estate) installed(t testing.TB, c caller.Caller) oauth.Application {
	t.Helper()
	list, err := e.List(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range list {
		if app.Origin == e.partner.ID {
			return app
		}
	}
	t.Fatal("nothing is installed")
	return oauth.Application{}
}

// connection answers a connection of a customer by its source.
func (e *estate) connection(t testing.TB, c caller.Caller, source string) oauth.Connection {
	t.Helper()
	list, err := e.Connections(t.Context(), c, string(e.installed(t, c).ID))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range list {
		if n.Source == source {
			return n
		}
	}
	t.Fatalf("no connection %q in %+v", source, list)
	return oauth.Connection{}
}

// challengeOf is S256 of RFC 7636.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// trail answers what the entries about connections say in a workspace.
func (e *estate) trail(t testing.TB, c caller.Caller) (said []string) {
	t.Helper()
	err := e.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		said = nil
		return tx.Each(ctx, func(row db.Row) error {
			var document string
			if err := row.Scan(&document); err != nil {
				return err
			}
			var entry struct {
				Actor struct{ Name string }
				Body  struct{ Source, What string }
			}
			if err := json.Unmarshal([]byte(document), &entry); err != nil {
				return err
			}
			for _, prefix := range []string{"vac_", "vrt_", "vat_", "vcs_"} {
				if strings.Contains(document, prefix) {
					t.Errorf("a secret in %s", document)
				}
			}
			said = append(said, entry.Actor.Name+" "+entry.Body.What+" "+entry.Body.Source)
			return nil
		}, `SELECT document FROM evidence_entry WHERE kind = 'connection' AND workspace = $1 ORDER BY id`, c.Workspace.Number)
	})
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// whoami answers the caller that a token stands for.
func (e *estate) whoami(t testing.TB, token string) (c caller.Caller) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.server.URL+"/v1/whoami", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	got := e.do(t, request)
	if err := json.Unmarshal([]byte(got.body), &c); err != nil || got.status != http.StatusOK {
		t.Fatalf("got %d %s: %v", got.status, got.body, err)
	}
	return c
}

func (e *estate) rows(t testing.TB, table string) (n int64) {
	t.Helper()
	err := e.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
