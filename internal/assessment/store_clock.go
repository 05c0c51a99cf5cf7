// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Clocks of failures, and how failures ended.

// closeClocks closes the open rows of items under a test and answers them.
func closeClocks(ctx context.Context, tx *db.Tx, definition resource.Number, test, number int64, items []int64) (rows []closed, err error) {
	err = tx.EachIn(ctx, func(row db.Row) error {
		var c closed
		err := row.Scan(&c.item, &c.from, &c.outcome, &c.since, &c.due)
		rows = append(rows, c)
		return err
	}, `UPDATE assessment_outcome SET to_sync = $3
		WHERE definition = $1 AND test = $2 AND from_sync < $3 AND to_sync IS NULL AND item IN (`,
		` RETURNING item, from_sync, outcome, COALESCE(since, 0), due`, []any{int64(definition), test, number}, items)
	return rows, err
}

// reopenOutcomes takes back that rows of items were closed.
func reopenOutcomes(ctx context.Context, tx *db.Tx, definition resource.Number, test, number int64, items []int64) error {
	return tx.ExecIn(ctx, `
		UPDATE assessment_outcome SET to_sync = NULL WHERE definition = $1 AND test = $2 AND to_sync = $3 AND item IN (`,
		[]any{int64(definition), test, number}, items)
}

// selectExceptedFrom answers from which number on a row's item has been
// DEACTIVATED without a break.
func selectExceptedFrom(ctx context.Context, tx *db.Tx, definition resource.Number, test int64, row closed) (number int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT MIN(from_sync) FROM assessment_outcome
		WHERE definition = $1 AND test = $2 AND item = $3 AND outcome = $4 AND from_sync <= $5 AND from_sync > (
			SELECT COALESCE(MAX(from_sync), -1) FROM assessment_outcome
			WHERE definition = $1 AND test = $2 AND item = $3 AND outcome <> $4 AND from_sync < $5)`,
		int64(definition), test, row.item, int64(Deactivated), row.from).Scan(&number)
	return number, err
}

func insertRemediations(ctx context.Context, tx *db.Tx, d resource.Definition, number, now int64, list []remediation) error {
	values := make([]any, 0, 11*len(list))
	for _, r := range list {
		values = append(values, int64(d.Number), r.test, r.item, number, d.Workspace.Number, r.since, *r.due, now, r.end, r.result, r.sla)
	}
	return tx.InsertMany(ctx, "assessment_remediation", []string{
		"definition", "test", "item", "number", "workspace", "since", "due", "ended_at", "ended", "result", "sla",
	}, values)
}

// undoRemediations takes back what a number said of items under a test; fn is
// told the result of each.
//
//nolint:revive // seven things that belong to nobody else
func undoRemediations(ctx context.Context, tx *db.Tx, definition resource.Number, test, number int64, items []int64, fn func(result string)) error {
	return tx.EachIn(ctx, func(row db.Row) error {
		var result string
		err := row.Scan(&result)
		fn(result)
		return err
	}, `DELETE FROM assessment_remediation WHERE definition = $1 AND test = $2 AND number = $3 AND item IN (`,
		` RETURNING result`, []any{int64(definition), test, number}, items)
}

// clearRemediations takes back what stands beyond the head.
func clearRemediations(ctx context.Context, tx *db.Tx, definition resource.Number, test int64, b beyond) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM assessment_remediation WHERE definition = $1 AND test = $2 AND number > $3 AND item > $4 AND item <= $5`,
		int64(definition), test, b.head, b.low, b.high)
	return err
}

// selectSoonest answers the earliest due time of a test's failures that are open
// and not closed ahead either; nil when none is due.
func selectSoonest(ctx context.Context, tx *db.Tx, test int64) (due *int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT MIN(due) FROM assessment_outcome WHERE test = $1 AND outcome = 2 AND to_sync IS NULL AND due IS NOT NULL`, test).Scan(&due)
	return due, err
}
