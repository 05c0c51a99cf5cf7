// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Approval says who has to approve exceptions before they count.
type Approval string

// Nobody, by default; anyone who may write tests; or one of them who is not the
// requester.
const (
	ApprovalAnyone Approval = "anyone"
	ApprovalNone   Approval = "none"
	ApprovalOther  Approval = "other"
)

// ExceptionSettings are what exceptions of a workspace go by.
type ExceptionSettings struct{ Approval Approval }

func exceptionSettings(ctx context.Context, tx *db.Tx, workspace int64) (ExceptionSettings, error) {
	set, err := selectExceptionSettings(ctx, tx, workspace)
	if errors.Is(err, db.ErrNoRow) {
		return ExceptionSettings{Approval: ApprovalNone}, nil
	}
	if err != nil {
		return set, fmt.Errorf("read settings of exceptions: %w", err)
	}
	return set, nil
}

// ExceptionSettings answers those of the caller's workspace.
func (s *Service) ExceptionSettings(ctx context.Context, c caller.Caller) (set ExceptionSettings, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err = exceptionSettings(ctx, tx, c.Workspace.Number)
		return err
	})
	return set, err
}

// ConfigureExceptions changes the settings of the caller's workspace. What counts
// already goes on; what waits still has to be approved.
func (s *Service) ConfigureExceptions(ctx context.Context, c caller.Caller, after ExceptionSettings) (ExceptionSettings, error) {
	switch after.Approval {
	case ApprovalAnyone, ApprovalNone, ApprovalOther:
	default:
		return after, fault.At(fault.Problem{Pointer: "/approval", Message: "must be none, anyone or other"})
	}
	now := s.Now()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := exceptionSettings(ctx, tx, c.Workspace.Number)
		if err != nil || before == after {
			return err
		}
		if err := putExceptionSettings(ctx, tx, c.Workspace.Number, after); err != nil {
			return err
		}
		var d differences
		d.add("approval", string(before.Approval), string(after.Approval))
		return evidence.Append(ctx, tx, now, evidence.Entry{
			Actor: c, Kind: "exception_settings", Subject: evidence.Subject{Kind: "workspace", ID: c.Workspace.ID, Name: c.Workspace.Name},
			Body: map[string]any{"what": "updated", "changes": []evidence.Change(d)},
		})
	})
	return after, err
}

// ApproveException lets an exception count from now on. Forbidden to the requester
// where the settings say so; impossible when it does not wait, or its time is over.
func (s *Service) ApproveException(ctx context.Context, c caller.Caller, id, comment string) (Exception, error) {
	now := s.Now()
	return s.changeException(ctx, c, id, func(ctx context.Context, tx *db.Tx, x *Exception, t Test) error {
		if err := x.decidable(comment); err != nil {
			return err
		}
		if x.Until != nil && *x.Until <= db.Millis(now) {
			return fault.New(fault.Impossible, "the exception was asked for until %s, which is over; decline it", instant(x.Until))
		}
		set, err := exceptionSettings(ctx, tx, c.Workspace.Number)
		if err != nil {
			return err
		}
		if set.Approval == ApprovalOther && x.Actor.ID == c.ID && x.Actor.Kind == string(c.Kind) {
			return fault.New(fault.Forbidden, "who asks for an exception may not approve it here; somebody else has to")
		}
		held, err := x.displace(ctx, tx, c, now)
		if err != nil {
			return err
		}
		x.replaces = held.ID
		if err := x.decide(ctx, tx, c, ExceptionApproved, comment, db.Millis(now)); err != nil {
			return err
		}
		if err := evidence.Append(ctx, tx, now, x.entry(c, "approved", held)); err != nil {
			return err
		}
		return s.Judge.link(ctx, tx, t)
	})
}

// DeclineException refuses what was asked for. A comment is required.
func (s *Service) DeclineException(ctx context.Context, c caller.Caller, id, comment string) (Exception, error) {
	now := s.Now()
	return s.changeException(ctx, c, id, func(ctx context.Context, tx *db.Tx, x *Exception, _ Test) error {
		if err := x.decidable(comment); err != nil {
			return err
		}
		if strings.TrimSpace(comment) == "" {
			return fault.At(fault.Problem{Pointer: "/comment", Message: "must be present and not empty: the requester wants to know why"})
		}
		if err := x.decide(ctx, tx, c, ExceptionDeclined, comment, db.Millis(now)); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, x.entry(c, "declined", Exception{}))
	})
}

// decidable refuses to decide what does not wait.
func (x *Exception) decidable(comment string) error {
	if x.State != ExceptionPending {
		return fault.New(fault.Impossible, "the exception is %s; only one that is pending can be approved or declined", x.State)
	}
	if utf8.RuneCountInString(comment) > maxText || strings.ContainsRune(comment, 0) {
		return fault.At(fault.Problem{Pointer: "/comment", Message: fmt.Sprintf("must have at most %d characters, and not U+0000", maxText)})
	}
	return nil
}

func (x *Exception) decide(ctx context.Context, tx *db.Tx, c caller.Caller, to ExceptionState, comment string, now int64) error {
	x.State, x.DecidedAt, x.DecidedBy, x.Decision = to, &now, actorOf(c), strings.TrimSpace(comment)
	return updateDecision(ctx, tx, *x)
}
