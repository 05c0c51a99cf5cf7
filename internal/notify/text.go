// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how many characters of somebody's words a message shows.
const maxText = 200

// plain answers words of others as one line that cannot pose as something else: without
// control characters, without those that turn the direction of writing or show nothing
// (Unicode Cf, UAX 9), and cut where it is too long.
func plain(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "�"), unicode.IsSpace), " ")
	return clip(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, text))
}

func clip(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText-1]) + "…"
}

// count answers a number with its noun: 1 record, 12,000 records.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// enumerate joins names, of which there are more than stand there: a, b and 7 more.
func enumerate(names []string, total int64) string {
	more := total - int64(len(names))
	switch {
	case len(names) == 0:
		return ""
	case more > 0:
		return strings.Join(names, ", ") + " and " + grouped(more) + " more"
	case len(names) == 1:
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// capital begins a sentence.
func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
