// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
)

func (h *house) exempt(text string) assessment.Exception {
	h.t.Helper()
	x, err := h.tests.CreateException(h.t.Context(), h.manager, []byte(text))
	h.ok(err)
	return x
}

const tinIsReplaced = `{"apiVersion":"muster/v1","kind":"Exception","test":"sized","condition":{"field":"tier","op":"equals","value":"tin"},"reason":"all tin is replaced"`

// TestExceptionByCondition follows one through syncs until it ends.
func TestExceptionByCondition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		tin := func(id string, memory int) string { return server(id, true, memory, `"tier":"tin"`) }
		gold := func(id string, memory int) string { return server(id, true, memory, `"tier":"gold"`) }
		h.push(tin("a", 1), gold("b", 1), server("c", true, 1), tin("d", 9000))
		h.create(form("sized", sized))
		until := h.clock.Add(48 * time.Hour).UTC()
		x := h.exempt(tinIsReplaced + fmt.Sprintf(`,"until":%q}`, until.Format(time.RFC3339Nano)))
		h.same("state", x.State, assessment.ExceptionApproved)
		h.same("what matches is left out, what is not known is not", h.outcomes("sized"),
			map[string]string{"a": "DEACTIVATED", "b": "FAILING", "c": "FAILING", "d": "DEACTIVATED"})
		why := h.entities("sized", assessment.Deactivated)["a"].Exception
		h.same("why", *why, assessment.Pause{Exception: x.ID, Reason: "all tin is replaced", Until: x.Until})

		h.push(gold("a", 1), tin("b", 1), tin("new", 1))
		h.same("applied at each sync", h.outcomes("sized"), map[string]string{"a": "FAILING", "b": "DEACTIVATED", "new": "DEACTIVATED"})
		h.pass(until.Sub(h.clock) - 5*time.Millisecond)
		h.ok(h.tests.Due(t.Context()))
		h.same("just before its end", h.outcomes("sized"), map[string]string{"a": "FAILING", "b": "DEACTIVATED", "new": "DEACTIVATED"})
		h.pass(5 * time.Millisecond)
		h.ok(h.tests.Due(t.Context()))
		h.same("ended on time", h.outcomes("sized"), map[string]string{"a": "FAILING", "b": "FAILING", "new": "FAILING"})
		x, err := h.tests.Exception(t.Context(), h.manager, x.ID)
		h.ok(err)
		h.same("ended", []any{x.State, *x.EndedAt, x.EndedBy.Kind}, []any{assessment.ExceptionEnded, db.Millis(until), string(caller.System)})
		h.same("words", h.words("exception"), []any{"deactivated", "expired"})
		due, err := h.tests.HasDue(t.Context())
		h.ok(err)
		h.same("due", due, false)

		// Another one, ended by hand, while a single record has one of its own.
		x = h.exempt(tinIsReplaced + `}`)
		h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", h.entities("sized", assessment.Failing)["a"].ID, assessment.Pause{Reason: "mine"}))
		h.want("sized", assessment.StatusNotApplicable, [5]int64{0, 0, 0, 3, 0})
		err = h.tests.ReactivateEntity(t.Context(), h.manager, "sized", h.entities("sized", assessment.Deactivated)["b"].ID)
		h.same("one of many", fault.KindOf(err), fault.Impossible)
		_, err = h.tests.EndException(t.Context(), h.manager, x.ID)
		h.ok(err)
		h.same("ended by hand", h.outcomes("sized"), map[string]string{"a": "DEACTIVATED", "b": "FAILING", "new": "FAILING"})
		_, err = h.tests.EndException(t.Context(), h.manager, x.ID)
		h.same("twice", fault.KindOf(err), fault.Impossible)
	})
}

// words answers what entries of a kind say was done, oldest first.
func (h *house) words(kind string) (list []any) {
	for _, body := range h.evidence(kind) {
		list = append(list, body["what"])
	}
	return list
}

