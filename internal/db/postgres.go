// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresConns bounds the connections of one process: a server allows 100 by
// default, and several replicas share it.
const postgresConns = 16

type postgres struct {
	db *sql.DB
}

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &postgres{db: db}, nil
}

func (p *postgres) migrating() (*sql.DB, func() error, error) {
	return p.db, func() error { return nil }, nil
}

func (p *postgres) close() error { return p.db.Close() }

// aheadSettings suit transactions that write ahead. The next durable commit
// flushes them too. A table that has just been filled has no statistics yet, and
// then the planner would read a whole definition rather than a range of its items.
const aheadSettings = "SET LOCAL synchronous_commit = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off"

func (p *postgres) begin(ctx context.Context, m mode) (session, error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if m == modeGlance {
		return &postgresSession{asks: conn, conn: conn}, nil
	}
	options := &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	if m == modeRead {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	s := &postgresSession{asks: tx, conn: conn, tx: tx}
	if m == modeAhead {
		if _, err := tx.ExecContext(ctx, aheadSettings); err != nil {
			s.rollback()
			return nil, err
		}
	}
	return s, nil
}

type postgresSession struct {
	asks asker // the transaction, or the connection where there is none
	conn *sql.Conn
	tx   *sql.Tx // nil for a glance
}

// asker is what runs statements.
type asker interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (s *postgresSession) commit() error {
	if s.tx == nil {
		return s.conn.Close()
	}
	return errors.Join(s.tx.Commit(), s.conn.Close())
}

func (s *postgresSession) rollback() {
	// The connection may be gone already; the server rolls back by itself then.
	if s.tx != nil {
		_ = s.tx.Rollback()
	}
	_ = s.conn.Close()
}

func (s *postgresSession) exec(ctx context.Context, query string, args []any) (int64, error) {
	result, err := s.asks.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *postgresSession) query(ctx context.Context, query string, args []any) (rows, error) {
	answered, err := s.asks.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return answered, nil
}

// execStep is how many statements go out before the first answer is read.
const execStep = 1000

// execIn sends one statement a value, many at a time. A list would be one round
// trip less, but a table that has just been filled has no statistics, and then the
// planner reads a whole definition for each list: 50 ms where this takes 2.
func (s *postgresSession) execIn(ctx context.Context, statement string, fixed []any, values []int64) error {
	single := strings.TrimSuffix(statement, " IN (") + " = $" + strconv.Itoa(len(fixed)+1)
	for len(values) > 0 {
		part := values[:min(len(values), execStep)]
		values = values[len(part):]
		batch := &pgx.Batch{}
		for _, value := range part {
			batch.Queue(single, append(slices.Clone(fixed), any(value))...)
		}
		if err := s.raw(func(conn *pgx.Conn) error { return conn.SendBatch(ctx, batch).Close() }); err != nil {
			return err
		}
	}
	return nil
}

// eachIn sends one statement a value, as execIn does and for its reason.
func (s *postgresSession) eachIn(ctx context.Context, scan func(Row) error, q inQuery) error {
	single := strings.TrimSuffix(q.statement, " IN (") + " = $" + strconv.Itoa(len(q.fixed)+1) + q.tail
	for len(q.values) > 0 {
		part := q.values[:min(len(q.values), execStep)]
		q.values = q.values[len(part):]
		batch := &pgx.Batch{}
		for _, value := range part {
			batch.Queue(single, append(slices.Clone(q.fixed), any(value))...).Query(func(answered pgx.Rows) error {
				for answered.Next() {
					if err := scan(answered); err != nil {
						return err
					}
				}
				return answered.Err()
			})
		}
		if err := s.raw(func(conn *pgx.Conn) error { return conn.SendBatch(ctx, batch).Close() }); err != nil {
			return err
		}
	}
	return nil
}

// raw runs fn on the driver's own connection, inside the transaction.
func (s *postgresSession) raw(fn func(*pgx.Conn) error) error {
	return s.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver connection %T", driver)
		}
		return fn(conn.Conn())
	})
}

// fewRows is up to how many rows one INSERT is faster than COPY.
const fewRows = 10

// copyIn uses COPY, three round trips whatever the number of rows, and for few of
// them one INSERT.
func (s *postgresSession) copyIn(ctx context.Context, table string, columns []string, values []any) error {
	width := len(columns)
	if rows := len(values) / width; rows <= fewRows {
		var text strings.Builder
		text.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
		for i := range rows {
			if i > 0 {
				text.WriteString(", ")
			}
			text.WriteString("(" + Parameters(i*width+1, width) + ")")
		}
		_, err := s.exec(ctx, text.String(), values)
		return err
	}
	next := 0
	source := pgx.CopyFromFunc(func() ([]any, error) {
		if next == len(values) {
			return nil, nil
		}
		next += width
		return values[next-width : next], nil
	})
	return s.raw(func(conn *pgx.Conn) error {
		_, err := conn.CopyFrom(ctx, pgx.Identifier{table}, columns, source)
		return err
	})
}
