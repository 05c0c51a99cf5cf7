// SPDX-License-Identifier: Apache-2.0

// Package signin lets users in: passwords with a second factor, links, the
// sessions that follow, and which methods a workspace allows. Passkeys and
// identity providers live next door (packages passkey and sso) and come to Open
// with somebody whom they have proved.
//
// # Nouns
//
//	password  argon2id in PHC form: signin_password
//	totp      a second factor by time (RFC 6238), with recovery codes: signin_totp, signin_recovery
//	session   one user in one workspace in one browser: signin_session
//	step      a password that was right, waiting for the second factor: signin_step
//	link      a one-time URL: set-up, invitation, magic link, reset: signin_link
//	setting   which methods are on, and how long sessions last: signin_setting
//	attempt   guesses lately, by account and by address: signin_attempt
//
// # A session's states
//
//	        sign-in                 switch to another workspace
//	(none) ────────▶ live (hash) ◀──────────────────────────────▶ sleeping (no hash)
//	                  │ sign-out, revocation, idle time, lifetime,      │
//	                  ▼ deactivation of the user                        ▼
//	                ended ◀──────────────────────────────────────────────
//
// A browser has one live session; the others that were begun in it sleep until
// it switches to their workspace. Each sign-in and each switch draws a new
// cookie, and the cookie that the browser brought along is dead from then on:
// who planted it gains nothing (session fixation).
//
// # Guesses
//
// An attempt is counted before the password is looked at, so that guesses at
// once do not slip through, and taken back when it was right. Three counters
// close for the rest of a quarter of an hour: of the account from addresses it
// was never used from, of the account from each address it was used from, and of
// the address that guesses. So nobody locks a user out of the desk where they
// work by guessing elsewhere. An e-mail that nobody has counts and costs the same
// as one that somebody has.
//
// # Invariants
//
//   - Cookies, tickets, links and recovery codes are random and kept as SHA-256;
//     the secret of a totp is sealed. No secret is in an evidence entry or a log.
//   - A session is read at each request together with its user: who is
//     deactivated is out at once.
//   - A method is switched off only while an active Admin keeps another way in
//     (access.Guarded).
//   - Credentials belong to a user of one workspace; no other workspace's Admin or
//     identity provider can reach them.
//   - A link works once, and ends when a newer one of its kind is made for its user.
package signin
