// SPDX-License-Identifier: Apache-2.0

package sso_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/egress"
)

// forge is an OpenID provider that says what a test wants.
type forge struct {
	*httptest.Server
	h        *house
	document map[string]any // changes of the discovery document
	id       string         // of the provider in our workspace
	key      *rsa.PrivateKey
	sent     url.Values // what the token endpoint got
	asked    int        // requests for the discovery document
	token    string     // ID token
	userinfo map[string]any
}

func newForge(h *house) *forge {
	h.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	h.ok(err)
	f := &forge{h: h, key: key, document: map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", f.discovery)
	mux.HandleFunc("GET /keys", f.keys)
	mux.HandleFunc("POST /token", f.exchange)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, _ *http.Request) { answer(w, f.userinfo) })
	f.Server = httptest.NewServer(mux)
	h.t.Cleanup(f.Close)
	f.id = h.create(object("kind", "oidc", "name", "Forge", "oidc", raw(object("issuer", f.URL, "clientId", "muster", "clientSecret", "top secret"))))
	return f
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func (f *forge) discovery(w http.ResponseWriter, _ *http.Request) {
	f.asked++
	doc := map[string]any{
		"issuer": f.URL, "authorization_endpoint": f.URL + "/auth", "token_endpoint": f.URL + "/token", "jwks_uri": f.URL + "/keys",
		"userinfo_endpoint": f.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"none", "HS256", "RS256"},
	}
	for name, value := range f.document {
		doc[name] = value
	}
	answer(w, doc)
}

func (f *forge) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "kid": "1", "use": "sig", "n": b64(f.key.N.Bytes()), "e": b64(big.NewInt(int64(f.key.E)).Bytes()),
	}}})
}

