// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/rule"
)

// believed is what the machine knows of an exception by condition.
type believed struct {
	condition string
	id        string
	pending   bool
	until     *int64
}

// exceptClause makes an exception by condition, ends one, or decides about one.
func (m *machine) exceptClause() {
	if len(m.refs) == 0 {
		return
	}
	c, ref := m.t.Context(), pick(m, "test", m.refs...)
	if len(m.clauses[ref]) > 0 && rapid.IntRange(0, 2).Draw(m.t, "what") > 0 {
		m.turnClause(ref)
		return
	}
	condition, until := pick(m, "exception", conditions...), m.until()
	text := fmt.Sprintf(`{"test":%q,"reason":"all of them","condition":%s}`, ref, condition)
	if until != nil {
		text = strings.Replace(text, "{", fmt.Sprintf(`{"until":%q,`, db.Time(*until).Format(time.RFC3339Nano)), 1)
	}
	approval := pick(m, "approval", assessment.ApprovalNone, assessment.ApprovalAnyone)
	_, err := m.tests.ConfigureExceptions(c, m.manager, assessment.ExceptionSettings{Approval: approval})
	m.ok(err)
	x, err := m.tests.CreateException(c, m.manager, []byte(text))
	_, more := m.tests.ConfigureExceptions(c, m.manager, assessment.ExceptionSettings{Approval: assessment.ApprovalNone})
	m.ok(more)
	switch fault.KindOf(err) {
	case fault.Invalid: // the condition does not fit the schema
		return
	case fault.Conflict:
		if !slices.ContainsFunc(m.clauses[ref], func(b believed) bool { return b.condition == condition }) {
			m.t.Fatalf("no other exception says %s: %v", condition, err)
		}
		return
	}
	m.ok(err)
	m.clauses[ref] = append(m.clauses[ref], believed{condition, x.ID, approval == assessment.ApprovalAnyone, until})
}

func (m *machine) turnClause(ref string) {
	c, i := m.t.Context(), rapid.IntRange(0, len(m.clauses[ref])-1).Draw(m.t, "which")
	b := &m.clauses[ref][i]
	if b.pending && rapid.Bool().Draw(m.t, "approve") {
		_, err := m.tests.ApproveException(c, m.manager, b.id, "")
		if b.until != nil && *b.until <= db.Millis(m.clock) {
			if fault.KindOf(err) != fault.Impossible {
				m.t.Fatalf("what is over was approved: %v", err)
			}
			return
		}
		m.ok(err)
		b.pending = false
		return
	}
	_, err := m.tests.EndException(c, m.manager, b.id)
	m.ok(err)
	m.clauses[ref] = slices.Delete(m.clauses[ref], i, i+1)
}

// forgetClauses drops what time has ended. Those of a test that is switched off
// end with its next evaluation.
func (m *machine) forgetClauses() {
	for ref, list := range m.clauses {
		m.clauses[ref] = slices.DeleteFunc(list, func(b believed) bool {
			return !b.pending && b.until != nil && *b.until <= db.Millis(m.clock)
		})
	}
}

// covering says whether a condition leaves a record out, worked out anew.
func (m *machine) covering(t assessment.Test, document []byte) bool {
	if !m.fits(t) {
		return false
	}
	for _, b := range m.clauses[t.Slug] {
		if b.pending || b.until != nil && *b.until <= db.Millis(m.clock) {
			continue
		}
		node, problems := rule.Parse([]byte(b.condition))
		if len(problems) > 0 || len(node.Check(m.fields())) > 0 {
			continue
		}
		p, err := rule.Compile(node, m.fields())
		m.ok(err)
		if truth, _ := p.Eval(document, db.Millis(m.clock)); truth == rule.True {
			return true
		}
	}
	return false
}

// compareReasons looks at why records are left out.
func (m *machine) compareReasons(t assessment.Test) {
	if _, paused := m.paused[t.Slug]; paused {
		return
	}
	for id, e := range m.entities(t.Slug, assessment.Deactivated) {
		until, own := m.excepts[t.Slug][id]
		own = own && (until == nil || *until > db.Millis(m.clock))
		want := "all of them"
		if own {
			want = "because"
		}
		if e.Exception == nil || e.Exception.Reason != want {
			m.t.Fatalf("%s of %s is left out for %v, want %q", id, t.Slug, e.Exception, want)
		}
	}
}

// compareExceptionList compares the list of exceptions with what was made.
func (m *machine) compareExceptionList() {
	for _, ref := range m.refs {
		want := map[string]string{}
		for _, b := range m.clauses[ref] {
			state := assessment.ExceptionApproved
			if b.pending {
				state = assessment.ExceptionPending
			}
			want[b.id] = string(state)
		}
		got := map[string]string{}
		for _, state := range []assessment.ExceptionState{assessment.ExceptionApproved, assessment.ExceptionPending} {
			q := assessment.ExceptionQuery{Limit: 2, State: state, Test: ref}
			for more := true; more; {
				var page []assessment.Exception
				var err error
				page, more, err = m.tests.Exceptions(m.t.Context(), m.manager, q)
				m.ok(err)
				for _, x := range page {
					q.After = x.ID
					if x.Clause.Condition != nil {
						got[x.ID] = string(x.State)
					}
				}
			}
		}
		if _, paused := m.paused[ref]; !paused && !maps.Equal(got, want) {
			m.t.Fatalf("exceptions of %s: got %v, want %v", ref, got, want)
		}
	}
}

// except makes an exception of one record, or ends it.
func (m *machine) except() {
	ids := m.entityIDs()
	if len(m.refs) == 0 || len(ids) == 0 {
		return
	}
	ref, id := pick(m, "test", m.refs...), pick(m, "record", slices.Sorted(maps.Keys(ids))...)
	if rapid.Bool().Draw(m.t, "end") {
		err := m.tests.ReactivateEntity(m.t.Context(), m.manager, ref, ids[id])
		until, own := m.excepts[ref][id]
		own = own && (until == nil || *until > db.Millis(m.clock)) // one whose time came is no more
		if fault.KindOf(err) != fault.Impossible || own || !m.covering(m.get(ref), m.documents()[id]) {
			m.ok(err)
		}
		delete(m.excepts[ref], id)
		return
	}
	until := m.until()
	m.ok(m.tests.DeactivateEntity(m.t.Context(), m.manager, ref, ids[id], assessment.Pause{Reason: "because", Until: until}))
	m.excepts[ref][id] = until
}
