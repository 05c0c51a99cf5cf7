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

// liteConn is one connection with its prepared statements.
type liteConn struct {
	conn  *sql.Conn
	group *liteGroup // writes that wait for a commit in common; nil for none
	stmts map[string]*sql.Stmt
}

type lite struct {
	db      *sql.DB
	queued  atomic.Int32 // writes that wait for the writer
	readers chan *liteConn
	writer  chan *liteConn // holds the one writer; taking it is the lock
}

func openSQLite(ctx context.Context, path string) (*lite, error) {
	// Pragmas stand in the DSN because one that is run on a pool reaches one
	// connection only. Without mmap, reads beside writes are five times slower.
	pragmas := url.Values{"_pragma": {
		"busy_timeout(30000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"mmap_size(268435456)", "journal_size_limit(67108864)", "wal_autocheckpoint(1000)",
		"cache_size(-16384)", "temp_store(MEMORY)",
	}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, err
	}
	l := &lite{db: db, readers: make(chan *liteConn, readers), writer: make(chan *liteConn, 1)}
	for i := range readers + 1 {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		c := &liteConn{conn: conn, stmts: map[string]*sql.Stmt{}}
		if i == 0 {
			l.writer <- c
		} else {
			l.readers <- c
		}
	}
	return l, nil
}

func (l *lite) pool() *sql.DB { return l.db }

func (l *lite) close() error {
	writer := <-l.writer
	writer.settle()
	conns := []*liteConn{writer}
	for range readers {
		conns = append(conns, <-l.readers)
	}
	var err error
	for _, c := range conns {
		for _, stmt := range c.stmts {
			err = errors.Join(err, stmt.Close())
		}
		err = errors.Join(err, c.conn.Close())
	}
	return errors.Join(err, l.db.Close())
}

func (l *lite) begin(ctx context.Context, m mode) (session, error) {
	if m == modeWrite {
		return l.beginWrite(ctx)
	}
	home, text := l.writer, "PRAGMA synchronous=NORMAL; BEGIN IMMEDIATE" // refused inside a transaction, so before it
	if m == modeRead {
		home, text = l.readers, "BEGIN"
	}
	var c *liteConn
	select {
	case c = <-home:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c.settle()
	s := &liteSession{conn: c, home: home, mode: m}
	if err := c.run(text); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

type liteSession struct {
	conn *liteConn
	home chan *liteConn
	mode mode
}

// run executes what belongs to the transaction itself, whoever has gone.
func (c *liteConn) run(text string) error {
	_, err := c.conn.ExecContext(context.Background(), text)
	return err
}

// release gives the connection back with its default durability.
func (s *liteSession) release() {
	if s.mode == modeAhead {
		// Should it fail, the connection stays at NORMAL; the next write ahead
		// sets it again, and a broken connection fails its next statement anyway.
		if err := s.conn.run("PRAGMA synchronous=FULL"); err != nil {
			s.conn.stmts = map[string]*sql.Stmt{}
		}
	}
	s.home <- s.conn
}

func (s *liteSession) commit() error {
	if err := s.conn.run("COMMIT"); err != nil {
		s.rollback()
		return err
	}
	s.release()
	return nil
}

func (s *liteSession) rollback() {
	// SQLite may have rolled back by itself; then this says so, which is fine.
	_ = s.conn.run("ROLLBACK")
	s.release()
}

// prepared answers the connection's statement for a text. Cancellation is taken
// off: it would cost a goroutine a statement, and transactions are short.
func (s *liteSession) prepared(ctx context.Context, query string) (context.Context, *sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return ctx, nil, err
	}
	ctx = context.WithoutCancel(ctx)
	if stmt, ok := s.conn.stmts[query]; ok {
		return ctx, stmt, nil
	}
	stmt, err := s.conn.conn.PrepareContext(ctx, query)
	if err != nil {
		return ctx, nil, err
	}
	s.conn.stmts[query] = stmt
	return ctx, stmt, nil
}

func (s *liteSession) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	ctx, stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (s *liteSession) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	ctx, stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// execIn asks for many values at once, in few sizes, so that few statements are
// prepared.
func (s *liteSession) execIn(ctx context.Context, statement string, fixed []any, values []int64) error {
	for _, size := range []int{200, 20, 1} {
		for ; len(values) >= size; values = values[size:] {
			args := append(make([]any, 0, len(fixed)+size), fixed...)
			for _, value := range values[:size] {
				args = append(args, value)
			}
			if _, err := s.exec(ctx, statement+Parameters(len(fixed)+1, size)+")", args); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *liteSession) copyIn(ctx context.Context, table string, columns []string, values []any) error {
	// Few sizes, so that few statements are prepared.
	for _, rows := range []int{insertRows, 10, 1} {
		width := rows * len(columns)
		for ; len(values) >= width; values = values[width:] {
			if _, err := s.exec(ctx, insertText(table, columns, rows), values[:width]); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertText writes ? and not $n: the driver finds numbered ones by comparing
// names, which costs more than the insert.
func insertText(table string, columns []string, rows int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", table, strings.Join(columns, ","),
		strings.TrimSuffix(strings.Repeat(row+",", rows), ","))
}
