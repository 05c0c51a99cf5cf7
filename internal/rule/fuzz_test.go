// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/passmuster/muster/internal/json"
)

// seeds answers the rules and records of the case files.
func seeds(f *testing.F) (rules, records []string) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			key, value, _ := strings.Cut(lines.Text(), ": ")
			switch key {
			case "rule":
				if converted, err := yaml.YAMLToJSON([]byte(value)); err == nil {
					value = strings.TrimSpace(string(converted))
				}
				rules = append(rules, value)
			case "data":
				records = append(records, value)
			}
		}
	}
	return rules, records
}

// FuzzParse: what Parse accepts prints to a text that parses to the same, says
// a sentence, and, when Check accepts it, compiles and runs.
func FuzzParse(f *testing.F) {
	rules, _ := seeds(f)
	for _, rule := range rules {
		f.Add(rule)
	}
	fields := sampleFields(f)
	f.Fuzz(func(t *testing.T, text string) {
		node, problems := Parse([]byte(text))
		if (node == nil) != (len(problems) > 0) {
			t.Fatalf("node %v with problems %v", node, problems)
		}
		if node == nil {
			return
		}
		printed, err := json.Marshal(node)
		if err != nil {
			t.Fatal(err)
		}
		again, problems := Parse(printed)
		if len(problems) > 0 {
			t.Fatalf("%s does not parse: %v", printed, problems)
		}
		if twice, _ := again.MarshalJSON(); !bytes.Equal(printed, twice) {
			t.Fatalf("printed %s, then %s", printed, twice)
		}
		if node.Sentence() != again.Sentence() || node.Sentence() == "" {
			t.Fatalf("sentences %q and %q", node.Sentence(), again.Sentence())
		}
		problems = node.Check(fields)
		program, err := Compile(node, fields)
		if (err == nil) != (len(problems) == 0) {
			t.Fatalf("Check says %v, Compile %v", problems, err)
		}
		if err != nil {
			return
		}
		record := Record{Doc: []byte(`{"customProperties":{"drives":[{"size":1},null,5],"name":"a","tags":["a",null]}}`), ID: "a"}
		e := program.NewEvaluator()
		e.Relate(&Memory{Of: map[string][]Record{"one": {record, record}, "two": {record}}})
		e.EvalRecord(record, 0)
	})
}

// FuzzEval: a document, whatever it is, is read to an end without a panic; a
// valid one gives the same truth in Explain.
func FuzzEval(f *testing.F) {
	rules, records := seeds(f)
	for i, record := range records {
		f.Add(rules[i%len(rules)], record, int64(i))
	}
	fields := sampleFields(f)
	f.Fuzz(func(t *testing.T, rule, doc string, now int64) {
		node, problems := Parse([]byte(rule))
		if len(problems) > 0 {
			return
		}
		program, err := Compile(node, fields)
		if err != nil {
			return
		}
		e, record := program.NewEvaluator(), Record{Doc: []byte(doc), ID: "0a"}
		other := Record{Doc: []byte(`{"displayName":"a","customProperties":{"name":"a","memory":1}}`)}
		e.Relate(&Memory{Now: now % (1 << 53), Of: map[string][]Record{"one": {record, other}, "two": {other}}})
		truth, next := e.EvalRecord(record, now%(1<<53))
		if next <= now%(1<<53) {
			t.Fatalf("next %d, now %d", next, now)
		}
		trace := e.Explain(record, now%(1<<53))
		if trace.Truth != truth || trace.Reason() == "" {
			t.Fatalf("Explain says %s (%s), Eval %s", trace.Truth, trace.Reason(), truth)
		}
	})
}
