// SPDX-License-Identifier: Apache-2.0

// Package sso lets identity providers vouch for users: OpenID Connect (OpenID
// Connect Core 1.0, RFC 6749, RFC 7636, RFC 9207) and SAML 2.0 (the web browser
// SSO profile). What a provider says ends as one question, "which user of this
// workspace is that?"; sessions themselves are package signin's.
//
// # Nouns
//
//	provider  who may vouch, of one kind, for users of one workspace: sso_provider
//	identity  a subject of a provider and the user that it is: sso_identity
//	flow      a sign-in on its way to a provider and back: sso_flow
//	seen      an assertion that has been used: sso_seen
//	claim     what a provider proved about somebody; never stored
//
// # A sign-in
//
//	GET /sso/{provider}/start ──▶ flow ──▶ the provider's pages
//	                                          │ OIDC: GET  /sso/{provider}/callback?state&code
//	                                          │ SAML: POST /sso/{provider}/acs  RelayState, SAMLResponse
//	                                          ▼
//	         take the flow ──▶ check what came ──▶ claim ──▶ identity ──▶ user ──▶ signin.Open
//
// A flow lives for ten minutes and ends with the first request that brings its
// state from the browser it began in. That browser has a cookie of its own for it,
// so a link with somebody else's code or assertion signs nobody in. For SAML, whose
// reply another site posts, the cookie is SameSite=None, which takes HTTPS; without
// it SAML is refused. A provider never begins a sign-in by itself.
//
// # Who is it
//
//  1. The subject: a user whom this subject was linked to before. An identity is
//     never moved to another user, whatever e-mail the provider sends.
//  2. Else the e-mail, without regard to ASCII case, if the provider vouches for
//     it; user and subject are linked from then on. OIDC says so by
//     email_verified: false never counts, true does, and when it is missing the
//     provider's setting TrustEmail decides. That is off at first, because large
//     providers send e-mails that their users may choose. SAML has no such word: there
//     TrustEmail is on at first, as the settings name one organisation's directory.
//  3. Else, if the provider may create users, a new one with the role Employee.
//  4. Else nobody.
//
// In all cases the user's e-mail must be of a domain that the provider may vouch
// for. A user has one subject at each provider: a second one with the same e-mail is
// refused until an admin takes the old link away, since it may be a new owner of an
// old address.
//
// # Invariants
//
//   - A provider reaches users of its own workspace only.
//   - Client secrets and PKCE verifiers are sealed; states, nonces and browser cookies
//     are stored as SHA-256. No secret and no token is in an evidence entry, an answer
//     or a log.
//   - Each provider has a redirect URI and an entity id of its own, so that one
//     provider's code cannot be carried to another one (RFC 9700 section 4.4.2.2).
//   - Every request to a provider goes through the client in Options, which decides
//     what addresses may be reached. Addresses that a browser is sent to are https
//     unless Options.Plain.
//   - Another issuer or entity id is another provider: its links go, and the client
//     secret with them.
//   - No change of a provider locks the last Admin out (access.Guarded).
//   - Of a SAML reply only what the signature covers is read; it holds one assertion,
//     no comments, and no algorithm older than SHA-256.
package sso
