// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// machine does random things to a house and compares, after each, what the
// tests say with a recomputation from the records.
type machine struct {
	*house
	t       *rapid.T
	other   *resource.Service
	pushed  map[string]string // element by id, of the last push that was taken
	refs    []string          // slugs of the tests
	made    int
	history map[int64]map[string]map[string]string // outcomes by number, test, record
	paused  map[string]*int64                      // deactivated tests: until, nil: for good
	excepts map[string]map[string]*int64           // exceptions by test and record
	clauses map[string][]believed                  // exceptions by condition of tests
	clocks  *clocks
	scopes  map[string]string // filter on the servers by id, "": none
}

func TestMachine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			h := openHouse(rt, d)
			defer h.tests.Close()
			defer h.forget()
			h.standing = true
			// The tests act as a second process that does not wait for a push.
			other := resource.New(resource.Options{DB: d, Judge: h.judge, Now: h.now, Owner: "other", Wait: time.Millisecond})
			h.tests = assessment.New(assessment.Options{Applications: h, DB: d, Judge: h.judge, Now: h.now, Resource: other, Users: h})
			m := &machine{
				house: h, t: rt, other: other, pushed: map[string]string{}, history: map[int64]map[string]map[string]string{},
				paused: map[string]*int64{}, excepts: map[string]map[string]*int64{}, clauses: map[string][]believed{}, clocks: newClocks(),
				scopes: map[string]string{},
			}
			m.ok(m.resetSettings())
			m.category()
			m.push(nil)
			rt.Repeat(map[string]func(*rapid.T){
				"":           func(*rapid.T) { m.check() },
				"push":       func(*rapid.T) { m.push(nil) },
				"push more":  func(*rapid.T) { m.push(nil) },
				"abandon":    func(*rapid.T) { m.abandon() },
				"preview":    func(*rapid.T) { m.preview() },
				"meanwhile":  func(*rapid.T) { m.push(m.change) },
				"change":     func(*rapid.T) { m.change() },
				"except":     func(*rapid.T) { m.except() },
				"clause":     func(*rapid.T) { m.exceptClause() },
				"time":       func(*rapid.T) { m.time() },
				"run":        func(*rapid.T) { m.run() },
				"purge":      func(*rapid.T) { m.ok(m.tests.Purge(rt.Context())) },
				"reactivate": func(*rapid.T) { m.turnOn() },
				"assign":     func(*rapid.T) { m.assign() },
				"terms":      func(*rapid.T) { m.terms() },
				"scope":      func(*rapid.T) { m.scope() },
			})
			m.replay()
		})
	})
}

// forget leaves nothing that is due to the next check on the same database.
func (h *house) forget() {
	h.ok(h.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for _, statement := range []string{
			`DELETE FROM assessment_recheck`, `DELETE FROM assessment_exception`, `UPDATE assessment_test SET deactivated_until = NULL`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}))
}

func pick[T any](m *machine, label string, list ...T) T {
	return rapid.SampledFrom(list).Draw(m.t, label)
}

// conditions read what elements vary.
var conditions = []string{
	`{"field":"active","op":"equals","value":true}`,
	`{"field":"memory","op":"gte","value":4}`,
	`{"field":"memory","op":"exists"}`,
	`{"field":"tier","op":"equals","value":"gold"}`,
	`{"field":"seen","op":"within_last","value":"6h"}`,
	`{"field":"seen","op":"older_than","value":"2h"}`,
	`{"field":"tags","any":{"field":"","op":"equals","value":"x"}}`,
	`{"any":[{"field":"active","op":"equals","value":false},{"field":"seen","op":"within_next","value":"3h"}]}`,
	`{"not":{"all":[{"field":"memory","op":"lt","value":6},{"field":"tier","op":"exists"}]}}`,
}

