// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bufio"
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/proof"
)

// told is a case of testdata/sentences.txt.
type told struct {
	line  int
	entry proof.Entry
	want  string
}

func readSentences(t *testing.T) (cases []told) {
	t.Helper()
	text, err := os.ReadFile("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		if text, ok := strings.CutPrefix(lines.Text(), "entry: "); ok {
			cases = append(cases, told{entry: readEntry(t, text), line: n})
		} else if want, ok := strings.CutPrefix(lines.Text(), "want:  "); ok {
			cases[len(cases)-1].want = want
		}
	}
	return cases
}

func readEntry(t *testing.T, text string) proof.Entry {
	t.Helper()
	var raw struct {
		Actor   []string   `json:"actor"`
		Body    json.Value `json:"body"`
		Kind    string     `json:"kind"`
		Subject []string   `json:"subject"`
	}
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	ref := func(parts []string) proof.Ref {
		parts = append(parts, "")
		return proof.Ref{ID: parts[2], Kind: parts[0], Name: parts[1]}
	}
	return proof.Entry{Actor: ref(raw.Actor), Body: raw.Body, Kind: raw.Kind, Subject: ref(raw.Subject)}
}

// TestSentences also holds that the table is sorted and that every row of it is
// told once.
func TestSentences(t *testing.T) {
	used := map[sentence]bool{}
	for _, c := range readSentences(t) {
		a := accountOf(c.entry)
		if got := a.sentence(); got != c.want {
			t.Errorf("line %d:\ngot  %s\nwant %s", c.line, got, c.want)
		}
		i := slices.IndexFunc(sentences, func(row sentence) bool { return row.action == a.action && a.fits(row.when) })
		if i >= 0 {
			used[sentences[i]] = true
		}
	}
	for _, row := range sentences {
		if !used[row] {
			t.Errorf("no case tells %s %s", row.action, row.when)
		}
	}
	if !slices.IsSortedFunc(sentences, func(a, b sentence) int { return strings.Compare(a.action, b.action) }) {
		t.Error("the sentences are not sorted by action")
	}
}

// TestActionsReadApart: who chooses types of events tells them apart by their words.
func TestActionsReadApart(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	for _, a := range Actions() {
		if other, ok := said[a.Sentence]; ok {
			t.Errorf("%s and %s both read %q", other, a.Name, a.Sentence)
		}
		said[a.Sentence] = a.Name
	}
}
