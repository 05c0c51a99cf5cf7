// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// flow is a sign-in on its way.
type flow struct {
	browser  digest
	expires  time.Time
	nonce    digest
	returnTo string
	state    digest
	verifier string // sealed; "" for SAML
}

func insertFlow(ctx context.Context, tx *db.Tx, p Provider, f flow, now time.Time) error {
	return tx.ExecOne(ctx, `
		INSERT INTO sso_flow (state, workspace, provider, browser, nonce, verifier, return_to, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		f.state[:], p.Workspace.Number, string(p.ID), f.browser[:], f.nonce[:], f.verifier, f.returnTo, db.Millis(now), db.Millis(f.expires))
}

// takeFlow ends a flow and answers it; db.ErrNoRow when there is none, or none of
// this browser and provider, and for all but the first who takes it.
func takeFlow(ctx context.Context, tx *db.Tx, provider ProviderID, state, browser digest) (flow, error) {
	f := flow{browser: browser, state: state}
	var expires int64
	var nonce []byte
	err := tx.QueryRow(ctx, `
		SELECT nonce, verifier, return_to, expires_at FROM sso_flow
		WHERE state = $1 AND browser = $2 AND provider = $3`, state[:], browser[:], string(provider)).
		Scan(&nonce, &f.verifier, &f.returnTo, &expires)
	if err != nil {
		return flow{}, err
	}
	copy(f.nonce[:], nonce)
	f.expires = db.Time(expires)
	return f, tx.ExecOne(ctx, `
		DELETE FROM sso_flow WHERE state = $1`, state[:])
}

// noteSeen writes down that an assertion was used, and says whether this was the
// first time.
func noteSeen(ctx context.Context, tx *db.Tx, p Provider, assertion digest, expires time.Time) (bool, error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO sso_seen (provider, assertion, workspace, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (provider, assertion) DO NOTHING`, string(p.ID), assertion[:], p.Workspace.Number, db.Millis(expires))
	return rows == 1, err
}

func deleteFlows(ctx context.Context, tx *db.Tx, before time.Time, limit int64) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM sso_flow WHERE state IN (
			SELECT state FROM sso_flow WHERE expires_at < $1 LIMIT $2)`, db.Millis(before), limit)
}

func deleteSeen(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM sso_seen WHERE expires_at < $1`, db.Millis(before))
	return err
}

// selectOverdue says whether there is anything to purge.
func selectOverdue(ctx context.Context, tx *db.Tx, before time.Time) (due bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM sso_flow WHERE expires_at < $1) OR EXISTS (SELECT 1 FROM sso_seen WHERE expires_at < $1)`,
		db.Millis(before)).Scan(&due)
	return due, err
}
