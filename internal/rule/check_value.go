// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/jtd"
)

// member answers what one operand of a leaf is compared with: the elements of
// an array, else the field itself. Of a field of any type the operator knows more.
func (c *checker) member(out *checked) shape {
	switch out.shape.typ {
	case TypeArray:
		return c.fields.element(out.shape)
	case TypeAny:
		switch out.op {
		case OpGt, OpGte, OpLt, OpLte:
			return shape{typ: TypeNumber}
		case OpAfter, OpBefore:
			return shape{typ: TypeTimestamp}
		case OpEndsWith, OpNotContains, OpStartsWith:
			return shape{typ: TypeString}
		}
	}
	return out.shape
}

// operand checks the value of a leaf, which is there.
func (c *checker) operand(out *checked, sc scope, form valueForm, pointer string) {
	switch form {
	case takesCount:
		c.count(out, sc, pointer)
		return
	case takesDuration:
		c.duration(out, pointer)
		return
	case takesPattern:
		c.matcher(out, pointer)
		return
	}
	if out.compare = comparandOf(out.member.typ); out.compare == compareNone {
		c.add(at(out.pointer, "op"), "%s holds %s, which %s can't compare; use an element node: {field: %[1]s, any: {…}}",
			name(out.Node.field), out.member.typ.many(), out.op)
		return
	}
	switch form {
	case takesPair:
		c.pair(out, sc, pointer)
	case takesList:
		c.list(out, sc, pointer)
	default:
		c.one(out, sc, out.value, pointer)
	}
	if out.ignoreCase && out.compare != compareText && out.compare != compareAny {
		c.add(at(out.pointer, "ignoreCase"), "ignoreCase goes with strings only")
	}
}

// literalText answers the text of a string literal.
func (o *operand) literalText() (string, bool) {
	if o.form != operandLiteral || o.literal[0] != '"' {
		return "", false
	}
	return jtd.Unquote(o.literal), true
}

func (c *checker) duration(out *checked, pointer string) {
	text, ok := out.value.literalText()
	if ok {
		out.duration, ok = parseDuration(text)
	}
	if !ok {
		c.add(pointer, "%s", wants(out))
	}
}

func (c *checker) matcher(out *checked, pointer string) {
	text, ok := out.value.literalText()
	if !ok {
		c.add(pointer, "%s", wants(out))
		return
	}
	pattern, err := regexp.Compile(text)
	if err == nil && out.ignoreCase {
		pattern, err = regexp.Compile("(?i)" + text)
	}
	if err != nil {
		c.add(pointer, "this is no regular expression (RE2): %s", err)
		return
	}
	out.pattern = pattern
}

func (c *checker) count(out *checked, sc scope, pointer string) {
	out.compare, out.member = compareNumber, shape{typ: TypeNumber}
	if out.value.form == operandField {
		c.one(out, sc, out.value, pointer)
		return
	}
	if out.value.form == operandLiteral {
		if n, ok := wholeNumber(out.value.literal); ok && n >= 0 {
			out.operands = []checkedOperand{{operand: out.value}}
			return
		}
	}
	c.add(pointer, "%s", wants(out))
}

func (c *checker) pair(out *checked, sc scope, pointer string) {
	if out.value.form != operandList || len(out.value.list) != 2 {
		c.add(pointer, "%s", wants(out))
		return
	}
	for i := range out.value.list {
		c.one(out, sc, &out.value.list[i], atIndex(pointer, i))
	}
	if len(out.operands) == 2 && out.compare != compareNumber && out.compare != compareTime {
		c.add(pointer, "between compares numbers or timestamps; at least one end must be one")
	}
}

func (c *checker) list(out *checked, sc scope, pointer string) {
	out.list = true
	switch {
	case out.value.form == operandField:
		c.other(out, sc, out.value, pointer)
		return
	case out.value.form != operandList || len(out.value.list) == 0:
		c.add(pointer, "%s", wants(out))
		return
	}
	for i := range out.value.list {
		if out.value.list[i].form == operandField {
			c.add(atIndex(pointer, i), "{field: other} stands for the whole value, not inside this array")
			continue
		}
		c.one(out, sc, &out.value.list[i], atIndex(pointer, i))
	}
}

