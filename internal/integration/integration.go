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
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// Application is one that pushes.
type Application struct {
	ID   string
	Name string
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
	Application

	Failure string // why the newest push of a definition was refused; "" when none was
	Kinds   []resource.Definition
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
			for _, d := range kinds {
				if d.Application != app.ID {
					continue
				}
				list[i].Kinds = append(list[i].Kinds, d)
				failure, err := resource.Refusal(ctx, tx, d)
				if err != nil {
					return err
				}
				list[i].Failure = cmp.Or(list[i].Failure, failure)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list integrations: %w", err)
	}
	return list, nil
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
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if d, err = s.definition(ctx, tx, c, at); err != nil || !isOf(d, connection) {
			return err
		}
		head, err := resource.HeadOf(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		n = Counts{InScope: head.Current, Total: head.Current}
		counts, err := table.Counts(ctx, tx, c.Workspace.Number, nil)
		for _, count := range counts {
			f := facetOf(count.Facet)
			if count.Definition != int64(d.Number) || f.Gone {
				continue
			}
			if f.OutOfScope {
				n.InScope -= count.Rows
			}
			if f.Owned {
				n.Owned += count.Rows
			}
			if f.Described {
				n.Described += count.Rows
			}
		}
		n.InScope = max(0, n.InScope) // a large push that is still being counted
		return err
	})
	return d, n, err
}

// connectionOf answers the connection that the records of a definition come from.
func connectionOf(d resource.Definition) string { return d.Application }

// isOf says whether the records of a definition come from a connection; "" is any.
func isOf(d resource.Definition, connection string) bool {
	return connection == "" || connection == connectionOf(d)
}
