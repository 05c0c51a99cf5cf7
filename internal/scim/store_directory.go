// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"database/sql"
	"time"

	"github.com/passmuster/muster/internal/db"
)

const directoryFields = `
	d.number, d.id, d.name, d.provider, d.state, d.strict, d.role_attribute, d.default_role, d.created_at, d.updated_at,
	d.linked_at, d.alerted_at, d.learned, d.edition, w.number, w.id, w.name`

func scanDirectory(row db.Row, more ...any) (d Directory, err error) {
	var created, updated int64
	var linked, alerted sql.NullInt64
	err = row.Scan(append([]any{
		&d.Number, &d.ID, &d.Name, &d.Provider, &d.State, &d.Strict, &d.RoleAttribute, &d.DefaultRole, &created, &updated,
		&linked, &alerted, &d.learned, &d.edition, &d.Workspace.Number, &d.Workspace.ID, &d.Workspace.Name,
	}, more...)...)
	d.CreatedAt, d.UpdatedAt, d.LinkedAt, d.AlertedAt = db.Time(created), db.Time(updated), maybe(linked), maybe(alerted)
	return d, err
}

// selectDirectoryByToken answers the directory that a live token is for, in any
// workspace: the token says which.
func selectDirectoryByToken(ctx context.Context, tx *db.Tx, hash []byte) (d Directory, expires *time.Time, err error) {
	var until sql.NullInt64
	d, err = scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+`, t.expires_at
		FROM scim_token t JOIN scim_directory d ON d.number = t.directory JOIN workspace w ON w.number = d.workspace
		WHERE t.hash = $1 AND t.revoked_at IS NULL AND d.deleted_at IS NULL`, hash), &until)
	return d, maybe(until), err
}

// byID answers a directory of a workspace; db.ErrNoRow.
func (s *Service) byID(ctx context.Context, tx *db.Tx, workspace int64, id DirectoryID) (Directory, error) {
	return scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+` FROM scim_directory d JOIN workspace w ON w.number = d.workspace
		WHERE d.id = $1 AND d.workspace = $2 AND d.deleted_at IS NULL`, string(id), workspace))
}

// selectOpen answers a directory by its id alone, for what needs no credential.
func selectOpen(ctx context.Context, tx *db.Tx, id string) (Directory, error) {
	return scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+` FROM scim_directory d JOIN workspace w ON w.number = d.workspace
		WHERE d.id = $1 AND d.deleted_at IS NULL`, id))
}

func selectByNumber(ctx context.Context, tx *db.Tx, number int64) (Directory, error) {
	return scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+` FROM scim_directory d JOIN workspace w ON w.number = d.workspace WHERE d.number = $1`, number))
}

// linkDirectory makes a directory that was waiting for its first request active.
func linkDirectory(ctx context.Context, tx *db.Tx, number int64, at time.Time) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE scim_directory SET state = 'linked', linked_at = COALESCE(linked_at, $1)
		WHERE number = $2 AND state IN ('validating', 'invalid_credentials')`, db.Millis(at), number)
}

// refuseDirectory notes that somebody comes with a dead token. A directory that
// is linked stays so: anybody can send nonsense to its address.
func refuseDirectory(ctx context.Context, tx *db.Tx, number int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE scim_directory SET state = 'invalid_credentials' WHERE number = $1 AND state = 'validating'`, number)
	return err
}