// one checks a literal or field that is compared with out.member.
func (c *checker) one(out *checked, sc scope, o *operand, pointer string) {
	switch o.form {
	case operandField:
		c.other(out, sc, o, pointer)
		return
	case operandList:
		c.add(pointer, "%s", wants(out))
		return
	}
	kind, message := c.literal(out, o)
	if message == "" && !out.settle(kind) {
		message = "the values of one comparison are all of one kind"
	}
	if message != "" {
		c.add(pointer, "%s", message)
		return
	}
	out.operands = append(out.operands, checkedOperand{operand: o})
}

// settle notes the kind of an operand. Where the field is of any type the first
// operand of a known kind decides.
func (out *checked) settle(kind comparand) bool {
	if out.compare == compareAny {
		out.compare = kind
	}
	return kind == out.compare || kind == compareAny
}

// literal answers how a literal is compared, or why it does not fit.
func (c *checker) literal(out *checked, o *operand) (comparand, string) {
	if o.literal[0] == 'n' {
		return 0, "a comparison with null is never true or false; use is_null or not_null"
	}
	kind := literalKind(o.literal)
	text, _ := o.literalText()
	switch want := comparandOf(out.member.typ); {
	case want == compareAny && out.op == OpBetween && kind == compareText, want == compareTime:
		if _, ok := parseInstant([]byte(text)); !ok {
			return 0, fmt.Sprintf("%s takes %s here, not %s", out.op, literalWords(shape{typ: TypeTimestamp}), shorten(string(o.literal), 40))
		}
		return compareTime, ""
	case want == compareAny || want == kind:
		return kind, c.enum(out, text)
	}
	return 0, fmt.Sprintf("%s is %s; this is %s: %s", name(out.Node.field), out.shape.typ.one(), kindWord(o.literal), wants(out))
}

// enum says why a text is not among the values of an enum.
func (c *checker) enum(out *checked, text string) string {
	if out.member.typ != TypeEnum || slices.Contains(out.member.enum, text) {
		return ""
	}
	hint := ""
	if near := nearest(text, out.member.enum); near != "" {
		hint = "; did you mean " + near + "?"
	}
	return fmt.Sprintf("%s is never %s; its values are %s%s",
		name(out.Node.field), quote(shorten(text, 40)), enumWords(out.member.enum), hint)
}

func literalKind(raw []byte) comparand {
	switch raw[0] {
	case '"':
		return compareText
	case 't', 'f':
		return compareBool
	}
	return compareNumber
}

// other checks {field: other}.
func (c *checker) other(out *checked, sc scope, o *operand, pointer string) {
	pointer = at(pointer, "field")
	full, found, err := c.resolve(sc, o.field)
	if err != nil {
		c.add(pointer, "%s", err)
		return
	}
	member := found
	if out.list {
		switch found.typ {
		case TypeAny:
		case TypeArray:
			member = c.fields.element(found)
		default:
			c.add(pointer, "%s is %s; %s takes an array field here", name(o.field), found.typ.one(), out.op)
			return
		}
	}
	kind := comparandOf(member.typ)
	equality := slices.Contains([]Op{OpEquals, OpNotEquals, OpIn, OpNotIn}, out.op)
	if kind == compareNone || kind == compareTime && equality || !out.settle(kind) {
		c.add(pointer, "%s and %s don't compare: %s against %s",
			name(out.Node.field), name(o.field), out.member.typ.many(), member.typ.many())
		return
	}
	var plus int64
	if o.plus != "" {
		var fits bool
		if plus, fits = parseDuration(o.plus); !fits || kind != compareTime {
			c.add(strings.TrimSuffix(pointer, "/field")+"/plus", "plus adds a duration such as 30m, 12h, 90d or 6w to a timestamp that before, after or between compares with")
			return
		}
	}
	out.operands = append(out.operands, checkedOperand{operand: o, path: full, plus: plus})
}
