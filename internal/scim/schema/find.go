// SPDX-License-Identifier: Apache-2.0

package schema

import "strings"

// Mode says how a directory takes what the RFCs do not allow. The zero value is
// Tolerant.
type Mode int

// The modes of a directory: what identity providers really send, or the interop
// profile to the letter.
const (
	Tolerant Mode = iota
	Strict
)

// Ref is an attribute found in a resource type: where it stands in an Object.
type Ref struct {
	// Attribute is at top level, or a member of the extension. It is nil when
	// the whole extension is meant.
	Attribute *Attribute
	// Extension is the extension's URN in the schema's spelling, "" for common
	// and core attributes.
	Extension string
	// Sub is the sub-attribute, nil when none is named.
	Sub *Attribute
}

// Leaf answers what the reference ends at: the sub-attribute if one is named,
// else the attribute; nil for a whole extension.
func (r Ref) Leaf() *Attribute {
	if r.Sub != nil {
		return r.Sub
	}
	return r.Attribute
}

// String answers the name as a filter or path would say it.
func (r Ref) String() string {
	var b strings.Builder
	b.WriteString(r.Extension)
	if r.Attribute == nil {
		return b.String()
	}
	if r.Extension != "" {
		b.WriteByte(':')
	}
	b.WriteString(r.Attribute.Name)
	if r.Sub != nil {
		b.WriteByte('.')
		b.WriteString(r.Sub.Name)
	}
	return b.String()
}

// Unqualified says whether a name that found the reference lacks the URN of its
// extension, which only Tolerant takes.
func (r Ref) Unqualified(name string) bool {
	return r.Extension != "" && strings.IndexByte(name, ':') < 0
}

// Get answers the value of the attribute (not of the sub-attribute) in obj, or
// nil; for a whole extension its object.
func (r Ref) Get(obj Object) any {
	if r.Extension != "" {
		inner, ok := obj[r.Extension].(Object)
		if r.Attribute == nil || !ok {
			return obj[r.Extension]
		}
		obj = inner
	}
	return obj[r.Attribute.Name]
}

// Set puts the value of the attribute (not of the sub-attribute) into obj; nil
// takes it out, and an extension that is empty then with it.
func (r Ref) Set(obj Object, value any) {
	switch {
	case r.Attribute == nil:
		set(obj, r.Extension, value)
		return
	case r.Extension == "":
		set(obj, r.Attribute.Name, value)
		return
	}
	inner, ok := obj[r.Extension].(Object)
	if !ok {
		inner = Object{}
	}
	set(inner, r.Attribute.Name, value)
	if len(inner) == 0 {
		delete(obj, r.Extension)
	} else if !ok {
		obj[r.Extension] = inner
	}
}

func set(obj Object, name string, value any) {
	if value == nil {
		delete(obj, name)
		return
	}
	obj[name] = value
}

// Find looks up a name as filters, paths, projections and members spell it:
// attr, attr.sub, a schema's URN, or either after a URN and a colon, in any
// letter case (RFC 7644 §3.10). The core URN by itself answers a Ref whose
// Attribute is nil and whose Extension is "". In tolerant mode a complex
// attribute of an extension is found without its URN too: Entra says manager.
func (rt *ResourceType) Find(name string, mode Mode) (Ref, bool) {
	if strings.IndexByte(name, ':') >= 0 {
		return rt.findQualified(name)
	}
	first, sub, dotted := strings.Cut(name, ".")
	if a := rt.Attribute(first); a != nil {
		return Ref{Attribute: a}.below(sub, dotted)
	}
	if mode == Strict {
		return Ref{}, false
	}
	for _, s := range rt.extensions {
		if a := s.Attribute(first); a != nil && a.Type == Complex {
			return Ref{Attribute: a, Extension: s.ID}.below(sub, dotted)
		}
	}
	return Ref{}, false
}

// findQualified looks up a name that begins with a URN. URNs hold dots and
// colons, so the known ones are tried, not split.
func (rt *ResourceType) findQualified(name string) (Ref, bool) {
	if rest, ok := afterURN(name, rt.core.ID); ok {
		if rest == "" {
			return Ref{}, true
		}
		first, sub, dotted := strings.Cut(rest, ".")
		if a := rt.Attribute(first); a != nil {
			return Ref{Attribute: a}.below(sub, dotted)
		}
	}
	for _, s := range rt.extensions {
		rest, ok := afterURN(name, s.ID)
		if !ok {
			continue
		}
		if rest == "" {
			return Ref{Extension: s.ID}, true
		}
		first, sub, dotted := strings.Cut(rest, ".")
		if a := s.Attribute(first); a != nil {
			return Ref{Attribute: a, Extension: s.ID}.below(sub, dotted)
		}
	}
	return Ref{}, false
}

// afterURN answers what follows the URN and its colon, "" for the URN itself.
func afterURN(name, urn string) (string, bool) {
	if len(name) < len(urn) || !strings.EqualFold(name[:len(urn)], urn) {
		return "", false
	}
	rest := name[len(urn):]
	if rest == "" {
		return "", true
	}
	if rest[0] != ':' || len(rest) == 1 {
		return "", false
	}
	return rest[1:], true
}

// below adds the sub-attribute that a dotted name goes on with.
func (r Ref) below(sub string, dotted bool) (Ref, bool) {
	if !dotted {
		return r, true
	}
	r.Sub = r.Attribute.Sub(sub)
	return r, r.Sub != nil
}
