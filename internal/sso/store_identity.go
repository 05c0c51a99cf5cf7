// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
)

func insertIdentity(ctx context.Context, tx *db.Tx, p Provider, subject string, user access.UserID, now time.Time) error {
	return tx.ExecOne(ctx, `
		INSERT INTO sso_identity (workspace, provider, subject, user_id, first_used_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $5)`, p.Workspace.Number, string(p.ID), subject, string(user), db.Millis(now))
}

func selectUser(ctx context.Context, tx *db.Tx, p Provider, subject string) (user access.UserID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT user_id FROM sso_identity WHERE provider = $1 AND subject = $2 AND workspace = $3`,
		string(p.ID), subject, p.Workspace.Number).Scan(&user)
	return user, err
}

func selectSubject(ctx context.Context, tx *db.Tx, p Provider, user access.UserID) (subject string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT subject FROM sso_identity WHERE provider = $1 AND user_id = $2 AND workspace = $3`,
		string(p.ID), string(user), p.Workspace.Number).Scan(&subject)
	return subject, err
}

func touchIdentity(ctx context.Context, tx *db.Tx, p Provider, subject string, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE sso_identity SET last_used_at = $1 WHERE provider = $2 AND subject = $3 AND workspace = $4`,
		db.Millis(now), string(p.ID), subject, p.Workspace.Number)
}

func deleteIdentity(ctx context.Context, tx *db.Tx, p Provider, user access.UserID) error {
	return tx.ExecOne(ctx, `
		DELETE FROM sso_identity WHERE provider = $1 AND user_id = $2 AND workspace = $3`,
		string(p.ID), string(user), p.Workspace.Number)
}

func deleteIdentities(ctx context.Context, tx *db.Tx, workspace int64, provider ProviderID) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM sso_identity WHERE provider = $1 AND workspace = $2`, string(provider), workspace)
}

func selectIdentities(ctx context.Context, tx *db.Tx, p Provider, after string, limit int) (all []Identity, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var i Identity
		var first, last int64
		if err := row.Scan(&i.User, &i.Subject, &first, &last); err != nil {
			return err
		}
		i.FirstUsedAt, i.LastUsedAt = db.Time(first), db.Time(last)
		all = append(all, i)
		return nil
	}, `
		SELECT user_id, subject, first_used_at, last_used_at FROM sso_identity
		WHERE provider = $1 AND workspace = $2 AND user_id > $3 ORDER BY user_id LIMIT $4`,
		string(p.ID), p.Workspace.Number, after, limit)
	return all, err
}

// selectVouchers answers the providers of a kind that are on and have a user linked.
func selectVouchers(ctx context.Context, tx *db.Tx, workspace int64, kind Kind, user access.UserID) (all []Provider, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		p, err := scanProvider(row)
		all = append(all, p)
		return err
	}, providerQuery+`
		JOIN sso_identity i ON i.provider = p.id
		WHERE i.user_id = $1 AND i.workspace = $2 AND p.kind = $3 AND p.enabled`, string(user), workspace, string(kind))
	return all, err
}
