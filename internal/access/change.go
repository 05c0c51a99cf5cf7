// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Changes change a user; what is nil stays.
type Changes struct {
	Email  *string
	Name   *string         // "" for none
	Role   *string         // id, slug or name; taking the role Auditor takes the window too
	Window **caller.Window // of an Auditor only; a pointer to nil takes it away
}

// What a change was, when the guard refuses it.
const (
	attemptDeactivate = "deactivation"
	attemptDelete     = "deletion"
	attemptLeave      = "departure"
	attemptReactivate = "reactivation"
	attemptRole       = "role change"
	attemptUpdate     = "update"
)

// Update changes what a user is called and may do. Faults: NotFound; Invalid for
// what breaks a rule; Conflict for an e-mail that is taken and for what an
// identity provider decides; Impossible for a window without the role Auditor
// and where the guard refuses.
func (s *Service) Update(ctx context.Context, actor caller.Caller, ref string, in Changes) (User, error) {
	attempt := attemptUpdate
	if in.Role != nil {
		attempt = attemptRole
	}
	return s.change(ctx, actor, ref, attempt, func(ctx context.Context, tx *db.Tx, user *User, now time.Time) error {
		before := *user
		if err := s.apply(ctx, tx, actor, user, in); err != nil {
			return err
		}
		changes := userChanges(before, *user)
		if len(changes) == 0 {
			return nil
		}
		user.UpdatedAt = now
		if err := updateUser(ctx, tx, actor.Workspace.Number, *user); err != nil {
			return err
		}
		what := "updated"
		if before.Role.ID != user.Role.ID {
			what = "role changed"
		}
		if before.Role.ID != user.Role.ID || before.Email != user.Email {
			// A link that is on its way was meant for the user as they were.
			if err := s.endLinks(ctx, tx, actor.Workspace.Number, user.ID); err != nil {
				return err
			}
		}
		return appendUser(ctx, tx, *user, deed{actor, now, what, changes})
	})
}

// apply puts changes on a user.
func (s *Service) apply(ctx context.Context, tx *db.Tx, actor caller.Caller, user *User, in Changes) (err error) {
	before := *user
	if in.Email != nil {
		if user.Email, err = checkEmail(*in.Email); err != nil {
			return err
		}
	}
	if in.Name != nil {
		if user.Name, err = checkName(*in.Name); err != nil {
			return err
		}
	}
	if user.Email != before.Email || user.Name != before.Name {
		if err := checkSource(actor, before); err != nil {
			return err
		}
	}
	if in.Role != nil {
		if user.Role, err = s.FindRole(ctx, tx, actor.Workspace.Number, *in.Role); err != nil {
			return at("/role", err)
		}
	}
	if user.Role.ID != before.Role.ID {
		if err := checkRoleFrom(actor, before); err != nil {
			return err
		}
		if user.RoleFrom == RoleByDefault {
			user.RoleFrom = RoleHere
		}
	}
	if user.Role.ID != Auditor {
		user.Window = nil
	}
	if in.Window != nil {
		user.Window, err = checkWindow(*user, *in.Window)
	}
	return err
}

// checkWindow answers a window as rows keep it.
func checkWindow(user User, w *caller.Window) (*caller.Window, error) {
	switch {
	case w == nil:
		return nil, nil
	case user.Role.ID != Auditor:
		return nil, fault.New(fault.Impossible, "only an Auditor has an audit window; %s has the role %s", user.Label(), user.Role.Name)
	case w.To.Before(w.From):
		return nil, fault.At(fault.Problem{Pointer: "/auditWindow/endDate", Message: "must not be before startDate"})
	}
	return &caller.Window{From: db.Time(db.Millis(w.From)), To: db.Time(db.Millis(w.To))}, nil
}

// checkSource keeps people and applications away from what an identity provider
// says: its next message would undo the change.
func checkSource(actor caller.Caller, user User) error {
	if user.Source == SCIM && (actor.Kind == caller.User || actor.Kind == caller.Application) {
		return fault.New(fault.Conflict, "%s comes from an identity provider; change it there", user.Label())
	}
	return nil
}

// checkRoleFrom keeps people and applications away from a role that a directory
// decides on: its next message would undo the change. What the command line does
// holds until then, so that who is locked out gets in.
func checkRoleFrom(actor caller.Caller, user User) error {
	if user.Source != SCIM || actor.Kind != caller.User && actor.Kind != caller.Application {
		return nil
	}
	switch user.RoleFrom {
	case RoleByAttribute:
		return fault.New(fault.Conflict,
			"the role of %s is what their identity provider says in the attribute that carries it; change it there", user.Label())
	case RoleByMapping:
		return fault.New(fault.Conflict, "the role of %s comes from the mapping of groups in User provisioning; "+
			"change the mapping there, or their groups at the identity provider", user.Label())
	}
	return nil
}

// Deactivate keeps a user from signing in and ends their sessions. A deactivated
// one is answered as they are. Faults: NotFound; Conflict for a user of an
// identity provider; Impossible where the guard refuses.
func (s *Service) Deactivate(ctx context.Context, actor caller.Caller, ref string) (User, error) {
	return s.change(ctx, actor, ref, attemptDeactivate, func(ctx context.Context, tx *db.Tx, user *User, now time.Time) error {
		if err := checkSource(actor, *user); err != nil {
			return err
		}
		return s.deactivate(ctx, tx, actor, user, now)
	})
}

