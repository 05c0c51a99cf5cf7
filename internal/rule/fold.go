// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"unicode"
	"unicode/utf8"
)

// appendFold appends text with each letter replaced by one that stands for all
// that differ from it only in case (Unicode simple folding): two texts are
// equal but for case exactly when their foldings are equal.
func appendFold(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf { // the capital is the least letter of every ASCII orbit
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		dst = utf8.AppendRune(dst, foldRune(r))
		i += size
	}
	return dst
}

// foldRune answers the smallest letter of the orbit of r: K for k and for the
// Kelvin sign.
func foldRune(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}
