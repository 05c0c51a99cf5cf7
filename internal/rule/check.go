// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"regexp"
	"slices"
	"strings"
)

// Check holds a condition against the fields of a definition and answers what
// is wrong, in the order of the text; nothing when it may be saved.
func (n *Node) Check(f *Fields) []Problem {
	c := checker{fields: f}
	c.node(n, scope{shape: f.record}, "")
	return c.problems
}

// checked is a node whose fields, operator and values have been resolved. It is
// what Compile works from.
type checked struct {
	*Node
	pointer  string
	path     path  // leaf, element: from the start of the scope, customProperties included
	shape    shape // of the field
	member   shape // leaf: what one operand is compared with: the field, or an element of it
	children []*checked
	keys     []checkedKey // relation: of this record
	targets  []checkedTarget

	compare  comparand // leaf: what kind of values are compared
	operands []checkedOperand
	list     bool // leaf: operands are members of one array, or one array field
	pattern  *regexp.Regexp
	duration int64 // milliseconds
}

// checkedOperand is a literal, or another field.
type checkedOperand struct {
	*operand
	path path  // operandField: from the start of the scope
	plus int64 // operandField: what is added, in milliseconds
}

// comparand is the kind of values that a leaf compares.
type comparand uint8

const (
	compareNone comparand = iota // by presence or length only
	compareAny                   // two fields of any type: whatever both turn out to be
	compareBool
	compareNumber
	compareText
	compareTime
)

// comparandOf answers how values of a type are compared, compareNone for
// arrays and objects.
func comparandOf(t Type) comparand {
	switch t {
	case TypeAny:
		return compareAny
	case TypeBoolean:
		return compareBool
	case TypeEnum, TypeString:
		return compareText
	case TypeNumber:
		return compareNumber
	case TypeTimestamp:
		return compareTime
	}
	return compareNone
}

type checker struct {
	problems
	fields  *Fields
	related bool // inside a relation
}

func (c *checker) node(n *Node, sc scope, pointer string) *checked {
	out := &checked{Node: n, pointer: pointer}
	switch n.kind {
	case KindAll, KindAny:
		for i, child := range n.children {
			out.children = append(out.children, c.node(child, sc, atIndex(at(pointer, string(n.kind)), i)))
		}
	case KindNot:
		out.children = []*checked{c.node(n.children[0], sc, at(pointer, "not"))}
	case KindElement:
		c.element(out, sc)
	case KindRelation:
		c.relation(out, sc)
	default:
		c.leaf(out, sc)
	}
	return out
}

func (c *checker) element(out *checked, sc scope) {
	if !c.field(out, sc) {
		return
	}
	if out.shape.typ != TypeArray && out.shape.typ != TypeAny {
		c.add(at(out.pointer, "field"), "%s is %s; %s takes an array", name(out.Node.field), out.shape.typ.one(), out.quantifier)
		return
	}
	inner := at(out.pointer, string(out.quantifier))
	if out.quantifier == quantAtLeast {
		inner = at(inner, "of")
	}
	elements := scope{shape: c.fields.element(out.shape), element: true}
	out.children = []*checked{c.node(out.Node.children[0], elements, inner)}
}

// field resolves the field of a leaf or element node.
func (c *checker) field(out *checked, sc scope) bool {
	full, shape, err := c.resolve(sc, out.Node.field)
	if err != nil {
		c.add(at(out.pointer, "field"), "%s", err)
		return false
	}
	out.path, out.shape = full, shape
	return true
}

func (c *checker) leaf(out *checked, sc scope) {
	if !c.field(out, sc) || !c.op(out) {
		return
	}
	if out.ignoreCase && !foldable(out) {
		c.add(at(out.pointer, "ignoreCase"), "ignoreCase goes with %s of string fields; %s is %s",
			listed(opNames(ownOps(TypeString))), name(out.Node.field), out.shape.typ.one())
	}
	out.member = c.member(out)
	pointer := at(out.pointer, "value")
	switch form := out.op.takes(); {
	case form == takesNone:
		if out.value != nil {
			c.add(pointer, "%s takes no value", out.op)
		}
	case out.value == nil:
		c.add(pointer, "value is missing: %s", wants(out))
	default:
		c.operand(out, sc, form, pointer)
	}
}

// op says whether the operator fits the type of the field.
func (c *checker) op(out *checked) bool {
	own, all := ownOps(out.shape.typ), OpsOf(out.shape.typ)
	if slices.Contains(all, out.op) {
		return true
	}
	pointer := at(out.pointer, "op")
	if len(own) == 0 {
		c.add(pointer, "object fields take %s; name a field inside %s for more", listed(opNames(all)), name(out.Node.field))
		return false
	}
	hint := ""
	if near := nearest(string(out.op), opNames(all)); near != "" && !slices.Contains(anyOps(), out.op) {
		hint = "; did you mean " + near + "?"
	}
	c.add(pointer, "%s fields take %s, not %s%s", out.shape.typ, listed(opNames(all)), quote(shorten(string(out.op), 40)), hint)
	return false
}

func foldable(out *checked) bool {
	t := out.shape.typ
	return (t == TypeString || t == TypeAny) && slices.Contains(ownOps(TypeString), out.op)
}

func opNames(ops []Op) []string {
	names := make([]string, len(ops))
	for i, op := range ops {
		names[i] = string(op)
	}
	return names
}

// name prints the field of a message's subject.
func name(p path) string {
	if len(p) == 0 {
		return "the element"
	}
	return p.String()
}

// wants says what value the operator of a leaf takes.
func wants(out *checked) string {
	op := string(out.op)
	switch out.op.takes() {
	case takesCount:
		return op + " takes an integer from 0, or {field: other} of a number field"
	case takesDuration:
		return op + " takes a duration such as 30m, 12h, 90d or 6w: an integer from 1 and a unit"
	case takesPattern:
		return op + " takes a regular expression (RE2) as a string"
	case takesPair:
		return op + " takes [low, high], each " + literalWords(out.member) + " or {field: other}"
	case takesList:
		return op + " takes a non-empty array of " + listWords(out.member) + ", or {field: other} of an array"
	}
	return op + " takes " + literalWords(out.member) + ", or {field: other}"
}

// literalWords names one literal that compares with a type.
func literalWords(s shape) string {
	switch s.typ {
	case TypeBoolean:
		return "true or false"
	case TypeEnum:
		return "one of " + enumWords(s.enum)
	case TypeTimestamp:
		return "an RFC 3339 timestamp such as 2026-01-31T00:00:00Z"
	case TypeAny:
		return "a string, a number, true or false"
	}
	return "a " + string(s.typ)
}

func listWords(s shape) string {
	switch s.typ {
	case TypeEnum:
		return "strings among " + enumWords(s.enum)
	case TypeAny:
		return "strings, numbers or booleans, all of one kind"
	}
	return s.typ.many()
}

func enumWords(values []string) string {
	more := ""
	if len(values) > maxHint {
		values, more = values[:maxHint], ", …"
	}
	return strings.Join(values, ", ") + more
}
