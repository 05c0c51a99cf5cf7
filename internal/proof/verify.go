// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/passmuster/muster/internal/json"
)

// Options say whom a verifier trusts.
type Options struct {
	// Key is the public key that must have signed, as [Verifier.String] prints it.
	// Empty: the key that the pack names is taken, and a person has to compare the
	// report's fingerprint with one that came another way.
	Key string
}

// Verify reads a pack to its end and checks everything in it. A pack that does not
// fit is a [*Mismatch]; every other error is the reader's or the caller's. The
// report is complete only without an error.
func Verify(r io.Reader, o Options) (Report, error) {
	v := &verifier{
		lines: newLineReader(r), digest: sha256.New(), kinds: map[string]int64{}, streams: map[string]int64{},
	}
	if o.Key != "" {
		key, err := ParseVerifier(o.Key)
		if err != nil {
			return Report{}, err
		}
		v.trusted = &key
	}
	err := v.run()
	v.report.Kinds = sortKinds(v.kinds)
	return v.report, err
}

// verifier is one pass over a pack.
type verifier struct {
	lines   *lineReader
	digest  hash.Hash // over all lines but the last
	trusted *Verifier // nil: the header's key

	header string // digest of the first line
	key    Verifier
	final  Checkpoint
	report Report

	// target is the root that all proofs must lead to: the signed one. When the very
	// first entry leads elsewhere, suspect holds the complaint and target becomes
	// that other root, to learn whether all the rest agrees with it: then the whole
	// tree is another one than was signed, and not only that entry.
	target  Hash
	suspect *Mismatch
	// vouched is the size of the largest earlier checkpoint that fits target.
	vouched     int64
	checkpoints int64 // earlier ones read

	frontier Frontier
	kinds    map[string]int64
	streams  map[string]int64 // last sequence by stream
	proof    []Hash           // scratch
	again    []byte           // scratch
	stored   []Hash           // scratch
}

// run checks the parts in the order in which they stand.
func (v *verifier) run() error {
	if err := v.readHeader(); err != nil {
		return err
	}
	for v.frontier.Size() < v.final.Size {
		if err := v.readEntry(); err != nil {
			return err
		}
	}
	if v.frontier.Root() != v.target {
		return v.wrong(-1, PartCheckpoint, "its root is not the root of the entries")
	}
	for {
		last, err := v.readTail()
		if last || err != nil {
			return err
		}
	}
}

// readHeader checks the first line and the signature of the pack's checkpoint.
func (v *verifier) readHeader() error {
	line, err := v.lines.next()
	if err != nil {
		return v.readError(err, -1, PartHeader)
	}
	header, err := parseHeader(line)
	if err != nil {
		return v.wrong(-1, PartHeader, "this is not the first line of an evidence pack: "+err.Error())
	}
	if header.Format != Format {
		return v.wrong(-1, PartHeader, fmt.Sprintf("format %q is not known", header.Format))
	}
	v.report.WorkspaceID, v.report.WorkspaceName = header.Workspace.ID, header.Workspace.Name
	if v.key, err = ParseVerifier(header.Key); err != nil {
		return v.wrong(-1, PartHeader, err.Error())
	}
	v.report.Key, v.report.Fingerprint = v.key.String(), v.key.Fingerprint()
	if v.trusted != nil && v.key != *v.trusted {
		return v.wrong(-1, PartHeader, fmt.Sprintf("the pack is signed by %s (%s), not by the expected key %s (%s)",
			v.key.Name(), v.key.Fingerprint(), v.trusted.Name(), v.trusted.Fingerprint()))
	}
	if v.final, err = v.key.Open([]byte(header.Checkpoint)); err != nil {
		return v.wrong(-1, PartCheckpoint, err.Error())
	}
	v.report.Origin, v.report.Root, v.report.Signed = v.final.Origin, v.final.Root, v.final.Time
	if header.Origin != v.final.Origin || header.Origin != Origin(header.Workspace.ID) {
		return v.wrong(-1, PartHeader, fmt.Sprintf("the checkpoint is of %s, the pack of %s and workspace %s",
			v.final.Origin, header.Origin, header.Workspace.ID))
	}
	if header.Entries != v.final.Size {
		return v.wrong(-1, PartHeader, fmt.Sprintf("it counts %d entries, the checkpoint %d", header.Entries, v.final.Size))
	}
	v.header, v.target, v.report.Checkpoints = headerDigest(line), v.final.Root, 1
	v.hashLine(line)
	return nil
}

