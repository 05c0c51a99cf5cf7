// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"database/sql"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Keys, their values, links and views. What these are is in relation.go.

// keyRow is a key of a definition.
type keyRow struct {
	definition resource.Number
	fields     string
	number     int64
	since      int64 // 0: not filled
}

func scanKey(row db.Row) (k keyRow, err error) {
	var since sql.NullInt64
	err = row.Scan(&k.number, &k.definition, &k.fields, &since)
	k.since = since.Int64
	return k, err
}

const keyFields = `SELECT k.number, k.definition, k.fields, k.since FROM assessment_key k `

func selectKeys(ctx context.Context, tx *db.Tx, definition resource.Number) (list []keyRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		k, err := scanKey(row)
		list = append(list, k)
		return err
	}, keyFields+`WHERE k.definition = $1 ORDER BY k.number`, int64(definition))
	return list, err
}

func selectKey(ctx context.Context, tx *db.Tx, definition resource.Number, fields string) (keyRow, error) {
	return scanKey(tx.QueryRow(ctx, keyFields+`WHERE k.definition = $1 AND k.fields = $2`, int64(definition), fields))
}

// selectSince answers the number from which on the values of a key are complete;
// 0 when they are not, or the key is no more.
func selectSince(ctx context.Context, tx *db.Tx, key int64) (since int64, err error) {
	k, err := scanKey(tx.QueryRow(ctx, keyFields+`WHERE k.number = $1`, key))
	if errors.Is(err, db.ErrNoRow) {
		return 0, nil
	}
	return k.since, err
}

func insertKey(ctx context.Context, tx *db.Tx, w caller.Workspace, k keyRow) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_key (number, workspace, definition, fields, since) VALUES ($1, $2, $3, $4, NULL)`,
		k.number, w.Number, int64(k.definition), k.fields)
}

// fillKey says from which number on a key is complete, unless it was given up.
func fillKey(ctx context.Context, tx *db.Tx, key, since int64) error {
	_, err := tx.Exec(ctx, `UPDATE assessment_key SET since = $2 WHERE number = $1 AND since IS NULL`, key, since)
	return err
}

// link is one way in which tests of a definition relate to another.
type link struct {
	definition, related resource.Number
	ours, theirs        int64 // numbers of keys
}

func selectLinks(ctx context.Context, tx *db.Tx, where string, number resource.Number) (list []link, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var l link
		err := row.Scan(&l.definition, &l.ours, &l.related, &l.theirs)
		list = append(list, l)
		return err
	}, `SELECT definition, ours, related, theirs FROM assessment_link WHERE `+where+` ORDER BY definition, ours, theirs`, int64(number))
	return list, err
}

func selectLinksFrom(ctx context.Context, tx *db.Tx, definition resource.Number) ([]link, error) {
	return selectLinks(ctx, tx, `definition = $1`, definition)
}

func selectLinksTo(ctx context.Context, tx *db.Tx, related resource.Number) ([]link, error) {
	return selectLinks(ctx, tx, `related = $1`, related)
}

// selectDependents answers the definitions with active tests that name another one
// in a relation, of a rule or of an exception, whether that fits the schemas or not.
func selectDependents(ctx context.Context, tx *db.Tx, related resource.Definition) (list []resource.Number, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number resource.Number
		err := row.Scan(&number)
		list = append(list, number)
		return err
	}, `SELECT DISTINCT t.definition FROM assessment_test t
		JOIN assessment_version v ON v.test = t.number AND v.version = t.version
		LEFT JOIN assessment_exception x ON x.test = t.number AND x.clause LIKE $2
		WHERE t.workspace = $1 AND t.state = 'active' AND (v.document LIKE $2 OR x.id IS NOT NULL)
		ORDER BY t.definition`, related.Workspace.Number, "%"+string(related.ID)+"%")
	return list, err
}

// putLink keeps a link, and says whether it was not there yet.
func putLink(ctx context.Context, tx *db.Tx, w caller.Workspace, l link) (made bool, err error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO assessment_link (workspace, definition, ours, related, theirs) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		w.Number, int64(l.definition), l.ours, int64(l.related), l.theirs)
	return n > 0, err
}

// view says on which number of a related definition the verdicts rest that hold
// from a number of their own on.
type view struct {
	from   int64
	number int64
	schema int64 // version of the related definition's
}

// selectViews answers the views at a number of a definition, by related one.
func selectViews(ctx context.Context, tx *db.Tx, definition resource.Number, number int64) (map[resource.Number]view, error) {
	views := map[resource.Number]view{}
	err := tx.Each(ctx, func(row db.Row) error {
		var related resource.Number
		var v view
		err := row.Scan(&related, &v.from, &v.number, &v.schema)
		views[related] = v
		return err
	}, `SELECT v.related, v.from_sync, v.number, v.schema_version FROM assessment_view v
		JOIN (SELECT related, MAX(from_sync) AS from_sync FROM assessment_view WHERE definition = $1 AND from_sync <= $2 GROUP BY related) newest
			ON newest.related = v.related AND newest.from_sync = v.from_sync
		WHERE v.definition = $1`, int64(definition), number)
	return views, err
}

func putView(ctx context.Context, tx *db.Tx, d resource.Definition, related resource.Number, v view) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO assessment_view (definition, related, from_sync, workspace, number, schema_version) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (definition, related, from_sync) DO UPDATE SET number = $5, schema_version = $6`,
		int64(d.Number), int64(related), v.from, d.Workspace.Number, v.number, v.schema)
	return err
}

