// SPDX-License-Identifier: Apache-2.0

package jtd

// integerEnd answers the index after the number at b[i] when its value is an
// integer from low to high, whatever its spelling; -1 otherwise.
func integerEnd(b []byte, i int, low, high int64) int {
	start := i
	negative := b[i] == '-'
	if negative {
		i++
	}
	var value int64
	first := i
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		value = value*10 + int64(b[i]-'0')
		i++
	}
	// 18 digits always fit; a longer run may have overflowed.
	if i == first || i-first > 18 || i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e') {
		end := numberEnd(b, start)
		if i > first && spelledInteger(b[start:end], low, high) {
			return end
		}
		return -1
	}
	if negative {
		value = -value
	}
	if value < low || value > high {
		return -1
	}
	return i
}

// numberEnd answers the index after the number at b[i].
func numberEnd(b []byte, i int) int {
	for i < len(b) {
		c := b[i]
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c|0x20 != 'e' {
			break
		}
		i++
	}
	return i
}

// spelledInteger decides for numbers with a fraction, an exponent or very many
// digits, without rounding.
func spelledInteger(number []byte, low, high int64) bool {
	negative := number[0] == '-'
	if negative {
		number = number[1:]
	}
	value, scale, rest := mantissa(number)
	if value == 0 {
		return true // zero lies in the range of every type, and so does -0
	}
	if len(rest) > 0 {
		scale += exponent(rest[1:])
	}
	if scale < 0 {
		return false // the last digit that counts is behind the point
	}
	for range min(scale, 19) {
		value = times10(value)
	}
	if negative {
		value = -value
	}
	return value >= low && value <= high
}

// mantissa reads digits and a point as value times ten to the scale, where the
// last digit of value is not zero. rest begins with the e.
func mantissa(number []byte) (value int64, scale int, rest []byte) {
	zeros := 0 // since the last digit of value
	point := false
	for i, c := range number {
		switch {
		case c|0x20 == 'e':
			return value, scale + zeros, number[i:]
		case c == '.':
			point = true
			continue
		case c == '0':
			zeros++
		default:
			for range min(zeros, 19) {
				value = times10(value)
			}
			value, zeros = times10(value)+int64(c-'0'), 0
		}
		if point {
			scale--
		}
	}
	return value, scale + zeros, nil
}

// times10 stays far outside the range of every integer type once it is there.
func times10(value int64) int64 {
	const far = 1 << 50
	if value > far {
		return far
	}
	return value * 10
}

// exponent reads what follows the e, held within a billion either way: no text
// that fits in memory has a mantissa to make up for more.
func exponent(s []byte) int {
	const most = 1_000_000_000
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	value := 0
	for _, c := range s {
		value = min(value*10+int(c-'0'), most)
	}
	if negative {
		return -value
	}
	return value
}
