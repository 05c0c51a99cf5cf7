// SPDX-License-Identifier: Apache-2.0

package client

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/json"
)

// Error is an answer that is not a success.
type Error struct {
	Code       string        // the member "error": a word or a sentence
	Message    string        // a sentence
	Problems   []api.Problem // places in the request that are wrong
	RetryAfter time.Duration // 0 when the server does not say
	Status     int           // of HTTP

	// Result is set when a PUT was refused for its records: it holds the
	// rejections.
	Result *api.PutResult
}

// Error answers status and sentence.
func (e *Error) Error() string {
	message := e.Message
	if message == "" {
		message = e.Code
	}
	if message == "" {
		message = http.StatusText(e.Status)
	}
	return fmt.Sprintf("%s (HTTP %d)", message, e.Status)
}

// maxErrorBody is more than a hundred rejections need.
const maxErrorBody = 4 << 20

// readError makes an Error of an answer and closes its body.
func readError(resp *http.Response) *Error {
	defer drain(resp.Body)
	e := &Error{RetryAfter: retryAfter(resp), Status: resp.StatusCode}
	if place := resp.Header.Get("Location"); resp.StatusCode >= 300 && resp.StatusCode < 400 {
		e.Message = "the server has moved to " + place + "; use that URL"
		return e
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		return e // the status says enough
	}
	var failure api.Error
	if json.Unmarshal(body, &failure) != nil {
		return e // a proxy's page, for example
	}
	e.Code, e.Message, e.Problems = failure.Code, failure.Message, failure.Problems
	if failure.ErrorDescription != "" {
		e.Message = failure.ErrorDescription
	}
	var result api.PutResult
	if json.Unmarshal(body, &result) == nil && len(result.Rejections) > 0 {
		e.Result = &result
	}
	return e
}

// retryAfter reads seconds or a date (RFC 9110 section 10.2.3).
func retryAfter(resp *http.Response) time.Duration {
	text := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	sent, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, at.Sub(sent))
}

// drain reads what is left, a little, so that the connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	_ = body.Close()
}
