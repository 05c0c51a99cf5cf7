// SPDX-License-Identifier: Apache-2.0

package breach

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// lines are the lines of a breached file for passwords.
func lines(end string, passwords ...string) string {
	var all []string
	for i, password := range passwords {
		all = append(all, fmt.Sprintf("%X:%d%s", sha1.Sum([]byte(password)), i*i+1, end))
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// TestFind compares look-ups with a map, in files of many sizes.
func TestFind(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 200 {
		count := 1 + random.IntN(1+n*n/40) // up to 1000 lines
		end := []string{"\n", "\r\n"}[n%2]
		known := make(map[hash]bool)
		var all []string
		for range count {
			h := randomHash(random)
			known[h] = true
			format := []string{"%X:%d", "%x:%d"}[n/2%2]
			all = append(all, fmt.Sprintf(format, h, 1+random.Uint64N(1<<random.IntN(60)))+end)
		}
		slices.Sort(all)
		text := strings.Join(all, "")
		if n%3 == 0 {
			text = strings.TrimSuffix(text, end)
		}
		f := &file{name: "test", reader: strings.NewReader(text), size: int64(len(text))}
		if err := f.check(); err != nil {
			t.Fatalf("%d lines: %v", count, err)
		}
		for h := range known { // the first and the last line among them
			compare(t, f, h, true)
			for range 4 { // neighbours, so that the gaps are asked for too
				h[random.IntN(len(h))] ^= 1 << random.IntN(8)
				compare(t, f, h, known[h])
			}
		}
		compare(t, f, hash{}, known[hash{}])
		compare(t, f, hash(bytes.Repeat([]byte{0xff}, sha1.Size)), false)
	}
}

func compare(t *testing.T, f *file, h hash, want bool) {
	t.Helper()
	if got, err := f.find(h); got != want || err != nil {
		t.Errorf("find(%x) in %d bytes is %t, %v, want %t", h, f.size, got, err, want)
	}
}

// randomHash draws from a narrow range, so that lines differ late.
func randomHash(random *rand.Rand) hash {
	var h hash
	for i := range h {
		h[i] = byte(random.UintN(2)) * 0xff
	}
	return h
}

func TestOpenRefuses(t *testing.T) {
	var many []string
	for i := range 20_000 {
		many = append(many, fmt.Sprint("hunter2-", i))
	}
	long := lines("\n", many...)
	swapped := long[len(long)/2+40:] + long[:len(long)/2+40]
	swapped = swapped[strings.Index(swapped, "\n")+1:]
	late := strings.Split(strings.TrimSuffix(long, "\n"), "\n")
	slices.Reverse(late[2:])
	ordered := lines("\n", "hunter2-a", "hunter2-b")
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "is empty"},
		{"passwords in clear", "hunter2-a\nhunter2-b\n", "line 1: it is not"},
		{"NTLM", fmt.Sprintf("%032X:1\n", 5), "line 1: it begins with 32"},
		{"range", ordered[5:], "line 1: it begins with 35"},
		{"no count", ordered + fmt.Sprintf("%040X\n", 5), "line 3: it is not"},
		{"count is no number", ordered + fmt.Sprintf("%040X:hunter2\n", 5), "line 3: it is not"},
		{"not hex", strings.Repeat("hunter2-", 5) + ":1\n", "line 1: it is not"},
		{"empty line at the end", ordered + "\n", "line 3: it is not"},
		{"empty line in front", "\n" + ordered, "line 1: it is not"},
		{"byte order mark", "\ufeff" + ordered, "line 1: it is not"},
		{"long line", ordered[:41] + strings.Repeat("1", 40) + "\n", "line 1: it is not"},
		{"by prevalence", strings.Join(late, "\n"), "line 4: its hash is smaller"},
		{"swapped halves", swapped, "its hash is smaller"},
		{"damaged end", long + "hunter2", "line at offset 10"},
		{"zeros", long + strings.Repeat("\x00", 100_000), "around offset"},
		{"one line", strings.Repeat("7", 1<<20), "line 1: it is not"},
	} {
		path := write(t, test.text)
		list, err := New(path)
		if err == nil {
			t.Errorf("%s: taken", test.name)
			_ = list.Close()
			continue
		}
		if !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v; want the path and %q", test.name, err, test.want)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows a line: %v", test.name, err)
		}
	}
}

