// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bytes"
	"time"

	"github.com/passmuster/muster/internal/jtd"
)

// kind is the kind of a value that was found, or that none was.
type kind uint8

const (
	kindMissing kind = iota
	kindNull
	kindBool
	kindNumber
	kindText
	kindArray
	kindObject
)

// need is a set of decodings that the leaves on a slot ask for.
type need uint8

const (
	needNumber need = 1 << iota
	needText
	needTime
)

// slot holds one value that the rule reads: its raw text and what the leaves
// need of it. Only kind counts when it is kindMissing.
type slot struct {
	kind   kind
	isTrue bool   // kindBool
	isTime bool   // kindText with needTime: it is a timestamp
	number number // kindNumber with needNumber
	time   instant
	text   []byte // kindText with needText or needTime: decoded
	raw    []byte // the JSON text, without white space around it
}

// set takes a value, whose raw text is not empty. Escapes are decoded into scratch.
func (s *slot) set(raw []byte, needs need, scratch []byte) []byte {
	s.raw = raw
	switch raw[0] {
	case '"':
		s.kind = kindText
		if needs&(needText|needTime) != 0 {
			scratch = s.decode(scratch)
		}
		if needs&needTime != 0 {
			s.time, s.isTime = parseInstant(s.text)
		}
	case 't', 'f':
		s.kind, s.isTrue = kindBool, raw[0] == 't'
	case 'n':
		s.kind = kindNull
	case '[':
		s.kind = kindArray
	case '{':
		s.kind = kindObject
	default:
		s.kind = kindNumber
		if needs&needNumber != 0 {
			s.number = parseNumber(raw)
		}
	}
	return scratch
}

// setID takes the public id of the record. The slot is never anything else's, so
// its space is used again.
func (s *slot) setID(id string) {
	if s.kind = kindMissing; id == "" {
		return
	}
	s.kind = kindText
	s.raw = append(s.raw[:0], quote(id)...)
	s.text = append(s.text[:0], id...)
}

// setSince takes since when the record has been there, as setID does its id.
func (s *slot) setSince(ms int64) {
	if s.kind = kindMissing; ms == 0 {
		return
	}
	s.kind, s.isTime, s.time = kindText, true, instant{ms: ms}
	s.text = time.UnixMilli(ms).UTC().AppendFormat(s.text[:0], "2006-01-02T15:04:05.000Z")
	s.raw = append(append(append(s.raw[:0], '"'), s.text...), '"')
}

func (s *slot) decode(scratch []byte) []byte {
	if bytes.IndexByte(s.raw, '\\') < 0 {
		s.text = s.raw[1:max(1, len(s.raw)-1)]
		return scratch
	}
	start := len(scratch)
	scratch = jtd.AppendUnquote(scratch, s.raw)
	s.text = scratch[start:]
	return scratch
}

// branch is a place in the tree of paths that a rule reads in one scope.
type branch struct {
	slot     int // index into the evaluator's slots, -1 when only what is below is read
	needs    need
	names    []string
	children []*branch
	index    map[string]*branch // instead of a search where there are many
}

// manyNames is from where on a map is faster than comparing one by one.
const manyNames = 9

// grow answers the branch at the end of p, made where it is new.
func (b *branch) grow(p path) *branch {
	for _, key := range p {
		next := b.find(key)
		if next == nil {
			next = &branch{slot: -1}
			b.names, b.children = append(b.names, key), append(b.children, next)
			b.reindex(key, next)
		}
		b = next
	}
	return b
}

func (b *branch) reindex(key string, next *branch) {
	if len(b.names) < manyNames {
		return
	}
	if b.index == nil {
		b.index = make(map[string]*branch)
		for i, name := range b.names {
			b.index[name] = b.children[i]
		}
	}
	b.index[key] = next
}

func (b *branch) find(key string) *branch { return b.lookup([]byte(key)) }

func (b *branch) lookup(key []byte) *branch {
	if b.index != nil {
		return b.index[string(key)]
	}
	for i, name := range b.names {
		if name == string(key) {
			return b.children[i]
		}
	}
	return nil
}

// match answers the branch for the name of a member, quotes and escapes included.
func (b *branch) match(quoted []byte) *branch {
	if len(quoted) < 2 {
		return nil
	}
	key := quoted[1 : len(quoted)-1]
	if next := b.lookup(key); next != nil || bytes.IndexByte(key, '\\') < 0 {
		return next
	}
	return b.find(jtd.Unquote(quoted))
}

// reader is one scope: the record, or the elements of one element node.
type reader struct {
	root  branch // the record or element itself
	slots []int  // all slots of the scope
}

// read fills the slots of a scope from one value. Names do not repeat in it.
func (e *Evaluator) read(r *reader, value []byte) {
	for _, i := range r.slots {
		e.slots[i].kind = kindMissing
	}
	start := jtd.SkipSpace(value, 0)
	if start >= len(value) || len(r.slots) == 0 {
		return
	}
	e.wanted = len(r.slots)
	if r.root.slot >= 0 {
		e.take(&r.root, value[start:])
	}
	if value[start] == '{' && len(r.root.children) > 0 && e.wanted > 0 {
		e.object(&r.root, value, start)
	}
}

func (e *Evaluator) take(b *branch, raw []byte) {
	e.scratch = e.slots[b.slot].set(raw, b.needs, e.scratch)
	e.wanted--
}

// object takes what b reads out of the object that opens at text[i], and
// answers the index after it. It stops early once nothing more is wanted.
func (e *Evaluator) object(b *branch, text []byte, i int) int {
	i = jtd.SkipSpace(text, i+1)
	for i < len(text) && text[i] == '"' {
		end := jtd.SkipString(text, i)
		next := b.match(text[i:end])
		i = jtd.SkipSpace(text, end)
		if i = jtd.SkipSpace(text, i+1); i >= len(text) { // i+1 passes the colon
			break
		}
		if i = e.value(next, text, i); e.wanted == 0 {
			break
		}
		if i = jtd.SkipSpace(text, i); i < len(text) && text[i] == ',' {
			i = jtd.SkipSpace(text, i+1)
		}
	}
	return min(i+1, len(text))
}

// value takes what b, which may be nil, reads out of the value at text[i].
func (e *Evaluator) value(b *branch, text []byte, i int) int {
	switch {
	case b == nil:
		return jtd.SkipValue(text, i)
	case b.slot < 0 && text[i] == '{':
		return e.object(b, text, i)
	case b.slot < 0:
		return jtd.SkipValue(text, i)
	}
	end := jtd.SkipValue(text, i)
	e.take(b, text[i:end])
	if text[i] == '{' && len(b.children) > 0 && e.wanted > 0 {
		e.object(b, text, i)
	}
	return end
}
