// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// What features read rows into and pass as arguments, on both engines alike.
func TestScanAndArguments(t *testing.T) {
	type word string
	type row struct {
		Text     word
		Number   int
		Small    uint8
		Wide     int64
		Truth    bool
		Bytes    []byte
		Nothing  sql.NullString
		Absent   *int64
		Present  *word
		Fraction float64
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		present := word("there")
		want := row{Text: "a", Number: 7, Small: 3, Wide: 1 << 40, Truth: true, Bytes: []byte{0, 1, 255}, Present: &present, Fraction: 0.5}
		ask := func(ctx context.Context, tx *db.Tx) error {
			var got row
			err := tx.QueryRow(ctx, `
				SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), 1 = $4, COALESCE((SELECT leaf FROM evidence_entry WHERE id = ''), $5), CAST($6 AS TEXT),
					CAST($7 AS BIGINT), CAST($8 AS TEXT), CAST($9 AS DOUBLE PRECISION), CAST($10 AS BIGINT)`,
				want.Text, want.Number, want.Wide, 1, want.Bytes, want.Nothing, want.Absent, want.Present, want.Fraction, int64(want.Small),
			).Scan(&got.Text, &got.Number, &got.Wide, &got.Truth, &got.Bytes, &got.Nothing, &got.Absent, &got.Present, &got.Fraction, &got.Small)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			return err
		}
		for name, run := range map[string]func(context.Context, func(context.Context, *db.Tx) error) error{"glance": d.Glance, "read": d.Read, "write": d.Write} {
			if err := run(t.Context(), ask); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := d.Glance(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			var number int64
			if err := tx.QueryRow(ctx, `SELECT CAST(NULL AS BIGINT)`).Scan(&number); err == nil {
				t.Error("NULL was read as a number")
			}
			return tx.QueryRow(ctx, `SELECT name FROM workspace WHERE id = $1`, "nobody").Scan(&number)
		})
		if !errors.Is(err, db.ErrNoRow) {
			t.Errorf("got %v, want ErrNoRow", err)
		}
	})
}

// A list of values is asked for in parts, and what each part answers is read.
func TestEachIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var values []int64
		for i := range int64(1234) {
			values = append(values, i)
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, value := range values {
				if _, err := tx.Exec(ctx, `INSERT INTO workspace_counter (name, value) VALUES ($1, $2)`, fmt.Sprint("each", value), value); err != nil {
					return err
				}
			}
			seen := map[int64]int64{}
			err := tx.EachIn(ctx, func(row db.Row) error {
				var before, after int64
				err := row.Scan(&before, &after)
				seen[before] = after
				return err
			}, `UPDATE workspace_counter SET value = value + $1 WHERE name LIKE 'each%' AND value IN (`, ` RETURNING value - $1, value`,
				[]any{int64(5000)}, append(values[:1000:1000], 7_000_000))
			for before, after := range seen {
				if after != before+5000 {
					t.Errorf("%d became %d", before, after)
				}
			}
			if len(seen) != 1000 {
				t.Errorf("%d rows were answered, want 1000", len(seen))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
