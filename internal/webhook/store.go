// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/json"
)

const endpointFields = `SELECT e.id, e.name, e.url, e.types, e.position, e.part, e.secret, e.old_secret, e.old_until, e.keep_days, e.disabled_at,
		e.disabled_why, e.failing_at, e.away, e.resume_at, e.created_at, e.updated_at, w.number, w.id, w.name,
		(SELECT COUNT(*) FROM webhook_delivery d WHERE d.endpoint = e.id AND d.next_at IS NOT NULL),
		(SELECT d.created_at FROM webhook_delivery d WHERE d.endpoint = e.id AND d.state = 'PENDING' AND d.state <> 'DELIVERED'
			ORDER BY d.id LIMIT 1),
		(SELECT d.ended_at FROM webhook_delivery d WHERE d.endpoint = e.id AND d.ended_at IS NOT NULL AND d.state = 'DELIVERED'
			ORDER BY d.ended_at DESC LIMIT 1)
	FROM webhook_endpoint e JOIN workspace w ON w.number = e.workspace `

// endpointBrief is endpointFields without the count, for who sends.
const endpointBrief = `SELECT e.id, e.name, e.url, e.types, e.position, e.part, e.secret, e.old_secret, e.old_until, e.keep_days, e.disabled_at,
		e.disabled_why, e.failing_at, e.away, e.resume_at, e.created_at, e.updated_at, w.number, w.id, w.name, 0, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
	FROM webhook_endpoint e JOIN workspace w ON w.number = e.workspace `

func scanEndpoint(row db.Row) (e Endpoint, err error) {
	var types string
	err = row.Scan(&e.ID, &e.Name, &e.URL, &types, &e.cursor.Position, &e.cursor.Part, &e.secret, &e.oldSecret, &e.OldUntil, &e.KeepDays, &e.DisabledAt,
		&e.DisabledWhy, &e.FailingAt, &e.away, &e.resumeAt, &e.CreatedAt, &e.UpdatedAt, &e.workspace.Number, &e.workspace.ID, &e.workspace.Name, &e.Pending,
		&e.PendingAt, &e.ArrivedAt)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(types), &e.Types); err != nil {
		return e, fmt.Errorf("types of webhook %s: %w", e.ID, err)
	}
	return e, nil
}

func scanEndpoints(ctx context.Context, tx *db.Tx, query string, args ...any) (list []Endpoint, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		e, err := scanEndpoint(row)
		list = append(list, e)
		return err
	}, query, args...)
	return list, err
}

func selectEndpoint(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Endpoint, error) {
	return scanEndpoint(tx.QueryRow(ctx, endpointFields+`WHERE e.workspace = $1 AND (e.id = $2 OR e.name = $2) AND e.deleted_at IS NULL
		ORDER BY CASE WHEN e.id = $2 THEN 0 ELSE 1 END LIMIT 1`, w.Number, ref))
}

func selectEndpoints(ctx context.Context, tx *db.Tx, w caller.Workspace) ([]Endpoint, error) {
	return scanEndpoints(ctx, tx, endpointFields+`WHERE e.workspace = $1 AND e.deleted_at IS NULL ORDER BY e.id`, w.Number)
}

// selectListening answers all endpoints that are to be told what happens.
func selectListening(ctx context.Context, tx *db.Tx) ([]Endpoint, error) {
	return scanEndpoints(ctx, tx, endpointBrief+`WHERE e.disabled_at IS NULL AND e.deleted_at IS NULL ORDER BY e.id`)
}

// selectByID answers an endpoint, be it disabled or deleted.
func selectByID(ctx context.Context, tx *db.Tx, id string) (Endpoint, error) {
	return scanEndpoint(tx.QueryRow(ctx, endpointBrief+`WHERE e.id = $1`, id))
}

// selectSendable answers an endpoint that may be sent to now.
func selectSendable(ctx context.Context, tx *db.Tx, id string, now int64) (Endpoint, error) {
	return scanEndpoint(tx.QueryRow(ctx, endpointBrief+`WHERE e.id = $1 AND e.disabled_at IS NULL AND e.deleted_at IS NULL AND e.resume_at <= $2`, id, now))
}

