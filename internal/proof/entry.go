// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/json"
)

// MaxEntry is the length in bytes of the longest canonical entry. It bounds what
// a verifier must hold in memory.
const MaxEntry = 4 << 20

// version is the value of the member "v" of every entry.
const version = 1

// maxSafe is the largest whole number that every JSON reader keeps (RFC 7493
// section 2.2).
const maxSafe = 1<<53 - 1

// ErrNotCanonical says that bytes are an entry, but not in the one spelling that
// is evidence.
var ErrNotCanonical = errors.New("the entry is not in canonical form")

// Entry is one thing that happened, as it is kept for ever.
type Entry struct {
	// Workspace is the id of the workspace; required.
	Workspace string
	// ID is the entry's own id; required.
	ID string
	// Kind says what happened: sync, test_version, exception, application, role…
	// Lower-case letters, digits and underscores; required.
	Kind string
	// Time is in unix milliseconds, from year 0 to 9999.
	Time int64
	// Actor did it.
	Actor Ref
	// Subject is what it was done to.
	Subject Ref
	// Stream groups entries whose order matters, such as those of one definition.
	// Empty for entries that stand alone.
	Stream string
	// Sequence rises strictly within Stream; zero when Stream is empty.
	Sequence int64
	// Body is a JSON object, canonical when it comes from Decode; nil means {}.
	// Every number in it must survive RFC 8785.
	Body json.Value
}

// Ref names a thing or a person as it was called at the time.
type Ref struct {
	Kind, ID, Name string
}

// entryText is an entry as JSON spells it.
type entryText struct {
	Actor     refText    `json:"actor"`
	Body      json.Value `json:"body"`
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Sequence  int64      `json:"sequence"`
	Stream    string     `json:"stream"`
	Subject   refText    `json:"subject"`
	Time      string     `json:"time"`
	Version   int64      `json:"v"`
	Workspace string     `json:"workspace"`
}

// refText is a Ref as JSON spells it.
type refText struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Encode answers the canonical bytes of e, whose hash is the leaf of the tree. It
// refuses entries without workspace, id or kind, bodies that are no object, and
// numbers that RFC 8785 would change.
func Encode(e Entry) ([]byte, error) {
	if err := check(e); err != nil {
		return nil, err
	}
	body, err := canonicalBody(e.Body)
	if err != nil {
		return nil, err
	}
	w := writer{buf: make([]byte, 0, 512+len(body))}
	w.raw(`{"actor":`).ref(e.Actor).raw(`,"body":`).bytes(body)
	w.raw(`,"id":`).quote(e.ID).raw(`,"kind":`).quote(e.Kind)
	if e.Stream != "" {
		w.raw(`,"sequence":`).number(e.Sequence).raw(`,"stream":`).quote(e.Stream)
	}
	w.raw(`,"subject":`).ref(e.Subject).raw(`,"time":"`).time(e.Time)
	w.raw(`","v":`).number(version).raw(`,"workspace":`).quote(e.Workspace).raw(`}`)
	if w.err != nil {
		return nil, fmt.Errorf("write entry: %w", w.err)
	}
	if len(w.buf) > MaxEntry {
		return nil, fmt.Errorf("%d bytes are more than %d", len(w.buf), MaxEntry)
	}
	return w.buf, nil
}

// Decode is the inverse of Encode. Bytes that Encode would not have written are
// refused, whatever they mean.
func Decode(text []byte) (Entry, error) {
	if len(text) > MaxEntry {
		return Entry{}, fmt.Errorf("%d bytes are more than %d", len(text), MaxEntry)
	}
	var t entryText
	if err := json.UnmarshalStrict(text, &t); err != nil {
		return Entry{}, spelling(err)
	}
	if t.Version != version {
		return Entry{}, fmt.Errorf("version %d is not known", t.Version)
	}
	ms, err := parseTime(t.Time)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{
		Workspace: t.Workspace, ID: t.ID, Kind: t.Kind, Time: ms, Actor: t.Actor.ref(), Subject: t.Subject.ref(),
		Stream: t.Stream, Sequence: t.Sequence, Body: t.Body,
	}
	again, err := Encode(e)
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again, text) {
		return Entry{}, ErrNotCanonical
	}
	return e, nil
}

func (r refText) ref() Ref { return Ref{Kind: r.Kind, ID: r.ID, Name: r.Name} }

// check refuses what has no canonical form or no meaning.
func check(e Entry) error {
	switch {
	case e.Workspace == "":
		return errors.New("an entry needs a workspace")
	case e.ID == "":
		return errors.New("an entry needs an id")
	case !validKind(e.Kind):
		return fmt.Errorf("%q is no kind of entry", e.Kind)
	case e.Sequence < 0 || e.Sequence > maxSafe:
		return fmt.Errorf("sequence %d is out of range", e.Sequence)
	case e.Stream == "" && e.Sequence != 0:
		return errors.New("an entry without a stream has no sequence")
	}
	return nil
}

func validKind(kind string) bool {
	for i := range len(kind) {
		c := kind[i]
		if !(c >= 'a' && c <= 'z' || i > 0 && (c == '_' || c >= '0' && c <= '9')) {
			return false
		}
	}
	return kind != ""
}

// canonicalBody answers the body in canonical form, after making sure that no
// number changes its value on the way.
func canonicalBody(body json.Value) ([]byte, error) {
	if body == nil {
		return []byte("{}"), nil
	}
	canonical, err := json.Canonical(body)
	if err != nil {
		return nil, fmt.Errorf("body of the entry: %w", spelling(err))
	}
	if len(canonical) == 0 || canonical[0] != '{' {
		return nil, errors.New("the body of an entry is a JSON object")
	}
	if literal, ok := lossyNumber(body); ok {
		return nil, fmt.Errorf("number %s in the body of the entry would lose digits: write it as a string", literal)
	}
	return canonical, nil
}
