// SPDX-License-Identifier: Apache-2.0

package program

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// ControlFile is a control in the file form.
type ControlFile = api.ControlFile

// controlColumns are those of a file of controls, in the order of an export. In
// domains, requirements and tests a semicolon separates; a requirement is
// written framework/reference; customFields are JSON as in the file form.
func controlColumns() []string {
	return []string{"externalId", "name", "description", "domains", "owner", "role", "note", "effectiveDate", "requirements", "tests", "customFields"}
}

// WriteCSV writes controls as a table that ReadControlsCSV takes without loss.
func WriteCSV(w io.Writer, files []ControlFile) error {
	out := csv.NewWriter(w)
	if err := out.Write(controlColumns()); err != nil {
		return err
	}
	for _, f := range files {
		row, err := csvRow(f)
		if err != nil {
			return err
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvRow(f ControlFile) ([]string, error) {
	fields := ""
	if len(f.CustomFields) > 0 {
		text, err := json.Marshal(f.CustomFields)
		if err != nil {
			return nil, err
		}
		fields = string(text)
	}
	var places []string
	for _, framework := range slices.Sorted(maps.Keys(f.Requirements)) {
		for _, ref := range f.Requirements[framework] {
			places = append(places, Place{framework, ref}.text())
		}
	}
	return []string{
		f.ExternalID, f.Name, f.Description, strings.Join(f.Domains, "; "), f.Owner, f.Role, f.Note, f.EffectiveDate, strings.Join(places, "; "),
		strings.Join(f.Tests, "; "), fields,
	}, nil
}

// maxRows is how many lines a file may have.
const maxRows = 20_000

// openCSV reads a header and answers the columns by position; known are those
// that there are.
func openCSV(r io.Reader, known []string) (*csv.Reader, []string, error) {
	reader := csv.NewReader(r)
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, fault.New(fault.Invalid, "the file is empty: its first line names the columns, such as %s", strings.Join(known[:2], ", "))
	}
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "the file is no CSV: %v", err)
	}
	columns := make([]string, len(header))
	for i, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		at := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
		if at < 0 || slices.Contains(columns[:i], known[max(at, 0)]) {
			return nil, nil, fault.New(fault.Invalid, "column %d is %q: each of these may stand once: %s", i+1, name, strings.Join(known, ", "))
		}
		columns[i] = known[at]
	}
	return reader, columns, nil
}

// eachLine calls fn with the cells of each line by column.
func eachLine(reader *csv.Reader, columns []string, fn func(line int, cells map[string]string) error) error {
	for n := 0; ; n++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.New(fault.Invalid, "the file is no CSV: %v", err)
		}
		line, _ := reader.FieldPos(0)
		if n >= maxRows {
			return fault.New(fault.TooLarge, "the file has more than %d lines", maxRows)
		}
		if len(record) > len(columns) {
			return fault.New(fault.Invalid, "line %d has %d cells, the header %d", line, len(record), len(columns))
		}
		cells := map[string]string{}
		for i, cell := range record {
			cells[columns[i]] = strings.TrimSpace(cell)
		}
		if err := fn(line, cells); err != nil {
			return err
		}
	}
}

// ReadControlsCSV reads a table of controls as rows for Import. A column that is
// not there says nothing; an empty cell takes away what was there.
func ReadControlsCSV(r io.Reader) (rows []Row, err error) {
	reader, columns, err := openCSV(r, controlColumns())
	if err != nil {
		return nil, err
	}
	err = eachLine(reader, columns, func(line int, cells map[string]string) error {
		form, err := controlForm(cells)
		rows = append(rows, Row{form, line})
		return err
	})
	return rows, err
}

// controlForm writes the cells of a line as the file form.
func controlForm(cells map[string]string) (json.Value, error) {
	members := map[string]any{"kind": "Control"}
	for name, cell := range cells {
		switch name {
		case "domains", "tests":
			members[name] = items(cell)
		case "requirements":
			members[name] = byFramework(items(cell))
		case "customFields":
			members[name] = json.Value("[]")
			if cell != "" {
				members[name] = rawOr(cell)
			}
		case "role", "effectiveDate":
			members[name] = nullOr(cell)
		default:
			members[name] = cell
		}
	}
	return json.Marshal(members)
}

// nullOr answers null for an empty cell.
func nullOr(cell string) any {
	if cell == "" {
		return nil
	}
	return cell
}

// rawOr answers a cell that holds JSON as it is, any other as a text, which is
// refused where JSON is needed.
func rawOr(cell string) any {
	var raw json.Value
	if json.Unmarshal([]byte(cell), &raw) != nil {
		return cell
	}
	return raw
}

// items splits a cell at semicolons.
func items(cell string) []string {
	list := []string{}
	for one := range strings.SplitSeq(cell, ";") {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

func byFramework(places []string) map[string][]string {
	all := map[string][]string{}
	for _, place := range places {
		framework, ref, _ := strings.Cut(place, "/")
		all[strings.TrimSpace(framework)] = append(all[strings.TrimSpace(framework)], strings.TrimSpace(ref))
	}
	return all
}

// frameworkColumns are those of a table of requirements. A requirement stands
// below its parent when it names one, which stands above it in the file.
func frameworkColumns() []string {
	return []string{"category", "categoryName", "ref", "name", "description", "text", "obligation", "parent", "controls"}
}

// ReadFrameworkCSV reads a table of requirements as the file form of a framework
// with a name and, perhaps, a slug.
func ReadFrameworkCSV(r io.Reader, name, slug string) ([]byte, error) {
	reader, columns, err := openCSV(r, frameworkColumns())
	if err != nil {
		return nil, err
	}
	file := api.FrameworkFile{APIVersion: apiVersion, Kind: "Framework", Name: name, Slug: slug, Categories: []api.CategoryFile{}}
	tree := &treeReader{file: &file, categories: map[string]int{}, below: map[string][]*api.RequirementFile{}, known: map[string]bool{}}
	if err := eachLine(reader, columns, tree.add); err != nil {
		return nil, err
	}
	for i := range file.Categories {
		file.Categories[i].Requirements = tree.grow("\x00" + file.Categories[i].Ref)
	}
	return json.Marshal(file)
}

// treeReader puts lines together to a tree.
type treeReader struct {
	below      map[string][]*api.RequirementFile // by parent, or by category behind a NUL
	categories map[string]int
	file       *api.FrameworkFile
	known      map[string]bool
}

func (t *treeReader) add(line int, cells map[string]string) error {
	category, parent := cells["category"], cells["parent"]
	if _, known := t.categories[category]; !known {
		t.categories[category] = len(t.file.Categories)
		t.file.Categories = append(t.file.Categories, api.CategoryFile{Ref: category, Name: cmp.Or(cells["categoryName"], category)})
	}
	at := "\x00" + category
	if parent != "" {
		if !t.known[parent] {
			return fault.New(fault.Invalid, "line %d: the parent %q does not stand above it", line, parent)
		}
		at = parent
	}
	one := &api.RequirementFile{
		Description: cells["description"], Name: cells["name"], Obligation: cells["obligation"], Ref: cells["ref"], Text: cells["text"],
	}
	if list := items(cells["controls"]); len(list) > 0 {
		one.Controls = list
	}
	t.known[one.Ref] = true
	t.below[at] = append(t.below[at], one)
	return nil
}

func (t *treeReader) grow(at string) (list []api.RequirementFile) {
	for _, one := range t.below[at] {
		r := *one
		if r.Ref != at {
			r.Requirements = t.grow(r.Ref)
		}
		list = append(list, r)
	}
	return list
}
