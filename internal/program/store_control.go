// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"errors"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

const controlFields = `SELECT c.id, c.external_id, COALESCE(c.library, ''), c.name, c.description, c.domains, COALESCE(c.owner, ''), c.role, c.note,
		c.fields, c.effective_at, c.created_at, c.updated_at
	FROM program_control c`

func scanControl(row db.Row) (c Control, err error) {
	var domains, fields []byte
	if err := row.Scan(&c.ID, &c.ExternalID, &c.Library, &c.Name, &c.Description, &domains, &c.Owner, &c.Role, &c.Note, &fields,
		&c.EffectiveAt, &c.CreatedAt, &c.UpdatedAt); err != nil {
		return c, err
	}
	if err := json.Unmarshal(domains, &c.Domains); err != nil {
		return c, err
	}
	return c, json.Unmarshal(fields, &c.Fields)
}

// selectControl finds a control by its id, else its external id, else the entry
// of the library that it came from.
func selectControl(ctx context.Context, tx *db.Tx, w caller.Workspace, ref, key string) (Control, error) {
	return scanControl(tx.QueryRow(ctx, controlFields+`
		WHERE c.workspace = $1 AND (c.id = $2 OR c.external_key = $3 OR c.library = $2)
		ORDER BY CASE WHEN c.id = $2 THEN 0 WHEN c.external_key = $3 THEN 1 ELSE 2 END LIMIT 1`, w.Number, ref, key))
}

// selectControls answers up to limit controls after an id.
func selectControls(ctx context.Context, tx *db.Tx, w caller.Workspace, after string, limit int) (list []Control, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		c, err := scanControl(row)
		list = append(list, c)
		return err
	}, controlFields+` WHERE c.workspace = $1 AND c.id > $2 ORDER BY c.id LIMIT $3`, w.Number, after, int64(limit))
	return list, err
}

// selectControlsUnder answers up to limit controls, after an id, that are mapped
// to one of some frameworks.
func selectControlsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, frameworks []string, after string, limit int) (list []Control, err error) {
	args := []any{w.Number, after, int64(limit)}
	for _, f := range frameworks {
		args = append(args, f)
	}
	err = tx.Each(ctx, func(row db.Row) error {
		c, err := scanControl(row)
		list = append(list, c)
		return err
	}, controlFields+` WHERE c.workspace = $1 AND c.id > $2 AND EXISTS (
			SELECT 1 FROM program_mapping m WHERE m.control = c.id AND m.framework IN (`+db.Parameters(4, len(frameworks))+`))
		ORDER BY c.id LIMIT $3`, args...)
	return list, err
}

func countControls(ctx context.Context, tx *db.Tx, w caller.Workspace) (count int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM program_control WHERE workspace = $1`, w.Number).Scan(&count)
	return count, err
}

// nullable stores "" as NULL.
func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// columnsOf answers a control's columns that are JSON.
func columnsOf(c Control) (domains, fields string, err error) {
	if c.Domains == nil {
		c.Domains = []string{}
	}
	if c.Fields == nil {
		c.Fields = []Field{}
	}
	one, err := json.Marshal(c.Domains)
	if err != nil {
		return "", "", err
	}
	two, err := json.Marshal(c.Fields)
	return string(one), string(two), err
}

func insertControls(ctx context.Context, tx *db.Tx, w caller.Workspace, controls ...Control) error {
	var values []any
	for _, c := range controls {
		domains, fields, err := columnsOf(c)
		if err != nil {
			return err
		}
		values = append(values, c.ID, w.Number, c.ExternalID, strings.ToLower(c.ExternalID), nullable(c.Library), c.Name, c.Description, domains,
			nullable(c.Owner), c.Role, c.Note, fields, maybe(c.EffectiveAt), c.CreatedAt, c.UpdatedAt)
	}
	return tx.InsertMany(ctx, "program_control", []string{
		"id", "workspace", "external_id", "external_key", "library", "name", "description", "domains", "owner", "role", "note", "fields",
		"effective_at", "created_at", "updated_at",
	}, values)
}

// maybe stores nil as NULL.
func maybe(ms *int64) any {
	if ms == nil {
		return nil
	}
	return *ms
}

func updateControl(ctx context.Context, tx *db.Tx, c Control) error {
	domains, fields, err := columnsOf(c)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE program_control SET external_id = $2, external_key = $3, name = $4, description = $5, domains = $6, owner = $7, role = $8,
			note = $9, fields = $10, effective_at = $11, updated_at = $12
		WHERE id = $1`, c.ID, c.ExternalID, strings.ToLower(c.ExternalID), c.Name, c.Description, domains, nullable(c.Owner), c.Role, c.Note, fields,
		maybe(c.EffectiveAt), c.UpdatedAt)
}

// deleteControl removes a control and what it is mapped to.
func deleteControl(ctx context.Context, tx *db.Tx, w caller.Workspace, id string) error {
	for _, table := range []string{"program_document", "program_mapping", "program_test"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE workspace = $1 AND control = $2`, w.Number, id); err != nil {
			return err
		}
	}
	return tx.ExecOne(ctx, `DELETE FROM program_control WHERE workspace = $1 AND id = $2`, w.Number, id)
}

// selectFromLibrary answers the control in use that came from an entry.
func selectFromLibrary(ctx context.Context, tx *db.Tx, w caller.Workspace, entry string) (Control, bool, error) {
	c, err := scanControl(tx.QueryRow(ctx, controlFields+` WHERE c.workspace = $1 AND c.library = $2`, w.Number, entry))
	if errors.Is(err, db.ErrNoRow) {
		return Control{}, false, nil
	}
	return c, err == nil, err
}

// selectBareControls answers the controls that neither a test nor a document is
// evidence for.
func selectBareControls(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []Control, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		c, err := scanControl(row)
		list = append(list, c)
		return err
	}, controlFields+` WHERE c.workspace = $1 AND NOT EXISTS (SELECT 1 FROM program_test t WHERE t.control = c.id AND t.workspace = $1)
			AND NOT EXISTS (SELECT 1 FROM program_document p WHERE p.control = c.id AND p.workspace = $1)
		ORDER BY c.external_key`, w.Number)
	return list, err
}
