// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/json"
)

const (
	testWorkspace = "65f2a0b1c3d4e5f60718293a"
	testStart     = 1_767_225_600_000 // 2026-01-01T00:00:00.000Z
)

// tree is a log in memory, as the database would hold it.
type tree struct {
	entries  [][]byte
	stored   []Hash
	frontier Frontier
}

// ReadHashes makes tree a HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]Hash, error) {
	hashes := make([]Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(t.stored)) {
			return nil, fmt.Errorf("hash %d of %d", index, len(t.stored))
		}
		hashes[i] = t.stored[index]
	}
	return hashes, nil
}

func (t *tree) add(entries ...[]byte) *tree {
	for _, entry := range entries {
		t.entries = append(t.entries, entry)
		t.stored = t.frontier.Append(t.stored, Leaf(entry))
	}
	return t
}

func growTree(tb testing.TB, size int) *tree {
	tb.Helper()
	t := &tree{}
	for i := range size {
		t.add(encode(tb, testEntry(i)))
	}
	return t
}

func testEntry(i int) Entry {
	e := Entry{
		Workspace: testWorkspace,
		ID:        fmt.Sprintf("65f2a0b1c3d4e5f6%08x", i),
		Kind:      "sync",
		Time:      testStart + int64(i)*1001,
		Actor:     Ref{Kind: "application", ID: "app1", Name: "Inventory \"north\" é"},
		Subject:   Ref{Kind: "resource", ID: "res1", Name: "Server"},
		Stream:    "definition/res1",
		Sequence:  int64(i + 1),
		Body:      json.Value(fmt.Sprintf(`{"created":%d,"ratio":0.25,"reason":null,"records":{"digest":"q83vEg=="}}`, i)),
	}
	if i%4 == 3 {
		e.Kind, e.Stream, e.Sequence = "role", "", 0
	}
	return e
}

func encode(tb testing.TB, e Entry) []byte {
	tb.Helper()
	text, err := Encode(e)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// testSigner answers the signer whose seed is one repeated byte.
func testSigner(tb testing.TB, seed byte) *Signer {
	tb.Helper()
	text, _, err := GenerateKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 32)), "muster-test")
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := ParseSigner(text)
	if err != nil {
		tb.Fatal(err)
	}
	return signer
}

// sign answers the checkpoint of the first size entries of t.
func sign(tb testing.TB, signer *Signer, t *tree, size int64) []byte {
	tb.Helper()
	root, err := Root(size, t)
	if err != nil {
		tb.Fatal(err)
	}
	return signCheckpoint(tb, signer, Checkpoint{Origin: Origin(testWorkspace), Size: size, Root: root, Time: testStart + size*1000})
}

func signCheckpoint(tb testing.TB, signer *Signer, c Checkpoint) []byte {
	tb.Helper()
	signed, err := signer.Sign(c)
	if err != nil {
		tb.Fatal(err)
	}
	return signed
}

// pack writes a pack of t under the signed checkpoint, true or not.
func pack(tb testing.TB, key Verifier, t *tree, signed []byte, earlier ...[]byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	h := PackHeader{WorkspaceID: testWorkspace, WorkspaceName: "Acme & Söhne", Key: key, Checkpoint: signed}
	w, err := NewPackWriter(&out, h, t)
	if err != nil {
		tb.Fatal(err)
	}
	for _, entry := range t.entries {
		if err := w.Append(entry); err != nil {
			tb.Fatal(err)
		}
	}
	for _, c := range earlier {
		if err := w.Checkpoint(c); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// goodPack is a pack of size entries with earlier checkpoints at the given sizes.
func goodPack(tb testing.TB, size int, earlier ...int64) []byte {
	tb.Helper()
	signer, t := testSigner(tb, 1), growTree(tb, size)
	var list [][]byte
	for _, at := range earlier {
		list = append(list, sign(tb, signer, t, at))
	}
	return pack(tb, signer.Verifier(), t, sign(tb, signer, t, int64(size)), list...)
}

// lines cuts a pack into its lines, without the line feeds.
func lines(pack []byte) []string {
	return strings.Split(strings.TrimSuffix(string(pack), "\n"), "\n")
}

// seal joins lines, the last one without digests that fit, to a pack whose last
// line counts and digests right: what somebody would do who forges with care.
func seal(tb testing.TB, list []string) []byte {
	tb.Helper()
	t := trailerLine{Header: headerDigest([]byte(list[0]))}
	for _, line := range list[1 : len(list)-1] {
		if strings.HasPrefix(line, entryStart) {
			t.Entries++
		} else {
			t.Checkpoints++
		}
	}
	body := strings.Join(list[:len(list)-1], "\n") + "\n"
	t.Pack = headerDigest([]byte(strings.TrimSuffix(body, "\n")))
	last, err := t.append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return []byte(body + string(last) + "\n")
}
