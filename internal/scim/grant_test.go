// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
)

// customer is a client of a directory with what it proves itself by.
type customer struct {
	connected
	client, secret string
}

// enrol makes a client; more are members of the body.
func (o *office) enrol(c connected, more string) customer {
	o.t.Helper()
	made := o.admin(http.StatusCreated, "POST", c.path+"/clients", "{"+more+"}")
	return customer{connected: c, client: str(made["clientId"]), secret: str(made["clientSecret"])}
}

// asks sends a form to the token endpoint and answers status and body.
func (o *office) asks(c connected, form url.Values, header ...string) (int, map[string]any, http.Header) {
	o.t.Helper()
	header = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)
	status, h, text := o.send("POST", "/scim/v2/"+c.id+"/oauth/token", form.Encode(), header...)
	value := map[string]any{}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		o.t.Fatalf("%v in %s", err, text)
	}
	if h.Get("Cache-Control") != "no-store" || h.Get("Pragma") != "no-cache" || h.Get("Content-Type") != "application/json" {
		o.t.Errorf("headers of the token endpoint: %v", h)
	}
	return status, value, h
}

// gets is asks for a form that is good; it answers the token.
func (o *office) gets(c connected, form url.Values) string {
	o.t.Helper()
	status, body, _ := o.asks(c, form)
	token := str(body["access_token"])
	if status != http.StatusOK || !strings.HasPrefix(token, "mat_") || body["token_type"] != "Bearer" || body["expires_in"] != 3600.0 {
		o.t.Fatalf("got %d %v", status, body)
	}
	return token
}

func bySecret(c customer) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {c.client}, "client_secret": {c.secret}}
}

// comes is a request of the provider with a token.
func (o *office) comes(c connected, token string, status int) {
	o.t.Helper()
	o.as(token, status, "GET", "/scim/v2/"+c.id+"/Users", "")
}

func TestClientsComeForTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Entra", "entra")
		x := o.enrol(c, `"name":"Entra ID"`)
		if !strings.HasPrefix(x.client, "mcl_") || !strings.HasPrefix(x.secret, "mcs_") {
			t.Fatalf("got %+v", x)
		}
		body := o.gets(c, bySecret(x))
		o.comes(c, body, http.StatusOK)
		o.comes(c, c.token, http.StatusOK) // the pasted one works beside it
		if one := o.admin(http.StatusOK, "GET", c.path, ""); one["state"] != "linked" || len(list(one["tokens"])) != 1 ||
			at(one, "clients", 0, "clientId") != x.client || at(one, "clients", 0, "lastUsedAt") == nil ||
			at(one, "clients", 0, "secrets", 0, "lastUsedAt") == nil || one["tokenUrl"] != o.URL+"/scim/v2/"+c.id+"/oauth/token" {
			t.Errorf("the directory: %v", one)
		}
		basic := func(id, secret string) string {
			return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
		}
		status, answer, _ := o.asks(c, url.Values{"grant_type": {"client_credentials"}, "scope": {"anything"}}, "Authorization", basic(x.client, x.secret))
		if status != http.StatusOK || answer["scope"] != "scim" {
			t.Errorf("by the header: %d %v", status, answer)
		}
		status, _, header := o.asks(c, url.Values{"grant_type": {"client_credentials"}}, "Authorization", basic(x.client, "mcs_x"))
		if status != http.StatusUnauthorized || !strings.HasPrefix(header.Get("WWW-Authenticate"), "Basic") {
			t.Errorf("a wrong header: %d %v", status, header)
		}
		status, _, text := o.send("POST", "/scim/v2/"+c.id+"/oauth/token",
			fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q,"scope":null,"audience":["x"]}`, x.client, x.secret))
		if status != http.StatusOK || !strings.Contains(text, `"access_token":"mat_`) {
			t.Errorf("as JSON: %d %s", status, text)
		}

		o.pass(59 * time.Minute)
		o.comes(c, body, http.StatusOK)
		o.pass(2 * time.Minute)
		o.comes(c, body, http.StatusUnauthorized)
		o.comes(c, o.gets(c, bySecret(x)), http.StatusOK)
		o.ok(o.PurgeLog(t.Context()))
		if n := o.count(`SELECT COUNT(*) FROM scim_token WHERE client IS NOT NULL`); n != 1 {
			t.Errorf("%d tokens are kept, want 1", n)
		}
		log := o.admin(http.StatusOK, "GET", c.path+"/requests?status=200&method=POST", "")
		if at(data(log), 0, "words") != "got a token for an hour as the client Entra ID" || at(data(log), 0, "path") != "/oauth/token" {
			t.Errorf("the log: %v", log)
		}
		all := o.told() + str(fmt.Sprint(o.admin(http.StatusOK, "GET", c.path+"/requests", "")))
		for _, secret := range []string{x.secret, body} {
			if strings.Contains(all, secret) {
				t.Error("a secret stands in evidence or log")
			}
		}
	})
}

