// SPDX-License-Identifier: Apache-2.0

package breach

import (
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newList(t testing.TB, path string) *List {
	t.Helper()
	list, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := list.Close(); err != nil {
			t.Error(err)
		}
	})
	return list
}

func has(t testing.TB, list *List, password string) bool {
	t.Helper()
	listed, err := list.Has(password)
	if err != nil {
		t.Fatalf("Has(%q): %v", password, err)
	}
	return listed
}

func TestCommon(t *testing.T) {
	list := newList(t, "")
	for _, password := range []string{
		"password", "password1", "PASSWORD1", "P@ssw0rd", "P@$$w0rd2026!", "Passw0rd123", "passphrase1",
		"12345678", "123456789", "1234567890", "87654321", "00000000", "aaaaaaaaaaaa", "12121212", "20202020",
		"qwertyuiop", "1qaz2wsx", "1qaz@WSX", "zaq12wsx", "qweasdzxc", "asdfghjkl", "qwer1234", "azertyuiop", "qwertzuiop",
		"iloveyou", "sunshine", "princess", "football", "trustno1", "baseball", "superman", "letmein1", "starwars",
		"Summer2026!", "winter2025", "Herbst2026!", "Sommer#2026", "verano2026", "Été2026!", "October2026",
		"muster123", "Muster2026!", "Compliance1", "compliance2026", "Security!", "iso27001!", "Welcome1", "Welcome@2026",
		"abcdefgh", "abcd1234", "31121999", "12311999", "19991231",
	} {
		if !has(t, list, password) {
			t.Errorf("%q may be taken; it must be listed", password)
		}
	}
}

func TestNotCommon(t *testing.T) {
	list := newList(t, "")
	for _, password := range []string{
		"", "a", "passwor", strings.Repeat("a", 1000), "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8",
		"password1 and then some", "seven wet ferrets at the tram stop",
		// Famous, but in none of our sources; the published breached passwords have it.
		"correct horse battery staple",
	} {
		if has(t, list, password) {
			t.Errorf("%q is listed", password)
		}
	}
	// The same lot in every run: the list errs once in some millions, which would be some runs.
	random := mathrand.New(mathrand.NewPCG(3, 4))
	for range 10_000 {
		if password := fmt.Sprintf("%010x%010x", random.Uint64()>>24, random.Uint64()>>24); has(t, list, password) {
			t.Errorf("%q, drawn by lot, is listed", password)
		}
	}
}

// TestSize keeps the promises of doc.go: what the file weighs and how seldom it errs.
func TestSize(t *testing.T) {
	size := newList(t, "").Size()
	if size < 150_000 || len(common) > 1_000_000 {
		t.Errorf("%d passwords in %d bytes", size, len(common))
	}
	if rate := float64(size) / (1 << 40); rate > 3e-7 {
		t.Errorf("one password in %.0f is taken for a listed one", 1/rate)
	}
}

func TestPack(t *testing.T) {
	random := mathrand.New(mathrand.NewPCG(1, 2))
	words := []string{"MixedCase", "mixedcase", "straße99", "ÄÖÜÄÖÜÄÖ", "too few"}
	for range 5000 {
		words = append(words, fmt.Sprintf("word %016x", random.Uint64()))
	}
	packed, err := Pack("a note\nof two lines\n", words)
	if err != nil {
		t.Fatal(err)
	}
	table, err := parse(string(packed))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := table.size(), 5003; got != want { // one twice, one too short
		t.Errorf("size is %d, want %d", got, want)
	}
	for _, word := range words {
		if got, want := table.has(word), word != "too few"; got != want {
			t.Errorf("has(%q) is %t", word, got)
		}
	}
	for range 5000 {
		if word := fmt.Sprintf("other %016x", random.Uint64()); table.has(word) {
			t.Errorf("%q is in the table", word)
		}
	}
	for _, word := range []string{"STRASSE99", "äöüäöüäö", "MIXEDCASE"} {
		if got, want := table.has(word), word != "STRASSE99"; got != want {
			t.Errorf("has(%q) is %t", word, got)
		}
	}
}

func TestPackRefuses(t *testing.T) {
	if _, err := Pack("one\n\ntwo", nil); err == nil {
		t.Error("a note with an empty line was taken")
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := Pack("note", []string{"password"})
	if err != nil {
		t.Fatal(err)
	}
	for name, packed := range map[string]string{
		"empty":       "",
		"other title": "Muster: something else\n\n" + string(good),
		"no header":   title + "note",
		"cut counts":  string(good[:1000]),
		"cut hashes":  string(good[:len(good)-1]),
		"more hashes": string(good) + "abc",
	} {
		if _, err := parse(packed); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestWithFile(t *testing.T) {
	path := write(t, lines("\r\n", "Only In The File", "password"))
	list := newList(t, path)
	for password, want := range map[string]bool{
		"Only In The File":   true,
		"only in the file":   false, // as typed
		"PASSWORD":           true,  // the common list
		"in neither of them": false,
	} {
		if got := has(t, list, password); got != want {
			t.Errorf("Has(%q) is %t", password, got)
		}
	}
}

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "breached.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func BenchmarkHas(b *testing.B) {
	list := newList(b, "")
	for name, password := range map[string]string{"listed": "Summer2026!", "free": "seven wet ferrets at the tram"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := list.Has(password); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newList(b, "")
	}
}
