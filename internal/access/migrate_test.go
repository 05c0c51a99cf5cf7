// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db/dbtest"
)

// run executes a migration's statements one by one.
func run(t *testing.T, d *sql.DB, file string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "db", "migrations", file))
	if err != nil {
		t.Fatal(err)
	}
	for statement := range strings.SplitSeq(string(text), ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := d.Exec(statement); err != nil {
			t.Fatalf("%s: %v in %s", file, err, statement)
		}
	}
}

// TestMigrationKeepsUsers: users of before become active, and their passwords
// move out.
func TestMigrationKeepsUsers(t *testing.T) {
	test := func(t *testing.T, driver, source, first string) {
		d, err := sql.Open(driver, source)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}()
		d.SetMaxOpenConns(1) // the settings of first are the connection's
		if _, err := d.Exec(first); err != nil {
			t.Fatal(err)
		}
		run(t, d, "0001_workspace.sql")
		run(t, d, "0002_access.sql")
		if _, err := d.Exec(`
			INSERT INTO workspace (number, id, slug, name, created_at) VALUES (1, 'w', 'default', 'Default', 0);
			INSERT INTO access_user (id, workspace, email, email_key, password_hash, role, created_at, updated_at) VALUES
				('a', 1, 'Ada@example.com', 'ada@example.com', '$argon2id$x', '0000005ddeface0000000001', 5, 7),
				('b', 1, 'bob@example.com', 'bob@example.com', '', '0000005ddeface0000000003', 6, 6)`); err != nil {
			t.Fatal(err)
		}
		run(t, d, "0007_access.sql")
		var users string
		rows, err := d.Query(`
			SELECT u.id, u.email, u.email_key, u.name, u.role, u.status, u.source, u.created_at, u.updated_at, u.activated_at,
				COALESCE(p.hash, ''), COALESCE(p.changed_at, 0), COALESCE(p.workspace, 0)
			FROM access_user u LEFT JOIN signin_password p ON p.user_id = u.id ORDER BY u.id`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			values := make([]string, 13)
			places := make([]any, len(values))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				t.Fatal(err)
			}
			users += strings.Join(values, " ") + "\n"
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		want := "a Ada@example.com ada@example.com  0000005ddeface0000000001 active VANTA 5 7 5 $argon2id$x 7 1\n" +
			"b bob@example.com bob@example.com  0000005ddeface0000000003 active VANTA 6 6 6  0 0\n"
		if diff := cmp.Diff(want, users); diff != "" {
			t.Error(diff)
		}
		// The password goes with its user.
		if _, err := d.Exec(`DELETE FROM access_user WHERE id = 'a'`); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.QueryRow(`SELECT COUNT(*) FROM signin_password`).Scan(&left); err != nil || left != 0 {
			t.Errorf("got %d, %v; want no password", left, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		test(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "old.db"), `PRAGMA foreign_keys = ON`)
	})
	t.Run("postgresql", func(t *testing.T) {
		test(t, "pgx", dbtest.PostgreSQL(t), `CREATE SCHEMA old; SET search_path TO old`)
	})
}
