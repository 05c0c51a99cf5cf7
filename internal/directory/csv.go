// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/fault"
)

// column is a column of a file of people, as its header is printed.
type column string

// The columns.
const (
	columnDisplay         column = "display"
	columnEmail           column = "email"
	columnEndDate         column = "endDate"
	columnFirst           column = "first"
	columnGroups          column = "groups"
	columnJobTitle        column = "jobTitle"
	columnLast            column = "last"
	columnLeaveEnd        column = "leaveEnd"
	columnLeaveStart      column = "leaveStart"
	columnNotPerson       column = "notPerson"
	columnNotPersonReason column = "notPersonReason"
	columnStartDate       column = "startDate"
	columnStatus          column = "status"
)

// columns answers all of them in the order of an export.
func columns() []column {
	return []column{
		columnEmail, columnFirst, columnLast, columnDisplay, columnJobTitle, columnStartDate, columnEndDate, columnStatus,
		columnLeaveStart, columnLeaveEnd, columnGroups, columnNotPerson, columnNotPersonReason,
	}
}

// pointer answers where the column's value stands in a request about one person.
func (c column) pointer() string {
	switch c {
	case columnDisplay, columnFirst, columnLast:
		return "/name/" + string(c)
	case columnEmail:
		return "/emailAddress"
	case columnEndDate, columnJobTitle, columnStartDate:
		return "/employment/" + string(c)
	default:
		return "/" + string(c)
	}
}

// findColumn reads a header: without regard to case, spaces, hyphens and
// underscores.
func findColumn(header string) (column, bool) {
	plain := strings.NewReplacer(" ", "", "_", "", "-", "").Replace(key(header))
	switch plain {
	case "name", "displayname", "fullname":
		return columnDisplay, true
	case "emailaddress", "mail":
		return columnEmail, true
	case "firstname", "givenname":
		return columnFirst, true
	case "lastname", "familyname", "surname":
		return columnLast, true
	case "title":
		return columnJobTitle, true
	}
	for _, c := range columns() {
		if strings.ToLower(string(c)) == plain {
			return c, true
		}
	}
	return "", false
}

// table is a file of people as it is read: a header and rows.
type table struct {
	columns []column
	rows    []row
}

// row is one line below the header.
type row struct {
	cells map[column]string
	line  int // where it starts in the file, from 1
}

// LineProblem is one thing that is wrong with a file of people. Column is "" for
// the line as a whole, Line 0 for the file as a whole.
type LineProblem struct {
	Column  string
	Line    int
	Message string
}

// What keeps a file from filling the memory.
const (
	maxFile = 64 << 20 // bytes
	maxRows = 100_000
)

// readTable reads a file: RFC 4180 in UTF-8, with commas or semicolons. What is
// wrong with single lines is listed; the error is the reader's own, or TooLarge.
func readTable(r io.Reader) (table, []LineProblem, error) {
	source := &bounded{left: maxFile, r: r}
	reader, t, problems := openTable(source)
	if source.failed != nil || len(problems) > 0 {
		return table{}, problems, source.failed
	}
	for {
		cells, err := reader.Read()
		switch {
		case source.failed != nil:
			return table{}, nil, source.failed
		case errors.Is(err, io.EOF):
			return t, problems, nil
		case err != nil: // what follows cannot be told apart
			return t, append(problems, malformed(err)), nil
		case len(t.rows) == maxRows:
			return table{}, nil, fault.New(fault.TooLarge, "the file has more than %d lines: split it", maxRows)
		}
		line, _ := reader.FieldPos(0)
		row, wrong := t.read(line, cells)
		if t.rows = append(t.rows, row); len(wrong) > 0 {
			problems = append(problems, wrong...)
		}
	}
}

// openTable reads the header.
func openTable(source io.Reader) (*csv.Reader, table, []LineProblem) {
	in := bufio.NewReader(source)
	if start, err := in.Peek(3); err == nil && bytes.Equal(start, []byte("\xEF\xBB\xBF")) {
		if _, err := in.Discard(3); err != nil {
			return nil, table{}, []LineProblem{{Line: 1, Message: err.Error()}}
		}
	}
	reader := csv.NewReader(in)
	reader.Comma, reader.FieldsPerRecord = delimiter(in), -1
	header, err := reader.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, table{}, []LineProblem{{Line: 1, Message: "the file is empty: its first line must name the columns"}}
	case err != nil:
		return nil, table{}, []LineProblem{malformed(err)}
	}
	t, problems := readHeader(header)
	return reader, t, problems
}

// bounded reads so many bytes and fails beyond. It keeps the error of its
// reader, which package csv and bufio wrap or change.
type bounded struct {
	failed error
	left   int64
	r      io.Reader
}

// Read is of io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		err = fault.New(fault.TooLarge, "the file is larger than %d MiB: split it", maxFile>>20)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = err
	}
	return n, err
}

// delimiter looks at the first line, in which no name has either.
func delimiter(in *bufio.Reader) rune {
	start, _ := in.Peek(4096) // a shorter file is no failure; any other comes again
	start, _, _ = bytes.Cut(start, []byte("\n"))
	if bytes.Count(start, []byte(";")) > bytes.Count(start, []byte(",")) {
		return ';'
	}
	return ','
}

