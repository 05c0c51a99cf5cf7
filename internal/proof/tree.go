// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 hash: of an entry, of a subtree or of the whole tree.
type Hash = tlog.Hash

// HashReader reads stored hashes by their index. Indexes come sorted or nearly
// so; the answer has the same length and order. See [HashIndex].
type HashReader = tlog.HashReader

// ErrProof says that a proof does not lead to the root it was made for.
var ErrProof = errors.New("the proof does not lead to the root")

// Leaf answers the hash that stands for an entry's canonical bytes in the tree.
func Leaf(entry []byte) Hash { return tlog.RecordHash(entry) }

// HashIndex answers the index under which the leaf of position is stored. The
// subtrees that this leaf completes follow directly.
func HashIndex(position int64) int64 { return tlog.StoredHashIndex(0, position) }

// HashCount answers how many hashes are stored for a tree of size entries.
func HashCount(size int64) int64 { return tlog.StoredHashCount(size) }

// Hashes answers the hashes to store when leaf is appended at position, which is
// the size of the tree so far: the first goes to HashIndex(position), the others
// follow. Who appends many keeps a [Frontier] instead and reads nothing.
func Hashes(position int64, leaf Hash, reader HashReader) ([]Hash, error) {
	if position < 0 {
		return nil, fmt.Errorf("no position is %d", position)
	}
	return tlog.StoredHashesForRecordHash(position, leaf, reader)
}

// Root answers the root hash of the first size entries.
func Root(size int64, reader HashReader) (Hash, error) {
	if size < 0 {
		return Hash{}, fmt.Errorf("no tree has %d entries", size)
	}
	return tlog.TreeHash(size, reader)
}

// ProveEntry answers the proof that the leaf at position is in the tree of size
// entries: the siblings on the way from the leaf to the root.
func ProveEntry(size, position int64, reader HashReader) ([]Hash, error) {
	return tlog.ProveRecord(size, position, reader)
}

// CheckEntry reports [ErrProof] unless proof shows that leaf stands at position in
// the tree of size entries with that root.
func CheckEntry(proof []Hash, size int64, root Hash, position int64, leaf Hash) error {
	got, err := rootOf(proof, size, position, leaf)
	if err != nil {
		return err
	}
	if got != root {
		return ErrProof
	}
	return nil
}

// rootOf answers the root to which an inclusion proof leads (RFC 9162 section
// 2.1.3.2).
func rootOf(proof []Hash, size, position int64, leaf Hash) (Hash, error) {
	if position < 0 || position >= size {
		return Hash{}, fmt.Errorf("position %d is not in a tree of %d entries", position, size)
	}
	node, last, root := position, size-1, leaf
	for _, sibling := range proof {
		if last == 0 {
			return Hash{}, fmt.Errorf("%w: it is too long", ErrProof)
		}
		if node&1 == 1 || node == last {
			root = tlog.NodeHash(sibling, root)
			for node&1 == 0 && node != 0 {
				node, last = node>>1, last>>1
			}
		} else {
			root = tlog.NodeHash(root, sibling)
		}
		node, last = node>>1, last>>1
	}
	if last != 0 {
		return Hash{}, fmt.Errorf("%w: it is too short", ErrProof)
	}
	return root, nil
}

// ProveExtension answers the proof that the tree of size entries begins with the
// tree of earlier entries.
func ProveExtension(size, earlier int64, reader HashReader) ([]Hash, error) {
	if earlier == 0 && size >= 0 {
		return nil, nil
	}
	return tlog.ProveTree(size, earlier, reader)
}

// CheckExtension reports [ErrProof] unless proof shows that the tree of size
// entries with that root begins with the tree of earlier entries and its root.
func CheckExtension(proof []Hash, size int64, root Hash, earlier int64, earlierRoot Hash) error {
	if earlier == 0 && size >= 0 {
		if len(proof) != 0 || earlierRoot != emptyRoot() {
			return ErrProof
		}
		return nil
	}
	if earlier < 0 || earlier > size {
		return fmt.Errorf("a tree of %d entries does not begin with one of %d", size, earlier)
	}
	if tlog.CheckTree(proof, size, root, earlier, earlierRoot) != nil {
		return ErrProof
	}
	return nil
}

// emptyRoot is the root of a tree without entries (RFC 6962 section 2.1).
func emptyRoot() Hash { return sha256.Sum256(nil) }

// Frontier is the right edge of a growing tree: all that is needed to append to it
// and to know its root. It holds at most 63 hashes. The zero value is the empty
// tree. Not for concurrent use.
type Frontier struct {
	size  int64
	peaks []Hash // roots of the complete subtrees from left to right, one for each bit of size
}

// NewFrontier reads the frontier of the tree of size entries.
func NewFrontier(size int64, reader HashReader) (*Frontier, error) {
	if size < 0 {
		return nil, fmt.Errorf("no tree has %d entries", size)
	}
	indexes, start := make([]int64, 0, bits.OnesCount64(uint64(size))), int64(0)
	for level := bits.Len64(uint64(size)) - 1; level >= 0; level-- {
		if width := int64(1) << level; size&width != 0 {
			indexes = append(indexes, tlog.StoredHashIndex(level, start>>level))
			start += width
		}
	}
	if len(indexes) == 0 {
		return &Frontier{}, nil
	}
	peaks, err := reader.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	if len(peaks) != len(indexes) {
		return nil, fmt.Errorf("%d hashes were read instead of %d", len(peaks), len(indexes))
	}
	return &Frontier{size: size, peaks: append([]Hash(nil), peaks...)}, nil
}

// Append adds leaf at position Size and appends to dst the hashes to store, the
// same that [Hashes] answers.
func (f *Frontier) Append(dst []Hash, leaf Hash) []Hash {
	dst = append(dst, leaf)
	for range bits.TrailingZeros64(uint64(f.size) + 1) {
		last := len(f.peaks) - 1
		leaf = tlog.NodeHash(f.peaks[last], leaf)
		f.peaks = f.peaks[:last]
		dst = append(dst, leaf)
	}
	f.peaks = append(f.peaks, leaf)
	f.size++
	return dst
}

// Root answers the root hash of the tree so far.
func (f *Frontier) Root() Hash {
	if f.size == 0 {
		return emptyRoot()
	}
	root := f.peaks[len(f.peaks)-1]
	for i := len(f.peaks) - 2; i >= 0; i-- {
		root = tlog.NodeHash(f.peaks[i], root)
	}
	return root
}

// Size answers the number of entries so far.
func (f *Frontier) Size() int64 { return f.size }
