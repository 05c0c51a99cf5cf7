// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/proof"
)

type verifyCmd struct {
	File string `arg:"" help:"What muster admin evidence export wrote; - is standard input."`

	Key  string `env:"MUSTER_VERIFY_KEY" help:"Public key that must have signed, or a file that holds it. Without it the pack's own is taken." placeholder:"KEY"`
	JSON bool   `help:"Machine output."`
}

// Run verifies the file and prints the report.
func (c *verifyCmd) Run(sys *system) error {
	key, err := readKey(c.Key)
	if err != nil {
		return err
	}
	in := sys.stdin
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // was only read
		in = file
	}
	report, err := proof.Verify(in, proof.Options{Key: key})
	var mismatch *proof.Mismatch
	if errors.As(err, &mismatch) {
		return c.misfit(sys, mismatch)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return sys.printJSON(verdict{OK: true, Report: newVerifyReport(report)})
	}
	if key == "" {
		sys.say("muster: the key below came with the pack: compare it with one that came another way, or pass that with --key")
	}
	return sys.write("everything fits\n%s", report.String())
}

// readKey answers a public key given as text or as the name of a file.
func readKey(text string) (string, error) {
	if text == "" || strings.Contains(text, "+") {
		return text, nil
	}
	content, err := os.ReadFile(text)
	if errors.Is(err, fs.ErrNotExist) {
		return "", usagef("--key: %q is neither a key, as muster admin evidence key prints it, nor a file", text)
	}
	return strings.TrimSpace(string(content)), err
}

// misfit prints what does not fit.
func (c *verifyCmd) misfit(sys *system, m *proof.Mismatch) error {
	if !c.JSON {
		return &misfitError{m.Error()}
	}
	err := sys.printJSON(verdict{Mismatch: &verifyMismatch{
		Position: m.Position, ID: m.ID, Kind: m.Kind, Line: m.Line, Reason: plain(m.Reason),
	}})
	return errors.Join(err, &misfitError{})
}

// verdict is the machine output of verify.
type verdict struct {
	OK       bool            `json:"ok"`
	Report   *verifyReport   `json:"report,omitempty"`
	Mismatch *verifyMismatch `json:"mismatch,omitempty"`
}

type verifyReport struct {
	Workspace   string           `json:"workspace"`
	Name        string           `json:"workspaceName"`
	Entries     int64            `json:"entries"`
	Kinds       map[string]int64 `json:"kinds"`
	First       string           `json:"first,omitempty"`
	Last        string           `json:"last,omitempty"`
	Root        string           `json:"root"`
	Signed      string           `json:"signed,omitempty"`
	Key         string           `json:"key"`
	Fingerprint string           `json:"fingerprint"`
	Checkpoints int64            `json:"checkpoints"`
}

type verifyMismatch struct {
	Position int64  `json:"position"` // of the first entry that does not fit; -1: no entry
	ID       string `json:"id,omitempty"`
	Kind     string `json:"kind,omitempty"`
	Line     int64  `json:"line"`
	Reason   string `json:"reason"`
}

func newVerifyReport(r proof.Report) *verifyReport {
	out := &verifyReport{
		Workspace: r.WorkspaceID, Name: r.WorkspaceName, Entries: r.Size, Kinds: map[string]int64{},
		First: timeText(r.First), Last: timeText(r.Last), Root: fmt.Sprint(r.Root), Signed: timeText(r.Signed),
		Key: r.Key, Fingerprint: r.Fingerprint, Checkpoints: r.Checkpoints,
	}
	for _, kind := range r.Kinds {
		out.Kinds[kind.Kind] = kind.Count
	}
	return out
}

// timeText writes unix milliseconds as answers do, "" for 0.
func timeText(ms int64) string {
	if ms == 0 {
		return ""
	}
	return db.Time(ms).Format("2006-01-02T15:04:05.000Z07:00")
}
