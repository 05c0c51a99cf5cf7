// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/passmuster/muster/api"
)

// CreateTest makes a Custom Test. The application needs vanta-api.all:write.
func (c *Client) CreateTest(ctx context.Context, in api.TestInput) (*api.Test, error) {
	var test api.Test
	if err := c.post(ctx, "/v1/tests", in, &test); err != nil {
		return nil, fmt.Errorf("create test: %w", err)
	}
	return &test, nil
}

// PreviewTest runs a draft against the records as they are, failing ones first.
// It changes nothing; vanta-api.all:read is enough.
func (c *Client) PreviewTest(ctx context.Context, in api.TestInput) (*api.TestPreview, error) {
	body, err := jsonBody(in)
	if err != nil {
		return nil, err
	}
	var preview api.TestPreview
	err = c.decode(ctx, call{body: body, method: http.MethodPost, path: "/v1/tests/preview", repeatable: true}, &preview)
	if err != nil {
		return nil, fmt.Errorf("preview test: %w", err)
	}
	return &preview, nil
}

func (c *Client) post(ctx context.Context, path string, in, out any) error {
	body, err := jsonBody(in)
	if err != nil {
		return err
	}
	return c.decode(ctx, call{body: body, method: http.MethodPost, path: path}, out)
}

// GetTest answers one test by id or slug.
func (c *Client) GetTest(ctx context.Context, id string) (*api.Test, error) {
	var test api.Test
	if err := c.get(ctx, testPath(id), nil, &test); err != nil {
		return nil, fmt.Errorf("get test %s: %w", id, err)
	}
	return &test, nil
}

// ListTests answers one page of the tests; cursor is the EndCursor of the page
// before, "" for the first.
func (c *Client) ListTests(ctx context.Context, size int, cursor string) (*api.Page[api.Test], error) {
	var page api.Page[api.Test]
	if err := c.get(ctx, "/v1/tests", pageQuery(size, cursor), &page); err != nil {
		return nil, fmt.Errorf("list tests: %w", err)
	}
	return &page, nil
}

// ListEntities answers one page of the records under a test that have a status:
// FAILING, PASSING, DEACTIVATED, OUT_OF_SCOPE or IN_PROGRESS; "" = FAILING.
func (c *Client) ListEntities(ctx context.Context, test, status string, size int, cursor string) (*api.Page[api.Entity], error) {
	query := pageQuery(size, cursor)
	if status != "" {
		query.Set("entityStatus", status)
	}
	var page api.Page[api.Entity]
	if err := c.get(ctx, testPath(test)+"/entities", query, &page); err != nil {
		return nil, fmt.Errorf("list entities of test %s: %w", test, err)
	}
	return &page, nil
}

// Explain answers why one record under a test has its outcome.
func (c *Client) Explain(ctx context.Context, test, entity string) (*api.TestExplanation, error) {
	var explanation api.TestExplanation
	if err := c.get(ctx, testPath(test)+"/entities/"+url.PathEscape(entity)+"/explain", nil, &explanation); err != nil {
		return nil, fmt.Errorf("explain entity %s of test %s: %w", entity, test, err)
	}
	return &explanation, nil
}

func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.decode(ctx, call{method: http.MethodGet, path: path, query: query, repeatable: true}, out)
}

func testPath(id string) string { return "/v1/tests/" + url.PathEscape(id) }
