// SPDX-License-Identifier: Apache-2.0

package review_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/review"
)

// TestReminders holds that a review is told of once as due soon and once as overdue, and
// anew when it gets another due date.
func TestReminders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		said := func(want ...string) {
			t.Helper()
			for range 2 {
				h.ok(h.reviews.Remind(t.Context()))
			}
			var got []string
			h.ok(h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				got = nil
				return tx.Each(ctx, func(row db.Row) error {
					var action string
					err := row.Scan(&action)
					got = append(got, action)
					return err
				}, `SELECT action FROM evidence_entry WHERE action IN ('access_review.due_soon', 'access_review.overdue') ORDER BY id`)
			}))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		system := h.system("Console")
		h.push(system, "a")
		r := h.started("Quarterly", review.SystemForm{Resource: system.ID, Reviewer: h.admin.ID})
		said()
		due := func(in time.Duration) {
			t.Helper()
			at := h.clock.Add(in)
			to := &at
			_, err := h.reviews.Edit(t.Context(), h.admin, r.ID, review.Form{DueAt: &to})
			h.ok(err)
		}
		due(30 * 24 * time.Hour)
		said()
		h.clock = h.clock.Add(24 * 24 * time.Hour)
		said("access_review.due_soon")
		h.clock = h.clock.Add(7 * 24 * time.Hour)
		said("access_review.due_soon", "access_review.overdue")
		due(48 * time.Hour)
		said("access_review.due_soon", "access_review.overdue", "access_review.due_soon")
	})
}
