// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// What evaluation reads and writes; tests and their lists are in store_test_rows.go.

// testRow is an active test as an evaluation sees it: its newest version.
type testRow struct {
	document Document
	filter   bool // of a scope: no test
	id       string
	number   int64
	sla      string // "": none
	slug     string
	version  int64
}

func selectTests(ctx context.Context, tx *db.Tx, definition resource.Number) (list []testRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var t testRow
		var document []byte
		if err := row.Scan(&t.number, &t.id, &t.version, &t.sla, &t.filter, &t.slug, &document); err != nil {
			return err
		}
		t.document, err = parseDocument(document)
		list = append(list, t)
		return err
	}, `SELECT t.number, t.id, t.version, COALESCE(t.sla, ''), t.scope IS NOT NULL, COALESCE(t.slug, ''), v.document
		FROM assessment_test t JOIN assessment_version v ON v.test = t.number AND v.version = t.version
		WHERE t.definition = $1 AND t.state = 'active' ORDER BY t.number`, int64(definition))
	return list, err
}

// selectEnding answers the tests that are not active and have a window.
func selectEnding(ctx context.Context, tx *db.Tx, definition resource.Number) (list []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number int64
		err := row.Scan(&number)
		list = append(list, number)
		return err
	}, `SELECT t.number FROM assessment_test t JOIN assessment_window w ON w.test = t.number AND w.to_sync IS NULL
		WHERE t.definition = $1 AND t.state <> 'active' ORDER BY t.number`, int64(definition))
	return list, err
}

// selectTestNumbers answers all tests of a definition, active or not.
func selectTestNumbers(ctx context.Context, tx *db.Tx, definition resource.Number) (list []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number int64
		err := row.Scan(&number)
		list = append(list, number)
		return err
	}, `SELECT number FROM assessment_test WHERE definition = $1 ORDER BY number`, int64(definition))
	return list, err
}

// window says under which version and schema the verdicts at a number stand;
// zero when there are none.
type window struct{ version, schema int64 }

func selectWindow(ctx context.Context, tx *db.Tx, test, number int64) (w window, err error) {
	err = tx.QueryRow(ctx, `
		SELECT version, schema_version FROM assessment_window
		WHERE test = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2)`, test, number).Scan(&w.version, &w.schema)
	if errors.Is(err, db.ErrNoRow) {
		return window{}, nil
	}
	return w, err
}

func closeWindow(ctx context.Context, tx *db.Tx, test, number int64) error {
	_, err := tx.Exec(ctx, `UPDATE assessment_window SET to_sync = $2 WHERE test = $1 AND to_sync IS NULL`, test, number)
	return err
}

func openWindow(ctx context.Context, tx *db.Tx, d resource.Definition, t testRow, number int64) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_window (test, version, from_sync, to_sync, workspace, definition, schema_version)
		VALUES ($1, $2, $3, NULL, $4, $5, $6)`, t.number, t.version, number, d.Workspace.Number, int64(d.Number), d.SchemaVersion)
}

// tally is what a test's evaluation came to.
type tally struct {
	counts    Counts
	ended     Endings
	flippedAt *int64
	runAt     int64
	sla       string // that due times of open rows go by
	soonest   *int64 // ms, the earliest due time of a record that fails
	status    Status // "" before the first evaluation
	version   int64
}

func selectTally(ctx context.Context, tx *db.Tx, test int64) (t tally, err error) {
	err = tx.QueryRow(ctx, `
		SELECT version, passing, failing, in_progress, deactivated, out_of_scope, status, run_at, flipped_at, COALESCE(sla, ''), soonest_due,
			within, missed, excepted
		FROM assessment_tally WHERE test = $1`, test).
		Scan(&t.version, &t.counts[Passing], &t.counts[Failing], &t.counts[InProgress], &t.counts[Deactivated], &t.counts[OutOfScope],
			&t.status, &t.runAt, &t.flippedAt, &t.sla, &t.soonest, &t.ended.Within, &t.ended.Missed, &t.ended.Excepted)
	if errors.Is(err, db.ErrNoRow) {
		return tally{}, nil
	}
	return t, err
}

func putTally(ctx context.Context, tx *db.Tx, d resource.Definition, test int64, t tally) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_tally (test, workspace, definition, version, passing, failing, in_progress, deactivated, out_of_scope,
			status, run_at, flipped_at, sla, soonest_due, within, missed, excepted)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (test) DO UPDATE SET version = excluded.version, passing = excluded.passing, failing = excluded.failing,
			in_progress = excluded.in_progress, deactivated = excluded.deactivated, out_of_scope = excluded.out_of_scope,
			status = excluded.status, run_at = excluded.run_at, flipped_at = excluded.flipped_at, sla = excluded.sla,
			soonest_due = excluded.soonest_due, within = excluded.within, missed = excluded.missed, excepted = excluded.excepted`,
		test, d.Workspace.Number, int64(d.Number), t.version, t.counts[Passing], t.counts[Failing], t.counts[InProgress],
		t.counts[Deactivated], t.counts[OutOfScope], string(t.status), t.runAt, t.flippedAt, nullable(t.sla), t.soonest,
		t.ended.Within, t.ended.Missed, t.ended.Excepted)
}

