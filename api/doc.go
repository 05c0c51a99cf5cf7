// SPDX-License-Identifier: Apache-2.0

// Package api holds the shapes that travel: what clients send and what a server
// answers. Member names are the contract's; the served document describes the
// same shapes.
//
// A field without omitempty or omitzero is always present in an answer. A
// pointer, and a raw value that may be absent, is null or left out where the
// server has nothing to say. Times are RFC 3339; raw values are JSON text.
package api
