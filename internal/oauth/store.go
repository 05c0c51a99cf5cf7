// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

const applicationColumns = `
	a.id, a.name, a.type, a.distribution, a.client_id, a.scopes, a.redirect_uris,
	a.overlapping_tokens, a.rotation_grace, a.accept_form, a.created_at, a.updated_at, a.minted_at, a.description, a.origin`

// scanApplication reads applicationColumns and, after them, more.
func scanApplication(row db.Row, more ...any) (Application, error) {
	var app Application
	var scopes, uris string
	var grace, createdAt, updatedAt int64
	var minted sql.NullInt64
	var origin sql.NullString
	dest := []any{
		&app.ID, &app.Name, &app.Type, &app.Distribution, &app.ClientID, &scopes, &uris,
		&app.OverlappingTokens, &grace, &app.AcceptForm, &createdAt, &updatedAt, &minted,
		&app.Description, &origin,
	}
	if err := row.Scan(append(dest, more...)...); err != nil {
		return Application{}, err
	}
	app.CreatedAt, app.UpdatedAt, app.MintedAt = db.Time(createdAt), db.Time(updatedAt), maybe(minted)
	app.RotationGrace = time.Duration(grace) * time.Millisecond
	if app.Origin = ApplicationID(origin.String); app.Origin != "" {
		app.ClientID = "" // it keeps one that nobody can use
	}
	return app, errors.Join(
		json.Unmarshal([]byte(scopes), &app.Scopes),
		json.Unmarshal([]byte(uris), &app.RedirectURIs),
	)
}

func maybe(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	at := db.Time(ms.Int64)
	return &at
}

// list answers a JSON array as rows keep it.
func list[T ~string](all []T) (string, error) {
	text, err := json.Marshal(all)
	return string(text), err
}

func insertApplication(ctx context.Context, tx *db.Tx, workspace int64, app Application) error {
	scopes, err := list(app.Scopes)
	if err != nil {
		return err
	}
	uris, err := list(app.RedirectURIs)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO oauth_application (
			id, workspace, name, name_key, type, distribution, client_id, scopes, redirect_uris,
			overlapping_tokens, rotation_grace, accept_form, created_at, updated_at, description, origin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		string(app.ID), workspace, app.Name, nameKey(app.Name), string(app.Type), string(app.Distribution), app.ClientID,
		scopes, uris, app.OverlappingTokens, app.RotationGrace.Milliseconds(), app.AcceptForm,
		db.Millis(app.CreatedAt), db.Millis(app.UpdatedAt), app.Description,
		sql.NullString{String: string(app.Origin), Valid: app.Origin != ""})
}

func selectHouse(ctx context.Context, tx *db.Tx, w caller.Workspace) (id ApplicationID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT a.id FROM oauth_application a WHERE a.workspace = $1 AND a.client_id = $2`, w.Number, houseClient(w)).Scan(&id)
	return id, err
}

func insertHouse(ctx context.Context, tx *db.Tx, w caller.Workspace, id ApplicationID, now time.Time) error {
	return tx.ExecOne(ctx, `
		INSERT INTO oauth_application (
			id, workspace, name, name_key, type, distribution, client_id, scopes, redirect_uris,
			overlapping_tokens, rotation_grace, accept_form, created_at, updated_at, deleted_at)
		VALUES ($1, $2, $3, $4, 'build', 'private', $5, '[]', '[]', 1, 0, FALSE, $6, $6, $6)`,
		string(id), w.Number, HouseName, nameKey(HouseName), houseClient(w), db.Millis(now))
}

func selectApplication(ctx context.Context, tx *db.Tx, workspace int64, ref, key string) (Application, error) {
	return scanApplication(tx.QueryRow(ctx, `
		SELECT `+applicationColumns+` FROM oauth_application a
		WHERE a.workspace = $1 AND a.deleted_at IS NULL AND (a.id = $2 OR a.client_id = $2 OR a.name_key = $3)
		ORDER BY CASE WHEN a.id = $2 THEN 0 WHEN a.client_id = $2 THEN 1 ELSE 2 END LIMIT 1`, workspace, ref, key))
}

func selectApplications(ctx context.Context, tx *db.Tx, workspace int64) (all []Application, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		app, err := scanApplication(row)
		all = append(all, app)
		return err
	}, `
		SELECT `+applicationColumns+` FROM oauth_application a
		WHERE a.workspace = $1 AND a.deleted_at IS NULL ORDER BY a.id`, workspace)
	return all, err
}

// selectClientByID answers an application by its client id alone.
func selectClientByID(ctx context.Context, tx *db.Tx, clientID string) (Application, error) {
	return scanApplication(tx.QueryRow(ctx, `
		SELECT `+applicationColumns+` FROM oauth_application a
		WHERE a.client_id = $1 AND a.deleted_at IS NULL`, clientID))
}

// selectClient answers an application and its workspace's number by client id
// and a secret that lives at now.
func selectClient(
	ctx context.Context, tx *db.Tx, clientID string, secret digest, now time.Time,
) (app Application, workspace int64, err error) {
	app, err = scanApplication(tx.QueryRow(ctx, `
		SELECT `+applicationColumns+`, a.workspace FROM oauth_secret s JOIN oauth_application a ON a.id = s.application
		WHERE s.hash = $1 AND (s.expires_at IS NULL OR s.expires_at > $2) AND a.client_id = $3 AND a.deleted_at IS NULL`,
		secret[:], db.Millis(now), clientID), &workspace)
	return app, workspace, err
}

// holdApplication makes every other change of the application wait for the end
// of this transaction.
func holdApplication(ctx context.Context, tx *db.Tx, id ApplicationID) error {
	return tx.ExecOne(ctx, `
		UPDATE oauth_application SET updated_at = updated_at WHERE id = $1 AND deleted_at IS NULL`, string(id))
}

// markMinted holds the application as holdApplication does, and answers how many
// tokens may live at once.
func markMinted(ctx context.Context, tx *db.Tx, id ApplicationID, now time.Time) (overlapping int64, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE oauth_application SET minted_at = $1 WHERE id = $2 AND deleted_at IS NULL
		RETURNING overlapping_tokens`, db.Millis(now), string(id)).Scan(&overlapping)
	return overlapping, err
}

