// SPDX-License-Identifier: Apache-2.0

package jtd

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/json"
)

// Parse reads a schema and holds it against every rule of RFC 8927 section 2,
// and against one of ours: refs may not lead round in a circle without taking a
// step into the instance. Its error is a *SchemaError.
func Parse(text []byte) (*Schema, error) {
	var value json.Value
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, &SchemaError{Message: "is not a JSON text: " + whyNotJSON(err)}
	}
	reader := &parser{}
	schema := reader.schema(value)
	if reader.err != nil {
		return nil, reader.err
	}
	if err := check(schema); err != nil {
		return nil, err
	}
	return schema, nil
}

// whyNotJSON answers what the JSON library found, without the names of its parts.
func whyNotJSON(err error) string {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "it ends too early"
	case !errors.As(err, &syntax):
		return "it cannot be read"
	}
	why := strings.TrimPrefix(syntax.Err.Error(), "jsontext: ")
	if syntax.JSONPointer != "" {
		why += " at " + string(syntax.JSONPointer)
	}
	return fmt.Sprintf("%s (byte offset %d)", why, syntax.ByteOffset)
}

// parser turns JSON into a Schema. It checks the shape of each keyword and the
// mixture of keywords; check does the rest, for schemas built in Go too.
type parser struct {
	path []string
	err  *SchemaError // the first error; nothing is read after it
}

// keyword is a set of the keywords that a schema has.
type keyword uint16

const (
	hasRef keyword = 1 << iota
	hasType
	hasEnum
	hasElements
	hasProperties
	hasOptionalProperties
	hasAdditionalProperties
	hasValues
	hasDiscriminator
	hasMapping
)

// keywordNames are the keywords that make forms, in the order of their bits.
func keywordNames() []string {
	return []string{
		"ref", "type", "enum", "elements", "properties", "optionalProperties",
		"additionalProperties", "values", "discriminator", "mapping",
	}
}

func (p *parser) fail(message string) {
	if p.err == nil {
		p.err = &SchemaError{Pointer: Pointer(p.path), Message: message}
	}
}

func (p *parser) schema(value []byte) *Schema {
	s := &Schema{}
	if value[0] != '{' {
		p.fail("must be an object: a schema such as {} or {\"type\": \"string\"}")
		return s
	}
	var seen keyword
	for m := MembersOf(value); p.err == nil && m.Next(); {
		name := Unquote(m.Name())
		p.path = append(p.path, name)
		seen |= p.keyword(s, name, m.Value())
		p.path = p.path[:len(p.path)-1]
	}
	if p.err == nil {
		s.Form = p.form(seen)
	}
	return s
}

// keyword reads one keyword into s and answers its bit, 0 for those that any form may have.
func (p *parser) keyword(s *Schema, name string, value []byte) keyword {
	switch name {
	case "definitions":
		if len(p.path) > 1 { // even when it is empty
			p.fail("is allowed at the root only")
		}
		s.Definitions = p.members(value)
	case "nullable":
		s.Nullable = p.boolean(value)
	case "metadata":
		s.Metadata = p.metadata(value)
	case "ref":
		s.Ref = p.text(value, "the name of a definition")
	case "type":
		s.Type = Type(p.text(value, "one of "+typeList()))
	case "enum":
		s.Enum = p.enum(value)
	case "elements":
		s.Elements = p.schema(value)
	case "properties":
		s.Properties, s.HasProperties = p.members(value), true
	case "optionalProperties":
		s.OptionalProperties = p.members(value)
	case "additionalProperties":
		s.AdditionalProperties = p.boolean(value)
	case "values":
		s.Values = p.schema(value)
	case "discriminator":
		s.Discriminator = p.text(value, "the name of the tag property")
	case "mapping":
		s.Mapping = p.members(value)
	default:
		p.fail("is no keyword; there are definitions, nullable, metadata, " + strings.Join(keywordNames(), ", "))
	}
	if i := slices.Index(keywordNames(), name); i >= 0 {
		return 1 << i
	}
	return 0
}

// form answers the form that the keywords make (RFC 8927 section 2.2, the
// table of signatures).
func (p *parser) form(seen keyword) Form {
	const anyProperties = hasProperties | hasOptionalProperties
	switch seen {
	case 0:
		return FormEmpty
	case hasRef:
		return FormRef
	case hasType:
		return FormType
	case hasEnum:
		return FormEnum
	case hasElements:
		return FormElements
	case hasValues:
		return FormValues
	case hasDiscriminator | hasMapping:
		return FormDiscriminator
	case hasDiscriminator:
		p.fail(`has "discriminator" and needs "mapping" beside it`)
		return FormEmpty
	case hasMapping:
		p.fail(`has "mapping" and needs "discriminator" beside it`)
		return FormEmpty
	case hasAdditionalProperties:
		p.fail(`has "additionalProperties" and needs "properties" or "optionalProperties" beside it`)
		return FormEmpty
	}
	if seen&^(anyProperties|hasAdditionalProperties) == 0 {
		return FormProperties
	}
	var names []string
	for i, name := range keywordNames() {
		if seen&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	p.fail("mixes keywords of several forms (" + strings.Join(names, ", ") + "); one form must be chosen")
	return FormEmpty
}

// members reads an object of schemas, nil when it is empty.
func (p *parser) members(value []byte) []Member {
	if value[0] != '{' {
		p.fail("must be an object whose values are schemas")
		return nil
	}
	var members []Member
	for m := MembersOf(value); p.err == nil && m.Next(); {
		name := Unquote(m.Name())
		p.path = append(p.path, name)
		members = append(members, Member{Name: name, Schema: p.schema(m.Value())})
		p.path = p.path[:len(p.path)-1]
	}
	return members
}

func (p *parser) enum(value []byte) []string {
	if value[0] != '[' {
		p.fail("must be an array of strings")
		return nil
	}
	var words []string
	for e := ElementsOf(value); e.Next(); {
		if e.Value()[0] != '"' {
			p.path = append(p.path, fmt.Sprint(len(words)))
			p.fail("must be a string: enums have no other values")
			return nil
		}
		words = append(words, Unquote(e.Value()))
	}
	return words
}

func (p *parser) text(value []byte, fits string) string {
	if value[0] != '"' {
		p.fail("must be a string: " + fits)
		return ""
	}
	return Unquote(value)
}

func (p *parser) boolean(value []byte) bool {
	if value[0] != 't' && value[0] != 'f' {
		p.fail("must be true or false")
	}
	return value[0] == 't'
}

func (p *parser) metadata(value []byte) json.Value {
	if value[0] != '{' {
		p.fail("must be an object")
		return nil
	}
	text := json.Value(slices.Clone(value))
	if err := text.Compact(); err != nil {
		p.fail("is not a JSON text: " + whyNotJSON(err))
	}
	return text
}
