// SPDX-License-Identifier: Apache-2.0

// Package form reads the file form of an object strictly, member by member, and
// collects every problem by its place (contract tests-and-rules.md section 3).
package form

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

// maxWord is the longest text of which a word is read.
const maxWord = 200

// Form reads an object member by member and collects what is wrong with it.
// A member that is null counts as absent.
type Form struct {
	At       string                // JSON Pointer of the object
	Members  map[string]json.Value // nil when the text is no object
	Problems *[]fault.Problem      // shared with the forms of objects inside
}

// Open reads text as an object; on failure the form has a problem and no
// members.
func Open(text []byte, at, what string, problems *[]fault.Problem) Form {
	f := Form{At: at, Problems: problems}
	if err := json.Unmarshal(text, &f.Members); err != nil || f.Members == nil {
		f.Members = nil
		*problems = append(*problems, fault.Problem{Pointer: at, Message: "must be an object: " + what})
	}
	for name, value := range f.Members {
		if value.Kind() == 'n' {
			f.Members[name] = nil
		}
	}
	return f
}

// Wrong notes a problem with a member; "" is the object itself.
func (f *Form) Wrong(name, format string, args ...any) {
	pointer := f.At
	if name != "" {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	*f.Problems = append(*f.Problems, fault.Problem{Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// WrongItem notes a problem with an element of a member that is an array.
func (f *Form) WrongItem(name string, i int, format string, args ...any) {
	inner := Form{At: f.At + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name), Problems: f.Problems}
	inner.Wrong(strconv.Itoa(i), format, args...)
}

// Only reports members that do not belong to what, with the name that was
// probably meant.
func (f *Form) Only(what string, names ...string) {
	for _, name := range slices.Sorted(maps.Keys(f.Members)) {
		if slices.Contains(names, name) {
			continue
		}
		if near := Nearest(name, names); near != "" {
			f.Wrong(name, "is no member of %s; did you mean %s?", what, near)
			continue
		}
		f.Wrong(name, "is no member of %s, which has %s", what, strings.Join(names, ", "))
	}
}

// Text reads a string of up to limit characters; "" when absent.
func (f *Form) Text(name string, limit int) string {
	raw := f.Members[name]
	if raw == nil {
		return ""
	}
	if raw.Kind() != '"' {
		f.Wrong(name, "must be a string")
		return ""
	}
	text, err := json.Unquote(raw)
	switch {
	case err != nil:
		f.Wrong(name, "must be a string of UTF-8")
	case utf8.RuneCountInString(text) > limit:
		f.Wrong(name, "must have at most %d characters", limit)
	case strings.ContainsRune(text, 0):
		f.Wrong(name, "must not hold the character U+0000")
	}
	return text
}

// Word reads one of a few words, by default the first of them.
func (f *Form) Word(name string, words ...string) string {
	if f.Members[name] == nil {
		return words[0]
	}
	text := f.Text(name, maxWord)
	if !slices.Contains(words, text) {
		near := Nearest(text, words)
		if near == "" {
			f.Wrong(name, "must be one of %s", strings.Join(words, ", "))
		} else {
			f.Wrong(name, "must be one of %s; did you mean %s?", strings.Join(words, ", "), near)
		}
	}
	return text
}

// Nearest answers the candidate that text is most likely a misspelling of, ""
// when none is near.
func Nearest(text string, candidates []string) string {
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
