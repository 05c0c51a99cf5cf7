// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// Application is one that pushes.
type Application struct {
	Connections []Connection // of a public application
	ID          string
	Name        string
	Public      bool // installed: what it pushes comes from its connections
}

// Connection is where records of an integration come from.
type Connection struct {
	Disabled bool   // it has no tokens any more; Failure says why
	Failure  string // what is wrong with it, "" for nothing
	ID       string
	Source   string // the source_id that its records carry
}

// Applications answers what package oauth knows.
type Applications interface {
	// Integrations answers the applications of the caller's workspace that push.
	Integrations(ctx context.Context, c caller.Caller) ([]Application, error)
}

// Options are what a Service is made of.
type Options struct {
	Applications Applications
	DB           *db.DB
	Directory    *directory.Service
	Now          func() time.Time
}

// Service shows integrations and keeps notes. It is a resource.View and safe for
// concurrent use.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service { return &Service{o} }

// Integration is an application with its definitions, oldest first.
type Integration struct {
	Application // a private one has a connection by its own id

	Kinds []resource.Definition
}

// List answers up to limit integrations that follow an id, by id, and whether more do.
func (s *Service) List(ctx context.Context, c caller.Caller, after string, limit int) (list []Integration, more bool, err error) {
	all, err := s.Applications.Integrations(ctx, c)
	if err != nil {
		return nil, false, err
	}
	slices.SortFunc(all, func(a, b Application) int { return strings.Compare(a.ID, b.ID) })
	all = slices.DeleteFunc(all, func(a Application) bool { return a.ID <= after })
	if more = len(all) > limit; more {
		all = all[:limit]
	}
	list, err = s.fill(ctx, c, all)
	return list, more, err
}

// Get answers one integration; NotFound when there is none.
func (s *Service) Get(ctx context.Context, c caller.Caller, id string) (Integration, error) {
	all, err := s.Applications.Integrations(ctx, c)
	if err != nil {
		return Integration{}, err
	}
	all = slices.DeleteFunc(all, func(a Application) bool { return a.ID != id })
	if len(all) == 0 {
		return Integration{}, noIntegration(id)
	}
	list, err := s.fill(ctx, c, all)
	if err != nil {
		return Integration{}, err
	}
	return list[0], nil
}

func noIntegration(id string) error {
	return fault.New(fault.NotFound, "there is no integration with the id %s", id[:min(len(id), 100)])
}

