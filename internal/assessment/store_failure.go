// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// Failures with their deadlines, open and ended.

// itemList writes the items of a list as parameters from $3 on.
func itemList(first, second any, items []resource.Item) (args []any, list string) {
	args = []any{first, second}
	for _, item := range items {
		args = append(args, int64(item))
	}
	return args, db.Parameters(3, len(items))
}

func selectOpenFailures(ctx context.Context, tx *db.Tx, d resource.Number, number int64, items []resource.Item) (map[resource.Item][]Failure, error) {
	found := map[resource.Item][]Failure{}
	if len(items) == 0 {
		return found, nil
	}
	args, list := itemList(int64(d), number, items)
	err := tx.Each(ctx, func(row db.Row) error {
		f := Failure{Definition: d}
		err := row.Scan(&f.Item, &f.Test.Number, &f.Test.ID, &f.Test.Slug, &f.SLA, &f.Detected, &f.Due)
		found[f.Item] = append(found[f.Item], f)
		return err
	}, `SELECT o.item, t.number, t.id, t.slug, COALESCE(t.sla, ''), COALESCE(o.since, 0), o.due
		FROM assessment_test t
		JOIN assessment_window w ON w.test = t.number AND w.to_sync IS NULL
		JOIN assessment_outcome o ON o.definition = t.definition AND o.test = t.number AND o.outcome = 2
			AND o.from_sync <= $2 AND (o.to_sync IS NULL OR o.to_sync > $2)
		WHERE t.definition = $1 AND t.state = 'active' AND o.item IN (`+list+`) 
		ORDER BY o.item, CASE WHEN o.due IS NULL THEN 1 ELSE 0 END, o.due, t.number`, args...)
	return found, err
}

func selectEndedFailures(ctx context.Context, tx *db.Tx, d resource.Number, number int64, items []resource.Item) (map[resource.Item][]Failure, error) {
	found := map[resource.Item][]Failure{}
	if len(items) == 0 {
		return found, nil
	}
	args, list := itemList(int64(d), number, items)
	err := tx.Each(ctx, func(row db.Row) error {
		f := Failure{Definition: d}
		err := row.Scan(&f.Item, &f.Test.Number, &f.Test.ID, &f.Test.Slug, &f.SLA, &f.Detected, &f.Due, &f.EndedAt, &f.Ended, &f.Result, &f.number)
		found[f.Item] = append(found[f.Item], f)
		return err
	}, `SELECT r.item, t.number, t.id, t.slug, r.sla, r.since, r.due, r.ended_at, r.ended, r.result, r.number
		FROM assessment_test t
		JOIN assessment_remediation r ON r.definition = t.definition AND r.test = t.number AND r.number <= $2
		WHERE t.definition = $1 AND r.item IN (`+list+`) ORDER BY r.item, r.number, t.number`, args...)
	return found, err
}

// The parts of a statement over open failures by due time. The bounds of the
// index stand by themselves, so that both engines begin at them.
const (
	dueFields = `SELECT o.definition, o.test, o.item, COALESCE(o.since, 0), o.due `
	dueJoins  = `
		JOIN assessment_test t ON t.number = o.test AND t.state = 'active'
		JOIN assessment_window w ON w.test = o.test AND w.to_sync IS NULL `
	dueSpan = ` AND o.outcome = 2 AND o.due IS NOT NULL AND o.due >= $2 AND o.due <= $3
		AND (o.due > $2 OR o.test > $4 OR o.test = $4 AND o.item > $5)
		AND (CAST($6 AS BIGINT) = 0 OR o.test = $6) AND ($7 = '' OR t.owner = $7)
		ORDER BY o.due, o.test, o.item LIMIT $8`
)

// dueArgs are those of dueSpan.
func (q FailureQuery) dueArgs(workspace int64) []any {
	after := FailurePlace{At: q.since, Test: -1}
	if q.After != nil {
		after = *q.After
	}
	return []any{workspace, after.At, q.until, after.Test, after.Item, q.test, q.Owner, int64(q.Limit + 1)}
}

