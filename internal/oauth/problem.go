// SPDX-License-Identifier: Apache-2.0

package oauth

// The grant types (RFC 6749 sections 4.1, 4.4 and 6).
const (
	grantClient  = "client_credentials"
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
)

// code is an error code of RFC 6749 sections 4.1.2.1 and 5.2, or ours where they
// have none.
type code string

const (
	accessDenied       code = "access_denied"
	invalidClient      code = "invalid_client"
	invalidGrant       code = "invalid_grant"
	invalidRequest     code = "invalid_request"
	invalidScope       code = "invalid_scope"
	serverError        code = "server_error"
	tooManyRequests    code = "too_many_requests" // the RFC knows no rate limits
	unauthorizedClient code = "unauthorized_client"
	unavailable        code = "temporarily_unavailable"
	unsupportedAnswer  code = "unsupported_response_type"
	unsupportedGrant   code = "unsupported_grant_type"
)

const wrongClient = "the client id or the client secret is wrong"

// Error is a refusal in the words of RFC 6749.
type Error struct {
	code        code
	description string
}

// Error answers the description.
func (e *Error) Error() string { return e.description }

func problem(c code, description string) error {
	return &Error{code: c, description: description}
}
