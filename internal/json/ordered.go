// SPDX-License-Identifier: Apache-2.0

package json

import (
	"bytes"
	"slices"
)

// Orderer writes JSON texts in the form that records are stored in: no white
// space, members sorted by the bytes of their names, numbers and strings in the
// spelling they came in, so that nothing is lost. Two texts that differ only in
// the order of members or in white space come out the same. It keeps scratch
// space: one for each goroutine.
type Orderer struct {
	members []member
	scratch []byte
}

// member is where a member stands in the output: name, colon and value.
type member struct{ start, nameEnd, end int }

// Append appends the ordered form of text, which must be valid JSON without
// repeated names, as a Decoder's ReadValue answers it.
func (o *Orderer) Append(dst, text []byte) []byte {
	dst, _ = o.value(dst, text, skipSpace(text, 0))
	return dst
}

func (o *Orderer) value(dst, text []byte, i int) ([]byte, int) {
	switch text[i] {
	case '{':
		return o.object(dst, text, i+1)
	case '[':
		return o.array(dst, text, i+1)
	case '"':
		end := stringEnd(text, i)
		return append(dst, text[i:end]...), end
	}
	end := i
	for end < len(text) && !isEnd(text[end]) {
		end++
	}
	return append(dst, text[i:end]...), end
}

func (o *Orderer) array(dst, text []byte, i int) ([]byte, int) {
	dst = append(dst, '[')
	for i = skipSpace(text, i); text[i] != ']'; i = skipSpace(text, i) {
		if text[i] == ',' {
			dst = append(dst, ',')
			i = skipSpace(text, i+1)
		}
		dst, i = o.value(dst, text, i)
	}
	return append(dst, ']'), i + 1
}

func (o *Orderer) object(dst, text []byte, i int) ([]byte, int) {
	dst = append(dst, '{')
	first, body, sorted := len(o.members), len(dst), true
	for i = skipSpace(text, i); text[i] != '}'; i = skipSpace(text, i) {
		if text[i] == ',' {
			dst = append(dst, ',')
			i = skipSpace(text, i+1)
		}
		m := member{start: len(dst)}
		end := stringEnd(text, i)
		dst = append(dst, text[i:end]...)
		m.nameEnd = len(dst)
		dst = append(dst, ':')
		i = skipSpace(text, skipSpace(text, end)+1)
		dst, i = o.value(dst, text, i)
		m.end = len(dst)
		if n := len(o.members); n > first && sorted {
			last := o.members[n-1]
			sorted = bytes.Compare(dst[last.start:last.nameEnd], dst[m.start:m.nameEnd]) < 0
		}
		o.members = append(o.members, m)
	}
	if !sorted {
		o.sort(dst, o.members[first:], body)
	}
	o.members = o.members[:first]
	return append(dst, '}'), i + 1
}

// sort puts the members that dst holds from body on in order, in place.
func (o *Orderer) sort(dst []byte, members []member, body int) {
	slices.SortFunc(members, func(a, b member) int {
		return bytes.Compare(dst[a.start:a.nameEnd], dst[b.start:b.nameEnd])
	})
	o.scratch = append(o.scratch[:0], dst[body:]...)
	to := body
	for i, m := range members {
		if i > 0 {
			dst[to] = ','
			to++
		}
		to += copy(dst[to:], o.scratch[m.start-body:m.end-body])
	}
}

func isEnd(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	return i
}

// shortString is up to where a plain loop beats a call that looks at many bytes
// at once; names and most values are shorter.
const shortString = 24

// stringEnd answers the index after the string that begins at i.
func stringEnd(text []byte, i int) int {
	j := i + 1
	for most := min(j+shortString, len(text)); j < most; j++ {
		switch text[j] {
		case '"':
			return j + 1
		case '\\':
			j++
		}
	}
	for j < len(text) {
		n := bytes.IndexByte(text[j:], '"')
		if n < 0 {
			return len(text)
		}
		j += n + 1
		slashes := 0
		for k := j - 2; k > i && text[k] == '\\'; k-- {
			slashes++
		}
		if slashes%2 == 0 {
			return j
		}
	}
	return len(text)
}
