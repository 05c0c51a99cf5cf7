// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// itemColumns are those of an item that nobody has decided on.
var itemColumns = []string{"review", "number", "workspace", "definition", "item", "account", "state", "frozen", "reason", "decided_by", "own"}

const itemFields = `i.number, i.definition, i.item, i.account, i.state, i.frozen, i.reason, i.decided_at, i.decided_by, i.own, i.due_at, i.gone_at`

func scanItem(from db.Row) (i Item, err error) {
	var frozen []byte
	var by string
	var decided, due, gone sql.NullInt64
	if err = from.Scan(&i.Number, &i.Definition, &i.Item, &i.Account, &i.State, &frozen, &i.Reason, &decided, &by, &i.Own, &due, &gone); err != nil {
		return i, err
	}
	i.DecidedAt, i.DueAt, i.GoneAt = maybe(decided), maybe(due), maybe(gone)
	if i.DecidedBy, err = actorIn(by); err != nil {
		return i, err
	}
	return i, json.Unmarshal(frozen, &i.Frozen)
}

func selectItem(ctx context.Context, tx *db.Tx, workspace int64, id ID, ref resource.EntityRef) (Item, error) {
	return scanItem(tx.QueryRow(ctx, `
		SELECT `+itemFields+` FROM review_item i WHERE i.workspace = $1 AND i.review = $2 AND i.definition = $3 AND i.item = $4`,
		workspace, string(id), int64(ref.Definition), int64(ref.Item)))
}

// selectItems answers those of one system and state after a number.
//
//nolint:revive // seven things that belong to nobody else
func selectItems(ctx context.Context, tx *db.Tx, id ID, definition resource.Number, state ItemState, after int64, limit int) (list []Item, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		i, err := scanItem(from)
		list = append(list, i)
		return err
	}, `SELECT `+itemFields+` FROM review_item i WHERE i.review = $1 AND i.definition = $2 AND i.state = $3 AND i.number > $4
		ORDER BY i.number LIMIT $5`, string(id), int64(definition), int64(state), after, limit)
	return list, err
}

// updateItem writes what became of an item that is still as it was before; ErrNoRow
// otherwise.
func updateItem(ctx context.Context, tx *db.Tx, workspace int64, id ID, before, after Item) error {
	was := int64(-1)
	if before.DecidedAt != nil {
		was = db.Millis(*before.DecidedAt)
	}
	return tx.ExecOne(ctx, `
		UPDATE review_item SET state = $4, reason = $5, decided_at = $6, decided_by = $7, own = $8, due_at = $9, gone_at = $10
		WHERE workspace = $1 AND review = $2 AND number = $3 AND state = $11 AND COALESCE(decided_at, -1) = $12 AND decided_by = $13`,
		workspace, string(id), after.Number, int64(after.State), after.Reason, millis(after.DecidedAt), after.DecidedBy.by(), after.Own,
		millis(after.DueAt), millis(after.GoneAt), int64(before.State), was, before.DecidedBy.by())
}

