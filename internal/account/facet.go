// SPDX-License-Identifier: Apache-2.0

package account

// Status says whether an account can be used.
type Status int64

// The statuses. Left counts as deactivated wherever only two are told apart.
const (
	Active Status = iota
	Deactivated
	Left // the newest push left it out
)

// MFA says whether an account has a second factor.
type MFA int64

// The states of a second factor.
const (
	MFAEnabled MFA = iota
	MFADisabled
	MFAUnknown
	MFANotRequired // signs in by SSO, where the identity provider sees to it
)

// Level is the permission level.
type Level int64

// The levels.
const (
	Admin Level = iota
	Editor
	Base
)

// Kind says what sort of owner an account has.
type Kind int64

// The kinds of owners.
const (
	KindNone Kind = iota
	KindPerson
	KindExternal
	KindService
)

// The words of the wire, by their values.
var (
	statusWords = []string{"ACTIVE", "DEACTIVATED", "DEACTIVATED"}
	mfaWords    = []string{"ENABLED", "DISABLED", "UNKNOWN", "NOT_REQUIRED"}
	levelWords  = []string{"ADMIN", "EDITOR", "BASE"}
	kindWords   = []string{"NONE", "PERSON", "EXTERNAL", "SERVICE"}
)

// String answers the word of the wire.
func (s Status) String() string { return statusWords[s] }

// String answers the word of the wire.
func (m MFA) String() string { return mfaWords[m] }

// String answers the word of the wire.
func (l Level) String() string { return levelWords[l] }

// String answers the word of the wire.
func (k Kind) String() string { return kindWords[k] }

// Facet is what lists filter by and counters count.
type Facet struct {
	Kind   Kind
	Level  Level
	MFA    MFA
	Status Status
}

const (
	statuses = 3
	mfas     = 4
	levels   = 3
)

// code answers the facet as rows have it.
func (f Facet) code() int64 {
	return int64(f.Status) + statuses*(int64(f.MFA)+mfas*(int64(f.Level)+levels*int64(f.Kind)))
}

// facetOf is the inverse of code.
func facetOf(code int64) Facet {
	return Facet{
		Kind: Kind(code / (statuses * mfas * levels)), Level: Level(code / (statuses * mfas) % levels),
		MFA: MFA(code / statuses % mfas), Status: Status(code % statuses),
	}
}
