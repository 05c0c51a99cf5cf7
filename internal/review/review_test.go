// SPDX-License-Identifier: Apache-2.0

package review_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/review"
	"github.com/passmuster/muster/internal/sheet"
)

// TestReview goes from draft to report.
func TestReview(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		github, aws := h.system("GitHub"), h.system("AWS")
		h.push(github, "a", "b", "c", "-off", "gone")
		h.push(github, "a", "b", "c", "-off")
		h.push(aws, "d", "e")
		r := h.draft("Spring", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID}, review.SystemForm{Resource: aws.ID, Reviewer: "bob@example.com"})
		if r.State != review.Draft || h.states(r.ID) != "" {
			t.Errorf("a draft: %+v", r)
		}
		r, err := h.reviews.Start(t.Context(), h.admin, r.ID)
		h.ok(err)
		if got := h.states(r.ID); got != "a PENDING, b PENDING, c PENDING, d PENDING, e PENDING" || r.State != review.Started || r.Counts.Total() != 5 {
			t.Errorf("started: %q, %+v", got, r)
		}
		h.push(github, "a", "b", "c", "-off", "new")
		if got := h.states(r.ID); strings.Contains(got, "new") {
			t.Errorf("the list is not frozen: %q", got)
		}
		h.ok(h.decide(h.ann, r.ID, "a", review.Decision{}))
		h.ok(h.decide(h.ann, r.ID, "b", review.Decision{Remove: true, Reason: "left"}))
		h.ok(h.decide(h.bob, r.ID, "d", review.Decision{Remove: true, DueAt: ptr(h.clock.Add(time.Hour))}))
		_, all := h.items(h.admin, r.ID, review.ItemQuery{})
		tuesday := time.Date(2026, 3, 3, 23, 59, 59, 0, time.UTC)
		if b := all["b"]; b.DueAt == nil || b.DueAt.After(tuesday.Add(time.Minute)) || b.DueAt.Before(h.clock) || b.DecidedBy.Name != "Ann" || b.Reason != "left" {
			t.Errorf("got %+v, due %v", b, b.DueAt)
		}
		if d := all["d"]; !d.DueAt.Equal(h.clock.Add(time.Hour)) || all["a"].DueAt != nil {
			t.Errorf("got %+v", d)
		}
		_, err = h.reviews.Complete(t.Context(), h.admin, r.ID)
		h.refused(fault.Impossible, err)
		h.push(github, "a", "-b")
		if got := h.states(r.ID); got != "a KEPT, b REMOVED, c GONE, d TO_BE_REMOVED, e PENDING" {
			t.Errorf("after a sync: %q", got)
		}
		h.refused(fault.Impossible, h.decide(h.ann, r.ID, "c", review.Decision{}))
		h.push(github, "a", "b", "c")
		if got := h.states(r.ID); got != "a KEPT, b TO_BE_REMOVED, c PENDING, d TO_BE_REMOVED, e PENDING" {
			t.Errorf("both are back: %q", got)
		}
		h.ok(h.decide(h.ann, r.ID, "c", review.Decision{}))
		h.ok(h.decide(h.bob, r.ID, "e", review.Decision{}))
		r, err = h.reviews.Complete(t.Context(), h.admin, r.ID)
		h.ok(err)
		if want := (review.Counts{0, 3, 2, 0, 0}); r.State != review.Completed || r.EndedBy.Name != "Ada" || r.Counts != want {
			t.Errorf("completed: %+v", r)
		}
		h.refused(fault.Impossible, h.decide(h.ann, r.ID, "a", review.Decision{Remove: true, Again: true}))
		h.push(aws)
		if got := h.states(r.ID); got != "a KEPT, b TO_BE_REMOVED, c KEPT, d REMOVED, e KEPT" {
			t.Errorf("removals go on: %q", got)
		}
		h.report(r)
	})
}

