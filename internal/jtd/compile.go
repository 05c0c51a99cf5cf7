// SPDX-License-Identifier: Apache-2.0

package jtd

import (
	"math"

	"github.com/passmuster/muster/internal/json"
)

// Validator is a compiled schema. It does not change: any number of goroutines
// may use it at once.
type Validator struct {
	root *node
}

// Compile holds the schema against the rules of RFC 8927, as Parse does, and
// compiles it. Its error is a *SchemaError.
func Compile(s *Schema) (*Validator, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	c := &compiler{
		schemas: byName(s.Definitions),
		nodes:   make(map[string]*node, len(s.Definitions)),
		targets: make(map[string]target, len(s.Definitions)),
	}
	for _, member := range s.Definitions {
		c.nodes[member.Name] = &node{}
	}
	for _, member := range s.Definitions {
		*c.nodes[member.Name] = c.node(member.Schema)
	}
	root := c.node(s)
	return &Validator{root: &root}, nil
}

// op says how a value is validated.
type op uint8

const (
	opAny op = iota
	opRef
	opBoolean
	opString
	opTimestamp
	opFloat
	opInteger
	opEnum
	opElements
	opProperties
	opValues
	opDiscriminator
)

// node is one compiled schema.
type node struct {
	op         op
	nullable   bool
	additional bool // opProperties: unknown names pass

	low, high int64 // opInteger

	child *node      // opElements, opValues, opRef (never itself an opRef)
	names *nameTable // opEnum: its words; opProperties: its fields; opDiscriminator: its tags

	fields   []field // opProperties: required ones first, in schema order
	required int     // how many of fields are required

	tag     string  // opDiscriminator: the name of the tag
	mapping []*node // opDiscriminator: by index in names

	expected string // for Problem.Expected
	keyword  string // the last token of the schema path of a value of the wrong kind
	ref      string // opRef: the definition that child is
}

// field is a property of an opProperties node.
type field struct {
	name   string
	quoted string // the usual spelling in JSON text, quotes included
	node   *node
}

type compiler struct {
	schemas map[string]*Schema // the definitions
	nodes   map[string]*node   // of the definitions
	targets map[string]target  // see resolve
}

func (c *compiler) node(s *Schema) node {
	n := node{nullable: s.Nullable}
	switch s.Form {
	case FormRef:
		end := c.resolve(s.Ref)
		n.op, n.child, n.ref = opRef, c.nodes[end.name], end.name
		n.nullable = n.nullable || end.nullable
	case FormType:
		c.primitive(&n, s.Type)
	case FormEnum:
		n.op, n.keyword = opEnum, "enum"
		n.names = newNameTable(s.Enum)
	case FormElements:
		n.op, n.expected, n.keyword = opElements, "array", "elements"
		n.child = c.pointer(s.Elements)
	case FormValues:
		n.op, n.expected, n.keyword = opValues, "object", "values"
		n.child = c.pointer(s.Values)
	case FormProperties:
		c.properties(&n, s, nil)
	case FormDiscriminator:
		c.discriminator(&n, s)
	case FormEmpty:
	}
	return n
}

func (c *compiler) pointer(s *Schema) *node {
	n := c.node(s)
	return &n
}

func (c *compiler) primitive(n *node, t Type) {
	n.expected, n.keyword = string(t), "type"
	switch t {
	case TypeBoolean:
		n.op = opBoolean
	case TypeString:
		n.op = opString
	case TypeTimestamp:
		n.op = opTimestamp
	case TypeFloat32, TypeFloat64:
		n.op = opFloat
	default:
		n.op = opInteger
		n.low, n.high = integerRange(t)
	}
}

func integerRange(t Type) (low, high int64) {
	switch t {
	case TypeInt8:
		return math.MinInt8, math.MaxInt8
	case TypeUint8:
		return 0, math.MaxUint8
	case TypeInt16:
		return math.MinInt16, math.MaxInt16
	case TypeUint16:
		return 0, math.MaxUint16
	case TypeInt32:
		return math.MinInt32, math.MaxInt32
	}
	return 0, math.MaxUint32
}

// properties compiles a properties form. extra is a further name that may be
// present with any value: the tag of the discriminator it belongs to.
func (c *compiler) properties(n *node, s *Schema, extra []string) {
	n.op, n.expected, n.keyword = opProperties, "object", "optionalProperties"
	if s.hasProperties() {
		n.keyword = "properties"
	}
	n.additional = s.AdditionalProperties
	n.required = len(s.Properties)
	for _, member := range s.Properties {
		n.add(member.Name, c.pointer(member.Schema))
	}
	for _, member := range s.OptionalProperties {
		n.add(member.Name, c.pointer(member.Schema))
	}
	for _, name := range extra {
		n.add(name, &node{})
	}
	names := make([]string, len(n.fields))
	for i, f := range n.fields {
		names[i] = f.name
	}
	n.names = newNameTable(names)
}

func (n *node) add(name string, child *node) {
	n.fields = append(n.fields, field{name: name, quoted: quote(name), node: child})
}

// quote spells a name as JSON writers do. Other spellings go through the table.
func quote(name string) string {
	text, err := json.AppendQuote(nil, name)
	if err != nil {
		return "\x00" // not UTF-8: no valid JSON text has the name
	}
	return string(text)
}

func (c *compiler) discriminator(n *node, s *Schema) {
	n.op, n.expected, n.keyword, n.tag = opDiscriminator, "object", "discriminator", s.Discriminator
	tags := make([]string, len(s.Mapping))
	for i, member := range s.Mapping {
		tags[i] = member.Name
		form := &node{}
		c.properties(form, member.Schema, []string{s.Discriminator})
		n.mapping = append(n.mapping, form)
	}
	n.names = newNameTable(tags)
}

// target is where the refs that start at a definition end: at the first
// definition that is no ref itself.
type target struct {
	name     string
	nullable bool // a ref on the way is
}

// resolve follows refs from a definition to their end; check has made sure
// that there is one. Each definition is followed once.
func (c *compiler) resolve(name string) target {
	var walk []string
	for c.schemas[name].Form == FormRef {
		if _, known := c.targets[name]; known {
			break
		}
		walk = append(walk, name)
		name = c.schemas[name].Ref
	}
	end, known := c.targets[name]
	if !known {
		end = target{name: name}
	}
	for i := len(walk) - 1; i >= 0; i-- {
		end.nullable = end.nullable || c.schemas[walk[i]].Nullable
		c.targets[walk[i]] = end
	}
	return end
}
