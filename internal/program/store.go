// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// insertFurnished notes that a workspace has had what it begins with; first is
// false when it had it before.
func insertFurnished(ctx context.Context, tx *db.Tx, w caller.Workspace, at int64) (first bool, err error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO program_workspace (workspace, furnished_at) VALUES ($1, $2) ON CONFLICT (workspace) DO NOTHING`, w.Number, at)
	return rows == 1, err
}

func selectUnfurnished(ctx context.Context, tx *db.Tx) (list []caller.Workspace, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var w caller.Workspace
		err := row.Scan(&w.Number, &w.ID, &w.Name)
		list = append(list, w)
		return err
	}, `SELECT w.number, w.id, w.name FROM workspace w
		WHERE NOT EXISTS (SELECT 1 FROM program_workspace p WHERE p.workspace = w.number) ORDER BY w.number`)
	return list, err
}

// frameworkRow is a framework in use.
type frameworkRow struct {
	createdAt int64
	custom    bool
	document  string // JSON; "" for one of the catalogue
	revision  string // of the document
	slug      string
	updatedAt int64
}

// selectFrameworks answers those in use without their documents, oldest first.
func selectFrameworks(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []frameworkRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var f frameworkRow
		err := row.Scan(&f.slug, &f.custom, &f.revision, &f.createdAt, &f.updatedAt)
		list = append(list, f)
		return err
	}, `SELECT slug, custom, revision, created_at, updated_at FROM program_framework WHERE workspace = $1 ORDER BY created_at, slug`, w.Number)
	return list, err
}

// selectFramework answers one without its document.
func selectFramework(ctx context.Context, tx *db.Tx, w caller.Workspace, slug string) (f frameworkRow, err error) {
	err = tx.QueryRow(ctx, `
		SELECT slug, custom, revision, created_at, updated_at FROM program_framework WHERE workspace = $1 AND slug = $2`, w.Number, slug).
		Scan(&f.slug, &f.custom, &f.revision, &f.createdAt, &f.updatedAt)
	return f, err
}

func selectFrameworkDocument(ctx context.Context, tx *db.Tx, w caller.Workspace, slug string) (text []byte, err error) {
	err = tx.QueryRow(ctx, `SELECT document FROM program_framework WHERE workspace = $1 AND slug = $2`, w.Number, slug).Scan(&text)
	return text, err
}

func insertFramework(ctx context.Context, tx *db.Tx, w caller.Workspace, f frameworkRow) error {
	return tx.ExecOne(ctx, `
		INSERT INTO program_framework (workspace, slug, custom, document, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		w.Number, f.slug, f.custom, f.document, f.revision, f.createdAt, f.updatedAt)
}

func updateFramework(ctx context.Context, tx *db.Tx, w caller.Workspace, f frameworkRow) error {
	return tx.ExecOne(ctx, `
		UPDATE program_framework SET document = $3, revision = $4, updated_at = $5 WHERE workspace = $1 AND slug = $2`,
		w.Number, f.slug, f.document, f.revision, f.updatedAt)
}

// deleteFramework removes a framework and what is mapped to it.
func deleteFramework(ctx context.Context, tx *db.Tx, w caller.Workspace, slug string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM program_mapping WHERE workspace = $1 AND framework = $2`, w.Number, slug); err != nil {
		return err
	}
	return tx.ExecOne(ctx, `DELETE FROM program_framework WHERE workspace = $1 AND slug = $2`, w.Number, slug)
}

// mapped is a control that helps to meet a requirement.
type mapped struct {
	control string
	Place
}

func insertMappings(ctx context.Context, tx *db.Tx, w caller.Workspace, list []mapped) error {
	values := make([]any, 0, 4*len(list))
	for _, m := range list {
		values = append(values, w.Number, m.Framework, m.Requirement, m.control)
	}
	return tx.InsertMany(ctx, "program_mapping", []string{"workspace", "framework", "requirement", "control"}, values)
}

func insertPlaces(ctx context.Context, tx *db.Tx, w caller.Workspace, control string, places []Place) error {
	list := make([]mapped, len(places))
	for i, p := range places {
		list[i] = mapped{control, p}
	}
	return insertMappings(ctx, tx, w, list)
}

// putPlace maps a control to a requirement; added is false when it was before.
func putPlace(ctx context.Context, tx *db.Tx, w caller.Workspace, control string, p Place) (added bool, err error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO program_mapping (workspace, framework, requirement, control) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, framework, requirement, control) DO NOTHING`, w.Number, p.Framework, p.Requirement, control)
	return rows == 1, err
}

