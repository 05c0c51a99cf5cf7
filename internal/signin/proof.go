// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// recent is how long a session may do what needs its user to be there.
const recent = 15 * time.Minute

// CheckRecent answers nil when the session's user has proved to be there
// lately, as must be before credentials change: a stolen cookie is not enough.
// Else Forbidden.
func (s *Service) CheckRecent(ctx context.Context, c caller.Caller) error {
	return s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error { return s.checkRecent(ctx, tx, c) })
}

// checkRecent is CheckRecent within a transaction.
func (s *Service) checkRecent(ctx context.Context, tx *db.Tx, c caller.Caller) error {
	if c.Kind != caller.User {
		return nil
	}
	x, err := s.own(ctx, tx, c)
	if err != nil {
		return err
	}
	if s.instant().Sub(x.ProvedAt) > recent {
		return fault.New(fault.Forbidden, "say your password again first, by POST /v1/session/proof, or sign in again")
	}
	return nil
}

// Prove renews what CheckRecent asks for, by the password or a code of the
// caller's device. Forbidden for a wrong one; RateLimited after too many.
func (s *Service) Prove(ctx context.Context, c caller.Caller, password, code string) error {
	g := proofGuess(c.Session)
	right, closes, err := s.tryProof(ctx, c, g, password, code)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !right {
			return s.noteWrong(ctx, tx, c, access.UserID(c.ID), closes)
		}
		if _, err := s.own(ctx, tx, c); err != nil {
			return err
		}
		if err := g.forgive(ctx, tx); err != nil {
			return err
		}
		return proveSession(ctx, tx, c.Workspace.Number, c.Session, s.instant())
	})
	if err == nil && !right {
		err = fault.New(fault.Forbidden, "this is not your password, or not a code of your device")
	}
	return err
}

// tryProof counts an attempt at a proof and says whether it was right, and why a
// counter closes behind it.
func (s *Service) tryProof(ctx context.Context, c caller.Caller, g guess, password, code string) (right bool, closes string, err error) {
	user, stored := access.UserID(c.ID), ""
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		now := s.instant()
		if closes, err = g.count(ctx, tx, now); err != nil {
			return err
		}
		if code != "" {
			right, err = s.useCode(ctx, tx, c.Workspace.Number, user, code, now)
			return err
		}
		if stored, err = selectPassword(ctx, tx, c.Workspace.Number, user); errors.Is(err, db.ErrNoRow) {
			stored, err = "", nil
		}
		return err
	})
	if err == nil && code == "" {
		right = s.verify(stored, password)
	}
	return right, closes, err
}
