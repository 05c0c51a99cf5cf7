// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

// counts are passing, failing, in progress, deactivated, out of scope.
func counts(t assessment.Test) [5]int64 {
	c := t.Counts
	return [5]int64{
		c[assessment.Passing], c[assessment.Failing], c[assessment.InProgress], c[assessment.Deactivated], c[assessment.OutOfScope],
	}
}

func (h *house) want(ref string, status assessment.Status, want [5]int64) assessment.Test {
	h.t.Helper()
	t := h.get(ref)
	if t.Status != status || counts(t) != want {
		h.t.Errorf("%s: got %s %v, want %s %v", ref, t.Status, counts(t), status, want)
	}
	return t
}

func (h *house) same(what string, got, want any) {
	h.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestQuickstart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		_, err := h.tests.Create(t.Context(), h.manager, []byte(form("early", sized)))
		h.same("without a record", problems(err), "/resource: InternalServer has no record yet; push one first")

		h.push(server("srv_001", true, 16384))
		test := h.create(form("Internal servers have ≥ 8 GiB RAM and are active", sized))
		h.same("slug", test.Slug, "internal-servers-have-8-gib-ram-and-are-active")
		h.same("sentence", test.Document.Sentence(), "active is true and memory is at least 8192")
		h.want(test.ID, assessment.StatusOK, [5]int64{1, 0, 0, 0, 0})

		h.push(server("srv_001", true, 16384), server("srv_002", true, 4096), server("srv_003", false, "null"))
		h.want(test.Slug, assessment.StatusNeedsAttention, [5]int64{1, 2, 0, 0, 0})
		failing := h.entities(test.ID, assessment.Failing)
		h.same("reason", failing["srv_002"].Reason, "memory is 4096, must be at least 8192")
		h.same("reason", failing["srv_003"].Reason, "active is false, must be true")
		h.same("name", failing["srv_002"].Name(), "name of srv_002")

		h.push(server("srv_001", true, 16384))
		h.want(test.Slug, assessment.StatusOK, [5]int64{1, 0, 0, 0, 0})
		h.same("outcomes", h.outcomes(test.ID), map[string]string{"srv_001": "PASSING"})
	})
}

func TestVersionsKeepHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 1000), server("b", true, 9000), server("c", true, 20000))
		test := h.create(form("sized", sized, `"slug":"sized"`))
		h.want("sized", assessment.StatusNeedsAttention, [5]int64{2, 1, 0, 0, 0})

		next, err := h.tests.NewVersion(t.Context(), h.manager, "sized",
			[]byte(`{"failWhen":{"field":"memory","op":"lt","value":10000},"reason":"more is needed","category":"INFRASTRUCTURE"}`))
		h.ok(err)
		h.same("version", next.Version, int64(2))
		h.same("category", next.Category, "Infrastructure")
		h.want("sized", assessment.StatusNeedsAttention, [5]int64{1, 2, 0, 0, 0})
		h.same("reason", h.entities("sized", assessment.Failing)["b"].Reason, "memory is 9000, must not be below 10000")

		versions, more, err := h.tests.Versions(t.Context(), h.manager, test.ID, 0, 10)
		h.ok(err)
		var reasons []string
		for _, v := range versions {
			reasons = append(reasons, v.Actor.Name+": "+v.Document.Sentence()+": "+v.Reason)
		}
		h.same("versions", reasons, []string{
			"Manager: active is true and memory is at least 8192: ", "Manager: memory is below 10000: more is needed",
		})
		h.same("more", more, false)
		h.same("windows", h.count(`SELECT COUNT(*) FROM assessment_window`), int64(2))
		h.same("open windows", h.count(`SELECT COUNT(*) FROM assessment_window WHERE to_sync IS NULL AND version = 2`), int64(1))
		h.same("evidence", len(h.evidence("test_version")), 2)

		_, err = h.tests.NewVersion(t.Context(), h.manager, "sized", []byte(`{`+sized+`,"slug":"other"}`))
		h.same("slug", problems(err), "/slug: a test keeps its slug, which is sized")
	})
}

func TestCopy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 1000), server("b", true, 9000))
		h.create(form("sized", sized, `"category":"Computers","reducer":{"atLeast":1},"remediation":"resize"`))
		for _, want := range []string{"sized-copy", "sized-copy-2"} {
			c, err := h.tests.Copy(t.Context(), h.manager, "sized", []byte(`{}`))
			h.ok(err)
			h.same("slug", c.Slug, want)
			h.same("category", c.Category, "Computers")
			h.same("text", c.Document.Remediation, "resize")
			h.want(c.ID, assessment.StatusOK, [5]int64{1, 1, 0, 0, 0})
		}
		c, err := h.tests.Copy(t.Context(), h.manager, "sized", []byte(`{"name":"other","failWhen":{"field":"active","op":"equals","value":true}}`))
		h.ok(err)
		h.want(c.Slug, assessment.StatusNeedsAttention, [5]int64{0, 2, 0, 0, 0})
		_, err = h.tests.Copy(t.Context(), h.manager, "sized", []byte(`{"slug":"sized"}`))
		h.same("taken", fault.KindOf(err), fault.Conflict)
	})
}

