// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// Furnish gives a workspace the frameworks of the catalogue and the controls that
// a new one begins with, in the transaction that makes it. It does so once: what
// was taken away since is not brought back.
func (s *Service) Furnish(ctx context.Context, tx *db.Tx, w caller.Workspace, now time.Time) error {
	first, err := insertFurnished(ctx, tx, w, db.Millis(now))
	if err != nil || !first {
		return err
	}
	c, err := s.catalogue()
	if err != nil {
		return err
	}
	for _, f := range c.frameworks {
		if err := insertFramework(ctx, tx, w, frameworkRow{slug: f.ID, createdAt: db.Millis(now), updatedAt: db.Millis(now)}); err != nil {
			return fmt.Errorf("add framework %s: %w", f.ID, err)
		}
	}
	var controls []Control
	var places []mapped
	for _, e := range c.entries {
		if !e.Starter {
			continue
		}
		control := e.control(tx.NewID(now), db.Millis(now))
		controls = append(controls, control)
		for _, p := range e.Requirements {
			places = append(places, mapped{control.ID, p})
		}
	}
	if err := insertControls(ctx, tx, w, controls...); err != nil {
		return fmt.Errorf("add starter controls: %w", err)
	}
	if err := insertMappings(ctx, tx, w, places); err != nil {
		return fmt.Errorf("map starter controls: %w", err)
	}
	return evidence.Append(ctx, tx, now, evidence.Entry{
		Actor:   caller.Caller{Kind: caller.System, Name: "muster", Workspace: w},
		Kind:    "program",
		Subject: evidence.Subject{Kind: "workspace", ID: w.ID, Name: w.Name},
		Body:    map[string]any{"what": "begun", "frameworks": CatalogueIDs(), "controls": len(controls)},
	})
}

// FurnishAll does so for every workspace that has not had it: those made by an
// older program.
func (s *Service) FurnishAll(ctx context.Context) error {
	var bare []caller.Workspace
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		bare, err = selectUnfurnished(ctx, tx)
		return err
	}); err != nil {
		return fmt.Errorf("find workspaces without controls: %w", err)
	}
	for _, w := range bare {
		if err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Furnish(ctx, tx, w, s.Now()) }); err != nil {
			return fmt.Errorf("give workspace %s its controls: %w", w.ID, err)
		}
	}
	return nil
}

// control makes a control in use of an entry.
func (e Entry) control(id string, now int64) Control {
	return Control{
		CreatedAt: now, Description: e.Description, Domains: e.Domains, ExternalID: e.ID, ID: id, Library: e.ID, Name: e.Name, UpdatedAt: now,
	}
}
