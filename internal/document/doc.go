// SPDX-License-Identifier: Apache-2.0

// Package document keeps what is evidence without being a record: reports,
// contracts, minutes, as files and links, and says when they are too old
// (contracts manage-api.md and integration-api.md section 6).
//
// # Nouns
//
//	document   what evidence is asked for, how often, and whose it is
//	upload     a file that stands for it; its bytes lie in package blob
//	link       an address that stands for it
//	renewal    when the newest upload or link is older than the cadence
//
// # Rules
//
// A document needs a document until a file or link is there, needs an update from
// its renewal on, and is OK in between; deactivated, it is not relevant. The
// renewal is the effective date of the newest file or link plus the cadence, in
// calendar months. A date to come counts from when the file came: nobody is OK
// for longer by writing another year.
//
// A sensitive document is there for its owner, for roles that see such, and for
// applications of the manage API. For all others it does not exist.
//
// # Invariants
//
// Every upload adds a row, and the row is written after the file is whole and
// kept: what breaks off leaves nothing. Whoever changes what a document has takes
// its row first, so that two uploads at once both count. What auditors read
// changes together with an entry of the ledger, which has the hash of each file;
// of a sensitive document it has no names.
//
// # Tables
//
//	document_document  documents, and when the next thing is to be told
//	document_upload    files; a deleted one stays as a row
//	document_link      links
//
// # Jobs
//
//	document-remind    says on the trail that a renewal comes near, or has come
package document
