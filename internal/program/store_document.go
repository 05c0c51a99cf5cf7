// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// selectDocumentsOf answers the documents of some controls, or of all when controls
// is nil.
func selectDocumentsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, controls []string) (list []documented, err error) {
	if controls != nil && len(controls) == 0 {
		return nil, nil
	}
	args, where := []any{w.Number}, ""
	if controls != nil {
		where = ` AND control IN (` + db.Parameters(len(args)+1, len(controls)) + `)`
		for _, c := range controls {
			args = append(args, c)
		}
	}
	err = tx.Each(ctx, func(row db.Row) error {
		var one documented
		err := row.Scan(&one.control, &one.document)
		list = append(list, one)
		return err
	}, `SELECT control, document FROM program_document WHERE workspace = $1`+where+` ORDER BY control, document`, args...)
	return list, err
}

// selectControlsOfDocument answers up to limit controls of a document, after an id.
func selectControlsOfDocument(ctx context.Context, tx *db.Tx, w caller.Workspace, document, after string, limit int) (list []Control, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		c, err := scanControl(row)
		list = append(list, c)
		return err
	}, controlFields+` JOIN program_document p ON p.control = c.id
		WHERE p.workspace = $1 AND p.document = $2 AND c.id > $3 ORDER BY c.id LIMIT $4`, w.Number, document, after, int64(limit))
	return list, err
}

// selectControlsBy answers the controls of some documents, by document.
func selectControlsBy(ctx context.Context, tx *db.Tx, w caller.Workspace, documents []string) (map[string][]api.Named, error) {
	controls := map[string][]api.Named{}
	if len(documents) == 0 {
		return controls, nil
	}
	args := []any{w.Number}
	for _, d := range documents {
		args = append(args, d)
	}
	err := tx.Each(ctx, func(row db.Row) error {
		var document string
		var one api.Named
		err := row.Scan(&document, &one.ID, &one.Name)
		controls[document] = append(controls[document], one)
		return err
	}, `SELECT p.document, c.id, c.name FROM program_document p JOIN program_control c ON c.id = p.control
		WHERE p.workspace = $1 AND p.document IN (`+db.Parameters(2, len(documents))+`) ORDER BY c.name, c.id`, args...)
	return controls, err
}

func selectDocumentsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, frameworks []string) ([]string, error) {
	args := []any{w.Number}
	for _, f := range frameworks {
		args = append(args, f)
	}
	list := []string{}
	err := tx.Each(ctx, func(row db.Row) error {
		var id string
		err := row.Scan(&id)
		list = append(list, id)
		return err
	}, `SELECT DISTINCT p.document FROM program_document p JOIN program_mapping m ON m.workspace = p.workspace AND m.control = p.control
		WHERE p.workspace = $1 AND m.framework IN (`+db.Parameters(2, len(frameworks))+`)`, args...)
	return list, err
}

func putDocument(ctx context.Context, tx *db.Tx, w caller.Workspace, control, document string) (added bool, err error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO program_document (workspace, control, document) VALUES ($1, $2, $3)
		ON CONFLICT (workspace, control, document) DO NOTHING`, w.Number, control, document)
	return rows == 1, err
}

func deleteDocument(ctx context.Context, tx *db.Tx, w caller.Workspace, control, document string) (removed bool, err error) {
	rows, err := tx.Exec(ctx, `DELETE FROM program_document WHERE workspace = $1 AND control = $2 AND document = $3`, w.Number, control, document)
	return rows == 1, err
}
