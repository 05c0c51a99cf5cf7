// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"encoding/base64"
	"strings"
	"time"
)

// absent says whether a value stands for no value (RFC 7643 §2.5).
func absent(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	}
	return false
}

// nothing is absent, and notes a null.
func (in *Input) nothing(value any) bool {
	if value == nil {
		in.Tolerated.Add(NullValue)
	}
	return absent(value)
}

// Value reads a value of what ref names, as Parse answers it, into the form of
// an Object: names spelled as in the schema, values of the attribute's type,
// repetitions folded. nil means that there is no value: null, [], and what is
// empty once read-only sub-attributes are gone. For a multi-valued attribute the
// answer is []any; Strict wants it sent as an array (a PATCH may add one
// value by itself: wrap it). For a whole extension the answer is an Object. A
// value that does not fit is invalidValue; a learned attribute that cannot keep
// it answers ErrIgnored. Mutability is the caller's to look at.
func (in *Input) Value(ref Ref, value any) (any, error) {
	if in.nothing(value) {
		return nil, nil
	}
	leaf := ref.Leaf()
	switch {
	case leaf == nil:
		return in.extension(ref, value)
	case leaf.learned:
		return in.learnedValue(ref, value)
	case leaf.MultiValued:
		return in.values(leaf, ref.String(), value)
	}
	return in.single(leaf, ref.String(), value)
}

// Element reads one value of the multi-valued attribute that ref names; see
// Value.
func (in *Input) Element(ref Ref, value any) (any, error) {
	return in.single(ref.Attribute, ref.String(), value)
}

// extension reads a whole extension for Value.
func (in *Input) extension(ref Ref, value any) (any, error) {
	body, ok := value.(Object)
	if !ok || ref.Extension == "" {
		return nil, Errorf(InvalidValue, "%s must be an object; %s was sent.", ref, kindOf(value))
	}
	inner := *in
	inner.Object = Object{}
	err := inner.members(ref.Extension, body)
	in.Ignored, in.Learned, in.Password, in.Type = inner.Ignored, inner.Learned, inner.Password, inner.Type
	in.Tolerated = inner.Tolerated
	if err != nil || inner.Object[ref.Extension] == nil {
		return nil, err
	}
	return inner.Object[ref.Extension], nil
}

// learnedValue keeps any plain value (contract S8, S15).
func (in *Input) learnedValue(ref Ref, value any) (any, error) {
	in.Tolerated.Add(LearnedAttribute)
	_, ok := learnedFrom(value)
	if !ok || len(ref.String())+size(value) > MaxLearnedBytes {
		in.ignore(ref.String())
		return nil, ErrIgnored
	}
	if values, ok := value.([]any); ok {
		return ref.Attribute.FoldValues(values), nil
	}
	return value, nil
}

// values reads the array of a multi-valued attribute.
func (in *Input) values(a *Attribute, where string, value any) (any, error) {
	elements, ok := value.([]any)
	if !ok {
		if in.Mode == Strict {
			return nil, Errorf(InvalidValue, "%s must be an array; %s was sent.", where, kindOf(value))
		}
		in.Tolerated.Add(OneForArray)
		elements = []any{value}
	}
	read := make([]any, 0, len(elements))
	for _, element := range elements {
		v, err := in.single(a, where, element)
		if err != nil {
			return nil, err
		}
		if v != nil {
			read = append(read, v)
		}
	}
	read = a.FoldValues(read)
	if Primaries(read) > 1 {
		if in.Mode == Strict {
			return nil, Errorf(InvalidValue, "%s has more than one value whose primary is true.", where) // RFC 7643 §2.4
		}
		in.Tolerated.Add(SeveralPrimaries)
		onePrimary(read)
	}
	if len(read) == 0 {
		return nil, nil
	}
	return read, nil
}

// single reads one value.
func (in *Input) single(a *Attribute, where string, value any) (any, error) {
	if in.nothing(value) {
		return nil, nil
	}
	if a.Type == Complex {
		return in.complex(a, where, value)
	}
	return in.scalar(a, where, value)
}

// complex reads one value of a complex attribute. Tolerant takes what Entra has
// sent for a manager over time (contract S13): an id, "", and an array of one.
func (in *Input) complex(a *Attribute, where string, value any) (any, error) {
	tolerant := in.Mode == Tolerant
	switch v := value.(type) {
	case Object:
		return in.subAttributes(a, where, v)
	case []any:
		if tolerant && len(v) == 1 {
			if inner, ok := v[0].(Object); ok {
				in.Tolerated.Add(ArrayOfOne)
				return in.subAttributes(a, where, inner)
			}
		}
	case string, Number:
		sub := a.Sub("value")
		if !tolerant || sub == nil {
			break
		}
		if v == "" {
			in.Tolerated.Add(BlankForNone)
			return nil, nil
		}
		in.Tolerated.Add(bare(a))
		read, err := in.scalar(sub, where+".value", v)
		if err != nil {
			return nil, err
		}
		return Object{sub.Name: read}, nil
	}
	return nil, Errorf(InvalidValue, "%s must be an object with sub-attributes; %s was sent.", where, kindOf(value))
}

