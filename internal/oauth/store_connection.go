// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"database/sql"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// selectPublished answers an application that is nobody's installation, whatever
// its distribution, with the name of its workspace.
func selectPublished(ctx context.Context, tx *db.Tx, clientID string) (app Application, publisher string, err error) {
	app, err = scanApplication(tx.QueryRow(ctx, `
		SELECT `+applicationColumns+`, w.name FROM oauth_application a JOIN workspace w ON w.number = a.workspace
		WHERE a.client_id = $1 AND a.origin IS NULL AND a.deleted_at IS NULL`, clientID), &publisher)
	return app, publisher, err
}

func selectPublishedID(ctx context.Context, tx *db.Tx, id ApplicationID) (app Application, publisher string, err error) {
	app, err = scanApplication(tx.QueryRow(ctx, `
		SELECT `+applicationColumns+`, w.name FROM oauth_application a JOIN workspace w ON w.number = a.workspace
		WHERE a.id = $1 AND a.origin IS NULL AND a.deleted_at IS NULL`, string(id)), &publisher)
	return app, publisher, err
}

// selectInstalled answers the installation of a public application in a workspace.
func selectInstalled(ctx context.Context, tx *db.Tx, workspace int64, origin ApplicationID) (Application, error) {
	return scanApplication(tx.QueryRow(ctx, `
		SELECT `+applicationColumns+` FROM oauth_application a
		WHERE a.workspace = $1 AND a.origin = $2 AND a.deleted_at IS NULL`, workspace, string(origin)))
}

// selectInstallation answers an installed application by its id.
func selectInstallation(ctx context.Context, tx *db.Tx, id ApplicationID) (Application, error) {
	return scanApplication(tx.QueryRow(ctx, `
		SELECT `+applicationColumns+` FROM oauth_application a
		WHERE a.id = $1 AND a.origin IS NOT NULL AND a.deleted_at IS NULL`, string(id)))
}

// selectPublishers answers whose the installed applications of a workspace are.
func selectPublishers(ctx context.Context, tx *db.Tx, workspace int64) (map[ApplicationID]string, error) {
	names := map[ApplicationID]string{}
	err := tx.Each(ctx, func(row db.Row) error {
		var id ApplicationID
		var name string
		err := row.Scan(&id, &name)
		names[id] = name
		return err
	}, `
		SELECT a.id, w.name FROM oauth_application a
		JOIN oauth_application o ON o.id = a.origin
		JOIN workspace w ON w.number = o.workspace
		WHERE a.workspace = $1 AND a.origin IS NOT NULL AND a.deleted_at IS NULL`, workspace)
	return names, err
}

func hasName(ctx context.Context, tx *db.Tx, workspace int64, key string) (taken bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM oauth_application WHERE workspace = $1 AND name_key = $2 AND deleted_at IS NULL)`,
		workspace, key).Scan(&taken)
	return taken, err
}

func insertRequest(ctx context.Context, tx *db.Tx, r requestRow) error {
	scopes, err := list(r.scopes)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO oauth_request (
			hash, workspace, session, application, redirect_uri, state, source, scopes, challenge, shown, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		r.hash[:], r.workspace, r.session, string(r.app), r.redirect, r.state, r.source, scopes, r.challenge, r.shown[:],
		db.Millis(r.expires))
}

// takeRequest answers a request and deletes it.
func takeRequest(ctx context.Context, tx *db.Tx, hash digest, workspace int64, session string) (requestRow, error) {
	r := requestRow{hash: hash, session: session, workspace: workspace}
	var scopes string
	var shown []byte
	var expires int64
	err := tx.QueryRow(ctx, `
		DELETE FROM oauth_request WHERE hash = $1 AND workspace = $2 AND session = $3
		RETURNING application, redirect_uri, state, source, scopes, challenge, shown, expires_at`,
		hash[:], workspace, session).Scan(&r.app, &r.redirect, &r.state, &r.source, &scopes, &r.challenge, &shown, &expires)
	if err != nil {
		return requestRow{}, err
	}
	r.shown, r.expires = digest(shown), db.Time(expires)
	return r, json.Unmarshal([]byte(scopes), &r.scopes)
}

func insertCode(ctx context.Context, tx *db.Tx, r codeRow) error {
	scopes, err := list(r.scopes)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO oauth_code (
			hash, workspace, application, origin, redirect_uri, source, scopes, challenge, family, allowed_by, allowed_by_name,
			uses, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)`,
		r.hash[:], r.workspace, string(r.application), string(r.origin), r.redirect, r.source, scopes, r.challenge, r.family,
		r.allowedBy, r.allowedName, db.Millis(r.expires))
}

