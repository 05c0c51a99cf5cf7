// SPDX-License-Identifier: Apache-2.0

// Package fault holds the failures that a caller may see. Everything else is
// ours: it is logged, and the caller reads "internal error".
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure it is; package web maps it to a status.
type Kind int

// The kinds, with the status that package web answers.
const (
	Internal     Kind = iota // 500, never made on purpose
	Invalid                  // 400: the request is wrong as it stands
	Unauthorized             // 401: no credential, or a dead one
	Forbidden                // 403: the credential may not do this
	NotFound                 // 404: not there, or not the caller's to see
	Conflict                 // 409: the state forbids it
	TooLarge                 // 413: past a limit on size
	Unsupported              // 415: another content type is needed
	Impossible               // 422: well-formed, but cannot be
	RateLimited              // 429: too many requests
	Unavailable              // 503: try again later
)

// Problem is one place in a request and what would fit there.
type Problem struct {
	Pointer string // JSON Pointer into the body (RFC 6901); "" is the whole
	Message string
}

// Error is a failure that the caller may see.
type Error struct {
	Kind       Kind
	Message    string        // a sentence for the caller
	Problems   []Problem     // for Invalid: every place that is wrong
	RetryAfter time.Duration // for RateLimited and Unavailable
}

// Error answers the sentence.
func (e *Error) Error() string { return e.Message }

// New makes a failure of a kind; format as in fmt.Sprintf.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// At makes an Invalid failure whose problems name their places; its sentence
// is the first of them. problems must not be empty.
func At(problems ...Problem) *Error {
	first := problems[0]
	message := first.Message
	if first.Pointer != "" {
		message = first.Pointer + ": " + message
	}
	return &Error{Kind: Invalid, Message: message, Problems: problems}
}

// Later makes an Unavailable failure that says when to come back.
func Later(after time.Duration, format string, args ...any) *Error {
	err := New(Unavailable, format, args...)
	err.RetryAfter = after
	return err
}

// KindOf answers the kind of err; Internal when it is none of these.
func KindOf(err error) Kind {
	var fault *Error
	if !errors.As(err, &fault) {
		return Internal
	}
	return fault.Kind
}
