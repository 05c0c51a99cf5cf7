// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strconv"

	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/sla"
)

type adminSLACmd struct {
	Create   slaCreateCmd   `cmd:"" help:"Make a category that tests can go by."`
	Delete   slaDeleteCmd   `cmd:"" help:"Delete a category that no test points to."`
	Edit     slaEditCmd     `cmd:"" help:"Change a category, for what is detected from now on."`
	List     slaListCmd     `cmd:"" help:"List the categories."`
	Put      slaPutCmd      `cmd:"" help:"Make categories be as a file says, YAML or JSON: one or a list."`
	Settings slaSettingsCmd `cmd:"" help:"Show or change what deadlines go by."`
}

// slaTerm is a deadline as flags say it.
type slaTerm struct {
	BusinessDays int64 `help:"Monday to Friday in the workspace's time zone." placeholder:"N" xor:"term"`
	Days         int64 `help:"Days of 24 hours." placeholder:"N" xor:"term"`
	Hours        int64 `help:"Hours." placeholder:"N" xor:"term"`
}

// term answers it; nil when no flag was given.
func (t slaTerm) term() *deadline.Term {
	switch {
	case t.BusinessDays != 0:
		return &deadline.Term{Amount: t.BusinessDays, Unit: deadline.BusinessDays}
	case t.Days != 0:
		return &deadline.Term{Amount: t.Days, Unit: deadline.Days}
	case t.Hours != 0:
		return &deadline.Term{Amount: t.Hours, Unit: deadline.Hours}
	}
	return nil
}

type slaJSON struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Deadline deadline.Term `json:"deadline"`
	Enabled  bool          `json:"enabled"`
	BuiltIn  bool          `json:"builtIn"`
}

func toSLAJSON(c sla.Category) slaJSON {
	return slaJSON{ID: c.Slug, Name: c.Name, Deadline: c.Term, Enabled: c.Enabled, BuiltIn: c.BuiltIn}
}

func (a *adminContext) answerSLA(c sla.Category, err error) error {
	if err != nil {
		return err
	}
	return a.answer(toSLAJSON(c), "%s: %s, %s", c.Slug, c.Term, onOff(c.Enabled))
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

type slaListCmd struct{}

// Run lists categories.
func (c *slaListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, err := a.SLAs.List(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		rows, list := [][]string{{"ID", "DEADLINE", "SWITCH", "NAME"}}, []slaJSON{}
		for _, one := range all {
			list = append(list, toSLAJSON(one))
			rows = append(rows, []string{one.Slug, one.Term.String(), onOff(one.Enabled), one.Name})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type slaCreateCmd struct {
	slaTerm

	Name string `arg:"" help:"Name of the category."`
	Slug string `help:"Made of the name when absent." placeholder:"SLUG"`
}

// Run makes a category.
func (c *slaCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		term := c.term()
		if term == nil {
			return fault.New(fault.Invalid, "a category needs a deadline: --hours, --days or --business-days")
		}
		return a.answerSLA(a.SLAs.Create(a.sys.ctx, a.actor, sla.Category{Enabled: true, Name: c.Name, Slug: c.Slug, Term: *term}))
	})
}

type slaPutCmd struct {
	File string `arg:"" help:"kind: SLA, in YAML or JSON; - is standard input." name:"file"`
}

// Run makes the categories of a file, in its order, until one is refused.
func (c *slaPutCmd) Run(a *adminContext) error {
	return a.change(func() error {
		forms, err := a.readForms(c.File)
		if err != nil {
			return err
		}
		list := []slaJSON{}
		for _, form := range forms {
			one, created, err := a.SLAs.Put(a.sys.ctx, a.actor, form)
			if err != nil {
				return err
			}
			list = append(list, toSLAJSON(one))
			if !a.flags.JSON {
				a.sys.say("%s %s: %s, %s", one.Slug, madeOr(created), one.Term, onOff(one.Enabled))
			}
		}
		return a.answer(list, "%d SLAs", len(list))
	})
}

// madeOr says what a file did.
func madeOr(created bool) string {
	if created {
		return "is made"
	}
	return "is as the file says"
}

type slaEditCmd struct {
	slaTerm

	ID   string  `arg:"" help:"Slug or name of the category." name:"id"`
	Name *string `help:"Another name." placeholder:"NAME"`
	Off  bool    `help:"Give no due times from now on; those that were given stay." xor:"switch"`
	On   bool    `help:"Give due times again." xor:"switch"`
}

// Run changes a category.
func (c *slaEditCmd) Run(a *adminContext) error {
	return a.change(func() error {
		change := sla.Change{Name: c.Name, Term: c.term()}
		if c.On || c.Off {
			change.Enabled = &c.On
		}
		return a.answerSLA(a.SLAs.Edit(a.sys.ctx, a.actor, c.ID, change))
	})
}

type slaDeleteCmd struct {
	ID string `arg:"" help:"Slug or name of the category." name:"id"`
}

// Run deletes a category.
func (c *slaDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		found, err := a.SLAs.Get(a.sys.ctx, a.actor, c.ID)
		if err != nil {
			return err
		}
		if err := a.SLAs.Delete(a.sys.ctx, a.actor, found.Slug); err != nil {
			return err
		}
		return a.answer(toSLAJSON(found), "%q is deleted", found.Name)
	})
}

type slaSettingsCmd struct {
	DueSoonHours *float64 `help:"From how many hours before its due time something is due soon; negative for as soon as it has one." placeholder:"N"`
	TimeZone     *string  `help:"IANA name of the time zone of business days." placeholder:"ZONE"`
}

type slaSettingsJSON struct {
	TimeZone     string   `json:"timeZone"`
	DueSoonHours *float64 `json:"dueSoonHours"`
}

const hourMillis = 3_600_000

// Run shows or changes the settings.
func (c *slaSettingsCmd) Run(a *adminContext) error {
	show := func(set sla.Settings, err error) error {
		if err != nil {
			return err
		}
		out, soon := slaSettingsJSON{TimeZone: set.Zone}, "as soon as there is a due time"
		if set.DueSoon != nil {
			hours := float64(*set.DueSoon) / hourMillis
			out.DueSoonHours, soon = &hours, strconv.FormatFloat(hours, 'f', -1, 64)+" hours before"
		}
		return a.answer(out, "time zone %s, due soon %s", set.Zone, soon)
	}
	if c.DueSoonHours == nil && c.TimeZone == nil {
		return a.open(func() error { return show(a.SLAs.Settings(a.sys.ctx, a.actor)) })
	}
	return a.change(func() error {
		change := sla.SettingsChange{Zone: c.TimeZone}
		if c.DueSoonHours != nil {
			var soon *int64
			if *c.DueSoonHours >= 0 {
				ms := int64(*c.DueSoonHours * hourMillis)
				soon = &ms
			}
			change.DueSoon = &soon
		}
		return show(a.SLAs.Configure(a.sys.ctx, a.actor, change))
	})
}