// element draws a record: often as it was, sometimes wrong.
func (m *machine) element(id string) string {
	if old := m.pushed[id]; old != "" && rapid.IntRange(0, 2).Draw(m.t, "unchanged") > 0 {
		return old
	}
	memory := pick[any](m, "memory", 1, 4, 5, 8, "null", `"wrong"`)
	var more []string
	if hours := rapid.IntRange(-8, 8).Draw(m.t, "seen"); hours != 0 {
		more = append(more, fmt.Sprintf(`"seen":%q`, m.clock.Add(time.Duration(hours)*time.Hour).UTC().Format(time.RFC3339)))
	}
	if tier := pick(m, "tier", "", "gold", "tin"); tier != "" {
		more = append(more, fmt.Sprintf(`"tier":%q`, tier))
	}
	if tags := pick(m, "tags", "", `[]`, `["x","y"]`, `["y"]`); tags != "" {
		more = append(more, `"tags":`+tags)
	}
	return server(id, rapid.Bool().Draw(m.t, "active"), memory, more...)
}

func (m *machine) set() (elements []string) {
	for i := range 8 {
		id := fmt.Sprintf("s%d", i)
		switch rapid.IntRange(0, 9).Draw(m.t, id) {
		case 0, 1, 2:
		case 3:
			elements = append(elements, m.element(id), m.element(id)) // duplicates
		default:
			elements = append(elements, m.element(id))
		}
	}
	if rapid.IntRange(0, 15).Draw(m.t, "nameless") == 0 {
		elements = append(elements, `{"displayName":"nameless"}`)
	}
	if rapid.Bool().Draw(m.t, "reverse") {
		slices.Reverse(elements)
	}
	return elements
}

// meanwhile is a body in whose middle something happens.
type meanwhile struct {
	happens func()
	parts   []string
}

func (r *meanwhile) Read(p []byte) (int, error) {
	if len(r.parts) == 0 {
		return 0, io.EOF
	}
	if len(r.parts) == 1 && r.happens != nil {
		r.happens() // the first part was understood: the push holds its claim
		r.happens = nil
	}
	n := copy(p, r.parts[0])
	if r.parts[0] = r.parts[0][n:]; r.parts[0] == "" {
		r.parts = r.parts[1:]
	}
	return n, nil
}

func (m *machine) push(happens func()) {
	elements := m.set()
	half := rapid.IntRange(0, len(elements)).Draw(m.t, "half")
	first := fmt.Sprintf(`{"resourceId":%q,"resources":[`, m.servers.ID) + strings.Join(elements[:half], ",")
	second := strings.Join(elements[half:], ",") + `]}`
	if half > 0 && half < len(elements) {
		second = "," + second
	}
	handling := pick(m, "handling", resource.Lenient, resource.Lenient, resource.Lenient, resource.Strict)
	result, err := m.records.Push(m.t.Context(), m.app, resource.Push{
		Base: m.servers.Base, Default: handling, Body: &meanwhile{happens, []string{first, second}},
	})
	m.ok(err)
	if result.Failure == "" {
		m.pushed = map[string]string{}
		for _, e := range elements {
			id, _, _ := strings.Cut(strings.TrimPrefix(e, `{"uniqueId":"`), `"`)
			m.pushed[id] = e
		}
	} else {
		m.ok(m.records.Unjudged(m.t.Context())) // a change in its middle waits for the next evaluation
	}
	m.ok(m.tests.Due(m.t.Context()))
}

// abandon breaks a push off after it has written some of its records ahead.
func (m *machine) abandon() {
	var body strings.Builder
	fmt.Fprintf(&body, `{"resourceId":%q,"resources":[`, m.servers.ID)
	for _, e := range m.set() {
		body.WriteString(e + ",")
	}
	long := `"tags":["` + strings.Repeat("long enough to be handed on ", 20) + `"]`
	elements := 800 // more than one batch of either engine
	if m.db.Engine() == db.PostgreSQL {
		elements = 2500
	}
	for i := range elements {
		body.WriteString(server(fmt.Sprintf("x%d", i), i%2 == 0, i%10, long) + ",")
	}
	_, err := m.records.Push(m.t.Context(), m.app, resource.Push{
		Base: m.servers.Base, Default: resource.Lenient, Body: io.MultiReader(strings.NewReader(body.String()), errReader{}),
	})
	if !errors.Is(err, io.ErrNoProgress) {
		m.t.Fatalf("a broken push: %v", err)
	}
	ahead := m.count(`SELECT COUNT(*) FROM resource_record r JOIN resource_head h ON h.definition = r.definition
		WHERE h.definition = $1 AND r.from_sync > h.head`, int64(m.servers.Number))
	if ahead == 0 {
		m.t.Fatalf("nothing was written ahead")
	}
	m.compare()
	m.push(nil) // clears what the other one left
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrNoProgress }

