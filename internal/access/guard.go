// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Entrance is what package access needs to know of signing in.
type Entrance interface {
	// CanSignIn says whether an active user has a way in that is switched on.
	CanSignIn(ctx context.Context, tx *db.Tx, workspace int64, user UserID) (bool, error)
	// EndLinks takes away the one-time links of a user that nobody has used yet.
	EndLinks(ctx context.Context, tx *db.Tx, workspace int64, user UserID) error
	// EndSessions ends all sessions of a user at once.
	EndSessions(ctx context.Context, tx *db.Tx, now time.Time, workspace int64, user UserID) error
}

// LockoutError is the guard's refusal; errors.As finds its fault, which is
// Impossible, too.
type LockoutError struct {
	Attempt string // what was refused, such as deactivation; "" when unknown
	User    User   // who would have been the last Admin to sign in

	fault *fault.Error
}

// Error answers the fault's sentence.
func (e *LockoutError) Error() string { return e.fault.Error() }

// Unwrap lets errors.As find the fault.
func (e *LockoutError) Unwrap() error { return e.fault }

// Guarded runs a change that might take away a workspace's last active Admin who
// can sign in, whatever the door it comes through, and answers a LockoutError
// when it did (contract people-access-program.md section 1). The transaction
// must fail with that error; afterwards NoteRefused writes it down. Where no Admin
// can sign in to begin with, as when the server's mail is gone, the last active
// Admin stays all the same: the way in may come back.
//
// Guarded changes of one workspace wait for one another, so what change decides
// on it must read itself.
func (s *Service) Guarded(ctx context.Context, tx *db.Tx, w caller.Workspace, change func() error) error {
	if err := holdWorkspace(ctx, tx, w.Number); err != nil {
		return fmt.Errorf("guard workspace: %w", err)
	}
	last, can, err := s.standing(ctx, tx, w.Number)
	if err != nil {
		return err
	}
	if err := change(); err != nil || last.ID == "" {
		return err
	}
	left, still, err := s.standing(ctx, tx, w.Number)
	if err != nil || still || !can && left.ID != "" {
		return err
	}
	return &LockoutError{User: last, fault: fault.New(fault.Impossible,
		"this would leave the workspace without an active Admin who can sign in: %s is the last. "+
			"Give somebody else the role Admin first, and let them sign in", describe(last))}
}

func describe(u User) string {
	if u.Name == "" {
		return u.Email
	}
	return u.Name + " (" + u.Email + ")"
}

// standing answers the first active Admin of a workspace who can sign in, and
// true; else the first active Admin, nobody when there is none, and false.
func (s *Service) standing(ctx context.Context, tx *db.Tx, workspace int64) (User, bool, error) {
	admins, err := selectActive(ctx, tx, workspace, Admin)
	if err != nil {
		return User{}, false, fmt.Errorf("look for an admin: %w", err)
	}
	for _, admin := range admins {
		if s.Entrance == nil {
			return admin, true, nil
		}
		can, err := s.Entrance.CanSignIn(ctx, tx, workspace, admin.ID)
		if err != nil {
			return User{}, false, fmt.Errorf("ask whether an admin can sign in: %w", err)
		}
		if can {
			return admin, true, nil
		}
	}
	if len(admins) == 0 {
		return User{}, false, nil
	}
	return admins[0], false, nil
}

// endLinks ends links that were made for somebody who was somebody else then.
func (s *Service) endLinks(ctx context.Context, tx *db.Tx, workspace int64, user UserID) error {
	if s.Entrance == nil {
		return nil
	}
	return s.Entrance.EndLinks(ctx, tx, workspace, user)
}

func (s *Service) endSessions(ctx context.Context, tx *db.Tx, now time.Time, workspace int64, user UserID) error {
	if s.Entrance == nil {
		return nil
	}
	return s.Entrance.EndSessions(ctx, tx, now, workspace, user)
}

// NoteRefused writes down that the guard refused a change, in a transaction of
// its own since the change's was rolled back, and answers err as it came. Any
// other error, and nil, pass through. Every door that uses Guarded ends with it.
func (s *Service) NoteRefused(ctx context.Context, actor caller.Caller, err error) error {
	var refusal *LockoutError
	if !errors.As(err, &refusal) {
		return err
	}
	s.log.LogAttrs(ctx, slog.LevelWarn, "lock-out prevented",
		slog.String("workspace", actor.Workspace.ID), slog.String("user", string(refusal.User.ID)),
		slog.String("attempt", refusal.Attempt), slog.String("actor_kind", string(actor.Kind)), slog.String("actor", actor.ID))
	// The refusal stands even when the client does not wait for it.
	ctx = context.WithoutCancel(ctx)
	wrong := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return appendRefusal(ctx, tx, s.instant(), actor, refusal)
	})
	if wrong != nil {
		return errors.Join(err, fmt.Errorf("write down the refusal: %w", wrong))
	}
	return err
}

// appendRefusal leaves the entry about a lock-out that did not happen.
func appendRefusal(ctx context.Context, tx *db.Tx, now time.Time, actor caller.Caller, e *LockoutError) error {
	body := map[string]any{"what": "prevented", "reason": e.Error()}
	if e.Attempt != "" {
		body["attempt"] = e.Attempt
	}
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: actor, Kind: "lockout", Subject: e.User.subject(), Body: body,
	})
}
