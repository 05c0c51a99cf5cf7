// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/sla"
	"github.com/passmuster/muster/internal/vulnerability"
)

// wantDue compares how a test stands with deadlines: "REMEDY soonest", then the due times
// of failing records, by displayName.
func (s *site) wantDue(step, ref, remedy string, want map[string]string) {
	s.t.Helper()
	test, err := s.Assessments.Get(s.t.Context(), s.admin, ref)
	s.ok(err)
	page, err := s.Assessments.Entities(s.t.Context(), s.admin, ref, assessment.EntityQuery{Limit: 100, Outcome: assessment.Failing})
	s.ok(err)
	got, soonest := map[string]string{}, "none"
	for _, e := range page.Entities {
		got[e.Name()] = "none"
		if e.Due != nil {
			got[e.Name()] = fmt.Sprintf("%s overdue %t", shownTime(*e.Due), e.Overdue)
		}
	}
	if test.SoonestDue != nil {
		soonest = shownTime(*test.SoonestDue)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Fatalf("%s: %s (-want +got):\n%s", step, ref, diff)
	}
	if is := string(test.Remedy) + " " + soonest; is != remedy {
		s.t.Fatalf("%s: %s is %s, want %s", step, ref, is, remedy)
	}
}

func shownTime(ms int64) string { return db.Time(ms).Format("2006-01-02T15:04:05.999Z07:00") }

// TestLateByRuleIsOverdue: what fails because its days are over was due when they were,
// also after a change of the days; an SLA goes before, and comes and goes.
func TestLateByRuleIsOverdue(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		ctx := t.Context()
		const ref = "package-vulnerabilities-critical"
		scanner := s.system("Scanner", "PackageVulnerabilityConnectors")
		scanner.push(finding("v1", 9.1))
		s.wantDue("in time", ref, "PASS none", map[string]string{})
		s.clock.set(noon().Add(24 * time.Hour))
		scanner.push(finding("v1", 9.1), finding("v2", 9.1))
		s.clock.set(noon().Add(7*24*time.Hour + time.Millisecond))
		s.passes()
		s.wantDue("late", ref, "OVERDUE 2026-03-09T12:00:00Z", map[string]string{"v1": "2026-03-09T12:00:00Z overdue true"})
		_, err := s.configure(ref, `{"days": 3}`)
		s.ok(err)
		s.wantDue("fewer days", ref, "OVERDUE 2026-03-05T12:00:00Z", map[string]string{
			"v1": "2026-03-05T12:00:00Z overdue true", "v2": "2026-03-06T12:00:00Z overdue true",
		})
		_, err = s.configure(ref, `{"days": 7}`)
		s.ok(err)
		s.wantDue("as before", ref, "OVERDUE 2026-03-09T12:00:00Z", map[string]string{"v1": "2026-03-09T12:00:00Z overdue true"})
		own, none := "infrastructure", ""
		_, err = s.Assessments.Assign(ctx, s.admin, ref, assessment.Assignment{SLA: &own})
		s.ok(err)
		s.passes()
		s.wantDue("an SLA", ref, "DUE_SOON 2026-04-08T12:00:00.001Z", map[string]string{"v1": "2026-04-08T12:00:00.001Z overdue false"})
		_, err = s.Assessments.Assign(ctx, s.admin, ref, assessment.Assignment{SLA: &none})
		s.ok(err)
		s.passes()
		s.wantDue("no SLA", ref, "OVERDUE 2026-03-09T12:00:00Z", map[string]string{"v1": "2026-03-09T12:00:00Z overdue true"})
		scanner.push(finding("v2", 9.1))
		test, err := s.Assessments.Get(ctx, s.admin, ref)
		s.ok(err)
		if test.Ended.Missed != 2 || test.Ended.Within != 0 { // v2 by three days, v1 by seven
			t.Errorf("ended %+v", test.Ended)
		}
	})
}

func task(id string, age time.Duration, more record) record {
	r := record{
		"uniqueId": id, "taskId": id, "taskTitle": "T", "createdTimestamp": noon().Add(-age).Format(time.RFC3339), "taskState": "OPEN",
		"priority": "P0", "assignees": []any{}, "creator": "c", "labels": []any{},
	}
	for name, value := range more {
		r[name] = value
	}
	return r
}

