// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// Supposed is somebody who has not arrived, as a provider might send them.
type Supposed struct {
	Before      bool     // they had all of it before: what stays when something else is taken away
	CurrentRole string   // id, slug or name; "" for none
	Email       string   // "" for nobody in particular
	Groups      []string // ids or names of groups that the provider has pushed
	Values      []string // of the attribute that carries the role, in the order sent
}

// Suppose is Simulate for somebody who has not arrived. Faults: NotFound for the
// directory; Invalid, under /suppose, for what is no group, role or e-mail.
func (s *Service) Suppose(ctx context.Context, who caller.Caller, ref DirectoryID, in Supposed) (sim Simulation, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.callOf(ctx, tx, who, ref)
		if err != nil {
			return err
		}
		r, groups, err := s.supposed(ctx, tx, c.dir, in)
		if err != nil {
			return err
		}
		found, err := s.resolve(ctx, tx, c.dir, r, groups)
		if err != nil {
			return err
		}
		last, _, err := s.role(ctx, tx, c.dir, string(r.Role))
		if err != nil {
			return err
		}
		sim = Simulation{Email: in.Email, Last: last.Name, Role: found.role, Steps: found.steps}
		return s.supposedAccount(ctx, tx, c.dir, in, &sim)
	})
	return sim, err
}

// supposed answers somebody supposed as a resource, with the groups that would
// hold them, by priority.
func (s *Service) supposed(ctx context.Context, tx *db.Tx, d Directory, in Supposed) (r Resource, groups []holding, err error) {
	var problems []fault.Problem
	wrong := func(place, message string) {
		problems = append(problems, fault.Problem{Pointer: "/suppose" + place, Message: message})
	}
	r = Resource{Active: true, Object: withAttribute(d.RoleAttribute, in.Values), Type: typeUser}
	if in.Email != "" && !isAddress(in.Email) {
		wrong("/email", "must be an e-mail address")
	}
	if in.CurrentRole != "" {
		last, known, err := s.role(ctx, tx, d, in.CurrentRole)
		if err != nil {
			return r, nil, err
		}
		if !known {
			wrong("/currentRole", fmt.Sprintf("must be the id, slug or name of a role, and %q is none", web.Shorten(in.CurrentRole)))
		}
		r.Role = last.ID
	}
	pushed, err := selectGroupNames(ctx, tx, d.Number)
	if err != nil {
		return r, nil, err
	}
	held := map[string]bool{}
	for i, group := range in.Groups {
		at := slices.IndexFunc(pushed, func(g PushedGroup) bool {
			return g.ID == group || schema.Fold(g.Name) == schema.Fold(strings.TrimSpace(group))
		})
		if at < 0 {
			wrong(fmt.Sprintf("/groups/%d", i), fmt.Sprintf("must be the id or name of a group that the provider has pushed, and %q is none", web.Shorten(group)))
			continue
		}
		held[pushed[at].ID] = true
	}
	if len(problems) > 0 {
		return r, nil, fault.At(problems...)
	}
	mapping, err := selectMappings(ctx, tx, d.Number)
	if err != nil {
		return r, nil, err
	}
	for i, m := range mapping {
		if held[m.Group.ID] {
			groups = append(groups, holding{group: m.Group.Name, id: m.Group.ID, position: int64(i + 1), role: string(m.Role.ID)})
		}
	}
	if r.Role == "" || in.Before {
		return r, groups, nil // nothing noted is nothing new
	}
	r.grounds = grounds{edition: d.edition}.String()
	return r, groups, nil
}

// withAttribute answers a user who sends values in an attribute, which stands at
// top level or, with the URN of one before its name, in an extension.
func withAttribute(attribute string, values []string) schema.Object {
	if attribute == "" || len(values) == 0 {
		return schema.Object{}
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	name := strings.TrimSuffix(schema.Fold(attribute), ".value")
	at := strings.LastIndexByte(name, ':')
	if at < 0 || name[:at] == schema.Fold(schema.UserURN) {
		return schema.Object{name[at+1:]: list}
	}
	return schema.Object{name[:at]: schema.Object{name[at+1:]: list}}
}

// supposedAccount says what there is already under the e-mail of somebody
// supposed.
func (s *Service) supposedAccount(ctx context.Context, tx *db.Tx, d Directory, in Supposed, sim *Simulation) error {
	if in.Email == "" {
		return nil
	}
	arrived, err := selectUserBy(ctx, tx, d, in.Email)
	switch {
	case err == nil:
		sim.Steps = append(sim.Steps, fmt.Sprintf("But %s has arrived already: ask for them by name to see what they get as they are.", arrived.nameOf()))
		return nil
	case !errors.Is(err, db.ErrNoRow):
		return err
	}
	account, err := s.Access.ByEmail(ctx, tx, d.Workspace.Number, in.Email)
	switch {
	case errors.Is(err, db.ErrNoRow):
		return nil
	case err != nil:
		return err
	case account.Source == access.Typed && (account.Status != access.Invited || account.Role.ID == access.Admin):
		sim.Steps = append(sim.Steps, fmt.Sprintf("But there is an account with the e-mail %s that was made here, with the role %s: "+
			"it keeps that role until an Admin hands it over to the directory.", account.Email, account.Role.Name))
	}
	return nil
}
