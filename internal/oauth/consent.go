// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// How long somebody may look at a request, and a code live (contract section 2).
const (
	lookTime = 15 * time.Minute
	codeLife = 30 * time.Second
)

// Pushed is a resource definition of an application, for who is to allow it.
type Pushed struct {
	Base string // base type
	Name string
}

// Definitions is what consent and connections need of package resource.
type Definitions interface {
	// Disconnect takes away, now, the records of a source of an application: their
	// history stays. A pass does it for those that EndSource alone was told of.
	Disconnect(ctx context.Context, c caller.Caller, application, source string) error
	// EndSource notes, in the transaction that disconnects, that a source's records are
	// to go.
	EndSource(ctx context.Context, tx *db.Tx, w caller.Workspace, now time.Time, application, source string) error
	// Install gives an installed application of the caller's workspace definitions
	// after those of its origin. Those that it has stay as they are.
	Install(ctx context.Context, tx *db.Tx, c caller.Caller, origin, installed string) error
	// Pushed lists the definitions of an application, by name.
	Pushed(ctx context.Context, tx *db.Tx, application string) ([]Pushed, error)
}

// consent is what somebody is asked.
type consent struct {
	authorization
	connected bool // the connection is there already
	pushed    []Pushed
	request   string // what the form holds to name the request; "" when it was taken from one
}

// shown is the digest of what a page says of the application: somebody who allows
// something has seen just that.
func (c consent) shown() (digest, error) {
	text, err := json.Marshal([]any{c.app.Name, c.app.Description, c.publisher, c.pushed, c.scopes})
	return sha256.Sum256(text), err
}

// requestRow is a consent as rows keep it.
type requestRow struct {
	app       ApplicationID
	challenge string
	expires   time.Time
	hash      digest
	redirect  string
	scopes    []caller.Scope
	session   string
	shown     digest
	source    string
	state     string
	workspace int64
}

// ask keeps a request while somebody looks at it. The caller may be anybody who is
// signed in; a Forbidden fault says who may not allow it.
func (s *Service) ask(ctx context.Context, c caller.Caller, a authorization) (consent, error) {
	if err := c.Check(caller.WriteApplications); err != nil {
		return consent{}, err
	}
	request, err := s.credential("", requestLetters)
	if err != nil {
		return consent{}, err
	}
	asked := consent{authorization: a, request: request}
	now := s.instant()
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.describe(ctx, tx, c, &asked); err != nil {
			return err
		}
		shown, err := asked.shown()
		if err != nil {
			return err
		}
		return insertRequest(ctx, tx, requestRow{
			app: a.app.ID, challenge: a.challenge, expires: now.Add(lookTime), hash: hashOf(request), redirect: a.redirect,
			scopes: a.scopes, session: c.Session, shown: shown, source: a.source, state: a.state, workspace: c.Workspace.Number,
		})
	})
	if err != nil {
		return consent{}, fmt.Errorf("keep authorization request: %w", err)
	}
	return asked, nil
}

// describe fills in what the page says beside the request itself.
func (s *Service) describe(ctx context.Context, tx *db.Tx, c caller.Caller, asked *consent) (err error) {
	if asked.pushed, err = s.pushed(ctx, tx, asked.app.ID); err != nil {
		return err
	}
	installed, err := selectInstalled(ctx, tx, c.Workspace.Number, asked.app.ID)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	} else if err != nil {
		return err
	}
	known, err := selectConnectionOf(ctx, tx, installed.ID, asked.source)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	asked.connected = known.State == Connected
	return err
}

func (s *Service) pushed(ctx context.Context, tx *db.Tx, id ApplicationID) ([]Pushed, error) {
	if s.Definitions == nil {
		return nil, nil
	}
	return s.Definitions.Pushed(ctx, tx, string(id))
}

// stale says that a page's form is answered too late, twice, in another session,
// or over something that has changed.
func stale() error {
	return fault.New(fault.Conflict, "This page is not valid any more: it was answered already, is too old, belongs to another "+
		"session, or the application has changed since. Go back to the application, and begin again.")
}

// take answers the request that a form names, and forgets it: it is answered once,
// by the session that it was shown to.
func (s *Service) take(ctx context.Context, tx *db.Tx, c caller.Caller, request string, now time.Time) (consent, error) {
	if !web.Storable(request) {
		return consent{}, stale()
	}
	row, err := takeRequest(ctx, tx, hashOf(request), c.Workspace.Number, c.Session)
	if errors.Is(err, db.ErrNoRow) || err == nil && !now.Before(row.expires) {
		return consent{}, stale()
	}
	if err != nil {
		return consent{}, err
	}
	// No mint, change or deletion of the application until the end of this.
	if err := holdApplication(ctx, tx, row.app); errors.Is(err, db.ErrNoRow) {
		return consent{}, stale()
	} else if err != nil {
		return consent{}, err
	}
	asked := consent{authorization: authorization{
		challenge: row.challenge, redirect: row.redirect, scopes: row.scopes, source: row.source, state: row.state,
	}}
	if asked.app, asked.publisher, err = selectPublishedID(ctx, tx, row.app); err != nil {
		return consent{}, err
	}
	if err := s.describe(ctx, tx, c, &asked); err != nil {
		return consent{}, err
	}
	shown, err := asked.shown()
	if err == nil && (shown != row.shown || !asked.app.returnsTo(row.redirect)) {
		err = stale()
	}
	return asked, err
}

