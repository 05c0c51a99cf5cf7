// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/feed"
)

// told answers types and sentences.
func told(events []feed.Event) (list []string) {
	for _, e := range events {
		list = append(list, e.Type+": "+e.Summary)
	}
	return list
}

func TestSyncs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(8, 8, 8, 1)
		h.test("Sized", 4)
		at := h.settle()
		h.push(8, 1, 8, -1, 2) // s1 and s4 fail now, s3 is gone
		h.push(8, 8, 8, -1, 8)
		h.push(8, 8, 8, -1, 8) // nothing turns
		h.settle()
		got := told(h.read(at, feed.Want{}, 100))
		want := []string{
			"sync.pushed: The application Demo pushed Server: 4 received, 1 created, 1 updated, 1 removed, 0 rejected",
			"test.new_failures: 2 records began to fail under the test Sized: Server 1, Server 4",
			"test.failures_ended: 1 record fails no more under the test Sized: Server 3",
			"sync.pushed: The application Demo pushed Server: 4 received, 0 created, 2 updated, 0 removed, 0 rejected",
			"test.status_changed: The test Sized went from needs attention to OK: 0 of 4 records fail",
			"test.failures_ended: 2 records fail no more under the test Sized: Server 1, Server 4",
			"sync.pushed: The application Demo pushed Server: 4 received, 0 created, 0 updated, 0 removed, 0 rejected",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		wanted := feed.Want{Types: []string{"outcome.changed"}}
		got = told(h.read(at, wanted, 100))
		want = []string{
			"outcome.changed: Server 1 went from passing to failing under the test Sized",
			"outcome.changed: Server 3 went from failing to gone under the test Sized",
			"outcome.changed: Server 4, which is new, is failing under the test Sized",
			"outcome.changed: Server 1 went from failing to passing under the test Sized",
			"outcome.changed: Server 4 went from failing to passing under the test Sized",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestPages holds that the size of pages changes nothing about what is told, and that an
// event's cursor goes on after it.
func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(1)
		h.test("Sized", 4)
		h.test("Big", 16)
		memory := make([]int, 40)
		for round := range 3 {
			for i := range memory {
				memory[i] = (i*7 + round*5) % 20
			}
			h.push(memory...)
			h.note("user", "role changed")
		}
		h.settle()
		for _, want := range []feed.Want{{}, {Types: []string{"outcome.*", "test.*"}}, {Types: []string{"outcome.changed"}}, {Types: []string{"user.role_changed"}}} {
			whole := h.read(feed.Cursor{}, want, 10_000)
			if len(whole) == 0 {
				t.Fatalf("%v: nothing is told", want.Types)
			}
			for _, size := range []int{1, 7} {
				if diff := cmp.Diff(whole, h.read(feed.Cursor{}, want, size)); diff != "" {
					t.Fatalf("%v by pages of %d (-want +got):\n%s", want.Types, size, diff)
				}
			}
			for i := 1; i < len(whole); i++ {
				if !whole[i-1].Cursor.Before(whole[i].Cursor) {
					t.Fatalf("%s comes before %s", whole[i-1].Cursor, whole[i].Cursor)
				}
			}
			half := len(whole) / 2
			if diff := cmp.Diff(whole[half+1:], h.read(whole[half].Cursor, want, 50)[:len(whole)-half-1]); diff != "" {
				t.Errorf("%v after an event (-want +got):\n%s", want.Types, diff)
			}
		}
	})
}

func TestTrail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		at := h.settle()
		h.note("user", "role changed")
		if got := h.read(at, feed.Want{}, 10); got != nil {
			t.Errorf("it has no place yet and is told: %v", told(got))
		}
		h.settle()
		got := h.read(at, feed.Want{}, 10)
		if len(got) != 1 {
			t.Fatalf("got %d events, want 1", len(got))
		}
		e := got[0]
		if e.Type != "user.role_changed" || e.Actor.Name != "Ada" || e.Subject.Name != "One" || e.Summary != "Ada gave One the role Admin (was Viewer)" {
			t.Errorf("got %+v", e)
		}
		want := map[string]any{"changes": []any{map[string]any{"after": "Admin", "before": "Viewer", "field": "role"}}}
		if diff := cmp.Diff(want, e.Data); diff != "" {
			t.Errorf("data (-want +got):\n%s", diff)
		}
		heads, err := h.feed.Heads(t.Context())
		h.ok(err)
		if end := h.settle(); heads[h.user.Workspace.Number] != end.Position-1 {
			t.Errorf("heads %v, the end is %s", heads, end)
		}
		other := caller.Workspace{ID: "x", Number: 999}
		if events, next, err := h.feed.After(t.Context(), other, feed.Cursor{}, feed.Want{}, 10); err != nil || events != nil || next != (feed.Cursor{}) {
			t.Errorf("another workspace: got %v, %s, %v", events, next, err)
		}
	})
}

func TestCursor(t *testing.T) {
	for _, text := range []string{"0.0", "7.1", "1042.2199023255553"} {
		if c, err := feed.ParseCursor(text); err != nil || c.String() != text {
			t.Errorf("%s: got %s, %v", text, c, err)
		}
	}
	for _, text := range []string{"", "7", "7.", ".1", "-1.0", "1.-1", "01.1", "1.1.1", "99999999999999999999.1", "+1.1"} {
		if _, err := feed.ParseCursor(text); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestTypes(t *testing.T) {
	list := feed.Types()
	if !slices.IsSortedFunc(list, func(a, b feed.Type) int { return cmpText(a.Name, b.Name) }) {
		t.Error("types are not sorted, or one stands twice")
	}
	for _, one := range list {
		if one.Sentence == "" || one.Permission == "" {
			t.Errorf("%+v lacks something", one)
		}
	}
	for _, c := range []struct {
		types []string
		event string
		want  bool
	}{
		{nil, "test.status_changed", true},
		{nil, "outcome.changed", false},
		{[]string{"outcome.changed"}, "outcome.changed", true},
		{[]string{"outcome.*"}, "outcome.changed", true},
		{[]string{"test.*"}, "test.new_failures", true},
		{[]string{"test.*"}, "test_version.created", false},
		{[]string{"test.new_failures"}, "test.new_failures_x", false},
	} {
		if got := (feed.Want{Types: c.types}).Has(c.event); got != c.want {
			t.Errorf("%v has %s: got %v", c.types, c.event, got)
		}
	}
}

func cmpText(a, b string) int {
	if a < b {
		return -1
	}
	return 1 // the same one twice is out of order
}
