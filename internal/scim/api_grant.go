// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// grantFace is the token endpoint of directories (RFC 6749 section 3.2).
type grantFace struct {
	service *Service
	web     *web.Server
}

// tokenAnswer is RFC 6749 section 5.1.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"`
	Scope       string `json:"scope,omitzero"`
}

// grantScope is the only one: everything in the directory. It is named to those
// who asked for one (RFC 6749 section 3.3).
const grantScope = "scim"

// serve answers a request to the token endpoint of a directory.
func (f *grantFace) serve(w http.ResponseWriter, r *http.Request, directory string) {
	ctx := r.Context()
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answerGrant(w, http.StatusMethodNotAllowed, grantRefusal{invalidRequest, "Ask by POST."})
		return
	}
	a, err := readAsk(w, r)
	a.directory, a.visitor = directory, f.web.Visitor(r)
	var g granted
	if err == nil {
		g, err = f.grant(w, r, a)
	}
	f.service.noteGrant(ctx, a, g, err)
	if err != nil {
		f.refuse(w, r, a, err)
		return
	}
	body := tokenAnswer{AccessToken: g.token, TokenType: "Bearer", ExpiresIn: int64(grantFor.Seconds())}
	if a.scope != "" {
		body.Scope = grantScope
	}
	answerGrant(w, http.StatusOK, body)
}

// grant counts a request from an allowance: from the client's when it has proved
// who it is, else from the address's, so that nobody can lock a client out.
func (f *grantFace) grant(w http.ResponseWriter, r *http.Request, a ask) (granted, error) {
	p, err := f.service.prove(r.Context(), a)
	var known *grantError
	var allowance web.Allowance
	switch {
	case err == nil:
		allowance = f.web.Take(web.ClassOAuth, p.client)
	case errors.As(err, &known) && known.code == invalidClient:
		allowance = f.web.TakeAnonymous(r)
	default:
		return granted{}, err
	}
	if !allowance.Allowed {
		allowance.SetHeaders(w.Header())
		return granted{}, &grantError{tooManyRequests, "Too many requests; come back later."}
	}
	if err != nil {
		return granted{}, err
	}
	return f.service.give(r.Context(), p)
}

// maxAsk is far above any request that means something.
const maxAsk = 64 << 10

// readAsk takes a request in: a form, as the RFC has it, or JSON.
func readAsk(w http.ResponseWriter, r *http.Request) (a ask, err error) {
	if err := a.readBasic(r); err != nil {
		return a, err
	}
	text, err := web.ReadJSON(w, r, maxAsk)
	if err != nil {
		return a, err
	}
	kind := "application/x-www-form-urlencoded"
	if header := r.Header.Get("Content-Type"); header != "" {
		kind, _, _ = mime.ParseMediaType(header) // "" for what is no media type
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		return a, a.readForm(text)
	case "application/json":
		return a, a.readJSON(text)
	}
	return a, badRequest("Send the parameters as application/x-www-form-urlencoded or application/json.")
}

// readBasic takes id and secret from the header, where they stand form-encoded
// (RFC 6749 section 2.3.1).
func (a *ask) readBasic(r *http.Request) error {
	id, secret, ok := r.BasicAuth()
	if a.basic = ok; !ok {
		return nil
	}
	var err, also error
	a.client, err = url.QueryUnescape(id)
	a.secret, also = url.QueryUnescape(secret)
	if err != nil || also != nil || a.client == "" {
		return refusedClient("The header Authorization: Basic does not hold a client id and secret.")
	}
	return nil
}

func (a *ask) readForm(text []byte) error {
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return badRequest("The form cannot be read.")
	}
	for name, all := range values {
		if len(all) > 1 { // RFC 6749 section 3.2
			return badRequest("%s is there more than once.", web.Shorten(name))
		}
		if err := a.set(name, all[0]); err != nil {
			return err
		}
	}
	return nil
}

func (a *ask) readJSON(text []byte) error {
	if err := web.CheckJSON(text); err != nil {
		return err
	}
	var members map[string]json.Value
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return badRequest("The body must be a JSON object.")
	}
	for name, raw := range members {
		if raw.Kind() == 'n' {
			continue
		}
		value, err := json.Unquote(raw)
		if raw.Kind() != '"' || err != nil {
			value = ""
		}
		if err := a.set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// set puts a parameter in its place; unknown ones mean nothing (RFC 6749 section
// 3.2). Who used the header may name itself again, but proves itself once
// (section 2.3).
func (a *ask) set(name, value string) error {
	switch name {
	case "client_assertion":
		a.assertion = value
	case "client_assertion_type":
		a.assertionType = value
	case "client_id":
		if a.basic && value != a.client {
			return badRequest("Header and body name two clients.")
		}
		a.client = value
	case "client_secret":
		if a.basic {
			return badRequest("Prove who you are by header or by body, not by both.")
		}
		a.secret = value
	case "grant_type":
		a.grant = value
	case "scope":
		a.scope = value
	}
	return nil
}

// grantRefusal is RFC 6749 section 5.2.
type grantRefusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// refuse writes an error (RFC 6749 section 5.2). What is none of ours is logged
// and named nowhere else.
func (f *grantFace) refuse(w http.ResponseWriter, r *http.Request, a ask, err error) {
	body := grantRefusal{"server_error", "Something went wrong here; try again."}
	status := http.StatusInternalServerError
	var known *grantError
	var stopped huma.StatusError
	switch {
	case errors.As(err, &known):
		status, body.Error, body.Description = known.status(), known.code, known.description
	case errors.As(err, &stopped): // the body did not come
		status, body.Error, body.Description = stopped.GetStatus(), invalidRequest, "The body cannot be read."
	case fault.KindOf(err) == fault.TooLarge:
		status, body.Error, body.Description = http.StatusRequestEntityTooLarge, invalidRequest, "The body is too long."
	case fault.KindOf(err) != fault.Internal:
		status, body.Error, body.Description = http.StatusBadRequest, invalidRequest, "The body cannot be read."
	default:
		f.service.Logger.LogAttrs(r.Context(), slog.LevelError, "a request for a token failed", slog.Any("error", err))
	}
	if body.Error == invalidClient && a.basic {
		w.Header().Set("WWW-Authenticate", `Basic realm="scim"`)
	}
	body.Description = described(body.Description)
	answerGrant(w, status, body)
}

// described keeps to the characters that a description may have (RFC 6749 section
// 5.2).
func described(text string) string {
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

func answerGrant(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/json")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	// A client that has gone misses nothing.
	_ = json.MarshalWrite(w, body)
}