func eachOutcome(ctx context.Context, tx *db.Tx, definition resource.Number, number int64, fn func(test int64, item resource.Item, s state)) error {
	var test, item, outcome, runs int64
	return tx.Each(ctx, func(row db.Row) error {
		if err := row.Scan(&test, &item, &outcome, &runs); err != nil {
			return err
		}
		s := state(outcome)
		if runs != 0 {
			s |= hasClock
		}
		fn(test, resource.Item(item), s)
		return nil
	}, `SELECT test, item, outcome, CASE WHEN since IS NULL THEN 0 ELSE 1 END FROM assessment_outcome
		WHERE definition = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2)`, int64(definition), number)
}

// due asks for the records of a test whose instant has come.
type due struct {
	definition resource.Number
	now        int64 // ms
	number     int64 // head
	test       int64
}

func eachDue(ctx context.Context, tx *db.Tx, d due, fn func(resource.Item)) error {
	var item int64
	return tx.Each(ctx, func(row db.Row) error {
		if err := row.Scan(&item); err != nil {
			return err
		}
		fn(resource.Item(item))
		return nil
	}, `SELECT item FROM assessment_recheck
		WHERE definition = $1 AND test = $2 AND at <= $4 AND from_sync <= $3 AND (to_sync IS NULL OR to_sync > $3)`,
		int64(d.definition), d.test, d.number, d.now)
}

func insertOutcomes(ctx context.Context, tx *db.Tx, d resource.Definition, number int64, list []opened) error {
	values := make([]any, 0, 9*len(list))
	for _, o := range list {
		values = append(values, int64(d.Number), o.test, int64(o.item), number, nil, d.Workspace.Number, int64(o.outcome), o.clock.sinceOrNil(), o.clock.dueOrNil())
	}
	return tx.InsertMany(ctx, "assessment_outcome",
		[]string{"definition", "test", "item", "from_sync", "to_sync", "workspace", "outcome", "since", "due"}, values)
}

func insertRechecks(ctx context.Context, tx *db.Tx, d resource.Definition, number int64, list []recheck) error {
	values := make([]any, 0, 7*len(list))
	for _, r := range list {
		values = append(values, int64(d.Number), r.test, int64(r.item), number, nil, d.Workspace.Number, r.at)
	}
	return tx.InsertMany(ctx, "assessment_recheck",
		[]string{"definition", "test", "item", "from_sync", "to_sync", "workspace", "at"}, values)
}

func closeOutcomes(ctx context.Context, tx *db.Tx, definition resource.Number, test, number int64, items []int64) error {
	return tx.ExecIn(ctx, `
		UPDATE assessment_outcome SET to_sync = $3
		WHERE definition = $1 AND test = $2 AND from_sync < $3 AND to_sync IS NULL AND item IN (`,
		[]any{int64(definition), test, number}, items)
}

func closeRechecks(ctx context.Context, tx *db.Tx, definition resource.Number, test, number int64, items []int64) error {
	return tx.ExecIn(ctx, `
		UPDATE assessment_recheck SET to_sync = $3
		WHERE definition = $1 AND test = $2 AND from_sync < $3 AND to_sync IS NULL AND item IN (`,
		[]any{int64(definition), test, number}, items)
}

// undoItems takes back what a number wrote of items under a test.
func undoItems(ctx context.Context, tx *db.Tx, definition resource.Number, test, number int64, items []int64) error {
	for _, table := range []string{"assessment_outcome", "assessment_recheck"} {
		for _, change := range []string{"DELETE FROM " + table + " WHERE from_sync", "UPDATE " + table + " SET to_sync = NULL WHERE to_sync"} {
			if err := tx.ExecIn(ctx, change+" = $3 AND definition = $1 AND test = $2 AND item IN (",
				[]any{int64(definition), test, number}, items); err != nil {
				return err
			}
		}
	}
	return nil
}

// beyond names what stands beyond a head of the items in (low, high].
type beyond struct{ head, low, high int64 }

// clearItems takes back what stands beyond the head.
func clearItems(ctx context.Context, tx *db.Tx, definition resource.Number, test int64, b beyond) error {
	for _, table := range []string{"assessment_outcome", "assessment_recheck"} {
		for _, change := range []string{"DELETE FROM " + table + " WHERE from_sync", "UPDATE " + table + " SET to_sync = NULL WHERE to_sync"} {
			if _, err := tx.Exec(ctx, change+" > $3 AND definition = $1 AND test = $2 AND item > $4 AND item <= $5",
				int64(definition), test, b.head, b.low, b.high); err != nil {
				return err
			}
		}
	}
	return nil
}
