// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/passmuster/muster/internal/json"
)

// call is one request, which may be sent several times.
type call struct {
	body       func() (io.ReadCloser, error) // a fresh one each time; nil: none
	header     http.Header
	method     string
	open       bool // carries no token
	path       string
	query      url.Values
	repeatable bool // does no harm when it is done twice
}

// Bounds of the wait between tries when the server names none.
const (
	firstWait = 500 * time.Millisecond
	mostWait  = 30 * time.Second
)

// do sends a call until it succeeds or cannot. The answer's status is 2xx; its
// body is the caller's to close.
func (c *Client) do(ctx context.Context, in call) (*http.Response, error) {
	minted := false // again, after a 401
	for try := 1; ; try++ {
		token, err := c.tokenFor(ctx, in)
		if err != nil {
			return nil, err
		}
		resp, err := c.send(ctx, in, token)
		if err == nil {
			return resp, nil
		}
		if status(err) == http.StatusUnauthorized && !in.open && !minted {
			minted = true
			c.forget(token)
			continue
		}
		if try >= c.options.Tries || !retry(ctx, in, err) {
			return nil, err
		}
		if err := c.pause(ctx, try, err); err != nil {
			return nil, err
		}
	}
}

func (c *Client) tokenFor(ctx context.Context, in call) (string, error) {
	if in.open {
		return "", nil
	}
	return c.Token(ctx)
}

// send sends a call once.
func (c *Client) send(ctx context.Context, in call, token string) (*http.Response, error) {
	target := c.base.JoinPath(in.path)
	target.RawQuery = in.query.Encode()
	req, err := http.NewRequestWithContext(ctx, in.method, target.String(), nil)
	if err != nil {
		return nil, err
	}
	if in.header != nil {
		req.Header = in.header.Clone()
	}
	if in.body != nil {
		if req.Body, err = in.body(); err != nil {
			return nil, &sourceError{err}
		}
		req.ContentLength, req.GetBody = -1, in.body
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.options.UserAgent)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, readError(resp)
	}
	return resp, nil
}

// pause waits before the next try.
func (c *Client) pause(ctx context.Context, try int, cause error) error {
	d := min(firstWait<<(try-1), mostWait)
	d = d/2 + rand.N(d/2) //nolint:gosec // timing, not secrecy
	var failure *Error
	if errors.As(cause, &failure) && failure.RetryAfter > 0 {
		d = failure.RetryAfter
	}
	if c.options.OnRetry != nil {
		c.options.OnRetry(cause, d)
	}
	return c.wait(ctx, d)
}

// retry says whether a call that failed may be sent again.
func retry(ctx context.Context, in call, err error) bool {
	var source *sourceError
	if ctx.Err() != nil || errors.As(err, &source) {
		return false
	}
	switch status(err) {
	case http.StatusTooManyRequests:
		return true // refused before it was begun
	case 0, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return in.repeatable
	}
	return false
}

// status answers the HTTP status behind an error, 0 when there was no answer.
func status(err error) int {
	var failure *Error
	if errors.As(err, &failure) {
		return failure.Status
	}
	return 0
}

// sourceError is a failure to read what should be sent: ours, not the network's.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// jsonBody answers a body that can be sent again.
func jsonBody(v any) (func() (io.ReadCloser, error), error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }, nil
}

// decode sends a call and decodes its answer into out, which may be nil.
func (c *Client) decode(ctx context.Context, in call, out any) error {
	resp, err := c.do(ctx, in) //nolint:bodyclose // drain closes it
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if out == nil {
		return nil
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}
