// SPDX-License-Identifier: Apache-2.0

// Package evidence keeps what happened in a form that anyone can check: a Merkle
// tree for each workspace, with signed checkpoints. The mathematics are package
// proof's; this package stores, orders, signs and exports.
//
// # Nouns
//
//	Entry       one thing that happened, written with it in one transaction
//	position    its place in the workspace's tree, from 0
//	stream      entries with an order of their own, such as a definition's syncs
//	checkpoint  our signature over the first so many entries
//	pack        all of it in one file, for proof.Verify
//	trail       the same entries for people: who did what, from where, what changed
//	event       one entry of the trail, with a sentence (sentence_table.go)
//
// # An entry's way
//
//	Append ──▶ waiting ──▶ numbered ──▶ signed ──▶ exported
//	 in the     position    in batches,   the tree    up to the
//	 feature's  is NULL,    at most a     when it     newest
//	 own        leaf hash   second later  has grown   checkpoint
//	 transaction  is fixed
//
// Append only inserts: no transaction waits for another's place in the tree. The
// sequencer (Job, every second under a lease; Sequence and Drain for commands that
// run beside no server) reads waiting entries by id, stores the hashes they add
// and their positions in transactions of a few milliseconds, and then signs.
//
// # The trail
//
// An event says what its entry says; there is no second record of it. The body of
// an entry follows these customs, and what does not is passed over:
//
//	what      what was done, a participle or a few words: "created", "role changed"
//	changes   a list of Change: names rather than ids, never a secret
//	reason    why, as somebody gave it
//	from      where the request came from; Append writes it
//	x: {id, name}  another thing that had to do with it: a further target of kind x
//	x: [{id, name}, …]  several; a member kind of one says what it is, in place of x
//
// A change names what was there before only where there was something: what is
// created has no before, what is deleted has no after.
//
// Kind and what make the action, user.role_changed. A kind that says nothing gets
// its words from what: sync.pushed, sync.refused, sync.evaluated. Kinds such as
// directory_user are told as parts of it: directory.user.created. How an action is
// told stands in one table; one without a row is told in general words.
//
// Lists are newest first by id and leave syncs out unless they are named. Exports
// go by position, since an entry that was written earlier may be committed later:
// whoever goes on after the last event has missed none. An auditor's window holds
// for both, and for single events. The columns that filters use, and the rows by
// which an entry is found for its further targets, are drawn from the document
// when the entry is written, and by New for entries of an older program. They are
// an index, not evidence: an entry whose document does not fit its leaf is shown
// as altered.
//
// # Tables
//
//	evidence_entry       canonical entries; position is NULL while they wait
//	evidence_target      what entries name beside their subject; none of syncs
//	evidence_hash        the tree, by tlog's stored-hash index
//	evidence_checkpoint  signed notes, by size
//	evidence_key         public keys; the highest number signs
//
// # Files in the data folder
//
//	evidence.key              the secret key, mode 0600, unless it is handed in
//	evidence.signed/<id>      the last checkpoint signed or seen for a workspace
//
// # Invariants
//
//   - Positions have no gaps, and no entry has two. The keys of the tables hold
//     that, not the lease: a second sequencer breaks one and steps back.
//   - Entries that one process appends stand in the order in which it did, within
//     a millisecond too: db.Tx.NewID.
//   - Entries of one stream stand in the order of their sequence. Append gives each
//     an id above its predecessor's and refuses a sequence that does not rise;
//     whoever draws it commits before the next is drawn.
//   - What is signed is durable, and contains what was signed before. The file is
//     written and synced before the database gets the signature. After a crash in
//     between, the next pass publishes the file's note; it never signs that tree
//     again. A process that sees a newer checkpoint in the database takes it into
//     its file, so that each replica remembers.
//   - A tree that does not contain what file or database say was signed is left
//     alone: nothing is numbered, signed or exported (ErrRefused, which Check shows)
//     until the right database is back. Should the older one have to stay, remove
//     the workspace's file and start again; who holds a newer checkpoint can tell.
//   - The database knows one public key, and a process with another does not start.
//     Key rotation will be a command that adds the next row of evidence_key.
//   - Nothing is ever updated but a position, or what the trail is asked for, from
//     NULL, and nothing is deleted.
package evidence
