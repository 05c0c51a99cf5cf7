// SPDX-License-Identifier: Apache-2.0

// Package json is the one door to the JSON library. Everything that Muster
// reads is refused when a member name repeats or when it is not UTF-8, because
// two readers must never see two different documents in the same evidence.
package json

import (
	"bytes"
	"errors"
	"io"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The streaming types of the library, under one name.
type (
	// Decoder reads tokens and values from a stream.
	Decoder = jsontext.Decoder
	// Encoder writes tokens and values to a stream.
	Encoder = jsontext.Encoder
	// Kind is the kind of a token or value: n f t " 0 { } [ ].
	Kind = jsontext.Kind
	// SyntaxError says where a text stops being JSON.
	SyntaxError = jsontext.SyntacticError
	// Token is one lexical element.
	Token = jsontext.Token
	// Value is a raw JSON value.
	Value = jsontext.Value
)

// Marshal encodes v with the members of maps in sorted order, nil slices as []
// and nil maps as {}.
func Marshal(v any) ([]byte, error) {
	return jsonv2.Marshal(v, jsonv2.Deterministic(true))
}

// MarshalIndent is Marshal for people: two spaces a level.
func MarshalIndent(v any) ([]byte, error) {
	return jsonv2.Marshal(v, jsonv2.Deterministic(true), jsontext.WithIndent("  "))
}

// MarshalWrite encodes v to w as Marshal does.
func MarshalWrite(w io.Writer, v any) error {
	return jsonv2.MarshalWrite(w, v, jsonv2.Deterministic(true))
}

// Unmarshal decodes one value; repeated names, bytes that are not UTF-8 and
// text after the value are errors.
func Unmarshal(data []byte, v any) error {
	return jsonv2.Unmarshal(data, v)
}

// UnmarshalStrict is Unmarshal that also refuses members v has no place for.
func UnmarshalStrict(data []byte, v any) error {
	return jsonv2.Unmarshal(data, v, jsonv2.RejectUnknownMembers(true))
}

// NewDecoder reads a stream of JSON text.
func NewDecoder(r io.Reader) *Decoder { return jsontext.NewDecoder(r) }

// NewEncoder writes a stream of JSON text, one value a line.
func NewEncoder(w io.Writer) *Encoder { return jsontext.NewEncoder(w) }

// AppendQuote appends s as a JSON string.
func AppendQuote(dst []byte, s string) ([]byte, error) { return jsontext.AppendQuote(dst, s) }

// Unquote decodes a JSON string.
func Unquote(quoted []byte) (string, error) {
	text, err := jsontext.AppendUnquote(nil, quoted)
	return string(text), err
}

// Canonical answers the canonical form of a JSON text (RFC 8785): members
// sorted, no white space, one spelling a number. The argument is not changed.
func Canonical(text []byte) ([]byte, error) {
	value := Value(bytes.Clone(text))
	err := value.Canonicalize()
	return value, err
}

// Place is a position in a text, for people: both count from 1.
type Place struct{ Line, Column int }

// PlaceOf answers where byte offset stands in text; columns count bytes.
func PlaceOf(text []byte, offset int64) Place {
	text = text[:max(0, min(offset, int64(len(text))))]
	line := bytes.Count(text, []byte{'\n'})
	return Place{Line: line + 1, Column: len(text) - bytes.LastIndexByte(text, '\n')}
}

// OffsetOf answers the byte offset that a syntax error names, and whether err
// is one.
func OffsetOf(err error) (int64, bool) {
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		return 0, false
	}
	return syntax.ByteOffset, true
}
