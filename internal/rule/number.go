// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bytes"
	"math"
	"strconv"
)

// number is a JSON number, ready to be compared. Numbers compare by their
// exact value, not by the nearest float64: 9007199254740993 is more than
// 9007199254740992.
type number struct {
	f float64
	// exact says that f stands for the text: among numbers of at most 15
	// digits, different texts of different value have different floats in the
	// same order. Comparing two exact numbers needs no more than f.
	exact bool
}

// maxDigits is how many decimal digits every float64 keeps apart.
const maxDigits = 15

// powersOfTen are the powers that a float64 holds exactly.
var powersOfTen = [...]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// parseNumber reads a JSON number. A short one takes a single exact
// multiplication or division, whose result is correctly rounded; the others
// keep only their text.
func parseNumber(raw []byte) number {
	i, negative := 0, false
	if len(raw) > 0 && raw[0] == '-' {
		i, negative = 1, true
	}
	var mantissa uint64
	digits, point := 0, -1
	for ; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c >= '0' && c <= '9':
			mantissa = mantissa*10 + uint64(c-'0')
			if mantissa > 0 {
				digits++
			}
		case c == '.':
			point = i
			continue
		default:
			return number{} // an exponent: rare
		}
		if digits > maxDigits {
			return number{}
		}
	}
	f := float64(mantissa)
	if point >= 0 {
		places := len(raw) - point - 1
		if places >= len(powersOfTen) {
			return number{}
		}
		f /= powersOfTen[places]
	}
	if negative {
		f = -f
	}
	return number{f: f, exact: true}
}

// compareNumbers compares two JSON numbers by value.
func compareNumbers(a number, rawA []byte, b number, rawB []byte) int {
	if a.exact && b.exact {
		switch {
		case a.f < b.f:
			return -1
		case a.f > b.f:
			return 1
		}
		return 0
	}
	return compareDecimals(parseDecimal(rawA), parseDecimal(rawB))
}

// decimal is the text of a number taken apart: 0.d₀d₁d₂… × 10^scale, where d₀ is
// not 0. The digits stay where they are.
type decimal struct {
	sign        int // -1, 0, 1
	whole, part []byte
	scale       int64
}

// maxExponent bounds exponents, so that sums with lengths of texts never
// overflow. No text compares wrongly that is shorter than this.
const maxExponent = math.MaxInt64 / 4

func parseDecimal(raw []byte) decimal {
	d := decimal{sign: 1}
	if len(raw) > 0 && raw[0] == '-' {
		d.sign, raw = -1, raw[1:]
	}
	if i := bytes.IndexAny(raw, "eE"); i >= 0 {
		d.scale = exponent(raw[i+1:])
		raw = raw[:i]
	}
	d.whole, d.part, _ = bytes.Cut(raw, []byte{'.'})
	d.whole = bytes.TrimLeft(d.whole, "0")
	d.scale += int64(len(d.whole))
	if len(d.whole) == 0 {
		digits := bytes.TrimLeft(d.part, "0")
		d.scale -= int64(len(d.part) - len(digits))
		d.part = digits
	}
	if len(d.whole) == 0 && len(d.part) == 0 {
		return decimal{}
	}
	return d
}

// exponent reads the digits after e, held to maxExponent.
func exponent(raw []byte) int64 {
	e, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case err != nil && len(raw) > 0 && raw[0] == '-':
		return -maxExponent
	case err != nil:
		return maxExponent
	}
	return max(-maxExponent, min(e, maxExponent))
}

// digit answers the i-th digit, '0' past the end.
func (d *decimal) digit(i int) byte {
	if i < len(d.whole) {
		return d.whole[i]
	}
	if i -= len(d.whole); i < len(d.part) {
		return d.part[i]
	}
	return '0'
}

func compareDecimals(a, b decimal) int {
	switch {
	case a.sign != b.sign:
		return compare(int64(a.sign), int64(b.sign))
	case a.sign == 0:
		return 0
	case a.scale != b.scale:
		return compare(a.scale, b.scale) * a.sign
	}
	length := max(len(a.whole)+len(a.part), len(b.whole)+len(b.part))
	for i := range length {
		if x, y := a.digit(i), b.digit(i); x != y {
			return compare(int64(x), int64(y)) * a.sign
		}
	}
	return 0
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// wholeNumber reads a JSON number that is an integer, however it is spelled
// (2, 2.0, 2e0), of at most 15 digits.
func wholeNumber(raw []byte) (int64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	d := parseDecimal(raw)
	if d.sign == 0 {
		return 0, true
	}
	if d.scale < 1 || d.scale > maxDigits {
		return 0, false
	}
	var n int64
	for i := range len(d.whole) + len(d.part) {
		if int64(i) >= d.scale && d.digit(i) != '0' {
			return 0, false
		}
	}
	for i := range int(d.scale) {
		n = n*10 + int64(d.digit(i)-'0')
	}
	return n * int64(d.sign), true
}
