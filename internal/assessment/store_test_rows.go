// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// Tests, versions and the times at which something is due.

// testFields reads a test with its newest version, the version whose verdicts
// hold, and its tally. A window that is open now is not closed beyond the head:
// windows change in the transaction that moves the head.
const testFields = `
	SELECT t.number, t.id, t.definition, t.slug, t.category, t.version, t.state, t.deactivated_reason, t.deactivated_until,
		t.state_at, t.created_at, COALESCE(t.owner, ''), v.document, COALESCE(w.version, 0), COALESCE(y.passing, 0), COALESCE(y.failing, 0),
		COALESCE(y.in_progress, 0), COALESCE(y.deactivated, 0), COALESCE(y.out_of_scope, 0), COALESCE(y.status, ''),
		COALESCE(y.run_at, 0), y.flipped_at, COALESCE(t.sla, ''), y.soonest_due, COALESCE(y.within, 0), COALESCE(y.missed, 0),
		COALESCE(y.excepted, 0)
	FROM assessment_test t
	JOIN assessment_version v ON v.test = t.number AND v.version = t.version
	LEFT JOIN assessment_window w ON w.test = t.number AND w.to_sync IS NULL
	LEFT JOIN assessment_tally y ON y.test = t.number`

func scanTest(row db.Row) (t Test, err error) {
	var document []byte
	if err := row.Scan(&t.Number, &t.ID, &t.Definition.Number, &t.Slug, &t.Category, &t.Version, &t.State, &t.StateWhy, &t.StateUntil,
		&t.StateAt, &t.CreatedAt, &t.Owner, &document, &t.window, &t.Counts[Passing], &t.Counts[Failing], &t.Counts[InProgress],
		&t.Counts[Deactivated], &t.Counts[OutOfScope], &t.verdicts, &t.RunAt, &t.FlippedAt, &t.SLA,
		&t.SoonestDue, &t.Ended.Within, &t.Ended.Missed, &t.Ended.Excepted); err != nil {
		return t, err
	}
	t.Document, err = parseDocument(document)
	return t, err
}

func selectTest(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Test, error) {
	return scanTest(tx.QueryRow(ctx, testFields+`
		WHERE t.workspace = $1 AND (t.id = $2 OR t.slug = $2) AND t.scope IS NULL`, w.Number, ref))
}

// selectTestsAfter answers up to limit tests of the workspace after an id.
func selectTestsAfter(ctx context.Context, tx *db.Tx, w caller.Workspace, after string, limit int) (list []Test, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		t, err := scanTest(row)
		list = append(list, t)
		return err
	}, testFields+` WHERE t.workspace = $1 AND t.id > $2 AND t.scope IS NULL ORDER BY t.id LIMIT $3`, w.Number, after, int64(limit))
	return list, err
}

func selectSlugTaken(ctx context.Context, tx *db.Tx, w caller.Workspace, slug string) (bool, error) {
	var one int64
	err := tx.QueryRow(ctx, `SELECT 1 FROM assessment_test WHERE workspace = $1 AND slug = $2`, w.Number, slug).Scan(&one)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}

func insertTest(ctx context.Context, tx *db.Tx, t Test) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_test (number, id, workspace, definition, slug, category, version, state, deactivated_reason,
			deactivated_until, state_at, created_at, owner)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', NULL, NULL, $9, $10)`,
		t.Number, t.ID, t.Definition.Workspace.Number, int64(t.Definition.Number), t.Slug, t.Category, t.Version, string(t.State), t.CreatedAt, nullable(t.Owner))
}

// nullable stores "" as NULL.
func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func updateOwner(ctx context.Context, tx *db.Tx, test int64, owner string) error {
	return tx.ExecOne(ctx, `UPDATE assessment_test SET owner = $2 WHERE number = $1`, test, nullable(owner))
}

func updateSLA(ctx context.Context, tx *db.Tx, test int64, slug string) error {
	return tx.ExecOne(ctx, `UPDATE assessment_test SET sla = $2 WHERE number = $1`, test, nullable(slug))
}

// selectTestsWith answers the names of the tests that go by an SLA.
func selectTestsWith(ctx context.Context, tx *db.Tx, workspace int64, slug string) (names []string, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var name string
		err := row.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT t.slug FROM assessment_test t WHERE t.workspace = $1 AND t.sla = $2 ORDER BY t.id`, workspace, slug)
	return names, err
}

// selectSubscribers answers kind and id of the subscribers of tests.
func selectSubscribers(ctx context.Context, tx *db.Tx, workspace int64, tests []int64) (map[int64][]Subscriber, error) {
	list := map[int64][]Subscriber{}
	args := []any{workspace}
	for _, test := range tests {
		args = append(args, test)
	}
	err := tx.Each(ctx, func(row db.Row) error {
		var test int64
		var s Subscriber
		err := row.Scan(&test, &s.Kind, &s.ID)
		list[test] = append(list[test], s)
		return err
	}, `SELECT test, kind, id FROM assessment_subscriber
		WHERE workspace = $1 AND test IN (`+db.Parameters(2, len(tests))+`) ORDER BY test, created_at, id`, args...)
	return list, err
}

func insertSubscriber(ctx context.Context, tx *db.Tx, workspace, test int64, s Subscriber, now int64) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_subscriber (workspace, test, kind, id, created_at) VALUES ($1, $2, $3, $4, $5)`,
		workspace, test, s.Kind, s.ID, now)
}

