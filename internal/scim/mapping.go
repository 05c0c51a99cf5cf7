// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// PushedGroup is a group that a provider pushed.
type PushedGroup struct{ ID, Name string }

// Mapping gives the members of a group a role.
type Mapping struct {
	Group PushedGroup
	Role  access.Role
}

// NewMapping is what a Mapping is made from.
type NewMapping struct {
	Group string // id
	Role  string // id, slug or name
}

const maxMappings = 500

// Mappings answers the roles of groups in order of priority, and all groups of
// the directory by name. Faults: NotFound.
func (s *Service) Mappings(ctx context.Context, c caller.Caller, id DirectoryID) (all []Mapping, groups []PushedGroup, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if all, err = s.mappings(ctx, tx, d); err != nil {
			return err
		}
		groups, err = selectGroupNames(ctx, tx, d.Number)
		return err
	})
	return all, groups, err
}

func (s *Service) mappings(ctx context.Context, tx *db.Tx, d Directory) ([]Mapping, error) {
	all, err := selectMappings(ctx, tx, d.Number)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Role.Name = s.roleName(ctx, tx, d.Workspace.Number, all[i].Role.ID)
	}
	return all, nil
}

// PutMappings replaces the roles of groups; the first has priority. The accounts
// follow as with ChangeDirectory. Faults: NotFound, Conflict for a directory that
// is being deleted, Invalid with every place that is wrong.
func (s *Service) PutMappings(ctx context.Context, c caller.Caller, id DirectoryID, in []NewMapping) error {
	now := s.instant()
	var d Directory
	err := s.change(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = s.held(ctx, tx, c, id); err != nil {
			return err
		}
		before, err := s.mappings(ctx, tx, d)
		if err != nil {
			return err
		}
		after, err := s.checkMappings(ctx, tx, c, d, in)
		if err != nil {
			return err
		}
		if slices.EqualFunc(before, after, func(a, b Mapping) bool { return a.Group.ID == b.Group.ID && a.Role.ID == b.Role.ID }) {
			return nil
		}
		if err := replaceMappings(ctx, tx, d, after, now); err != nil {
			return err
		}
		return appendDirectory(ctx, tx, d, deed{c, now, "mapping changed", []evidence.Change{
			{Field: "mapping", Before: mappingWords(before), After: mappingWords(after)},
		}})
	})
	if err != nil {
		return err
	}
	return s.carry(ctx, d, carriedAtOnce)
}

// replaceMappings writes the roles of groups, and lets the accounts follow.
func replaceMappings(ctx context.Context, tx *db.Tx, d Directory, all []Mapping, now time.Time) error {
	if err := deleteMappings(ctx, tx, d.Number); err != nil {
		return err
	}
	for i, m := range all {
		if err := insertMapping(ctx, tx, d.Number, i+1, m.Group.ID, m.Role.ID); err != nil {
			return err
		}
	}
	var err error
	if len(all) > 0 {
		err = insertStep(ctx, tx, d.Number, stepMapping, now)
	} else {
		err = deleteStep(ctx, tx, d.Number, stepMapping)
	}
	if err != nil {
		return err
	}
	return startSettling(ctx, tx, d.Number)
}

// mappingWords says a mapping in one line.
func mappingWords(all []Mapping) any {
	if len(all) == 0 {
		return nil
	}
	words := make([]string, len(all))
	for i, m := range all {
		words[i] = m.Group.Name + ": " + m.Role.Name
	}
	return strings.Join(words, ", ")
}

func (s *Service) checkMappings(ctx context.Context, tx *db.Tx, c caller.Caller, d Directory, in []NewMapping) ([]Mapping, error) {
	if len(in) > maxMappings {
		return nil, fault.At(fault.Problem{Pointer: "/mapping", Message: fmt.Sprintf("must have at most %d groups", maxMappings)})
	}
	groups, err := selectGroupNames(ctx, tx, d.Number)
	if err != nil {
		return nil, err
	}
	var problems []fault.Problem
	all := make([]Mapping, 0, len(in))
	for i, one := range in {
		place := fmt.Sprintf("/mapping/%d", i)
		at := slices.IndexFunc(groups, func(g PushedGroup) bool { return g.ID == one.Group })
		switch {
		case at < 0:
			problems = append(problems, fault.Problem{Pointer: place + "/groupId", Message: "must be the id of a group that the provider has pushed"})
			continue
		case slices.ContainsFunc(all, func(m Mapping) bool { return m.Group.ID == one.Group }):
			problems = append(problems, fault.Problem{Pointer: place + "/groupId", Message: "must not be named twice"})
			continue
		}
		role, misfit, err := s.roleAt(ctx, tx, c, one.Role, place+"/role")
		if err != nil {
			return nil, err
		}
		problems = append(problems, misfit...)
		all = append(all, Mapping{Group: groups[at], Role: role})
	}
	if len(problems) > 0 {
		return nil, fault.At(problems...)
	}
	return all, nil
}