func selectByDue(ctx context.Context, tx *db.Tx, query string, args []any) (list []Failure, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var f Failure
		err := row.Scan(&f.Definition, &f.Test.Number, &f.Item, &f.Detected, &f.Due)
		list = append(list, f)
		return err
	}, query, args...)
	return list, err
}

// selectDueOpen answers failures whose rows are open.
func selectDueOpen(ctx context.Context, tx *db.Tx, workspace int64, q FailureQuery) ([]Failure, error) {
	where := `WHERE o.workspace = $1 AND o.to_sync IS NULL AND o.from_sync <= h.head `
	if q.test != 0 { // by the index of the test
		where += `AND o.test = $6 `
	}
	return selectByDue(ctx, tx, dueFields+`FROM assessment_outcome o
		JOIN resource_head h ON h.definition = o.definition`+dueJoins+where+dueSpan, q.dueArgs(workspace))
}

// selectDueClosed answers those whose rows were closed ahead.
func selectDueClosed(ctx context.Context, tx *db.Tx, workspace int64, q FailureQuery) ([]Failure, error) {
	return selectByDue(ctx, tx, dueFields+`FROM resource_head h
		JOIN assessment_outcome o ON o.definition = h.definition AND o.to_sync = h.head + 1`+dueJoins+`
		WHERE h.workspace = $1 AND h.ahead <> ''`+dueSpan, q.dueArgs(workspace))
}

// selectEnded answers failures that ended in one way, the newest first.
func selectEnded(ctx context.Context, tx *db.Tx, workspace int64, result string, q FailureQuery) (list []Failure, err error) {
	after := FailurePlace{At: q.until, Test: never}
	if q.After != nil {
		after = *q.After
	}
	which := ``
	if q.test != 0 {
		which = `AND r.test = $8 `
	}
	err = tx.Each(ctx, func(row db.Row) error {
		f := Failure{Result: result}
		err := row.Scan(&f.Definition, &f.Test.Number, &f.Item, &f.number, &f.Detected, &f.Due, &f.EndedAt, &f.Ended, &f.SLA)
		list = append(list, f)
		return err
	}, `SELECT r.definition, r.test, r.item, r.number, r.since, r.due, r.ended_at, r.ended, r.sla
		FROM assessment_remediation r
		JOIN resource_head h ON h.definition = r.definition
		JOIN assessment_test t ON t.number = r.test
		WHERE r.workspace = $1 AND r.result = $2 AND r.ended_at <= $3 AND r.number <= h.head `+which+`
			AND (r.ended_at < $3 OR r.test < $4 OR r.test = $4 AND (r.item < $5 OR r.item = $5 AND r.number < $6))
			AND ($7 = '' OR t.owner = $7) AND (CAST($8 AS BIGINT) = 0 OR r.test = $8)
		ORDER BY r.ended_at DESC, r.test DESC, r.item DESC, r.number DESC LIMIT $9`,
		workspace, result, after.At, after.Test, after.Item, after.Number, q.Owner, q.test, int64(q.Limit+1))
	return list, err
}

