// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/form"
)

// maxSlug is the longest slug in bytes.
const maxSlug = form.MaxSlug

func slugOf(name string) string { return form.Slug(name) }

// isSlug says whether text may be a slug. What looks like an id may not: routes
// take either.
func isSlug(text string) bool { return text != "" && slugOf(text) == text && !db.ValidID(text) }
