// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"slices"
	"sync"
)

// Program is a compiled condition. It is safe for concurrent use.
type Program struct {
	root      *step
	record    *reader
	slots     int
	id        int // slot of the record's public id, -1 when it is not read
	reads     []string
	relations []*Relation
	relative  bool
	since     int       // slot of the record's presentSince, -1 when it is not read
	pool      sync.Pool // of *Evaluator
}

// test answers the truth of a node for the values in the evaluator's slots, and
// the next instant at which time alone could change it.
type test func(e *Evaluator) (truth Truth, next int64)

// step is a compiled node.
type step struct {
	*checked
	test     test
	slot     int
	others   []source // leaf
	children []*step
	elements *reader   // element
	keys     []keyPart // relation: of this record
	relation *Relation // relation
}

// source is where an operand comes from: a literal, or the slot of another field.
type source struct {
	literal slot
	plus    int64 // of a field that is a timestamp: what is added, in milliseconds
	slot    int   // -1 for a literal
}

// instant answers the time that a source, which is one, stands for.
func (s *source) instant(x *slot) instant { return instant{ms: x.time.ms + s.plus, ns: x.time.ns} }

func (s *source) get(e *Evaluator) *slot {
	if s.slot >= 0 {
		return &e.slots[s.slot]
	}
	return &s.literal
}

// Compile prepares a condition that has passed Check against the same fields.
// Otherwise its error names the first problem.
func Compile(n *Node, f *Fields) (*Program, error) {
	check := checker{fields: f}
	tree := check.node(n, scope{shape: f.record}, "")
	if len(check.problems) > 0 {
		return nil, fmt.Errorf("compile condition: %s", check.problems[0])
	}
	return program(tree), nil
}

// program compiles a checked condition on whole records.
func program(tree *checked) *Program {
	p := newProgram()
	c := compiler{program: p}
	p.root = c.node(tree, p.record, "")
	slices.Sort(p.reads)
	p.reads = slices.Compact(p.reads)
	return p
}

func newProgram() *Program {
	p := &Program{id: -1, record: newReader(), since: -1}
	p.pool.New = func() any { return p.NewEvaluator() }
	return p
}

// Reads answers the full paths of the fields that the condition reads, sorted,
// each once: customProperties.memory, customProperties.drives[].encrypted.
func (p *Program) Reads() []string { return slices.Clone(p.reads) }

// ReadsID says whether the truth may depend on the public id of the record.
func (p *Program) ReadsID() bool { return p.id >= 0 }

// ReadsPresence says whether it may depend on since when the record has been there.
func (p *Program) ReadsPresence() bool { return p.since >= 0 }

// Relations answers the relations of the condition, as Relation.Index counts them.
func (p *Program) Relations() []*Relation { return p.relations }

// Relative says whether the truth may depend on now.
func (p *Program) Relative() bool { return p.relative }

type compiler struct{ program *Program }

func newReader() *reader { return &reader{root: branch{slot: -1}} }

// slot answers the slot of a path in a scope and notes what is needed of it.
func (c *compiler) slot(r *reader, p path, needs need, prefix string) int {
	if len(p) == 1 && p[0] == virtualID {
		return c.virtualSlot(&c.program.id, idName)
	}
	if len(p) == 1 && p[0] == virtualSince {
		return c.virtualSlot(&c.program.since, sinceName)
	}
	b := r.root.grow(p)
	if b.slot < 0 {
		b.slot = c.program.slots
		c.program.slots++
		r.slots = append(r.slots, b.slot)
		if read := inside(prefix, p); read != prefix {
			c.program.reads = append(c.program.reads, read)
		}
	}
	b.needs |= needs
	return b.slot
}

// virtualSlot answers the slot of what no reader fills, made when it is not there yet.
func (c *compiler) virtualSlot(slot *int, name string) int {
	p := c.program
	if *slot < 0 {
		*slot = p.slots
		p.slots++
		p.reads = append(p.reads, name)
	}
	return *slot
}

func (c *compiler) node(n *checked, r *reader, prefix string) *step {
	s := &step{checked: n}
	switch n.kind {
	case KindAll, KindAny, KindNot:
		for _, child := range n.children {
			s.children = append(s.children, c.node(child, r, prefix))
		}
		s.test = groupTest(n.kind, s.children)
	case KindElement:
		s.slot = c.slot(r, n.path, 0, prefix)
		s.elements = newReader()
		s.children = []*step{c.node(n.children[0], s.elements, inside(prefix, n.path)+"[]")}
		s.test = s.elementTest
	case KindRelation:
		c.relation(s, r)
	default:
		c.leaf(s, r, prefix)
	}
	return s
}

func (c *compiler) leaf(s *step, r *reader, prefix string) {
	needs := needsOf(s.compare)
	switch s.op.takes() {
	case takesDuration:
		c.program.relative = true
		needs = needTime
	case takesPattern:
		needs = needText
	}
	own := needs
	if s.shape.typ == TypeArray || s.op.takes() == takesCount {
		own = 0
	}
	s.slot = c.slot(r, s.path, own, prefix)
	for _, operand := range s.operands {
		from := source{plus: operand.plus, slot: -1}
		switch {
		case operand.form != operandField:
			from.literal.set(operand.literal, needs, nil)
		case s.list:
			from.slot = c.slot(r, operand.path, 0, prefix)
		default:
			from.slot = c.slot(r, operand.path, needs, prefix)
		}
		s.others = append(s.others, from)
	}
	s.test = s.leafTest()
}

func needsOf(c comparand) need {
	switch c {
	case compareAny:
		return needNumber | needText
	case compareNumber:
		return needNumber
	case compareText:
		return needText
	case compareTime:
		return needTime
	}
	return 0
}

// groupTest is the test of all, any and not. A part that decides settles the
// next instant alone: until then it goes on deciding.
func groupTest(form Kind, children []*step) test {
	first := children[0].test
	if form == KindNot {
		return func(e *Evaluator) (Truth, int64) {
			truth, next := first(e)
			return truth.Not(), next
		}
	}
	decisive := False
	if form == KindAny {
		decisive = True
	}
	if len(children) == 1 {
		return first
	}
	tests := make([]test, len(children))
	for i, child := range children {
		tests[i] = child.test
	}
	return func(e *Evaluator) (Truth, int64) {
		truth, next := decisive.Not(), int64(never)
		for _, part := range tests {
			t, n := part(e)
			if t == decisive {
				return t, n
			}
			if t == Unknown {
				truth = Unknown
			}
			next = min(next, n)
		}
		return truth, next
	}
}