func TestDeactivateAndReturn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 1000), server("b", true, 9000))
		h.create(form("sized", sized))
		until := db.Millis(h.clock.Add(time.Hour))
		_, err := h.tests.Deactivate(t.Context(), h.manager, "sized", assessment.Pause{Reason: "moving house", Until: &until})
		h.ok(err)
		h.want("sized", assessment.StatusDeactivated, [5]int64{})
		h.same("entities", h.outcomes("sized"), map[string]string{})
		_, err = h.tests.Run(t.Context(), h.manager, "sized")
		h.same("run", fault.KindOf(err), fault.Conflict)

		h.push(server("b", true, 100), server("c", true, 100)) // while nobody judges
		h.ok(h.tests.Due(t.Context()))
		h.want("sized", assessment.StatusDeactivated, [5]int64{})
		h.pass(time.Hour)
		due, err := h.tests.HasDue(t.Context())
		h.ok(err)
		h.same("due", due, true)
		h.ok(h.tests.Due(t.Context()))
		h.want("sized", assessment.StatusNeedsAttention, [5]int64{0, 2, 0, 0, 0})
		h.same("entities", h.outcomes("sized"), map[string]string{"b": "FAILING", "c": "FAILING"})
		due, err = h.tests.HasDue(t.Context())
		h.ok(err)
		h.same("due", due, false)
		h.same("evidence", len(h.evidence("test")), 2)
	})
}

func TestFreshness(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.push(server("a", true, 9000))
	h.create(form("sized", sized, `"freshness":"36h"`))
	h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 0, 0})
	h.pass(37 * time.Hour)
	if test := h.want("sized", assessment.StatusInvalid, [5]int64{1, 0, 0, 0, 0}); !test.Stale {
		t.Error("a test over old data is not stale")
	}
	h.push(server("a", true, 9000))
	h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 0, 0})
}

func TestRelativeDates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		seen := func(ago time.Duration) string {
			return `"seen":"` + h.clock.Add(-ago).UTC().Format(time.RFC3339) + `"`
		}
		h.push(server("a", true, 1, seen(time.Hour)), server("b", true, 1, seen(23*time.Hour)), server("c", true, 1))
		h.create(form("seen", `"passWhen":{"field":"seen","op":"within_last","value":"24h"},"onUnknown":"in_progress"`))
		h.want("seen", assessment.StatusInProgress, [5]int64{2, 0, 1, 0, 0})
		h.ok(h.tests.Due(t.Context()))
		h.same("syncs", h.count(`SELECT COUNT(*) FROM resource_sync`), int64(2))
		h.pass(2 * time.Hour)
		h.ok(h.tests.Due(t.Context()))
		h.same("outcomes", h.outcomes("seen"), map[string]string{"a": "PASSING", "b": "FAILING", "c": "IN_PROGRESS"})
		h.want("seen", assessment.StatusNeedsAttention, [5]int64{1, 1, 1, 0, 0})
		h.pass(24 * time.Hour)
		h.ok(h.tests.Due(t.Context()))
		h.want("seen", assessment.StatusNeedsAttention, [5]int64{0, 2, 1, 0, 0})
		due, err := h.tests.HasDue(t.Context())
		h.ok(err)
		h.same("due", due, false)

		h.same("rechecks", h.count(`SELECT COUNT(*) FROM assessment_recheck`), int64(2))
		h.ok(h.tests.Purge(t.Context()))
		h.same("rechecks", h.count(`SELECT COUNT(*) FROM assessment_recheck`), int64(0))
	})
}

func TestExceptions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, b := server("a", true, 1000), server("b", true, 9000)
		h.push(a, b)
		h.create(form("sized", sized))
		id := h.entities("sized", assessment.Failing)["a"].ID
		until := db.Millis(h.clock.Add(24 * time.Hour))
		h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: "to be replaced", Until: &until}))
		h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 1, 0})
		x := *h.entities("sized", assessment.Deactivated)["a"].Exception
		h.same("reason", x, assessment.Pause{Exception: x.Exception, Reason: "to be replaced", Until: &until})

		h.push(server("a", true, 2000), b)
		h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 1, 0})
		h.push(b)
		h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 0, 0})
		h.push(a, b)
		h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 1, 0})

		h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: "another reason", Until: &until}))
		h.same("reason", h.entities("sized", assessment.Deactivated)["a"].Exception.Reason, "another reason")
		h.pass(25 * time.Hour)
		h.ok(h.tests.Due(t.Context()))
		h.want("sized", assessment.StatusNeedsAttention, [5]int64{1, 1, 0, 0, 0})
		h.same("held", h.count(`SELECT COUNT(*) FROM assessment_exception WHERE ended_at IS NULL`), int64(0))

		h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: "for good"}))
		h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 1, 0})
		h.ok(h.tests.ReactivateEntity(t.Context(), h.manager, "sized", id))
		h.want("sized", assessment.StatusNeedsAttention, [5]int64{1, 1, 0, 0, 0})
		var what []any
		for _, body := range h.evidence("exception") {
			what = append(what, body["what"])
		}
		h.same("evidence", what, []any{"deactivated", "deactivated", "expired", "deactivated", "reactivated"})

		h.push(b)
		err := h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: "gone"})
		h.same("gone", fault.KindOf(err), fault.NotFound)
		err = h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: " "})
		h.same("no reason", problems(err), "/deactivateReason: must be present and not empty")
	})
}