func (f *forge) exchange(w http.ResponseWriter, r *http.Request) {
	f.h.ok(r.ParseForm())
	f.sent = r.Form
	user, password, _ := r.BasicAuth()
	f.sent.Set("basic", user+":"+password)
	answer(w, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": f.token})
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// sign makes an ID token.
func (f *forge) sign(alg string, claims map[string]any) string {
	head := object("alg", alg, "kid", "1", "typ", "JWT")
	body, err := json.Marshal(claims)
	f.h.ok(err)
	text := b64([]byte(head)) + "." + b64(body)
	sum := sha256.Sum256([]byte(text))
	switch alg {
	case "RS256":
		signature, err := rsa.SignPKCS1v15(rand.Reader, f.key, crypto.SHA256, sum[:])
		f.h.ok(err)
		return text + "." + b64(signature)
	case "HS256": // with what both sides know
		mac := hmac.New(sha256.New, []byte("top secret"))
		mac.Write([]byte(text))
		return text + "." + b64(mac.Sum(nil))
	}
	return text + "."
}

// enter starts a sign-in, answers with an ID token of claims that the test changes,
// and answers the last page.
func (f *forge) enter(b *browser, alg string, change func(claims map[string]any)) page {
	f.h.t.Helper()
	to := b.start(f.id, "/").Query()
	claims := map[string]any{
		"iss": f.URL, "aud": "muster", "sub": "ada", "nonce": to.Get("nonce"), "iat": f.h.now().Unix(), "exp": f.h.now().Add(time.Minute).Unix(),
		"email": "ada@example.com", "email_verified": true,
	}
	if change != nil {
		change(claims)
	}
	f.token = f.sign(alg, claims)
	return b.get(f.back(to, "code", "c"))
}

// back answers the address of a response; pairs are its parameters beside state.
func (f *forge) back(to url.Values, pairs ...string) string {
	query := url.Values{"state": {to.Get("state")}}
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return f.h.URL + "/sso/" + f.id + "/callback?" + query.Encode()
}

func TestOIDCTokensThatMustNotBeBelieved(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	f := newForge(h)
	ada := h.user("ada@example.com", "editor")
	set := func(name string, value any) func(map[string]any) {
		return func(claims map[string]any) { claims[name] = value }
	}
	for name, test := range map[string]struct {
		alg    string
		change func(map[string]any)
		words  string
	}{
		"alg none":          {"none", nil, "ID token is not valid"},
		"HS256":             {"HS256", nil, "ID token is not valid"},
		"expired":           {"RS256", set("exp", h.now().Add(-time.Minute).Unix()), "ID token is not valid"},
		"wrong audience":    {"RS256", set("aud", "another"), "ID token is not valid"},
		"two audiences":     {"RS256", set("aud", []string{"muster", "another"}), "another client"},
		"other party":       {"RS256", set("azp", "another"), "another client"},
		"wrong issuer":      {"RS256", set("iss", "https://evil.example"), "ID token is not valid"},
		"no nonce":          {"RS256", set("nonce", ""), "not for this sign-in"},
		"wrong nonce":       {"RS256", set("nonce", "x"), "not for this sign-in"},
		"from the future":   {"RS256", set("iat", h.now().Add(time.Hour).Unix()), "from the future"},
		"nobody":            {"RS256", set("sub", ""), "names nobody"},
		"odd subject":       {"RS256", set("sub", "a\x00b"), "in a form that can be kept"},
		"long subject":      {"RS256", set("sub", strings.Repeat("x", 2000)), "in a form that can be kept"},
		"access token hash": {"RS256", set("at_hash", "x"), "ID token is not valid"},
		"unverified e-mail": {"RS256", set("email_verified", false), "does not say that"},
		"unverified, word":  {"RS256", set("email_verified", "false"), "does not say that"},
		"e-mail unsaid":     {"RS256", func(c map[string]any) { delete(c, "email_verified") }, "does not say that"},
	} {
		t.Run(name, func(t *testing.T) {
			b := h.browser()
			b.out(f.enter(b, test.alg, test.change), http.StatusForbidden, test.words)
		})
	}
	t.Run("another key", func(t *testing.T) {
		b, good := h.browser(), f.key
		to := b.start(f.id, "/").Query()
		var err error
		f.key, err = rsa.GenerateKey(rand.Reader, 2048)
		h.ok(err)
		f.token = f.sign("RS256", map[string]any{"iss": f.URL, "aud": "muster", "sub": "ada", "nonce": to.Get("nonce"), "exp": h.now().Add(time.Minute).Unix()})
		f.key = good
		b.out(b.get(f.back(to, "code", "c")), http.StatusForbidden, "ID token is not valid")
	})
	b := h.browser()
	b.in(f.enter(b, "RS256", set("email_verified", "true")), ada.ID, "/")
	if f.sent.Get("basic") != "muster:top+secret" || f.sent.Get("code_verifier") == "" || f.sent.Get("redirect_uri") != h.URL+"/sso/"+f.id+"/callback" {
		t.Errorf("the token endpoint got %v", f.sent)
	}
	h.patch(f.id, object("trustEmail", true))
	h.user("bob@example.com", "editor")
	b = h.browser()
	if p := f.enter(b, "RS256", func(c map[string]any) { delete(c, "email_verified"); c["email"], c["sub"] = "bob@example.com", "bob" }); p.status != http.StatusSeeOther {
		t.Errorf("a trusted e-mail: %d %s", p.status, p.body)
	}
}

func TestOIDCResponses(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	f := newForge(h)
	h.user("ada@example.com", "editor")
	for _, test := range []struct {
		name  string
		pairs []string
		words string
	}{
		{"denied", []string{"error", "access_denied", "error_description", "<script>alert(1)</script>"}, "Forge did not let you in, or you said no there"},
		{"error", []string{"error", "<script>server_error</script>"}, "it tells of an error"},
		{"nothing", nil, "it has no code"},
		{"other issuer", []string{"code", "c", "iss", "https://evil.example"}, "another issuer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := h.browser()
			f.sent = nil
			p := b.get(f.back(b.start(f.id, "/").Query(), test.pairs...))
			b.out(p, http.StatusForbidden, test.words)
			if strings.Contains(p.body, "script") {
				t.Errorf("the page repeats what came: %s", p.body)
			}
			if f.sent != nil {
				t.Error("the code was used")
			}
		})
	}
	b := h.browser()
	to := b.start(f.id, "/").Query()
	b.out(b.get(f.back(to, "code", "c")+"&state=x"), http.StatusBadRequest, "cannot be read")

	f.document["authorization_response_iss_parameter_supported"] = true
	h.pass(2 * time.Hour) // the document is asked for anew
	to = b.start(f.id, "/").Query()
	b.out(b.get(f.back(to, "code", "c")), http.StatusForbidden, "another issuer")
}

func TestOIDCUserInfo(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	f := newForge(h)
	ada := h.user("ada@example.com", "editor")
	bare := func(c map[string]any) { delete(c, "email"); delete(c, "email_verified") }
	b := h.browser()
	f.userinfo = map[string]any{"sub": "eve", "email": "ada@example.com", "email_verified": true}
	b.out(f.enter(b, "RS256", bare), http.StatusForbidden, "somebody else")
	f.userinfo["sub"] = "ada"
	b.in(f.enter(b, "RS256", bare), ada.ID, "/")
}

func TestOIDCRequest(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	f := newForge(h)
	first, second := h.browser().start(f.id, "/"), h.browser().start(f.id, "/")
	q := first.Query()
	for name, want := range map[string]string{
		"client_id": "muster", "code_challenge_method": "S256", "redirect_uri": h.URL + "/sso/" + f.id + "/callback",
		"response_type": "code", "scope": "openid profile email",
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) < 26 || q.Get(name) == second.Query().Get(name) {
			t.Errorf("%s is %q, then %q", name, q.Get(name), second.Query().Get(name))
		}
	}
	if f.asked != 1 {
		t.Errorf("the issuer was asked %d times", f.asked)
	}
	var stored string
	if n := h.count(`SELECT COUNT(*) FROM sso_flow WHERE verifier LIKE 'v1.%'`); n != 2 {
		t.Errorf("%d verifiers are sealed %s", n, stored)
	}
	b := h.browser()
	p := b.get(h.URL + "/sso/" + f.id + "/start")
	if c := p.header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-muster-sso=") || !strings.Contains(c, "HttpOnly; Secure; SameSite=Lax") || !strings.Contains(c, "Max-Age=600") {
		t.Errorf("got cookie %q", c)
	}
	if p.header.Get("Cache-Control") != "no-store" || p.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("got %v", p.header)
	}
	// Two sign-ins may go on in one browser.
	again := b.get(h.URL + "/sso/" + f.id + "/start")
	if p.header.Get("Set-Cookie") != again.header.Get("Set-Cookie") {
		t.Error("the second sign-in took the cookie of the first away")
	}
}

