// SPDX-License-Identifier: Apache-2.0

// Package feed tells what happened, as events that streams, webhooks and
// notifications go on from.
//
// There is no outbox. The evidence of a workspace is the durable, ordered list of what
// happened in it: an entry is written in the transaction that does the thing, and gets
// its position within a second, in order. The feed turns entries that follow a position
// into events; a reader keeps a Cursor and goes on from there, so that nothing is lost
// and nothing is told twice by us, whatever dies in between.
//
// # Nouns
//
//	Event   one thing that happened: an entry, or a part of one
//	Cursor  where a reader goes on; that of an event is the event's id
//	Want    which types a reader asks for
//	Type    test.status_changed, user.role_changed, …; types.go says what each holds
//
// # Parts
//
// An entry of the audit trail is one event, under the name of its action. That of a sync
// gives more: what was rejected, what is held, and for each test whether its status is
// another, and which records began to fail or fail no more. The entry says so itself
// (resource.Turn): it names records by item, and the feed looks their names up as they
// were at that sync, so that no name stands in evidence. outcome.changed is one event a
// record, read from the intervals of outcomes, and only for who asks for it by name.
//
// What happens by time alone (something becomes overdue, a source goes stale) gets an
// entry from a pass of its feature, once, and so is on the feed.
//
// # Invariants
//
//   - Events of a workspace have one order, and a cursor means the same for ever:
//     positions and parts are never given back.
//   - A page is read in one short transaction, and looks at a bounded number of places.
//     The end is where the next cursor is the one that was asked with.
//   - No secret is in an event: entries have none.
package feed
