// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"slices"
	"strings"
)

// What a directory learns at most (contract S8).
const (
	MaxLearned      = 50   // names
	MaxLearnedBytes = 4096 // of a name and its value together
)

// markerURN is sent by Microsoft among the schemas of groups, and means nothing
// to anybody else (contract S8).
const markerURN = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

// Learned is a name that traffic brought and no schema declares.
type Learned struct {
	MultiValued bool   // whether it first came as an array
	Name        string // as it was first spelled
	Schema      string // URN of the extension, "" for the core schema
	Type        Type   // of its first value: String, Decimal or Boolean
}

// With answers the resource type with the given names added to its schemas;
// names that it knows already are left out. It copies what it changes, so
// callers keep the answer as long as the names stay.
func (rt *ResourceType) With(learned []Learned) *ResourceType {
	grown := *rt
	grown.extensions = slices.Clone(rt.extensions)
	copied := map[*Schema]bool{}
	for _, l := range learned {
		grown.learn(l, copied)
	}
	if grown.learned == rt.learned {
		return rt
	}
	grown.order = grown.printOrder()
	return &grown
}

// learn adds one name. copied holds the schemas that this With made.
func (rt *ResourceType) learn(l Learned, copied map[*Schema]bool) {
	target := &rt.core
	if l.Schema != "" && !strings.EqualFold(l.Schema, rt.core.ID) {
		target = rt.extensionFor(l.Schema)
	} else if rt.common.Attribute(l.Name) != nil {
		return
	}
	if (*target).Attribute(l.Name) != nil {
		return
	}
	if !copied[*target] {
		*target = (*target).copy()
		copied[*target] = true
	}
	(*target).add(l)
	rt.learned++
}

// extensionFor answers the place of the extension's schema, an empty one if it
// is new. An empty one never stays: learn adds to it at once.
func (rt *ResourceType) extensionFor(urn string) **Schema {
	for i, s := range rt.extensions {
		if strings.EqualFold(s.ID, urn) {
			return &rt.extensions[i]
		}
	}
	rt.extensions = append(rt.extensions, &Schema{
		Schemas: []string{SchemaURN}, ID: urn, Name: urn[strings.LastIndexByte(urn, ':')+1:],
		Description: "Sent by the identity provider; declared nowhere else.",
	})
	rt.SchemaExtensions = append(slices.Clone(rt.SchemaExtensions), Extension{Schema: urn})
	return &rt.extensions[len(rt.extensions)-1]
}

func (s *Schema) copy() *Schema {
	copied := *s
	copied.Attributes = slices.Clone(s.Attributes)
	copied.names = make(index, len(s.names)+8)
	for name, a := range s.names {
		copied.names[name] = a
	}
	return &copied
}

func (s *Schema) add(l Learned) {
	a := &Attribute{
		Name: l.Name, Type: l.Type, MultiValued: l.MultiValued,
		Description: "Sent by the identity provider; declared nowhere else.",
		Mutability:  ReadWrite, Returned: ReturnedDefault, Uniqueness: UniqueNone,
		learned: true,
	}
	s.Attributes = append(s.Attributes, a)
	s.names[a.Name] = a
	s.names[Fold(a.Name)] = a
}

// Learn takes a name that no schema knows, and adds it to in.Type when it and
// its value fit the limits; otherwise the name goes to Ignored, and the answer
// is false. A nil or empty value teaches nothing. In strict mode an unknown
// name is invalidSyntax.
func (in *Input) Learn(urn, name string, value any) (Ref, bool, error) {
	full := name
	if urn != "" {
		full = urn + ":" + name
	}
	if in.Mode == Strict {
		return Ref{}, false, Errorf(InvalidSyntax, "%s is not an attribute of %s.", full, in.Type.Name)
	}
	l, ok := learnedFrom(value)
	if absent(value) {
		in.Tolerated.Add(IgnoredAttribute)
		return Ref{}, false, nil
	}
	if !ok || SecretName(name) || in.Type.learned >= MaxLearned || !attrName(name) || urn != "" && !plausibleURN(urn) || len(full)+size(value) > MaxLearnedBytes {
		in.ignore(full)
		return Ref{}, false, nil
	}
	l.Name, l.Schema = name, urn
	if strings.EqualFold(urn, in.Type.core.ID) {
		l.Schema = ""
	} else if s := in.Type.Extension(urn); s != nil {
		l.Schema = s.ID
	}
	in.Type = in.Type.With([]Learned{l})
	in.Learned = append(in.Learned, l)
	ref := Ref{Extension: l.Schema, Attribute: in.Type.Attribute(name)}
	if l.Schema != "" {
		ref.Attribute = in.Type.Extension(l.Schema).Attribute(name)
	}
	return ref, true, nil
}

// SecretName says whether what has the name must be kept nowhere: clients put
// passwords under names of their own, too (contract S7).
func SecretName(name string) bool {
	name = Fold(name)
	for _, word := range []string{"password", "passwd", "passphrase", "pwd", "secret", "token"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// learnedFrom says what the value teaches: string, number, boolean, array of
// strings; false for anything else.
func learnedFrom(value any) (Learned, bool) {
	switch v := value.(type) {
	case string:
		return Learned{Type: String}, true
	case Number:
		return Learned{Type: Decimal}, true
	case bool:
		return Learned{Type: Boolean}, true
	case []any:
		for _, element := range v {
			if _, ok := element.(string); !ok {
				return Learned{}, false
			}
		}
		return Learned{Type: String, MultiValued: true}, true
	}
	return Learned{}, false
}

// attrName says whether the name is an ATTRNAME of RFC 7643 §2.1, which filters
// and paths can say.
func attrName(name string) bool {
	if name == "" || !letter(name[0]) {
		return false
	}
	for i := 1; i < len(name); i++ {
		c := name[i]
		if !letter(c) && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// plausibleURN says whether a filter or path could say the URN.
func plausibleURN(urn string) bool {
	for i := range len(urn) {
		if c := urn[i]; c <= ' ' || c > '~' || strings.IndexByte(`"()[]&+,\`, c) >= 0 {
			return false
		}
	}
	return letter(urn[0]) && strings.IndexByte(urn, ':') > 0 && urn[len(urn)-1] != ':'
}

// size answers about how long a plain value is as JSON.
func size(value any) int {
	switch v := value.(type) {
	case string:
		return len(v) + 2
	case Number:
		return len(v)
	case []any:
		n := 2
		for _, element := range v {
			n += size(element) + 1
		}
		return n
	}
	return 5
}
