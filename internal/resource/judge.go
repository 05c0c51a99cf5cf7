// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// Judge is what the sync engine needs from package assessment: the tests of a
// definition and their verdicts.
type Judge interface {
	// Behind answers the definitions whose verdicts have not taken in yet what
	// changed in the records of another one, or of any when it is 0.
	Behind(ctx context.Context, related Number) ([]Definition, error)
	// Reads says whether any test reads the records of a definition: is about them,
	// or relates to them.
	Reads(ctx context.Context, tx *db.Tx, d Number) (bool, error)
	// Refit takes in that a definition has another schema, which is saved, and
	// answers the definitions whose rules it raised: those with tests that relate to
	// it, and those that are to keep more for these.
	Refit(ctx context.Context, tx *db.Tx, edited Definition) ([]Number, error)
	// Related answers the definitions that the tests of one relate to.
	Related(ctx context.Context, tx *db.Tx, d Number) ([]Number, error)
	// Sweep forgets what all dependents of a definition have taken in.
	Sweep(ctx context.Context, related Number) error
	// Open begins an evaluation of the definition whose outcomes at head become
	// those at head+1. now is pinned for all of it.
	Open(ctx context.Context, d Definition, head Head, now time.Time) (Evaluation, error)
	// Misfits names the tests whose rules would not fit the definition as it is
	// given, with a schema that is not saved yet; those that relate to it too.
	Misfits(ctx context.Context, d Definition) ([]string, error)
	// Clear takes back what was written for the items in (low, high] beyond head.
	Clear(ctx context.Context, tx *db.Tx, d Definition, head, low, high int64) error
}

// Subject is a record that is judged.
type Subject struct {
	CreatedAt int64  // ms; only of a uniqueId that came with this number, else 0: it can be looked up
	Document  []byte // valid during the call
	Item      Item
	Known     bool   // the item had a record at the head
	UniqueID  string // goes with CreatedAt
}

// Evaluation turns the changes of one number into changes of outcomes. Its
// methods but Ahead.Write are called by one goroutine.
type Evaluation interface {
	// Changed judges a record that was created or updated.
	Changed(ctx context.Context, r Subject) error
	// Again judges a stored record that did not change, under every test.
	Again(ctx context.Context, r Subject) error
	// Gone takes a removed record out of every test.
	Gone(ctx context.Context, item Item) error
	// Undo takes back what Changed said of an item; its record at the head, if
	// it had one, stands again.
	Undo(ctx context.Context, item Item) error
	// Take answers what was judged since the last call, to be written by
	// another goroutine; nil when nothing was.
	Take(ctx context.Context) (Ahead, error)
	// Wants says which stored records must be judged although they did not
	// change: for a new version, an exception, a date that came, a related record.
	// It is asked when all changes are told and written.
	Wants(ctx context.Context) (Wanted, error)
	// Stored judges a stored record that Wants asked for, changed or not.
	Stored(ctx context.Context, item Item, document []byte) error
	// Rest ends the judging, after the last record that Wants asked for.
	Rest(ctx context.Context) error
	// Idle answers what is to be noted, under the number of the head, when nothing
	// is wanted and nothing changed; nil for nothing.
	Idle() Ahead
	// Flip commits windows and tallies with the head; Digests follow.
	Flip(ctx context.Context, tx *db.Tx, number int64, now time.Time) error
	// Verdicts answers the digest over the outcome changes of each test version.
	Verdicts() []Verdicts
}

// Ahead is a part of an evaluation on its way to the database.
type Ahead interface {
	// Write writes the part under the number, before its flip.
	Write(ctx context.Context, tx *db.Tx, number int64) error
}

// Wanted names stored records: all of them, or some.
type Wanted struct {
	All   bool
	Flip  bool   // there is something to commit, whether or not a record is wanted
	Items []Item // rising; only when not All
}

// Verdicts says in evidence what a number changed for one test version.
type Verdicts struct {
	Changes int64  `json:"changes"` // records whose outcome is another
	Digest  string `json:"digest"`  // SHA-256 in hex over the sorted changes
	Failing int64  `json:"failing"` // after it
	Passing int64  `json:"passing"`
	Test    string `json:"test"`
	Turn    *Turn  `json:"turn,omitzero"` // nil when nothing is to be told
	Version int64  `json:"version"`
}

// Turn says in evidence what came out differently under a test, as people are told of
// it. Records are named by their items only: who may see them finds them by these.
type Turn struct {
	After   string `json:"after"`             // status
	Before  string `json:"before"`            // status; IN_PROGRESS before the first evaluation
	Began   int64  `json:"began"`             // records that fail and did not before
	Ended   int64  `json:"ended"`             // records that failed and do not any more, or are gone
	Failing []Item `json:"failing,omitempty"` // the first of those that began
	Fixed   []Item `json:"fixed,omitempty"`   // the first of those that ended
	ID      string `json:"id"`                // of the test, as the API has it
	Name    string `json:"name"`
	Slug    string `json:"slug"`
	Total   int64  `json:"total"` // records that pass, fail or are in progress
}
