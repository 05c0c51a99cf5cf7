// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Outcomes as lists show them, and exceptions.

// standing is the outcome of an item and the number it came with.
type standing struct {
	clock   clock // zero where none runs
	from    int64
	item    resource.Item
	outcome Outcome
}

// outcomeAt is the condition for a row that counts at number $3.
const outcomeAt = `definition = $1 AND test = $2 AND from_sync <= $3 AND (to_sync IS NULL OR to_sync > $3)`

// selectOutcomes answers up to limit items of one outcome after an item.
func selectOutcomes(ctx context.Context, tx *db.Tx, at place, outcome Outcome, limit int) (list []standing, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		s := standing{outcome: outcome}
		err := row.Scan(&s.item, &s.from, &s.clock.since, &s.clock.due)
		list = append(list, s)
		return err
	}, `SELECT item, from_sync, COALESCE(since, 0), due FROM assessment_outcome
		WHERE `+outcomeAt+` AND item > $4 AND outcome = $5 ORDER BY item LIMIT $6`,
		int64(at.definition), at.test, at.number, int64(at.after), int64(outcome), int64(limit))
	return list, err
}

// selectOutcomeItems answers the items in (after, last] that do not pass.
func selectOutcomeItems(ctx context.Context, tx *db.Tx, at place, last resource.Item) (items []resource.Item, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var item int64
		err := row.Scan(&item)
		items = append(items, resource.Item(item))
		return err
	}, `SELECT item FROM assessment_outcome WHERE `+outcomeAt+` AND item > $4 AND item <= $5 ORDER BY item`,
		int64(at.definition), at.test, at.number, int64(at.after), int64(last))
	return items, err
}

// selectStanding answers the outcome of one item; passing when it has no row.
func selectStanding(ctx context.Context, tx *db.Tx, at place, item resource.Item) (standing, error) {
	s := standing{item: item}
	err := tx.QueryRow(ctx, `SELECT outcome, from_sync, COALESCE(since, 0), due FROM assessment_outcome WHERE `+outcomeAt+` AND item = $4`,
		int64(at.definition), at.test, at.number, int64(item)).Scan(&s.outcome, &s.from, &s.clock.since, &s.clock.due)
	if errors.Is(err, db.ErrNoRow) {
		return standing{item: item, outcome: Passing}, nil
	}
	return s, err
}

// selectExceptionsOf answers the exceptions of items that were not ended.
func selectExceptionsOf(ctx context.Context, tx *db.Tx, test int64, items []resource.Item) (list []exception, err error) {
	if len(items) == 0 {
		return nil, nil
	}
	args := []any{test}
	for _, item := range items {
		args = append(args, int64(item))
	}
	err = tx.Each(ctx, func(row db.Row) error {
		var x exception
		err := row.Scan(&x.id, &x.item, &x.entity, &x.name, &x.reason, &x.until, &x.createdAt)
		x.test.number = test
		list = append(list, x)
		return err
	}, `SELECT id, item, entity, name, reason, until, created_at FROM assessment_exception
		WHERE test = $1 AND ended_at IS NULL AND item IN (`+db.Parameters(2, len(items))+`) ORDER BY id`, args...)
	return list, err
}

func insertException(ctx context.Context, tx *db.Tx, actor caller.Caller, x exception) error {
	text, err := actorText(actor)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_exception (id, workspace, definition, test, item, entity, name, reason, until, actor, created_at,
			ended_at, ended_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, '')`,
		x.id, actor.Workspace.Number, int64(x.definition), x.test.number, int64(x.item), x.entity, x.name, x.reason, x.until, text, x.createdAt)
}
