// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/oauth"
)

type adminConnectionCmd struct {
	Disconnect connectionDisconnectCmd `cmd:"" help:"End a connection; its tokens are dead at once, and its records leave the tests."`
	List       connectionListCmd       `cmd:"" help:"List the connections of an installed application, or of all."`
}

type connectionListCmd struct {
	App string `help:"Id or name of an installed application." placeholder:"A"`
}

// Run lists connections.
func (c *connectionListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		apps, err := c.apps(a)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "APPLICATION", "SOURCE", "STATE", "ALLOWED BY", "LAST USED"}}
		list := []connectionJSON{}
		for _, app := range apps {
			connections, err := a.OAuth.Connections(a.sys.ctx, a.actor, string(app.ID))
			if err != nil {
				return err
			}
			for _, n := range connections {
				x := toConnectionJSON(app, n)
				list = append(list, x)
				state, used := x.State, "never"
				if x.Why != "" {
					state += ": " + x.Why
				}
				if x.LastUsedAt != nil {
					used = *x.LastUsedAt
				}
				rows = append(rows, []string{x.ID, x.Application, x.Source, state, x.AllowedBy, used})
			}
		}
		return a.answer(list, "%s", table(rows))
	})
}

// apps answers the installed applications that are meant.
func (c *connectionListCmd) apps(a *adminContext) (installed []oauth.Application, err error) {
	if c.App != "" {
		app, err := a.OAuth.Get(a.sys.ctx, a.actor, c.App)
		return []oauth.Application{app}, err
	}
	all, err := a.OAuth.List(a.sys.ctx, a.actor)
	for _, app := range all {
		if app.Origin != "" {
			installed = append(installed, app)
		}
	}
	return installed, err
}

type connectionJSON struct {
	ID             string         `json:"id"`
	Application    string         `json:"application"` // name
	ApplicationID  string         `json:"applicationId"`
	Source         string         `json:"source"`
	State          string         `json:"state"`
	Reason         string         `json:"reason"` // "" while it is connected
	Why            string         `json:"why"`
	Scopes         []caller.Scope `json:"scopes"`
	AllowedBy      string         `json:"allowedBy"`
	ConnectedAt    string         `json:"connectedAt"`
	RefreshedAt    string         `json:"refreshedAt"`
	LastUsedAt     *string        `json:"lastUsedAt"`     // null: never
	DisconnectedAt *string        `json:"disconnectedAt"` // null while it is connected
}

func toConnectionJSON(app oauth.Application, n oauth.Connection) connectionJSON {
	text := func(at *time.Time) *string {
		if at == nil {
			return nil
		}
		said := timeText(at.UnixMilli())
		return &said
	}
	return connectionJSON{
		ID: string(n.ID), Application: app.Name, ApplicationID: string(app.ID), Source: n.Source, State: string(n.State),
		Reason: string(n.Reason), Why: n.Reason.Words(), Scopes: n.Scopes, AllowedBy: n.AllowedByName,
		ConnectedAt: timeText(n.ConnectedAt.UnixMilli()), RefreshedAt: timeText(n.RefreshedAt.UnixMilli()),
		LastUsedAt: text(n.UsedAt), DisconnectedAt: text(n.DisconnectedAt),
	}
}

type connectionDisconnectCmd struct {
	App        string `arg:"" help:"Id or name of the installed application." name:"app"`
	Connection string `arg:"" help:"Id of the connection, as the list shows it." name:"connection"`
}

// Run ends a connection.
func (c *connectionDisconnectCmd) Run(a *adminContext) error {
	return a.change(func() error {
		if err := a.OAuth.Disconnect(a.sys.ctx, a.actor, c.App, c.Connection); err != nil {
			return err
		}
		return a.answer(map[string]string{"id": c.Connection}, "the connection %s has ended; a new consent connects it again", c.Connection)
	})
}
