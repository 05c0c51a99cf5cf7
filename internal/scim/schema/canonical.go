// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/json"
)

// Canonical answers obj as JSON with members in the order of the schemas, and
// those that no schema knows after them, sorted. The order of multi-valued
// attributes stays. It is the form that is stored, and two resources are the
// same when their forms are.
func Canonical(obj Object, rt *ResourceType) []byte { return Append(nil, obj, rt) }

// Append appends what Canonical answers.
func Append(dst []byte, obj Object, rt *ResourceType) []byte {
	w := writer{dst: append(dst, '{')}
	for _, name := range rt.order {
		value, ok := obj[name]
		if !ok {
			continue
		}
		w.member(name)
		if s := rt.Extension(name); s != nil {
			w.dst = appendValue(w.dst, value, s.Attributes)
			continue
		}
		w.dst = appendValue(w.dst, value, subsOf(rt.Attribute(name)))
	}
	if w.members < len(obj) {
		w.rest(obj, func(name string) bool { return slices.Contains(rt.order, name) })
	}
	return append(w.dst, '}')
}

// writer writes the members of one object.
type writer struct {
	dst     []byte
	members int
}

func (w *writer) member(name string) {
	if w.members > 0 {
		w.dst = append(w.dst, ',')
	}
	w.members++
	w.dst = append(appendString(w.dst, name), ':')
}

// rest writes the members that are not yet written, sorted by name.
func (w *writer) rest(obj Object, written func(name string) bool) {
	var names []string
	for name := range obj {
		if !written(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		w.member(name)
		w.dst = appendValue(w.dst, obj[name], nil)
	}
}

func subsOf(a *Attribute) []*Attribute {
	if a == nil {
		return nil
	}
	return a.SubAttributes
}

func appendObject(dst []byte, obj Object, attributes []*Attribute) []byte {
	w := writer{dst: append(dst, '{')}
	for _, a := range attributes {
		if value, ok := obj[a.Name]; ok {
			w.member(a.Name)
			w.dst = appendValue(w.dst, value, a.SubAttributes)
		}
	}
	if w.members < len(obj) {
		w.rest(obj, func(name string) bool {
			return slices.ContainsFunc(attributes, func(a *Attribute) bool { return a.Name == name })
		})
	}
	return append(w.dst, '}')
}

// appendValue appends a value; the attributes order the members of objects.
func appendValue(dst []byte, value any, attributes []*Attribute) []byte {
	switch v := value.(type) {
	case string:
		return appendString(dst, v)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Number:
		return append(dst, v...)
	case Object:
		return appendObject(dst, v, attributes)
	case []any:
		dst = append(dst, '[')
		for i, element := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, element, attributes)
		}
		return append(dst, ']')
	}
	return append(dst, "null"...)
}

func appendString(dst []byte, text string) []byte {
	quoted, err := json.AppendQuote(dst, text)
	if err != nil { // not UTF-8: no string of Parse is like that
		quoted, _ = json.AppendQuote(dst, strings.ToValidUTF8(text, "\uFFFD"))
	}
	return quoted
}

// Equal says whether two values are the same JSON: members in any order, values
// in order, numbers by value.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case Object:
		y, ok := b.(Object)
		if !ok || len(x) != len(y) {
			return false
		}
		for name, v := range x {
			if w, ok := y[name]; !ok || !Equal(v, w) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case Number:
		y, ok := b.(Number)
		return ok && (x == y || x.Compare(y) == 0)
	}
	switch b.(type) {
	case Object, []any, Number:
		return false
	}
	return a == b
}

// Clone answers a deep copy of a value of an Object, or of an Object itself.
func Clone[T any](value T) T {
	copied, _ := clone(value).(T)
	return copied
}

func clone(value any) any {
	switch v := value.(type) {
	case Object:
		copied := make(Object, len(v))
		for name, member := range v {
			copied[name] = clone(member)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, element := range v {
			copied[i] = clone(element)
		}
		return copied
	}
	return value
}
