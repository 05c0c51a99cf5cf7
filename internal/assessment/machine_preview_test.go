// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/fault"
)

// preview compares a draft's counts with those of a recomputation.
func (m *machine) preview() {
	text := m.form()
	p, err := m.tests.Preview(m.t.Context(), m.manager, []byte(text))
	if fault.KindOf(err) == fault.Invalid {
		return
	}
	m.ok(err)
	var want assessment.Counts
	records := m.documents()
	for id, document := range records {
		want[m.naive(assessment.Test{Document: p.Rule}, id, document)]++
	}
	if p.Counts != want || p.Status != naiveStatus(p.Rule, want) || len(p.Entities) != len(records) {
		m.t.Fatalf("preview of %s: got %s %v, want %v", text, p.Status, p.Counts, want)
	}
	for _, e := range p.Entities {
		if got := m.naive(assessment.Test{Document: p.Rule}, e.UniqueID, records[e.UniqueID]); got != e.Outcome || e.Reason == "" {
			m.t.Fatalf("preview of %s: %s is %s (%s), want %s", text, e.UniqueID, e.Outcome, e.Reason, got)
		}
	}
}
