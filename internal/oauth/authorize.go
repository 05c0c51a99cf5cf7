// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Bounds of what an authorization request may hold.
const (
	maxSource = 200  // characters
	maxState  = 4096 // bytes
)

// authorization is a request for consent (RFC 6749 section 4.1.1) that may be
// shown to somebody.
type authorization struct {
	app       Application // the public one
	challenge string      // of RFC 7636; "" without
	publisher string      // the name of the workspace whose application it is
	redirect  string      // where the browser goes next
	scopes    []caller.Scope
	source    string // what the client calls the connection
	state     string // the client's own, given back as it came
}

// authorizationOf reads a request. What is wrong with client or redirect URI is a
// fault, for nobody may be sent to an address that is not the client's; all else
// is an *Error for the client, beside an authorization that says where to send it.
func (s *Service) authorizationOf(ctx context.Context, query url.Values) (authorization, error) {
	a, err := s.clientOf(ctx, query)
	if err != nil {
		return authorization{}, err
	}
	return a, a.read(query)
}

const askAgain = "Go back to the application that sent you here, and tell its makers if it happens again."

// clientOf finds whose request it is, and where answers may go.
func (s *Service) clientOf(ctx context.Context, query url.Values) (authorization, error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		if len(query[name]) != 1 || query.Get(name) == "" {
			return authorization{}, fault.New(fault.Invalid, "The request must have %s, once. %s", name, askAgain)
		}
	}
	unknown := fault.New(fault.Invalid, "No application has this client id, or it is gone. %s", askAgain)
	id := query.Get("client_id")
	if !web.Storable(id) {
		return authorization{}, unknown
	}
	var a authorization
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		a.app, a.publisher, err = selectPublished(ctx, tx, id)
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return authorization{}, unknown
	case err != nil:
		return authorization{}, fmt.Errorf("find client: %w", err)
	case a.app.Distribution != Public:
		return authorization{}, fault.New(fault.Invalid,
			"%q is a private application: it works in its own workspace and asks nobody for consent.", a.app.Name)
	}
	if a.redirect = query.Get("redirect_uri"); !a.app.returnsTo(a.redirect) {
		return authorization{}, fault.New(fault.Invalid,
			"%q has not registered the redirect_uri that the request names, so the browser is not sent there. %s", a.app.Name, askAgain)
	}
	return a, nil
}

// returnsTo says whether an address is a registered one. On this very machine the
// port is free: programs listen where there is room (RFC 8252 section 7.3).
func (app Application) returnsTo(uri string) bool {
	if checkRedirect(uri) != nil {
		return false
	}
	return slices.ContainsFunc(app.RedirectURIs, func(known string) bool {
		return known == uri || portless(known) != "" && portless(known) == portless(uri)
	})
}

// portless answers a loopback address without its port; "" for any other.
func portless(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || (u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1") || u.User != nil {
		return ""
	}
	rest, ok := strings.CutPrefix(uri, "http://"+u.Host)
	if !ok {
		return ""
	}
	return u.Hostname() + rest
}

// read takes the parameters in that the client is told about.
func (a *authorization) read(query url.Values) error {
	if len(query["state"]) == 1 {
		a.state = query.Get("state")
	}
	for _, name := range []string{"code_challenge", "code_challenge_method", "response_type", "scope", "source_id", "state"} {
		if len(query[name]) > 1 { // RFC 6749 section 3.1
			return problem(invalidRequest, name+" is there more than once")
		}
	}
	if len(a.state) > maxState || !web.Storable(a.state) {
		return problem(invalidRequest, "state must be text of at most 4096 bytes")
	}
	switch query.Get("response_type") {
	case "code":
	case "":
		return problem(invalidRequest, "response_type is missing")
	default:
		return problem(unsupportedAnswer, "the response_type must be code")
	}
	a.source, a.challenge = query.Get("source_id"), query.Get("code_challenge")
	if err := errors.Join(checkSource(a.source), checkChallenge(a.challenge, query)); err != nil {
		return firstOf(err)
	}
	var err error
	a.scopes, err = narrow(a.app.Scopes, query.Get("scope"))
	return err
}

// firstOf answers the first of joined errors: a client is told one thing.
func firstOf(err error) error {
	var first *Error
	if errors.As(err, &first) {
		return first
	}
	return err
}

func checkSource(source string) error {
	switch n := utf8.RuneCountInString(source); {
	case source == "":
		return problem(invalidRequest, "source_id is missing: it names the connection, and several may exist")
	case n > maxSource || !utf8.ValidString(source) || strings.ContainsFunc(source, unicode.IsControl):
		return problem(invalidRequest, fmt.Sprintf("source_id must be text on one line, of at most %d characters", maxSource))
	}
	return nil
}

// checkChallenge holds RFC 7636 section 4.3, and the contract: S256 or nothing. An
// absent method would mean plain.
func checkChallenge(challenge string, query url.Values) error {
	switch {
	case challenge == "" && !query.Has("code_challenge") && !query.Has("code_challenge_method"):
		return nil
	case challenge == "":
		return problem(invalidRequest, "code_challenge is missing")
	case query.Get("code_challenge_method") != "S256":
		return problem(invalidRequest, "the code_challenge_method must be S256")
	}
	// An S256 challenge is the base64url of 32 bytes.
	if sum, err := base64.RawURLEncoding.Strict().DecodeString(challenge); err != nil || len(sum) != sha256.Size {
		return problem(invalidRequest, "the code_challenge is no SHA-256 in base64url")
	}
	return nil
}

// answersChallenge says whether a verifier is the one that a code was asked for
// with (RFC 7636 section 4.6). Where no challenge was sent there must be no
// verifier: somebody took the challenge away (RFC 9700 section 2.1.1).
func answersChallenge(challenge, verifier string) bool {
	if challenge == "" || verifier == "" {
		return challenge == verifier
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// answerAt is where a browser takes an answer to its client: the redirect URI with
// parameters added (RFC 6749 section 4.1.2; iss: RFC 9207).
func (a authorization) answerAt(issuer string, parameters ...string) string {
	values := url.Values{"iss": {issuer}}
	for i := 0; i < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	if a.state != "" {
		values.Set("state", a.state)
	}
	switch {
	case !strings.Contains(a.redirect, "?"):
		return a.redirect + "?" + values.Encode()
	case strings.HasSuffix(a.redirect, "?") || strings.HasSuffix(a.redirect, "&"):
		return a.redirect + values.Encode()
	}
	return a.redirect + "&" + values.Encode()
}

// refusalAt is answerAt for an error; err is an *Error.
func (a authorization) refusalAt(issuer string, err error) string {
	return a.answerAt(issuer, "error", string(codeOf(err)), "error_description", printable(descriptionOf(err)))
}

// host is where the browser goes next, as people read it.
func (a authorization) host() string {
	u, err := url.Parse(a.redirect)
	if err != nil {
		return a.redirect
	}
	return u.Host
}

// formTarget is the source of a Content-Security-Policy that lets the consent
// form's answer lead to the client.
func (a authorization) formTarget() string {
	u, err := url.Parse(a.redirect)
	if err != nil {
		return ""
	}
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == ':')
	}
	if strings.ContainsFunc(u.Host, odd) { // a policy has no words for it, or would end at it
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}
