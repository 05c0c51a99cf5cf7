// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"maps"
	"slices"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// matching does an operation on the values that pass its filter, or, for a
// sub-attribute without a filter, on all.
func (v *values) matching(op operation, mode schema.Mode) error {
	passes := func(any) bool { return true }
	if op.target.Filter != nil {
		passes = op.target.Filter.MatchElement
	}
	if op.verb == remove && op.target.Sub == nil {
		return v.removeMatching(op, passes)
	}
	v.write()
	found := false
	for i, value := range v.list {
		if !passes(value) {
			continue
		}
		found = true
		next, err := v.changed(op, value)
		if err != nil {
			return err
		}
		v.list[i] = next
		if next != nil && madePrimary(op) {
			v.notePrimary(i, next)
		}
	}
	if !found {
		return v.create(op, mode)
	}
	v.tidy()
	return nil
}

func (v *values) removeMatching(op operation, passes func(any) bool) error {
	if op.value != nil {
		return v.without(listOf(op.value), passes)
	}
	v.write()
	v.list = slices.DeleteFunc(v.list, passes)
	return nil
}

// terms answers how many comparisons a filter makes at most, at least one.
func terms(f *filter.Filter) int {
	if f == nil {
		return 1
	}
	return leaves(f.Root())
}

func leaves(t *filter.Term) int {
	n := 0
	for i := range t.Args {
		n += leaves(&t.Args[i])
	}
	return max(n, 1)
}

// madePrimary says whether the operation itself speaks of a primary value.
func madePrimary(op operation) bool {
	if op.target.Sub != nil {
		return op.target.Sub.Name == "primary" && op.value == true
	}
	obj, _ := op.value.(schema.Object)
	return obj["primary"] == true
}

// tidy takes out what is nothing any more and folds what became the same. It
// first settles who is primary, because places change here.
func (v *values) tidy() {
	v.onePrimary()
	v.primary = -1
	v.list = slices.DeleteFunc(v.list, func(value any) bool { return value == nil })
	v.list = v.a.FoldValues(v.list)
}

// changed answers a value that passed the filter as the operation leaves it, nil
// for nothing.
func (v *values) changed(op operation, value any) (any, error) {
	obj, isObject := value.(schema.Object)
	switch {
	case op.target.Sub != nil && isObject:
		next := maps.Clone(obj)
		if err := putSub(op, next, obj); err != nil {
			return nil, err
		}
		if op.value == nil && isHusk(next) {
			return nil, nil
		}
		return next, nil
	case op.value == nil:
		return nil, nil
	case !isObject:
		return op.value, nil
	case op.verb == replace:
		return v.merged(op, v.remains(op, obj), obj)
	}
	return v.merged(op, maps.Clone(obj), obj)
}

// isHusk says whether nothing is left of a value but what kind it was.
func isHusk(obj schema.Object) bool {
	for name := range obj {
		if name != "type" && name != "primary" {
			return false
		}
	}
	return true
}

// remains answers what stays of a value that is replaced (RFC 7644 §3.5.2.3):
// what the client may not set, and what the filter asked for, so that the value
// is still found by it.
func (v *values) remains(op operation, obj schema.Object) schema.Object {
	asked, _ := op.target.Filter.Template()
	kept := schema.Object{}
	for name, member := range obj {
		sub := v.a.Sub(name)
		if asked[name] != nil || sub != nil && (sub.Mutability == schema.Immutable || sub.Mutability == schema.ReadOnly) {
			kept[name] = member
		}
	}
	return kept
}

// merged sets in next, which came from old, what the operation's object says.
func (v *values) merged(op operation, next, old schema.Object) (any, error) {
	said, _ := op.value.(schema.Object)
	for name, member := range said {
		sub := v.a.Sub(name)
		if sub.Mutability == schema.Immutable && old[name] != nil {
			if name == "value" && !schema.Equal(old[name], member) {
				op.target.Sub = sub
				return nil, immutable(op)
			}
			continue
		}
		next[name] = member
	}
	return next, nil
}

// create makes the value that a filter did not find, if the filter says all of it
// (contract 1.7; see the package's doc), or answers noTarget. There is nothing to
// take out of a value that is not there.
func (v *values) create(op operation, mode schema.Mode) error {
	made, ok := v.template(op)
	switch {
	case op.value == nil:
		return nil
	case !ok, mode == schema.Strict && op.target.Filter != nil:
		return schema.Errorf(schema.NoTarget, "No value of %s is the one that the path asks for; add it first.", attribute(op.target))
	}
	if op.target.Filter != nil {
		v.work.tolerated.Add(schema.MadeByFilter)
	}
	made[op.target.Sub.Name] = op.value
	v.append([]any{made})
	return nil
}

// template answers the value that the path describes but for its last
// sub-attribute.
func (v *values) template(op operation) (schema.Object, bool) {
	sub := op.target.Sub
	if sub == nil {
		return nil, false
	}
	if op.target.Filter == nil { // attr.value of an attribute without values
		return schema.Object{}, sub.Name == "value"
	}
	made, ok := op.target.Filter.Template()
	if !ok || made[sub.Name] != nil || byIdentity(v.a) && sub.Name != "value" {
		return nil, false
	}
	for name, value := range made {
		if !legal(v.a.Sub(name), value) {
			return nil, false
		}
	}
	return made, true
}

// legal says whether a value that a filter asks for may be made up: a boolean,
// or a type that the schema names, if it names any.
func legal(sub *schema.Attribute, value any) bool {
	if sub.Type == schema.Boolean {
		return true
	}
	return sub.Name == "type" && (len(sub.CanonicalValues) == 0 || slices.ContainsFunc(sub.CanonicalValues, func(canonical string) bool {
		return sub.Key(canonical) == sub.Key(value)
	}))
}
