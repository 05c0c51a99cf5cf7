// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/sla"
)

// soon makes a category of so many hours.
func (h *house) soon(slug string, hours int64) {
	h.t.Helper()
	_, err := h.slas.Create(h.t.Context(), h.manager, sla.Category{
		Enabled: true, Name: slug, Slug: slug, Term: deadline.Term{Amount: hours, Unit: deadline.Hours},
	})
	h.ok(err)
}

// by makes a test go by a category.
func (h *house) by(ref, slug string) assessment.Test {
	h.t.Helper()
	t, err := h.tests.Assign(h.t.Context(), h.manager, ref, assessment.Assignment{SLA: &slug})
	h.ok(err)
	return t
}

// open writes "id +detected due+hours" of the records that fail, both from a time on.
func (h *house) open(ref string, from time.Time) (list []string) {
	h.t.Helper()
	for id, e := range h.entities(ref, assessment.Failing) {
		due := "none"
		if e.Due != nil {
			due = fmt.Sprintf("due %s", db.Time(*e.Due).Sub(from))
		}
		if e.Overdue {
			due += " overdue"
		}
		list = append(list, fmt.Sprintf("%s since %s %s", id, db.Time(e.FailingSince).Sub(from), due))
	}
	slices.Sort(list)
	return list
}

func (h *house) ended(ref string, want assessment.Endings) {
	h.t.Helper()
	h.same("failures that ended", h.get(ref).Ended, want)
}

// clocked is a house whose clock stands, with a test by an SLA of ten hours.
func clocked(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := newHouse(t, d)
	h.standing, h.started = true, h.clock
	h.soon("ten", 10)
	h.push(server("a", true, 9000), server("b", true, 9000))
	h.create(form("sized", sized, `"sla":"ten"`, `"onUnknown":"in_progress"`))
	return h
}

func TestDueTimes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := clocked(t, d)
		start := h.clock
		h.same("passing", h.get("sized").Remedy, assessment.RemediationPass)
		h.pass(time.Hour)
		h.push(server("a", true, 1), server("b", true, 9000))
		h.same("open", h.open("sized", start), []string{"a since 1h0m0s due 11h0m0s"})
		h.same("remedy", h.get("sized").Remedy, assessment.RemediationDueSoon)
		h.pass(time.Hour)
		h.push(server("a", true, 2), server("b", true, 1))
		h.same("open", h.open("sized", start), []string{"a since 1h0m0s due 11h0m0s", "b since 2h0m0s due 12h0m0s"})

		// Time alone turns it red, at the very instant.
		h.pass(9 * time.Hour)
		h.same("at the due time", h.get("sized").Remedy, assessment.RemediationDueSoon)
		h.pass(time.Millisecond)
		h.same("past it", h.get("sized").Remedy, assessment.RemediationOverdue)
		h.same("open", h.open("sized", start), []string{"a since 1h0m0s due 11h0m0s overdue", "b since 2h0m0s due 12h0m0s"})

		// a is mended too late, b in time; then a fails anew, with a clock of its own.
		h.push(server("a", true, 9000), server("b", true, 9000))
		h.ended("sized", assessment.Endings{Missed: 1, Within: 1})
		h.same("soonest", h.get("sized").SoonestDue, (*int64)(nil))
		h.push(server("a", true, 1), server("b", true, 9000))
		h.same("open", h.open("sized", start), []string{"a since 11h0m0.001s due 21h0m0.001s"})
		h.push(server("b", true, 9000))
		h.ended("sized", assessment.Endings{Missed: 1, Within: 2})
	})
}

func TestDueSoonIsASetting(t *testing.T) {
	h := clocked(t, dbtest.SQLite(t))
	two := int64(2 * 3_600_000)
	soon := &two
	_, err := h.slas.Configure(t.Context(), h.manager, sla.SettingsChange{DueSoon: &soon})
	h.ok(err)
	h.push(server("a", true, 1))
	for _, step := range []struct {
		pass time.Duration
		want assessment.Remediation
	}{
		{8*time.Hour - 1*time.Millisecond, assessment.RemediationNeedsWork},
		{time.Millisecond, assessment.RemediationDueSoon},
		{2 * time.Hour, assessment.RemediationDueSoon},
		{time.Millisecond, assessment.RemediationOverdue},
	} {
		h.pass(step.pass)
		h.same("remedy", h.get("sized").Remedy, step.want)
	}
	h.by("sized", "")
	h.same("without an SLA", h.get("sized").Remedy, assessment.RemediationNeedsWork)
	_, err = h.tests.Deactivate(t.Context(), h.manager, "sized", assessment.Pause{Reason: "moving"})
	h.ok(err)
	h.same("switched off", h.get("sized").Remedy, assessment.RemediationDisabled)
}

