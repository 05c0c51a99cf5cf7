// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/rule"
)

// caseFile is a file of cases: what records come to under tests, offline. README.md
// beside the files says how they are written.
type caseFile struct {
	Cases  []builtInCase         `json:"cases"`
	Now    time.Time             `json:"now"`
	Record map[string]json.Value `json:"record"` // what every record has, unless it says otherwise
	Tests  []string              `json:"tests"`
}

type builtInCase struct {
	Because  string                             `json:"because"`
	ID       string                             `json:"id"`
	Name     string                             `json:"name"`
	Now      time.Time                          `json:"now"`
	Record   map[string]json.Value              `json:"record"`
	Related  map[string][]map[string]json.Value `json:"related"`
	Settings json.Value                         `json:"settings"`
	Since    time.Time                          `json:"since"` // since when the record has been there
	Want     string                             `json:"want"`
}

// TestCasesOfBuiltInTests: every test has cases of each outcome that it can have.
func TestCasesOfBuiltInTests(t *testing.T) {
	names, err := filepath.Glob("../assessment/builtin/testdata/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	all, seen, count := loadBuiltIns(t), map[string]map[string]bool{}, 0
	for _, name := range names {
		for _, f := range readCases(t, name) {
			for _, id := range f.Tests {
				b, ok := all.Find(id)
				if !ok {
					t.Fatalf("%s: there is no test %s", name, id)
				}
				for _, c := range f.Cases {
					t.Run(id+"/"+c.Name, func(t *testing.T) { runCase(t, b, f, c) })
					if seen[id] == nil {
						seen[id] = map[string]bool{}
					}
					seen[id][c.Want] = true
					count++
				}
			}
		}
	}
	for _, b := range all.All() {
		for _, want := range []string{"pass", "fail"} {
			if !seen[b.ID][want] && !(want == "fail" && strings.HasSuffix(b.ID, "-source-reports")) {
				t.Errorf("%s has no case that comes to %s", b.ID, want)
			}
		}
	}
	t.Logf("%d cases", count)
}

func readCases(t *testing.T, name string) (list []caseFile) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err == nil {
		text, err = yaml.YAMLToJSON(text)
	}
	if err == nil {
		err = json.UnmarshalStrict(text, &list)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return list
}

// caseRecord answers a record as rules read it: what a definition that Muster fills
// says stands in customProperties.
func caseRecord(t *testing.T, definition string, members map[string]json.Value) rule.Record {
	t.Helper()
	whole := maps.Clone(members)
	if definition == directory.RecordsName || definition == account.Owners {
		text, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		whole = map[string]json.Value{"customProperties": text, "uniqueId": json.Value(`"p"`)}
	}
	for name, value := range whole {
		if string(value) == `"absent"` {
			delete(whole, name)
		}
	}
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return rule.Record{Doc: text}
}

func runCase(t *testing.T, b *builtin.Test, f caseFile, c builtInCase) {
	t.Helper()
	values, problems := b.Values(c.Settings, nil, "/settings")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if c.Now.IsZero() {
		c.Now = f.Now
	}
	members := maps.Clone(f.Record)
	maps.Copy(members, c.Record)
	record := caseRecord(t, b.Base, members)
	record.ID = c.ID
	if !c.Since.IsZero() {
		record.PresentSince = c.Since.UnixMilli()
	}
	memory := &rule.Memory{Now: c.Now.UnixMilli(), Of: map[string][]rule.Record{}}
	for name, records := range c.Related {
		for _, related := range records {
			memory.Of[name] = append(memory.Of[name], caseRecord(t, name, related))
		}
	}
	got, because := judgeCase(t, schemaFields(t, b.Base), formOf(t, b, values), record, memory)
	if got != c.Want {
		t.Errorf("comes to %s because %s; want %s", got, because, c.Want)
	}
	if c.Because != "" && because != c.Because {
		t.Errorf("because\n%s\nwant\n%s", because, c.Because)
	}
}

// judgeCase answers the outcome and its reason.
func judgeCase(t *testing.T, fields *rule.Fields, form map[string]json.Value, record rule.Record, memory *rule.Memory) (outcome, because string) {
	t.Helper()
	explain := func(member string) *rule.Trace {
		node, problems := rule.Parse(form[member])
		if len(problems) == 0 {
			problems = node.Check(fields)
		}
		if len(problems) > 0 {
			t.Fatalf("%s: %v", member, problems)
		}
		program, err := rule.Compile(node, fields)
		if err != nil {
			t.Fatal(err)
		}
		e := program.NewEvaluator()
		e.Relate(memory)
		if member == "failWhen" {
			return e.ExplainUnwanted(record, memory.Now)
		}
		return e.Explain(record, memory.Now)
	}
	if form["scope"] != nil {
		if trace := explain("scope"); trace.Truth == rule.False {
			return "out_of_scope", trace.Reason()
		}
	}
	member := "passWhen"
	if form[member] == nil {
		member = "failWhen"
	}
	trace := explain(member)
	switch {
	case trace.Truth == rule.Unknown && string(form["onUnknown"]) == `"in_progress"`:
		return "in_progress", trace.Reason()
	case trace.Truth == rule.Unknown:
		return "unknown", trace.Reason()
	case (trace.Truth == rule.True) == (member == "passWhen"):
		return "pass", trace.Reason()
	}
	return "fail", trace.Reason()
}

// TestEveryBuiltInFits: rules fit the base types with all their settings at either
// end, and no base has two tests of one id.
func TestEveryBuiltInFits(t *testing.T) {
	var ids []string
	for _, b := range loadBuiltIns(t).All() {
		ids = append(ids, b.ID)
		for _, s := range b.Settings {
			for _, value := range []json.Value{s.Minimum, s.Maximum, s.Default} {
				values := b.Defaults()
				values[s.Name] = value
				memory := &rule.Memory{Now: noon().UnixMilli()}
				judgeCase(t, schemaFields(t, b.Base), formOf(t, b, values), rule.Record{Doc: []byte(`{}`)}, memory)
			}
		}
	}
	if all := slices.Compact(slices.Clone(ids)); len(all) != len(ids) {
		t.Errorf("ids repeat: %v", ids)
	}
}
