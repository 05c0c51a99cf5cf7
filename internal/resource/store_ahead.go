// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// What is written beyond the head, and how it is taken back.

var (
	itemColumns      = []string{"definition", "item", "workspace", "source", "unique_id", "created_at"}
	markColumns      = []string{"definition", "item", "from_sync", "kind", "to_sync", "workspace"}
	recordColumns    = []string{"definition", "item", "from_sync", "to_sync", "workspace", "digest", "sent", "document"}
	rejectionColumns = []string{"sync", "position", "workspace", "definition", "body"}
)

func inItems(ctx context.Context, tx *db.Tx, statement string, fixed []any, items []Item) error {
	return tx.ExecIn(ctx, statement, fixed, integers(items))
}

func integers(items []Item) []int64 {
	list := make([]int64, len(items))
	for i, item := range items {
		list[i] = int64(item)
	}
	return list
}

func closeRecords(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) error {
	return inItems(ctx, tx, `
		UPDATE resource_record SET to_sync = $2 WHERE definition = $1 AND to_sync IS NULL AND from_sync < $2 AND item IN (`,
		[]any{int64(definition), number}, items)
}

func closeMarks(ctx context.Context, tx *db.Tx, definition Number, number int64, marks []mark) error {
	for _, m := range marks {
		if _, err := tx.Exec(ctx, `
			UPDATE resource_mark SET to_sync = $2 WHERE definition = $1 AND to_sync IS NULL AND item = $3 AND kind = $4`,
			int64(definition), number, int64(m.item), m.kind); err != nil {
			return err
		}
	}
	return nil
}

func insertMarks(ctx context.Context, tx *db.Tx, d Definition, number int64, marks []mark) error {
	var values []any
	for _, m := range marks {
		values = append(values, int64(d.Number), int64(m.item), number, m.kind, nil, d.Workspace.Number)
	}
	return tx.InsertMany(ctx, "resource_mark", markColumns, values)
}

func insertRejections(ctx context.Context, tx *db.Tx, d Definition, sync string, rejections []Rejection) error {
	values := make([]any, 0, len(rejections)*len(rejectionColumns))
	for _, r := range rejections {
		body, err := json.Marshal(r)
		if err != nil {
			return err
		}
		values = append(values, sync, int64(r.Index), d.Workspace.Number, int64(d.Number), string(body))
	}
	return tx.InsertMany(ctx, "resource_rejection", rejectionColumns, values)
}

func deleteRejections(ctx context.Context, tx *db.Tx, sync string, indexes []int64) error {
	return tx.ExecIn(ctx, `DELETE FROM resource_rejection WHERE sync = $1 AND position IN (`, []any{sync}, indexes)
}

// undoItems takes back what this number wrote of items; those beyond highest
// are new and go altogether.
func undoItems(ctx context.Context, tx *db.Tx, definition Number, number, highest int64, items []Item) error {
	fixed := []any{int64(definition), number}
	for _, statement := range []string{
		`DELETE FROM resource_record WHERE definition = $1 AND from_sync = $2 AND item IN (`,
		`UPDATE resource_record SET to_sync = NULL WHERE definition = $1 AND to_sync = $2 AND item IN (`,
		`UPDATE resource_mark SET to_sync = NULL WHERE definition = $1 AND to_sync = $2 AND item IN (`,
	} {
		if err := inItems(ctx, tx, statement, fixed, items); err != nil {
			return err
		}
	}
	return inItems(ctx, tx, `DELETE FROM resource_item WHERE definition = $1 AND item > $2 AND item IN (`,
		[]any{int64(definition), highest}, items)
}

// clearItems removes everything beyond head of the items in (low, high].
func clearItems(ctx context.Context, tx *db.Tx, definition Number, head, low, high int64) error {
	for _, statement := range []string{
		`DELETE FROM resource_record WHERE definition = $1 AND from_sync > $2 AND item > $3 AND item <= $4`,
		// An expression: the index over to_sync would walk through all that is ahead at each step.
		`UPDATE resource_record SET to_sync = NULL WHERE definition = $1 AND to_sync + 0 > $2 AND item > $3 AND item <= $4`,
		`DELETE FROM resource_mark WHERE definition = $1 AND from_sync > $2 AND item > $3 AND item <= $4`,
		`UPDATE resource_mark SET to_sync = NULL WHERE definition = $1 AND to_sync > $2 AND item > $3 AND item <= $4`,
	} {
		if _, err := tx.Exec(ctx, statement, int64(definition), head, low, high); err != nil {
			return err
		}
	}
	return nil
}

func deleteNewItems(ctx context.Context, tx *db.Tx, definition Number, highest, low, high int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM resource_item WHERE definition = $1 AND item > $2 AND item > $3 AND item <= $4`, int64(definition), highest, low, high)
	return err
}

// deleteAbandonedRejections removes those of a push that left no row of its own.
func deleteAbandonedRejections(ctx context.Context, tx *db.Tx, definition Number, sync string) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM resource_rejection WHERE definition = $1 AND sync = $2
			AND NOT EXISTS (SELECT 1 FROM resource_sync WHERE id = $2)`, int64(definition), sync)
	return err
}

func selectHighestItem(ctx context.Context, tx *db.Tx, definition Number) (highest int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COALESCE(MAX(item), 0) FROM resource_item WHERE definition = $1`, int64(definition)).Scan(&highest)
	return highest, err
}

// selectDeltaRows answers how the records of some uniqueIds stand at a head;
// those that never came are not among them.
func selectDeltaRows(ctx context.Context, tx *db.Tx, definition Number, head int64, uniques []string) (map[string]deltaRow, error) {
	rows := map[string]deltaRow{}
	args := []any{int64(definition), head}
	list := listOf(uniques, &args)
	var digest []byte
	err := tx.Each(ctx, func(row db.Row) error {
		r := deltaRow{old: true}
		if err := row.Scan(&r.item, &r.unique, &digest); err != nil {
			return err
		}
		r.known = copy(r.digest[:], digest) > 0
		rows[r.unique] = r
		return nil
	}, `SELECT i.item, i.unique_id, r.digest FROM resource_item i
		LEFT JOIN resource_record r ON r.definition = i.definition AND r.item = i.item
			AND r.from_sync <= $2 AND (r.to_sync IS NULL OR r.to_sync > $2)
		WHERE i.definition = $1 AND i.source = '' AND i.unique_id IN (`+list+`)`, args...)
	return rows, err
}