// TestExceptionByRelation leaves out what related records say, and follows them.
func TestExceptionByRelation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owners := relatedHouse(t, d)
		h.pushTo(h.servers, owned("s1", "a@x"), owned("s2", "b@x"), owned("s3", "c@x"))
		h.pushTo(owners, owner("1", "a@x", "here"), owner("2", "b@x", "gone"))
		h.create(ownedForm("Sized", sized, `"slug":"sized"`))
		x := h.exempt(`{"test":"sized","reason":"owners who left","condition":{"related":"Owner","on":{"owner":"mail"},"any":{"field":"state","op":"equals","value":"gone"}}}`)
		h.same("at first", h.outcomes("sized"), map[string]string{"s1": "FAILING", "s2": "DEACTIVATED", "s3": "FAILING"})
		h.same("why", h.entities("sized", assessment.Deactivated)["s2"].Exception.Exception, x.ID)
		n := h.judgedBy(func() { h.pushTo(owners, owner("1", "a@x", "gone"), owner("2", "b@x", "gone")) })
		h.same("a related record changes", h.outcomes("sized"), map[string]string{"s1": "DEACTIVATED", "s2": "DEACTIVATED", "s3": "FAILING"})
		h.same("judged", n, int64(1))
		h.ok(h.tests.Purge(t.Context())) // keeps what the exception relates by
		h.pushTo(owners, owner("1", "a@x", "here"), owner("2", "b@x", "gone"))
		h.same("and back", h.outcomes("sized"), map[string]string{"s1": "FAILING", "s2": "DEACTIVATED", "s3": "FAILING"})
		_, err := h.tests.EndException(t.Context(), h.manager, x.ID)
		h.ok(err)
		h.ok(h.tests.Purge(t.Context()))
		h.same("links", h.count(`SELECT COUNT(*) FROM assessment_link`), int64(0))
		h.want("sized", assessment.StatusNeedsAttention, [5]int64{0, 3, 0, 0, 0})
	})
}

func TestExceptionApproval(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		defer func() {
			_, err := h.tests.ConfigureExceptions(t.Context(), h.manager, assessment.ExceptionSettings{Approval: assessment.ApprovalNone})
			h.ok(err)
		}()
		h.push(server("a", true, 1, `"tier":"tin"`), server("b", true, 9000))
		h.create(form("sized", sized))
		id := h.entities("sized", assessment.Failing)["a"].ID
		_, err := h.tests.ConfigureExceptions(t.Context(), h.manager, assessment.ExceptionSettings{Approval: assessment.ApprovalOther})
		h.ok(err)
		other := h.manager
		other.ID, other.Name = db.NewID(h.clock), "Other"

		h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: "please"}))
		h.want("sized", assessment.StatusNeedsAttention, [5]int64{1, 1, 0, 0, 0})
		err = h.tests.DeactivateEntity(t.Context(), h.manager, "sized", id, assessment.Pause{Reason: "please"})
		h.same("asked twice", fault.KindOf(err), fault.Conflict)
		list, _, err := h.tests.Exceptions(t.Context(), h.manager, assessment.ExceptionQuery{Limit: 10, State: assessment.ExceptionPending})
		h.ok(err)
		h.same("waiting", len(list), 1)
		_, err = h.tests.ApproveException(t.Context(), h.manager, list[0].ID, "")
		h.same("the requester", fault.KindOf(err), fault.Forbidden)
		x, err := h.tests.ApproveException(t.Context(), other, list[0].ID, "fine")
		h.ok(err)
		h.same("approved", []any{x.State, x.Actor.Name, x.DecidedBy.Name, x.Decision}, []any{assessment.ExceptionApproved, "Manager", "Other", "fine"})
		h.want("sized", assessment.StatusOK, [5]int64{1, 0, 0, 1, 0})
		_, err = h.tests.ApproveException(t.Context(), other, x.ID, "")
		h.same("approved twice", fault.KindOf(err), fault.Impossible)

		y := h.exempt(tinIsReplaced + `}`)
		_, err = h.tests.DeclineException(t.Context(), other, y.ID, "")
		h.same("declined without a word", problems(err), "/comment: must be present and not empty: the requester wants to know why")
		y, err = h.tests.DeclineException(t.Context(), other, y.ID, "mend it")
		h.ok(err)
		h.same("declined", y.State, assessment.ExceptionDeclined)
		y = h.exempt(tinIsReplaced + `}`)
		y, err = h.tests.EndException(t.Context(), h.manager, y.ID)
		h.ok(err)
		h.same("withdrawn", []any{y.State, y.DecidedAt == nil}, []any{assessment.ExceptionEnded, true})
		h.same("words", h.words("exception"), []any{"requested", "approved", "requested", "declined", "requested", "withdrawn"})

		// What asks for a time that is over cannot be approved any more.
		y = h.exempt(tinIsReplaced + fmt.Sprintf(`,"until":%q}`, h.clock.Add(time.Hour).UTC().Format(time.RFC3339Nano)))
		h.pass(2 * time.Hour)
		_, err = h.tests.ApproveException(t.Context(), other, y.ID, "")
		h.same("too late", fault.KindOf(err), fault.Impossible)
	})
}

