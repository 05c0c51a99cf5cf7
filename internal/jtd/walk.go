// SPDX-License-Identifier: Apache-2.0

package jtd

import (
	"slices"
	"strconv"
)

// First answers the first problem of value, and ok when it has none. The order
// is that of the schema: an object's unknown names (as they stand in the text),
// then its properties in schema order (missing, or whatever is wrong inside),
// then its optional properties; depth first. Valid values cost no allocation,
// but for objects with more than 64 required properties, and for texts with
// discriminators more than 16 levels deep.
//
// value must be a valid JSON text without repeated names; white space around it
// is allowed. Of any other bytes it only promises an answer.
func (v *Validator) First(value []byte) (p Problem, ok bool) {
	problems := v.problems(value, 1)
	if len(problems) == 0 {
		return Problem{}, true
	}
	return problems[0], false
}

// All answers every problem that RFC 8927 section 3.3 defines, in the order of First.
func (v *Validator) All(value []byte) []Problem {
	return v.problems(value, 0)
}

// problems answers at most limit problems, all of them when limit is 0.
func (v *Validator) problems(value []byte, limit int) []Problem {
	r := run{b: value}
	start := SkipSpace(value, 0)
	if r.value(start, v.root, 0) >= 0 {
		return nil
	}
	w := walker{run: run{b: value, ends: r.ends}, limit: limit}
	w.value(start, v.root)
	if len(w.problems) == 0 { // bytes that are no JSON text
		return []Problem{{Code: WrongType, Expected: "JSON", Actual: value[start:]}}
	}
	return w.problems
}

// walker finds the problems of a text that is known to have some.
type walker struct {
	run
	limit    int
	problems []Problem

	instance []step   // the way to the value
	schema   []string // the way to the schema, from base on
	base     int      // a ref starts anew; what lies before is for coming back
}

// step is one token of an instance path, decoded only when a problem needs it.
type step struct {
	name   string // a property of the schema
	quoted []byte // or a name of the text
	index  int    // or an index, when the others are zero
}

func (s step) token() string {
	switch {
	case s.quoted != nil:
		return Unquote(s.quoted)
	case s.index >= 0:
		return strconv.Itoa(s.index)
	}
	return s.name
}

func (w *walker) done() bool { return w.limit > 0 && len(w.problems) >= w.limit }

// add notes a problem at the present place; tokens lead on from the schema.
func (w *walker) add(p Problem, tokens ...string) {
	if w.done() {
		return
	}
	p.InstancePath = make([]string, len(w.instance))
	for i, s := range w.instance {
		p.InstancePath[i] = s.token()
	}
	p.SchemaPath = slices.Concat(w.schema[w.base:], tokens)
	w.problems = append(w.problems, p)
}

// text answers the text of the value at i.
func (w *walker) text(i int) []byte {
	i = min(i, len(w.b))
	return w.b[i:min(w.skip(i, len(w.instance)), len(w.b))]
}

// wrong notes that the value at i is none of the kind that n wants.
func (w *walker) wrong(i int, n *node) {
	problem := Problem{Code: WrongType, Expected: n.expected, Actual: w.text(i)}
	if n.op == opEnum {
		problem.Code = BadEnum
	}
	w.add(problem, n.keyword)
}

// value walks the value at i.
func (w *walker) value(i int, n *node) {
	null := i < len(w.b) && w.b[i] == 'n'
	if w.done() || null && n.nullable || n.op == opAny {
		return
	}
	if n.op == opRef {
		base := w.base
		w.base = len(w.schema)
		w.schema = append(w.schema, "definitions", n.ref)
		w.value(i, n.child)
		w.schema = w.schema[:w.base]
		w.base = base
		return
	}
	switch n.op {
	case opElements:
		w.elements(i, n)
	case opProperties:
		w.properties(i, n)
	case opValues:
		w.values(i, n)
	case opDiscriminator:
		w.discriminator(i, n)
	default:
		if w.run.value(i, n, 0) < 0 {
			w.wrong(i, n)
		}
	}
}