// report reads the report in every form.
func (h *house) report(r review.Review) {
	h.t.Helper()
	var text, table, book bytes.Buffer
	h.ok(h.reviews.Report(h.t.Context(), h.admin, r.ID, &text))
	var got struct {
		AccessReview struct {
			Name   string `json:"name"`
			Status string `json:"status"`
		} `json:"accessReview"`
		Accounts []struct {
			AccountName string `json:"accountName"`
			Status      string `json:"status"`
		} `json:"accounts"`
	}
	h.ok(json.Unmarshal(text.Bytes(), &got))
	lines := []string{got.AccessReview.Name + " " + got.AccessReview.Status}
	for _, a := range got.Accounts {
		lines = append(lines, a.AccountName+" "+a.Status)
	}
	want := []string{"Spring COMPLETED", "a KEPT", "b TO_BE_REMOVED", "c KEPT", "d REMOVED", "e KEPT"}
	if diff := cmp.Diff(want, lines); diff != "" {
		h.t.Errorf("-want +got:\n%s", diff)
	}
	h.ok(h.reviews.Table(h.t.Context(), h.admin, r.ID, sheet.CSV, &table))
	if rows := strings.Split(strings.TrimSpace(table.String()), "\r\n"); len(rows) != 6 || !strings.HasPrefix(rows[2], "GitHub,Ann,") || !strings.Contains(rows[2], ",TO_BE_REMOVED,Ann,") {
		h.t.Errorf("got %s", table.String())
	}
	h.ok(h.reviews.Table(h.t.Context(), h.admin, r.ID, sheet.XLSX, &book))
	if !bytes.HasPrefix(book.Bytes(), []byte("PK")) {
		h.t.Errorf("not a workbook: %q", book.Bytes()[:10])
	}
}

// TestWhoDecides keeps reviewers to what is theirs.
func TestWhoDecides(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		github, aws := h.system("GitHub"), h.system("AWS")
		h.push(github, "a", "ann")
		h.push(aws, "b", "x")
		r := h.started("Spring", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID}, review.SystemForm{Resource: aws.ID, Reviewer: h.bob.ID})
		other := h.started("Other", review.SystemForm{Resource: aws.ID, Reviewer: h.bob.ID})
		stranger := h.ann
		stranger.Workspace.Number++

		h.refused(fault.Forbidden, h.decide(h.ann, r.ID, "b", review.Decision{}))
		h.refused(fault.Forbidden, h.decide(h.admin, r.ID, "a", review.Decision{}))
		h.refused(fault.NotFound, h.decide(h.ann, other.ID, "b", review.Decision{}))
		h.refused(fault.NotFound, h.decide(stranger, r.ID, "a", review.Decision{}))
		h.refused(fault.NotFound, h.decide(h.ann, r.ID, "no such account", review.Decision{}))
		if lines, _ := h.items(h.ann, r.ID, review.ItemQuery{}); strings.Join(lines, ", ") != "a PENDING, ann PENDING" {
			t.Errorf("Ann sees %q", lines)
		}
		for who, want := range map[*caller.Caller]int{&h.ann: 1, &h.bob: 2, &h.admin: 2, &stranger: 0} {
			list, _, err := h.reviews.List(t.Context(), *who, review.Query{Limit: 5})
			if h.ok(err); len(list) != want {
				t.Errorf("%s sees %d reviews", who.Name, len(list))
			}
		}
		_, err := h.reviews.Get(t.Context(), h.ann, other.ID)
		h.refused(fault.NotFound, err)
		for id, want := range map[review.ID]string{r.ID: h.ann.ID, other.ID: ""} {
			if got, err := h.reviews.OwnerOf(t.Context(), h.ann, string(id)); err != nil || got != want {
				t.Errorf("who works on %s: %q, %v", id, got, err)
			}
		}
		h.ok(h.decide(h.app, r.ID, "b", review.Decision{})) // enters what somebody said

		// One's own account takes a reason: by its e-mail, and by that of its owner.
		h.refused(fault.Invalid, h.decide(h.ann, r.ID, "ann", review.Decision{Reason: " "}))
		h.ok(h.decide(h.ann, r.ID, "ann", review.Decision{Reason: "I work with it"}))
		if _, all := h.items(h.ann, r.ID, review.ItemQuery{}); !all["ann"].Own || all["a"].Own {
			t.Errorf("got %+v", all)
		}
		h.refused(fault.Conflict, h.decide(h.ann, r.ID, "ann", review.Decision{Reason: "again"}))
		h.ok(h.decide(h.ann, r.ID, "ann", review.Decision{Reason: "again", Again: true, Remove: true}))
		if got := h.states(r.ID); got != "a PENDING, ann TO_BE_REMOVED, b KEPT, x PENDING" {
			t.Errorf("got %q", got)
		}
		h.ok(h.decide(h.ann, r.ID, "a", review.Decision{}))

		// Somebody else takes over.
		_, err = h.reviews.Edit(t.Context(), h.admin, r.ID, review.Form{Systems: &[]review.SystemForm{
			{Resource: aws.ID, Reviewer: h.ann.ID}, {Resource: github.ID, Reviewer: h.ann.ID},
		}})
		h.ok(err)
		h.refused(fault.NotFound, h.decide(h.bob, r.ID, "x", review.Decision{}))
		h.ok(h.decide(h.ann, r.ID, "x", review.Decision{}))
	})
}

