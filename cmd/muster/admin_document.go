// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/fault"
)

type adminDocumentCmd struct {
	Create documentCreateCmd `cmd:"" help:"Ask for a document."`
	Delete documentDeleteCmd `cmd:"" help:"Delete a document with its files and links."`
	List   documentListCmd   `cmd:"" help:"List documents with their status."`
	Map    documentMapCmd    `cmd:"" help:"Make a document evidence for a control."`
	Show   documentShowCmd   `cmd:"" help:"Show a document with its files."`
	Submit documentSubmitCmd `cmd:"" help:"Say that what a document has is complete."`
	Unmap  documentUnmapCmd  `cmd:"" help:"Take a document from the evidence of a control."`
	Upload documentUploadCmd `cmd:"" help:"Let a file stand for a document."`
}

// documentRef names a document.
type documentRef struct {
	Document string `arg:"" help:"Id or title of the document."`
}

type documentJSON struct {
	ID      string             `json:"id"`
	Title   string             `json:"title"`
	Status  string             `json:"uploadStatus"`
	Cadence string             `json:"cadence"`
	Owner   string             `json:"ownerId,omitempty"`
	Files   []documentFileJSON `json:"files,omitempty"`
}

type documentFileJSON struct {
	ID     string `json:"id"`
	Name   string `json:"fileName"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

func toDocumentJSON(d document.Document) documentJSON {
	return documentJSON{ID: d.ID, Title: d.Title, Status: string(d.Status), Cadence: d.Cadence, Owner: d.Owner}
}

// documents answers all documents of the workspace.
func (a *adminContext) documents() (all []document.Document, err error) {
	const step = 500
	for q := (document.Query{Limit: step}); ; {
		list, more, err := a.Documents.List(a.sys.ctx, a.actor, q)
		if all = append(all, list...); err != nil || !more {
			return all, err
		}
		q.After = list[len(list)-1].ID
	}
}

// find answers the document by its id, else the one that has the title.
func (r documentRef) find(a *adminContext) (found document.Document, err error) {
	all, err := a.documents()
	if err != nil {
		return found, err
	}
	count := 0
	for _, one := range all {
		if one.ID == r.Document {
			return one, nil
		}
		if strings.EqualFold(one.Title, r.Document) {
			found = one
			count++
		}
	}
	switch count {
	case 0:
		return found, fault.New(fault.NotFound, "there is no document %q", r.Document)
	case 1:
		return found, nil
	}
	return found, fault.New(fault.Invalid, "%d documents have the title %q: name one by its id", count, r.Document)
}

type documentCreateCmd struct {
	Title       string `arg:"" help:"Title of the document."`
	Cadence     string `default:"P1Y" enum:"P0D,P1D,P1W,P1M,P3M,P6M,P1Y" help:"How often new evidence is due; P0D: once." placeholder:"DURATION"`
	Description string `help:"What is asked for." placeholder:"TEXT"`
	Reminder    string `default:"P1M" enum:"P0D,P1D,P1W,P1M,P3M" help:"How long before that the trail says so; P0D: not." placeholder:"DURATION"`
	Sensitive   bool   `help:"Hide it from all but its owner, Admins and View-only Admins."`
}

// Run makes a document.
func (c *documentCreateCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := a.Documents.Create(a.sys.ctx, a.actor, document.Form{
			Cadence: c.Cadence, Description: c.Description, Reminder: c.Reminder, Sensitive: c.Sensitive, TimeSensitivity: "MOST_RECENT", Title: c.Title,
		})
		if err != nil {
			return err
		}
		return a.answer(toDocumentJSON(d), "%s: %s (%s)", d.Title, d.Status, d.ID)
	})
}

type documentListCmd struct{}

// Run lists documents.
func (c *documentListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, err := a.documents()
		if err != nil {
			return err
		}
		rows, list := [][]string{{"ID", "STATUS", "CADENCE", "TITLE"}}, []documentJSON{}
		for _, d := range all {
			list = append(list, toDocumentJSON(d))
			rows = append(rows, []string{d.ID, string(d.Status), d.Cadence, d.Title})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type documentShowCmd struct{ documentRef }

// Run shows a document.
func (c *documentShowCmd) Run(a *adminContext) error {
	return a.open(func() error {
		d, err := c.find(a)
		if err != nil {
			return err
		}
		const most = 1000
		files, _, err := a.Documents.Uploads(a.sys.ctx, a.actor, d.ID, "", most)
		if err != nil {
			return err
		}
		j, rows := toDocumentJSON(d), [][]string{{"UPLOADED", "SHA-256", "NAME"}}
		for _, f := range files {
			j.Files = append(j.Files, documentFileJSON{ID: f.ID, Name: f.FileName, SHA256: f.SHA256, Size: f.Size})
			rows = append(rows, []string{db.Time(f.CreatedAt).UTC().Format(time.DateOnly), f.SHA256, f.FileName})
		}
		return a.answer(j, "%s: %s\n\n%s", d.Title, d.Status, table(rows))
	})
}

type documentUploadCmd struct {
	documentRef

	File        string `arg:"" help:"The file." type:"existingfile"`
	Description string `help:"Of the file." placeholder:"TEXT"`
	Effective   string `help:"The day from which it counts; today by default." placeholder:"YYYY-MM-DD"`
}

// Run uploads a file.
func (c *documentUploadCmd) Run(a *adminContext) error {
	return a.change(func() error {
		d, err := c.find(a)
		if err != nil {
			return err
		}
		u, err := c.send(a, d)
		if err != nil {
			return err
		}
		return a.answer(documentFileJSON{ID: u.ID, Name: u.FileName, SHA256: u.SHA256, Size: u.Size}, "%s: %s, %d bytes, SHA-256 %s", d.Title, u.FileName, u.Size, u.SHA256)
	})
}

func (c *documentUploadCmd) send(a *adminContext, d document.Document) (u document.Upload, err error) {
	in := document.Coming{FileName: filepath.Base(c.File)}
	if c.Description != "" {
		in.Description = &c.Description
	}
	if c.Effective != "" {
		at, err := time.Parse(time.DateOnly, c.Effective)
		if err != nil {
			return u, fault.New(fault.Invalid, "--effective: %q must be a day such as 2026-05-31", c.Effective)
		}
		ms := db.Millis(at)
		in.EffectiveAt = &ms
	}
	file, err := os.Open(c.File)
	if err != nil {
		return u, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if in.File, err = a.Documents.Files.Take(file); err != nil {
		return u, err
	}
	defer func() { err = errors.Join(err, in.File.Drop()) }()
	return a.Documents.Add(a.sys.ctx, a.actor, d.ID, in)
}

type documentSubmitCmd struct{ documentRef }

// Run submits a document.
func (c *documentSubmitCmd) Run(a *adminContext) error {
	return c.act(a, "%q is submitted", func(ctx context.Context, d document.Document) error { return a.Documents.Submit(ctx, a.actor, d.ID) })
}

type documentDeleteCmd struct{ documentRef }

// Run deletes a document.
func (c *documentDeleteCmd) Run(a *adminContext) error {
	return c.act(a, "%q is deleted", func(ctx context.Context, d document.Document) error { return a.Documents.Delete(ctx, a.actor, d.ID) })
}

// act does something to the document, and says so with its title.
func (r documentRef) act(a *adminContext, said string, do func(context.Context, document.Document) error) error {
	return a.change(func() error {
		d, err := r.find(a)
		if err != nil {
			return err
		}
		if err := do(a.sys.ctx, d); err != nil {
			return err
		}
		return a.answer(toDocumentJSON(d), said, d.Title)
	})
}

type documentMapCmd struct {
	documentRef

	Control string `arg:"" help:"Id or external id of the control."`
}

// Run maps a document to a control.
func (c *documentMapCmd) Run(a *adminContext) error {
	return c.act(a, "%q is evidence for the control", func(ctx context.Context, d document.Document) error {
		_, _, err := a.Program.AddDocument(ctx, a.actor, c.Control, d.ID)
		return err
	})
}

type documentUnmapCmd struct {
	documentRef

	Control string `arg:"" help:"Id or external id of the control."`
}

// Run takes a document from a control.
func (c *documentUnmapCmd) Run(a *adminContext) error {
	return c.act(a, "%q is no more evidence for the control", func(ctx context.Context, d document.Document) error {
		return a.Program.RemoveDocument(ctx, a.actor, c.Control, d.ID)
	})
}
