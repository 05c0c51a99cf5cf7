// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// overlap is how long refresh tokens work on after the first use of one of the next
// generation (contract section 2).
const overlap = 3 * time.Hour

// pair is what a client of a public application gets.
type pair struct{ access, refresh string }

func (s *Service) newPair() (p pair, err error) {
	if p.access, err = s.newToken(); err != nil {
		return pair{}, err
	}
	p.refresh, err = s.newRefresh()
	return p, err
}

// codeGrant is a request for the tokens of a code (RFC 6749 section 4.1.3).
type codeGrant struct{ code, redirect, source, verifier string }

// codeRow is an authorization code as rows keep it.
type codeRow struct {
	allowedBy   string
	allowedName string
	application ApplicationID // the installed one
	challenge   string
	expires     time.Time
	family      string
	hash        digest
	origin      ApplicationID
	redirect    string
	scopes      []caller.Scope
	source      string
	uses        int64 // with this one
	workspace   int64
}

// refreshRow is a refresh token as rows keep it.
type refreshRow struct {
	connection ConnectionID
	created    time.Time
	ends       *time.Time // nil: not yet known
	family     string
	generation int64
	hash       digest
	revoked    bool
	workspace  int64
}

// check answers why a code does not fit its request; nil when it does.
func (row codeRow) check(in codeGrant, now time.Time) error {
	switch {
	case !now.Before(row.expires):
		return problem(invalidGrant, "the code has expired: it lives for 30 seconds")
	case in.redirect != row.redirect:
		return problem(invalidGrant, "the redirect_uri is not that of the authorization request")
	case in.source != row.source:
		return problem(invalidGrant, "the source_id is not that of the authorization request")
	case row.challenge != "" && in.verifier == "":
		return problem(invalidGrant, "the code_verifier is missing: a code_challenge was sent")
	case row.challenge == "" && in.verifier != "":
		return problem(invalidGrant, "there is a code_verifier, but no code_challenge was sent")
	case !answersChallenge(row.challenge, in.verifier):
		return problem(invalidGrant, "the code_verifier does not fit the code_challenge")
	}
	return nil
}

// errSpent is for codes that nobody can tell apart: unknown, and another client's.
var errSpent = problem(invalidGrant, "the code is unknown, was used already, or is another client's")

// redeem answers tokens for a code. Whatever comes of it, the first attempt of its
// client spends the code; a second one ends what the first one minted.
func (s *Service) redeem(ctx context.Context, c client, in codeGrant) (pair, error) {
	minted, err := s.newPair()
	if err != nil {
		return pair{}, err
	}
	now := s.instant()
	var refusal error // beside which something is to be written all the same
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		refusal = nil
		// Who deletes the application waits, or has done so.
		if err := holdApplication(ctx, tx, c.app.ID); errors.Is(err, db.ErrNoRow) {
			return problem(invalidClient, wrongClient)
		} else if err != nil {
			return err
		}
		row, err := useCode(ctx, tx, c.app.ID, hashOf(in.code))
		switch {
		case errors.Is(err, db.ErrNoRow):
			return errSpent
		case err != nil:
			return err
		case row.uses > 1:
			refusal = errSpent
			return s.replayed(ctx, tx, row, now)
		}
		if refusal = row.check(in, now); refusal != nil {
			return nil //nolint:nilerr // what was noted of the try stays
		}
		refusal, err = s.connect(ctx, tx, c, row, minted, now)
		return err
	})
	if err != nil {
		return pair{}, fmt.Errorf("redeem code: %w", err)
	}
	return minted, refusal
}

// replayed ends what a code minted that comes again. Tokens of a later consent are
// not its own.
func (s *Service) replayed(ctx context.Context, tx *db.Tx, row codeRow, now time.Time) error {
	app, err := selectInstallation(ctx, tx, row.application)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	} else if err != nil {
		return err
	}
	n, err := selectConnectionOf(ctx, tx, row.application, row.source)
	if err == nil {
		n, err = holdConnection(ctx, tx, row.application, n.ID)
	}
	switch {
	case errors.Is(err, db.ErrNoRow):
		return nil
	case err != nil:
		return err
	case n.family != row.family || n.State == Disconnected:
		return nil
	}
	return s.end(ctx, tx, n, ending{actor: n.caller(app), app: app, at: now, reason: CodeReused})
}

// connect makes a connection of a code, or connects it again, and mints its first
// tokens. Those that it had before end.
func (s *Service) connect(ctx context.Context, tx *db.Tx, c client, row codeRow, minted pair, now time.Time) (refusal, err error) {
	if _, err := markMinted(ctx, tx, row.application, now); errors.Is(err, db.ErrNoRow) {
		return problem(invalidGrant, "the installation of the application was deleted"), nil
	} else if err != nil {
		return nil, err
	}
	app, err := selectInstallation(ctx, tx, row.application)
	if err != nil {
		return nil, err
	}
	n, err := putConnection(ctx, tx, row, ConnectionID(tx.NewID(now)), now)
	if err != nil {
		return nil, err
	}
	if err := revokeRefresh(ctx, tx, n.ID, now); err != nil {
		return nil, err
	}
	if err := revokeSource(ctx, tx, n, now); err != nil {
		return nil, err
	}
	if err := s.mintPair(ctx, tx, issue{client: c, connection: n, now: now, pair: minted, scopes: row.scopes}); err != nil {
		return nil, err
	}
	return nil, appendConnection(ctx, tx, n.caller(app), now, n.subject(app), connectionChange{
		AllowedBy: row.allowedName, Scopes: row.scopes, Source: n.Source, What: "made",
	})
}

