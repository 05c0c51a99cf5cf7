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
	// Open begins an evaluation of the definition whose outcomes at head become
	// those at head+1. now is pinned for all of it.
	Open(ctx context.Context, d Definition, head Head, now time.Time) (Evaluation, error)
	// Misfits names the tests whose rules would not fit the definition as it is
	// given, with a schema that is not saved yet.
	Misfits(ctx context.Context, d Definition) ([]string, error)
	// Clear takes back what was written for the items in (low, high] beyond head.
	Clear(ctx context.Context, tx *db.Tx, d Definition, head, low, high int64) error
}

// Evaluation turns the changes of one number into changes of outcomes. Its
// methods but Ahead.Write are called by one goroutine.
type Evaluation interface {
	// Changed judges a record that was created or updated; known says that the
	// item had a record at the head.
	Changed(ctx context.Context, item Item, document []byte, known bool) error
	// Gone takes a removed record out of every test.
	Gone(ctx context.Context, item Item) error
	// Undo takes back what Changed said of an item; its record at the head, if
	// it had one, stands again.
	Undo(ctx context.Context, item Item) error
	// Take answers what was judged since the last call, to be written by
	// another goroutine; nil when nothing was.
	Take() Ahead
	// Wants says which stored records must be judged although they did not
	// change: for a new version, an exception, a date that came.
	Wants() Wanted
	// Stored judges a stored record that Wants asked for, changed or not.
	Stored(ctx context.Context, item Item, document []byte) error
	// Rest ends the judging, after the last record that Wants asked for.
	Rest(ctx context.Context) error
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
	Items []Item // rising; only when not All
}

// Verdicts says in evidence what a number changed for one test version.
type Verdicts struct {
	Changes int64  `json:"changes"` // records whose outcome is another
	Digest  string `json:"digest"`  // SHA-256 in hex over the sorted changes
	Failing int64  `json:"failing"` // after it
	Passing int64  `json:"passing"`
	Test    string `json:"test"`
	Version int64  `json:"version"`
}
