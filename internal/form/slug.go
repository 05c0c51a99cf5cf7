// SPDX-License-Identifier: Apache-2.0

package form

import "strings"

// MaxSlug is the longest slug in bytes.
const MaxSlug = 100

// Cut shortens a slug to a limit in bytes; no dash is left at its end.
func Cut(slug string, limit int) string {
	return strings.TrimRight(slug[:min(len(slug), limit)], "-")
}

// Slug makes a slug of a name: lower-case ASCII letters and digits, with a
// dash for every run of anything else. "" when nothing is left. A text is a slug when it is its own.
func Slug(name string) string {
	var slug strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			dash = slug.Len() > 0
			continue
		}
		if slug.Len() >= MaxSlug-1 {
			break
		}
		if dash {
			slug.WriteByte('-')
		}
		dash = false
		slug.WriteRune(r)
	}
	return slug.String()
}