// selectFailure answers the failure that a reference means: the open one, or the
// last that ended; db.ErrNoRow when there is none with a deadline.
func selectFailure(ctx context.Context, tx *db.Tx, workspace int64, ref failureRef) (Failure, error) {
	f := Failure{Item: ref.item}
	first, last := ref.second*1000, ref.second*1000+999
	err := tx.QueryRow(ctx, `
		SELECT o.definition, o.test, o.since, o.due FROM assessment_test t
		JOIN assessment_window w ON w.test = t.number AND w.to_sync IS NULL
		JOIN resource_head h ON h.definition = t.definition
		JOIN assessment_outcome o ON o.definition = t.definition AND o.test = t.number AND o.item = $3 AND o.outcome = 2
			AND o.from_sync <= h.head AND (o.to_sync IS NULL OR o.to_sync > h.head)
		WHERE t.workspace = $1 AND t.number = $2 AND t.state = 'active' AND o.due IS NOT NULL AND o.since >= $4 AND o.since <= $5`,
		workspace, ref.test, int64(ref.item), first, last).Scan(&f.Definition, &f.Test.Number, &f.Detected, &f.Due)
	if !errors.Is(err, db.ErrNoRow) {
		return f, err
	}
	err = tx.QueryRow(ctx, `
		SELECT r.definition, r.test, r.number, r.since, r.due, r.ended_at, r.ended, r.result, r.sla FROM assessment_test t
		JOIN resource_head h ON h.definition = t.definition
		JOIN assessment_remediation r ON r.definition = t.definition AND r.test = t.number AND r.item = $3 AND r.number <= h.head
		WHERE t.workspace = $1 AND t.number = $2 AND r.since >= $4 AND r.since <= $5 ORDER BY r.number DESC LIMIT 1`,
		workspace, ref.test, int64(ref.item), first, last).
		Scan(&f.Definition, &f.Test.Number, &f.number, &f.Detected, &f.Due, &f.EndedAt, &f.Ended, &f.Result, &f.SLA)
	return f, err
}

// namedTest is what a list of failures says of a test.
type namedTest struct {
	TestRef
	sla string
}

func selectTestNames(ctx context.Context, tx *db.Tx, workspace int64, numbers []int64) (map[int64]namedTest, error) {
	known := map[int64]namedTest{}
	if len(numbers) == 0 {
		return known, nil
	}
	args := []any{workspace}
	for _, number := range numbers {
		args = append(args, number)
	}
	err := tx.Each(ctx, func(row db.Row) error {
		var t namedTest
		var text []byte
		if err := row.Scan(&t.Number, &t.ID, &t.Slug, &t.sla, &text); err != nil {
			return err
		}
		d, err := parseDocument(text)
		t.Name, t.PublicID = d.Name, publicID(d.BuiltIn != "", &Test{ID: t.ID, Slug: t.Slug})
		known[t.Number] = t
		return err
	}, `SELECT t.number, t.id, t.slug, COALESCE(t.sla, ''), v.document
		FROM assessment_test t JOIN assessment_version v ON v.test = t.number AND v.version = t.version
		WHERE t.workspace = $1 AND t.number IN (`+db.Parameters(2, len(numbers))+`)`, args...)
	return known, err
}

// missKey names a failure within its definition.
type missKey struct{ item, since, test int64 }

// selectMisses answers what was said of failures of a definition.
func selectMisses(ctx context.Context, tx *db.Tx, d resource.Number, list []Failure) (map[missKey]*Miss, error) {
	args, said := []any{int64(d)}, map[missKey]*Miss{}
	for _, f := range list {
		if f.Definition == d {
			args = append(args, f.Test.Number, int64(f.Item), f.Detected)
		}
	}
	var any strings.Builder
	for i := 2; i < len(args); i += 3 {
		if i > 2 {
			any.WriteString(" OR ")
		}
		fmt.Fprintf(&any, "test = $%d AND item = $%d AND since = $%d", i, i+1, i+2)
	}
	err := tx.Each(ctx, func(row db.Row) error {
		var k missKey
		var m Miss
		var by string
		if err := row.Scan(&k.test, &k.item, &k.since, &m.Comment, &by, &m.At); err != nil {
			return err
		}
		said[k] = &m
		return json.Unmarshal([]byte(by), &m.By)
	}, `SELECT test, item, since, comment, actor, created_at FROM assessment_miss WHERE definition = $1 AND (`+any.String()+`)`, args...)
	return said, err
}

func putMiss(ctx context.Context, tx *db.Tx, c caller.Caller, f Failure) error {
	by, err := actorText(c)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_miss (definition, test, item, since, workspace, comment, actor, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (definition, test, item, since) DO UPDATE SET comment = excluded.comment, actor = excluded.actor,
			created_at = excluded.created_at`,
		int64(f.Definition), f.Test.Number, int64(f.Item), f.Detected, c.Workspace.Number, f.Miss.Comment, by, f.Miss.At)
}
