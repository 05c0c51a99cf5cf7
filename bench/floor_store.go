// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/url"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

const floorTable = `CREATE TABLE record (number %s, definition BIGINT NOT NULL, unique_id TEXT NOT NULL, digest %s NOT NULL,
	document TEXT NOT NULL, UNIQUE (definition, unique_id))`

// floorInsertRows is how many rows one INSERT carries on SQLite.
const floorInsertRows = 50

// floorSQLite has the same pragmas as internal/db.
type floorSQLite struct {
	db     *sql.DB
	writer sync.Mutex
}

func openFloorSQLite(ctx context.Context, path string) (*floorSQLite, error) {
	pragmas := url.Values{"_pragma": {
		"busy_timeout(30000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"mmap_size(268435456)", "journal_size_limit(67108864)", "wal_autocheckpoint(1000)",
		"cache_size(-16384)", "temp_store(MEMORY)",
	}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(8)
	create := strings.NewReplacer("number %s", "number INTEGER PRIMARY KEY", "%s", "BLOB").Replace(floorTable)
	_, err = db.ExecContext(ctx, create)
	return &floorSQLite{db: db}, err
}

func (s *floorSQLite) known(ctx context.Context, definition int64) (known map[string]digest, err error) {
	known = map[string]digest{}
	rows, err := s.db.QueryContext(ctx, `SELECT unique_id, digest FROM record WHERE definition = ?`, definition)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var id, sum sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &sum); err != nil {
			return nil, err
		}
		known[string(id)] = digest(sum)
	}
	return known, rows.Err()
}

func (s *floorSQLite) page(ctx context.Context, definition, after int64, w io.Writer) (err error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT document FROM record WHERE +definition = ? AND number > ? ORDER BY number LIMIT 100`, definition, after)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var document sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&document); err != nil {
			return err
		}
		if _, err := w.Write(document); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *floorSQLite) each(ctx context.Context, definition int64, fn func([]byte)) (err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT document FROM record WHERE definition = ?`, definition)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var document sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&document); err != nil {
			return err
		}
		fn(document)
	}
	return rows.Err()
}

func (s *floorSQLite) write(ctx context.Context, definition int64, batches <-chan []record) error {
	first, any := <-batches
	if !any {
		return nil // nothing is different
	}
	s.writer.Lock()
	defer s.writer.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing is left to roll back after a commit
	w := &floorWriter{definition: definition, tx: tx}
	if err := w.prepare(ctx); err != nil {
		return err
	}
	for batch := first; batch != nil; batch = <-batches {
		if err := w.take(ctx, batch); err != nil {
			return err
		}
	}
	if err := w.flush(ctx, 1); err != nil {
		return err
	}
	return tx.Commit()
}

// floorWriter is one transaction on SQLite.
type floorWriter struct {
	definition        int64
	many, one, update *sql.Stmt
	tx                *sql.Tx
	values            []any
}

func (w *floorWriter) prepare(ctx context.Context) (err error) {
	const insert, row = `INSERT INTO record (definition, unique_id, digest, document) VALUES `, `(?,?,?,?)`
	if w.many, err = w.tx.PrepareContext(ctx, insert+strings.Repeat(row+",", floorInsertRows-1)+row); err != nil {
		return err
	}
	if w.one, err = w.tx.PrepareContext(ctx, insert+row); err != nil {
		return err
	}
	w.update, err = w.tx.PrepareContext(ctx, `UPDATE record SET digest = ?, document = ? WHERE definition = ? AND unique_id = ?`)
	return err
}

func (w *floorWriter) take(ctx context.Context, batch []record) error {
	for _, r := range batch {
		if r.known {
			if _, err := w.update.ExecContext(ctx, r.digest[:], string(r.document), w.definition, r.uniqueID); err != nil {
				return err
			}
			continue
		}
		w.values = append(w.values, w.definition, r.uniqueID, r.digest[:], string(r.document))
	}
	return w.flush(ctx, floorInsertRows)
}

