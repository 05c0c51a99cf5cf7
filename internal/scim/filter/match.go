// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strings"

	"github.com/passmuster/muster/internal/scim/schema"
)

// Match says whether the resource passes.
func (f *Filter) Match(obj schema.Object) bool { return f.root.Match(obj) }

// MatchElement says whether one value of a multi-valued attribute passes a
// filter that stood in the brackets of a Path.
func (f *Filter) MatchElement(value any) bool { return f.root.Match(value) }

// Match says whether the term holds for a resource, or for one value of its
// attribute if t.Element says that it is about such.
func (t *Term) Match(subject any) bool {
	switch t.Op {
	case And:
		for i := range t.Args {
			if !t.Args[i].Match(subject) {
				return false
			}
		}
		return true
	case Or:
		for i := range t.Args {
			if t.Args[i].Match(subject) {
				return true
			}
		}
		return false
	case Not:
		return !t.Args[0].Match(subject)
	case Has:
		return anyOf(t.base(subject), t.Args[0].Match)
	}
	if t.Op == Pr || t.Value.Null {
		return t.present(subject) == (t.Op != Eq)
	}
	found := false
	passes := anyOf(t.base(subject), func(value any) bool {
		if value = t.leaf(value); value == nil {
			return false
		}
		found = true
		return anyOf(value, t.compare)
	})
	return passes || !found && t.Op == Ne
}

// base answers the value of the term's attribute; a term inside brackets has it
// already.
func (t *Term) base(subject any) any {
	switch {
	case t.Unknown:
		return nil
	case t.Element:
		return subject
	}
	obj, ok := subject.(schema.Object)
	if !ok {
		return nil
	}
	return t.Ref.Get(obj)
}

// leaf answers what the term compares of one value of its attribute.
func (t *Term) leaf(value any) any {
	if t.Ref.Sub == nil {
		return value
	}
	obj, ok := value.(schema.Object)
	if !ok {
		return nil
	}
	return obj[t.Ref.Sub.Name]
}

// anyOf says whether the value passes, or any of an array. nil never does.
func anyOf(value any, passes func(any) bool) bool {
	switch v := value.(type) {
	case nil:
		return false
	case []any:
		for _, element := range v {
			if passes(element) {
				return true
			}
		}
		return false
	}
	return passes(value)
}

// present says whether there is a value that is not empty (RFC 7644 §3.4.2.2,
// pr).
func (t *Term) present(subject any) bool {
	return anyOf(t.base(subject), func(value any) bool { return !empty(t.leaf(value)) })
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case schema.Object:
		for _, member := range v {
			if !empty(member) {
				return false
			}
		}
		return true
	case []any:
		for _, element := range v {
			if !empty(element) {
				return false
			}
		}
		return true
	}
	return false
}

// compare holds one value against the literal. A value of another type than the
// literal can be read as is not equal to it, and nothing else.
func (t *Term) compare(value any) bool {
	l := &t.Value
	switch v := value.(type) {
	case string:
		if l.Type == schema.DateTime && (t.Op < Co || t.Op > Ew) {
			at, ok := schema.ParseTime(v)
			return ok && ordered(t.Op, at.Compare(l.Time)) || !ok && t.Op == Ne
		}
		return t.compareText(v)
	case bool:
		if l.Type == "" && !l.isBool {
			return t.Op == Ne
		}
		return t.Op == Eq && v == l.Bool || t.Op == Ne && v != l.Bool
	case schema.Number:
		if l.Type == "" && !l.isNumber {
			return t.Op == Ne
		}
		return ordered(t.Op, v.Compare(l.Number))
	}
	return t.Op == Ne
}

func (t *Term) compareText(v string) bool {
	if leaf := t.Ref.Leaf(); !leaf.CaseExact || leaf.Type == schema.DateTime {
		v = schema.Fold(v)
	}
	switch t.Op {
	case Co:
		return strings.Contains(v, t.Value.Text)
	case Sw:
		return strings.HasPrefix(v, t.Value.Text)
	case Ew:
		return strings.HasSuffix(v, t.Value.Text)
	}
	return ordered(t.Op, strings.Compare(v, t.Value.Text))
}

// ordered says whether an operator holds when its left side is less than (-1),
// equal to (0) or more than (1) its right side.
func ordered(op Op, order int) bool {
	switch op {
	case Eq:
		return order == 0
	case Ne:
		return order != 0
	case Gt:
		return order > 0
	case Ge:
		return order >= 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	}
	return false
}
