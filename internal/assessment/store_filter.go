// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// selectFilters answers the filters of a scope by definition.
func selectFilters(ctx context.Context, tx *db.Tx, w caller.Workspace, scope string) (map[resource.Number]Test, error) {
	filters := map[resource.Number]Test{}
	err := tx.Each(ctx, func(row db.Row) error {
		t, err := scanTest(row)
		filters[t.Definition.Number] = t
		return err
	}, testFields+` WHERE t.workspace = $1 AND t.scope = $2 AND t.state = 'active'`, w.Number, scope)
	return filters, err
}

// selectFiltersOn answers the filters on a definition by their scopes.
func selectFiltersOn(ctx context.Context, tx *db.Tx, d resource.Number) (map[string]int64, error) {
	filters := map[string]int64{}
	err := tx.Each(ctx, func(row db.Row) error {
		var scope string
		var number int64
		err := row.Scan(&scope, &number)
		filters[scope] = number
		return err
	}, `SELECT scope, number FROM assessment_test WHERE definition = $1 AND scope IS NOT NULL AND state = 'active'`, int64(d))
	return filters, err
}

func markFilter(ctx context.Context, tx *db.Tx, number int64, scope string) error {
	return tx.ExecOne(ctx, `UPDATE assessment_test SET scope = $2 WHERE number = $1`, number, scope)
}

// endFilter forgets what tests say in a filter.
func endFilter(ctx context.Context, tx *db.Tx, number int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM assessment_scoped WHERE filter = $1`, number)
	return err
}

const scopedCounts = `y.passing, y.failing, y.in_progress, y.deactivated, y.out_of_scope`

func (c *Counts) fields() []any {
	return []any{&c[Passing], &c[Failing], &c[InProgress], &c[Deactivated], &c[OutOfScope]}
}

func selectScopedCounts(ctx context.Context, tx *db.Tx, filter, test int64) (c Counts, err error) {
	err = tx.QueryRow(ctx, `SELECT `+scopedCounts+` FROM assessment_scoped y WHERE y.filter = $1 AND y.test = $2`, filter, test).
		Scan(c.fields()...)
	if errors.Is(err, db.ErrNoRow) {
		return Counts{}, errUncounted
	}
	return c, err
}

func putScoped(ctx context.Context, tx *db.Tx, w caller.Workspace, filter, test int64, c Counts) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_scoped (filter, test, workspace, passing, failing, in_progress, deactivated, out_of_scope)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (filter, test) DO UPDATE SET passing = excluded.passing, failing = excluded.failing, in_progress = excluded.in_progress,
			deactivated = excluded.deactivated, out_of_scope = excluded.out_of_scope`,
		filter, test, w.Number, c[Passing], c[Failing], c[InProgress], c[Deactivated], c[OutOfScope])
}

// selectScoped answers what tests say in the filters of a scope, by their numbers.
func selectScoped(ctx context.Context, tx *db.Tx, w caller.Workspace, scope string) (map[int64]Counts, error) {
	all := map[int64]Counts{}
	err := tx.Each(ctx, func(row db.Row) error {
		var test int64
		var c Counts
		err := row.Scan(append([]any{&test}, c.fields()...)...)
		all[test] = c
		return err
	}, `SELECT y.test, `+scopedCounts+`
		FROM assessment_test f JOIN assessment_scoped y ON y.filter = f.number
		WHERE f.scope = $2 AND f.workspace = $1 AND f.state = 'active'`, w.Number, scope)
	return all, err
}
