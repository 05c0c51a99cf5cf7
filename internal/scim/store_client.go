// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"database/sql"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/passmuster/muster/internal/db"
)

func insertClient(ctx context.Context, tx *db.Tx, d Directory, c Client, keys []jose.JSONWebKey) error {
	text, err := keysText(keys)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO scim_client (id, workspace, directory, name, public_keys, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.ID, d.Workspace.Number, d.Number, c.Name, text, db.Millis(c.CreatedAt))
}

// selectClients answers the clients of a directory with their secrets, the newest
// first.
func selectClients(ctx context.Context, tx *db.Tx, d Directory) (all []Client, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var c Client
		var keys string
		var created int64
		var used sql.NullInt64
		if err := row.Scan(&c.ID, &c.Name, &keys, &created, &used); err != nil {
			return err
		}
		c.CreatedAt, c.LastUsedAt = db.Time(created), maybe(used)
		list, err := keysOf(keys)
		if err != nil {
			return err
		}
		c.Keys, err = shownKeys(list)
		all = append(all, c)
		return err
	}, `
		SELECT id, name, public_keys, created_at, last_used_at FROM scim_client
		WHERE directory = $1 AND workspace = $2 ORDER BY id DESC`, d.Number, d.Workspace.Number)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Secrets, err = selectSecrets(ctx, tx, d, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func selectSecrets(ctx context.Context, tx *db.Tx, d Directory, client string) (all []Secret, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var s Secret
		var created int64
		var expires, used sql.NullInt64
		err := row.Scan(&s.ID, &s.Hint, &created, &expires, &used)
		s.CreatedAt, s.ExpiresAt, s.LastUsedAt = db.Time(created), maybe(expires), maybe(used)
		all = append(all, s)
		return err
	}, `
		SELECT id, hint, created_at, expires_at, last_used_at FROM scim_secret
		WHERE client = $1 AND workspace = $2 ORDER BY id DESC`, client, d.Workspace.Number)
	return all, err
}

// deleteClient takes a client away, with its secrets, assertions and tokens.
func deleteClient(ctx context.Context, tx *db.Tx, d Directory, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM scim_client WHERE id = $1 AND directory = $2`, id, d.Number)
}

func updateKeys(ctx context.Context, tx *db.Tx, d Directory, client string, keys []jose.JSONWebKey) error {
	text, err := keysText(keys)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM scim_token WHERE client = $1 AND secret IS NULL`, client); err != nil {
		return err
	}
	return tx.ExecOne(ctx, `UPDATE scim_client SET public_keys = $1 WHERE id = $2 AND directory = $3`, text, client, d.Number)
}

func insertSecret(ctx context.Context, tx *db.Tx, d Directory, client string, s Secret, hash []byte) error {
	return tx.ExecOne(ctx, `
		INSERT INTO scim_secret (hash, id, workspace, client, hint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		hash, s.ID, d.Workspace.Number, client, s.Hint, db.Millis(s.CreatedAt), nullable(s.ExpiresAt))
}

// deleteSecret takes a secret away, and the tokens that it got.
func deleteSecret(ctx context.Context, tx *db.Tx, client, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM scim_token WHERE client = $1 AND secret = $2`, client, id); err != nil {
		return err
	}
	return tx.ExecOne(ctx, `DELETE FROM scim_secret WHERE client = $1 AND id = $2`, client, id)
}

// liveDirectory is one that clients may come to.
const liveDirectory = ` JOIN scim_directory d ON d.number = c.directory JOIN workspace w ON w.number = d.workspace
	WHERE d.deleted_at IS NULL AND d.state <> 'deleting'`

// selectBySecret answers a client with a secret, in any workspace: the client says
// which. It also answers when the secret expires.
func selectBySecret(ctx context.Context, tx *db.Tx, client string, hash []byte) (p proof, expires *time.Time, err error) {
	var until sql.NullInt64
	p.client = client
	p.directory, err = scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+`, s.id, s.expires_at, c.name
		FROM scim_secret s JOIN scim_client c ON c.id = s.client`+liveDirectory+` AND s.hash = $1 AND s.client = $2`, hash, client),
		&p.secret, &until, &p.name)
	return p, maybe(until), err
}

// selectByClient answers a client with its keys, in any workspace: the client says
// which.
func selectByClient(ctx context.Context, tx *db.Tx, client string) (p proof, err error) {
	p.client = client
	p.directory, err = scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+`, c.public_keys, c.name FROM scim_client c`+liveDirectory+` AND c.id = $1`, client), &p.keys, &p.name)
	return p, err
}

// touchSecret notes that a secret was used; db.ErrNoRow when it is gone.
func touchSecret(ctx context.Context, tx *db.Tx, client, secret string, at time.Time) error {
	if err := tx.ExecOne(ctx, `UPDATE scim_secret SET last_used_at = $1 WHERE id = $2 AND client = $3`, db.Millis(at), secret, client); err != nil {
		return err
	}
	return tx.ExecOne(ctx, `UPDATE scim_client SET last_used_at = $1 WHERE id = $2`, db.Millis(at), client)
}

// touchClient notes that a client has come with an assertion; db.ErrNoRow when it
// is gone or its keys have changed.
func touchClient(ctx context.Context, tx *db.Tx, client, keys string, at time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE scim_client SET last_used_at = $1 WHERE id = $2 AND public_keys = $3`, db.Millis(at), client, keys)
}

// insertAssertion says whether an assertion was never used before.
func insertAssertion(ctx context.Context, tx *db.Tx, p proof, a assertion) (bool, error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO scim_assertion (client, jti, workspace, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		p.client, a.jti, p.directory.Workspace.Number, db.Millis(a.expires))
	return rows > 0, err
}

func insertGrant(ctx context.Context, tx *db.Tx, p proof, t Token, hash []byte) error {
	var secret any
	if p.secret != "" {
		secret = p.secret
	}
	return tx.ExecOne(ctx, `
		INSERT INTO scim_token (hash, id, workspace, directory, hint, created_at, expires_at, client, secret)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		hash, t.ID, p.directory.Workspace.Number, p.directory.Number, t.Hint, db.Millis(t.CreatedAt), nullable(t.ExpiresAt), p.client, secret)
}

// trimGrants forgets tokens of a client that are over, and the oldest of those
// beyond a number.
func trimGrants(ctx context.Context, tx *db.Tx, client string, now time.Time, most int) error {
	if _, err := tx.Exec(ctx, `DELETE FROM scim_token WHERE client = $1 AND expires_at <= $2`, client, db.Millis(now)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM scim_token WHERE client = $1 AND id <= (
			SELECT id FROM scim_token WHERE client = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`, client, most-1)
	return err
}

// purgeGrants forgets tokens of clients and assertions that are over, in every
// workspace: it is a pass's.
func purgeGrants(ctx context.Context, tx *db.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM scim_token WHERE client IS NOT NULL AND expires_at <= $1`, db.Millis(now)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM scim_assertion WHERE expires_at <= $1`, db.Millis(now))
	return err
}
