// SPDX-License-Identifier: Apache-2.0

package home_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// keepers know who may own documents and tests: everybody.
type keepers struct{}

func (keepers) Owner(_ context.Context, _ caller.Caller, ref string) (document.Owner, error) {
	return document.Owner{ID: ref, Email: ref + "@example.com", MayOwn: true}, nil
}

func (keepers) Uploader(context.Context, caller.Caller, string, string) (string, error) {
	return "", nil
}

type testKeepers struct{}

func (testKeepers) Owner(_ context.Context, _ caller.Caller, ref string) (assessment.Owner, error) {
	return assessment.Owner{ID: ref, Email: ref + "@example.com", MayOwn: true}, nil
}

// work answers what waits for a user, a line each, in order.
func (h *house) work(c caller.Caller) (lines []string) {
	h.t.Helper()
	w, err := h.MyWork(h.t.Context(), c)
	h.ok(err)
	for _, one := range w.Items {
		line := fmt.Sprintf("%s %s %d", one.Kind, one.Name, one.Count)
		if one.Overdue {
			line += " overdue"
		}
		lines = append(lines, line)
	}
	return lines
}

// TestMyWork is what waits for somebody, by urgency: what is theirs, and nothing of others.
func TestMyWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.user.MayOwn = true
		other := h.user
		other.ID = db.NewID(h.clock)
		now := h.Now
		h.Tests.Users = testKeepers{}
		h.Documents = document.New(document.Options{DB: d, Files: blob.New(t.TempDir(), 1000), Now: now, Users: keepers{}})
		if got := h.work(h.user); got != nil {
			t.Errorf("an empty house: got %v", got)
		}
		servers, err := h.records.Create(t.Context(), h.user, resource.NewDefinition{
			Application: h.app, Base: "CustomResource", Name: "Server", Schema: []byte(`{"properties":{"memory":{"type":"int32"}}}`),
		})
		h.ok(err)
		h.push(servers, 1, 2, 9)
		made, err := h.Tests.Create(t.Context(), h.user, []byte(`{"name":"Sized","application":"demo","resource":"Server","passWhen":{"field":"memory","op":"gte","value":4}}`))
		h.ok(err)
		_, err = h.Tests.SetOwner(t.Context(), h.user, made.ID, h.user.ID)
		h.ok(err)
		report := h.document("Report", h.user.ID)
		h.document("Of others", other.ID)
		old := h.document("Old", h.user.ID)
		past := db.Millis(h.clock.AddDate(-2, 0, 0))
		_, err = h.Documents.AddLink(t.Context(), h.user, old.ID, document.Link{EffectiveAt: &past, Title: "l", URL: "https://x.example"})
		h.ok(err)
		want := []string{"document Old 1 overdue", "test Sized 2", "document Report 1"}
		if diff := cmp.Diff(want, h.work(h.user)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if diff := cmp.Diff([]string{"document Of others 1"}, h.work(other)); diff != "" {
			t.Errorf("of somebody else: -want +got:\n%s", diff)
		}
		h.approvals(made.ID, other)
		_, err = h.Documents.Deactivate(t.Context(), h.user, report.ID, "r", nil)
		h.ok(err)
		h.push(servers, 4, 5, 9)
		h.clock = h.clock.Add(time.Minute)
		if diff := cmp.Diff([]string{"document Old 1 overdue", "exception s 1"}, h.work(h.user)); diff != "" {
			t.Errorf("later: -want +got:\n%s", diff)
		}
		if _, err := h.MyWork(t.Context(), caller.Caller{Kind: caller.Application, Workspace: h.user.Workspace}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("an application: got %v", err)
		}
	})
}

// approvals has exceptions approved by somebody else, and somebody ask for one, whom it
// does not wait for.
func (h *house) approvals(test string, asks caller.Caller) {
	h.t.Helper()
	_, err := h.Tests.ConfigureExceptions(h.t.Context(), h.user, assessment.ExceptionSettings{Approval: assessment.ApprovalOther})
	h.ok(err)
	_, err = h.Tests.CreateException(h.t.Context(), asks, []byte(fmt.Sprintf(`{"test":%q,"record":"s0","reason":"r"}`, test)))
	h.ok(err)
	for _, line := range h.work(asks) {
		if line == "exception s 1" {
			h.t.Error("who asked for an exception is asked to approve it")
		}
	}
}

// document makes one that is due each year, and gives it to a user.
func (h *house) document(title, owner string) document.Document {
	h.t.Helper()
	made, err := h.Documents.Create(h.t.Context(), h.user, document.Form{Title: title, Cadence: "P1Y", Reminder: "P1M", TimeSensitivity: "MOST_RECENT"})
	h.ok(err)
	made, err = h.Documents.SetOwner(h.t.Context(), h.user, made.ID, owner)
	h.ok(err)
	return made
}
