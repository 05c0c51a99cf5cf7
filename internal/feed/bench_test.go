// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/feed"
)

const benched = 100_000 // entries

// fill writes entries as a busy workspace has them: eight in ten of pushes that changed
// no verdict, one of a push that did, one of somebody's action.
func fill(b *testing.B, h *house) {
	b.Helper()
	verdicts := make([]map[string]any, 12)
	for i := range verdicts {
		verdicts[i] = map[string]any{"changes": 0, "digest": fmt.Sprintf("%064d", i), "failing": i, "passing": 1000, "test": fmt.Sprintf("%024d", i), "version": 1}
	}
	turned := append([]map[string]any{{
		"changes": 2, "digest": fmt.Sprintf("%064d", 1), "failing": 2, "passing": 10, "test": "000000000000000000000000", "version": 1,
		"turn": map[string]any{"after": "NEEDS_ATTENTION", "before": "OK", "began": 2, "ended": 0, "failing": []int{1, 2}, "id": "1", "name": "Sized", "slug": "sized", "total": 12},
	}}, verdicts[1:]...)
	for from := 0; from < benched; from += 500 {
		h.ok(h.db.WriteAhead(b.Context(), func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < from+500; i++ {
				e := evidence.Entry{Actor: h.user, Kind: "user", Subject: evidence.Subject{ID: "1", Kind: "user", Name: "Bob"}, Body: map[string]any{"what": "role changed", "changes": []evidence.Change{{Field: "role", Before: "Viewer", After: "Admin"}}}}
				if i%10 > 0 {
					body := map[string]any{"cause": "push", "number": i, "received": 1000, "sync": fmt.Sprintf("%024d", i), "verdicts": verdicts}
					if i%10 == 1 {
						body["verdicts"] = turned
					}
					e = evidence.Entry{Actor: h.app, Kind: "sync", Subject: evidence.Subject{ID: string(h.servers.ID), Kind: "definition", Name: "Server"}, Body: body}
				}
				if err := evidence.Append(ctx, tx, h.now(), e); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	h.settle()
}

// BenchmarkAfter reads a page of 100 in the middle of 100,000 entries.
func BenchmarkAfter(b *testing.B) {
	each := func(b *testing.B, d *db.DB) {
		h := newHouse(b, d)
		h.push(1, 2)
		fill(b, h)
		for name, want := range map[string]feed.Want{
			"all": {}, "turned": {Types: []string{feed.StatusChanged}}, "seldom": {Types: []string{"user.role_changed"}}, "never": {Types: []string{"sla.created"}},
		} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					if _, _, err := h.feed.After(b.Context(), h.user.Workspace, feed.Cursor{Position: benched / 2}, want, 100); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("sqlite", func(b *testing.B) { each(b, dbtest.SQLite(b)) })
	b.Run("postgresql", func(b *testing.B) { each(b, dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)})) })
}
