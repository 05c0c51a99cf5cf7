// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

const deliveryFields = `SELECT id, endpoint, COALESCE(event, ''), type, body, state, next_at, claim, attempts, refusals, away, first_at, created_at, ended_at
	FROM webhook_delivery `

// deliveryList is deliveryFields with the newest attempt that has come to an end.
const deliveryList = `SELECT d.id, d.endpoint, COALESCE(d.event, ''), d.type, d.body, d.state, d.next_at, d.claim, d.attempts, d.refusals, d.away, d.first_at,
		d.created_at, d.ended_at, a.number, COALESCE(a.status, 0), COALESCE(a.error, '')
	FROM webhook_delivery d
		LEFT JOIN webhook_attempt a ON a.delivery = d.id AND a.number = CASE WHEN d.claim = '' THEN d.attempts ELSE d.attempts - 1 END `

func scanDelivery(row db.Row) (d Delivery, err error) {
	err = row.Scan(&d.ID, &d.endpoint, &d.Event, &d.Type, &d.Body, &d.State, &d.NextAt, &d.claim, &d.Attempts, &d.refusals, &d.away, &d.firstAt,
		&d.CreatedAt, &d.EndedAt)
	return d, err
}

// scanListed reads a row of deliveryList.
func scanListed(row db.Row) (d Delivery, err error) {
	var number *int64
	var last Attempt
	err = row.Scan(&d.ID, &d.endpoint, &d.Event, &d.Type, &d.Body, &d.State, &d.NextAt, &d.claim, &d.Attempts, &d.refusals, &d.away, &d.firstAt,
		&d.CreatedAt, &d.EndedAt, &number, &last.Status, &last.Error)
	if number != nil {
		last.Number, d.Last = *number, &last
	}
	return d, err
}

// deliveryColumns are those of newDelivery.
func deliveryColumns() []string {
	return []string{"id", "workspace", "endpoint", "event", "type", "body", "state", "next_at", "claim", "attempts", "refusals", "away", "created_at"}
}

// newDelivery answers the row of a delivery that is due at once.
func newDelivery(id string, e Endpoint, event, eventType, body string, now int64) []any {
	return []any{id, e.workspace.Number, e.ID, event, eventType, body, string(Pending), now, "", int64(0), int64(0), false, now}
}

func selectDelivery(ctx context.Context, tx *db.Tx, endpoint, id string) (Delivery, error) {
	return scanDelivery(tx.QueryRow(ctx, deliveryFields+`WHERE endpoint = $1 AND id = $2`, endpoint, id))
}

// selectDeliveries answers one more than the limit of a query.
func selectDeliveries(ctx context.Context, tx *db.Tx, endpoint string, q Query) (list []Delivery, err error) {
	args := []any{endpoint, q.After, int64(q.Limit + 1)}
	where := `WHERE d.endpoint = $1 AND ($2 = '' OR d.id < $2)`
	in := func(column string, values []string) {
		if len(values) == 0 {
			return
		}
		where += ` AND ` + column + ` IN (` + db.Parameters(len(args)+1, len(values)) + `)`
		for _, value := range values {
			args = append(args, value)
		}
	}
	states := make([]string, len(q.States))
	for i, state := range q.States {
		states[i] = string(state)
	}
	in("d.state", states)
	if len(states) > 0 && !slices.Contains(q.States, Delivered) {
		where += ` AND d.state <> 'DELIVERED'` // which an index of its own is for
	}
	in("d.type", q.Types)
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanListed(row)
		list = append(list, d)
		return err
	}, deliveryList+where+` ORDER BY d.id DESC LIMIT $3`, args...)
	return list, err
}

func selectAttempts(ctx context.Context, tx *db.Tx, delivery string) (list []Attempt, err error) {
	list = []Attempt{}
	err = tx.Each(ctx, func(row db.Row) error {
		var a Attempt
		err := row.Scan(&a.Number, &a.At, &a.Took, &a.Status, &a.Answer, &a.Error)
		list = append(list, a)
		return err
	}, `SELECT number, at, took, status, answer, error FROM webhook_attempt WHERE delivery = $1 ORDER BY number`, delivery)
	return list, err
}

// selectReady answers the endpoints that may be sent to and have something due.
func selectReady(ctx context.Context, tx *db.Tx, now int64) (list []string, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var id string
		err := row.Scan(&id)
		list = append(list, id)
		return err
	}, `SELECT e.id FROM webhook_endpoint e
		WHERE e.disabled_at IS NULL AND e.deleted_at IS NULL AND e.resume_at <= $1
			AND EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.endpoint = e.id AND d.next_at <= $1)
		ORDER BY e.id`, now)
	return list, err
}

// selectNext answers the delivery of an endpoint that has been due for longest.
func selectNext(ctx context.Context, tx *db.Tx, endpoint string, now int64) (Delivery, error) {
	return scanDelivery(tx.QueryRow(ctx, deliveryFields+`WHERE endpoint = $1 AND next_at <= $2 ORDER BY next_at, id LIMIT 1`, endpoint, now))
}

