// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// Parse reads a filter. A fault is invalidFilter and names its place; one that
// passes a limit is tooMany.
func Parse(text string, o Options) (*Expr, error) {
	p, err := newParser(text, o, "filter")
	if err != nil {
		return nil, err
	}
	p.skip()
	e, err := p.list(Or)
	if err != nil {
		return nil, err
	}
	p.skip()
	if p.pos < len(p.text) {
		return nil, p.fault("only and, or or the end can follow here")
	}
	o.note(p.tolerated)
	return &e, nil
}

// parser reads one text from left to right.
type parser struct {
	brackets bool // inside attr[…]
	depth    int
	plus     bool // + stands for space
	pos      int
	strict   bool
	terms    int
	text     string
	what     string // filter or path, for the words of a fault

	tolerated schema.Tolerated
}

func newParser(text string, o Options, what string) (parser, error) {
	limit := o.MaxLength
	if limit == 0 {
		limit = DefaultLength
	}
	p := parser{text: text, strict: o.Mode == schema.Strict, what: what}
	if len(text) > limit {
		return p, schema.Errorf(schema.TooMany, "The %s is %d bytes long; at most %d are taken.", what, len(text), limit)
	}
	if !utf8.ValidString(text) {
		return p, schema.Errorf(schema.InvalidFilter, "The %s is not UTF-8.", what)
	}
	if !p.strict {
		p.text = strings.TrimRight(text, " \t&")
		if strings.HasSuffix(text, "&") || p.text != strings.TrimSpace(text) {
			p.tolerated.Add(schema.FilterMargin)
		}
	}
	return p, nil
}

// fault says what would fit at the place that the parser stands at.
func (p *parser) fault(hint string) error {
	return schema.Errorf(schema.InvalidFilter, "The %s is not valid at character %d: %s.", p.what, p.pos+1, hint)
}

// skip passes blanks.
func (p *parser) skip() {
	for p.pos < len(p.text) && p.blank(p.text[p.pos]) {
		p.pos++
	}
}

func (p *parser) blank(c byte) bool {
	return c == ' ' || c == '\t' || c == '+' && p.plus
}

// gap passes the blanks that must follow a word, and learns that + is one.
func (p *parser) gap() bool {
	start := p.pos
	if !p.strict && p.pos < len(p.text) && p.text[p.pos] == '+' {
		p.plus = true
		p.tolerated.Add(schema.FilterPlus)
	}
	p.skip()
	return p.pos > start
}

// list reads operands of or, or of and, which binds tighter.
func (p *parser) list(op Op) (Expr, error) {
	first, err := p.operand(op)
	if err != nil || !p.keyword(op.String()) {
		return first, err
	}
	args := make([]Expr, 1, 2)
	args[0] = first
	for {
		p.skip()
		next, err := p.operand(op)
		if err != nil {
			return Expr{}, err
		}
		args = append(args, next)
		if !p.keyword(op.String()) {
			return Expr{Op: op, Args: args}, nil
		}
	}
}

func (p *parser) operand(op Op) (Expr, error) {
	if op == Or {
		return p.list(And)
	}
	return p.unary()
}

// keyword passes blanks and the word, if it is next; else it stays.
func (p *parser) keyword(word string) bool {
	start := p.pos
	p.skip()
	end := p.pos + len(word)
	if end >= len(p.text) || !strings.EqualFold(p.text[p.pos:end], word) || !p.blank(p.text[end]) && p.text[end] != '(' {
		p.pos = start
		return false
	}
	p.pos = end
	return true
}

// unary reads a group, a negated group, or a comparison.
func (p *parser) unary() (Expr, error) {
	if p.pos >= len(p.text) {
		return Expr{}, p.fault("an attribute, not or ( belongs here")
	}
	if p.text[p.pos] == '(' {
		return p.group()
	}
	if c := p.text[p.pos]; c == 'n' || c == 'N' {
		start := p.pos
		if p.keyword("not") {
			p.skip()
			if p.pos < len(p.text) && p.text[p.pos] == '(' {
				inner, err := p.group()
				return Expr{Op: Not, Args: []Expr{inner}}, err
			}
			p.pos = start // an attribute of that name
		}
	}
	return p.term()
}

