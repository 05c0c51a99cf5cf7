// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

const fields = `SELECT id, slug, document, version, created_at, updated_at FROM scope_scope `

func scan(row db.Row) (s Scope, err error) {
	var text []byte
	if err := row.Scan(&s.ID, &s.Slug, &text, &s.version, &s.CreatedAt, &s.UpdatedAt); err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s.Document)
}

func selectScope(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Scope, error) {
	return scan(tx.QueryRow(ctx, fields+`WHERE workspace = $1 AND (id = $2 OR slug = $2)`, w.Number, ref))
}

func selectScopes(ctx context.Context, tx *db.Tx, w caller.Workspace) (all []Scope, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		s, err := scan(row)
		all = append(all, s)
		return err
	}, fields+`WHERE workspace = $1 ORDER BY slug`, w.Number)
	return all, err
}

func insertScope(ctx context.Context, tx *db.Tx, w caller.Workspace, s Scope) error {
	text, err := json.Marshal(s.Document)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO scope_scope (id, workspace, slug, document, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, w.Number, s.Slug, string(text), s.version, s.CreatedAt, s.UpdatedAt)
}

// updateScope saves the next version of a scope; db.ErrNoRow when another came
// first.
func updateScope(ctx context.Context, tx *db.Tx, s Scope, before int64) error {
	text, err := json.Marshal(s.Document)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `UPDATE scope_scope SET document = $3, version = $4, updated_at = $5 WHERE id = $1 AND version = $2`,
		s.ID, before, string(text), s.version, s.UpdatedAt)
}

func deleteScope(ctx context.Context, tx *db.Tx, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM scope_scope WHERE id = $1`, id)
}
