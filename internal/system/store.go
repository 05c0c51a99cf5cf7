// SPDX-License-Identifier: Apache-2.0

package system

import (
	"context"

	"github.com/passmuster/muster/internal/db"
)

// selectSize answers the bytes of the database, of which each engine knows its own.
func selectSize(ctx context.Context, tx *db.Tx, engine db.Engine) (bytes int64, err error) {
	query := `SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s`
	if engine == db.PostgreSQL {
		query = `SELECT pg_database_size(current_database())`
	}
	err = tx.QueryRow(ctx, query).Scan(&bytes)
	return bytes, err
}
