// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// customProperties is the member that carries what no base field has a name for.
const customProperties = "customProperties"

// uniqueID is the member that no record is without.
const uniqueID = "uniqueId"

// sheet says how the cells of a table become records.
type sheet struct {
	base   *jtd.Schema // fields of the base type
	custom *jtd.Schema // of customProperties; nil: guess by JSON literals
}

// cell turns the text of a cell into JSON text.
type cell func(text string) []byte

// branch is one member of the records that a header describes: a column, or an
// object of further members.
type branch struct {
	column   int // -1: an object
	convert  cell
	key      []byte // quoted, with its colon
	members  []*branch
	name     string
	required bool // written even when all its cells are empty
}

// readCSV reads a table with a header (RFC 4180). Empty cells are absent members.
func (s *source) readCSV(t *text, yield func([]byte, error) bool) error {
	r := csv.NewReader(t)
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: has no header: the first line names the columns", s.name)
	}
	if err != nil {
		return s.csvError(err, 0)
	}
	root, err := s.header(r, slices.Clone(header))
	if err != nil {
		return err
	}
	var record []byte
	for {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return s.csvError(err, len(header))
		}
		if i := slices.IndexFunc(row, func(cell string) bool { return !utf8.ValidString(cell) }); i >= 0 {
			line, column := r.FieldPos(i)
			return s.malformed(line, column, "is not UTF-8")
		}
		s.line, _ = r.FieldPos(0)
		record, _ = root.append(record[:0], row)
		if !yield(record, nil) {
			return errEnough
		}
	}
}

// csvError says where and why a table is no table; header counts its columns.
func (s *source) csvError(err error, header int) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	if errors.Is(err, csv.ErrFieldCount) {
		return s.malformed(parse.Line, parse.Column, "this row has another number of cells than the header, which has %d", header)
	}
	return s.malformed(parse.Line, parse.Column, "%v", parse.Err)
}

// header makes the tree of members that the columns fill.
func (s *source) header(r *csv.Reader, names []string) (*branch, error) {
	root := &branch{column: -1, required: true}
	for i, name := range names {
		line, column := r.FieldPos(i)
		name = strings.TrimSpace(name)
		if !utf8.ValidString(name) {
			return nil, s.malformed(line, column, "is not UTF-8")
		}
		if name == "" {
			return nil, s.malformed(line, column, "this column has no name")
		}
		if len(names) == 1 && strings.ContainsAny(name, ";\t") {
			return nil, s.malformed(line, column, "there is one column named %q: columns are separated by commas", name)
		}
		path, convert := s.sheet.place(name)
		if err := root.add(path, i, convert); err != nil {
			return nil, s.malformed(line, column, "column %q: %v", name, err)
		}
	}
	if !slices.ContainsFunc(root.members, func(m *branch) bool { return m.name == uniqueID && m.column >= 0 }) {
		return nil, s.malformed(1, 1, "there is no column %s; the first line must name the columns, and it names %s", uniqueID, listed(names))
	}
	return root, nil
}

// listed quotes names, not too many: a first line may be anything.
func listed(names []string) string {
	const most = 10
	var quoted []string
	for _, name := range names[:min(most, len(names))] {
		if runes := []rune(name); len(runes) > 40 {
			name = string(runes[:40]) + "…"
		}
		quoted = append(quoted, strconv.Quote(name))
	}
	if more := len(names) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}

// add hangs a column below the branch.
func (b *branch) add(path []string, column int, convert cell) error {
	i := slices.IndexFunc(b.members, func(m *branch) bool { return m.name == path[0] })
	if i < 0 {
		key, err := json.AppendQuote(nil, path[0])
		if err != nil {
			return err
		}
		// A custom schema requires the object even of a record that has no value in it.
		b.members = append(b.members, &branch{
			column: -1, key: append(key, ':'), name: path[0], required: b.name == "" && path[0] == customProperties,
		})
		i = len(b.members) - 1
	} else if len(path) == 1 || b.members[i].column >= 0 {
		return errors.New("another column fills the same place")
	}
	member := b.members[i]
	if len(path) > 1 {
		return member.add(path[1:], column, convert)
	}
	member.column, member.convert = column, convert
	return nil
}

