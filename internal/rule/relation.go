// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/passmuster/muster/internal/json"
)

// Relation is a relation node of a program: what whoever keeps the records needs
// to know to find the related ones.
type Relation struct {
	Index   int // among Program.Relations
	Ours    *Key
	Targets []*Target

	step *step
}

// Target is one of the definitions that a relation looks at.
type Target struct {
	Index   int    // among the targets of its relation
	Name    string // of the definition, as the rule has it
	Key     *Key   // of its records
	Program *Program
}

// Matches says how the condition inside a relation comes out over the related
// records that have one key. The zero value is that of none.
type Matches struct {
	False, True, Unknown int
	// Next is the next instant at which time alone could change it, 0 for never.
	Next int64
}

// Add counts one more record: its truth, and the next instant of it.
func (m *Matches) Add(truth Truth, next int64) {
	switch truth {
	case True:
		m.True++
	case Unknown:
		m.Unknown++
	default:
		m.False++
	}
	m.soon(next)
}

// Merge counts the records of others too.
func (m *Matches) Merge(others Matches) {
	m.False, m.True, m.Unknown = m.False+others.False, m.True+others.True, m.Unknown+others.Unknown
	if others.Next != 0 {
		m.soon(others.Next)
	}
}

func (m *Matches) soon(next int64) {
	if next != never && (m.Next == 0 || next < m.Next) {
		m.Next = next
	}
}

// Related is where an evaluation finds other records. An implementation that
// fails answers nothing and keeps its error for whoever made it.
type Related interface {
	// Matches sums up the condition inside a relation over all records, of all
	// targets, that have the key. The key is only valid during the call.
	Matches(r *Relation, key []byte) Matches
	// Records calls fn with such records until it answers false: the first of each
	// target in an order that stays. Only explaining asks.
	Records(r *Relation, key []byte, fn func(*Target, Record) bool)
}

// Key is what records are found by in a relation: some fields of theirs.
type Key struct {
	fold    bool
	parts   []keyPart
	program *Program
}

// keyPart is one field of a key.
type keyPart struct {
	kind comparand
	path path
	slot int
}

func newKey(fields []checkedKey, fold bool) *Key {
	k := &Key{fold: fold, program: newProgram()}
	c := compiler{program: k.program}
	k.parts = c.keyParts(fields, k.program.record)
	return k
}

func (c *compiler) keyParts(fields []checkedKey, r *reader) []keyPart {
	parts := make([]keyPart, len(fields))
	for i, f := range fields {
		parts[i] = keyPart{kind: f.kind, path: f.path, slot: c.slot(r, f.path, needsOf(f.kind), "")}
	}
	return parts
}

// keyText is what Key.String writes.
type keyText struct {
	Fold  bool          `json:"fold,omitempty"`
	Parts []keyPartText `json:"parts"`
}

type keyPartText struct {
	Field *string `json:"field"` // nil: the public id
	Kind  string  `json:"kind"`
}

// String writes the key as a text that ParseKey reads: two keys with one text
// are the same of every record. It is stored, so it does not change.
func (k *Key) String() string {
	text := keyText{Fold: k.fold}
	for _, part := range k.parts {
		one := keyPartText{Kind: part.kind.name()}
		if field := part.path.String(); len(part.path) != 1 || part.path[0] != virtualID {
			one.Field = &field
		}
		text.Parts = append(text.Parts, one)
	}
	out, err := json.Marshal(text)
	if err != nil {
		return "" // names of fields are valid UTF-8: they came out of JSON
	}
	return string(out)
}

// ParseKey reads what String wrote.
func ParseKey(text string) (*Key, error) {
	var stored keyText
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	fields := make([]checkedKey, len(stored.Parts))
	for i, part := range stored.Parts {
		fields[i].path = path{virtualID}
		if part.Field != nil {
			var err error
			if fields[i].path, err = parsePath(*part.Field); err != nil {
				return nil, fmt.Errorf("key: %w", err)
			}
		}
		kind := slices.Index(comparandNames[:], part.Kind)
		if kind <= int(compareNone) {
			return nil, fmt.Errorf("key: there is no kind %q", part.Kind)
		}
		fields[i].kind = comparand(kind)
	}
	return newKey(fields, stored.Fold), nil
}

// comparandNames are the kinds in Key.String.
var comparandNames = [...]string{"none", "any", "boolean", "number", "text", "time"}

func (c comparand) name() string { return comparandNames[c] }

// ReadsID says whether the key is made of the public id too.
func (k *Key) ReadsID() bool { return k.program.ReadsID() }

