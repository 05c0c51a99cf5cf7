// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const guideToDeadlines = "../docs/guide/deadlines.md"

// walkthrough is a guide that is run as it is written.
type walkthrough struct {
	*server

	id    string // in the last answer
	t     *testing.T
	token string
}

// TestGuideToDeadlines runs docs/guide/deadlines.md: each call in an http block must
// be answered as the line after it says, each sh block must work, and the yaml block
// is a file that the command line takes.
func TestGuideToDeadlines(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guideToDeadlines)
	if err != nil {
		t.Fatal(err)
	}
	p := place{data: t.TempDir()}
	build, manage := p.application(t, "Inventory", "build"), p.application(t, "Console", "manage")
	schema := filepath.Join(t.TempDir(), "schema.json")
	if err := os.WriteFile(schema, []byte(`{"properties":{"memory":{"type":"int32"},"tier":{"type":"string"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	servers := p.plainDefinition(t, build, "Server", "CustomResource", "--schema", schema)
	w := &walkthrough{server: p.serve(t), t: t}
	record := func(id, tier, memory string) string {
		return `{"uniqueId":"` + id + `","displayName":"` + id + `","externalUrl":"https://x.example/` + id + `","customProperties":{"memory":` + memory + `,"tier":"` + tier + `"}}`
	}
	pushed := w.call(t, "PUT", "/v1/resources/custom_resource",
		set(servers, record("srv_001", "gold", "16384"), record("srv_002", "tin", "1"), record("srv_003", "tin", "2")), bearer(w.server.token(t, build)))
	w.token = w.server.token(t, manage)
	made := w.call(t, "POST", "/v1/tests", `{"slug":"servers-sized","name":"Sized","application":"Inventory","resource":"Server",
		"passWhen":{"field":"memory","op":"gte","value":8192}}`, bearer(w.token))
	if pushed.status != 200 || made.status != 201 {
		t.Fatalf("got %s and %s", pushed, made)
	}
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
			w.sh(p, body)
		case "yaml":
			w.yaml(p, body)
		}
	}
}

// http makes the calls of a block: method and path, perhaps a body, and what is
// answered.
func (w *walkthrough) http(block string) {
	w.t.Helper()
	var method, path, body string
	for line := range strings.SplitSeq(block, "\n") {
		want, answered := strings.CutPrefix(line, "→ ")
		switch {
		case answered:
			w.answers(method, path, body, want)
			body = ""
		case strings.HasPrefix(line, "{"):
			body = line
		default:
			method, path, _ = strings.Cut(strings.ReplaceAll(line, "{id}", w.id), " ")
		}
	}
}

func (w *walkthrough) answers(method, path, body, want string) {
	w.t.Helper()
	status, part, _ := strings.Cut(want, " ")
	a := w.call(w.t, method, path, body, bearer(w.token))
	if strconv.Itoa(a.status) != status || !strings.Contains(a.text, part) {
		w.t.Fatalf("%s: %s %s: got %s, want %s", guideToDeadlines, method, path, a, want)
	}
	var answer struct {
		ID      string
		Results struct{ Data []struct{ ID string } }
	}
	a.into(w.t, &answer)
	switch {
	case answer.ID != "":
		w.id = answer.ID
	case len(answer.Results.Data) > 0:
		w.id = answer.Results.Data[0].ID
	}
}

// sh runs administration commands.
func (w *walkthrough) sh(p place, block string) {
	w.t.Helper()
	for line := range strings.SplitSeq(block, "\n") {
		words, _ := strings.CutPrefix(strings.ReplaceAll(line, "{id}", w.id), "muster admin ")
		command, quoted, _ := strings.Cut(words, " '")
		args := strings.Fields(command)
		if quoted != "" {
			args = append(args, strings.TrimSuffix(quoted, "'"))
		}
		var answer any
		p.admin(w.t, &answer, args...)
	}
}

// yaml makes the exception of a file, which waits for approval.
func (w *walkthrough) yaml(p place, block string) {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "exception.yaml")
	if err := os.WriteFile(file, []byte(block), 0o600); err != nil {
		w.t.Fatal(err)
	}
	var made []struct{ Status, Sentence string }
	p.admin(w.t, &made, "exception", "create", file)
	if len(made) != 1 || made[0].Status != "PENDING" || made[0].Sentence != "memory is missing" {
		w.t.Errorf("%s: got %v", guideToDeadlines, made)
	}
}
