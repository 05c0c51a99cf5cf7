// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Account is what users see of their own credentials, and Admins of theirs.
type Account struct {
	CodesLeft int  // recovery codes that were not used yet
	Password  bool // one is set
	TOTP      bool // a device is confirmed
	User      access.User
}

// Account answers the credentials of a user of the caller's workspace, named by
// id or e-mail; "" for the caller's own.
func (s *Service) Account(ctx context.Context, c caller.Caller, ref string) (a Account, err error) {
	if ref == "" {
		ref = c.ID
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if a.User, err = s.Access.Find(ctx, tx, c.Workspace.Number, ref); err != nil {
			return err
		}
		_, err = selectPassword(ctx, tx, c.Workspace.Number, a.User.ID)
		if a.Password = err == nil; err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		device, err := selectTOTP(ctx, tx, c.Workspace.Number, a.User.ID)
		if a.TOTP = err == nil && device.confirmed != nil; err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		a.CodesLeft, err = countCodes(ctx, tx, c.Workspace.Number, a.User.ID)
		return err
	})
	return a, err
}

// ChangePassword sets the caller's password. Who has one says it first; who has
// none must have signed in lately. The other sessions end.
func (s *Service) ChangePassword(ctx context.Context, c caller.Caller, current, password string) error {
	own, err := s.Account(ctx, c, "")
	if err != nil {
		return err
	}
	if own.Password {
		err = s.Prove(ctx, c, current, "")
	} else {
		err = s.CheckRecent(ctx, c)
	}
	if err != nil {
		return err
	}
	if err := s.checkStrength(password, own.User); err != nil {
		return err
	}
	hash, err := s.hashed(password)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.replacePassword(ctx, tx, c, own.User.ID, hash)
	})
}

// PutPassword sets a user's password for the command line, which answers for
// whom it does so. The user becomes active; all sessions end.
func (s *Service) PutPassword(ctx context.Context, c caller.Caller, ref, password string) error {
	if c.Kind != caller.CommandLine {
		return fault.New(fault.Forbidden, "only the command line sets somebody's password")
	}
	account, err := s.Account(ctx, c, ref)
	if err != nil {
		return err
	}
	if err := s.checkStrength(password, account.User); err != nil {
		return err
	}
	hash, err := s.hashed(password)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if account.User.Status == access.Invited {
			if _, err := s.Access.Activate(ctx, tx, c, account.User.ID); err != nil {
				return err
			}
		}
		return s.replacePassword(ctx, tx, c, account.User.ID, hash)
	})
}

// CheckPassword answers an Invalid fault for a password that the user-to-be may
// not take.
func (s *Service) CheckPassword(password, email, name string) error {
	return s.checkStrength(password, access.User{Email: email, Name: name})
}

// replacePassword stores a hash, "" leaves what is there, and ends the user's
// sessions but for the one that c comes with.
func (s *Service) replacePassword(ctx context.Context, tx *db.Tx, c caller.Caller, user access.UserID, hash string) error {
	if hash == "" {
		return nil
	}
	now := s.instant()
	if _, err := s.endOthers(ctx, tx, c, user, now); err != nil {
		return err
	}
	if err := putPassword(ctx, tx, c.Workspace.Number, user, hash, now); err != nil {
		return err
	}
	return s.noteCredential(ctx, tx, c, user, "password", "set")
}
