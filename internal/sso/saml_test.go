// SPDX-License-Identifier: Apache-2.0

package sso_test

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

func TestSAMLSignsIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		i := newIDP(h)
		ada := h.user("Ada@example.com", "admin")
		b := h.browser()
		to := b.start(i.id, "/tests")
		if to.Host != "idp.example" || to.Path != "/sso" {
			t.Errorf("sent to %s", to)
		}
		request := i.read(to).request
		for name, want := range map[string]string{
			"AssertionConsumerServiceURL": h.URL + "/sso/" + i.id + "/acs", "Destination": idpURL, "Version": "2.0",
			"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
		} {
			if got := request.SelectAttrValue(name, ""); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		b.in(i.enter(b, "ada", nil), ada.ID, "/tests")
		b = h.browser()
		b.in(i.enter(b, "ada", func(s *saying) { s.email = "" }), ada.ID, "/tests") // by subject
		b = h.browser()
		b.in(i.enter(b, "ada", func(s *saying) { s.signAssertion, s.signResponse = false, true }), ada.ID, "/tests")
		b = h.browser()
		b.in(i.enter(b, "ada", func(s *saying) { s.signResponse = true }), ada.ID, "/tests")
		b = h.browser()
		b.in(i.enter(b, "ada", func(s *saying) { s.hash = crypto.SHA512 }), ada.ID, "/tests")
		if n := h.count(`SELECT COUNT(*) FROM sso_seen`); n != 5 {
			t.Errorf("%d assertions are remembered", n)
		}
		h.pass(time.Hour)
		if due, err := h.sso.PurgeDue(t.Context()); err != nil || !due {
			t.Errorf("got %t, %v", due, err)
		}
		h.ok(h.sso.Purge(t.Context()))
		if n := h.count(`SELECT COUNT(*) FROM sso_seen`) + h.count(`SELECT COUNT(*) FROM sso_flow`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if due, err := h.sso.PurgeDue(t.Context()); err != nil || due {
			t.Errorf("got %t, %v", due, err)
		}
	})
}

func TestSAMLWhoMayComeIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		i := newIDP(h, "domains", []string{"example.com"})
		mail := func(email string) func(*saying) { return func(s *saying) { s.email = email } }
		gone := h.user("gone@example.com", "employee")
		_, err := h.access.Deactivate(t.Context(), h.admin, string(gone.ID))
		h.ok(err)
		h.user("far@elsewhere.com", "editor")
		b := h.browser()
		b.out(i.enter(b, "gone", nil), http.StatusForbidden, "is deactivated")
		b.out(i.enter(b, "far", mail("far@elsewhere.com")), http.StatusForbidden, "may not vouch")
		b.out(i.enter(b, "bob", nil), http.StatusForbidden, "obody in Default has the e-mail bob@example.com")
		b.out(i.enter(b, "bob", mail("")), http.StatusForbidden, "sent no e-mail")
		h.patch(i.id, object("createUsers", true))
		p := i.enter(b, "bob", func(s *saying) { s.name = "Bob B" })
		bob, err := h.access.Get(t.Context(), h.admin, "bob@example.com")
		h.ok(err)
		b.in(p, bob.ID, "/tests")
		if bob.Role.ID != access.Employee || bob.Name != "Bob B" {
			t.Errorf("got %+v", bob)
		}
		eve := h.user("eve@example.com", "editor")
		b = h.browser()
		b.in(i.enter(b, "EVE@example.com", func(s *saying) {
			s.email, s.format = "", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
		}), eve.ID, "/tests")
		h.patch(i.id, object("trustEmail", false))
		h.user("max@example.com", "editor")
		b = h.browser()
		b.out(i.enter(b, "max", nil), http.StatusForbidden, "does not say that max@example.com is verified")
		h.patch(i.id, object("trustEmail", true, "saml", raw(object("emailAttribute", "other"))))
		b.out(i.enter(b, "max", nil), http.StatusForbidden, "sent no e-mail")
	})
}

