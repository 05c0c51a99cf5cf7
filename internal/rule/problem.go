// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits of a condition.
const (
	MaxDepth = 16        // levels of nodes; a lone leaf is one
	MaxNodes = 500       // nodes of all forms
	MaxText  = 64 * 1024 // bytes of JSON text
)

// maxProblems is how many problems are reported at most.
const maxProblems = 100

// Problem is a reason why a condition is refused.
type Problem struct {
	// Pointer is the JSON Pointer of the place inside the condition: "/all/1/op".
	Pointer string
	// Message says what is wrong and what would fit.
	Message string
}

// String answers "/all/1/op: message".
func (p Problem) String() string {
	if p.Pointer == "" {
		return p.Message
	}
	return p.Pointer + ": " + p.Message
}

// problems collects what is wrong, up to maxProblems.
type problems []Problem

func (p *problems) add(at, format string, args ...any) {
	if len(*p) < maxProblems {
		*p = append(*p, Problem{Pointer: at, Message: fmt.Sprintf(format, args...)})
	}
}

// at extends a JSON Pointer by a token that needs no escaping.
func at(pointer, token string) string { return pointer + "/" + token }

func atIndex(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// atName extends a JSON Pointer by any token (RFC 6901 section 3).
func atName(pointer, name string) string {
	name = strings.ReplaceAll(name, "~", "~0")
	return pointer + "/" + strings.ReplaceAll(name, "/", "~1")
}
