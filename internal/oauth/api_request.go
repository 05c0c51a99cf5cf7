// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// request is what a client sent, by body or header.
type request struct {
	basic        bool // the client used the header Authorization: Basic
	clientID     string
	clientSecret string
	code         string
	codeVerifier string
	grantType    string
	redirectURI  string
	refreshToken string
	scope        string
	sourceID     string
	token        string
}

// checkPublic says what is missing for the grants of public applications.
func (in *request) checkPublic() error {
	need := map[string][]field{
		grantCode:    {{"code", &in.code}, {"redirect_uri", &in.redirectURI}, {"source_id", &in.sourceID}},
		grantRefresh: {{"refresh_token", &in.refreshToken}},
	}
	for _, f := range need[in.grantType] {
		if *f.target == "" {
			return problem(invalidRequest, f.name+" is missing")
		}
	}
	return nil
}

// bodyLimit is far above any request that means something.
const bodyLimit = 64 << 10

const sendJSON = "send the parameters as a JSON object with Content-Type: application/json"

// read takes a request in, whatever its encoding.
func (f *face) read(w http.ResponseWriter, r *http.Request) (request, error) {
	var in request
	var err error
	if in.basic, err = in.readBasic(r); err != nil {
		return in, err
	}
	text, err := web.ReadJSON(w, r, bodyLimit)
	if err != nil {
		return in, err
	}
	kind := "application/json"
	if header := r.Header.Get("Content-Type"); header != "" {
		kind, _, _ = mime.ParseMediaType(header) // "" for what is no media type
	}
	switch kind {
	case "application/json":
		err = in.readJSON(text)
	case "application/x-www-form-urlencoded":
		err = f.readForm(r.Context(), &in, text)
	default:
		err = problem(invalidRequest, sendJSON)
	}
	return in, err
}

// readBasic takes id and secret from the header, where they stand form-encoded
// (RFC 6749 section 2.3.1).
func (in *request) readBasic(r *http.Request) (bool, error) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return false, nil
	}
	var err, also error
	in.clientID, err = url.QueryUnescape(id)
	in.clientSecret, also = url.QueryUnescape(secret)
	if err != nil || also != nil || in.clientID == "" {
		return true, problem(invalidClient, "the header Authorization: Basic does not hold a client id and secret")
	}
	return true, nil
}

// field is one parameter and where it goes.
type field struct {
	name   string
	target *string
}

// more lists the parameters that mean something for a grant alone.
func (in *request) more() []field {
	switch in.grantType {
	case grantCode:
		return []field{
			{"code", &in.code}, {"code_verifier", &in.codeVerifier}, {"redirect_uri", &in.redirectURI}, {"source_id", &in.sourceID},
		}
	case grantRefresh:
		return []field{{"refresh_token", &in.refreshToken}}
	}
	return nil
}

// fields lists the parameters that mean something; all others are tolerated,
// because clients send some that older servers wanted.
func (in *request) fields() []field {
	return []field{
		{"client_id", &in.clientID},
		{"client_secret", &in.clientSecret},
		{"grant_type", &in.grantType},
		{"scope", &in.scope},
		{"token", &in.token},
	}
}

func (in *request) readJSON(text []byte) error {
	if err := web.CheckJSON(text); err != nil {
		return err // invalid_request, with the place
	}
	var members map[string]json.Value
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return problem(invalidRequest, "the body must be a JSON object")
	}
	return in.set(func(name string) (string, bool, error) {
		raw, ok := members[name]
		if !ok || raw.Kind() == 'n' {
			return "", false, nil
		}
		value, err := json.Unquote(raw)
		if raw.Kind() != '"' || err != nil {
			return "", false, problem(invalidRequest, name+" must be a string")
		}
		return value, true, nil
	})
}

// readForm takes a form, from those who may send one: public applications, and
// those whose setting says so.
func (f *face) readForm(ctx context.Context, in *request, text []byte) error {
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return problem(invalidRequest, "the form cannot be read; "+sendJSON)
	}
	id := in.clientID
	if id == "" {
		id = values.Get("client_id")
	}
	accepted, err := f.service.acceptsForm(ctx, id)
	if err != nil {
		return err
	}
	if !accepted {
		return problem(invalidRequest, "this client may not send a form; "+sendJSON)
	}
	return in.set(func(name string) (string, bool, error) {
		if len(values[name]) > 1 { // RFC 6749 section 3.2
			return "", false, problem(invalidRequest, name+" is there more than once")
		}
		return values.Get(name), values.Has(name), nil
	})
}

// acceptsForm says whether an application may send forms; an unknown one may not.
func (s *Service) acceptsForm(ctx context.Context, clientID string) (bool, error) {
	if !web.Storable(clientID) {
		return false, nil
	}
	var app Application
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		app, err = selectClientByID(ctx, tx, clientID)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find client: %w", err)
	}
	return app.AcceptForm || app.Distribution == Public, nil
}

// set puts each parameter in its place. A client that used the header may name
// itself again, but authenticates once (RFC 6749 section 2.3).
func (in *request) set(get func(name string) (value string, given bool, err error)) error {
	if err := in.setFields(in.fields(), get); err != nil {
		return err
	}
	return in.setFields(in.more(), get)
}

func (in *request) setFields(fields []field, get func(name string) (value string, given bool, err error)) error {
	for _, f := range fields {
		value, given, err := get(f.name)
		if err != nil {
			return err
		}
		if !given {
			continue
		}
		if in.basic && f.name == "client_secret" {
			return problem(invalidRequest, "authenticate by header or by body, not by both")
		}
		if in.basic && f.name == "client_id" && value != in.clientID {
			return problem(invalidRequest, "header and body name two clients")
		}
		*f.target = value
	}
	return nil
}
