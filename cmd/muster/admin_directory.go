// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/scim"
)

type adminDirectoryCmd struct {
	Adopt     directoryAdoptCmd     `cmd:"" help:"Hand a local account over to a directory."`
	Attribute directoryAttributeCmd `cmd:"" help:"Show or name the attribute of users that carries the role."`
	Client    directoryClientCmd    `cmd:"" help:"Clients, which get tokens of an hour by themselves."`
	Create    directoryCreateCmd    `cmd:"" help:"Connect an identity provider; the token is shown only now."`
	Delete    directoryDeleteCmd    `cmd:"" help:"Delete a directory: its accounts are deactivated, people and history stay."`
	Link      directoryLinkCmd      `cmd:"" help:"One-time links, by which an administrator elsewhere sets a directory up."`
	List      directoryListCmd      `cmd:"" help:"List the directories."`
	Mapping   directoryMappingCmd   `cmd:"" help:"Which groups give which role."`
	Off       directoryOffCmd       `cmd:"" help:"Switch a directory off: the provider is refused, its accounts are deactivated."`
	On        directoryOnCmd        `cmd:"" help:"Switch a directory on again."`
	Replay    directoryReplayCmd    `cmd:"" help:"Repeat a request that was refused."`
	Request   directoryRequestCmd   `cmd:"" help:"Show one request with its bodies, without secrets."`
	Requests  directoryRequestsCmd  `aliases:"log" cmd:"" help:"Print what a provider sent, in words."`
	Roles     directoryRolesCmd     `cmd:"" help:"List the roles that providers can send, by name and id."`
	SelfTest  directorySelfTestCmd  `cmd:"" help:"Play the provider's documented requests; exit code 3 when one does not pass."`
	Set       directorySetCmd       `cmd:"" help:"Change name, default role or strictness."`
	Show      directoryShowCmd      `cmd:"" help:"Show a directory with the steps of its set-up, warnings and last error."`
	Simulate  directorySimulateCmd  `cmd:"" help:"Say what role a user would get, and why."`
	Timeline  directoryTimelineCmd  `cmd:"" help:"Say what happened to a user."`
	Token     directoryTokenCmd     `cmd:"" help:"Tokens to paste at the provider."`
	Warnings  directoryWarningsCmd  `cmd:"" help:"List what to look at, or dismiss one."`
}

// directoryRef is what most commands take.
type directoryRef struct {
	Directory string `arg:"" help:"Id or name of the directory." name:"directory"`
}

// in answers the directory that is meant.
func (r directoryRef) in(a *adminContext) (scim.Directory, error) {
	return a.SCIM.FindDirectory(a.sys.ctx, a.actor, r.Directory)
}

// until reads how long something works; nil for ever.
func (a *adminContext) until(span time.Duration) (*time.Time, error) {
	if span < 0 {
		return nil, usagef("--for must be a time to come")
	}
	if span == 0 {
		return nil, nil //nolint:nilnil // nil is for ever
	}
	at := a.sys.now().Add(span)
	return &at, nil
}

type directoryCreateCmd struct {
	Name     string `help:"Name of the directory." placeholder:"N" required:""`
	Provider string `help:"okta, entra, jumpcloud, onelogin, google or generic." placeholder:"P" required:""`
	Strict   bool   `help:"Keep to the interop profile; Okta and Entra ID need it off."`
	Role     string `default:"employee" help:"Role of who gets no other." name:"default-role" placeholder:"R"`
}

type directoryCreatedJSON struct {
	ID      string `json:"id"`
	BaseURL string `json:"baseUrl"`
	Token   string `json:"token"`
}

// Run connects an identity provider.
func (c *directoryCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, token, err := a.SCIM.CreateDirectory(a.sys.ctx, a.actor, scim.NewDirectory{
			DefaultRole: c.Role, Name: c.Name, Provider: scim.Provider(strings.ToLower(c.Provider)), Strict: c.Strict,
		})
		if err != nil {
			return err
		}
		url := a.scimURL(d)
		err = a.answer(directoryCreatedJSON{ID: string(d.ID), BaseURL: url, Token: token},
			"%q is made\nid        %s\nbase URL  %s\ntoken     %s  (keep it now: it is not shown again)", d.Name, d.ID, url, token)
		a.next("muster admin directory show " + shellQuote(d.Name) + a.again())
		return err
	})
}