func (m *machine) form() string {
	var members []string
	when := pick(m, "when", "passWhen", "passWhen", "failWhen")
	members = append(members, `"`+when+`":`+pick(m, "condition", conditions...))
	if rapid.Bool().Draw(m.t, "scoped") {
		members = append(members, `"scope":`+pick(m, "scope", conditions...))
	}
	members = append(members,
		`"reducer":`+pick(m, "reducer", `"all"`, `"any"`, `"none"`, `{"atLeast":2}`, `{"atMostFailing":1}`, `{"percentPassing":50}`),
		`"onEmpty":`+pick(m, "onEmpty", `"not_applicable"`, `"pass"`, `"fail"`),
		`"onUnknown":`+pick(m, "onUnknown", `"fail"`, `"pass"`, `"in_progress"`))
	return form(fmt.Sprintf("t%d %s", m.made, m.servers.ID), members...)
}

// change makes a test, a version or a pause.
func (m *machine) change() {
	c := m.t.Context()
	what := rapid.IntRange(0, 7).Draw(m.t, "change")
	switch what {
	case 7:
		m.exceptClause()
		return
	case 5:
		m.edit()
		return
	case 6:
		m.assign()
		return
	}
	if len(m.refs) == 0 || what == 0 && len(m.refs) < 4 {
		slug := pick(m, "sla", append(slices.Sorted(maps.Keys(m.clocks.categories)), "")...)
		t, err := m.tests.Create(c, m.manager, []byte(strings.Replace(m.form(), "{", `{"sla":"`+slug+`",`, 1)))
		if fault.KindOf(err) == fault.Invalid {
			return // no record yet, or the condition does not fit the schema
		}
		m.ok(err)
		m.made++
		m.refs = append(m.refs, t.Slug)
		m.excepts[t.Slug] = map[string]*int64{}
		m.clocks.slas[t.Slug] = slug
		return
	}
	ref := pick(m, "test", m.refs...)
	switch what {
	case 1:
		var p assessment.Pause
		p.Reason, p.Until = "why not", m.until()
		_, err := m.tests.Deactivate(c, m.manager, ref, p)
		m.ok(err)
		m.paused[ref] = p.Until
	default:
		text := strings.Replace(m.form(), `"name"`, `"reason":"better","name"`, 1)
		if _, err := m.tests.NewVersion(c, m.manager, ref, []byte(text)); fault.KindOf(err) != fault.Invalid {
			m.ok(err)
		}
	}
}

// edit changes the schema, so that some rules do not fit it any more.
func (m *machine) edit() {
	schema := strings.Replace(serverSchema, `"tier": {"enum": ["gold", "tin"]}`, pick(m, "tier's schema",
		`"tier": {"enum": ["gold", "tin"]}`, `"tier": {"enum": ["gold", "tin"]}`, `"tier": {"type": "string"}`, `"tier": {"type": "boolean"}`, `"other": {}`), 1)
	_, _, err := m.other.Edit(m.t.Context(), m.app, m.servers.ID, resource.Edit{Force: true, Schema: []byte(schema)})
	if fault.KindOf(err) != fault.Unavailable { // a push holds the definition, and judges by the new schema
		m.ok(err)
	}
	m.servers, err = m.records.Get(m.t.Context(), m.app, m.servers.ID)
	m.ok(err)
}

func (m *machine) until() *int64 {
	if rapid.Bool().Draw(m.t, "for good") {
		return nil
	}
	until := db.Millis(m.clock.Add(time.Duration(rapid.IntRange(1, 8).Draw(m.t, "until")) * time.Hour))
	return &until
}

