// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// ApplicationID names an application; it is the integrationId of the manage API.
type ApplicationID string

// Type says what an application is for, and so which scopes it may hold.
type Type string

// The types.
const (
	Audit  Type = "audit"
	Build  Type = "build"
	Manage Type = "manage"
)

// Distribution says who installs an application.
type Distribution string

// The distributions.
const (
	Private Distribution = "private" // one workspace
	Public  Distribution = "public"  // many; Build only
)

// Application is a program that calls the API.
type Application struct {
	AcceptForm        bool // token requests may be form-encoded
	ClientID          string
	CreatedAt         time.Time
	Description       string
	Distribution      Distribution
	ID                ApplicationID
	MintedAt          *time.Time // of its last token; nil when it never had one
	Name              string
	Origin            ApplicationID // of an installed application: whose installation it is; "" otherwise
	OverlappingTokens int           // live tokens at once, 1 at least
	RedirectURIs      []string
	RotationGrace     time.Duration // how long a rotated secret and its tokens live on
	Scopes            []caller.Scope
	Type              Type
	UpdatedAt         time.Time
}

// NewApplication is what an application is made from.
type NewApplication struct {
	Description  string
	Distribution Distribution // "" = Private
	Name         string
	RedirectURIs []string       // Public only
	Scopes       []caller.Scope // nil = all of the type
	Type         Type           // "" = Build
}

// Settings change an application; nil leaves a setting as it is.
type Settings struct {
	AcceptForm        *bool
	Description       *string
	Name              *string
	OverlappingTokens *int
	RedirectURIs      *[]string
	RotationGrace     *time.Duration
}

// Options are what a Service is made of.
type Options struct {
	DB     *db.DB
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand; for tests that compare output
}

// Service holds applications and tokens. It is safe for concurrent use.
type Service struct {
	// Definitions is what installed applications push; nil: nothing. It is set
	// before the first request: what it is needs the service first.
	Definitions Definitions

	// Sessions says who looks at the page that asks for consent; nil: nobody can. It
	// is set before the first request, too.
	Sessions web.Sessions

	db     *db.DB
	log    *slog.Logger
	mints  *mintQueues
	now    func() time.Time
	random io.Reader
	used   *lastUse
}

// New answers a service on a database.
func New(o Options) *Service {
	s := &Service{db: o.DB, log: o.Logger, now: o.Now, random: o.Random, mints: newMintQueues(), used: newLastUse()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	return s
}

// instant answers the present as rows keep it.
func (s *Service) instant() time.Time { return db.Time(db.Millis(s.now())) }

// Create makes an application in the caller's workspace and answers its secret,
// which nobody can read again. Faults: Invalid for what breaks a rule, Conflict
// when the name is taken.
func (s *Service) Create(ctx context.Context, c caller.Caller, in NewApplication) (Application, string, error) {
	secret, err := s.newSecret()
	if err != nil {
		return Application{}, "", err
	}
	app, err := s.create(ctx, c, in, secret)
	if err != nil {
		return Application{}, "", err
	}
	return app, secret, nil
}

// Register is Create for an application that gets its secret later, by
// RotateSecret, from somebody who may make one.
func (s *Service) Register(ctx context.Context, c caller.Caller, in NewApplication) (Application, error) {
	return s.create(ctx, c, in, "")
}

// create makes an application, without a secret when that is "".
func (s *Service) create(ctx context.Context, c caller.Caller, in NewApplication, secret string) (Application, error) {
	now := s.instant()
	app, err := in.check()
	if err != nil {
		return Application{}, err
	}
	app.ID, app.CreatedAt, app.UpdatedAt = ApplicationID(db.NewID(now)), now, now
	if app.ClientID, err = s.newClientID(); err != nil {
		return Application{}, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertApplication(ctx, tx, c.Workspace.Number, app); err != nil {
			return err
		}
		if secret != "" {
			if err := insertSecret(ctx, tx, c.Workspace.Number, app.ID, hashOf(secret), now); err != nil {
				return err
			}
		}
		return appendChange(ctx, tx, c, now, app, created(app))
	})
	if err != nil {
		return Application{}, nameTaken(err, app.Name, "create application")
	}
	return app, nil
}

// nameTaken says so when that is what err is about.
func nameTaken(err error, name, what string) error {
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "there is an application called %q already", name)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// List answers the applications of the caller's workspace, oldest first.
func (s *Service) List(ctx context.Context, c caller.Caller) ([]Application, error) {
	var apps []Application
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		apps, err = selectApplications(ctx, tx, c.Workspace.Number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	return apps, nil
}

// known is what lists say of a workspace's applications beside what they are.
type known struct {
	publishers map[ApplicationID]string    // of installed ones: the workspaces that made them
	secrets    map[ApplicationID]time.Time // when it was made, of those that have one
}

func (s *Service) known(ctx context.Context, c caller.Caller) (k known, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if k.secrets, err = selectSecretTimes(ctx, tx, c.Workspace.Number); err != nil {
			return err
		}
		k.publishers, err = selectPublishers(ctx, tx, c.Workspace.Number)
		return err
	})
	return k, err
}

