// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"maps"

	"github.com/passmuster/muster/internal/scim/schema"
)

// maxEffort is how many comparisons of values one Apply may make about, so that a
// message of many operations on a large group ends in time: a thousand
// operations on ten thousand members are half of it.
const maxEffort = 20_000_000

// spend counts an effort, and refuses the message when it was too much.
func (w *work) spend(effort int) error {
	w.effort += effort
	if w.effort > maxEffort {
		return tooLarge("There are too many operations for an attribute with so many values: send them in several requests.")
	}
	return nil
}

// Applied is what Apply answers.
type Applied struct {
	Changed   bool             // whether anything did
	Object    schema.Object    // the resource with the operations done
	Tolerated schema.Tolerated // what it took, beside Patch.Tolerated
}

// Apply answers obj with the operations done. obj stays as it is. The answer's
// Object shares what it can with obj and with the Patch, and is obj itself when
// nothing changed, so that none of them may be written to from here on. schemas
// follows the extensions that it has. All errors are *schema.Error; uniqueness is
// the caller's to check, on the answer.
func (p Patch) Apply(obj schema.Object) (Applied, error) {
	w := work{mode: p.mode, obj: p.shallow(obj)}
	for _, op := range p.ops {
		if err := w.apply(op); err != nil {
			return Applied{}, located(op.at, err)
		}
	}
	if !p.changed(obj, w.obj) {
		return Applied{Object: obj, Tolerated: w.tolerated}, nil
	}
	schema.SetSchemas(w.obj, p.Type)
	if err := schema.CheckRequired(w.obj, p.Type); err != nil && schema.CheckRequired(obj, p.Type) == nil {
		return Applied{}, err
	}
	return Applied{Changed: true, Object: w.obj, Tolerated: w.tolerated}, nil
}

// shallow copies obj as deep as schema.Ref.Set writes.
func (p Patch) shallow(obj schema.Object) schema.Object {
	copied := maps.Clone(obj)
	if copied == nil {
		return schema.Object{}
	}
	for _, op := range p.ops {
		if inner, ok := obj[op.target.Extension].(schema.Object); ok {
			copied[op.target.Extension] = maps.Clone(inner)
		}
	}
	return copied
}

// changed says whether any attribute that was worked on differs.
func (p Patch) changed(before, after schema.Object) bool {
	seen := map[string]bool{}
	for _, op := range p.ops {
		name := attribute(op.target)
		if !seen[name] && !same(op.target.Attribute, op.target.Get(before), op.target.Get(after)) {
			return true
		}
		seen[name] = true
	}
	return false
}

// same says whether two values of an attribute are the same. The order of
// several does not count.
func same(a *schema.Attribute, x, y any) bool {
	before, list := x.([]any)
	after, both := y.([]any)
	if !list || !both || len(before) != len(after) {
		return schema.Equal(x, y)
	}
	known := make(map[string]any, len(before))
	for _, value := range before {
		known[a.Key(value)] = value
	}
	for _, value := range after {
		if there, ok := known[a.Key(value)]; !ok || !schema.Equal(there, value) {
			return false
		}
	}
	return len(known) == len(before)
}

// work is one resource under change. What stands below a top-level attribute or
// below an attribute of an extension is never changed in place, but replaced.
type work struct {
	effort    int
	mode      schema.Mode
	obj       schema.Object
	tolerated schema.Tolerated
}

// apply does one operation.
func (w *work) apply(op operation) error {
	t := op.target
	old := t.Get(w.obj)
	var next any
	var err error
	switch {
	case t.Attribute == nil: // a whole extension goes
	case manyValued(op, old):
		next, err = w.list(op, listOf(old))
	case t.Sub != nil:
		next, err = w.setSub(op, old)
	default:
		next = op.value
	}
	if err != nil {
		return err
	}
	if t.Attribute != nil && t.Attribute.Mutability == schema.Immutable && old != nil && !schema.Equal(old, next) {
		return immutable(op)
	}
	t.Set(w.obj, next)
	return nil
}

func immutable(op operation) error {
	return schema.Errorf(schema.MutabilityErr, "%s is immutable: it was set once and cannot change.", op.target)
}

// manyValued says whether the operation is one on several values. An attribute
// that a directory learned may have one or several.
func manyValued(op operation, old any) bool {
	if !op.target.Attribute.Learned() {
		return op.target.Attribute.MultiValued
	}
	_, several := old.([]any)
	_, given := op.value.([]any)
	return op.target.Filter != nil || op.verb == remove && op.value != nil || op.verb == add && (several || given)
}

// listOf answers the values of an attribute that may have one or several.
func listOf(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}

// setSub does an operation on a sub-attribute of a complex attribute that has
// one value.
func (w *work) setSub(op operation, old any) (any, error) {
	obj, _ := old.(schema.Object)
	next := maps.Clone(obj)
	if next == nil {
		next = schema.Object{}
	}
	if pointer := isPointer(op); pointer && op.value == "" {
		op.value = nil // contract S13
		w.tolerated.Add(schema.BlankForNone)
		next = schema.Object{}
	} else if pointer && !schema.Equal(obj["value"], op.value) {
		next = schema.Object{} // its $ref and name were those of another
	}
	if err := putSub(op, next, obj); err != nil {
		return nil, err
	}
	if len(next) == 0 {
		return nil, nil
	}
	return next, nil
}

// isPointer says whether the operation sets what a complex attribute points to,
// as manager.value does.
func isPointer(op operation) bool {
	return op.target.Sub.Name == "value" && op.target.Attribute.Sub("$ref") != nil
}

// putSub sets the operation's sub-attribute in next, which came from old.
func putSub(op operation, next, old schema.Object) error {
	name := op.target.Sub.Name
	before := old[name]
	if op.target.Sub.Mutability == schema.Immutable && before != nil && !schema.Equal(before, op.value) {
		return immutable(op)
	}
	if op.value == nil {
		delete(next, name)
		return nil
	}
	next[name] = op.value
	return nil
}