func (m *machine) turnOn() {
	if len(m.refs) == 0 {
		return
	}
	ref := pick(m, "test", m.refs...)
	_, err := m.tests.Reactivate(m.t.Context(), m.manager, ref)
	m.ok(err)
	delete(m.paused, ref)
}

func (m *machine) run() {
	if len(m.refs) == 0 {
		return
	}
	if ref := pick(m, "test", m.refs...); m.get(ref).State == assessment.StateActive {
		_, err := m.tests.Run(m.t.Context(), m.manager, ref)
		m.ok(err)
	}
}

func (m *machine) time() {
	m.pass(time.Duration(rapid.IntRange(1, 300).Draw(m.t, "minutes")) * time.Minute)
	m.ok(m.tests.Due(m.t.Context()))
	if due, err := m.tests.HasDue(m.t.Context()); due || err != nil {
		m.t.Fatalf("something is due after all that was due: %v", err)
	}
	for ref, until := range m.paused {
		if until != nil && *until <= db.Millis(m.clock) {
			delete(m.paused, ref)
		}
	}
	m.forgetClauses()
}

// entityIDs answers the public ids of the records that exist.
func (m *machine) entityIDs() map[string]string {
	ids := map[string]string{}
	m.ok(m.db.Read(m.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, func(row db.Row) error {
			var item resource.Item
			var unique string
			var created int64
			err := row.Scan(&item, &unique, &created)
			ids[unique] = resource.EntityID(m.servers.Number, item, created)
			return err
		}, `SELECT i.item, i.unique_id, i.created_at FROM resource_item i
			JOIN resource_record r ON r.definition = i.definition AND r.item = i.item AND r.to_sync IS NULL
			WHERE i.definition = $1`, int64(m.servers.Number))
	}))
	return ids
}

// documents answers the records that exist, as list_all has them.
func (m *machine) documents() map[string][]byte {
	var out bytes.Buffer
	out.WriteByte('[')
	m.ok(m.records.WriteRecords(m.t.Context(), m.servers, "", &out))
	out.WriteByte(']')
	var list []json.Value
	m.ok(json.Unmarshal(out.Bytes(), &list))
	all := map[string][]byte{}
	for _, text := range list {
		var r struct {
			UniqueID  string     `json:"uniqueId"`
			DeletedAt json.Value `json:"deletedAt"`
		}
		m.ok(json.Unmarshal(text, &r))
		if r.DeletedAt == nil {
			all[r.UniqueID] = text
		}
	}
	return all
}

// check compares every test with what follows from the records, and looks at
// the tables.
func (m *machine) check() {
	shown := m.compare()
	m.compareScopes()
	m.sound()
	m.compareExceptionList()
	records := m.documents()
	for _, ref := range m.refs {
		t := m.get(ref)
		if _, paused := m.paused[ref]; !paused {
			ruled := map[string]assessment.Outcome{}
			for id, document := range records {
				ruled[id] = m.ruled(t, document)
			}
			m.follow(t, shown[ref], ruled)
			m.compareClocks(t)
			m.compareDays(t)
			m.compareReasons(t)
		}
	}
	m.history[m.count(`SELECT head FROM resource_head WHERE definition = $1`, int64(m.servers.Number))] = shown
}

func (m *machine) compare() map[string]map[string]string {
	records, shown := m.documents(), map[string]map[string]string{}
	for _, ref := range m.refs {
		t := m.get(ref)
		want, counts := map[string]string{}, assessment.Counts{}
		until, paused := m.paused[ref]
		if paused != (t.State == assessment.StateDeactivated) {
			m.t.Fatalf("%s is %s, until %v", ref, t.State, until)
		}
		status := assessment.StatusDeactivated
		if !paused {
			for id, document := range records {
				outcome := m.naive(t, id, document)
				want[id] = outcome.String()
				counts[outcome]++
			}
			if status = naiveStatus(t.Document, counts); !m.fits(t) {
				status = assessment.StatusInvalid
			}
		}
		shown[ref] = m.outcomes(ref)
		if diff := cmp.Diff(want, shown[ref]); diff != "" {
			m.t.Fatalf("%s: %s\noutcomes (-want +got):\n%s", ref, t.Document.Sentence(), diff)
		}
		for id, outcome := range want {
			x, err := m.tests.Explain(m.t.Context(), m.manager, ref, m.entityIDs()[id])
			m.ok(err)
			if x.Outcome.String() != outcome || (x.Reason == "") != (x.Outcome == assessment.Deactivated) || x.UniqueID != id {
				m.t.Fatalf("%s of %s: explained as %s (%s), is %s", id, ref, x.Outcome, x.Reason, outcome)
			}
			break // any one
		}
		if t.Counts != counts || t.Status != status {
			m.t.Fatalf("%s: got %s %v, want %s %v", ref, t.Status, t.Counts, status, counts)
		}
	}
	return shown
}

