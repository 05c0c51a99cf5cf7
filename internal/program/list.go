// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// ControlQuery asks for a page of controls in use.
type ControlQuery struct {
	After      string   // id; "": from the first
	Frameworks []string // references; mapped to any of these, all when empty
	Limit      int
}

// Counted is a control with how it stands.
type Counted struct {
	Control
	Tally Tally
}

// List answers a page of the controls in use, oldest first, and whether more
// follow.
func (s *Service) List(ctx context.Context, c caller.Caller, q ControlQuery) (list []Counted, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		var controls []Control
		if len(q.Frameworks) == 0 {
			controls, err = selectControls(ctx, tx, c.Workspace, q.After, q.Limit+1)
		} else {
			ids := make([]string, len(q.Frameworks))
			for i, ref := range q.Frameworks {
				ids[i] = frameworkID(ref)
			}
			controls, err = selectControlsUnder(ctx, tx, c.Workspace, ids, q.After, q.Limit+1)
		}
		if err != nil {
			return fmt.Errorf("list controls: %w", err)
		}
		if more = len(controls) > q.Limit; more {
			controls = controls[:q.Limit]
		}
		list, err = s.counted(ctx, tx, c.Workspace, controls)
		return err
	})
	return list, more, err
}

func (s *Service) counted(ctx context.Context, tx *db.Tx, w caller.Workspace, controls []Control) ([]Counted, error) {
	tallies, err := s.tallies(ctx, tx, w, controls)
	if err != nil {
		return nil, err
	}
	list := make([]Counted, len(controls))
	for i, control := range controls {
		list[i] = Counted{control, tallies[control.ID]}
	}
	return list, nil
}

// Stands answers controls with how they stand.
func (s *Service) Stands(ctx context.Context, c caller.Caller, controls ...Control) (list []Counted, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = s.counted(ctx, tx, c.Workspace, controls)
		return err
	})
	return list, err
}

// ControlsOfFramework answers a page of the controls that are mapped to one.
func (s *Service) ControlsOfFramework(ctx context.Context, c caller.Caller, ref, after string, limit int) (list []Counted, more bool, err error) {
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.findFramework(ctx, tx, c.Workspace, ref)
		return err
	}); err != nil {
		return nil, false, err
	}
	return s.List(ctx, c, ControlQuery{After: after, Frameworks: []string{ref}, Limit: limit})
}

// Library answers up to limit entries of the library after an id, by their ids,
// and whether more follow. Those in use are among them.
func (s *Service) Library(after string, limit int) (list []Entry, more bool, err error) {
	c, err := s.catalogue()
	if err != nil {
		return nil, false, err
	}
	all := slices.Clone(c.entries)
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	all = slices.DeleteFunc(all, func(e Entry) bool { return e.ID <= after })
	return all[:min(limit, len(all))], len(all) > limit, nil
}

// AddFromLibrary brings an entry of the library into use, mapped to the
// requirements of the frameworks in use that it helps to meet. One that is in use
// is answered as it is.
func (s *Service) AddFromLibrary(ctx context.Context, c caller.Caller, id string) (control Control, err error) {
	catalogue, err := s.catalogue()
	if err != nil {
		return Control{}, err
	}
	e, ok := catalogue.entry(id)
	if !ok {
		return Control{}, fault.New(fault.NotFound, "there is no control %q in the library", id)
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, ok, err := selectFromLibrary(ctx, tx, c.Workspace, e.ID)
		if err != nil || ok {
			control = found
			return err
		}
		control = e.control(tx.NewID(now), db.Millis(now))
		return s.addEntry(ctx, tx, c, e, control, now)
	})
	if db.IsUnique(err) {
		return Control{}, errTaken(e.ID)
	}
	return control, err
}

func (s *Service) addEntry(ctx context.Context, tx *db.Tx, c caller.Caller, e Entry, control Control, now time.Time) error {
	rows, err := selectFrameworks(ctx, tx, c.Workspace)
	if err != nil {
		return err
	}
	d := controlDraft{Control: control}
	for _, p := range e.Requirements {
		if slices.ContainsFunc(rows, func(f frameworkRow) bool { return f.slug == p.Framework }) {
			d.places = append(d.places, p)
		}
	}
	if err := s.hasRoom(ctx, tx, c.Workspace); err != nil {
		return err
	}
	if err := insertControls(ctx, tx, c.Workspace, control); err != nil {
		return err
	}
	if err := insertPlaces(ctx, tx, c.Workspace, control.ID, d.places); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, now, d.created(c, "added from the library"))
}