// useCode counts an attempt to use a code of a client; attempts wait for one
// another.
func useCode(ctx context.Context, tx *db.Tx, origin ApplicationID, hash digest) (codeRow, error) {
	r := codeRow{hash: hash, origin: origin}
	var scopes string
	var expires int64
	err := tx.QueryRow(ctx, `
		UPDATE oauth_code SET uses = uses + 1 WHERE hash = $1 AND origin = $2
		RETURNING workspace, application, redirect_uri, source, scopes, challenge, family, allowed_by, allowed_by_name, uses,
			expires_at`, hash[:], string(origin)).Scan(
		&r.workspace, &r.application, &r.redirect, &r.source, &scopes, &r.challenge, &r.family, &r.allowedBy, &r.allowedName,
		&r.uses, &expires)
	if err != nil {
		return codeRow{}, err
	}
	r.expires = db.Time(expires)
	return r, json.Unmarshal([]byte(scopes), &r.scopes)
}

const connectionColumns = `
	n.id, n.application, n.source, n.state, n.reason, n.ended_by, n.family, n.generation, n.scopes, n.allowed_by,
	n.allowed_by_name, n.created_at, n.connected_at, n.refreshed_at, n.used_at, n.disconnected_at,
	w.number, w.id, w.name`

func scanConnection(row db.Row) (Connection, error) {
	var n Connection
	var scopes string
	var created, connected, refreshed int64
	var used, ended sql.NullInt64
	err := row.Scan(&n.ID, &n.Application, &n.Source, &n.State, &n.Reason, &n.EndedBy, &n.family, &n.generation, &scopes,
		&n.AllowedBy, &n.AllowedByName, &created, &connected, &refreshed, &used, &ended,
		&n.workspace.Number, &n.workspace.ID, &n.workspace.Name)
	if err != nil {
		return Connection{}, err
	}
	n.CreatedAt, n.ConnectedAt, n.RefreshedAt = db.Time(created), db.Time(connected), db.Time(refreshed)
	n.UsedAt, n.DisconnectedAt = maybe(used), maybe(ended)
	return n, json.Unmarshal([]byte(scopes), &n.Scopes)
}

func selectConnections(ctx context.Context, tx *db.Tx, application ApplicationID) (all []Connection, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		n, err := scanConnection(row)
		all = append(all, n)
		return err
	}, `
		SELECT `+connectionColumns+` FROM oauth_connection n JOIN workspace w ON w.number = n.workspace
		WHERE n.application = $1 ORDER BY n.id`, string(application))
	return all, err
}

func selectConnectionOf(ctx context.Context, tx *db.Tx, application ApplicationID, source string) (Connection, error) {
	return scanConnection(tx.QueryRow(ctx, `
		SELECT `+connectionColumns+` FROM oauth_connection n JOIN workspace w ON w.number = n.workspace
		WHERE n.application = $1 AND n.source = $2`, string(application), source))
}

// holdConnection makes every other change of a connection wait for the end of the
// transaction, and answers it.
func holdConnection(ctx context.Context, tx *db.Tx, application ApplicationID, id ConnectionID) (Connection, error) {
	err := tx.QueryRow(ctx, `
		UPDATE oauth_connection SET generation = generation WHERE id = $1 AND application = $2 RETURNING id`,
		string(id), string(application)).Scan(&id)
	if err != nil {
		return Connection{}, err
	}
	return scanConnection(tx.QueryRow(ctx, `
		SELECT `+connectionColumns+` FROM oauth_connection n JOIN workspace w ON w.number = n.workspace
		WHERE n.id = $1`, string(id)))
}

// putConnection connects what a code was allowed for, for the first time or again.
func putConnection(ctx context.Context, tx *db.Tx, r codeRow, id ConnectionID, now time.Time) (Connection, error) {
	scopes, err := list(r.scopes)
	if err != nil {
		return Connection{}, err
	}
	err = tx.ExecOne(ctx, `
		INSERT INTO oauth_connection (
			id, workspace, application, source, state, reason, ended_by, family, generation, scopes, allowed_by, allowed_by_name,
			created_at, connected_at, refreshed_at)
		VALUES ($1, $2, $3, $4, 'connected', '', '', $5, 0, $6, $7, $8, $9, $9, $9)
		ON CONFLICT (application, source) DO UPDATE SET
			state = 'connected', reason = '', ended_by = '', family = $5, generation = 0, scopes = $6, allowed_by = $7,
			allowed_by_name = $8, connected_at = $9, refreshed_at = $9, disconnected_at = NULL`,
		string(id), r.workspace, string(r.application), r.source, r.family, scopes, r.allowedBy, r.allowedName, db.Millis(now))
	if err != nil {
		return Connection{}, err
	}
	return selectConnectionOf(ctx, tx, r.application, r.source)
}