// TestOwnByPerson finds that an account is one's own by the person it belongs to,
// who got the reviewer's e-mail later.
func TestOwnByPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		house := caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: h.app.Workspace}
		p, err := h.people.Create(t.Context(), house, directory.Attributes{Email: ptr("root@example.com")})
		h.ok(err)
		github := h.system("GitHub")
		h.push(github, "root")
		r := h.started("Spring", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID})
		_, err = h.people.Update(t.Context(), house, p.ID, directory.Attributes{Email: ptr("ANN@example.com")})
		h.ok(err)
		h.refused(fault.Invalid, h.decide(h.ann, r.ID, "root", review.Decision{}))
	})
}

// TestForms names what is wrong by its place, and keeps what is frozen.
func TestForms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		github, aws := h.system("GitHub"), h.system("AWS")
		h.push(github, "a")
		secrets := h.system("Unused")
		form := func(name string, systems ...review.SystemForm) review.Form {
			return review.Form{Name: &name, Systems: &systems}
		}
		for _, c := range []struct {
			f    review.Form
			want string
		}{
			{form(""), "/name"},
			{form(strings.Repeat("x", 201)), "/name"},
			{review.Form{Name: ptr("x"), Description: ptr(strings.Repeat("x", 4001))}, "/description"},
			{form("x", review.SystemForm{Resource: "x", Reviewer: h.ann.ID}), "/systems/0/resourceId"},
			{form("x", review.SystemForm{Resource: github.ID, Reviewer: "nobody@example.com"}), "/systems/0/reviewerId"},
			{form("x", review.SystemForm{Resource: github.ID, Reviewer: "eve@example.com"}), "/systems/0/reviewerId"},
			{form("x", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID}, review.SystemForm{Resource: github.ID, Reviewer: h.bob.ID}), "/systems/1/resourceId"},
		} {
			_, err := h.reviews.Create(t.Context(), h.admin, c.f)
			var f *fault.Error
			if !errors.As(err, &f) || len(f.Problems) != 1 || f.Problems[0].Pointer != c.want {
				t.Errorf("want %s, got %v", c.want, err)
			}
		}
		empty := h.draft("Empty")
		_, err := h.reviews.Start(t.Context(), h.admin, empty.ID)
		h.refused(fault.Impossible, err)
		h.ok(h.reviews.Delete(t.Context(), h.admin, empty.ID))
		h.refused(fault.NotFound, h.reviews.Delete(t.Context(), h.admin, empty.ID))

		r := h.draft("Spring", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID})
		r, err = h.reviews.Edit(t.Context(), h.admin, r.ID, form("Summer", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID}, review.SystemForm{Resource: secrets.ID, Reviewer: h.bob.ID}))
		if h.ok(err); r.Name != "Summer" || len(r.Systems) != 2 {
			t.Errorf("got %+v", r)
		}
		h.users[1].MayOwn = false
		_, err = h.reviews.Start(t.Context(), h.admin, r.ID)
		h.refused(fault.Impossible, err)
		h.users[1].MayOwn = true
		_, err = h.reviews.Start(t.Context(), h.admin, r.ID)
		h.ok(err)
		_, err = h.reviews.Start(t.Context(), h.admin, r.ID)
		h.refused(fault.Impossible, err)
		_, err = h.reviews.Edit(t.Context(), h.admin, r.ID, form("Summer", review.SystemForm{Resource: aws.ID, Reviewer: h.ann.ID}))
		h.refused(fault.Impossible, err)
		h.refused(fault.Impossible, h.reviews.Delete(t.Context(), h.admin, r.ID))
		_, err = h.reviews.Cancel(t.Context(), h.admin, r.ID, " ")
		h.refused(fault.Invalid, err)
		r, err = h.reviews.Cancel(t.Context(), h.admin, r.ID, "wrong list")
		if h.ok(err); r.State != review.Cancelled {
			t.Errorf("got %+v", r)
		}
		h.push(github)
		if got := h.states(r.ID); got != "a PENDING" {
			t.Errorf("a cancelled review follows nothing: %q", got)
		}
		for _, err := range []error{
			h.decide(h.ann, r.ID, "a", review.Decision{}),
			func() error { _, err := h.reviews.Complete(t.Context(), h.admin, r.ID); return err }(),
			func() error { _, err := h.reviews.Edit(t.Context(), h.admin, r.ID, form("Autumn")); return err }(),
		} {
			h.refused(fault.Impossible, err)
		}
	})
}

