// SPDX-License-Identifier: Apache-2.0

package jtd

import (
	"fmt"
	"slices"
	"strings"
)

// maxDepth is how deep a schema or an instance may be nested: the JSON decoder
// reads nothing deeper either.
const maxDepth = 10_000

// types are the words of the type form.
func types() []Type {
	return []Type{
		TypeBoolean, TypeString, TypeTimestamp, TypeFloat32, TypeFloat64,
		TypeInt8, TypeUint8, TypeInt16, TypeUint16, TypeInt32, TypeUint32,
	}
}

func typeList() string {
	var words []string
	for _, word := range types() {
		words = append(words, `"`+string(word)+`"`)
	}
	return strings.Join(words, ", ")
}

// checker holds a tree of schemas against the rules that concern more than the
// shape of one keyword.
type checker struct {
	root        *Schema
	definitions map[string]*Schema // of the root
	path        []string
}

// check answers a *SchemaError for the first rule that the schema breaks.
func check(root *Schema) error {
	c := &checker{root: root}
	if root != nil {
		c.definitions = byName(root.Definitions)
	}
	if err := c.schema(root); err != nil {
		return err
	}
	return c.circles()
}

func (c *checker) fail(message string, below ...string) error {
	return &SchemaError{Pointer: Pointer(append(slices.Clone(c.path), below...)), Message: message}
}

func (c *checker) schema(s *Schema) error {
	if s == nil {
		return c.fail("must be a schema")
	}
	if len(c.path) > 2*maxDepth {
		return c.fail("is nested too deep")
	}
	if s != c.root && len(s.Definitions) > 0 {
		return c.fail("is allowed at the root only", "definitions")
	}
	if err := c.members("definitions", s.Definitions); err != nil {
		return err
	}
	switch s.Form {
	case FormEmpty:
		return nil
	case FormRef:
		return c.ref(s)
	case FormType:
		return c.primitive(s)
	case FormEnum:
		return c.enum(s)
	case FormElements:
		return c.below(s.Elements, "elements")
	case FormProperties:
		return c.properties(s)
	case FormValues:
		return c.below(s.Values, "values")
	case FormDiscriminator:
		return c.discriminator(s)
	}
	return c.fail(fmt.Sprintf("has the unknown form %d", s.Form))
}

func (c *checker) below(s *Schema, tokens ...string) error {
	c.path = append(c.path, tokens...)
	err := c.schema(s)
	c.path = c.path[:len(c.path)-len(tokens)]
	return err
}

func (c *checker) members(keyword string, members []Member) error {
	seen := make(map[string]bool, len(members))
	for _, member := range members {
		if seen[member.Name] {
			return c.fail("stands there twice", keyword, member.Name)
		}
		seen[member.Name] = true
		if err := c.below(member.Schema, keyword, member.Name); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) ref(s *Schema) error {
	if c.definitions[s.Ref] != nil {
		return nil
	}
	if len(c.root.Definitions) == 0 {
		return c.fail(fmt.Sprintf("names %q, but the root has no definitions", s.Ref), "ref")
	}
	return c.fail(fmt.Sprintf("names %q, which is not in the root's definitions: %s",
		s.Ref, nameList(c.root.Definitions)), "ref")
}

// nameList answers the first names, quoted, for a message.
func nameList(members []Member) string {
	const most = 20
	var names []string
	for i, member := range members {
		if i == most {
			names = append(names, "…")
			break
		}
		names = append(names, fmt.Sprintf("%q", member.Name))
	}
	return strings.Join(names, ", ")
}

func (c *checker) primitive(s *Schema) error {
	if slices.Contains(types(), s.Type) {
		return nil
	}
	fits := "must be one of " + typeList()
	switch s.Type { // words of JSON Schema, which people bring along
	case "integer":
		fits = `must name a size, such as "int32"; "integer" is no type`
	case "number":
		fits = `must name a size, such as "float64"; "number" is no type`
	case "array":
		fits = `must be left out: an array is written {"elements": {…}}`
	case "object":
		fits = `must be left out: an object is written {"properties": {…}}`
	case "null":
		fits = `must be a type; null is allowed by "nullable": true beside it`
	}
	return c.fail(fits, "type")
}

func (c *checker) enum(s *Schema) error {
	if len(s.Enum) == 0 {
		return c.fail("must have at least one string", "enum")
	}
	first := make(map[string]int, len(s.Enum))
	for i, word := range s.Enum {
		if at, ok := first[word]; ok {
			return c.fail(fmt.Sprintf("repeats %q of index %d", word, at), "enum", fmt.Sprint(i))
		}
		first[word] = i
	}
	return nil
}

func (c *checker) properties(s *Schema) error {
	if err := c.members("properties", s.Properties); err != nil {
		return err
	}
	required := byName(s.Properties)
	for _, member := range s.OptionalProperties {
		if _, both := required[member.Name]; both {
			return c.fail(`is in "properties" too; it must be in one of them`, "optionalProperties", member.Name)
		}
	}
	return c.members("optionalProperties", s.OptionalProperties)
}

func byName(members []Member) map[string]*Schema {
	schemas := make(map[string]*Schema, len(members))
	for _, member := range members {
		schemas[member.Name] = member.Schema
	}
	return schemas
}

// discriminator checks RFC 8927 section 2.2.8.
func (c *checker) discriminator(s *Schema) error {
	for _, member := range s.Mapping {
		at := []string{"mapping", member.Name}
		switch {
		case member.Schema == nil || member.Schema.Form != FormProperties:
			return c.fail(`must have "properties" or "optionalProperties"`, at...)
		case member.Schema.Nullable:
			return c.fail(`must not be true here; "nullable" belongs beside "discriminator"`, append(at, "nullable")...)
		}
		if _, required, ok := member.Schema.Property(s.Discriminator); ok {
			keyword := "optionalProperties"
			if required {
				keyword = "properties"
			}
			return c.fail("must not be there: it is the tag, which the discriminator describes",
				append(at, keyword, s.Discriminator)...)
		}
	}
	return c.members("mapping", s.Mapping)
}

// circles refuses definitions whose refs lead back to themselves without
// entering the instance: RFC 8927 permits them, but no validation would end.
func (c *checker) circles() error {
	definitions := c.definitions
	ended := make(map[string]bool, len(definitions)) // known to lead somewhere
	for _, member := range c.root.Definitions {
		var walk []string
		name, schema := member.Name, member.Schema
		for schema.Form == FormRef && !ended[name] && len(walk) <= len(definitions) {
			walk = append(walk, name)
			name = schema.Ref
			schema = definitions[name]
		}
		if len(walk) > len(definitions) {
			return c.fail("refers to itself without an end; a circle must pass through elements, values or a property",
				"definitions", name, "ref")
		}
		for _, passed := range walk {
			ended[passed] = true
		}
	}
	return nil
}
