// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"errors"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// remove reads a removal. Without a value it takes out all that the path names;
// with one, which Entra and authentik send, only those values of a multi-valued
// attribute: a group must not lose everybody (contract 1.7).
func (r *reader) remove(t filter.Target, value any) error {
	if value != nil && r.strict() {
		return schema.Errorf(schema.InvalidSyntax, `remove takes no value: name the values in the path, as in members[value eq "…"].`)
	}
	if value != nil {
		r.note(schema.RemoveWithValue)
	}
	many := t.Attribute.MultiValued || t.Attribute.Learned()
	byValue := t.Sub != nil && t.Filter == nil && t.Sub.Name == "value"
	if value == nil || !many || t.Sub != nil && !byValue {
		return r.clear(t)
	}
	if byValue {
		value, t.Sub = wrapValues(value), nil
	}
	read, err := r.in.Value(t.Ref, value)
	switch {
	case errors.Is(err, schema.ErrIgnored):
		return nil
	case err != nil:
		return err
	case read == nil: // it names nothing, so nothing goes
		return nil
	}
	if err := identified(t, read); err != nil {
		return err
	}
	return r.emit(t, read)
}

// clear reads a removal of all that the path names.
func (r *reader) clear(t filter.Target) error {
	leaf := t.Leaf()
	if leaf.Required && (t.Filter == nil || t.Sub != nil) { // RFC 7644 §3.5.2.2
		return schema.Errorf(schema.MutabilityErr, "%s is required, so it cannot be removed.", t)
	}
	return r.emit(t, nil)
}

// set reads an add or replace.
func (r *reader) set(t filter.Target, value any) error {
	if value == nil {
		r.note(schema.NullValue)
	}
	if empty(value) {
		return r.setNothing(t)
	}
	a := t.Attribute
	if t.Filter == nil && t.Sub == nil && a.Type == schema.Complex && !a.MultiValued {
		return r.setComplex(t, value)
	}
	if r.appends(t) {
		value, t.Sub = wrapValues(value), nil
	}
	read, err := r.value(t, value)
	switch {
	case errors.Is(err, schema.ErrIgnored):
		return nil
	case err != nil:
		return err
	case read == nil && !blank(value) && r.nested:
		return r.ignore(t.String())
	case read == nil && !blank(value):
		return schema.Errorf(schema.InvalidValue, "Nothing in the value is an attribute of %s that can be set.", t)
	case read == nil:
		return r.setNothing(t)
	}
	if text, ok := read.(string); ok && t.Leaf().Required && strings.TrimSpace(text) == "" {
		return schema.Errorf(schema.InvalidValue, "%s is required, so it cannot be blank.", t)
	}
	if err := identified(t, read); err != nil {
		return err
	}
	return r.emit(t, read)
}

// setNothing reads an add or replace whose value stands for no value.
func (r *reader) setNothing(t filter.Target) error {
	if r.verb == add {
		return nil
	}
	return r.clear(t)
}

// appends says whether attr.value is added to a multi-valued attribute, which
// means a new value and not that all get the same one.
func (r *reader) appends(t filter.Target) bool {
	return r.verb == add && t.Attribute.MultiValued && t.Filter == nil && t.Sub != nil && t.Sub.Name == "value"
}

// wrapValues makes complex values of the plain ones that were sent for value.
func wrapValues(value any) []any {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	wrapped := make([]any, 0, len(list))
	for _, element := range list {
		if _, isObject := element.(schema.Object); !isObject {
			element = schema.Object{"value": element}
		}
		wrapped = append(wrapped, element)
	}
	return wrapped
}

// value reads the value of an add or replace.
func (r *reader) value(t filter.Target, value any) (any, error) {
	a := t.Attribute
	switch {
	case t.Sub != nil:
		return r.in.Value(t.Ref, r.plain(value))
	case t.Filter != nil && a.Learned():
		return r.learnedElement(t, value)
	case t.Filter != nil:
		return r.in.Element(t.Ref, value)
	case a.Learned():
		return r.in.Value(t.Ref, value)
	case a.MultiValued:
		if _, many := value.([]any); !many && r.verb == add { // RFC 7644 §3.5.2.1 adds one value too
			value = []any{value}
		}
		return r.in.Value(t.Ref, value)
	}
	return r.in.Value(t.Ref, r.plain(value))
}

// learnedElement reads what shall stand in place of one value of an array that a
// directory learned.
func (r *reader) learnedElement(t filter.Target, value any) (any, error) {
	if _, ok := value.(string); !ok {
		return nil, schema.Errorf(schema.InvalidValue, "A value of %s must be a string.", t)
	}
	return r.in.Value(t.Ref, value)
}

// plain answers the one value of a simple attribute that was sent as an array,
// or as [{"value": …}], as Entra once did.
func (r *reader) plain(value any) any {
	list, ok := value.([]any)
	if !ok || len(list) != 1 || r.strict() {
		return value
	}
	r.note(schema.ArrayOfOne)
	if obj, ok := list[0].(schema.Object); ok {
		if inner, ok := obj["value"]; ok {
			return inner
		}
	}
	return list[0]
}

// setComplex takes the value of a complex attribute apart, so that sub-attributes
// which it does not name stay (RFC 7644 §3.5.2.3) and those it names with null
// go.
func (r *reader) setComplex(t filter.Target, value any) error {
	read, err := r.in.Value(t.Ref, value)
	if err != nil {
		return err
	}
	if value == "" { // contract S13
		return r.clear(t)
	}
	obj, _ := read.(schema.Object)
	for _, sub := range inOrder(t.Attribute) {
		part := t
		part.Sub = sub
		if v, there := obj[sub.Name]; there {
			if err := r.emit(part, v); err != nil {
				return err
			}
		} else if sub.Mutability != schema.ReadOnly && r.verb == replace && saysNothing(value, sub.Name) {
			if err := r.clear(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// inOrder answers the sub-attributes with value first: setting it takes out what
// belonged to the value before.
func inOrder(a *schema.Attribute) []*schema.Attribute {
	ordered := slices.Clone(a.SubAttributes)
	slices.SortStableFunc(ordered, func(x, y *schema.Attribute) int {
		switch {
		case x.Name == "value" && y.Name != "value":
			return -1
		case y.Name == "value" && x.Name != "value":
			return 1
		}
		return 0
	})
	return ordered
}

// saysNothing says whether an object has a member of that name with null or [].
func saysNothing(value any, name string) bool {
	obj, _ := only(value).(schema.Object)
	for key, member := range obj {
		if strings.EqualFold(key, name) && empty(member) {
			return true
		}
	}
	return false
}

// identified sees to it that each value of an attribute whose values are known
// by their immutable value, as members are, has one.
func identified(t filter.Target, read any) error {
	list, ok := read.([]any)
	if !ok || !byIdentity(t.Attribute) {
		return nil
	}
	for _, element := range list {
		obj, _ := element.(schema.Object)
		if text, _ := obj["value"].(string); text == "" {
			return schema.Errorf(schema.InvalidValue, "Every value of %s needs a value, which is an id.", attribute(t))
		}
	}
	return nil
}

// byIdentity says whether the values of an attribute are known by an immutable
// value alone (RFC 7643 §4.2, members).
func byIdentity(a *schema.Attribute) bool {
	sub := a.Sub("value")
	return a.MultiValued && sub != nil && sub.Mutability == schema.Immutable
}

// blank says whether there is nothing in a value.
func blank(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return !slices.ContainsFunc(v, func(element any) bool { return !blank(element) })
	case schema.Object:
		for _, member := range v {
			if !blank(member) {
				return false
			}
		}
		return true
	}
	return false
}