// Get answers one application of the caller's workspace by its id, client id or
// name (without regard to case), tried in this order; NotFound otherwise.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (Application, error) {
	var app Application
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		app, err = find(ctx, tx, c, ref)
		return err
	})
	return app, err
}

func find(ctx context.Context, tx *db.Tx, c caller.Caller, ref string) (Application, error) {
	if !web.Storable(ref) {
		return Application{}, fault.New(fault.NotFound, "there is no application %q", ref)
	}
	app, err := selectApplication(ctx, tx, c.Workspace.Number, ref, nameKey(ref))
	if errors.Is(err, db.ErrNoRow) {
		return Application{}, fault.New(fault.NotFound, "there is no application %q", ref)
	}
	if err != nil {
		return Application{}, fmt.Errorf("find application: %w", err)
	}
	return app, nil
}

// Configure changes settings of an application. When fewer tokens may overlap,
// the oldest ones end at once.
func (s *Service) Configure(ctx context.Context, c caller.Caller, ref string, in Settings) (Application, error) {
	now := s.instant()
	return s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, app *Application) error {
		before := *app
		if err := in.apply(app); err != nil {
			return err
		}
		app.UpdatedAt = now
		if app.OverlappingTokens < before.OverlappingTokens {
			if err := revokeOldest(ctx, tx, app.ID, now, app.OverlappingTokens); err != nil {
				return err
			}
		}
		if err := updateSettings(ctx, tx, *app); err != nil {
			return err
		}
		return appendChange(ctx, tx, c, now, *app, configured(before, *app))
	})
}

// RotateSecret gives an application a new secret. The old ones and the live
// tokens end at once, or with the application's grace window; tokens of public
// applications stay.
func (s *Service) RotateSecret(ctx context.Context, c caller.Caller, ref string) (string, error) {
	now := s.instant()
	secret, err := s.newSecret()
	if err != nil {
		return "", err
	}
	_, err = s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, app *Application) error {
		if app.Origin != "" {
			return fault.New(fault.Conflict, "an installed application has no secret: who made it keeps that of all its installations")
		}
		end := now.Add(app.RotationGrace)
		if err := endSecrets(ctx, tx, app.ID, end); err != nil {
			return err
		}
		if app.Distribution == Private {
			if err := endTokens(ctx, tx, app.ID, now, end); err != nil {
				return err
			}
		}
		if err := insertSecret(ctx, tx, c.Workspace.Number, app.ID, hashOf(secret), now); err != nil {
			return err
		}
		return appendChange(ctx, tx, c, now, *app, rotated(*app))
	})
	return secret, err
}

// Delete takes an application away; its secrets, tokens and connections end at
// once, those of its installations in other workspaces, too. What was pushed stays,
// and its name is free again.
func (s *Service) Delete(ctx context.Context, c caller.Caller, ref string) error {
	now := s.instant()
	_, err := s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, app *Application) error {
		if err := endSecrets(ctx, tx, app.ID, now); err != nil {
			return err
		}
		if err := endTokens(ctx, tx, app.ID, now, now); err != nil {
			return err
		}
		if err := s.endConnections(ctx, tx, c, *app, now); err != nil {
			return err
		}
		if err := deleteApplication(ctx, tx, app.ID, now); err != nil {
			return err
		}
		return appendChange(ctx, tx, c, now, *app, deleted(*app))
	})
	return err
}

// change runs fn on an application that no mint and no other change touches
// meanwhile.
func (s *Service) change(
	ctx context.Context, c caller.Caller, ref string, fn func(context.Context, *db.Tx, *Application) error,
) (Application, error) {
	var app Application
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := find(ctx, tx, c, ref)
		if err != nil {
			return err
		}
		if err := holdApplication(ctx, tx, found.ID); errors.Is(err, db.ErrNoRow) {
			return fault.New(fault.NotFound, "there is no application %q", ref)
		} else if err != nil {
			return err
		}
		// Read again: what was found may be older than the row now held.
		if app, err = find(ctx, tx, c, string(found.ID)); err != nil {
			return err
		}
		return fn(ctx, tx, &app)
	})
	if err != nil {
		return Application{}, nameTaken(err, app.Name, "change application")
	}
	return app, nil
}

func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
