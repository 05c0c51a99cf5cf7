// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"errors"
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// path is a list of keys. The empty path is the element itself. The grammar
// that parsePath reads is in doc.go.
type path []string

var (
	errPathEmpty   = errors.New(`a key between dots must not be empty; an empty key is written [""]`)
	errPathBracket = errors.New(`brackets hold a key as a JSON string, as in ["a.b"]; ` +
		`elements of an array are reached by an element node such as {field: drives, any: {…}}`)
	errPathAfter = errors.New(`after a bracket comes a dot, another bracket or the end, as in ["a.b"].c`)
)

// parsePath reads the text of a field.
func parsePath(text string) (path, error) {
	if text == "" {
		return path{}, nil
	}
	var keys path
	for first := true; text != ""; first = false {
		if !first {
			var err error
			if text, err = separator(text); err != nil {
				return nil, err
			}
		}
		key, rest, err := nextKey(text)
		if err != nil {
			return nil, err
		}
		keys, text = append(keys, key), rest
	}
	return keys, nil
}

// separator takes the dot before the next key. Before a bracket it may be left out.
func separator(text string) (string, error) {
	switch {
	case text[0] == '[':
		return text, nil
	case text[0] != '.':
		return "", errPathAfter
	case len(text) == 1:
		return "", errPathEmpty
	}
	return text[1:], nil
}

// nextKey takes one key, plain or in brackets.
func nextKey(text string) (key, rest string, err error) {
	if text[0] == '[' {
		return bracketKey(text)
	}
	end := strings.IndexAny(text, ".[]")
	switch {
	case end < 0:
		return text, "", nil
	case end == 0 && text[0] == '.':
		return "", "", errPathEmpty
	case text[end] == ']':
		return "", "", errPathBracket
	}
	return text[:end], text[end:], nil
}

// bracketKey takes a key of the form ["…"].
func bracketKey(text string) (key, rest string, err error) {
	if len(text) < 2 || text[1] != '"' {
		return "", "", errPathBracket
	}
	end := jtd.SkipString([]byte(text), 1)
	if end >= len(text) || text[end] != ']' {
		return "", "", errPathBracket
	}
	if key, err = json.Unquote([]byte(text[1:end])); err != nil {
		return "", "", errPathBracket
	}
	return key, text[end+1:], nil
}

// String prints the path as parsePath reads it: plain keys where possible.
func (p path) String() string {
	var text strings.Builder
	for i, key := range p {
		if key == "" || strings.ContainsAny(key, ".[]") {
			text.WriteString("[" + quote(key) + "]")
			continue
		}
		if i > 0 {
			text.WriteByte('.')
		}
		text.WriteString(key)
	}
	return text.String()
}

// quote answers s as a JSON string. s is valid UTF-8: it came out of one.
func quote(s string) string {
	quoted, err := json.AppendQuote(nil, strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		return `""`
	}
	return string(quoted)
}
