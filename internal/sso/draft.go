// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/passmuster/muster/internal/egress"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// OIDCSettings are those of an OpenID Connect provider.
type OIDCSettings struct {
	ClientID string
	Issuer   string
	Scopes   []string
}

// SAMLSettings are those of a SAML provider.
type SAMLSettings struct {
	Certificates   []Certificate // any of them may have signed
	EmailAttribute string        // "" = the usual names, then the NameID
	EntityID       string
	SSOURL         string
}

// Certificate is one that a SAML provider signs with.
type Certificate struct{ *x509.Certificate }

// Fingerprint answers the SHA-256 of the certificate in hex.
func (c Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// Draft is what a provider is made from or changed by; nil leaves things as they
// are.
type Draft struct {
	CreateUsers *bool
	Domains     *[]string
	Enabled     *bool // when it is made: nil = on if nothing is missing
	Kind        Kind  // "" = as it is; never changes
	Name        *string
	OIDC        *OIDCDraft
	SAML        *SAMLDraft
	TrustEmail  *bool
}

// OIDCDraft changes settings of an OpenID Connect provider.
type OIDCDraft struct {
	ClientID     *string
	ClientSecret *string // "" takes it away
	Issuer       *string
	Scopes       *[]string
}

// SAMLDraft changes settings of a SAML provider. Metadata is XML that gives entity
// id, sign-on URL and certificates, as far as the other members do not.
type SAMLDraft struct {
	Certificates   *string // PEM
	EmailAttribute *string
	EntityID       *string
	Metadata       *string
	SSOURL         *string
}

func defaultScopes() []string { return []string{"openid", "profile", "email"} }

// Bounds of what a draft may hold.
const (
	maxName    = 100 // characters
	maxText    = 2000
	maxDomains = 100
	maxScopes  = 20
)

// drafting applies a draft and gathers what is wrong with it.
type drafting struct {
	plain    bool
	problems []fault.Problem
}

func (d *drafting) wrong(pointer, format string, args ...any) {
	d.problems = append(d.problems, fault.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// apply changes p as the draft says, or answers an Invalid fault with every place
// that is wrong.
func (s *Service) apply(in Draft, p *Provider) error {
	d := &drafting{plain: s.plain}
	before := p.authority()
	d.general(in, p)
	if in.OIDC != nil && p.Kind == OIDC {
		d.oidc(*in.OIDC, &p.OIDC)
	}
	if in.SAML != nil && p.Kind == SAML {
		d.saml(*in.SAML, &p.SAML)
	}
	if before != p.authority() {
		p.secret = "" // it was given for the former one
	}
	if in.OIDC != nil && in.OIDC.ClientSecret != nil && p.Kind == OIDC {
		if err := s.sealSecret(d, *in.OIDC.ClientSecret, p); err != nil {
			return err
		}
	}
	if p.Enabled {
		d.problems = append(d.problems, p.Missing()...)
	}
	if len(d.problems) > 0 {
		return fault.At(d.problems...)
	}
	return nil
}

func (s *Service) sealSecret(d *drafting, secret string, p *Provider) (err error) {
	switch {
	case secret == "":
		p.secret = ""
	case !simple(secret):
		d.wrong("/oidc/clientSecret", "must have at most %d characters and none of them a control character", maxText)
	default:
		p.secret, err = s.sealer.Seal(secretPurpose(p.ID), []byte(secret))
	}
	return err
}

func secretPurpose(id ProviderID) string { return "sso_provider.secret " + string(id) }

func (d *drafting) general(in Draft, p *Provider) {
	switch {
	case p.Kind != OIDC && p.Kind != SAML:
		d.wrong("/kind", "must be oidc or saml")
	case in.Kind != "" && in.Kind != p.Kind:
		d.wrong("/kind", "must stay %s: make a new provider for another kind", p.Kind)
	}
	if in.OIDC != nil && p.Kind == SAML {
		d.wrong("/oidc", "must be absent: this provider speaks saml")
	}
	if in.SAML != nil && p.Kind == OIDC {
		d.wrong("/saml", "must be absent: this provider speaks oidc")
	}
	if in.Name != nil {
		p.Name = strings.TrimSpace(*in.Name)
	}
	if n := len([]rune(p.Name)); n == 0 || n > maxName || !simple(p.Name) {
		d.wrong("/name", "must have 1 to %d characters", maxName)
	}
	if in.Domains != nil {
		d.domains(*in.Domains, p)
	}
	set(&p.CreateUsers, in.CreateUsers)
	set(&p.Enabled, in.Enabled)
	set(&p.TrustEmail, in.TrustEmail)
}

func set[T any](target *T, value *T) {
	if value != nil {
		*target = *value
	}
}

func (d *drafting) domains(list []string, p *Provider) {
	if len(list) > maxDomains {
		d.wrong("/domains", "must be at most %d", maxDomains)
		return
	}
	p.Domains = []string{}
	for i, text := range list {
		domain := lower(strings.TrimPrefix(strings.TrimSpace(text), "@"))
		if !isDomain(domain) {
			d.wrong(fmt.Sprintf("/domains/%d", i), "must be a domain such as example.com")
			continue
		}
		p.Domains = append(p.Domains, domain)
	}
	slices.Sort(p.Domains)
	p.Domains = slices.Compact(p.Domains)
}

// isDomain takes names of DNS, those of other scripts in their ASCII form.
func isDomain(text string) bool {
	const maxDomain = 253
	if len(text) > maxDomain || !strings.Contains(text, ".") {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

func (d *drafting) oidc(in OIDCDraft, to *OIDCSettings) {
	if in.ClientID != nil {
		if to.ClientID = strings.TrimSpace(*in.ClientID); !simple(to.ClientID) {
			d.wrong("/oidc/clientId", "must have at most %d characters and none of them a control character", maxText)
		}
	}
	if in.Issuer != nil {
		// OpenID Connect Discovery 1.0 section 2: no query, no fragment. It is
		// compared letter by letter, so nothing is added or taken away.
		to.Issuer = strings.TrimSpace(*in.Issuer)
		if to.Issuer != "" {
			d.address("/oidc/issuer", to.Issuer)
			if strings.Contains(to.Issuer, "?") {
				d.wrong("/oidc/issuer", "must not hold a query (what follows a ?)")
			}
		}
	}
	if in.Scopes != nil {
		d.scopes(*in.Scopes, to)
	}
}

func (d *drafting) scopes(list []string, to *OIDCSettings) {
	to.Scopes = slices.Clone(list)
	if len(list) > maxScopes || !slices.Contains(list, "openid") {
		d.wrong("/oidc/scopes", "must be at most %d and hold openid", maxScopes)
	}
	for i, scope := range list {
		// RFC 6749 section 3.3.
		bad := func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
		if scope == "" || len(scope) > maxName || strings.ContainsFunc(scope, bad) {
			d.wrong(fmt.Sprintf("/oidc/scopes/%d", i), "must be a scope such as profile")
		}
	}
}

func (d *drafting) saml(in SAMLDraft, to *SAMLSettings) {
	if in.Metadata != nil {
		d.metadata(*in.Metadata, to)
	}
	if in.EntityID != nil {
		to.EntityID = strings.TrimSpace(*in.EntityID)
	}
	if !simple(to.EntityID) {
		d.wrong("/saml/entityId", "must have at most %d characters and none of them a control character", maxText)
	}
	if in.SSOURL != nil {
		to.SSOURL = strings.TrimSpace(*in.SSOURL)
	}
	if to.SSOURL != "" {
		d.address("/saml/ssoUrl", to.SSOURL)
	}
	if in.Certificates != nil {
		list, err := parsePEM(*in.Certificates)
		if err != nil {
			d.wrong("/saml/certificates", "%v", err)
		}
		to.Certificates = list
	}
	if in.EmailAttribute != nil {
		if to.EmailAttribute = strings.TrimSpace(*in.EmailAttribute); !simple(to.EmailAttribute) {
			d.wrong("/saml/emailAttribute", "must have at most %d characters and none of them a control character", maxText)
		}
	}
}

// address takes what browsers or this server may be sent to.
func (d *drafting) address(pointer, text string) {
	if err := egress.CheckURL(text, !d.plain); err != nil {
		d.wrong(pointer, "%v", err)
	}
}

// simple says whether a text can be stored and shown on one line.
func simple(text string) bool {
	return len(text) <= maxText && web.Storable(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// Missing answers what is to be filled in before the provider can be switched on.
func (p Provider) Missing() []fault.Problem {
	var missing []fault.Problem
	need := func(ok bool, pointer, what string) {
		if !ok {
			missing = append(missing, fault.Problem{Pointer: pointer, Message: what})
		}
	}
	if p.Kind == OIDC {
		need(p.OIDC.Issuer != "", "/oidc/issuer", "is needed before the provider can be switched on")
		need(p.OIDC.ClientID != "", "/oidc/clientId", "is needed before the provider can be switched on")
		return missing
	}
	need(p.SAML.EntityID != "", "/saml/entityId", "is needed before the provider can be switched on; metadata has it")
	need(p.SAML.SSOURL != "", "/saml/ssoUrl", "is needed before the provider can be switched on; metadata has it")
	need(len(p.SAML.Certificates) > 0, "/saml/certificates", "are needed before the provider can be switched on; metadata has them")
	return missing
}
