// SPDX-License-Identifier: Apache-2.0

// Package proof is the mathematics of evidence: what an entry's bytes are, how
// entries hang together in a Merkle tree, what a signed checkpoint says, and how
// a stranger checks an exported pack without us. It is pure: no files, no
// database, no clock. Package evidence stores and signs with it; the command
// that verifies shares nothing else with the writer.
//
// # Entry
//
// An [Entry] is one thing that happened. [Encode] writes it as one JSON object in
// the canonical form of RFC 8785, and these bytes are the evidence: [Decode]
// refuses every other spelling of the same object. Members, in their order:
//
//	{"actor":{"id","kind","name"},"body":{…},"id","kind",["sequence","stream",]
//	 "subject":{"id","kind","name"},"time","v":1,"workspace"}
//
// RFC 8785 keeps a number as an IEEE double. A number that a double cannot hold
// digit for digit, or that is larger than 2^53, is refused instead of changed.
//
// # Tree
//
// A leaf is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right), as in
// RFC 6962. Entry n is leaf n. The hashes of all complete subtrees are stored in
// the one order that golang.org/x/mod/sumdb/tlog gives them: appending a leaf only
// appends hashes, and none is ever changed. A [Frontier] appends without reading.
//
// # Checkpoint
//
// A [Checkpoint] says "after so many entries the root was this", in the form of
// C2SP tlog-checkpoint, signed as a note with Ed25519 by exactly one key:
//
//	muster/<workspace id>
//	<entries, decimal>
//	<root, base64>
//	time <RFC 3339, UTC, milliseconds>
//
//	— <key name> <base64 of key hash and signature>
//
// Who signs must first ask [Extends] whether the tree to be signed still contains
// the one that was signed last. A log that forgets or rewrites is never signed.
//
// # Pack
//
// A pack is a text of lines, each one canonical JSON object and a line feed:
//
//	{"checkpoint":note,"entries":N,"format":"muster-evidence/1","key","origin","workspace":{"id","name"}}
//	{"entry":{…},"hash":leaf,"position":n,"proof":[inclusion in the checkpoint's tree]}     N times, n rising from 0
//	{"checkpoint":note,"proof":[consistency with the checkpoint's tree]}                     earlier ones, size rising
//	{"checkpoints":M,"entries":N,"header":digest,"pack":digest}
//
// The two digests of the last line are SHA-256 over the first line and over all
// lines but the last. They find damage to what no signature covers, such as the
// workspace's name; they are no defence against a person, who can adjust them. All
// that matters is under the signed root. Proofs list hashes from the leaf upwards,
// as RFC 9162 section 2.1.3 and 2.1.4 do.
//
// [PackWriter] writes what it is given, damaged or not. [Verify] reads a pack as a
// stream, holding one line, a few hashes and the last number of each entry stream,
// and answers a [Report] or a [*Mismatch] that names the first entry that does not
// fit.
package proof
