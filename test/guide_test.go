// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/rule"
)

const guideToTests = "../docs/guide/tests.md"

// blocks answers the blocks of a document that have a mark.
func blocks(text, mark string) (list []string) {
	for _, part := range strings.Split(text, "\n```"+mark+"\n")[1:] {
		block, _, _ := strings.Cut(part, "\n```")
		list = append(list, block)
	}
	return list
}

// TestGuideToTests previews every condition that stands in a table of
// docs/guide/tests.md, | `{…}` | sentence | verdict |, on the record that the
// document shows, and compares what the server says. Each operator must be there.
// The test that the document shows whole is created.
func TestGuideToTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guideToTests)
	if err != nil {
		t.Fatal(err)
	}
	samples := blocks(string(text), "json")
	if len(samples) != 4 {
		t.Fatalf("%s begins with a schema and a record, and has another two", guideToTests)
	}
	schema, related := t.TempDir()+"/schema.json", t.TempDir()+"/related.json"
	for name, sample := range map[string]string{schema: samples[0], related: samples[2]} {
		if err := os.WriteFile(name, []byte(sample), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := place{data: t.TempDir()}
	build, manage := p.application(t, "Demo Private Integration", "build"), p.application(t, "Console", "manage")
	resource := p.plainDefinition(t, build, "Internal Server", "CustomResource", "--schema", schema)
	backups := p.plainDefinition(t, build, "Backup", "CustomResource", "--schema", related)
	s := p.serve(t)
	pusher := s.token(t, build)
	for id, record := range map[string]string{resource: samples[1], backups: samples[3]} {
		pushed := s.call(t, "PUT", "/v1/resources/custom_resource", set(id, record), bearer(pusher))
		if pushed.status != 200 || !strings.Contains(pushed.text, `"accepted":1`) {
			t.Fatalf("a record of %s: %s", guideToTests, pushed)
		}
	}
	token, seen := s.token(t, manage), map[string]bool{}
	_, whole, _ := strings.Cut(blocks(string(text), "text")[0], "POST /v1/tests\n")
	if a := s.call(t, "POST", "/v1/tests", whole, bearer(token)); a.status != 201 || !strings.Contains(a.text, `"status":"OK"`) {
		t.Errorf("the test of %s: %s", guideToTests, a)
	}
	const email = `{"emailAddress":"jane@example.com","name":{"display":"Jane"}}`
	if a := s.call(t, "POST", "/v1/people", email, bearer(token)); a.status != 201 {
		t.Errorf("a person: %s", a)
	}
	for _, block := range blocks(string(text), "text") {
		if !strings.Contains(block, `"people"`) {
			continue
		}
		if a := s.call(t, "POST", "/v1/tests", block, bearer(token)); a.status != 201 || !strings.Contains(a.text, `"status":"NEEDS_ATTENTION"`) {
			t.Errorf("the test of people of %s: %s", guideToTests, a)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\{.*\\})` \\| (.*) \\| (.*) \\|$").FindAllStringSubmatch(string(text), -1) {
		note(seen, row[1])
		if got, want := preview(t, s, token, resource, row[1]), row[2]+" | "+row[3]; got != want {
			t.Errorf("%s: %s\n got %s\nwant %s", guideToTests, row[1], got, want)
		}
	}
	for _, kind := range []rule.Type{
		rule.TypeBoolean, rule.TypeString, rule.TypeNumber, rule.TypeTimestamp, rule.TypeEnum, rule.TypeArray,
	} {
		for _, op := range rule.OpsOf(kind) {
			if !seen[string(op)] {
				t.Errorf("%s has no example of %s", guideToTests, op)
			}
		}
	}
}

// note collects the operators of a condition.
func note(seen map[string]bool, condition string) {
	for _, op := range regexp.MustCompile(`"op": "([a-z_]+)"`).FindAllStringSubmatch(condition, -1) {
		seen[op[1]] = true
	}
}

// preview answers the sentence of a condition and what one record comes to.
func preview(t *testing.T, s *server, token, resource, condition string) string {
	t.Helper()
	a := s.call(t, "POST", "/v1/tests/preview", fmt.Sprintf(`{"name":"x","resource":%q,"passWhen":%s}`, resource, condition), bearer(token))
	var body struct {
		Counts   struct{ Passing, Failing int }
		Sentence string
		Unknown  int
	}
	if err := json.Unmarshal([]byte(a.text), &body); err != nil || a.status != 200 {
		return a.String()
	}
	verdict := "fails"
	switch {
	case body.Unknown > 0:
		verdict = "unknown"
	case body.Counts.Passing > 0:
		verdict = "passes"
	}
	return body.Sentence + " | " + verdict
}
