// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/scim"
)

type directoryRolesCmd struct{}

// Run lists the roles, by the ids that providers send.
func (c *directoryRolesCmd) Run(a *adminContext) error {
	return a.open(func() error {
		roles, err := a.Access.Roles(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		rows, list := [][]string{{"NAME", "ID", "SLUG"}}, []api.DirectoryRole{}
		for _, r := range roles {
			rows = append(rows, []string{r.Name, string(r.ID), r.Slug})
			list = append(list, api.DirectoryRole{ID: string(r.ID), Name: r.Name})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type directoryAttributeCmd struct {
	directoryRef
	Name string `arg:"" help:"Name of the attribute, as the provider sends it (Okta: the external name); without one, what is named and offered is shown." name:"name" optional:""`
	None bool   `help:"Name none: mapping and default role decide."`
}

type directoryAttributeJSON struct {
	RoleAttribute     string   `json:"roleAttribute"`
	OfferedAttributes []string `json:"offeredAttributes"`
}

// Run names the attribute that carries the role.
func (c *directoryAttributeCmd) Run(a *adminContext) error {
	if c.None && c.Name != "" {
		return usagef("--none and a name do not go together")
	}
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		if c.None || c.Name != "" {
			if _, err := a.SCIM.ChangeDirectory(a.sys.ctx, a.actor, d.ID, scim.DirectoryChanges{RoleAttribute: &c.Name}); err != nil {
				return err
			}
			if err := a.SCIM.CarryOut(a.sys.ctx); err != nil {
				return err
			}
		}
		o, err := a.SCIM.Look(a.sys.ctx, a.actor, d.ID)
		if err != nil {
			return err
		}
		shown := o.API()
		words := "no attribute carries the role"
		if shown.RoleAttribute != "" {
			words = shown.RoleAttribute + " carries the role"
		}
		return a.answer(directoryAttributeJSON{shown.RoleAttribute, shown.OfferedAttributes},
			"%s\nthere are: %s", words, strings.Join(shown.OfferedAttributes, ", "))
	})
}

type directoryMappingCmd struct {
	Set  mappingSetCmd  `cmd:"" help:"Replace the whole mapping: GROUP=ROLE …, the first has priority."`
	Show mappingShowCmd `cmd:"" default:"withargs" help:"Show the mapping and the groups that were pushed."`
}

type mappingShowCmd struct{ directoryRef }

// Run shows the mapping.
func (c *mappingShowCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		return a.showMapping(d)
	})
}

func (a *adminContext) showMapping(d scim.Directory) error {
	all, groups, err := a.SCIM.Mappings(a.sys.ctx, a.actor, d.ID)
	if err != nil {
		return err
	}
	out := api.DirectoryMapping{Groups: []api.DirectoryGroup{}, Mapping: []api.DirectoryMappingEntry{}}
	rows := [][]string{{"PRIORITY", "GROUP", "ROLE", "GROUP ID"}}
	mapped := map[string]bool{}
	for i, m := range all {
		mapped[m.Group.ID] = true
		rows = append(rows, []string{strconv.Itoa(i + 1), m.Group.Name, m.Role.Name, m.Group.ID})
		out.Mapping = append(out.Mapping, api.DirectoryMappingEntry{
			GroupID: m.Group.ID, GroupName: m.Group.Name, Role: api.DirectoryRole{ID: string(m.Role.ID), Name: m.Role.Name},
		})
	}
	for _, g := range groups {
		if !mapped[g.ID] {
			rows = append(rows, []string{"-", g.Name, "-", g.ID})
		}
		out.Groups = append(out.Groups, api.DirectoryGroup(g))
	}
	return a.answer(out, "%s", table(rows))
}

type mappingSetCmd struct {
	directoryRef
	Pairs []string `arg:"" help:"A group's name or id, =, and a role's name, slug or id; none empties the mapping." name:"group=role" optional:""`
}

// Run replaces the mapping.
func (c *mappingSetCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		_, groups, err := a.SCIM.Mappings(a.sys.ctx, a.actor, d.ID)
		if err != nil {
			return err
		}
		all := make([]scim.NewMapping, len(c.Pairs))
		for i, text := range c.Pairs {
			at := strings.LastIndexByte(text, '=') // a group's name may have one
			if at < 0 {
				return usagef("%s is no GROUP=ROLE", text)
			}
			all[i] = scim.NewMapping{Group: groupCalled(groups, text[:at]), Role: text[at+1:]}
		}
		if err := a.SCIM.PutMappings(a.sys.ctx, a.actor, d.ID, all); err != nil {
			return err
		}
		if err := a.SCIM.CarryOut(a.sys.ctx); err != nil {
			return err
		}
		return a.showMapping(d)
	})
}

// groupCalled answers the id of a group that is called by name or id; what is
// called nothing is what the API refuses.
func groupCalled(groups []scim.PushedGroup, ref string) string {
	for _, g := range groups {
		if g.ID == ref || strings.EqualFold(g.Name, ref) {
			return g.ID
		}
	}
	return ref
}

type directorySimulateCmd struct {
	directoryRef
	User string `arg:"" help:"E-mail, userName or id of the user." name:"user"`
}

// Run says what role a user would get.
func (c *directorySimulateCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		sim, err := a.SCIM.Simulate(a.sys.ctx, a.actor, d.ID, c.User)
		if err != nil {
			return err
		}
		return a.answer(sim.API(), "%s: %s\n  %s", sim.Name, sim.Role.Name, strings.Join(sim.Steps, "\n  "))
	})
}

type directoryAdoptCmd struct {
	directoryRef
	User string `arg:"" help:"E-mail, userName or id of the user." name:"user"`
}

// Run hands a local account over.
func (c *directoryAdoptCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		user, err := a.directoryUser(d, c.User)
		if err != nil {
			return err
		}
		if _, err := a.SCIM.Adopt(a.sys.ctx, a.actor, d.ID, user); err != nil {
			return err
		}
		sim, err := a.SCIM.Simulate(a.sys.ctx, a.actor, d.ID, user)
		if err != nil {
			return err
		}
		return a.answer(sim.API(), "the account of %s is the directory's now, with the role %s", sim.Name, sim.Role.Name)
	})
}