// TestClocksAndExceptions holds what an exception does to a clock: nothing, while
// the rule would still fail the record.
func TestClocksAndExceptions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := clocked(t, d)
		start := h.clock
		bad, good := server("a", true, 1), server("a", true, 9000)
		h.push(bad)
		id := h.entities("sized", assessment.Failing)["a"].ID
		except := func(hours int) {
			t.Helper()
			until := db.Millis(h.clock.Add(time.Duration(hours) * time.Hour))
			h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: "ordered", Until: &until}))
		}
		pass := func(hours int) {
			t.Helper()
			h.pass(time.Duration(hours) * time.Hour)
			h.ok(h.tests.Due(t.Context()))
		}
		except(12)
		h.same("soonest", h.get("sized").SoonestDue, (*int64)(nil))
		pass(12)
		h.same("the exception ended", h.open("sized", start), []string{"a since 0s due 10h0m0s overdue"})
		h.push(good)
		h.ended("sized", assessment.Endings{Missed: 1})

		// Mended under the exception, past the due time, which had not come when it began.
		h.push(bad)
		except(30)
		pass(11)
		h.push(good)
		h.ended("sized", assessment.Endings{Excepted: 1, Missed: 1})
		// It breaks again under the same exception: a failure that nobody has seen yet.
		h.push(bad)
		pass(30)
		h.same("a new failure", h.open("sized", start), []string{"a since 53h0m0s due 63h0m0s"})

		// An exception that came when it was late already excuses nothing.
		pass(11)
		except(5)
		h.push(good)
		h.ended("sized", assessment.Endings{Excepted: 1, Missed: 2})
		pass(5)

		// Nothing known of it is not mended.
		h.push(bad)
		pass(1)
		h.push(server("a", true, "null"))
		h.want("sized", assessment.StatusInProgress, [5]int64{0, 0, 1, 0, 0})
		pass(1)
		h.push(bad)
		h.same("known again", h.open("sized", start), []string{"a since 69h0m0s due 79h0m0s"})
	})
}

// TestAnotherSLA holds that a test may go by another SLA at any time: what is open
// is due by it, counted from the same instant; edits of a category touch only
// what is detected later.
func TestAnotherSLA(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := clocked(t, d)
		start := h.clock
		h.soon("three", 3)
		h.push(server("a", true, 1), server("b", true, 1), server("c", true, 1))
		entities := h.entities("sized", assessment.Failing)
		h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", entities["c"].ID, assessment.Pause{Reason: "ordered"}))
		h.pass(5 * time.Hour)
		after := h.by("sized", "three")
		h.same("sla", after.SLA, "three")
		h.same("open", h.open("sized", start), []string{"a since 0s due 3h0m0s overdue", "b since 0s due 3h0m0s overdue"})
		h.same("version", after.Version, int64(1))
		// c was excepted before any of this, and is mended now.
		h.push(server("a", true, 1), server("b", true, 1), server("c", true, 9000))
		h.ended("sized", assessment.Endings{Excepted: 1})
		h.ok(h.tests.ReactivateEntity(t.Context(), h.manager, "sized", entities["c"].ID))

		hour := deadline.Term{Amount: 1, Unit: deadline.Hours}
		_, err := h.slas.Edit(t.Context(), h.manager, "three", sla.Change{Term: &hour})
		h.ok(err)
		h.push(server("a", true, 1), server("b", true, 9000), server("c", true, 1))
		h.same("open", h.open("sized", start), []string{"a since 0s due 3h0m0s overdue", "c since 5h0m0s due 6h0m0s"})
		_, err = h.tests.Run(t.Context(), h.manager, "sized")
		h.ok(err)
		h.same("run", h.open("sized", start), []string{"a since 0s due 3h0m0s overdue", "c since 5h0m0s due 6h0m0s"})

		h.by("sized", "")
		h.same("no SLA", h.open("sized", start), []string{"a since 0s none", "c since 5h0m0s none"})
		h.by("sized", "ten")
		h.same("open", h.open("sized", start), []string{"a since 0s due 10h0m0s", "c since 5h0m0s due 15h0m0s"})

		// A new version keeps the clocks, and so does a time in which the test was off.
		_, err = h.tests.NewVersion(t.Context(), h.manager, "sized", []byte(`{`+sized+`,"reason":"again"}`))
		h.ok(err)
		_, err = h.tests.Deactivate(t.Context(), h.manager, "sized", assessment.Pause{Reason: "moving"})
		h.ok(err)
		h.pass(time.Hour)
		h.push(server("a", true, 2), server("b", true, 9000), server("c", true, 9000))
		_, err = h.tests.Reactivate(t.Context(), h.manager, "sized")
		h.ok(err)
		h.same("open", h.open("sized", start), []string{"a since 0s due 10h0m0s"})
		h.ended("sized", assessment.Endings{Excepted: 1, Missed: 1, Within: 1})
	})
}

