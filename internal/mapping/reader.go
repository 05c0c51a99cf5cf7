// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Reader reads records by a mapping. It is not safe for concurrent use.
type Reader struct {
	conditions map[string]*rule.Evaluator // nil: does not fit the schema
	document   []byte
	fields     map[string][]string // keys from the root
	values     map[string]string
}

// program is a mapping compiled against a schema.
type program struct {
	conditions map[string]*rule.Program
	fields     map[string][]string
	values     map[string]string
}

// compile compiles what fits the definition's schema.
func (m Mapping) compile(d resource.Definition) (*program, error) {
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	fields := rule.NewFields(schema)
	known := fieldsOf(fields)
	p := &program{conditions: map[string]*rule.Program{}, fields: map[string][]string{}, values: m.Values}
	for name, path := range m.Fields {
		if _, fits := known[path]; fits {
			p.fields[name] = keysOf(path, schema)
		}
	}
	for name, text := range m.Conditions {
		p.conditions[name] = nil
		node, problems := rule.Parse(text)
		if len(problems) > 0 || len(node.Check(fields)) > 0 {
			continue
		}
		if p.conditions[name], err = rule.Compile(node, fields); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// fitting answers the fields that the definition's schema has, by slot.
func (m Mapping) fitting(d resource.Definition) (map[string]string, error) {
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	known, fields := fieldsOf(rule.NewFields(schema)), map[string]string{}
	for slot, path := range m.Fields {
		if _, fits := known[path]; fits {
			fields[slot] = path
		}
	}
	return fields, nil
}

// keysOf answers the keys of a path from the record's root: a first key that is
// no base field is one of customProperties.
func keysOf(path string, record *jtd.Schema) []string {
	keys := strings.Split(path, ".")
	for _, members := range [][]jtd.Member{record.Properties, record.OptionalProperties} {
		for _, m := range members {
			if m.Name == keys[0] {
				return keys
			}
		}
	}
	return append([]string{"customProperties"}, keys...)
}

func (p *program) reader() *Reader {
	r := &Reader{conditions: map[string]*rule.Evaluator{}, fields: p.fields, values: p.values}
	for name, condition := range p.conditions {
		r.conditions[name] = nil
		if condition != nil {
			r.conditions[name] = condition.NewEvaluator()
		}
	}
	return r
}

// Read makes the reader be about a record.
func (r *Reader) Read(document []byte) { r.document = document }

// Has says whether the mapping says anything about a condition.
func (r *Reader) Has(condition string) bool {
	_, ok := r.conditions[condition]
	return ok
}

// Is answers whether a condition holds; unknown where the record does not say so,
// or where the mapping says nothing.
func (r *Reader) Is(condition string) rule.Truth {
	e := r.conditions[condition]
	if e == nil {
		return rule.Unknown
	}
	truth, _ := e.Eval(r.document, 0)
	return truth
}

// raw answers the JSON of a slot's field; false when it is absent or null.
func (r *Reader) raw(slot string) ([]byte, bool) {
	keys, ok := r.fields[slot]
	value := r.document
	for _, key := range keys {
		found := false
		for members := jtd.MembersOf(value); members.Next(); {
			if members.NameIs(key) {
				value, found = members.Value(), true
				break
			}
		}
		if !found {
			return nil, false
		}
	}
	return value, ok && string(value) != "null"
}

// Text answers what fills a slot; "" for nothing.
func (r *Reader) Text(slot string) string {
	if value, ok := r.values[slot]; ok {
		return value
	}
	value, ok := r.raw(slot)
	switch {
	case !ok:
		return ""
	case value[0] == '"':
		return jtd.Unquote(value)
	case value[0] == '{' || value[0] == '[':
		return ""
	}
	return string(value)
}

// Time answers the instant in ms that fills a slot.
func (r *Reader) Time(slot string) (ms int64, ok bool) {
	return jtd.ParseTimestamp([]byte(r.Text(slot)))
}

// Number answers the number that fills a slot.
func (r *Reader) Number(slot string) (float64, bool) {
	n, err := strconv.ParseFloat(r.Text(slot), 64)
	return n, err == nil
}

// Texts answers the texts of an array that fills a slot, or the one text that does;
// nil for nothing. What is no text in an array is left out.
func (r *Reader) Texts(slot string) (list []string) {
	value, ok := r.raw(slot)
	if !ok || value[0] != '[' {
		if text := r.Text(slot); text != "" {
			list = []string{text}
		}
		return list
	}
	list = []string{}
	for elements := jtd.ElementsOf(value); elements.Next(); {
		if one := elements.Value(); one[0] == '"' {
			list = append(list, jtd.Unquote(one))
		}
	}
	return list
}
