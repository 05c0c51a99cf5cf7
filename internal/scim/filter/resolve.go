// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strings"
	"time"

	"github.com/passmuster/muster/internal/scim/schema"
)

// Filter is a filter held against a resource type. It is safe for use by
// several goroutines.
type Filter struct {
	root      Term
	tolerated schema.Tolerated
	unknown   []string
}

// Tolerated answers what it took to read the filter, if New made it.
func (f *Filter) Tolerated() schema.Tolerated { return f.tolerated }

// Unknown answers the names, as written, that the type does not know; none unless
// Options.Unknown was set.
func (f *Filter) Unknown() []string { return f.unknown }

// Term is one node of a Filter.
type Term struct {
	Args    []Term     // And, Or: two or more; Not, Has: one
	Element bool       // the term is about one value of Ref.Attribute, inside a Has or the brackets of a Path
	Op      Op         // what it does
	Ref     schema.Ref // of comparisons, Pr and Has; Sub is set where the value of a complex attribute is compared
	Unknown bool       // the type does not know the attribute, so it has no value; Ref is empty
	Value   Literal    // of Eq to Le
}

// Literal is a value of the type that it is compared with.
type Literal struct {
	Bool   bool          // of booleans
	Null   bool          // no value; only Eq and Ne have it
	Number schema.Number // of numbers
	Raw    string        // of all but null: the text as written, without quotes
	Text   string        // of texts: Raw, folded (schema.Fold) unless the attribute is caseExact
	Time   time.Time     // of dateTime, unless a part of its text is asked for
	Type   schema.Type   // the attribute's; "" for learned attributes, where the resource's own value decides

	isBool, isNumber bool // of learned attributes: whether Raw can be read so
}

// Resolve holds the expression against a resource type. What the type does not
// know, and comparisons that make no sense, are invalidFilter (RFC 7644
// §3.4.2.2): an empty answer would make clients create what exists.
func (e *Expr) Resolve(rt *schema.ResourceType, o Options) (*Filter, error) {
	f := &Filter{}
	r := resolver{into: f, options: o, rt: rt}
	var err error
	if f.root, err = r.term(e); err != nil {
		return nil, err
	}
	return f, nil
}

// New parses and resolves a filter.
func New(text string, rt *schema.ResourceType, o Options) (*Filter, error) {
	var used schema.Tolerated
	with := o
	with.Tolerated = &used
	e, err := Parse(text, with)
	if err != nil {
		return nil, err
	}
	f, err := e.Resolve(rt, with)
	if err != nil {
		return nil, err
	}
	f.tolerated = used
	o.note(used)
	return f, nil
}

// noteRef notes how an attribute was named.
func (o Options) noteRef(ref schema.Ref, name string) {
	if ref.Unqualified(name) {
		o.noteOne(schema.UnqualifiedName)
	}
	if ref.Attribute != nil && ref.Attribute.Learned() {
		o.noteOne(schema.LearnedAttribute)
	}
}

func (o Options) noteOne(t schema.Tolerance) {
	var one schema.Tolerated
	one.Add(t)
	o.note(one)
}

type resolver struct {
	inside  *schema.Ref // the attribute whose brackets the terms stand in, or nil
	into    *Filter     // what is being made
	options Options
	rt      *schema.ResourceType
}

func (r resolver) term(e *Expr) (Term, error) {
	switch e.Op {
	case And, Or, Not:
		return r.list(e)
	case Has:
		return r.has(e)
	}
	if r.passesOver(e.Attr) {
		return r.unknown(e)
	}
	ref, err := r.find(e.Attr)
	if err != nil {
		return Term{}, err
	}
	t := Term{Op: e.Op, Ref: ref, Element: r.inside != nil}
	if e.Op == Pr {
		return t, nil
	}
	return r.comparison(t, e)
}

