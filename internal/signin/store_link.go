// SPDX-License-Identifier: Apache-2.0

package signin

import (
	"context"
	"database/sql"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
)

func insertLink(ctx context.Context, tx *db.Tx, l link, hash []byte, sealed string, now time.Time) error {
	var user, try any
	if l.user != "" {
		user = string(l.user)
	}
	if sealed != "" {
		try = db.Millis(now)
	}
	return tx.ExecOne(ctx, `
		INSERT INTO signin_link (id, hash, kind, workspace, user_id, created_at, expires_at, token, tries, try_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)`,
		l.id, hash, string(l.kind), l.workspace.Number, user, db.Millis(now), db.Millis(l.expires), sealed, try)
}

// dropLinks takes away the unused links of a kind that a user has; the workspace's
// set-up links for user "".
func dropLinks(ctx context.Context, tx *db.Tx, workspace int64, k kind, user access.UserID) error {
	query := `DELETE FROM signin_link WHERE workspace = $1 AND kind = $2 AND used_at IS NULL AND user_id = $3`
	args := []any{workspace, string(k), string(user)}
	if user == "" {
		query = `DELETE FROM signin_link WHERE workspace = $1 AND kind = $2 AND used_at IS NULL AND user_id IS NULL`
		args = args[:2]
	}
	_, err := tx.Exec(ctx, query, args...)
	return err
}

func dropAllLinks(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM signin_link WHERE workspace = $1 AND user_id = $2 AND used_at IS NULL`, workspace, string(user))
	return err
}

// selectLink finds a link that still works, in any workspace: its token says
// which.
func selectLink(ctx context.Context, tx *db.Tx, hash []byte, now time.Time) (link, error) {
	return scanLink(tx.QueryRow(ctx, `
		SELECT l.id, l.kind, l.user_id, l.expires_at, w.number, w.id, w.name
		FROM signin_link l JOIN workspace w ON w.number = l.workspace
		WHERE l.hash = $1 AND l.used_at IS NULL AND l.expires_at > $2`, hash, db.Millis(now)))
}

func scanLink(row db.Row) (l link, err error) {
	var user sql.NullString
	var expires int64
	err = row.Scan(&l.id, &l.kind, &user, &expires, &l.workspace.Number, &l.workspace.ID, &l.workspace.Name)
	l.user, l.expires = access.UserID(user.String), db.Time(expires)
	return l, err
}

func useLink(ctx context.Context, tx *db.Tx, id string, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE signin_link SET used_at = $1, token = '', try_at = NULL WHERE id = $2 AND used_at IS NULL`, db.Millis(now), id)
}

// waiting is a link that is to be mailed.
type waiting struct {
	link
	sealed string
	tries  int64
}

func selectDueLinks(ctx context.Context, tx *db.Tx, now time.Time, limit int) (all []waiting, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var x waiting
		var user sql.NullString
		var expires int64
		err := row.Scan(&x.id, &x.kind, &user, &expires, &x.sealed, &x.tries, &x.workspace.Number, &x.workspace.ID, &x.workspace.Name)
		x.user, x.expires = access.UserID(user.String), db.Time(expires)
		all = append(all, x)
		return err
	}, `
		SELECT l.id, l.kind, l.user_id, l.expires_at, l.token, l.tries, w.number, w.id, w.name
		FROM signin_link l JOIN workspace w ON w.number = l.workspace
		WHERE l.try_at IS NOT NULL AND l.try_at <= $1 ORDER BY l.try_at LIMIT $2`, db.Millis(now), limit)
	return all, err
}

func hasDueLinks(ctx context.Context, tx *db.Tx, now time.Time) (due bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM signin_link WHERE try_at IS NOT NULL AND try_at <= $1)`, db.Millis(now)).Scan(&due)
	return due, err
}

// settleLink ends the sending of a link: the sealed token goes.
func settleLink(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE signin_link SET token = '', try_at = NULL WHERE id = $1`, id)
	return err
}

func retryLink(ctx context.Context, tx *db.Tx, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE signin_link SET tries = tries + 1, try_at = $1 WHERE id = $2`, db.Millis(at), id)
	return err
}

// purge forgets what is over: links, steps, counters.
func purge(ctx context.Context, tx *db.Tx, now, attemptsBefore time.Time) error {
	for _, statement := range []string{
		`DELETE FROM signin_link WHERE expires_at < $1`,
		`DELETE FROM signin_step WHERE expires_at < $1`,
	} {
		if _, err := tx.Exec(ctx, statement, db.Millis(now)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM signin_attempt WHERE since < $1`, db.Millis(attemptsBefore))
	return err
}