func markRefreshed(ctx context.Context, tx *db.Tx, n Connection, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE oauth_connection SET generation = $1, refreshed_at = $2 WHERE id = $3`, n.generation, db.Millis(now), string(n.ID))
}

func disconnect(ctx context.Context, tx *db.Tx, id ConnectionID, e ending) error {
	return tx.ExecOne(ctx, `
		UPDATE oauth_connection
		SET state = 'disconnected', reason = $1, ended_by = $2, disconnected_at = $3 WHERE id = $4`,
		string(e.reason), e.endedBy, db.Millis(e.at), string(id))
}

// connectionRef names a connection with its installed application.
type connectionRef struct {
	app        Application
	connection ConnectionID
}

// selectConnectedOf lists the connections of an application, or of its
// installations.
func selectConnectedOf(ctx context.Context, tx *db.Tx, id ApplicationID) (all []connectionRef, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var x connectionRef
		app, err := scanApplication(row, &x.connection)
		x.app = app
		all = append(all, x)
		return err
	}, `
		SELECT `+applicationColumns+`, n.id FROM oauth_application a JOIN oauth_connection n ON n.application = a.id
		WHERE (a.id = $1 OR a.origin = $1) AND n.state = 'connected' ORDER BY n.id`, string(id))
	return all, err
}

func selectInstallations(ctx context.Context, tx *db.Tx, origin ApplicationID) (all []Installation, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var x Installation
		var created int64
		var used sql.NullInt64
		err := row.Scan(&x.ID, &x.Workspace, &created, &x.Connections, &x.Connected, &used)
		x.CreatedAt, x.UsedAt = db.Time(created), maybe(used)
		all = append(all, x)
		return err
	}, `
		SELECT a.id, w.name, a.created_at, COUNT(n.id), COALESCE(SUM(CASE WHEN n.state = 'connected' THEN 1 ELSE 0 END), 0),
			MAX(n.used_at)
		FROM oauth_application a
		JOIN workspace w ON w.number = a.workspace
		LEFT JOIN oauth_connection n ON n.application = a.id
		WHERE a.origin = $1 AND a.deleted_at IS NULL
		GROUP BY a.id, w.name, a.created_at ORDER BY a.id`, string(origin))
	return all, err
}

// revokeSource revokes the access tokens of a connection.
func revokeSource(ctx context.Context, tx *db.Tx, n Connection, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE oauth_token SET revoked_at = $1 WHERE application = $2 AND source = $3 AND revoked_at IS NULL`,
		db.Millis(now), string(n.Application), n.Source)
	return err
}

func insertRefresh(ctx context.Context, tx *db.Tx, r refreshRow) error {
	return tx.ExecOne(ctx, `
		INSERT INTO oauth_refresh (hash, workspace, connection, family, generation, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		r.hash[:], r.workspace, string(r.connection), r.family, r.generation, db.Millis(r.created))
}

func selectRefresh(ctx context.Context, tx *db.Tx, hash digest) (refreshRow, error) {
	r := refreshRow{hash: hash}
	var ends sql.NullInt64
	err := tx.QueryRow(ctx, `
		SELECT connection, family, generation, ends_at, revoked_at IS NOT NULL FROM oauth_refresh WHERE hash = $1`,
		hash[:]).Scan(&r.connection, &r.family, &r.generation, &ends, &r.revoked)
	r.ends = maybe(ends)
	return r, err
}

func selectRefreshOwner(ctx context.Context, tx *db.Tx, hash digest) (o refreshOwner, err error) {
	err = tx.QueryRow(ctx, `
		SELECT n.application, n.id, a.origin FROM oauth_refresh r
		JOIN oauth_connection n ON n.id = r.connection
		JOIN oauth_application a ON a.id = n.application
		WHERE r.hash = $1`, hash[:]).Scan(&o.application, &o.connection, &o.origin)
	return o, err
}

// endGeneration says until when the refresh tokens of a generation work.
func endGeneration(ctx context.Context, tx *db.Tx, id ConnectionID, generation int64, end time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE oauth_refresh SET ends_at = $1
		WHERE connection = $2 AND generation = $3 AND revoked_at IS NULL AND ends_at IS NULL`,
		db.Millis(end), string(id), generation)
	return err
}

// revokeRefresh revokes the refresh tokens of a connection.
func revokeRefresh(ctx context.Context, tx *db.Tx, id ConnectionID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE oauth_refresh SET revoked_at = $1 WHERE connection = $2 AND revoked_at IS NULL`, db.Millis(now), string(id))
	return err
}

// deleteRequests and those below delete what nobody can use any more, a batch at a
// time, and answer how many rows went.
func deleteRequests(ctx context.Context, tx *db.Tx, before time.Time, limit int64) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM oauth_request WHERE hash IN (
			SELECT hash FROM oauth_request WHERE expires_at < $1 LIMIT $2)`, db.Millis(before), limit)
}

func deleteCodes(ctx context.Context, tx *db.Tx, before time.Time, limit int64) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM oauth_code WHERE hash IN (
			SELECT hash FROM oauth_code WHERE expires_at < $1 LIMIT $2)`, db.Millis(before), limit)
}

func deleteRefresh(ctx context.Context, tx *db.Tx, before time.Time, limit int64) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM oauth_refresh WHERE hash IN (
			SELECT hash FROM oauth_refresh WHERE ends_at < $1 OR revoked_at < $1 LIMIT $2)`, db.Millis(before), limit)
}
