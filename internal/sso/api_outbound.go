// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
)

// outbound asks providers. The client decides what addresses may be reached, how
// long an answer may be and how long it may take.
type outbound struct{ client *http.Client }

// context answers one in which the libraries find the client.
func (o outbound) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, o.client)
}

// get answers the body at a URL. Errors name who was asked, and where.
func (o outbound) get(ctx context.Context, who, where string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		return nil, fmt.Errorf("%s has no address that can be asked: %w", who, err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := o.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be reached at %s: %w", who, where, inner(err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d at %s", who, response.StatusCode, where)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s broke off at %s: %w", who, where, inner(err))
	}
	return text, nil
}
