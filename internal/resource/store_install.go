// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Installed definitions.

// insertInstallation fails when the application stands for another one already.
func insertInstallation(ctx context.Context, tx *db.Tx, i installation, now int64) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO resource_installation (application, workspace, origin, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (application) DO NOTHING`, i.application, i.workspace.Number, i.origin, now); err != nil {
		return err
	}
	err := tx.QueryRow(ctx, `
		SELECT application FROM resource_installation WHERE application = $1 AND workspace = $2 AND origin = $3`,
		i.application, i.workspace.Number, i.origin).Scan(&i.application)
	if errors.Is(err, db.ErrNoRow) {
		return fmt.Errorf("the application %s stands for another one than %s", i.application, i.origin)
	}
	return err
}

func selectInstallations(ctx context.Context, tx *db.Tx, origin string) (list []installation, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		i := installation{origin: origin}
		err := row.Scan(&i.application, &i.workspace.Number, &i.workspace.ID, &i.workspace.Name)
		list = append(list, i)
		return err
	}, `SELECT i.application, w.number, w.id, w.name FROM resource_installation i JOIN workspace w ON w.number = i.workspace
		WHERE i.origin = $1 ORDER BY i.application`, origin)
	return list, err
}

// selectNotInstalled answers the public application's definitions that an installation does
// not have yet.
func selectNotInstalled(ctx context.Context, tx *db.Tx, i installation) (list []Definition, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, d)
		return err
	}, definitionFields+`
		WHERE d.application = $1 AND d.base <> $3
			AND NOT EXISTS (SELECT 1 FROM resource_definition c WHERE c.origin = d.id AND c.application = $2)
		ORDER BY d.number`, i.origin, i.application, string(SystemRecord))
	return list, err
}

func selectDefinitionsOf(ctx context.Context, tx *db.Tx, application string) (list []Definition, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, d)
		return err
	}, definitionFields+` WHERE d.application = $1 AND d.base <> $2 ORDER BY d.number`, application, string(SystemRecord))
	return list, err
}

func selectInstalled(ctx context.Context, tx *db.Tx, w caller.Workspace, application string, origin ID) (Definition, error) {
	return scanDefinition(tx.QueryRow(ctx, definitionFields+`
		WHERE d.workspace = $1 AND d.application = $2 AND d.origin = $3 AND d.origin <> ''`, w.Number, application, string(origin)))
}

// selectCopies answers what is installed of a definition, in all workspaces.
func selectCopies(ctx context.Context, tx *db.Tx, origin ID) (list []Definition, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, d)
		return err
	}, definitionFields+` WHERE d.origin = $1 AND d.origin <> '' ORDER BY d.number`, string(origin))
	return list, err
}

// holdDefinitions makes changes of an application's definitions wait for the end of this
// transaction, and waits for those under way.
func holdDefinitions(ctx context.Context, tx *db.Tx, application string) error {
	_, err := tx.Exec(ctx, `UPDATE resource_definition SET updated_at = updated_at WHERE application = $1`, application)
	return err
}

func holdDefinition(ctx context.Context, tx *db.Tx, definition Number) error {
	_, err := tx.Exec(ctx, `UPDATE resource_definition SET updated_at = updated_at WHERE number = $1`, int64(definition))
	return err
}

// updateInstalled writes what an installed definition has from its public one.
func updateInstalled(ctx context.Context, tx *db.Tx, d Definition) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_definition SET name = $3, name_key = $4, schema_version = $5, handling = $6, updated_at = $7
		WHERE workspace = $1 AND number = $2`,
		d.Workspace.Number, int64(d.Number), d.Name, nameKey(d.Name), d.SchemaVersion, string(d.Handling), db.Millis(d.UpdatedAt))
}

// updateGuard writes what is an installed definition's own.
func updateGuard(ctx context.Context, tx *db.Tx, d Definition) error {
	count, percent, repeats := guardColumns(d.Guard)
	return tx.ExecOne(ctx, `
		UPDATE resource_definition SET guard_count = $3, guard_percent = $4, guard_repeats = $5, updated_at = $6
		WHERE workspace = $1 AND number = $2`, d.Workspace.Number, int64(d.Number), count, percent, repeats, db.Millis(d.UpdatedAt))
}

// selectPublishers answers who publishes the installed applications of a workspace, by
// their ids.
func selectPublishers(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[string]publisher, error) {
	all := map[string]publisher{}
	err := tx.Each(ctx, func(row db.Row) error {
		var id string
		var p publisher
		err := row.Scan(&id, &p.application, &p.workspace)
		all[id] = p
		return err
	}, `SELECT i.application, a.name, w.name FROM resource_installation i
		JOIN oauth_application a ON a.id = i.origin
		JOIN workspace w ON w.number = a.workspace
		WHERE i.workspace = $1`, w.Number)
	return all, err
}

// selectPublisher answers who publishes an installed application; db.ErrNoRow when it is none.
func selectPublisher(ctx context.Context, tx *db.Tx, application string) (p publisher, err error) {
	err = tx.QueryRow(ctx, `
		SELECT a.name, w.name FROM resource_installation i
		JOIN oauth_application a ON a.id = i.origin
		JOIN workspace w ON w.number = a.workspace
		WHERE i.application = $1`, application).Scan(&p.application, &p.workspace)
	return p, err
}