func TestOpenRedirects(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	f := newForge(h)
	b := h.browser()
	for _, path := range []string{
		"//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "evil.example", "javascript:alert(1)",
		"/\t/evil.example", "/\n/evil.example", "/\r\nSet-Cookie: a=b", " //evil.example", "/a\\..\\\\evil.example", "/%2f/evil.example",
		"///evil.example", "/" + strings.Repeat("a", 3000), "/\x00", "/\xff", "@evil.example", "/%zz",
	} {
		b.out(b.get(h.URL+"/sso/"+f.id+"/start?return="+url.QueryEscape(path)), http.StatusBadRequest, "must be a path on this server")
	}
	for _, path := range []string{"", "/", "/tests?x=//y&z=%2F#part", "/a/b:c"} {
		if p := b.get(h.URL + "/sso/" + f.id + "/start?return=" + url.QueryEscape(path)); p.status != http.StatusSeeOther {
			t.Errorf("%q: %d %s", path, p.status, p.body)
		}
	}
}

func TestDiscoveryProblemsAreTold(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	f := newForge(h)
	test := func() string {
		h.t.Helper()
		return object("", h.must(http.StatusOK, "POST", "/v1/sso/providers/"+f.id+"/test", ""))
	}
	if got := test(); !strings.Contains(got, `"ok":true`) {
		t.Fatalf("got %s", got)
	}
	for _, c := range []struct {
		name  string
		value any
		words string
	}{
		{"issuer", "https://evil.example", `is of the issuer \"https://evil.example\"`},
		{"token_endpoint", "", "token_endpoint in the discovery document must"},
		{"authorization_endpoint", "javascript:alert(1)", "authorization_endpoint in the discovery document must"},
		{"jwks_uri", f.URL + "/nothing", "answered 404 at " + f.URL + "/nothing"},
		{"response_types_supported", []string{"id_token"}, "response type code"},
		{"id_token_signing_alg_values_supported", []string{"HS256"}, "with HS256 only"},
	} {
		f.document = map[string]any{c.name: c.value}
		if got := test(); !strings.Contains(got, `"ok":false`) || !strings.Contains(got, c.words) {
			t.Errorf("%s: got %s, want %q", c.name, got, c.words)
		}
	}
	h.patch(f.id, object("oidc", raw(object("issuer", f.URL+"/tenant"))))
	if got := test(); !strings.Contains(got, "the issuer answered 404 at "+f.URL+"/tenant/.well-known/openid-configuration") {
		t.Errorf("got %s", got)
	}
	b := h.browser()
	b.out(b.get(h.URL+"/sso/"+f.id+"/start"), http.StatusServiceUnavailable, "Forge cannot be reached, or is not set up right")
}

