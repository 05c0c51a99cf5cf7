// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	saml2 "github.com/russellhaering/gosaml2"
	"github.com/russellhaering/gosaml2/types"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/passmuster/muster/internal/fault"
)

// Words of SAML 2.0 (Core sections 8.3 and 3.2.2.2).
const (
	formatEmail     = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	formatTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	statusSuccess   = "urn:oasis:names:tc:SAML:2.0:status:Success"
)

// maxResponse bounds a SAML response, in bytes of XML.
const maxResponse = 512 << 10

// needsHTTPS is why SAML does not work on a plain server: the cookie that binds a
// sign-in to its browser comes back with another site's POST only when it is
// SameSite=None, which browsers take over HTTPS alone.
func needsHTTPS(p Provider) error {
	return fault.New(fault.Impossible, "%s signs in by SAML, which needs this server to be reached by HTTPS; ask an Admin of %s",
		p.Name, p.Workspace.Name)
}

// party answers this server as the provider knows it, with one of the provider's
// certificates.
func (s *Service) party(p Provider, w site, certificates ...*x509.Certificate) *saml2.SAMLServiceProvider {
	return &saml2.SAMLServiceProvider{
		AllowMissingAttributes:      true,
		AssertionConsumerServiceURL: w.acsURL(p.ID),
		AudienceURI:                 w.entityID(p.ID),
		Clock:                       dsig.NewFakeClockAt(s.now()), // one instant for the whole of a check
		IDPCertificateStore:         &dsig.MemoryX509CertificateStore{Roots: certificates},
		IdentityProviderIssuer:      p.SAML.EntityID,
		IdentityProviderSSOURL:      p.SAML.SSOURL,
		MaximumDecompressedBodySize: maxResponse,
		ServiceProviderIssuer:       w.entityID(p.ID),
	}
}

// request answers an AuthnRequest by the HTTP-Redirect binding (Bindings section
// 3.4), and notes its id in the flow. RelayState is the flow's state.
func (s *Service) request(p Provider, w site, state string, f *flow) (string, error) {
	if !w.secure() {
		return "", needsHTTPS(p)
	}
	party := s.party(p, w)
	document, err := party.BuildAuthRequestDocumentNoSig()
	if err != nil {
		return "", fmt.Errorf("make SAML request: %w", err)
	}
	id := "_" + newSecret() // an NCName does not begin with a digit
	document.Root().CreateAttr("ID", id)
	f.nonce = digestOf(id)
	location, err := party.BuildAuthURLRedirect(state, document)
	if err != nil {
		return "", fmt.Errorf("make SAML request: %w", err)
	}
	return location, nil
}

// reply is a SAML response as it is posted (Bindings section 3.5).
type reply struct {
	provider ProviderID
	relay    string // RelayState
	response string // SAMLResponse, base64
	site     site
}

// finishSAML takes a SAML response to its end.
func (s *Service) finishSAML(ctx context.Context, in reply, from from) (arrived, error) {
	f, err := s.take(ctx, in.provider, in.relay, from.browser)
	if err != nil {
		return arrived{}, err
	}
	p, err := s.offered(ctx, in.provider)
	if err != nil {
		return arrived{}, err
	}
	if !in.site.secure() {
		return arrived{}, needsHTTPS(p)
	}
	cl, err := s.believe(p, in, f)
	if err != nil {
		return arrived{}, err
	}
	return s.arrive(ctx, p, f, cl, from)
}

// believe checks a response (Profiles sections 4.1.4.3 and 4.1.4.5) and answers what
// it says.
func (s *Service) believe(p Provider, in reply, f flow) (claim, error) {
	doc, err := look(in.response)
	if err != nil {
		return claim{}, refused(p, "it is not what a SAML response should be", err)
	}
	if doc.status != statusSuccess {
		return claim{}, fault.New(fault.Forbidden, "%s did not let you in", p.Name)
	}
	if err := doc.check(); err != nil {
		return claim{}, refused(p, err.Error(), nil)
	}
	response, err := s.validate(p, in)
	if err != nil {
		return claim{}, refused(p, why(err), err)
	}
	if len(response.Assertions) != 1 {
		return claim{}, refused(p, "it does not hold one assertion", nil)
	}
	assertion := response.Assertions[0]
	if reason := s.misfit(p, in, f, response, &assertion); reason != "" {
		return claim{}, refused(p, reason, nil)
	}
	return p.read(doc, &assertion)
}

// validate checks signature, issuer, recipient and status. Any one of the provider's
// certificates will do; the library wants to be told which when there are several
// and the signature does not say.
func (s *Service) validate(p Provider, in reply) (response *types.Response, err error) {
	err = dsig.ErrMissingSignature
	for _, c := range p.SAML.Certificates {
		response, err = s.party(p, in.site, c.Certificate).ValidateEncodedResponse(in.response)
		if err == nil {
			return response, nil
		}
	}
	return nil, err
}