// inside walks the value at i, one step further into instance and schema.
func (w *walker) inside(i int, n *node, s step, tokens ...string) {
	w.instance = append(w.instance, s)
	w.schema = append(w.schema, tokens...)
	w.value(i, n)
	w.instance = w.instance[:len(w.instance)-1]
	w.schema = w.schema[:len(w.schema)-len(tokens)]
}

// opens says whether the value at i begins with the bracket and may be entered.
func (w *walker) opens(i int, bracket byte) bool {
	return i < len(w.b) && w.b[i] == bracket && len(w.instance) < maxDepth
}

func (w *walker) elements(i int, n *node) {
	if !w.opens(i, '[') {
		w.wrong(i, n)
		return
	}
	i = space(w.b, i+1)
	for index := 0; i < len(w.b) && w.b[i] != ']' && !w.done(); index++ {
		w.inside(i, n.child, step{index: index}, "elements")
		i = comma(w.b, w.skip(i, len(w.instance)+1))
	}
}

// member is a member of an object of the text: its name and where its value starts.
type member struct {
	quoted []byte
	value  int
}

// members calls visit for each member of the object at i, until it answers false.
func (w *walker) members(i int, visit func(member) bool) {
	i = space(w.b, i+1)
	for i < len(w.b) && w.b[i] == '"' {
		end := SkipString(w.b, i)
		found := member{quoted: w.b[i:end], value: colon(w.b, end)}
		if !visit(found) {
			return
		}
		i = comma(w.b, w.skip(found.value, len(w.instance)+1))
	}
}

func (w *walker) values(i int, n *node) {
	if !w.opens(i, '{') {
		w.wrong(i, n)
		return
	}
	w.members(i, func(m member) bool {
		w.inside(m.value, n.child, step{quoted: m.quoted}, "values")
		return !w.done()
	})
}

func (w *walker) properties(i int, n *node) {
	if !w.opens(i, '{') {
		w.wrong(i, n)
		return
	}
	at := make([]int, len(n.fields)) // where each field's value starts, 0 when absent
	w.members(i, func(m member) bool {
		k := n.names.findQuoted(m.quoted)
		if k >= 0 {
			at[k] = m.value
		} else if !n.additional {
			w.unknown(m)
		}
		return !w.done()
	})
	for k, f := range n.fields {
		keyword := "properties"
		if k >= n.required {
			keyword = "optionalProperties"
		}
		switch {
		case at[k] > 0:
			w.inside(at[k], f.node, step{name: f.name, index: -1}, keyword, f.name)
		case k < n.required:
			w.add(Problem{Code: MissingProperty, Property: f.name}, keyword, f.name)
		}
		if w.done() {
			return
		}
	}
}

func (w *walker) unknown(m member) {
	w.instance = append(w.instance, step{quoted: m.quoted})
	w.add(Problem{Code: UnknownProperty, Property: Unquote(m.quoted), Actual: w.text(m.value)})
	w.instance = w.instance[:len(w.instance)-1]
}

// discriminator walks the five steps of RFC 8927 section 3.3.8.
func (w *walker) discriminator(i int, n *node) {
	if !w.opens(i, '{') {
		w.wrong(i, n)
		return
	}
	tag := w.tag(i, n.tag, len(w.instance))
	if tag < 0 {
		w.add(Problem{Code: MissingProperty, Property: n.tag}, "discriminator")
		return
	}
	text := w.text(tag)
	w.instance = append(w.instance, step{name: n.tag, index: -1})
	k := -1
	if len(text) == 0 || text[0] != '"' {
		w.add(Problem{Code: WrongType, Expected: "string", Actual: text}, "discriminator")
	} else if k = n.names.findQuoted(text); k < 0 {
		w.add(Problem{Code: BadEnum, Actual: text}, "mapping")
	}
	w.instance = w.instance[:len(w.instance)-1]
	if k < 0 {
		return
	}
	w.schema = append(w.schema, "mapping", n.names.names[k])
	w.properties(i, n.mapping[k])
	w.schema = w.schema[:len(w.schema)-2]
}
