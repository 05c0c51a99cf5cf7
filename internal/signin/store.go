// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"database/sql"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

func selectPassword(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (hash string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT hash FROM signin_password WHERE user_id = $1 AND workspace = $2`, string(user), workspace).Scan(&hash)
	return hash, err
}

func putPassword(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, hash string, now time.Time) error {
	return tx.ExecOne(ctx, `
		INSERT INTO signin_password (user_id, workspace, hash, changed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
		string(user), workspace, hash, db.Millis(now))
}

func selectTOTP(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (f secondFactor, err error) {
	var confirmed sql.NullInt64
	err = tx.QueryRow(ctx, `
		SELECT secret, last_step, confirmed_at FROM signin_totp WHERE user_id = $1 AND workspace = $2`,
		string(user), workspace).Scan(&f.secret, &f.lastStep, &confirmed)
	f.confirmed, f.user = maybe(confirmed), user
	return f, err
}

func putTOTP(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, sealed string, now time.Time) error {
	return tx.ExecOne(ctx, `
		INSERT INTO signin_totp (user_id, workspace, secret, last_step, created_at) VALUES ($1, $2, $3, 0, $4)
		ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, last_step = 0`,
		string(user), workspace, sealed, db.Millis(now))
}

func confirmTOTP(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, step int64, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE signin_totp SET confirmed_at = $1, last_step = $2 WHERE user_id = $3 AND workspace = $4`,
		db.Millis(now), step, string(user), workspace)
}

// moveTOTP uses a period up; 0 when another sign-in was faster.
func moveTOTP(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, step int64) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE signin_totp SET last_step = $1 WHERE user_id = $2 AND workspace = $3 AND last_step < $4`,
		step, string(user), workspace, step)
}

func deleteTOTP(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM signin_totp WHERE user_id = $1 AND workspace = $2`, string(user), workspace)
}

func insertCode(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, hash []byte) error {
	return tx.ExecOne(ctx, `
		INSERT INTO signin_recovery (hash, workspace, user_id) VALUES ($1, $2, $3)`, hash, workspace, string(user))
}

func useRecovery(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, hash []byte, now time.Time) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE signin_recovery SET used_at = $1 WHERE hash = $2 AND workspace = $3 AND user_id = $4 AND used_at IS NULL`,
		db.Millis(now), hash, workspace, string(user))
}

func deleteCodes(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) error {
	_, err := tx.Exec(ctx, `DELETE FROM signin_recovery WHERE user_id = $1 AND workspace = $2`, string(user), workspace)
	return err
}

func countCodes(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (count int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM signin_recovery WHERE user_id = $1 AND workspace = $2 AND used_at IS NULL`,
		string(user), workspace).Scan(&count)
	return count, err
}

func selectSettings(ctx context.Context, tx *db.Tx, workspace int64) (s Settings, err error) {
	var password, passkey, magic, oidc, saml bool
	var idle, lifetime int64
	err = tx.QueryRow(ctx, `
		SELECT password, passkey, magic_link, oidc, saml, idle, lifetime FROM signin_setting WHERE workspace = $1`,
		workspace).Scan(&password, &passkey, &magic, &oidc, &saml, &idle, &lifetime)
	s.Enabled = map[Method]bool{MagicLink: magic, OIDC: oidc, Passkey: passkey, Password: password, SAML: saml}
	s.Idle, s.Lifetime = time.Duration(idle)*time.Millisecond, time.Duration(lifetime)*time.Millisecond
	return s, err
}

func putSettings(ctx context.Context, tx *db.Tx, workspace int64, s Settings, now time.Time) error {
	return tx.ExecOne(ctx, `
		INSERT INTO signin_setting (workspace, password, passkey, magic_link, oidc, saml, idle, lifetime, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (workspace) DO UPDATE SET password = excluded.password, passkey = excluded.passkey,
			magic_link = excluded.magic_link, oidc = excluded.oidc, saml = excluded.saml, idle = excluded.idle,
			lifetime = excluded.lifetime, updated_at = excluded.updated_at`,
		workspace, s.Enabled[Password], s.Enabled[Passkey], s.Enabled[MagicLink], s.Enabled[OIDC], s.Enabled[SAML],
		s.Idle.Milliseconds(), s.Lifetime.Milliseconds(), db.Millis(now))
}

// countAttempt counts one; a counter that did not begin after oldest begins again.
func countAttempt(ctx context.Context, tx *db.Tx, subject string, now, oldest time.Time) (count int64, since time.Time, err error) {
	var began int64
	err = tx.QueryRow(ctx, `
		INSERT INTO signin_attempt (subject, count, since) VALUES ($1, 1, $2)
		ON CONFLICT (subject) DO UPDATE SET
			count = CASE WHEN signin_attempt.since <= $3 THEN 1 ELSE signin_attempt.count + 1 END,
			since = CASE WHEN signin_attempt.since <= $3 THEN excluded.since ELSE signin_attempt.since END
		RETURNING count, since`, subject, db.Millis(now), db.Millis(oldest)).Scan(&count, &began)
	return count, db.Time(began), err
}

func forgiveAttempt(ctx context.Context, tx *db.Tx, subject string) error {
	_, err := tx.Exec(ctx, `UPDATE signin_attempt SET count = count - 1 WHERE subject = $1 AND count > 0`, subject)
	return err
}

// selectAddresses answers where a user had sessions from since a time.
func selectAddresses(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, since time.Time) (all []string, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var address string
		err := row.Scan(&address)
		all = append(all, address)
		return err
	}, `
		SELECT DISTINCT address FROM signin_session WHERE user_id = $1 AND workspace = $2 AND created_at >= $3`,
		string(user), workspace, db.Millis(since))
	return all, err
}

// step is a sign-in that waits for its second factor.
type step struct {
	expires   time.Time
	method    Method
	user      access.UserID
	workspace caller.Workspace
}

func insertStep(ctx context.Context, tx *db.Tx, x step, hash []byte) error {
	return tx.ExecOne(ctx, `
		INSERT INTO signin_step (hash, workspace, user_id, method, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		hash, x.workspace.Number, string(x.user), string(x.method), db.Millis(x.expires))
}

func selectStep(ctx context.Context, tx *db.Tx, hash []byte, now time.Time) (x step, err error) {
	err = tx.QueryRow(ctx, `
		SELECT s.user_id, s.method, w.number, w.id, w.name FROM signin_step s JOIN workspace w ON w.number = s.workspace
		WHERE s.hash = $1 AND s.expires_at > $2`, hash, db.Millis(now)).Scan(
		&x.user, &x.method, &x.workspace.Number, &x.workspace.ID, &x.workspace.Name)
	return x, err
}

// useStep takes a ticket away; ErrNoRow when another request was faster.
func useStep(ctx context.Context, tx *db.Tx, hash []byte) error {
	return tx.ExecOne(ctx, `DELETE FROM signin_step WHERE hash = $1`, hash)
}

func deleteSteps(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) error {
	_, err := tx.Exec(ctx, `DELETE FROM signin_step WHERE user_id = $1 AND workspace = $2`, string(user), workspace)
	return err
}

// holdUser makes whatever else holds the user wait for the end of this
// transaction; ErrNoRow when there is no such user.
func holdUser(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) error {
	return tx.ExecOne(ctx, `
		INSERT INTO signin_guard (user_id, workspace, changes) SELECT id, workspace, 1 FROM access_user WHERE id = $1 AND workspace = $2
		ON CONFLICT (user_id) DO UPDATE SET changes = signin_guard.changes + 1`, string(user), workspace)
}

func maybe(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	at := db.Time(ms.Int64)
	return &at
}
