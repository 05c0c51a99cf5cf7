// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/scim"
)

type directoryRequestsCmd struct {
	directoryRef
	Failed  bool   `help:"Only requests that were refused."`
	Limit   int    `default:"100" help:"Requests at most, the newest." placeholder:"N"`
	Method  string `help:"Only those with this method." placeholder:"METHOD"`
	Subject string `help:"Only about this person or group; part of a name." placeholder:"NAME"`
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
func (c *directoryRequestsCmd) Run(a *adminContext) error {
	if c.Limit < 1 {
		return usagef("--limit must be 1 at least")
	}
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		query := scim.LogQuery{Method: strings.ToUpper(c.Method), Subject: c.Subject}
		if c.Failed {
			query.From = 400
		}
		page, err := a.SCIM.Requests(a.sys.ctx, a.actor, d.ID, query, c.Limit)
		if err != nil {
			return err
		}
		list := []directoryLogJSON{}
		for _, l := range page.Requests {
			list = append(list, directoryLogJSON{
				ID: l.ID, At: timeText(l.At.UnixMilli()), Method: l.Method, Path: l.Path, Status: l.Status, Words: l.Words, Problem: l.Problem,
			})
		}
		return a.answer(list, "%s", requestTable(page.Requests))
	})
}

func requestTable(all []scim.Logged) string {
	rows := [][]string{{"ID", "WHEN", "STATUS", "REQUEST", "WHAT"}}
	for _, l := range all {
		rows = append(rows, []string{l.ID, timeText(l.At.UnixMilli()), strconv.Itoa(l.Status), l.Method + " " + l.Path, l.Words})
	}
	return table(rows)
}

// directoryRequestRef names a request.
type directoryRequestRef struct {
	directoryRef
	Request string `arg:"" help:"Id of the request, as directory requests shows it." name:"request"`
}

type directoryRequestCmd struct{ directoryRequestRef }

// Run shows a request with its bodies.
func (c *directoryRequestCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		_, l, err := a.SCIM.Request(a.sys.ctx, a.actor, d.ID, c.Request)
		if err != nil {
			return err
		}
		return a.answer(l.API(d.Provider), "%s", requestText(l.API(d.Provider)))
	})
}

func requestText(r api.DirectoryRequest) string {
	text := fmt.Sprintf("%s  %s %s -> %d\nthe provider %s", r.At, r.Method, r.Path, r.Status, r.Words)
	for _, part := range []struct {
		title string
		body  *string
	}{{"sent", r.Sent}, {"answered", r.Answered}} {
		if part.body != nil && *part.body != "" {
			text += "\n\n" + part.title + "\n" + *part.body
		}
	}
	if r.WhatToDo != "" {
		text += "\n\nwhat to do\n" + r.WhatToDo
	}
	return text
}

type directoryReplayCmd struct{ directoryRequestRef }

// Run repeats a request that was refused.
func (c *directoryReplayCmd) Run(a *adminContext) error {
	var repeated scim.Logged
	err := a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		if d, repeated, err = a.SCIM.Replay(a.sys.ctx, a.actor, d.ID, c.Request); err != nil {
			return err
		}
		return a.answer(repeated.API(d.Provider), "%s", requestText(repeated.API(d.Provider)))
	})
	if err == nil && repeated.Status >= 400 {
		return &misfitError{"it was refused again"}
	}
	return err
}

type directoryTimelineCmd struct {
	directoryRef
	User string `arg:"" help:"E-mail, userName or id of the user." name:"user"`
}

// Run says what happened to a user.
func (c *directoryTimelineCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		id, err := a.directoryUser(d, c.User)
		if err != nil {
			return err
		}
		story, err := a.SCIM.Timeline(a.sys.ctx, a.actor, d.ID, id)
		if err != nil {
			return err
		}
		return a.answer(story.API(), "%s", requestTable(story.Requests))
	})
}

// directoryUser answers the id of a user; one that looks like an id is taken for
// one, as the user may be gone.
func (a *adminContext) directoryUser(d scim.Directory, ref string) (string, error) {
	found, err := a.SCIM.Simulate(a.sys.ctx, a.actor, d.ID, ref)
	if err != nil && !strings.Contains(ref, "@") && len(ref) == len(d.ID) {
		return ref, nil // who is gone can be asked about by id
	}
	return found.Resource, err
}

type directoryWarningsCmd struct {
	directoryRef
	Dismiss string `help:"Take this warning away; it comes again when its cause does." placeholder:"ID"`
}

// Run lists warnings.
func (c *directoryWarningsCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		if c.Dismiss != "" {
			if err := a.SCIM.DismissWarning(a.sys.ctx, a.actor, d.ID, c.Dismiss); err != nil {
				return err
			}
		}
		all, err := a.SCIM.Warnings(a.sys.ctx, a.actor, d.ID)
		if err != nil {
			return err
		}
		rows, list := [][]string{{"ID", "KIND", "LAST", "WHAT"}}, []api.DirectoryWarning{}
		for _, w := range all {
			rows = append(rows, []string{w.ID, w.Kind, timeText(w.LastAt.UnixMilli()), w.Message})
			list = append(list, w.API())
		}
		return a.answer(list, "%s", table(rows))
	})
}
