// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/web"
)

// grantFor is how long a token works that a client got.
const grantFor = time.Hour

// maxGrants of a client work at a time: the oldest make room.
const maxGrants = 100

// Codes of RFC 6749 section 5.2, and one for what it does not know.
const (
	invalidClient    = "invalid_client"
	invalidRequest   = "invalid_request"
	tooManyRequests  = "too_many_requests"
	unsupportedGrant = "unsupported_grant_type"
)

const (
	grantClient    = "client_credentials"
	assertionOfJWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" // RFC 7523 section 2.2
)

// grantError is a refusal in the words of RFC 6749.
type grantError struct{ code, description string }

// Error answers the description.
func (e *grantError) Error() string { return e.description }

// status answers what HTTP calls it.
func (e *grantError) status() int {
	switch e.code {
	case invalidClient:
		return statusUnauthorized
	case tooManyRequests:
		return statusTooMany
	}
	return statusBadRequest
}

func refusedClient(description string) error { return &grantError{invalidClient, description} }

func badRequest(format string, args ...any) error {
	return &grantError{invalidRequest, fmt.Sprintf(format, args...)}
}

// ask is what a client sends to the token endpoint.
type ask struct {
	assertion     string
	assertionType string
	basic         bool // id and secret came in the header
	client        string
	directory     string // as the path names it
	grant         string
	scope         string
	secret        string
	visitor       caller.Caller
}

// check refuses what is no request for a token, before anybody is looked up.
func (a ask) check() error {
	switch {
	case a.grant == "":
		return badRequest("grant_type is missing; it must be client_credentials.")
	case a.grant != grantClient:
		return &grantError{unsupportedGrant, "grant_type must be client_credentials."}
	case a.assertion != "" && a.secret != "":
		return badRequest("Prove who you are by a secret or by an assertion, not by both.") // RFC 6749 section 2.3
	case a.assertion != "" && a.assertionType != assertionOfJWT:
		return badRequest("client_assertion_type must be %s.", assertionOfJWT)
	case a.assertion == "" && a.assertionType != "":
		return badRequest("client_assertion is missing.")
	case a.assertion == "" && a.client == "":
		return refusedClient("client_id is missing.")
	case a.assertion == "" && a.secret == "":
		return refusedClient("client_secret or client_assertion is missing.")
	case !web.Storable(a.client) || !web.Storable(a.directory):
		return refusedClient(wrongClient)
	}
	return nil
}

// proof is how a client proved who it is.
type proof struct {
	assertion assertion // the zero assertion: by a secret
	client    string
	directory Directory
	keys      string // of the client, as its row holds them
	name      string
	secret    string // id; "" for an assertion
}

// granted is a token that a client got.
type granted struct {
	client string // by name
	token  string
}

// prove answers who asks, once the client has proved it. Its errors, and those of
// give, are grantErrors, but for what is ours.
func (s *Service) prove(ctx context.Context, a ask) (p proof, err error) {
	if err := a.check(); err != nil {
		return p, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if a.assertion != "" {
			p, err = s.proveByKey(ctx, tx, a)
		} else {
			p, err = s.proveBySecret(ctx, tx, a)
		}
		return err
	})
	if errors.Is(err, db.ErrNoRow) || err == nil && string(p.directory.ID) != a.directory {
		return p, refusedClient(wrongClient)
	}
	return p, err
}

func (s *Service) proveBySecret(ctx context.Context, tx *db.Tx, a ask) (proof, error) {
	p, expires, err := selectBySecret(ctx, tx, a.client, tokenHash(a.secret))
	if err == nil && expires != nil && !s.Now().Before(*expires) {
		err = refusedClient(wrongClient)
	}
	return p, err
}

func (s *Service) proveByKey(ctx context.Context, tx *db.Tx, a ask) (proof, error) {
	signed, said, err := claimant(a.assertion)
	if err != nil {
		return proof{}, err
	}
	if a.client != "" && a.client != said.Subject {
		return proof{}, refusedClient("client_id and the assertion's sub name two clients.") // RFC 7521 section 4.2
	}
	if !web.Storable(said.Subject) {
		return proof{}, refusedClient(wrongClient)
	}
	p, err := selectByClient(ctx, tx, said.Subject)
	if err != nil {
		return p, err
	}
	keys, err := keysOf(p.keys)
	if err != nil {
		return p, err
	}
	p.assertion, err = verify(signed, keys, s.TokenURL(ctx, p.directory), s.Now())
	return p, err
}

// give makes the token, if the proof still holds and its assertion was not used.
func (s *Service) give(ctx context.Context, p proof) (granted, error) {
	now := s.instant()
	expires := now.Add(grantFor)
	text := grantPrefix + rand.Text() + rand.Text()[:14]
	t := Token{CreatedAt: now, ExpiresAt: &expires, Hint: text[:hintLetters], ID: db.NewID(now)}
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.spend(ctx, tx, p, now); err != nil {
			return err
		}
		if err := trimGrants(ctx, tx, p.client, now, maxGrants); err != nil {
			return err
		}
		return insertGrant(ctx, tx, p, t, tokenHash(text))
	})
	if errors.Is(err, errNoGrant) {
		return granted{}, refusedClient(wrongClient)
	}
	return granted{client: p.name, token: text}, err
}

// spend notes that a secret or key was used, and an assertion, which is good once.
func (s *Service) spend(ctx context.Context, tx *db.Tx, p proof, now time.Time) error {
	if p.secret != "" {
		return unlessNoRow(touchSecret(ctx, tx, p.client, p.secret, now))
	}
	if err := unlessNoRow(touchClient(ctx, tx, p.client, p.keys, now)); err != nil {
		return err
	}
	fresh, err := insertAssertion(ctx, tx, p, p.assertion)
	if err == nil && !fresh {
		return refusedClient("The assertion was used before: each needs a jti of its own.")
	}
	return err
}

// unlessNoRow tells a credential that was taken away from other errors.
func unlessNoRow(err error) error {
	if errors.Is(err, db.ErrNoRow) {
		return errNoGrant
	}
	return err
}

// noteGrant puts a request for a token into the log of the directory.
func (s *Service) noteGrant(ctx context.Context, a ask, g granted, refused error) {
	var d Directory
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = selectOpen(ctx, tx, a.directory)
		return err
	})
	if err != nil {
		return // nobody's log; what is ours shows in the answer
	}
	now := s.Now()
	row := loggedRow{
		directory: d.Number, workspace: d.Workspace.Number,
		Logged: Logged{
			Address: a.visitor.Address, Agent: web.UserAgent(ctx), At: now, ID: db.NewID(now), Method: methodPost, Path: tokenPath,
			Status: statusOK, Subject: g.client, Words: "got a token for an hour as the client " + g.client,
		},
	}
	var known *grantError
	if errors.As(refused, &known) {
		row.Problem, row.Status, row.stranger = known.description, known.status(), known.code == invalidClient
		row.Words = "asked for a token: refused. " + known.description
	} else if refused != nil {
		return
	}
	s.log.put(row, s.log.tells(d.Number, row.Status >= 400, now))
}