// KeyReader makes keys of records, one after the other. It is not safe for
// concurrent use.
type KeyReader struct {
	evaluator *Evaluator
	key       *Key
}

// NewReader answers a reader of the key.
func (k *Key) NewReader() *KeyReader {
	return &KeyReader{evaluator: k.program.NewEvaluator(), key: k}
}

// Append appends the key of a record; ok is false when the record has none,
// because a field of it is missing, null or of another kind.
func (r *KeyReader) Append(dst []byte, record Record) (key []byte, ok bool) {
	r.evaluator.load(record, 0)
	return r.evaluator.appendKey(dst, r.key.parts, r.key.fold)
}

// appendKey appends the values of fields, each with its kind and its length, so
// that no two lists of values come out the same.
func (e *Evaluator) appendKey(dst []byte, parts []keyPart, fold bool) (key []byte, ok bool) {
	start := len(dst)
	for i := range parts {
		x := &e.slots[parts[i].slot]
		if !parts[i].kind.takes(x) {
			return dst[:start], false
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		switch {
		case x.kind == kindBool:
			dst = strconv.AppendBool(append(dst, 'b'), x.isTrue)
		case x.kind == kindNumber:
			dst = appendNumber(append(dst, 'n'), x.raw)
		case parts[i].kind == compareTime:
			dst = binary.BigEndian.AppendUint64(append(dst, 't'), uint64(x.time.ms))
			dst = binary.BigEndian.AppendUint32(dst, uint32(x.time.ns))
		case fold:
			dst = appendFold(append(dst, 's'), x.text)
		default:
			dst = append(append(dst, 's'), x.text...)
		}
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst, true
}

// appendNumber appends a form of a number that all spellings of its value share.
func appendNumber(dst, raw []byte) []byte {
	d := parseDecimal(raw)
	if d.sign == 0 {
		return append(dst, '0')
	}
	if d.sign < 0 {
		dst = append(dst, '-')
	}
	last := len(d.whole) + len(d.part)
	for last > 0 && d.digit(last-1) == '0' {
		last--
	}
	for i := range last {
		dst = append(dst, d.digit(i))
	}
	return strconv.AppendInt(append(dst, 'e'), d.scale, 10)
}

func (c *compiler) relation(s *step, r *reader) {
	s.keys = c.keyParts(s.checked.keys, r)
	rel := &Relation{Index: len(c.program.relations), Ours: newKey(s.checked.keys, s.ignoreCase), step: s}
	for i, target := range s.targets {
		p := program(target.inner)
		c.program.relative = c.program.relative || p.relative
		rel.Targets = append(rel.Targets, &Target{Index: i, Name: target.name, Key: newKey(target.keys, s.ignoreCase), Program: p})
	}
	c.program.relations = append(c.program.relations, rel)
	s.relation, s.test = rel, s.relationTest
}

// relationTest is the test of a relation node.
func (s *step) relationTest(e *Evaluator) (Truth, int64) {
	matches, ok := e.matches(s)
	if !ok {
		return Unknown, never
	}
	next := matches.Next
	if next == 0 {
		next = never
	}
	return s.relationTruth(matches), next
}

// matches asks for the related records; ok is false when this one has no key.
func (e *Evaluator) matches(s *step) (m Matches, ok bool) {
	if e.key, ok = e.appendKey(e.key[:0], s.keys, s.ignoreCase); !ok || e.related == nil {
		return m, ok
	}
	return e.related.Matches(s.relation, e.key), true
}

// Keys calls fn with the key of each relation of the program, for those that the
// record has one for: what an evaluation of it would ask for. The key is only
// valid during the call.
func (e *Evaluator) Keys(r Record, fn func(r *Relation, key []byte)) {
	e.load(r, 0)
	for _, rel := range e.program.relations {
		var ok bool
		if e.key, ok = e.appendKey(e.key[:0], rel.step.keys, rel.step.ignoreCase); ok {
			fn(rel, e.key)
		}
	}
}

// relationTruth answers what the quantifier makes of the related records.
func (s *step) relationTruth(m Matches) Truth {
	if s.quantifier != quantCount {
		return s.truth(tally{trues: m.True, unknowns: m.Unknown, falses: m.False})
	}
	return s.countTruth(m.True, m.True+m.Unknown)
}

// countTruth is true or false when the comparison is so for every number from
// low to high.
func (s *step) countTruth(low, high int) Truth {
	order := s.op.order()
	holds := func(n int) bool { return order.has(compare(int64(n), int64(s.n))) }
	between := low < s.n && s.n < high // low and high may agree, and n not
	first, last := holds(low), holds(high)
	if first != last || between && holds(s.n) != first {
		return Unknown
	}
	return truthOf(first)
}