// refuseConsent notes that somebody does not allow a request.
func (s *Service) refuseConsent(ctx context.Context, c caller.Caller, request string) (a authorization, err error) {
	now := s.instant()
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		asked, err := s.take(ctx, tx, c, request, now)
		if err != nil {
			return err
		}
		a = asked.authorization
		return appendConsent(ctx, tx, c, now, asked.app, consented{Publisher: a.publisher, Source: a.source, What: "refused"})
	})
	if err != nil {
		return authorization{}, fmt.Errorf("refuse: %w", err)
	}
	return a, nil
}

// allow installs the application in the caller's workspace, where it is not yet,
// and answers a code by which its client gets tokens.
func (s *Service) allow(ctx context.Context, c caller.Caller, request string) (a authorization, code string, err error) {
	if err := c.Check(caller.WriteApplications); err != nil {
		return authorization{}, "", err
	}
	if code, err = s.newCode(); err != nil {
		return authorization{}, "", err
	}
	now := s.instant()
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		asked, err := s.take(ctx, tx, c, request, now)
		if err != nil {
			return err
		}
		a = asked.authorization
		installed, err := s.install(ctx, tx, c, a, now)
		if err != nil {
			return err
		}
		if err := insertCode(ctx, tx, codeRow{
			allowedBy: c.ID, allowedName: c.Name, application: installed.ID, challenge: a.challenge, expires: now.Add(codeLife),
			family: tx.NewID(now), hash: hashOf(code), origin: a.app.ID, redirect: a.redirect, scopes: a.scopes, source: a.source,
			workspace: c.Workspace.Number,
		}); err != nil {
			return err
		}
		return appendConsent(ctx, tx, c, now, installed, consented{
			Publisher: a.publisher, Scopes: a.scopes, Source: a.source, What: "allowed",
		})
	})
	if err != nil {
		return authorization{}, "", fmt.Errorf("allow: %w", err)
	}
	return a, code, nil
}

// install answers the installation of a public application in the caller's
// workspace, with every definition that the application has by now.
func (s *Service) install(ctx context.Context, tx *db.Tx, c caller.Caller, a authorization, now time.Time) (Application, error) {
	installed, err := selectInstalled(ctx, tx, c.Workspace.Number, a.app.ID)
	switch {
	case errors.Is(err, db.ErrNoRow):
		if installed, err = s.newInstallation(ctx, tx, c, a, now); err != nil {
			return Application{}, err
		}
	case err != nil:
		return Application{}, err
	}
	if s.Definitions == nil {
		return installed, nil
	}
	return installed, s.Definitions.Install(ctx, tx, c, string(a.app.ID), string(installed.ID))
}

func (s *Service) newInstallation(
	ctx context.Context, tx *db.Tx, c caller.Caller, a authorization, now time.Time,
) (Application, error) {
	app := Application{
		CreatedAt: now, Description: a.app.Description, Distribution: Private, ID: ApplicationID(tx.NewID(now)), Origin: a.app.ID,
		OverlappingTokens: 1, RedirectURIs: []string{}, Scopes: a.app.Scopes, Type: a.app.Type, UpdatedAt: now,
	}
	var err error
	if app.Name, err = freeName(ctx, tx, c.Workspace.Number, a.app.Name); err != nil {
		return Application{}, err
	}
	row := app
	row.ClientID = installedClient(app.ID)
	if err := insertApplication(ctx, tx, c.Workspace.Number, row); err != nil {
		return Application{}, err
	}
	body := created(app)
	body.Publisher, body.What = a.publisher, "installed"
	return app, appendChange(ctx, tx, c, now, app, body)
}

// installedClient is no client id that a caller could hold: those are random, and
// of another form.
func installedClient(id ApplicationID) string { return "installed " + string(id) }

// freeName answers a name that no application of a workspace has: the wanted one,
// or with a number behind it.
func freeName(ctx context.Context, tx *db.Tx, workspace int64, wanted string) (string, error) {
	name := wanted
	for n := 2; ; n++ {
		taken, err := hasName(ctx, tx, workspace, nameKey(name))
		if err != nil || !taken {
			return name, err
		}
		end := " (" + strconv.Itoa(n) + ")"
		name = cut(wanted, maxName-utf8.RuneCountInString(end)) + end
	}
}

// cut answers the first letters of a text.
func cut(text string, letters int) string {
	if runes := []rune(text); len(runes) > letters {
		return string(runes[:letters])
	}
	return text
}
