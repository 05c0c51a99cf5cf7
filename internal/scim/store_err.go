// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"

	"github.com/passmuster/muster/internal/db"
)

// putErred notes when a request of a directory failed, and answers when one did before,
// in ms; nil for never.
func putErred(ctx context.Context, tx *db.Tx, directory, at int64) (last *int64, err error) {
	if err := tx.QueryRow(ctx, `SELECT erred_at FROM scim_directory WHERE number = $1`, directory).Scan(&last); err != nil {
		return nil, err
	}
	return last, tx.ExecOne(ctx, `UPDATE scim_directory SET erred_at = $2 WHERE number = $1`, directory, at)
}
