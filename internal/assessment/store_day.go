// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Tallies of days.

func putDay(ctx context.Context, tx *db.Tx, d resource.Definition, test int64, r dayRow) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_day (test, day, workspace, definition, passing, failing, in_progress, deactivated, out_of_scope, status, began, ended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (test, day) DO UPDATE SET passing = excluded.passing, failing = excluded.failing, in_progress = excluded.in_progress,
			deactivated = excluded.deactivated, out_of_scope = excluded.out_of_scope, status = excluded.status,
			began = assessment_day.began + excluded.began, ended = assessment_day.ended + excluded.ended`,
		test, r.day, d.Workspace.Number, int64(d.Number), r.Counts[Passing], r.Counts[Failing], r.Counts[InProgress], r.Counts[Deactivated],
		r.Counts[OutOfScope], string(r.Status), r.Began, r.Ended)
}

// putDayOff notes that a test is switched off; a filter of a scope has no days.
func putDayOff(ctx context.Context, tx *db.Tx, test, day int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO assessment_day (test, day, workspace, definition, passing, failing, in_progress, deactivated, out_of_scope, status, began, ended)
		SELECT t.number, $2, t.workspace, t.definition, 0, 0, 0, 0, 0, 'DEACTIVATED', 0, 0
		FROM assessment_test t WHERE t.number = $1 AND t.scope IS NULL
		ON CONFLICT (test, day) DO UPDATE SET passing = 0, failing = 0, in_progress = 0, deactivated = 0, out_of_scope = 0, status = excluded.status`,
		test, day)
	return err
}

const dayFields = `
	SELECT d.test, d.day, d.passing, d.failing, d.in_progress, d.deactivated, d.out_of_scope, d.status, d.began, d.ended`

func scanDay(row db.Row) (test int64, r dayRow, err error) {
	err = row.Scan(&test, &r.day, &r.Counts[Passing], &r.Counts[Failing], &r.Counts[InProgress], &r.Counts[Deactivated],
		&r.Counts[OutOfScope], &r.Status, &r.Began, &r.Ended)
	return test, r, err
}

// selectDays answers the days of the tests of a workspace from one on, and the last
// before it, by test and day.
func selectDays(ctx context.Context, tx *db.Tx, w caller.Workspace, first int64) (map[int64][]dayRow, error) {
	all := map[int64][]dayRow{}
	err := tx.Each(ctx, func(row db.Row) error {
		test, r, err := scanDay(row)
		all[test] = append(all[test], r)
		return err
	}, dayFields+` FROM assessment_test t JOIN assessment_day d ON d.test = t.number
			AND d.day >= COALESCE((SELECT MAX(b.day) FROM assessment_day b WHERE b.test = t.number AND b.day < $2), $2)
		WHERE t.workspace = $1 AND t.scope IS NULL ORDER BY d.test, d.day`, w.Number, first)
	return all, err
}

func selectDaysOf(ctx context.Context, tx *db.Tx, test, first int64) (list []dayRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		_, r, err := scanDay(row)
		list = append(list, r)
		return err
	}, dayFields+` FROM assessment_day d WHERE d.test = $1
			AND d.day >= COALESCE((SELECT MAX(b.day) FROM assessment_day b WHERE b.test = $1 AND b.day < $2), $2)
		ORDER BY d.day`, test, first)
	return list, err
}

func scanLate(list *[]late) func(db.Row) error {
	return func(row db.Row) error {
		var l late
		err := row.Scan(&l.due, &l.ended, &l.count)
		*list = append(*list, l)
		return err
	}
}

// selectOverdue counts open failures past their due time by the day of it, the latest
// first up to a limit.
func selectOverdue(ctx context.Context, tx *db.Tx, w caller.Workspace, now int64, limit int) (list []late, err error) {
	err = tx.Each(ctx, scanLate(&list), `
		SELECT few.due / 86400000, CAST($3 AS BIGINT), COUNT(*) FROM (
			SELECT CASE WHEN o.since > o.due THEN o.since ELSE o.due END AS due FROM assessment_outcome o
			JOIN resource_head h ON h.definition = o.definition
			JOIN assessment_test t ON t.number = o.test
			WHERE o.workspace = $1 AND o.outcome = 2 AND o.to_sync IS NULL AND o.due IS NOT NULL AND o.due < $2 AND o.from_sync <= h.head
				AND t.state = 'active' AND t.scope IS NULL LIMIT $4) few
		GROUP BY few.due / 86400000`, w.Number, now, never, int64(limit))
	return list, err
}

// selectMissed counts failures that ended after their due time, from an instant on.
func selectMissed(ctx context.Context, tx *db.Tx, w caller.Workspace, from int64, limit int) (list []late, err error) {
	err = tx.Each(ctx, scanLate(&list), `
		SELECT few.due / 86400000, few.ended_at / 86400000, COUNT(*) FROM (
			SELECT CASE WHEN r.since > r.due THEN r.since ELSE r.due END AS due, r.ended_at AS ended_at FROM assessment_remediation r
			JOIN resource_head h ON h.definition = r.definition
			WHERE r.workspace = $1 AND r.result = 'missed' AND r.ended_at >= $2 AND r.number <= h.head
			ORDER BY r.ended_at DESC LIMIT $3) few
		GROUP BY few.due / 86400000, few.ended_at / 86400000`, w.Number, from, int64(limit))
	return list, err
}
