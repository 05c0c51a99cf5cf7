// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Provisioned is what an identity provider says of a user.
type Provisioned struct {
	Active bool
	Email  string
	Name   string
	Nobody bool // the caller has looked, in this transaction: no user has the e-mail
	Quiet  bool // one that is made gets no entry of its own: the caller's names it
	Role   RoleID
	From   RoleFrom // what decided on the role
}

// ErrLocal says that a user with the e-mail was made here and is in use: an
// identity provider does not take it over silently (contract scim.md section
// 1.11).
var ErrLocal = errors.New("a local user has this e-mail")

const attemptProvision = "provisioning"

// Provision makes a user of the actor's workspace be as an identity provider
// says, in the provider's own transaction. id is "" for a new one; then a user
// with the e-mail is taken over if a provider had it before or nobody has used it
// yet, and is ErrLocal otherwise. Faults: Invalid for e-mail or role, Conflict for
// an e-mail that another user has, and the guard's LockoutError; the transaction
// must then fail. made says that the user is new.
func (s *Service) Provision(
	ctx context.Context, tx *db.Tx, actor caller.Caller, id UserID, in Provisioned,
) (user User, made bool, err error) {
	now := s.instant()
	draft, err := NewUser{Email: in.Email, Name: shortName(in.Name), Source: SCIM, Status: Active}.check(now)
	if err != nil {
		return User{}, false, err
	}
	if draft.Role, err = s.FindRole(ctx, tx, actor.Workspace.Number, string(in.Role)); err != nil {
		return User{}, false, err
	}
	draft.RoleFrom = in.From
	before, err := in.find(ctx, tx, actor.Workspace.Number, id, draft.Email)
	switch {
	case errors.Is(err, db.ErrNoRow):
		return in.insert(ctx, tx, draft, deed{actor, now, "created", userChanges(User{}, draft)})
	case err != nil:
		return User{}, false, err
	case id == "" && before.Source == Typed && (before.Status != Invited || before.Role.ID == Admin):
		return before, false, ErrLocal
	}
	after := before.provisioned(draft, in.Active, now)
	change := func() error { return s.putProvisioned(ctx, tx, actor, before, after, now) }
	if before.Role.ID == Admin && before.Status == Active && (after.Role.ID != Admin || after.Status != Active) {
		return after, false, attempted(s.Guarded(ctx, tx, actor.Workspace, change), attemptProvision)
	}
	return after, false, change()
}

// insert makes a user whom nobody is yet; an inactive one is not wanted.
func (in Provisioned) insert(ctx context.Context, tx *db.Tx, draft User, d deed) (User, bool, error) {
	if !in.Active {
		return User{}, false, nil
	}
	if err := insertUser(ctx, tx, d.actor.Workspace.Number, draft); err != nil {
		return User{}, false, userError(err, draft.Email)
	}
	if in.Quiet {
		return draft, true, nil
	}
	return draft, true, appendUser(ctx, tx, draft, d)
}

func (in Provisioned) find(ctx context.Context, tx *db.Tx, workspace int64, id UserID, email string) (User, error) {
	switch {
	case id != "":
		return selectUser(ctx, tx, workspace, id)
	case in.Nobody:
		return User{}, db.ErrNoRow
	}
	return selectUserByEmail(ctx, tx, workspace, email)
}

// shortName keeps what a provider sends within what a name may be.
func shortName(name string) string {
	letters := []rune(name)
	if len(letters) > maxName {
		name = string(letters[:maxName])
	}
	if !oneLine(name) {
		return ""
	}
	return name
}

// provisioned answers a user as a provider wants it.
func (u User) provisioned(draft User, active bool, now time.Time) User {
	after := u
	after.Email, after.Name, after.Role, after.RoleFrom, after.Source = draft.Email, draft.Name, draft.Role, draft.RoleFrom, SCIM
	if after.Role.ID != Auditor {
		after.Window = nil
	}
	switch {
	case active && u.Status != Active:
		after.Status, after.DeactivatedAt = Active, nil
		if after.ActivatedAt == nil {
			after.ActivatedAt = &now
		}
	case !active && u.Status != Deactivated:
		after.Status, after.DeactivatedAt = Deactivated, &now
	}
	return after
}

// putProvisioned writes what differs.
func (s *Service) putProvisioned(ctx context.Context, tx *db.Tx, actor caller.Caller, before, after User, now time.Time) error {
	changes := userChanges(before, after)
	workspace := actor.Workspace.Number
	switch {
	case len(changes) > 0 || before.Source != after.Source:
	case before.RoleFrom != after.RoleFrom:
		return updateRoleFrom(ctx, tx, workspace, after.ID, after.RoleFrom)
	default:
		return nil
	}
	after.UpdatedAt = now
	if err := updateUser(ctx, tx, workspace, after); err != nil {
		return userError(err, after.Email)
	}
	if err := updateSource(ctx, tx, workspace, after.ID, after.Source); err != nil {
		return err
	}
	what := "updated"
	if before.Role.ID != after.Role.ID {
		what = "role changed"
	}
	if before.Role.ID != after.Role.ID || before.Email != after.Email {
		if err := s.endLinks(ctx, tx, workspace, after.ID); err != nil {
			return err
		}
	}
	if before.Status != after.Status {
		if err := updateStatus(ctx, tx, workspace, after); err != nil {
			return err
		}
		what = "reactivated"
		if after.Status == Deactivated {
			what = "deactivated"
			if err := errors.Join(s.endSessions(ctx, tx, now, workspace, after.ID), s.endLinks(ctx, tx, workspace, after.ID)); err != nil {
				return err
			}
		}
	}
	return appendUser(ctx, tx, after, deed{actor, now, what, changes})
}

// Unprovision hands a user back that an identity provider no longer knows: the
// account is deactivated, and can be managed here from now on. Nobody: nil.
func (s *Service) Unprovision(ctx context.Context, tx *db.Tx, actor caller.Caller, id UserID) error {
	err := s.Guarded(ctx, tx, actor.Workspace, func() error {
		user, err := selectUser(ctx, tx, actor.Workspace.Number, id)
		if errors.Is(err, db.ErrNoRow) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find user: %w", err)
		}
		if err := s.deactivate(ctx, tx, actor, &user, s.instant()); err != nil {
			return err
		}
		if err := updateRoleFrom(ctx, tx, actor.Workspace.Number, id, RoleHere); err != nil {
			return err
		}
		return updateSource(ctx, tx, actor.Workspace.Number, id, Typed)
	})
	return attempted(err, attemptProvision)
}
