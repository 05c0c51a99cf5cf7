// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"

	"github.com/passmuster/muster/internal/evidence"
)

type adminEvidenceCmd struct {
	Export evidenceExportCmd `cmd:"" help:"Write all evidence of the workspace, for muster verify."`
	Key    evidenceKeyCmd    `cmd:"" help:"Print the public key that signs the evidence."`
	Trail  evidenceTrailCmd  `cmd:"" help:"Say who did what, when and from where."`
}

type evidenceExportCmd struct {
	Output string `default:"-" help:"File to write; - is standard output." placeholder:"FILE" short:"o"`
}

// Run exports the evidence.
func (c *evidenceExportCmd) Run(a *adminContext) error {
	return a.open(func() error {
		if c.Output == "-" {
			out := bufio.NewWriter(a.sys.stdout)
			_, err := a.Evidence.Export(a.sys.ctx, a.actor.Workspace, out)
			return errors.Join(err, out.Flush())
		}
		summary, err := a.exportTo(c.Output)
		if err != nil {
			return err
		}
		err = a.answer(exportJSON{
			File: c.Output, Entries: summary.Entries, Checkpoints: summary.Checkpoints, Root: summary.Root.String(),
			Signed: timeText(summary.Signed), Key: a.Evidence.Key().String(), Fingerprint: summary.Fingerprint,
		}, "%d entries are in %s\nroot  %s\nkey   %s", summary.Entries, c.Output, summary.Root, summary.Fingerprint)
		if err == nil {
			a.next("muster verify --key '" + a.Evidence.Key().String() + "' " + shellQuote(c.Output))
		}
		return err
	})
}

// exportTo writes beside the file first, so that a file under its name is whole.
func (a *adminContext) exportTo(path string) (summary evidence.Summary, err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return summary, usagef("--output: %s is no file", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".muster-export-*")
	if err != nil {
		return summary, err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	summary, err = a.Evidence.Export(a.sys.ctx, a.actor.Workspace, out)
	err = errors.Join(err, out.Flush(), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return summary, errors.Join(err, os.Remove(file.Name()))
	}
	return summary, nil
}

type exportJSON struct {
	File        string `json:"file"`
	Entries     int64  `json:"entries"`
	Checkpoints int64  `json:"checkpoints"`
	Root        string `json:"root"`
	Signed      string `json:"signed"`
	Key         string `json:"key"`
	Fingerprint string `json:"fingerprint"`
}

type evidenceKeyCmd struct{}

// Run prints the public key.
func (c *evidenceKeyCmd) Run(a *adminContext) error {
	return a.open(func() error {
		key := a.Evidence.Key()
		if !a.flags.JSON {
			a.sys.say("fingerprint %s", key.Fingerprint())
		}
		return a.answer(struct {
			Key         string `json:"key"`
			Fingerprint string `json:"fingerprint"`
		}{key.String(), key.Fingerprint()}, "%s", key)
	})
}
