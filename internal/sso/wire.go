// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// How providers look on the wire.

func date(t time.Time) string { return web.TimeOf(db.Millis(t)).String() }

func wireProblems(problems []fault.Problem) []api.SSOProblem {
	list := make([]api.SSOProblem, len(problems))
	for i, p := range problems {
		list[i] = api.SSOProblem{Field: p.Pointer, Message: p.Message}
	}
	return list
}

func (f *face) wire(p Provider) api.SSOProvider {
	a := api.SSOProvider{
		ID: string(p.ID), Kind: string(p.Kind), Name: p.Name, Enabled: p.Enabled, CreateUsers: p.CreateUsers,
		TrustEmail: p.TrustEmail, Domains: p.Domains, StartPath: p.startPath(), Missing: wireProblems(p.Missing()),
		CreatedDate: date(p.CreatedAt), UpdatedDate: date(p.UpdatedAt),
	}
	if p.Kind == OIDC {
		a.OIDC = &api.SSOOIDC{
			Issuer: p.OIDC.Issuer, ClientID: p.OIDC.ClientID, ClientSecretSet: p.SecretSet(), Scopes: p.OIDC.Scopes,
			RedirectURI: f.site.redirectURI(p.ID),
		}
		return a
	}
	a.SAML = &api.SSOSAML{
		EntityID: p.SAML.EntityID, SSOURL: p.SAML.SSOURL, Certificates: make([]api.SSOCertificate, len(p.SAML.Certificates)),
		EmailAttribute: p.SAML.EmailAttribute, ACSURL: f.site.acsURL(p.ID), SPEntityID: f.site.entityID(p.ID),
	}
	for i, c := range p.SAML.Certificates {
		a.SAML.Certificates[i] = api.SSOCertificate{Subject: c.Subject.String(), Fingerprint: c.Fingerprint(), ExpiryDate: date(c.NotAfter)}
	}
	return a
}

func draftOf(in api.SSOProviderInput) Draft {
	d := Draft{
		CreateUsers: in.CreateUsers, Domains: in.Domains, Enabled: in.Enabled, Name: in.Name, TrustEmail: in.TrustEmail,
	}
	if in.Kind != nil {
		d.Kind = Kind(*in.Kind)
	}
	if in.OIDC != nil {
		d.OIDC = &OIDCDraft{
			ClientID: in.OIDC.ClientID, ClientSecret: in.OIDC.ClientSecret, Issuer: in.OIDC.Issuer, Scopes: in.OIDC.Scopes,
		}
	}
	if in.SAML != nil {
		d.SAML = &SAMLDraft{
			Certificates: in.SAML.Certificates, EmailAttribute: in.SAML.EmailAttribute, EntityID: in.SAML.EntityID,
			Metadata: in.SAML.Metadata, SSOURL: in.SAML.SSOURL,
		}
	}
	return d
}
