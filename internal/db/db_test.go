// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

func TestTransactions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		put := func(ctx context.Context, tx *db.Tx) error {
			return tx.ExecOne(ctx, `INSERT INTO workspace_counter (name, value) VALUES ($1, $2)`, "a", int64(1))
		}
		if err := d.Write(ctx, put); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, put); !db.IsUnique(err) {
			t.Errorf("got %v, want the breach of a unique index", err)
		}
		boom := errors.New("boom")
		err := d.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.ExecOne(ctx, `UPDATE workspace_counter SET value = 9 WHERE name = $1`, "a"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("got %v, want boom", err)
		}
		var value int64
		read := func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT value FROM workspace_counter WHERE name = $1`, "a").Scan(&value)
		}
		if err := d.Read(ctx, read); err != nil || value != 1 {
			t.Errorf("got %d, %v; want 1: the failed transaction left something", value, err)
		}
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.ExecOne(ctx, `UPDATE workspace_counter SET value = 2 WHERE name = $1`, "none")
		})
		if !errors.Is(err, db.ErrNoRow) {
			t.Errorf("got %v, want ErrNoRow", err)
		}
	})
}

func TestInsertMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const rows = 173 // 3 × 50, 2 × 10, 3 × 1
		var values []any
		for i := range int64(rows) {
			values = append(values, int64(7), i, "note\n\\.\t\x01", i)
		}
		err := d.WriteAhead(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.InsertMany(ctx, "evidence_checkpoint", []string{"workspace", "size", "note", "created_at"}, values)
		})
		if err != nil {
			t.Fatal(err)
		}
		var count, sum int64
		var note string
		err = d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT COUNT(*), CAST(SUM(size) AS BIGINT), MAX(note) FROM evidence_checkpoint`).Scan(&count, &sum, &note)
		})
		if err != nil || count != rows || sum != rows*(rows-1)/2 || note != "note\n\\.\t\x01" {
			t.Errorf("got %d rows, sum %d, note %q, %v", count, sum, note, err)
		}
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "muster.db")
	d := dbtest.Open(t, db.Options{Path: path})
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO db_version (version_id, is_applied) VALUES (99999, TRUE)`)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), db.Options{Path: path}); !errors.Is(err, db.ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
}

func TestLookChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "muster.db")
	if _, err := db.Open(t.Context(), db.Options{Look: true, Path: path}); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v, want fs.ErrNotExist", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Fatalf("got %v, %v; want that nothing was made", left, err)
	}
	look(t, db.Options{Path: path})
	t.Run("postgresql", func(t *testing.T) { look(t, db.Options{URL: dbtest.PostgreSQL(t)}) })
}

// look makes a database whose schema is old, and looks at it.
func look(t *testing.T, o db.Options) {
	t.Helper()
	old := dbtest.Open(t, o)
	err := old.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM db_version WHERE version_id > 1`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Look = true
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if current, known, err := d.Version(t.Context()); err != nil || current != 1 || known <= 1 {
		t.Errorf("got version %d of %d, %v; want 1 of more", current, known, err)
	}
	for name, write := range map[string]func(context.Context, func(context.Context, *db.Tx) error) error{"write": d.Write, "write ahead": d.WriteAhead} {
		if err := write(t.Context(), func(context.Context, *db.Tx) error { return nil }); !errors.Is(err, db.ErrLooking) {
			t.Errorf("%s: got %v, want ErrLooking", name, err)
		}
	}
}

func TestIDsSortByTime(t *testing.T) {
	now := time.UnixMilli(1_790_000_000_000)
	a, b := db.NewID(now), db.NewID(now.Add(time.Millisecond))
	if a[:12] >= b[:12] || !db.ValidID(a) || !db.ValidID(b) {
		t.Errorf("got %s and %s, want two rising ids of 24 hex digits", a, b)
	}
}

// TestIDsOfOneDatabaseRise holds that the ids that transactions get stand in the
// order in which they got them, unless the clock was set back.
func TestIDsOfOneDatabaseRise(t *testing.T) {
	d := dbtest.SQLite(t)
	start := time.UnixMilli(1_790_000_000_000)
	last := ""
	next := func(now time.Time) string {
		t.Helper()
		var id string
		err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
			id = tx.NewID(now)
			return nil
		})
		if err != nil || !db.ValidID(id) {
			t.Fatalf("got %q, %v", id, err)
		}
		return id
	}
	for _, after := range []time.Duration{0, 0, 0, time.Millisecond, 0, time.Second, -time.Second, 0} {
		id := next(start.Add(after))
		if id <= last || id[:12] < db.NewID(start.Add(after))[:12] {
			t.Errorf("%s follows %s, %s after the start", id, last, after)
		}
		last = id
	}
	if id := next(start.Add(-time.Hour)); id >= last {
		t.Errorf("%s follows %s where the clock was set back by an hour", id, last)
	}
}
