// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"database/sql"
	"slices"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// existsAt is the condition on resource_record r for a version that counts at
// number $2 of definition $1.
const existsAt = `r.definition = $1 AND r.from_sync <= $2 AND (r.to_sync IS NULL OR r.to_sync > $2)`

func selectClaimUntil(ctx context.Context, tx *db.Tx, definition Number) (until int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT claim_until FROM resource_head WHERE definition = $1 AND claim_token <> ''`, int64(definition)).Scan(&until)
	return until, err
}

func selectPopulated(ctx context.Context, tx *db.Tx) (numbers []Number, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number int64
		err := row.Scan(&number)
		numbers = append(numbers, Number(number))
		return err
	}, `SELECT h.definition FROM resource_head h WHERE h.current > 0 ORDER BY h.definition`)
	return numbers, err
}

func eachDocument(ctx context.Context, tx *db.Tx, at Stretch, fn func(Item, []byte) error) error {
	var item int64
	var document sql.RawBytes
	return tx.Each(ctx, func(row db.Row) error {
		if err := row.Scan(&item, &document); err != nil {
			return err
		}
		return fn(Item(item), document)
	}, `SELECT r.item, r.document FROM resource_record r
		WHERE `+existsAt+` AND r.item > $3 AND r.item <= $4 ORDER BY r.item LIMIT $5`,
		int64(at.Definition), at.Number, int64(at.After), int64(at.Last), int64(at.Limit))
}

func selectItemsAfter(ctx context.Context, tx *db.Tx, definition Number, number int64, after Item, limit int) (items []Item, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var item int64
		err := row.Scan(&item)
		items = append(items, Item(item))
		return err
	}, `SELECT r.item FROM resource_record r
		WHERE `+existsAt+` AND r.item > $3 ORDER BY r.item LIMIT $4`, int64(definition), number, int64(after), int64(limit))
	return items, err
}

// SQLite finds the parameters of a statement by their names, one after the
// other, so long lists cost their square: pages ask for a range where items
// stand close together and for short lists where they do not.
const (
	densest   = 4  // items of a range to one that is wanted
	listParts = 20 // items of a list
)

// padded repeats the last value up to one of a few lengths, so that few
// statements are prepared.
func padded[T any](values []T) []T {
	for _, size := range []int{1, 5, listParts} {
		if len(values) <= size {
			return append(slices.Clip(values), slices.Repeat(values[len(values)-1:], size-len(values))...)
		}
	}
	return values
}

// eachPart calls fn with the rest of a statement that finds rows r of rising
// items at a number, and its parameters. A range finds others too.
func eachPart(definition Number, number int64, items []Item, fn func(where string, args []any) error) error {
	if len(items) == 0 {
		return nil
	}
	first, last := items[0], items[len(items)-1]
	if int64(last-first) < densest*int64(len(items)) {
		return fn(existsAt+` AND r.item >= $3 AND r.item <= $4`, []any{int64(definition), number, int64(first), int64(last)})
	}
	for part := range slices.Chunk(items, listParts) {
		args := []any{int64(definition), number}
		in := listOf(padded(part), &args)
		if err := fn(existsAt+` AND r.item IN (`+in+`)`, args); err != nil {
			return err
		}
	}
	return nil
}

func selectEntities(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) (list []Entity, versions []int64, err error) {
	var e Entity
	var version int64
	var document sql.RawBytes
	err = eachPart(definition, number, items, func(where string, args []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			if err := row.Scan(&e.Item, &e.CreatedAt, &e.UniqueID, &document, &version); err != nil {
				return err
			}
			if _, wanted := slices.BinarySearch(items, e.Item); wanted {
				e.Document = slices.Clone(json.Value(document))
				list, versions = append(list, e), append(versions, version)
			}
			return nil
		}, `SELECT r.item, i.created_at, i.unique_id, r.document, r.from_sync
			FROM resource_record r JOIN resource_item i ON i.definition = r.definition AND i.item = r.item
			WHERE `+where+` ORDER BY r.item`, args...)
	})
	return list, versions, err
}

func selectMarks(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) (marks []mark, err error) {
	err = eachPart(definition, number, items, func(where string, args []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			var m mark
			err := row.Scan(&m.item, &m.kind)
			marks = append(marks, m)
			return err
		}, `SELECT r.item, r.kind FROM resource_mark r WHERE `+where, args...)
	})
	return marks, err
}

func selectCommitTimes(ctx context.Context, tx *db.Tx, definition Number, numbers []int64) (map[int64]int64, error) {
	times := map[int64]int64{}
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	for part := range slices.Chunk(numbers, listParts) {
		args := []any{int64(definition)}
		for _, number := range padded(part) {
			args = append(args, number)
		}
		if err := tx.Each(ctx, func(row db.Row) error {
			var number, at int64
			err := row.Scan(&number, &at)
			times[number] = at
			return err
		}, `SELECT number, committed_at FROM resource_sync
			WHERE definition = $1 AND number IN (`+db.Parameters(2, len(args)-1)+`)`, args...); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// identityStep is how many items one statement asks for: few enough for SQLite,
// see densest.
const identityStep = 200

func selectIdentities(ctx context.Context, tx *db.Tx, definition Number, items []Item) (map[Item]Identity, error) {
	known := make(map[Item]Identity, len(items))
	for part := range slices.Chunk(items, identityStep) {
		args := []any{int64(definition)}
		list := listOf(part, &args)
		if err := tx.Each(ctx, func(row db.Row) error {
			var item Item
			var identity Identity
			err := row.Scan(&item, &identity.CreatedAt, &identity.UniqueID)
			known[item] = identity
			return err
		}, `SELECT item, created_at, unique_id FROM resource_item WHERE definition = $1 AND item IN (`+list+`)`, args...); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// selectPresentSince looks for the newest version of each item that follows no other.
func selectPresentSince(ctx context.Context, tx *db.Tx, at Stretch, now int64, items []Item) (map[Item]int64, error) {
	since := make(map[Item]int64, len(items))
	for part := range slices.Chunk(items, identityStep) {
		args := []any{int64(at.Definition), at.Number, now}
		list := listOf(part, &args)
		if err := tx.Each(ctx, func(row db.Row) error {
			var item Item
			var ms int64
			err := row.Scan(&item, &ms)
			since[item] = ms
			return err
		}, `SELECT b.item, COALESCE(s.committed_at, CAST($3 AS BIGINT)) FROM (
				SELECT r.item AS item, MAX(r.from_sync) AS began FROM resource_record r
				WHERE r.definition = $1 AND r.from_sync <= $2 AND r.item IN (`+list+`) AND NOT EXISTS (
					SELECT 1 FROM resource_record q WHERE q.definition = r.definition AND q.item = r.item
						AND q.from_sync < r.from_sync AND q.to_sync = r.from_sync)
				GROUP BY r.item) b
			LEFT JOIN resource_sync s ON s.definition = $1 AND s.number = b.began`, args...); err != nil {
			return nil, err
		}
	}
	return since, nil
}

func selectItemCreated(ctx context.Context, tx *db.Tx, definition Number, item Item) (createdAt int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT created_at FROM resource_item WHERE definition = $1 AND item = $2`, int64(definition), int64(item)).Scan(&createdAt)
	return createdAt, err
}

