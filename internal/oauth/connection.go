// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// ConnectionID names a connection.
type ConnectionID string

// State says whether a connection has tokens.
type State string

// The states of a connection.
const (
	Connected    State = "connected"
	Disconnected State = "disconnected"
)

// Reason says why a connection is disconnected.
type Reason string

// The reasons.
const (
	ApplicationDeleted Reason = "application_deleted"   // the installed application
	CodeReused         Reason = "code_reused"           // an authorization code came twice
	CustomerLeft       Reason = "customer_disconnected" // somebody of the workspace
	OriginDeleted      Reason = "origin_deleted"        // the public application
	PartnerLeft        Reason = "partner_disconnected"  // its client suspended the refresh token
	RefreshReused      Reason = "refresh_token_reused"  // a refresh token came after its time
)

// Words says a reason to people.
func (r Reason) Words() string {
	switch r {
	case ApplicationDeleted:
		return "the application was deleted"
	case CodeReused:
		return "an authorization code was used again"
	case CustomerLeft:
		return "somebody here disconnected it"
	case OriginDeleted:
		return "its makers deleted the application"
	case PartnerLeft:
		return "the application disconnected itself"
	case RefreshReused:
		return "a refresh token was used again"
	}
	return ""
}

// Connection is a source of an installed application: what its client may push by
// the consent of somebody.
type Connection struct {
	AllowedBy      string // id of a user
	AllowedByName  string
	Application    ApplicationID // the installed one
	ConnectedAt    time.Time     // the last time
	CreatedAt      time.Time
	DisconnectedAt *time.Time // nil while it is connected
	EndedBy        string     // name of who disconnected it, "" for nobody
	ID             ConnectionID
	Reason         Reason // "" while it is connected
	RefreshedAt    time.Time
	Scopes         []caller.Scope
	Source         string
	State          State
	UsedAt         *time.Time // of an access token; nil: never

	family     string // of its tokens
	generation int64  // of its newest refresh tokens
	workspace  caller.Workspace
}

// caller is the connection's client as entries of evidence name it.
func (n Connection) caller(app Application) caller.Caller {
	return caller.Caller{Kind: caller.Application, ID: string(app.ID), Name: app.Name, Source: n.Source, Workspace: n.workspace}
}

// Connections lists the connections of an installed application, oldest first.
func (s *Service) Connections(ctx context.Context, c caller.Caller, ref string) (all []Connection, err error) {
	if err := s.FlushLastUsed(ctx); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		app, err := find(ctx, tx, c, ref)
		if err != nil {
			return err
		}
		all, err = selectConnections(ctx, tx, app.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	return all, nil
}

// Installation is what the makers of a public application see of a workspace that
// has installed it: nothing of its data.
type Installation struct {
	Connected   int64 // connections with tokens
	Connections int64
	CreatedAt   time.Time
	ID          ApplicationID // the installed application
	UsedAt      *time.Time    // of an access token, of any connection
	Workspace   string        // name
}

// Installations lists who has installed a public application, oldest first.
func (s *Service) Installations(ctx context.Context, c caller.Caller, ref string) (all []Installation, err error) {
	if err := s.FlushLastUsed(ctx); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		app, err := find(ctx, tx, c, ref)
		if err != nil {
			return err
		}
		all, err = selectInstallations(ctx, tx, app.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list installations: %w", err)
	}
	return all, nil
}

// Disconnect ends a connection for somebody of its workspace: its tokens are dead
// at once, and its records leave the tests. What is disconnected already, because
// of a theft perhaps, loses its records too.
func (s *Service) Disconnect(ctx context.Context, c caller.Caller, ref, id string) error {
	now := s.instant()
	var source string
	app, err := s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, app *Application) error {
		if !web.Storable(id) {
			return fault.New(fault.NotFound, "the application has no connection %q", id)
		}
		n, err := holdConnection(ctx, tx, app.ID, ConnectionID(id))
		switch {
		case errors.Is(err, db.ErrNoRow):
			return fault.New(fault.NotFound, "the application has no connection %q", id)
		case err != nil:
			return err
		case n.State == Disconnected && n.Reason.clears():
			source = ""
			return nil
		}
		source = n.Source
		return s.end(ctx, tx, n, ending{actor: c, app: *app, at: now, endedBy: c.Name, reason: CustomerLeft})
	})
	if err != nil {
		return fmt.Errorf("disconnect: %w", err)
	}
	if source == "" || s.Definitions == nil {
		return nil
	}
	// The pass would do it, too; but somebody waits.
	return s.Definitions.Disconnect(ctx, c, string(app.ID), source)
}

// clears says whether the records of a connection that ends for a reason leave the
// tests: they do when it is meant. A theft or a deletion leaves them until somebody
// of the workspace says so.
func (r Reason) clears() bool { return r == CustomerLeft || r == PartnerLeft }

// ending is how a connection comes to its end.
type ending struct {
	actor   caller.Caller
	app     Application // the installed one
	at      time.Time
	endedBy string // name, "" for nobody
	reason  Reason
}

// end takes a connection's tokens away, whose row the transaction holds.
func (s *Service) end(ctx context.Context, tx *db.Tx, n Connection, e ending) error {
	if err := disconnect(ctx, tx, n.ID, e); err != nil {
		return err
	}
	if err := revokeSource(ctx, tx, n, e.at); err != nil {
		return err
	}
	if err := revokeRefresh(ctx, tx, n.ID, e.at); err != nil {
		return err
	}
	if e.reason.clears() && s.Definitions != nil {
		if err := s.Definitions.EndSource(ctx, tx, n.workspace, e.at, string(n.Application), n.Source); err != nil {
			return err
		}
	}
	body := connectionChange{Reason: string(e.reason), Source: n.Source, What: "disconnected", Why: e.reason.Words()}
	if e.reason == CodeReused || e.reason == RefreshReused {
		body.What = "token_reuse_detected"
	}
	return appendConnection(ctx, tx, e.actor, e.at, n.subject(e.app), body)
}

// endConnections ends all connections of an application that goes: its own when it
// is an installed one, those of every installation when it is a public one.
func (s *Service) endConnections(ctx context.Context, tx *db.Tx, c caller.Caller, app Application, now time.Time) error {
	list, err := selectConnectedOf(ctx, tx, app.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		// Held, as a refresh may be on its way.
		n, err := holdConnection(ctx, tx, x.app.ID, x.connection)
		if err != nil {
			return err
		}
		if n.State == Disconnected {
			continue
		}
		e := ending{actor: c, app: x.app, at: now, endedBy: c.Name, reason: ApplicationDeleted}
		if app.Origin == "" { // the makers may be of another workspace, whose people are nobody's business
			e.actor, e.endedBy, e.reason = caller.Caller{Kind: caller.System, Workspace: n.workspace}, "", OriginDeleted
		}
		if err := s.end(ctx, tx, n, e); err != nil {
			return err
		}
	}
	return nil
}
