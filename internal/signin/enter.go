// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
	"github.com/passmuster/muster/internal/workspace"
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
	closes    string // why a counter closes behind it, "" when none does
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
	w, err := s.workspace(ctx, workspace)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Outcome{}, err
	}
	// In a workspace that is not there, number 0, is nobody; the answer must not tell.
	a := &attempt{email: email, from: from, password: password, workspace: w.Caller()}
	if err := s.begin(ctx, a); err != nil {
		return Outcome{}, err
	}
	if !s.verify(a.hash, a.password) {
		return Outcome{}, s.fail(ctx, a)
	}
	return s.succeed(ctx, a)
}

// workspace finds a workspace by what a request calls it.
func (s *Service) workspace(ctx context.Context, ref string) (workspace.Workspace, error) {
	if !web.Storable(ref) {
		return workspace.Workspace{}, fault.New(fault.NotFound, "there is no workspace %q", web.Shorten(ref))
	}
	return s.Workspaces.Get(ctx, ref)
}

// begin counts the attempt and finds what the password is compared with.
func (s *Service) begin(ctx context.Context, a *attempt) error {
	now := s.instant()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if a.user, a.hash, err = s.candidate(ctx, tx, a); err != nil {
			return err
		}
		of := ofPassword(a.workspace.Number, a.email)
		if a.guess, err = guessAt(ctx, tx, of, guesser{a.from.Visitor.Address, a.user.ID, a.workspace.Number}, now); err != nil {
			return err
		}
		a.closes, err = a.guess.count(ctx, tx, now)
		return err
	})
}

// candidate answers who an attempt is for, the zero User for nobody, and the
// hash that lets them in, "" for none. It asks the same questions either way, so
// that the time does not tell.
func (s *Service) candidate(ctx context.Context, tx *db.Tx, a *attempt) (access.User, string, error) {
	user, err := s.Access.ByEmail(ctx, tx, a.workspace.Number, a.email)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return access.User{}, "", err
	}
	set, err := settings(ctx, tx, a.workspace.Number)
	if err != nil {
		return access.User{}, "", err
	}
	hash, err := selectPassword(ctx, tx, a.workspace.Number, user.ID)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return access.User{}, "", err
	}
	if user.Status != access.Active || !set.Enabled[Password] {
		hash = ""
	}
	return user, hash, nil
}

// fail answers the refusal, and writes down that a counter closed.
func (s *Service) fail(ctx context.Context, a *attempt) error {
	if a.closes == "" {
		return wrong()
	}
	s.Logger.WarnContext(ctx, "sign-ins are refused for a while", slog.String("reason", a.closes),
		slog.String("address", a.from.Visitor.Address), slog.String("workspace", a.workspace.ID))
	if a.user.ID == "" {
		return wrong()
	}
	now, visitor := s.instant(), a.from.Visitor
	visitor.Workspace = a.workspace
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return noteClosed(ctx, tx, now, visitor, a.user, a.closes)
	})
	if err != nil {
		return err
	}
	return wrong()
}

// succeed opens a session, or asks for the second factor, unless the user was
// deactivated, or the password changed or switched off, since begin looked.
func (s *Service) succeed(ctx context.Context, a *attempt) (out Outcome, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := a.guess.forgive(ctx, tx); err != nil {
			return err
		}
		err := holdUser(ctx, tx, a.workspace.Number, a.user.ID)
		if err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		user, hash, err := s.candidate(ctx, tx, a)
		if err != nil {
			return err
		}
		if user.ID != a.user.ID || hash != a.hash {
			return wrong()
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
	right := false
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		opened, right, err = s.secondFactor(ctx, tx, ticket, code, from)
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return Opened{}, fault.New(fault.Unauthorized, "this sign-in took too long; begin again")
	case err != nil:
		return Opened{}, err
	case !right:
		return Opened{}, fault.New(fault.Unauthorized, "the code is wrong, or was used already")
	}
	return opened, nil
}

// secondFactor opens the session of a ticket if the code is right. A wrong one is
// no error: the attempt stays counted. ErrNoRow for a ticket that is dead.
func (s *Service) secondFactor(ctx context.Context, tx *db.Tx, ticket, code string, from From) (opened Opened, right bool, err error) {
	now := s.instant()
	x, err := selectStep(ctx, tx, hashOf(ticket), now)
	if err != nil {
		return Opened{}, false, err
	}
	g, err := guessAt(ctx, tx, ofCode(x.user), guesser{from.Visitor.Address, x.user, x.workspace.Number}, now)
	if err != nil {
		return Opened{}, false, err
	}
	closes, err := g.count(ctx, tx, now)
	if err != nil {
		return Opened{}, false, err
	}
	if right, err = s.useCode(ctx, tx, x.workspace.Number, x.user, code, now); err != nil {
		return Opened{}, false, err
	}
	if !right {
		visitor := from.Visitor
		visitor.Workspace = x.workspace
		return Opened{}, false, s.noteWrong(ctx, tx, visitor, x.user, closes)
	}
	if err := errors.Join(g.forgive(ctx, tx), useStep(ctx, tx, hashOf(ticket))); err != nil {
		return Opened{}, false, err
	}
	factor := "totp"
	if len(plainCode(code)) == codeLetters {
		factor = "recovery_code"
	}
	opened, err = s.open(ctx, tx, Arrival{
		Agent: from.Agent, Cookie: from.Cookie, Factor: factor, Method: x.method, User: x.user, Visitor: from.Visitor, Workspace: x.workspace,
	})
	return opened, err == nil, err
}

// noteWrong writes down that a wrong code closed a counter, if it did.
func (s *Service) noteWrong(ctx context.Context, tx *db.Tx, actor caller.Caller, id access.UserID, closes string) error {
	if closes == "" {
		return nil
	}
	user, err := s.Access.ByID(ctx, tx, actor.Workspace.Number, id)
	if err != nil {
		return err
	}
	return noteClosed(ctx, tx, s.instant(), actor, user, closes)
}
