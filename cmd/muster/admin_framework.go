// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/program"
)

type adminFrameworkCmd struct {
	Add    frameworkAddCmd    `cmd:"" help:"Bring a framework that comes with Muster into use."`
	Export frameworkExportCmd `cmd:"" help:"Write a framework as a file."`
	Import frameworkImportCmd `cmd:"" help:"Make a framework of your own be as a file says, YAML, JSON or CSV."`
	List   frameworkListCmd   `cmd:"" help:"List the frameworks in use with their counters."`
	Remove frameworkRemoveCmd `cmd:"" help:"Stop using a framework, with what is mapped to it."`
	Show   frameworkShowCmd   `cmd:"" help:"Show what is missing until a framework is met."`
}

type frameworkJSON struct {
	ID                   string `json:"id"`
	Name                 string `json:"name"`
	Custom               bool   `json:"custom"`
	NumControlsCompleted int    `json:"numControlsCompleted"`
	NumControlsTotal     int    `json:"numControlsTotal"`
	NumTestsPassing      int    `json:"numTestsPassing"`
	NumTestsTotal        int    `json:"numTestsTotal"`
}

func toFrameworkJSON(f program.FrameworkState) frameworkJSON {
	return frameworkJSON{
		f.ID, f.Name, f.Custom, f.Counters.ControlsCompleted, f.Counters.ControlsTotal, f.Counters.TestsPassing, f.Counters.TestsTotal,
	}
}

type frameworkListCmd struct{}

// Run lists frameworks.
func (c *frameworkListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, _, err := a.Program.Frameworks(a.sys.ctx, a.actor, "", 1000)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "CONTROLS", "TESTS", "NAME"}}
		list := make([]frameworkJSON, len(all))
		for i, f := range all {
			j := toFrameworkJSON(f)
			list[i] = j
			rows = append(rows, []string{
				j.ID, fmt.Sprintf("%d of %d", j.NumControlsCompleted, j.NumControlsTotal), fmt.Sprintf("%d of %d", j.NumTestsPassing, j.NumTestsTotal), j.Name,
			})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type frameworkShowCmd struct {
	Framework string `arg:"" help:"Id of the framework." name:"id"`
}

type frameworkGapsJSON struct {
	frameworkJSON

	NumRequirements            int      `json:"numRequirements"`
	NumRequirementsCovered     int      `json:"numRequirementsCovered"`
	RequirementsWithoutControl []string `json:"requirementsWithoutControl"`
	ControlsWithoutTest        []string `json:"controlsWithoutTest"`
	ControlsNotPassing         []string `json:"controlsNotPassing"`
}

// Run shows the gaps of a framework.
func (c *frameworkShowCmd) Run(a *adminContext) error {
	return a.open(func() error {
		g, err := a.Program.Gaps(a.sys.ctx, a.actor, c.Framework)
		if err != nil {
			return err
		}
		j := frameworkGapsJSON{
			frameworkJSON: toFrameworkJSON(program.FrameworkState{Framework: g.Framework, Counters: g.Counters}), NumRequirements: g.Requirements,
			NumRequirementsCovered: g.RequirementsCovered, RequirementsWithoutControl: []string{}, ControlsWithoutTest: []string{},
			ControlsNotPassing: []string{},
		}
		rows := [][]string{{"GAP", "WHAT", "NAME"}}
		for _, r := range g.WithoutControl {
			j.RequirementsWithoutControl = append(j.RequirementsWithoutControl, r.Ref)
			rows = append(rows, []string{"no control", r.Ref, r.Name})
		}
		for _, control := range g.WithoutEvidence {
			j.ControlsWithoutTest = append(j.ControlsWithoutTest, control.ExternalID)
			rows = append(rows, []string{"no test", control.ExternalID, control.Name})
		}
		for _, control := range g.NotPassing {
			j.ControlsNotPassing = append(j.ControlsNotPassing, control.ExternalID)
			rows = append(rows, []string{strconv.Itoa(len(control.Tests)) + " do not pass", control.ExternalID, control.Name})
		}
		return a.answer(j, "%s: %d of %d requirements have a control, %d of %d controls are completed, %d of %d tests pass\n\n%s", g.Framework.Name,
			g.RequirementsCovered, g.Requirements, g.Counters.ControlsCompleted, g.Counters.ControlsTotal, g.Counters.TestsPassing, g.Counters.TestsTotal, table(rows))
	})
}

type frameworkAddCmd struct {
	Framework string `arg:"" help:"Id of the framework." name:"id"`
}

// Run brings a framework into use.
func (c *frameworkAddCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := a.Program.AddFramework(a.sys.ctx, a.actor, c.Framework)
		if err != nil {
			return err
		}
		return a.answer(toFrameworkJSON(d.FrameworkState), "%s is in use", d.Name)
	})
}

type frameworkRemoveCmd struct {
	Framework string `arg:"" help:"Id of the framework." name:"id"`
}

// Run stops the use of a framework.
func (c *frameworkRemoveCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := a.Program.GetFramework(a.sys.ctx, a.actor, c.Framework)
		if err != nil {
			return err
		}
		if err := a.Program.DeleteFramework(a.sys.ctx, a.actor, d.ID); err != nil {
			return err
		}
		return a.answer(toFrameworkJSON(d.FrameworkState), "%s is out of use", d.Name)
	})
}

type frameworkExportCmd struct {
	Framework string `arg:"" help:"Id of the framework." name:"id"`
}

// Run writes a framework as JSON, which import takes.
func (c *frameworkExportCmd) Run(a *adminContext) error {
	return a.open(func() error {
		file, err := a.Program.FrameworkFile(a.sys.ctx, a.actor, c.Framework)
		if err != nil {
			return err
		}
		return a.sys.printJSON(file)
	})
}

type frameworkImportCmd struct {
	File string `arg:"" help:"The file form in YAML or JSON, or CSV with a header line (category, ref, name, …)." name:"file"`
	Name string `help:"Name of the framework, for CSV." placeholder:"N"`
	Slug string `help:"Id of the framework, for CSV; made of the name when absent." placeholder:"ID"`
}

// Run makes a framework, or makes one that is there be as the file says.
func (c *frameworkImportCmd) Run(a *adminContext) error {
	return a.change(func() error {
		text, err := c.read(a)
		if err != nil {
			return err
		}
		d, err := a.Program.CreateFramework(a.sys.ctx, a.actor, text)
		if fault.KindOf(err) == fault.Conflict {
			d, err = a.Program.ReplaceFramework(a.sys.ctx, a.actor, d.ID, text)
		}
		if err != nil {
			return err
		}
		return a.answer(toFrameworkJSON(d.FrameworkState), "%s is in use under the id %s", d.Name, d.ID)
	})
}

func (c *frameworkImportCmd) read(a *adminContext) ([]byte, error) {
	in, done, err := a.openInput(c.File)
	if err != nil {
		return nil, err
	}
	defer done()
	if isDocument(c.File) {
		return readDocument(in)
	}
	if c.Name == "" {
		return nil, usagef("a framework as CSV needs --name")
	}
	return program.ReadFrameworkCSV(in, c.Name, c.Slug)
}
