// SPDX-License-Identifier: Apache-2.0

// Package client speaks to a Muster server, or to any server with the same
// public API.
//
// A [Client] mints an access token when it first needs one, keeps it until
// shortly before it ends, and mints one more when a call is answered 401: an
// application has one live token, so another program may have replaced ours.
//
// Calls that may be repeated without harm (reads, PUTs of a whole set, tokens)
// are, after 429, 502, 503, 504 and broken connections: with a wait that doubles
// and has jitter, or the one that Retry-After asks for. Other calls are repeated
// only when the server has certainly not begun them (401, 429).
//
// Sets are pushed and read as streams: memory does not grow with the number of
// records. A failed answer is an [*Error].
package client
