// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Users. A role that is not built in comes along from its own table.

const userFields = `
	SELECT u.id, u.email, u.name, u.role, u.status, u.source, u.role_from, u.window_from, u.window_to, u.created_at, u.updated_at,
		u.activated_at, u.deactivated_at, COALESCE(r.name, ''), COALESCE(r.areas, '')
	FROM access_user u LEFT JOIN access_role r ON r.id = u.role AND r.workspace = u.workspace`

func scanUser(row db.Row) (u User, err error) {
	var role RoleID
	var roleName, areas string
	var created, updated int64
	var from, to, activated, deactivated sql.NullInt64
	if err := row.Scan(&u.ID, &u.Email, &u.Name, &role, &u.Status, &u.Source, &u.RoleFrom, &from, &to, &created, &updated,
		&activated, &deactivated, &roleName, &areas); err != nil {
		return User{}, err
	}
	u.CreatedAt, u.UpdatedAt = db.Time(created), db.Time(updated)
	u.ActivatedAt, u.DeactivatedAt = maybe(activated), maybe(deactivated)
	if from.Valid && to.Valid {
		u.Window = &caller.Window{From: db.Time(from.Int64), To: db.Time(to.Int64)}
	}
	u.Role, err = storedRole(role, roleName, areas)
	return u, err
}

func maybe(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	at := db.Time(ms.Int64)
	return &at
}

// stored answers an instant that may be absent as rows keep it.
func stored(at *time.Time) any {
	if at == nil {
		return nil
	}
	return db.Millis(*at)
}

func storedWindow(w *caller.Window) (from, to any) {
	if w == nil {
		return nil, nil
	}
	return db.Millis(w.From), db.Millis(w.To)
}

func insertUser(ctx context.Context, tx *db.Tx, workspace int64, u User) error {
	return tx.ExecOne(ctx, `
		INSERT INTO access_user (id, workspace, email, email_key, name, role, status, source, created_at, updated_at, activated_at, role_from)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		string(u.ID), workspace, u.Email, strings.ToLower(u.Email), u.Name, string(u.Role.ID), string(u.Status), string(u.Source),
		db.Millis(u.CreatedAt), db.Millis(u.UpdatedAt), stored(u.ActivatedAt), string(u.RoleFrom))
}

func selectUser(ctx context.Context, tx *db.Tx, workspace int64, id UserID) (User, error) {
	return scanUser(tx.QueryRow(ctx, userFields+` WHERE u.id = $1 AND u.workspace = $2`, string(id), workspace))
}

// selectUserByEmail answers the user with an e-mail, whatever its case.
func selectUserByEmail(ctx context.Context, tx *db.Tx, workspace int64, email string) (User, error) {
	return scanUser(tx.QueryRow(ctx, userFields+`
		WHERE u.workspace = $1 AND u.email_key = $2`, workspace, strings.ToLower(email)))
}

func selectUsers(ctx context.Context, tx *db.Tx, workspace int64) ([]User, error) {
	return eachUser(ctx, tx, userFields+` WHERE u.workspace = $1 ORDER BY u.id`, workspace)
}

// selectUsersAfter answers up to limit users of the workspace after an id.
func selectUsersAfter(ctx context.Context, tx *db.Tx, workspace int64, after UserID, limit int) ([]User, error) {
	return eachUser(ctx, tx, userFields+`
		WHERE u.workspace = $1 AND u.id > $2 ORDER BY u.id LIMIT $3`, workspace, string(after), int64(limit))
}

// selectActive answers the active users with a role.
func selectActive(ctx context.Context, tx *db.Tx, workspace int64, role RoleID) ([]User, error) {
	return eachUser(ctx, tx, userFields+`
		WHERE u.workspace = $1 AND u.role = $2 AND u.status = 'active' ORDER BY u.id`, workspace, string(role))
}

func eachUser(ctx context.Context, tx *db.Tx, query string, args ...any) (users []User, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		u, err := scanUser(row)
		users = append(users, u)
		return err
	}, query, args...)
	return users, err
}

// updateUser writes all but the status, which has a statement of its own.
func updateUser(ctx context.Context, tx *db.Tx, workspace int64, u User) error {
	from, to := storedWindow(u.Window)
	return tx.ExecOne(ctx, `
		UPDATE access_user SET email = $1, email_key = $2, name = $3, role = $4, window_from = $5, window_to = $6, updated_at = $7, role_from = $8
		WHERE workspace = $9 AND id = $10`,
		u.Email, strings.ToLower(u.Email), u.Name, string(u.Role.ID), from, to, db.Millis(u.UpdatedAt), string(u.RoleFrom), workspace, string(u.ID))
}

func updateStatus(ctx context.Context, tx *db.Tx, workspace int64, u User) error {
	return tx.ExecOne(ctx, `
		UPDATE access_user SET status = $1, activated_at = $2, deactivated_at = $3, updated_at = $4
		WHERE workspace = $5 AND id = $6`,
		string(u.Status), stored(u.ActivatedAt), stored(u.DeactivatedAt), db.Millis(u.UpdatedAt), workspace, string(u.ID))
}

func deleteUser(ctx context.Context, tx *db.Tx, workspace int64, id UserID) error {
	return tx.ExecOne(ctx, `
		DELETE FROM access_user WHERE workspace = $1 AND id = $2`, workspace, string(id))
}

// holdWorkspace makes every other guarded change of the workspace wait for the
// end of this transaction.
func holdWorkspace(ctx context.Context, tx *db.Tx, workspace int64) error {
	return tx.ExecOne(ctx, `
		INSERT INTO access_guard (workspace, changes) VALUES ($1, 1)
		ON CONFLICT (workspace) DO UPDATE SET changes = access_guard.changes + 1`, workspace)
}

func updateRoleFrom(ctx context.Context, tx *db.Tx, workspace int64, id UserID, from RoleFrom) error {
	return tx.ExecOne(ctx, `
		UPDATE access_user SET role_from = $1 WHERE workspace = $2 AND id = $3`, string(from), workspace, string(id))
}

func updateSource(ctx context.Context, tx *db.Tx, workspace int64, id UserID, source Source) error {
	return tx.ExecOne(ctx, `
		UPDATE access_user SET source = $1 WHERE workspace = $2 AND id = $3`, string(source), workspace, string(id))
}
