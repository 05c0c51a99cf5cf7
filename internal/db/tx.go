// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Tx is a running transaction. It belongs to the function it was given to and
// is not safe for concurrent use.
type Tx struct {
	ids     *rising
	session session
}

// Exec runs one statement and answers how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return tx.session.exec(ctx, query, args)
}

// ExecOne runs a statement that must change exactly one row; ErrNoRow when it
// changed none.
func (tx *Tx) ExecOne(ctx context.Context, query string, args ...any) error {
	rows, err := tx.Exec(ctx, query, args...)
	switch {
	case err != nil:
		return err
	case rows == 0:
		return ErrNoRow
	case rows > 1:
		return fmt.Errorf("%d rows changed where one was meant", rows)
	}
	return nil
}

// Each runs a query and calls scan for each of its rows.
func (tx *Tx) Each(ctx context.Context, scan func(row Row) error, query string, args ...any) (err error) {
	rows, err := tx.session.query(ctx, query, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Row is one row of an answer.
type Row interface{ Scan(dest ...any) error }

// QueryRow runs a query that answers at most one row; Scan answers ErrNoRow
// when it is not there.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) Row {
	rows, err := tx.session.query(ctx, query, args)
	return &oneRow{err: err, rows: rows}
}

type oneRow struct {
	err  error
	rows rows
}

func (r *oneRow) Scan(dest ...any) (err error) {
	if r.err != nil {
		return r.err
	}
	defer func() { err = errors.Join(err, r.rows.Close()) }()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNoRow
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Err()
}

// ExecIn runs a statement that ends before its list, "… item IN (", for all
// values. fixed are the parameters that come before the list.
func (tx *Tx) ExecIn(ctx context.Context, statement string, fixed []any, values []int64) error {
	if len(values) == 0 {
		return nil
	}
	return tx.session.execIn(ctx, statement, fixed, values)
}

// inQuery asks for rows by a list of values.
type inQuery struct {
	fixed     []any
	statement string // up to its list
	tail      string // after it
	values    []int64
}

// EachIn is ExecIn for a statement that answers rows: tail is what follows the
// list, such as " RETURNING item". scan is called for each row, in no order.
func (tx *Tx) EachIn(ctx context.Context, scan func(row Row) error, statement, tail string, fixed []any, values []int64) error {
	if len(values) == 0 {
		return nil
	}
	return tx.session.eachIn(ctx, scan, inQuery{fixed, statement, tail, values})
}

// Parameters writes count placeholders from number first on: "$3, $4".
func Parameters(first, count int) string {
	var list strings.Builder
	for i := range count {
		if i > 0 {
			list.WriteString(", ")
		}
		list.WriteByte('$')
		list.WriteString(strconv.Itoa(first + i))
	}
	return list.String()
}

// InsertMany appends rows to a table; values holds them one after the other,
// len(columns) each. It is the fastest way in on either engine and takes no
// conflict: a row that breaks a unique index fails the transaction.
func (tx *Tx) InsertMany(ctx context.Context, table string, columns []string, values []any) error {
	if len(values) == 0 {
		return nil
	}
	if len(values)%len(columns) != 0 {
		return fmt.Errorf("insert into %s: %d values for %d columns", table, len(values), len(columns))
	}
	if err := tx.session.copyIn(ctx, table, columns, values); err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	return nil
}
