// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// selectDueWorkspaces answers the workspaces that have a failure with a deadline.
func selectDueWorkspaces(ctx context.Context, tx *db.Tx) (map[int64]caller.Workspace, error) {
	spaces := map[int64]caller.Workspace{}
	err := tx.Each(ctx, func(row db.Row) error {
		var w caller.Workspace
		err := row.Scan(&w.Number, &w.ID, &w.Name)
		spaces[w.Number] = w
		return err
	}, `SELECT w.number, w.id, w.name FROM workspace w WHERE EXISTS (
			SELECT 1 FROM assessment_outcome o WHERE o.workspace = w.number AND o.outcome = 2 AND o.to_sync IS NULL AND o.due IS NOT NULL)`)
	return spaces, err
}

// selectUntold answers failures of which the trail has not said that they are due, those
// of one test together. One that is overdue is not told of as due soon any more.
func selectUntold(ctx context.Context, tx *db.Tx, u untold, limit int) (list []dueFailure, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var d dueFailure
		var definition int64
		err := row.Scan(&definition, &d.test, &d.item, &d.since)
		d.definition = resource.Number(definition)
		list = append(list, d)
		return err
	}, `SELECT o.definition, o.test, o.item, COALESCE(o.since, 0) FROM assessment_outcome o
		JOIN resource_head h ON h.definition = o.definition
		JOIN assessment_test t ON t.number = o.test
		WHERE o.workspace = $1 AND o.outcome = 2 AND o.to_sync IS NULL AND o.due IS NOT NULL AND o.due < $2 AND o.from_sync <= h.head
			AND t.state = 'active' AND t.scope IS NULL AND NOT EXISTS (
				SELECT 1 FROM assessment_told d WHERE d.test = o.test AND d.item = o.item AND d.since = COALESCE(o.since, 0) AND d.kind >= $3)
		ORDER BY o.test, o.item LIMIT $4`, u.workspace, u.before, int64(u.kind), int64(limit))
	return list, err
}

func insertTold(ctx context.Context, tx *db.Tx, w caller.Workspace, kind reminder, list []dueFailure) error {
	values := make([]any, 0, 5*len(list))
	for _, d := range list {
		values = append(values, w.Number, d.test, int64(d.item), d.since, int64(kind))
	}
	return tx.InsertMany(ctx, "assessment_told", []string{"workspace", "test", "item", "since", "kind"}, values)
}

// selectPushedWorkspaces answers the workspaces with a definition that was pushed.
func selectPushedWorkspaces(ctx context.Context, tx *db.Tx) (list []caller.Workspace, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var w caller.Workspace
		err := row.Scan(&w.Number, &w.ID, &w.Name)
		list = append(list, w)
		return err
	}, `SELECT w.number, w.id, w.name FROM workspace w
		WHERE EXISTS (SELECT 1 FROM resource_head h WHERE h.workspace = w.number AND h.last_push_at > 0) ORDER BY w.number`)
	return list, err
}

// selectSources answers the definitions of a workspace that were pushed.
func selectSources(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []sourceState, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var s sourceState
		var definition int64
		err := row.Scan(&definition, &s.lastPush, &s.known, &s.stale)
		s.definition = resource.Number(definition)
		list = append(list, s)
		return err
	}, `SELECT h.definition, h.last_push_at, s.definition IS NOT NULL, COALESCE(s.stale, FALSE) FROM resource_head h
		LEFT JOIN assessment_source s ON s.definition = h.definition
		WHERE h.workspace = $1 AND h.last_push_at > 0 ORDER BY h.definition`, w.Number)
	return list, err
}

// putSource notes how a source stands, unless another process was faster.
func putSource(ctx context.Context, tx *db.Tx, w caller.Workspace, s sourceState, now int64) error {
	if !s.known {
		_, err := tx.Exec(ctx, `
			INSERT INTO assessment_source (definition, workspace, stale, told_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (definition) DO NOTHING`, int64(s.definition), w.Number, s.stale, now)
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE assessment_source SET stale = $2, told_at = $3 WHERE definition = $1 AND stale = $4`, int64(s.definition), s.stale, now, s.was)
}
