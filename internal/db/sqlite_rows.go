// SPDX-License-Identifier: Apache-2.0

package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
)

// liteRows are the rows of an answer. Values are copies already.
type liteRows struct {
	err    error
	rows   driver.Rows
	values []driver.Value
}

// Next makes the next row the one that Scan reads.
func (r *liteRows) Next() bool {
	if r.err != nil {
		return false
	}
	err := r.rows.Next(r.values)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return err == nil
}

// Err answers what broke the reading off.
func (r *liteRows) Err() error { return r.err }

// Close ends the reading.
func (r *liteRows) Close() error { return r.rows.Close() }

// Scan copies the row, as sql.Rows does.
func (r *liteRows) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("the row has %d columns, and %d were asked for", len(r.values), len(dest))
	}
	for i, value := range r.values {
		if err := assign(dest[i], value); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign puts a value of the driver's into what a pointer points to.
func assign(dest any, value driver.Value) error {
	switch d := dest.(type) {
	case *string:
		if text, ok := value.(string); ok {
			*d = text
			return nil
		}
	case *int64:
		if number, ok := value.(int64); ok {
			*d = number
			return nil
		}
	case *bool:
		switch v := value.(type) {
		case int64:
			*d = v != 0
			return nil
		case bool:
			*d = v
			return nil
		}
	case *any:
		*d = value
		return nil
	case sql.Scanner:
		return d.Scan(value)
	}
	return assignOther(reflect.ValueOf(dest), value)
}

// errNull is answered where a row has nothing and something was asked for.
var errNull = errors.New("there is NULL, which this type does not hold")

// assignOther is assign for named types, numbers of other sizes, bytes, and
// pointers, which are nil for NULL.
func assignOther(dest reflect.Value, value driver.Value) error {
	if dest.Kind() != reflect.Pointer || dest.IsNil() {
		return errors.New("a row is read into pointers")
	}
	to := dest.Elem()
	switch {
	case to.Kind() == reflect.Pointer && value == nil:
		to.SetZero()
		return nil
	case to.Kind() == reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return assign(to.Interface(), value)
	case to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8:
		return assignBytes(to, value)
	case value == nil:
		return errNull
	}
	return assignPlain(to, value)
}

func assignBytes(to reflect.Value, value driver.Value) error {
	switch v := value.(type) {
	case nil:
		to.SetZero()
	case []byte:
		to.SetBytes(v)
	case string:
		to.SetBytes([]byte(v))
	default:
		return fmt.Errorf("%T is not bytes", value)
	}
	return nil
}

func assignPlain(to reflect.Value, value driver.Value) error {
	switch to.Kind() {
	case reflect.String:
		to.SetString(textOf(value))
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		number, err := strconv.ParseInt(textOf(value), 10, to.Type().Bits())
		to.SetInt(number)
		return err
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		number, err := strconv.ParseUint(textOf(value), 10, to.Type().Bits())
		to.SetUint(number)
		return err
	case reflect.Float64:
		number, err := strconv.ParseFloat(textOf(value), 64)
		to.SetFloat(number)
		return err
	case reflect.Bool:
		truth, err := strconv.ParseBool(textOf(value))
		to.SetBool(truth)
		return err
	}
	return fmt.Errorf("%T does not fit %s", value, to.Type())
}

// textOf writes a value as text.
func textOf(value driver.Value) string {
	switch v := value.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}