// readEntry checks the next entry: its spelling, place, hash and proof, and then
// what only its meaning tells.
func (v *verifier) readEntry() error {
	position := v.frontier.Size()
	line, err := v.lines.next()
	if err != nil {
		return v.readError(err, position, "")
	}
	if bytes.HasPrefix(line, []byte(checkpointStart)) || bytes.HasPrefix(line, []byte(trailerStart)) {
		return v.wrong(position, "", fmt.Sprintf("it is missing: the entries end here, the signed checkpoint counts %d", v.final.Size))
	}
	l, again, err := parseEntry(line, v.proof[:0], v.again[:0])
	v.again = again
	if err != nil {
		return v.wrongEntry(position, line, err.Error())
	}
	v.proof = l.proof
	e, err := Decode(l.entry)
	if err != nil {
		return v.wrongEntry(position, line, "it is not a canonical entry: "+err.Error())
	}
	if reason := v.checkPlace(l, position); reason != "" {
		return v.wrongEntry(position, line, reason)
	}
	if reason := v.checkMeaning(e); reason != "" {
		return v.wrongEntry(position, line, reason)
	}
	v.stored = v.frontier.Append(v.stored[:0], l.hash)
	v.report.count(e, v.kinds)
	v.hashLine(line)
	return nil
}

// checkPlace answers why the line does not belong at position, or "".
func (v *verifier) checkPlace(l entryLine, position int64) string {
	if l.position != position {
		return fmt.Sprintf("entry %d stands in its place", l.position)
	}
	if Leaf(l.entry) != l.hash {
		return "its content does not have the hash beside it"
	}
	root, err := rootOf(l.proof, v.final.Size, position, l.hash)
	if err != nil {
		return err.Error()
	}
	if root == v.target {
		return ""
	}
	reason := "its proof does not lead to the signed root"
	if position != 0 {
		return reason
	}
	v.suspect = &Mismatch{Line: v.lines.line, Reason: reason}
	v.suspect.ID, v.suspect.Kind = peek(l.entry)
	v.target = root
	return ""
}

// checkMeaning answers what is wrong with a correctly proved entry, or "".
func (v *verifier) checkMeaning(e Entry) string {
	if e.Workspace != v.report.WorkspaceID {
		return fmt.Sprintf("it belongs to workspace %s", e.Workspace)
	}
	if e.Stream == "" {
		return ""
	}
	if last, seen := v.streams[e.Stream]; seen && e.Sequence <= last {
		return fmt.Sprintf("sequence %d of stream %s does not follow %d", e.Sequence, e.Stream, last)
	}
	v.streams[e.Stream] = e.Sequence
	return ""
}

// readTail checks one line behind the entries, and reports whether it was the last.
func (v *verifier) readTail() (last bool, err error) {
	line, err := v.lines.next()
	switch {
	case err != nil:
		return false, v.readError(err, -1, PartTrailer)
	case bytes.HasPrefix(line, []byte(trailerStart)):
		return true, v.readTrailer(line)
	case bytes.HasPrefix(line, []byte(checkpointStart)):
		return false, v.readCheckpoint(line)
	case bytes.HasPrefix(line, []byte(entryStart)):
		return false, v.wrongEntry(v.final.Size, line, fmt.Sprintf("it is one too many: the signed checkpoint counts %d", v.final.Size))
	}
	return false, v.wrong(-1, PartTrailer, errLine.Error())
}

// readCheckpoint checks an earlier checkpoint: signed by the same key, and the tree
// begins with the one that it describes.
func (v *verifier) readCheckpoint(line []byte) error {
	signed, proof, err := parseCheckpointLine(line)
	if err != nil {
		return v.wrong(-1, PartCheckpoint, err.Error())
	}
	c, err := v.key.Open([]byte(signed))
	if err != nil {
		return v.wrong(-1, PartCheckpoint, err.Error())
	}
	switch {
	case c.Origin != v.final.Origin:
		return v.wrong(-1, PartCheckpoint, "it is of "+c.Origin)
	case c.Size >= v.final.Size:
		return v.wrong(-1, PartCheckpoint, fmt.Sprintf("an earlier one counts %d entries, the pack's own %d", c.Size, v.final.Size))
	case v.checkpoints > 0 && c.Size <= v.vouched:
		return v.wrong(-1, PartCheckpoint, fmt.Sprintf("the one at %d entries stands behind the one at %d", c.Size, v.vouched))
	}
	if err := CheckExtension(proof, v.final.Size, v.target, c.Size, c.Root); err != nil {
		return v.rewritten(c)
	}
	v.vouched = c.Size
	v.checkpoints++
	v.report.Checkpoints++
	v.hashLine(line)
	return nil
}

