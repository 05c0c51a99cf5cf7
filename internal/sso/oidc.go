// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// algorithms are those that an ID token may be signed with: asymmetric ones. With
// none, and with HS*, whoever knows the client secret or nothing at all could write
// one.
func algorithms() []string {
	return []string{
		oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA, oidc.PS256, oidc.PS384, oidc.PS512, oidc.RS256, oidc.RS384, oidc.RS512,
	}
}

// config answers the OAuth client of a provider, without its secret.
func (s *Service) config(p Provider, w site, i *issuer) *oauth2.Config {
	endpoint := i.provider.Endpoint()
	endpoint.AuthStyle = i.style(p.SecretSet())
	return &oauth2.Config{ClientID: p.OIDC.ClientID, Endpoint: endpoint, RedirectURL: w.redirectURI(p.ID), Scopes: p.OIDC.Scopes}
}

// authorize answers the authentication request (OpenID Connect Core 1.0 section
// 3.1.2.1) with PKCE (RFC 7636), and notes in the flow what must come back.
func (s *Service) authorize(ctx context.Context, p Provider, w site, state string, f *flow) (string, error) {
	i, err := s.issuers.get(ctx, p)
	if err != nil {
		return "", unreachable(p, err)
	}
	nonce, verifier := newSecret(), oauth2.GenerateVerifier()
	f.nonce = digestOf(nonce)
	if f.verifier, err = s.sealer.Seal(verifierPurpose(f.state), []byte(verifier)); err != nil {
		return "", err
	}
	return s.config(p, w, i).AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// unreachable is what people read when a provider does not work; the log has the
// reason, which is for admins.
func unreachable(p Provider, err error) error {
	return fmt.Errorf("%w: %w", fault.Later(time.Minute, "%s cannot be reached, or is not set up right. Try again later, or ask an Admin of %s",
		p.Name, p.Workspace.Name), err)
}

// callback is an authentication response (Core 1.0 section 3.1.2.5, RFC 9207).
type callback struct {
	code     string
	failure  string // error
	issuer   string // iss
	provider ProviderID
	site     site
	state    string
}

// finishOIDC takes an authentication response to its end.
func (s *Service) finishOIDC(ctx context.Context, in callback, from from) (arrived, error) {
	f, err := s.take(ctx, in.provider, in.state, from.browser)
	if err != nil {
		return arrived{}, err
	}
	p, err := s.offered(ctx, in.provider)
	if err != nil {
		return arrived{}, err
	}
	i, err := s.issuers.get(ctx, p)
	if err != nil {
		return arrived{}, unreachable(p, err)
	}
	if err := i.checkResponse(p, in); err != nil {
		return arrived{}, err
	}
	token, err := s.exchange(ctx, p, i, f, in)
	if err != nil {
		return arrived{}, err
	}
	cl, err := s.prove(ctx, p, i, f, token)
	if err != nil {
		return arrived{}, err
	}
	return s.arrive(ctx, p, f, cl, from)
}

// refused is for an answer of a provider that must not be believed. The reason is of
// this program; the cause is for the log.
func refused(p Provider, reason string, cause error) error {
	known := fault.New(fault.Forbidden, "the answer of %s was refused: %s. Start again; if it happens again, tell an Admin of %s",
		p.Name, reason, p.Workspace.Name)
	if cause == nil {
		return known
	}
	return fmt.Errorf("%w: %w", known, cause)
}

// checkResponse says what is wrong with a response before its code is used.
func (i *issuer) checkResponse(p Provider, in callback) error {
	if in.issuer != p.OIDC.Issuer && (in.issuer != "" || i.sendsIssuer) { // RFC 9207 section 2.4
		return refused(p, "it comes from another issuer", nil)
	}
	switch {
	case in.failure == "access_denied":
		return fault.New(fault.Forbidden, "%s did not let you in, or you said no there", p.Name)
	case in.failure != "":
		return refused(p, "it tells of an error", fmt.Errorf("error %.100q", in.failure))
	case in.code == "":
		return refused(p, "it has no code", nil)
	}
	return nil
}

// exchange redeems the code (Core 1.0 section 3.1.3).
func (s *Service) exchange(ctx context.Context, p Provider, i *issuer, f flow, in callback) (*oauth2.Token, error) {
	verifier, err := s.sealer.Open(verifierPurpose(f.state), f.verifier)
	if err != nil {
		return nil, err
	}
	config := s.config(p, in.site, i)
	if p.SecretSet() {
		secret, err := s.sealer.Open(secretPurpose(p.ID), p.secret)
		if err != nil {
			return nil, fmt.Errorf("client secret of identity provider %s: %w", p.ID, err)
		}
		config.ClientSecret = string(secret)
	}
	token, err := config.Exchange(s.outbound.context(ctx), in.code, oauth2.VerifierOption(string(verifier)))
	var answer *oauth2.RetrieveError
	switch {
	case errors.As(err, &answer): // its text holds the body
		return nil, refused(p, "it did not take the code back", fmt.Errorf("token endpoint: %s, error %.100q", answer.Response.Status, answer.ErrorCode))
	case err != nil:
		return nil, unreachable(p, fmt.Errorf("token endpoint: %w", inner(err)))
	}
	return token, nil
}

// idClaims are the claims of an ID token or a UserInfo answer that matter here.
type idClaims struct {
	AuthorizedParty string     `json:"azp"`
	Email           string     `json:"email"`
	EmailVerified   json.Value `json:"email_verified"`
	Name            string     `json:"name"`
	Subject         string     `json:"sub"`
}

// verified reads email_verified, which some providers send as a string.
func (c idClaims) verified() verified {
	switch strings.Trim(string(c.EmailVerified), `"`) {
	case "true":
		return confirmed
	case "", "null":
		return unsaid
	}
	return denied
}

// prove checks the ID token (Core 1.0 section 3.1.3.7) and answers what it says.
func (s *Service) prove(ctx context.Context, p Provider, i *issuer, f flow, token *oauth2.Token) (claim, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok || raw == "" {
		return claim{}, refused(p, "it has no ID token", nil)
	}
	verifier := i.provider.Verifier(&oidc.Config{ClientID: p.OIDC.ClientID, Now: s.now, SupportedSigningAlgs: i.algorithms})
	id, err := verifier.Verify(s.outbound.context(ctx), raw)
	if err != nil {
		return claim{}, refused(p, "the ID token is not valid", inner(err))
	}
	var claims idClaims
	if err := id.Claims(&claims); err != nil {
		return claim{}, refused(p, "the ID token is not valid", err)
	}
	if reason := s.doubt(p, id, claims, f); reason != "" {
		return claim{}, refused(p, reason, nil)
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return claim{}, refused(p, "the ID token is not valid", err)
		}
	}
	if claims.Email == "" {
		if err := s.askUserInfo(ctx, p, i, token, &claims); err != nil {
			return claim{}, err
		}
	}
	return claim{email: bareEmail(claims.Email), name: claims.Name, subject: id.Subject, verified: claims.verified()}, nil
}

