// SPDX-License-Identifier: Apache-2.0

package jtd

import "strings"

// Code is the kind of a problem, as the wire spells it.
type Code string

// The kinds of problem.
const (
	// BadEnum: a value outside an enum, or a tag outside a mapping.
	BadEnum Code = "bad_enum"
	// MissingProperty: a required property or the tag of a discriminator is absent.
	MissingProperty Code = "missing_property"
	// UnknownProperty: a name that the schema does not have.
	UnknownProperty Code = "unknown_property"
	// WrongType: a value of another type, or outside the range of its type.
	WrongType Code = "wrong_type"
)

// Problem is one error of RFC 8927 section 3.3, with what a message needs.
type Problem struct {
	Code Code
	// InstancePath leads to the value; tokens are decoded, array indexes are
	// decimal. For MissingProperty it leads to the object that lacks the
	// property, for UnknownProperty to the member itself.
	InstancePath []string
	// SchemaPath leads to the keyword that refused it.
	SchemaPath []string
	// Property is the decoded name, for MissingProperty and UnknownProperty.
	Property string
	// Expected is, for WrongType, the name of the type, or "object" or "array".
	Expected string
	// Actual is the JSON text found, a part of the input; nil for MissingProperty.
	Actual []byte
}

// Pointer writes path as a JSON Pointer (RFC 6901): "" for the whole document.
func Pointer(path []string) string {
	var text strings.Builder
	for _, token := range path {
		text.WriteByte('/')
		text.WriteString(strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1"))
	}
	return text.String()
}