func list(value any) []any {
	all, _ := value.([]any)
	return all
}

// TestBadGrants are the refusals of RFC 6749 section 5.2.
func TestBadGrants(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c, other := o.connect("Entra", "entra"), o.connect("Okta", "okta")
	x, y := o.enrol(c, ""), o.enrol(other, "")
	with := func(change func(url.Values)) url.Values {
		form := bySecret(x)
		change(form)
		return form
	}
	cases := []struct {
		name, code string
		status     int
		form       url.Values
	}{
		{"no grant_type", "invalid_request", 400, with(func(f url.Values) { f.Del("grant_type") })},
		{"another grant_type", "unsupported_grant_type", 400, with(func(f url.Values) { f.Set("grant_type", "password") })},
		{"a parameter twice", "invalid_request", 400, with(func(f url.Values) { f.Add("scope", "a"); f.Add("scope", "b") })},
		{"no client_id", "invalid_client", 401, with(func(f url.Values) { f.Del("client_id") })},
		{"no secret", "invalid_client", 401, with(func(f url.Values) { f.Del("client_secret") })},
		{"a wrong secret", "invalid_client", 401, with(func(f url.Values) { f.Set("client_secret", "mcs_x") })},
		{"somebody else's secret", "invalid_client", 401, with(func(f url.Values) { f.Set("client_secret", y.secret) })},
		{"another directory's client", "invalid_client", 401, bySecret(y)},
		{"no such client", "invalid_client", 401, with(func(f url.Values) { f.Set("client_id", "mcl_x") })},
		{"odd bytes", "invalid_client", 401, with(func(f url.Values) { f.Set("client_id", "a\x00b") })},
		{"secret and assertion", "invalid_request", 400, with(func(f url.Values) { f.Set("client_assertion", "a"); f.Set("client_assertion_type", assertionOfJWT) })},
		{"an assertion without its type", "invalid_request", 400, with(func(f url.Values) { f.Del("client_secret"); f.Set("client_assertion", "a") })},
		{"a type without an assertion", "invalid_request", 400, with(func(f url.Values) { f.Set("client_assertion_type", assertionOfJWT) })},
		{"no JWT", "invalid_client", 401, with(func(f url.Values) {
			f.Del("client_secret")
			f.Set("client_assertion", "a.b.c")
			f.Set("client_assertion_type", assertionOfJWT)
		})},
	}
	for _, test := range cases {
		status, body, _ := o.asks(c, test.form)
		if status != test.status || body["error"] != test.code || str(body["error_description"]) == "" || body["access_token"] != nil {
			t.Errorf("%s: got %d %v, want %d %s", test.name, status, body, test.status, test.code)
		}
	}
	endpoint := "/scim/v2/" + c.id + "/oauth/token"
	for _, test := range []struct {
		name, body string
		status     int
		header     []string
	}{
		{"no object", `[]`, 400, nil},
		{"broken JSON", `{"grant_type"`, 400, nil},
		{"a member twice", `{"grant_type":"a","grant_type":"b"}`, 400, nil},
		{"another media type", `<a/>`, 400, []string{"Content-Type", "text/xml"}},
		{"too long", `{"x":"` + strings.Repeat("x", maxAsk) + `"}`, 413, nil},
		{"both ways", `{"grant_type":"client_credentials","client_secret":"x"}`, 400, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("a:b"))}},
		{"two clients", `{"grant_type":"client_credentials","client_id":"x"}`, 400, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("a:b"))}},
		{"an empty header", `{"grant_type":"client_credentials"}`, 401, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(":"))}},
	} {
		if status, _, text := o.send("POST", endpoint, test.body, test.header...); status != test.status || !strings.Contains(text, `"error":"invalid_`) {
			t.Errorf("%s: got %d %s", test.name, status, text)
		}
	}
	if status, header, _ := o.send("GET", endpoint, ""); status != http.StatusMethodNotAllowed || header.Get("Allow") != "POST" {
		t.Errorf("GET: %d %v", status, header)
	}
	o.pass(time.Second)
	if status, _, _ := o.asks(c, bySecret(y)); status != http.StatusUnauthorized {
		t.Errorf("another directory's client: %d", status)
	}
	if one := o.admin(http.StatusOK, "GET", c.path, ""); one["state"] != "invalid_credentials" || !strings.Contains(str(at(one, "lastError", "whatToDo")), "client id") {
		t.Errorf("the directory: %v", one)
	}
	failed := data(o.admin(http.StatusOK, "GET", c.path+"/requests?status=failed", ""))
	o.admin(422, "POST", c.path+"/requests/"+str(at(failed, 0, "id"))+"/replay", "")
}

