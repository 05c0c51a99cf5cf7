// SPDX-License-Identifier: Apache-2.0

package facet_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/facet"
)

const table facet.Table = "facet_row"

type row struct{ definition, item, facet int64 }

// open makes a view of the least columns.
func open(t *testing.T, d *db.DB) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, statement := range []string{
			`CREATE TABLE facet_row (definition BIGINT NOT NULL, item BIGINT NOT NULL, workspace BIGINT NOT NULL, facet BIGINT NOT NULL,
				PRIMARY KEY (definition, item))`,
			`CREATE INDEX facet_row_facet ON facet_row (definition, facet, item)`,
			`CREATE TABLE facet_row_tally (workspace BIGINT NOT NULL, definition BIGINT NOT NULL, facet BIGINT NOT NULL, amount BIGINT NOT NULL,
				PRIMARY KEY (workspace, definition, facet))`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

type fatal interface {
	Fatalf(format string, args ...any)
	Helper()
	Context() context.Context
}

func write(t fatal, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatalf("%v", err)
	}
}

func fill(t fatal, d *db.DB, rows []row) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, statement := range []string{`DELETE FROM facet_row`, `DELETE FROM facet_row_tally`} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		var values []any
		deltas := facet.Deltas{}
		for _, r := range rows {
			values = append(values, r.definition, r.item, int64(1), r.facet)
			deltas.Move(r.definition, 99, r.facet) // comes from another facet
			deltas.Move(r.definition, -1, 99)      // that it was in for a moment
		}
		if err := tx.InsertMany(ctx, "facet_row", []string{"definition", "item", "workspace", "facet"}, values); err != nil {
			return err
		}
		return table.Apply(ctx, tx, 1, deltas)
	})
}

// collect walks to the end in steps of n.
func collect(t fatal, d *db.DB, after facet.Key, n int, wanted func(facet.Count) bool) (keys []facet.Key) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		keys = nil
		walk, err := table.Walk(ctx, tx, 1, after, wanted)
		for err == nil {
			var some []facet.Key
			if some, err = walk.Next(ctx, tx, n); len(some) == 0 {
				break
			}
			keys = append(keys, some...)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return keys
}

func filtered(rows []row, after facet.Key, facets map[int64]bool) (keys []facet.Key) {
	for _, r := range rows {
		if key := (facet.Key{Definition: r.definition, Item: r.item}); facets[r.facet] && key.Compare(after) > 0 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, facet.Key.Compare)
	return keys
}

// TestWalk compares walks over random rows with a filter over all of them.
func TestWalk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		open(t, d)
		rapid.Check(t, func(r *rapid.T) {
			var rows []row
			for definition := range int64(3) {
				for item := range rapid.Int64Range(0, 40).Draw(r, "items") {
					rows = append(rows, row{definition + 1, item + 1, rapid.Int64Range(0, 4).Draw(r, "facet")})
				}
			}
			fill(r, d, rows)
			wanted := rapid.MapOf(rapid.Int64Range(0, 4), rapid.Just(true)).Draw(r, "wanted")
			after := facet.Key{Definition: rapid.Int64Range(0, 4).Draw(r, "definition"), Item: rapid.Int64Range(0, 41).Draw(r, "item")}
			n := rapid.IntRange(1, 50).Draw(r, "n")
			got := collect(r, d, after, n, func(c facet.Count) bool { return wanted[c.Facet] })
			if diff := cmp.Diff(filtered(rows, after, wanted), got); diff != "" {
				r.Fatalf("-want +got:\n%s", diff)
			}
		})
	})
}

// TestLarge goes each of the ways: through rows that are mostly wanted, first and
// last, and merged where few of many are.
func TestLarge(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		open(t, d)
		var rows []row
		for item := range int64(20_000) {
			f := int64(1)
			switch {
			case item%7 == 0:
				f = 2
			case item >= 14_000:
				f = 3
			}
			rows = append(rows, row{5, item + 1, f})
		}
		fill(t, d, rows)
		for _, wanted := range []map[int64]bool{{1: true}, {2: true}, {3: true}, {1: true, 3: true}, {2: true, 3: true}, {1: true, 2: true, 3: true}, {4: true}} {
			for _, n := range []int{250, 3000} {
				got := collect(t, d, facet.Key{Definition: 5, Item: 100}, n, func(c facet.Count) bool { return wanted[c.Facet] })
				if diff := cmp.Diff(filtered(rows, facet.Key{Definition: 5, Item: 100}, wanted), got); diff != "" {
					t.Errorf("%v by %d (-want +got):\n%.300s", wanted, n, diff)
				}
			}
		}
	})
}

// TestCounts counts what was moved, and forgets a facet that is empty only where
// it is asked for rows.
func TestCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		open(t, d)
		fill(t, d, []row{{1, 1, 0}, {1, 2, 0}, {2, 1, 3}})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			deltas := facet.Deltas{}
			deltas.Move(1, 0, 3)
			deltas.Move(2, 3, 3)
			return table.Apply(ctx, tx, 1, deltas)
		})
		var got []facet.Count
		if err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			got, err = table.Counts(ctx, tx, 1, nil)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]facet.Count{{Definition: 1, Facet: 0, Rows: 1}, {Definition: 1, Facet: 3, Rows: 1}, {Definition: 2, Facet: 3, Rows: 1}}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
