// SPDX-License-Identifier: Apache-2.0

package sheet_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/passmuster/muster/internal/sheet"
)

func written(t *testing.T, f sheet.Format, rows ...[]any) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	s, err := sheet.New(&out, f, "Table", []sheet.Column{{Name: "a"}, {Name: "b", Width: 30}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := s.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(); err != nil {
		t.Errorf("discard after close: %v", err)
	}
	return &out
}

// TestFormulas holds that no cell begins as a formula does.
func TestFormulas(t *testing.T) {
	t.Parallel()
	evil := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "|calc", "%0A", "\n=1"}
	var rows [][]any
	for _, cell := range evil {
		rows = append(rows, []any{cell, "x"})
	}
	read, err := csv.NewReader(written(t, sheet.CSV, rows...)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range read[1:] {
		if !strings.HasPrefix(row[0], "'") || len(row[0]) < len(evil[i]) {
			t.Errorf("%q is written as %q", evil[i], row[0])
		}
	}
	file, err := excelize.OpenReader(written(t, sheet.XLSX, rows...))
	if err != nil {
		t.Fatal(err)
	}
	for i := range evil {
		cell, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			t.Fatal(err)
		}
		if formula, err := file.GetCellFormula("Table", cell); formula != "" || err != nil {
			t.Errorf("%s is the formula %q, %v", cell, formula, err)
		}
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

// TestCells writes each sort of cell.
func TestCells(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 28, 23, 59, 59, 1e6, time.FixedZone("", 3600))
	rows := [][]any{{"plain; \"quoted\",", true}, {int64(7), nil}, {at, &at}, {(*time.Time)(nil), "bell\x07"}}
	read, err := csv.NewReader(written(t, sheet.CSV, rows...)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"a", "b"}, {"plain; \"quoted\",", "true"}, {"7", ""}, {"2026-02-28T22:59:59.001Z", "2026-02-28T22:59:59.001Z"}, {"", "bell\x07"},
	}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("csv (-want +got):\n%s", diff)
	}
	file, err := excelize.OpenReader(written(t, sheet.XLSX, rows...))
	if err != nil {
		t.Fatal(err)
	}
	got, err := file.GetRows("Table")
	if err != nil {
		t.Fatal(err)
	}
	want = [][]string{
		{"a", "b"}, {"plain; \"quoted\",", "TRUE"}, {"7"}, {"2026-02-28 22:59:59", "2026-02-28 22:59:59"}, {"", "bell\uFFFD"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("xlsx (-want +got):\n%s", diff)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}
