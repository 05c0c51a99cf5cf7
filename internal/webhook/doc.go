// SPDX-License-Identifier: Apache-2.0

// Package webhook tells addresses of the workspace's choice what happens in it, by
// requests signed as Standard Webhooks has it.
//
// # Nouns
//
//	endpoint   an address, which events it wants, and how far it has been told
//	delivery   one event for one endpoint: an id and a body that never change
//	attempt    one request for a delivery, and what came of it
//
// # States
//
//	delivery:  PENDING ── 2xx ──▶ DELIVERED
//	            │  ▲  └── a day of attempts, or 410 ──▶ FAILED
//	            │  └── replay ── DELIVERED, FAILED, SKIPPED
//	            └── enabled without what was missed ──▶ SKIPPED
//
//	endpoint:  enabled ── by hand, 410, or five days of nothing but failures ──▶ disabled
//
// # How it is sent
//
// A failed attempt is one of two things. The receiver answered, and the answer is no
// (3xx, most of 4xx, 500): this delivery is tried again after longer and longer waits,
// and others go on meanwhile. Or nobody is there (no answer in time, 408, 429, 502, 503, 504):
// then the endpoint rests, one delivery at a time looks whether it is back, at least
// every ten minutes, and once one is answered all that waited go at once, in their order.
//
// An endpoint gets one request at a time. Endpoints do not wait for one another.
//
// # Invariants
//
//   - The cursor of an endpoint moves in the transaction that writes the deliveries
//     of what it passes, and a delivery is unique by endpoint and event: nothing is
//     lost, and nothing is made twice.
//   - A delivery is sent by whoever holds its claim. A claim that nobody ended runs out
//     after half a minute, so that what a crash cut off is sent again, under its old
//     id: the receiver may see an id twice, and knows by it.
//   - An end is written before the endpoint's next request begins.
//   - Bodies hold what the feed says, which is sentences, ids and counts.
//   - Requests go through package egress. Redirects are not followed.
//
// # Tables
//
//	webhook_endpoint  endpoints, their sealed secrets, their cursors
//	webhook_delivery  deliveries and when each is due
//	webhook_attempt   the log of attempts
//
// # Jobs
//
//	webhook-fill   makes deliveries of what the feed has for each endpoint
//	webhook-send   sends what is due
//	webhook-purge  clears deliveries that ended long ago, and deleted endpoints
package webhook
