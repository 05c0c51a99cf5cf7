// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// WeakKind says what is weak about evidence.
type WeakKind string

// The kinds (contract tests-and-rules.md section 2). Controls without a test are
// package program's.
const (
	WeakExceptions WeakKind = "ONLY_EXCEPTIONS"     // nothing is left to judge but what exceptions cover
	WeakRecords    WeakKind = "NO_RECORDS"          // there is nothing to judge
	WeakSource     WeakKind = "STALE_SOURCE"        // the newest push is older than the test allows
	WeakCondition  WeakKind = "UNDECIDED_CONDITION" // a condition has never decided about a record
	WeakFields     WeakKind = "UNREAD_FIELDS"       // properties of records that no test looks at
)

// Weakness is evidence that proves less than it seems to.
type Weakness struct {
	Definition     resource.ID // of WeakFields
	DefinitionName string
	Fields         []string // of WeakFields
	Kind           WeakKind
	Part           string // of WeakCondition: JSON Pointer inside the test
	Sentence       string
	Test           TestRef // zero of WeakFields
}

// Key names a weakness among all of a workspace; they sort by it.
func (w Weakness) Key() string {
	return strings.Join([]string{string(w.Kind), w.Test.ID, string(w.Definition), w.Part}, " ")
}

// Weaknesses answers what is weak about the tests of a workspace, by key: from
// tallies, and from what evaluations noted.
func (s *Service) Weaknesses(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []Weakness, err error) {
	tests, err := selectTestsAfter(ctx, tx, w, "", maxTests)
	if err != nil {
		return nil, fmt.Errorf("read tests: %w", err)
	}
	known := bases{}
	for i := range tests {
		if err := s.complete(ctx, tx, &tests[i], known); err != nil {
			return nil, err
		}
	}
	decided, err := selectAllDecisions(ctx, tx, w.Number)
	if err != nil {
		return nil, fmt.Errorf("read what conditions decided: %w", err)
	}
	for i := range tests {
		list = append(list, tests[i].weaknesses(decided[[2]int64{tests[i].Number, tests[i].Version}])...)
	}
	unread, err := unreadFields(ctx, tx, w, tests)
	if err != nil {
		return nil, fmt.Errorf("read what tests read: %w", err)
	}
	list = append(list, unread...)
	slices.SortFunc(list, func(a, b Weakness) int { return cmp.Compare(a.Key(), b.Key()) })
	return list, nil
}

// maxTests is how many tests of a workspace are looked at.
const maxTests = 100_000

// weaknesses answers those of one test; decided are the parts of its newest version
// that decided.
func (t *Test) weaknesses(decided []string) (list []Weakness) {
	weak := func(kind WeakKind, part, format string, args ...any) {
		list = append(list, Weakness{Kind: kind, Part: part, Sentence: fmt.Sprintf(format, args...), Test: t.ref()})
	}
	if t.State != StateActive || t.window != t.Version {
		return nil
	}
	if t.Stale {
		weak(WeakSource, "", "the newest push of %s is older than %s", t.Definition.Name, t.Document.Freshness)
	}
	evaluated, excepted, out := t.Counts.Evaluated(), t.Counts[Deactivated], t.Counts[OutOfScope]
	switch {
	case evaluated > 0:
	case excepted > 0:
		weak(WeakExceptions, "", "exceptions cover %s that the test is about", records(excepted))
		return list
	case out > 0:
		weak(WeakRecords, "", "its scope leaves out %s of %s", records(out), t.Definition.Name)
		return list
	default:
		weak(WeakRecords, "", "%s has no record", t.Definition.Name)
		return list
	}
	if !slices.Contains(decided, "") {
		return list // not every record was looked at for it
	}
	for _, b := range t.Document.branches() {
		switch {
		case slices.Contains(decided, b.part):
		case b.part == partScope:
			weak(WeakCondition, b.part, "its scope has never left out a record: %s", b.node.Sentence())
		default:
			weak(WeakCondition, b.part, "this condition has never decided about a record: %s", b.node.Sentence())
		}
	}
	return list
}

func records(n int64) string {
	if n == 1 {
		return "the one record"
	}
	return fmt.Sprintf("all %d records", n)
}

// unreadFields answers the custom properties that no active test reads, of the
// definitions that have been pushed to.
func unreadFields(ctx context.Context, tx *db.Tx, w caller.Workspace, tests []Test) (list []Weakness, err error) {
	definitions, err := resource.Definitions(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	pushes, err := resource.LastPushes(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	read := map[resource.ID]map[string]bool{}
	for i := range tests {
		if tests[i].State == StateActive {
			tests[i].noteReads(read)
		}
	}
	for _, d := range definitions {
		if pushes[d.Number] == 0 || d.Schema == nil {
			continue
		}
		fields, err := properties(d.Schema)
		if err != nil {
			return nil, err
		}
		fields = slices.DeleteFunc(fields, func(name string) bool { return read[d.ID][name] })
		if len(fields) > 0 {
			list = append(list, Weakness{
				Definition: d.ID, DefinitionName: d.Name, Fields: fields, Kind: WeakFields,
				Sentence: fmt.Sprintf("no test reads %s of %s", strings.Join(fields, ", "), d.Name),
			})
		}
	}
	return list, nil
}

// noteReads notes the properties that a test looks at, by definition.
func (t *Test) noteReads(read map[resource.ID]map[string]bool) {
	d := t.Document
	for _, node := range []*rule.Node{d.PassWhen, d.FailWhen, d.Scope} {
		if node == nil {
			continue
		}
		for name, keys := range node.Reads() {
			id := t.Definition.ID
			if name != "" {
				id = d.Related[name]
			}
			if read[id] == nil {
				read[id] = map[string]bool{}
			}
			for _, key := range keys {
				read[id][key] = true
			}
		}
	}
}

// properties answers the names of the properties of a schema in JTD, sorted.
func properties(schema json.Value) ([]string, error) {
	var form struct {
		Optional map[string]json.Value `json:"optionalProperties"`
		Required map[string]json.Value `json:"properties"`
	}
	if err := json.Unmarshal(schema, &form); err != nil {
		return nil, err
	}
	names := []string{}
	for name := range form.Required {
		names = append(names, name)
	}
	for name := range form.Optional {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}
