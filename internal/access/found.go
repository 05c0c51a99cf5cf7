// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Find is Get within a transaction.
func (s *Service) Find(ctx context.Context, tx *db.Tx, workspace int64, ref string) (User, error) {
	return find(ctx, tx, workspace, ref)
}

// Standing answers an active Admin of a workspace who can sign in, and true; else
// an active Admin, if there is any, and false.
func (s *Service) Standing(ctx context.Context, tx *db.Tx, workspace int64) (User, bool, error) {
	return s.standing(ctx, tx, workspace)
}

// EnsureAdmin makes an active Admin of a workspace that has none who can sign
// in: a new user, or the one with the e-mail. The caller has looked at Standing.
func (s *Service) EnsureAdmin(ctx context.Context, tx *db.Tx, actor caller.Caller, in NewUser) (User, error) {
	now := s.instant()
	in.Role, in.Status = string(Admin), Active
	user, err := in.check(now)
	if err != nil {
		return User{}, err
	}
	if err := holdWorkspace(ctx, tx, actor.Workspace.Number); err != nil {
		return User{}, err
	}
	before, err := selectUserByEmail(ctx, tx, actor.Workspace.Number, user.Email)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return User{}, err
	}
	if user.Role, _ = builtIn(string(Admin)); err != nil {
		if err := insertUser(ctx, tx, actor.Workspace.Number, user); err != nil {
			return User{}, err
		}
		return user, appendUser(ctx, tx, user, deed{actor, now, "created", userChanges(User{}, user)})
	}
	after := before
	after.Role, after.UpdatedAt, after.Window = user.Role, now, nil // only an Auditor has a window
	after.Status, after.DeactivatedAt = Active, nil
	if after.ActivatedAt == nil {
		after.ActivatedAt = &now
	}
	if err := updateUser(ctx, tx, actor.Workspace.Number, after); err != nil {
		return User{}, err
	}
	if err := updateStatus(ctx, tx, actor.Workspace.Number, after); err != nil {
		return User{}, err
	}
	return after, appendUser(ctx, tx, after, deed{actor, now, "role changed", userChanges(before, after)})
}