// fill adds what the applications push.
func (s *Service) fill(ctx context.Context, c caller.Caller, apps []Application) (list []Integration, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		kinds, err := resource.Definitions(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		list = make([]Integration, len(apps))
		for i, app := range apps {
			list[i].Application = app
			connections := app.connections()
			list[i].Connections = connections
			for _, d := range kinds {
				if d.Application != app.ID {
					continue
				}
				list[i].Kinds = append(list[i].Kinds, d)
				sources, err := resource.SourcesOf(ctx, tx, d)
				if err != nil {
					return err
				}
				note(connections, sources)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list integrations: %w", err)
	}
	return list, nil
}

// connections answers those of a public application; of a private one there is one, with the
// application's id, never disabled.
func (a Application) connections() []Connection {
	if a.Public {
		return slices.Clone(a.Connections)
	}
	return []Connection{{ID: a.ID}}
}

// note adds why the newest pushes of connections were refused.
func note(connections []Connection, sources []resource.Source) {
	for i := range connections {
		c := &connections[i]
		for _, source := range sources {
			if source.ID == c.Source {
				c.Failure = cmp.Or(c.Failure, source.Refusal)
			}
		}
	}
}

// connectionsOf answers the connections that records of a definition may come from.
func (s *Service) connectionsOf(ctx context.Context, c caller.Caller, d resource.Definition) ([]Connection, error) {
	if d.Origin == "" {
		return Application{ID: d.Application}.connections(), nil
	}
	all, err := s.Applications.Integrations(ctx, c)
	for _, app := range all {
		if app.ID == d.Application {
			return app.connections(), err
		}
	}
	return nil, err
}

// Ref names a kind of an integration.
type Ref struct {
	Integration string // id
	Kind        string // name of the definition, without regard to case
}

// definition answers the definition of a kind; NotFound when there is none.
func (s *Service) definition(ctx context.Context, tx *db.Tx, c caller.Caller, at Ref) (resource.Definition, error) {
	if !db.ValidID(at.Integration) {
		return resource.Definition{}, noIntegration(at.Integration)
	}
	d, err := resource.LookUpByName(ctx, tx, c.Workspace, at.Integration, at.Kind)
	if errors.Is(err, db.ErrNoRow) || err == nil && d.Base == resource.SystemRecord {
		return d, fault.New(fault.NotFound, "the integration has no resource kind %q", at.Kind[:min(len(at.Kind), 100)])
	}
	return d, err
}

// Counts counts the records of a kind that exist.
type Counts struct {
	Described, InScope, Owned, Total int64
}

// Count counts the records of a kind that come from a connection, "" for all. Faults:
// NotFound.
func (s *Service) Count(ctx context.Context, c caller.Caller, at Ref, connection string) (d resource.Definition, n Counts, err error) {
	d, from, err := s.from(ctx, c, at, connection)
	if err != nil || from == nil {
		return d, n, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if n.Total, err = from.total(ctx, tx, d); err != nil {
			return err
		}
		n.InScope = n.Total
		counts, err := from.counts(ctx, tx, d)
		for _, count := range counts {
			n.add(facetOf(count.Facet), count.Rows)
		}
		n.InScope = max(0, n.InScope) // a large push that is still being counted
		return err
	})
	return d, n, err
}

func (n *Counts) add(f Facet, rows int64) {
	if f.Gone {
		return
	}
	if f.OutOfScope {
		n.InScope -= rows
	}
	if f.Owned {
		n.Owned += rows
	}
	if f.Described {
		n.Described += rows
	}
}

// origin is where wanted records come from.
type origin struct {
	connections []Connection
	source      *string // nil: all of them
}

// from finds a kind and where its records come from; nil when a connection is named that
// has none.
func (s *Service) from(ctx context.Context, c caller.Caller, at Ref, connection string) (d resource.Definition, from *origin, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err = s.definition(ctx, tx, c, at)
		return err
	})
	if err != nil {
		return d, nil, err
	}
	from = &origin{}
	if from.connections, err = s.connectionsOf(ctx, c, d); err != nil || connection == "" {
		return d, from, err
	}
	i := slices.IndexFunc(from.connections, func(c Connection) bool { return c.ID == connection })
	if i < 0 {
		return d, nil, nil
	}
	if d.Origin != "" {
		from.source = &from.connections[i].Source
	}
	return d, from, nil
}

// total answers how many records exist.
func (o *origin) total(ctx context.Context, tx *db.Tx, d resource.Definition) (int64, error) {
	if o.source == nil {
		head, err := resource.HeadOf(ctx, tx, d.Number)
		return head.Current, err
	}
	source, err := resource.SourceOf(ctx, tx, d, *o.source)
	return source.Current, err
}

// counts counts notes by facet: from the tally, or the notes of one source.
func (o *origin) counts(ctx context.Context, tx *db.Tx, d resource.Definition) ([]facet.Count, error) {
	if o.source != nil {
		return countNotesOf(ctx, tx, d, *o.source)
	}
	all, err := table.Counts(ctx, tx, d.Workspace.Number, nil)
	return slices.DeleteFunc(all, func(c facet.Count) bool { return c.Definition != int64(d.Number) }), err
}

// connection answers the id of the connection that a source's records come from; "" when it
// is known no more.
func (o *origin) connection(source string) string {
	for _, c := range o.connections {
		if c.Source == source {
			return c.ID
		}
	}
	return ""
}
