// SPDX-License-Identifier: Apache-2.0

package test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const guideToEvidence = "../docs/guide/evidence.md"

// forgery is something that is done to the lines of a pack.
type forgery struct {
	does string // the first words of its row in docs/guide/evidence.md
	do   func(lines []string) []string
	says string
}

// forgeries are the rows of the guide. Line 0 is the header, entries follow.
func forgeries() []forgery {
	replace := func(line int, from, to string) func([]string) []string {
		return func(lines []string) []string {
			lines[line] = strings.Replace(lines[line], from, to, 1)
			return lines
		}
	}
	return []forgery{
		{"an entry was changed, one byte", replace(3, `"Console"`, `"console"`), "entry 2 (application "},
		{"an entry was dropped", func(l []string) []string { return append(l[:3], l[4:]...) }, "entry 2 (definition "},
		{"an entry was dropped", func(l []string) []string { l[2], l[3] = l[3], l[2]; return l }, "entry 1 (application "},
		{"the tail was cut", func(l []string) []string { return l[:3] }, "entry 2 does not fit"},
		{"it was cut in the middle", func(l []string) []string { l[3] = l[3][:len(l[3])/2]; return l[:4] }, "entry 2 does not fit"},
		{"an entry was changed, and its hash", rehash, "entry 2 (application "},
		{"a checkpoint was changed", replace(0, `time 20`, `time 21`), "the checkpoint does not fit"},
		{"something was added", func(l []string) []string { return append(l, "{}") }, "the trailer does not fit"},
		{"the last line is gone", func(l []string) []string { return l[:len(l)-1] }, "the trailer does not fit"},
		{"the name of the workspace", replace(0, `"Default"`, `"Other"`), "the header does not fit"},
	}
}

// rehash changes an entry and gives it the hash of what it now says.
func rehash(lines []string) []string {
	line := strings.Replace(lines[3], `"Console"`, `"console"`, 1)
	entry := line[strings.Index(line, `{"entry":`)+len(`{"entry":`) : strings.Index(line, `,"hash":"`)]
	hash := sha256.Sum256(append([]byte{0}, entry...)) // RFC 6962 section 2.1
	start := strings.Index(line, `,"hash":"`) + len(`,"hash":"`)
	end := start + strings.IndexByte(line[start:], '"')
	lines[3] = line[:start] + base64.StdEncoding.EncodeToString(hash[:]) + line[end:]
	return lines
}

// TestForgedEvidence does to a real pack what docs/guide/evidence.md lists, and
// compares what muster verify says of it with what stands there.
func TestForgedEvidence(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(guideToEvidence)
	if err != nil {
		t.Fatal(err)
	}
	p := place{data: t.TempDir()}
	build := p.application(t, "Inventory", "build")
	p.application(t, "Console", "manage")
	p.definition(t, build, "Server")
	p.definition(t, build, "Another")
	pack := string(p.run(t, "admin", "evidence", "export"))
	key := strings.TrimSpace(string(p.run(t, "admin", "evidence", "key")))
	if text, code := verified(t, key, pack); code != 0 {
		t.Fatalf("the pack as exported: %d %s", code, text)
	}
	check := func(does, says, text string, code int) {
		t.Helper()
		row := words(string(guide), does)
		if row == "" || code != 3 || !strings.Contains(text, row) || !strings.Contains(text, says) {
			t.Errorf("%s: got %d %q, want 3 and %q and %q", does, code, text, says, row)
		}
	}
	for _, f := range forgeries() {
		lines := f.do(strings.Split(strings.TrimSuffix(pack, "\n"), "\n"))
		forged := strings.Join(lines, "\n")
		if !strings.HasPrefix(f.does, "it was cut") {
			forged += "\n"
		}
		text, code := verified(t, key, forged)
		check(f.does, f.says, text, code)
	}
	other := strings.TrimSpace(string(place{data: t.TempDir()}.run(t, "admin", "evidence", "key")))
	text, code := verified(t, other, pack)
	check("the pack is of another installation", "the header does not fit", text, code)
}

// words answers what the guide says of a row.
func words(guide, does string) string {
	_, rest, found := strings.Cut(guide, "\n| "+does)
	row, _, _ := strings.Cut(rest, "\n")
	if !found {
		return ""
	}
	_, says, _ := strings.Cut(row, " | ")
	return strings.TrimSuffix(says, " |")
}

// verified runs muster verify on a pack and answers its message and exit code.
func verified(t *testing.T, key, pack string) (text string, code int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pack.jsonl")
	if err := os.WriteFile(file, []byte(pack), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), muster(t), "verify", "--key", key, file).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return string(out), code
}
