// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer is answered when the schema was made by a newer program, which this
// one must not touch.
var ErrNewer = errors.New("the database was made by a newer version of muster")

const versionTable = "db_version"

// Version answers the schema's version, 0 for an empty database, and the newest
// one this program knows.
func (d *DB) Version(ctx context.Context) (current, known int64, err error) {
	if known, err = newest(); err != nil {
		return 0, 0, err
	}
	catalogue := `SELECT COUNT(*) FROM sqlite_master WHERE name = $1`
	if d.engine == PostgreSQL {
		catalogue = `SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass($1)`
	}
	err = d.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var tables int
		if err := tx.QueryRow(ctx, catalogue, versionTable).Scan(&tables); err != nil || tables == 0 {
			return err
		}
		return tx.QueryRow(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM db_version`).Scan(&current)
	})
	return current, known, err
}

func newest() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	last := strings.TrimPrefix(names[len(names)-1], "migrations/")
	var version int64
	_, err = fmt.Sscanf(last, "%d_", &version)
	return version, err
}

func (d *DB) migrate(ctx context.Context) (err error) {
	current, known, err := d.Version(ctx)
	switch {
	case err != nil:
		return err
	case current == known:
		return nil
	case current > known:
		return fmt.Errorf("%w: its schema is version %d, this program knows %d", ErrNewer, current, known)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if d.engine == PostgreSQL { // replicas that start together wait for one another
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	pool, done, err := d.backend.migrating()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	provider, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		if now, _, again := d.Version(ctx); again == nil && now == known {
			return nil // another process on the same file was faster
		}
		return fmt.Errorf("migrate from version %d to %d: %w", current, known, err)
	}
	return nil
}
