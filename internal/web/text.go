// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/fault"
)

// Storable says whether a text can stand in a column: PostgreSQL takes neither
// U+0000 nor what is no UTF-8. A name that is not storable names nothing.
func Storable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

const nothingHere = "there is nothing at this path"

// checkAddress keeps what is not Storable away from every handler: in the path
// it is a name of nothing, in the query a wrong value.
func checkAddress(r *http.Request) error {
	if !Storable(r.URL.Path) {
		return fault.New(fault.NotFound, nothingHere)
	}
	if r.URL.RawQuery == "" {
		return nil
	}
	var wrong []string
	for name, values := range r.URL.Query() {
		if !Storable(name) || !Storable(strings.Join(values, "")) {
			wrong = append(wrong, name)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return InQuery(readable(slices.Min(wrong)), "must be UTF-8 without U+0000")
}

// Lengths of what errors repeat of a request, in characters.
const (
	maxProblems    = 100 // places of one request
	messageLetters = 2 * nameLetters
	nameLetters    = 200
)

// Shorten cuts a text of the request to what an error may repeat: 200
// characters, and an ellipsis when there were more.
func Shorten(text string) string { return shorten(text, nameLetters) }

func shorten(text string, letters int) string {
	if len(text) > letters { // bytes: else there is nothing to count
		for at := range text {
			if letters == 0 {
				text = text[:at] + "…"
				break
			}
			letters--
		}
	}
	return readable(text)
}

// readable answers a text that JSON can hold.
func readable(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
