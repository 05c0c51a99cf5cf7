// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/jtd"
)

// Warning is a soft rule that an accepted record breaks (integration-api.md
// section 5, "Soft rules").
type Warning struct {
	Index    int    `json:"index"`
	UniqueID string `json:"uniqueId"`
	Pointer  string `json:"pointer"`
	Message  string `json:"message"`
}

// survey holds the raw values of the top-level members that a push looks at
// itself, found in one walk. A nil value is absent.
type survey struct {
	authMethod  []byte
	closed      []byte
	component   []byte
	externalURL []byte
	mfaEnabled  []byte
	mfaMethods  []byte
	severity    []byte
	taskState   []byte
	uniqueID    []byte
}

func surveyOf(element []byte) (v survey) {
	for members := jtd.MembersOf(element); members.Next(); {
		switch string(members.Name()) {
		case `"uniqueId"`:
			v.uniqueID = members.Value()
		case `"externalUrl"`:
			v.externalURL = members.Value()
		case `"mfaEnabled"`:
			v.mfaEnabled = members.Value()
		case `"mfaMethods"`:
			v.mfaMethods = members.Value()
		case `"authMethod"`:
			v.authMethod = members.Value()
		case `"closedTimestamp"`:
			v.closed = members.Value()
		case `"taskState"`:
			v.taskState = members.Value()
		case `"severity"`:
			v.severity = members.Value()
		case `"vulnerableComponentUniqueId"`:
			v.component = members.Value()
		default:
			if v.uniqueID == nil && members.NameIs("uniqueId") { // spelt with escapes
				v.uniqueID = members.Value()
			}
		}
	}
	return v
}

// unique answers the uniqueId and whether it can be used as a key.
func (v *survey) unique() (text string, usable bool) {
	if len(v.uniqueID) == 0 || v.uniqueID[0] != '"' {
		return "", false
	}
	text = jtd.Unquote(v.uniqueID)
	return text, len(text) <= maxUniqueID && strings.IndexByte(text, 0) < 0
}

// warn calls fn for each soft rule that a valid record of the base type breaks,
// but for the one about components, which needs the database.
func (v *survey) warn(base Base, fn func(field, message string)) {
	if !isHTTPS(v.externalURL) {
		fn("externalUrl", "should be an HTTPS address")
	}
	if v.severity != nil && base != CustomResource {
		// Past what a float64 holds the answer is an infinity, which lies outside too.
		if severity, _ := strconv.ParseFloat(string(v.severity), 64); severity < 0 || severity > 10 {
			fn("severity", "should lie between 0 and 10")
		}
	}
	switch base {
	case "UserAccount":
		if isNull(v.mfaEnabled) && !isEmptyArray(v.mfaMethods) && string(v.authMethod) != `"SSO"` {
			fn("mfaMethods", "should be empty when mfaEnabled is null")
		}
	case "SecurityTask":
		closed, hasTime := string(v.taskState) == `"CLOSED"`, v.closed != nil && !isNull(v.closed)
		if closed && !hasTime {
			fn("closedTimestamp", "should be there when taskState is CLOSED")
		}
		if !closed && hasTime {
			fn("closedTimestamp", "should be absent until taskState is CLOSED")
		}
	}
}

func isHTTPS(quoted []byte) bool {
	const prefix = `"https://`
	return len(quoted) > len(prefix) && bytes.EqualFold(quoted[:len(prefix)], []byte(prefix))
}

func isNull(value []byte) bool { return string(value) == "null" }

func isEmptyArray(value []byte) bool {
	return len(bytes.TrimSpace(bytes.Trim(value, "[]"))) == 0
}
