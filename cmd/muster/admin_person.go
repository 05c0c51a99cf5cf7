// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/passmuster/muster/internal/directory"
)

type adminPersonCmd struct {
	Export personExportCmd `cmd:"" help:"Write all people as CSV."`
	Import personImportCmd `cmd:"" help:"Make people be as a CSV file says: all lines or none."`
}

type personExportCmd struct {
	Output string `default:"-" help:"File to write; - is standard output." placeholder:"FILE" short:"o"`
}

// Run exports people.
func (c *personExportCmd) Run(a *adminContext) error {
	return a.open(func() error {
		return a.toFile(c.Output, func(w io.Writer) error { return a.Directory.Export(a.sys.ctx, a.actor, w) })
	})
}

type personImportCmd struct {
	File   string `arg:"" help:"CSV with a header line: email, first, last, jobTitle, startDate, …; - is standard input." name:"file"`
	DryRun bool   `help:"Check everything, change nothing."`
}

type personImportJSON struct {
	Created   int                   `json:"created"`
	Updated   int                   `json:"updated"`
	Unchanged int                   `json:"unchanged"`
	Errors    []personImportProblem `json:"errors"`
}

type personImportProblem struct {
	Line    int    `json:"line"`
	Column  string `json:"column"`
	Message string `json:"message"`
}

// Run imports people. Lines that do not fit are named, and then nothing changes.
func (c *personImportCmd) Run(a *adminContext) error {
	return a.change(func() error {
		in, done, err := a.openInput(c.File)
		if err != nil {
			return err
		}
		defer done()
		result, err := a.Directory.Import(a.sys.ctx, a.actor, in, directory.ImportOptions{DryRun: c.DryRun})
		if err != nil {
			return err
		}
		answer := personImportJSON{
			Created: result.Created, Errors: []personImportProblem{}, Unchanged: result.Unchanged, Updated: result.Updated,
		}
		for _, p := range result.Problems {
			answer.Errors = append(answer.Errors, personImportProblem{Column: p.Column, Line: p.Line, Message: p.Message})
			if !a.flags.JSON {
				a.sys.say("line %d, %s: %s", p.Line, p.Column, p.Message)
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

// openInput opens a file, or standard input for -.
func (a *adminContext) openInput(path string) (in io.Reader, done func(), err error) {
	if path == "-" {
		return a.sys.stdin, func() {}, nil
	}
	file, err := os.Open(path) //nolint:gosec // the operator's own file
	if err != nil {
		return nil, nil, err
	}
	return file, func() { _ = file.Close() }, nil
}
