// SPDX-License-Identifier: Apache-2.0

// Package live tells pages that something has changed, by server-sent events.
//
// # What is told
//
//	hello   the connection stands; what follows is since now
//	resync  something may have been missed: read again what is shown
//	sync    a definition moved on: a push, or an evaluation
//	test    the status of a test is another
//
// An event is a hint with ids, and never what changed: a page asks for that by the
// routes that check permissions. Hints go by permissions too.
//
// # How
//
// Each server asks the database once a second, whatever the number of its clients, and
// not at all without any: which heads have moved, and how tests stand where one did. So
// it works with several servers on one database, and what a crash left untold is told
// by the next look. The first look at a workspace comes before its hello.
//
// A client that does not read is told to read again instead of being waited for. A
// stream ends with its session, which it does not keep awake, and at once when the
// server stops.
package live
