// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"database/sql"
	"errors"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// notNoRow takes ErrNoRow away where it is an expected answer.
func notNoRow(err error) error {
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	return err
}

// selectLinked answers the definitions whose tests relate to others, or did.
func selectLinked(ctx context.Context, tx *db.Tx) (list []resource.Number, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var number resource.Number
		err := row.Scan(&number)
		list = append(list, number)
		return err
	}, `SELECT DISTINCT definition FROM assessment_link ORDER BY definition`)
	return list, err
}

func deleteLink(ctx context.Context, tx *db.Tx, l link) error {
	return tx.ExecOne(ctx, `
		DELETE FROM assessment_link WHERE definition = $1 AND ours = $2 AND theirs = $3`, int64(l.definition), l.ours, l.theirs)
}

// unused is the condition on assessment_key k for one that no link has.
const unused = `NOT EXISTS (SELECT 1 FROM assessment_link l
	WHERE l.definition = k.definition AND l.ours = k.number OR l.related = k.definition AND l.theirs = k.number)`

func selectUnusedKeys(ctx context.Context, tx *db.Tx) (list []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var key int64
		err := row.Scan(&key)
		list = append(list, key)
		return err
	}, `SELECT k.number FROM assessment_key k WHERE `+unused+` ORDER BY k.number`)
	return list, err
}

// deleteUnusedKey removes a key that is held, unless it has got a link meanwhile.
func deleteUnusedKey(ctx context.Context, tx *db.Tx, key int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM assessment_key WHERE number IN (SELECT k.number FROM assessment_key k WHERE k.number = $1 AND `+unused+`)`, key)
	return err
}

// holdKey makes whoever gives the key up, or links to it, wait for the end of this
// transaction; ErrNoRow when it was given up.
func holdKey(ctx context.Context, tx *db.Tx, key int64) error {
	return tx.ExecOne(ctx, `UPDATE assessment_key SET fields = fields WHERE number = $1`, key)
}

// selectValuedKey answers the next key after one that has values, 0 when there is
// none, and whether the key is still there.
func selectValuedKey(ctx context.Context, tx *db.Tx, after int64) (key int64, stands bool, err error) {
	var found, number sql.NullInt64
	err = tx.QueryRow(ctx, `
		SELECT v.item_key, k.number FROM (SELECT MIN(item_key) AS item_key FROM assessment_value WHERE item_key > $1) v
		LEFT JOIN assessment_key k ON k.number = v.item_key`, after).Scan(&found, &number)
	return found.Int64, number.Valid, err
}

// deleteValuesOf removes values of about limit items of a key, and says whether
// more may be there.
func deleteValuesOf(ctx context.Context, tx *db.Tx, key int64, limit int) (more bool, err error) {
	var last sql.NullInt64
	if err := tx.QueryRow(ctx, `
		SELECT MAX(item) FROM (SELECT item FROM assessment_value WHERE item_key = $1 ORDER BY item LIMIT $2) first`,
		key, int64(limit)).Scan(&last); err != nil || !last.Valid {
		return false, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM assessment_value WHERE item_key = $1 AND item <= $2`, key, last.Int64)
	return true, err
}
