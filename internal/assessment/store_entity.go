// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"

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
	}, `SELECT o.item, o.from_sync, COALESCE(o.since, 0), o.due FROM assessment_outcome o
		WHERE `+outcomeAt+` AND o.item > $4 AND o.outcome = $5 AND (CAST($7 AS BIGINT) = 0 OR NOT EXISTS (
			SELECT 1 FROM assessment_outcome f WHERE f.definition = $1 AND f.test = $7 AND f.item = o.item AND f.outcome = 5
				AND f.from_sync <= $3 AND (f.to_sync IS NULL OR f.to_sync > $3)))
		ORDER BY o.item LIMIT $6`,
		int64(at.definition), at.test, at.number, int64(at.after), int64(outcome), int64(limit), at.filter)
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
