// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/proof"
)

// Subject is what something was done to, as it was called at the time.
type Subject struct {
	Kind string // test, application, definition, user, …
	ID   string
	Name string
}

// Entry is one thing that happens, as its feature tells it.
type Entry struct {
	// Actor did it; the entry belongs to its workspace.
	Actor caller.Caller
	// Kind says what happened: sync, test_version, exception, application, role, …
	Kind string
	// Subject is what it was done to.
	Subject Subject
	// Stream names what has an order of its own, such as a definition's id;
	// empty when nothing has.
	Stream string
	// Sequence rises strictly within Stream; zero without one.
	Sequence int64
	// Body says the rest: a map or struct that becomes a JSON object, a raw
	// json.Value, or nil. No secrets: entries are exported and kept for ever.
	// Numbers beyond 2^53, or of more digits than a double keeps, are refused.
	// By custom the member "what" says what was done ("created") and "changes"
	// holds a list of Change; "from" is Append's own.
	Body any
}

// Change is one thing that an action changed, as it was before and as it is
// after, in words that people read: names rather than ids, and never a secret.
// Nil stands for "nothing was there" and is left out.
type Change struct {
	Field  string `json:"field"`
	Before any    `json:"before,omitzero"`
	After  any    `json:"after,omitzero"`
}

// Append adds an entry to the evidence of its actor's workspace, in the
// transaction that does the thing: both happen or neither. The entry gets its
// place in the tree later, when the sequencer comes by, so that no transaction
// waits for another.
//
// Call it within db.Write: what db.WriteAhead commits may still be lost. Whoever
// draws the sequence of a stream commits before the next is drawn; a sequence
// that does not rise is refused, as no pack with it would ever verify.
func Append(ctx context.Context, tx *db.Tx, now time.Time, e Entry) error {
	if err := appendEntry(ctx, tx, now, e); err != nil {
		return fmt.Errorf("evidence of %s %s: %w", e.Kind, e.Subject.ID, err)
	}
	return nil
}

func appendEntry(ctx context.Context, tx *db.Tx, now time.Time, e Entry) error {
	id, err := nextID(ctx, tx, now, e)
	if err != nil {
		return err
	}
	row, err := encode(id, now, e)
	if err != nil {
		return err
	}
	if err := insertEntry(ctx, tx, row); err != nil {
		return err
	}
	return insertTargets(ctx, tx, row.workspace, row.id, row.trail.targets)
}

// nextID answers an id for the entry. Ids of one process rise, so that entries
// stand in the order in which they were appended. An id is above all ids of the
// entry's stream, too, even when another machine's clock is ahead: the sequencer
// goes by id, and so puts a stream in its order.
func nextID(ctx context.Context, tx *db.Tx, now time.Time, e Entry) (string, error) {
	id := tx.NewID(now)
	if e.Stream == "" {
		return id, nil
	}
	sequence, last, err := selectLast(ctx, tx, e.Actor.Workspace.Number, e.Stream)
	switch {
	case errors.Is(err, db.ErrNoRow):
		return id, nil
	case err != nil:
		return "", err
	case e.Sequence <= sequence:
		return "", fmt.Errorf("sequence %d of stream %s does not follow %d", e.Sequence, e.Stream, sequence)
	case id <= last:
		return newer(last)
	}
	return id, nil
}

// newer answers an id of the millisecond after another's. The very next number
// may be somebody else's.
func newer(id string) (string, error) {
	if !db.ValidID(id) {
		return "", fmt.Errorf("%q is no id", id)
	}
	ms, err := strconv.ParseInt(id[:12], 16, 64)
	if err != nil {
		return "", fmt.Errorf("id %s: %w", id, err)
	}
	return db.NewID(db.Time(ms + 1)), nil
}

// encode answers the row of an entry with its canonical bytes and their leaf.
func encode(id string, now time.Time, e Entry) (entryRow, error) {
	body, err := encodeBody(e.Body, e.Actor.Address)
	if err != nil {
		return entryRow{}, err
	}
	row := entryRow{
		created: db.Millis(now), id: id, kind: e.Kind, sequence: e.Sequence,
		stream: e.Stream, workspace: e.Actor.Workspace.Number,
	}
	said := proof.Entry{
		Actor:     proof.Ref{Kind: string(e.Actor.Kind), ID: e.Actor.ID, Name: e.Actor.Name},
		Body:      body,
		ID:        row.id,
		Kind:      e.Kind,
		Sequence:  e.Sequence,
		Stream:    e.Stream,
		Subject:   proof.Ref{Kind: e.Subject.Kind, ID: e.Subject.ID, Name: e.Subject.Name},
		Time:      row.created,
		Workspace: e.Actor.Workspace.ID,
	}
	row.document, err = proof.Encode(said)
	row.leaf, row.trail = proof.Leaf(row.document), trailOf(said)
	return row, err
}

// encodeBody answers the body as JSON text, with where the request came from
// when an address is known; nil stands for an empty object.
func encodeBody(body any, address string) (json.Value, error) {
	if members, ok := body.(map[string]any); ok && address != "" {
		if _, taken := members["from"]; taken {
			return nil, errFromTaken
		}
		members = maps.Clone(members)
		members["from"] = origin{Address: address}
		return bodyText(members)
	}
	text, err := bodyText(body)
	if err != nil || text.Kind() != '{' {
		return text, err // proof.Encode refuses what is no object
	}
	var members map[string]json.Value
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	if _, taken := members["from"]; taken {
		return nil, errFromTaken
	}
	if address == "" {
		return text, nil
	}
	from, err := json.Marshal(origin{Address: address})
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	members["from"] = from
	return json.Marshal(members)
}

var errFromTaken = errors.New(`body: the member "from" is kept for where the request came from`)

// origin is where a request came from, as the member "from" of a body says it.
type origin struct {
	Address string `json:"address"`
}

// bodyText answers the body as its feature told it.
func bodyText(body any) (json.Value, error) {
	switch body := body.(type) {
	case nil:
		return json.Value("{}"), nil
	case json.Value:
		if body == nil {
			return json.Value("{}"), nil
		}
		return body, nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	return text, nil
}
