// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths, in characters.
const (
	maxName   = 200 // of a first or last name, a job title, a group
	maxReason = 10_000
)

// maxEmail is the longest address that mail can carry (RFC 5321 section 4.5.3.1.3).
const maxEmail = 254

// cleanEmail answers an address without white space around it, and what is wrong
// with it, "" for nothing. A display name is refused: the bare address is what
// people are linked by.
func cleanEmail(text string) (value, message string) {
	if message := misleads(text); message != "" {
		return "", message
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", "the e-mail is missing"
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || len(text) > maxEmail || strings.ContainsFunc(text, unicode.IsControl) {
		return text, fmt.Sprintf("%q is not an e-mail address such as ada@example.com", cut(text))
	}
	return text, ""
}

// cleanLine answers a text of one line without white space around it, and what
// is wrong with it, "" for nothing.
func cleanLine(text string, limit int) (value, message string) {
	if message := misleads(text); message != "" {
		return "", message
	}
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text):
		return "", "must be UTF-8"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", "must be one line without control characters"
	case utf8.RuneCountInString(text) > limit:
		return "", fmt.Sprintf("must have at most %d characters", limit)
	}
	return text, ""
}

// misleads names a character that makes a name look like what it is not: that
// breaks lines, or that turns the direction of the text (UAX #9 section 2.1 to
// 2.5); "" when there is none. The marks of direction that Arabic and Hebrew
// names need are none of these.
func misleads(text string) string {
	for _, r := range text {
		switch {
		case r == '\u2028', r == '\u2029':
			return fmt.Sprintf("must not hold U+%04X, which breaks the line", r)
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return fmt.Sprintf("must not hold U+%04X, which turns the direction of the text", r)
		}
	}
	return ""
}

// cleanText is cleanLine for several lines, which end in a line feed.
func cleanText(text string) (value, message string) {
	text = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	switch {
	case !utf8.ValidString(text):
		return "", "must be UTF-8"
	case strings.ContainsFunc(text, control):
		return "", "must have no control characters"
	case utf8.RuneCountInString(text) > maxReason:
		return "", fmt.Sprintf("must have at most %d characters", maxReason)
	}
	return text, ""
}

// cut shortens what a message repeats.
func cut(text string) string {
	const most = 100
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// key is the form in which names and addresses are compared.
func key(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// maxWord is the longest beginning that a search compares, in bytes.
const maxWord = 256

func word(text string) string {
	text = key(text)
	return text[:min(len(text), maxWord)]
}

// words answers what a search for a beginning finds the person by: the e-mail,
// the whole name and each word of it. Sorted, none twice.
func (p Person) words() []string {
	all := []string{word(p.Email), word(p.Name.Display), word(p.Name.whole())}
	for _, name := range []string{p.Name.Display, p.Name.First, p.Name.Last} {
		for _, part := range strings.Fields(name) {
			all = append(all, word(part))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// CleanEmail and CleanLine are for what else is kept about people: who is no
// person of the workspace has a name and an e-mail too.
func CleanEmail(text string) (value, message string) { return cleanEmail(text) }

// CleanLine answers a text of one line without white space around it, and what is
// wrong with it, "" for nothing.
func CleanLine(text string, limit int) (value, message string) { return cleanLine(text, limit) }

// CleanText is CleanLine for several lines.
func CleanText(text string) (value, message string) { return cleanText(text) }
