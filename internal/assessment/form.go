// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// form reads an object member by member and collects what is wrong with it.
// A member that is null counts as absent.
type form struct {
	at       string // JSON Pointer of the object
	members  map[string]json.Value
	problems *[]fault.Problem
}

// openForm reads text as an object; on failure the form has a problem and no
// members.
func openForm(text []byte, at, what string, problems *[]fault.Problem) form {
	f := form{at: at, problems: problems}
	if err := json.Unmarshal(text, &f.members); err != nil || f.members == nil {
		f.members = nil
		*problems = append(*problems, fault.Problem{Pointer: at, Message: "must be an object: " + what})
	}
	for name, value := range f.members {
		if value.Kind() == 'n' {
			f.members[name] = nil
		}
	}
	return f
}

// wrong notes a problem with a member; "" is the object itself.
func (f *form) wrong(name, format string, args ...any) {
	pointer := f.at
	if name != "" {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	*f.problems = append(*f.problems, fault.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// only reports members that do not belong to what, with the name that was
// probably meant.
func (f *form) only(what string, names ...string) {
	for _, name := range slices.Sorted(maps.Keys(f.members)) {
		if slices.Contains(names, name) {
			continue
		}
		if near := nearest(name, names); near != "" {
			f.wrong(name, "is no member of %s; did you mean %s?", what, near)
			continue
		}
		f.wrong(name, "is no member of %s, which has %s", what, strings.Join(names, ", "))
	}
}

// text reads a string of up to limit characters; "" when absent.
func (f *form) text(name string, limit int) string {
	raw := f.members[name]
	if raw == nil {
		return ""
	}
	if raw.Kind() != '"' {
		f.wrong(name, "must be a string")
		return ""
	}
	text, err := json.Unquote(raw)
	switch {
	case err != nil:
		f.wrong(name, "must be a string of UTF-8")
	case utf8.RuneCountInString(text) > limit:
		f.wrong(name, "must have at most %d characters", limit)
	case strings.ContainsRune(text, 0):
		f.wrong(name, "must not hold the character U+0000")
	}
	return text
}

// word reads one of a few words, by default the first of them.
func (f *form) word(name string, words ...string) string {
	if f.members[name] == nil {
		return words[0]
	}
	text := f.text(name, maxName)
	if !slices.Contains(words, text) {
		near := nearest(text, words)
		if near == "" {
			f.wrong(name, "must be one of %s", strings.Join(words, ", "))
		} else {
			f.wrong(name, "must be one of %s; did you mean %s?", strings.Join(words, ", "), near)
		}
	}
	return text
}

// nearest answers the candidate that text is most likely a misspelling of, ""
// when none is near.
func nearest(text string, candidates []string) string {
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
	}
	best, found := 3, ""
	for _, candidate := range candidates {
		if d := distance(plain(text), plain(candidate)); d < min(best, 1+max(1, len(candidate)/2)) {
			best, found = d, candidate
		}
	}
	return found
}

// distance is the number of letters to insert, delete or replace between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// parseFreshness reads a duration as the rule language writes it: an integer
// from 1 and m, h, d or w. The answer is in milliseconds.
func parseFreshness(text string) (ms int64, ok bool) {
	if text == "" {
		return 0, false
	}
	unit, ok := map[byte]int64{'m': 60_000, 'h': 3_600_000, 'd': 86_400_000, 'w': 7 * 86_400_000}[text[len(text)-1]]
	digits := text[:len(text)-1]
	n, err := strconv.ParseInt(digits, 10, 32)
	if !ok || err != nil || n < 1 || strconv.FormatInt(n, 10) != digits {
		return 0, false
	}
	return n * unit, true
}
