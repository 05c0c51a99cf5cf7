// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The ways in which a checkpoint or the tree under it can be wrong.
var (
	// ErrCheckpoint says that a text is not a checkpoint in its one spelling.
	ErrCheckpoint = errors.New("malformed checkpoint")
	// ErrOtherKey says that the signature is not of the key that was expected.
	ErrOtherKey = errors.New("the checkpoint is signed by another key")
	// ErrRewritten says that the tree does not begin with the one signed last.
	ErrRewritten = errors.New("history was rewritten: the tree does not begin with the one that was signed")
	// ErrShrunk says that the tree is smaller than the one signed last.
	ErrShrunk = errors.New("the tree is smaller than the one that was signed")
	// ErrSignature says that the signature does not fit the text.
	ErrSignature = errors.New("the signature of the checkpoint is wrong")
)

// originPrefix opens the first line of every checkpoint.
const originPrefix = "muster/"

// timePrefix opens the extension line with the time.
const timePrefix = "time "

// maxCheckpoint is the length in bytes of the longest signed checkpoint.
const maxCheckpoint = 4 << 10

// Origin answers the name of a workspace's tree. It stands under the signature, so
// a checkpoint of one workspace is worth nothing in another.
func Origin(workspace string) string { return originPrefix + workspace }

// Checkpoint says which root a tree had at a size.
type Checkpoint struct {
	// Origin names the tree; see [Origin].
	Origin string
	// Size is the number of entries.
	Size int64
	// Root is the root hash of the first Size entries.
	Root Hash
	// Time is when it was signed, in unix milliseconds; 0 for none.
	Time int64
}

// Text answers the part of the checkpoint that is signed.
func (c Checkpoint) Text() ([]byte, error) {
	w := writer{}
	w.raw(c.Origin).raw("\n").number(c.Size).raw("\n").raw(c.Root.String()).raw("\n")
	if c.Time != 0 {
		w.raw(timePrefix).time(c.Time).raw("\n")
	}
	if w.err != nil {
		return nil, w.err
	}
	if c.Size < 0 || c.Size > maxSafe || c.Time < 0 || !validOrigin(c.Origin) {
		return nil, fmt.Errorf("%w: origin %q, size %d, time %d", ErrCheckpoint, c.Origin, c.Size, c.Time)
	}
	return w.buf, nil
}

// validOrigin holds what a note allows in a line, and no blanks.
func validOrigin(origin string) bool {
	bad := func(r rune) bool { return r <= ' ' || r == 0x7f || r == utf8.RuneError }
	return len(origin) > len(originPrefix) && len(origin) < 256 && strings.HasPrefix(origin, originPrefix) &&
		utf8.ValidString(origin) && strings.IndexFunc(origin, bad) < 0
}

// ParseCheckpoint reads the signed part of a checkpoint. It accepts what Text
// writes and nothing else.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) != 4 && len(lines) != 5 {
		return Checkpoint{}, fmt.Errorf("%w: %d lines", ErrCheckpoint, len(lines)-1)
	}
	c := Checkpoint{Origin: lines[0]}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: size %q", ErrCheckpoint, lines[1])
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: root %q", ErrCheckpoint, lines[2])
	}
	if len(lines) == 5 {
		if c.Time, err = parseTime(strings.TrimPrefix(lines[3], timePrefix)); err != nil {
			return Checkpoint{}, fmt.Errorf("%w: line %q", ErrCheckpoint, lines[3])
		}
	}
	again, err := c.Text()
	if err != nil {
		return Checkpoint{}, err
	}
	if !bytes.Equal(again, text) {
		return Checkpoint{}, fmt.Errorf("%w: it is not in its one spelling", ErrCheckpoint)
	}
	return c, nil
}

// ReadCheckpoint reads a signed checkpoint without looking at its signature. Trust
// nothing of the answer; [Verifier.Open] is what proves.
func ReadCheckpoint(signed []byte) (Checkpoint, error) {
	text, _, err := splitNote(signed)
	if err != nil {
		return Checkpoint{}, err
	}
	return ParseCheckpoint(text)
}

// splitNote cuts a signed note behind the text's last line feed.
func splitNote(signed []byte) (text, signatures []byte, err error) {
	i := bytes.Index(signed, []byte("\n\n"))
	if i < 0 || len(signed) > maxCheckpoint {
		return nil, nil, fmt.Errorf("%w: it is not a signed note", ErrCheckpoint)
	}
	return signed[:i+1], signed[i+2:], nil
}

// Open reads a signed checkpoint and checks that it carries exactly one signature,
// of this key, in its one spelling. Its errors are [ErrCheckpoint], [ErrOtherKey]
// and [ErrSignature].
func (v Verifier) Open(signed []byte) (Checkpoint, error) {
	text, signatures, err := splitNote(signed)
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := ParseCheckpoint(text)
	if err != nil {
		return Checkpoint{}, err
	}
	verifier, err := note.NewVerifier(v.text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w", err)
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, openError(err)
	}
	// Base64 has idle bits, and package note ignores what it cannot verify or has
	// seen before: print again, so that no byte is free.
	raw, err := base64.StdEncoding.DecodeString(opened.Sigs[0].Base64)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: signature", ErrCheckpoint)
	}
	line := "— " + v.Name() + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
	if string(signatures) != line {
		return Checkpoint{}, fmt.Errorf("%w: more than one signature, or one in another spelling", ErrCheckpoint)
	}
	return c, nil
}

// openError puts an error of package note into our words.
func openError(err error) error {
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		return ErrOtherKey
	case errors.As(err, &invalid):
		return ErrSignature
	}
	return fmt.Errorf("%w: %w", ErrCheckpoint, err)
}

// Extends reports whether a tree of size entries may be signed after last: it must
// not be smaller, and it must begin with the very tree that last describes. Its
// errors are [ErrShrunk], [ErrRewritten] and those of reader. It proves the root
// that [Root] answers for size, so sign that one. The zero Checkpoint, for nothing
// signed yet, allows everything.
func Extends(last Checkpoint, size int64, reader HashReader) error {
	if last == (Checkpoint{}) {
		return nil
	}
	if size < last.Size {
		return fmt.Errorf("%w: %d entries are left of %d", ErrShrunk, size, last.Size)
	}
	root, err := Root(size, reader)
	if err != nil {
		return fmt.Errorf("read the tree of %d entries: %w", size, err)
	}
	proof, err := ProveExtension(size, last.Size, reader)
	if err != nil {
		return fmt.Errorf("read the tree of %d entries: %w", size, err)
	}
	if CheckExtension(proof, size, root, last.Size, last.Root) != nil {
		return fmt.Errorf("%w, at %d entries", ErrRewritten, last.Size)
	}
	return nil
}