// scimURL answers the base URL of a directory.
func (a *adminContext) scimURL(d scim.Directory) string {
	return a.baseURL() + "/scim/v2/" + string(d.ID)
}

type directoryListCmd struct{}

type directoryJSON struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Provider    string `json:"provider"`
	State       string `json:"state"`
	BaseURL     string `json:"baseUrl"`
	Users       int64  `json:"users"`
	ActiveUsers int64  `json:"activeUsers"`
	Groups      int64  `json:"groups"`
}

// Run lists the directories.
func (c *directoryListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		rows := [][]string{{"ID", "NAME", "PROVIDER", "STATE", "USERS", "ACTIVE", "GROUPS"}}
		list := []directoryJSON{}
		after := ""
		for more := true; more; {
			page, further, err := a.SCIM.Directories(a.sys.ctx, a.actor, after, 100)
			if err != nil {
				return err
			}
			for _, d := range page {
				list = append(list, directoryJSON{
					ID: string(d.ID), Name: d.Name, Provider: string(d.Provider), State: string(d.State), BaseURL: a.scimURL(d.Directory),
					Users: d.Counts.Users, ActiveUsers: d.Counts.Active, Groups: d.Counts.Groups,
				})
				rows = append(rows, []string{
					string(d.ID), d.Name, string(d.Provider), string(d.State), strconv.FormatInt(d.Counts.Users, 10),
					strconv.FormatInt(d.Counts.Active, 10), strconv.FormatInt(d.Counts.Groups, 10),
				})
				after = string(d.ID)
			}
			more = further
		}
		return a.answer(list, "%s", table(rows))
	})
}

type directoryDeleteCmd struct{ directoryRef }

// Run deletes a directory, whatever its size.
func (c *directoryDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		deletion, err := a.SCIM.DeleteDirectory(a.sys.ctx, a.actor, d.ID)
		if err == nil && deletion.Left > 0 {
			err = a.SCIM.CarryOut(a.sys.ctx)
		}
		if err != nil {
			return err
		}
		for _, w := range deletion.Warnings {
			a.sys.say("muster: %s: %s", w.Subject, w.Message)
		}
		return a.answer(directoryJSON{ID: string(d.ID), Name: d.Name, Provider: string(d.Provider), State: "deleted", BaseURL: a.scimURL(d)},
			"%q is gone; its accounts are deactivated, people and history stay", d.Name)
	})
}

type directorySetCmd struct {
	directoryRef
	Name   *string `help:"Another name." placeholder:"N"`
	Role   *string `help:"Role of who gets no other." name:"default-role" placeholder:"R"`
	Strict *bool   `help:"Keep to the interop profile; Okta and Entra ID need it off." negatable:""`
}

// Run changes a directory.
func (c *directorySetCmd) Run(a *adminContext) error {
	if c.Name == nil && c.Role == nil && c.Strict == nil {
		return usagef("there is nothing to change: give --name, --default-role, --strict or --no-strict")
	}
	return a.changeDirectory(c.directoryRef, scim.DirectoryChanges{DefaultRole: c.Role, Name: c.Name, Strict: c.Strict})
}

type directoryOffCmd struct{ directoryRef }

// Run switches a directory off.
func (c *directoryOffCmd) Run(a *adminContext) error {
	state := scim.Unlinked
	return a.changeDirectory(c.directoryRef, scim.DirectoryChanges{State: &state})
}

type directoryOnCmd struct{ directoryRef }

// Run switches a directory on.
func (c *directoryOnCmd) Run(a *adminContext) error {
	state := scim.Linked
	return a.changeDirectory(c.directoryRef, scim.DirectoryChanges{State: &state})
}

// changeDirectory changes a directory, carries it out on all accounts, and shows
// what it is now.
func (a *adminContext) changeDirectory(ref directoryRef, changes scim.DirectoryChanges) error {
	return a.change(func() error {
		d, err := ref.in(a)
		if err != nil {
			return err
		}
		if _, err := a.SCIM.ChangeDirectory(a.sys.ctx, a.actor, d.ID, changes); err != nil {
			return err
		}
		if err := a.SCIM.CarryOut(a.sys.ctx); err != nil {
			return err
		}
		return a.showDirectory(d.ID)
	})
}
