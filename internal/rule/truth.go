// SPDX-License-Identifier: Apache-2.0

package rule

// Truth is one of the three truth values of Kleene's logic. They are ordered:
// an all node is the least of its parts, an any node the greatest.
type Truth uint8

// The truth values. False is the zero value.
const (
	False Truth = iota
	Unknown
	True
)

// Not answers the opposite; unknown stays unknown.
func (t Truth) Not() Truth { return True - t }

// String answers "false", "unknown" or "true".
func (t Truth) String() string {
	switch t {
	case False:
		return "false"
	case True:
		return "true"
	}
	return "unknown"
}

func truthOf(holds bool) Truth {
	if holds {
		return True
	}
	return False
}
