// SPDX-License-Identifier: Apache-2.0

package workspace

import (
	"context"

	"github.com/passmuster/muster/internal/db"
)

func scanWorkspace(row db.Row) (Workspace, error) {
	var w Workspace
	var created int64
	err := row.Scan(&w.Number, &w.ID, &w.Slug, &w.Name, &created)
	w.CreatedAt = db.Time(created)
	return w, err
}

func selectWorkspace(ctx context.Context, tx *db.Tx, ref string) (Workspace, error) {
	return scanWorkspace(tx.QueryRow(ctx, `
		SELECT number, id, slug, name, created_at FROM workspace WHERE slug = $1 OR id = $2`, ref, ref))
}

func selectWorkspaces(ctx context.Context, tx *db.Tx) (all []Workspace, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		w, err := scanWorkspace(row)
		all = append(all, w)
		return err
	}, `SELECT number, id, slug, name, created_at FROM workspace ORDER BY number`)
	return all, err
}

func insertWorkspace(ctx context.Context, tx *db.Tx, w Workspace) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO workspace (number, id, slug, name, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (slug) DO NOTHING`, w.Number, w.ID, w.Slug, w.Name, db.Millis(w.CreatedAt))
	return err
}

func drawNumber(ctx context.Context, tx *db.Tx, name string) (value int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO workspace_counter (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = workspace_counter.value + 1
		RETURNING value`, name).Scan(&value)
	return value, err
}

func selectSetting(ctx context.Context, tx *db.Tx, name string) (value string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT value FROM workspace_installation WHERE name = $1`, name).Scan(&value)
	return value, err
}

func putSetting(ctx context.Context, tx *db.Tx, name, value string) error {
	return tx.ExecOne(ctx, `
		INSERT INTO workspace_installation (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}

func keepSetting(ctx context.Context, tx *db.Tx, name, value string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO workspace_installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, value)
	return err
}

func renameWorkspace(ctx context.Context, tx *db.Tx, number int64, name string) error {
	return tx.ExecOne(ctx, `UPDATE workspace SET name = $1 WHERE number = $2`, name, number)
}
