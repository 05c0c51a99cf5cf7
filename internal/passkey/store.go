// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"database/sql"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// record is a passkey with all that its row and its workspace say.
type record struct {
	Passkey

	credential webauthn.Credential
	slug       string // of the workspace
	text       string // credential as it was read
	user       access.UserID
	workspace  caller.Workspace
}

const recordColumns = `
	p.id, p.user_id, p.name, p.credential, p.created_at, p.last_used_at, w.number, w.id, w.name, w.slug`

func scanRecord(row db.Row) (r record, err error) {
	var created int64
	var used sql.NullInt64
	err = row.Scan(&r.ID, &r.user, &r.Name, &r.text, &created, &used,
		&r.workspace.Number, &r.workspace.ID, &r.workspace.Name, &r.slug)
	if err != nil {
		return record{}, err
	}
	r.CreatedAt = db.Time(created)
	if used.Valid {
		at := db.Time(used.Int64)
		r.LastUsedAt = &at
	}
	return r, json.Unmarshal([]byte(r.text), &r.credential)
}

func selectOwn(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (all []record, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		r, err := scanRecord(row)
		all = append(all, r)
		return err
	}, `
		SELECT `+recordColumns+` FROM passkey_credential p JOIN workspace w ON w.number = p.workspace
		WHERE p.workspace = $1 AND p.user_id = $2 ORDER BY p.id`, workspace, string(user))
	return all, err
}

func selectOwnOne(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, id ID) (record, error) {
	return scanRecord(tx.QueryRow(ctx, `
		SELECT `+recordColumns+` FROM passkey_credential p JOIN workspace w ON w.number = p.workspace
		WHERE p.id = $1 AND p.workspace = $2 AND p.user_id = $3`, string(id), workspace, string(user)))
}

// selectByHandle looks in every workspace: the passkey says which one it is for.
func selectByHandle(ctx context.Context, tx *db.Tx, handle string) (record, error) {
	return scanRecord(tx.QueryRow(ctx, `
		SELECT `+recordColumns+` FROM passkey_credential p JOIN workspace w ON w.number = p.workspace
		WHERE p.handle = $1`, handle))
}

func countOwn(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID) (count int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM passkey_credential WHERE workspace = $1 AND user_id = $2`, workspace, string(user)).Scan(&count)
	return count, err
}

func insertCredential(ctx context.Context, tx *db.Tx, handle string, r record) error {
	text, err := json.Marshal(r.credential)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO passkey_credential (id, workspace, user_id, handle, name, credential, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		string(r.ID), r.workspace.Number, string(r.user), handle, r.Name, string(text), db.Millis(r.CreatedAt))
}

func updateName(ctx context.Context, tx *db.Tx, workspace int64, id ID, name string) error {
	return tx.ExecOne(ctx, `
		UPDATE passkey_credential SET name = $1 WHERE id = $2 AND workspace = $3`, name, string(id), workspace)
}

// updateUsed writes what a sign-in left behind. db.ErrNoRow when the row is not
// the one that was read any more: two answers with one sign count do not both
// count.
func updateUsed(ctx context.Context, tx *db.Tx, r record, used webauthn.Credential, now time.Time) error {
	text, err := json.Marshal(used)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE passkey_credential SET credential = $1, last_used_at = $2
		WHERE id = $3 AND workspace = $4 AND credential = $5`,
		string(text), db.Millis(now), string(r.ID), r.workspace.Number, r.text)
}

func deleteCredential(ctx context.Context, tx *db.Tx, workspace int64, id ID) error {
	return tx.ExecOne(ctx, `
		DELETE FROM passkey_credential WHERE id = $1 AND workspace = $2`, string(id), workspace)
}

func insertChallenge(ctx context.Context, tx *db.Tx, hash digest, ch challenge) error {
	session, err := json.Marshal(ch.session)
	if err != nil {
		return err
	}
	workspace := sql.NullInt64{Int64: ch.workspace, Valid: ch.workspace != 0}
	user := sql.NullString{String: string(ch.user), Valid: ch.user != ""}
	return tx.ExecOne(ctx, `
		INSERT INTO passkey_challenge (hash, kind, workspace, user_id, wanted, session, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		hash[:], string(ch.kind), workspace, user, ch.wanted, string(session), db.Millis(ch.createdAt), db.Millis(ch.expiresAt))
}

func selectChallenge(ctx context.Context, tx *db.Tx, hash digest) (ch challenge, err error) {
	var workspace sql.NullInt64
	var user sql.NullString
	var session string
	var created, expires int64
	err = tx.QueryRow(ctx, `
		SELECT kind, workspace, user_id, wanted, session, created_at, expires_at FROM passkey_challenge
		WHERE hash = $1`, hash[:]).Scan(&ch.kind, &workspace, &user, &ch.wanted, &session, &created, &expires)
	if err != nil {
		return challenge{}, err
	}
	ch.createdAt, ch.expiresAt = db.Time(created), db.Time(expires)
	ch.user, ch.workspace = access.UserID(user.String), workspace.Int64
	return ch, json.Unmarshal([]byte(session), &ch.session)
}

func deleteChallenge(ctx context.Context, tx *db.Tx, hash digest) error {
	return tx.ExecOne(ctx, `DELETE FROM passkey_challenge WHERE hash = $1`, hash[:])
}

// everything is a limit that none reaches: SQLite has no OFFSET without one.
const everything = 1 << 62

// trimSignIns deletes the oldest challenges of nobody beyond a number.
func trimSignIns(ctx context.Context, tx *db.Tx, keep int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM passkey_challenge WHERE hash IN (
			SELECT hash FROM passkey_challenge WHERE kind = 'sign-in'
			ORDER BY created_at DESC, hash LIMIT $1 OFFSET $2)`, int64(everything), keep)
	return err
}

// trimRegistrations deletes a user's oldest challenges beyond a number.
func trimRegistrations(ctx context.Context, tx *db.Tx, workspace int64, user access.UserID, keep int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM passkey_challenge WHERE hash IN (
			SELECT hash FROM passkey_challenge WHERE workspace = $1 AND user_id = $2
			ORDER BY created_at DESC, hash LIMIT $3 OFFSET $4)`, workspace, string(user), int64(everything), keep)
	return err
}

func deleteExpired(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM passkey_challenge WHERE expires_at <= $1`, db.Millis(now))
	return err
}
