// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"fmt"
	"strconv"

	"github.com/passmuster/muster/internal/json"
)

// ErrorURN is the schema of an error answer (RFC 7644 §3.12).
const ErrorURN = "urn:ietf:params:scim:api:messages:2.0:Error"

// ScimType says what kind of error a client met (RFC 7644 §3.12, table 9).
type ScimType string

// The kinds of RFC 7644 table 9, and those of RFC 9865 §2.1.
const (
	ExpiredCursor ScimType = "expiredCursor"
	InvalidCount  ScimType = "invalidCount"
	InvalidCursor ScimType = "invalidCursor"
	InvalidFilter ScimType = "invalidFilter"
	InvalidPath   ScimType = "invalidPath"
	InvalidSyntax ScimType = "invalidSyntax"
	InvalidValue  ScimType = "invalidValue"
	InvalidVers   ScimType = "invalidVers"
	MutabilityErr ScimType = "mutability"
	NoTarget      ScimType = "noTarget"
	Sensitive     ScimType = "sensitive"
	TooMany       ScimType = "tooMany"
	UniquenessErr ScimType = "uniqueness"
)

// Error is what a SCIM client is told. All errors of this package, of filter
// and of patch are of this type.
type Error struct {
	Detail   string   // a sentence that an administrator can act on
	ScimType ScimType // "" when none fits
	Status   int      // of HTTP
}

// Errorf makes an error of status 400. The detail is a full sentence.
func Errorf(kind ScimType, format string, args ...any) *Error {
	return &Error{Detail: fmt.Sprintf(format, args...), ScimType: kind, Status: 400}
}

// Error answers the detail.
func (e *Error) Error() string { return e.Detail }

// MarshalJSON prints the error body of RFC 7644 §3.12: status is a string, and
// there are no members of our own.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Schemas  []string `json:"schemas"`
		Status   string   `json:"status"`
		ScimType ScimType `json:"scimType,omitempty"`
		Detail   string   `json:"detail,omitempty"`
	}{[]string{ErrorURN}, strconv.Itoa(e.Status), e.ScimType, e.Detail})
}