// valueStep is how many values or items one statement asks for: SQLite finds the
// parameters of a long list slowly.
const valueStep = 100

// eachValued calls fn with the items whose value of a key is one of the digests
// at a number. limit bounds how many of each part; 0 is none.
func eachValued(ctx context.Context, tx *db.Tx, key, number int64, digests []int64, fn func(resource.Item)) error {
	for len(digests) > 0 {
		part := digests[:min(len(digests), valueStep)]
		digests = digests[len(part):]
		args := []any{key, number}
		for _, d := range part {
			args = append(args, d)
		}
		if err := tx.Each(ctx, func(row db.Row) error {
			var item resource.Item
			err := row.Scan(&item)
			fn(item)
			return err
		}, `SELECT item FROM assessment_value
			WHERE item_key = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2) AND digest IN (`+db.Parameters(3, len(part))+`)`, args...); err != nil {
			return err
		}
	}
	return nil
}

// selectFirstValued answers up to limit items that have a value at a number, by
// rising item.
func selectFirstValued(ctx context.Context, tx *db.Tx, key, number, digest int64, limit int) (items []resource.Item, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var item resource.Item
		err := row.Scan(&item)
		items = append(items, item)
		return err
	}, `SELECT item FROM assessment_value
		WHERE item_key = $1 AND digest = $2 AND from_sync <= $3 AND (to_sync IS NULL OR to_sync > $3) ORDER BY item LIMIT $4`,
		key, digest, number, int64(limit))
	return items, err
}

