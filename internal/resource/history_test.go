// SPDX-License-Identifier: Apache-2.0

package resource_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// changes pages through what a sync changed, two at a time.
func (h *house) changes(r resource.Result, only string) string {
	h.t.Helper()
	var words []string
	var after resource.ChangePlace
	for {
		list, more, err := h.service.Changes(h.t.Context(), h.caller, r.ID, only, after, 2)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, c := range list {
			word := c.Kind + " " + c.Record.UniqueID
			for _, f := range resource.FieldsOf(c) {
				word += fmt.Sprintf(" %s %s>%s", f.Pointer, f.Before, f.After)
			}
			words = append(words, word)
			after = resource.ChangePlace{Item: c.Item, Kind: c.Kind}
		}
		if !more {
			return strings.Join(words, ", ")
		}
	}
}

func TestChangesOfAPush(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		first := h.push(d, server("a", 1), server("b", 2), server("c", 3), server("d", 4))
		second := h.push(d, server("a", 10), server("b", 2), server("e", 5))
		third := h.push(d, server("a", 10), server("b", 2), server("c", 3), server("e", 6))
		same := h.push(d, server("a", 10), server("b", 2), server("c", 3), server("e", 6))
		for _, step := range []struct {
			of         resource.Result
			only, want string
		}{
			{first, "", "created a, created b, created c, created d"},
			{second, "", "created e, updated a /customProperties/memory 1>10, removed c, removed d"},
			{second, "removed", "removed c, removed d"},
			{third, "", "created c, updated e /customProperties/memory 5>6"},
			{same, "", ""},
		} {
			if got := h.changes(step.of, step.only); got != step.want {
				t.Errorf("got  %s\nwant %s", got, step.want)
			}
		}
		var life []string
		c := h.recordOf(d, "c")
		for before := int64(0); ; {
			list, more, err := h.service.Versions(t.Context(), h.caller, d.ID, c.EntityID, before, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				life = append(life, fmt.Sprintf("%s by %s, stands %t, removed %t", v.Came, v.From.Actor.Name, v.To == nil, v.Removed))
				before = v.Number
			}
			if !more {
				break
			}
		}
		want := []string{"restored by Demo, stands true, removed false", "created by Demo, stands false, removed true"}
		if diff := cmp.Diff(want, life); diff != "" {
			t.Errorf("the life of c (-want +got):\n%s", diff)
		}
	})
}

// recordOf answers a record by its uniqueId.
func (h *house) recordOf(d resource.Definition, unique string) resource.Browsed {
	h.t.Helper()
	list, _, err := h.service.Browse(h.t.Context(), h.caller, d.ID, resource.RecordQuery{Begins: unique, Limit: 1})
	if err != nil || len(list) != 1 {
		h.t.Fatalf("record %s: got %d, %v", unique, len(list), err)
	}
	return list[0]
}

func TestBrowse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.push(d, server("web-2", 1), server("db-1", 2), server("web-1", 3), server("web_x", 4), server("web-3", 5))
		h.push(d, server("web-2", 1), server("db-1", 2), server("web-1", 3), server("web_x", 4))
		all := func(q resource.RecordQuery) string {
			var names []string
			q.Limit = 2
			for {
				list, next, err := h.service.Browse(t.Context(), h.caller, d.ID, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, one := range list {
					names = append(names, one.UniqueID)
					q.Beyond = one.UniqueID
				}
				if next == nil {
					return strings.Join(names, " ")
				}
				q.After = *next
			}
		}
		for _, step := range []struct {
			q    resource.RecordQuery
			want string
		}{
			{resource.RecordQuery{}, "web-2 db-1 web-1 web_x"},
			{resource.RecordQuery{Gone: true}, "web-3"},
			{resource.RecordQuery{Begins: "web-"}, "web-1 web-2"},
			{resource.RecordQuery{Begins: "web"}, "web-1 web-2 web_x"},
			{resource.RecordQuery{Begins: "web", Gone: true}, "web-3"},
			{resource.RecordQuery{Begins: "WEB"}, ""},
		} {
			if got := all(step.q); got != step.want {
				t.Errorf("%+v: got %q, want %q", step.q, got, step.want)
			}
		}
		if _, err := h.service.Record(t.Context(), h.caller, d.ID, strings.Repeat("0", 24)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v, want no record", err)
		}
	})
}

