// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/json"
)

// hostile is a name that wants to be more than text.
const hostile = "<script>alert(1)</script> \u202egnp.exe\r\nBcc: all@x.example <!channel> *bold* | [x](http://evil.example) &amp; \u200b%0d"

func number(n int64) *int64 { return &n }

// theLines are a bit of everything.
func theLines() (lines []line, tests map[string]Standing) {
	put := func(kind string, e event) {
		r, _ := ruleOf(kind)
		e.kind = kind
		lines = append(lines, line{}.with(r, e))
	}
	sample := []thing{{ID: "1", Name: "web-1"}, {ID: "2", Name: hostile}, {ID: "3"}}
	flip := facts{Test: thing{ID: theTest, Name: "Disks are encrypted"}, From: "OK", To: "NEEDS_ATTENTION", Failing: number(3), Total: number(40)}
	put("test.status_changed", event{facts: flip})
	r, _ := ruleOf("test.new_failures")
	lines[0] = lines[0].with(r, event{kind: "test.new_failures", facts: facts{Test: flip.Test, Count: 12_345, Sample: sample}})
	put("remediation.overdue", event{facts: facts{Test: thing{ID: another, Name: hostile}, Count: 2, Sample: sample[:1]}})
	put("access_review.overdue", event{subject: thing{ID: theThing, Kind: "access_review", Name: "Spring"}, summary: "The access review Spring is overdue since 3 May 2026"})
	put("exception.requested", event{subject: thing{ID: theTest, Kind: "test", Name: "Disks are encrypted"}, summary: "Ada asked to leave web-1 out of the test Disks are encrypted (reason: " + hostile + ")"})
	put("sync.removals_held", event{facts: facts{Definition: thing{ID: theThing, Name: "Laptops"}, Held: 40}, summary: "40 records of Laptops were kept that a push left out"})
	for i := range 30 {
		put("source.stale", event{subject: thing{ID: fmt.Sprintf("%024d", i), Kind: "definition", Name: fmt.Sprintf("Source %d", i)}, summary: fmt.Sprintf("Source %d has not pushed for 3 days", i)})
	}
	lines = append(lines, line{Category: CategorySource, Count: 1000})
	return lines, map[string]Standing{
		theTest: {Failing: 12_340, Name: "Disks are encrypted", Status: "NEEDS_ATTENTION", Total: 40_000},
		another: {Failing: 2, Name: hostile, Status: "NEEDS_ATTENTION", Total: 5},
	}
}

func theLetter() letter {
	l := letter{
		Base: "https://muster.example", House: "Acme\r\n\u202eX: <b>", Unsubscribe: "https://muster.example/v1/notifications/unsubscribe?token=v1.abc_-",
	}
	return l.write(theLines())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("MUSTER_GOLDEN") == "update" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; MUSTER_GOLDEN=update writes it anew):\n%s", path, diff)
	}
}

func TestGoldenLetter(t *testing.T) {
	l := theLetter()
	text, err := l.text()
	if err != nil {
		t.Fatal(err)
	}
	page, err := l.html()
	if err != nil {
		t.Fatal(err)
	}
	slack, err := l.slack()
	if err != nil {
		t.Fatal(err)
	}
	pretty, err := json.MarshalIndent(json.Value(slack))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "letter.golden.txt", "Subject: "+l.subject()+"\n\n"+text)
	golden(t, "letter.golden.html", page)
	golden(t, "letter.golden.json", string(pretty)+"\n")
	for name, form := range map[string]string{"subject": l.subject(), "text": text, "HTML": page, "Slack": string(slack)} {
		for _, bad := range []string{"\u202e", "\u200b", "\r"} {
			if strings.Contains(form, bad) {
				t.Errorf("%s: %q came through", name, bad)
			}
		}
	}
	if strings.Contains(page, "<script>") || strings.Contains(string(slack), "<!channel>") || strings.Contains(string(slack), "<http://evil") {
		t.Error("a name is more than text")
	}
	if strings.ContainsFunc(l.subject(), unicode.IsControl) {
		t.Errorf("the subject %q holds a line break", l.subject())
	}
	if n := strings.Count(string(slack), `"type":"section"`); n > 50 {
		t.Errorf("%d blocks, Slack takes 50", n)
	}
}

func TestSubjects(t *testing.T) {
	r, _ := ruleOf("test.status_changed")
	flip := event{kind: "test.status_changed", facts: facts{From: "OK", To: "NEEDS_ATTENTION", Test: thing{ID: theTest, Name: "Disks\nare encrypted"}}}
	one := line{}.with(r, flip)
	flip.facts.Test.ID = another
	two := line{}.with(r, flip)
	long := line{Category: CategoryPolicy, Count: 1, Thing: thing{ID: theThing, Name: strings.Repeat("ä", 1000)}, Said: []string{"x"}}
	l := letter{House: "Acme"}
	for _, c := range []struct {
		letter letter
		lines  []line
		want   string
	}{
		{l, []line{one}, "[Muster Acme] Disks are encrypted: Needs attention now (was: OK)"},
		{l, []line{one, two}, "[Muster Acme] 2 tests"},
		{letter{Digest: true, House: "Acme"}, []line{one, two}, "[Muster Acme] Daily digest: 2 tests"},
		{l, []line{{Category: CategoryTest, Count: 1, Said: []string{"It works"}}}, "[Muster Acme] It works"},
		{l, []line{{Category: CategorySource, Count: 1000}}, "[Muster Acme] 1,000 sources"},
		{l, []line{long}, "[Muster Acme] " + strings.Repeat("ä", maxText-15) + "…"},
	} {
		if got := c.letter.write(c.lines, nil).subject(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
