// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/sla"
)

// reminded runs the pass twice and answers what the trail says of failures by then.
func (h *house) reminded() (list []string) {
	h.t.Helper()
	for range 2 { // the second time says nothing more
		h.ok(h.tests.Remind(h.t.Context()))
	}
	if has, err := h.tests.HasReminders(h.t.Context()); err != nil || has {
		h.t.Errorf("there is more to say: %v, %v", has, err)
	}
	for _, body := range h.evidence("remediation") {
		sample, _ := body["sample"].([]any)
		names := []string{}
		for _, one := range sample {
			names = append(names, one.(map[string]any)["name"].(string))
		}
		list = append(list, fmt.Sprintf("%s %v %v", body["what"], body["count"], names))
	}
	return list
}

// TestReminders holds that each failure is told of as due soon once and as overdue once,
// in one entry of all that are it at the time, and anew when it fails anew.
func TestReminders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := clocked(t, d)
		two := int64(2 * 3_600_000)
		soon := &two
		_, err := h.slas.Configure(t.Context(), h.manager, sla.SettingsChange{DueSoon: &soon})
		h.ok(err)
		h.push(server("a", true, 1), server("b", true, 1), server("c", true, 9000))
		h.same("at once", h.reminded(), []string(nil))
		h.pass(8*time.Hour + time.Minute)
		want := []string{"due soon 2 [name of a name of b]"}
		h.same("eight hours later", h.reminded(), want)
		h.push(server("a", true, 9000), server("b", true, 2), server("c", true, 1))
		h.pass(2 * time.Hour)
		want = append(want, "overdue 1 [name of b]")
		h.same("ten hours later", h.reminded(), want)
		h.push(server("a", true, 1), server("b", true, 1), server("c", true, 1)) // a fails anew
		h.pass(time.Hour)
		h.same("a while later", h.reminded(), want)
		h.pass(9 * time.Hour)
		want = append(want, "overdue 1 [name of c]", "due soon 1 [name of a]")
		h.same("at last", h.reminded(), want)
	})
}

// TestSources holds that a source is told of once when it becomes stale and once when it
// is fresh again, by the strictest of its tests, and that what is stale at first is not.
func TestSources(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(server("a", true, 9000))
		h.create(form("daily", sized, `"freshness":"1d"`))
		h.create(form("lax", sized, `"freshness":"3d"`))
		said := func(want ...string) {
			t.Helper()
			for range 2 {
				h.ok(h.tests.Sources(t.Context()))
			}
			if has, err := h.tests.HasTurnedSources(t.Context()); err != nil || has {
				t.Errorf("there is more to say: %v, %v", has, err)
			}
			var got []string
			for _, body := range h.evidence("source") {
				got = append(got, body["what"].(string))
			}
			h.same("said", got, want)
		}
		h.pass(48 * time.Hour)
		said() // stale from the beginning
		h.push(server("a", true, 9000))
		said("fresh")
		h.pass(23 * time.Hour)
		said("fresh")
		h.pass(2 * time.Hour)
		said("fresh", "stale")
		h.push(server("a", true, 9000))
		said("fresh", "stale", "fresh")
	})
}
