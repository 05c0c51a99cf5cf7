// SPDX-License-Identifier: Apache-2.0

package api

// TokenRequest asks for an access token by client credentials.
type TokenRequest struct {
	GrantType    string `json:"grant_type"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Scope        string `json:"scope,omitempty"` // separated by spaces; "" asks for all that the application holds
}

// Token is an access token.
type Token struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	TokenType   string `json:"token_type"`
}
