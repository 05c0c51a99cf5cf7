// SPDX-License-Identifier: Apache-2.0

package db

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// Numbered parameters become positional ones; what is quoted stays.
func TestPositional(t *testing.T) {
	for _, c := range []struct {
		query, text string
		order       []int
	}{
		{`SELECT 1`, `SELECT 1`, nil},
		{`a = $1 AND b = $2`, `a = ? AND b = ?`, []int{0, 1}},
		{`a = $2 OR b = $1 OR c = $2`, `a = ? OR b = ? OR c = ?`, []int{1, 0, 1}},
		{`a = $12`, `a = ?`, []int{11}},
		{`a = '$1' AND "b$2" = $1`, `a = '$1' AND "b$2" = ?`, []int{0}},
		{`a = 'it''s $1' AND b = $1`, `a = 'it''s $1' AND b = ?`, []int{0}},
		{`VALUES (?,?)`, `VALUES (?,?)`, []int{0, 1}},
		{`a LIKE '%$1`, `a LIKE '%$1`, nil},
	} {
		text, order := positional(c.query)
		if text != c.text || !slices.Equal(order, c.order) {
			t.Errorf("%s: got %s %v, want %s %v", c.query, text, order, c.text, c.order)
		}
	}
}

// Texts that never come again do not pile up, and what is used stays prepared.
func TestStatementsAreBounded(t *testing.T) {
	c, err := openLiteConn("file:" + filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	}()
	const often = `SELECT $1`
	if _, err := c.exec(often, []any{"first"}); err != nil {
		t.Fatal(err)
	}
	kept := c.stmts[often]
	for i := range 3 * statements {
		if _, err := c.exec(fmt.Sprintf(`SELECT %d`, i), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := c.exec(often, []any{int64(i)}); err != nil {
			t.Fatal(err)
		}
		if len(c.stmts) > statements {
			t.Fatalf("%d statements are kept, at most %d should be", len(c.stmts), statements)
		}
	}
	if c.stmts[often] != kept {
		t.Error("the statement that is used all the time was prepared again")
	}
}
