// SPDX-License-Identifier: Apache-2.0

// Package notify tells people what concerns them, by e-mail and Slack: tests that
// turn, records that begin to fail, what is overdue, sources that have gone quiet,
// removals and records that wait for somebody, reviews and documents that are due.
//
// # Nouns
//
//	event       what happened, off the feed (package feed)
//	category    events that people switch together, and who hears of them unasked
//	choice      off, now or digest: whether a category is told, and when
//	preference  the choices of one person, and the tests that they follow or mute
//	channel     a place in Slack with choices of its own; of the workspace, or one's own
//	address     a person's e-mail, or a channel
//	line        all that happened to one thing, in as few words as it takes
//	batch       the lines that go to one address in one message
//
// # How a message comes to be
//
//	feed ──collect──▶ open batch ── its time comes ──▶ ready ──▶ sending ──▶ sent
//	                                   │                 ▲          │
//	                                   │                 └─ later ──┤ it failed
//	                                   └▶ dropped                   └▶ failed, after a day
//
// The first event for an address opens a batch; more lines join it until its time
// comes: the window of the workspace after the first event, or the next hour of the
// digest. So nobody gets two messages within a window.
//
// # Invariants
//
//   - The cursor into the feed moves in the transaction that adds the lines: every
//     event is told once, whatever dies in between.
//   - A workspace without a cursor begins at the newest event, and tells nothing that
//     happened before. Where nothing can be sent, there is no cursor.
//   - No transaction is open while a server is talked to. What hangs holds up the
//     messages of its own workspace and medium, and those for a few seconds.
//   - That a message is being sent is written before, and what became of it after.
//     When the process dies between the two, the message is sent again, under the same
//     Message-ID: twice rather than never.
//   - Who is deactivated hears nothing, also of what waits. Who hears may read what it
//     is about, by role or as its owner.
//   - The log keeps what a message said, and not the link in it that ends mail.
//   - Names of others are cut, cleared of control and direction characters, and
//     escaped where they stand.
//
// # Tables
//
//	notify_cursor      how far a workspace has read the feed
//	notify_setting     the window, the hour of digests, the choices of who made none
//	notify_preference  choices of people, and those who have unsubscribed
//	notify_follow      tests that somebody follows or mutes
//	notify_channel     channels; the URL is sealed
//	notify_told        what is told again only when it got worse
//	notify_batch       messages, from the first line to the log of what was sent
//	notify_line        what they say
//
// # Jobs
//
//	notify-collect  reads the feed
//	notify-mail     closes batches and sends mail
//	notify-slack    closes batches and sends to Slack
//	notify-purge    forgets what was sent long ago
package notify
