// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
)

// shelf keeps what people are carried over to.
type shelf struct {
	mu      sync.Mutex
	failing error
	held    map[directory.PersonID]directory.RecordProperties
	puts    int
	unread  bool // no rule reads it
}

func (s *shelf) Awaited(context.Context, caller.Workspace) (bool, error) { return !s.unread, nil }

func (s *shelf) Put(ctx context.Context, _ caller.Workspace, collect func(context.Context) ([]directory.Record, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, err := collect(ctx)
	if err = errors.Join(err, s.failing); err != nil {
		return err
	}
	s.puts++
	for _, r := range records {
		delete(s.held, r.ID)
		if r.Properties != nil {
			s.held[r.ID] = *r.Properties
		}
	}
	return nil
}

// shelved is a house whose people are carried over.
func shelved(t *testing.T, d *db.DB) (*house, *shelf) {
	h := newHouse(t, d)
	s := &shelf{held: map[directory.PersonID]directory.RecordProperties{}}
	h.people = directory.New(directory.Options{DB: d, Leaver: h, Now: h.now, Records: s})
	return h, s
}

// carried runs the pass and says whether it had anything to do.
func (h *house) carried() bool {
	h.t.Helper()
	due, err := h.people.HasChanges(h.t.Context())
	h.ok(err)
	h.ok(h.people.Carry(h.t.Context()))
	again, err := h.people.HasChanges(h.t.Context())
	h.ok(err)
	if again {
		h.t.Fatal("something is left to carry over")
	}
	return due
}

func TestCarry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, s := shelved(t, d)
		ctx := t.Context()
		day := func(n int) *time.Time { return ptr(h.clock.Add(time.Duration(n) * 24 * time.Hour)) }
		p, err := h.people.Create(ctx, h.admin, directory.Attributes{
			Email: ptr("Jane@Example.com"), First: ptr("Jane"), Last: ptr("Doe"), JobTitle: ptr("Engineer"), StartDate: day(1), EndDate: day(30),
		})
		h.ok(err)
		want := directory.RecordProperties{
			Email: "Jane@Example.com", FirstName: "Jane", LastName: "Doe", Name: "Jane Doe", JobTitle: "Engineer", Groups: []string{},
			IsPerson: true, Source: "VANTA", Status: "UPCOMING", StartDate: "2026-06-01T12:00:00.000Z", EndDate: "2026-06-30T12:00:00.000Z",
		}
		check := func(step string) {
			t.Helper()
			if diff := cmp.Diff(want, s.held[p.ID]); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", step, diff)
			}
		}
		check("created: known when it is answered")

		g, err := h.people.CreateGroup(ctx, h.admin, "Staff")
		h.ok(err)
		_, err = h.people.Join(ctx, h.admin, g.ID, p.ID)
		h.ok(err)
		want.Groups = []string{"Staff"}
		check("in a group")
		_, err = h.people.RenameGroup(ctx, h.admin, g.ID, "Crew")
		h.ok(err)
		want.Groups = []string{"Crew"}
		check("of another name")
		h.ok(h.people.DeleteGroup(ctx, h.admin, g.ID))
		want.Groups = []string{}
		check("that is no more")

		_, err = h.people.SetLeave(ctx, h.admin, p.ID, directory.Leave{Start: *day(10), End: day(20)})
		h.ok(err)
		if h.carried() {
			t.Error("a change that was answered was left to the pass")
		}
		for _, turn := range []struct {
			to     int
			status string
		}{{1, "CURRENT"}, {9, "ON_LEAVE"}, {10, "CURRENT"}, {10, "FORMER"}} {
			h.clock = h.clock.Add(time.Duration(turn.to) * 24 * time.Hour)
			if want.Status = turn.status; turn.status == "FORMER" {
				want.LeftAt = want.EndDate
			}
			if !h.carried() {
				t.Fatalf("nothing is due though %s is %s", p.Email, turn.status)
			}
			check("by the clock: " + turn.status)
		}
		_, err = h.people.MarkNotPeople(ctx, h.admin, []directory.NotPerson{{ID: p.ID}})
		h.ok(err)
		want.IsPerson = false
		check("no person")
		h.ok(h.people.Delete(ctx, h.admin, p.ID))
		if len(s.held) != 0 {
			t.Errorf("deleted, and still there: %v", s.held)
		}
	})
}

// TestCarryOfSources: what a source puts in its own transaction is left to the
// pass, a roll-back leaves nothing, and what fails is not forgotten.
func TestCarryOfSources(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, s := shelved(t, d)
		ctx := t.Context()
		scim := directory.Source{Type: directory.SCIM}
		put := func(email string, active bool, end error) directory.Person {
			t.Helper()
			var p directory.Person
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				p, _, err = h.people.Put(ctx, tx, h.admin, scim, "", directory.Attributes{Email: &email, Active: &active})
				return errors.Join(err, end)
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
			return p
		}
		undone := errors.New("undone")
		put("nobody@example.com", true, undone)
		if h.carried() {
			t.Error("what was rolled back left a mark")
		}
		p := put("jane@example.com", true, nil)
		if len(s.held) != 0 {
			t.Error("a source waits for rules")
		}
		s.failing = errors.New("no room")
		if err := h.people.Carry(ctx); !errors.Is(err, s.failing) {
			t.Errorf("got %v", err)
		}
		s.failing = nil
		put("JANE@example.com", false, nil) // marked twice
		h.carried()
		want := directory.RecordProperties{
			Email: "JANE@example.com", Groups: []string{}, IsPerson: true, Name: "JANE@example.com", Source: "SCIM", Status: "INACTIVE",
			LeftAt: "2026-05-31T12:00:00.000Z",
		}
		if diff := cmp.Diff(want, s.held[p.ID]); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		s.unread = true
		_, err := h.people.Create(ctx, h.admin, directory.Attributes{Email: ptr("eve@example.com")})
		h.ok(err)
		if len(s.held) != 1 || !h.carried() || len(s.held) != 2 {
			t.Errorf("where no rule reads, the pass carries over: %v", s.held)
		}
	})
}

// TestCarryOfMany: a thousand changes at once are a few rounds.
func TestCarryOfMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, s := shelved(t, d)
		s.unread = true
		h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for i := range 2500 {
				email := "p" + string(rune('a'+i%26)) + time.Duration(i).String() + "@example.com"
				if _, _, err := h.people.Put(ctx, tx, h.admin, directory.Source{Type: directory.SCIM}, "", directory.Attributes{Email: &email}); err != nil {
					return err
				}
			}
			return nil
		}))
		h.carried()
		if len(s.held) != 2500 || s.puts != 2 {
			t.Errorf("%d people in %d rounds", len(s.held), s.puts)
		}
		s.puts, s.unread = 0, false
		var ids []directory.PersonID
		for id := range s.held {
			ids = append(ids, id)
		}
		var all sync.WaitGroup
		for _, id := range ids[:50] {
			all.Go(func() {
				_, err := h.people.Update(t.Context(), h.admin, id, directory.Attributes{First: ptr("Busy")})
				if err != nil && fault.KindOf(err) != fault.Conflict {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if s.puts > 50 || h.carried() {
			t.Errorf("50 changes at once took %d rounds, or were not carried over when they were answered", s.puts)
		}
	})
}
