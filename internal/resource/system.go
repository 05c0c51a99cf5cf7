// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/workspace"
)

// System describes a definition that Muster fills itself, so that rules can read
// what a feature knows as if it had been pushed: people, owners. Its records have
// uniqueId and displayName, and what Schema describes in customProperties.
//
// How a feature keeps one:
//
//  1. app names it in Options.Systems.
//  2. What changes is noted in the change's own transaction, in a table of the
//     feature, so that a crash loses nothing.
//  3. A pass, and whoever may not wait for it, calls PutDelta with a function that
//     reads the notes and answers how the records are now. What is noted is
//     forgotten after PutDelta has answered, by the very notes that were read.
type System struct {
	Name   string // what rules call it: "people"
	Schema []byte // JSON Type Definition of customProperties; a text that differs from the stored one becomes its next version
}

// Systems are the definitions that Muster fills itself.
type Systems struct {
	// Application answers the application that they belong to in a workspace, in
	// the transaction that makes the first of them. No list shows it.
	Application func(ctx context.Context, tx *db.Tx, w caller.Workspace) (id string, err error)
	Definitions []System
	// Settle carries over what features know by now and records do not say yet. It is
	// called before what relates to system definitions is judged for somebody who
	// waits. Nil: nothing is to be carried over.
	Settle func(ctx context.Context, w caller.Workspace) error
}

// named answers the description of a system definition.
func (s Systems) named(name string) (System, bool) {
	for _, d := range s.Definitions {
		if nameKey(d.Name) == nameKey(name) {
			return d, true
		}
	}
	return System{}, false
}

// IsSystem says whether rules mean a system definition by a name.
func (s *Service) IsSystem(name string) bool {
	_, ok := s.Systems.named(name)
	return ok
}

// System answers a system definition of a workspace by its name. It is made, or
// brought to the schema of this program, when it is not there or another.
func (s *Service) System(ctx context.Context, w caller.Workspace, name string) (Definition, error) {
	described, ok := s.Systems.named(name)
	if !ok {
		return Definition{}, fmt.Errorf("there is no system definition %q", name)
	}
	d, err := s.systemOf(ctx, w, described)
	for range 3 { // somebody else may be as fast
		if !errors.Is(err, db.ErrNoRow) {
			break
		}
		if d, err = s.makeSystem(ctx, w, described); db.IsUnique(err) {
			d, err = s.systemOf(ctx, w, described)
		}
	}
	if err != nil {
		return Definition{}, fmt.Errorf("system definition %s: %w", described.Name, err)
	}
	if schema := json.Value(bytes.Clone(described.Schema)); schema.Compact() != nil || !bytes.Equal(schema, d.Schema) {
		d, _, err = s.Edit(ctx, house(w), d.ID, Edit{Force: true, Schema: described.Schema})
	}
	return d, err
}

// Settle brings the system definitions of a workspace up to date, for whoever is
// going to judge by them. A failure is logged: the passes of the features mend it.
func (s *Service) Settle(ctx context.Context, w caller.Workspace) {
	if s.Systems.Settle == nil {
		return
	}
	if err := s.Systems.Settle(ctx, w); err != nil {
		s.Logger.WarnContext(ctx, "rules see some changes later", slog.String("workspace", w.ID), slog.Any("error", err))
	}
}

// settleFor is Settle for a push of a definition whose tests relate to system
// definitions. It must come before the claim: what is carried over is followed by
// an evaluation of that very definition.
func (s *Service) settleFor(ctx context.Context, d Definition) error {
	if s.Systems.Settle == nil {
		return nil
	}
	reads := false
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		related, err := s.Judge.Related(ctx, tx, d.Number)
		for _, number := range related {
			if err != nil {
				return err
			}
			var other Definition
			other, err = selectDefinitionByNumber(ctx, tx, number)
			reads = reads || other.Base == SystemRecord
		}
		return err
	})
	if err == nil && reads {
		s.Settle(ctx, d.Workspace)
	}
	return err
}

// IsRead says whether tests read the records of a system definition.
func (s *Service) IsRead(ctx context.Context, w caller.Workspace, name string) (is bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := selectSystem(ctx, tx, w, nameKey(name))
		if err != nil {
			is = false
			return notNoRow(err)
		}
		is, err = s.Judge.Reads(ctx, tx, d.Number)
		return err
	})
	return is, err
}

// house is who acts when nobody does.
func house(w caller.Workspace) caller.Caller {
	return caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
}

func (s *Service) systemOf(ctx context.Context, w caller.Workspace, described System) (d Definition, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err = selectSystem(ctx, tx, w, nameKey(described.Name))
		return err
	})
	return d, err
}

func (s *Service) makeSystem(ctx context.Context, w caller.Workspace, described System) (Definition, error) {
	now := s.Now()
	d := Definition{Base: SystemRecord, CreatedAt: now, ID: ID(db.NewID(now)), Name: described.Name, UpdatedAt: now, Workspace: w}
	if err := d.setSchema(described.Schema); err != nil {
		return Definition{}, err
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if d.Application, err = s.Systems.Application(ctx, tx, w); err != nil {
			return fmt.Errorf("application of the house: %w", err)
		}
		number, err := workspace.Next(ctx, tx, "resource_definition")
		if err != nil {
			return err
		}
		d.Number = Number(number)
		if err := insertDefinition(ctx, tx, d); err != nil {
			return err
		}
		return create(ctx, tx, house(w), d)
	})
	return d, err
}