// TestClientsEnd checks that what a secret, a key or a client got dies with it.
func TestClientsEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Entra", "entra")
		x := o.enrol(c, "")
		one := c.path + "/clients/" + x.client
		first := o.gets(c, bySecret(x))
		made := o.admin(http.StatusCreated, "POST", one+"/secrets", "")
		second := x
		second.secret = str(made["clientSecret"])
		other := o.gets(c, bySecret(second))
		secrets := list(at(o.admin(http.StatusOK, "GET", c.path+"/clients", ""), "clients", 0, "secrets"))
		if len(secrets) != 2 || at(secrets, 0, "id") != made["id"] {
			t.Fatalf("secrets: %v", secrets)
		}
		o.admin(http.StatusNoContent, "DELETE", one+"/secrets/"+str(at(secrets, 1, "id")), "")
		o.comes(c, first, http.StatusUnauthorized)
		o.comes(c, other, http.StatusOK)
		if status, body, _ := o.asks(c, bySecret(x)); status != http.StatusUnauthorized {
			t.Errorf("the revoked secret: %d %v", status, body)
		}
		soon := o.now().Add(time.Hour).UTC().Format(time.RFC3339)
		brief := x
		brief.secret = str(o.admin(http.StatusCreated, "POST", one+"/secrets", `{"expiresAt":"`+soon+`"}`)["clientSecret"])
		o.gets(c, bySecret(brief))
		o.pass(61 * time.Minute)
		if status, _, _ := o.asks(c, bySecret(brief)); status != http.StatusUnauthorized {
			t.Errorf("the expired secret: %d", status)
		}
		last := o.gets(c, bySecret(second))
		o.admin(http.StatusNoContent, "DELETE", one, "")
		o.comes(c, last, http.StatusUnauthorized)
		o.admin(http.StatusNotFound, "DELETE", one, "")
		for _, table := range []string{"scim_client", "scim_secret"} {
			if n := o.count(`SELECT COUNT(*) FROM ` + table); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
		for _, part := range []string{"client made", "client secret made", "client secret revoked", "client deleted"} {
			if !strings.Contains(o.told(), `"what":"`+part+`"`) {
				t.Errorf("the evidence lacks %s", part)
			}
		}

		z := o.enrol(c, "")
		last = o.gets(c, bySecret(z))
		o.admin(http.StatusOK, "PATCH", c.path, `{"state":"unlinked"}`)
		o.comes(c, o.gets(c, bySecret(z)), http.StatusForbidden) // where the provider reads why
		o.admin(http.StatusOK, "DELETE", c.path, "")
		o.comes(c, last, http.StatusUnauthorized)
		if status, _, _ := o.asks(c, bySecret(z)); status != http.StatusUnauthorized {
			t.Errorf("a deleted directory: %d", status)
		}
	})
}

// TestOldGrantsMakeRoom checks that a client which asks before every request fills
// nothing.
func TestOldGrantsMakeRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Entra", "entra")
		x := o.enrol(c, "")
		p, err := o.prove(t.Context(), ask{client: x.client, directory: c.id, grant: grantClient, secret: x.secret})
		o.ok(err)
		first, err := o.give(t.Context(), p)
		o.ok(err)
		o.pass(time.Second) // of two in one millisecond neither is the older
		for range maxGrants {
			_, err := o.give(t.Context(), p)
			o.ok(err)
		}
		o.comes(c, first.token, http.StatusUnauthorized)
		o.comes(c, o.gets(c, bySecret(x)), http.StatusOK)
		if n := o.count(`SELECT COUNT(*) FROM scim_token WHERE client = $1`, x.client); n != maxGrants {
			t.Errorf("%d tokens, want %d", n, maxGrants)
		}
	})
}

