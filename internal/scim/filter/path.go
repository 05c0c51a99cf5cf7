// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"errors"
	"strings"

	"github.com/passmuster/muster/internal/scim/schema"
)

// Path is the target of a PATCH operation as written (RFC 7644 §3.5.2): attr,
// attr.sub, attr[filter], attr[filter].sub, each after a URN if it must, or the
// URN of an extension. It is what ParsePath answers.
type Path struct {
	Attr   string // name before a bracket, as written, with URN and without a bracket with its sub-attribute
	Filter *Expr  // what stands in the brackets, nil without any
	Sub    string // the sub-attribute after a bracket, "" for none
}

// Target is a path held against a resource type.
type Target struct {
	schema.Ref         // Sub is the sub-attribute, before or after a filter
	Filter     *Filter // matches elements with MatchElement; nil without brackets
}

// ParsePath reads a path; a fault in it is invalidPath, in its brackets
// invalidFilter.
func ParsePath(text string, o Options) (Path, error) {
	p, err := newParser(text, o, "path")
	if err != nil {
		return Path{}, err
	}
	if !p.strict {
		p.skip()
	}
	path := Path{}
	if path.Attr, err = p.name(); err != nil {
		return Path{}, asPath(err)
	}
	defer func() { o.note(p.tolerated) }()
	if p.pos == len(p.text) {
		return path, nil
	}
	if p.text[p.pos] != '[' {
		return Path{}, asPath(p.fault("only [ or the end can follow here"))
	}
	inner, err := p.bracket()
	if err != nil {
		return Path{}, err
	}
	path.Filter = &inner
	if p.pos == len(p.text) {
		return path, nil
	}
	if p.text[p.pos] != '.' {
		return Path{}, asPath(p.fault("only a dot and a sub-attribute can follow here"))
	}
	p.pos++
	if path.Sub, err = p.name(); err != nil {
		return Path{}, asPath(err)
	}
	if p.pos != len(p.text) || strings.ContainsAny(path.Sub, ".:") {
		return Path{}, asPath(p.fault("a path ends after its sub-attribute"))
	}
	return path, nil
}

// asPath turns a fault outside of brackets into invalidPath.
func asPath(err error) error {
	var fault *schema.Error
	if errors.As(err, &fault) && fault.ScimType == schema.InvalidFilter {
		return schema.Errorf(schema.InvalidPath, "%s", fault.Detail)
	}
	return err
}

// String prints the path so that ParsePath gives it again.
func (p Path) String() string {
	s := p.Attr
	if p.Filter != nil {
		s += "[" + p.Filter.String() + "]"
	}
	if p.Sub != "" {
		s += "." + p.Sub
	}
	return s
}

// Resolve looks up the path's names; an unknown one is invalidPath, in the
// brackets invalidFilter. The core URN by itself answers a Ref without
// Attribute and Extension.
func (p Path) Resolve(rt *schema.ResourceType, o Options) (Target, error) {
	ref, ok := rt.Find(p.Attr, o.Mode)
	if !ok {
		return Target{}, schema.Errorf(schema.InvalidPath, "%s is not an attribute of %s.", p.Attr, rt.Name)
	}
	o.noteRef(ref, p.Attr)
	t := Target{Ref: ref}
	if p.Filter == nil {
		return t, nil
	}
	if ref.Attribute == nil || ref.Sub != nil || !several(ref.Attribute) {
		return Target{}, schema.Errorf(schema.InvalidPath, "%s has a single value, so no filter can stand after it.", p.Attr)
	}
	if p.Sub != "" {
		if t.Sub = ref.Attribute.Sub(p.Sub); t.Sub == nil {
			return Target{}, schema.Errorf(schema.InvalidPath, "%s has no sub-attribute %s.", p.Attr, p.Sub)
		}
	}
	t.Filter = &Filter{}
	r := resolver{inside: &ref, into: t.Filter, options: o, rt: rt}
	var err error
	if t.Filter.root, err = r.term(p.Filter); err != nil {
		return Target{}, err
	}
	return t, nil
}

// several says whether the attribute can have more than one value.
func several(a *schema.Attribute) bool { return a.MultiValued || a.Learned() }
