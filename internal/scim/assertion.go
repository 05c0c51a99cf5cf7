// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/passmuster/muster/internal/json"
)

// An assertion is a JWT by which a client proves who it is (RFC 7523 sections 2.2
// and 3), signed with a key whose public half it gave us.

const (
	maxAssertion = time.Hour       // how far ahead its end may lie
	clockSkew    = 1 * time.Minute // by which the client's clock may differ
)

// assertion is what a signed JWT says.
type assertion struct {
	client  string
	expires time.Time
	jti     []byte // SHA-256 of it
}

// claims are those that matter; further ones are the client's own.
type claims struct {
	Audience  json.Value `json:"aud"`
	Expires   *float64   `json:"exp"`
	ID        string     `json:"jti"`
	IssuedAt  *float64   `json:"iat"`
	Issuer    string     `json:"iss"`
	NotBefore *float64   `json:"nbf"`
	Subject   string     `json:"sub"`
}

// wrongClient is what every client hears that does not prove who it is.
const wrongClient = "The client is not known, or its secret or assertion is wrong, expired or revoked."

// claimant answers which client an assertion says to be of, before anything about
// it has been checked.
func claimant(text string) (*jose.JSONWebSignature, claims, error) {
	signed, err := jose.ParseSignedCompact(text, signers())
	if err != nil {
		return nil, claims{}, refusedClient("The assertion is no JWT that is signed with RS256, PS256, ES256 or EdDSA.")
	}
	said, err := claimsOf(signed.UnsafePayloadWithoutVerification())
	return signed, said, err
}

func claimsOf(payload []byte) (said claims, err error) {
	if err := json.Unmarshal(payload, &said); err != nil {
		return said, refusedClient("The assertion's claims cannot be read.")
	}
	return said, nil
}

// verify answers what an assertion of a client says, once its signature fits one
// of the client's keys and its claims are good for the token endpoint.
func verify(signed *jose.JSONWebSignature, keys []jose.JSONWebKey, endpoint string, now time.Time) (assertion, error) {
	said, err := authentic(signed, keys)
	if err != nil {
		return assertion{}, err
	}
	if said.Issuer == "" || said.Issuer != said.Subject {
		return assertion{}, refusedClient("iss and sub of the assertion must both be the client id.")
	}
	if !said.meant(endpoint) {
		return assertion{}, refusedClient("aud of the assertion must be " + endpoint + ".")
	}
	if said.ID == "" {
		return assertion{}, refusedClient("The assertion needs a jti, which is used once.")
	}
	expires, err := said.window(now)
	if err != nil {
		return assertion{}, err
	}
	id := sha256.Sum256([]byte(said.ID))
	return assertion{client: said.Subject, expires: expires, jti: id[:]}, nil
}

// authentic answers the claims of a JWT that one of the keys has signed. A kid
// that it names must be the key's.
func authentic(signed *jose.JSONWebSignature, keys []jose.JSONWebKey) (claims, error) {
	header := signed.Signatures[0].Header
	for _, key := range keys {
		if header.KeyID != "" && header.KeyID != key.KeyID || !slices.Contains(algorithms(key), header.Algorithm) {
			continue
		}
		payload, err := signed.Verify(key.Key)
		if err == nil {
			return claimsOf(payload)
		}
	}
	return claims{}, refusedClient(wrongClient)
}

// meant says whether the assertion is for the token endpoint, by one name or
// among several (RFC 7519 section 4.1.3).
func (c claims) meant(endpoint string) bool {
	var several []string
	if err := json.Unmarshal(c.Audience, &several); err == nil {
		return slices.Contains(several, endpoint)
	}
	var one string
	err := json.Unmarshal(c.Audience, &one)
	return err == nil && one == endpoint
}

// window answers when the assertion ends, if it is good now.
func (c claims) window(now time.Time) (time.Time, error) {
	if c.Expires == nil {
		return time.Time{}, refusedClient("The assertion needs an exp.")
	}
	expires := instantOf(*c.Expires)
	switch {
	case !now.Before(expires.Add(clockSkew)):
		return expires, refusedClient("The assertion has expired.")
	case expires.After(now.Add(maxAssertion + clockSkew)):
		return expires, refusedClient(fmt.Sprintf("The assertion's exp must lie within %d minutes.", int(maxAssertion.Minutes())))
	case c.NotBefore != nil && instantOf(*c.NotBefore).After(now.Add(clockSkew)):
		return expires, refusedClient("The assertion is not good yet: its nbf lies ahead.")
	case c.IssuedAt != nil && instantOf(*c.IssuedAt).After(now.Add(clockSkew)):
		return expires, refusedClient("The assertion is not good yet: its iat lies ahead.")
	}
	return expires.Add(clockSkew), nil
}

// instantOf answers a NumericDate (RFC 7519 section 2), within what can be
// compared.
func instantOf(seconds float64) time.Time {
	const far = 1 << 40
	return time.Unix(int64(min(max(seconds, -far), far)), 0)
}
