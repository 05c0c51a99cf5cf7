// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxShown is how many runes of a value a sentence shows.
const maxShown = 80

// shorten cuts text to limit runes; the last one is then an ellipsis.
func shorten(text string, limit int) string {
	if len(text) <= limit || utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := 0
	for range limit - 1 {
		_, size := utf8.DecodeRuneInString(text[cut:])
		cut += size
	}
	return text[:cut] + "…"
}

// listed writes names as "a, b and c".
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	end := len(names) - 1
	return strings.Join(names[:end], ", ") + " and " + names[end]
}

// kindWord names the kind of a JSON value, with its article.
func kindWord(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// plural writes "1 element", "3 elements".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// nearest answers the candidate that text is most likely a misspelling of, ""
// when none is near. Of several it is the first.
func nearest(text string, candidates []string) string {
	best, found := min((len(text)+2)/3+1, len(text)), ""
	for _, candidate := range candidates {
		if strings.EqualFold(candidate, text) {
			return candidate
		}
		if d := distance(strings.ToLower(text), strings.ToLower(candidate), best); d < best {
			best, found = d, candidate
		}
	}
	return found
}

// distance is the number of letters to insert, delete or replace between a and
// b, or limit when it is not below.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
