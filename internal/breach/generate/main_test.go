// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/breach"
)

// TestMadeUpIsListed fails when what is made up here has changed since the list was
// made.
func TestMadeUpIsListed(t *testing.T) {
	list, err := breach.New("")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range madeUp() {
		if !usable(word) {
			continue
		}
		if listed, err := list.Has(word); err != nil || !listed {
			t.Fatalf("%q is not listed (%v); make the list anew as README.md says", word, err)
		}
	}
}

func TestMadeUp(t *testing.T) {
	made := make(map[string]bool)
	for _, word := range madeUp() {
		made[word] = true
	}
	for _, word := range []string{
		"aaaaaaaa", "--------", "ababababab", "12121212", "19841984", // repetitions
		"12345678", "98765432", "0987654321", "78901234", "abcdefgh", "zyxwvuts", "abc12345", "1234abcd", // sequences
		"31121999", "12311999", "19991231", "29022000", // dates
		"password", "p@$$w0rd123!", "summer2026!", "herbst#2026", "muster2026", "compliance1", "welcome@2026", // decorated
		"qwertyuiop", "poiuytrewq", "1qaz2wsx", "zaq12wsx", "qwer1234", "asdfasdf", "1qaz@wsx", "qweasdzxc", "1qazxsw2", // walks
		"qwertzuiop", "azertyuiop", "!@#$%^&*", "asdfghjkl;'",
	} {
		if !made[word] {
			t.Errorf("%q is not made up", word)
		}
	}
}

func TestRun(t *testing.T) {
	folder := t.TempDir()
	files := []string{
		write(t, folder, "plain.txt", "first word\r\nshort\n\nSecond Word\nbad \xff\xfe bytes\n"),
		write(t, folder, "more.txt", "third word\nfirst word\ncontröl\u0007"),
		write(t, folder, "packed.txt.gz", compress(t, "fourth word\n")),
	}
	var report strings.Builder
	one, two := filepath.Join(folder, "one.bin"), filepath.Join(folder, "two.bin")
	if err := run(one, files, &report); err != nil {
		t.Fatal(err)
	}
	if err := run(two, []string{files[2], files[0], files[1]}, io.Discard); err != nil {
		t.Fatal(err)
	}
	made, again := read(t, one), read(t, two)
	if !bytes.Equal(made, again) {
		t.Error("the order of the files changes the list")
	}
	want, err := breach.Pack(note, append(madeUp(), "first word", "second word", "third word", "fourth word"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, want) {
		t.Error("the list is not what is made up and the words of the files")
	}
	rows := strings.Split(report.String(), "\n")
	if diff := cmp.Diff([]string{
		"plain.txt                            4 words,       2 fit,       2 new",
		"more.txt                             3 words,       2 fit,       1 new",
		"packed.txt.gz                        1 words,       1 fit,       1 new",
	}, rows[1:4]); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestRunRefuses(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{
		filepath.Join(folder, "missing.txt"),
		write(t, folder, "plain.txt.gz", "not compressed"),
	} {
		if err := run(filepath.Join(folder, "list.bin"), []string{name}, io.Discard); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v; want an error that names it", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "list.bin")); err == nil {
		t.Error("a list was made out of bad files")
	}
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func compress(t *testing.T, text string) string {
	t.Helper()
	var packed strings.Builder
	writer := gzip.NewWriter(&packed)
	if _, err := io.WriteString(writer, text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}