func TestSAMLResponsesThatMustNotBeBelieved(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	i := newIDP(h)
	h.user("ada@example.com", "admin")
	evil := &idp{h: h, id: i.id}
	evil.key, evil.cert = newSigner(h, h.now().Add(-time.Hour), h.now().Add(time.Hour))
	stolen := &idp{h: h, id: i.id, key: evil.key, cert: i.cert}
	other := h.URL + "/sso/aaaaaaaaaaaaaaaaaaaaaaaa"
	for name, test := range map[string]struct {
		by     *idp
		change func(*saying)
		words  string
	}{
		"unsigned":                 {i, func(s *saying) { s.signAssertion = false }, "it is not signed"},
		"another key":              {evil, nil, "signature does not fit"},
		"another key, our cert":    {stolen, nil, "signature does not fit"},
		"SHA-1":                    {i, func(s *saying) { s.hash = crypto.SHA1 }, "algorithm that is not trusted"},
		"another audience":         {i, func(s *saying) { s.audience = other + "/metadata" }, "for somebody else"},
		"no audience":              {i, func(s *saying) { s.audience = "" }, "whom it is for"},
		"another recipient":        {i, func(s *saying) { s.acs = other + "/acs" }, "does not fit"},
		"another issuer":           {i, func(s *saying) { s.entity, s.issuer = "https://evil.example", "https://evil.example" }, "its issuer does not fit"},
		"issuer of assertion":      {i, func(s *saying) { s.entity = "https://evil.example" }, "its issuer does not fit"},
		"another request":          {i, func(s *saying) { s.inResponseTo, s.responseTo = "_x", "_x" }, "does not belong to this sign-in"},
		"another request, outside": {i, func(s *saying) { s.responseTo = "_x" }, "does not belong to this sign-in"},
		"another request, inside":  {i, func(s *saying) { s.inResponseTo = "_x" }, "does not belong to this sign-in"},
		"no request":               {i, func(s *saying) { s.inResponseTo, s.responseTo = "", "" }, "does not belong to this sign-in"},
		"expired":                  {i, func(s *saying) { s.end = h.now().Add(-time.Second) }, "it has expired"},
		"not yet":                  {i, func(s *saying) { s.begin = h.now().Add(10 * time.Minute) }, "not valid yet"},
		"transient":                {i, func(s *saying) { s.format = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" }, "new each time"},
		"nobody":                   {i, func(s *saying) { s.subject = " " }, "names nobody"},
		"denied": {i, func(s *saying) {
			s.status = "urn:oasis:names:tc:SAML:2.0:status:Requester"
		}, "Staff did not let you in"},
	} {
		t.Run(name, func(t *testing.T) {
			b := h.browser()
			b.out(test.by.enter(b, "ada", test.change), http.StatusForbidden, test.words)
		})
	}
	if n := h.count(`SELECT COUNT(*) FROM sso_identity`); n != 0 {
		t.Errorf("%d links were made", n)
	}
}

func TestSAMLReplay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rooms{})
		i := newIDP(h)
		ada := h.user("ada@example.com", "admin")
		b := h.browser()
		a := i.read(b.start(i.id, "/"))
		said := i.newSaying(a, "ada")
		xml := i.say(said)
		victim := h.browser()
		victim.out(i.post(victim, a.relay, xml), http.StatusForbidden, "did not begin in this browser")
		b.in(i.post(b, a.relay, xml), ada.ID, "/")

		again := h.browser()
		again.out(i.post(again, a.relay, xml), http.StatusForbidden, "did not begin in this browser")
		second := i.read(again.start(i.id, "/"))
		again.out(i.post(again, second.relay, xml), http.StatusForbidden, "does not belong to this sign-in")
		// The same id once more, for a request of its own.
		again.out(i.enter(again, "ada", func(s *saying) { s.assertionID = said.assertionID }), http.StatusForbidden, "has been used already")
		unasked := h.browser()
		unasked.out(i.post(unasked, "", xml), http.StatusForbidden, "did not begin in this browser")
	})
}