// why says in a few words what the library found wrong.
func why(err error) string {
	var value saml2.ErrInvalidValue
	var missing saml2.ErrMissingElement
	switch {
	case errors.Is(err, dsig.ErrMissingSignature):
		return "it is not signed"
	case errors.As(err, &value) && value.Reason == saml2.ReasonExpired:
		return "it has expired"
	case errors.As(err, &value):
		return "its " + strings.ToLower(value.Key) + " does not fit"
	case errors.As(err, &missing):
		return "it lacks " + missing.Tag
	}
	return "its signature does not fit the certificates that are set for it"
}

// misfit checks what the library does not; "" when all is well.
func (s *Service) misfit(p Provider, in reply, f flow, response *types.Response, a *types.Assertion) string {
	confirmation := a.Subject.SubjectConfirmation.SubjectConfirmationData
	switch {
	case !answers(f, confirmation.InResponseTo), response.InResponseTo != "" && !answers(f, response.InResponseTo):
		return "it does not belong to this sign-in"
	case a.ID == "":
		return "its assertion has no id"
	case a.AuthnStatement == nil:
		return "it does not say that anybody signed in"
	case a.AuthnStatement.SessionNotOnOrAfter != nil && !s.now().Before(*a.AuthnStatement.SessionNotOnOrAfter):
		return "it has expired"
	case !fresh(confirmation.NotOnOrAfter, s.now()):
		return "it has expired"
	}
	return s.conditions(a.Conditions, in.site.entityID(p.ID))
}

// answers says whether InResponseTo is the id of the flow's request. A provider that
// begins by itself sends none.
func answers(f flow, inResponseTo string) bool {
	sum := digestOf(inResponseTo)
	return inResponseTo != "" && subtle.ConstantTimeCompare(sum[:], f.nonce[:]) == 1
}

// fresh says whether now is before an instant in the form of xs:dateTime.
func fresh(notOnOrAfter string, now time.Time) bool {
	end, err := time.Parse(time.RFC3339, notOnOrAfter)
	return err == nil && now.Before(end)
}

// conditions checks those of an assertion (Core section 2.5); "" when they are met.
func (s *Service) conditions(c *types.Conditions, audience string) string {
	if c == nil || len(c.AudienceRestrictions) == 0 {
		return "it does not say whom it is for"
	}
	if c.NotBefore != "" {
		begin, err := time.Parse(time.RFC3339, c.NotBefore)
		if err != nil || s.now().Add(skew).Before(begin) {
			return "it is not valid yet"
		}
	}
	if c.NotOnOrAfter != "" && !fresh(c.NotOnOrAfter, s.now()) {
		return "it has expired"
	}
	for _, restriction := range c.AudienceRestrictions {
		named := false
		for _, a := range restriction.Audiences {
			named = named || strings.TrimSpace(a.Value) == audience
		}
		if !named {
			return "it is for somebody else than this server"
		}
	}
	return ""
}

// emailNames are attributes that providers put an e-mail in.
func emailNames() []string {
	return []string{
		"email", "mail", "emailAddress", "urn:oid:0.9.2342.19200300.100.1.3",
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
	}
}

// displayNames are attributes that providers put a name in.
func displayNames() []string {
	return []string{"displayName", "name", "urn:oid:2.16.840.1.113730.3.1.241", "http://schemas.microsoft.com/identity/claims/displayname"}
}

// read answers what an assertion that is believed says.
func (p Provider) read(doc document, a *types.Assertion) (claim, error) {
	if a.Subject.NameID == nil || strings.TrimSpace(a.Subject.NameID.Value) == "" {
		return claim{}, refused(p, "it names nobody", nil)
	}
	if doc.nameFormat == formatTransient {
		return claim{}, refused(p, "it names you by a word that is new each time; the provider must send a persistent id or the e-mail as NameID", nil)
	}
	cl := claim{
		assertion: digestOf(a.ID), expires: expiry(a), name: attribute(a, displayNames()...),
		subject: strings.TrimSpace(a.Subject.NameID.Value), verified: unsaid,
	}
	if doc.nameFormat == formatEmail {
		cl.subject = lower(cl.subject)
	}
	if p.SAML.EmailAttribute != "" {
		cl.email = bareEmail(attribute(a, p.SAML.EmailAttribute))
		return cl, nil
	}
	cl.email = bareEmail(attribute(a, emailNames()...))
	if cl.email == "" && (doc.nameFormat == formatEmail || strings.Contains(cl.subject, "@")) {
		cl.email = bareEmail(cl.subject)
	}
	return cl, nil
}

// expiry answers when the assertion would be refused for its age at the latest.
func expiry(a *types.Assertion) time.Time {
	end, err := time.Parse(time.RFC3339, a.Subject.SubjectConfirmation.SubjectConfirmationData.NotOnOrAfter)
	if err != nil {
		return time.Time{} // misfit has refused it
	}
	return end.Add(skew)
}

// attribute answers the one value of the first attribute that has one of the names.
// Of several values none is better than the others.
func attribute(a *types.Assertion, names ...string) string {
	if a.AttributeStatement == nil {
		return ""
	}
	for _, name := range names {
		for _, given := range a.AttributeStatement.Attributes {
			if strings.EqualFold(given.Name, name) && len(given.Values) == 1 {
				return strings.TrimSpace(given.Values[0].Value)
			}
		}
	}
	return ""
}
