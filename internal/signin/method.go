// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Method is a way in.
type Method string

// The methods. SetUp is the one-time link of the first admin and Invitation
// that of an invited user: they open one session each and are no way back in.
const (
	Invitation Method = "invitation"
	MagicLink  Method = "magic_link"
	OIDC       Method = "oidc"
	Passkey    Method = "passkey"
	Password   Method = "password"
	SAML       Method = "saml"
	SetUp      Method = "set_up"
)

// Methods answers those that a workspace can switch, in the order shown.
func Methods() []Method { return []Method{Password, Passkey, MagicLink, OIDC, SAML} }

// Settings say how users of a workspace get in, and for how long.
type Settings struct {
	Enabled  map[Method]bool
	Idle     time.Duration // a session ends after so long without a request
	Lifetime time.Duration // a session ends so long after the sign-in
}

// Bounds of the session times.
const (
	minIdle     = 5 * time.Minute
	maxIdle     = 30 * 24 * time.Hour
	minLifetime = 15 * time.Minute
	maxLifetime = 90 * 24 * time.Hour
)

// defaults are the settings of a workspace that has changed none.
func defaults() Settings {
	s := Settings{Enabled: map[Method]bool{}, Idle: 24 * time.Hour, Lifetime: 14 * 24 * time.Hour}
	for _, m := range Methods() {
		s.Enabled[m] = true
	}
	return s
}

// Change alters settings; nil and absent ones stay.
type Change struct {
	Enabled  map[Method]bool
	Idle     *time.Duration
	Lifetime *time.Duration
}

// Settings answers those of the caller's workspace.
func (s *Service) Settings(ctx context.Context, c caller.Caller) (found Settings, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = settings(ctx, tx, c.Workspace.Number)
		return err
	})
	if err != nil {
		return Settings{}, fmt.Errorf("read sign-in settings: %w", err)
	}
	return found, nil
}

func settings(ctx context.Context, tx *db.Tx, workspace int64) (Settings, error) {
	found, err := selectSettings(ctx, tx, workspace)
	if errors.Is(err, db.ErrNoRow) {
		return defaults(), nil
	}
	return found, err
}

// Enabled says whether a workspace lets users in by a method.
func (s *Service) Enabled(ctx context.Context, workspace int64, m Method) (enabled bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err := settings(ctx, tx, workspace)
		enabled = set.allows(m)
		return err
	})
	return enabled, err
}

// allows says whether a method is on. Set-up and invitation always are.
func (s Settings) allows(m Method) bool {
	return m == SetUp || m == Invitation || s.Enabled[m]
}

// Configure changes the settings of the caller's workspace. A method that the
// last Admin needs stays on: Impossible. Sessions that run are shortened to new
// times, never made longer.
func (s *Service) Configure(ctx context.Context, c caller.Caller, change Change) (after Settings, err error) {
	if err := change.check(); err != nil {
		return Settings{}, err
	}
	now := s.instant()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.Access.Guarded(ctx, tx, c.Workspace, func() error {
			before, err := settings(ctx, tx, c.Workspace.Number)
			if err != nil {
				return err
			}
			after = before.with(change)
			changes := before.differences(after)
			if len(changes) == 0 {
				return nil
			}
			if err := putSettings(ctx, tx, c.Workspace.Number, after, now); err != nil {
				return err
			}
			if err := shortenSessions(ctx, tx, c.Workspace.Number, after); err != nil {
				return err
			}
			return evidence.Append(ctx, tx, now, evidence.Entry{
				Actor: c, Kind: "sign_in_settings",
				Subject: evidence.Subject{Kind: "workspace", ID: c.Workspace.ID, Name: c.Workspace.Name},
				Body:    map[string]any{"what": "updated", "changes": changes},
			})
		})
	})
	if err != nil {
		var refusal *access.LockoutError
		if errors.As(err, &refusal) {
			refusal.Attempt = "change of the ways of signing in"
		}
		return Settings{}, s.Access.NoteRefused(ctx, c, err)
	}
	return after, nil
}

func (c Change) check() error {
	for m := range c.Enabled {
		if !slices.Contains(Methods(), m) {
			return fault.New(fault.Invalid, "there is no sign-in method %q", m)
		}
	}
	if c.Idle != nil && (*c.Idle < minIdle || *c.Idle > maxIdle) {
		return fault.At(fault.Problem{Pointer: "/session/idleMinutes", Message: "must be 5 minutes to 30 days"})
	}
	if c.Lifetime != nil && (*c.Lifetime < minLifetime || *c.Lifetime > maxLifetime) {
		return fault.At(fault.Problem{Pointer: "/session/lifetimeMinutes", Message: "must be 15 minutes to 90 days"})
	}
	return nil
}

func (s Settings) with(c Change) Settings {
	after := Settings{Enabled: map[Method]bool{}, Idle: s.Idle, Lifetime: s.Lifetime}
	for _, m := range Methods() {
		after.Enabled[m] = s.Enabled[m]
		if on, named := c.Enabled[m]; named {
			after.Enabled[m] = on
		}
	}
	if c.Idle != nil {
		after.Idle = *c.Idle
	}
	if c.Lifetime != nil {
		after.Lifetime = *c.Lifetime
	}
	return after
}

// differences says what an evidence entry tells.
func (s Settings) differences(after Settings) []evidence.Change {
	var changes []evidence.Change
	for _, m := range Methods() {
		if s.Enabled[m] != after.Enabled[m] {
			changes = append(changes, evidence.Change{Field: string(m), Before: onOff(s.Enabled[m]), After: onOff(after.Enabled[m])})
		}
	}
	if s.Idle != after.Idle {
		changes = append(changes, evidence.Change{Field: "idle time", Before: s.Idle.String(), After: after.Idle.String()})
	}
	if s.Lifetime != after.Lifetime {
		changes = append(changes, evidence.Change{Field: "session lifetime", Before: s.Lifetime.String(), After: after.Lifetime.String()})
	}
	return changes
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// CanSignIn says whether an active user has a way in now; package access asks
// for its guard.
func (s *Service) CanSignIn(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (bool, error) {
	set, err := settings(ctx, tx, workspace)
	if err != nil {
		return false, err
	}
	for _, m := range Methods() {
		if !set.Enabled[m] {
			continue
		}
		if opens, err := s.opens(ctx, tx, workspace, user, m); opens || err != nil {
			return opens, err
		}
	}
	return false, nil
}

func (s *Service) opens(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, m Method) (bool, error) {
	switch m {
	case Password:
		_, err := selectPassword(ctx, tx, workspace, user)
		if errors.Is(err, db.ErrNoRow) {
			return false, nil
		}
		return err == nil, err
	case MagicLink:
		return s.mails(), nil
	default:
		way := s.Ways[m]
		if way == nil {
			return false, nil
		}
		return way.Opens(ctx, tx, workspace, user)
	}
}
