// SPDX-License-Identifier: Apache-2.0

package jtd

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// The functions of this file read JSON text that a decoder has already found
// valid. On any other text they answer something, but they never panic, never
// read outside the slice and always end.

// SkipSpace answers the index of the first byte at or after i that is no white
// space, len(b) when there is none.
func SkipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return min(i, len(b))
}

// SkipString answers the index after the string whose opening quote is b[i].
func SkipString(b []byte, i int) int {
	i++
	for {
		i = plainEnd(b, i)
		if i >= len(b) {
			return len(b)
		}
		if b[i] == '"' {
			return i + 1
		}
		i += 2 // a backslash and the byte it covers; the rest of \uXXXX is plain
	}
}

// Bytes of a word, for looking at eight bytes at once.
const (
	lowBits     = 0x0101010101010101
	highBits    = 0x8080808080808080
	quotes      = lowBits * '"'
	backslashes = lowBits * '\\'
)

// plainEnd answers the index of the first quote or backslash at or after i,
// len(b) or more when there is none.
func plainEnd(b []byte, i int) int {
	for i+8 <= len(b) {
		word := binary.LittleEndian.Uint64(b[i:])
		q, s := word^quotes, word^backslashes
		// A byte is zero exactly where the lowest mark stands; higher marks
		// may be false, but only the lowest is used.
		marks := ((q-lowBits)&^q | (s-lowBits)&^s) & highBits
		if marks != 0 {
			return i + bits.TrailingZeros64(marks)/8
		}
		i += 8
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// SkipValue answers the index after the JSON value that starts at or after i
// (white space before it is passed over). It does not recurse, whatever the depth.
func SkipValue(b []byte, i int) int {
	i = SkipSpace(b, i)
	if i >= len(b) {
		return len(b)
	}
	switch b[i] {
	case '"':
		return SkipString(b, i)
	case '{', '[':
		return skipContainer(b, i)
	}
	return skipScalar(b, i)
}

// skipContainer answers the index after the object or array that opens at b[i].
func skipContainer(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = SkipString(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(b)
}

// skipScalar answers the index after the number or literal at b[i], always
// more than i, so that whoever loops over it ends.
func skipScalar(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case ',', ']', '}', ':', ' ', '\n', '\r', '\t', '"', '[', '{':
			return i
		}
	}
	return len(b)
}

// Members goes through the members of an object:
//
//	for m := jtd.MembersOf(doc); m.Next(); {
//		use(m.Name(), m.Value())
//	}
//
// It allocates nothing. A value that is not asked for is skipped, not parsed.
type Members struct {
	b                  []byte
	at                 int // where the next member or the end is looked for
	name, nameEnd      int
	value              int
	valueEnd           int // 0 until somebody asked
	started, exhausted bool
}

// MembersOf starts at the object that value holds; white space around it is
// allowed. Any other value has no members.
func MembersOf(value []byte) Members {
	i := SkipSpace(value, 0)
	if i >= len(value) || value[i] != '{' {
		return Members{exhausted: true}
	}
	return Members{b: value, at: i + 1}
}

// Next moves to the next member and says whether there is one.
func (m *Members) Next() bool {
	if m.exhausted {
		return false
	}
	if m.started {
		m.at = SkipSpace(m.b, m.end())
		if m.at < len(m.b) && m.b[m.at] == ',' {
			m.at++
		}
	}
	m.started = true
	m.name = SkipSpace(m.b, m.at)
	if m.name >= len(m.b) || m.b[m.name] != '"' {
		m.exhausted = true
		return false
	}
	m.nameEnd = SkipString(m.b, m.name)
	m.value = SkipSpace(m.b, m.nameEnd)
	if m.value < len(m.b) && m.b[m.value] == ':' {
		m.value = SkipSpace(m.b, m.value+1)
	}
	m.valueEnd = 0
	return true
}

// Name answers the name as the text has it, quotes and escapes included; see
// StringEqual and Unquote.
func (m *Members) Name() []byte { return m.b[m.name:m.nameEnd] }

// NameIs says whether the decoded name is s.
func (m *Members) NameIs(s string) bool { return StringEqual(m.Name(), s) }

// Value answers the text of the value, without white space around it. Its
// first byte tells its kind: one of n t f " { [ - or a digit.
func (m *Members) Value() []byte { return m.b[m.value:m.end()] }

func (m *Members) end() int {
	if m.valueEnd == 0 {
		m.valueEnd = SkipValue(m.b, m.value)
	}
	return m.valueEnd
}

// Elements goes through the elements of an array, as Members does for objects.
type Elements struct {
	b                  []byte
	at                 int
	value              int
	valueEnd           int // 0 until somebody asked
	started, exhausted bool
}

// ElementsOf starts at the array that value holds; white space around it is
// allowed. Any other value has no elements.
func ElementsOf(value []byte) Elements {
	i := SkipSpace(value, 0)
	if i >= len(value) || value[i] != '[' {
		return Elements{exhausted: true}
	}
	return Elements{b: value, at: i + 1}
}

// Next moves to the next element and says whether there is one.
func (e *Elements) Next() bool {
	if e.exhausted {
		return false
	}
	if e.started {
		e.at = SkipSpace(e.b, e.end())
		if e.at < len(e.b) && e.b[e.at] == ',' {
			e.at++
		}
	}
	e.started = true
	e.value = SkipSpace(e.b, e.at)
	if e.value >= len(e.b) || e.b[e.value] == ']' {
		e.exhausted = true
		return false
	}
	e.valueEnd = 0
	return true
}

// Value answers the text of the element, without white space around it.
func (e *Elements) Value() []byte { return e.b[e.value:e.end()] }

func (e *Elements) end() int {
	if e.valueEnd == 0 {
		e.valueEnd = SkipValue(e.b, e.value)
	}
	return e.valueEnd
}

// StringEqual says whether the JSON string quoted (with its quotes) decodes to
// s. It allocates nothing unless quoted has escapes and is longer than 128 bytes.
func StringEqual(quoted []byte, s string) bool {
	text, plain := plainText(quoted)
	if plain {
		return string(text) == s
	}
	if len(text) < len(s) {
		return false // escapes never make a text longer
	}
	var scratch [128]byte
	return string(AppendUnquote(scratch[:0], quoted)) == s
}

// Unquote decodes a JSON string (with its quotes).
func Unquote(quoted []byte) string {
	text, plain := plainText(quoted)
	if plain {
		return string(text)
	}
	return string(AppendUnquote(nil, quoted))
}

// plainText answers what stands between the quotes and whether it has no escapes.
func plainText(quoted []byte) (text []byte, plain bool) {
	if len(quoted) > 0 && quoted[0] == '"' {
		quoted = quoted[1:]
	}
	if n := len(quoted); n > 0 && quoted[n-1] == '"' {
		quoted = quoted[:n-1]
	}
	return quoted, plainEnd(quoted, 0) >= len(quoted)
}

// AppendUnquote appends the decoded JSON string (with its quotes) to dst. Half
// a surrogate pair becomes U+FFFD.
func AppendUnquote(dst, quoted []byte) []byte {
	text, _ := plainText(quoted)
	for i := 0; i < len(text); {
		end := min(plainEnd(text, i), len(text))
		dst = append(dst, text[i:end]...)
		if end >= len(text) {
			break
		}
		if text[end] == '"' { // not in valid text
			dst = append(dst, '"')
			i = end + 1
			continue
		}
		dst, i = appendEscape(dst, text, end+1)
	}
	return dst
}

// appendEscape decodes the escape whose letter is text[i] and answers the index after it.
func appendEscape(dst, text []byte, i int) ([]byte, int) {
	if i >= len(text) {
		return dst, i
	}
	switch text[i] {
	case 'b':
		return append(dst, '\b'), i + 1
	case 'f':
		return append(dst, '\f'), i + 1
	case 'n':
		return append(dst, '\n'), i + 1
	case 'r':
		return append(dst, '\r'), i + 1
	case 't':
		return append(dst, '\t'), i + 1
	case 'u':
		first := hex4(text, i+1)
		i += 5
		if utf16.IsSurrogate(first) && i+1 < len(text) && text[i] == '\\' && text[i+1] == 'u' {
			if pair := utf16.DecodeRune(first, hex4(text, i+2)); pair != utf8.RuneError {
				return utf8.AppendRune(dst, pair), i + 6
			}
		}
		return utf8.AppendRune(dst, first), i // a lone half is written as U+FFFD
	}
	return append(dst, text[i]), i + 1 // quote, backslash, slash
}

// hex4 reads four hexadecimal digits; U+FFFD when they are not there.
func hex4(text []byte, i int) rune {
	if i+4 > len(text) {
		return utf8.RuneError
	}
	var r rune
	for _, c := range text[i : i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return utf8.RuneError
		}
		r = r<<4 | rune(c)
	}
	return r
}
