// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"errors"
	"fmt"
	"slices"
)

// checkedKey is a key field that was found.
type checkedKey struct {
	path path // from the start of the record
	kind comparand
}

// checkedTarget is one of the definitions of a relation.
type checkedTarget struct {
	inner *checked
	keys  []checkedKey
	name  string
}

func (c *checker) relation(out *checked, sc scope) {
	switch {
	case c.related:
		c.add(out.pointer, "a relation does not stand inside another one")
		return
	case sc.element:
		c.add(out.pointer, "a relation does not stand inside an element node: its key fields are those of the record")
		return
	case c.fields.find == nil:
		c.add(at(out.pointer, "related"), "related records can't be looked up here")
		return
	}
	ours := make([]shape, len(out.on))
	for i, pair := range out.on {
		full, found, err := c.fields.resolve(sc, pair.ours)
		if err != nil {
			c.add(out.pair(i), "%s", err)
			continue
		}
		if len(full) == 1 && full[0] == virtualSince {
			c.add(out.pair(i), "presentSince is no key")
			continue
		}
		ours[i] = found
		out.keys = append(out.keys, checkedKey{path: full, kind: comparandOf(found.typ)})
	}
	for i, name := range out.Node.related {
		c.target(out, i, name, ours)
	}
	text := func(k checkedKey) bool { return k.kind == compareText || k.kind == compareAny }
	if out.ignoreCase && len(c.problems) == 0 && !slices.ContainsFunc(out.keys, text) {
		c.add(at(out.pointer, "ignoreCase"), "ignoreCase goes with string keys; none of these is one")
	}
}

// pair is the place of a pair of key fields.
func (out *checked) pair(i int) string {
	return atName(at(out.pointer, "on"), out.on[i].ours.String())
}

// target checks the keys and the inner condition against one definition.
func (c *checker) target(out *checked, i int, name string, ours []shape) {
	where := at(out.pointer, "related")
	if len(out.Node.related) > 1 {
		where = atIndex(where, i)
	}
	fields, err := c.fields.find(name)
	if err != nil {
		c.add(where, "%s", err)
		return
	}
	target := checkedTarget{name: name}
	for j, pair := range out.on {
		full, theirs, err := fields.resolve(scope{shape: fields.record}, pair.theirs)
		switch kind := comparandOf(theirs.typ); {
		case err != nil:
			c.add(out.pair(j), "of %s: %s", name, err)
		case ours[j].typ == "": // reported already
		case !joins(comparandOf(ours[j].typ), kind):
			c.add(out.pair(j), "%s and %s of %s don't compare: %s against %s",
				pair.ours, pair.theirs, name, ours[j].typ.many(), theirs.typ.many())
		case len(full) == 1 && full[0] == virtualSince:
			c.add(out.pair(j), "of %s: presentSince is no key", name)
		default:
			target.keys = append(target.keys, checkedKey{path: full, kind: kind})
		}
	}
	inner := checker{fields: fields, related: true}
	target.inner = inner.node(out.Node.children[0], scope{shape: fields.record}, out.inner())
	for _, problem := range inner.problems {
		if len(out.Node.related) > 1 {
			problem.Message = fmt.Sprintf("of %s: %s", name, problem.Message)
		}
		c.add(problem.Pointer, "%s", problem.Message)
	}
	out.targets = append(out.targets, target)
}

// inner is the place of the condition inside.
func (out *checked) inner() string {
	where := at(out.pointer, string(out.quantifier))
	if out.quantifier == quantCount {
		where = at(where, "of")
	}
	return where
}

// joins says whether values of two kinds can be the same.
func joins(a, b comparand) bool {
	switch {
	case a == compareNone || b == compareNone:
		return false
	case a == compareAny:
		return b != compareTime
	case b == compareAny:
		return a != compareTime
	}
	return a == b
}

// resolve answers the full path of a field and its shape. Related records are read by
// what stands in them.
func (c *checker) resolve(sc scope, p path) (path, shape, error) {
	full, found, err := c.fields.resolve(sc, p)
	if err == nil && c.related && len(full) == 1 && full[0] == virtualSince {
		return nil, shape{}, errors.New("presentSince is of the record itself: it does not stand inside a relation")
	}
	return full, found, err
}
