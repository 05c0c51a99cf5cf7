// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/json"
)

// Put is one push of a whole set.
type Put struct {
	// Open starts the source: each element is the JSON text of one record, valid
	// until the next is asked for. It is called once a try, so it must start from
	// the beginning each time.
	Open func() (iter.Seq2[[]byte, error], error)

	ConfirmRemovals string // token of an earlier answer; "" for none
	DryRun          bool   // answer the difference, change nothing
	Handling        string // "strict", "lenient", or "" for the server's default
	ResourceID      string
	Type            string // base type, either spelling
}

// PutResources replaces a set. The result holds up to 100 rejections; its
// RejectionsURL leads to the rest. When the set was refused for its records the
// error is an *Error whose Result is set, and nothing has changed.
func (c *Client) PutResources(ctx context.Context, p Put) (*api.PutResult, error) {
	if p.Open == nil || p.ResourceID == "" || p.Type == "" {
		return nil, errors.New("put resources: source, resource id and type are needed")
	}
	in := call{
		body: func() (io.ReadCloser, error) {
			elements, err := p.Open()
			if err != nil {
				return nil, err
			}
			return newSetBody(p.ResourceID, elements)
		},
		// The server says first whether it would take the body at all.
		header:     http.Header{"Expect": {"100-continue"}},
		method:     http.MethodPut,
		path:       resourcePath(p.Type),
		query:      url.Values{},
		repeatable: true,
	}
	if p.Handling != "" {
		in.header.Set("Prefer", "handling="+p.Handling)
	}
	if p.DryRun {
		in.query.Set("dryRun", "true")
	}
	if p.ConfirmRemovals != "" {
		in.query.Set("confirmRemovals", p.ConfirmRemovals)
	}
	var result api.PutResult
	if err := c.decode(ctx, in, &result); err != nil {
		return nil, fmt.Errorf("put resources: %w", err)
	}
	return &result, nil
}

func resourcePath(kind string) string { return "/v1/resources/" + url.PathEscape(kind) }

// ListResources answers one page of a set, 10 records when size is 0. Each
// record is what was pushed plus createdAt, updatedAt and deletedAt. cursor is
// the EndCursor of the page before, "" for the first.
func (c *Client) ListResources(ctx context.Context, kind, resourceID string, size int, cursor string) (*api.Page[json.Value], error) {
	query := pageQuery(size, cursor)
	query.Set("resourceId", resourceID)
	if !query.Has("pageCursor") && !query.Has("pageSize") {
		query.Set("pageSize", "10") // without either the whole set is answered
	}
	var page api.Page[json.Value]
	err := c.decode(ctx, call{method: http.MethodGet, path: resourcePath(kind), query: query, repeatable: true}, &page)
	if err != nil {
		return nil, fmt.Errorf("list resources: %w", err)
	}
	return &page, nil
}

func pageQuery(size int, cursor string) url.Values {
	query := url.Values{}
	if size > 0 {
		query.Set("pageSize", strconv.Itoa(size))
	}
	if cursor != "" {
		query.Set("pageCursor", cursor)
	}
	return query
}

// AllResources streams a whole set, soft-deleted records included. A record is
// valid until the next is asked for. An error ends the sequence.
func (c *Client) AllResources(ctx context.Context, kind, resourceID string) iter.Seq2[[]byte, error] {
	return c.stream(ctx, call{
		method: http.MethodGet, path: resourcePath(kind) + "/list_all",
		query: url.Values{"resourceId": {resourceID}}, repeatable: true,
	}, func(d *json.Decoder, yield func([]byte, error) bool) error {
		return eachMember(d, "resources", yield)
	})
}

// Rejections streams all rejections of a sync: address is the RejectionsURL of a
// result. Whatever its host, this client's server is asked.
func (c *Client) Rejections(ctx context.Context, address string) iter.Seq2[api.Rejection, error] {
	return func(yield func(api.Rejection, error) bool) {
		target, err := url.Parse(address)
		if err != nil {
			yield(api.Rejection{}, err)
			return
		}
		path := strings.TrimPrefix(target.Path, c.base.Path)
		in := call{method: http.MethodGet, path: path, query: target.Query(), repeatable: true}
		for line, err := range c.stream(ctx, in, eachValue) {
			var rejection api.Rejection
			if err == nil {
				err = json.Unmarshal(line, &rejection)
			}
			if !yield(rejection, err) || err != nil {
				return
			}
		}
	}
}

// stream sends a call and lets read take its answer apart.
func (c *Client) stream(
	ctx context.Context, in call, read func(*json.Decoder, func([]byte, error) bool) error,
) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		resp, err := c.do(ctx, in)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = resp.Body.Close() }() // nothing was written to it
		if err := read(json.NewDecoder(resp.Body), yield); err != nil && !errors.Is(err, errStopped) {
			yield(nil, fmt.Errorf("read the answer: %w", err))
		}
	}
}

// errStopped says that the reader wants no more.
var errStopped = errors.New("stopped")

// eachValue yields the values of a sequence, one after the other.
func eachValue(d *json.Decoder, yield func([]byte, error) bool) error {
	for {
		value, err := d.ReadValue()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case !yield(value, nil):
			return errStopped
		}
	}
}

// eachMember yields the elements of the array under name and skips the rest of
// the object.
func eachMember(d *json.Decoder, name string, yield func([]byte, error) bool) error {
	if err := expect(d, '{'); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		member, err := d.ReadToken()
		if err != nil {
			return err
		}
		if member.String() != name {
			if err := d.SkipValue(); err != nil {
				return err
			}
			continue
		}
		if err := eachElement(d, yield); err != nil {
			return err
		}
	}
	return expect(d, '}')
}

func eachElement(d *json.Decoder, yield func([]byte, error) bool) error {
	if err := expect(d, '['); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if !yield(value, nil) {
			return errStopped
		}
	}
	return expect(d, ']')
}

func expect(d *json.Decoder, kind json.Kind) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != kind {
		return fmt.Errorf("%s where %s was expected", token.Kind(), kind)
	}
	return nil
}
