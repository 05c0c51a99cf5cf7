// SPDX-License-Identifier: Apache-2.0

// Package passkey lets users sign in with passkeys: Web Authentication, level 3
// (https://www.w3.org/TR/webauthn-3/), with discoverable credentials, so that
// nobody types an e-mail. The cryptography is github.com/go-webauthn/webauthn's;
// this package keeps credentials and challenges and says whose they are.
//
// # Nouns
//
//	passkey    a credential of one user of one workspace: passkey_credential
//	handle     the credential id that the authenticator chose; one owner in the installation
//	challenge  a ceremony that has begun: passkey_challenge
//	ticket     names a challenge to the browser that began it; kept as SHA-256
//	site       relying party id (host of the base URL) and origin (scheme, host, port)
//
// # States of a challenge
//
//	            Begin…              its ticket comes back, right or wrong
//	(nothing) ─────────▶ open ───────────────────────────────────────────▶ gone
//	                      │  5 min           Purge                          ▲
//	                      ├──────────▶ expired ─────────────────────────────┤
//	                      └──── too many newer ones are open ───────────────┘
//
// # Invariants
//
//   - A ticket works once: its row is deleted, and that is durable, before the
//     answer is looked at.
//   - A ticket for registering works for the user who asked for it alone, and none
//     does for the other ceremony.
//   - The authenticator verified its user in both ceremonies, so a passkey counts
//     as two factors.
//   - The user handle given to authenticators is the user's id, which is unique in
//     the installation and tells nothing. A credential is found by its own id, and
//     the handle in the answer must be its owner's.
//   - A sign count that does not rise refuses the sign-in and leaves evidence: the
//     passkey may have been copied (section 6.1.1). The stored count stays, so its
//     owner gets in. Authenticators that do not count send 0 always.
//   - Every refused sign-in reads the same. An unknown workspace gets a challenge
//     like any other; it only never fits.
//   - Open challenges are bounded: for signing in to a number in all, oldest out
//     first, so that who fills them up keeps nobody out who is quick; for
//     registering to a few a user.
//   - A passkey is taken away inside access.Guarded: it may be the last way in of
//     the last Admin.
//   - Adding, renaming, removing and refusing leave an entry of kind "passkey" in
//     their transaction. Public keys and handles are not in it.
//
// Passkeys belong to a host name. When the base URL gets another one, browsers do
// not offer the old passkeys any more, and nobody can sign in with them.
//
// Package signin opens the session and knows which methods are on.
package passkey
