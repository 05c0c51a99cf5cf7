// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// failures writes "record of test: due" or "record of test: result" of all pages
// of a list.
func (h *house) failures(state assessment.FailureState, test string) (list []string) {
	h.t.Helper()
	q := assessment.FailureQuery{Limit: 2, State: state, Test: test}
	for {
		page, more, err := h.tests.Failures(h.t.Context(), h.manager, q)
		h.ok(err)
		for _, f := range page {
			at, what := *f.Due, "due"
			if f.EndedAt != 0 {
				at, what = f.EndedAt, f.Result+" "+f.Ended
			}
			list = append(list, fmt.Sprintf("%s of %s: %s %s", f.Unique, f.Test.Slug, what, db.Time(at).Sub(h.started)))
			place := f.Place()
			q.After = &place
		}
		if !more {
			return list
		}
	}
}

// lapse lets a time pass, and judges what came due.
func (h *house) lapse(d time.Duration) {
	h.t.Helper()
	h.pass(d)
	h.ok(h.tests.Due(h.t.Context()))
}

func TestFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := clocked(t, d)
		h.soon("two", 2)
		h.create(form("active", `"passWhen":{"field":"active","op":"equals","value":true},"sla":"two"`))
		h.push(server("a", true, 1), server("b", false, 1), server("c", false, 9000))
		h.lapse(time.Hour)
		h.push(server("a", true, 1), server("b", false, 1), server("c", false, 1))
		open := []string{
			"b of active: due 2h0m0s", "c of active: due 2h0m0s", "a of sized: due 10h0m0s", "b of sized: due 10h0m0s", "c of sized: due 10h0m0s",
		}
		h.same("open", h.failures(assessment.FailuresOpen, ""), open)
		h.same("of a test", h.failures(assessment.FailuresOpen, "active"), open[:2])
		h.same("overdue", h.failures(assessment.FailuresOverdue, ""), []string(nil))
		h.lapse(time.Hour + time.Millisecond)
		h.same("overdue", h.failures(assessment.FailuresOverdue, ""), open[:2])

		// A push that runs has closed some ahead; they are open until it flips.
		seen := false
		h.pushing(func() {
			seen = true
			h.same("while a push runs", h.failures(assessment.FailuresOpen, ""), open)
			h.same("while a push runs", h.failures(assessment.FailuresEnded, ""), []string(nil))
		}, server("a", true, 9000), server("b", true, 9000))
		h.same("a push ran", seen, true)
		ended := []string{
			"c of active: missed gone 2h0m0.001s", "b of active: missed fixed 2h0m0.001s",
			"c of sized: within gone 2h0m0.001s", "b of sized: within fixed 2h0m0.001s", "a of sized: within fixed 2h0m0.001s",
		}
		h.same("ended", h.failures(assessment.FailuresEnded, ""), ended)
		h.same("missed", h.failures(assessment.FailuresMissed, ""), ended[:2])
		h.same("of a test", h.failures(assessment.FailuresWithin, "sized"), ended[2:])
		h.same("open", h.failures(assessment.FailuresOpen, ""), []string(nil))
		_, _, err := h.tests.Failures(t.Context(), h.manager, assessment.FailureQuery{Limit: 1, State: assessment.FailuresOpen, Test: "none"})
		h.same("no test", fault.KindOf(err), fault.NotFound)
	})
}

// pushing pushes many records, and calls fn when some were written ahead.
func (h *house) pushing(fn func(), elements ...string) {
	h.t.Helper()
	body := fmt.Sprintf(`{"resourceId":%q,"resources":[%s`, h.servers.ID, strings.Join(elements, ","))
	var more strings.Builder
	long := `"tags":["` + strings.Repeat("long enough to be handed on ", 20) + `"]`
	for i := range 3000 {
		more.WriteString("," + server(fmt.Sprintf("x%d", i), true, 9000, long))
	}
	last := &then{fn: func() {
		ahead := `SELECT COUNT(*) FROM assessment_outcome o JOIN resource_head h ON h.definition = o.definition WHERE h.definition = $1 AND o.to_sync > h.head`
		for h.count(ahead, int64(h.servers.Number)) == 0 { // the writer is another goroutine
		}
		fn()
	}}
	_, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: h.servers.Base, Default: resource.Lenient, Body: io.MultiReader(strings.NewReader(body), strings.NewReader(more.String()), last, strings.NewReader(`]}`)),
	})
	h.ok(err)
}

// then is an empty part of a body at which something happens.
type then struct{ fn func() }

func (r *then) Read([]byte) (int, error) {
	r.fn()
	return 0, io.EOF
}

func TestFailuresOfRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := clocked(t, d)
		h.create(form("active", `"passWhen":{"field":"active","op":"equals","value":true}`))
		h.push(server("a", true, 1), server("b", true, 9000))
		h.lapse(time.Hour)
		h.push(server("a", true, 9000), server("b", false, 9000))
		h.ok(d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			head, err := resource.HeadOf(ctx, tx, h.servers.Number)
			h.ok(err)
			items := []resource.Item{1, 2}
			open, err := assessment.OpenFailures(ctx, tx, h.servers.Number, head.Number, items)
			h.ok(err)
			ended, err := assessment.EndedFailures(ctx, tx, h.servers.Number, head.Number, items)
			h.ok(err)
			told := func(list []assessment.Failure) (said []string) {
				for _, f := range list {
					due := "never"
					if f.Due != nil {
						due = db.Time(*f.Due).Sub(h.started).String()
					}
					said = append(said, fmt.Sprintf("%s by %q since %s due %s %s", f.Test.Slug, f.SLA, db.Time(f.Detected).Sub(h.started), due, f.Result))
				}
				return said
			}
			h.same("a", len(open[1]), 0)
			h.same("b", told(open[2]), []string{`sized by "ten" since 1h0m0s due 11h0m0s `, `active by "" since 1h0m0s due never `})
			h.same("a", told(ended[1]), []string{`sized by "ten" since 0s due 10h0m0s within`})
			h.same("b", len(ended[2]), 0)
			return nil
		}))
	})
}

func TestAcknowledge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSiteOn(t, d)
		s.standing = true
		s.soon("one", 1)
		s.push(server("a", true, 1), server("b", true, 1))
		s.create(form("sized", sized, `"sla":"one"`))
		list := data(s.must(http.StatusOK, "GET", "/v1/remediations", ""))
		s.same("open", len(list), 2)
		s.has(list[0], "id", "status", "test", "entity", "sla", "detectedDate", "slaDeadlineDate", "remediationDate", "ended", "acknowledgement")
		id := fmt.Sprint(list[0]["id"])
		path := "/v1/remediations/" + id
		s.same("status", list[0]["status"], any("OPEN"))
		s.must(http.StatusUnprocessableEntity, "POST", path+"/acknowledge", `{"comment":"not yet"}`)
		s.pass(2 * time.Hour)
		s.same("status", s.must(http.StatusOK, "GET", path, "")["status"], any("OVERDUE"))
		s.must(http.StatusBadRequest, "POST", path+"/acknowledge", `{"comment":"  "}`)
		said, _ := s.must(http.StatusOK, "POST", path+"/acknowledge", `{"comment":"the part came late"}`)["acknowledgement"].(map[string]any)
		s.same("comment", said["comment"], any("the part came late"))
		s.must(http.StatusOK, "POST", path+"/acknowledge", `{"comment":"the part came late"}`)
		s.push(server("b", true, 1))
		ended := s.must(http.StatusOK, "GET", path, "")
		s.same("ended", []any{ended["status"], ended["ended"], ended["entity"].(map[string]any)["displayName"]}, []any{"MISSED", "gone", "a"})
		s.must(http.StatusOK, "POST", path+"/acknowledge", `{"comment":"and then it went"}`)
		s.same("evidence", len(s.evidence("remediation")), 2)
		missed := data(s.must(http.StatusOK, "GET", "/v1/remediations?status=missed", ""))
		said, _ = missed[0]["acknowledgement"].(map[string]any)
		s.same("missed", []any{len(missed), said["comment"]}, []any{1, "and then it went"})

		// Pages, and what is nobody's.
		page := s.must(http.StatusOK, "GET", "/v1/remediations?pageSize=1&status=overdue&testId=sized", "")
		s.same("overdue", len(data(page)), 1)
		for _, ref := range []string{"nope", strings.Repeat("0", 24), id[:23] + "f"} {
			s.must(http.StatusNotFound, "GET", "/v1/remediations/"+ref, "")
			s.must(http.StatusNotFound, "POST", "/v1/remediations/"+ref+"/acknowledge", `{"comment":"x"}`)
		}
		s.must(http.StatusBadRequest, "GET", "/v1/remediations?pageCursor=x", "")
		s.token = "read"
		s.must(http.StatusForbidden, "POST", path+"/acknowledge", `{"comment":"x"}`)
		stranger := s.manager
		stranger.Workspace = caller.Workspace{ID: "elsewhere", Number: 99}
		_, err := s.tests.Failure(t.Context(), stranger, assessment.FailureID(id))
		s.same("elsewhere", fault.KindOf(err), fault.NotFound)
	})
}
