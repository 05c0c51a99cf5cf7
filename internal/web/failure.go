// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// ErrorBody is the body of every error under /v1.
type ErrorBody struct {
	Error    string           `doc:"What is wrong, for people."                                       json:"error"`
	Message  string           `doc:"The same sentence: clients read one or the other."                json:"message"`
	Errors   map[string]Place `doc:"Each wrong place of the request, such as body.name."              json:"errors,omitempty"`
	Problems []Problem        `doc:"The wrong places of the body in order, by JSON Pointer (RFC 6901)." json:"problems,omitempty"`
}

// Place says what is wrong at one place of a request.
type Place struct {
	Message string     `json:"message"`
	Value   json.Value `doc:"What stood there, when it is short and no secret." json:"value,omitempty"`
}

// Problem is a wrong place of the body.
type Problem struct {
	Pointer string `json:"pointer"`
	Message string `json:"message"`
}

const internalError = "internal error"

// statusOf is the one table of kinds and statuses.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.Impossible:
		return http.StatusUnprocessableEntity
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// failure is an error as it goes out; huma takes status and headers from it.
type failure struct {
	body   ErrorBody
	header http.Header
	status int
}

// Error answers the sentence.
func (f *failure) Error() string { return f.body.Message }

// GetStatus is what huma asks for.
func (f *failure) GetStatus() int { return f.status }

// GetHeaders is what huma asks for.
func (f *failure) GetHeaders() http.Header { return f.header }

// MarshalJSON writes the body.
func (f *failure) MarshalJSON() ([]byte, error) { return json.Marshal(f.body) }

// Schema documents the body.
func (f *failure) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Ref: errorSchema}
}

func say(status int, message string) *failure {
	message = shorten(message, messageLetters)
	return &failure{status: status, body: ErrorBody{Error: message, Message: message}, header: http.Header{}}
}

// placed is a fault at a place outside the body.
type placed struct {
	fault *fault.Error
	place string // query.pageCursor
}

// Error answers the sentence.
func (p *placed) Error() string { return p.fault.Message }

// Unwrap lets errors.As find the fault.
func (p *placed) Unwrap() error { return p.fault }

// InQuery is an Invalid fault about a query parameter.
func InQuery(name, format string, args ...any) error {
	place := "query." + name
	return &placed{place: place, fault: fault.New(fault.Invalid, "%s: %s", place, fmt.Sprintf(format, args...))}
}

// failureOf turns any error into what the caller may see; what is no fault is
// logged here, and only here.
func failureOf(ctx context.Context, err error) *failure {
	var ready *failure
	if errors.As(err, &ready) {
		return ready
	}
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind == fault.Internal {
		return unexpected(ctx, err)
	}
	f := say(statusOf(known.Kind), known.Message)
	if known.Kind == fault.RateLimited || known.Kind == fault.Unavailable {
		f.header.Set("Retry-After", seconds(known.RetryAfter))
	}
	if known.Kind == fault.Unauthorized {
		f.header.Set("WWW-Authenticate", challenge)
	}
	var at *placed
	if errors.As(err, &at) {
		f.addPlace(at.place, strings.TrimPrefix(known.Message, at.place+": "), nil)
	}
	for _, p := range known.Problems {
		f.addProblem(p.Pointer, p.Message, nil)
	}
	return f
}

// addProblem adds a place of the body; the first at a place is the one that
// "errors" shows.
func (f *failure) addProblem(pointer, message string, value json.Value) {
	if len(f.body.Problems) >= maxProblems {
		return
	}
	f.body.Problems = append(f.body.Problems, Problem{Pointer: Shorten(pointer), Message: shorten(message, messageLetters)})
	f.addPlace("body"+dotted(pointer), message, value)
}

func (f *failure) addPlace(place, message string, value json.Value) {
	place, message = Shorten(place), shorten(message, messageLetters)
	if len(f.body.Errors) >= maxProblems {
		return
	}
	if f.body.Errors == nil {
		f.body.Errors = map[string]Place{}
	}
	if _, taken := f.body.Errors[place]; !taken {
		f.body.Errors[place] = Place{Message: message, Value: value}
	}
}

// dotted turns /all/1/op into .all.1.op.
func dotted(pointer string) string {
	return strings.NewReplacer("/", ".", "~1", "/", "~0", "~").Replace(pointer)
}

// statusGone is what the log shows when the client left before the answer.
const statusGone = 499

func unexpected(ctx context.Context, err error) *failure {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return say(statusGone, "the client has gone")
	}
	ex := exchangeOf(ctx)
	ex.logger().LogAttrs(ctx, slog.LevelError, "request failed",
		slog.String("request_id", ex.id), slog.String("error", err.Error()))
	return say(http.StatusInternalServerError, internalError)
}

// seconds answers a whole number of seconds for Retry-After, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}

// write sends a failure outside huma.
func (f *failure) write(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range f.header {
		header[name] = values
	}
	header.Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	// A client that has gone misses nothing.
	_ = json.MarshalWrite(w, f.body)
}

// WriteError answers a plain route's error as Register does for its own.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	failureOf(r.Context(), err).write(w)
}
