// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"

	"github.com/passmuster/muster/internal/jtd"
)

// Field is one field that a rule may name, for pickers.
type Field struct {
	// Path is how a rule writes it, as short as it can be: memory rather than
	// customProperties.memory where no base field has that name. Inside
	// Elements it is relative to the element, and "" is the element itself.
	Path     string
	Type     Type
	Enum     []string // TypeEnum: the values, in schema order
	Nullable bool     // null is valid
	Optional bool     // may be absent
	// Elements are, for TypeArray, the element itself and its fields.
	Elements []Field
	// Values are, for an object with free keys, what each key holds and its
	// fields, with paths as in Elements.
	Values []Field
}

// Bounds of List; a schema may be recursive.
const (
	maxListDepth  = 8
	maxListFields = 2000
)

// List answers the fields in schema order, base fields first, each object
// followed by what is below it. Recursive schemas are unrolled no further than
// their first return; the list ends after 2,000 fields.
func (f *Fields) List() []Field {
	l := lister{fields: f, left: maxListFields}
	base := l.below(f.record, nil, false)
	if len(f.custom.schemas) == 0 {
		return base
	}
	return append(base, l.below(f.custom, nil, true)...)
}

type lister struct {
	fields *Fields
	left   int
	above  []*jtd.Schema // objects and arrays on the way down
}

// below lists the members of an object. custom says that it is customProperties,
// whose members go by their own name where the record has none like it.
func (l *lister) below(object shape, prefix path, custom bool) []Field {
	var list []Field
	for _, name := range object.names() {
		member, _ := l.fields.child(object, name)
		where := append(slices.Clip(prefix), name)
		if custom {
			if _, taken := l.fields.child(l.fields.record, name); taken {
				where = path{customProperties, name}
			}
		}
		list = append(list, l.field(member, where)...)
	}
	return list
}

// field lists one field and, when it is an object, what is below it.
func (l *lister) field(s shape, where path) []Field {
	if l.left <= 0 {
		return nil
	}
	l.left--
	field := Field{Path: where.String(), Type: s.typ, Enum: s.enum, Nullable: s.nullable, Optional: s.optional}
	if len(l.above) >= maxListDepth || slices.ContainsFunc(s.schemas, l.recurs) {
		return []Field{field}
	}
	l.above = append(l.above, s.schemas...)
	defer func() { l.above = l.above[:len(l.above)-len(s.schemas)] }()
	switch s.typ {
	case TypeArray:
		field.Elements = l.field(l.fields.element(s), path{})
	case TypeObject:
		if len(where) == 1 && where[0] == customProperties && len(l.fields.custom.schemas) > 0 {
			return []Field{field} // listed under shorter names
		}
		field.Values = l.values(s)
		return append([]Field{field}, l.below(s, where, false)...)
	}
	return []Field{field}
}

func (l *lister) values(s shape) []Field {
	for _, schema := range s.schemas {
		if schema.Form == jtd.FormValues {
			return l.field(l.fields.shape(schema.Values), path{})
		}
	}
	return nil
}

// recurs says whether an object or array stands above itself.
func (l *lister) recurs(schema *jtd.Schema) bool {
	return (schema.Form == jtd.FormElements || typeOf(schema) == TypeObject) && slices.Contains(l.above, schema)
}
