// SPDX-License-Identifier: Apache-2.0

// Package stream forwards what happens to syslog servers.
//
// # Nouns
//
//	stream   a syslog server of a workspace, which types of events it gets, and a cursor
//	cursor   how far the server has come in the feed (package feed)
//	message  an event as RFC 5424 has it
//
// # A message
//
//	<109>1 2026-01-31T12:00:00.000Z muster.example.com muster - user.role_changed
//	  [muster@32473 id="1042.1" type="user.role_changed" workspace="…" actorKind="user"
//	  actorId="…" actor="Ada" subjectKind="user" subjectId="…" subject="Bob" address="…"
//	  data="{\"changes\":…}"] Ada gave Bob the role Admin (was Viewer)
//
// MSGID has 32 characters at most (section 6.2.7), type the whole name. data is the
// event's data as JSON. A message that would be longer than receivers take goes without
// data and says truncated="true"; the event is at GET /v1/events?after= a cursor before
// its id. 32473 is the enterprise number for examples (RFC 5612): the project has none
// of its own. The text begins with a byte order mark, as the RFC wants for UTF-8.
//
// # Delivery
//
// At least once, in the order of the feed, with one connection a batch:
//
//	connect ──▶ write up to 500 messages ──▶ say that was all ──▶ the receiver closes ──▶ move the cursor
//
// Syslog has no acknowledgement. That the receiver closed its side after ours, and did
// not break the connection, is the best there is: what stood in a buffer of a server
// that died is sent again. Over UDP there is not even that. A receiver that fails is
// tried again after 1, 2, 4 … seconds, five minutes at most; the others do not wait for
// it. Whatever dies in between, the batch whose cursor did not move is sent again.
//
// # Tables
//
//	stream_target  the streams, their cursors and their last error
package stream
