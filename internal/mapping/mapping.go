// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/rule"
)

// Kind is what records are shown as.
type Kind string

// Slot is one thing that a page shows of a record.
type Slot struct {
	Name     string
	Required bool
	Types    []rule.Type // of the fields that may fill it
	Values   []string    // that may fill it for every record; nil: none, [""]: any text
}

// Shape is what a kind is made of.
type Shape struct {
	Conditions []string
	Kind       Kind
	Slots      []Slot
}

// Mapping says what fills the slots and conditions of a kind.
type Mapping struct {
	As         Kind                  `json:"as"`
	Conditions map[string]json.Value `json:"conditions,omitempty"` // rules by condition
	Fields     map[string]string     `json:"fields,omitempty"`     // fields by slot
	Values     map[string]string     `json:"values,omitempty"`     // the same for every record, by slot
}

func (s Shape) slot(name string) (Slot, bool) {
	i := slices.IndexFunc(s.Slots, func(slot Slot) bool { return slot.Name == name })
	if i < 0 {
		return Slot{}, false
	}
	return s.Slots[i], true
}

// Check answers what is wrong with a mapping of a definition, by place.
func (s Shape) Check(m Mapping, d resource.Definition) ([]fault.Problem, error) {
	schema, err := d.RecordSchema()
	if err != nil {
		return nil, err
	}
	c := checker{fields: rule.NewFields(schema), shape: s}
	c.known = fieldsOf(c.fields)
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		c.field(name, m.Fields[name])
	}
	for _, name := range slices.Sorted(maps.Keys(m.Values)) {
		c.value(name, m)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Conditions)) {
		c.condition(name, m.Conditions[name])
	}
	for _, slot := range s.Slots {
		_, byField := m.Fields[slot.Name]
		if _, byValue := m.Values[slot.Name]; slot.Required && !byField && !byValue {
			c.add("/fields", "must say what fills %s", slot.Name)
		}
	}
	return c.problems, nil
}

// fieldsOf answers the fields of records by every path that rules may write.
func fieldsOf(fields *rule.Fields) map[string]rule.Field {
	known := map[string]rule.Field{}
	for _, f := range fields.List() {
		if strings.Contains(f.Path, "[") {
			continue // a key with a dot or a bracket: rules reach it, mappings do not
		}
		known[f.Path] = f
		known["customProperties."+strings.TrimPrefix(f.Path, "customProperties.")] = f
	}
	return known
}

type checker struct {
	fields   *rule.Fields
	known    map[string]rule.Field
	problems []fault.Problem
	shape    Shape
}

func (c *checker) add(pointer, format string, args ...any) {
	c.problems = append(c.problems, fault.Problem{Pointer: pointer, Message: fault.New(fault.Invalid, format, args...).Message})
}

func (c *checker) slotNames() string {
	var names []string
	for _, slot := range c.shape.Slots {
		names = append(names, slot.Name)
	}
	return strings.Join(names, ", ")
}

func (c *checker) field(name, path string) {
	at := "/fields/" + escape(name)
	slot, ok := c.shape.slot(name)
	if !ok {
		c.add(at, "is nothing that a %s has; there are %s", c.shape.Kind, c.slotNames())
		return
	}
	f, ok := c.known[path]
	switch {
	case !ok:
		c.add(at, "names no field of this resource")
	case !slices.Contains(slot.Types, f.Type) && f.Type != rule.TypeAny:
		c.add(at, "must name a field of type %s; %s is of type %s", join(slot.Types), path, f.Type)
	}
}

func (c *checker) value(name string, m Mapping) {
	at := "/values/" + escape(name)
	slot, ok := c.shape.slot(name)
	switch {
	case !ok:
		c.add(at, "is nothing that a %s has; there are %s", c.shape.Kind, c.slotNames())
	case slot.Values == nil:
		c.add(at, "cannot be the same for every record: name a field")
	case !slices.Contains(slot.Values, "") && !slices.Contains(slot.Values, m.Values[name]):
		c.add(at, "must be of %s", strings.Join(slot.Values, ", "))
	}
	if _, both := m.Fields[name]; both && ok {
		c.add(at, "is filled by a field already")
	}
}

func (c *checker) condition(name string, text json.Value) {
	at := "/conditions/" + escape(name)
	if !slices.Contains(c.shape.Conditions, name) {
		c.add(at, "is nothing that is asked of a %s; there are %s", c.shape.Kind, strings.Join(c.shape.Conditions, ", "))
		return
	}
	node, problems := rule.Parse(text)
	if len(problems) == 0 {
		problems = node.Check(c.fields)
	}
	for _, p := range problems {
		c.add(at+p.Pointer, "%s", p.Message)
	}
	if len(problems) > 0 {
		return
	}
	if p, err := rule.Compile(node, c.fields); err != nil {
		c.add(at, "%s", err.Error())
	} else if p.Relative() || p.ReadsID() || len(p.Relations()) > 0 {
		c.add(at, "must depend on the record alone: no durations, no relations, no id")
	}
}

func escape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

func join(types []rule.Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = string(t)
	}
	return strings.Join(words, " or ")
}
