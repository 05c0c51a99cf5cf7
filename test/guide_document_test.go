// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const guideToDocuments = "../docs/guide/documents.md"

// TestGuideToDocuments runs docs/guide/documents.md: each call in an http block must be
// answered as the line after it says, each line of a sh block must work, and the curl of
// its text block is sent as one.
func TestGuideToDocuments(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guideToDocuments)
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(report, []byte("%PDF-1.7"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := place{data: t.TempDir()}
	manage := p.application(t, "Console", "manage")
	w := &walkthrough{server: p.serve(t), t: t}
	w.token = w.server.token(t, manage)
	rest := string(text)
	for {
		_, block, found := strings.Cut(rest, "\n```")
		if !found {
			break
		}
		block, rest, _ = strings.Cut(block, "\n```")
		switch kind, body, _ := strings.Cut(block, "\n"); kind {
		case "http":
			w.http(body)
		case "sh":
			w.documentCommands(p, body, report)
		case "text":
			w.curl(body)
		}
	}
}

// documentCommands runs administration commands whose arguments may be quoted.
func (w *walkthrough) documentCommands(p place, block, report string) {
	w.t.Helper()
	for line := range strings.SplitSeq(block, "\n") {
		words, _ := strings.CutPrefix(line, "muster admin ")
		var args []string
		for i, piece := range strings.Split(words, `"`) {
			if i%2 == 1 {
				args = append(args, piece)
				continue
			}
			args = append(args, strings.Fields(strings.ReplaceAll(piece, "report.pdf", report))...)
		}
		var answer any
		p.admin(w.t, &answer, args...)
	}
}

// curl sends what the guide's curl would: the parts of its -F flags.
func (w *walkthrough) curl(command string) {
	w.t.Helper()
	body := ""
	words := strings.Fields(command)
	for i, word := range words {
		if word != "-F" {
			continue
		}
		name, value, _ := strings.Cut(words[i+1], "=")
		disposition := `Content-Disposition: form-data; name="` + name + `"`
		if file, isFile := strings.CutPrefix(value, "@"); isFile {
			disposition, value = disposition+`; filename="`+file+"\"\r\nContent-Type: application/pdf", "%PDF-1.7"
		}
		body += "--b\r\n" + disposition + "\r\n\r\n" + value + "\r\n"
	}
	_, path, _ := strings.Cut(words[len(words)-1], "muster.example.com")
	a := w.call(w.t, "POST", strings.Replace(path, "$ID", w.id, 1), body+"--b--\r\n", bearer(w.token), "Content-Type: multipart/form-data; boundary=b")
	if a.status != 201 || !strings.Contains(a.text, `"effectiveDate":"2026-05-31T00:00:00.000Z"`) {
		w.t.Fatalf("%s: the upload: got %s", guideToDocuments, a)
	}
}
