// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"strconv"
	"strings"
)

// Number is a JSON number, kept as the text it came in, so that it is exact.
type Number string

// MarshalJSON prints the number as it came.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// ParseNumber reads a JSON number (RFC 8259 §6); the answer keeps the text.
func ParseNumber(text string) (Number, bool) {
	rest := strings.TrimPrefix(text, "-")
	whole := leadingDigits(rest)
	if whole == 0 || whole > 1 && rest[0] == '0' {
		return "", false
	}
	rest = rest[whole:]
	if strings.HasPrefix(rest, ".") {
		part := leadingDigits(rest[1:])
		if part == 0 {
			return "", false
		}
		rest = rest[1+part:]
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		power := leadingDigits(rest)
		if power == 0 {
			return "", false
		}
		rest = rest[power:]
	}
	return Number(text), rest == ""
}

func leadingDigits(text string) int {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n
}

// Compare compares two numbers by value: -1, 0 or 1.
func (n Number) Compare(m Number) int {
	a, b := n.decimal(), m.decimal()
	if c := compareInts(a.sign, b.sign); c != 0 || a.sign == 0 {
		return c
	}
	c := compareInts(a.scale, b.scale)
	if c == 0 {
		c = strings.Compare(a.digits, b.digits) // no zeros at either end
	}
	return c * a.sign
}

// maxExponent bounds exponents, so that sums with lengths never overflow.
const maxExponent = 1 << 40

// decimal is a number taken apart: 0.digits × 10^scale, without zeros at either
// end of the digits. It grows with the text, never with the exponent.
type decimal struct {
	sign, scale int
	digits      string
}

func (n Number) decimal() decimal {
	text, negative := strings.CutPrefix(string(n), "-")
	d := decimal{sign: 1}
	if negative {
		d.sign = -1
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		power, err := strconv.Atoi(text[i+1:])
		if err != nil && strings.HasPrefix(text[i+1:], "-") {
			power = -maxExponent
		} else if err != nil {
			power = maxExponent
		}
		d.scale = max(-maxExponent, min(power, maxExponent))
		text = text[:i]
	}
	whole, part, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole+part, "0")
	d.scale += len(whole) - (len(whole) + len(part) - len(digits))
	d.digits = strings.TrimRight(digits, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// plain answers one spelling for all numbers of a value.
func (n Number) plain() string {
	d := n.decimal()
	return strconv.Itoa(d.sign) + "." + d.digits + "e" + strconv.Itoa(d.scale)
}

// whole answers the number without fraction and exponent, if it is an integer
// of at most 40 digits.
func (n Number) whole() (Number, bool) {
	d := n.decimal()
	switch {
	case d.sign == 0:
		return "0", true
	case d.scale < len(d.digits) || d.scale > 40:
		return "", false
	}
	text := d.digits + strings.Repeat("0", d.scale-len(d.digits))
	if d.sign < 0 {
		text = "-" + text
	}
	return Number(text), true
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
