// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/json"
)

// application is one that calls a server.
type application struct {
	ID           string `json:"id"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`

	house *house
	token string
}

// caller sends requests over a connection of its own.
type caller struct {
	http *http.Client
}

func newCaller() *caller {
	return &caller{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, MaxConnsPerHost: 1}}}
}

// send sends one request and answers the body of a success.
func (c *caller) send(ctx context.Context, method, url, token string, body io.Reader, length int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = length
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, fmt.Errorf("%s %s: %s: %.500s", method, url, resp.Status, text)
	}
	return text, nil
}

func (c *caller) get(ctx context.Context, url, token string) ([]byte, error) {
	return c.send(ctx, http.MethodGet, url, token, nil, 0)
}

func (c *caller) post(ctx context.Context, url, token, body string) ([]byte, error) {
	return c.send(ctx, http.MethodPost, url, token, strings.NewReader(body), int64(len(body)))
}

// put pushes a body and answers how long it took, until the last byte of the
// answer, and what it did.
func (c *caller) put(ctx context.Context, base, token, resourceID string, b *body) (time.Duration, api.Sync, error) {
	begin := head(resourceID)
	whole := io.MultiReader(strings.NewReader(begin), bytes.NewReader(b.rest))
	begun := time.Now()
	text, err := c.send(ctx, http.MethodPut, base+"/v1/resources/custom_resource", token, whole, int64(len(begin)+len(b.rest)))
	took := time.Since(begun)
	if err != nil {
		return 0, api.Sync{}, err
	}
	var answer api.PutResult
	if err := json.Unmarshal(text, &answer); err != nil {
		return 0, api.Sync{}, err
	}
	if !answer.Success || answer.Sync == nil {
		return 0, api.Sync{}, fmt.Errorf("the push was not taken: %.500s", text)
	}
	return took, *answer.Sync, nil
}

// credentials is the body of a token request.
func (a *application) credentials() string {
	return fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%q,"client_secret":%q}`, a.ClientID, a.ClientSecret)
}

func (a *application) mint(ctx context.Context) error {
	text, err := newCaller().post(ctx, a.house.base+"/oauth/token", "", a.credentials())
	if err != nil {
		return err
	}
	var token api.Token
	if err := json.Unmarshal(text, &token); err != nil {
		return err
	}
	a.token = token.AccessToken
	return nil
}

// createTest makes a test and answers its id.
func (a *application) createTest(ctx context.Context, name, resourceID, rule string) (id string, err error) {
	text, err := newCaller().post(ctx, a.house.base+"/v1/tests", a.token, testText(name, resourceID, rule))
	if err != nil {
		return "", err
	}
	var test api.Test
	err = json.Unmarshal(text, &test)
	return test.ID, err
}

func testText(name, resourceID, rule string) string {
	return fmt.Sprintf(`{"name":%q,"resource":%q,%s}`, name, resourceID, rule)
}