// Each of these takes a response that was signed for eve and tries to be ada by it.
func TestSAMLWrapping(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	i := newIDP(h)
	h.user("ada@example.com", "admin")
	h.user("eve@example.com", "employee")
	forged := func(s saying) *etree.Element {
		s.subject, s.email, s.assertionID = "ada", "ada@example.com", "_forged"
		return s.assertion()
	}
	signature := func(signed *etree.Element) *etree.Element { return signed.FindElement("./Signature").Copy() }
	for name, wrap := range map[string]func(s saying, signed *etree.Element) *etree.Element{
		"before": func(s saying, signed *etree.Element) *etree.Element { return i.response(s, forged(s), signed) },
		"after":  func(s saying, signed *etree.Element) *etree.Element { return i.response(s, signed, forged(s)) },
		"around": func(s saying, signed *etree.Element) *etree.Element {
			f := forged(s)
			f.AddChild(signed)
			return i.response(s, f)
		},
		"signature moved": func(s saying, signed *etree.Element) *etree.Element {
			f := forged(s)
			f.AddChild(signature(signed))
			return i.response(s, f)
		},
		"same id": func(s saying, signed *etree.Element) *etree.Element {
			f := forged(s)
			f.CreateAttr("ID", s.assertionID)
			f.AddChild(signature(signed))
			return i.response(s, f)
		},
		"original in the signature": func(s saying, signed *etree.Element) *etree.Element {
			f := forged(s)
			f.CreateAttr("ID", s.assertionID)
			sig := signature(signed)
			sig.CreateElement("ds:Object").AddChild(signed)
			f.AddChild(sig)
			return i.response(s, f)
		},
		"original in extensions": func(s saying, signed *etree.Element) *etree.Element {
			f := forged(s)
			f.AddChild(signature(signed))
			r := i.response(s, f)
			r.InsertChildAt(1, etree.NewElement("samlp:Extensions"))
			r.FindElement("./Extensions").AddChild(signed)
			return r
		},
		"another namespace": func(s saying, signed *etree.Element) *etree.Element {
			f := forged(s)
			f.CreateAttr("xmlns:saml", assertionNS)
			f.Space = "x"
			f.CreateAttr("xmlns:x", "urn:x")
			return i.response(s, signed, f)
		},
		"changed": func(s saying, signed *etree.Element) *etree.Element {
			signed.FindElement("./Subject/NameID").SetText("ada")
			return i.response(s, signed)
		},
		"second name": func(s saying, signed *etree.Element) *etree.Element {
			signed.FindElement("./Subject").CreateElement("saml:NameID").SetText("ada")
			return i.response(s, signed)
		},
		"empty reference": func(s saying, signed *etree.Element) *etree.Element {
			f, sig := forged(s), signature(signed)
			sig.FindElement("./SignedInfo/Reference").CreateAttr("URI", "")
			f.AddChild(sig)
			return i.response(s, f)
		},
		"root of another name": func(s saying, signed *etree.Element) *etree.Element {
			r := etree.NewElement("wrap")
			r.AddChild(i.response(s, signed))
			return r
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := h.browser()
			a := i.read(b.start(i.id, "/"))
			s := i.newSaying(a, "eve")
			xml := text(h, wrap(s, i.sign(s.assertion(), s.hash)))
			b.out(i.post(b, a.relay, xml), http.StatusForbidden, "was refused")
		})
	}
	t.Run("signed response, another assertion", func(t *testing.T) {
		b := h.browser()
		a := i.read(b.start(i.id, "/"))
		s := i.newSaying(a, "eve")
		s.signResponse = true
		r := i.response(s, s.assertion())
		r.AddChild(forged(s))
		b.out(i.post(b, a.relay, text(h, r)), http.StatusForbidden, "was refused")
	})
}

