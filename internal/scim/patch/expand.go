// SPDX-License-Identifier: Apache-2.0

package patch

import (
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// markerURN stands among the members of groups that Microsoft sends, and means
// nothing (contract S8).
const markerURN = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

// pathless reads an operation without a path: its value is an object whose
// members are the targets (RFC 7644 §3.5.2.1, §3.5.2.3).
func (r *reader) pathless(value any) error {
	switch {
	case r.verb == remove: // RFC 7644 §3.5.2.2
		return schema.Errorf(schema.NoTarget, "remove needs a path that says what to remove.")
	case r.strict():
		return schema.Errorf(schema.InvalidPath, "%s needs a path: this directory is strict.", r.verb)
	}
	r.note(schema.PatchWithoutPath)
	if _, list := value.([]any); list {
		r.note(schema.ArrayOfOne)
	}
	body, ok := only(value).(schema.Object)
	if !ok {
		return schema.Errorf(schema.InvalidValue, "%s without a path needs an object as its value, with the attributes to set.", r.verb)
	}
	return r.expand("", body)
}

// only answers the element of an array of one, which clients send where one
// value belongs, and other values as they are.
func only(value any) any {
	if list, ok := value.([]any); ok && len(list) == 1 {
		return list[0]
	}
	return value
}

// expand makes each member of body a target; prefix is the URN of the schema
// that they belong to, with a colon, or "".
func (r *reader) expand(prefix string, body schema.Object) error {
	outer := r.nested
	for _, name := range sortedNames(body) {
		if prefix == "" && strings.EqualFold(name, markerURN) {
			r.note(schema.MicrosoftMarker)
			continue
		}
		r.nested = true
		if prefix != "" || !r.expandUnknown(name, body[name]) {
			if err := r.place(prefix+name, body[name]); err != nil {
				return err
			}
			continue
		}
		inner, _ := body[name].(schema.Object) // expandUnknown has seen that it is one
		if err := r.expand(name+":", inner); err != nil {
			return err
		}
	}
	r.nested = outer
	return nil
}

// expandUnknown says whether a member is an extension that no schema knows, as
// an object with its attributes (contract S8).
func (r *reader) expandUnknown(name string, value any) bool {
	if _, ok := value.(schema.Object); !ok || r.strict() {
		return false
	}
	if !strings.Contains(name, ":") || strings.ContainsAny(name, "[]") {
		return false
	}
	_, known := r.in.Type.Find(name, r.in.Mode)
	return !known
}

// sortedNames makes the order of a message's changes the same every time, and a
// whole attribute come before its parts.
func sortedNames(body schema.Object) []string {
	names := make([]string, 0, len(body))
	for name := range body {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// place reads a path and the value for what it names.
func (r *reader) place(path string, value any) error {
	p, err := filter.ParsePath(path, r.options())
	if err != nil {
		if r.nested && !strings.ContainsAny(path, "[]") {
			return r.ignore(path)
		}
		return err
	}
	t, err := p.Resolve(r.in.Type, r.options())
	if err != nil {
		return r.unknown(p, value, err)
	}
	if t.Attribute == nil {
		return r.wholeSchema(t, value)
	}
	if r.nested && (t.Sub != nil || t.Filter != nil) {
		r.note(schema.DottedName)
	}
	skip, err := r.check(t, value)
	switch {
	case err != nil || skip:
		return err
	case r.verb == remove:
		return r.remove(t, value)
	}
	return r.set(t, value)
}

// ignore reports a name that nothing can keep.
func (r *reader) ignore(name string) error {
	r.in.Ignored = append(r.in.Ignored, name)
	r.note(schema.IgnoredAttribute)
	return nil
}

// unknown reads a change of what no schema knows. Removing it changes nothing;
// a plain name is learned (contract S8).
func (r *reader) unknown(p filter.Path, value any, err error) error {
	cut := strings.LastIndexByte(p.Attr, ':')
	name := p.Attr[cut+1:]
	switch {
	case r.strict() || p.Filter != nil:
		return err
	case p.Sub != "" || strings.Contains(name, "."):
		if r.nested {
			return r.ignore(p.String())
		}
		return err
	case r.verb == remove:
		return r.ignore(p.Attr)
	}
	if inner, is := value.(schema.Object); is && !r.nested && r.expandUnknown(p.Attr, value) {
		return r.expand(p.Attr+":", inner)
	}
	ref, kept, err := r.in.Learn(p.Attr[:max(cut, 0)], name, value)
	if err != nil || !kept {
		return err
	}
	return r.set(filter.Target{Ref: ref}, value)
}

// wholeSchema reads a change of an extension, or of the core under its URN.
func (r *reader) wholeSchema(t filter.Target, value any) error {
	prefix := t.Extension
	if prefix == "" {
		prefix = r.in.Type.Schema
	}
	if r.nested && empty(value) && t.Extension == "" {
		return nil
	}
	if t.Extension == "" && (r.verb == remove || empty(value)) {
		return schema.Errorf(schema.NoTarget, "%s names the whole resource; name an attribute.", prefix)
	}
	if r.verb == remove || empty(value) {
		if r.verb == add {
			return nil
		}
		return r.emit(t, nil)
	}
	body, ok := value.(schema.Object)
	if !ok {
		return schema.Errorf(schema.InvalidValue, "%s must be an object with the attributes of that schema.", prefix)
	}
	if t.Extension == "" {
		r.note(schema.CoreURNMember)
	}
	return r.expand(prefix+":", body)
}

// check looks at who may change the target (RFC 7643 §7). It answers true when
// the change is to be passed over: read-only members of a whole resource, and
// passwords, which are kept nowhere (contract S7).
func (r *reader) check(t filter.Target, value any) (skip bool, err error) {
	leaf := t.Leaf()
	switch {
	case leaf.Mutability == schema.WriteOnly:
		if empty(value) || r.verb == remove {
			return true, nil
		}
		r.in.Password = true
		r.note(schema.PasswordDropped)
		if r.strict() {
			err = schema.Errorf(schema.InvalidValue, "%s is not taken: people sign in by other means. Take it out of the attributes that are sent.", t)
		}
		return true, err
	case leaf.Mutability != schema.ReadOnly && t.Attribute.Mutability != schema.ReadOnly:
		return false, nil
	case r.nested, r.isSchemas(t):
		r.note(schema.ReadOnlyPatched)
		return true, nil
	}
	return false, schema.Errorf(schema.MutabilityErr, "%s is read only: the server sets it.", t)
}

// isSchemas says whether a client adds to schemas, as the RFC once had it do
// before it sets an extension. The server keeps schemas right by itself.
func (r *reader) isSchemas(t filter.Target) bool {
	return t.Extension == "" && t.Attribute.Name == "schemas" && r.verb != remove && !r.strict()
}

// attribute names a target without its sub-attribute.
func attribute(t filter.Target) string {
	return schema.Ref{Attribute: t.Attribute, Extension: t.Extension}.String()
}

// empty says whether a value stands for no value (RFC 7643 §2.5).
func empty(value any) bool {
	list, ok := value.([]any)
	return value == nil || ok && len(list) == 0
}
