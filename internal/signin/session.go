// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Session is one user in one workspace in one browser.
type Session struct {
	Address   string
	Agent     string
	CreatedAt time.Time
	EndedAt   *time.Time
	ExpiresAt time.Time
	ID        string
	Idle      time.Duration
	Method    Method
	Provider  string // name of the identity provider, "" for other methods
	ProvedAt  time.Time
	SeenAt    time.Time
	Sleeping  bool // another workspace's session has the browser
	User      access.UserID
	Workspace caller.Workspace

	browser string
}

// Arrival is somebody whom a method has proved to be a user.
type Arrival struct {
	Agent     string // the browser, for the list of sessions
	Cookie    string // session cookie that the browser sent along, "" for none
	Factor    string // the second factor that was asked for: totp, recovery_code; "" for none
	Method    Method
	Provider  string // name of the identity provider, "" otherwise
	User      access.UserID
	Visitor   caller.Caller // where the request came from
	Workspace caller.Workspace
}

// Opened is a session that has just begun, or that the browser went over to.
type Opened struct {
	Cookie  string // shown once
	Expires time.Time
	Session string // id
}

// live says whether requests may still come with a session.
func (x Session) live(now time.Time) bool {
	return x.EndedAt == nil && now.Before(x.ExpiresAt) && now.Before(x.SeenAt.Add(x.Idle))
}

// Open begins a session. Forbidden when the method is switched off or the user
// is not active.
func (s *Service) Open(ctx context.Context, a Arrival) (opened Opened, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		opened, err = s.open(ctx, tx, a)
		return err
	})
	return opened, err
}

// open is Open within a transaction.
func (s *Service) open(ctx context.Context, tx *db.Tx, a Arrival) (Opened, error) {
	now := s.instant()
	user, set, err := s.admit(ctx, tx, a)
	if err != nil {
		return Opened{}, err
	}
	browser, err := s.leaveBrowser(ctx, tx, a, now)
	if err != nil {
		return Opened{}, err
	}
	cookie := newSecret()
	x := Session{
		Address: a.Visitor.Address, Agent: a.Agent, CreatedAt: now, ExpiresAt: now.Add(set.Lifetime), ID: db.NewID(now),
		Idle: set.Idle, Method: a.Method, Provider: a.Provider, ProvedAt: now, SeenAt: now, User: a.User,
		Workspace: a.Workspace, browser: browser,
	}
	if err := insertSession(ctx, tx, x, hashOf(cookie)); err != nil {
		return Opened{}, err
	}
	actor := user.Caller(a.Workspace)
	actor.Address, actor.Session = a.Visitor.Address, x.ID
	body := map[string]any{"what": "begun", "method": string(a.Method)}
	if a.Factor != "" {
		body["factor"] = a.Factor
	}
	if a.Provider != "" {
		body["provider"] = a.Provider
	}
	err = evidence.Append(ctx, tx, now, evidence.Entry{Actor: actor, Kind: "session", Subject: subjectOf(user), Body: body})
	return Opened{Cookie: cookie, Expires: x.ExpiresAt, Session: x.ID}, err
}

// admit answers who may come in, and the workspace's settings. It holds the user,
// so that who is deactivated meanwhile is either refused here or loses the session.
func (s *Service) admit(ctx context.Context, tx *db.Tx, a Arrival) (user access.User, set Settings, err error) {
	if err = holdUser(ctx, tx, a.Workspace.Number, a.User); err == nil {
		user, err = s.Access.ByID(ctx, tx, a.Workspace.Number, a.User)
	}
	switch {
	case errors.Is(err, db.ErrNoRow) || err == nil && user.Status != access.Active:
		return user, set, fault.New(fault.Forbidden, "this account is not active; ask an Admin of %s", a.Workspace.Name)
	case err != nil:
		return user, set, fmt.Errorf("find user: %w", err)
	}
	if set, err = settings(ctx, tx, a.Workspace.Number); err != nil {
		return user, set, err
	}
	if !set.allows(a.Method) {
		return user, set, fault.New(fault.Forbidden, "%s does not let anybody in by %s", a.Workspace.Name, a.Method)
	}
	return user, set, nil
}