// hasPending says whether as many deliveries wait for an endpoint.
func hasPending(ctx context.Context, tx *db.Tx, endpoint string, many int64) (bool, error) {
	var count int64
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (
		SELECT 1 FROM webhook_delivery WHERE endpoint = $1 AND next_at IS NOT NULL LIMIT $2) p`, endpoint, many).Scan(&count)
	return count >= many, err
}

// claimDelivery claims a delivery that stands as it was read; db.ErrNoRow when it does
// not.
func claimDelivery(ctx context.Context, tx *db.Tx, before, d Delivery) error {
	return tx.ExecOne(ctx, `
		UPDATE webhook_delivery SET claim = $4, next_at = $5, attempts = $6 WHERE id = $1 AND claim = $2 AND next_at = $3`,
		d.ID, before.claim, *before.NextAt, d.claim, *d.NextAt, d.Attempts)
}

// endAttempt keeps what an attempt made of a delivery, and ends the claim; db.ErrNoRow
// when somebody else has it.
func endAttempt(ctx context.Context, tx *db.Tx, claim string, d Delivery) error {
	return tx.ExecOne(ctx, `
		UPDATE webhook_delivery SET state = $3, next_at = $4, claim = '', refusals = $5, away = $6, first_at = $7, ended_at = $8
		WHERE id = $1 AND claim = $2`,
		d.ID, claim, string(d.State), maybe(d.NextAt), d.refusals, d.away, maybe(d.firstAt), maybe(d.EndedAt))
}

func insertAttempt(ctx context.Context, tx *db.Tx, w caller.Workspace, delivery string, a Attempt) error {
	return tx.ExecOne(ctx, `
		INSERT INTO webhook_attempt (delivery, number, workspace, at, took, status, answer, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		delivery, a.Number, w.Number, a.At, a.Took, a.Status, a.Answer, a.Error)
}

// insertEnded adds a delivery that was sent before it was written: a test.
func insertEnded(ctx context.Context, tx *db.Tx, w caller.Workspace, d Delivery) error {
	return tx.ExecOne(ctx, `
		INSERT INTO webhook_delivery (id, workspace, endpoint, type, body, state, claim, attempts, refusals, away, first_at, created_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, '', $7, 0, FALSE, $8, $8, $9)`,
		d.ID, w.Number, d.endpoint, d.Type, d.Body, string(d.State), d.Attempts, d.CreatedAt, maybe(d.EndedAt))
}

// releaseAway makes due what waited because nobody was there, in the order in which it
// was made.
func releaseAway(ctx context.Context, tx *db.Tx, endpoint string) error {
	_, err := tx.Exec(ctx, `
		UPDATE webhook_delivery SET next_at = created_at WHERE endpoint = $1 AND next_at IS NOT NULL AND away AND claim = ''`, endpoint)
	return err
}

// restartPending gives what waits a new beginning, in the order in which it was made.
func restartPending(ctx context.Context, tx *db.Tx, endpoint string) error {
	_, err := tx.Exec(ctx, `
		UPDATE webhook_delivery SET next_at = created_at, refusals = 0, away = FALSE, first_at = NULL
		WHERE endpoint = $1 AND next_at IS NOT NULL AND claim = ''`, endpoint)
	return err
}

// skipPending ends what waits, but for what is being sent.
func skipPending(ctx context.Context, tx *db.Tx, endpoint string, now int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE webhook_delivery SET state = 'SKIPPED', next_at = NULL, ended_at = $2 WHERE endpoint = $1 AND next_at IS NOT NULL AND claim = ''`,
		endpoint, now)
	return err
}

// replayDelivery makes a delivery due at once, unless it is being sent just now.
func replayDelivery(ctx context.Context, tx *db.Tx, id string, now int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE webhook_delivery SET state = 'PENDING', next_at = $2, refusals = 0, away = FALSE, first_at = NULL, ended_at = NULL
		WHERE id = $1 AND claim = ''`, id, now)
	return err
}

func replayFailed(ctx context.Context, tx *db.Tx, endpoint string, since int64) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE webhook_delivery SET state = 'PENDING', next_at = created_at, refusals = 0, away = FALSE, first_at = NULL, ended_at = NULL
		WHERE endpoint = $1 AND state = 'FAILED' AND event IS NOT NULL AND created_at >= $2`, endpoint, since)
}

// deleteEnded clears up to limit deliveries of an endpoint that ended before an instant,
// with their attempts, and answers how many.
func deleteEnded(ctx context.Context, tx *db.Tx, endpoint string, before int64, limit int64) (int64, error) {
	return deleteDeliveries(ctx, tx, `endpoint = $1 AND ended_at < $2 ORDER BY ended_at LIMIT $3`, endpoint, before, limit)
}

// deleteAny clears up to limit deliveries of an endpoint, with their attempts, and answers
// how many.
func deleteAny(ctx context.Context, tx *db.Tx, endpoint string, limit int64) (int64, error) {
	return deleteDeliveries(ctx, tx, `endpoint = $1 ORDER BY id LIMIT $2`, endpoint, limit)
}

func deleteDeliveries(ctx context.Context, tx *db.Tx, which string, args ...any) (int64, error) {
	var ids []any
	err := tx.Each(ctx, func(row db.Row) error {
		var id string
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM webhook_delivery WHERE `+which, args...)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	list := `(` + db.Parameters(1, len(ids)) + `)`
	if _, err := tx.Exec(ctx, `DELETE FROM webhook_attempt WHERE delivery IN `+list, ids...); err != nil {
		return 0, err
	}
	return tx.Exec(ctx, `DELETE FROM webhook_delivery WHERE id IN `+list, ids...)
}