// selectEntitiesNamed answers the public ids of the items of a uniqueId, by source.
func selectEntitiesNamed(ctx context.Context, tx *db.Tx, definition Number, unique string) (ids []string, err error) {
	sources, err := selectSources(ctx, tx, definition)
	for _, source := range sources {
		if err != nil {
			return nil, err
		}
		err = tx.Each(ctx, func(row db.Row) error {
			var item Item
			var createdAt int64
			err := row.Scan(&item, &createdAt)
			ids = append(ids, EntityID(definition, item, createdAt))
			return err
		}, `SELECT item, created_at FROM resource_item WHERE definition = $1 AND source = $2 AND unique_id = $3`,
			int64(definition), source.ID, unique)
	}
	return ids, err
}

// selectItemsOfSource answers those of items that a source has.
func selectItemsOfSource(ctx context.Context, tx *db.Tx, definition Number, source string, items []Item) (list []Item, err error) {
	for part := range slices.Chunk(items, identityStep) {
		args := []any{int64(definition), source}
		in := listOf(part, &args)
		some, err := selectItems(ctx, tx, `
			SELECT item FROM resource_item WHERE definition = $1 AND source = $2 AND item IN (`+in+`) ORDER BY item`, args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// selectItemsBut looks at the records last: they are the costly part.
func selectItemsBut(ctx context.Context, tx *db.Tx, at Stretch, condition string) ([]Item, error) {
	args := []any{int64(at.Definition), at.Number, int64(at.After), int64(at.Limit)}
	if condition == "" {
		condition = "FALSE"
	}
	where := `i.definition = $1 AND i.item > $3 AND NOT ` + condition
	if at.Source != nil {
		where += ` AND i.source = $5`
		args = append(args, *at.Source)
	}
	return selectItems(ctx, tx, `
		SELECT i.item FROM resource_item i WHERE `+where+`
			AND EXISTS (SELECT 1 FROM resource_record r WHERE r.item = i.item AND `+existsAt+`)
		ORDER BY i.item LIMIT $4`, args...)
}

// selectExisting may answer others too where items stand close together.
func selectExisting(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) (found []Item, err error) {
	err = eachPart(definition, number, items, func(where string, args []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			var item int64
			err := row.Scan(&item)
			found = append(found, Item(item))
			return err
		}, `SELECT r.item FROM resource_record r WHERE `+where+` ORDER BY r.item`, args...)
	})
	return found, err
}
