// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// SetUpLink makes the link by which the first Admin of a workspace comes in; nil
// when an active Admin can sign in already. Earlier links end. Whoever reads the
// server's standard error may use it.
func (s *Service) SetUpLink(ctx context.Context, w caller.Workspace) (*Link, error) {
	var token string
	var made link
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		token = ""
		return s.Access.Guarded(ctx, tx, w, func() error { // two servers may start at once
			needed, err := s.needsSetUp(ctx, tx, w)
			if err != nil || !needed {
				return err
			}
			token, made, err = s.makeLink(ctx, tx, linkSetUp, w, "", false)
			return err
		})
	})
	if err != nil || token == "" {
		return nil, err
	}
	url, err := s.linkURL(ctx, linkSetUp, token)
	return &Link{ExpiresAt: made.expires, URL: url}, err
}

func (s *Service) needsSetUp(ctx context.Context, tx *db.Tx, w caller.Workspace) (bool, error) {
	_, standing, err := s.Access.Standing(ctx, tx, w.Number)
	return !standing, err
}

// FirstAdmin is who sets a workspace up.
type FirstAdmin struct{ Email, Name, Password string }

// SetUp makes the first Admin and signs them in. Conflict when there is one by
// now; a user with the e-mail becomes that Admin.
func (s *Service) SetUp(ctx context.Context, token string, in FirstAdmin, from From) (opened Opened, err error) {
	l, _, err := s.prepare(ctx, linkSetUp, token, "")
	if err != nil {
		return Opened{}, err
	}
	if err := s.CheckPassword(in.Password, in.Email, in.Name); err != nil {
		return Opened{}, err
	}
	hash, err := s.hashed(in.Password)
	if err != nil {
		return Opened{}, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.Access.Guarded(ctx, tx, l.workspace, func() error {
			if _, err := s.take(ctx, tx, linkSetUp, token); err != nil {
				return err
			}
			opened, err = s.setUp(ctx, tx, l.workspace, in, hash, from)
			return err
		})
	})
	return opened, err
}

// setUp makes the Admin of a workspace that has none who can sign in.
func (s *Service) setUp(ctx context.Context, tx *db.Tx, w caller.Workspace, in FirstAdmin, hash string, from From) (Opened, error) {
	needed, err := s.needsSetUp(ctx, tx, w)
	if err != nil {
		return Opened{}, err
	}
	if !needed {
		return Opened{}, fault.New(fault.Conflict, "%s has an Admin already; sign in", w.Name)
	}
	actor := from.Visitor
	actor.Workspace, actor.Name = w, in.Email
	user, err := s.Access.EnsureAdmin(ctx, tx, actor, access.NewUser{Email: in.Email, Name: in.Name})
	if err != nil {
		return Opened{}, err
	}
	if err := s.replacePassword(ctx, tx, actor, user.ID, hash); err != nil {
		return Opened{}, err
	}
	return s.open(ctx, tx, Arrival{
		Agent: from.Agent, Cookie: from.Cookie, Method: SetUp, User: user.ID, Visitor: from.Visitor, Workspace: w,
	})
}

// Found makes the caller the Admin of a workspace that they have just made, with
// the password and the device that they have here, and lets the browser switch
// there. Package workspace calls it. Conflict for who has no password: they
// could not come back.
func (s *Service) Found(ctx context.Context, tx *db.Tx, c caller.Caller, w caller.Workspace) error {
	now := s.instant()
	there := c // the entry is the new workspace's first; it knows no user yet
	there.ID, there.Session, there.Workspace = "", "", w
	err := evidence.Append(ctx, tx, now, evidence.Entry{
		Actor: there, Kind: "workspace", Subject: evidence.Subject{Kind: "workspace", ID: w.ID, Name: w.Name}, Body: map[string]any{"what": "created"},
	})
	if err != nil || c.Kind != caller.User {
		return err
	}
	user, err := s.Access.ByID(ctx, tx, c.Workspace.Number, access.UserID(c.ID))
	if err != nil {
		return err
	}
	hash, err := selectPassword(ctx, tx, c.Workspace.Number, user.ID)
	if errors.Is(err, db.ErrNoRow) {
		return fault.New(fault.Conflict, "set a password first: it is how you get into the new workspace")
	}
	if err != nil {
		return err
	}
	admin, err := s.Access.EnsureAdmin(ctx, tx, there, access.NewUser{Email: user.Email, Name: user.Name})
	if err != nil {
		return err
	}
	if err := putPassword(ctx, tx, w.Number, admin.ID, hash, now); err != nil {
		return err
	}
	if err := s.copyTOTP(ctx, tx, c.Workspace, user.ID, w, admin.ID); err != nil {
		return err
	}
	return s.foundSession(ctx, tx, c, w, admin.ID)
}

// copyTOTP gives the founder's confirmed device to the user that they are in a
// new workspace.
func (s *Service) copyTOTP(ctx context.Context, tx *db.Tx, w caller.Workspace, user access.UserID, there caller.Workspace, admin access.UserID) error {
	device, err := selectTOTP(ctx, tx, w.Number, user)
	if errors.Is(err, db.ErrNoRow) || err == nil && device.confirmed == nil {
		return nil
	}
	if err != nil {
		return err
	}
	secret, err := s.Sealer.Open(sealTOTP(user), device.secret)
	if err != nil {
		return err
	}
	sealed, err := s.Sealer.Seal(sealTOTP(admin), secret)
	if err != nil {
		return err
	}
	if err := putTOTP(ctx, tx, there.Number, admin, sealed, s.instant()); err != nil {
		return err
	}
	return confirmTOTP(ctx, tx, there.Number, admin, device.lastStep, *device.confirmed)
}

// Renamed leaves the entry of a workspace's new name; package workspace calls it.
func (s *Service) Renamed(ctx context.Context, tx *db.Tx, c caller.Caller, before string) error {
	return evidence.Append(ctx, tx, s.instant(), evidence.Entry{
		Actor: c, Kind: "workspace", Subject: evidence.Subject{Kind: "workspace", ID: c.Workspace.ID, Name: c.Workspace.Name},
		Body: map[string]any{"what": "renamed", "changes": []evidence.Change{{Field: "name", Before: before, After: c.Workspace.Name}}},
	})
}

// foundSession gives the caller's browser a sleeping session in a new workspace.
func (s *Service) foundSession(ctx context.Context, tx *db.Tx, c caller.Caller, w caller.Workspace, user access.UserID) error {
	x, err := s.own(ctx, tx, c)
	if err != nil {
		return err
	}
	now := s.instant()
	x.ID, x.User, x.Workspace, x.CreatedAt, x.SeenAt = db.NewID(now), user, w, now, now
	return insertSession(ctx, tx, x, nil)
}
