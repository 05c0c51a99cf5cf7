// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// readers is how many read transactions run at once: more only wait for the
// same two to four cores.
const readers = 4

// insertRows is how many rows one INSERT carries: past 50 the gain is lost in
// binding.
const insertRows = 50

type lite struct {
	dsn     string
	queued  atomic.Int32 // writes that wait for the writer
	readers chan *liteConn
	writer  chan *liteConn // holds the one writer; taking it is the lock
}

func openSQLite(path string) (*lite, error) {
	// Pragmas stand in the DSN because one that is run on a pool reaches one
	// connection only. Without mmap, reads beside writes are five times slower.
	pragmas := url.Values{"_pragma": {
		"busy_timeout(30000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"mmap_size(268435456)", "journal_size_limit(67108864)", "wal_autocheckpoint(1000)",
		"cache_size(-16384)", "temp_store(MEMORY)",
	}}
	l := &lite{
		dsn:     "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode(),
		readers: make(chan *liteConn, readers), writer: make(chan *liteConn, 1),
	}
	for i := range readers + 1 {
		c, err := openLiteConn(l.dsn)
		if err != nil {
			return nil, errors.Join(err, l.closeIdle())
		}
		if i == 0 {
			l.writer <- c
		} else {
			l.readers <- c
		}
	}
	return l, nil
}

// migrating answers the database as package database/sql has it.
func (l *lite) migrating() (*sql.DB, func() error, error) {
	pool, err := sql.Open("sqlite", l.dsn)
	if err != nil {
		return nil, nil, err
	}
	return pool, pool.Close, nil
}

// closeIdle closes the connections that nobody has.
func (l *lite) closeIdle() error {
	var err error
	for _, home := range []chan *liteConn{l.writer, l.readers} {
		for len(home) > 0 {
			err = errors.Join(err, (<-home).close())
		}
	}
	return err
}

func (l *lite) close() error {
	writer := <-l.writer
	writer.settle()
	err := writer.close()
	for range readers {
		err = errors.Join(err, (<-l.readers).close())
	}
	return err
}

func (l *lite) begin(ctx context.Context, m mode) (session, error) {
	if m == modeWrite {
		return l.beginWrite(ctx)
	}
	home := l.writer
	if m == modeRead || m == modeGlance {
		home = l.readers
	}
	var c *liteConn
	select {
	case c = <-home:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s := &liteSession{conn: c, home: home, mode: m}
	if err := s.open(); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *liteSession) open() error {
	switch s.mode {
	case modeGlance:
		return nil
	case modeRead:
		return s.conn.run("BEGIN")
	}
	s.conn.settle()
	if err := s.conn.pragma("PRAGMA synchronous=NORMAL"); err != nil { // refused inside a transaction, so before it
		return err
	}
	return s.conn.run("BEGIN IMMEDIATE")
}

type liteSession struct {
	conn *liteConn
	home chan *liteConn
	mode mode
}

// release gives the connection back with its default durability.
func (s *liteSession) release() {
	if s.mode == modeAhead {
		// Should it fail, the connection stays at NORMAL; the next write ahead
		// sets it again, and a broken connection fails its next statement anyway.
		_ = s.conn.pragma("PRAGMA synchronous=FULL")
	}
	s.home <- s.conn
}

func (s *liteSession) commit() error {
	if s.mode == modeGlance {
		s.release()
		return nil
	}
	if err := s.conn.run("COMMIT"); err != nil {
		s.rollback()
		return err
	}
	s.release()
	return nil
}

func (s *liteSession) rollback() {
	if s.mode == modeGlance {
		s.release()
		return
	}
	// SQLite may have rolled back by itself; then this says so, which is fine.
	_ = s.conn.run("ROLLBACK")
	s.release()
}

// exec runs one statement. Cancellation is looked at before it and not during it:
// that would cost a goroutine a statement, and transactions are short.
func (s *liteSession) exec(ctx context.Context, query string, args []any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return s.conn.exec(query, args)
}

func (s *liteSession) query(ctx context.Context, query string, args []any) (rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.conn.query(query, args)
}

// execIn asks for many values at once, in few sizes, so that few statements are
// prepared.
func (s *liteSession) execIn(ctx context.Context, statement string, fixed []any, values []int64) error {
	return inParts(fixed, values, func(list string, args []any) error {
		_, err := s.exec(ctx, statement+list, args)
		return err
	})
}

func (s *liteSession) eachIn(ctx context.Context, scan func(Row) error, q inQuery) error {
	return inParts(q.fixed, q.values, func(list string, args []any) (err error) {
		answered, err := s.query(ctx, q.statement+list+q.tail, args)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, answered.Close()) }()
		for answered.Next() {
			if err := scan(answered); err != nil {
				return err
			}
		}
		return answered.Err()
	})
}

// inParts calls fn with "$3, $4)" and the arguments of each part of a list.
func inParts(fixed []any, values []int64, fn func(list string, args []any) error) error {
	for _, size := range []int{200, 20, 1} {
		for ; len(values) >= size; values = values[size:] {
			args := append(make([]any, 0, len(fixed)+size), fixed...)
			for _, value := range values[:size] {
				args = append(args, value)
			}
			if err := fn(Parameters(len(fixed)+1, size)+")", args); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *liteSession) copyIn(ctx context.Context, table string, columns []string, values []any) error {
	for len(values) > 0 {
		rows := insertStep(len(values) / len(columns))
		width := rows * len(columns)
		if _, err := s.exec(ctx, insertText(table, columns, rows), values[:width]); err != nil {
			return err
		}
		values = values[width:]
	}
	return nil
}

// insertStep answers how many of some rows the next INSERT carries: few sizes, so
// that few statements are prepared.
func insertStep(left int) int {
	switch {
	case left >= insertRows:
		return insertRows
	case left >= 10:
		return 10
	}
	return left
}

// insertText is an INSERT of some rows.
func insertText(table string, columns []string, rows int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", table, strings.Join(columns, ","),
		strings.TrimSuffix(strings.Repeat(row+",", rows), ","))
}
