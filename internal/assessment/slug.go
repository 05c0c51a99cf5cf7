// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"strings"

	"github.com/passmuster/muster/internal/db"
)

// maxSlug is the longest slug in bytes.
const maxSlug = 100

// slugOf makes a slug of a name: lower-case ASCII letters and digits, with a
// dash for every run of anything else. "" when nothing is left.
func slugOf(name string) string {
	var slug strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			dash = slug.Len() > 0
			continue
		}
		if slug.Len() >= maxSlug-1 {
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

// isSlug says whether text may be a slug. What looks like an id may not: routes
// take either.
func isSlug(text string) bool { return text != "" && slugOf(text) == text && !db.ValidID(text) }
