// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/passmuster/muster/internal/workspace"
)

type adminWorkspaceCmd struct {
	Create workspaceCreateCmd `cmd:"" help:"Make a workspace."`
	List   workspaceListCmd   `cmd:"" help:"List the workspaces."`
}

type workspaceCreateCmd struct {
	Name string `help:"Name, as shown." placeholder:"N" required:""`
	Slug string `help:"What URLs and commands call it; made from the name otherwise." placeholder:"SLUG"`
}

type workspaceJSON struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

func toWorkspaceJSON(w workspace.Workspace) workspaceJSON {
	return workspaceJSON{ID: w.ID, Slug: w.Slug, Name: w.Name}
}

// Run makes a workspace.
func (c *workspaceCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		w, err := a.Workspaces.Create(a.sys.ctx, a.actor, workspace.NewWorkspace{Name: c.Name, Slug: c.Slug})
		if err != nil {
			return err
		}
		if err := a.answer(toWorkspaceJSON(w), "%s is made; commands take --workspace %s", w.Name, w.Slug); err != nil {
			return err
		}
		a.next("muster admin user create --email you@example.com --role admin --password-stdin --workspace " + w.Slug + storageFlags(a.flags.Storage))
		return nil
	})
}

type workspaceListCmd struct{}

// Run lists the workspaces.
func (c *workspaceListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, err := a.Workspaces.List(a.sys.ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "SLUG", "NAME"}}
		list := []workspaceJSON{}
		for _, w := range all {
			list = append(list, toWorkspaceJSON(w))
			rows = append(rows, []string{w.ID, w.Slug, w.Name})
		}
		return a.answer(list, "%s", table(rows))
	})
}
