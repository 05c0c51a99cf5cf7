// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"errors"
	"slices"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// Parse reads the JSON form of a condition. It answers a node, or what is
// wrong: text that is no JSON, members that are unknown or of the wrong shape,
// and the three limits. What needs a schema is left to Check.
func Parse(text []byte) (*Node, []Problem) {
	var p parser
	if len(text) > MaxText {
		p.add("", "a condition takes at most %d KiB of text; this has %d bytes", MaxText/1024, len(text))
		return nil, p.problems
	}
	var value json.Value
	if err := json.Unmarshal(text, &value); err != nil {
		p.syntax(err)
		return nil, p.problems
	}
	node := p.node(value[jtd.SkipSpace(value, 0):], "", 1)
	if p.nodes > MaxNodes {
		p.problems = nil
		p.add("", "a condition has at most %d nodes", MaxNodes)
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return node, nil
}

type parser struct {
	problems
	nodes int
}

func (p *parser) syntax(err error) {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Err != nil {
		p.add(string(syntax.JSONPointer), "not valid JSON at byte %d: %s", syntax.ByteOffset, syntax.Err)
		return
	}
	p.add("", "not valid JSON: %s", err)
}

// member is one name and value of an object.
type member struct {
	name string
	raw  []byte
}

type members []member

func membersOf(raw []byte) members {
	var list members
	for m := jtd.MembersOf(raw); m.Next(); {
		list = append(list, member{name: jtd.Unquote(m.Name()), raw: m.Value()})
	}
	return list
}

// get answers the text of a member, nil when it is absent.
func (m members) get(name string) []byte {
	for i := range m {
		if m[i].name == name {
			return m[i].raw
		}
	}
	return nil
}

// first answers the first of names that is a member, "" when none is.
func (m members) first(names ...string) string {
	for _, name := range names {
		if m.get(name) != nil {
			return name
		}
	}
	return ""
}

// only reports the members that what does not take.
func (p *parser) only(m members, pointer, what string, names ...string) {
	for i := range m {
		if !slices.Contains(names, m[i].name) {
			p.add(atName(pointer, m[i].name), "%s takes %s and nothing else", what, listed(names))
		}
	}
}

// node reads one node; raw has no white space around it. The answer is never
// nil, and of no use when a problem was added.
func (p *parser) node(raw []byte, pointer string, depth int) *Node {
	n := &Node{kind: KindLeaf}
	if p.nodes++; p.nodes > MaxNodes {
		return n
	}
	if depth > MaxDepth {
		p.add(pointer, "conditions nest at most %d levels deep", MaxDepth)
		return n
	}
	if raw[0] != '{' {
		p.add(pointer, "a condition is an object such as {field, op, value}, {all: […]}, {any: […]} or {not: …}, not %s", kindWord(raw))
		return n
	}
	m := membersOf(raw)
	switch {
	case m.get("related") != nil:
		p.relation(n, m, pointer, depth)
	case m.get("field") != nil && m.get("op") == nil && m.first("all", "any", "none", "atLeast") != "":
		p.element(n, m, pointer, depth)
	case m.first("field", "op", "value", "ignoreCase") != "":
		p.leaf(n, m, pointer)
	case m.first("all", "any", "not") != "":
		p.group(n, m, pointer, depth)
	default:
		p.add(pointer, "this is no condition: it needs all, any, not, field with op, field with any, all, none or atLeast, or related")
	}
	return n
}

func (p *parser) group(n *Node, m members, pointer string, depth int) {
	form := m.first("all", "any", "not")
	n.kind = Kind(form)
	raw := m.get(form)
	p.only(m, pointer, "a node with "+form, form)
	if n.kind == KindNot {
		n.children = []*Node{p.node(raw, at(pointer, form), depth+1)}
		return
	}
	if raw[0] != '[' {
		p.add(at(pointer, form), "%s takes an array of conditions, not %s", form, kindWord(raw))
		return
	}
	for e := jtd.ElementsOf(raw); e.Next() && p.nodes <= MaxNodes; {
		n.children = append(n.children, p.node(e.Value(), atIndex(at(pointer, form), len(n.children)), depth+1))
	}
	if len(n.children) == 0 {
		p.add(at(pointer, form), "%s needs at least one condition", form)
	}
}

func (p *parser) leaf(n *Node, m members, pointer string) {
	p.only(m, pointer, "a comparison", "field", "op", "value", "ignoreCase")
	if m.get("field") == nil {
		p.add(pointer, "field is missing: a comparison takes field and op")
	} else {
		n.field = p.path(m.get("field"), at(pointer, "field"))
	}
	if m.get("op") == nil {
		p.add(pointer, "op is missing: a comparison takes field and op")
	} else {
		n.op = Op(p.text(m.get("op"), at(pointer, "op"), "the name of an operator, such as equals"))
	}
	if raw := m.get("value"); raw != nil {
		n.value = p.operand(raw, at(pointer, "value"))
	}
	n.ignoreCase = p.flag(m.get("ignoreCase"), at(pointer, "ignoreCase"))
}

// flag reads true or false; nothing is false.
func (p *parser) flag(raw []byte, pointer string) bool {
	if len(raw) == 0 || raw[0] == 'f' {
		return false
	}
	if raw[0] == 't' {
		return true
	}
	p.add(pointer, "takes true or false, not %s", kindWord(raw))
	return false
}

func (p *parser) element(n *Node, m members, pointer string, depth int) {
	n.kind = KindElement
	n.field = p.path(m.get("field"), at(pointer, "field"))
	form := m.first("all", "any", "none", "atLeast")
	p.only(m, pointer, "an element node with "+form, "field", form)
	n.quantifier = quantifier(form)
	raw, pointer := m.get(form), at(pointer, form)
	if n.quantifier == quantAtLeast {
		inner, ok := p.object(raw, pointer, "{n, of}", "n", "of")
		if !ok {
			return
		}
		n.n = p.atLeast(inner.get("n"), at(pointer, "n"))
		raw, pointer = inner.get("of"), at(pointer, "of")
	}
	n.children = []*Node{p.node(raw, pointer, depth+1)}
}

// maxAtLeast bounds n of atLeast; no record has as many elements.
const maxAtLeast = 1_000_000_000

func (p *parser) atLeast(raw []byte, pointer string) int {
	n, ok := wholeNumber(raw)
	if !ok || n < 1 || n > maxAtLeast {
		p.add(pointer, "takes an integer from 1, not %s", shorten(string(raw), 40))
	}
	return int(n)
}

// object reads an object that must have exactly the members named.
func (p *parser) object(raw []byte, pointer, shape string, names ...string) (members, bool) {
	if raw[0] != '{' {
		p.add(pointer, "takes an object %s, not %s", shape, kindWord(raw))
		return nil, false
	}
	m, ok := membersOf(raw), true
	for _, name := range names {
		if m.get(name) == nil {
			p.add(pointer, "%s is missing: takes an object %s", name, shape)
			ok = false
		}
	}
	p.only(m, pointer, "this object", names...)
	return m, ok
}

func (p *parser) text(raw []byte, pointer, what string) string {
	if raw[0] != '"' {
		p.add(pointer, "takes %s, not %s", what, kindWord(raw))
		return ""
	}
	return jtd.Unquote(raw)
}

func (p *parser) path(raw []byte, pointer string) path {
	text := p.text(raw, pointer, "the name of a field")
	keys, err := parsePath(text)
	if err != nil {
		p.add(pointer, "%s is no path: %s", quote(shorten(text, 80)), err)
	}
	return keys
}

// operand reads the value of a leaf: a literal, {field: other}, or an array of those.
func (p *parser) operand(raw []byte, pointer string) *operand {
	if raw[0] != '[' {
		one := p.single(raw, pointer)
		return &one
	}
	o := &operand{form: operandList}
	for e := jtd.ElementsOf(raw); e.Next(); {
		at := atIndex(pointer, len(o.list))
		if e.Value()[0] == '[' {
			p.add(at, "arrays do not nest in a value")
		}
		o.list = append(o.list, p.single(e.Value(), at))
	}
	return o
}

// otherField reads {field: other} or {field: other, plus: duration}.
func (p *parser) otherField(raw []byte, pointer string) operand {
	m, names := membersOf(raw), []string{"field"}
	if m.get("plus") != nil {
		names = append(names, "plus")
	}
	if _, ok := p.object(raw, pointer, "{field: other}", names...); !ok {
		return operand{}
	}
	o := operand{form: operandField, field: p.path(m.get("field"), at(pointer, "field"))}
	if m.get("plus") != nil {
		o.plus = p.text(m.get("plus"), at(pointer, "plus"), "a duration such as 7d")
	}
	return o
}

func (p *parser) single(raw []byte, pointer string) operand {
	switch raw[0] {
	case '{':
		return p.otherField(raw, pointer)
	case '"':
		return operand{literal: json.Value(quote(jtd.Unquote(raw)))}
	}
	return operand{literal: slices.Clone(json.Value(raw))}
}
