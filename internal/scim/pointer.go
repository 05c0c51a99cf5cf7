// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/schema"
)

// A complex attribute with one value that refers to a resource, as manager does
// (RFC 7643 §4.3), is kept as it was sent. Where its value is a resource of the
// directory, $ref and the name are the server's to say: they are left out of the
// document and added to each answer, so that they follow that resource.

// pointer is such an attribute.
type pointer struct {
	display string // sub-attribute for the name of what it refers to; "" for none
	ref     schema.Ref
	start   string // how it begins in a document
	types   []string
}

// pointers answers those of a type, worked out once.
func (s *Service) pointers(rt *schema.ResourceType) []pointer {
	known, ok := s.pointing.Load(rt)
	if !ok {
		known = pointersOf(rt)
		s.pointing.Store(rt, known)
	}
	list, _ := known.([]pointer)
	return list
}

func pointersOf(rt *schema.ResourceType) (list []pointer) {
	for _, s := range append(rt.Extensions(), rt.Core()) {
		for _, a := range s.Attributes {
			link := a.Sub("$ref")
			if a.MultiValued || link == nil || a.Sub("value") == nil {
				continue
			}
			p := pointer{ref: schema.Ref{Attribute: a}, start: string(quoted(a.Name)) + `:{"value":`, types: link.ReferenceTypes}
			if s.ID != rt.Core().ID {
				p.ref.Extension = s.ID
			}
			for _, name := range []string{"displayName", "display"} {
				if sub := a.Sub(name); sub != nil && sub.Mutability == schema.ReadOnly {
					p.display = name
				}
			}
			list = append(list, p)
		}
	}
	return list
}

// find answers where the pointer begins in a document, where its value does, and
// the value if it is an id; -1 when the document has no such attribute. A quote
// inside a text has a backslash before it, so nothing else looks like a member.
func (p pointer) find(document string) (begin, value int, id string) {
	const idLetters = 24
	begin = strings.Index(document, p.start)
	if begin < 1 || document[begin-1] != ',' && document[begin-1] != '{' {
		return -1, 0, ""
	}
	value = begin + len(p.start)
	if rest := document[value:]; len(rest) > idLetters+2 && rest[idLetters+1] == '"' && db.ValidID(rest[1:idLetters+1]) {
		id = rest[1 : idLetters+1]
	}
	return begin, value, id
}

// follow loads what the pointers of rows lead to.
func (v view) follow(ctx context.Context, tx *db.Tx, rows []storedRow, k *kinship) (err error) {
	var ids []string
	seen := map[string]bool{}
	for _, p := range v.pointers {
		for _, r := range rows {
			if _, _, id := p.find(r.document); id != "" && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 0 {
		k.pointed, err = selectCalled(ctx, tx, v.c.dir, ids)
	}
	return err
}

// target answers what a pointer leads to, if that may be.
func (v view) target(p pointer, k kinship, id string) (called, bool) {
	one, there := k.pointed[id]
	return one, there && slices.Contains(p.types, one.kind)
}

// complete says in obj, whose top level is its own, what the server says of where
// pointers lead.
func (p pointer) complete(v view, obj schema.Object, k kinship) {
	old, _ := p.ref.Get(obj).(schema.Object)
	id := text(old, "value")
	one, known := v.target(p, k, id)
	if !known {
		return
	}
	if p.ref.Extension != "" {
		inner, _ := obj[p.ref.Extension].(schema.Object)
		obj[p.ref.Extension] = maps.Clone(inner)
	}
	whole := maps.Clone(old)
	whole["$ref"] = v.location(one.kind, id)
	if p.display != "" && one.display != "" {
		whole[p.display] = one.display
	}
	p.ref.Set(obj, whole)
}

// appendPointed appends a part of a document with what the server says of where
// its pointers lead; false when that cannot be put in.
func (v view) appendPointed(dst []byte, document string, k kinship) ([]byte, bool) {
	for _, p := range v.pointers {
		begin, value, id := p.find(document)
		if begin < 0 {
			continue
		}
		one, known := v.target(p, k, id)
		if !known {
			continue
		}
		end := value + len(id) + 2
		if document[end] != '}' || len(v.pointers) > 1 || strings.Contains(document[end:], p.start) {
			return dst, false
		}
		dst = append(append(append(dst, document[:end]...), `,"$ref":`...), quoted(v.location(one.kind, id))...)
		if p.display != "" && one.display != "" {
			dst = append(append(append(append(dst, ','), quoted(p.display)...), ':'), quoted(one.display)...)
		}
		document = document[end:]
	}
	return append(dst, document...), true
}

// pointed answers obj as it is kept: a pointer that says where it leads by its
// $ref alone gets the value, and what the server says by itself is left out.
func (s *Service) pointed(ctx context.Context, tx *db.Tx, c *call, rt *schema.ResourceType, obj schema.Object) (schema.Object, error) {
	for _, p := range s.pointers(rt) {
		old, _ := p.ref.Get(obj).(schema.Object)
		link := text(old, "$ref")
		if link == "" {
			continue
		}
		id := text(old, "value")
		if id == "" {
			id = link[strings.LastIndexByte(link, '/')+1:]
		}
		if !db.ValidID(id) {
			continue
		}
		there, err := selectWhich(ctx, tx, c.dir, []string{id})
		if err != nil {
			return nil, err
		}
		if !there[id] {
			continue
		}
		kept := maps.Clone(old)
		kept["value"] = id
		delete(kept, "$ref")
		obj = maps.Clone(obj)
		if inner, ok := obj[p.ref.Extension].(schema.Object); ok {
			obj[p.ref.Extension] = maps.Clone(inner)
		}
		p.ref.Set(obj, kept)
	}
	return obj, nil
}

// mentioned answers those pointers that a filter or an order asks for.
func (l *lister) mentioned() (list []pointer) {
	for _, p := range l.view.pointers {
		o := l.order.ref
		asked := o != nil && o.Attribute == p.ref.Attribute
		if asked || l.filter != nil && termAsks(l.filter.Root(), p.ref.Attribute) {
			list = append(list, p)
		}
	}
	return list
}
