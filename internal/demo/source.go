// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/passmuster/muster/internal/json"
)

//go:embed files/*.yaml
var files embed.FS

// application is one file: what one program pushes.
type application struct {
	Application string
	Description string
	Sources     []*source
}

// source is what one definition reports.
type source struct {
	Base      string
	Churn     float64 // share of the records that go, and come anew, each day
	Every     int     // days between pushes
	Fields    []*field
	Incidents []incident
	Leave     *leave // of a source with a record per person
	Name      string
	Noun      string // uniqueIds begin with it
	Other     string // only people without a record in that source
	Per       string // "person": a record for each
	Records   int
	Share     float64 // of the people, 0 = all
	Stops     int     // days since the last push
	Tests     []map[string]any
	Title     string // format of the display name, for a person's first name
	URL       string
	Words     []string // display names begin with one, or have their number at its #
}

// field is one property of the records of a source.
type field struct {
	Bad      []any  // values of a record that is not as it should be
	Born     []int  // a time that stays: days before the record came
	Days     []int  // a time that moves on: how many days ago it is
	From     string // what it is taken from; see value
	Good     []any  // values otherwise
	Late     []int  // as Days, of a record that is not as it should be
	Name     string
	Nullable bool
	Of       []any // values of every record
	Plus     int   // days after what it is taken from
	Rate     float64
	Ref      string // uniqueIds of another source
	Type     string // JSON Type Definition's, or strings, ints; "" for fields of a base type
	With     string // is bad whenever that field is
}

// incident turns a share of the records bad in one field, some days ago, for some days.
type incident struct {
	Ago   int
	Days  int
	Field string
	Share float64
}

// leave is what becomes of a person's record when the person leaves: it goes, or a
// field of it changes.
type leave struct {
	Days  []int // how much later
	Field string
	To    any
}

// load reads the company.
func load() (all []*application, err error) {
	names, err := fs.Glob(files, "files/*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		a := &application{}
		if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(a); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, a)
	}
	return all, nil
}

// custom says whether the source's fields stand under customProperties.
func (s *source) custom() bool { return s.Base == "CustomResource" }

// schema answers the JSON Type Definition of the custom properties, nil for a base
// type that has its own.
func (s *source) schema() ([]byte, error) {
	if !s.custom() {
		return nil, nil
	}
	properties := map[string]any{}
	for _, f := range s.Fields {
		properties[f.Name] = f.schema()
	}
	return json.Marshal(map[string]any{"properties": properties})
}

func (f *field) schema() map[string]any {
	elements := func(of string) map[string]any {
		return map[string]any{"elements": map[string]any{"type": of}}
	}
	switch f.Type {
	case "strings":
		return elements("string")
	case "ints":
		return elements("int32")
	}
	schema := map[string]any{"type": f.Type}
	if f.Nullable {
		schema["nullable"] = true
	}
	return schema
}
