// SPDX-License-Identifier: Apache-2.0

// Package oauth holds applications, their secrets and their access tokens
// (contract integration-api.md sections 1 and 2; RFC 6749, RFC 6750).
//
// # Nouns
//
//	application  a program that calls the API: oauth_application
//	secret       what it authenticates with; shown once, kept as SHA-256: oauth_secret
//	token        what it calls with for an hour; kept as SHA-256: oauth_token
//	public       an application that other workspaces install; its definitions, secret
//	application  and redirect URIs belong to its makers' workspace
//	installed    what stands for a public one in a workspace that allowed it: a row of
//	application  oauth_application with an origin, without a secret, with definitions
//	             and records of its own, so that nothing of two workspaces can meet
//	connection   a source of an installed application, and the consent to it:
//	             oauth_connection
//	source       what a public application's makers call a connection (source_id); ""
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
//   - A token of a public application acts in the workspace that allowed it, as the
//     installed application, for its source alone.
//   - The page's form is good for the session that it was shown to, once, and for what
//     it showed.
//   - Each change of an application leaves an entry of evidence in its transaction.
//     No secret and no token is in it, nor in any log.
//
// # Connections
//
//	GET /oauth/authorize ──▶ page ──allow──▶ code, 30 s, once ──▶ access + refresh token
//	                          │ oauth_request, 15 min              │          ▲
//	                          └─refuse──▶ access_denied            ▼          │
//	                                                       connected ──refresh┘
//	                                                           │ ▲
//	   somebody of the workspace, the client, a theft,         ▼ │ a new consent
//	   a code that comes twice, a deletion                 disconnected
//
// Refresh tokens have generations. The first use of one of generation n makes n+1
// the newest, and gives those of n-1 three hours. Whatever token is used, the new
// one is of the newest generation: what two hosts got at once goes on side by side,
// and what a thief keeps back ends with its generation. One that comes after its end
// ends the connection.
//
// What ends a connection on purpose (its workspace, or its client by suspending the
// refresh token) takes its records out of the tests; a theft or a deletion does not.
package oauth