// TestDuplicatesEndNothing holds that what a push took back did not end a failure.
func TestDuplicatesEndNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := clocked(t, d)
		h.push(server("a", true, 1), server("b", true, 1))
		h.pass(time.Hour)
		h.push(server("a", true, 9000), server("b", true, 9000), server("a", true, 9001))
		h.ended("sized", assessment.Endings{Within: 1})
		h.same("rows", h.count(`SELECT COUNT(*) FROM assessment_remediation`), int64(1))
		h.same("fail", len(h.entities("sized", assessment.Failing)), 1)
	})
}

func TestAssign(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSiteOn(t, d)
		s.push(server("a", true, 1))
		s.create(form("sized", sized))
		test := s.must(200, "PATCH", "/v1/tests/sized", `{"category":"COMPUTERS","owner":"jane@example.com","sla":"Vulnerabilities: critical","subscribers":["eve@example.com"]}`)
		s.same("sla", test["sla"], any("vulnerabilities-critical"))
		s.same("category", test["category"], any("Computers"))
		s.same("subscribers", test["subscribers"], any([]any{"eve@example.com"}))
		s.same("version", test["version"], any(map[string]any{"major": 1.0, "minor": 0.0}))
		info, _ := test["remediationStatusInfo"].(map[string]any)
		failing := data(s.must(200, "GET", "/v1/tests/sized/entities", ""))[0]
		since, err := time.Parse(time.RFC3339, fmt.Sprint(failing["failingSince"]))
		s.ok(err)
		due := since.Add(7 * 24 * time.Hour).Format("2006-01-02T15:04:05.000Z")
		s.same("due", failing["remediateByDate"], any(due))
		s.same("remediation", info, map[string]any{"status": "DUE_SOON", "soonestRemediateByDate": due, "itemCount": 1.0})

		// A copy goes by the same SLA and has the same owner, unless it is told otherwise.
		made := s.must(201, "POST", "/v1/tests/sized/copy", ``)
		owner, _ := made["owner"].(map[string]any)
		s.same("copied", []any{made["sla"], owner["displayName"], made["subscribers"]}, []any{"vulnerabilities-critical", "Jane Doe", []any{}})
		made = s.must(201, "POST", "/v1/tests/sized/copy", `{"sla":null,"owner":null,"subscribers":["jane@example.com"]}`)
		s.same("told otherwise", []any{made["sla"], made["owner"], made["subscribers"]}, []any{nil, nil, []any{"jane@example.com"}})
		s.must(200, "PATCH", "/v1/tests/sized", `{"sla":null}`)
		s.same("none", s.must(200, "GET", "/v1/tests/sized", "")["sla"], any(nil))

		for body, pointer := range map[string]string{
			`{"sla":"nope"}`: "body.sla", `{"sla":1}`: "body.sla", `{"category":"nope"}`: "body.category", `{"subscribers":["jane@example.com","nobody"]}`: "body.subscribers.1",
			`{"subscribers":"jane@example.com"}`: "body.subscribers", `{"more":1}`: "body.more",
		} {
			problems, _ := s.must(400, "PATCH", "/v1/tests/sized", body)["errors"].(map[string]any)
			if _, ok := problems[pointer]; !ok {
				s.t.Errorf("%s: got problems at %v, want %s", body, problems, pointer)
			}
		}
		s.must(404, "PATCH", "/v1/tests/sized", `{"owner":"nobody@example.com"}`)
		_, err = s.tests.Create(t.Context(), s.manager, []byte(form("other", sized, `"sla":"nope"`, `"subscribers":["nobody"]`)))
		s.same("in a file", problems(err), "/sla: \"nope\" is no slug or name of an SLA\n/subscribers/0: \"nobody\" is no id or e-mail of a user or a person")
		s.same("kept", fault.KindOf(s.slas.Delete(t.Context(), s.manager, "vulnerabilities-critical")), fault.Impossible)
	})
}

func TestSubscribers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSiteOn(t, d)
		s.push(server("a", true, 1))
		s.create(form("sized", sized))
		names := func() (list []any) {
			t.Helper()
			all, _ := s.must(200, "GET", "/v1/tests/sized/subscribers", "")["subscribers"].([]any)
			for _, one := range all {
				member, _ := one.(map[string]any)
				list = append(list, member["displayName"])
			}
			return list
		}
		s.must(200, "PUT", "/v1/tests/sized/subscribers/jane@example.com", "")
		s.must(200, "PUT", "/v1/tests/sized/subscribers/jane@example.com", "")
		s.must(200, "PUT", "/v1/tests/sized/subscribers/0123456789abcdef00000002", "")
		s.must(404, "PUT", "/v1/tests/sized/subscribers/nobody@example.com", "")
		s.same("subscribers", names(), []any{"Jane Doe", "eve@example.com"})
		s.must(204, "DELETE", "/v1/tests/sized/subscribers/eve@example.com", "")
		s.must(404, "DELETE", "/v1/tests/sized/subscribers/eve@example.com", "")
		s.same("subscribers", names(), []any{"Jane Doe"})
		var changes []any
		for _, body := range s.evidence("test") {
			changes = append(changes, body["changes"])
		}
		s.same("evidence", len(changes), 3)
	})
}
