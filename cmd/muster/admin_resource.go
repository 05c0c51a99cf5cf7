// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

type adminResourceCmd struct {
	Create resourceCreateCmd `cmd:"" help:"Make a resource: what an application pushes under one id."`
	Edit   resourceEditCmd   `cmd:"" help:"Change a resource; a new schema is checked against what is stored."`
	List   resourceListCmd   `cmd:"" help:"List the resources."`
	Map    resourceMapCmd    `cmd:"" help:"Show the records of a resource on another page, such as that of computers."`
}

type resourceCreateCmd struct {
	App    string `help:"Id, client id or name of the application." placeholder:"ID" required:""`
	Name   string `help:"Name of the resource, unique in its application." placeholder:"N" required:""`
	Base   string `help:"Base type, such as CustomResource or UserAccount." placeholder:"TYPE" required:""`
	Schema string `help:"JSON Type Definition of customProperties." placeholder:"FILE" type:"existingfile"`
}

// Run makes a definition.
func (c *resourceCreateCmd) Run(a *adminContext) error {
	var schema []byte
	if c.Schema != "" {
		var err error
		if schema, err = os.ReadFile(c.Schema); err != nil {
			return err
		}
	}
	return a.change(func() error {
		app, err := a.OAuth.Get(a.sys.ctx, a.actor, c.App)
		if err != nil {
			return err
		}
		definition, err := a.Resources.Create(a.sys.ctx, a.actor, resource.NewDefinition{
			Application: string(app.ID), Base: c.Base, Name: c.Name, Schema: schema,
		})
		if err != nil {
			return err
		}
		err = a.answer(struct {
			ResourceID string `json:"resourceId"`
		}{string(definition.ID)}, "%q is made in %q\nresource id  %s", definition.Name, app.Name, definition.ID)
		if err == nil {
			a.next(fmt.Sprintf("muster push --resource %s --type %s --url %s --client-id %s FILE  (with MUSTER_CLIENT_SECRET)",
				definition.ID, definition.Base.Snake(), a.baseURL(), app.ClientID))
		}
		return err
	})
}

type resourceListCmd struct {
	App string `help:"Only those of an application: id, client id or name." placeholder:"ID"`
}

// Run lists the definitions.
func (c *resourceListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		application := ""
		if c.App != "" {
			app, err := a.OAuth.Get(a.sys.ctx, a.actor, c.App)
			if err != nil {
				return err
			}
			application = string(app.ID)
		}
		definitions, err := a.Resources.List(a.sys.ctx, a.actor, application)
		if err != nil {
			return err
		}
		rows := [][]string{{"RESOURCE ID", "NAME", "BASE", "APPLICATION", "SCHEMA"}}
		list := []definitionJSON{}
		for _, d := range definitions {
			list = append(list, toDefinitionJSON(d))
			rows = append(rows, []string{string(d.ID), d.Name, string(d.Base), d.Application, schemaText(d)})
		}
		return a.answer(list, "%s", table(rows))
	})
}

func schemaText(d resource.Definition) string {
	if d.SchemaVersion == 0 {
		return "none"
	}
	return fmt.Sprintf("version %d", d.SchemaVersion)
}

type definitionJSON struct {
	ResourceID    string     `json:"resourceId"`
	Name          string     `json:"name"`
	Base          string     `json:"base"`
	Application   string     `json:"application"`
	Schema        json.Value `json:"schema,omitempty"`
	SchemaVersion int64      `json:"schemaVersion"`
	Handling      string     `json:"handling"` // "" = the route's default
	Guard         *guardJSON `json:"guard"`
	CreatedAt     string     `json:"createdAt"`
}

type guardJSON struct {
	Count   int64 `json:"count"`
	Percent int64 `json:"percent"`
	Repeats int64 `json:"repeats"`
}

func toDefinitionJSON(d resource.Definition) definitionJSON {
	var guard *guardJSON
	if d.Guard != nil {
		guard = &guardJSON{Count: d.Guard.Count, Percent: d.Guard.Percent, Repeats: d.Guard.Repeats}
	}
	return definitionJSON{
		Guard: guard, Handling: string(d.Handling),
		ResourceID: string(d.ID), Name: d.Name, Base: string(d.Base), Application: d.Application,
		Schema: d.Schema, SchemaVersion: d.SchemaVersion, CreatedAt: timeText(d.CreatedAt.UnixMilli()),
	}
}
