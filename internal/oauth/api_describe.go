// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// The routes of this feature are plain, so the document is told about them by
// hand.

const tag = "OAuth"

func describeToken() *huma.Operation {
	return &huma.Operation{
		Description: "Form-encoded requests and HTTP Basic client authentication are taken from public applications and from " +
			"those whose setting allows them. A new token revokes the former at once, unless the application may have several.",
		OperationID: "createToken",
		RequestBody: body(&huma.Schema{
			Type:     huma.TypeObject,
			Required: []string{"client_id", "client_secret", "grant_type"},
			Properties: map[string]*huma.Schema{
				"client_id":     {Type: huma.TypeString, Pattern: "^vci_[0-9a-f]{48}$"},
				"client_secret": {Type: huma.TypeString, Pattern: "^vcs_[0-9a-f]{6}_[0-9A-Za-z]{64}$"},
				"code":          {Type: huma.TypeString, Description: "Of the grant authorization_code, as are redirect_uri and source_id."},
				"code_verifier": {Type: huma.TypeString, Description: "Required when a code_challenge was sent (RFC 7636), refused when none was."},
				"grant_type": {
					Type: huma.TypeString, Enum: []any{grantClient, grantCode, grantRefresh},
					Description: "client_credentials for private applications, the others for public ones.",
				},
				"redirect_uri":  {Type: huma.TypeString, Description: "The very one of the authorization request."},
				"refresh_token": {Type: huma.TypeString, Description: "Of the grant refresh_token."},
				"scope": {
					Type:        huma.TypeString,
					Description: "Scopes separated by spaces; all that the application holds when absent, or that were consented to.",
				},
				"source_id": {Type: huma.TypeString, Description: "That of the authorization request."},
			},
		}),
		Responses: responses("The access token.", &huma.Schema{
			Type:     huma.TypeObject,
			Required: []string{"access_token", "expires_in", "token_type"},
			Properties: map[string]*huma.Schema{
				"access_token": {Type: huma.TypeString, Pattern: "^vat_[0-9a-f]{6}_[0-9A-Za-z]{32}$"},
				"expires_in":   {Type: huma.TypeInteger, Const: int64(Lifetime.Seconds())},
				"refresh_token": {
					Type: huma.TypeString, Pattern: "^vrt_[0-9a-f]{6}_[0-9A-Za-z]{64}$",
					Description: "Of public applications. The former one works on for 3 hours after this one's first use.",
				},
				"token_type": {Type: huma.TypeString, Const: "Bearer"},
			},
		}),
		Security: []map[string][]string{},
		Summary:  "Get an access token",
		Tags:     []string{tag},
	}
}

func describeSuspend() *huma.Operation {
	return &huma.Operation{
		OperationID: "suspendToken",
		RequestBody: body(&huma.Schema{
			Type:     huma.TypeObject,
			Required: []string{"client_id", "client_secret", "token"},
			Properties: map[string]*huma.Schema{
				"client_id":     {Type: huma.TypeString},
				"client_secret": {Type: huma.TypeString},
				"token":         {Type: huma.TypeString},
			},
		}),
		Responses: responses("The token is dead, or was already.", &huma.Schema{Type: huma.TypeObject}),
		Security:  []map[string][]string{},
		Summary:   "Revoke an access token, or a refresh token and with it the connection",
		Tags:      []string{tag},
	}
}

func body(schema *huma.Schema) *huma.RequestBody {
	schema.AdditionalProperties = true
	return &huma.RequestBody{Content: content(schema), Required: true}
}

func content(schema *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/json": {Schema: schema}}
}

func responses(success string, schema *huma.Schema) map[string]*huma.Response {
	all := map[string]*huma.Response{"200": {Description: success, Content: content(schema)}}
	for status, description := range map[string]string{
		"400":     "The request cannot be met; error says why (RFC 6749 section 5.2).",
		"401":     "Client id or secret is wrong, or the token belongs to another client.",
		"429":     http.StatusText(http.StatusTooManyRequests),
		"default": "Any other error.",
	} {
		all[status] = &huma.Response{Description: description, Content: content(errorSchema())}
	}
	return all
}

func errorSchema() *huma.Schema {
	return &huma.Schema{
		Type:     huma.TypeObject,
		Required: []string{"error", "error_description", "message"},
		Properties: map[string]*huma.Schema{
			"error": {Type: huma.TypeString, Enum: []any{
				string(invalidClient), string(invalidGrant), string(invalidRequest), string(invalidScope), string(serverError), string(tooManyRequests),
				string(unauthorizedClient), string(unavailable), string(unsupportedGrant),
			}},
			"error_description": {Type: huma.TypeString},
			"message":           {Type: huma.TypeString, Description: "The description again."},
		},
	}
}