func TestOpenNoFile(t *testing.T) {
	if _, err := New("/does/not/exist"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := New(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
}

// TestDamagedLater damages the file after it was checked: no answer is better than
// a wrong one.
func TestDamagedLater(t *testing.T) {
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprint("hunter2-", i))
	}
	text := lines("\n", many...)
	for name, change := range map[string]func(path string) error{
		"cut":         func(path string) error { return os.Truncate(path, 10) },
		"overwritten": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), len(text)), 0o600) },
	} {
		path := write(t, text)
		list := newList(t, path)
		if !has(t, list, many[0]) {
			t.Errorf("%s: %s is not listed before", name, many[0])
		}
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		if listed, err := list.Has(many[0]); listed || err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %t, %v; want an error that names the file", name, listed, err)
		}
		if !has(t, list, "password") {
			t.Errorf("%s: the common list needs the file", name)
		}
	}
}

func TestClose(t *testing.T) {
	list, err := New(write(t, lines("\n", "a", "b")))
	if err != nil {
		t.Fatal(err)
	}
	if err := list.Close(); err != nil {
		t.Error(err)
	}
	if _, err := list.Has("in neither of them"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// FuzzFind searches files of any content. When the whole file is as it should be,
// the answer is that of reading it from beginning to end; otherwise it only ends.
func FuzzFind(f *testing.F) {
	f.Add([]byte(lines("\n", "a", "b", "c")), "b", uint16(0))
	f.Add([]byte(lines("\r\n", "a", "b", "c", "d", "e", "f", "g")), "x", uint16(20))
	f.Add([]byte("00000:\n:"), "", uint16(300))
	f.Fuzz(func(t *testing.T, seed []byte, password string, repeat uint16) {
		text := seed
		for range repeat % 64 { // equal lines are in order; past the window it bisects
			text = append(text, bytes.SplitAfter(seed, []byte("\n"))[0]...)
		}
		want := hash(sha1.Sum([]byte(password)))
		file := &file{name: "fuzz", reader: bytes.NewReader(text), size: int64(len(text))}
		checked := len(text) > 0 && file.check() == nil
		got, err := file.find(want)
		known, ok := readAll(text)
		if ok && (!checked || err != nil || got != known[want]) {
			t.Errorf("check passes: %t; find is %t, %v, want %t in %q", checked, got, err, known[want], text)
		}
	})
}

// readAll reads a whole file from beginning to end, in the plainest way.
func readAll(text []byte) (map[hash]bool, bool) {
	known := make(map[hash]bool)
	var before hash
	if len(text) == 0 {
		return nil, false
	}
	for i, row := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		h, _, err := parseLine(row, true)
		if err != nil || len(row) >= maxLine || i > 0 && bytes.Compare(h[:], before[:]) < 0 {
			return nil, false
		}
		known[h], before = true, h
	}
	return known, true
}

// counted counts reads.
type counted struct {
	io.ReaderAt
	reads int
}

func (c *counted) ReadAt(buffer []byte, offset int64) (int, error) {
	c.reads++
	return c.ReaderAt.ReadAt(buffer, offset)
}

// endless is a breached file of any size that nobody has to write: line i of n has
// the hash that begins with i spread over 64 bits.
type endless struct{ step uint64 }

const endlessLine = 48 // 40 digits, a colon, six digits, a line feed

func (e endless) line(i int64) []byte {
	return fmt.Appendf(nil, "%016X%024X:%06d\n", uint64(i)*e.step, 7, i%1_000_000)
}

func (e endless) ReadAt(buffer []byte, offset int64) (int, error) {
	n := 0
	for n < len(buffer) {
		at := offset + int64(n)
		n += copy(buffer[n:], e.line(at / endlessLine)[at%endlessLine:])
	}
	return n, nil
}

// TestHuge looks things up in 48 GB.
func TestHuge(t *testing.T) {
	const count = int64(1_000_000_000)
	made := endless{step: 1 << 34}
	reader := &counted{ReaderAt: made}
	f := &file{name: "huge", reader: reader, size: count * endlessLine}
	if err := f.check(); err != nil {
		t.Fatal(err)
	}
	if reader.reads > 300 {
		t.Errorf("check reads %d times", reader.reads)
	}
	for _, i := range []int64{0, 1, 2, count / 3, count/2 - 1, count / 2, count - 2, count - 1} {
		h, _, err := parseLine(made.line(i), false)
		if err != nil {
			t.Fatal(err)
		}
		reader.reads = 0
		compare(t, f, h, true)
		h[19]++
		compare(t, f, h, false)
		if reader.reads > 2*30 {
			t.Errorf("line %d: %d reads for two look-ups", i, reader.reads)
		}
	}
}

func BenchmarkFile(b *testing.B) {
	made := endless{step: 1 << 44}
	var text bytes.Buffer
	for i := range int64(1 << 20) {
		text.Write(made.line(i))
	}
	list := newList(b, write(b, text.String()))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := list.Has(fmt.Sprint("a password that nobody has ", i)); err != nil {
			b.Fatal(err)
		}
	}
}
