// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/json"
)

// Format is the name and version that the first line of a pack carries.
const Format = "muster-evidence/1"

// maxProof is the length of the longest proof: one hash a level.
const maxProof = 64

// maxLine is the length in bytes of the longest line of a pack.
const maxLine = MaxEntry + maxProof*48 + 1024

// How the lines of each kind begin. The members of a line are sorted, so the first
// one tells the kind; the first line is a header whatever it begins with.
const (
	checkpointStart = `{"checkpoint":`
	entryStart      = `{"entry":`
	trailerStart    = `{"checkpoints":`
)

// errLine says that a line is not what the writer would have written.
var errLine = errors.New("the line is not in canonical form")

// spelling answers what the JSON library found in its reader's words: a text that
// is no JSON, or one whose members are not those of the format.
func spelling(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("the JSON text ends too early")
	case errors.As(err, &syntax):
		why := strings.TrimPrefix(syntax.Err.Error(), "jsontext: ")
		return fmt.Errorf("it is no JSON text: %s (byte offset %d)", why, syntax.ByteOffset)
	}
	return errors.New("its members are not those of the format")
}

// headerLine is the first line of a pack.
type headerLine struct {
	Checkpoint string        `json:"checkpoint"` // the signed note that everything is proved against
	Entries    int64         `json:"entries"`
	Format     string        `json:"format"`
	Key        string        `json:"key"`
	Origin     string        `json:"origin"`
	Workspace  workspaceText `json:"workspace"`
}

type workspaceText struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (h headerLine) append(dst []byte) ([]byte, error) {
	w := writer{buf: dst}
	w.raw(checkpointStart).quote(h.Checkpoint).raw(`,"entries":`).number(h.Entries).raw(`,"format":`).quote(h.Format)
	w.raw(`,"key":`).quote(h.Key).raw(`,"origin":`).quote(h.Origin)
	w.raw(`,"workspace":{"id":`).quote(h.Workspace.ID).raw(`,"name":`).quote(h.Workspace.Name).raw(`}}`)
	return w.buf, w.err
}

func parseHeader(line []byte) (headerLine, error) {
	var h headerLine
	if err := json.UnmarshalStrict(line, &h); err != nil {
		return headerLine{}, spelling(err)
	}
	again, err := h.append(nil)
	if err != nil || !bytes.Equal(again, line) {
		return headerLine{}, errLine
	}
	return h, nil
}

// entryLine is one entry with its place in the tree.
type entryLine struct {
	entry    []byte // as stored; canonical unless damaged
	hash     Hash   // of the leaf
	position int64
	proof    []Hash // inclusion in the tree of the header's checkpoint
}

func (l entryLine) append(dst []byte) []byte {
	w := writer{buf: dst}
	w.raw(entryStart).bytes(l.entry).raw(`,"hash":`).hash(l.hash)
	w.raw(`,"position":`).number(l.position).raw(`,"proof":`).hashes(l.proof).raw(`}`)
	return w.buf
}

// parseEntry splits the line at the places that a canonical line has and prints it
// again: this is exact, and much cheaper than parsing the entry twice. Whether the
// entry itself is canonical is left to Decode. Its proof is appended to proof.
func parseEntry(line []byte, proof []Hash, again []byte) (l entryLine, printed []byte, err error) {
	const hashStart = `,"hash":"`
	i := bytes.LastIndex(line, []byte(hashStart))
	if !bytes.HasPrefix(line, []byte(entryStart)) || i < len(entryStart) {
		return entryLine{}, again, errLine
	}
	l.entry = line[len(entryStart):i]
	hash, rest, _ := bytes.Cut(line[i+len(hashStart)-1:], []byte(`,"position":`))
	position, rest, _ := bytes.Cut(rest, []byte(`,"proof":`))
	if l.hash, err = parseHash(hash); err != nil {
		return entryLine{}, again, err
	}
	if l.position, err = strconv.ParseInt(string(position), 10, 64); err != nil {
		return entryLine{}, again, errLine
	}
	if l.proof, err = parseHashes(bytes.TrimSuffix(rest, []byte("}")), proof); err != nil {
		return entryLine{}, again, err
	}
	again = l.append(again)
	if !bytes.Equal(again, line) {
		return entryLine{}, again, errLine
	}
	return l, again, nil
}

// checkpointLine is an earlier checkpoint with its proof.
type checkpointLine struct {
	Checkpoint string       `json:"checkpoint"` // signed note
	Proof      []json.Value `json:"proof"`      // consistency with the header's checkpoint
}

func appendCheckpoint(dst []byte, signed string, proof []Hash) ([]byte, error) {
	w := writer{buf: dst}
	w.raw(checkpointStart).quote(signed).raw(`,"proof":`).hashes(proof).raw(`}`)
	return w.buf, w.err
}

func parseCheckpointLine(line []byte) (signed string, proof []Hash, err error) {
	var l checkpointLine
	if err := json.UnmarshalStrict(line, &l); err != nil {
		return "", nil, spelling(err)
	}
	if len(l.Proof) > 2*maxProof {
		return "", nil, errLine
	}
	for _, text := range l.Proof {
		h, err := parseHash(text)
		if err != nil {
			return "", nil, err
		}
		proof = append(proof, h)
	}
	again, err := appendCheckpoint(nil, l.Checkpoint, proof)
	if err != nil || !bytes.Equal(again, line) {
		return "", nil, errLine
	}
	return l.Checkpoint, proof, nil
}

// trailerLine is the last line of a pack.
type trailerLine struct {
	Checkpoints int64  `json:"checkpoints"` // earlier ones, without the header's
	Entries     int64  `json:"entries"`
	Header      string `json:"header"` // digest of the first line
	Pack        string `json:"pack"`   // digest of all lines before this one
}

func (t trailerLine) append(dst []byte) ([]byte, error) {
	w := writer{buf: dst}
	w.raw(trailerStart).number(t.Checkpoints).raw(`,"entries":`).number(t.Entries)
	w.raw(`,"header":`).quote(t.Header).raw(`,"pack":`).quote(t.Pack).raw(`}`)
	return w.buf, w.err
}

func parseTrailer(line []byte) (trailerLine, error) {
	var t trailerLine
	if err := json.UnmarshalStrict(line, &t); err != nil {
		return trailerLine{}, spelling(err)
	}
	again, err := t.append(nil)
	if err != nil || !bytes.Equal(again, line) {
		return trailerLine{}, errLine
	}
	return t, nil
}

// headerDigest answers the digest of the first line with its line feed.
func headerDigest(line []byte) string {
	sum := sha256.New()
	sum.Write(line)
	sum.Write([]byte{'\n'})
	return digestText(sum.Sum(nil))
}

func digestText(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

// parseHash reads a quoted hash; callers print it again and compare.
func parseHash(text []byte) (Hash, error) {
	var h Hash
	if err := h.UnmarshalJSON(text); err != nil {
		return Hash{}, errLine
	}
	return h, nil
}

// parseHashes reads a list of quoted hashes and appends them to list.
func parseHashes(text []byte, list []Hash) ([]Hash, error) {
	const quoted = 46 // 44 characters of base64 and two quotes
	if len(text) < 2 || text[0] != '[' || text[len(text)-1] != ']' {
		return nil, errLine
	}
	text = text[1 : len(text)-1]
	for len(text) >= quoted {
		h, err := parseHash(text[:quoted])
		if err != nil {
			return nil, err
		}
		list = append(list, h)
		text = bytes.TrimPrefix(text[quoted:], []byte{','})
	}
	if len(text) != 0 || len(list) > maxProof {
		return nil, errLine
	}
	return list, nil
}
