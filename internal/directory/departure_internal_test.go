// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/workspace"
)

// leavers says how far departures have come, by e-mail.
type leavers map[string]Departure

func (l leavers) Departures(_ context.Context, _ caller.Workspace, people []Person, _ time.Time) (map[PersonID]Departure, error) {
	found := map[PersonID]Departure{}
	for _, p := range people {
		if d, ok := l[p.Email]; ok {
			found[p.ID] = d
		}
	}
	return found, nil
}

func (leavers) Narrow(context.Context, *db.Tx, caller.Workspace, Narrowing, func(any) string) (string, error) {
	return "1 = 1", nil
}

// TestTasksAsked lists people by the tasks of who leaves, page by page.
func TestTasksAsked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		w, err := workspace.New(engine, clock).Get(t.Context(), "default")
		if err != nil {
			t.Fatal(err)
		}
		c := caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
		s := New(Options{DB: engine, Now: clock})
		past, future := now.Add(-time.Hour), now.Add(time.Hour)
		s.Departures = leavers{
			"late@x.example": {DueAt: &past, Open: []string{"Remove"}}, "soon@x.example": {DueAt: &future, Open: []string{"Remove"}},
			"done@x.example": {Done: []string{"Removed"}, CompletedAt: &past}, "here@x.example": {Open: []string{"never shown"}},
			"late2@x.example": {DueAt: &past, Open: []string{"Remove"}},
		}
		for _, email := range []string{"here@x.example", "late@x.example", "done@x.example", "soon@x.example", "late2@x.example"} {
			in := Attributes{Email: &email}
			if email != "here@x.example" {
				in.EndDate = &past
			}
			if _, err := s.Create(t.Context(), c, in); err != nil {
				t.Fatal(err)
			}
		}
		const leaving = "COMPLETE_CUSTOM_OFFBOARDING_TASKS"
		for _, one := range []struct {
			asked tasksAsked
			want  []string
		}{
			{tasksAsked{}, []string{"here", "late", "done", "soon", "late2"}},
			{tasksAsked{summary: []string{"NONE"}}, []string{"here"}},
			{tasksAsked{summary: []string{"OFFBOARDING_OVERDUE", "OFFBOARDING_DUE_SOON"}}, []string{"late", "late2", "soon"}},
			{tasksAsked{summary: []string{"OFFBOARDING_COMPLETE"}}, []string{"done"}},
			{tasksAsked{summary: []string{"OVERDUE"}}, nil},
			{tasksAsked{statuses: []string{"OVERDUE"}}, []string{"late", "late2"}},
			{tasksAsked{statuses: []string{"OVERDUE"}, types: []string{"ACCEPT_POLICIES"}}, nil},
			{tasksAsked{statuses: []string{"COMPLETE"}, types: []string{leaving}}, []string{"done"}},
			{tasksAsked{statuses: []string{"NONE"}, types: []string{leaving}}, []string{"here"}},
			{tasksAsked{statuses: []string{"NONE"}}, []string{"here", "late", "done", "soon", "late2"}},
		} {
			var got []string
			for q := (Query{Limit: 1}); ; {
				page, more, err := s.kept(caller.With(t.Context(), c), q, one.asked)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range page {
					got = append(got, p.EmailAddress[:len(p.EmailAddress)-len("@x.example")])
					q.After = PersonID(p.ID)
				}
				if !more {
					break
				}
			}
			slices.Sort(one.want)
			slices.Sort(got) // ids of one millisecond have no order
			if diff := cmp.Diff(one.want, got); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", one.asked, diff)
			}
		}
	})
}
