// SPDX-License-Identifier: Apache-2.0

package jtd

import "github.com/passmuster/muster/internal/json"

// Form is one of the eight shapes a schema may have (RFC 8927 section 2.2).
type Form uint8

// The eight forms. FormEmpty is the zero value and accepts every instance.
const (
	FormEmpty         Form = iota
	FormRef                // names an entry of the root's definitions
	FormType               // one primitive type
	FormEnum               // one of several strings
	FormElements           // an array whose elements share a schema
	FormProperties         // an object with named members
	FormValues             // an object whose values share a schema
	FormDiscriminator      // an object whose tag chooses among property forms
)

// Type is a primitive type of the type form (RFC 8927 section 2.2.3).
type Type string

// The primitive types. The integer types accept every JSON number that has an
// integer value in their range, however it is spelled (1.0 and 1e2 are integers).
const (
	TypeBoolean   Type = "boolean"
	TypeString    Type = "string"
	TypeTimestamp Type = "timestamp" // a string in the grammar of RFC 3339
	TypeFloat32   Type = "float32"   // any JSON number
	TypeFloat64   Type = "float64"   // any JSON number
	TypeInt8      Type = "int8"
	TypeUint8     Type = "uint8"
	TypeInt16     Type = "int16"
	TypeUint16    Type = "uint16"
	TypeInt32     Type = "int32"
	TypeUint32    Type = "uint32"
)

// Schema is a JSON Type Definition. Form says which of the fields after it
// count; the others are zero. A Schema is a tree: no pointer may occur twice on
// the way down. Treat it as immutable once it is compiled.
type Schema struct {
	// Definitions are the named schemas that refs may point to, in source
	// order. Only the root may have them.
	Definitions []Member
	// Nullable makes null valid whatever the form says.
	Nullable bool
	// Metadata is the compact text of an object, nil when absent. It has no
	// meaning for validation.
	Metadata json.Value

	Form Form

	Ref      string   // FormRef: the name of a definition
	Type     Type     // FormType
	Enum     []string // FormEnum: at least one, distinct
	Elements *Schema  // FormElements
	Values   *Schema  // FormValues

	// Properties and OptionalProperties belong to FormProperties, in source
	// order; nil when empty. A name stands in at most one of them.
	Properties         []Member
	OptionalProperties []Member
	// HasProperties says that the keyword "properties" is present, even if it
	// is empty. RFC 8927 section 3.3.6 makes it choose the schema path of a
	// value that is no object. False with Properties is read as true.
	HasProperties bool
	// AdditionalProperties lets names pass that the schema does not have.
	AdditionalProperties bool

	// Discriminator is the name of the tag, Mapping the property form for each
	// value of it, in source order.
	Discriminator string
	Mapping       []Member
}

// Member is a name and its schema.
type Member struct {
	Name   string
	Schema *Schema
}

// Property answers the schema of a property of the properties form, and
// whether it is required. ok is false when there is none of that name.
func (s *Schema) Property(name string) (schema *Schema, required, ok bool) {
	if found := find(s.Properties, name); found != nil {
		return found, true, true
	}
	found := find(s.OptionalProperties, name)
	return found, false, found != nil
}

// Definition answers the named definition, nil when there is none. Only the
// root has definitions.
func (s *Schema) Definition(name string) *Schema {
	return find(s.Definitions, name)
}

func find(members []Member, name string) *Schema {
	for _, member := range members {
		if member.Name == name {
			return member.Schema
		}
	}
	return nil
}

// hasProperties says whether the keyword "properties" is printed.
func (s *Schema) hasProperties() bool {
	return s.HasProperties || len(s.Properties) > 0
}

// SchemaError says where a schema breaks a rule of RFC 8927 section 2, and what
// would fit there.
type SchemaError struct {
	// Pointer is the JSON Pointer of the place, "" for the root.
	Pointer string
	// Message continues a sentence whose subject is the place.
	Message string
}

// Error answers "schema: /pointer message".
func (e *SchemaError) Error() string {
	if e.Pointer == "" {
		return "schema: the root " + e.Message
	}
	return "schema: " + e.Pointer + " " + e.Message
}
