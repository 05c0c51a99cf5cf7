// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/fault"
)

// Cursor is where a reader goes on: after a part of an entry. Parts count from 1, so
// that the zero Cursor is before everything and {Position: 7} before all of entry 7.
// That of an event is the event's id. It stands in rows, and is never given back.
type Cursor struct{ Position, Part int64 }

// String answers the text form, "1042.1".
func (c Cursor) String() string {
	return strconv.FormatInt(c.Position, 10) + "." + strconv.FormatInt(c.Part, 10)
}

// Before says whether a cursor stands before another.
func (c Cursor) Before(other Cursor) bool {
	return c.Position < other.Position || c.Position == other.Position && c.Part < other.Part
}

// ParseCursor reads the text form; Invalid for anything else.
func ParseCursor(text string) (Cursor, error) {
	position, part, ok := strings.Cut(text, ".")
	p, err := strconv.ParseInt(position, 10, 64)
	q, err2 := strconv.ParseInt(part, 10, 64)
	c := Cursor{Position: p, Part: q}
	if !ok || err != nil || err2 != nil || p < 0 || q < 0 || c.String() != text {
		return Cursor{}, fault.New(fault.Invalid, "%q is no cursor: it is the id of an event, such as 1042.1", text)
	}
	return c, nil
}
