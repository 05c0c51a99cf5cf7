// SPDX-License-Identifier: Apache-2.0

// Package web is the house's front door: routing, credentials, rate limits,
// permissions, bodies, errors, the OpenAPI document, logs and metrics. It knows
// no product noun; features mount their routes on a Server.
//
// # The way of a request
//
//	request id, panic guard, log and metrics, security headers
//	  paths under /v1, unless mounted as open:
//	    1. credential    401 without a live token (slowed per address past a limit)
//	    2. rate limit    429 per application and class
//	    3. permission    403 when the token lacks the scope
//	  404, 405; U+0000 or no UTF-8: 404 in the path, 400 in the query
//	  415, 413, 408, malformed JSON
//	  path, query and body are decoded and validated
//	  the handler
//
// Nothing of the path, the query or the body is looked at before the first
// three have passed. A path under /v1 that was put on the mux without Register
// or Plain is refused for everybody.
//
// # Errors
//
// Handlers return package fault's errors and never write them. One table maps a
// kind to a status (failure.go); every body carries both "error" and "message".
// An error that is no fault is logged and answered as "internal error". What an
// error repeats of the request is cut: a name to 200 characters, a sentence to
// 400, the list of wrong places to 100.
//
// # Bodies
//
// A JSON body is read whole, up to its route's limit, and checked for syntax and
// repeated members before it is decoded. A route that reads a stream embeds
// Stream in its input and gets a reader which undoes gzip or zstd, counts
// decoded bytes against the limit and gives up on a client that falls silent.
//
// # The document
//
// /openapi.json is made once, of the routes, and served compressed to who takes
// that. Beside what OpenAPI has, an operation says which permission a user's role
// must give (x-permission, x-permission-or), whether owning is enough (x-owners),
// and which rate limit counts (x-rate-limit).
//
// # JSON
//
// Answers are written by package json: nil slices are [], members of maps are
// sorted. Its omitempty leaves out what is written as null, "", [] or {}, but
// keeps 0 and false; use omitzero for those. A pointer field without omitempty
// is documented as nullable. A field of type json.Value is any JSON.
package web