// append writes the branch's value of a row, and says whether there was any.
func (b *branch) append(out []byte, row []string) ([]byte, bool) {
	if b.column >= 0 {
		if row[b.column] == "" {
			return out, false
		}
		return append(out, b.convert(row[b.column])...), true
	}
	start, some := len(out), b.required
	out = append(out, '{')
	for _, member := range b.members {
		before := len(out)
		if before > start+1 {
			out = append(out, ',')
		}
		out = append(out, member.key...)
		var wrote bool
		if out, wrote = member.append(out, row); !wrote {
			out = out[:before]
			continue
		}
		some = true
	}
	if !some {
		return out[:start], false
	}
	return append(out, '}'), true
}

// place answers where the values of a column go and how its cells are read.
func (s *sheet) place(name string) ([]string, cell) {
	if rest, found := strings.CutPrefix(name, customProperties+"."); found {
		path, convert := s.placeCustom(rest)
		return append([]string{customProperties}, path...), convert
	}
	if name == customProperties {
		return []string{name}, guess
	}
	path := strings.Split(name, ".")
	if schema := descend(s.base, s.base, path); schema != nil {
		return path, reader(s.base, schema)
	}
	if _, _, known := s.base.Property(path[0]); known {
		return path, guess
	}
	path, convert := s.placeCustom(name)
	return append([]string{customProperties}, path...), convert
}

// placeCustom is place within customProperties. A property whose name holds a
// dot is found by its whole name.
func (s *sheet) placeCustom(name string) ([]string, cell) {
	path := strings.Split(name, ".")
	if s.custom == nil {
		return path, guess
	}
	if schema, _, known := s.custom.Property(name); known {
		return []string{name}, reader(s.custom, schema)
	}
	if schema := descend(s.custom, s.custom, path); schema != nil {
		return path, reader(s.custom, schema)
	}
	return path, guess
}

// descend answers the schema at a path of properties, nil when there is none.
func descend(root, at *jtd.Schema, path []string) *jtd.Schema {
	for _, name := range path {
		at = resolve(root, at)
		if at == nil || at.Form != jtd.FormProperties {
			return nil
		}
		next, _, known := at.Property(name)
		if !known {
			return nil
		}
		at = next
	}
	return resolve(root, at)
}

// resolve follows references; a schema that was parsed has no circle of them.
func resolve(root, at *jtd.Schema) *jtd.Schema {
	for at != nil && at.Form == jtd.FormRef {
		at = root.Definition(at.Ref)
	}
	return at
}

// reader answers how cells of a schema are read. What does not fit stays a
// string, so that the server names the place.
func reader(root, schema *jtd.Schema) cell {
	nullable := schema.Nullable
	schema = resolve(root, schema)
	read := guess
	switch {
	case schema == nil:
	case schema.Form == jtd.FormEnum:
		read = quote
	case schema.Form == jtd.FormType && schema.Type == jtd.TypeBoolean:
		read = boolean
	case schema.Form == jtd.FormType && (schema.Type == jtd.TypeString || schema.Type == jtd.TypeTimestamp):
		read = quote
	}
	if schema == nil || !nullable && !schema.Nullable {
		return read
	}
	return func(text string) []byte {
		if text == "null" {
			return []byte(text)
		}
		return read(text)
	}
}

// guess takes a cell for the JSON literal that it spells, strings excepted, and
// else for a string.
func guess(text string) []byte {
	value := json.Value(text)
	if kind := value.Kind(); kind != '"' && kind != 0 && value.IsValid() {
		return value
	}
	return quote(text)
}

// boolean takes the spellings of spreadsheets, too.
func boolean(text string) []byte {
	if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
		return []byte(strings.ToLower(text))
	}
	return quote(text)
}

// quote takes a cell for a string. It is valid UTF-8, so it always has a spelling.
func quote(text string) []byte {
	out, err := json.AppendQuote(nil, text)
	if err != nil {
		return []byte(`""`)
	}
	return out
}
