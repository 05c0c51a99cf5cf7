// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// lived is a house in which a test has seen seven days, of which the last is today.
func lived(t *testing.T, d *db.DB) (h *house, made assessment.Test) {
	t.Helper()
	h = newHouse(t, d)
	day := func() { h.clock = h.clock.Add(24 * time.Hour) }
	h.push(server("a", true, 16384), server("b", true, 1))
	day()
	made = h.create(form("Sized", `"slug":"sized","freshness":"30h"`, sized)) // b fails
	day()                                                                     // nothing happens
	day()
	h.push(server("a", true, 1), server("b", true, 16384), server("c", true, 1)) // a and c fail, b does not
	h.push(server("a", true, 16384), server("b", true, 16384))                   // and then nothing does
	day()
	_, err := h.tests.Deactivate(t.Context(), h.manager, "sized", assessment.Pause{Reason: "for now"})
	h.ok(err)
	day()
	_, err = h.tests.Reactivate(t.Context(), h.manager, "sized")
	h.ok(err)
	day()
	h.push(server("a", true, 16384), server("b", true, 1))
	return h, made
}

func TestHistoryOfATest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, made := lived(t, d)
		_, days, err := h.tests.History(t.Context(), h.manager, made.ID, 8)
		h.ok(err)
		var got []string
		for _, day := range days {
			got = append(got, fmt.Sprintf("%s failing %d began %d ended %d stale %t", day.Status, day.Counts[assessment.Failing], day.Began, day.Ended, day.Stale))
		}
		want := []string{
			" failing 0 began 0 ended 0 stale false", // before the first push
			" failing 0 began 0 ended 0 stale false", // before there was a test
			"NEEDS_ATTENTION failing 1 began 1 ended 0 stale true",
			"NEEDS_ATTENTION failing 1 began 0 ended 0 stale true",
			"OK failing 0 began 2 ended 3 stale false",
			"DEACTIVATED failing 0 began 0 ended 0 stale false",
			"OK failing 0 began 0 ended 0 stale true",
			"NEEDS_ATTENTION failing 1 began 1 ended 0 stale false",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("days (-want +got):\n%s", diff)
		}
	})
}

func TestLifeOfARecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := lived(t, d)
		life := func(unique string) string {
			list, _, err := h.records.Browse(t.Context(), h.manager, h.servers.ID, resource.RecordQuery{Begins: unique, Limit: 1})
			h.ok(err)
			if len(list) == 0 {
				list, _, err = h.records.Browse(t.Context(), h.manager, h.servers.ID, resource.RecordQuery{Begins: unique, Gone: true, Limit: 1})
				h.ok(err)
			}
			lives, err := h.tests.RecordLife(t.Context(), h.manager, string(h.servers.ID), list[0].EntityID)
			h.ok(err)
			var words []string
			for _, one := range lives {
				for _, s := range one.Spans {
					words = append(words, fmt.Sprintf("%s %d-%d", s.Outcome, s.From, s.To))
					if (s.To == 0) != (s.ToAt == nil) || s.FromAt == 0 {
						t.Errorf("%s: got times %d and %v", unique, s.FromAt, s.ToAt)
					}
				}
			}
			return strings.Join(words, ", ")
		}
		// 1: a push; 2: the test; 3 and 4: pushes; 5: it is off; 6: it is on; 7: a push.
		for unique, want := range map[string]string{
			"a": "PASSING 6-0, PASSING 4-5, FAILING 3-4, PASSING 2-3",
			"b": "FAILING 7-0, PASSING 6-7, PASSING 3-5, FAILING 2-3",
			"c": "FAILING 3-4",
		} {
			if got := life(unique); got != want {
				t.Errorf("%s: got %s, want %s", unique, got, want)
			}
		}
	})
}

func TestValuesOfAField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 4, `"tags":["x","y"]`), server("b", true, 8, `"tags":["y"]`, `"tier":"gold"`), server("c", false, 8, `"tier":"tin"`))
		for _, step := range []struct{ path, part, want string }{
			{"memory", "", "8:2 4:1"},
			{"customProperties.memory", "4", "4:1"},
			{"active", "", "true:2 false:1"},
			{"tags", "", `"y":2 "x":1`},
			{"tier", "OL", `"gold":1`},
			{"uniqueId", "", `"a":1 "b":1 "c":1`},
			{"id", "", ""},
		} {
			v, err := h.tests.Values(t.Context(), h.manager, string(h.servers.ID), step.path, step.part)
			h.ok(err)
			var got []string
			for _, one := range v.List {
				got = append(got, fmt.Sprintf("%s:%d", one.Value, one.Count))
			}
			if text := strings.Join(got, " "); text != step.want || v.Sampled || v.Records != 3 {
				t.Errorf("%s %q: got %s of %d, sampled %t; want %s", step.path, step.part, text, v.Records, v.Sampled, step.want)
			}
		}
		if _, err := h.tests.Values(t.Context(), h.manager, string(h.servers.ID), "memori", ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a field that is not there: got %v", err)
		}
	})
}
