// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// From is where a request came from, and what the browser brought along.
type From struct {
	Agent   string
	Cookie  string // of a session, "" for none
	Visitor caller.Caller
}

// Outcome is how far a sign-in came: a session, or a ticket for the second
// factor.
type Outcome struct {
	Opened Opened
	Ticket string // "" when the session is open
}

// wrong is what every failed password hears, whatever was wrong.
func wrong() error {
	return fault.New(fault.Unauthorized, "the e-mail or the password is wrong")
}

// attempt is one sign-in by password on its way.
type attempt struct {
	email     string
	from      From
	guess     guess
	hash      string // "" when nobody may get in so
	password  string
	user      access.User
	workspace caller.Workspace
}

// SignIn lets a user in by password, or answers a ticket for the second factor.
// Unauthorized, in one sentence, for everything that does not fit; RateLimited
// after too many guesses. workspace is a slug or id, "" for the default one.
func (s *Service) SignIn(ctx context.Context, workspace, email, password string, from From) (Outcome, error) {
	w, err := s.Workspaces.Get(ctx, workspace)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		w.Number = 0 // nobody is there; the answer must not tell
	} else if err != nil {
		return Outcome{}, err
	}
	a := &attempt{email: email, from: from, password: password, workspace: w.Caller()}
	if err := s.begin(ctx, a); err != nil {
		return Outcome{}, err
	}
	if !s.verify(a.hash, a.password) {
		return Outcome{}, s.fail(ctx, a)
	}
	return s.succeed(ctx, a)
}

// begin counts the attempt and finds what the password is compared with.
func (s *Service) begin(ctx context.Context, a *attempt) error {
	now := s.instant()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a.hash, a.user = "", access.User{}
		user, err := s.Access.ByEmail(ctx, tx, a.workspace.Number, a.email)
		if err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		if err == nil {
			a.user = user
			set, err := settings(ctx, tx, a.workspace.Number)
			if err != nil {
				return err
			}
			a.hash, err = selectPassword(ctx, tx, a.workspace.Number, user.ID)
			if err != nil && !errors.Is(err, db.ErrNoRow) {
				return err
			}
			if user.Status != access.Active || !set.Enabled[Password] {
				a.hash = ""
			}
		}
		if a.guess, err = guessAt(ctx, tx, a.workspace.Number, a.email, a.user.ID, a.from.Visitor.Address, now); err != nil {
			return err
		}
		return a.guess.count(ctx, tx, now)
	})
}

// fail answers the refusal. The attempt that closes a counter is written down,
// those before it are not: evidence is kept for ever.
func (s *Service) fail(ctx context.Context, a *attempt) error {
	if a.user.ID == "" {
		return wrong()
	}
	now := s.instant()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		closing, err := a.guess.closing(ctx, tx)
		if err != nil || !closing {
			return err
		}
		visitor := a.from.Visitor
		visitor.Workspace = a.workspace
		return evidence.Append(ctx, tx, now, evidence.Entry{
			Actor: visitor, Kind: "session", Subject: subjectOf(a.user),
			Body: map[string]any{"what": "refused", "reason": "too many wrong passwords"},
		})
	})
	if err != nil {
		return err
	}
	return wrong()
}

// succeed opens a session, or asks for the second factor.
func (s *Service) succeed(ctx context.Context, a *attempt) (out Outcome, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := a.guess.forgive(ctx, tx); err != nil {
			return err
		}
		out, err = s.proceed(ctx, tx, Arrival{
			Agent: a.from.Agent, Cookie: a.from.Cookie, Method: Password, User: a.user.ID, Visitor: a.from.Visitor, Workspace: a.workspace,
		})
		return err
	})
	return out, err
}

// stepTime is how long a second factor may take.
const stepTime = 10 * time.Minute

// proceed opens a session for who has no second factor, and else makes a ticket.
func (s *Service) proceed(ctx context.Context, tx *db.Tx, a Arrival) (Outcome, error) {
	second, err := selectTOTP(ctx, tx, a.Workspace.Number, a.User)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return Outcome{}, err
	}
	if err != nil || second.confirmed == nil {
		opened, err := s.open(ctx, tx, a)
		return Outcome{Opened: opened}, err
	}
	ticket := newSecret()
	return Outcome{Ticket: ticket}, insertStep(ctx, tx, step{
		expires: s.instant().Add(stepTime), method: a.Method, user: a.User, workspace: a.Workspace,
	}, hashOf(ticket))
}

// SecondFactor ends a sign-in with a code of the user's device, or a recovery
// code. Unauthorized for a dead ticket or a wrong code; RateLimited after too
// many.
func (s *Service) SecondFactor(ctx context.Context, ticket, code string, from From) (opened Opened, err error) {
	now := s.instant()
	refused := false
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		refused = false
		x, err := selectStep(ctx, tx, hashOf(ticket), now)
		if err != nil {
			return err
		}
		g, err := s.codeGuess(ctx, tx, x.workspace, x.user, from.Visitor.Address, now)
		if err != nil {
			return err
		}
		right, err := s.useCode(ctx, tx, x.workspace.Number, x.user, code, now)
		if err != nil || !right {
			refused = err == nil // the attempt stays counted: no error that rolls it back
			return err
		}
		if err := errors.Join(g.forgive(ctx, tx), deleteStep(ctx, tx, hashOf(ticket))); err != nil {
			return err
		}
		opened, err = s.open(ctx, tx, Arrival{
			Agent: from.Agent, Cookie: from.Cookie, Method: x.method, User: x.user, Visitor: from.Visitor, Workspace: x.workspace,
		})
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return Opened{}, fault.New(fault.Unauthorized, "this sign-in took too long; begin again")
	case err != nil:
		return Opened{}, err
	case refused:
		return Opened{}, fault.New(fault.Unauthorized, "the code is wrong, or was used already")
	}
	return opened, nil
}

// codeGuess counts an attempt at a second factor. Codes have six digits, so
// these are counted apart from passwords.
func (s *Service) codeGuess(ctx context.Context, tx *db.Tx, w caller.Workspace, user access.UserID, address string, now time.Time) (guess, error) {
	g := guess{{attemptsAccount, "code:" + string(user)}, {attemptsAddress, "address:" + network(address)}}
	return g, g.count(ctx, tx, now)
}

// Prove renews what CheckRecent asks for, by the password or a code of the
// caller's device.
func (s *Service) Prove(ctx context.Context, c caller.Caller, password, code string) error {
	now := s.instant()
	var stored string
	var g guess
	right := false
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		right = false
		user := access.UserID(c.ID)
		if g, err = s.codeGuess(ctx, tx, c.Workspace, user, c.Address, now); err != nil {
			return err
		}
		if code != "" {
			right, err = s.useCode(ctx, tx, c.Workspace.Number, user, code, now)
			return err
		}
		stored, err = selectPassword(ctx, tx, c.Workspace.Number, user)
		if errors.Is(err, db.ErrNoRow) {
			stored, err = "", nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if !right && (code != "" || !s.verify(stored, password)) {
		return fault.New(fault.Forbidden, "this is not your password, or not a code of your device")
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := g.forgive(ctx, tx); err != nil {
			return err
		}
		return proveSession(ctx, tx, c.Workspace.Number, c.Session, now)
	})
	if err != nil {
		return fmt.Errorf("note the proof: %w", err)
	}
	return nil
}
