// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// TestCases runs testdata/*.txt. The form is said in testdata/README.md.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	total := 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r := caseRunner{t: t, file: file}
			r.run()
			total += r.cases
		})
	}
	t.Logf("%d cases", total)
}

type caseRunner struct {
	t       *testing.T
	file    string
	line    int
	cases   int
	fields  *Fields
	now     int64
	rule    string
	node    *Node
	program *Program
	found   []Problem
	data    string
	next    int64
	related map[string]*Fields
	records map[string][]Record
	trace   *Trace
}

// evaluator answers one that finds the related records of the file.
func (r *caseRunner) evaluator() *Evaluator {
	e := r.program.NewEvaluator()
	e.Relate(&Memory{Now: r.now, Of: r.records})
	return e
}

// record is a record whose member id, if any, is its public id, and whose member
// presentSince is since when it has been there.
func (r *caseRunner) record(data string) Record {
	var named struct {
		ID           string `json:"id"`
		PresentSince string `json:"presentSince"`
	}
	_ = json.Unmarshal([]byte(data), &named) // some records of the cases are no objects
	record := Record{Doc: []byte(data), ID: named.ID}
	if at, ok := parseInstant([]byte(named.PresentSince)); ok {
		record.PresentSince = at.ms
	}
	return record
}

func (r *caseRunner) find(name string) (*Fields, error) {
	if f := r.related[name]; f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("there is no definition %q", name)
}

func (r *caseRunner) run() {
	text, err := os.ReadFile(r.file)
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		r.line++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			r.t.Fatalf("%s:%d: no key: %s", r.file, r.line, line)
		}
		r.step(key, strings.TrimSpace(value))
	}
}

func (r *caseRunner) step(key, value string) {
	switch key {
	case "schema":
		schema, err := jtd.Parse([]byte(value))
		if err != nil {
			r.t.Fatalf("%s:%d: %v", r.file, r.line, err)
		}
		r.fields, r.related, r.records = NewFields(schema), map[string]*Fields{}, map[string][]Record{}
	case "definition":
		r.define(value)
	case "records":
		r.relate(value)
	case "now":
		r.now = r.instant(value)
	case "rule":
		r.prepare(value)
	case "data":
		r.evaluate(value)
	case "want", "fails":
		r.want(key, value)
	case "next":
		want := int64(math.MaxInt64)
		if value != "never" {
			want = r.instant(value)
		}
		if r.next != want {
			r.errorf("next is %s, want %s", time.UnixMilli(r.next).UTC(), value)
		}
	case "says", "prints", "reads":
		r.show(key, value)
	case "problem":
		r.problem(value)
	default:
		r.t.Fatalf("%s:%d: no such key: %s", r.file, r.line, key)
	}
}

// define names a definition that rules may relate to.
func (r *caseRunner) define(value string) {
	name, text, _ := strings.Cut(value, " ")
	schema, err := jtd.Parse([]byte(text))
	if err != nil {
		r.t.Fatalf("%s:%d: %v", r.file, r.line, err)
	}
	r.related[name] = NewFields(schema)
	r.fields = r.fields.Relating(r.find)
}

// relate gives a definition its records.
func (r *caseRunner) relate(value string) {
	name, text, _ := strings.Cut(value, " ")
	var list []json.Value
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		r.t.Fatalf("%s:%d: %v", r.file, r.line, err)
	}
	r.records[name] = nil
	for _, one := range list {
		r.records[name] = append(r.records[name], r.record(string(one)))
	}
}

// show compares what a rule looks like.
func (r *caseRunner) show(key, value string) {
	r.cases++
	got := r.node.Sentence()
	switch key {
	case "prints":
		text, err := r.node.MarshalJSON()
		if err != nil {
			r.t.Fatal(err)
		}
		got = string(text)
	case "reads":
		got = strings.Join(r.program.Reads(), " ")
	}
	if got != value {
		r.errorf("%s %q, want %q", key, got, value)
	}
}

func (r *caseRunner) errorf(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf("%s:%d: %s\n  rule: %s\n  data: %s", r.file, r.line, fmt.Sprintf(format, args...), r.rule, r.data)
}

func (r *caseRunner) instant(text string) int64 {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.t.Fatalf("%s:%d: %v", r.file, r.line, err)
	}
	return at.UnixMilli()
}

func (r *caseRunner) prepare(text string) {
	if len(r.found) > 0 {
		r.errorf("problems that no line expected: %v", r.found)
	}
	r.rule, r.data, r.program = text, "", nil
	raw := []byte(text)
	r.node, r.found = Parse(raw)
	if len(r.found) > 0 && strings.Contains(r.found[0].Message, "not valid JSON") && !strings.HasPrefix(text, "{\"") {
		if converted, err := yaml.YAMLToJSON(raw); err == nil {
			r.node, r.found = Parse(converted)
		}
	}
	if len(r.found) > 0 || r.fields == nil {
		return
	}
	if r.found = r.node.Check(r.fields); len(r.found) > 0 {
		return
	}
	var err error
	if r.program, err = Compile(r.node, r.fields); err != nil {
		r.t.Fatalf("%s:%d: %v", r.file, r.line, err)
	}
}

func (r *caseRunner) evaluate(data string) {
	if len(r.found) > 0 {
		r.t.Fatalf("%s:%d: %v", r.file, r.line, r.found)
	}
	r.cases++
	r.data = data
	_, r.next = r.evaluator().EvalRecord(r.record(data), r.now)
}

// want compares the truth and, after "because", the reason.
func (r *caseRunner) want(key, value string) {
	truth, reason, _ := strings.Cut(value, " because ")
	e, record := r.evaluator(), r.record(r.data)
	got, _ := e.EvalRecord(record, r.now)
	r.trace = e.Explain(record, r.now)
	if key == "fails" {
		r.trace = e.ExplainUnwanted(record, r.now)
	}
	if got.String() != truth {
		r.errorf("is %s, want %s", got, truth)
	}
	if r.trace.Truth != got {
		r.errorf("trace says %s, Eval %s", r.trace.Truth, got)
	}
	if reason != "" && r.trace.Reason() != reason {
		r.errorf("because %q, want %q", r.trace.Reason(), reason)
	}
}

// problem expects the next problem: a pointer and a part of its message.
func (r *caseRunner) problem(value string) {
	r.cases++
	pointer, message, _ := strings.Cut(value, " ")
	if pointer == `""` {
		pointer = ""
	}
	if len(r.found) == 0 {
		r.errorf("no problem, want %s", value)
		return
	}
	first := r.found[0]
	r.found = r.found[1:]
	if first.Pointer != pointer || !strings.Contains(first.Message, message) {
		r.errorf("problem %q: %s, want %s", first.Pointer, first.Message, value)
	}
}
