// SPDX-License-Identifier: Apache-2.0

package rule_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/rule"
)

// TestTime: a time is a field, or a duration after one; what tells none has none.
func TestTime(t *testing.T) {
	schema, err := jtd.Parse([]byte(`{"properties": {"made": {"type": "timestamp"}, "name": {"type": "string"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	fields := rule.NewFields(schema)
	for _, c := range []struct{ text, record, sentence, want string }{
		{`{"field": "made", "plus": "7d"}`, `{"made": "2026-03-01T00:00:00.5Z"}`, "7 days after made", "1772928000500"},
		{`{"field": "made"}`, `{"made": "2026-03-01T01:00:00+01:00"}`, "made", "1772323200000"},
		{`{"field": "made"}`, `{"made": null}`, "made", "none"},
		{`{"field": "made"}`, `{}`, "made", "none"},
		{`{"field": "presentSince", "plus": "1h"}`, `{}`, "1 hour after presentSince", "3600005"},
	} {
		at, problems := rule.ParseTime([]byte(c.text))
		if len(problems) > 0 || len(at.Check(fields)) > 0 {
			t.Fatalf("%s: %v, %v", c.text, problems, at.Check(fields))
		}
		program, err := at.Compile(fields)
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		if ms, ok := program.NewEvaluator().Time(rule.Record{Doc: []byte(c.record), PresentSince: 5}); ok {
			got = strconv.FormatInt(ms, 10)
		}
		if got != c.want || at.Sentence() != c.sentence {
			t.Errorf("%s of %s: %s, %q, want %s, %q", c.text, c.record, got, at.Sentence(), c.want, c.sentence)
		}
	}
	for text, want := range map[string]string{
		`[]`:                               "takes an object {field: other}, not an array",
		`{"field": "made", "minus": "1d"}`: "/minus",
		`{"field": "name", "plus": "1d"}`:  "/op",
		`{"field": "gone"}`:                "/field",
	} {
		at, problems := rule.ParseTime([]byte(text))
		if len(problems) == 0 {
			problems = at.Check(fields)
		}
		if len(problems) == 0 || !strings.HasPrefix(problems[0].String(), want) {
			t.Errorf("%s: %v, want %s", text, problems, want)
		}
	}
}
