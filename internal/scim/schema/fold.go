// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold answers text in the form in which two texts that differ only in letter
// case are the same bytes (Unicode simple folding): lower case, with one letter
// for all of its kind. Uniqueness, filters and index keys must all use it.
func Fold(text string) string {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(foldRune, text)
		}
	}
	return text
}

// foldRune answers the lower case of the least letter among those that differ
// from r only in case. A letter that stands alone, as İ does, stays itself.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if unicode.SimpleFold(r) == r {
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return unicode.ToLower(least)
}

// Key answers what a value of a multi-valued attribute is known by: two values
// with the same key are one (contract S11, RFC 7644 §3.5.2.1). For complex ones
// it is value and type, where a type that clients do not own, as that of
// members, does not count.
func (a *Attribute) Key(value any) string {
	obj, ok := value.(Object)
	if !ok {
		return a.scalarKey(value)
	}
	sub := a.Sub("value")
	if sub == nil || obj[sub.Name] == nil {
		return "{" + string(appendObject(nil, obj, a.SubAttributes))
	}
	key := sub.scalarKey(obj[sub.Name])
	if kind := a.Sub("type"); kind != nil && kind.Mutability == ReadWrite && obj[kind.Name] != nil {
		key += "\x00" + kind.scalarKey(obj[kind.Name])
	}
	return key
}

func (a *Attribute) scalarKey(value any) string {
	switch v := value.(type) {
	case string:
		if a.CaseExact {
			return "=" + v
		}
		return "=" + Fold(v)
	case Number:
		return "#" + v.plain()
	default:
		return string(appendValue(nil, value, nil))
	}
}

// FoldValues answers the values without repetitions, in their order. What a
// repetition says more is added to the first of its kind. The argument is not
// changed.
func (a *Attribute) FoldValues(values []any) []any {
	if len(values) < 2 {
		return values
	}
	seen := make(map[string]int, len(values))
	folded := make([]any, 0, len(values))
	for _, v := range values {
		key := a.Key(v)
		at, again := seen[key]
		if !again {
			seen[key] = len(folded)
			folded = append(folded, v)
			continue
		}
		folded[at] = completed(folded[at], v)
	}
	return folded
}

// completed answers first with the members of again that it lacks.
func completed(first, again any) any {
	a, ok := first.(Object)
	b, both := again.(Object)
	if !ok || !both {
		return first
	}
	merged := Object{}
	for name, v := range b {
		merged[name] = v
	}
	for name, v := range a {
		merged[name] = v
	}
	return merged
}

// Primaries answers how many of the values have primary true.
func Primaries(values []any) int {
	n := 0
	for _, v := range values {
		if obj, ok := v.(Object); ok && obj["primary"] == true {
			n++
		}
	}
	return n
}

// onePrimary takes primary from all but the first value that has it (RFC 7643
// §2.4). The objects are the Input's own, so it changes them.
func onePrimary(values []any) {
	found := false
	for _, v := range values {
		obj, ok := v.(Object)
		if !ok || obj["primary"] != true {
			continue
		}
		if found {
			obj["primary"] = false
		}
		found = true
	}
}
