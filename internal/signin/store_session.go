// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"database/sql"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
)

const sessionText = `
	SELECT s.id, s.hash IS NULL, s.user_id, s.browser, s.method, s.provider, s.address, s.agent, s.created_at, s.proved_at,
		s.seen_at, s.idle, s.expires_at, s.ended_at, w.number, w.id, w.name
	FROM signin_session s JOIN workspace w ON w.number = s.workspace `

func scanSession(row db.Row) (x Session, err error) {
	var created, proved, seen, idle, expires int64
	var ended sql.NullInt64
	err = row.Scan(&x.ID, &x.Sleeping, &x.User, &x.browser, &x.Method, &x.Provider, &x.Address, &x.Agent, &created, &proved,
		&seen, &idle, &expires, &ended, &x.Workspace.Number, &x.Workspace.ID, &x.Workspace.Name)
	x.CreatedAt, x.ProvedAt, x.SeenAt, x.ExpiresAt = db.Time(created), db.Time(proved), db.Time(seen), db.Time(expires)
	x.Idle, x.EndedAt = time.Duration(idle)*time.Millisecond, maybe(ended)
	return x, err
}

func insertSession(ctx context.Context, tx *db.Tx, x Session, hash []byte) error {
	var stored any // nil while it sleeps
	if hash != nil {
		stored = hash
	}
	return tx.ExecOne(ctx, `
		INSERT INTO signin_session (id, hash, workspace, user_id, browser, method, provider, address, agent, created_at,
			proved_at, seen_at, idle, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		x.ID, stored, x.Workspace.Number, string(x.User), x.browser, string(x.Method), x.Provider, x.Address, x.Agent,
		db.Millis(x.CreatedAt), db.Millis(x.ProvedAt), db.Millis(x.SeenAt), x.Idle.Milliseconds(), db.Millis(x.ExpiresAt))
}

// selectSession finds a session of any workspace: the cookie says which.
func selectSession(ctx context.Context, tx *db.Tx, hash []byte) (Session, error) {
	return scanSession(tx.QueryRow(ctx, sessionText+`WHERE s.hash = $1`, hash))
}

func selectSessionByID(ctx context.Context, tx *db.Tx, workspace int64, id string) (Session, error) {
	return scanSession(tx.QueryRow(ctx, sessionText+`WHERE s.id = $1 AND s.workspace = $2`, id, workspace))
}

// selectAsleep finds the newest sleeping session of a browser in a workspace.
func selectAsleep(ctx context.Context, tx *db.Tx, browser string, workspace int64) (Session, error) {
	return scanSession(tx.QueryRow(ctx, sessionText+`
		WHERE s.browser = $1 AND s.workspace = $2 AND s.hash IS NULL AND s.ended_at IS NULL ORDER BY s.id DESC LIMIT 1`, browser, workspace))
}

// selectBrowser answers the sessions of a browser that have not ended.
func selectBrowser(ctx context.Context, tx *db.Tx, browser string) ([]Session, error) {
	return eachSession(ctx, tx, sessionText+`WHERE s.browser = $1 AND s.ended_at IS NULL ORDER BY s.id`, browser)
}

// selectSessions answers the sessions of a user that have not ended.
func selectSessions(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) ([]Session, error) {
	return eachSession(ctx, tx, sessionText+`
		WHERE s.user_id = $1 AND s.workspace = $2 AND s.ended_at IS NULL ORDER BY s.id DESC`, string(user), workspace)
}

func eachSession(ctx context.Context, tx *db.Tx, query string, args ...any) (all []Session, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		x, err := scanSession(row)
		all = append(all, x)
		return err
	}, query, args...)
	return all, err
}

func seeSession(ctx context.Context, tx *db.Tx, id string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE signin_session SET seen_at = $1 WHERE id = $2 AND seen_at < $3`, db.Millis(now), id, db.Millis(now))
	return err
}

func proveSession(ctx context.Context, tx *db.Tx, workspace int64, id string, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE signin_session SET proved_at = $1 WHERE id = $2 AND workspace = $3`, db.Millis(now), id, workspace)
}

// sleepSession makes the session's cookie worthless; ErrNoRow when it is already.
func sleepSession(ctx context.Context, tx *db.Tx, id string) error {
	return tx.ExecOne(ctx, `UPDATE signin_session SET hash = NULL WHERE id = $1 AND hash IS NOT NULL`, id)
}

// wakeSession gives a session a cookie; ErrNoRow when it ended or is awake.
func wakeSession(ctx context.Context, tx *db.Tx, id string, hash []byte, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE signin_session SET hash = $1, seen_at = $2 WHERE id = $3 AND hash IS NULL AND ended_at IS NULL`, hash, db.Millis(now), id)
}

func endSession(ctx context.Context, tx *db.Tx, id string, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE signin_session SET ended_at = $1, hash = NULL WHERE id = $2 AND ended_at IS NULL`, db.Millis(now), id)
}

func endInBrowser(ctx context.Context, tx *db.Tx, browser string, workspace int64, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE signin_session SET ended_at = $1, hash = NULL WHERE browser = $2 AND workspace = $3 AND ended_at IS NULL`,
		db.Millis(now), browser, workspace)
	return err
}

func endBrowser(ctx context.Context, tx *db.Tx, browser string, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE signin_session SET ended_at = $1, hash = NULL WHERE browser = $2 AND ended_at IS NULL`, db.Millis(now), browser)
	return err
}

// endSessions ends the sessions of a user, but for one.
func endSessions(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, except string, now time.Time) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE signin_session SET ended_at = $1, hash = NULL
		WHERE user_id = $2 AND workspace = $3 AND id <> $4 AND ended_at IS NULL`,
		db.Millis(now), string(user), workspace, except)
}

// shortenSessions takes running sessions to new bounds, and none beyond its own.
func shortenSessions(ctx context.Context, tx *db.Tx, workspace int64, s Settings) error {
	_, err := tx.Exec(ctx, `
		UPDATE signin_session SET
			idle = CASE WHEN idle > $1 THEN $1 ELSE idle END,
			expires_at = CASE WHEN expires_at > created_at + $2 THEN created_at + $2 ELSE expires_at END
		WHERE workspace = $3 AND ended_at IS NULL`, s.Idle.Milliseconds(), s.Lifetime.Milliseconds(), workspace)
	return err
}

// purgeSessions forgets sessions that ended or ran out before a time: until then
// they tell which addresses a user is known at.
func purgeSessions(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM signin_session WHERE expires_at < $1`, db.Millis(before))
	return err
}
