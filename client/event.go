// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
)

// Events asks for what happened in the workspace.
type Events struct {
	After string   // id of an event, to go on behind it; "": from the first, or from now on where they are followed
	Types []string // names, or test.* for all of a noun; all but outcome.changed when empty
}

func (e Events) query() url.Values {
	query := url.Values{}
	if e.After != "" {
		query.Set("after", e.After)
	}
	if len(e.Types) > 0 {
		query.Set("types", strings.Join(e.Types, ","))
	}
	return query
}

// ExportEvents answers the events up to now, the oldest first, each as the JSON of an
// api.Event. One is valid until the next is asked for. An error ends the sequence.
func (c *Client) ExportEvents(ctx context.Context, e Events) iter.Seq2[[]byte, error] {
	return c.stream(ctx, call{method: http.MethodGet, path: "/v1/events/export", query: e.query(), repeatable: true}, eachValue)
}

// FollowEvents answers the events as they happen, until ctx ends. A connection that
// breaks is made anew, and goes on behind the last event. An error that is not the
// network's ends the sequence.
func (c *Client) FollowEvents(ctx context.Context, e Events) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for try := 1; ; try++ {
			resp, err := c.do(ctx, call{method: http.MethodGet, path: "/v1/events/stream", query: e.query(), repeatable: true})
			if err != nil {
				yield(nil, err)
				return
			}
			last, stopped, err := eachEvent(resp.Body, yield)
			_ = resp.Body.Close()
			if last != "" {
				e.After, try = last, 0
			}
			if stopped || ctx.Err() != nil {
				return
			}
			if err == nil || errors.Is(err, io.EOF) {
				err = errEnded
			}
			if err := c.pause(ctx, min(try+1, 6), err); err != nil {
				return
			}
		}
	}
}

var errEnded = errors.New("the stream of events ended")

// eachEvent yields the data of server-sent events and answers the last id.
func eachEvent(body io.Reader, yield func([]byte, error) bool) (last string, stopped bool, err error) {
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return last, false, err
		}
		line = strings.TrimRight(line, "\r\n")
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			last = id
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if ok && !yield([]byte(data), nil) {
			return last, true, nil
		}
	}
}
