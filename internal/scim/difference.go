// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/scim/schema"
)

// What differs between two states of a resource is told field by field, with what
// it was before:
//
//	title, name.familyName, department     a short value, by the attribute's path; an
//	                                       extension that is not RFC 7643's keeps its URN
//	emails, photos, roles                  the values of the list, when they differ
//	attributes                             the names of whatever else differs

// toldLength is how much of a value an entry tells, in characters; toldValues how
// many values of a list.
const (
	toldLength = 200
	toldValues = 20
)

// differences collects what differs, as entries tell it.
type differences []evidence.Change

func (d *differences) add(field string, before, after any) {
	if before != after {
		*d = append(*d, evidence.Change{Field: field, Before: before, After: after})
	}
}

// leading are the attributes that entries tell first.
func leading() []string { return []string{"userName", "displayName"} }

// addOthers tells what else differs.
func (d *differences) addOthers(was, is schema.Object) {
	var others []string
	for _, name := range eitherName(was, is) {
		if slices.Contains(leading(), name) || name == "active" || name == "schemas" || schema.Equal(was[name], is[name]) {
			continue
		}
		if !d.addOne(name, was[name], is[name]) {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		d.add("attributes", nil, strings.Join(others, ", "))
	}
}

// addOne tells one attribute that differs, and says whether it could.
func (d *differences) addOne(name string, before, after any) bool {
	if schema.SecretName(name) {
		return false
	}
	if told(before) && told(after) {
		d.add(name, shortValue(before), shortValue(after))
		return true
	}
	was, wasObject := before.(schema.Object)
	is, isObject := after.(schema.Object)
	if (wasObject || before == nil) && (isObject || after == nil) {
		return d.addParts(name, was, is)
	}
	return d.addList(name, before, after)
}

// addList is addOne for lists.
func (d *differences) addList(name string, before, after any) bool {
	was, wasTold := shortValues(before)
	is, isTold := shortValues(after)
	if !wasTold || !isTold || slices.Equal(was, is) {
		return false
	}
	*d = append(*d, evidence.Change{Field: name, Before: orNone(was), After: orNone(is)})
	return true
}

// addParts tells what differs within a complex attribute or an extension; all of
// it or nothing.
func (d *differences) addParts(name string, was, is schema.Object) bool {
	prefix := name + "."
	if name == schema.EnterpriseURN {
		prefix = ""
	} else if strings.Contains(name, ":") {
		prefix = name + ":"
	}
	var parts differences
	for _, sub := range eitherName(was, is) {
		if sub != "$ref" && !schema.Equal(was[sub], is[sub]) && !parts.addOne(prefix+sub, was[sub], is[sub]) {
			return false
		}
	}
	*d = append(*d, parts...)
	return true
}

// eitherName answers the names of two objects, in one order.
func eitherName(a, b schema.Object) []string {
	both := maps.Clone(a)
	if both == nil {
		both = schema.Object{}
	}
	maps.Copy(both, b)
	return slices.Sorted(maps.Keys(both))
}

// told says whether the entry tells a value itself.
func told(value any) bool {
	switch value.(type) {
	case nil, bool, string, schema.Number:
		return true
	}
	return false
}

// shortValue answers a value as an entry tells it, nil for nothing.
func shortValue(value any) any {
	switch v := value.(type) {
	case string:
		if v = line(v, toldLength); v != "" {
			return v
		}
	case bool:
		return v
	case schema.Number:
		return line(string(v), toldLength)
	}
	return nil
}

// shortValues answers the values of a list as an entry tells them; false for what
// is no list of short values.
func shortValues(value any) (short []string, ok bool) {
	list, ok := value.([]any)
	if !ok {
		return nil, value == nil
	}
	for _, element := range list {
		if inner, is := element.(schema.Object); is {
			element = inner["value"]
		}
		text, is := element.(string)
		if text = line(text, toldLength); !is || text == "" {
			return nil, false
		}
		short = append(short, text)
	}
	return short, len(short) <= toldValues
}

// orNone answers nil for an empty list: nothing was there.
func orNone(values []string) any {
	if len(values) == 0 {
		return nil
	}
	return values
}
