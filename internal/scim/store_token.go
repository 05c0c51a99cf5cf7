// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"database/sql"
	"time"

	"github.com/passmuster/muster/internal/db"
)

func insertToken(ctx context.Context, tx *db.Tx, d Directory, t Token, hash []byte) error {
	return tx.ExecOne(ctx, `
		INSERT INTO scim_token (hash, id, workspace, directory, hint, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		hash, t.ID, d.Workspace.Number, d.Number, t.Hint, db.Millis(t.CreatedAt), nullable(t.ExpiresAt))
}

// selectTokens answers the pasted tokens of a directory that are not revoked,
// newest first.
func selectTokens(ctx context.Context, tx *db.Tx, d Directory) (tokens []Token, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var t Token
		var created int64
		var expires, used sql.NullInt64
		err := row.Scan(&t.ID, &t.Hint, &created, &expires, &used)
		t.CreatedAt, t.ExpiresAt, t.LastUsedAt = db.Time(created), maybe(expires), maybe(used)
		tokens = append(tokens, t)
		return err
	}, `
		SELECT id, hint, created_at, expires_at, last_used_at FROM scim_token
		WHERE directory = $1 AND revoked_at IS NULL AND client IS NULL ORDER BY id DESC`, d.Number)
	return tokens, err
}

// revokeToken answers db.ErrNoRow for what is no live pasted token of the directory.
func revokeToken(ctx context.Context, tx *db.Tx, d Directory, id string, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE scim_token SET revoked_at = $1 WHERE id = $2 AND directory = $3 AND revoked_at IS NULL AND client IS NULL`, db.Millis(now), id, d.Number)
}

func touchToken(ctx context.Context, tx *db.Tx, hash []byte, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE scim_token SET last_used_at = $1 WHERE hash = $2`, db.Millis(at), hash)
	return err
}