// signer signs assertions with a key of its own.
type signer struct {
	*office
	customer
	key jose.SigningKey
}

func (s signer) claims() map[string]any {
	now := s.now().Unix()
	return map[string]any{
		"iss": s.client, "sub": s.client, "aud": s.URL + "/scim/v2/" + s.id + "/oauth/token", "exp": now + 300, "iat": now, "jti": rand.Text(),
	}
}

// sign answers a form with an assertion.
func (s signer) sign(claims map[string]any) url.Values {
	s.office.t.Helper()
	maker, err := jose.NewSigner(s.key, nil)
	s.ok(err)
	payload, err := json.Marshal(claims)
	s.ok(err)
	signed, err := maker.Sign(payload)
	s.ok(err)
	text, err := signed.CompactSerialize()
	s.ok(err)
	return url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {assertionOfJWT}, "client_assertion": {text}}
}

// keyPair answers a signing key and the JSON of its public half.
func keyPair(t *testing.T, algorithm jose.SignatureAlgorithm, kid string) (jose.SigningKey, string) {
	t.Helper()
	var private crypto.Signer
	var err error
	switch algorithm {
	case jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	public, err := jose.JSONWebKey{Key: private.Public(), KeyID: kid}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: private, KeyID: kid}}, string(public)
}

func TestClientsSignAssertions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Generic", "generic")
		for _, algorithm := range signers() {
			key, public := keyPair(t, algorithm, "")
			s := signer{office: o, customer: o.enrol(c, `"jwks":{"keys":[`+public+`]}`), key: key}
			if s.secret != "" {
				t.Errorf("%s: a client with a key got a secret", algorithm)
			}
			form := s.sign(s.claims())
			token := o.gets(c, form)
			o.comes(c, token, http.StatusOK)
			if status, body, _ := o.asks(c, form); status != http.StatusUnauthorized || !strings.Contains(str(body["error_description"]), "used before") {
				t.Errorf("%s: an assertion for the second time: %d %v", algorithm, status, body)
			}
			form = s.sign(s.claims())
			form.Set("client_id", s.client)
			o.gets(c, form)
			form = s.sign(s.claims())
			form.Set("client_id", "mcl_x")
			if status, _, _ := o.asks(c, form); status != http.StatusUnauthorized {
				t.Errorf("%s: two clients: %d", algorithm, status)
			}
			one := c.path + "/clients/" + s.client
			_, next := keyPair(t, jose.ES256, "next")
			after := o.admin(http.StatusOK, "PUT", one+"/keys", `{"jwks":`+next+`}`)
			if at(after, "keys", 0, "keyId") != "next" || at(after, "keys", 0, "kind") != "P-256" {
				t.Errorf("%s: the keys are %v", algorithm, after)
			}
			o.comes(c, token, http.StatusUnauthorized)
			if status, _, _ := o.asks(c, s.sign(s.claims())); status != http.StatusUnauthorized {
				t.Errorf("%s: the old key: %d", algorithm, status)
			}
			o.admin(http.StatusConflict, "PUT", one+"/keys", `{}`)
			o.admin(http.StatusNoContent, "DELETE", one, "")
		}
	})
}

