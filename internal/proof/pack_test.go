// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/passmuster/muster/internal/json"
)

// TestGoldenPack keeps the format: packs that were handed out must verify for
// ever. Delete the file to have it written anew, and say why in the change.
func TestGoldenPack(t *testing.T) {
	path := filepath.Join("testdata", "pack.ndjson")
	got := goodPack(t, 9, 3, 5, 8)
	want, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s was missing and has been written: look at it and run again", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	for i, line := range lines(got) {
		canonical, err := json.Canonical([]byte(line))
		if err != nil || string(canonical) != line {
			t.Errorf("line %d is not canonical: %v", i+1, err)
		}
	}
}

func TestVerifyReports(t *testing.T) {
	signer := testSigner(t, 1)
	got, err := Verify(bytes.NewReader(goodPack(t, 9, 3, 5, 8)), Options{Key: signer.Verifier().String()})
	if err != nil {
		t.Fatal(err)
	}
	root, _ := Root(9, growTree(t, 9))
	want := Report{
		WorkspaceID: testWorkspace, WorkspaceName: "Acme & Söhne", Origin: "muster/" + testWorkspace,
		Key: signer.Verifier().String(), Fingerprint: signer.Verifier().Fingerprint(), Size: 9, Root: root, Signed: testStart + 9000,
		Kinds: []KindCount{{"role", 2}, {"sync", 7}}, First: testStart, Last: testStart + 8008, Checkpoints: 4,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text := `workspace    65f2a0b1c3d4e5f60718293a (Acme & Söhne)
entries      9
             2 role
             7 sync
from         2026-01-01T00:00:00.000Z
to           2026-01-01T00:00:08.008Z
root         ` + root.String() + `
signed       2026-01-01T00:00:09.000Z
key          ` + signer.Verifier().Fingerprint() + `
checkpoints  4 checked
`
	if diff := cmp.Diff(text, got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestPacksOfAllSizes(t *testing.T) {
	for size := range 35 {
		var earlier []int64
		for at := range size {
			earlier = append(earlier, int64(at))
		}
		report, err := Verify(iotest.OneByteReader(bytes.NewReader(goodPack(t, size, earlier...))), Options{})
		if err != nil || report.Size != int64(size) || report.Checkpoints != int64(size+1) {
			t.Errorf("%d entries: %v, %v", size, report, err)
		}
	}
}

// TestPackOfManyBlocks makes sure that proofs across blocks are the same as those
// made one by one, and that few reads are needed.
func TestPackOfManyBlocks(t *testing.T) {
	signer, log := testSigner(t, 1), growTree(t, 2*blockLeaves+77)
	signed := sign(t, signer, log, int64(len(log.entries)))
	reads := 0
	counting := tlog.HashReaderFunc(func(indexes []int64) ([]Hash, error) { reads++; return log.ReadHashes(indexes) })
	w, err := NewPackWriter(io.Discard, PackHeader{WorkspaceID: testWorkspace, Key: signer.Verifier(), Checkpoint: signed}, counting)
	if err != nil {
		t.Fatal(err)
	}
	for i, entry := range log.entries {
		if err := w.Append(entry); err != nil {
			t.Fatal(err)
		}
		want, _ := ProveEntry(int64(len(log.entries)), int64(i), log)
		l, _, err := parseEntry(w.buf, nil, nil)
		if err != nil || !cmp.Equal(want, l.proof) {
			t.Fatalf("entry %d: %v", i, err)
		}
	}
	if err := w.Close(); err != nil || reads > 6 {
		t.Errorf("%d reads, %v", reads, err)
	}
}

func TestPackWriterRefuses(t *testing.T) {
	signer, log := testSigner(t, 1), growTree(t, 3)
	signed := sign(t, signer, log, 3)
	good := PackHeader{WorkspaceID: testWorkspace, Key: signer.Verifier(), Checkpoint: signed}
	other, broken := good, good
	other.WorkspaceID = "w2"
	if _, err := NewPackWriter(io.Discard, other, log); err == nil {
		t.Error("a checkpoint of another workspace")
	}
	broken.Key = testSigner(t, 2).Verifier()
	if _, err := NewPackWriter(io.Discard, broken, log); !errors.Is(err, ErrOtherKey) {
		t.Error(err)
	}
	w, err := NewPackWriter(io.Discard, good, log)
	if err != nil {
		t.Fatal(err)
	}
	if w.Close() == nil || w.Checkpoint(sign(t, signer, log, 1)) == nil {
		t.Error("a pack without its entries")
	}
	for range 3 {
		if err := w.Append(log.entries[0]); err != nil {
			t.Fatal(err)
		}
	}
	if w.Append(log.entries[0]) == nil {
		t.Error("an entry beyond the checkpoint")
	}
	w, err = NewPackWriter(&failingWriter{left: 1000}, good, log)
	for i := 0; err == nil && i < 3; i++ {
		err = w.Append(bytes.Repeat([]byte("x"), 1<<16))
	}
	if !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}

// failingWriter is a disk that gets full.
type failingWriter struct{ left int }

func (f *failingWriter) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestVerifyPassesReadErrorsOn(t *testing.T) {
	good := goodPack(t, 5, 2)
	for at := range len(good) {
		_, err := Verify(io.MultiReader(bytes.NewReader(good[:at]), iotest.ErrReader(io.ErrNoProgress)), Options{})
		if !errors.Is(err, io.ErrNoProgress) {
			t.Fatalf("after %d bytes: %v", at, err)
		}
	}
	if _, err := Verify(bytes.NewReader(good), Options{Key: "x"}); err == nil || errors.As(err, new(*Mismatch)) {
		t.Error(err)
	}
}

// A file that is no pack is refused in words of this package.
func TestVerifyWhatIsNoPack(t *testing.T) {
	const first = "this is not the first line of an evidence pack: "
	for text, want := range map[string]string{
		"hello\n":                         first + "it is no JSON text: invalid character 'h' at start of value (byte offset 0)",
		"{\n":                             first + "the JSON text ends too early",
		"\n":                              first + "the JSON text ends too early",
		"{\"a\":1,\"a\":2}\n":             first + "its members are not those of the format",
		"{\"entries\":1,\"entries\":2}\n": first + "it is no JSON text: duplicate object member name (byte offset 13)",
		"{\"entries\":\"1\"}\n":           first + "its members are not those of the format",
		"[]\n":                            first + "its members are not those of the format",
		"{} {}\n":                         first + "it is no JSON text: invalid character '{' after top-level value (byte offset 3)",
	} {
		_, err := Verify(strings.NewReader(text), Options{})
		var mismatch *Mismatch
		if !errors.As(err, &mismatch) || mismatch.Reason != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestVerifyStopsAtLongLines(t *testing.T) {
	good := lines(goodPack(t, 5))
	for at := range good {
		list := append([]string(nil), good...)
		list[at] = strings.Repeat("x", maxLine+1<<17)
		_, err := Verify(strings.NewReader(strings.Join(list, "\n")+"\n"), Options{})
		var m *Mismatch
		if !errors.As(err, &m) || m.Line != int64(at+1) || !strings.Contains(m.Reason, "longer") {
			t.Errorf("line %d: %v", at+1, err)
		}
	}
}

// FuzzVerify accepts only what the writer would have written.
func FuzzVerify(f *testing.F) {
	f.Add(goodPack(f, 3, 1, 2))
	f.Add(goodPack(f, 0))
	f.Add(seal(f, lines(goodPack(f, 2))[:2]))
	f.Fuzz(func(t *testing.T, text []byte) {
		report, err := Verify(bytes.NewReader(text), Options{})
		if err != nil {
			if !errors.As(err, new(*Mismatch)) {
				t.Errorf("%v is no mismatch", err)
			}
			return
		}
		list := lines(text)
		header, err := parseHeader([]byte(list[0]))
		if err != nil {
			t.Fatal(err)
		}
		log := &tree{}
		var earlier [][]byte
		for _, line := range list[1 : len(list)-1] {
			if l, _, err := parseEntry([]byte(line), nil, nil); err == nil {
				log.add(bytes.Clone(l.entry))
			} else if signed, _, err := parseCheckpointLine([]byte(line)); err == nil {
				earlier = append(earlier, []byte(signed))
			}
		}
		key, err := ParseVerifier(report.Key)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		h := PackHeader{WorkspaceID: report.WorkspaceID, WorkspaceName: report.WorkspaceName, Key: key, Checkpoint: []byte(header.Checkpoint)}
		w, err := NewPackWriter(&again, h, log)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range log.entries {
			err = errors.Join(err, w.Append(entry))
		}
		for _, c := range earlier {
			err = errors.Join(err, w.Checkpoint(c))
		}
		if err = errors.Join(err, w.Close()); err != nil || !bytes.Equal(again.Bytes(), text) {
			t.Errorf("%v: %s became %s", err, text, again.Bytes())
		}
	})
}

// BenchmarkVerify reads packs of 100,000 entries of about 450 bytes.
func BenchmarkVerify(b *testing.B) {
	pack := goodPack(b, 100_000, 1000, 50_000)
	b.SetBytes(int64(len(pack)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Verify(bytes.NewReader(pack), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPack writes the same.
func BenchmarkPack(b *testing.B) {
	signer, log := testSigner(b, 1), growTree(b, 100_000)
	signed := sign(b, signer, log, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		w, err := NewPackWriter(io.Discard, PackHeader{WorkspaceID: testWorkspace, Key: signer.Verifier(), Checkpoint: signed}, log)
		if err != nil {
			b.Fatal(err)
		}
		for _, entry := range log.entries {
			if err := w.Append(entry); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
