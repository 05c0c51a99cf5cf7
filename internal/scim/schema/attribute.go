// SPDX-License-Identifier: Apache-2.0

package schema

// Type is what an attribute's values are (RFC 7643 §2.3).
type Type string

// The types of RFC 7643 §2.3, and how their values are held in an Object.
const (
	Binary    Type = "binary"    // string, base 64
	Boolean   Type = "boolean"   // bool
	Complex   Type = "complex"   // Object
	DateTime  Type = "dateTime"  // string, RFC 3339, as it was sent
	Decimal   Type = "decimal"   // Number
	Integer   Type = "integer"   // Number without fraction and exponent
	Reference Type = "reference" // string
	String    Type = "string"    // string
)

// Mutability says who may set an attribute, and when (RFC 7643 §7).
type Mutability string

// The mutabilities of RFC 7643 §7.
const (
	Immutable Mutability = "immutable" // set once, then only removed with the value it belongs to
	ReadOnly  Mutability = "readOnly"
	ReadWrite Mutability = "readWrite"
	WriteOnly Mutability = "writeOnly"
)

// Returned says when an answer holds an attribute (RFC 7643 §7).
type Returned string

// When an attribute is returned (RFC 7643 §7).
const (
	ReturnedAlways  Returned = "always"
	ReturnedDefault Returned = "default"
	ReturnedNever   Returned = "never"
	ReturnedRequest Returned = "request"
)

// Uniqueness says how unique an attribute's values are (RFC 7643 §7).
type Uniqueness string

// The kinds of uniqueness of RFC 7643 §7.
const (
	UniqueGlobal Uniqueness = "global"
	UniqueNone   Uniqueness = "none"
	UniqueServer Uniqueness = "server"
)

// Attribute is an attribute or sub-attribute with all its characteristics (RFC
// 7643 §7), in the form that /Schemas answers. It never changes once loaded.
type Attribute struct {
	Name            string       `json:"name"`
	Type            Type         `json:"type"`
	SubAttributes   []*Attribute `json:"subAttributes,omitempty"` // of complex attributes only
	MultiValued     bool         `json:"multiValued"`
	Description     string       `json:"description"`
	Required        bool         `json:"required"`
	CanonicalValues []string     `json:"canonicalValues,omitempty"` // suggestions; other values are kept
	CaseExact       bool         `json:"caseExact"`
	Mutability      Mutability   `json:"mutability"`
	Returned        Returned     `json:"returned"`
	Uniqueness      Uniqueness   `json:"uniqueness"`
	ReferenceTypes  []string     `json:"referenceTypes,omitempty"` // of references only

	// learned says that the attribute came with traffic: it takes any plain
	// value and arrays of strings, whatever Type says.
	learned bool
	subs    index // of SubAttributes
}

// Learned says whether the attribute is one that a directory learned (With):
// its values may be of any plain type, and single or several, whatever Type
// and MultiValued say.
func (a *Attribute) Learned() bool { return a.learned }

// Sub answers the sub-attribute of that name, in any letter case, or nil.
func (a *Attribute) Sub(name string) *Attribute { return a.subs.get(name) }

// index finds attributes by name; it holds each under its own spelling and in
// lower case, so that the usual look-up makes no new string.
type index map[string]*Attribute

func newIndex(attributes []*Attribute) index {
	found := make(index, 2*len(attributes))
	for _, a := range attributes {
		found[a.Name] = a
		found[Fold(a.Name)] = a
	}
	return found
}

func (i index) get(name string) *Attribute {
	if a, ok := i[name]; ok {
		return a
	}
	return i[Fold(name)]
}
