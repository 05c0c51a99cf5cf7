// SPDX-License-Identifier: Apache-2.0

package jtd

import (
	"encoding/binary"
	"math/bits"
)

// nameTable finds the index of a string among those it was made of: enum
// words, property names, tags. It does not change and allocates nothing.
type nameTable struct {
	names []string
	slots []int32 // index into names plus 1, 0 when free; a power of two long
}

func newNameTable(names []string) *nameTable {
	// At most a quarter full, so that an unknown name mostly meets a free slot.
	size := 1 << bits.Len(uint(4*len(names)))
	t := &nameTable{names: names, slots: make([]int32, size)}
	for i, name := range names {
		slot := t.slot([]byte(name))
		for t.slots[slot] != 0 {
			slot = (slot + 1) % uint64(size)
		}
		t.slots[slot] = int32(i) + 1
	}
	return t
}

// find answers the index of a decoded name, -1 when it is not there.
func (t *nameTable) find(name []byte) int {
	mask := uint64(len(t.slots) - 1)
	for slot := t.slot(name); ; slot++ {
		i := t.slots[slot&mask]
		if i == 0 {
			return -1
		}
		if t.names[i-1] == string(name) {
			return int(i - 1)
		}
	}
}

// findQuoted is find for a JSON string with its quotes.
func (t *nameTable) findQuoted(quoted []byte) int {
	text, plain := plainText(quoted)
	if plain {
		return t.find(text)
	}
	var scratch [128]byte
	return t.find(AppendUnquote(scratch[:0], quoted))
}

// Odd constants without pattern, for mixing: the fractional parts of the
// golden ratio and of the square root of two.
const (
	mixA = 0x9E3779B97F4A7C15
	mixB = 0x6A09E667F3BCC909
)

// slot hashes eight bytes at a time; the last eight may overlap those before.
func (t *nameTable) slot(name []byte) uint64 {
	h := uint64(len(name)) * mixA
	switch n := len(name); {
	case n >= 8:
		last := binary.LittleEndian.Uint64(name[n-8:])
		for len(name) > 8 {
			h = mix(h ^ binary.LittleEndian.Uint64(name))
			name = name[8:]
		}
		h ^= last
	case n >= 4:
		h ^= uint64(binary.LittleEndian.Uint32(name))<<32 | uint64(binary.LittleEndian.Uint32(name[n-4:]))
	case n > 0:
		h ^= uint64(name[0])<<16 | uint64(name[n/2])<<8 | uint64(name[n-1])
	}
	return mix(h) & uint64(len(t.slots)-1)
}

func mix(h uint64) uint64 {
	high, low := bits.Mul64(h, mixB)
	return high ^ low
}