func deletePlace(ctx context.Context, tx *db.Tx, w caller.Workspace, control string, p Place) (removed bool, err error) {
	rows, err := tx.Exec(ctx, `
		DELETE FROM program_mapping WHERE workspace = $1 AND framework = $2 AND requirement = $3 AND control = $4`,
		w.Number, p.Framework, p.Requirement, control)
	return rows == 1, err
}

func deleteMappings(ctx context.Context, tx *db.Tx, w caller.Workspace, p Place) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM program_mapping WHERE workspace = $1 AND framework = $2 AND requirement = $3`, w.Number, p.Framework, p.Requirement)
	return err
}

// selectPlaces answers what a control helps to meet.
func selectPlaces(ctx context.Context, tx *db.Tx, w caller.Workspace, control string) (list []Place, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var p Place
		err := row.Scan(&p.Framework, &p.Requirement)
		list = append(list, p)
		return err
	}, `SELECT framework, requirement FROM program_mapping WHERE workspace = $1 AND control = $2 ORDER BY framework, requirement`, w.Number, control)
	return list, err
}

// selectMappings answers all that controls of a workspace help to meet.
func selectMappings(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []mapped, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var m mapped
		err := row.Scan(&m.Framework, &m.Requirement, &m.control)
		list = append(list, m)
		return err
	}, `SELECT framework, requirement, control FROM program_mapping WHERE workspace = $1 ORDER BY framework, requirement, control`, w.Number)
	return list, err
}

// selectMappingsOf answers what controls help to meet in one framework.
func selectMappingsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, framework string) (list []mapped, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var m mapped
		err := row.Scan(&m.Framework, &m.Requirement, &m.control)
		list = append(list, m)
		return err
	}, `SELECT framework, requirement, control FROM program_mapping WHERE workspace = $1 AND framework = $2 ORDER BY requirement, control`,
		w.Number, framework)
	return list, err
}

// selectReach answers which controls are mapped to a framework at all.
func selectReach(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []mapped, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var m mapped
		err := row.Scan(&m.Framework, &m.control)
		list = append(list, m)
		return err
	}, `SELECT DISTINCT framework, control FROM program_mapping WHERE workspace = $1`, w.Number)
	return list, err
}

// proves is a test that is evidence for a control.
type proves struct {
	control string
	test    int64
}

func selectProofs(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []proves, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var p proves
		err := row.Scan(&p.control, &p.test)
		list = append(list, p)
		return err
	}, `SELECT control, test FROM program_test WHERE workspace = $1 ORDER BY control, test`, w.Number)
	return list, err
}

// selectTestsOf answers the numbers of the tests of controls.
func selectTestsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, controls []string) (list []proves, err error) {
	if len(controls) == 0 {
		return nil, nil
	}
	args := []any{w.Number}
	for _, c := range controls {
		args = append(args, c)
	}
	err = tx.Each(ctx, func(row db.Row) error {
		var p proves
		err := row.Scan(&p.control, &p.test)
		list = append(list, p)
		return err
	}, `SELECT control, test FROM program_test WHERE workspace = $1 AND control IN (`+db.Parameters(2, len(controls))+`) ORDER BY control, test`, args...)
	return list, err
}

func insertTests(ctx context.Context, tx *db.Tx, w caller.Workspace, control string, tests []assessment.TestRef) error {
	values := make([]any, 0, 3*len(tests))
	for _, t := range tests {
		values = append(values, w.Number, control, t.Number)
	}
	return tx.InsertMany(ctx, "program_test", []string{"workspace", "control", "test"}, values)
}

// putTest makes a test evidence for a control; added is false when it was before.
func putTest(ctx context.Context, tx *db.Tx, w caller.Workspace, control string, test int64) (added bool, err error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO program_test (workspace, control, test) VALUES ($1, $2, $3)
		ON CONFLICT (workspace, control, test) DO NOTHING`, w.Number, control, test)
	return rows == 1, err
}