// A comment splits a text for readers that stop at it: ada@example.com<!---->.evil.com
// signed for one must not become the other.
func TestSAMLComments(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	i := newIDP(h)
	h.user("ada@example.com", "admin")
	const long, split = "ada@example.com.evil.com", "ada@example.com<!---->.evil.com"
	for name, change := range map[string]func(string) string{
		"in the name":       func(xml string) string { return strings.ReplaceAll(xml, long, split) },
		"in front":          func(xml string) string { return "<!-- x -->" + xml },
		"instruction":       func(xml string) string { return strings.ReplaceAll(xml, long, "ada@example.com<?x y?>.evil.com") },
		"document type":     func(xml string) string { return `<!DOCTYPE Response [<!ENTITY x "y">]>` + xml },
		"nothing, the same": func(xml string) string { return xml },
	} {
		t.Run(name, func(t *testing.T) {
			b := h.browser()
			a := i.read(b.start(i.id, "/"))
			s := i.newSaying(a, long)
			s.email = long
			b.out(i.post(b, a.relay, change(i.say(s))), http.StatusForbidden, "")
		})
	}
	if n := h.count(`SELECT COUNT(*) FROM sso_identity`); n != 0 {
		t.Errorf("%d links were made", n)
	}
}

func TestSAMLForms(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	i := newIDP(h)
	h.user("ada@example.com", "admin")
	address := h.URL + "/sso/" + i.id + "/acs"
	b := h.browser()
	b.out(b.send("POST", address, "application/json", strings.NewReader("{}")), http.StatusUnsupportedMediaType, "form")
	b.out(b.post(address, url.Values{"RelayState": {"a", "b"}}), http.StatusBadRequest, "cannot be read")
	b.out(b.post(address, url.Values{"SAMLResponse": {strings.Repeat("A", 2<<20)}}), http.StatusRequestEntityTooLarge, "")
	deep := strings.Repeat("<a>", 20000) + strings.Repeat("</a>", 20000)
	for _, xml := range []string{"", "x", "<a/>", "<samlp:Response/>", `<samlp:Response xmlns:samlp="` + protocolNS + `">` + deep + `</samlp:Response>`} {
		relay := i.read(b.start(i.id, "/")).relay
		b.out(i.post(b, relay, xml), http.StatusForbidden, "")
	}
	relay := i.read(b.start(i.id, "/")).relay
	b.out(b.post(address, url.Values{"RelayState": {relay}, "SAMLResponse": {"%%"}}), http.StatusForbidden, "not what a SAML response should be")
	if p := b.get(address); p.status != http.StatusMethodNotAllowed {
		t.Errorf("GET of the assertion consumer: %d", p.status)
	}
	c := b.get(h.URL + "/sso/" + i.id + "/start").header.Get("Set-Cookie")
	if !strings.HasPrefix(c, "__Host-muster-sso=") || !strings.Contains(c, "HttpOnly; Secure; SameSite=None") {
		t.Errorf("got cookie %q", c)
	}
}

func TestSAMLNeedsHTTPS(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{insecure: true})
	i := newIDP(h)
	b := h.browser()
	b.out(b.get(h.URL+"/sso/"+i.id+"/start"), http.StatusUnprocessableEntity, "needs this server to be reached by HTTPS")
	if got := fmt.Sprint(h.must(http.StatusOK, "POST", "/v1/sso/providers/"+i.id+"/test", "")); !strings.Contains(got, "HTTPS") {
		t.Errorf("got %s", got)
	}
	f := newForge(h)
	ada := h.user("ada@example.com", "admin")
	p := b.get(h.URL + "/sso/" + f.id + "/start")
	if c := p.header.Get("Set-Cookie"); !strings.HasPrefix(c, "muster-sso=") || strings.Contains(c, "Secure") {
		t.Errorf("got cookie %q", c)
	}
	b.in(f.enter(b, "RS256", nil), ada.ID, "/")
}

