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
//	guard     one row a user, for order among what happens at once: signin_guard
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
// close for the rest of a quarter of an hour: of the account from networks it
// was never used from, of the account from each network it was used from, and of
// the network that guesses. A network is an IPv4 address or the /64 of an IPv6
// one. So nobody locks a user out of the desk where they work by guessing
// elsewhere. An e-mail that nobody has counts and costs the same as one that
// somebody has: one hash, the same questions to the database. Codes and mails
// have counters of their own. The attempt behind which the counter of an account
// closes is an entry of evidence, once.
//
// # Invariants
//
//   - Cookies, tickets, links and recovery codes are random and kept as SHA-256;
//     the secret of a totp is sealed. No secret is in an evidence entry or a log.
//   - A session is read at each request together with its user: who is
//     deactivated is out at once.
//   - A method is switched off only while an active Admin keeps another way in
//     (access.Guarded).
//   - Who changes credentials, or makes a link to an account in use, has proved to
//     be there within a quarter of an hour (CheckRecent). A new password ends all
//     sessions of its user but the one that set it, and tickets.
//   - Credentials belong to a user of one workspace; no other workspace's Admin or
//     identity provider can reach them.
//   - A link works once. An invitation ends when a newer one is made for its user;
//     all links end when the password, the role or the e-mail changes.
//     Set-up links work only while no active Admin can sign in.
//   - A browser has at most one live session.
//
// # Order of what happens at once
//
// Who opens a session, ends all of a user's, makes a link for one or changes their
// device holds the user's row of signin_guard to the end of the transaction; each
// decides by what it reads after that. On PostgreSQL, which lets transactions
// pass one another, a session would otherwise slip in behind a deactivation or a
// new password. What works once is taken by an update that names the state it
// expects. Locks are taken in the order access_guard, counters, signin_guard,
// sessions; db runs again what deadlocks all the same.
package signin