func (m *machine) fields() *rule.Fields {
	schema, err := m.servers.RecordSchema()
	m.ok(err)
	return rule.NewFields(schema)
}

// fits says whether the rule of a test fits the schema as it is.
func (m *machine) fits(t assessment.Test) bool {
	for _, node := range []*rule.Node{t.Document.Scope, t.Document.PassWhen, t.Document.FailWhen} {
		if node != nil && len(node.Check(m.fields())) > 0 {
			return false
		}
	}
	return true
}

// naive judges one record the long way.
func (m *machine) naive(t assessment.Test, id string, document []byte) assessment.Outcome {
	if until, ok := m.excepts[t.Slug][id]; ok && (until == nil || *until > db.Millis(m.clock)) {
		return assessment.Deactivated
	}
	if m.covering(t, document) {
		return assessment.Deactivated
	}
	return m.ruled(t, document)
}

// ruled is what the rule says of a record, exceptions aside.
func (m *machine) ruled(t assessment.Test, document []byte) assessment.Outcome {
	if !m.fits(t) {
		return assessment.InProgress
	}
	eval := func(n *rule.Node) rule.Truth {
		p, err := rule.Compile(n, m.fields())
		m.ok(err)
		truth, _ := p.Eval(document, db.Millis(m.clock))
		return truth
	}
	if t.Document.Scope != nil && eval(t.Document.Scope) == rule.False {
		return assessment.OutOfScope
	}
	wanted, condition := rule.True, t.Document.PassWhen
	if condition == nil {
		wanted, condition = rule.False, t.Document.FailWhen
	}
	switch truth := eval(condition); {
	case truth == rule.Unknown:
		return map[string]assessment.Outcome{
			"fail": assessment.Failing, "pass": assessment.Passing, "in_progress": assessment.InProgress,
		}[t.Document.OnUnknown]
	case truth == wanted:
		return assessment.Passing
	}
	return assessment.Failing
}

// naiveStatus applies contract tests-and-rules.md section 2 word by word.
func naiveStatus(d assessment.Document, c assessment.Counts) assessment.Status {
	p, f, i := c[assessment.Passing], c[assessment.Failing], c[assessment.InProgress]
	if p+f+i == 0 {
		return map[string]assessment.Status{
			"not_applicable": assessment.StatusNotApplicable, "pass": assessment.StatusOK, "fail": assessment.StatusNeedsAttention,
		}[d.OnEmpty]
	}
	holds := func(p, f int64) bool {
		return map[string]bool{
			"all": f == 0, "any": p >= 1, "none": p == 0, "atLeast": p >= int64(d.Reducer.N), "atMostFailing": f <= int64(d.Reducer.N),
			"percentPassing": 100*float64(p) >= d.Reducer.N*float64(p+f),
		}[d.Reducer.Kind]
	}
	switch {
	case holds(p+i, f) != holds(p, f+i):
		return assessment.StatusInProgress
	case holds(p, f):
		return assessment.StatusOK
	}
	return assessment.StatusNeedsAttention
}

