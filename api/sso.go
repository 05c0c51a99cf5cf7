// SPDX-License-Identifier: Apache-2.0

package api

// SSOProvider is an identity provider of a workspace. What its kind does not
// have is left out.
type SSOProvider struct {
	ID          string       `json:"id"`
	Kind        string       `json:"kind" enum:"oidc,saml"`
	Name        string       `json:"name" doc:"Shown on the sign-in page."`
	Enabled     bool         `json:"enabled"`
	CreateUsers bool         `json:"createUsers" doc:"Unknown people become users with the role Employee."`
	TrustEmail  bool         `json:"trustEmail" doc:"An e-mail that the provider calls neither verified nor unverified is enough to find a user by."`
	Domains     []string     `json:"domains" doc:"E-mail domains that the provider may vouch for; empty = any."`
	StartPath   string       `json:"startPath" doc:"Where a sign-in begins."`
	OIDC        *SSOOIDC     `json:"oidc,omitempty"`
	SAML        *SSOSAML     `json:"saml,omitempty"`
	Missing     []SSOProblem `json:"missing" doc:"What is to be filled in before the provider can be switched on."`
	CreatedDate string       `json:"createdDate" format:"date-time"`
	UpdatedDate string       `json:"updatedDate" format:"date-time"`
}

// SSOOIDC are the settings of an OpenID Connect provider. The client secret is
// never answered.
type SSOOIDC struct {
	Issuer          string   `json:"issuer"`
	ClientID        string   `json:"clientId"`
	ClientSecretSet bool     `json:"clientSecretSet"`
	Scopes          []string `json:"scopes"`
	RedirectURI     string   `json:"redirectUri" doc:"To be registered with the provider, as it stands."`
}

// SSOSAML are the settings of a SAML provider, and what it must be told about
// this server.
type SSOSAML struct {
	EntityID       string           `json:"entityId" doc:"Of the identity provider."`
	SSOURL         string           `json:"ssoUrl" doc:"Where requests go, by HTTP-Redirect."`
	Certificates   []SSOCertificate `json:"certificates"`
	EmailAttribute string           `json:"emailAttribute" doc:"Name of the attribute that holds the e-mail; empty = the usual names, then the NameID."`
	ACSURL         string           `json:"acsUrl" doc:"Assertion consumer service of this server."`
	SPEntityID     string           `json:"spEntityId" doc:"Entity id of this server, also the address of its metadata."`
}

// SSOCertificate is a certificate that assertions may be signed with.
type SSOCertificate struct {
	Subject     string `json:"subject"`
	Fingerprint string `json:"fingerprint" doc:"SHA-256, in hex."`
	ExpiryDate  string `json:"expiryDate" format:"date-time"`
}

// SSOProviderInput makes or changes a provider. A member that is absent leaves
// things as they are; one that is present replaces what was there.
type SSOProviderInput struct {
	Kind        *string       `json:"kind,omitempty" enum:"oidc,saml" doc:"Required when it is made; never changes."`
	Name        *string       `json:"name,omitempty" doc:"Required when it is made."`
	Enabled     *bool         `json:"enabled,omitempty" doc:"When it is made: on if nothing is missing."`
	CreateUsers *bool         `json:"createUsers,omitempty" doc:"Off at first."`
	TrustEmail  *bool         `json:"trustEmail,omitempty" doc:"At first off for oidc, whose providers say which e-mails they verified, and on for saml, which has no word for it."`
	Domains     *[]string     `json:"domains,omitempty"`
	OIDC        *SSOOIDCInput `json:"oidc,omitempty"`
	SAML        *SSOSAMLInput `json:"saml,omitempty"`
}

// SSOOIDCInput are settings of an OpenID Connect provider.
type SSOOIDCInput struct {
	Issuer       *string   `json:"issuer,omitempty" doc:"As the provider's discovery document spells it. Another issuer takes the client secret and every link to a user away."`
	ClientID     *string   `json:"clientId,omitempty"`
	ClientSecret *string   `json:"clientSecret,omitempty" doc:"Never answered; an empty one takes it away."`
	Scopes       *[]string `json:"scopes,omitempty" doc:"openid, profile and email at first."`
}

// SSOSAMLInput are settings of a SAML provider: its metadata, or each by itself.
type SSOSAMLInput struct {
	Metadata       *string `json:"metadata,omitempty" doc:"XML of the identity provider's metadata; gives entityId, ssoUrl and certificates."`
	EntityID       *string `json:"entityId,omitempty" doc:"Another one takes every link to a user away."`
	SSOURL         *string `json:"ssoUrl,omitempty"`
	Certificates   *string `json:"certificates,omitempty" doc:"One or several in PEM."`
	EmailAttribute *string `json:"emailAttribute,omitempty"`
}

// SSOProblem is something that is missing or does not work.
type SSOProblem struct {
	Field   string `json:"field" doc:"JSON Pointer of the setting to look at; empty when it is no single one."`
	Message string `json:"message"`
}

// SSOTest is what trying a provider brought to light.
type SSOTest struct {
	OK       bool         `json:"ok"`
	Problems []SSOProblem `json:"problems"`
}

// SSOIdentity is a user who has signed in by a provider.
type SSOIdentity struct {
	UserID        string `json:"userId"`
	EmailAddress  string `json:"emailAddress"`
	Subject       string `json:"subject" doc:"How the provider names the person."`
	FirstUsedDate string `json:"firstUsedDate" format:"date-time"`
	LastUsedDate  string `json:"lastUsedDate" format:"date-time"`
}
