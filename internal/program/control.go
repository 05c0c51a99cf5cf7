// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// Control is something that is done so that requirements are met.
type Control struct {
	CreatedAt   int64 // ms
	Description string
	Domains     []string // words of Domains
	EffectiveAt *int64   // ms, since when it holds
	ExternalID  string   // the workspace's own name for it, unique whatever its case
	Fields      []Field
	ID          string
	Library     string // the entry of the library that it came from; "": custom
	Name        string
	Note        string
	Owner       string // id of a user, "" for nobody
	Role        string // "" or one of roles
	UpdatedAt   int64  // ms
}

// Field is a label of the workspace's own with a value: a string, or an array of
// strings, as JSON.
type Field struct {
	Label string     `json:"label"`
	Value json.Value `json:"value"`
}

// maxControls is how many controls a workspace may have.
const maxControls = 5000

func errNoControl(ref string) error {
	return fault.New(fault.NotFound, "there is no control %q", ref)
}

// find answers a control in use by its id, its external id, or the entry of the
// library that it came from.
func (s *Service) find(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Control, error) {
	control, err := selectControl(ctx, tx, w, ref, strings.ToLower(ref))
	if errors.Is(err, db.ErrNoRow) {
		return Control{}, errNoControl(ref)
	}
	if err != nil {
		return Control{}, fmt.Errorf("find control %s: %w", ref, err)
	}
	return control, nil
}

// Get answers a control in use by its id or external id.
func (s *Service) Get(ctx context.Context, c caller.Caller, ref string) (control Control, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err = s.find(ctx, tx, c.Workspace, ref)
		return err
	})
	return control, err
}

// OwnerOf answers the id of the user who owns a control, "" for nobody.
func (s *Service) OwnerOf(ctx context.Context, c caller.Caller, ref string) (owner string, err error) {
	control, err := s.Get(ctx, c, ref)
	return control.Owner, err
}

// Detail is a control with what it helps to meet and how it stands.
type Detail struct {
	Control
	Places []Place
	Tally  Tally
}

// GetDetail answers a control in use with its counters.
func (s *Service) GetDetail(ctx context.Context, c caller.Caller, ref string) (d Detail, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		d, err = s.detail(ctx, tx, c.Workspace, control)
		return err
	})
	return d, err
}

func (s *Service) detail(ctx context.Context, tx *db.Tx, w caller.Workspace, control Control) (Detail, error) {
	d := Detail{Control: control}
	var err error
	if d.Places, err = selectPlaces(ctx, tx, w, control.ID); err != nil {
		return d, fmt.Errorf("read what control %s is mapped to: %w", control.ID, err)
	}
	tallies, err := s.tallies(ctx, tx, w, []Control{control})
	d.Tally = tallies[control.ID]
	return d, err
}

// Create makes a control of the manage API's input, or of the file form.
func (s *Service) Create(ctx context.Context, c caller.Caller, text []byte) (Control, error) {
	d, err := s.readControl(ctx, c, text)
	if err != nil {
		return Control{}, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.create(ctx, tx, c, &d, now) })
	if db.IsUnique(err) {
		return Control{}, errTaken(d.ExternalID)
	}
	return d.Control, err
}

func errTaken(external string) error {
	return fault.New(fault.Conflict, "there is a control with the external id %q already", external)
}

func (s *Service) create(ctx context.Context, tx *db.Tx, c caller.Caller, d *controlDraft, now time.Time) error {
	d.ID, d.CreatedAt, d.UpdatedAt = tx.NewID(now), db.Millis(now), db.Millis(now)
	if err := s.hasRoom(ctx, tx, c.Workspace); err != nil {
		return err
	}
	if err := insertControls(ctx, tx, c.Workspace, d.Control); err != nil {
		return err
	}
	if err := insertPlaces(ctx, tx, c.Workspace, d.ID, d.places); err != nil {
		return err
	}
	if err := insertTests(ctx, tx, c.Workspace, d.ID, d.tests); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, now, d.created(c, "created"))
}

func (s *Service) hasRoom(ctx context.Context, tx *db.Tx, w caller.Workspace) error {
	count, err := countControls(ctx, tx, w)
	if err == nil && count >= maxControls {
		err = fault.New(fault.Impossible, "a workspace has at most %d controls", maxControls)
	}
	return err
}

// Edit changes what a text says of a control; what is absent stays.
func (s *Service) Edit(ctx context.Context, c caller.Caller, ref string, text []byte) (control Control, err error) {
	edit, err := readEdit(text)
	if err != nil {
		return Control{}, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		control = edit.apply(before)
		_, err = s.update(ctx, tx, c, before, &control, now)
		return err
	})
	if db.IsUnique(err) {
		return Control{}, errTaken(control.ExternalID)
	}
	return control, err
}

// update writes a control that may be another than it was, and says whether it
// is.
func (s *Service) update(ctx context.Context, tx *db.Tx, c caller.Caller, before Control, after *Control, now time.Time) (bool, error) {
	changes := controlChanges(before, *after)
	if len(changes) == 0 {
		return false, nil
	}
	after.UpdatedAt = db.Millis(now)
	if err := updateControl(ctx, tx, *after); err != nil {
		return false, err
	}
	return true, evidence.Append(ctx, tx, now, after.entry(c, "edited", changes))
}

// Delete takes a control out of use, with what it was mapped to. One of the
// library can be added again.
func (s *Service) Delete(ctx context.Context, c caller.Caller, ref string) error {
	now := s.Now()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		if err := deleteControl(ctx, tx, c.Workspace, control.ID); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, control.entry(c, "removed", nil))
	})
}

// SetOwner gives a control to a user, named by id or e-mail; "" takes it from
// whoever has it. Impossible for a user whose role cannot own.
func (s *Service) SetOwner(ctx context.Context, c caller.Caller, ref, user string) (control Control, err error) {
	next, err := s.ownerByRef(ctx, c, user)
	if err != nil {
		return Control{}, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if control, err = s.find(ctx, tx, c.Workspace, ref); err != nil || control.Owner == next.ID {
			return err
		}
		change, err := s.ownerChange(ctx, c, control.Owner, next)
		if err != nil {
			return err
		}
		control.Owner, control.UpdatedAt = next.ID, db.Millis(now)
		if err := updateControl(ctx, tx, control); err != nil {
			return err
		}
		return evidence.Append(ctx, tx, now, control.entry(c, "owner changed", change))
	})
	return control, err
}