// skew is how far the clocks of a provider and this server may be apart.
const skew = time.Minute

// doubt says what the library leaves to its caller; "" when all is well.
func (s *Service) doubt(p Provider, id *oidc.IDToken, claims idClaims, f flow) string {
	nonce := digestOf(id.Nonce)
	switch {
	case id.Issuer != p.OIDC.Issuer:
		return "the ID token is of another issuer"
	case len(id.Audience) > 1 && claims.AuthorizedParty == "", claims.AuthorizedParty != "" && claims.AuthorizedParty != p.OIDC.ClientID:
		return "the ID token is for another client"
	case id.Nonce == "" || subtle.ConstantTimeCompare(nonce[:], f.nonce[:]) != 1:
		return "the ID token is not for this sign-in"
	case id.IssuedAt.After(s.now().Add(5 * skew)):
		return "the ID token is from the future"
	case id.Subject == "":
		return "the ID token names nobody"
	}
	return ""
}

// askUserInfo asks for the e-mail that the ID token does not hold (Core 1.0 section
// 5.3). A provider without that endpoint leaves it empty.
func (s *Service) askUserInfo(ctx context.Context, p Provider, i *issuer, token *oauth2.Token, claims *idClaims) error {
	if i.provider.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := i.provider.UserInfo(s.outbound.context(ctx), oauth2.StaticTokenSource(token))
	if err != nil {
		return unreachable(p, fmt.Errorf("userinfo endpoint: %w", inner(err)))
	}
	var more idClaims
	if err := info.Claims(&more); err != nil {
		return refused(p, "what it says of you cannot be read", err)
	}
	if more.Subject != claims.Subject { // Core 1.0 section 5.3.2
		return refused(p, "it speaks of somebody else", nil)
	}
	claims.Email, claims.EmailVerified = more.Email, more.EmailVerified
	if claims.Name == "" {
		claims.Name = more.Name
	}
	return nil
}

// allowed answers what of the advertised algorithms may be used; all that may when a
// provider advertises none.
func allowed(advertised []string) []string {
	if len(advertised) == 0 {
		return algorithms()
	}
	return slices.DeleteFunc(algorithms(), func(a string) bool { return !slices.Contains(advertised, a) })
}
