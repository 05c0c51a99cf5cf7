// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/passmuster/muster/internal/account"
	spread "github.com/passmuster/muster/internal/sheet" // sheet is a part of a CSV source here
)

type adminAccountCmd struct {
	Export accountExportCmd `cmd:"" help:"Write accounts and their owners as a table."`
}

type accountExportCmd struct {
	Format  string `default:"csv" enum:"csv,xlsx" help:"csv or xlsx."`
	Output  string `default:"-" help:"File to write; - is standard output." placeholder:"FILE" short:"o"`
	Unowned bool   `help:"Only accounts that belong to nobody."`
}

// Run exports accounts.
func (c *accountExportCmd) Run(a *adminContext) error {
	return a.open(func() error {
		q := account.Query{}
		if c.Unowned {
			q.Kinds = []account.Kind{account.KindNone}
		}
		return a.toFile(c.Output, func(w io.Writer) error {
			return a.Accounts.Export(a.sys.ctx, a.actor, q, spread.Format(c.Format), w)
		})
	})
}

// toFile lets write fill a new file that only the operator may read, or standard
// output for -.
func (a *adminContext) toFile(path string, write func(io.Writer) error) error {
	if path == "-" {
		out := bufio.NewWriter(a.sys.stdout)
		return errors.Join(write(out), out.Flush())
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator's own file
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
