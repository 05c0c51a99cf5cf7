// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strconv"

	"github.com/passmuster/muster/internal/json"
)

// Kind is the form of a node.
type Kind string

// The six forms.
const (
	KindAll      Kind = "all"
	KindAny      Kind = "any"
	KindElement  Kind = "element"
	KindLeaf     Kind = "leaf"
	KindNot      Kind = "not"
	KindRelation Kind = "relation"
)

// quantifier says for how many elements or records the inner condition must hold.
type quantifier string

const (
	quantAll     quantifier = "all"
	quantAny     quantifier = "any"
	quantAtLeast quantifier = "atLeast" // elements only
	quantCount   quantifier = "count"   // relations only
	quantNone    quantifier = "none"
)

// Node is a condition as its author wrote it. Only Parse makes one, and nobody
// changes it afterwards, so it may be shared.
type Node struct {
	kind     Kind
	children []*Node // all, any: from 1; not, element, relation: exactly 1

	field      path     // leaf, element
	op         Op       // leaf; relation with count: how the count is compared
	value      *operand // leaf: nil when absent; relation with count
	ignoreCase bool     // leaf; relation: of its keys

	quantifier quantifier // element, relation
	n          int        // atLeast: from 1; count: the number of value

	related []string // relation: the other definitions, from 1
	on      []join   // relation: sorted by ours, from 1
}

// join is one pair of key fields of a relation.
type join struct{ ours, theirs path }

type operandForm uint8

const (
	operandLiteral operandForm = iota
	operandList
	operandField
)

// operand is the value of a leaf.
type operand struct {
	form    operandForm
	literal json.Value // compact; numbers keep their spelling
	list    []operand  // literals, or fields at the ends of between
	field   path
	plus    string // operandField of timestamps: a duration that is added; "": none
}

// MarshalJSON prints the node in its one canonical form: members in the order
// of the contract, paths as short as possible, no white space, ignoreCase only
// when true. Parse of it gives the same node again.
func (n *Node) MarshalJSON() ([]byte, error) { return n.append(nil), nil }

func (n *Node) append(dst []byte) []byte {
	switch n.kind {
	case KindAll, KindAny:
		dst = append(dst, `{"`+string(n.kind)+`":[`...)
		for i, child := range n.children {
			dst = child.append(comma(dst, i))
		}
		return append(dst, "]}"...)
	case KindNot:
		return append(n.children[0].append(append(dst, `{"not":`...)), '}')
	case KindElement:
		dst = append(dst, `{"field":`+quote(n.field.String())+`,`...)
		return append(n.appendQuantifier(dst), '}')
	case KindRelation:
		return n.appendRelation(dst)
	}
	return n.appendLeaf(dst)
}

func (n *Node) appendLeaf(dst []byte) []byte {
	dst = append(dst, `{"field":`+quote(n.field.String())+`,"op":`+quote(string(n.op))...)
	if n.value != nil {
		dst = n.value.append(append(dst, `,"value":`...))
	}
	if n.ignoreCase {
		dst = append(dst, `,"ignoreCase":true`...)
	}
	return append(dst, '}')
}

func (n *Node) appendRelation(dst []byte) []byte {
	dst = append(dst, `{"related":`...)
	if len(n.related) == 1 {
		dst = append(dst, quote(n.related[0])...)
	} else {
		for i, name := range n.related {
			dst = append(append(dst, "[,"[min(i, 1)]), quote(name)...)
		}
		dst = append(dst, ']')
	}
	dst = append(dst, `,"on":{`...)
	for i, pair := range n.on {
		dst = append(comma(dst, i), quote(pair.ours.String())+":"+quote(pair.theirs.String())...)
	}
	dst = append(dst, "},"...)
	if n.ignoreCase {
		dst = append(dst, `"ignoreCase":true,`...)
	}
	return append(n.appendQuantifier(dst), '}')
}

func (n *Node) appendQuantifier(dst []byte) []byte {
	dst = append(dst, quote(string(n.quantifier))+":"...)
	inner := n.children[0]
	switch n.quantifier {
	case quantAtLeast:
		dst = append(dst, `{"n":`+strconv.Itoa(n.n)+`,"of":`...)
	case quantCount:
		dst = n.value.append(append(dst, `{"op":`+quote(string(n.op))+`,"value":`...))
		dst = append(dst, `,"of":`...)
	default:
		return inner.append(dst)
	}
	return append(inner.append(dst), '}')
}

func (o *operand) append(dst []byte) []byte {
	switch o.form {
	case operandField:
		dst = append(dst, `{"field":`+quote(o.field.String())...)
		if o.plus != "" {
			dst = append(dst, `,"plus":`+quote(o.plus)...)
		}
		return append(dst, '}')
	case operandList:
		dst = append(dst, '[')
		for i := range o.list {
			dst = o.list[i].append(comma(dst, i))
		}
		return append(dst, ']')
	}
	return append(dst, o.literal...)
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// Fields answers the fields that the condition names, as written (canonical,
// without regard to a schema), sorted, each once. Fields of an element node's
// inner condition follow the array and "[]": drives[].encrypted.
func (n *Node) Fields() []string {
	names := n.fields(nil, "")
	slices.Sort(names)
	return slices.Compact(names)
}

func (n *Node) fields(names []string, prefix string) []string {
	switch n.kind {
	case KindLeaf:
		names = append(names, inside(prefix, n.field))
		if n.value != nil {
			names = n.value.fields(names, prefix)
		}
		return names
	case KindElement:
		names = append(names, inside(prefix, n.field))
		return n.children[0].fields(names, inside(prefix, n.field)+"[]")
	case KindRelation:
		for _, pair := range n.on {
			names = append(names, inside(prefix, pair.ours))
		}
		return names // the inner condition reads other records
	}
	for _, child := range n.children {
		names = child.fields(names, prefix)
	}
	return names
}

func (o *operand) fields(names []string, prefix string) []string {
	if o.form == operandField {
		names = append(names, inside(prefix, o.field))
	}
	for i := range o.list {
		names = o.list[i].fields(names, prefix)
	}
	return names
}

// Relates answers the definitions that the condition relates to, by the names
// that it has for them, sorted, each once.
func (n *Node) Relates() []string {
	names := slices.Clone(n.related)
	for _, child := range n.children {
		names = append(names, child.Relates()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// inside prints a path that is relative to an element.
func inside(prefix string, p path) string {
	text := p.String()
	if prefix == "" || text == "" || text[0] == '[' {
		return prefix + text
	}
	return prefix + "." + text
}