// issue is one pair of tokens to be made.
type issue struct {
	client     client
	connection Connection
	now        time.Time
	pair       pair
	scopes     []caller.Scope // of the access token
}

// mintPair writes an access token and a refresh token of the connection's newest
// generation. The former access tokens of the connection end, but for as many as
// the public application may have at once.
func (s *Service) mintPair(ctx context.Context, tx *db.Tx, m issue) error {
	n := m.connection
	row := tokenRow{
		application: n.Application, created: m.now, expires: m.now.Add(Lifetime), hash: hashOf(m.pair.access),
		hint: hintOf(m.pair.access), scopes: m.scopes, source: n.Source, workspace: n.workspace.Number,
	}
	if err := revokeBeyond(ctx, tx, row, int64(m.client.app.OverlappingTokens)-1); err != nil {
		return err
	}
	if err := insertToken(ctx, tx, row); err != nil {
		return err
	}
	return insertRefresh(ctx, tx, refreshRow{
		connection: n.ID, created: m.now, family: n.family, generation: n.generation, hash: hashOf(m.pair.refresh),
		workspace: n.workspace.Number,
	})
}

// errDead is for refresh tokens that nobody can tell apart.
var errDead = problem(invalidGrant, "the refresh token is unknown, was revoked, or is another client's")

// refresh answers new tokens for a refresh token (RFC 6749 section 6). One that
// comes after its time was stolen, or its successor was: then all end.
func (s *Service) refresh(ctx context.Context, c client, token, scope string) (pair, error) {
	minted, err := s.newPair()
	if err != nil {
		return pair{}, err
	}
	hash, now := hashOf(token), s.instant()
	var refusal error
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		refusal = nil
		held, err := s.holdRefresh(ctx, tx, c, hash, now)
		app, n, row := held.app, held.connection, held.row
		switch {
		case errors.Is(err, db.ErrNoRow):
			return errDead
		case err != nil:
			return err
		case row.revoked || row.family != n.family || n.State == Disconnected:
			return errDead
		case row.ends != nil && !now.Before(*row.ends):
			refusal = problem(invalidGrant, "the refresh token was replaced long ago: whoever used it again, the connection has ended")
			return s.end(ctx, tx, n, ending{actor: n.caller(app), app: app, at: now, reason: RefreshReused})
		}
		scopes, err := narrow(n.Scopes, scope)
		if err != nil {
			return err
		}
		if row.generation == n.generation { // its first use: what it replaced has its end in sight
			if err := endGeneration(ctx, tx, n.ID, n.generation-1, now.Add(overlap)); err != nil {
				return err
			}
			n.generation++
		}
		if err := markRefreshed(ctx, tx, n, now); err != nil {
			return err
		}
		return s.mintPair(ctx, tx, issue{client: c, connection: n, now: now, pair: minted, scopes: scopes})
	})
	if err != nil {
		return pair{}, fmt.Errorf("refresh: %w", err)
	}
	return minted, refusal
}

// heldRefresh is a refresh token with what it belongs to.
type heldRefresh struct {
	app        Application // the installed one
	connection Connection
	row        refreshRow
}

// holdRefresh finds a refresh token of a client with its connection, and lets
// nobody else at them; ErrNoRow when there is none, or no installation any more.
func (s *Service) holdRefresh(ctx context.Context, tx *db.Tx, c client, hash digest, now time.Time) (held heldRefresh, err error) {
	owner, err := selectRefreshOwner(ctx, tx, hash)
	if err == nil && owner.origin != c.app.ID {
		err = db.ErrNoRow
	}
	if err != nil {
		return held, err
	}
	// The order in which deletions hold them, too.
	if _, err := markMinted(ctx, tx, owner.application, now); err != nil {
		return held, err
	}
	if held.connection, err = holdConnection(ctx, tx, owner.application, owner.connection); err != nil {
		return held, err
	}
	if held.app, err = selectInstallation(ctx, tx, owner.application); err != nil {
		return held, err
	}
	held.row, err = selectRefresh(ctx, tx, hash) // after the wait: it may have got its end
	return held, err
}

// refreshOwner is whose a refresh token is.
type refreshOwner struct {
	application ApplicationID // the installed one
	connection  ConnectionID
	origin      ApplicationID
}

// connectionOf answers the connection of a client's refresh token; "" when it has
// none.
func (s *Service) connectionOf(ctx context.Context, c client, token string) (id ConnectionID, err error) {
	var owner refreshOwner
	err = s.db.Glance(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		owner, err = selectRefreshOwner(ctx, tx, hashOf(token))
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow) || err == nil && owner.origin != c.app.ID:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find refresh token: %w", err)
	}
	return owner.connection, nil
}

// suspendRefresh ends the connection of a refresh token for its client; false when
// the token is none.
func (s *Service) suspendRefresh(ctx context.Context, tx *db.Tx, c client, hash digest, now time.Time) (known bool, err error) {
	owner, err := selectRefreshOwner(ctx, tx, hash)
	switch {
	case errors.Is(err, db.ErrNoRow):
		return false, nil
	case err != nil:
		return false, err
	case owner.origin != c.app.ID:
		return true, problem(invalidClient, "the token belongs to another client")
	}
	held, err := s.holdRefresh(ctx, tx, c, hash, now)
	app, n, row := held.app, held.connection, held.row
	switch {
	case errors.Is(err, db.ErrNoRow):
		return true, nil
	case err != nil:
		return true, err
	case row.revoked || row.family != n.family || n.State == Disconnected || row.ends != nil && !now.Before(*row.ends):
		return true, nil // dead already
	}
	return true, s.end(ctx, tx, n, ending{actor: n.caller(app), app: app, at: now, endedBy: app.Name, reason: PartnerLeft})
}