// leaveBrowser takes the browser from the session that it came with and answers
// the browser's id. What was begun in the same workspace ends; another
// workspace's session sleeps. Whoever holds the old cookie holds nothing now.
func (s *Service) leaveBrowser(ctx context.Context, tx *db.Tx, a Arrival, now time.Time) (string, error) {
	if a.Cookie == "" {
		return db.NewID(now), nil
	}
	before, err := selectSession(ctx, tx, hashOf(a.Cookie))
	switch {
	case errors.Is(err, db.ErrNoRow):
		return db.NewID(now), nil
	case err != nil:
		return "", err
	case !before.live(now):
		return db.NewID(now), nil
	}
	err = sleepSession(ctx, tx, before.ID)
	if errors.Is(err, db.ErrNoRow) { // another request was faster, so the cookie is dead
		return db.NewID(now), nil
	}
	if err != nil {
		return "", err
	}
	return before.browser, endInBrowser(ctx, tx, before.browser, a.Workspace.Number, now)
}

// seenEvery is how exact the last use of a session is: each use is a write.
const seenEvery = time.Minute

// Caller answers who calls with a session cookie. What is no live session of an
// active user is an Unauthorized fault.
func (s *Service) Caller(ctx context.Context, cookie string) (caller.Caller, error) {
	now := s.instant()
	var x Session
	var user access.User
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if x, err = selectSession(ctx, tx, hashOf(cookie)); err != nil {
			return err
		}
		user, err = s.Access.ByID(ctx, tx, x.Workspace.Number, x.User)
		return err
	})
	switch {
	case errors.Is(err, db.ErrNoRow):
		return caller.Caller{}, fault.New(fault.Unauthorized, "there is no such session; sign in")
	case err != nil:
		return caller.Caller{}, fmt.Errorf("find session: %w", err)
	case !x.live(now) || user.Status != access.Active:
		return caller.Caller{}, over()
	}
	if now.Sub(x.SeenAt) >= seenEvery {
		s.see(ctx, x.ID, now)
	}
	c := user.Caller(x.Workspace)
	c.Session = x.ID
	return c, nil
}

// see notes the use of a session. It may fail without harm: the next one notes.
func (s *Service) see(ctx context.Context, id string, now time.Time) {
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return seeSession(ctx, tx, id, now) })
	if err != nil {
		s.Logger.WarnContext(ctx, "the use of a session was not noted", slog.Any("error", err))
	}
}

// Stands answers how the caller of a session stands now, without noting a use of it:
// for a connection that stays open. Unauthorized when the session is over.
func (s *Service) Stands(ctx context.Context, c caller.Caller) (now caller.Caller, err error) {
	var user access.User
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := s.own(ctx, tx, c)
		if err != nil {
			return err
		}
		user, err = s.Access.ByID(ctx, tx, x.Workspace.Number, x.User)
		return err
	})
	if err != nil {
		return caller.Caller{}, err
	}
	if user.Status != access.Active {
		return caller.Caller{}, over()
	}
	now = user.Caller(c.Workspace)
	now.Session, now.Address = c.Session, c.Address
	return now, nil
}

// own reads the caller's session. Unauthorized when it ended, or lost the
// browser, after the request was let in.
func (s *Service) own(ctx context.Context, tx *db.Tx, c caller.Caller) (Session, error) {
	x, err := selectSessionByID(ctx, tx, c.Workspace.Number, c.Session)
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return Session{}, fmt.Errorf("read session %s: %w", c.Session, err)
	}
	if err != nil || x.Sleeping || !x.live(s.instant()) {
		return Session{}, over()
	}
	return x, nil
}

// over is what a request hears that comes with a dead session.
func over() error { return fault.New(fault.Unauthorized, "the session has ended; sign in again") }

// Current answers the caller's own session.
func (s *Service) Current(ctx context.Context, c caller.Caller) (x Session, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		x, err = s.own(ctx, tx, c)
		return err
	})
	return x, err
}

// Browser answers the live sessions of the caller's browser, the caller's own
// among them: one for each workspace that it can switch to.
func (s *Service) Browser(ctx context.Context, c caller.Caller) (list []Session, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		own, err := s.own(ctx, tx, c)
		if err != nil {
			return err
		}
		all, err := selectBrowser(ctx, tx, own.browser)
		list = s.living(all)
		return err
	})
	return list, err
}

// living answers the sessions that have not run out.
func (s *Service) living(all []Session) []Session {
	now := s.instant()
	return slices.DeleteFunc(all, func(x Session) bool { return !x.live(now) })
}

