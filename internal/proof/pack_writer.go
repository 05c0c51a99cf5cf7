// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
)

// blockLeaves is how many entries are proved with one read of stored hashes.
const blockLeaves = 1024

// PackHeader says what a pack is of. All of it is required but the name.
type PackHeader struct {
	WorkspaceID   string
	WorkspaceName string
	// Key is the public key that signed Checkpoint and the earlier ones.
	Key Verifier
	// Checkpoint is the signed note that all entries are proved against. The pack
	// holds exactly the entries that it counts.
	Checkpoint []byte
}

// PackWriter writes a pack: NewPackWriter, then Append for each entry, then
// Checkpoint for each earlier checkpoint, then Close. It writes what is stored,
// even if it is damaged: to judge is for [Verify]. Not for concurrent use.
type PackWriter struct {
	out         *bufio.Writer
	digest      hash.Hash // over all lines so far
	buf         []byte
	final       Checkpoint
	signed      string
	header      string // digest of the first line
	entries     int64
	checkpoints int64
	reader      *blockReader
}

// NewPackWriter writes the first line to w. The reader is asked for stored hashes:
// once for each 1,024 entries for an unbroken range of about 2,050 indexes, and
// then for a few dozen single ones. The caller closes what is under w, after Close.
func NewPackWriter(w io.Writer, h PackHeader, reader HashReader) (*PackWriter, error) {
	final, err := h.Key.Open(h.Checkpoint)
	if err != nil {
		return nil, fmt.Errorf("start pack: %w", err)
	}
	if final.Origin != Origin(h.WorkspaceID) {
		return nil, fmt.Errorf("start pack: the checkpoint is of %s, not of workspace %s", final.Origin, h.WorkspaceID)
	}
	line, err := headerLine{
		Checkpoint: string(h.Checkpoint), Entries: final.Size, Format: Format, Key: h.Key.String(), Origin: final.Origin,
		Workspace: workspaceText{ID: h.WorkspaceID, Name: h.WorkspaceName},
	}.append(nil)
	if err != nil {
		return nil, fmt.Errorf("start pack: %w", err)
	}
	p := &PackWriter{
		out: bufio.NewWriterSize(w, 1<<16), digest: sha256.New(), final: final, signed: string(h.Checkpoint),
		header: headerDigest(line), reader: &blockReader{source: reader, size: final.Size},
	}
	return p, p.line(line)
}

// Append writes the next entry, position 0 first, from its stored bytes. These
// must be one line; the leaf and the proof come from the stored hashes.
func (p *PackWriter) Append(entry []byte) error {
	if p.entries >= p.final.Size {
		return fmt.Errorf("write pack: entry %d is beyond the checkpoint", p.entries)
	}
	leaf, err := p.reader.leaf(p.entries)
	if err != nil {
		return fmt.Errorf("write pack: read the hashes at entry %d: %w", p.entries, err)
	}
	proof, err := ProveEntry(p.final.Size, p.entries, p.reader)
	if err != nil {
		return fmt.Errorf("write pack: prove entry %d: %w", p.entries, err)
	}
	p.buf = entryLine{entry: entry, hash: leaf, position: p.entries, proof: proof}.append(p.buf[:0])
	p.entries++
	return p.line(p.buf)
}

// Checkpoint writes an earlier signed checkpoint; sizes rise strictly. The pack's
// own checkpoint is passed over. One that has no proof, because it counts more
// entries than the pack, is written without: [Verify] says what is wrong with it.
func (p *PackWriter) Checkpoint(signed []byte) error {
	if err := p.complete(); err != nil {
		return err
	}
	if string(signed) == p.signed {
		return nil
	}
	var proof []Hash
	if c, err := ReadCheckpoint(signed); err == nil && c.Size <= p.final.Size {
		if proof, err = ProveExtension(p.final.Size, c.Size, p.reader); err != nil {
			return fmt.Errorf("write pack: prove the checkpoint at %d entries: %w", c.Size, err)
		}
	}
	line, err := appendCheckpoint(p.buf[:0], string(signed), proof)
	if err != nil {
		return fmt.Errorf("write pack: %w", err)
	}
	p.buf = line
	p.checkpoints++
	return p.line(line)
}

