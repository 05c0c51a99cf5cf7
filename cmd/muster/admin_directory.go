// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/scim"
)

type adminDirectoryCmd struct {
	Create directoryCreateCmd `cmd:"" help:"Connect an identity provider; the token is shown only now."`
	Delete directoryDeleteCmd `cmd:"" help:"Delete a directory: its accounts are deactivated, people and history stay."`
	List   directoryListCmd   `cmd:"" help:"List the directories."`
	Log    directoryLogCmd    `cmd:"" help:"Print what a provider sent, in words."`
	Token  directoryTokenCmd  `cmd:"" help:"Make a token beside those that there are."`
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
		return a.answer(directoryCreatedJSON{ID: string(d.ID), BaseURL: url, Token: token},
			"%q is made\nid        %s\nbase URL  %s\ntoken     %s  (keep it now: it is not shown again)", d.Name, d.ID, url, token)
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

type directoryTokenCmd struct {
	Directory string        `arg:"" help:"Id or name of the directory." name:"directory"`
	For       time.Duration `help:"How long it works, such as 2160h; for ever when absent." placeholder:"DURATION"`
}

type directoryTokenJSON struct {
	ID        string `json:"id"`
	Token     string `json:"token"`
	ExpiresAt string `json:"expiresAt"`
}

// Run makes a token.
func (c *directoryTokenCmd) Run(a *adminContext) error {
	var expires *time.Time
	switch {
	case c.For < 0:
		return usagef("--for must be a time to come")
	case c.For > 0:
		at := a.sys.now().Add(c.For)
		expires = &at
	}
	return a.change(func() error {
		d, err := a.SCIM.FindDirectory(a.sys.ctx, a.actor, c.Directory)
		if err != nil {
			return err
		}
		text, t, err := a.SCIM.MakeToken(a.sys.ctx, a.actor, d.ID, expires)
		if err != nil {
			return err
		}
		until := ""
		if t.ExpiresAt != nil {
			until = timeText(t.ExpiresAt.UnixMilli())
		}
		return a.answer(directoryTokenJSON{ID: t.ID, Token: text, ExpiresAt: until},
			"%q has another token; the ones before still work\ntoken  %s  (keep it now: it is not shown again)", d.Name, text)
	})
}

type directoryDeleteCmd struct {
	Directory string `arg:"" help:"Id or name of the directory." name:"directory"`
}

// Run deletes a directory, whatever its size.
func (c *directoryDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := a.SCIM.FindDirectory(a.sys.ctx, a.actor, c.Directory)
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

type directoryLogCmd struct {
	Directory string `arg:"" help:"Id or name of the directory." name:"directory"`
	Failed    bool   `help:"Only requests that were refused."`
	Limit     int    `default:"100" help:"Requests at most, the newest." placeholder:"N"`
	Subject   string `help:"Only about this person or group; part of a name." placeholder:"NAME"`
}

type directoryLogJSON struct {
	ID      string `json:"id"`
	At      string `json:"at"`
	Method  string `json:"method"`
	Path    string `json:"path"`
	Status  int    `json:"status"`
	Words   string `json:"words"`
	Problem string `json:"problem"`
}

// Run prints the newest requests of a provider.
func (c *directoryLogCmd) Run(a *adminContext) error {
	if c.Limit < 1 {
		return usagef("--limit must be 1 at least")
	}
	return a.open(func() error {
		d, err := a.SCIM.FindDirectory(a.sys.ctx, a.actor, c.Directory)
		if err != nil {
			return err
		}
		query := scim.LogQuery{Subject: c.Subject}
		if c.Failed {
			query.From = 400
		}
		page, err := a.SCIM.Requests(a.sys.ctx, a.actor, d.ID, query, c.Limit)
		if err != nil {
			return err
		}
		rows := [][]string{{"WHEN", "STATUS", "REQUEST", "WHAT"}}
		list := []directoryLogJSON{}
		for _, l := range page.Requests {
			at := timeText(l.At.UnixMilli())
			list = append(list, directoryLogJSON{
				ID: l.ID, At: at, Method: l.Method, Path: l.Path, Status: l.Status, Words: l.Words, Problem: l.Problem,
			})
			rows = append(rows, []string{at, strconv.Itoa(l.Status), l.Method + " " + l.Path, l.Words})
		}
		return a.answer(list, "%s", table(rows))
	})
}