// enter counts what stands inside parentheses or brackets.
func (p *parser) enter() error {
	p.pos++
	if p.depth++; p.depth > maxDepth {
		return schema.Errorf(schema.TooMany, "The %s nests deeper than %d parentheses.", p.what, maxDepth)
	}
	p.skip()
	return nil
}

func (p *parser) leave(closing byte) error {
	p.skip()
	if p.pos >= len(p.text) || p.text[p.pos] != closing {
		return p.fault("and, or or " + string(closing) + " belongs here")
	}
	p.pos++
	p.depth--
	return nil
}

func (p *parser) group() (Expr, error) {
	if err := p.enter(); err != nil {
		return Expr{}, err
	}
	inner, err := p.list(Or)
	if err != nil {
		return inner, err
	}
	return inner, p.leave(')')
}

// term reads a comparison or a value path.
func (p *parser) term() (Expr, error) {
	name, err := p.name()
	if err != nil {
		return Expr{}, err
	}
	if p.pos < len(p.text) && p.text[p.pos] == '[' {
		return p.valuePath(name)
	}
	return p.comparison(name)
}

// nameBytes has a bit for each byte that attribute names, sub-attribute names and
// URNs are made of (RFC 7643 §2.1, RFC 8141): letters, digits and -_.:$/%~#, not
// brackets and what a filter uses itself.
var nameBytes = [4]uint64{0x07ffe03800000000, 0x47fffffe87fffffe}

func nameByte(c byte) bool { return nameBytes[c>>6]>>(c&63)&1 != 0 }

func (p *parser) name() (string, error) {
	start := p.pos
	for p.pos < len(p.text) && nameByte(p.text[p.pos]) {
		p.pos++
	}
	if first := p.pos - start; first == 0 || '0' <= p.text[start] && p.text[start] <= '9' {
		p.pos = start
		return "", p.fault("an attribute's name belongs here")
	}
	return p.text[start:p.pos], nil
}

// comparison reads what follows an attribute's name.
func (p *parser) comparison(name string) (Expr, error) {
	if p.terms++; p.terms > maxTerms {
		return Expr{}, schema.Errorf(schema.TooMany, "The %s has more than %d comparisons.", p.what, maxTerms)
	}
	if !p.gap() {
		return Expr{}, p.fault("a blank and an operator belong after " + name)
	}
	op := p.operator()
	if op == None {
		return Expr{}, p.fault("an operator belongs after " + name + ": eq, ne, co, sw, ew, pr, gt, ge, lt or le")
	}
	if op == Pr {
		return Expr{Op: op, Attr: name}, nil
	}
	if !p.gap() {
		return Expr{}, p.fault("a blank and a value belong after " + op.String())
	}
	value, err := p.value()
	return Expr{Op: op, Attr: name, Value: value}, err
}

// operator reads an operator of two letters in any case, None if there is none.
func (p *parser) operator() Op {
	if len(p.text)-p.pos < 2 {
		return None
	}
	if p.pos+2 < len(p.text) && nameByte(p.text[p.pos+2]) {
		return None
	}
	op := operators(p.text[p.pos]|0x20, p.text[p.pos+1]|0x20)
	if op != None {
		p.pos += 2
	}
	return op
}

// operators answers the operator of two small letters, or None.
func operators(a, b byte) Op {
	switch uint16(a)<<8 | uint16(b) {
	case 'e'<<8 | 'q':
		return Eq
	case 'n'<<8 | 'e':
		return Ne
	case 'c'<<8 | 'o':
		return Co
	case 's'<<8 | 'w':
		return Sw
	case 'e'<<8 | 'w':
		return Ew
	case 'g'<<8 | 't':
		return Gt
	case 'g'<<8 | 'e':
		return Ge
	case 'l'<<8 | 't':
		return Lt
	case 'l'<<8 | 'e':
		return Le
	case 'p'<<8 | 'r':
		return Pr
	}
	return None
}

