// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// A table that has filled is looked at once, and not again before it has grown
// by as much.
func TestAnalyze(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		fill(t, d, 0, 400)
		if due, err := d.HasGrown(ctx); err != nil || due != (d.Engine() == db.PostgreSQL) {
			t.Fatalf("after 400 rows: due %v, %v", due, err)
		}
		if err := d.Analyze(ctx); err != nil {
			t.Fatal(err)
		}
		fill(t, d, 400, 100)
		if due, err := d.HasGrown(ctx); err != nil || due {
			t.Errorf("after 100 more: due %v, %v", due, err)
		}
	})
}

// fill inserts rows and has PostgreSQL count them without waiting for its own
// moment to do so.
func fill(t *testing.T, d *db.DB, from, count int) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var values []any
		for i := range count {
			values = append(values, fmt.Sprintf("c%d", from+i), int64(i))
		}
		if err := tx.InsertMany(ctx, "workspace_counter", []string{"name", "value"}, values); err != nil {
			return err
		}
		if d.Engine() != db.PostgreSQL {
			return nil
		}
		_, err := tx.Exec(ctx, "SELECT pg_stat_force_next_flush()")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
