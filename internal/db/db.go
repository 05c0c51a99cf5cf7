// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Engine is the database behind a DB.
type Engine string

// The engines.
const (
	PostgreSQL Engine = "postgresql"
	SQLite     Engine = "sqlite"
)

// ErrNoRow is answered where one row was asked for and there is none.
var ErrNoRow = errors.New("no such row")

// ErrLooking is answered to who would write in a database that was opened to
// look only.
var ErrLooking = errors.New("the database was opened to look only")

// Options say where the data is. URL wins when both are given.
type Options struct {
	Look bool   // change nothing: a file must be there, its schema stays, and writing fails with ErrLooking
	Path string // file of the SQLite database; its folder must exist
	URL  string // postgres://…
}

// backend is one engine.
type backend interface {
	begin(ctx context.Context, mode mode) (session, error)
	close() error
	migrating() (pool *sql.DB, done func() error, err error) // for migrations
}

// session is one running transaction on one connection.
type session interface {
	commit() error
	copyIn(ctx context.Context, table string, columns []string, values []any) error
	eachIn(ctx context.Context, scan func(Row) error, q inQuery) error
	exec(ctx context.Context, query string, args []any) (int64, error)
	execIn(ctx context.Context, statement string, fixed []any, values []int64) error
	query(ctx context.Context, query string, args []any) (rows, error)
	rollback()
}

// rows are read one after another, and closed before the next statement.
type rows interface {
	Row
	Close() error
	Err() error
	Next() bool
}

type mode int

const (
	modeRead mode = iota
	modeWrite
	modeAhead
	modeGlance
)

// DB is an open database. Its methods are safe for concurrent use.
type DB struct {
	backend backend
	engine  Engine
	ids     rising
	look    bool
}

// Open opens the database and brings its schema up to date. A schema that is
// newer than the program is refused (ErrNewer). With Look the schema may be any;
// Version tells, and a file that is not there is fs.ErrNotExist.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Look && o.URL == "" {
		if err := present(o.Path); err != nil {
			return nil, err
		}
	}
	d, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	if d.look = o.Look; d.look {
		return d, nil
	}
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// present answers nil for a file that SQLite would not have to make: it takes an
// empty one for a new database, and writes to it at once.
func present(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() == 0 {
		err = fmt.Errorf("%s is empty: %w", path, fs.ErrNotExist)
	}
	return err
}

func connect(ctx context.Context, o Options) (*DB, error) {
	if o.URL == "" {
		b, err := openSQLite(o.Path)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", o.Path, err)
		}
		return &DB{backend: b, engine: SQLite}, nil
	}
	if !strings.HasPrefix(o.URL, "postgres://") && !strings.HasPrefix(o.URL, "postgresql://") {
		return nil, errors.New("the database URL must begin with postgres://")
	}
	b, err := openPostgres(ctx, o.URL)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	return &DB{backend: b, engine: PostgreSQL}, nil
}

// Engine answers which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Close waits for running transactions and closes every connection.
func (d *DB) Close() error { return d.backend.close() }

// Read runs fn in a read-only transaction that sees one state throughout.
func (d *DB) Read(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return d.run(ctx, modeRead, fn)
}

// Glance runs fn without a transaction: each of its statements sees the state of
// its own moment. It is for what one statement answers, where opening and closing
// a transaction would cost as much again.
func (d *DB) Glance(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return d.run(ctx, modeGlance, fn)
}

// Write runs fn in a transaction that is durable when Write returns nil.
func (d *DB) Write(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return d.run(ctx, modeWrite, fn)
}

// WriteAhead runs fn in a transaction that becomes durable with the next Write.
func (d *DB) WriteAhead(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return d.run(ctx, modeAhead, fn)
}

// Ping answers nil when the database can be read.
func (d *DB) Ping(ctx context.Context) error {
	return d.Read(ctx, func(ctx context.Context, tx *Tx) error {
		var one int
		return tx.QueryRow(ctx, `SELECT 1`).Scan(&one)
	})
}

const attempts = 4 // at a transaction that PostgreSQL breaks off

func (d *DB) run(ctx context.Context, m mode, fn func(context.Context, *Tx) error) error {
	if d.look && (m == modeWrite || m == modeAhead) {
		return ErrLooking
	}
	var err error
	for range attempts {
		if err = d.once(ctx, m, fn); err == nil || !broken(err) {
			return err
		}
	}
	return err
}

func (d *DB) once(ctx context.Context, m mode, fn func(context.Context, *Tx) error) (err error) {
	s, err := d.backend.begin(ctx, m)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			s.rollback()
		}
	}()
	if err := fn(ctx, &Tx{ids: &d.ids, session: s}); err != nil {
		return err
	}
	done = true
	if err := s.commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// broken says whether PostgreSQL gave up a transaction that may be run again.
func broken(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// IsReferenced says whether err refuses to delete a row that others point to.
func IsReferenced(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23503"
	}
	const constraintForeignKey = 787
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code() == constraintForeignKey
}

// IsUnique says whether err is the breach of a unique index.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	const constraintPrimaryKey, constraintUnique = 1555, 2067
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code() == constraintUnique || lite.Code() == constraintPrimaryKey)
}