// valuePath reads the brackets after a name. Tolerant goes on with a
// sub-attribute and a comparison, which is about the same value.
func (p *parser) valuePath(name string) (Expr, error) {
	inner, err := p.bracket()
	if err != nil {
		return Expr{}, err
	}
	has := Expr{Op: Has, Attr: name, Args: []Expr{inner}}
	if p.strict || p.pos >= len(p.text) || p.text[p.pos] != '.' {
		return has, nil
	}
	p.tolerated.Add(schema.FilterAfterBrackets)
	p.pos++
	sub, err := p.name()
	if err != nil {
		return Expr{}, err
	}
	last, err := p.comparison(sub)
	if err != nil {
		return Expr{}, err
	}
	if inner.Op == And {
		has.Args[0].Args = append(inner.Args, last) //nolint:gocritic // inner is has.Args[0]
	} else {
		has.Args[0] = Expr{Op: And, Args: []Expr{inner, last}}
	}
	return has, nil
}

// bracket reads [filter].
func (p *parser) bracket() (Expr, error) {
	if p.brackets {
		return Expr{}, p.fault("brackets cannot stand inside brackets")
	}
	p.brackets = true
	if err := p.enter(); err != nil {
		return Expr{}, err
	}
	inner, err := p.list(Or)
	if err != nil {
		return inner, err
	}
	p.brackets = false
	return inner, p.leave(']')
}

// value reads the right side of a comparison.
func (p *parser) value() (Value, error) {
	if p.pos >= len(p.text) {
		return Value{}, p.fault("a value belongs here")
	}
	if p.text[p.pos] == '"' {
		return p.quoted()
	}
	start := p.pos
	for p.pos < len(p.text) && !p.blank(p.text[p.pos]) && p.text[p.pos] != ')' && p.text[p.pos] != ']' {
		p.pos++
	}
	word := p.text[start:p.pos]
	switch {
	case strings.EqualFold(word, "true"):
		return Value{Kind: True}, nil
	case strings.EqualFold(word, "false"):
		return Value{Kind: False}, nil
	case strings.EqualFold(word, "null"):
		return Value{Kind: Null}, nil
	}
	if _, ok := schema.ParseNumber(word); ok {
		return Value{Kind: Number, Text: word}, nil
	}
	if p.strict || !bare(word) {
		p.pos = start
		return Value{}, p.fault("a value belongs here: text in double quotes, a number, true, false or null")
	}
	p.tolerated.Add(schema.FilterUnquoted)
	return Value{Kind: Bare, Text: word}, nil
}

// bare says whether a word may stand without quotes, so that it reads the same
// when it is printed.
func bare(word string) bool {
	for i := range len(word) {
		if c := word[i]; c < ' ' || strings.IndexByte("\"'()[]\\,&", c) >= 0 {
			return false
		}
	}
	return word != ""
}

// quoted reads a JSON string. One without escapes is a part of the text.
func (p *parser) quoted() (Value, error) {
	start := p.pos
	escaped := false
	for i := start + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			p.pos = i
			return Value{}, p.fault("control characters in text must be escaped")
		case c == '"':
			p.pos = i + 1
			if !escaped {
				return Value{Kind: String, Text: p.text[start+1 : i]}, nil
			}
			text, err := json.Unquote([]byte(p.text[start : i+1]))
			if err != nil {
				p.pos = start
				return Value{}, p.fault("the text holds an escape that JSON does not know")
			}
			return Value{Kind: String, Text: text}, nil
		}
	}
	return Value{}, p.fault("the text that begins here lacks its closing quote")
}