// Switch gives the browser to the session that it has in another workspace,
// named by id or slug, which may be the same one. Forbidden when there is none:
// sign in there first.
func (s *Service) Switch(ctx context.Context, c caller.Caller, ref string) (Opened, error) {
	target, err := s.workspace(ctx, ref)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Opened{}, err
	}
	now, cookie := s.instant(), newSecret()
	var next Session
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		own, err := s.own(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := sleepSession(ctx, tx, own.ID); errors.Is(err, db.ErrNoRow) { // another request was faster
			return over()
		} else if err != nil {
			return err
		}
		if next, err = selectAsleep(ctx, tx, own.browser, target.Number); err != nil {
			return err
		}
		if !next.live(now) {
			return db.ErrNoRow
		}
		return wakeSession(ctx, tx, next.ID, hashOf(cookie), now)
	})
	if errors.Is(err, db.ErrNoRow) {
		return Opened{}, fault.New(fault.Forbidden, "this browser has no session in the workspace %q; sign in there first", web.Shorten(ref))
	}
	if err != nil {
		return Opened{}, fmt.Errorf("switch workspace: %w", err)
	}
	return Opened{Cookie: cookie, Expires: next.ExpiresAt, Session: next.ID}, nil
}

// SignOut ends all sessions of the caller's browser, whatever their workspace.
func (s *Service) SignOut(ctx context.Context, c caller.Caller) error {
	now := s.instant()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		own, err := s.own(ctx, tx, c)
		if err != nil {
			return err
		}
		all, err := selectBrowser(ctx, tx, own.browser)
		if err != nil {
			return err
		}
		for _, x := range s.living(all) {
			user, err := s.Access.ByID(ctx, tx, x.Workspace.Number, x.User)
			if err != nil {
				return err
			}
			actor := user.Caller(x.Workspace)
			actor.Address, actor.Session = c.Address, x.ID
			if err := s.noteSession(ctx, tx, actor, x.User, now, "ended"); err != nil {
				return err
			}
		}
		return endBrowser(ctx, tx, own.browser, now)
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// Sessions lists a user's live sessions, newest first.
func (s *Service) Sessions(ctx context.Context, c caller.Caller, user access.UserID) (list []Session, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := selectSessions(ctx, tx, c.Workspace.Number, user)
		list = s.living(all)
		return err
	})
	return list, err
}

// Revoke ends a session: one's own, or anybody's in the workspace for who may
// manage users. Others are NotFound.
func (s *Service) Revoke(ctx context.Context, c caller.Caller, id string) error {
	now := s.instant()
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := selectSessionByID(ctx, tx, c.Workspace.Number, id)
		if err != nil {
			return err
		}
		if string(x.User) != c.ID && c.Check(caller.ManageUsers) != nil || !x.live(now) {
			return db.ErrNoRow
		}
		if err := endSession(ctx, tx, id, now); err != nil {
			return err
		}
		return s.noteSession(ctx, tx, c, x.User, now, "revoked")
	})
	if errors.Is(err, db.ErrNoRow) {
		return fault.New(fault.NotFound, "Session with id: %s not found", web.Shorten(id))
	}
	return err
}

// RevokeOthers ends every session of the caller but the one that calls.
func (s *Service) RevokeOthers(ctx context.Context, c caller.Caller) error {
	now := s.instant()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		ended, err := s.endOthers(ctx, tx, c, access.UserID(c.ID), now)
		if err != nil || ended == 0 {
			return err
		}
		return s.noteSession(ctx, tx, c, access.UserID(c.ID), now, "others revoked")
	})
}

// EndSessions ends all sessions of a user, and sign-ins that wait for a second
// factor; package access calls it where somebody is deactivated.
func (s *Service) EndSessions(ctx context.Context, tx *db.Tx, now time.Time, workspace int64, user access.UserID) error {
	c := caller.Caller{Workspace: caller.Workspace{Number: workspace}} // no session of theirs stays
	_, err := s.endOthers(ctx, tx, c, user, now)
	return err
}

// endOthers is EndSessions but for the session that the caller comes with. It
// answers how many ended. Whoever opens one meanwhile waits, and looks again.
func (s *Service) endOthers(ctx context.Context, tx *db.Tx, c caller.Caller, user access.UserID, now time.Time) (int64, error) {
	if err := holdUser(ctx, tx, c.Workspace.Number, user); err != nil {
		return 0, fmt.Errorf("hold user %s: %w", user, err)
	}
	if err := deleteSteps(ctx, tx, c.Workspace.Number, user); err != nil {
		return 0, err
	}
	return endSessions(ctx, tx, c.Workspace.Number, user, c.Session, now)
}

func (s *Service) noteSession(ctx context.Context, tx *db.Tx, c caller.Caller, id access.UserID, now time.Time, what string) error {
	user, err := s.Access.ByID(ctx, tx, c.Workspace.Number, id)
	if err != nil {
		return err
	}
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: c, Kind: "session", Subject: subjectOf(user), Body: map[string]any{"what": what},
	})
}

func subjectOf(u access.User) evidence.Subject {
	return evidence.Subject{Kind: "user", ID: string(u.ID), Name: u.Label()}
}
