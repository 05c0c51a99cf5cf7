// SPDX-License-Identifier: Apache-2.0

// Package account holds the accounts that people and machines have in the systems
// of a workspace, and whose they are (contract people-access-program.md section 2).
//
// # Nouns
//
//	account  a user_account record of any definition with that base: account_record
//	         is its newest version as lists show it
//	system   the definition that it was pushed under
//	owner    whose it is: account_owner
//	facet    status, MFA, permission level and kind of owner in one integer, by
//	         which lists filter and counters count (package facet)
//
// # Accounts follow records
//
// View is package resource's: what a push changes reaches account_record with its
// flip, or right after it when that is much. An account that the newest push left
// out stays, as deactivated since then; one that comes back is what it says.
//
// # Owners
//
//	               e-mail of a person                   hand
//	nobody said ───────────────────────▶ person     ───────────▶ person, external,
//	     │                                 │                      service, none
//	     └──────────────── hand ───────────┴──────────────────────────▲
//
// A link by e-mail is made when an account comes, or changes its e-mail, or when
// a person comes or gets the e-mail, without regard to case. It is stored, so
// neither a sync nor a renamed person undoes it. Only what the account itself
// says moves it: an e-mail of another person. A link by hand is moved by hand
// only; taking one away is a word too (kind none), which no sync overrules. What
// belongs to a person is released when the person is deleted or is none.
//
// # Invariants
//
//   - account_record_tally counts the rows of account_record by facet, at every commit.
//   - The facet's kind of owner is that of account_owner; no row is none.
//   - An account whose e-mail a person has is linked, unless a hand said otherwise.
//     On PostgreSQL the row of the e-mail in account_address keeps a person and an
//     account that come at the same moment from missing one another.
package account