// A provider's address must not become a way into the network around the server.
func TestOIDCAddressesThatMustNotBeAsked(t *testing.T) {
	public := httptest.NewTLSServer(nil) // stands for a public one: its address is allowed by name
	t.Cleanup(public.Close)
	var asked int
	private := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(private.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(private.URL, "https://"), ":")
	h := newHouse(t, dbtest.SQLite(t), rooms{strict: true, egress: egress.Options{Roots: public.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}})
	for _, issuer := range []string{"http://169.254.169.254", "http://127.0.0.1:8080", "http://login.example.com", "ftp://example.com", "https://u:p@example.com", "https://", "x"} {
		body := object("kind", "oidc", "name", "X", "oidc", raw(object("issuer", issuer, "clientId", "c")))
		status, got := h.call("admin", "POST", "/v1/sso/providers", body)
		if status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(got), "/oidc/issuer") {
			t.Errorf("%s: got %d %v", issuer, status, got)
		}
	}
	id := h.create(object("kind", "oidc", "name", "X", "oidc", raw(object("issuer", "https://example.com", "clientId", "c"))))
	for _, issuer := range []string{"https://169.254.169.254", "https://127.0.0.1:" + port, "https://[::1]:" + port, "https://localhost:" + port, "https://0.0.0.0:" + port, "https://[::ffff:127.0.0.1]:" + port, "https://10.0.0.1"} {
		h.patch(id, object("oidc", raw(object("issuer", issuer))))
		if got := fmt.Sprint(h.must(http.StatusOK, "POST", "/v1/sso/providers/"+id+"/test", "")); !strings.Contains(got, "is refused") {
			t.Errorf("%s: got %s", issuer, got)
		}
		b := h.browser()
		b.out(b.get(h.URL+"/sso/"+id+"/start"), http.StatusServiceUnavailable, "cannot be reached")
	}
	if asked > 0 {
		t.Errorf("a private address was asked %d times", asked)
	}
}

func TestOIDCRedirectsToPrivateAddresses(t *testing.T) {
	asked := 0
	private := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	private.StartTLS()
	t.Cleanup(private.Close)
	target := ""
	public := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusFound)
	}))
	t.Cleanup(public.Close)
	// 127.0.0.1 plays the public internet, all else of this machine is private.
	h := newHouse(t, dbtest.SQLite(t), rooms{strict: true, egress: egress.Options{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Roots: public.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
	}})
	id := h.create(object("kind", "oidc", "name", "X", "oidc", raw(object("issuer", public.URL, "clientId", "c"))))
	for _, target = range []string{
		"https://169.254.169.254/latest", strings.Replace(private.URL, "127.0.0.1", "127.0.0.2", 1), "http://127.0.0.1/", "file:///etc/passwd",
	} {
		if got := fmt.Sprint(h.must(http.StatusOK, "POST", "/v1/sso/providers/"+id+"/test", "")); !strings.Contains(got, "refused") {
			t.Errorf("%s: got %s", target, got)
		}
	}
	if asked > 0 {
		t.Errorf("a private address was asked %d times", asked)
	}
}
