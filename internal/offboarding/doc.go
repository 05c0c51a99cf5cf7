// SPDX-License-Identifier: Apache-2.0

// Package offboarding says what must be true when somebody leaves, and how much of it
// is.
//
// # Nouns
//
//	departure  somebody is FORMER or INACTIVE
//	condition  their accounts are not active, no computer names them as its owner,
//	           and somebody has acknowledged that they are gone
//	deadline   by the SLA account-access-revocation, from when they left
//
// # Invariants
//
//   - Nothing is stored: conditions are computed from the same rows as the pages of
//     accounts and computers, so a push that shows an account gone meets one at once.
//   - A departure is complete when all conditions are met, since the last of what met
//     them; what is broken afterwards opens it again.
//   - Lists of people by the state of their departure ask for it in their statement
//     (Narrow): whether something is open begins from what is open, and by when
//     somebody left it is known whether they are overdue. Only business days can be
//     about a day off there, so each row is looked at again.
//
// Next door: directory keeps who acknowledged; it shows departures as tasks.
package offboarding
