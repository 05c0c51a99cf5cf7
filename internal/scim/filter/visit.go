// SPDX-License-Identifier: Apache-2.0

package filter

import "github.com/passmuster/muster/internal/scim/schema"

// Visitor builds something of a caller's own, such as SQL, from a filter. What
// it cannot express it answers with an error.
type Visitor[T any] interface {
	// And and Or join two or more parts.
	And(parts []T) (T, error)
	Or(parts []T) (T, error)
	// Compare is for a comparison or Pr. t.Element says that it is about one
	// value of t.Ref.Attribute, inside a Has.
	Compare(t *Term) (T, error)
	// Has asks for one value of the attribute for which the part holds.
	Has(ref schema.Ref, part T) (T, error)
	// Not negates a part.
	Not(part T) (T, error)
}

// Visit shows a filter to v, from the leaves up.
func Visit[T any](f *Filter, v Visitor[T]) (T, error) { return visit(&f.root, v) }

func visit[T any](t *Term, v Visitor[T]) (T, error) {
	if len(t.Args) == 0 {
		return v.Compare(t)
	}
	parts := make([]T, len(t.Args))
	for i := range t.Args {
		var err error
		if parts[i], err = visit(&t.Args[i], v); err != nil {
			return parts[i], err
		}
	}
	switch t.Op {
	case And:
		return v.And(parts)
	case Or:
		return v.Or(parts)
	case Not:
		return v.Not(parts[0])
	}
	return v.Has(t.Ref, parts[0])
}

// Root answers the tree of the filter, which must not be changed.
func (f *Filter) Root() *Term { return &f.root }

// Equals answers the comparisons by eq that every resource which passes must
// hold, so that storage can find the candidates by an index; those of a Has are
// among them, and are about one value together. exact says that the filter asks
// nothing else: a resource that holds all of them passes. No terms: no index
// helps.
func (f *Filter) Equals() (terms []*Term, exact bool) {
	exact = f.root.equals(&terms)
	return terms, exact
}

func (t *Term) equals(terms *[]*Term) bool {
	switch {
	case t.Op == Eq && !t.Value.Null:
		*terms = append(*terms, t)
		return true
	case t.Op == And:
		exact := true
		for i := range t.Args {
			exact = t.Args[i].equals(terms) && exact
		}
		return exact
	case t.Op == Has:
		t.Args[0].equals(terms)
	}
	return false
}

// Template answers an element that passes a filter which is nothing but a
// conjunction of eq on different sub-attributes, so that a PATCH can create what
// its path does not find (contract 1.7); false for any other filter.
func (f *Filter) Template() (schema.Object, bool) {
	terms, exact := f.Equals()
	made := schema.Object{}
	for _, t := range terms {
		if t.Ref.Sub == nil || made[t.Ref.Sub.Name] != nil {
			return nil, false
		}
		made[t.Ref.Sub.Name] = t.Value.Value()
	}
	return made, exact && len(made) > 0
}

// Value answers the literal as an Object holds it: string, bool or Number; nil
// for null.
func (l *Literal) Value() any {
	switch {
	case l.Null:
		return nil
	case l.Type == schema.Boolean:
		return l.Bool
	case l.Type == schema.Decimal || l.Type == schema.Integer:
		return l.Number
	}
	return l.Raw
}