// selectValues answers the values that items have at a number.
func selectValues(ctx context.Context, tx *db.Tx, key, number int64, items []resource.Item) (map[resource.Item]int64, error) {
	values := map[resource.Item]int64{}
	for len(items) > 0 {
		part := items[:min(len(items), valueStep)]
		items = items[len(part):]
		args := []any{key, number}
		for _, item := range part {
			args = append(args, int64(item))
		}
		if err := tx.Each(ctx, func(row db.Row) error {
			var item resource.Item
			var digest int64
			err := row.Scan(&item, &digest)
			values[item] = digest
			return err
		}, `SELECT item, digest FROM assessment_value
			WHERE item_key = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2) AND item IN (`+db.Parameters(3, len(part))+`)`, args...); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func insertValues(ctx context.Context, tx *db.Tx, d resource.Definition, number int64, list []valued) error {
	values := make([]any, 0, 7*len(list))
	for _, v := range list {
		values = append(values, v.key, int64(v.item), number, nil, d.Workspace.Number, int64(d.Number), v.digest)
	}
	return tx.InsertMany(ctx, "assessment_value",
		[]string{"item_key", "item", "from_sync", "to_sync", "workspace", "definition", "digest"}, values)
}

func closeValues(ctx context.Context, tx *db.Tx, key, number int64, items []int64) error {
	return tx.ExecIn(ctx, `
		UPDATE assessment_value SET to_sync = $2 WHERE item_key = $1 AND from_sync < $2 AND to_sync IS NULL AND item IN (`,
		[]any{key, number}, items)
}

// undoValues takes back what a number wrote of items.
func undoValues(ctx context.Context, tx *db.Tx, definition resource.Number, key, number int64, items []int64) error {
	for _, change := range []string{
		`DELETE FROM assessment_value WHERE from_sync = $2 AND item_key = $1 AND item IN (`,
		`UPDATE assessment_value SET to_sync = NULL WHERE to_sync = $2 AND item_key = $1 AND item IN (`,
	} {
		if err := tx.ExecIn(ctx, change, []any{key, number}, items); err != nil {
			return err
		}
	}
	return tx.ExecIn(ctx, `
		DELETE FROM assessment_touch WHERE definition = $1 AND sync = $2 AND item_key = $3 AND item IN (`,
		[]any{int64(definition), number, key}, items)
}

// clearValues takes back what stands beyond the head.
func clearValues(ctx context.Context, tx *db.Tx, definition resource.Number, key int64, b beyond) error {
	for _, change := range []string{
		`DELETE FROM assessment_value WHERE from_sync > $2 AND item_key = $1 AND item > $3 AND item <= $4`,
		`UPDATE assessment_value SET to_sync = NULL WHERE to_sync > $2 AND item_key = $1 AND item > $3 AND item <= $4`,
	} {
		if _, err := tx.Exec(ctx, change, key, b.head, b.low, b.high); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM assessment_touch WHERE definition = $1 AND sync = $2 AND item > $3 AND item <= $4`,
		int64(definition), b.head+1, b.low, b.high)
	return err
}

func insertTouches(ctx context.Context, tx *db.Tx, d resource.Definition, number int64, list []valued) error {
	values := make([]any, 0, 6*len(list))
	for _, v := range list {
		values = append(values, int64(d.Number), number, int64(v.item), v.key, v.digest, d.Workspace.Number)
	}
	return tx.InsertMany(ctx, "assessment_touch", []string{"definition", "sync", "item", "item_key", "digest", "workspace"}, values)
}

// span is a stretch of the numbers of a definition: after, and up to last.
type span struct {
	definition  resource.Number
	after, last int64
}

// eachTouched calls fn with the values that numbers of a definition touched.
func eachTouched(ctx context.Context, tx *db.Tx, s span, fn func(valued)) error {
	return tx.Each(ctx, func(row db.Row) error {
		var v valued
		err := row.Scan(&v.item, &v.key, &v.digest)
		fn(v)
		return err
	}, `SELECT item, item_key, digest FROM assessment_touch
		WHERE definition = $1 AND sync > $2 AND sync <= $3 ORDER BY sync, item`, int64(s.definition), s.after, s.last)
}

// hasTouched says whether numbers of a definition touched values of a key.
func hasTouched(ctx context.Context, tx *db.Tx, s span, key int64) (bool, error) {
	var one int64
	err := tx.QueryRow(ctx, `
		SELECT 1 FROM assessment_touch WHERE definition = $1 AND sync > $2 AND sync <= $3 AND item_key = $4 LIMIT 1`,
		int64(s.definition), s.after, s.last, key).Scan(&one)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}

// selectTouched answers the definitions with touched values.
func selectTouched(ctx context.Context, tx *db.Tx) (list []resource.Number, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number resource.Number
		err := row.Scan(&number)
		list = append(list, number)
		return err
	}, `SELECT DISTINCT definition FROM assessment_touch ORDER BY definition`)
	return list, err
}

// selectTouchedKeys answers the keys that numbers of a definition touched, those
// that were given up since too.
func selectTouchedKeys(ctx context.Context, tx *db.Tx, definition resource.Number) (list []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var key int64
		err := row.Scan(&key)
		list = append(list, key)
		return err
	}, `SELECT DISTINCT item_key FROM assessment_touch WHERE definition = $1 ORDER BY item_key`, int64(definition))
	return list, err
}

// touchedItem is where a round of forgetting stands.
type touchedItem struct{ sync, item int64 }

// selectTouchedItems answers up to limit places where a key was touched, of any key
// when it is 0.
func selectTouchedItems(ctx context.Context, tx *db.Tx, s swept, limit int) (list []touchedItem, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var t touchedItem
		err := row.Scan(&t.sync, &t.item)
		list = append(list, t)
		return err
	}, `SELECT sync, item FROM assessment_touch
		WHERE definition = $1 AND sync <= $2 AND ($3 = 0 OR item_key = $3) ORDER BY sync, item LIMIT $4`,
		int64(s.definition), s.last, s.key, int64(limit))
	return list, err
}

// deleteTouched forgets all of a key up to a place.
func deleteTouched(ctx context.Context, tx *db.Tx, s swept, upTo touchedItem) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM assessment_touch WHERE definition = $1 AND item_key = $2 AND (sync < $3 OR sync = $3 AND item <= $4)`,
		int64(s.definition), s.key, upTo.sync, upTo.item)
	return err
}
