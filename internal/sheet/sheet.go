// SPDX-License-Identifier: Apache-2.0

package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Format is a form of table.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// MediaType answers what HTTP calls the format.
func (f Format) MediaType() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Writer writes a table row by row. It is not safe for concurrent use.
type Writer struct {
	csv    *csv.Writer // nil for XLSX
	file   *excelize.File
	out    io.Writer
	row    int
	stream *excelize.StreamWriter
	time   int // style of cells with a time
}

// Column is a column of a table.
type Column struct {
	Name  string
	Width float64 // in characters, for XLSX; 0 = 16
}

// New begins a table with its header. The caller calls Close at the end.
func New(w io.Writer, f Format, name string, columns []Column) (*Writer, error) {
	header := make([]any, len(columns))
	for i, c := range columns {
		header[i] = c.Name
	}
	if f != XLSX {
		s := &Writer{csv: csv.NewWriter(w), out: w}
		s.csv.UseCRLF = true // RFC 4180 section 2
		return s, s.Row(header...)
	}
	s := &Writer{file: excelize.NewFile(), out: w}
	err := s.open(name, columns, header)
	if err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	return s, nil
}

func (s *Writer) open(name string, columns []Column, header []any) (err error) {
	first := s.file.GetSheetName(0)
	if err = s.file.SetSheetName(first, name); err != nil {
		return err
	}
	if s.stream, err = s.file.NewStreamWriter(name); err != nil {
		return err
	}
	for i, c := range columns {
		width := c.Width
		if width == 0 {
			width = 16
		}
		if err = s.stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	format := "yyyy-mm-dd hh:mm:ss"
	if s.time, err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return err
	}
	if err = s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return s.Row(header...)
}

// maxRows is what a sheet of XLSX holds.
const maxRows = excelize.TotalRows

// Row writes a row of strings, integers, booleans and times; nil is an empty cell.
func (s *Writer) Row(cells ...any) error {
	s.row++
	if s.csv != nil {
		record := make([]string, len(cells))
		for i, cell := range cells {
			record[i] = text(cell)
		}
		return s.csv.Write(record)
	}
	if s.row > maxRows {
		return fmt.Errorf("a sheet holds %d rows: take CSV", maxRows)
	}
	for i, cell := range cells {
		switch value := cell.(type) {
		case string:
			cells[i] = printable(value)
		case *time.Time:
			cells[i] = nil
			if value != nil {
				cells[i] = excelize.Cell{StyleID: s.time, Value: value.UTC()}
			}
		case time.Time:
			cells[i] = excelize.Cell{StyleID: s.time, Value: value.UTC()}
		}
	}
	return s.stream.SetRow("A"+strconv.Itoa(s.row), cells)
}

// Close writes what is left. The table is whole only when it answers nil.
func (s *Writer) Close() error {
	if s.csv != nil {
		s.csv.Flush()
		return s.csv.Error()
	}
	err := s.stream.Flush()
	if err == nil {
		err = s.file.Write(s.out)
	}
	return errors.Join(err, s.Discard())
}

// Discard gives back what an unfinished table holds; after Close it does nothing.
func (s *Writer) Discard() error {
	if s.file == nil {
		return nil
	}
	file := s.file
	s.file = nil
	return file.Close()
}

const timeLayout = "2006-01-02T15:04:05.000Z"

// text answers a cell of CSV.
func text(cell any) string {
	switch value := cell.(type) {
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(value)
	case string:
		return guarded(value)
	case *time.Time:
		if value == nil {
			return ""
		}
		return value.UTC().Format(timeLayout)
	case time.Time:
		return value.UTC().Format(timeLayout)
	}
	return fmt.Sprint(cell)
}

// guarded puts an apostrophe before what a spreadsheet may take for a formula,
// be there apostrophes already.
func guarded(cell string) string {
	bare := strings.TrimLeft(cell, "'")
	if bare != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(bare[0])) {
		return "'" + cell
	}
	return cell
}

// maxCell is what a cell of XLSX holds, in characters.
const maxCell = excelize.TotalCellChars

// printable answers a text as XML 1.0 may hold it (section 2.2).
func printable(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return utf8.RuneError
		}
		return r
	}, cell)
	if utf8.RuneCountInString(cell) > maxCell {
		cell = string([]rune(cell)[:maxCell])
	}
	return cell
}