func updateSettings(ctx context.Context, tx *db.Tx, app Application) error {
	uris, err := list(app.RedirectURIs)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE oauth_application
		SET overlapping_tokens = $1, rotation_grace = $2, accept_form = $3, redirect_uris = $4, updated_at = $5,
			name = $7, name_key = $8, description = $9
		WHERE id = $6`,
		app.OverlappingTokens, app.RotationGrace.Milliseconds(), app.AcceptForm, uris, db.Millis(app.UpdatedAt), string(app.ID),
		app.Name, nameKey(app.Name), app.Description)
}

func deleteApplication(ctx context.Context, tx *db.Tx, id ApplicationID, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE oauth_application SET deleted_at = $1 WHERE id = $2`, db.Millis(now), string(id))
}

func insertSecret(ctx context.Context, tx *db.Tx, workspace int64, id ApplicationID, hash digest, now time.Time) error {
	return tx.ExecOne(ctx, `
		INSERT INTO oauth_secret (hash, workspace, application, created_at) VALUES ($1, $2, $3, $4)`,
		hash[:], workspace, string(id), db.Millis(now))
}

// selectSecretTimes answers when the newest secret of each application was made.
func selectSecretTimes(ctx context.Context, tx *db.Tx, workspace int64) (map[ApplicationID]time.Time, error) {
	made := map[ApplicationID]time.Time{}
	err := tx.Each(ctx, func(row db.Row) error {
		var id ApplicationID
		var at int64
		err := row.Scan(&id, &at)
		made[id] = db.Time(at)
		return err
	}, `SELECT application, MAX(created_at) FROM oauth_secret WHERE workspace = $1 AND expires_at IS NULL GROUP BY application`, workspace)
	return made, err
}

// selectSecretEnd answers when a live secret ends; nil when it does not.
func selectSecretEnd(ctx context.Context, tx *db.Tx, id ApplicationID, hash digest, now time.Time) (*time.Time, error) {
	var end sql.NullInt64
	err := tx.QueryRow(ctx, `
		SELECT expires_at FROM oauth_secret
		WHERE hash = $1 AND application = $2 AND (expires_at IS NULL OR expires_at > $3)`,
		hash[:], string(id), db.Millis(now)).Scan(&end)
	return maybe(end), err
}

func endSecrets(ctx context.Context, tx *db.Tx, id ApplicationID, end time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE oauth_secret SET expires_at = $1
		WHERE application = $2 AND (expires_at IS NULL OR expires_at > $1)`, db.Millis(end), string(id))
	return err
}

func deleteSecrets(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM oauth_secret WHERE expires_at < $1`, db.Millis(before))
	return err
}

type tokenRow struct {
	application ApplicationID
	created     time.Time
	expires     time.Time
	hash        digest
	hint        string
	scopes      []caller.Scope
	source      string
	workspace   int64
}

func insertToken(ctx context.Context, tx *db.Tx, t tokenRow) error {
	scopes, err := list(t.scopes)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO oauth_token (hash, workspace, application, source, hint, scopes, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.hash[:], t.workspace, string(t.application), t.source, t.hint, scopes, db.Millis(t.created), db.Millis(t.expires))
}

// revokeBeyond revokes what stands beside a coming token, but for the newest
// keep that live.
func revokeBeyond(ctx context.Context, tx *db.Tx, coming tokenRow, keep int64) error {
	query := `
		UPDATE oauth_token SET revoked_at = $1
		WHERE application = $2 AND source = $3 AND revoked_at IS NULL`
	args := []any{db.Millis(coming.created), string(coming.application), coming.source}
	if keep > 0 {
		query += ` AND hash NOT IN (
			SELECT hash FROM oauth_token
			WHERE application = $2 AND source = $3 AND revoked_at IS NULL AND expires_at > $1
			ORDER BY created_at DESC, hash LIMIT $4)`
		args = append(args, keep)
	}
	_, err := tx.Exec(ctx, query, args...)
	return err
}

