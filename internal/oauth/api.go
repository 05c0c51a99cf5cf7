// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount puts the routes up. Those of tokens are plain: their clients authenticate
// by themselves, and their errors have the shape of RFC 6749.
func (s *Service) Mount(w *web.Server) {
	f := &face{consent: consentPage(), service: s, web: w}
	w.Handle(web.Plain{Method: http.MethodPost, Path: "/oauth/token", Class: web.ClassOAuth, Open: true, Operation: describeToken()}, http.HandlerFunc(f.token))
	// Pages of browsers stand in no document of programs.
	w.Handle(web.Plain{Method: http.MethodGet, Path: "/oauth/authorize", Class: web.ClassOAuth, Open: true}, f.page(f.authorize))
	// Another site's form is refused here, as everywhere.
	w.Handle(web.Plain{Method: http.MethodPost, Path: "/oauth/authorize", Class: web.ClassOAuth, Open: true}, f.page(f.decide))
	w.Handle(web.Plain{Method: http.MethodPost, Path: "/v1/oauth/token/suspend", Class: web.ClassOAuth, Open: true, Operation: describeSuspend()}, http.HandlerFunc(f.suspend))
	s.mountApplications(w)
	s.mountConnections(w)
}

type face struct {
	consent *template.Template
	service *Service
	web     *web.Server
}

// tokenAnswer is RFC 6749 section 5.1, with no more than the contract says.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	TokenType    string `json:"token_type"`
}

// token answers POST /oauth/token.
func (f *face) token(w http.ResponseWriter, r *http.Request) {
	var tokens pair
	in, err := f.read(w, r)
	if err == nil && in.grantType == "" {
		err = problem(invalidRequest, "grant_type is missing")
	}
	if err == nil {
		tokens, err = f.grant(w, r, in)
	}
	if err != nil {
		f.refuse(w, r, in, err)
		return
	}
	answer(w, http.StatusOK, tokenAnswer{
		AccessToken: tokens.access, ExpiresIn: int64(Lifetime.Seconds()), RefreshToken: tokens.refresh, TokenType: "Bearer",
	})
}

func (f *face) grant(w http.ResponseWriter, r *http.Request, in request) (pair, error) {
	c, err := f.admit(w, r, in)
	if err != nil {
		return pair{}, err
	}
	return f.service.grant(r.Context(), c, in)
}

// suspend answers POST /v1/oauth/token/suspend.
func (f *face) suspend(w http.ResponseWriter, r *http.Request) {
	in, err := f.read(w, r)
	if err == nil && in.token == "" {
		err = problem(invalidRequest, "token is missing")
	}
	if err == nil {
		err = f.revoke(w, r, in)
	}
	if err != nil {
		f.refuse(w, r, in, err)
		return
	}
	answer(w, http.StatusOK, struct{}{})
}

func (f *face) revoke(w http.ResponseWriter, r *http.Request, in request) error {
	c, err := f.admit(w, r, in)
	if err != nil {
		return err
	}
	return f.service.suspend(r.Context(), c, in.token)
}

// admit answers the client of a request and counts the request against its
// limit. Only an authenticated request counts: else anybody who knows a client
// id could lock the client out. The others count against their address. Refreshes
// count for each connection: a client with a thousand customers makes a thousand
// of them an hour, and one customer's must not be in another's way.
func (f *face) admit(w http.ResponseWriter, r *http.Request, in request) (client, error) {
	c, err := f.authenticate(r.Context(), in)
	if codeOf(err) == invalidClient {
		if a := f.web.TakeAnonymous(r); !a.Allowed {
			a.SetHeaders(w.Header())
			return client{}, a.Fault()
		}
	}
	if err != nil {
		return client{}, err
	}
	key := string(c.app.ID)
	if in.grantType == grantRefresh && c.app.Distribution == Public {
		switch id, err := f.service.connectionOf(r.Context(), c, in.refreshToken); {
		case err != nil:
			return client{}, err
		case id != "":
			key = string(id)
		}
	}
	allowance := f.web.Take(web.ClassOAuth, key)
	allowance.SetHeaders(w.Header())
	return c, allowance.Fault()
}

func (f *face) authenticate(ctx context.Context, in request) (client, error) {
	if in.clientID == "" {
		return client{}, problem(invalidRequest, "client_id is missing")
	}
	if in.clientSecret == "" {
		return client{}, problem(invalidClient, "client_secret is missing")
	}
	return f.service.authenticate(ctx, in.clientID, in.clientSecret)
}

// errorAnswer is RFC 6749 section 5.2, plus message for those who read every
// other error of this API.
type errorAnswer struct {
	Error       code   `json:"error"`
	Description string `json:"error_description"`
	Message     string `json:"message"`
}

// refuse writes an error. What is none of ours is logged and named nowhere else.
func (f *face) refuse(w http.ResponseWriter, r *http.Request, in request, err error) {
	status, body := http.StatusBadRequest, errorAnswer{Error: codeOf(err), Description: descriptionOf(err)}
	switch fault.KindOf(err) {
	case fault.TooLarge:
		status = http.StatusRequestEntityTooLarge
	case fault.RateLimited:
		status = http.StatusTooManyRequests
	case fault.Unavailable:
		status = http.StatusServiceUnavailable
	default:
	}
	var known huma.StatusError
	if errors.As(err, &known) && known.GetStatus() == http.StatusRequestTimeout { // the body stopped coming
		status = http.StatusRequestTimeout
	}
	switch body.Error {
	case invalidClient:
		status = http.StatusUnauthorized
		if in.basic { // RFC 6749 section 5.2
			w.Header().Set("WWW-Authenticate", `Basic realm="muster"`)
		}
	case serverError:
		status = http.StatusInternalServerError
		f.service.log.LogAttrs(r.Context(), slog.LevelError, "token request failed",
			slog.String("request_id", web.RequestID(r.Context())), slog.String("error", err.Error()))
	default:
	}
	body.Description = printable(strings.ReplaceAll(web.Shorten(body.Description), "…", "..."))
	body.Message = body.Description
	answer(w, status, body)
}

// codeOf answers the code of an error; "" for nil.
func codeOf(err error) code {
	var refusal *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.code
	}
	switch fault.KindOf(err) {
	case fault.Internal:
		return serverError
	case fault.RateLimited:
		return tooManyRequests
	case fault.Unavailable:
		return unavailable
	default:
		return invalidRequest
	}
}

// descriptionOf answers what is wrong, without the layers it came through.
func descriptionOf(err error) string {
	var refusal *Error
	var known *fault.Error
	switch {
	case errors.As(err, &refusal):
		return refusal.description
	case errors.As(err, &known):
		return known.Message
	}
	return "internal error"
}

// printable keeps to the characters that RFC 6749 section 5.2 allows in a
// description.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"' || r == '\\':
			return '\''
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, text)
}

func answer(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/json")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	// A client that has gone misses nothing.
	_ = json.MarshalWrite(w, body)
}
