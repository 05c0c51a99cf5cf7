// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"context"
	"database/sql"

	"github.com/passmuster/muster/internal/db"
)

func selectCategories(ctx context.Context, tx *db.Tx, workspace int64) (all []Category, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var c Category
		err := row.Scan(&c.Slug, &c.Name, &c.Term.Amount, &c.Term.Unit, &c.Enabled, &c.version, &c.CreatedAt, &c.UpdatedAt)
		_, c.BuiltIn = builtIn(c.Slug)
		all = append(all, c)
		return err
	}, `SELECT slug, name, amount, unit, enabled, version, created_at, updated_at FROM sla_category
		WHERE workspace = $1 ORDER BY slug`, workspace)
	return all, err
}

func insertCategory(ctx context.Context, tx *db.Tx, workspace int64, c Category) error {
	return tx.ExecOne(ctx, `
		INSERT INTO sla_category (workspace, slug, name, amount, unit, enabled, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		workspace, c.Slug, c.Name, c.Term.Amount, string(c.Term.Unit), c.Enabled, c.version, c.CreatedAt, c.UpdatedAt)
}

// updateCategory saves the next version of a category; db.ErrNoRow when another
// came first.
func updateCategory(ctx context.Context, tx *db.Tx, workspace int64, c Category, before int64) error {
	return tx.ExecOne(ctx, `
		UPDATE sla_category SET name = $4, amount = $5, unit = $6, enabled = $7, version = $8, updated_at = $9
		WHERE workspace = $1 AND slug = $2 AND version = $3`,
		workspace, c.Slug, before, c.Name, c.Term.Amount, string(c.Term.Unit), c.Enabled, c.version, c.UpdatedAt)
}

// touchCategory makes a deletion of the row wait for this transaction.
func touchCategory(ctx context.Context, tx *db.Tx, workspace int64, slug string) error {
	return tx.ExecOne(ctx, `UPDATE sla_category SET version = version WHERE workspace = $1 AND slug = $2`, workspace, slug)
}

func deleteCategory(ctx context.Context, tx *db.Tx, workspace int64, slug string) error {
	if err := tx.ExecOne(ctx, `DELETE FROM sla_category WHERE workspace = $1 AND slug = $2`, workspace, slug); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM sla_term WHERE workspace = $1 AND slug = $2`, workspace, slug)
	return err
}

func insertTerm(ctx context.Context, tx *db.Tx, workspace int64, slug string, version int64, t term) error {
	return tx.ExecOne(ctx, `
		INSERT INTO sla_term (workspace, slug, version, since, amount, unit, enabled) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		workspace, slug, version, t.since, t.Amount, string(t.Unit), t.enabled)
}

func selectTerms(ctx context.Context, tx *db.Tx, workspace int64, slug string) (list []term, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var t term
		err := row.Scan(&t.since, &t.Amount, &t.Unit, &t.enabled)
		list = append(list, t)
		return err
	}, `SELECT since, amount, unit, enabled FROM sla_term WHERE workspace = $1 AND slug = $2 ORDER BY version`, workspace, slug)
	return list, err
}

func selectSettings(ctx context.Context, tx *db.Tx, workspace int64) (set Settings, err error) {
	var soon sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT zone, due_soon FROM sla_setting WHERE workspace = $1`, workspace).Scan(&set.Zone, &soon)
	if soon.Valid {
		set.DueSoon = &soon.Int64
	}
	return set, err
}

func putSettings(ctx context.Context, tx *db.Tx, workspace int64, set Settings) error {
	return tx.ExecOne(ctx, `
		INSERT INTO sla_setting (workspace, zone, due_soon) VALUES ($1, $2, $3)
		ON CONFLICT (workspace) DO UPDATE SET zone = excluded.zone, due_soon = excluded.due_soon`, workspace, set.Zone, set.DueSoon)
}
