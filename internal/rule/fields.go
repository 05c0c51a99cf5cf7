// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/jtd"
)

// Type is what a field holds, as far as operators care.
type Type string

// The types. All integer and float types of a schema are numbers. TypeAny is
// the empty form: nothing is known before the value is there.
const (
	TypeAny       Type = "any"
	TypeArray     Type = "array"
	TypeBoolean   Type = "boolean"
	TypeEnum      Type = "enum"
	TypeNumber    Type = "number"
	TypeObject    Type = "object"
	TypeString    Type = "string"
	TypeTimestamp Type = "timestamp"
)

// customProperties is the base field under which custom fields travel.
const customProperties = "customProperties"

// Fields is what a rule may name on the records of one definition.
type Fields struct {
	root   *jtd.Schema
	record shape
	custom shape // of customProperties; unusable without one
	find   Find  // nil: relations can't be used
}

// Find answers the fields of the definition that a relation names. Its error is
// a sentence for the author: why the name means none.
type Find func(name string) (*Fields, error)

// Relating answers the same fields for conditions that may relate to the
// definitions that find knows.
func (f *Fields) Relating(find Find) *Fields {
	related := *f
	related.find = find
	return &related
}

// virtualID is the path of the record's public id, which stands in no document.
// No schema of a whole record has a field of that name.
const virtualID = "\x00id"

// idName is how rules write it. A field that the schema has goes before it.
const idName = "id"

// virtualSince is the path of the instant since which the record has been there
// without a break, and sinceName how rules write it. A field that the schema has goes
// before it.
const (
	virtualSince = "\x00presentSince"
	sinceName    = "presentSince"
)

// NewFields answers the fields of records that are valid against record, the
// schema of a whole record: the base fields at the top and, when the definition
// has a schema of its own, a property customProperties that holds it.
func NewFields(record *jtd.Schema) *Fields {
	f := &Fields{root: record}
	f.record = f.shape(record)
	if custom, ok := f.child(f.record, customProperties); ok && custom.typ == TypeObject {
		f.custom = custom
	}
	return f
}

// shape is what a schema says about a value. Where a discriminator leaves
// several schemas possible, all of them are kept.
type shape struct {
	typ      Type
	enum     []string // TypeEnum: the values, in schema order
	nullable bool
	optional bool // as a member of the object it was found in
	schemas  []*jtd.Schema
}

// shape sums up alternative schemas.
func (f *Fields) shape(alternatives ...*jtd.Schema) shape {
	var s shape
	for _, schema := range alternatives {
		schema, nullable := f.follow(schema)
		s.nullable = s.nullable || nullable
		if slices.Contains(s.schemas, schema) {
			continue
		}
		s.schemas = append(s.schemas, schema)
		s.typ = typeOfEither(s.typ, typeOf(schema))
		for _, value := range schema.Enum {
			if !slices.Contains(s.enum, value) {
				s.enum = append(s.enum, value)
			}
		}
	}
	if s.typ != TypeEnum {
		s.enum = nil
	}
	return s
}

// typeOfEither answers the type of a value that is of one of two types.
func typeOfEither(a, b Type) Type {
	switch {
	case a == "" || a == b:
		return b
	case a == TypeEnum && b == TypeString || a == TypeString && b == TypeEnum:
		return TypeString
	}
	return TypeAny
}

// follow resolves refs, and says whether null is valid. A ref that leads only
// to itself accepts nothing that could be said, so it counts as the empty form.
func (f *Fields) follow(schema *jtd.Schema) (target *jtd.Schema, nullable bool) {
	for range len(f.root.Definitions) + 1 {
		if schema == nil {
			break
		}
		nullable = nullable || schema.Nullable
		if schema.Form != jtd.FormRef {
			return schema, nullable
		}
		schema = f.root.Definition(schema.Ref)
	}
	return &jtd.Schema{}, true
}

func typeOf(schema *jtd.Schema) Type {
	switch schema.Form {
	case jtd.FormElements:
		return TypeArray
	case jtd.FormEnum:
		return TypeEnum
	case jtd.FormProperties, jtd.FormValues, jtd.FormDiscriminator:
		return TypeObject
	case jtd.FormType:
		switch schema.Type {
		case jtd.TypeBoolean:
			return TypeBoolean
		case jtd.TypeString:
			return TypeString
		case jtd.TypeTimestamp:
			return TypeTimestamp
		}
		return TypeNumber
	}
	return TypeAny
}

// child answers the shape below a key.
func (f *Fields) child(s shape, key string) (shape, bool) {
	var found []*jtd.Schema
	optional := len(s.schemas) > 1
	for _, schema := range s.schemas {
		switch schema.Form {
		case jtd.FormEmpty, jtd.FormValues:
			found = append(found, schema.Values) // nil follows to the empty form
			optional = true
		case jtd.FormProperties:
			if property, required, ok := schema.Property(key); ok {
				found = append(found, property)
				optional = optional || !required
			}
		case jtd.FormDiscriminator:
			found = append(found, tagged(schema, key)...)
			optional = optional || key != schema.Discriminator
		}
	}
	below := f.shape(found...)
	below.optional = optional
	return below, len(found) > 0
}