// rewritten names the first entry that is no longer vouched for: all entries fit
// the tree, and a checkpoint that was signed before does not.
func (v *verifier) rewritten(c Checkpoint) error {
	if v.suspect != nil {
		return v.settle()
	}
	return v.wrong(v.vouched, PartCheckpoint, fmt.Sprintf("history was rewritten, or the proof of this checkpoint damaged: "+
		"from here on the %d entries signed at %s are not those of the pack", c.Size, timeText(c.Time)))
}

// settle answers the complaint about a tree that is whole in itself, and is not the
// one that was signed.
func (v *verifier) settle() error {
	m := v.suspect
	m.Reason = "from here on the entries are not those under the signed root: they, their hashes and their proofs were made anew, " +
		"or the checkpoint was"
	if v.vouched > 0 {
		m.ID, m.Kind, m.Position = "", PartCheckpoint, v.vouched
		m.Reason += fmt.Sprintf("; the %d entries before still fit an earlier checkpoint", v.vouched)
	}
	return m
}

// readTrailer checks the last line and that nothing follows.
func (v *verifier) readTrailer(line []byte) error {
	t, err := parseTrailer(line)
	if err != nil {
		return v.wrong(-1, PartTrailer, err.Error())
	}
	if v.suspect != nil {
		return v.settle()
	}
	switch {
	case t.Entries != v.final.Size:
		return v.wrong(-1, PartTrailer, fmt.Sprintf("it counts %d entries, the pack has %d", t.Entries, v.final.Size))
	case t.Checkpoints != v.checkpoints:
		return v.wrong(-1, PartTrailer, fmt.Sprintf("it counts %d earlier checkpoints, the pack has %d", t.Checkpoints, v.checkpoints))
	case t.Header != v.header:
		return &Mismatch{Position: -1, Kind: PartHeader, Line: 1, Reason: "the first line or its digest in the last was changed"}
	case t.Pack != digestText(v.digest.Sum(nil)):
		return v.wrong(-1, PartTrailer, "its digest is not that of the lines before it")
	}
	if _, err := v.lines.next(); !errors.Is(err, io.EOF) {
		return v.readError(err, -1, PartTrailer)
	}
	return nil
}

// wrong answers the mismatch of the current line, unless an earlier complaint has
// waited for it.
func (v *verifier) wrong(position int64, kind, reason string) error {
	if v.suspect != nil {
		return v.suspect
	}
	return &Mismatch{Position: position, Kind: kind, Line: v.lines.line, Reason: reason}
}

// wrongEntry is wrong for a line that should be an entry's: it also says which.
func (v *verifier) wrongEntry(position int64, line []byte, reason string) error {
	if v.suspect != nil {
		return v.suspect
	}
	var l struct {
		Entry json.Value `json:"entry"`
	}
	m := &Mismatch{Position: position, Line: v.lines.line, Reason: reason}
	if json.Unmarshal(line, &l) == nil {
		m.ID, m.Kind = peek(l.Entry)
	}
	return m
}

// peek reads id and kind of an entry that may be damaged.
func peek(entry []byte) (id, kind string) {
	var e struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
	}
	if json.Unmarshal(entry, &e) != nil {
		return "", ""
	}
	return e.ID, e.Kind
}

// readError tells damage from trouble with reading. A nil error is a line where
// none may be.
func (v *verifier) readError(err error, position int64, kind string) error {
	switch {
	case err == nil:
		return v.wrong(position, kind, "something follows the last line")
	case errors.Is(err, errCut):
		return v.wrong(position, kind, "the pack is cut off in the middle of a line")
	case errors.Is(err, errLong):
		return v.wrong(position, kind, fmt.Sprintf("the line is longer than %d bytes", maxLine))
	case errors.Is(err, io.EOF) && position >= 0:
		return v.wrong(position, kind, fmt.Sprintf("it is missing: the pack ends here, the signed checkpoint counts %d", v.final.Size))
	case errors.Is(err, io.EOF):
		return v.wrong(position, kind, "it is missing: the pack ends before it")
	}
	return fmt.Errorf("read pack: %w", err)
}

func (v *verifier) hashLine(line []byte) {
	v.digest.Write(line)
	v.digest.Write([]byte{'\n'})
}
