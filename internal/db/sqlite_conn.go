// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// The driver is spoken to directly: package database/sql would lock, look up and
// convert for each statement, which costs as much again as a look-up by key.

// statements is how many prepared statements a connection keeps. Texts that
// clients have a part in, as filters have, must not pile up.
const statements = 400

// liteConn is one connection with its prepared statements. One goroutine uses it
// at a time.
type liteConn struct {
	args  []driver.NamedValue // of the statement that is being run; the driver copies
	conn  driver.Conn
	group *liteGroup // writes that wait for a commit in common; nil for none
	stmts map[string]*liteStmt
	uses  int64 // of statements, which tells the order of their last uses
}

// liteStmt is a prepared statement.
type liteStmt struct {
	driver.Stmt

	order []int // of each ?, which argument it stands for
	used  int64
}

func openLiteConn(dsn string) (*liteConn, error) {
	conn, err := (&sqlite.Driver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	return &liteConn{conn: conn, stmts: map[string]*liteStmt{}}, nil
}

func (c *liteConn) close() error {
	var err error
	for _, stmt := range c.stmts {
		err = errors.Join(err, stmt.Close())
	}
	return errors.Join(err, c.conn.Close())
}

// run executes what belongs to the transaction itself, whoever has gone.
func (c *liteConn) run(text string) error {
	_, err := c.exec(text, nil)
	return err
}

// pragma runs a PRAGMA, which takes effect when it is prepared: so each time.
func (c *liteConn) pragma(text string) error {
	stmt, err := c.conn.Prepare(text)
	if err != nil {
		return err
	}
	execer, ok := stmt.(driver.StmtExecContext)
	if !ok {
		return errDriver
	}
	_, err = execer.ExecContext(context.Background(), nil)
	return errors.Join(err, stmt.Close())
}

var errDriver = errors.New("the SQLite driver lacks what it had")

// exec runs one statement and answers how many rows it changed.
func (c *liteConn) exec(query string, args []any) (int64, error) {
	stmt, values, err := c.prepared(query, args)
	if err != nil {
		return 0, err
	}
	execer, ok := stmt.Stmt.(driver.StmtExecContext)
	if !ok {
		return 0, errDriver
	}
	result, err := execer.ExecContext(context.Background(), values)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (c *liteConn) query(query string, args []any) (rows, error) {
	stmt, values, err := c.prepared(query, args)
	if err != nil {
		return nil, err
	}
	querier, ok := stmt.Stmt.(driver.StmtQueryContext)
	if !ok {
		return nil, errDriver
	}
	answered, err := querier.QueryContext(context.Background(), values)
	if err != nil {
		return nil, err
	}
	return &liteRows{rows: answered, values: make([]driver.Value, len(answered.Columns()))}, nil
}

// prepared answers the statement for a text, and its arguments as the driver
// takes them, valid until the next statement.
func (c *liteConn) prepared(query string, args []any) (*liteStmt, []driver.NamedValue, error) {
	stmt, known := c.stmts[query]
	if !known {
		var err error
		if stmt, err = c.prepare(query); err != nil {
			return nil, nil, err
		}
	}
	c.uses++
	stmt.used = c.uses
	c.args = c.args[:0]
	for i, from := range stmt.order {
		if from >= len(args) {
			return nil, nil, fmt.Errorf("the statement takes %d arguments and got %d", from+1, len(args))
		}
		value, err := liteValue(args[from])
		if err != nil {
			return nil, nil, fmt.Errorf("argument %d: %w", from+1, err)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return stmt, c.args, nil
}

func (c *liteConn) prepare(query string) (*liteStmt, error) {
	if len(c.stmts) >= statements {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	text, order := positional(query)
	stmt, err := c.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	known := &liteStmt{Stmt: stmt, order: order}
	c.stmts[query] = known
	return known, nil
}

// forget closes the half of the statements that were not used for longest.
func (c *liteConn) forget() error {
	var err error
	for text, stmt := range c.stmts {
		if stmt.used <= c.uses-statements/2 {
			err = errors.Join(err, stmt.Close())
			delete(c.stmts, text)
		}
	}
	return err
}

// positional writes ? for each $n outside of quotes, and answers which argument
// each stands for: the driver finds numbered ones by comparing names, which costs
// more than to bind. A text that has ? already is left as it is.
func positional(query string) (text string, order []int) {
	out := make([]byte, 0, len(query))
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case c == '\'' || c == '"':
			end := i + 1
			for end < len(query) && query[end] != c {
				end++
			}
			out = append(out, query[i:min(end+1, len(query))]...)
			i = end
		case c == '?':
			order = append(order, len(order))
			out = append(out, c)
		case c == '$' && i+1 < len(query) && isDigit(query[i+1]):
			number := 0
			for i+1 < len(query) && isDigit(query[i+1]) {
				i++
				number = number*10 + int(query[i]-'0')
			}
			order = append(order, number-1)
			out = append(out, '?')
		default:
			out = append(out, c)
		}
	}
	return string(out), order
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// liteValue answers an argument as the driver takes it.
func liteValue(arg any) (driver.Value, error) {
	switch v := arg.(type) {
	case nil, bool, float64, int64, string, []byte:
		return v, nil
	case int:
		return int64(v), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(arg)
}