func malformed(err error) LineProblem {
	var at *csv.ParseError
	if !errors.As(err, &at) {
		return LineProblem{Message: err.Error()}
	}
	message := "a quotation mark stands where none may: put the whole cell between quotation marks and double those inside"
	if !errors.Is(at.Err, csv.ErrQuote) && !errors.Is(at.Err, csv.ErrBareQuote) {
		message = at.Err.Error()
	}
	return LineProblem{Line: at.StartLine, Message: message}
}

func readHeader(header []string) (t table, problems []LineProblem) {
	for _, name := range header {
		c, ok := findColumn(name)
		switch {
		case !ok:
			problems = append(problems, LineProblem{Line: 1, Column: cut(name), Message: "is no column of a file of people; there are " + names(columns())})
		case slices.Contains(t.columns, c):
			problems = append(problems, LineProblem{Line: 1, Column: string(c), Message: "stands twice in the header"})
		}
		t.columns = append(t.columns, c)
	}
	if len(problems) == 0 && !slices.Contains(t.columns, columnEmail) {
		problems = append(problems, LineProblem{Line: 1, Column: string(columnEmail), Message: "is missing: people are told apart by it"})
	}
	return t, problems
}

func names(list []column) string {
	text := make([]string, len(list))
	for i, c := range list {
		text[i] = string(c)
	}
	return strings.Join(text, ", ")
}

func (t table) read(line int, cells []string) (row, []LineProblem) {
	r := row{cells: map[column]string{}, line: line}
	if len(cells) != len(t.columns) {
		return r, []LineProblem{{Line: line, Message: fmt.Sprintf("has %d cells where the header has %d", len(cells), len(t.columns))}}
	}
	var problems []LineProblem
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			problems = append(problems, LineProblem{Line: line, Column: string(t.columns[i]), Message: "is not UTF-8: save the file in it"})
			continue
		}
		r.cells[t.columns[i]] = bare(cell)
	}
	return r, problems
}

// writer prints a table.
type writer struct{ csv *csv.Writer }

// newWriter prints the header.
func newWriter(w io.Writer) (*writer, error) {
	out := &writer{csv.NewWriter(w)}
	out.csv.UseCRLF = true // RFC 4180 section 2
	var header []string
	for _, c := range columns() {
		header = append(header, string(c))
	}
	return out, out.csv.Write(header)
}

func (w *writer) write(cells map[column]string) error {
	var record []string
	for _, c := range columns() {
		record = append(record, guarded(cells[c]))
	}
	return w.csv.Write(record)
}

func (w *writer) flush() error {
	w.csv.Flush()
	return w.csv.Error()
}

// formula says whether a spreadsheet may take a cell for a formula, were it not
// for the apostrophes before it.
func formula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0]))
}

// guarded puts an apostrophe before what a spreadsheet may take for a formula;
// bare takes it away again, and nothing else.
func guarded(cell string) string {
	if formula(cell) {
		return "'" + cell
	}
	return cell
}

func bare(cell string) string {
	if strings.HasPrefix(cell, "'") && formula(cell) {
		return cell[1:]
	}
	return cell
}

// joinGroups prints names of groups in one cell: a line of CSV of its own, with
// semicolons, each name guarded.
func joinGroups(list []string) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	guardedNames := make([]string, len(list))
	for i, name := range list {
		guardedNames[i] = guarded(name)
	}
	var text strings.Builder
	out := csv.NewWriter(&text)
	out.Comma = ';'
	if err := out.Write(guardedNames); err != nil {
		return "", err
	}
	out.Flush()
	return strings.TrimSuffix(text.String(), "\n"), out.Error()
}

// splitGroups is the inverse of joinGroups; empty names are passed over.
func splitGroups(cell string) (list []string, ok bool) {
	in := csv.NewReader(strings.NewReader(cell))
	in.Comma, in.TrimLeadingSpace = ';', true
	record, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, true
	}
	if err != nil {
		return nil, false
	}
	if _, err := in.Read(); !errors.Is(err, io.EOF) {
		return nil, false // a second line
	}
	for _, name := range record {
		if name = strings.TrimSpace(bare(name)); name != "" {
			list = append(list, name)
		}
	}
	return list, true
}

const dayLayout = "2006-01-02"

// printDate prints midnight in UTC as a day, anything else as RFC 3339.
func printDate(at *time.Time) string {
	switch {
	case at == nil:
		return ""
	case at.Equal(at.Truncate(24 * time.Hour)):
		return at.UTC().Format(dayLayout)
	}
	return wireTime(*at)
}

// parseDate reads what printDate prints; nil for an empty cell.
func parseDate(cell string) (*time.Time, string) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return nil, ""
	}
	at, err := time.Parse(dayLayout, cell)
	if err != nil {
		if at, err = time.Parse(time.RFC3339, cell); err != nil {
			return nil, fmt.Sprintf("%q is not a date such as 2026-05-31 or 2026-05-31T09:00:00Z", cut(cell))
		}
	}
	at = at.UTC().Truncate(time.Millisecond)
	return &at, ""
}
