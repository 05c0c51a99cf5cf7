// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"strings"

	"github.com/passmuster/muster/internal/db"
)

func insertUser(ctx context.Context, tx *db.Tx, workspace int64, u User, hash string) error {
	return tx.ExecOne(ctx, `
		INSERT INTO access_user (id, workspace, email, email_key, password_hash, role, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(u.ID), workspace, u.Email, strings.ToLower(u.Email), hash, string(u.Role.ID), db.Millis(u.CreatedAt), db.Millis(u.UpdatedAt))
}

func selectUsers(ctx context.Context, tx *db.Tx, workspace int64) (users []User, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var u User
		var hash, role string
		var created, updated int64
		if err := row.Scan(&u.ID, &u.Email, &hash, &role, &created, &updated); err != nil {
			return err
		}
		u.CreatedAt, u.HasPassword, u.UpdatedAt = db.Time(created), hash != "", db.Time(updated)
		u.Role, err = FindRole(role)
		users = append(users, u)
		return err
	}, `
		SELECT id, email, password_hash, role, created_at, updated_at FROM access_user
		WHERE workspace = $1 ORDER BY id`, workspace)
	return users, err
}

func countRole(ctx context.Context, tx *db.Tx, workspace int64, role RoleID) (count int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM access_user WHERE workspace = $1 AND role = $2`, workspace, string(role)).Scan(&count)
	return count, err
}
