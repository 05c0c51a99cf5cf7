// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Op is what an expression does (RFC 7644 §3.4.2.2, tables 3 to 5).
type Op uint8

// The operators. Eq to Le compare an attribute with a value; Has is a value
// path, attr[…].
const (
	None Op = iota
	Eq
	Ne
	Co
	Sw
	Ew
	Gt
	Ge
	Lt
	Le
	Pr
	And
	Or
	Not
	Has
)

// opNames are the operators as they are written, by Op.
var opNames = [...]string{"", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and", "or", "not", ""}

// String answers the operator as it is written.
func (o Op) String() string { return opNames[o] }

// Kind is what a value in a filter is.
type Kind uint8

// The kinds of values. Bare is text without quotes, which only Tolerant takes:
// the attribute's type decides what it means.
const (
	Null Kind = iota
	Bare
	False
	Number
	String
	True
)

// Value is the right side of a comparison, as written.
type Value struct {
	Kind Kind
	Text string // of Bare, Number and String; of String without quotes and escapes
}

// Expr is a filter as written, not yet held against a resource type. It is
// what Parse answers.
type Expr struct {
	Op    Op
	Attr  string // of comparisons, Pr and Has: the name as written
	Value Value  // of Eq to Le
	Args  []Expr // And, Or: two or more; Not, Has: one
}

// String prints the expression so that Parse in Tolerant mode gives it again.
func (e *Expr) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e *Expr) write(b *strings.Builder) {
	switch e.Op {
	case And, Or:
		e.writeList(b)
	case Not:
		b.WriteString("not (")
		e.Args[0].write(b)
		b.WriteByte(')')
	case Has:
		b.WriteString(e.Attr)
		b.WriteByte('[')
		e.Args[0].write(b)
		b.WriteByte(']')
	default:
		b.WriteString(e.Attr)
		b.WriteByte(' ')
		b.WriteString(e.Op.String())
		if e.Op != Pr {
			b.WriteByte(' ')
			b.WriteString(e.Value.String())
		}
	}
}

// writeList writes an And or Or. A list inside a list was in parentheses,
// unless it is an And inside an Or.
func (e *Expr) writeList(b *strings.Builder) {
	for i := range e.Args {
		if i > 0 {
			b.WriteByte(' ')
			b.WriteString(e.Op.String())
			b.WriteByte(' ')
		}
		inner := e.Args[i].Op
		if inner == Or || inner == And && e.Op == And {
			b.WriteByte('(')
			e.Args[i].write(b)
			b.WriteByte(')')
			continue
		}
		e.Args[i].write(b)
	}
}

// String prints the value as it is written in a filter.
func (v Value) String() string {
	switch v.Kind {
	case True:
		return "true"
	case False:
		return "false"
	case Null:
		return "null"
	case String:
		quoted, err := json.AppendQuote(nil, v.Text)
		if err != nil { // not UTF-8: Parse lets none through
			quoted, _ = json.AppendQuote(nil, strings.ToValidUTF8(v.Text, "\uFFFD"))
		}
		return string(quoted)
	}
	return v.Text
}

// Options are what a text is held to. The zero value is Tolerant with the usual
// length.
type Options struct {
	MaxLength int // bytes; 0 means DefaultLength
	Mode      schema.Mode
	Tolerated *schema.Tolerated // where to put what was tolerated; nil for nowhere

	// Unknown takes a name that the resource type does not know for an attribute
	// without a value, as a search over several types does (RFC 7644 §3.4.2.1).
	// Filter.Unknown answers those names.
	Unknown bool
}

// note puts down what was tolerated.
func (o Options) note(used schema.Tolerated) {
	if o.Tolerated != nil {
		o.Tolerated.Merge(used)
	}
}

// DefaultLength is how long a filter may be unless Options say otherwise.
const DefaultLength = 8 << 10

// The other limits of a filter.
const (
	maxDepth = 50  // parentheses and brackets inside each other
	maxTerms = 200 // comparisons
)