// bare answers which tolerance takes a plain value for an object.
func bare(a *Attribute) Tolerance {
	if !a.MultiValued && a.Sub("$ref") != nil {
		return BareReference
	}
	return BareValue
}

// subAttributes reads the members of a complex value. nil: nothing is left.
func (in *Input) subAttributes(a *Attribute, where string, body Object) (any, error) {
	read := make(Object, len(body))
	for _, name := range sortedNames(body) {
		sub := a.Sub(name)
		if sub == nil && in.Mode == Tolerant && strings.EqualFold(name, "displayName") {
			if sub = a.Sub("display"); sub != nil { // contract S14
				in.Tolerated.Add(DisplayNameForDisplay)
			}
		}
		if sub == nil {
			if err := in.drop(where + "." + name); err != nil {
				return nil, err
			}
			continue
		}
		if sub.Mutability == ReadOnly {
			continue
		}
		v, err := in.Value(Ref{Attribute: a, Sub: sub}, body[name])
		switch {
		case err != nil:
			return nil, err
		case v == nil:
		case read[sub.Name] != nil && sub.Name != "display":
			return nil, Errorf(InvalidSyntax, "%s.%s is sent twice.", where, sub.Name)
		case read[sub.Name] == nil:
			read[sub.Name] = v
		}
	}
	if len(read) == 0 {
		return nil, nil
	}
	return read, nil
}

// scalar reads one value of a simple attribute (RFC 7643 §2.3).
func (in *Input) scalar(a *Attribute, where string, value any) (any, error) {
	if in.Mode == Tolerant {
		if value = in.coerced(a, value); value == nil {
			return nil, nil
		}
	}
	switch v := value.(type) {
	case bool:
		if a.Type == Boolean {
			return v, nil
		}
	case Number:
		if n, ok := in.number(a, v); ok {
			return n, nil
		}
	case string:
		if a.takes(v) {
			return v, nil
		}
	}
	return nil, Errorf(InvalidValue, "%s must be %s; %s was sent.", where, a.Type.words(), kindOf(value))
}

// number reads a number; an integer loses its fraction of zeros and its
// exponent (RFC 7643 §2.3.4), which Strict refuses.
func (in *Input) number(a *Attribute, n Number) (Number, bool) {
	if a.Type != Integer {
		return n, a.Type == Decimal
	}
	whole, ok := n.whole()
	if ok && whole != n {
		in.Tolerated.Add(LooseInteger)
	}
	return whole, ok && (in.Mode == Tolerant || whole == n)
}

// coerced answers the value that a client meant who sends text for booleans and
// numbers, or numbers for text (contract S12); nil for an empty text where text
// cannot stand.
func (in *Input) coerced(a *Attribute, value any) any {
	switch v := value.(type) {
	case Number:
		if a.Type == String || a.Type == Reference {
			in.Tolerated.Add(NumberForText)
			return string(v)
		}
	case string:
		return in.coercedText(a, v)
	}
	return value
}

func (in *Input) coercedText(a *Attribute, text string) any {
	if text == "" && a.Type != String && a.Type != Reference {
		in.Tolerated.Add(BlankForNone)
		return nil
	}
	switch a.Type {
	case Boolean:
		if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
			in.Tolerated.Add(TextForBoolean)
			return len(text) == len("true")
		}
	case Decimal, Integer:
		if n, ok := ParseNumber(text); ok {
			in.Tolerated.Add(TextForNumber)
			return n
		}
	}
	return text
}

// takes says whether a text is a value of the type.
func (a *Attribute) takes(text string) bool {
	switch a.Type {
	case String, Reference:
		return true
	case DateTime:
		_, ok := ParseTime(text)
		return ok
	case Binary:
		return isBase64(text)
	}
	return false
}

// ParseTime reads a dateTime (RFC 7643 §2.3.5, xsd:dateTime). One without a zone
// is taken as UTC.
func ParseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// isBase64 takes both alphabets, with or without padding (RFC 7643 §2.3.6).
func isBase64(text string) bool {
	text = strings.TrimRight(text, "=\r\n")
	_, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		_, err = base64.RawURLEncoding.DecodeString(text)
	}
	return err == nil
}

// words says what a value of the type is.
func (t Type) words() string {
	switch t {
	case Binary:
		return "base64 text"
	case Boolean:
		return "true or false"
	case Complex:
		return "an object with sub-attributes"
	case DateTime:
		return "a time such as 2011-08-01T18:29:49Z"
	case Decimal:
		return "a number"
	case Integer:
		return "a whole number"
	}
	return "a string"
}

// kindOf says what a value is, without showing it: it may be personal.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case Number:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "an array"
	}
	return "an object"
}
