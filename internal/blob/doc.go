// SPDX-License-Identifier: Apache-2.0

// Package blob keeps files that people attach, in a folder, by what they hold.
//
// # Nouns
//
//	store  a folder; below it one for each workspace
//	blob   a file named by the SHA-256 of its content: it never changes
//
// # Invariants
//
// A blob is written under another name, synced and renamed, so what has its name is
// whole. What is read is hashed on the way: a file that was changed behind Muster's
// back is an error before its last byte, never an answer. Nothing of a name that
// people gave is part of a path.
//
// What a process that died leaves behind is named coming-…, counts for nothing, and is
// swept up when it is a day old.
//
// The folder is of this machine. Several processes on one database need a folder
// that they share.
package blob