func (s *Service) deactivate(ctx context.Context, tx *db.Tx, actor caller.Caller, user *User, now time.Time) error {
	if user.Status == Deactivated {
		return nil
	}
	before := *user
	user.DeactivatedAt, user.Status, user.UpdatedAt = &now, Deactivated, now
	if err := updateStatus(ctx, tx, actor.Workspace.Number, *user); err != nil {
		return err
	}
	if err := s.endSessions(ctx, tx, now, actor.Workspace.Number, user.ID); err != nil {
		return err
	}
	if err := s.endLinks(ctx, tx, actor.Workspace.Number, user.ID); err != nil {
		return err
	}
	return appendUser(ctx, tx, *user, deed{actor, now, "deactivated", userChanges(before, *user)})
}

// Reactivate undoes Deactivate: who was active is so again, who was only invited
// is invited. Any other user is answered as they are. Faults: NotFound; Conflict
// for a user of an identity provider.
func (s *Service) Reactivate(ctx context.Context, actor caller.Caller, ref string) (User, error) {
	return s.change(ctx, actor, ref, attemptReactivate, func(ctx context.Context, tx *db.Tx, user *User, now time.Time) error {
		if err := checkSource(actor, *user); err != nil || user.Status != Deactivated {
			return err
		}
		before := *user
		user.DeactivatedAt, user.Status, user.UpdatedAt = nil, Invited, now
		if user.ActivatedAt != nil {
			user.Status = Active
		}
		if err := updateStatus(ctx, tx, actor.Workspace.Number, *user); err != nil {
			return err
		}
		return appendUser(ctx, tx, *user, deed{actor, now, "reactivated", userChanges(before, *user)})
	})
}

// Delete takes a user away with all they sign in with, and ends their sessions.
// Faults: NotFound; Conflict for a user of an identity provider; Impossible
// where the guard refuses.
func (s *Service) Delete(ctx context.Context, actor caller.Caller, ref string) error {
	_, err := s.change(ctx, actor, ref, attemptDelete, func(ctx context.Context, tx *db.Tx, user *User, now time.Time) error {
		if err := checkSource(actor, *user); err != nil {
			return err
		}
		if err := s.endSessions(ctx, tx, now, actor.Workspace.Number, user.ID); err != nil {
			return err
		}
		if err := deleteUser(ctx, tx, actor.Workspace.Number, user.ID); err != nil {
			return err
		}
		return appendUser(ctx, tx, *user, deed{actor, now, "deleted", userChanges(*user, User{})})
	})
	return err
}

// Activate makes an invited user of the actor's workspace active, in the
// transaction in which they accept; an active one is answered as they are.
// Faults: NotFound, Conflict for a deactivated user.
func (s *Service) Activate(ctx context.Context, tx *db.Tx, actor caller.Caller, id UserID) (User, error) {
	if err := holdWorkspace(ctx, tx, actor.Workspace.Number); err != nil {
		return User{}, err
	}
	user, err := find(ctx, tx, actor.Workspace.Number, string(id))
	if err != nil || user.Status == Active {
		return user, err
	}
	if user.Status == Deactivated {
		return User{}, fault.New(fault.Conflict, "%s is deactivated", user.Label())
	}
	before, now := user, s.instant()
	user.ActivatedAt, user.Status, user.UpdatedAt = &now, Active, now
	if err := updateStatus(ctx, tx, actor.Workspace.Number, user); err != nil {
		return User{}, err
	}
	return user, appendUser(ctx, tx, user, deed{actor, now, "activated", userChanges(before, user)})
}

// Left deactivates the user of the actor's workspace with the e-mail of somebody
// who left, whoever the source is, and ends their sessions; nil when there is
// none. Users are changed by Admins alone, so nobody else makes an Admin leave:
// Forbidden. The caller's transaction must fail with the error, which may be the
// guard's; NoteRefused writes that down afterwards.
func (s *Service) Left(ctx context.Context, tx *db.Tx, actor caller.Caller, email string) error {
	err := s.Guarded(ctx, tx, actor.Workspace, func() error {
		user, err := s.ByEmail(ctx, tx, actor.Workspace.Number, email)
		if errors.Is(err, db.ErrNoRow) {
			return nil
		}
		if err != nil {
			return err
		}
		person := actor.Kind == caller.User || actor.Kind == caller.Application
		if user.Role.ID == Admin && user.Status != Deactivated && person && actor.Check(caller.ManageUsers) != nil {
			return fault.New(fault.Forbidden, "%s is an Admin: only another Admin can say that they have left", user.Label())
		}
		return s.deactivate(ctx, tx, actor, &user, s.instant())
	})
	return attempted(err, attemptLeave)
}

// change runs fn on a user, under the guard, and writes down what that refuses.
func (s *Service) change(
	ctx context.Context, actor caller.Caller, ref, attempt string,
	fn func(context.Context, *db.Tx, *User, time.Time) error,
) (User, error) {
	now := s.instant()
	var user User
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.Guarded(ctx, tx, actor.Workspace, func() (err error) {
			if user, err = find(ctx, tx, actor.Workspace.Number, ref); err != nil {
				return err
			}
			return fn(ctx, tx, &user, now)
		})
	})
	if err == nil {
		return user, nil
	}
	return User{}, s.NoteRefused(ctx, actor, attempted(userError(err, user.Email), attempt))
}

// attempted tells a refusal of the guard what it refused.
func attempted(err error, attempt string) error {
	var refusal *LockoutError
	if errors.As(err, &refusal) {
		refusal.Attempt = attempt
	}
	return err
}
