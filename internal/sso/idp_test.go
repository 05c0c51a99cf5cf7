// SPDX-License-Identifier: Apache-2.0

package sso_test

import (
	"compress/flate"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	idpEntity = "https://idp.example/metadata"
	idpURL    = "https://idp.example/sso"
)

// idp is a SAML identity provider that signs with a key of its own.
type idp struct {
	h    *house
	cert []byte // DER
	id   string // of the provider in our workspace
	key  *rsa.PrivateKey
}

func newIDP(h *house, options ...any) *idp {
	h.t.Helper()
	i := &idp{h: h}
	i.key, i.cert = newSigner(h, h.now().Add(-time.Hour), h.now().Add(24*time.Hour))
	i.id = h.create(object(append([]any{"kind", "saml", "name", "Staff", "saml", raw(object("metadata", i.metadata()))}, options...)...))
	return i
}

func newSigner(h *house, from, to time.Time) (*rsa.PrivateKey, []byte) {
	h.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	h.ok(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp.example"}, NotBefore: from, NotAfter: to}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	h.ok(err)
	return key, cert
}

func (i *idp) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert}))
}

func (i *idp) metadata() string {
	return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="` + idpEntity + `">
	<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
	<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(i.cert) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
	<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/post"/>
	<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="` + idpURL + `"/>
	</md:IDPSSODescriptor></md:EntityDescriptor>`
}

// saying is what a response says; newSaying fills in what is right.
type saying struct {
	acs, audience, entity, issuer string
	assertionID                   string
	begin, end                    time.Time
	email, name                   string // attributes
	format, subject               string
	hash                          crypto.Hash
	inResponseTo, responseTo      string // of the assertion, of the response
	signAssertion, signResponse   bool
	status                        string
}

// asked is a request as it came to the provider.
type asked struct {
	id, relay string
	request   *etree.Element
}

func (i *idp) read(to *url.URL) asked {
	i.h.t.Helper()
	packed, err := base64.StdEncoding.DecodeString(to.Query().Get("SAMLRequest"))
	i.h.ok(err)
	text, err := io.ReadAll(flate.NewReader(strings.NewReader(string(packed))))
	i.h.ok(err)
	doc := etree.NewDocument()
	i.h.ok(doc.ReadFromBytes(text))
	return asked{id: doc.Root().SelectAttrValue("ID", ""), relay: to.Query().Get("RelayState"), request: doc.Root()}
}

func (i *idp) newSaying(a asked, subject string) saying {
	now, base := i.h.now(), i.h.URL+"/sso/"+i.id
	return saying{
		acs: base + "/acs", audience: base + "/metadata", entity: idpEntity, issuer: idpEntity, assertionID: "_" + rand.Text(),
		begin: now.Add(-time.Minute), end: now.Add(5 * time.Minute), format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		subject: subject, email: subject + "@example.com", hash: crypto.SHA256, inResponseTo: a.id, responseTo: a.id, signAssertion: true,
		status: "urn:oasis:names:tc:SAML:2.0:status:Success",
	}
}

const (
	protocolNS  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionNS = "urn:oasis:names:tc:SAML:2.0:assertion"
)

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// assertion makes one, not signed.
func (s saying) assertion() *etree.Element {
	a := etree.NewElement("saml:Assertion")
	a.CreateAttr("xmlns:saml", assertionNS)
	a.CreateAttr("ID", s.assertionID)
	a.CreateAttr("Version", "2.0")
	a.CreateAttr("IssueInstant", stamp(s.begin))
	a.CreateElement("saml:Issuer").SetText(s.entity)
	subject := a.CreateElement("saml:Subject")
	name := subject.CreateElement("saml:NameID")
	name.CreateAttr("Format", s.format)
	name.SetText(s.subject)
	confirmation := subject.CreateElement("saml:SubjectConfirmation")
	confirmation.CreateAttr("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
	data := confirmation.CreateElement("saml:SubjectConfirmationData")
	if s.inResponseTo != "" {
		data.CreateAttr("InResponseTo", s.inResponseTo)
	}
	data.CreateAttr("NotOnOrAfter", stamp(s.end))
	data.CreateAttr("Recipient", s.acs)
	conditions := a.CreateElement("saml:Conditions")
	conditions.CreateAttr("NotBefore", stamp(s.begin))
	conditions.CreateAttr("NotOnOrAfter", stamp(s.end))
	if s.audience != "" {
		conditions.CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText(s.audience)
	}
	statement := a.CreateElement("saml:AuthnStatement")
	statement.CreateAttr("AuthnInstant", stamp(s.begin))
	statement.CreateElement("saml:AuthnContext").CreateElement("saml:AuthnContextClassRef").SetText("urn:oasis:names:tc:SAML:2.0:ac:classes:Password")
	attributes := a.CreateElement("saml:AttributeStatement")
	for name, value := range map[string]string{"mail": s.email, "displayName": s.name} {
		if value != "" {
			attribute := attributes.CreateElement("saml:Attribute")
			attribute.CreateAttr("Name", name)
			attribute.CreateElement("saml:AttributeValue").SetText(value)
		}
	}
	return a
}

func (i *idp) sign(e *etree.Element, hash crypto.Hash) *etree.Element {
	i.h.t.Helper()
	signer, err := dsig.NewSigningContext(i.key, [][]byte{i.cert})
	i.h.ok(err)
	signer.Hash = hash
	signer.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signed, err := signer.SignEnveloped(e)
	i.h.ok(err)
	return signed
}

// response wraps assertions.
func (i *idp) response(s saying, assertions ...*etree.Element) *etree.Element {
	r := etree.NewElement("samlp:Response")
	r.CreateAttr("xmlns:samlp", protocolNS)
	r.CreateAttr("ID", "_"+rand.Text())
	r.CreateAttr("Version", "2.0")
	r.CreateAttr("IssueInstant", stamp(s.begin))
	r.CreateAttr("Destination", s.acs)
	if s.responseTo != "" {
		r.CreateAttr("InResponseTo", s.responseTo)
	}
	issuer := r.CreateElement("saml:Issuer")
	issuer.CreateAttr("xmlns:saml", assertionNS)
	issuer.SetText(s.issuer)
	r.CreateElement("samlp:Status").CreateElement("samlp:StatusCode").CreateAttr("Value", s.status)
	for _, a := range assertions {
		r.AddChild(a)
	}
	if s.signResponse {
		return i.sign(r, s.hash)
	}
	return r
}

// say answers a response as XML.
func (i *idp) say(s saying) string {
	i.h.t.Helper()
	a := s.assertion()
	if s.signAssertion {
		a = i.sign(a, s.hash)
	}
	return text(i.h, i.response(s, a))
}

func text(h *house, e *etree.Element) string {
	h.t.Helper()
	doc := etree.NewDocument()
	doc.SetRoot(e)
	out, err := doc.WriteToString()
	h.ok(err)
	return out
}

// post sends a response as the provider's page does.
func (i *idp) post(b *browser, relay, xml string) page {
	i.h.t.Helper()
	return b.post(i.h.URL+"/sso/"+i.id+"/acs", url.Values{
		"RelayState": {relay}, "SAMLResponse": {base64.StdEncoding.EncodeToString([]byte(xml))},
	})
}

// enter goes the whole way with what the test changes.
func (i *idp) enter(b *browser, subject string, change func(*saying)) page {
	i.h.t.Helper()
	a := i.read(b.start(i.id, "/tests"))
	s := i.newSaying(a, subject)
	if change != nil {
		change(&s)
	}
	return i.post(b, a.relay, i.say(s))
}