// TestTasksAndTrainingsAreDue: by priority, by what the record says, and not at all
// where it says nothing.
func TestTasksAndTrainingsAreDue(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		const day = 24 * time.Hour
		s.system("Jira", "SecurityTask").push(
			task("in time", 6*day, nil), task("P0", 10*day, nil), task("P1", 31*day, record{"priority": "P1"}),
			task("closed late", 20*day, record{"taskState": "CLOSED", "closedTimestamp": noon().Add(-day).Format(time.RFC3339)}),
			task("closed, who knows when", 5*day, record{"taskState": "CLOSED"}),
		)
		want := map[string]string{
			"P0": "2026-02-27T12:00:00Z overdue true", "P1": "2026-03-01T12:00:00Z overdue true", "closed late": "2026-02-17T12:00:00Z overdue true",
			"closed, who knows when": "2026-03-04T12:00:00Z overdue false",
		}
		s.wantDue("tasks", "security-tasks-closed-in-time", "OVERDUE 2026-02-17T12:00:00Z", want)
		training := func(id, due string, more record) record {
			r := record{
				"uniqueId": id, "trainingId": "t", "trainingName": "T", "frameworksFulfilled": []any{}, "traineeFullName": "Jane", "traineeAccountName": "jane",
				"traineeEmail": "jane@example.com", "status": "INCOMPLETE", "trainingCreatedTimestamp": "2026-01-01T00:00:00Z",
			}
			if due != "" {
				r["trainingDueTimestamp"] = due
			}
			for name, value := range more {
				r[name] = value
			}
			return r
		}
		academy := s.system("Academy", "UserSecurityTrainingStatus")
		academy.push(training("late", "2026-02-01T00:00:00Z", nil), training("soon", "2026-03-02T12:00:00Z", nil))
		s.wantDue("trainings", "trainings-complete", "OVERDUE 2026-02-01T00:00:00Z", map[string]string{"late": "2026-02-01T00:00:00Z overdue true"})
		academy.push(training("late", "2026-02-02T00:00:00Z", nil), training("soon", "2026-03-02T12:00:00Z", nil))
		s.wantDue("another date", "trainings-complete", "OVERDUE 2026-02-02T00:00:00Z", map[string]string{"late": "2026-02-02T00:00:00Z overdue true"})
	})
}

// TestDueTimesComeWithTheNextVersion: a workspace from before tests told them gets them at
// the next start, for what fails already too.
func TestDueTimesComeWithTheNextVersion(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		s.system("Jira", "SecurityTask").push(task("in time", 0, nil))
		const ref = "security-tasks-closed-in-time"
		test, err := s.Assessments.Get(t.Context(), s.admin, ref)
		s.ok(err)
		test.Document.Due = nil
		text, err := json.Marshal(test.Document)
		s.ok(err)
		s.ok(s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.ExecOne(ctx, `UPDATE assessment_version SET document = $1 WHERE test = $2`, string(text), test.Number)
		}))
		s.clock.set(noon().Add(8 * 24 * time.Hour))
		s.passes()
		s.wantDue("before", ref, "NEEDS_WORK none", map[string]string{"in time": "none"})
		s.ok(newFurnished(s).FurnishAll(t.Context()))
		s.wantDue("after", ref, "OVERDUE 2026-03-09T12:00:00Z", map[string]string{"in time": "2026-03-09T12:00:00Z overdue true"})
		test, err = s.Assessments.Get(t.Context(), s.admin, ref)
		s.ok(err)
		if test.Version != 2 {
			t.Errorf("version %d", test.Version)
		}
	})
}