func deleteTest(ctx context.Context, tx *db.Tx, w caller.Workspace, control string, test int64) (removed bool, err error) {
	rows, err := tx.Exec(ctx, `DELETE FROM program_test WHERE workspace = $1 AND control = $2 AND test = $3`, w.Number, control, test)
	return rows == 1, err
}

// controlOfTest is a control with one of the tests that are evidence for it.
type controlOfTest struct {
	assessment.Control
	test int64
}

func selectControlsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, tests []int64) (list []controlOfTest, err error) {
	args := []any{w.Number}
	for _, t := range tests {
		args = append(args, t)
	}
	err = tx.Each(ctx, func(row db.Row) error {
		var c controlOfTest
		err := row.Scan(&c.test, &c.ID, &c.ExternalID, &c.Name)
		list = append(list, c)
		return err
	}, `SELECT t.test, c.id, c.external_id, c.name FROM program_test t JOIN program_control c ON c.id = t.control
		WHERE t.workspace = $1 AND t.test IN (`+db.Parameters(2, len(tests))+`) ORDER BY t.test, c.external_key`, args...)
	return list, err
}

// selectControlsAt answers the controls that are mapped to a requirement: of one
// framework, or of any when framework is "".
func selectControlsAt(ctx context.Context, tx *db.Tx, w caller.Workspace, p Place) (list []assessment.Control, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var c assessment.Control
		err := row.Scan(&c.ID, &c.ExternalID, &c.Name)
		list = append(list, c)
		return err
	}, `SELECT c.id, c.external_id, c.name FROM program_control c
		WHERE c.workspace = $1 AND EXISTS (SELECT 1 FROM program_mapping m
			WHERE m.workspace = $1 AND m.requirement = $2 AND m.control = c.id AND ($3 = '' OR m.framework = $3))
		ORDER BY c.external_key`, w.Number, p.Requirement, p.Framework)
	return list, err
}

// selectTestsUnder answers the tests of the controls of a framework; "" is any.
func selectTestsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, control, framework string) (map[int64]bool, error) {
	found := map[int64]bool{}
	err := tx.Each(ctx, func(row db.Row) error {
		var test int64
		err := row.Scan(&test)
		found[test] = true
		return err
	}, `SELECT DISTINCT t.test FROM program_test t
		WHERE t.workspace = $1 AND ($2 = '' OR t.control = $2) AND ($3 = '' OR EXISTS (
			SELECT 1 FROM program_mapping m WHERE m.workspace = $1 AND m.framework = $3 AND m.control = t.control))`,
		w.Number, control, framework)
	return found, err
}

// isAbsent says whether a row was not there.
func isAbsent(err error) bool { return errors.Is(err, db.ErrNoRow) }

// selectBindings answers the ids of the scopes of frameworks.
func selectBindings(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[string]string, error) {
	all := map[string]string{}
	err := tx.Each(ctx, func(row db.Row) error {
		var framework, scope string
		err := row.Scan(&framework, &scope)
		all[framework] = scope
		return err
	}, `SELECT framework, scope FROM program_scope WHERE workspace = $1`, w.Number)
	return all, err
}

func putBinding(ctx context.Context, tx *db.Tx, w caller.Workspace, framework, scope string) error {
	return tx.ExecOne(ctx, `
		INSERT INTO program_scope (workspace, framework, scope) VALUES ($1, $2, $3)
		ON CONFLICT (workspace, framework) DO UPDATE SET scope = excluded.scope`, w.Number, framework, scope)
}

func deleteBinding(ctx context.Context, tx *db.Tx, w caller.Workspace, framework string) error {
	_, err := tx.Exec(ctx, `DELETE FROM program_scope WHERE workspace = $1 AND framework = $2`, w.Number, framework)
	return err
}
