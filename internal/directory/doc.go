// SPDX-License-Identifier: Apache-2.0

// Package directory holds the people of a workspace and their groups (contract
// people-access-program.md section 2, manage-api.md under /v1/people and
// /v1/groups).
//
// # Nouns
//
//	person      somebody who works here, did or will: directory_person
//	leave       a span in which a person is away: directory_leave
//	group       a named set of people: directory_group
//	membership  one person in one group: directory_member
//	source      where a field comes from: typed here (VANTA on the wire), the
//	            identity provider (SCIM) or an integration
//	change      a mark that a person's record is to be carried over: directory_change
//	turn        when a person's state changes next by the clock: directory_turn
//	not person  a mailbox or robot that looks like one; no test about people sees it
//
// A person is not a user: who may sign in is package access's. The two meet by
// e-mail, and when a person leaves, access is told (Options.Leaver).
//
// # Employment
//
// The state is never stored. It follows from dates, leaves and the instant at
// which a source switched the account off; the first that holds counts:
//
//	FORMER     the end date has come
//	UPCOMING   the start date has not come
//	ON_LEAVE   a leave covers the instant
//	INACTIVE   a source has switched the account off, and says no end date
//	CURRENT    all others
//
// Spans are half open: a start belongs to what it starts, an end does not.
//
//	         start            leave             end
//	UPCOMING │ CURRENT        │ ON_LEAVE │ …    │ FORMER
//	─────────┴────────────────┴──────────┴──────┴──────────▶ time
//
// # Records for rules
//
// Rules read people as records of the system definition "people" (record.go). Each
// change leaves a mark in its transaction, a row; a pass, and whoever changes
// people here where a rule reads them, carries over how the marked people are now
// (carry.go, Options.Records). Who changes state by the clock is found by the
// instant of the next change, which is noted when they are carried over.
//
// # Leaving
//
// Whoever becomes FORMER or INACTIVE by a change has left when its transaction
// commits: Leaver is called in it, and may refuse, which refuses that person's
// change. So it is with whoever has left and is given another e-mail: nobody who
// has that address stays. Whoever leaves by the clock is found by the pass Leave
// through leaves_at; there a refusal only puts it off, from one minute to the next.
//
// What Leaver refuses it also writes down (NoteRefused), after the transaction
// that it ended: once for each entry of a bulk change and each line of a file,
// once for a person whom the pass may not let go, not at all for a dry run. Put
// and Release run in a transaction of their caller, who sees to it.
//
// # Invariants
//
//   - An e-mail belongs to one person of a workspace, without regard to case.
//   - A field that a source gave is changed by sources only; likewise the members
//     and the name of a group that a source gave. A source takes over what it names.
//   - Sources never delete people. Only those made here, of which nothing has
//     another source, can be deleted.
//   - One change touches the rows it is about: a membership is a row of its own.
//   - Each change leaves an entry of evidence in its transaction, by name.
//
// # Files of people
//
// csv.go reads and writes the table of people; import.go plans a whole file
// before the first row is written. What is exported and imported again changes
// nothing.
package directory
