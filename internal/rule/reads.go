// SPDX-License-Identifier: Apache-2.0

package rule

import "slices"

// Branches answers the conditions directly inside an all or any, each of which may
// decide; none for another node.
func (n *Node) Branches() (kind Kind, list []*Node) {
	if n.kind == KindAll || n.kind == KindAny {
		return n.kind, slices.Clone(n.children)
	}
	return n.kind, nil
}

// Reads answers which properties the condition looks at, by the first key of their
// paths, customProperties left out: of the record itself under "", of related
// records by the names of their definitions. Each list is sorted, each key once.
func (n *Node) Reads() map[string][]string {
	all := map[string][]string{}
	n.reads(func(p path) { all[""] = append(all[""], p.head()) }, all)
	for name, keys := range all {
		slices.Sort(keys)
		all[name] = slices.Compact(keys)
	}
	return all
}

// head answers the property of a record that a path begins at.
func (p path) head() string {
	switch {
	case len(p) > 1 && p[0] == "customProperties":
		return p[1]
	case len(p) > 0:
		return p[0]
	}
	return ""
}

// reads tells the paths that begin at the record; what is inside an element node
// begins at the element.
func (n *Node) reads(own func(path), related map[string][]string) {
	switch n.kind {
	case KindLeaf:
		own(n.field)
		if n.value != nil {
			n.value.reads(own)
		}
	case KindElement:
		own(n.field)
	case KindRelation:
		for _, name := range n.related {
			theirs := func(p path) { related[name] = append(related[name], p.head()) }
			for _, pair := range n.on {
				theirs(pair.theirs)
			}
			n.children[0].reads(theirs, related)
		}
		for _, pair := range n.on {
			own(pair.ours)
		}
	default:
		for _, child := range n.children {
			child.reads(own, related)
		}
	}
}

func (o *operand) reads(own func(path)) {
	if o.form == operandField {
		own(o.field)
	}
	for i := range o.list {
		o.list[i].reads(own)
	}
}