// sound looks at what holds of the tables when nothing runs.
func (m *machine) sound() {
	d := int64(m.servers.Number)
	for what, query := range map[string]string{
		"definitions judged by old rules": `SELECT COUNT(*) FROM resource_head WHERE definition = $1 AND judged_epoch <> rules_epoch`,
		"claims":                          `SELECT COUNT(*) FROM resource_head WHERE definition = $1 AND (claim_token <> '' OR ahead <> '')`,
		"records at head":                 `SELECT (SELECT COUNT(*) FROM resource_record WHERE definition = $1 AND to_sync IS NULL) - current FROM resource_head WHERE definition = $1`,
		"outcomes beyond the head":        `SELECT COUNT(*) FROM assessment_outcome o JOIN resource_head h ON h.definition = o.definition WHERE h.definition = $1 AND (o.from_sync > h.head OR o.to_sync > h.head)`,
		"rechecks beyond the head":        `SELECT COUNT(*) FROM assessment_recheck o JOIN resource_head h ON h.definition = o.definition WHERE h.definition = $1 AND (o.from_sync > h.head OR o.to_sync > h.head)`,
		"empty intervals":                 `SELECT COUNT(*) FROM assessment_outcome WHERE definition = $1 AND from_sync >= to_sync`,
		"outcomes that go on":             `SELECT COUNT(*) FROM assessment_outcome a JOIN assessment_outcome b ON b.definition = a.definition AND b.test = a.test AND b.item = a.item AND b.from_sync = a.to_sync AND b.outcome = a.outcome AND COALESCE(b.since, 0) = COALESCE(a.since, 0) AND COALESCE(b.due, 0) = COALESCE(a.due, 0) WHERE a.definition = $1`,
		"items with two outcomes":         `SELECT COUNT(*) FROM (SELECT 1 FROM assessment_outcome WHERE definition = $1 AND to_sync IS NULL GROUP BY test, item HAVING COUNT(*) > 1) x`,
		"items with two rechecks":         `SELECT COUNT(*) FROM (SELECT 1 FROM assessment_recheck WHERE definition = $1 AND to_sync IS NULL GROUP BY test, item HAVING COUNT(*) > 1) x`,
		"rechecks of what is gone":        `SELECT COUNT(*) FROM assessment_recheck a JOIN assessment_test t ON t.number = a.test AND t.state = 'active' LEFT JOIN resource_record r ON r.definition = a.definition AND r.item = a.item AND r.to_sync IS NULL WHERE a.definition = $1 AND a.to_sync IS NULL AND r.item IS NULL`,
		"tests with two windows":          `SELECT COUNT(*) FROM (SELECT 1 FROM assessment_window WHERE definition = $1 AND to_sync IS NULL GROUP BY test HAVING COUNT(*) > 1) x`,
	} {
		if n := m.count(query, d); n != 0 {
			m.t.Fatalf("%d %s", n, what)
		}
	}
}

// replay reads every past number back and compares it with what was shown then.
func (m *machine) replay() {
	for number, want := range m.history {
		for ref, outcomes := range want {
			if diff := cmp.Diff(outcomes, m.past(m.get(ref).Number, number)); diff != "" {
				m.t.Fatalf("%s at number %d (-shown +stored):\n%s", ref, number, diff)
			}
		}
	}
}

func (m *machine) past(test, number int64) map[string]string {
	all := map[string]string{}
	m.ok(m.db.Read(m.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, func(row db.Row) error {
			var id string
			var outcome assessment.Outcome
			err := row.Scan(&id, &outcome)
			all[id] = outcome.String()
			return err
		}, `SELECT i.unique_id, COALESCE(o.outcome, 1) FROM assessment_window w
			JOIN resource_record r ON r.definition = w.definition AND r.from_sync <= $3 AND (r.to_sync IS NULL OR r.to_sync > $3)
			JOIN resource_item i ON i.definition = r.definition AND i.item = r.item
			LEFT JOIN assessment_outcome o ON o.definition = r.definition AND o.test = w.test AND o.item = r.item
				AND o.from_sync <= $3 AND (o.to_sync IS NULL OR o.to_sync > $3)
			WHERE w.definition = $1 AND w.test = $2 AND w.from_sync <= $3 AND (w.to_sync IS NULL OR w.to_sync > $3)`,
			int64(m.servers.Number), test, number)
	}))
	return all
}
