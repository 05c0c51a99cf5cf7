// SPDX-License-Identifier: Apache-2.0

package test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

const reference = "../docs/reference"

// golden compares a text with the file that is kept, or writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(reference, name)
	if os.Getenv("MUSTER_GOLDEN") == "update" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // it is a source file
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the code makes; -kept +made:\n%s", path, diff)
	}
}

// What the program serves as its API is what docs/reference shows.
func TestGoldenDocument(t *testing.T) {
	t.Parallel()
	s := place{data: t.TempDir()}.serve(t)
	golden(t, "openapi.json", s.call(t, "GET", "/openapi.json", "").text+"\n")
}

// The whole schema after every migration. SQLite keeps the statements as they
// were written, comments included.
func TestGoldenSchemaSQLite(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	var out strings.Builder
	out.WriteString("-- The schema of the SQLite database, as it keeps it itself. Made by `make golden`.\n")
	for _, row := range query(t, d, `
		SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
		ORDER BY tbl_name, type DESC, name`) {
		fmt.Fprintf(&out, "\n%s;\n", row)
	}
	golden(t, "schema.sqlite.sql", out.String())
}

// The same from PostgreSQL's catalogue.
func TestGoldenSchemaPostgreSQL(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.Options{URL: dbtest.PostgreSQL(t)})
	var out strings.Builder
	out.WriteString("-- The schema of the PostgreSQL database, by its catalogue. Made by `make golden`.\n")
	for _, table := range query(t, d, `
		SELECT relname FROM pg_catalog.pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`) {
		var lines []string
		lines = append(lines, query(t, d, `
			SELECT attname || ' ' || upper(format_type(atttypid, atttypmod)) || CASE WHEN attidentity <> '' THEN ' IDENTITY' ELSE '' END ||
				CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END || COALESCE(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
			FROM pg_catalog.pg_attribute LEFT JOIN pg_catalog.pg_attrdef ON adrelid = attrelid AND adnum = attnum
			WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, table)...)
		lines = append(lines, query(t, d, `
			SELECT pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint
			WHERE conrelid = to_regclass($1) AND contype IN ('c', 'f', 'p', 'u')
			ORDER BY position(contype in 'pufc'), pg_get_constraintdef(oid)`, table)...)
		fmt.Fprintf(&out, "\nCREATE TABLE %s (\n\t%s\n);\n", table, strings.Join(lines, ",\n\t"))
		for _, index := range query(t, d, `
			SELECT pg_get_indexdef(indexrelid) FROM pg_catalog.pg_index
			WHERE indrelid = to_regclass($1) AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
			ORDER BY 1`, table) {
			fmt.Fprintf(&out, "%s;\n", strings.ReplaceAll(index, "public.", ""))
		}
	}
	golden(t, "schema.postgresql.sql", out.String())
}

// query answers rows of one text each.
func query(t *testing.T, d *db.DB, text string, args ...any) (all []string) {
	t.Helper()
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		all = nil
		return tx.Each(ctx, func(row db.Row) error {
			var one string
			err := row.Scan(&one)
			all = append(all, one)
			return err
		}, text, args...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
