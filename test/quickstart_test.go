// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/json"
)

const quickstart = "../docs/guide/quickstart.md"

// A step is a block of shell in a document and what it must print. In what it
// must print, … stands for anything within a line, and a line that is … alone
// for any number of lines. A step without such a block prints nothing.
type step struct {
	line   int    // of the document
	mark   string // of what it must print
	script string
	want   string
}

// steps takes a document apart: each block marked sh, with the block of another
// mark that follows it. The first block starts the server and runs in a terminal
// of its own.
func steps(text string) (list []step, err error) {
	var mark string // of the block that the line is in, "" outside
	var block strings.Builder
	start, expects := 0, false
	for i, line := range strings.Split(text, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && mark == "" && fence == "":
			return nil, fmt.Errorf("line %d: the block has no mark", i+1)
		case isFence && mark == "":
			mark, start = fence, i+1
			block.Reset()
		case isFence && mark == "sh":
			list = append(list, step{line: start, script: block.String()})
			mark, expects = "", true
		case isFence:
			if !expects {
				return nil, fmt.Errorf("line %d: what is expected here has no command before it", start)
			}
			list[len(list)-1].want, list[len(list)-1].mark = block.String(), mark
			mark, expects = "", false
		case mark != "":
			block.WriteString(line + "\n")
		}
	}
	if mark != "" {
		return nil, fmt.Errorf("line %d: the block does not end", start)
	}
	return list, nil
}

// fits says whether what was printed is what was expected.
func fits(want, got string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for line := range strings.Lines(strings.TrimSpace(want) + "\n") {
		if line == "…\n" {
			pattern.WriteString(`(?:.*\n)*`)
			continue
		}
		parts := strings.Split(strings.TrimRight(line, "\n"), "…")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(part)
		}
		pattern.WriteString(strings.Join(parts, `.*`) + `\n`)
	}
	return regexp.MustCompile(pattern.String() + `\z`).MatchString(strings.TrimSpace(got) + "\n")
}

func TestFits(t *testing.T) {
	for _, test := range []struct {
		name, want, got string
		fits            bool
	}{
		{"the same", "a\nb\n", "a\nb", true},
		{"another", "a", "b", false},
		{"an id", `{"id":"…"}`, `{"id":"01a2"}`, true},
		{"not over lines", "a…b", "a\nb", false},
		{"some lines", "a\n…\nz", "a\nb\nc\nz", true},
		{"no lines", "a\n…\nz", "a\nz", true},
		{"more than expected", "a", "a\nb", false},
		{"nothing", "", "", true},
		{"something for nothing", "", "x", false},
		{"no pattern", "a.c", "abc", false},
	} {
		if got := fits(test.want, test.got); got != test.fits {
			t.Errorf("%s: got %v, want %v", test.name, got, test.fits)
		}
	}
}

// TestQuickstart runs the document as it is written: all blocks in one shell,
// in a folder of their own.
func TestQuickstart(t *testing.T) {
	t.Parallel()
	need(t, "bash", "curl", "jq")
	text, err := os.ReadFile(quickstart)
	if err != nil {
		t.Fatal(err)
	}
	list, err := steps(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 2 || list[0].script != "muster serve\n" {
		t.Fatalf("the first block must be muster serve: %+v", list)
	}
	folder := t.TempDir()
	env := []string{
		"PATH=" + filepath.Dir(muster(t)) + ":" + os.Getenv("PATH"), "HOME=" + folder, "LANG=C.UTF-8",
		"MUSTER_LISTEN=127.0.0.1:0", // 8080 may be taken
	}
	first := exec.Command("bash", "-c", "exec "+list[0].script)
	first.Dir = folder
	server := start(t, first, env)
	shell(t, quickstart, folder, append(env, "MUSTER_URL="+server.url), list[1:])
	server.stop(t)
}

// prints says whether a step printed what it should.
func (s step) prints(got string) bool {
	if fits(s.want, got) {
		return true
	}
	var want, answered any
	return s.mark == "json" && json.Unmarshal([]byte(s.want), &want) == nil &&
		json.Unmarshal([]byte(got), &answered) == nil && cmp.Equal(want, answered)
}

// shell runs steps of a document in one shell and compares what each prints.
func shell(t *testing.T, document, folder string, env []string, list []step) {
	t.Helper()
	scripts := t.TempDir()
	var all bytes.Buffer
	at := func(i int, what string) string { return filepath.Join(scripts, fmt.Sprintf("%d.%s", i, what)) }
	for i, s := range list {
		if err := os.WriteFile(at(i, "sh"), []byte(s.script), 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "source %q >%q 2>&1 </dev/null\necho $? >%q\n", at(i, "sh"), at(i, "out"), at(i, "code"))
	}
	bash := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc")
	bash.Dir, bash.Env, bash.Stdin = folder, env, &all
	if out, err := bash.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("the shell ended with %v: %s", err, out)
	}
	for i, s := range list {
		got, err := os.ReadFile(at(i, "out"))
		if err != nil {
			t.Fatal(err)
		}
		code, err := os.ReadFile(at(i, "code"))
		if err != nil {
			t.Fatal(err)
		}
		if string(code) != "0\n" || !s.prints(string(got)) {
			// What follows builds on this step.
			t.Fatalf("%s:%d: exit code %s-want +got:\n%s", document, s.line, code, cmp.Diff(s.want, string(got)))
		}
	}
}
