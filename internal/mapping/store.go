// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

func selectMapping(ctx context.Context, tx *db.Tx, d resource.Definition) (m Mapping, updatedAt int64, err error) {
	var document []byte
	if err = tx.QueryRow(ctx, `
		SELECT document, updated_at FROM mapping_definition WHERE workspace = $1 AND definition = $2`,
		d.Workspace.Number, int64(d.Number)).Scan(&document, &updatedAt); err != nil {
		return m, 0, err
	}
	return m, updatedAt, json.Unmarshal(document, &m)
}

func selectMapped(ctx context.Context, tx *db.Tx, w caller.Workspace) (numbers []resource.Number, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number int64
		err := row.Scan(&number)
		numbers = append(numbers, resource.Number(number))
		return err
	}, `SELECT definition FROM mapping_definition WHERE workspace = $1 ORDER BY definition`, w.Number)
	return numbers, err
}

func putMapping(ctx context.Context, tx *db.Tx, p Put) error {
	document, err := json.Marshal(p.Mapping)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO mapping_definition (definition, workspace, kind, document, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (definition) DO UPDATE SET kind = excluded.kind, document = excluded.document, updated_at = excluded.updated_at`,
		int64(p.Definition.Number), p.Definition.Workspace.Number, string(p.Mapping.As), string(document), db.Millis(p.UpdatedAt))
}

func deleteMapping(ctx context.Context, tx *db.Tx, d resource.Definition) error {
	return tx.ExecOne(ctx, `
		DELETE FROM mapping_definition WHERE workspace = $1 AND definition = $2`, d.Workspace.Number, int64(d.Number))
}