// Close writes the last line and flushes. It fails when entries are missing.
func (p *PackWriter) Close() error {
	if err := p.complete(); err != nil {
		return err
	}
	line, err := p.trailer().append(p.buf[:0])
	if err != nil {
		return fmt.Errorf("write pack: %w", err)
	}
	if err := p.line(line); err != nil {
		return err
	}
	return p.out.Flush()
}

func (p *PackWriter) trailer() trailerLine {
	return trailerLine{
		Checkpoints: p.checkpoints, Entries: p.entries, Header: p.header, Pack: digestText(p.digest.Sum(nil)),
	}
}

func (p *PackWriter) complete() error {
	if p.entries != p.final.Size {
		return fmt.Errorf("write pack: %d entries were written, the checkpoint counts %d", p.entries, p.final.Size)
	}
	return nil
}

// line writes one line. The hash never fails; the buffered writer keeps its error.
func (p *PackWriter) line(text []byte) error {
	p.digest.Write(text)
	p.digest.Write([]byte{'\n'})
	if _, err := p.out.Write(text); err != nil {
		return err
	}
	return p.out.WriteByte('\n')
}

// blockReader reads stored hashes for proofs of consecutive entries. The proofs in
// a block of 1,024 share everything above the block, and what is inside lies in one
// range, so that a database is asked twice a block instead of once an entry.
type blockReader struct {
	source HashReader
	size   int64 // entries in the tree

	loaded bool
	start  int64 // first position of the block
	first  int64 // stored index of block[0]
	block  []Hash
	above  map[int64]Hash // hashes outside of the block, by stored index
}

// leaf answers the stored leaf hash of position, and moves the block there.
func (b *blockReader) leaf(position int64) (Hash, error) {
	if start := position - position%blockLeaves; !b.loaded || b.start != start {
		if err := b.load(start); err != nil {
			return Hash{}, err
		}
	}
	return b.block[HashIndex(position)-b.first], nil
}

// load reads the block that begins at position start.
func (b *blockReader) load(start int64) error {
	first, end := HashIndex(start), HashCount(min(start+blockLeaves, b.size))
	indexes := make([]int64, end-first)
	for i := range indexes {
		indexes[i] = first + int64(i)
	}
	block, err := readExactly(b.source, indexes)
	if err != nil {
		return err
	}
	b.loaded, b.start, b.first, b.block, b.above = true, start, first, block, map[int64]Hash{}
	return nil
}

// ReadHashes answers from the block and reads what is outside of it once.
func (b *blockReader) ReadHashes(indexes []int64) ([]Hash, error) {
	answer := make([]Hash, len(indexes))
	var missing []int64
	for i, index := range indexes {
		var ok bool
		if answer[i], ok = b.known(index); !ok {
			missing = append(missing, index)
		}
	}
	if len(missing) == 0 {
		return answer, nil
	}
	read, err := readExactly(b.source, missing)
	if err != nil {
		return nil, err
	}
	if b.above == nil {
		b.above = map[int64]Hash{}
	}
	for i, index := range missing {
		b.above[index] = read[i]
	}
	for i, index := range indexes {
		answer[i], _ = b.known(index)
	}
	return answer, nil
}

func (b *blockReader) known(index int64) (Hash, bool) {
	if at := index - b.first; at >= 0 && at < int64(len(b.block)) {
		return b.block[at], true
	}
	h, ok := b.above[index]
	return h, ok
}

func readExactly(source HashReader, indexes []int64) ([]Hash, error) {
	hashes, err := source.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	if len(hashes) != len(indexes) {
		return nil, fmt.Errorf("%d hashes were read instead of %d", len(hashes), len(indexes))
	}
	return hashes, nil
}
