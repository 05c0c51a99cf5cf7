// SPDX-License-Identifier: Apache-2.0

// Package resource holds what applications push: definitions, syncs, records.
//
// # Nouns
//
//	definition  what an application pushes under one resourceId: a name, a base
//	            type, perhaps a custom schema in JSON Type Definition, versioned
//	sync        one number of a definition's one sequence: a push, or a
//	            re-evaluation (cause rule, exception, time, rerun)
//	head        the last number that counts
//	item        the integer that stands for a uniqueId within a definition
//	record      one version of an item: [from_sync, to_sync)
//	mark        stale (its newest element was rejected) or held (its removal was)
//	rejection   an element that was not taken, and why
//	claim       the right to write beyond the head, a lease
//	system      a definition that Muster fills itself: people, owners (System)
//	delta       a push of some records of a system definition (PutDelta)
//
// # A push
//
//	intake.go    split the body into elements, spool them when the id comes last
//	element.go   check, compare with the ledger, judge
//	ahead.go     write what changed beyond the head, in transactions bounded by time
//	finish.go    duplicates, refusals, removals, marks
//	run.go       judge what is stored and wanted, then flip the head
//
// Current at head h means from_sync <= h AND (to_sync IS NULL OR to_sync > h).
// Rows beyond the head are invisible until the flip, which is one short
// transaction: head, sync row, tallies and evidence entry. A push that fails
// or dies leaves rows beyond the head; resource_head.ahead says so, and the next
// claim clears them first.
//
// # Invariants
//
//   - below the head nothing is changed but to_sync of rows that end
//   - only the holder of the claim writes beyond the head: every write ahead
//     renews the claim in its own transaction
//   - the flip is conditional on claim, head and rules epoch; when a rule changed
//     meanwhile everything is judged again before it flips
//   - an unchanged push writes its sync row, the head and one evidence entry
package resource