// TestExceptionForm names every wrong place.
func TestExceptionForm(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.push(server("a", true, 1))
	h.create(form("sized", sized))
	for text, want := range map[string]string{
		`[]`: ": must be an object: an exception has test, reason, and record or condition",
		`{}`: "/reason: must be present and not empty: auditors read it\n/test: must be present: the id or slug of a test\n" +
			"/record: must be present, or condition: what the exception is about",
		`{"kind":"Test","test":"sized","reason":"r","record":"a","colour":1}`: "/colour: is no member of an exception, which has " +
			"apiVersion, kind, test, record, condition, reason, until\n/kind: must be Exception",
		`{"test":"none","reason":"r","record":"a"}`:                                                         `/test: "none" is no id or slug of a test`,
		`{"test":"sized","reason":"r","record":"zzz"}`:                                                      `/record: "zzz" is no id or uniqueId of a record of InternalServer`,
		`{"test":"sized","reason":"r","record":"a","until":"2020-01-01T00:00:00Z"}`:                         "/until: must lie in the future",
		`{"test":"sized","reason":"r","record":"a","until":"soon"}`:                                         "/until: must be a time such as 2027-01-31T00:00:00Z",
		`{"test":"sized","reason":"r","record":"a","condition":{"field":"tier","op":"exists"}}`:             "/condition: must not stand beside record: an exception has exactly one of the two",
		`{"test":"sized","reason":"r","condition":{"all":[{"field":"tier","op":"equals","value":"lead"}]}}`: "/condition/all/0/value: ",
	} {
		_, err := h.tests.CreateException(t.Context(), h.manager, []byte(text))
		got := problems(err)
		if got != want && (want[len(want)-2:] != ": " || len(got) < len(want) || got[:len(want)] != want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	x := h.exempt(`{"test":"sized","reason":" r ","record":"a"}`)
	h.same("by uniqueId", []any{x.Name, x.Reason, x.Entity}, []any{"name of a", "r", h.entities("sized", assessment.Deactivated)["a"].ID})
}

// TestPassUnderException holds that time alone ends a failure that an exception
// covers, when the rule passes the record then.
func TestPassUnderException(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 1, fmt.Sprintf(`"seen":%q`, h.clock.UTC().Format(time.RFC3339))))
		test := h.create(form("sized", `"passWhen":{"field":"seen","op":"older_than","value":"24h"},"sla":"computers"`))
		h.same("sla", test.SLA, "computers")
		h.ok(h.tests.DeactivateEntity(t.Context(), h.manager, "sized", h.entities("sized", assessment.Failing)["a"].ID, assessment.Pause{Reason: "wait"}))
		h.pass(25 * time.Hour)
		h.ok(h.tests.Due(t.Context()))
		h.same("ended", h.get("sized").Ended, assessment.Endings{Within: 1})
		h.same("outcome", h.outcomes("sized"), map[string]string{"a": "DEACTIVATED"})
	})
}

// TestAttachment keeps a file once, and tells of it.
func TestAttachment(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.tests.Files = blob.New(t.TempDir(), 20)
	h.push(server("a", true, 1))
	h.create(form("sized", sized))
	x := h.exempt(`{"test":"sized","reason":"r","record":"a"}`)
	attach := func(name, content string) error {
		_, err := h.tests.Attach(t.Context(), h.manager, x.ID, name, strings.NewReader(content))
		return err
	}
	for name, want := range map[string]fault.Kind{"": fault.Invalid, "..": fault.Invalid, "\u202e": fault.Invalid, strings.Repeat("a", 201): fault.Invalid} {
		h.same(name, fault.KindOf(attach(name, "x")), want)
	}
	h.same("too large", fault.KindOf(attach("a.pdf", strings.Repeat("x", 21))), fault.TooLarge)
	h.same("empty", fault.KindOf(attach("a.pdf", "")), fault.Invalid)
	_, _, err := h.tests.Attachment(t.Context(), h.manager, x.ID)
	h.same("none yet", fault.KindOf(err), fault.NotFound)
	h.ok(attach(`C:\temp\..\pl"an.pdf`, "the plan"))
	file, content, err := h.tests.Attachment(t.Context(), h.manager, x.ID)
	h.ok(err)
	h.same("file", []any{file.Name, file.Size, string(content)}, []any{"plan.pdf", int64(8), "the plan"})
	h.same("once", fault.KindOf(attach("b.pdf", "y")), fault.Conflict)
	h.same("words", h.words("exception"), []any{"deactivated", "file attached"})
	_, err = h.tests.EndException(t.Context(), h.manager, x.ID)
	h.ok(err)
	h.same("ended", fault.KindOf(attach("b.pdf", "y")), fault.Impossible)
}