// passesOver says whether a name that the type does not know is to be taken for
// an attribute without a value, and notes it.
func (r resolver) passesOver(name string) bool {
	if !r.options.Unknown || r.inside != nil {
		return false
	}
	if _, known := r.rt.Find(name, r.options.Mode); known {
		return false
	}
	r.into.unknown = append(r.into.unknown, name)
	return true
}

// unknown answers the term about an attribute without a value.
func (r resolver) unknown(e *Expr) (Term, error) {
	t := Term{Op: e.Op, Unknown: true}
	if e.Op == Pr || e.Value.Kind != Null {
		return t, nil
	}
	return r.comparison(t, e)
}

func (r resolver) list(e *Expr) (Term, error) {
	t := Term{Op: e.Op, Args: make([]Term, len(e.Args)), Element: r.inside != nil}
	for i := range e.Args {
		var err error
		if t.Args[i], err = r.term(&e.Args[i]); err != nil {
			return Term{}, err
		}
	}
	return t, nil
}

func (r resolver) has(e *Expr) (Term, error) {
	if r.passesOver(e.Attr) {
		return Term{Op: Pr, Unknown: true}, nil // no value, so none for which the part holds
	}
	ref, err := r.find(e.Attr)
	if err != nil {
		return Term{}, err
	}
	if ref.Attribute == nil || ref.Sub != nil || ref.Attribute.Type != schema.Complex && !several(ref.Attribute) {
		return Term{}, schema.Errorf(schema.InvalidFilter, "%s has no sub-attributes that brackets could be about.", e.Attr)
	}
	r.inside = &ref
	inner, err := r.term(&e.Args[0])
	return Term{Op: Has, Ref: ref, Args: []Term{inner}}, err
}

// find looks up a name. Inside brackets it is a sub-attribute; value is each
// value of an attribute without sub-attributes (RFC 7643 §2.4).
func (r resolver) find(name string) (schema.Ref, error) {
	if r.inside == nil {
		ref, ok := r.rt.Find(name, r.options.Mode)
		if !ok || ref.Attribute == nil && ref.Extension == "" {
			return ref, schema.Errorf(schema.InvalidFilter, "%s is not an attribute of %s that a filter can ask for.", name, r.rt.Name)
		}
		r.options.noteRef(ref, name)
		return ref, visible(ref, name)
	}
	ref := *r.inside
	ref.Sub = ref.Attribute.Sub(name)
	if ref.Sub == nil && (ref.Attribute.Type == schema.Complex || !strings.EqualFold(name, "value")) {
		return ref, schema.Errorf(schema.InvalidFilter, "%s has no sub-attribute %s.", ref.Attribute.Name, name)
	}
	return ref, visible(ref, name)
}

// visible refuses what is never returned: a filter must not tell it.
func visible(ref schema.Ref, name string) error {
	for _, a := range []*schema.Attribute{ref.Attribute, ref.Sub} {
		if a != nil && a.Returned == schema.ReturnedNever {
			return schema.Errorf(schema.InvalidFilter, "%s is never returned, so no filter can ask for it.", name)
		}
	}
	return nil
}

// comparison completes a term of Eq to Le.
func (r resolver) comparison(t Term, e *Expr) (Term, error) {
	if e.Value.Kind == Null {
		if t.Value.Null = true; e.Op != Eq && e.Op != Ne {
			return t, schema.Errorf(schema.InvalidFilter, "%s can be compared with null by eq and ne only.", e.Attr)
		}
		return t, nil
	}
	if leaf := t.Ref.Leaf(); leaf != nil && leaf.Type == schema.Complex {
		t.Ref.Sub = leaf.Sub("value") // RFC 7644 §3.4.2.2
	}
	leaf := t.Ref.Leaf()
	if leaf == nil || leaf.Type == schema.Complex {
		return t, schema.Errorf(schema.InvalidFilter, "%s has sub-attributes: name the one to compare, as in %s.%s.", e.Attr, e.Attr, someSub(leaf))
	}
	if err := visible(t.Ref, e.Attr); err != nil {
		return t, err
	}
	value, ok := r.literal(leaf, e)
	if !ok {
		return t, schema.Errorf(schema.InvalidFilter, "%s is of type %s and cannot be compared by %s with such a value.", e.Attr, leaf.Type, e.Op)
	}
	r.noteLiteral(leaf, e)
	t.Value = value
	return t, nil
}

