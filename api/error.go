// SPDX-License-Identifier: Apache-2.0

package api

// Error is the body of every failure. Code is a word of RFC 6749 from the token
// endpoint and a sentence elsewhere.
type Error struct {
	Code             string `json:"error"`
	Message          string `json:"message"`
	ErrorDescription string `json:"error_description,omitempty"`

	Problems []Problem `json:"problems,omitempty"` // every place that is wrong
}

// Problem is one place in a request and what would fit there.
type Problem struct {
	Pointer string `json:"pointer"` // JSON Pointer into the body
	Message string `json:"message"`
}