// deleteItems clears what a start that was cut off has left.
func deleteItems(ctx context.Context, tx *db.Tx, workspace int64, id ID) error {
	for _, table := range []string{"review_item", "review_item_tally"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE workspace = $1 AND review = $2`, workspace, string(id)); err != nil {
			return err
		}
	}
	return nil
}

// move counts an item from one state to another.
func move(ctx context.Context, tx *db.Tx, workspace int64, id ID, before, after Item) error {
	if before.State == after.State {
		return nil
	}
	if err := addTally(ctx, tx, workspace, id, int64(after.Definition), min(before.State, after.State), sign(before.State < after.State)); err != nil {
		return err
	}
	return addTally(ctx, tx, workspace, id, int64(after.Definition), max(before.State, after.State), -sign(before.State < after.State))
}

// sign is -1 for what is left when it comes first.
func sign(first bool) int64 {
	if first {
		return -1
	}
	return 1
}

//
//nolint:revive // seven things that belong to nobody else
func addTally(ctx context.Context, tx *db.Tx, workspace int64, id ID, definition int64, state ItemState, amount int64) error {
	return tx.ExecOne(ctx, `
		INSERT INTO review_item_tally (review, workspace, definition, state, amount) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (review, definition, state) DO UPDATE SET amount = review_item_tally.amount + excluded.amount`,
		string(id), workspace, definition, int64(state), amount)
}

// digestOf answers the digest over the items of a review, a line each by number:
// account, state, who decided, reason. And how many are in each state.
func digestOf(ctx context.Context, tx *db.Tx, workspace int64, id ID) (digest string, counts Counts, err error) {
	sum := sha256.New()
	err = tx.Each(ctx, func(from db.Row) error {
		var account, by, reason string
		var state ItemState
		if err := from.Scan(&account, &state, &by, &reason); err != nil {
			return err
		}
		counts[state]++
		_, err := fmt.Fprintf(sum, "%s\t%s\t%s\t%q\n", account, state, by, reason)
		return err
	}, `SELECT account, state, decided_by, reason FROM review_item WHERE workspace = $1 AND review = $2 ORDER BY number`, workspace, string(id))
	return hex.EncodeToString(sum.Sum(nil)), counts, err
}

// selectReviewed answers those of rising items that any review has.
func selectReviewed(ctx context.Context, tx *db.Tx, d resource.Definition, items []resource.Item) (known []resource.Item, err error) {
	wanted := map[resource.Item]bool{}
	for _, item := range items {
		wanted[item] = true
	}
	err = facet.InItems(int64(d.Number), items, func(where string, args []any) error {
		return tx.Each(ctx, func(from db.Row) error {
			var item resource.Item
			err := from.Scan(&item)
			if wanted[item] { // a range holds others, too
				known = append(known, item)
			}
			return err
		}, `SELECT DISTINCT item FROM review_item WHERE definition = $1 AND `+where+` ORDER BY item`, args...)
	})
	return known, err
}

func putTurn(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, stamp string) error {
	return tx.ExecOne(ctx, `
		INSERT INTO review_turn (workspace, definition, item, stamp) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, definition, item) DO UPDATE SET stamp = excluded.stamp`,
		d.Workspace.Number, int64(d.Number), int64(item), stamp)
}

// selectTurns answers turns of reviews whose list is not being frozen just now.
func selectTurns(ctx context.Context, tx *db.Tx, now int64, limit int) (list []turn, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var t turn
		err := from.Scan(&t.workspace.Number, &t.workspace.ID, &t.workspace.Name, &t.Definition, &t.Item, &t.stamp)
		list = append(list, t)
		return err
	}, `SELECT w.number, w.id, w.name, t.definition, t.item, t.stamp FROM review_turn t JOIN workspace w ON w.number = t.workspace
		WHERE NOT EXISTS (SELECT 1 FROM review_item i JOIN review_review r ON r.id = i.review
			WHERE i.definition = t.definition AND i.item = t.item AND r.state = 'starting' AND r.token_until > $1)
		ORDER BY t.workspace, t.definition, t.item LIMIT $2`, now, limit)
	return list, err
}

// deleteTurn forgets a turn that nothing has come to since it was read; ErrNoRow
// otherwise.
func deleteTurn(ctx context.Context, tx *db.Tx, t turn) error {
	return tx.ExecOne(ctx, `
		DELETE FROM review_turn WHERE workspace = $1 AND definition = $2 AND item = $3 AND stamp = $4`,
		t.workspace.Number, t.Definition, t.Item, t.stamp)
}

// selectReviewsOf answers the reviews that have an account.
func selectReviewsOf(ctx context.Context, tx *db.Tx, t turn) (ids []ID, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var id ID
		err := from.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT review FROM review_item WHERE workspace = $1 AND definition = $2 AND item = $3 ORDER BY review`,
		t.workspace.Number, t.Definition, t.Item)
	return ids, err
}
