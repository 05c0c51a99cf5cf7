// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/jtd"
)

// maxRelated is how many definitions one relation looks at.
const maxRelated = 10

// maxCount bounds what the number of related records is compared with.
const maxCount = 1_000_000_000

func (p *parser) relation(n *Node, m members, pointer string, depth int) {
	n.kind = KindRelation
	n.related = p.related(m.get("related"), at(pointer, "related"))
	n.on = p.joins(m.get("on"), pointer)
	n.ignoreCase = p.flag(m.get("ignoreCase"), at(pointer, "ignoreCase"))
	form := m.first("all", "any", "none", "count")
	if form == "" {
		p.add(pointer, "a relation needs any, all, none or count")
		p.only(m, pointer, "a relation", "related", "on", "ignoreCase", "any", "all", "none", "count")
		return
	}
	p.only(m, pointer, "a relation with "+form, "related", "on", "ignoreCase", form)
	n.quantifier = quantifier(form)
	raw, pointer := m.get(form), at(pointer, form)
	if n.quantifier == quantCount {
		inner, ok := p.object(raw, pointer, "{op, value, of}", "op", "value", "of")
		if !ok {
			return
		}
		p.counted(n, inner, pointer)
		raw, pointer = inner.get("of"), at(pointer, "of")
	}
	n.children = []*Node{p.node(raw, pointer, depth+1)}
}

// related reads the name of a definition, or several.
func (p *parser) related(raw []byte, pointer string) (names []string) {
	const what = "the name of a definition, or people"
	if raw[0] != '[' {
		return []string{p.definition(raw, pointer, what)}
	}
	for e := jtd.ElementsOf(raw); e.Next(); {
		name := p.definition(e.Value(), atIndex(pointer, len(names)), what)
		if slices.Contains(names, name) {
			p.add(atIndex(pointer, len(names)), "is named twice")
		}
		names = append(names, name)
	}
	if len(names) == 0 || len(names) > maxRelated {
		p.add(pointer, "takes one name, or 1 to %d of them", maxRelated)
	}
	return names
}

func (p *parser) definition(raw []byte, pointer, what string) string {
	name := p.text(raw, pointer, what)
	if raw[0] == '"' && strings.TrimSpace(name) == "" {
		p.add(pointer, "must not be empty: it takes %s", what)
	}
	return name
}

// joins reads the key fields: those of this record name those of the other.
func (p *parser) joins(raw []byte, pointer string) (on []join) {
	if raw == nil {
		p.add(pointer, "on is missing: a relation names its key fields, as in {email: email}")
		return nil
	}
	pointer = at(pointer, "on")
	if raw[0] != '{' {
		p.add(pointer, "takes an object of key fields, as in {email: email}, not %s", kindWord(raw))
		return nil
	}
	for _, pair := range membersOf(raw) {
		where := atName(pointer, pair.name)
		ours, err := parsePath(pair.name)
		if err != nil {
			p.add(where, "%s is no path: %s", quote(shorten(pair.name, 80)), err)
		}
		one := join{ours: ours, theirs: p.path(pair.raw, where)}
		if slices.ContainsFunc(on, func(other join) bool { return slices.Equal(other.ours, ours) }) {
			p.add(where, "is named twice")
		}
		on = append(on, one)
	}
	slices.SortFunc(on, func(a, b join) int { return strings.Compare(a.ours.String(), b.ours.String()) })
	if len(on) == 0 {
		p.add(pointer, "needs at least one pair of key fields")
	}
	return on
}

// counted reads what the number of records is compared with.
func (p *parser) counted(n *Node, m members, pointer string) {
	ops := ownOps(TypeNumber)[:6]
	n.op = Op(p.text(m.get("op"), at(pointer, "op"), "a number operator, such as gte"))
	if m.get("op")[0] == '"' && !slices.Contains(ops, n.op) {
		p.add(at(pointer, "op"), "a number of records takes %s, not %s", listed(opNames(ops)), quote(shorten(string(n.op), 40)))
	}
	raw := m.get("value")
	value, ok := wholeNumber(raw)
	if !ok || value < 0 || value > maxCount {
		p.add(at(pointer, "value"), "takes an integer from 0, not %s", shorten(string(raw), 40))
	}
	n.n = int(value)
	one := p.single(raw, at(pointer, "value"))
	n.value = &one
}
