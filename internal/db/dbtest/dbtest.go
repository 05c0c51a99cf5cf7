// SPDX-License-Identifier: Apache-2.0

// Package dbtest gives tests an empty, migrated database on each engine.
//
// SQLite lies in the test's temporary folder. PostgreSQL is a cluster of the
// test binary's own: made from the installed server programs in a temporary
// folder, on a free loopback port, as user postgres when the tests run as root
// (PostgreSQL refuses root), and stopped when the binary ends. A template is
// migrated once and copied for each test.
//
// Where no server is installed the PostgreSQL half is skipped and says so;
// MUSTER_TEST_REQUIRE=all makes that a failure.
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"

	"github.com/passmuster/muster/internal/db"
)

// Each runs a test on both engines; with -short, which the race detector's run is
// given, on one of them: which one hangs on the test's name, so about half of a
// package's tests run on each.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	engines(t, func(t *testing.T) { test(t, SQLite(t)) }, func(t *testing.T) { test(t, Open(t, db.Options{URL: PostgreSQL(t)})) })
}

// EachPlace is Each for who opens the database: a folder that is not there yet, and
// the URL of an empty database or "" for SQLite in the folder.
func EachPlace(t *testing.T, test func(t *testing.T, folder, url string)) {
	t.Helper()
	folder := func(t *testing.T) string { return filepath.Join(t.TempDir(), "data") }
	engines(t, func(t *testing.T) { test(t, folder(t), "") }, func(t *testing.T) { test(t, folder(t), PostgreSQL(t)) })
}

func engines(t *testing.T, sqlite, postgresql func(*testing.T)) {
	t.Helper()
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(t.Name())) // a hash does not fail
	one, second := testing.Short(), sum.Sum32()%2 == 1
	t.Run("sqlite", func(t *testing.T) {
		if one && second {
			t.Skip("-short runs this test on PostgreSQL")
		}
		sqlite(t)
	})
	t.Run("postgresql", func(t *testing.T) {
		if one && !second {
			t.Skip("-short runs this test on SQLite")
		}
		postgresql(t)
	})
}

// SQLite answers an empty database in a file of the test's own.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, db.Options{Path: filepath.Join(t.TempDir(), "muster.db")})
}

// Open opens a database and closes it when the test ends.
func Open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

var shared struct { // one cluster a test binary
	sync.Mutex
	cluster *cluster
	count   int
}

// PostgreSQL answers the URL of an empty, migrated database of the test's own;
// it skips the test where no server is installed.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil {
		bin, err := serverPrograms()
		if err != nil {
			leaveOut(t, err)
		}
		if shared.cluster, err = startCluster(bin); err != nil {
			t.Fatalf("start PostgreSQL: %v", err)
		}
		if err := shared.cluster.makeTemplate(); err != nil {
			t.Fatalf("make template: %v", err)
		}
	}
	shared.count++
	name := fmt.Sprintf("test_%d", shared.count)
	if err := shared.cluster.copyTemplate(name); err != nil {
		t.Fatal(err)
	}
	return shared.cluster.url(name)
}

// copyTemplate makes a database from the template. It tries again while the server
// has not taken leave of the connection that migrated it.
func (c *cluster) copyTemplate(name string) error {
	for tries := 1; ; tries++ {
		err := c.admin(fmt.Sprintf("CREATE DATABASE %s TEMPLATE muster_template", name)) // waits five seconds itself
		var refused *pgconn.PgError
		if tries == 10 || !errors.As(err, &refused) || refused.Code != "55006" { // object_in_use
			return err
		}
	}
}

func leaveOut(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("MUSTER_TEST_REQUIRE") == "all" {
		t.Fatal(err)
	}
	t.Skipf("left out: %v", err) // a machine without the server still tests the rest
}

func (c *cluster) makeTemplate() error {
	if err := c.admin("CREATE DATABASE muster_template"); err != nil {
		return err
	}
	d, err := db.Open(context.Background(), db.Options{URL: c.url("muster_template")})
	if err != nil {
		return err
	}
	return d.Close()
}

func (c *cluster) admin(query string) (err error) {
	conn, err := sql.Open("pgx", c.url("postgres"))
	if err != nil {
		return err
	}
	defer func() {
		if closed := conn.Close(); err == nil {
			err = closed
		}
	}()
	_, err = conn.ExecContext(context.Background(), query)
	return err
}
