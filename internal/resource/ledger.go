// SPDX-License-Identifier: Apache-2.0

package resource

import "crypto/sha256"

// Item is the integer that stands for a uniqueId within a definition, from 1.
type Item int64

// Digest is the first half of a document's SHA-256.
type Digest [16]byte

func digestOf(document []byte) Digest {
	sum := sha256.Sum256(document)
	return Digest(sum[:16])
}

// key stands for a uniqueId in the ledger: as long as a digest, so that a map
// of a million of them holds no pointers for the collector to follow.
type key [16]byte

func keyOf(unique string) key {
	sum := sha256.Sum256([]byte(unique))
	return key(sum[:16])
}

// state is what a push knows of one item.
type state uint8

const (
	isCurrent  state = 1 << iota // a record existed at the head
	isMine                       // belongs to the source that is pushing
	wasSeen                      // an accepted element of this push has it
	wasRefused                   // a rejected element of this push has it
	isChanged                    // created, updated or removed by this push
	isStale                      // marked stale at the head
	isHeld                       // marked held at the head
	isChecked                    // its record was accepted under the schema as it is
)

// ledger is the whole definition as a push sees it: which uniqueIds exist and
// the digest of each current record. Items count from 1, so the slices are
// indexed by item and the first place is empty.
type ledger struct {
	digests []Digest       // of documents
	sent    []Digest       // of the elements that they came as
	index   map[key]uint32 // of this source's uniqueIds
	seenAt  []uint32       // index of the element that was accepted, plus 1
	states  []state
	current int64 // of this source
	source  Source
}

// newLedger makes room for the items that exist at the head.
func newLedger(items int64) *ledger {
	return &ledger{
		digests: make([]Digest, items+1), sent: make([]Digest, items+1), index: make(map[key]uint32, items), seenAt: make([]uint32, items+1),
		states: make([]state, items+1),
	}
}

// find answers the item of a uniqueId, 0 when it never existed.
func (l *ledger) find(k key) Item { return Item(l.index[k]) }

// add gives a new uniqueId the next item.
func (l *ledger) add(k key) Item {
	item := len(l.states)
	l.index[k] = uint32(item)
	l.digests = append(l.digests, Digest{})
	l.sent = append(l.sent, Digest{})
	l.seenAt = append(l.seenAt, 0)
	l.states = append(l.states, isMine)
	return Item(item)
}

// items answers the highest item.
func (l *ledger) items() int64 { return int64(len(l.states) - 1) }

// known says whether the item had a record at the head.
func (l *ledger) known(item Item) bool { return l.has(item, isCurrent) }

// changed says whether the record of an item changes.
func (l *ledger) changed(item Item) bool { return l.has(item, isChanged) }

// each calls fn with the records that change; digest is nil for one that is
// removed.
func (l *ledger) each(fn func(item Item, digest *Digest) error) error {
	for item := 1; item < len(l.states); item++ {
		s := l.states[item]
		if s&isChanged == 0 {
			continue
		}
		digest := &l.digests[item]
		if s&wasSeen == 0 {
			digest = nil
		}
		if err := fn(Item(item), digest); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) has(item Item, s state) bool { return l.states[item]&s != 0 }

func (l *ledger) set(item Item, s state) { l.states[item] |= s }

func (l *ledger) clear(item Item, s state) { l.states[item] &^= s }

// repeats says that the element is, byte for byte, the one that made the current
// record, under the same schema: then nothing about it needs to be looked at.
func (l *ledger) repeats(item Item, sent Digest) bool {
	const want = isCurrent | isMine | isChecked
	return l.states[item]&want == want && l.sent[item] == sent
}

// missing calls fn for each current record of this source that no element of
// the push named.
func (l *ledger) missing(fn func(Item)) {
	const looked, want = isCurrent | isMine | wasSeen | wasRefused, isCurrent | isMine
	for item := 1; item < len(l.states); item++ {
		if l.states[item]&looked == want {
			fn(Item(item))
		}
	}
}
