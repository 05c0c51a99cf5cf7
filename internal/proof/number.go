// SPDX-License-Identifier: Apache-2.0

package proof

import (
	"math"
	"strconv"
	"strings"
)

// safeDigits is how many decimal digits a double always keeps.
const safeDigits = 15

// lossyNumber answers the first number literal of a valid JSON text that RFC 8785
// would not keep digit for digit (its section 3.2.2.3 prints doubles), or that is
// beyond 2^53, where neighbouring integers fall together.
func lossyNumber(text []byte) (literal string, found bool) {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"':
			i = endOfString(text, i)
		case isNumeric(c):
			start := i
			for i < len(text) && isNumeric(text[i]) {
				i++
			}
			if literal := string(text[start:i]); !survives(literal) {
				return literal, true
			}
		case c == 't' || c == 'n':
			i += len("true")
		case c == 'f':
			i += len("false")
		default:
			i++
		}
	}
	return "", false
}

// endOfString answers the index after the string that opens at start.
func endOfString(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// isNumeric reports whether c may stand in a number literal.
func isNumeric(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// survives reports whether a double holds the literal's exact decimal value.
func survives(literal string) bool {
	if len(literal) <= safeDigits && !strings.ContainsAny(literal, "eE") {
		return true
	}
	value, err := strconv.ParseFloat(literal, 64)
	if err != nil || math.Abs(value) > 1<<53 {
		return false
	}
	want, ok := decimalOf(literal)
	if !ok {
		return false
	}
	got, _ := decimalOf(strconv.FormatFloat(value, 'e', -1, 64))
	return got == want
}

// decimal is a number in one spelling: digits without zeros at either end, times
// ten to the power. Zero has no digits.
type decimal struct {
	negative bool
	digits   string
	power    int
}

func decimalOf(literal string) (decimal, bool) {
	text, negative := strings.CutPrefix(literal, "-")
	mantissa, power := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		var err error
		if power, err = strconv.Atoi(text[i+1:]); err != nil {
			return decimal{}, false
		}
		mantissa = text[:i]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return decimal{}, true
	}
	trimmed := strings.TrimRight(digits, "0")
	return decimal{negative: negative, digits: trimmed, power: power - len(fraction) + len(digits) - len(trimmed)}, true
}
