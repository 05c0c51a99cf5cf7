// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

func selectNumberOf(ctx context.Context, tx *db.Tx, definition resource.Number, id string) (number int64, err error) {
	err = tx.QueryRow(ctx, `SELECT number FROM assessment_test WHERE definition = $1 AND id = $2`, int64(definition), id).Scan(&number)
	return number, err
}

// selectTurned answers items of which a number opened or closed rows. It reads along the
// rows of the test: no index serves it, since every push would pay for one.
func selectTurned(ctx context.Context, tx *db.Tx, test int64, at ChangesAt) (list []turned, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var item, outcome, from int64
		if err := row.Scan(&item, &outcome, &from); err != nil {
			return err
		}
		if n := len(list); n == 0 || list[n-1].item != resource.Item(item) {
			list = append(list, turned{item: resource.Item(item)})
		}
		last := &list[len(list)-1]
		if from == at.Number {
			last.is = Outcome(outcome)
		} else {
			last.was = Outcome(outcome)
		}
		return nil
	}, `SELECT item, outcome, from_sync FROM assessment_outcome
		WHERE definition = $1 AND test = $2 AND item > $3 AND (from_sync = $4 OR to_sync = $4) ORDER BY item, from_sync LIMIT $5`,
		int64(at.Definition), test, int64(at.After), at.Number, int64(2*at.Limit+1))
	return list[:min(len(list), at.Limit)], err
}