// TestBadAssertions are the checks of RFC 7523 section 3.
func TestBadAssertions(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c := o.connect("Generic", "generic")
	key, public := keyPair(t, jose.ES256, "k1")
	other, _ := keyPair(t, jose.ES256, "k1")
	s := signer{office: o, customer: o.enrol(c, `"jwks":`+public), key: key}
	stranger := s
	stranger.key = other
	unnamed := s
	unnamed.key.Key = key.Key.(jose.JSONWebKey).Key
	misnamed := s
	misnamed.key.Key = jose.JSONWebKey{Key: key.Key.(jose.JSONWebKey).Key, KeyID: "k2"}
	shared := s
	shared.key = jose.SigningKey{Algorithm: jose.HS256, Key: []byte(public + strings.Repeat(" ", 32))}
	with := func(change func(map[string]any)) url.Values {
		said := s.claims()
		change(said)
		return s.sign(said)
	}
	now := o.now().Unix()
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"`+s.client+`"}`)) + "."
	cases := []struct {
		name string
		form url.Values
		want string // part of the description; "" is a token
	}{
		{"without a kid", unnamed.sign(s.claims()), ""},
		{"several audiences", with(func(c map[string]any) { c["aud"] = []any{"x", c["aud"]} }), ""},
		{"with a fraction", with(func(c map[string]any) { c["exp"] = float64(now) + 300.5 }), ""},
		{"a clock that is a bit late", with(func(c map[string]any) { c["exp"] = now - 30 }), ""},
		{"another key", stranger.sign(s.claims()), "wrong, expired or revoked"},
		{"another kid", misnamed.sign(s.claims()), "wrong, expired or revoked"},
		{"a shared key", shared.sign(s.claims()), "no JWT that is signed"},
		{"no signature", url.Values{"grant_type": {grantClient}, "client_assertion_type": {assertionOfJWT}, "client_assertion": {unsigned}}, "no JWT that is signed"},
		{"another issuer", with(func(c map[string]any) { c["iss"] = "x" }), "iss and sub"},
		{"another subject", with(func(c map[string]any) { c["sub"] = "x" }), "wrong, expired or revoked"},
		{"no issuer", with(func(c map[string]any) { delete(c, "iss") }), "iss and sub"},
		{"no audience", with(func(c map[string]any) { delete(c, "aud") }), "aud of the assertion"},
		{"another audience", with(func(c map[string]any) { c["aud"] = o.URL }), "aud of the assertion must be " + o.URL + "/scim/v2/" + c.id + "/oauth/token"},
		{"an odd audience", with(func(c map[string]any) { c["aud"] = 7 }), "aud of the assertion"},
		{"no jti", with(func(c map[string]any) { delete(c, "jti") }), "needs a jti"},
		{"no end", with(func(c map[string]any) { delete(c, "exp") }), "needs an exp"},
		{"expired", with(func(c map[string]any) { c["exp"] = now - 61 }), "has expired"},
		{"far ahead", with(func(c map[string]any) { c["exp"] = now + 3700 }), "within 60 minutes"},
		{"for ever", with(func(c map[string]any) { c["exp"] = 1e300 }), "within 60 minutes"},
		{"not yet", with(func(c map[string]any) { c["nbf"] = now + 100 }), "nbf lies ahead"},
		{"from tomorrow", with(func(c map[string]any) { c["iat"] = now + 100 }), "iat lies ahead"},
		{"odd claims", with(func(c map[string]any) { c["exp"] = "soon" }), "claims cannot be read"},
	}
	for _, test := range cases {
		status, body, _ := o.asks(c, test.form)
		if test.want == "" && status != http.StatusOK ||
			test.want != "" && (status != http.StatusUnauthorized || body["error"] != "invalid_client" || !strings.Contains(str(body["error_description"]), test.want)) {
			t.Errorf("%s: got %d %v, want %q", test.name, status, body, test.want)
		}
	}
}

// TestBadKeys checks that no private key is kept and no weak one taken.
func TestBadKeys(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c := o.connect("Generic", "generic")
	_, public := keyPair(t, jose.ES256, "k1")
	key, _ := keyPair(t, jose.ES256, "k1")
	private, err := key.Key.(jose.JSONWebKey).MarshalJSON()
	o.ok(err)
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // it must be refused
	o.ok(err)
	weakKey, err := jose.JSONWebKey{Key: weak.Public()}.MarshalJSON()
	o.ok(err)
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	o.ok(err)
	wideKey, err := jose.JSONWebKey{Key: wide.Public()}.MarshalJSON()
	o.ok(err)
	block := func(kind string, key any) string {
		var der []byte
		var err error
		switch kind {
		case "PRIVATE KEY":
			der, err = x509.MarshalPKCS8PrivateKey(key)
		default:
			der, err = x509.MarshalPKIXPublicKey(key)
		}
		o.ok(err)
		text, err := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
		o.ok(err)
		return string(text)
	}
	good, err := rsa.GenerateKey(rand.Reader, 2048)
	o.ok(err)
	cases := []struct{ name, body, place, want string }{
		{"a private JWK", `{"jwks":` + string(private) + `}`, "body.jwks", "is private"},
		{"a shared key", `{"jwks":{"kty":"oct","k":"c2VjcmV0"}}`, "body.jwks", "cannot be read"},
		{"weak RSA", `{"jwks":` + string(weakKey) + `}`, "body.jwks", "is RSA 1024"},
		{"another curve", `{"jwks":` + string(wideKey) + `}`, "body.jwks", "is P-384"},
		{"twice", `{"jwks":{"keys":[` + public + `,` + public + `]}}`, "body.jwks", "twice"},
		{"for encryption", `{"jwks":` + strings.Replace(public, "{", `{"use":"enc",`, 1) + `}`, "body.jwks", "not meant to sign"},
		{"another algorithm", `{"jwks":` + strings.Replace(public, "{", `{"alg":"ES512",`, 1) + `}`, "body.jwks", "meant for ES512"},
		{"no keys", `{"jwks":{"keys":[]}}`, "body.jwks", "one key at least"},
		{"no JWK", `{"jwks":"x"}`, "body.jwks", "must be a JWK set"},
		{"an odd JWK", `{"jwks":{"kty":"EC"}}`, "body.jwks", "cannot be read"},
		{"an odd kid", `{"jwks":` + strings.Replace(public, "k1", `k\u20281`, 1) + `}`, "body.jwks", "odd characters"},
		{"a private PEM", `{"pem":` + block("PRIVATE KEY", good) + `}`, "body.pem", "private key, which nobody may see"},
		{"no PEM", `{"pem":"ssh-rsa AAAA"}`, "body.pem", "must be PEM"},
		{"an odd PEM", `{"pem":"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}`, "body.pem", "cannot be read"},
		{"a weak PEM", `{"pem":` + block("PUBLIC KEY", weak.Public()) + `}`, "body.pem", "is RSA 1024"},
		{"nothing to prove it by", `{"secret":false}`, "body.secret", "without a key"},
		{"a past end", `{"expiresAt":"2020-01-01T00:00:00Z"}`, "body.expiresAt", "future"},
		{"two lines", `{"name":"a\nb"}`, "body.name", "one line"},
	}
	for _, test := range cases {
		status, _, text := o.send("POST", c.path+"/clients", test.body, "Authorization", "Bearer admin")
		if status != http.StatusBadRequest || !strings.Contains(text, test.place) || !strings.Contains(text, test.want) {
			t.Errorf("%s: got %d %s", test.name, status, text)
		}
	}
	made := o.admin(http.StatusCreated, "POST", c.path+"/clients", `{"secret":true,"pem":`+block("PUBLIC KEY", good.Public())+`,"jwks":`+public+`}`)
	if len(list(made["keys"])) != 2 || str(made["clientSecret"]) == "" || at(made, "keys", 1, "kind") != "RSA 2048" || at(made, "keys", 1, "keyId") != at(made, "keys", 1, "thumbprint") {
		t.Errorf("made %v", made)
	}
	for range maxSecrets - 1 {
		o.admin(http.StatusCreated, "POST", c.path+"/clients/"+str(made["clientId"])+"/secrets", "")
	}
	o.admin(http.StatusConflict, "POST", c.path+"/clients/"+str(made["clientId"])+"/secrets", "")
	for range maxClients - 1 {
		o.admin(http.StatusCreated, "POST", c.path+"/clients", "")
	}
	o.admin(http.StatusConflict, "POST", c.path+"/clients", "")
	o.admin(http.StatusNotFound, "POST", c.path+"/clients/mcl_x/secrets", "")
	o.as("editor", http.StatusForbidden, "POST", c.path+"/clients", "")
	o.as("editor", http.StatusOK, "GET", c.path+"/clients", "")
	o.as("elsewhere", http.StatusNotFound, "GET", c.path+"/clients", "")
	o.as("elsewhere", http.StatusNotFound, "DELETE", c.path+"/clients/"+str(made["clientId"]), "")
}

// TestALinkMakesClients checks that whoever sets a directory up by a link can make
// a client, too.
func TestALinkMakesClients(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	c := o.connect("Entra", "entra")
	_, secret, _ := o.secretOf(c)
	opened, _ := o.holds(http.StatusOK, "POST", "/open", `{"link":"`+secret+`"}`)
	made, _ := o.holds(http.StatusCreated, "POST", "/clients", "", "Muster-Link", str(opened["secret"]))
	o.comes(c, o.gets(c, bySecret(customer{c, str(made["clientId"]), str(made["clientSecret"])})), http.StatusOK)
	o.holds(http.StatusUnauthorized, "POST", "/clients", "")
}
