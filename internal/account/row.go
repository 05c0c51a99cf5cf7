// SPDX-License-Identifier: Apache-2.0

package account

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/resource"
)

// maybe is an instant in ms that may be unknown.
type maybe struct {
	Int64 int64
	Valid bool
}

// switched is a boolean that may be unknown.
type switched struct {
	Bool  bool
	Valid bool
}

// row is an account as account_record has it.
type row struct {
	accountName, authMethod, displayName, email, emailKey string
	externalURL, fullName, roleDescription, uniqueID      string

	createdAt, updatedAt int64
	facet                Facet
	leftAt               maybe
	mfaEnabled           switched

	deactivatedAt, lastLoginAt, madeAt maybe // at the source
}

// document is what an account's row takes of a record.
type document struct {
	AccountName          string  `json:"accountName"`
	AuthMethod           string  `json:"authMethod"`
	CreatedTimestamp     string  `json:"createdTimestamp"`
	DeactivatedTimestamp *string `json:"deactivatedTimestamp"`
	DisplayName          string  `json:"displayName"`
	Email                string  `json:"email"`
	ExternalURL          string  `json:"externalUrl"`
	FullName             string  `json:"fullName"`
	LastLoginTimestamp   *string `json:"lastLoginTimestamp"`
	MFAEnabled           *bool   `json:"mfaEnabled"`
	PermissionLevel      string  `json:"permissionLevel"`
	RoleDescription      *string `json:"roleDescription"`
	Status               string  `json:"status"`
}

// rowOf answers the row of a record; its kind of owner is KindNone.
func rowOf(n resource.Newest) (row, error) {
	var d document
	if err := json.Unmarshal(n.Document, &d); err != nil {
		return row{}, err
	}
	r := row{
		accountName: shown(d.AccountName), authMethod: d.AuthMethod, createdAt: n.CreatedAt, deactivatedAt: instant(d.DeactivatedTimestamp),
		displayName: shown(d.DisplayName), email: shown(d.Email), externalURL: shown(d.ExternalURL), fullName: shown(d.FullName),
		lastLoginAt: instant(d.LastLoginTimestamp), madeAt: instant(&d.CreatedTimestamp), uniqueID: n.UniqueID, updatedAt: n.UpdatedAt,
		facet: Facet{Level: Level(max(0, slices.Index(levelWords, d.PermissionLevel))), MFA: mfaOf(d), Status: statusOf(d, n)},
	}
	if key := directory.EmailKey(r.email); len(key) <= maxEmail {
		r.emailKey = key
	}
	if d.MFAEnabled != nil {
		r.mfaEnabled = switched{*d.MFAEnabled, true}
	}
	if d.RoleDescription != nil {
		r.roleDescription = shown(*d.RoleDescription)
	}
	if n.DeletedAt != nil {
		r.leftAt = maybe{*n.DeletedAt, true}
	}
	return r, nil
}

func statusOf(d document, n resource.Newest) Status {
	switch {
	case n.DeletedAt != nil:
		return Left
	case d.Status == Deactivated.String():
		return Deactivated
	}
	return Active
}

func mfaOf(d document) MFA {
	switch {
	case d.AuthMethod == "SSO":
		return MFANotRequired
	case d.MFAEnabled == nil:
		return MFAUnknown
	case *d.MFAEnabled:
		return MFAEnabled
	}
	return MFADisabled
}

const (
	maxEmail = 254  // RFC 5321 section 4.5.3.1.3
	maxShown = 1000 // characters of a value that lists show; the record has all of it
)

// shown answers a value as a column may hold it: PostgreSQL stores no U+0000.
func shown(text string) string {
	text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	if utf8.RuneCountInString(text) > maxShown {
		text = string([]rune(text)[:maxShown])
	}
	return text
}

func instant(text *string) maybe {
	if text == nil {
		return maybe{}
	}
	ms, ok := jtd.ParseTimestamp([]byte(*text))
	return maybe{ms, ok}
}

// words answers what a search for a beginning finds the account by.
func (r row) words() []string {
	all := []string{r.email, r.accountName, r.fullName, r.displayName}
	all = append(all, strings.Fields(r.fullName)...)
	return facet.Beginnings(append(all, strings.Fields(r.displayName)...))
}
