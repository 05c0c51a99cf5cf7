// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Lifetime is how long an access token lives (contract section 2).
const Lifetime = 3600 * time.Second

// Token is an access token as people see it: without itself.
type Token struct {
	CreatedAt  time.Time
	ExpiresAt  time.Time
	Hint       string     // the six hex digits after vat_
	LastUsedAt *time.Time // nil: never
	Scopes     []caller.Scope
	Source     string // of the connection that it was minted for; "" when for none

	hash digest
}

// ID answers what a token is called where it is listed. It is no secret: it is
// the beginning of the SHA-256 of 190 random bits.
func (t Token) ID() string { return hex.EncodeToString(t.hash[:12]) }

// client is an application that has proved its secret.
type client struct {
	app       Application
	secret    digest
	workspace int64
}

// authenticate answers the application behind a client id and secret. An unknown
// client and a wrong secret run the same query and get the same answer.
func (s *Service) authenticate(ctx context.Context, clientID, secret string) (client, error) {
	c := client{secret: hashOf(secret)}
	if !web.Storable(clientID) {
		return client{}, problem(invalidClient, wrongClient)
	}
	now := s.instant()
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		c.app, c.workspace, err = selectClient(ctx, tx, clientID, c.secret, now)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return client{}, problem(invalidClient, wrongClient)
	}
	if err != nil {
		return client{}, fmt.Errorf("find client: %w", err)
	}
	return c, nil
}

// grant answers new tokens for what the client asks, or an *Error.
func (s *Service) grant(ctx context.Context, c client, in request) (pair, error) {
	if err := checkGrant(c.app, in.grantType); err != nil {
		return pair{}, err
	}
	if err := in.checkPublic(); err != nil {
		return pair{}, err
	}
	switch in.grantType {
	case grantCode:
		return s.redeem(ctx, c, codeGrant{code: in.code, redirect: in.redirectURI, source: in.sourceID, verifier: in.codeVerifier})
	case grantRefresh:
		return s.refresh(ctx, c, in.refreshToken, in.scope)
	}
	scopes, err := narrow(c.app.Scopes, in.scope)
	if err != nil {
		return pair{}, err
	}
	token, err := s.mint(ctx, c, scopes)
	return pair{access: token}, err
}

func checkGrant(app Application, grantType string) error {
	forPublic := grantType == grantCode || grantType == grantRefresh
	switch {
	case grantType != grantClient && !forPublic:
		return problem(unsupportedGrant, "the grant_type must be client_credentials, authorization_code or refresh_token")
	case app.Distribution == Public && forPublic:
		return nil
	case app.Distribution == Public:
		return problem(unauthorizedClient, "a public application uses the grant types authorization_code and refresh_token")
	case forPublic:
		return problem(unauthorizedClient, "a private application uses the grant type client_credentials")
	}
	return nil
}

// narrow answers the scopes asked for, in the order held; all when none is. A
// scope that is not held is an error: nothing is narrowed silently.
func narrow(held []caller.Scope, asked string) ([]caller.Scope, error) {
	words := strings.Fields(asked)
	if len(words) == 0 {
		return held, nil
	}
	for _, word := range words {
		if !slices.Contains(held, caller.Scope(word)) {
			return nil, problem(invalidScope, fmt.Sprintf("the application does not hold the scope %s", word))
		}
	}
	return slices.DeleteFunc(slices.Clone(held), func(scope caller.Scope) bool {
		return !slices.Contains(words, string(scope))
	}), nil
}

// Caller answers who calls with an access token, and notes the use. What is no
// live token is an Unauthorized fault.
func (s *Service) Caller(ctx context.Context, token string) (caller.Caller, error) {
	if !tokenForm(token) {
		return caller.Caller{}, fault.New(fault.Unauthorized, "this is no access token")
	}
	hash, now := hashOf(token), s.instant()
	var found bearer
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = selectBearer(ctx, tx, hash)
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return caller.Caller{}, fault.New(fault.Unauthorized, "the access token is unknown")
	case err != nil:
		return caller.Caller{}, fmt.Errorf("find token: %w", err)
	case found.revoked:
		return caller.Caller{}, fault.New(fault.Unauthorized, "the access token was revoked, or replaced by a newer one")
	case !now.Before(found.expires):
		return caller.Caller{}, fault.New(fault.Unauthorized, "the access token has expired")
	}
	s.used.note(hash, now)
	return found.caller, nil
}

// Tokens lists the live tokens of an application, newest first.
func (s *Service) Tokens(ctx context.Context, c caller.Caller, ref string) ([]Token, error) {
	if err := s.FlushLastUsed(ctx); err != nil {
		return nil, err
	}
	var tokens []Token
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		app, err := find(ctx, tx, c, ref)
		if err != nil {
			return err
		}
		tokens, err = selectTokens(ctx, tx, app.ID, s.instant())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// Revoke ends a live token of an application, by the id that lists show.
func (s *Service) Revoke(ctx context.Context, c caller.Caller, ref, id string) error {
	now := s.instant()
	_, err := s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, app *Application) error {
		tokens, err := selectTokens(ctx, tx, app.ID, now)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(tokens, func(t Token) bool { return t.ID() == id })
		if i < 0 {
			return fault.New(fault.NotFound, "the application has no live token with this id")
		}
		if err := revokeToken(ctx, tx, tokens[i].hash, now); err != nil {
			return err
		}
		return appendChange(ctx, tx, c, now, *app, revoked(tokens[i]))
	})
	return err
}

// suspend revokes an access token of the client, or the connection of a refresh
// token; what is dead or unknown already is fine, another client's is not.
func (s *Service) suspend(ctx context.Context, c client, token string) error {
	hash, now := hashOf(token), s.instant()
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if known, err := s.suspendRefresh(ctx, tx, c, hash, now); known || err != nil {
			return err
		}
		owner, err := selectOwner(ctx, tx, hash)
		switch {
		case errors.Is(err, db.ErrNoRow):
			return nil
		case err != nil:
			return err
		case owner != c.app.ID:
			return problem(invalidClient, "the token belongs to another client")
		}
		return revokeToken(ctx, tx, hash, now)
	})
	if err != nil {
		return fmt.Errorf("suspend token: %w", err)
	}
	return nil
}