// flush inserts while at least a number of rows wait.
func (w *floorWriter) flush(ctx context.Context, atLeast int) error {
	const width = 4
	stmt := w.many
	if atLeast == 1 {
		stmt = w.one
	}
	for len(w.values) >= atLeast*width {
		if _, err := stmt.ExecContext(ctx, w.values[:atLeast*width]...); err != nil {
			return err
		}
		w.values = w.values[atLeast*width:]
	}
	return nil
}

// floorPostgres copies.
type floorPostgres struct{ pool *pgxpool.Pool }

func openFloorPostgres(ctx context.Context, address string) (*floorPostgres, error) {
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, err
	}
	create := strings.NewReplacer("number %s", "number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "%s", "BYTEA").Replace(floorTable)
	_, err = pool.Exec(ctx, create)
	return &floorPostgres{pool}, err
}

func (s *floorPostgres) known(ctx context.Context, definition int64) (map[string]digest, error) {
	known := map[string]digest{}
	rows, err := s.pool.Query(ctx, `SELECT unique_id, digest FROM record WHERE definition = $1`, definition)
	if err != nil {
		return nil, err
	}
	var id string
	var sum []byte
	_, err = pgx.ForEachRow(rows, []any{&id, (*pgtype.DriverBytes)(&sum)}, func() error {
		known[id] = digest(sum)
		return nil
	})
	return known, err
}

func (s *floorPostgres) page(ctx context.Context, definition, after int64, w io.Writer) error {
	rows, err := s.pool.Query(ctx, `
		SELECT document FROM record WHERE +definition = $1 AND number > $2 ORDER BY number LIMIT 100`, definition, after)
	if err != nil {
		return err
	}
	var document []byte
	_, err = pgx.ForEachRow(rows, []any{(*pgtype.DriverBytes)(&document)}, func() error {
		_, err := w.Write(document)
		return err
	})
	return err
}

func (s *floorPostgres) each(ctx context.Context, definition int64, fn func([]byte)) error {
	rows, err := s.pool.Query(ctx, `SELECT document FROM record WHERE definition = $1`, definition)
	if err != nil {
		return err
	}
	var document []byte
	_, err = pgx.ForEachRow(rows, []any{(*pgtype.DriverBytes)(&document)}, func() error {
		fn(document)
		return nil
	})
	return err
}

func (s *floorPostgres) write(ctx context.Context, definition int64, batches <-chan []record) error {
	first, any := <-batches
	if !any {
		return nil
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		source := &copySource{batch: first, batches: batches, definition: definition, updates: &pgx.Batch{}}
		columns := []string{"definition", "unique_id", "digest", "document"}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"record"}, columns, source); err != nil {
			return err
		}
		return tx.SendBatch(ctx, source.updates).Close()
	})
}

// copySource feeds one COPY with what is new and keeps what is changed.
type copySource struct {
	batch      []record
	batches    <-chan []record
	current    record
	definition int64
	updates    *pgx.Batch
}

// Next is of pgx.CopyFromSource.
func (c *copySource) Next() bool {
	for {
		for len(c.batch) > 0 {
			c.current, c.batch = c.batch[0], c.batch[1:]
			if !c.current.known {
				return true
			}
			c.updates.Queue(`UPDATE record SET digest = $1, document = $2 WHERE definition = $3 AND unique_id = $4`,
				c.current.digest[:], c.current.document, c.definition, c.current.uniqueID)
		}
		next, any := <-c.batches
		if !any {
			return false
		}
		c.batch = next
	}
}

// Values is of pgx.CopyFromSource.
func (c *copySource) Values() ([]any, error) {
	return []any{c.definition, c.current.uniqueID, c.current.digest[:], string(c.current.document)}, nil
}

// Err is of pgx.CopyFromSource.
func (c *copySource) Err() error { return nil }
