// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Documents is what controls need of documents.
type Documents interface {
	Among(ctx context.Context, tx *db.Tx, c caller.Caller, ids []string, after string, limit int) ([]document.Document, error)
	Find(ctx context.Context, tx *db.Tx, c caller.Caller, id string) (document.Document, error)
	Standings(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[string]document.Standing, error)
	Wire(ctx context.Context, c caller.Caller, base string, list ...document.Document) ([]api.Document, error)
}

// addDocument counts a document: only OK passes, and what is not relevant leaves
// numerator and total (contract people-access-program.md section 4).
func (t *Tally) addDocument(status document.Status) {
	t.DocumentsMapped++
	switch status {
	case document.NotRelevant:
		return
	case document.OK:
		t.DocumentsPassing++
	}
	t.DocumentsTotal++
}

// documented is a control with a document that is evidence for it.
type documented struct{ control, document string }

// filed are the documents of controls, and how they stand.
type filed struct {
	documents map[string][]string // by control
	standings map[string]document.Standing
}

// filed answers the documents of some controls, or of all when controls is nil.
func (s *Service) filed(ctx context.Context, tx *db.Tx, w caller.Workspace, controls []string) (f filed, err error) {
	f.documents = map[string][]string{}
	list, err := selectDocumentsOf(ctx, tx, w, controls)
	if err != nil || len(list) == 0 || s.Documents == nil {
		return f, err
	}
	for _, one := range list {
		f.documents[one.control] = append(f.documents[one.control], one.document)
	}
	f.standings, err = s.Documents.Standings(ctx, tx, w)
	return f, err
}

// AddDocument makes a document evidence for a control. It does nothing when it is.
func (s *Service) AddDocument(ctx context.Context, c caller.Caller, ref, id string) (control Control, d document.Document, err error) {
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if control, err = s.find(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
		if d, err = s.Documents.Find(ctx, tx, c, id); err != nil {
			return err
		}
		added, err := putDocument(ctx, tx, c.Workspace, control.ID, d.ID)
		if err != nil || !added {
			return err
		}
		return evidence.Append(ctx, tx, now, control.aboutDocument(c, "document added", d.ID, "", d.Label()))
	})
	return control, d, err
}

// RemoveDocument takes a document from the evidence of a control. NotFound when it
// is none.
func (s *Service) RemoveDocument(ctx context.Context, c caller.Caller, ref, id string) error {
	now := s.Now()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		d, err := s.Documents.Find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		removed, err := deleteDocument(ctx, tx, c.Workspace, control.ID, d.ID)
		if err != nil {
			return err
		}
		if !removed {
			return fault.New(fault.NotFound, "the document %s is not evidence for this control", d.ID)
		}
		return evidence.Append(ctx, tx, now, control.aboutDocument(c, "document removed", d.ID, d.Label(), ""))
	})
}

// aboutDocument is an entry of a control that a document has to do with, too.
func (c *Control) aboutDocument(actor caller.Caller, what, id, before, after string) evidence.Entry {
	var d differences
	d.add("document", before, after)
	return c.entryWith(actor, what, d, map[string]any{"document": map[string]any{"id": id, "name": before + after}})
}

// DocumentsOf answers up to limit documents of a control that the caller may know
// of, after a document's id, and whether more follow.
func (s *Service) DocumentsOf(ctx context.Context, c caller.Caller, ref, after string, limit int) (list []document.Document, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		has, err := selectDocumentsOf(ctx, tx, c.Workspace, []string{control.ID})
		if err != nil {
			return err
		}
		ids := make([]string, len(has))
		for i, one := range has {
			ids[i] = one.document
		}
		list, err = s.Documents.Among(ctx, tx, c, ids, after, limit)
		return err
	})
	if more = len(list) > limit; more {
		list = list[:limit]
	}
	return list, more, err
}

// ControlsOfDocument answers a page of the controls that a document is evidence
// for.
func (s *Service) ControlsOfDocument(ctx context.Context, c caller.Caller, id, after string, limit int) (list []Counted, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.Documents.Find(ctx, tx, c, id)
		if err != nil {
			return err
		}
		controls, err := selectControlsOfDocument(ctx, tx, c.Workspace, d.ID, after, limit+1)
		if err != nil {
			return err
		}
		if more = len(controls) > limit; more {
			controls = controls[:limit]
		}
		list, err = s.counted(ctx, tx, c.Workspace, controls)
		return err
	})
	return list, more, err
}

// ControlsUnder answers the controls that each of some documents is evidence for, by
// name.
func (s *Service) ControlsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, documents []string) (map[string][]api.Named, error) {
	return selectControlsBy(ctx, tx, w, documents)
}

// DocumentsUnder answers the ids of the documents that are evidence for a control
// of one of some frameworks; never nil.
func (s *Service) DocumentsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, frameworks []string) ([]string, error) {
	ids := make([]string, len(frameworks))
	for i, ref := range frameworks {
		ids[i] = frameworkID(ref)
	}
	return selectDocumentsUnder(ctx, tx, w, ids)
}

// ReleaseDocument takes a document from all controls, before it goes.
func (s *Service) ReleaseDocument(ctx context.Context, tx *db.Tx, c caller.Caller, id, name string) error {
	controls, err := selectControlsOfDocument(ctx, tx, c.Workspace, id, "", maxControls)
	if err != nil {
		return err
	}
	now := s.Now()
	for _, control := range controls {
		if _, err := deleteDocument(ctx, tx, c.Workspace, control.ID, id); err != nil {
			return err
		}
		if err := evidence.Append(ctx, tx, now, control.aboutDocument(c, "document removed", id, name, "")); err != nil {
			return err
		}
	}
	return nil
}
