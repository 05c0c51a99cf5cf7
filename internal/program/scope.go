// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/scope"
)

// A framework that is bound to a scope is met by the records that are in: its
// counters, gaps and failures are those of the scope.

// BindScope binds a framework to a scope of the workspace, by id or slug; "" lets every record count again.
func (s *Service) BindScope(ctx context.Context, c caller.Caller, framework, ref string) (bound *scope.Scope, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.findFramework(ctx, tx, c.Workspace, framework)
		if err != nil {
			return err
		}
		bindings, err := s.bindings(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		if bound, err = s.bind(ctx, tx, c.Workspace, f, ref); err != nil {
			return err
		}
		before, after := bindings[f.ID].Document.Name, ""
		if bound != nil {
			after = bound.Document.Name
		}
		if before == after {
			return nil
		}
		return evidence.Append(ctx, tx, s.Now(), f.entry(c, "edited", []evidence.Change{{Field: "scope", Before: before, After: after}}))
	})
	return bound, err
}

func (s *Service) bind(ctx context.Context, tx *db.Tx, w caller.Workspace, f *Framework, ref string) (*scope.Scope, error) {
	if ref == "" {
		return nil, deleteBinding(ctx, tx, w, f.ID)
	}
	found, err := scope.Find(ctx, tx, w, ref)
	if err != nil {
		return nil, err
	}
	return &found, putBinding(ctx, tx, w, f.ID, found.ID)
}

// ScopeOf answers the scope that a framework is bound to, nil for none.
func (s *Service) ScopeOf(ctx context.Context, c caller.Caller, framework string) (bound *scope.Scope, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.findFramework(ctx, tx, c.Workspace, framework)
		if err != nil {
			return err
		}
		bindings, err := s.bindings(ctx, tx, c.Workspace)
		if found, is := bindings[f.ID]; is {
			bound = &found
		}
		return err
	})
	return bound, err
}

// BoundTo answers the names of the frameworks that are bound to a scope
// (scope.Users).
func (s *Service) BoundTo(ctx context.Context, tx *db.Tx, w caller.Workspace, id string) (names []string, err error) {
	known, err := s.frameworks(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	bindings, err := selectBindings(ctx, tx, w)
	for _, f := range known {
		if bindings[f.ID] == id {
			names = append(names, f.Name)
		}
	}
	return names, err
}

// bindings answers the scopes of the frameworks that have one.
func (s *Service) bindings(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[string]scope.Scope, error) {
	ids, err := selectBindings(ctx, tx, w)
	if err != nil {
		return nil, fmt.Errorf("read scopes of frameworks: %w", err)
	}
	found := make(map[string]scope.Scope, len(ids))
	for framework, id := range ids {
		if found[framework], err = scope.Find(ctx, tx, w, id); err != nil {
			return nil, fmt.Errorf("read scope of framework %s: %w", framework, err)
		}
	}
	return found, nil
}

// views answer how tests stand for each framework.
type views struct {
	bound map[string]scope.Scope                   // by framework
	parts map[string]map[int64]assessment.Standing // by scope
	whole map[int64]assessment.Standing
}

func (s *Service) views(ctx context.Context, tx *db.Tx, w caller.Workspace) (v views, err error) {
	if v.whole, err = s.Tests.Standings(ctx, tx, w); err != nil {
		return v, err
	}
	if v.bound, err = s.bindings(ctx, tx, w); err != nil {
		return v, err
	}
	v.parts = map[string]map[int64]assessment.Standing{}
	for _, one := range v.bound {
		if v.parts[one.ID] != nil {
			continue
		}
		if v.parts[one.ID], err = s.Tests.ScopedStandings(ctx, tx, w, one.Part()); err != nil {
			return v, err
		}
	}
	return v, nil
}

// of answers how tests stand for a framework.
func (v views) of(framework string) map[int64]assessment.Standing {
	if one, bound := v.bound[framework]; bound {
		return v.parts[one.ID]
	}
	return v.whole
}

// within answers the id of a framework's scope, "" for none.
func (v views) within(framework string) string { return v.bound[framework].ID }