func TestSAMLMetadataAndCertificates(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	i := newIDP(h)
	ada := h.user("ada@example.com", "editor")
	got := h.must(http.StatusOK, "GET", "/v1/sso/providers/"+i.id, "")
	for _, want := range []string{idpEntity, idpURL, h.URL + "/sso/" + i.id + "/acs", h.URL + "/sso/" + i.id + "/metadata", "CN=idp.example"} {
		if !strings.Contains(fmt.Sprint(got), want) {
			t.Errorf("%s is not in %v", want, got)
		}
	}
	b := h.browser()
	p := b.get(h.URL + "/sso/" + i.id + "/metadata")
	if p.status != http.StatusOK || p.header.Get("Content-Type") != "application/samlmetadata+xml" ||
		!strings.Contains(p.body, `Location="`+h.URL+"/sso/"+i.id+`/acs"`) || !strings.Contains(p.body, `entityID="`+h.URL+"/sso/"+i.id+`/metadata"`) {
		t.Errorf("got %d %s", p.status, p.body)
	}
	test := func() string {
		return fmt.Sprint(h.must(http.StatusOK, "POST", "/v1/sso/providers/"+i.id+"/test", ""))
	}
	if text := test(); !strings.Contains(text, "ok:true") {
		t.Errorf("got %s", text)
	}
	old := *i
	i.key, i.cert = newSigner(h, h.now().Add(-48*time.Hour), h.now().Add(48*time.Hour))
	h.patch(i.id, object("saml", raw(object("certificates", old.pem()+i.pem())))) // both, while the provider changes over
	b.in(i.enter(b, "ada", nil), ada.ID, "/tests")
	b = h.browser()
	b.in(old.enter(b, "ada", nil), ada.ID, "/tests")
	h.pass(30 * time.Hour)
	if text := test(); !strings.Contains(text, "ok:true") {
		t.Errorf("one good certificate: %s", text)
	}
	b = h.browser()
	b.in(i.enter(b, "ada", nil), ada.ID, "/tests")
	b = h.browser()
	b.out(old.enter(b, "ada", nil), http.StatusForbidden, "signature does not fit")
	h.pass(48 * time.Hour)
	if text := test(); !strings.Contains(text, "expired at") {
		t.Errorf("got %s", text)
	}
}

func TestSAMLMetadataThatIsRefused(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), rooms{})
	i := newIDP(h)
	for name, test := range map[string]struct{ settings, words string }{
		"no XML":          {object("metadata", "x"), "must be the XML"},
		"of a service":    {object("metadata", `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>`), "must describe an identity provider"},
		"signed requests": {object("metadata", strings.Replace(i.metadata(), `Signed="false"`, `Signed="true"`, 1)), "asks for signed requests"},
		"no redirect":     {object("metadata", strings.ReplaceAll(i.metadata(), "HTTP-Redirect", "SOAP")), "binding HTTP-Redirect"},
		"no certificate":  {object("metadata", strings.Replace(i.metadata(), "signing", "encryption", 1)), "no certificate"},
		"bad certificate": {object("metadata", strings.Replace(i.metadata(), base64.StdEncoding.EncodeToString(i.cert), "AAAA", 1)), "cannot be read"},
		"bad PEM":         {object("certificates", "x"), "in PEM"},
		"http":            {object("ssoUrl", "ftp://idp.example"), "/saml/ssoUrl"},
		"script":          {object("ssoUrl", "javascript:alert(1)"), "/saml/ssoUrl"},
	} {
		status, got := h.call("admin", "PATCH", "/v1/sso/providers/"+i.id, object("saml", raw(test.settings)))
		if status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(got), test.words) {
			t.Errorf("%s: got %d %v, want %q", name, status, got, test.words)
		}
	}
}