// TestCutOff starts a review whose first start was cut off.
func TestCutOff(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		github := h.system("GitHub")
		h.push(github, "a", "b")
		r := h.draft("Spring", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID})
		h.ok(h.reviews.CutOff(t.Context(), h.admin, r.ID))
		if got := h.states(r.ID); got != "" {
			t.Errorf("half a list is seen: %q", got)
		}
		if r, err := h.reviews.Get(t.Context(), h.admin, r.ID); err != nil || r.Counts.Total() != 0 {
			t.Errorf("got %+v, %v", r, err)
		}
		_, err := h.reviews.Start(t.Context(), h.admin, r.ID)
		h.refused(fault.Conflict, err)
		h.push(github, "a")
		h.clock = h.clock.Add(2 * time.Minute)
		_, err = h.reviews.Start(t.Context(), h.admin, r.ID)
		h.ok(err)
		if got := h.states(r.ID); got != "a PENDING" {
			t.Errorf("got %q", got)
		}
	})
}

// TestTwoAtOnce lets several decide on the same account at the same moment: one of
// them does, and the review is completed by one only.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		github := h.system("GitHub")
		var ids []string
		for i := range 8 {
			ids = append(ids, fmt.Sprintf("a%d", i))
		}
		h.push(github, ids...)
		r := h.started("Spring", review.SystemForm{Resource: github.ID, Reviewer: h.ann.ID})
		_, all := h.items(h.admin, r.ID, review.ItemQuery{})
		for _, id := range ids {
			if won := together(4, func(i int) error {
				return h.reviews.Decide(t.Context(), h.ann, r.ID, review.Decision{Account: all[id].Account, Remove: i%2 == 0})
			}, h.kinds(fault.Conflict)); won != 1 {
				t.Errorf("%d of 4 decided on %s", won, id)
			}
		}
		h.recount()
		if won := together(4, func(int) error {
			_, err := h.reviews.Complete(t.Context(), h.admin, r.ID)
			return err
		}, h.kinds(fault.Conflict, fault.Impossible)); won != 1 {
			t.Errorf("%d of 4 completed the review", won)
		}
	})
}

// kinds checks that what lost lost for a reason.
func (h *house) kinds(kinds ...fault.Kind) func(error) {
	return func(err error) {
		for _, kind := range kinds {
			if fault.KindOf(err) == kind {
				return
			}
		}
		h.t.Errorf("lost by %v", err)
	}
}

// together calls fn n times at once, and answers how many came through.
func together(n int, fn func(i int) error, lost func(error)) (won int) {
	var wait sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		wait.Go(func() {
			err := fn(i)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else {
				lost(err)
			}
		})
	}
	wait.Wait()
	return won
}
