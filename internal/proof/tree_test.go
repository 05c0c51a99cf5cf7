// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
)

func TestFrontierStoresWhatTheTreeNeeds(t *testing.T) {
	const size = 130
	log := &tree{}
	for i := range int64(size) {
		before := len(log.stored)
		leaf := Leaf([]byte{byte(i)})
		want, err := Hashes(i, leaf, log)
		if err != nil {
			t.Fatal(err)
		}
		log.add([]byte{byte(i)})
		if diff := cmp.Diff(want, log.stored[before:]); diff != "" {
			t.Fatalf("hashes of entry %d: %s", i, diff)
		}
		if int64(before) != HashIndex(i) || int64(len(log.stored)) != HashCount(i+1) {
			t.Fatalf("entry %d lies at %d, of %d", i, before, len(log.stored))
		}
		root, err := Root(i+1, log)
		if err != nil || root != log.frontier.Root() {
			t.Fatalf("root of %d: %v, %v, %v", i+1, root, log.frontier.Root(), err)
		}
		again, err := NewFrontier(i+1, log)
		if err != nil || again.Root() != root || again.Size() != i+1 {
			t.Fatalf("frontier of %d: %v %v", i+1, again, err)
		}
	}
}

func TestEmptyTree(t *testing.T) {
	root, err := Root(0, &tree{})
	frontier, err2 := NewFrontier(0, &tree{})
	if err != nil || err2 != nil || root != frontier.Root() || root != emptyRoot() {
		t.Errorf("%v %v %v %v", root, frontier, err, err2)
	}
	for _, size := range []int64{-1, -1 << 63} {
		if _, err := Root(size, &tree{}); err == nil {
			t.Error("no tree has less than no entry")
		}
		if _, err := NewFrontier(size, &tree{}); err == nil {
			t.Error("no frontier has less than no entry")
		}
		if _, err := Hashes(size, Hash{}, &tree{}); err == nil {
			t.Error("no entry stands before the first")
		}
	}
}

func TestEveryInclusionProof(t *testing.T) {
	log := growTree(t, 40)
	for size := int64(1); size <= 40; size++ {
		root, err := Root(size, log)
		if err != nil {
			t.Fatal(err)
		}
		for position := range size {
			proof, err := ProveEntry(size, position, log)
			if err != nil {
				t.Fatal(err)
			}
			leaf := Leaf(log.entries[position])
			if err := CheckEntry(proof, size, root, position, leaf); err != nil {
				t.Fatalf("entry %d of %d: %v", position, size, err)
			}
			for _, other := range []int64{position - 1, position + 1, size} {
				got, want := CheckEntry(proof, size, root, other, leaf), tlog.CheckRecord(proof, size, root, other, leaf)
				if got == nil || want == nil {
					t.Fatalf("proof of %d of %d proves %d: %v, %v", position, size, other, got, want)
				}
			}
			if CheckEntry(append(proof, Hash{}), size, root, position, leaf) == nil {
				t.Fatal("a proof with a hash too many proves")
			}
			if size > 1 && CheckEntry(proof[:len(proof)-1], size, root, position, leaf) == nil {
				t.Fatal("a proof without its last hash proves")
			}
		}
	}
}

func TestEveryConsistencyProof(t *testing.T) {
	log := growTree(t, 40)
	for size := range int64(41) {
		root, _ := Root(size, log)
		for earlier := range size + 1 {
			proof, err := ProveExtension(size, earlier, log)
			if err != nil {
				t.Fatal(err)
			}
			before, _ := Root(earlier, log)
			if err := CheckExtension(proof, size, root, earlier, before); err != nil {
				t.Fatalf("%d in %d: %v", earlier, size, err)
			}
			if err := CheckExtension(proof, size, root, earlier, Hash{1}); !errors.Is(err, ErrProof) {
				t.Fatalf("%d in %d: another root fits: %v", earlier, size, err)
			}
			if err := CheckExtension(proof, size, Hash{1}, earlier, before); earlier > 0 && !errors.Is(err, ErrProof) {
				t.Fatalf("%d in %d: it fits another root: %v", earlier, size, err)
			}
		}
		if CheckExtension(nil, size, root, size+1, root) == nil || CheckExtension(nil, size, root, -1, root) == nil {
			t.Fatal("a tree begins with a larger one")
		}
	}
}

