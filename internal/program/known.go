// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// parsed keeps the workspaces' own frameworks by their revisions, which are
// never used twice.
type parsed struct {
	mu         sync.Mutex
	frameworks map[string]*Framework
}

// maxParsed bounds what is kept: more cost a parse each.
const maxParsed = 200

func (p *parsed) get(revision string) *Framework {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.frameworks[revision]
}

func (p *parsed) put(revision string, f *Framework) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.frameworks == nil || len(p.frameworks) >= maxParsed {
		p.frameworks = map[string]*Framework{}
	}
	p.frameworks[revision] = f
}

// frameworks answers the frameworks in use whole, those of the catalogue first.
func (s *Service) frameworks(ctx context.Context, tx *db.Tx, w caller.Workspace) (frameworks, error) {
	rows, err := selectFrameworks(ctx, tx, w)
	if err != nil {
		return nil, fmt.Errorf("read frameworks: %w", err)
	}
	list := make(frameworks, len(rows))
	for i, row := range rows {
		if list[i], err = s.whole(ctx, tx, w, row); err != nil {
			return nil, err
		}
	}
	order := CatalogueIDs()
	slices.SortStableFunc(list, func(a, b *Framework) int {
		return rank(order, a) - rank(order, b)
	})
	return list, nil
}

func rank(order []string, f *Framework) int {
	if i := slices.Index(order, f.ID); i >= 0 {
		return i
	}
	return len(order)
}

// whole answers a framework with its requirements. It is shared: nobody changes
// it.
func (s *Service) whole(ctx context.Context, tx *db.Tx, w caller.Workspace, row frameworkRow) (*Framework, error) {
	if !row.custom {
		c, err := s.catalogue()
		if err != nil {
			return nil, err
		}
		f, ok := c.framework(row.slug)
		if !ok {
			return nil, fmt.Errorf("framework %s is not in the catalogue of this program", row.slug)
		}
		return f, nil
	}
	if f := s.parsed.get(row.revision); f != nil {
		return f, nil
	}
	text, err := selectFrameworkDocument(ctx, tx, w, row.slug)
	if err != nil {
		return nil, fmt.Errorf("read framework %s: %w", row.slug, err)
	}
	var file api.FrameworkFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("parse framework %s: %w", row.slug, err)
	}
	f := fromFile(file)
	f.CreatedAt, f.UpdatedAt = row.createdAt, row.updatedAt
	s.parsed.put(row.revision, &f)
	return &f, nil
}

// frameworks are those of one workspace.
type frameworks []*Framework

// frameworksOf answers those of the caller's workspace.
func (s *Service) frameworksOf(ctx context.Context, c caller.Caller) (list frameworks, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = s.frameworks(ctx, tx, c.Workspace)
		return err
	})
	return list, err
}

func (l frameworks) find(ref string) (*Framework, bool) {
	id := frameworkID(ref)
	i := slices.IndexFunc(l, func(f *Framework) bool { return f.ID == id })
	if i < 0 {
		return nil, false
	}
	return l[i], true
}

// missing says which half of a place was not found.
type missing int

const (
	noFramework missing = iota + 1
	noRequirement
)

// place answers the requirement that two references mean, else what is wrong and
// why.
func (l frameworks) place(framework, requirement string) (p Place, what missing, why string) {
	f, ok := l.find(framework)
	if !ok {
		return p, noFramework, fmt.Sprintf("%q is no framework that is in use here", framework)
	}
	r, ok := f.find(requirement)
	if !ok {
		return p, noRequirement, fmt.Sprintf("%q is no requirement of %s", requirement, f.Name)
	}
	return Place{f.ID, r.Ref}, 0, ""
}

func errNoFramework(ref string) error {
	return fault.New(fault.NotFound, "there is no framework %q in use", ref)
}

// findFramework answers one in use.
func (s *Service) findFramework(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (*Framework, error) {
	row, err := selectFramework(ctx, tx, w, frameworkID(ref))
	if errors.Is(err, db.ErrNoRow) {
		return nil, errNoFramework(ref)
	}
	if err != nil {
		return nil, fmt.Errorf("find framework %s: %w", ref, err)
	}
	return s.whole(ctx, tx, w, row)
}

// findRequirement answers a requirement of a framework in use.
func (s *Service) findRequirement(ctx context.Context, tx *db.Tx, w caller.Workspace, framework, ref string) (*Framework, placed, error) {
	f, err := s.findFramework(ctx, tx, w, framework)
	if err != nil {
		return nil, placed{}, err
	}
	r, ok := f.find(ref)
	if !ok {
		return nil, placed{}, fault.New(fault.NotFound, "%s has no requirement %q", f.Name, ref)
	}
	return f, r, nil
}