func deleteSubscriber(ctx context.Context, tx *db.Tx, test int64, s Subscriber) error {
	return tx.ExecOne(ctx, `DELETE FROM assessment_subscriber WHERE test = $1 AND kind = $2 AND id = $3`, test, s.Kind, s.ID)
}

// versionRow is what a version has beside what its test says.
type versionRow struct {
	actor     string // JSON
	createdAt int64
	document  string
	reason    string
	version   int64
}

func actorText(actor caller.Caller) (string, error) {
	text, err := json.Marshal(map[string]string{"kind": string(actor.Kind), "id": actor.ID, "name": actor.Name})
	if err != nil {
		return "", fmt.Errorf("encode actor: %w", err)
	}
	return string(text), nil
}

func insertVersion(ctx context.Context, tx *db.Tx, c caller.Caller, t Test, v versionRow) error {
	actor, err := actorText(c)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_version (test, version, workspace, document, actor, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.Number, t.Version, t.Definition.Workspace.Number, v.document, actor, v.reason, v.createdAt)
}

func selectVersions(ctx context.Context, tx *db.Tx, test, after int64, limit int) (list []versionRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var v versionRow
		err := row.Scan(&v.version, &v.document, &v.actor, &v.reason, &v.createdAt)
		list = append(list, v)
		return err
	}, `SELECT version, document, actor, reason, created_at FROM assessment_version
		WHERE test = $1 AND version > $2 ORDER BY version LIMIT $3`, test, after, int64(limit))
	return list, err
}

func selectDocument(ctx context.Context, tx *db.Tx, test, version int64) (Document, error) {
	var text []byte
	if err := tx.QueryRow(ctx, `
		SELECT document FROM assessment_version WHERE test = $1 AND version = $2`, test, version).Scan(&text); err != nil {
		return Document{}, err
	}
	return parseDocument(text)
}

// updateVersion moves a test to its next version; db.ErrNoRow when another came
// first.
func updateVersion(ctx context.Context, tx *db.Tx, t Test, before int64) error {
	return tx.ExecOne(ctx, `
		UPDATE assessment_test SET version = $3 WHERE number = $1 AND version = $2`, t.Number, before, t.Version)
}

func updateCategory(ctx context.Context, tx *db.Tx, test int64, category string) error {
	return tx.ExecOne(ctx, `UPDATE assessment_test SET category = $2 WHERE number = $1`, test, category)
}

func updateState(ctx context.Context, tx *db.Tx, test int64, to State, p Pause, now int64) error {
	return tx.ExecOne(ctx, `
		UPDATE assessment_test SET state = $2, deactivated_reason = $3, deactivated_until = $4, state_at = $5
		WHERE number = $1`, test, string(to), p.Reason, p.Until, now)
}

// selectReturning answers the tests whose time to be active again came.
func selectReturning(ctx context.Context, tx *db.Tx, now int64) (list []Test, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		t, err := scanTest(row)
		list = append(list, t)
		return err
	}, testFields+` WHERE t.state = 'deactivated' AND t.deactivated_until <= $1 ORDER BY t.number`, now)
	return list, err
}

// dueDefinition is a definition with dates that came; until is the highest
// number at which one of them still counts.
type dueDefinition struct {
	definition resource.Number
	until      int64
}

func selectDue(ctx context.Context, tx *db.Tx, now int64) (list []dueDefinition, err error) {
	scan := func(row db.Row) error {
		var d dueDefinition
		err := row.Scan(&d.definition, &d.until)
		list = append(list, d)
		return err
	}
	if err := tx.Each(ctx, scan, `
		SELECT r.definition, MAX(COALESCE(r.to_sync, $2)) FROM assessment_recheck r
		JOIN assessment_test t ON t.number = r.test AND t.state = 'active'
		WHERE r.at <= $1 GROUP BY r.definition ORDER BY r.definition`, now, never); err != nil {
		return nil, err
	}
	return list, tx.Each(ctx, scan, `
		SELECT x.definition, CAST($2 AS BIGINT) FROM assessment_exception x
		JOIN assessment_test t ON t.number = x.test AND t.state = 'active'
		WHERE x.state = 'approved' AND x.until <= $1 GROUP BY x.definition ORDER BY x.definition`, now, never)
}

