// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"maps"
	"slices"

	"github.com/passmuster/muster/internal/scim/schema"
)

// values is a multi-valued attribute under an operation.
type values struct {
	a       *schema.Attribute
	list    []any
	own     bool // list was copied, so that it may be written to
	primary int  // index of the first value that the operation made primary, -1: none
	work    *work
}

// list does one operation on a multi-valued attribute. It answers a []any, or nil
// when no value is left.
func (w *work) list(op operation, old []any) (any, error) {
	v := &values{a: op.target.Attribute, list: old, primary: -1, work: w}
	err := w.spend((len(old) + 1) * terms(op.target.Filter))
	if err != nil {
		return nil, err
	}
	switch {
	case op.target.Filter != nil || op.target.Sub != nil:
		err = v.matching(op, w.mode)
	case op.verb == add:
		v.append(listOf(op.value))
	case op.verb == replace:
		v.replace(listOf(op.value))
	case op.value == nil:
		v.list = nil
	default:
		err = v.without(listOf(op.value), nil)
	}
	if err != nil {
		return nil, err
	}
	v.onePrimary()
	if len(v.list) == 0 {
		if len(old) > 0 && op.target.Attribute.Required {
			return nil, schema.Errorf(schema.MutabilityErr, "%s is required, so its last value cannot be removed.", attribute(op.target))
		}
		return nil, nil
	}
	return v.list, nil
}

// append adds values. One that is there already, by its Key, takes on what the
// new one says beside that (RFC 7644 §3.5.2.1); one that is known by an
// immutable value stays as it is.
func (v *values) append(more []any) {
	at := make(map[string]int, len(more)) // keys of more, then where they are
	for _, value := range more {
		at[v.a.Key(value)] = -1
	}
	for i, value := range v.list {
		key := v.a.Key(value)
		if there, wanted := at[key]; wanted && there < 0 {
			at[key] = i
		}
	}
	for _, value := range more {
		i := at[v.a.Key(value)]
		switch {
		case i < 0:
			i = len(v.list)
			at[v.a.Key(value)] = i
			v.write()
			v.list = append(v.list, value)
		case !byIdentity(v.a):
			v.set(i, v.taking(v.list[i], value))
		}
		v.notePrimary(i, value)
	}
}

// taking answers value with what other says more or otherwise, but for what both
// are known by, whose spelling stays.
func (v *values) taking(value, other any) any {
	obj, ok := value.(schema.Object)
	more, both := other.(schema.Object)
	if !ok || !both {
		return value
	}
	taken := maps.Clone(obj)
	for name, member := range more {
		sub := v.a.Sub(name)
		if taken[name] == nil || !sub.MultiValued && sub.Key(taken[name]) != sub.Key(member) && sub.Mutability != schema.Immutable {
			taken[name] = member
		}
	}
	return taken
}

// set puts a value in a place.
func (v *values) set(i int, value any) {
	if schema.Equal(v.list[i], value) {
		return
	}
	v.write()
	v.list[i] = value
}

// write makes sure that the list is not that of the resource before.
func (v *values) write() {
	if !v.own {
		v.list, v.own = slices.Clone(v.list), true
	}
}

// notePrimary remembers that the operation made the value at i primary.
func (v *values) notePrimary(i int, said any) {
	if obj, ok := said.(schema.Object); ok && obj["primary"] == true && v.primary < 0 {
		v.primary = i
	}
}

// onePrimary takes primary from all values but the one that the operation made
// so (RFC 7644 §3.5.2).
func (v *values) onePrimary() {
	if v.primary < 0 {
		return
	}
	for i, value := range v.list {
		obj, ok := value.(schema.Object)
		if !ok || i == v.primary || obj["primary"] != true {
			continue
		}
		cleared := maps.Clone(obj)
		cleared["primary"] = false
		v.set(i, cleared)
	}
}

// replace sets all values. One that is known by an immutable value and was there
// stays as it was.
func (v *values) replace(next []any) {
	before := make(map[string]any, len(v.list))
	for _, value := range v.list {
		before[v.a.Key(value)] = value
	}
	list := make([]any, 0, len(next))
	for _, value := range next {
		old, there := before[v.a.Key(value)]
		if there && byIdentity(v.a) {
			value = old
		}
		list = append(list, value)
	}
	v.list, v.own = list, true
}

// without takes out the values that gone names and that pass the filter, if there
// is one.
func (v *values) without(gone []any, passes func(any) bool) error {
	named, effort := v.namer(gone)
	if err := v.work.spend(effort * len(v.list)); err != nil {
		return err
	}
	v.write()
	v.list = slices.DeleteFunc(v.list, func(value any) bool {
		return named(value) && (passes == nil || passes(value))
	})
	return nil
}

// namer answers a function that says whether one of the values of a removal
// means a value of the attribute: all that it names must be the same, but of one
// with a value only that and the type count. effort is how many it compares with
// at most.
func (v *values) namer(gone []any) (named func(value any) bool, effort int) {
	sub := v.a.Sub("value")
	byValue := map[string][]any{}
	for _, said := range gone {
		key := v.valueKey(sub, said)
		byValue[key] = append(byValue[key], said)
		effort = max(effort, len(byValue[key]))
	}
	means := func(value any) func(any) bool {
		return func(said any) bool { return v.says(said, value) }
	}
	return func(value any) bool {
		return slices.ContainsFunc(byValue[v.valueKey(sub, value)], means(value)) ||
			slices.ContainsFunc(byValue[""], means(value))
	}, effort + len(byValue[""])
}

// valueKey answers the key of the sub-attribute value, "" without one; of a plain
// value its own key.
func (v *values) valueKey(sub *schema.Attribute, value any) string {
	obj, ok := value.(schema.Object)
	if !ok {
		return v.a.Key(value)
	}
	if sub == nil || obj[sub.Name] == nil {
		return ""
	}
	return sub.Key(obj[sub.Name])
}

// says whether what a removal said means the value.
func (v *values) says(said, value any) bool {
	obj, ok := value.(schema.Object)
	words, both := said.(schema.Object)
	if !ok || !both {
		return v.a.Key(said) == v.a.Key(value)
	}
	_, known := words["value"]
	for name, word := range words {
		if known && name != "value" && (name != "type" || byIdentity(v.a)) {
			continue
		}
		sub := v.a.Sub(name)
		if obj[name] == nil || sub.Key(word) != sub.Key(obj[name]) {
			return false
		}
	}
	return true
}
