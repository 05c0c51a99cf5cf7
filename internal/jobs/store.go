// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"

	"github.com/passmuster/muster/internal/db"
)

// takeLease answers 1 when the lease is the owner's now: it was free, run out,
// or the owner's already.
func takeLease(ctx context.Context, tx *db.Tx, name, owner string, now, until int64) (int64, error) {
	return tx.Exec(ctx, `
		INSERT INTO jobs_lease (name, owner, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
		WHERE jobs_lease.owner = excluded.owner OR jobs_lease.until < $4`, name, owner, until, now)
}

func deleteLeases(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM jobs_lease`)
	return err
}

func deleteLease(ctx context.Context, tx *db.Tx, name, owner string) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM jobs_lease WHERE name = $1 AND owner = $2`, name, owner)
	return err
}
