// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// selectBuiltIns answers the numbers of the built-in tests that were made of a
// definition, by their ids. A test may be there no more.
func selectBuiltIns(ctx context.Context, tx *db.Tx, on resource.Definition) (map[string]int64, error) {
	made := map[string]int64{}
	err := tx.Each(ctx, func(row db.Row) error {
		var id string
		var test int64
		err := row.Scan(&id, &test)
		made[id] = test
		return err
	}, `SELECT builtin, test FROM assessment_builtin WHERE workspace = $1 AND definition = $2`, on.Workspace.Number, int64(on.Number))
	return made, err
}

// selectSettings answers the settings, as they are now, of the built-in tests that were
// made of a definition, by their ids.
func selectSettings(ctx context.Context, tx *db.Tx, on resource.Definition) (map[string]json.Value, error) {
	settings := map[string]json.Value{}
	err := tx.Each(ctx, func(row db.Row) error {
		var id string
		var text []byte
		if err := row.Scan(&id, &text); err != nil {
			return err
		}
		var document struct {
			Settings json.Value `json:"settings"`
		}
		err := json.Unmarshal(text, &document)
		settings[id] = document.Settings.Clone()
		return err
	}, `SELECT b.builtin, v.document FROM assessment_builtin b
		JOIN assessment_test t ON t.number = b.test
		JOIN assessment_version v ON v.test = t.number AND v.version = t.version
		WHERE b.workspace = $1 AND b.definition = $2`, on.Workspace.Number, int64(on.Number))
	return settings, err
}

// insertBuiltIn remembers that a built-in test was made; a unique violation when
// somebody else was faster.
func insertBuiltIn(ctx context.Context, tx *db.Tx, t Test) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_builtin (definition, builtin, workspace, test, made_at) VALUES ($1, $2, $3, $4, $5)`,
		int64(t.Definition.Number), t.Document.BuiltIn, t.Definition.Workspace.Number, t.Number, t.CreatedAt)
}