// TestRewrittenTree is what Extends is for: never sign what was not signed before.
func TestRewrittenTree(t *testing.T) {
	log := growTree(t, 20)
	for size := range int64(21) {
		root, _ := Root(size, log)
		last := Checkpoint{Origin: Origin(testWorkspace), Size: size, Root: root, Time: testStart}
		if err := Extends(last, 20, log); err != nil {
			t.Errorf("grown from %d: %v", size, err)
		}
		if err := Extends(last, size-1, log); !errors.Is(err, ErrShrunk) {
			t.Errorf("shrunk from %d: %v", size, err)
		}
		for changed := range size {
			other := &tree{}
			other.add(log.entries...)
			other.entries[changed] = []byte("other")
			other = (&tree{}).add(other.entries...)
			if err := Extends(last, 20, other); !errors.Is(err, ErrRewritten) {
				t.Errorf("entry %d under a checkpoint of %d changed: %v", changed, size, err)
			}
		}
	}
	if err := Extends(Checkpoint{}, 20, log); err != nil {
		t.Errorf("nothing signed yet: %v", err)
	}
}

// TestDamagedNode changes one stored hash: the root that would be signed must not
// be taken for an extension when it depends on it.
func TestDamagedNode(t *testing.T) {
	log := growTree(t, 20)
	root, _ := Root(12, log)
	last := Checkpoint{Origin: Origin(testWorkspace), Size: 12, Root: root, Time: testStart}
	good, _ := Root(20, log)
	for i := range log.stored {
		log.stored[i][0] ^= 1
		if got, _ := Root(20, log); got != good && i < int(HashCount(12)) && Extends(last, 20, log) == nil {
			t.Errorf("stored hash %d was changed, and a root that depends on it would be signed", i)
		}
		log.stored[i][0] ^= 1
	}
}

func TestReaderThatFails(t *testing.T) {
	failing := tlog.HashReaderFunc(func([]int64) ([]Hash, error) { return nil, errors.New("no disk") })
	short := tlog.HashReaderFunc(func([]int64) ([]Hash, error) { return nil, nil })
	for _, reader := range []HashReader{failing, short} {
		if _, err := NewFrontier(5, reader); err == nil {
			t.Error("frontier")
		}
		if err := Extends(Checkpoint{Size: 3}, 5, reader); err == nil || errors.Is(err, ErrRewritten) {
			t.Error("extends", err)
		}
		if _, err := (&blockReader{source: reader, size: 5}).leaf(0); err == nil {
			t.Error("block")
		}
		if _, err := (&blockReader{source: reader, size: 5}).ReadHashes([]int64{1}); err == nil {
			t.Error("hashes")
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	entry := encode(b, testEntry(0))
	var frontier Frontier
	stored := make([]Hash, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		stored = frontier.Append(stored[:0], Leaf(entry))
	}
}

func BenchmarkProof(b *testing.B) {
	const size = 100_000
	log := &tree{}
	for range size {
		log.add([]byte{1})
	}
	b.Run("stored", func(b *testing.B) {
		for i := int64(0); b.Loop(); i = (i + 7919) % size {
			if _, err := ProveEntry(size, i, log); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("block", func(b *testing.B) {
		reader := &blockReader{source: log, size: size}
		for i := int64(0); b.Loop(); i = (i + 1) % size {
			if _, err := reader.leaf(i); err != nil {
				b.Fatal(err)
			}
			if _, err := ProveEntry(size, i, reader); err != nil {
				b.Fatal(err)
			}
		}
	})
}
