// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
)

// expiryMargin is how long before its end a token is no longer used.
const expiryMargin = 30 * time.Second

// Token answers a live access token; it mints one when there is none.
func (c *Client) Token(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.now().Before(c.expiry) {
		return c.token, nil
	}
	body, err := jsonBody(api.TokenRequest{
		ClientID: c.options.ClientID, ClientSecret: c.options.ClientSecret,
		GrantType: "client_credentials", Scope: strings.Join(c.options.Scopes, " "),
	})
	if err != nil {
		return "", err
	}
	asked := c.now()
	var token api.Token
	err = c.decode(ctx, call{
		body: body, method: http.MethodPost, open: true, path: "/oauth/token", repeatable: true,
	}, &token)
	if err != nil {
		return "", fmt.Errorf("mint a token: %w", err)
	}
	if token.AccessToken == "" {
		return "", errors.New("mint a token: the answer holds none")
	}
	c.token = token.AccessToken
	c.expiry = asked.Add(time.Duration(token.ExpiresIn)*time.Second - expiryMargin)
	return c.token, nil
}

// forget drops a token that was refused, unless it has been replaced already.
func (c *Client) forget(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}