// countFailures answers how many attempts failed since an instant, by endpoint.
func countFailures(ctx context.Context, tx *db.Tx, w caller.Workspace, since int64) (map[string]int64, error) {
	counts := map[string]int64{}
	err := tx.Each(ctx, func(row db.Row) error {
		var endpoint string
		var count int64
		err := row.Scan(&endpoint, &count)
		counts[endpoint] = count
		return err
	}, `SELECT d.endpoint, COUNT(*) FROM webhook_attempt a JOIN webhook_delivery d ON d.id = a.delivery
		WHERE a.workspace = $1 AND a.at >= $2 AND a.error <> '' GROUP BY d.endpoint`, w.Number, since)
	return counts, err
}

func countEndpoints(ctx context.Context, tx *db.Tx, w caller.Workspace) (count int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM webhook_endpoint WHERE workspace = $1 AND deleted_at IS NULL`, w.Number).Scan(&count)
	return count, err
}

func insertEndpoint(ctx context.Context, tx *db.Tx, e *Endpoint) error {
	types, err := typesText(e.Types)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO webhook_endpoint (id, workspace, name, url, types, position, part, secret, old_secret, old_until, keep_days, disabled_why, away,
			resume_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, $9, '', 0, 0, $10, $11)`,
		e.ID, e.workspace.Number, e.Name, e.URL, types, e.cursor.Position, e.cursor.Part, e.secret, e.KeepDays, e.CreatedAt, e.UpdatedAt)
}

func typesText(types []string) (string, error) {
	if types == nil {
		types = []string{}
	}
	text, err := json.Marshal(types)
	return string(text), err
}

// lockEndpoint makes others who change the endpoint wait.
func lockEndpoint(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET updated_at = updated_at WHERE workspace = $1 AND (id = $2 OR name = $2) AND deleted_at IS NULL`, w.Number, ref)
	return err
}

func updateEndpoint(ctx context.Context, tx *db.Tx, e *Endpoint) error {
	types, err := typesText(e.Types)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE webhook_endpoint SET name = $2, url = $3, types = $4, secret = $5, old_secret = $6, old_until = $7, keep_days = $8, disabled_at = $9,
			disabled_why = $10, failing_at = $11, away = $12, resume_at = $13, updated_at = $14
		WHERE id = $1`,
		e.ID, e.Name, e.URL, types, e.secret, e.oldSecret, e.OldUntil, e.KeepDays, maybe(e.DisabledAt), e.DisabledWhy, maybe(e.FailingAt), e.away,
		e.resumeAt, e.UpdatedAt)
}

// updateHealth keeps how an endpoint stands, which is all that who sends changes of it.
func updateHealth(ctx context.Context, tx *db.Tx, e *Endpoint) error {
	return tx.ExecOne(ctx, `
		UPDATE webhook_endpoint SET disabled_at = $2, disabled_why = $3, failing_at = $4, away = $5, resume_at = $6 WHERE id = $1`,
		e.ID, maybe(e.DisabledAt), e.DisabledWhy, maybe(e.FailingAt), e.away, e.resumeAt)
}

// moveCursor moves the cursor of an enabled endpoint that stands where it is thought to.
func moveCursor(ctx context.Context, tx *db.Tx, id string, from, to feed.Cursor) error {
	return tx.ExecOne(ctx, `
		UPDATE webhook_endpoint SET position = $4, part = $5
		WHERE id = $1 AND position = $2 AND part = $3 AND disabled_at IS NULL AND deleted_at IS NULL`,
		id, from.Position, from.Part, to.Position, to.Part)
}

func setCursor(ctx context.Context, tx *db.Tx, id string, to feed.Cursor) error {
	return tx.ExecOne(ctx, `UPDATE webhook_endpoint SET position = $2, part = $3 WHERE id = $1`, id, to.Position, to.Part)
}

func markDeleted(ctx context.Context, tx *db.Tx, id string, now int64) error {
	return tx.ExecOne(ctx, `UPDATE webhook_endpoint SET deleted_at = $2 WHERE id = $1`, id, now)
}

// selectCleared answers what the log keeps of each endpoint: from when on, which is
// nothing of a deleted one.
func selectCleared(ctx context.Context, tx *db.Tx) (list []cleared, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var one cleared
		err := row.Scan(&one.endpoint, &one.keepDays, &one.deleted)
		list = append(list, one)
		return err
	}, `SELECT id, keep_days, deleted_at IS NOT NULL FROM webhook_endpoint ORDER BY id`)
	return list, err
}

// deleteEndpoint takes a deleted endpoint away for good.
func deleteEndpoint(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `DELETE FROM webhook_endpoint WHERE id = $1 AND deleted_at IS NOT NULL`, id)
	return err
}

func maybe(ms *int64) any {
	if ms == nil {
		return nil
	}
	return *ms
}
