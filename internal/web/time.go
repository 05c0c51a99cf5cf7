// SPDX-License-Identifier: Apache-2.0

package web

import (
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/json"
)

// Time is an instant in milliseconds since 1970. It is written as RFC 3339 in
// UTC with milliseconds and Z, and read with any offset and any fraction.
type Time int64

const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// TimeOf answers the instant of milliseconds since 1970.
func TimeOf(ms int64) Time { return Time(ms) }

// MaybeTime is TimeOf for a value that may be absent, which is written as null.
func MaybeTime(ms *int64) *Time {
	if ms == nil {
		return nil
	}
	t := Time(*ms)
	return &t
}

// Millis answers the milliseconds since 1970.
func (t Time) Millis() int64 { return int64(t) }

// String answers the text as on the wire.
func (t Time) String() string { return time.UnixMilli(int64(t)).UTC().Format(timeLayout) }

// MarshalJSON writes the text as a JSON string.
func (t Time) MarshalJSON() ([]byte, error) {
	return time.UnixMilli(int64(t)).UTC().AppendFormat(nil, `"`+timeLayout+`"`), nil
}

// UnmarshalJSON reads an RFC 3339 text; what is finer than a millisecond is cut.
func (t *Time) UnmarshalJSON(quoted []byte) error {
	text, err := json.Unquote(quoted)
	if err != nil {
		return fmt.Errorf("must be an RFC 3339 time: %w", err)
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("must be an RFC 3339 time: %w", err)
	}
	*t = Time(at.UnixMilli())
	return nil
}

// Schema documents the text form.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
