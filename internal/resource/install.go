// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/workspace"
)

// A public application has its definitions in its own workspace. A workspace that
// installs it has an application of its own for it, with an installed definition for
// each: a row, a head, records and a history of its own. Name, schema and handling are
// those of the definition that it goes by (Definition.Origin) at every instant, because
// whoever changes one changes all in one transaction. The guard is the workspace's own.
//
// Pushes name the public definition's id, which is in the program of whoever publishes
// the application; in a workspace it means the installed definition.

// Install lets a workspace have the definitions of a public application: from is the
// public one, to the application of the caller's workspace that stands for it. What
// the public application gets later, to gets with it. Doing it again does nothing.
func (s *Service) Install(ctx context.Context, tx *db.Tx, c caller.Caller, from, to string) error {
	// Whoever makes a definition draws a number, too, so neither misses the other.
	number, err := workspace.Next(ctx, tx, "resource_definition")
	if err != nil {
		return err
	}
	i := installation{application: to, origin: from, workspace: c.Workspace}
	if err := insertInstallation(ctx, tx, i, db.Millis(s.Now())); err != nil {
		return err
	}
	if err := holdDefinitions(ctx, tx, from); err != nil {
		return err
	}
	missing, err := selectNotInstalled(ctx, tx, i)
	for _, origin := range missing {
		if err != nil {
			return err
		}
		if number == 0 {
			if number, err = workspace.Next(ctx, tx, "resource_definition"); err != nil {
				return err
			}
		}
		err = copyDefinition(ctx, tx, c, origin.copy(i, Number(number), s.Now()))
		number = 0
	}
	return err
}

// installation is an application of a workspace that stands for a public one.
type installation struct {
	application, origin string // ids
	workspace           caller.Workspace
}

// copy answers the definition that stands for d in a workspace.
func (d Definition) copy(i installation, number Number, now time.Time) Definition {
	d.Origin, d.ID, d.Number = d.ID, ID(db.NewID(now)), number
	d.Application, d.Workspace = i.application, i.workspace
	d.CreatedAt, d.UpdatedAt, d.SchemaSince, d.SchemaVersion = now, now, 0, 0
	if d.Schema != nil {
		d.SchemaVersion = 1
	}
	return d
}

func copyDefinition(ctx context.Context, tx *db.Tx, c caller.Caller, d Definition) error {
	if err := insertDefinition(ctx, tx, d); err != nil {
		return err
	}
	return create(ctx, tx, c, d)
}

// installOne adds a new definition of a public application to the workspaces that have
// it installed.
func (s *Service) installOne(ctx context.Context, tx *db.Tx, d Definition) error {
	list, err := selectInstallations(ctx, tx, d.Application)
	for _, i := range list {
		if err != nil {
			return err
		}
		number, err := workspace.Next(ctx, tx, "resource_definition")
		if err != nil {
			return err
		}
		other := d.copy(i, Number(number), s.Now())
		actor, err := actorFor(ctx, tx, other)
		if err == nil {
			err = copyDefinition(ctx, tx, actor, other)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// actorFor answers who changes an installed definition when its public one changes.
func actorFor(ctx context.Context, tx *db.Tx, d Definition) (caller.Caller, error) {
	p, err := selectPublisher(ctx, tx, d.Application)
	return caller.Caller{ID: d.Application, Kind: caller.Application, Name: p.application, Workspace: d.Workspace}, err
}

// refuseInstalled says that an application gets its definitions from elsewhere.
func refuseInstalled(ctx context.Context, tx *db.Tx, application string) error {
	p, err := selectPublisher(ctx, tx, application)
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "what the application pushes is defined by %s, which publishes it", p.workspace)
}

// publisher is who publishes an installed application, by the names of both.
type publisher struct{ application, workspace string }

// installed answers the definition that stands, for the calling application, for a
// public one.
func (s *Service) installed(ctx context.Context, c caller.Caller, id ID) (d Definition, err error) {
	if !db.ValidID(string(id)) {
		return d, errNotFound
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err = selectInstalled(ctx, tx, c.Workspace, c.ID, id)
		return err
	})
	if errors.Is(err, db.ErrNoRow) {
		return d, errNotFound
	}
	return d, err
}

// checkOrigin refuses to change an installed definition in what is not its workspace's to
// say. A schema that is the one it has is no change.
func (s *Service) checkOrigin(ctx context.Context, before Definition, d *Definition) error {
	if before.Origin == "" {
		return nil
	}
	if bytes.Equal(before.Schema, d.Schema) {
		d.SchemaVersion = before.SchemaVersion
	}
	if !d.follows(before) {
		return nil
	}
	return s.errInstalled(ctx, before, "only its removal guard can be set here")
}

// errInstalled says whose an installed definition is, and what that means.
func (s *Service) errInstalled(ctx context.Context, d Definition, what string) error {
	var p publisher
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = selectPublisher(ctx, tx, d.Application)
		return err
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "%q belongs to the application %s, which %s publishes: %s", d.Name, p.application, p.workspace, what)
}

// saveInstalled makes the same of what is installed of a definition. Verdicts follow by the
// pass Unjudged, or with the next push.
func (s *Service) saveInstalled(ctx context.Context, tx *db.Tx, before, d Definition) error {
	if d.Base == SystemRecord || !d.follows(before) {
		return nil
	}
	copies, err := selectCopies(ctx, tx, d.ID)
	for _, was := range copies {
		if err != nil {
			return err
		}
		is := was
		is.Name, is.Handling, is.UpdatedAt = d.Name, d.Handling, d.UpdatedAt
		if d.SchemaVersion != before.SchemaVersion {
			is.Schema, is.SchemaVersion = d.Schema, was.SchemaVersion+1
		}
		var actor caller.Caller
		if actor, err = actorFor(ctx, tx, was); err == nil {
			_, err = s.saveOne(ctx, tx, actor, was, is)
		}
	}
	return err
}

// compatibilities is compatibility, which also counts the workspaces that have the definition
// installed and do not fit; what they have is not for others to see.
func (s *Service) compatibilities(ctx context.Context, d Definition) (Compatibility, error) {
	fits, err := s.compatibility(ctx, d)
	if err != nil {
		return fits, err
	}
	var copies []Definition
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		copies, err = selectCopies(ctx, tx, d.ID)
		return err
	})
	for _, other := range copies {
		if err != nil {
			return fits, err
		}
		other.Schema = d.Schema
		other.SchemaVersion++
		var theirs Compatibility
		if theirs, err = s.compatibility(ctx, other); theirs.Failing+int64(len(theirs.Tests)) > 0 {
			fits.Workspaces++
		}
	}
	return fits, err
}

// deleteInstalled deletes what is installed of a definition, as long as no workspace has
// anything of it.
func (s *Service) deleteInstalled(ctx context.Context, tx *db.Tx, d Definition) error {
	if err := holdDefinition(ctx, tx, d.Number); err != nil {
		return err
	}
	copies, err := selectCopies(ctx, tx, d.ID)
	for _, one := range copies {
		if err != nil {
			return err
		}
		var actor caller.Caller
		if actor, err = actorFor(ctx, tx, one); err != nil {
			return err
		}
		err = s.deleteOne(ctx, tx, actor, one, fault.New(fault.Conflict, "workspaces that have %q installed have a history of it, which is evidence", d.Name))
	}
	return err
}
