// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"io"
	"time"
)

// GoneFrom is for the test of what the pass goes by.
func GoneFrom(p Person, at time.Time) *time.Time { return p.goneFrom(at) }

// Table is a file as rows of cells by column name.
type Table []map[string]string

// PrintTable prints a file of people.
func PrintTable(w io.Writer, t Table) error {
	out, err := newWriter(w)
	if err != nil {
		return err
	}
	for _, line := range t {
		cells := map[column]string{}
		for name, cell := range line {
			cells[column(name)] = cell
		}
		if err := out.write(cells); err != nil {
			return err
		}
	}
	return out.flush()
}

// ReadTable reads a file of people.
func ReadTable(r io.Reader) (Table, []LineProblem, error) {
	file, problems, err := readTable(r)
	var t Table
	for _, row := range file.rows {
		line := map[string]string{}
		for c, cell := range row.cells {
			line[string(c)] = cell
		}
		t = append(t, line)
	}
	return t, problems, err
}

// JoinGroups and SplitGroups are what a cell of groups goes through.
func JoinGroups(names []string) (string, error) { return joinGroups(names) }

// SplitGroups is the inverse of JoinGroups.
func SplitGroups(cell string) ([]string, bool) { return splitGroups(cell) }

// ColumnNames answers the header of an export.
func ColumnNames() (list []string) {
	for _, c := range columns() {
		list = append(list, string(c))
	}
	return list
}
