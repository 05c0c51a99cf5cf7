// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"database/sql"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// What tests have said of one record. What ends beyond the head has not ended yet.

func endAt(to sql.NullInt64, head int64) int64 {
	if to.Int64 > head {
		return 0
	}
	return to.Int64
}

// selectPresence answers when a record was there, versions that follow on one another
// as one.
func selectPresence(ctx context.Context, tx *db.Tx, d resource.Number, item resource.Item, head int64) (list []interval, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var i interval
		var to sql.NullInt64
		if err := row.Scan(&i.from, &to); err != nil {
			return err
		}
		i.to = endAt(to, head)
		if n := len(list); n > 0 && list[n-1].to == i.from {
			list[n-1].to = i.to
			return nil
		}
		list = append(list, i)
		return nil
	}, `SELECT from_sync, to_sync FROM resource_record
		WHERE definition = $1 AND item = $2 AND from_sync <= $3 ORDER BY from_sync`, int64(d), int64(item), head)
	return list, err
}

func selectWindowsOn(ctx context.Context, tx *db.Tx, d resource.Number, head int64) (list []windowRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var w windowRow
		var to sql.NullInt64
		err := row.Scan(&w.test, &w.version, &w.from, &to)
		w.to = endAt(to, head)
		list = append(list, w)
		return err
	}, `SELECT w.test, w.version, w.from_sync, w.to_sync FROM assessment_test t JOIN assessment_window w ON w.test = t.number
		WHERE t.definition = $1 AND t.scope IS NULL AND w.from_sync <= $2 ORDER BY w.test, w.from_sync`, int64(d), head)
	return list, err
}

// selectOutcomesOf answers the rows of one record by test, rising.
func selectOutcomesOf(ctx context.Context, tx *db.Tx, d resource.Number, item resource.Item, head int64) (map[int64][]outcomeRow, error) {
	all := map[int64][]outcomeRow{}
	err := tx.Each(ctx, func(row db.Row) error {
		var test int64
		var o outcomeRow
		var to sql.NullInt64
		err := row.Scan(&test, &o.outcome, &o.from, &to)
		o.to = endAt(to, head)
		all[test] = append(all[test], o)
		return err
	}, `SELECT o.test, o.outcome, o.from_sync, o.to_sync FROM assessment_test t
		JOIN assessment_outcome o ON o.definition = t.definition AND o.test = t.number AND o.item = $2
		WHERE t.definition = $1 AND t.scope IS NULL AND o.from_sync <= $3 ORDER BY o.test, o.from_sync`, int64(d), int64(item), head)
	return all, err
}
