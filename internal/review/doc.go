// SPDX-License-Identifier: Apache-2.0

// Package review holds access reviews: does everybody still need the accounts that
// they have (contract people-access-program.md section 2)?
//
// # Nouns
//
//	review    a name, systems, and when it is to be completed
//	system    a definition of accounts, and the user who decides on them
//	item      an account as it was when the review began, and what was decided
//	removal   an item that is to be removed: open until a push shows that it is
//	turn      an account of a review that became active, or is not any more
//
// # States of a review
//
//	        start            every account decided
//	draft ────────▶ started ──────────────────────▶ completed
//	  │ deleted        └────────▶ cancelled
//	  ▼
//
// While its list is being frozen a review is starting; nobody sees its items, and a
// start that was cut off begins again.
//
// # States of an item
//
//	           keep
//	pending ─────────▶ kept
//	   │    remove                    not active any more
//	   ├─────────▶ to be removed ◀──────────────────────────▶ removed
//	   │ not active any more              active again
//	   ◀──────────────────▶ gone, before anybody decided
//
// # Invariants
//
//   - Only accounts that were active when the review began are in it, each once.
//   - What was decided stays, unless the reviewer decides anew before the review is
//     completed and says so. Of two who decide at once, one is refused.
//   - A reviewer decides on the accounts of the systems that are theirs, and on no
//     others. An application with the scope may enter decisions; evidence names it.
//   - Deciding on an account of one's own takes a reason.
//   - An item that was decided to be removed is removed exactly while its account is
//     not active, also after the review was completed. One that nobody decided on is
//     gone exactly while its account is not active, until the review ends.
//   - review_item_tally counts the items of a review by system and state, at every
//     commit.
//   - Every step leaves an entry of evidence; the one of completion has the digest over
//     the items as they are in the report.
package review