// revokeOldest leaves an application the newest keep of its live tokens; those
// of each source are counted by themselves, as when they are minted.
func revokeOldest(ctx context.Context, tx *db.Tx, id ApplicationID, now time.Time, keep int) error {
	_, err := tx.Exec(ctx, `
		UPDATE oauth_token SET revoked_at = $1 WHERE hash IN (
			SELECT hash FROM (
				SELECT hash, ROW_NUMBER() OVER (PARTITION BY source ORDER BY created_at DESC, hash) AS place
				FROM oauth_token WHERE application = $2 AND revoked_at IS NULL AND expires_at > $1) AS living
			WHERE place > $3)`, db.Millis(now), string(id), keep)
	return err
}

// endTokens ends the live tokens of an application: now, or at a later end.
func endTokens(ctx context.Context, tx *db.Tx, id ApplicationID, now, end time.Time) error {
	query := `
		UPDATE oauth_token SET revoked_at = $1 WHERE application = $2 AND revoked_at IS NULL`
	if end.After(now) {
		query = `
		UPDATE oauth_token SET expires_at = $1 WHERE application = $2 AND revoked_at IS NULL AND expires_at > $1`
	}
	_, err := tx.Exec(ctx, query, db.Millis(end), string(id))
	return err
}

// selectOwner answers the client that a token was minted for.
func selectOwner(ctx context.Context, tx *db.Tx, hash digest) (id ApplicationID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COALESCE(a.origin, a.id) FROM oauth_token t JOIN oauth_application a ON a.id = t.application
		WHERE t.hash = $1`, hash[:]).Scan(&id)
	return id, err
}

func revokeToken(ctx context.Context, tx *db.Tx, hash digest, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE oauth_token SET revoked_at = $1 WHERE hash = $2 AND revoked_at IS NULL`, db.Millis(now), hash[:])
	return err
}

// bearer is a token with whoever holds it.
type bearer struct {
	caller  caller.Caller
	expires time.Time
	revoked bool
}

func selectBearer(ctx context.Context, tx *db.Tx, hash digest) (bearer, error) {
	b := bearer{caller: caller.Caller{Kind: caller.Application}}
	var scopes string
	var expires int64
	err := tx.QueryRow(ctx, `
		SELECT t.application, a.name, t.source, t.scopes, t.expires_at, t.revoked_at IS NOT NULL, w.number, w.id, w.name
		FROM oauth_token t
		JOIN oauth_application a ON a.id = t.application
		JOIN workspace w ON w.number = t.workspace
		WHERE t.hash = $1`, hash[:]).Scan(
		&b.caller.ID, &b.caller.Name, &b.caller.Source, &scopes, &expires, &b.revoked,
		&b.caller.Workspace.Number, &b.caller.Workspace.ID, &b.caller.Workspace.Name)
	if err != nil {
		return bearer{}, err
	}
	b.expires = db.Time(expires)
	return b, json.Unmarshal([]byte(scopes), &b.caller.Scopes)
}

func selectTokens(ctx context.Context, tx *db.Tx, id ApplicationID, now time.Time) (tokens []Token, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var t Token
		var scopes string
		var hash []byte
		var createdAt, expires int64
		var used sql.NullInt64
		if err := row.Scan(&hash, &t.Hint, &t.Source, &scopes, &createdAt, &expires, &used); err != nil {
			return err
		}
		t.hash = digest(hash)
		t.CreatedAt, t.ExpiresAt, t.LastUsedAt = db.Time(createdAt), db.Time(expires), maybe(used)
		if err := json.Unmarshal([]byte(scopes), &t.Scopes); err != nil {
			return err
		}
		tokens = append(tokens, t)
		return nil
	}, `
		SELECT hash, hint, source, scopes, created_at, expires_at, last_used_at FROM oauth_token
		WHERE application = $1 AND revoked_at IS NULL AND expires_at > $2
		ORDER BY created_at DESC, hash`, string(id), db.Millis(now))
	return tokens, err
}

// updateLastUsed writes in the order of the hashes, so that two replicas that
// flush at once do not wait for each other in a circle.
func updateLastUsed(ctx context.Context, tx *db.Tx, used map[digest]time.Time) error {
	hashes := slices.SortedFunc(maps.Keys(used), func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
	for _, hash := range hashes {
		_, err := tx.Exec(ctx, `
			UPDATE oauth_token SET last_used_at = $1
			WHERE hash = $2 AND (last_used_at IS NULL OR last_used_at < $1)`, db.Millis(used[hash]), hash[:])
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE oauth_connection SET used_at = $1
			WHERE application = (SELECT application FROM oauth_token WHERE hash = $2)
				AND source = (SELECT source FROM oauth_token WHERE hash = $2)
				AND (used_at IS NULL OR used_at < $1)`, db.Millis(used[hash]), hash[:])
		if err != nil {
			return err
		}
	}
	return nil
}

func deleteTokens(ctx context.Context, tx *db.Tx, before time.Time, limit int64) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM oauth_token WHERE hash IN (
			SELECT hash FROM oauth_token WHERE expires_at < $1 LIMIT $2)`, db.Millis(before), limit)
}
