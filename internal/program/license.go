// SPDX-License-Identifier: Apache-2.0

package program

import "slices"

// License says what may be shipped of a framework's own text: an SPDX name, or
// one of the words below.
type License string

// The licences that are no SPDX names.
const (
	// Own is what the workspace wrote itself, or holds a permission for.
	Own License = "own"
	// PublicDomain is what nobody owns, such as a work of the US Government.
	PublicDomain License = "public-domain"
	// ReferenceOnly is somebody else's text: numbers and titles in our own words
	// stand for it.
	ReferenceOnly License = "reference-only"
)

// Licenses answers those that a framework may name.
func Licenses() []string {
	return []string{
		string(Own), string(PublicDomain), string(ReferenceOnly), "Apache-2.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "MIT", "OGL-UK-3.0",
	}
}

// Known says whether it is one of Licenses.
func (l License) Known() bool { return slices.Contains(Licenses(), string(l)) }

// AllowsText says whether a framework's own text may stand in its file.
func (l License) AllowsText() bool { return l.Known() && l != ReferenceOnly }