func TestReleaseHeldRemovals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		guard := &resource.Guard{Count: 1, Percent: 10}
		if _, _, err := h.service.Edit(t.Context(), h.caller, d.ID, resource.Edit{Guard: &guard}); err != nil {
			t.Fatal(err)
		}
		h.push(d, server("a", 1), server("b", 2), server("c", 3))
		h.push(d, server("a", 1))
		standing := func() resource.Standing {
			one, err := h.service.Standing(t.Context(), h.caller, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			return one
		}
		before := standing()
		held, more, err := h.service.Held(t.Context(), h.caller, d.ID, 0, 1)
		if err != nil || !more || len(held) != 1 || held[0].UniqueID != "b" || !held[0].Held || before.Held != 2 {
			t.Fatalf("held: got %+v, %t, %v, and %d in all", held, more, err, before.Held)
		}
		if _, err := h.service.Release(t.Context(), h.caller, d.ID, "another"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another token: got %v, want a conflict", err)
		}
		token := resource.TokenOf(before)
		sync, err := h.service.Release(t.Context(), h.caller, d.ID, token)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.records(d), "a=1 -b=2 -c=3"; got != want {
			t.Errorf("records: got %s, want %s", got, want)
		}
		if got, want := h.changes(resource.Result{ID: sync}, ""), "removed b, removed c"; got != want {
			t.Errorf("changes: got %s, want %s", got, want)
		}
		after := standing()
		if after.Held != 0 || after.Head.Current != 1 || after.Head.LastPush != before.Head.LastPush || after.Head.LastPushAt != before.Head.LastPushAt {
			t.Errorf("afterwards: got %+v", after.Head)
		}
		if _, err := h.service.Release(t.Context(), h.caller, d.ID, token); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same token again: got %v, want a conflict", err)
		}
		h.want("the set as it was released", h.push(d, server("a", 1)), [8]int64{1, 0, 0, 0, 1, 0, 0, 0})
		h.want("one comes back", h.push(d, server("a", 1), server("b", 7)), [8]int64{2, 0, 1, 0, 1, 0, 0, 0})
	})
}

func TestDeleteADefinition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		if err := h.service.Delete(t.Context(), h.caller, d.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.service.Get(t.Context(), h.caller, d.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a deleted definition: got %v", err)
		}
		d = h.servers() // the name is free again
		h.push(d, server("a", 1))
		h.push(d)
		if err := h.service.Delete(t.Context(), h.caller, d.ID); fault.KindOf(err) != fault.Conflict {
			t.Errorf("with a history: got %v, want a conflict", err)
		}
	})
}

func TestCheckASchema(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.servers()
		h.push(d, server("a", 1), server("b", 2000))
		_, problems, err := h.service.CheckSchema(t.Context(), h.caller, d.ID, []byte(`{"properties":{"name":{"type":"text"}}}`), true)
		want := []fault.Problem{{Pointer: "/schema/properties/name/type", Message: problems[0].Message}}
		if diff := cmp.Diff(want, problems); err != nil || diff != "" {
			t.Errorf("problems: %v\n%s", err, diff)
		}
		small := strings.Replace(serverSchema, "int32", "int8", 1)
		fits, problems, err := h.service.CheckSchema(t.Context(), h.caller, d.ID, []byte(small), true)
		if err != nil || len(problems) > 0 || fits.Failing != 1 || len(fits.Sample) != 1 || !strings.HasPrefix(fits.Sample[0], "b") {
			t.Errorf("got %+v, %v, %v", fits, problems, err)
		}
		if now, err := h.service.Get(t.Context(), h.caller, d.ID); err != nil || now.SchemaVersion != 1 {
			t.Errorf("a check saved version %d, %v", now.SchemaVersion, err)
		}
	})
}