// closedRecheck is a recheck that no number needs any more.
type closedRecheck struct {
	item int64
	test int64
}

// selectClosedDefinitions answers the definitions that have closed rechecks.
func selectClosedDefinitions(ctx context.Context, tx *db.Tx) (list []resource.Number, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number int64
		err := row.Scan(&number)
		list = append(list, resource.Number(number))
		return err
	}, `SELECT DISTINCT definition FROM assessment_recheck WHERE to_sync IS NOT NULL ORDER BY definition`)
	return list, err
}

func selectClosedRechecks(ctx context.Context, tx *db.Tx, d resource.Number, head int64, after closedRecheck, limit int) (list []closedRecheck, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var r closedRecheck
		err := row.Scan(&r.test, &r.item)
		list = append(list, r)
		return err
	}, `SELECT test, item FROM assessment_recheck
		WHERE definition = $1 AND to_sync <= $2 AND (test > $3 OR test = $3 AND item > $4)
		GROUP BY test, item ORDER BY test, item LIMIT $5`, int64(d), head, after.test, after.item, int64(limit))
	return list, err
}

func deleteClosedRechecks(ctx context.Context, tx *db.Tx, d resource.Number, head, test int64, items []int64) error {
	return tx.ExecIn(ctx, `
		DELETE FROM assessment_recheck WHERE definition = $1 AND to_sync <= $2 AND test = $3 AND item IN (`,
		[]any{int64(d), head, test}, items)
}

// selectStandings answers the tests of a workspace without their documents.
func selectStandings(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []Test, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var t Test
		err := row.Scan(&t.Number, &t.ID, &t.Slug, &t.Definition.Number, &t.Version, &t.State, &t.window, &t.Counts[Passing], &t.Counts[Failing],
			&t.Counts[InProgress], &t.Counts[Deactivated], &t.Counts[OutOfScope], &t.verdicts, &t.SoonestDue, &t.CreatedAt, &t.FlippedAt)
		list = append(list, t)
		return err
	}, `SELECT t.number, t.id, t.slug, t.definition, t.version, t.state, COALESCE(w.version, 0), COALESCE(y.passing, 0), COALESCE(y.failing, 0),
			COALESCE(y.in_progress, 0), COALESCE(y.deactivated, 0), COALESCE(y.out_of_scope, 0), COALESCE(y.status, ''), y.soonest_due,
			t.created_at, y.flipped_at
		FROM assessment_test t
		LEFT JOIN assessment_window w ON w.test = t.number AND w.to_sync IS NULL
		LEFT JOIN assessment_tally y ON y.test = t.number
		WHERE t.workspace = $1 AND t.scope IS NULL ORDER BY t.number`, w.Number)
	return list, err
}

// selectGists reads what standings need of the newest versions of a workspace.
func selectGists(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[[2]int64]gist, error) {
	all := map[[2]int64]gist{}
	err := tx.Each(ctx, func(row db.Row) error {
		var test, version int64
		var text []byte
		if err := row.Scan(&test, &version, &text); err != nil {
			return err
		}
		d, err := parseDocument(text)
		all[[2]int64{test, version}] = gist{d.BuiltIn != "", d.Freshness, d.Name, reduce{d.OnEmpty, d.Reducer}}
		return err
	}, `SELECT t.number, t.version, v.document
		FROM assessment_test t JOIN assessment_version v ON v.test = t.number AND v.version = t.version
		WHERE t.workspace = $1 AND t.scope IS NULL`, w.Number)
	return all, err
}

// selectTestsByNumber answers those of the workspace, oldest first.
func selectTestsByNumber(ctx context.Context, tx *db.Tx, w caller.Workspace, numbers []int64) (list []Test, err error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	args := []any{w.Number}
	for _, number := range numbers {
		args = append(args, number)
	}
	err = tx.Each(ctx, func(row db.Row) error {
		t, err := scanTest(row)
		list = append(list, t)
		return err
	}, testFields+` WHERE t.workspace = $1 AND t.number IN (`+db.Parameters(2, len(numbers))+`) ORDER BY t.id`, args...)
	return list, err
}

// selectJudging answers the tests of a definition whose verdicts hold.
func selectJudging(ctx context.Context, tx *db.Tx, d resource.Number) (list []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number int64
		err := row.Scan(&number)
		list = append(list, number)
		return err
	}, `SELECT t.number FROM assessment_test t JOIN assessment_window w ON w.test = t.number AND w.to_sync IS NULL
		WHERE t.definition = $1 AND t.state = 'active' AND t.scope IS NULL ORDER BY t.number`, int64(d))
	return list, err
}

func isAbsent(err error) bool { return errors.Is(err, db.ErrNoRow) }