// tagged answers the schemas that a key may have under a discriminator.
func tagged(schema *jtd.Schema, key string) []*jtd.Schema {
	if key == schema.Discriminator {
		tag := &jtd.Schema{Form: jtd.FormEnum}
		for _, mapping := range schema.Mapping {
			tag.Enum = append(tag.Enum, mapping.Name)
		}
		return []*jtd.Schema{tag}
	}
	var found []*jtd.Schema
	for _, mapping := range schema.Mapping {
		if property, _, ok := mapping.Schema.Property(key); ok {
			found = append(found, property)
		}
	}
	return found
}

// element answers the shape of an array's elements.
func (f *Fields) element(s shape) shape {
	var found []*jtd.Schema
	for _, schema := range s.schemas {
		if schema.Form == jtd.FormElements {
			found = append(found, schema.Elements)
		}
	}
	if len(found) == 0 {
		found = append(found, &jtd.Schema{})
	}
	return f.shape(found...)
}

// names answers the keys that an object is known to have, in schema order.
func (s shape) names() []string {
	var names []string
	add := func(members []jtd.Member) {
		for _, member := range members {
			if !slices.Contains(names, member.Name) {
				names = append(names, member.Name)
			}
		}
	}
	for _, schema := range s.schemas {
		add(schema.Properties)
		add(schema.OptionalProperties)
		if schema.Form == jtd.FormDiscriminator {
			add([]jtd.Member{{Name: schema.Discriminator}})
			for _, mapping := range schema.Mapping {
				add(mapping.Schema.Properties)
				add(mapping.Schema.OptionalProperties)
			}
		}
	}
	return names
}

// scope is where a path starts: a record, or an element of an array.
type scope struct {
	shape
	element bool
}

// resolve answers the full path of a field and its shape. The error says what
// is wrong and what would fit.
func (f *Fields) resolve(sc scope, p path) (path, shape, error) {
	if len(p) == 0 {
		if !sc.element {
			return nil, shape{}, fmt.Errorf(`"" is the element itself and stands only inside an element node; name a field`)
		}
		return p, sc.shape, nil
	}
	written := p
	here, ok := f.child(sc.shape, p[0])
	if !ok && !sc.element {
		if _, ok = f.child(f.custom, p[0]); ok {
			p, here = append(path{customProperties}, p...), f.custom
		} else if len(p) == 1 && p[0] == idName {
			return path{virtualID}, shape{typ: TypeString}, nil
		} else if len(p) == 1 && p[0] == sinceName {
			return path{virtualSince}, shape{typ: TypeTimestamp}, nil
		}
	}
	if !ok {
		return nil, shape{}, f.unknown(sc, p)
	}
	for i := 1; i < len(p); i++ {
		next, ok := f.child(here, p[i])
		if !ok {
			return nil, shape{}, noChild(written, i-len(p)+len(written), here)
		}
		here = next
	}
	return p, here, nil
}

// unknown says that a record or element has no field of that name.
func (f *Fields) unknown(sc scope, p path) error {
	if sc.element && sc.typ != TypeObject {
		return fmt.Errorf(`the elements are %s, which have no fields; field "" is the element itself`, sc.typ.many())
	}
	names := sc.names()
	if !sc.element {
		names = append(names, f.custom.names()...)
	}
	what := "record"
	if sc.element {
		what = "element"
	}
	return fmt.Errorf("the %s has no field %s%s", what, p[:1], hint(p[0], names, ""))
}

// noChild says that p[i] does not exist below what comes before it.
func noChild(p path, i int, parent shape) error {
	switch parent.typ {
	case TypeObject:
		return fmt.Errorf("%s has no field %s%s", p[:i], p[i:i+1], hint(p[i], parent.names(), p[:i].String()))
	case TypeArray:
		return fmt.Errorf("%s is an array; its elements are reached by an element node: {field: %[1]s, any: {field: %s, …}}", p[:i], p[i:])
	}
	return fmt.Errorf("%s is %s and has no fields", p[:i], parent.typ.one())
}

// maxHint is how many field names a message lists.
const maxHint = 12

// hint proposes names for a misspelled one.
func hint(name string, names []string, prefix string) string {
	if len(names) == 0 {
		return ""
	}
	if near := nearest(name, names); near != "" {
		return "; did you mean " + inside(prefix, path{near}) + "?"
	}
	more := ""
	if len(names) > maxHint {
		more = fmt.Sprintf(" and %d more", len(names)-maxHint)
		names = names[:maxHint]
	}
	return "; it has " + strings.Join(names, ", ") + more
}

// one names one value of the type, with its article.
func (t Type) one() string {
	switch t {
	case TypeAny:
		return "a value of any type"
	case TypeArray, TypeEnum, TypeObject:
		return "an " + string(t)
	}
	return "a " + string(t)
}

// many names several values of the type.
func (t Type) many() string {
	if t == TypeAny {
		return "values of any type"
	}
	return string(t) + "s"
}
