// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/program"
)

type adminControlCmd struct {
	Add    controlAddCmd    `cmd:"" help:"Bring a control of the library into use."`
	Export controlExportCmd `cmd:"" help:"Write all controls in use as CSV or JSON."`
	Import controlImportCmd `cmd:"" help:"Make controls be as a file says, CSV, YAML or JSON: all of them or none."`
	List   controlListCmd   `cmd:"" help:"List the controls in use with their status."`
	Remove controlRemoveCmd `cmd:"" help:"Take a control out of use, with its mappings."`
}

type controlListCmd struct {
	Framework string `help:"Only those mapped to this framework." placeholder:"ID"`
}

type controlJSON struct {
	ID              string `json:"id"`
	ExternalID      string `json:"externalId"`
	Name            string `json:"name"`
	Status          string `json:"status"`
	NumTestsPassing int    `json:"numTestsPassing"`
	NumTestsTotal   int    `json:"numTestsTotal"`
}

// Run lists controls.
func (c *controlListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		rows := [][]string{{"EXTERNAL ID", "STATUS", "TESTS", "NAME"}}
		list := []controlJSON{}
		q := program.ControlQuery{Limit: 500}
		if c.Framework != "" {
			q.Frameworks = []string{c.Framework}
		}
		for more := true; more; {
			page, further, err := a.Program.List(a.sys.ctx, a.actor, q)
			if err != nil {
				return err
			}
			for _, one := range page {
				list = append(list, controlJSON{
					one.ID, one.ExternalID, one.Name, string(one.Tally.Status()), one.Tally.TestsPassing, one.Tally.TestsTotal,
				})
				rows = append(rows, []string{
					one.ExternalID, string(one.Tally.Status()), fmt.Sprintf("%d of %d", one.Tally.TestsPassing, one.Tally.TestsTotal), one.Name,
				})
				q.After = one.ID
			}
			more = further
		}
		return a.answer(list, "%s", table(rows))
	})
}

type controlAddCmd struct {
	Control string `arg:"" help:"Id of an entry of the library." name:"id"`
}

// Run brings a control into use.
func (c *controlAddCmd) Run(a *adminContext) error {
	return a.change(func() error {
		control, err := a.Program.AddFromLibrary(a.sys.ctx, a.actor, c.Control)
		if err != nil {
			return err
		}
		return a.answer(controlJSON{ID: control.ID, ExternalID: control.ExternalID, Name: control.Name}, "%q is in use", control.Name)
	})
}

type controlRemoveCmd struct {
	Control string `arg:"" help:"Id or external id of the control." name:"id"`
}

// Run takes a control out of use.
func (c *controlRemoveCmd) Run(a *adminContext) error {
	return a.change(func() error {
		control, err := a.Program.Get(a.sys.ctx, a.actor, c.Control)
		if err != nil {
			return err
		}
		if err := a.Program.Delete(a.sys.ctx, a.actor, control.ID); err != nil {
			return err
		}
		return a.answer(controlJSON{ID: control.ID, ExternalID: control.ExternalID, Name: control.Name}, "%q is out of use", control.Name)
	})
}

type controlExportCmd struct {
	Format string `default:"csv" enum:"csv,json" help:"csv or json." placeholder:"F"`
}

// Run exports controls.
func (c *controlExportCmd) Run(a *adminContext) error {
	return a.open(func() error {
		files, err := a.Program.Export(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		if c.Format == "json" || a.flags.JSON {
			return a.sys.printJSON(files)
		}
		out := bufio.NewWriter(a.sys.stdout)
		return errors.Join(program.WriteCSV(out, files), out.Flush())
	})
}

type controlImportCmd struct {
	File   string `arg:"" help:"CSV with a header line (externalId, name, …), or the file form in YAML or JSON, one or a list; - is standard input, as CSV." name:"file"`
	DryRun bool   `help:"Check everything, change nothing."`
}

type controlImportJSON struct {
	Created   int                    `json:"created"`
	Updated   int                    `json:"updated"`
	Unchanged int                    `json:"unchanged"`
	Errors    []controlImportProblem `json:"errors"`
}

type controlImportProblem struct {
	Line    int    `json:"line"`
	Place   string `json:"place"`
	Message string `json:"message"`
}

// Run imports controls. What does not fit is named, and then nothing changes.
func (c *controlImportCmd) Run(a *adminContext) error {
	return a.change(func() error {
		rows, unit, err := a.readControls(c.File)
		if err != nil {
			return err
		}
		result, err := a.Program.Import(a.sys.ctx, a.actor, rows, c.DryRun)
		if err != nil {
			return err
		}
		answer := controlImportJSON{Created: result.Created, Errors: []controlImportProblem{}, Unchanged: result.Unchanged, Updated: result.Updated}
		for _, p := range result.Problems {
			answer.Errors = append(answer.Errors, controlImportProblem{p.Line, p.Place, p.Message})
			if !a.flags.JSON {
				a.sys.say("%s %d, %s: %s", unit, p.Line, p.Place, p.Message)
			}
		}
		made := "imported"
		if c.DryRun || len(result.Problems) > 0 {
			made = "would be imported"
		}
		err = a.answer(answer, "%s: %d new, %d changed, %d as they were", made, result.Created, result.Updated, result.Unchanged)
		if err == nil && len(result.Problems) > 0 {
			err = &misfitError{fmt.Sprintf("nothing was imported: %d problems", len(result.Problems))}
		}
		return err
	})
}

// readControls reads a file by the end of its name; unit is what its parts are
// called.
func (a *adminContext) readControls(path string) (rows []program.Row, unit string, err error) {
	in, done, err := a.openInput(path)
	if err != nil {
		return nil, "", err
	}
	defer done()
	if !isDocument(path) {
		rows, err = program.ReadControlsCSV(in)
		return rows, "line", err
	}
	text, err := readDocument(in)
	if err != nil {
		return nil, "", err
	}
	forms := []json.Value{text}
	if text.Kind() == '[' {
		if err := json.Unmarshal(text, &forms); err != nil {
			return nil, "", err
		}
	}
	for i, form := range forms {
		rows = append(rows, program.Row{Form: form, Line: i + 1})
	}
	return rows, "control", nil
}

func isDocument(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json", ".yaml", ".yml":
		return true
	}
	return false
}

// readForms reads the file forms of a file in YAML or JSON: one, or a list.
func (a *adminContext) readForms(path string) (forms []json.Value, err error) {
	in, done, err := a.openInput(path)
	if err != nil {
		return nil, err
	}
	defer done()
	text, err := readDocument(in)
	if err != nil {
		return nil, err
	}
	if text.Kind() != '[' {
		return []json.Value{text}, nil
	}
	err = json.Unmarshal(text, &forms)
	return forms, err
}

// maxDocument is how large a file in YAML or JSON may be, in bytes.
const maxDocument = 16 << 20

func readDocument(in io.Reader) (json.Value, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxDocument {
		return nil, fault.New(fault.TooLarge, "the file is larger than %d bytes", maxDocument)
	}
	return program.ToJSON(text)
}
