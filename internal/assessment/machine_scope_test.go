// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"fmt"

	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// scope gives a scope another filter on the servers, or takes it away.
func (m *machine) scope() {
	id := pick(m, "scope of", "narrow", "wide") + string(m.servers.ID)
	where := ""
	var filters []assessment.Filter
	if rapid.IntRange(0, 4).Draw(m.t, "filtered") > 0 {
		where = pick(m, "filter", conditions...)
		var problems []fault.Problem
		text := fmt.Sprintf(`{"resource":%q,"where":%s}`, m.servers.ID, where)
		f, err := m.tests.ReadFilter(m.t.Context(), m.manager, json.Value(text), "/filters/0", &problems)
		m.ok(err)
		if len(problems) > 0 {
			return // the condition does not fit the schema
		}
		filters = append(filters, f)
	}
	var moved []resource.Definition
	m.ok(m.db.Write(m.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		moved, err = m.tests.PutFilters(ctx, tx, m.manager, id, id, filters)
		return err
	}))
	m.ok(m.tests.JudgeFilters(m.t.Context(), m.manager, moved))
	m.scopes[id] = where
}

// compareScopes counts again what each test says in each scope.
func (m *machine) compareScopes() {
	records := m.documents()
	for id, where := range m.scopes {
		for _, others := range []bool{true, false} {
			var standings map[int64]assessment.Standing
			m.ok(m.db.Read(m.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				standings, err = m.tests.ScopedStandings(ctx, tx, m.manager.Workspace, assessment.Part{Others: others, Scope: id})
				return err
			}))
			for _, ref := range m.refs {
				t := m.get(ref)
				got := standings[t.Number]
				counts, status := m.scoped(t, where, others, records)
				if got.Counts != counts || got.Status != status {
					m.t.Fatalf("%s in the scope %q (others %v): got %s %v, want %s %v", ref, where, others, got.Status, got.Counts, status, counts)
				}
			}
		}
	}
}

func (m *machine) scoped(t assessment.Test, where string, others bool, records map[string][]byte) (counts assessment.Counts, status assessment.Status) {
	if t.State != assessment.StateActive {
		return counts, assessment.StatusDeactivated
	}
	for id, document := range records {
		if m.inside(where, others, document) {
			counts[m.naive(t, id, document)]++
		}
	}
	switch {
	case where == "" && !others:
		return counts, assessment.StatusNotApplicable
	case !m.fits(t):
		return counts, assessment.StatusInvalid
	}
	return counts, naiveStatus(t.Document, counts)
}

// inside says whether a record is in a scope: where the filter is unknown, and
// where it fits the schema no more, it is.
func (m *machine) inside(where string, others bool, document []byte) bool {
	if where == "" {
		return others
	}
	node, problems := rule.Parse([]byte(where))
	if len(problems) > 0 {
		m.t.Fatal(problems)
	}
	if len(node.Check(m.fields())) > 0 {
		return true
	}
	p, err := rule.Compile(node, m.fields())
	m.ok(err)
	truth, _ := p.Eval(document, db.Millis(m.clock))
	return truth != rule.False
}
