// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/scim"
)

type directoryShowCmd struct{ directoryRef }

// Run shows a directory.
func (c *directoryShowCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		return a.showDirectory(d.ID)
	})
}

func (a *adminContext) showDirectory(id scim.DirectoryID) error {
	o, err := a.SCIM.Look(a.sys.ctx, a.actor, id)
	if err != nil {
		return err
	}
	d := o.API()
	return a.answer(d, "%s", directoryText(d))
}

// directoryText writes a directory as its set-up page shows it.
func directoryText(d api.Directory) string {
	facts := [][]string{
		{"name", d.Name}, {"id", d.ID}, {"provider", d.Provider}, {"state", stateWords(d.State)}, {"base URL", d.BaseURL},
	}
	if d.TenantURL != nil {
		facts = append(facts, []string{"tenant URL", *d.TenantURL})
	}
	facts = append(facts,
		[]string{"token URL", d.TokenURL},
		[]string{"role attribute", cmp.Or(d.RoleAttribute, "none named; offered: "+strings.Join(d.OfferedAttributes, ", "))},
		[]string{"default role", d.DefaultRole.Name},
		[]string{"arrived", fmt.Sprintf("%d users, %d of them active, %d groups", d.Counts.Users, d.Counts.ActiveUsers, d.Counts.Groups)},
	)
	parts := []string{table(facts), "\nset-up"}
	for _, step := range d.Steps {
		parts = append(parts, stepText(step))
	}
	for _, w := range d.Warnings {
		parts = append(parts, "\nwarning "+w.ID+" ("+w.Kind+")\n  "+w.Message)
	}
	if e := d.LastError; e != nil {
		parts = append(parts, fmt.Sprintf("\nlast error, %s, request %s: the provider %s\n  %s", e.At, e.RequestID, e.Words, e.WhatToDo))
	}
	return strings.Join(parts, "\n")
}

// stateWords answers a state with what it means.
func stateWords(state string) string {
	switch scim.State(state) {
	case scim.Linked:
		return "linked (Active)"
	case scim.Validating:
		return "validating: no request with a good token has come yet"
	case scim.InvalidCredentials:
		return "invalid_credentials: requests came with a wrong token"
	case scim.Unlinked:
		return "unlinked: switched off here"
	}
	return state
}

// stepText writes a step; what is done needs no words any more.
func stepText(step api.DirectoryStep) string {
	title := step.Title
	if step.Optional {
		title += " (optional)"
	}
	if step.DoneAt != nil {
		return "  [x] " + title + ", " + *step.DoneAt
	}
	return "  [ ] " + title + "\n        " + step.Words
}

type directorySelfTestCmd struct{ directoryRef }

// Run plays the provider's requests.
func (c *directorySelfTestCmd) Run(a *adminContext) error {
	passed := false
	err := a.change(func() error {
		d, err := c.in(a)
		if err != nil {
			return err
		}
		got, err := a.SCIM.SelfTest(a.sys.ctx, a.actor, d.ID)
		if err != nil {
			return err
		}
		passed = got.Passed
		rows := [][]string{{"", "STATUS", "REQUEST", "WHAT"}}
		out := api.DirectorySelfTest{Passed: passed, Note: got.Note, Steps: []api.DirectorySelfTestStep{}}
		for _, s := range got.Steps {
			mark, words := "ok", s.Words
			if !s.Passed {
				mark, words = "NO", s.Words+": "+s.Answered+" "+s.WhatToDo
			}
			rows = append(rows, []string{mark, fmt.Sprint(s.Status), s.Method + " " + s.Path, words})
			out.Steps = append(out.Steps, s.API())
		}
		if got.Note != "" && !a.flags.JSON {
			a.sys.say("muster: %s", got.Note)
		}
		return a.answer(out, "%s", table(rows))
	})
	if err == nil && !passed {
		return &misfitError{"the self-test did not pass"}
	}
	return err
}
