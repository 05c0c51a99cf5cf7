// SPDX-License-Identifier: Apache-2.0

// Package oauth holds applications, their secrets and their access tokens
// (contract integration-api.md sections 1 and 2; RFC 6749, RFC 6750).
//
// # Nouns
//
//	application  a program that calls the API: oauth_application
//	secret       what it authenticates with; shown once, kept as SHA-256: oauth_secret
//	token        what it calls with for an hour; kept as SHA-256: oauth_token
//	source       the installation that a public application's token stands for; ""
//	             for all others
//
// # States of a token
//
//	          mint                 3,600 s
//	(nothing) ────▶ live ─────────────────────▶ expired ──▶ purged after a day
//	                 │  a newer token, rotation,              ▲
//	                 │  suspension, deletion                  │
//	                 └────────────────────────▶ revoked ──────┘
//
// # Invariants
//
//   - An application and source have at most as many live tokens as the
//     application's setting says, one by default: a mint revokes the others in its
//     own transaction. Mints, rotation and deletion of one application wait for one
//     another, because each first writes the application's row.
//   - A token never outlives the secret it was minted with.
//   - Rotation without a grace window kills secret and tokens at once; with one,
//     both end with it at the latest. Tokens of public applications stay: they stand
//     for installations and not for the secret.
//   - Secrets and tokens are drawn at random (381 and 190 bits), so a plain SHA-256
//     keeps them, and looking one up by its hash tells nothing by its timing.
//   - Each change of an application leaves an entry of evidence in its transaction.
//     No secret and no token is in it, nor in any log.
//
// # Grants
//
// client_credentials is what there is. Public applications will use
// authorization_code and refresh_token; until then their requests are answered
// with unsupported_grant_type.
package oauth