// TestDaysFollowTheSLA: until they are set, the days of a test are those of its SLA, and
// what was there before an edit keeps what it had, in the test and in the list alike.
func TestDaysFollowTheSLA(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		ctx := t.Context()
		const ref, category, day = "package-vulnerabilities-critical", "vulnerabilities-critical", 24 * time.Hour
		scanner := s.system("Scanner", "PackageVulnerabilityConnectors")
		scanner.push(finding("old", 9.1))
		edit := func(change sla.Change) {
			_, err := s.SLAs.Edit(ctx, s.admin, category, change)
			s.ok(err)
		}
		s.clock.set(noon().Add(day))
		edit(sla.Change{Term: &deadline.Term{Amount: 36, Unit: deadline.Hours}})
		scanner.push(finding("old", 9.1), finding("new", 9.1))
		s.clock.set(noon().Add(7*day + time.Millisecond))
		s.passes()
		late := map[string]string{"old": "2026-03-09T12:00:00Z overdue true", "new": "2026-03-05T00:00:00Z overdue true"}
		s.wantDue("both are late", ref, "OVERDUE 2026-03-05T00:00:00Z", late)
		test, err := s.Assessments.Get(ctx, s.admin, ref)
		s.ok(err)
		if got := fmt.Sprint(test.Version, " ", test.Document.Name, " ", test.Document.Follows); got != "2 Critical vulnerabilities in packages are fixed within 36 hours [days]" {
			t.Errorf("the test is %s", got)
		}
		for name, due := range s.deadlines() {
			if late[name] != due+" overdue true" {
				t.Errorf("the list has %s due at %s, the test %s", name, due, late[name])
			}
		}
		edit(sla.Change{Enabled: ptr(false)})
		scanner.push(finding("old", 9.1), finding("newest", 9.1))
		s.clock.set(noon().Add(300 * day))
		s.passes()
		s.wantDue("switched off", ref, "OVERDUE 2026-03-09T12:00:00Z", map[string]string{"old": late["old"]})
		_, err = s.configure(ref, `{"days": 30}`)
		s.ok(err)
		s.wantDue("days of its own", ref, "OVERDUE 2026-04-01T12:00:00Z", map[string]string{
			"old": "2026-04-01T12:00:00Z overdue true", "newest": "2026-04-08T12:00:00.001Z overdue true",
		})
		edit(sla.Change{Enabled: ptr(true), Term: &deadline.Term{Amount: 2, Unit: deadline.Days}})
		test, err = s.Assessments.Get(ctx, s.admin, ref)
		s.ok(err)
		if test.Version != 4 || len(test.Document.Follows) != 0 {
			t.Errorf("an edit made version %d, which follows %v", test.Version, test.Document.Follows)
		}
		test, err = s.configure(ref, `{"days": null}`)
		s.ok(err)
		if string(test.Document.Settings) != `{"days":2,"from":9}` {
			t.Errorf("it follows again with %s", test.Document.Settings)
		}
		_, err = s.SLAs.Edit(ctx, s.admin, category, sla.Change{Term: &deadline.Term{Amount: 2, Unit: deadline.BusinessDays}})
		if diff := cmp.Diff([]string{"/deadline takes hours or days: built-in tests go by it, and rules count no business days"}, problems(err)); diff != "" {
			t.Errorf("business days (-want +got):\n%s", diff)
		}
	})
}

func ptr[T any](v T) *T { return &v }

// TestTasksFollowTheSLAs: each priority its own, by when the task was created.
func TestTasksFollowTheSLAs(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		const day, ref = 24 * time.Hour, "security-tasks-closed-in-time"
		tasks := s.system("Jira", "SecurityTask")
		tasks.push(task("old", 0, nil), task("other", 0, record{"priority": "P1"}))
		s.clock.set(noon().Add(day))
		_, err := s.SLAs.Edit(t.Context(), s.admin, "security-tasks-p0", sla.Change{Term: &deadline.Term{Amount: 1, Unit: deadline.Days}})
		s.ok(err)
		tasks.push(task("old", 0, nil), task("other", 0, record{"priority": "P1"}), task("new", -day, nil))
		s.clock.set(noon().Add(2*day + time.Millisecond))
		s.passes()
		s.wantDue("the new one", ref, "OVERDUE 2026-03-04T12:00:00Z", map[string]string{"new": "2026-03-04T12:00:00Z overdue true"})
		s.clock.set(noon().Add(7*day + time.Millisecond))
		s.passes()
		s.wantDue("both", ref, "OVERDUE 2026-03-04T12:00:00Z", map[string]string{
			"new": "2026-03-04T12:00:00Z overdue true", "old": "2026-03-09T12:00:00Z overdue true",
		})
	})
}

// deadlines answers those of the list of vulnerabilities, by displayName.
func (s *site) deadlines() map[string]string {
	s.t.Helper()
	found := map[string]string{}
	list, _, err := s.Vulnerabilities.List(s.t.Context(), s.admin, vulnerability.Query{Limit: 100})
	s.ok(err)
	for _, v := range list {
		found[v.Name] = shownTime(v.DueAt.UnixMilli())
	}
	return found
}
