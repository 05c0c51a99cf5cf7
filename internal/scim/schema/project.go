// SPDX-License-Identifier: Apache-2.0

package schema

import "strings"

// Projection is which attributes an answer holds (RFC 7644 §3.9), ready to be
// applied to many resources of the type it was made for. It is safe for use by
// several goroutines.
type Projection struct {
	except selection // what excludedAttributes names
	listed bool      // attributes was given: only and what is always returned
	only   selection // what attributes names
	rt     *ResourceType
}

// selection is a set of attributes and sub-attributes; an attribute that is
// named by its sub-attributes leads to them.
type selection map[*Attribute]map[*Attribute]bool

// NewProjection reads the parameters attributes and excludedAttributes, already
// cut into names (SplitNames). Names that the type does not know are left out;
// when both are given, attributes wins.
func NewProjection(rt *ResourceType, mode Mode, attributes, excluded []string) *Projection {
	p := &Projection{rt: rt, listed: len(attributes) > 0, only: selection{}, except: selection{}}
	for _, name := range attributes {
		p.only.add(rt, mode, name)
	}
	if !p.listed {
		for _, name := range excluded {
			p.except.add(rt, mode, name)
		}
	}
	return p
}

// Project answers what an answer holds of one resource; see NewProjection.
func Project(obj Object, rt *ResourceType, mode Mode, attributes, excluded []string) Object {
	return NewProjection(rt, mode, attributes, excluded).Apply(obj)
}

// SplitNames cuts a comma-separated parameter into names. Commas inside brackets
// and quotes do not count, since clients pass emails[type eq "a,b"].
func SplitNames(list string) []string {
	var names []string
	start, depth, quoted := 0, 0, false
	for i := 0; i <= len(list); i++ {
		switch {
		case i == len(list) || list[i] == ',' && depth == 0 && !quoted:
			if name := strings.TrimSpace(list[start:i]); name != "" {
				names = append(names, name)
			}
			start = i + 1
		case list[i] == '"':
			quoted = !quoted
		case quoted:
		case list[i] == '[':
			depth++
		case list[i] == ']':
			depth--
		}
	}
	return names
}

// add selects what a name stands for: a sub-attribute, an attribute, or all of a
// schema. Of a value path the part before the bracket counts.
func (s selection) add(rt *ResourceType, mode Mode, name string) {
	name, _, _ = strings.Cut(name, "[")
	ref, ok := rt.Find(strings.TrimSpace(name), mode)
	switch {
	case !ok:
	case ref.Attribute == nil && ref.Extension == "":
		s.addAll(rt.core)
	case ref.Attribute == nil:
		s.addAll(rt.Extension(ref.Extension))
	case ref.Sub == nil:
		s[ref.Attribute] = nil // all of it
	default:
		subs, known := s[ref.Attribute]
		if known && subs == nil {
			return
		}
		if !known {
			subs = map[*Attribute]bool{}
			s[ref.Attribute] = subs
		}
		subs[ref.Sub] = true
	}
}

func (s selection) addAll(of *Schema) {
	for _, a := range of.Attributes {
		s[a] = nil
	}
}

// Includes says whether the answer can hold the top-level attribute of that name,
// so that what it does not hold need not be loaded.
func (p *Projection) Includes(name string) bool {
	a := p.rt.Attribute(name)
	return a != nil && p.includes(a)
}

// includes decides by returned (RFC 7643 §7) and the parameters.
func (p *Projection) includes(a *Attribute) bool {
	switch a.Returned {
	case ReturnedAlways:
		return true
	case ReturnedNever:
		return false
	}
	if p.listed {
		_, named := p.only[a]
		return named
	}
	subs, named := p.except[a]
	return a.Returned != ReturnedRequest && (!named || subs != nil)
}

// Apply answers a new Object with what the answer holds of obj, which it does
// not change and may share values with.
func (p *Projection) Apply(obj Object) Object {
	kept := make(Object, len(obj))
	for name, value := range obj {
		if s := p.rt.Extension(name); s != nil {
			if inner, ok := value.(Object); ok {
				p.extension(kept, s, inner)
			}
			continue
		}
		a := p.rt.Attribute(name)
		if a == nil {
			if !p.listed {
				kept[name] = value
			}
			continue
		}
		p.keep(kept, a, value)
	}
	return kept
}

func (p *Projection) extension(kept Object, s *Schema, inner Object) {
	found := make(Object, len(inner))
	for name, value := range inner {
		a := s.Attribute(name)
		if a != nil {
			p.keep(found, a, value)
		} else if !p.listed {
			found[name] = value
		}
	}
	if len(found) > 0 {
		kept[s.ID] = found
	}
}

// keep puts what the answer holds of one attribute into kept.
func (p *Projection) keep(kept Object, a *Attribute, value any) {
	if !p.includes(a) {
		return
	}
	if a.Type == Complex && p.cuts(a) {
		if value = p.cut(a, value); value == nil {
			return
		}
	}
	kept[a.Name] = value
}

// cuts says whether any sub-attribute of a could be left out.
func (p *Projection) cuts(a *Attribute) bool {
	if p.only[a] != nil || p.except[a] != nil {
		return true
	}
	for _, sub := range a.SubAttributes {
		if sub.Returned == ReturnedNever || sub.Returned == ReturnedRequest {
			return true
		}
	}
	return false
}

// cut answers a complex value, or each of an array, without the sub-attributes
// that the answer does not hold; nil when nothing is left.
func (p *Projection) cut(a *Attribute, value any) any {
	switch v := value.(type) {
	case Object:
		kept := make(Object, len(v))
		for name, member := range v {
			if sub := a.Sub(name); sub != nil && p.includesSub(a, sub) {
				kept[name] = member
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	case []any:
		kept := make([]any, 0, len(v))
		for _, element := range v {
			if element = p.cut(a, element); element != nil {
				kept = append(kept, element)
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	}
	return value
}

func (p *Projection) includesSub(a, sub *Attribute) bool {
	switch sub.Returned {
	case ReturnedAlways:
		return true
	case ReturnedNever:
		return false
	}
	if subs := p.only[a]; subs != nil {
		return subs[sub]
	}
	return sub.Returned != ReturnedRequest && !p.except[a][sub]
}