func someSub(a *schema.Attribute) string {
	if a == nil || len(a.SubAttributes) == 0 {
		return "attribute"
	}
	return a.SubAttributes[0].Name
}

// literal reads the value as one of the attribute's type.
func (r resolver) literal(a *schema.Attribute, e *Expr) (Literal, bool) {
	l := Literal{Raw: e.Value.raw(), Type: a.Type}
	quoted := e.Value.Kind == String
	tolerant := r.options.Mode == schema.Tolerant
	ordered := e.Op >= Gt && e.Op <= Le
	part := e.Op >= Co && e.Op <= Ew
	if a.Learned() {
		return l.anything(a), true
	}
	switch a.Type {
	case schema.Boolean:
		l.Bool = strings.EqualFold(l.Raw, "true")
		is := e.Value.Kind == True || e.Value.Kind == False || tolerant && (l.Bool || strings.EqualFold(l.Raw, "false"))
		return l, is && !ordered && !part
	case schema.Decimal, schema.Integer:
		var ok bool
		l.Number, ok = schema.ParseNumber(l.Raw)
		return l, ok && !part && (tolerant || !quoted)
	case schema.DateTime:
		if part {
			l.Text = schema.Fold(l.Raw)
			return l, tolerant || quoted
		}
		var ok bool
		if l.Time, ok = schema.ParseTime(l.Raw); !ok && tolerant {
			l.Time, ok = r.lostPlus(l.Raw)
		}
		return l, ok && (tolerant || quoted)
	case schema.Binary:
		l.Text = foldUnless(a.CaseExact, l.Raw)
		return l, !ordered && (tolerant || quoted)
	}
	l.Text = foldUnless(a.CaseExact, l.Raw)
	return l, tolerant || quoted
}

// lostPlus reads a time whose zone lost its + on the way: in a query it stands for
// a blank unless it is encoded.
func (r resolver) lostPlus(text string) (time.Time, bool) {
	date, zone, there := strings.Cut(text, " ")
	if !there {
		return time.Time{}, false
	}
	at, ok := schema.ParseTime(date + "+" + zone)
	if ok {
		r.options.noteOne(schema.BlankForPlus)
	}
	return at, ok
}

// noteLiteral notes a value that is written as one of another type.
func (r resolver) noteLiteral(a *schema.Attribute, e *Expr) {
	kind := e.Value.Kind
	switch {
	case a.Learned() || kind == Bare: // noted where it was read
	case a.Type == schema.Boolean:
		if kind == String {
			r.options.noteOne(schema.TextForBoolean)
		}
	case a.Type == schema.Decimal || a.Type == schema.Integer:
		if kind == String {
			r.options.noteOne(schema.TextForNumber)
		}
	case kind == Number:
		r.options.noteOne(schema.NumberForText)
	case kind == True || kind == False:
		r.options.noteOne(schema.FilterUnquoted)
	}
}

// anything reads a value for an attribute whose values may be of any plain type.
func (l Literal) anything(a *schema.Attribute) Literal {
	l.Type = ""
	l.Text = foldUnless(a.CaseExact, l.Raw)
	l.Number, l.isNumber = schema.ParseNumber(l.Raw)
	l.Bool = strings.EqualFold(l.Raw, "true")
	l.isBool = l.Bool || strings.EqualFold(l.Raw, "false")
	return l
}

func foldUnless(exact bool, text string) string {
	if exact {
		return text
	}
	return schema.Fold(text)
}

// raw answers the text of a value that is not null.
func (v Value) raw() string {
	switch v.Kind {
	case True:
		return "true"
	case False:
		return "false"
	}
	return v.Text
}
