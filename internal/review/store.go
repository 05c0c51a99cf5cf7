// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// Reviews and their systems; items are in store_item.go.

const reviewFields = `r.id, r.name, r.description, r.state, r.due_at, r.created_at, r.created_by, r.started_at, r.started_by, r.ended_at, r.ended_by,
	r.token, r.token_until, r.version`

func scanReview(from db.Row) (r Review, err error) {
	var due, started, ended sql.NullInt64
	var created int64
	var by [3]string
	err = from.Scan(&r.ID, &r.Name, &r.Description, &r.State, &due, &created, &by[0], &started, &by[1], &ended, &by[2], &r.token, &r.tokenUntil,
		&r.version)
	r.CreatedAt, r.DueAt, r.StartedAt, r.EndedAt = db.Time(created), maybe(due), maybe(started), maybe(ended)
	for i, to := range []*Actor{&r.CreatedBy, &r.StartedBy, &r.EndedBy} {
		if err == nil {
			*to, err = actorIn(by[i])
		}
	}
	return r, err
}

func actorIn(text string) (a Actor, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &a)
	}
	return a, err
}

// by answers an actor as rows have it; "" for nobody.
func (a Actor) by() string {
	if a == (Actor{}) {
		return ""
	}
	return asJSON(a)
}

func maybe(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	at := db.Time(ms.Int64)
	return &at
}

func millis(at *time.Time) any {
	if at == nil {
		return nil
	}
	return db.Millis(*at)
}

func insertReview(ctx context.Context, tx *db.Tx, workspace int64, r Review) error {
	return tx.ExecOne(ctx, `
		INSERT INTO review_review (id, workspace, name, description, state, due_at, created_at, created_by, started_by, ended_by, token, token_until, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', '', 0, $9)`,
		string(r.ID), workspace, r.Name, r.Description, string(r.State), millis(r.DueAt), db.Millis(r.CreatedAt), r.CreatedBy.by(), r.version)
}

// updateReview writes the next version of a review; ErrNoRow when another came
// first.
func updateReview(ctx context.Context, tx *db.Tx, workspace int64, r Review) error {
	return tx.ExecOne(ctx, `
		UPDATE review_review SET name = $3, description = $4, state = $5, due_at = $6, started_at = $7, started_by = $8, ended_at = $9,
			ended_by = $10, token = $11, token_until = $12, version = $13,
			told = CASE WHEN due_at = $6 THEN told ELSE '' END
		WHERE workspace = $1 AND id = $2 AND version = $13 - 1`,
		workspace, string(r.ID), r.Name, r.Description, string(r.State), millis(r.DueAt), millis(r.StartedAt), r.StartedBy.by(),
		millis(r.EndedAt), r.EndedBy.by(), r.token, r.tokenUntil, r.version)
}

// renew lengthens the lease of who freezes; ErrNoRow when it is another's.
func renew(ctx context.Context, tx *db.Tx, workspace int64, id ID, token string, until int64) error {
	return tx.ExecOne(ctx, `
		UPDATE review_review SET token_until = $4 WHERE workspace = $1 AND id = $2 AND token = $3`, workspace, string(id), token, until)
}

// holdReview makes a change of the review's row wait for this transaction, or the
// other way round: decisions and completion. ErrNoRow when it is not started.
func holdReview(ctx context.Context, tx *db.Tx, workspace int64, id ID) error {
	return tx.ExecOne(ctx, `
		UPDATE review_review SET version = version WHERE workspace = $1 AND id = $2 AND state = 'started'`, workspace, string(id))
}

func selectReview(ctx context.Context, tx *db.Tx, workspace int64, id ID) (Review, error) {
	return scanReview(tx.QueryRow(ctx, `
		SELECT `+reviewFields+` FROM review_review r WHERE r.workspace = $1 AND r.id = $2`, workspace, string(id)))
}

// selectReviews answers one row more than the limit; of a reviewer only, unless "".
func selectReviews(ctx context.Context, tx *db.Tx, workspace int64, q Query, reviewer string) (list []Review, err error) {
	args := []any{workspace, string(q.After), q.Limit + 1}
	var where strings.Builder
	if reviewer != "" {
		args = append(args, reviewer)
		where.WriteString(` AND r.id IN (SELECT s.review FROM review_system s WHERE s.workspace = $1 AND s.reviewer = $` + strconv.Itoa(len(args)) + `)`)
	}
	if len(q.States) > 0 {
		where.WriteString(` AND r.state IN (` + db.Parameters(len(args)+1, len(q.States)) + `)`)
		for _, state := range q.States {
			args = append(args, string(state))
		}
	}
	err = tx.Each(ctx, func(from db.Row) error {
		r, err := scanReview(from)
		list = append(list, r)
		return err
	}, `SELECT `+reviewFields+` FROM review_review r WHERE r.workspace = $1 AND r.id > $2`+where.String()+` ORDER BY r.id LIMIT $3`, args...)
	return list, err
}

func deleteReview(ctx context.Context, tx *db.Tx, workspace int64, id ID) error {
	if err := deleteSystems(ctx, tx, workspace, id); err != nil {
		return err
	}
	return tx.ExecOne(ctx, `DELETE FROM review_review WHERE workspace = $1 AND id = $2`, workspace, string(id))
}

func insertSystems(ctx context.Context, tx *db.Tx, workspace int64, r Review) error {
	for _, s := range r.Systems {
		if err := tx.ExecOne(ctx, `
			INSERT INTO review_system (review, definition, workspace, reviewer) VALUES ($1, $2, $3, $4)`,
			string(r.ID), int64(s.Definition.Number), workspace, s.Reviewer.ID); err != nil {
			return err
		}
	}
	return nil
}

func deleteSystems(ctx context.Context, tx *db.Tx, workspace int64, id ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM review_system WHERE workspace = $1 AND review = $2`, workspace, string(id))
	return err
}

// fillSystems answers the systems of reviews, by definition, with their counts.
func fillSystems(ctx context.Context, tx *db.Tx, w caller.Workspace, reviews []*Review) error {
	for _, r := range reviews {
		r.Systems, r.Counts = nil, Counts{}
		var numbers []resource.Number
		err := tx.Each(ctx, func(from db.Row) error {
			var s System
			var number resource.Number
			err := from.Scan(&number, &s.Reviewer.ID)
			numbers, r.Systems = append(numbers, number), append(r.Systems, s)
			return err
		}, `SELECT definition, reviewer FROM review_system WHERE workspace = $1 AND review = $2 ORDER BY definition`, w.Number, string(r.ID))
		if err != nil {
			return err
		}
		for i, number := range numbers {
			if r.Systems[i].Definition, err = resource.LookUp(ctx, tx, number); err != nil {
				return err
			}
		}
		if r.State == Draft || r.State == Starting {
			continue
		}
		if err := fillCounts(ctx, tx, w, r); err != nil {
			return err
		}
	}
	return nil
}

func fillCounts(ctx context.Context, tx *db.Tx, w caller.Workspace, r *Review) error {
	return tx.Each(ctx, func(from db.Row) error {
		var definition, amount int64
		var state ItemState
		if err := from.Scan(&definition, &state, &amount); err != nil {
			return err
		}
		r.Counts[state] += amount
		for i := range r.Systems {
			if int64(r.Systems[i].Definition.Number) == definition {
				r.Systems[i].Counts[state] = amount
			}
		}
		return nil
	}, `SELECT definition, state, amount FROM review_item_tally WHERE workspace = $1 AND review = $2`, w.Number, string(r.ID))
}
