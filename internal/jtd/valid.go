// SPDX-License-Identifier: Apache-2.0

package jtd

import "math/bits"

// run is one validation of one text. It answers yes or no in the order of the
// text, and without allocation; the walker says what is wrong.
//
// The methods take the index of the first byte of a value, which may be past
// the end, and answer the index after it, which may be past the end as well, or
// -1 when the value is not valid. depth counts the containers around it.
type run struct {
	b    []byte
	ends *ends // see skip
}

// value validates the value at i.
func (r *run) value(i int, n *node, depth int) int {
	b := r.b
	if i >= len(b) {
		return -1
	}
	if b[i] == 'n' && n.nullable {
		return i + len("null")
	}
	if n.op == opRef {
		n = n.child
		if b[i] == 'n' && n.nullable {
			return i + len("null")
		}
	}
	switch n.op {
	case opString:
		if b[i] == '"' {
			return SkipString(b, i)
		}
		return -1
	case opProperties:
		return r.properties(i, n, depth)
	case opElements:
		return r.elements(i, n, depth)
	case opValues:
		return r.values(i, n, depth)
	case opDiscriminator:
		return r.discriminator(i, n, depth)
	case opAny:
		return SkipValue(b, i)
	}
	return scalar(b, i, n)
}

// scalar validates what has no inside.
func scalar(b []byte, i int, n *node) int {
	c := b[i]
	switch n.op {
	case opInteger:
		if c == '-' || c >= '0' && c <= '9' {
			return integerEnd(b, i, n.low, n.high)
		}
	case opFloat:
		if c == '-' || c >= '0' && c <= '9' {
			return numberEnd(b, i)
		}
	case opBoolean:
		if c == 't' {
			return i + len("true")
		}
		if c == 'f' {
			return i + len("false")
		}
	case opTimestamp:
		if c == '"' {
			return timestampEnd(b, i)
		}
	case opEnum:
		if c != '"' {
			return -1
		}
		end := SkipString(b, i)
		if n.names.findQuoted(b[i:end]) >= 0 {
			return end
		}
	}
	return -1
}

func timestampEnd(b []byte, i int) int {
	end := SkipString(b, i)
	text, plain := plainText(b[i:end])
	if !plain {
		var scratch [128]byte
		text = AppendUnquote(scratch[:0], b[i:end])
	}
	if _, ok := ParseTimestamp(text); !ok {
		return -1
	}
	return end
}

// space is SkipSpace for texts that mostly have none.
func space(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	return SkipSpace(b, i)
}

// colon answers the index of the value after a name that ends before i.
func colon(b []byte, i int) int {
	i = space(b, i)
	if i < len(b) && b[i] == ':' {
		i++
	}
	return space(b, i)
}

// comma answers the index after a value that ends before i: of the next one
// when there is a comma, else of the closing bracket.
func comma(b []byte, i int) int {
	i = space(b, i)
	if i < len(b) && b[i] == ',' {
		return space(b, i+1)
	}
	return i
}

// properties validates an object of named members. The member expected next is
// the one after the last in schema order; a guess that fails costs one look
// into the table.
func (r *run) properties(i int, n *node, depth int) int {
	b := r.b
	if i >= len(b) || b[i] != '{' || depth >= maxDepth {
		return -1
	}
	var few [1]uint64
	seen := few[:]
	if n.required > 64 {
		seen = make([]uint64, (n.required+63)/64)
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return closed(i, n, seen)
	}
	for next := 0; i < len(b) && b[i] == '"'; i = space(b, i+1) { // past the comma
		var k int
		k, i = name(b, i, n, next)
		i = colon(b, i)
		switch {
		case k >= 0:
			i = r.value(i, n.fields[k].node, depth+1)
			next = k + 1
			if k < n.required {
				seen[k/64] |= 1 << (k % 64)
			}
		case n.additional:
			i = SkipValue(b, i)
		default:
			return -1
		}
		if i < 0 {
			return -1
		}
		i = space(b, i)
		if i < len(b) && b[i] == '}' {
			return closed(i, n, seen)
		}
	}
	return -1
}

// name answers the index of the field that the name at b[i] means, -1 when
// there is none, and the index after it.
func name(b []byte, i int, n *node, next int) (k, end int) {
	if next < len(n.fields) {
		quoted := n.fields[next].quoted
		if len(b)-i >= len(quoted) && string(b[i:i+len(quoted)]) == quoted {
			return next, i + len(quoted)
		}
	}
	end = plainEnd(b, i+1)
	if end < len(b) && b[end] == '"' {
		return n.names.find(b[i+1 : end]), end + 1
	}
	end = SkipString(b, i)
	return n.names.findQuoted(b[i:end]), end
}

// closed answers the index after the bracket at i when no required field is missing.
func closed(i int, n *node, seen []uint64) int {
	count := 0
	for _, word := range seen {
		count += bits.OnesCount64(word)
	}
	if count != n.required {
		return -1
	}
	return i + 1
}

func (r *run) elements(i int, n *node, depth int) int {
	b := r.b
	if b[i] != '[' || depth >= maxDepth {
		return -1
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		i = r.value(i, n.child, depth+1)
		if i < 0 {
			return -1
		}
		i = space(b, i)
		if i >= len(b) {
			return -1
		}
		if b[i] == ']' {
			return i + 1
		}
		i = space(b, i+1)
	}
}

func (r *run) values(i int, n *node, depth int) int {
	b := r.b
	if b[i] != '{' || depth >= maxDepth {
		return -1
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		i = r.value(colon(b, SkipString(b, i)), n.child, depth+1)
		if i < 0 {
			return -1
		}
		i = space(b, i)
		if i >= len(b) {
			return -1
		}
		if b[i] == '}' {
			return i + 1
		}
		i = space(b, i+1)
	}
}

func (r *run) discriminator(i int, n *node, depth int) int {
	b := r.b
	tag := r.tag(i, n.tag, depth)
	if tag < 0 || tag >= len(b) || b[tag] != '"' {
		return -1
	}
	k := n.names.findQuoted(b[tag:SkipString(b, tag)])
	if k < 0 {
		return -1
	}
	return r.properties(i, n.mapping[k], depth)
}

// tag answers the index of the value of the named member of the object at i,
// -1 when it has none.
func (r *run) tag(i int, name string, depth int) int {
	b := r.b
	if i >= len(b) || b[i] != '{' {
		return -1
	}
	i = space(b, i+1)
	for i < len(b) && b[i] == '"' {
		end := SkipString(b, i)
		value := colon(b, end)
		if StringEqual(b[i:end], name) {
			return value
		}
		i = comma(b, r.skip(value, depth+1))
	}
	return -1
}
