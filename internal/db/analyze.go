// SPDX-License-Identifier: Apache-2.0

package db

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// grown are the tables of which the planner knows too little: half of their rows
// or more came since it last looked. A hundred rows are soon read in any order.
const grown = `
	SELECT relname::text FROM pg_stat_user_tables
	WHERE schemaname = current_schema() AND n_mod_since_analyze > 100 + n_live_tup / 2`

// HasGrown says whether Analyze has anything to do.
func (d *DB) HasGrown(ctx context.Context) (bool, error) {
	if d.engine != PostgreSQL {
		return false, nil
	}
	tables, err := d.grown(ctx)
	return len(tables) > 0, err
}

// Analyze lets PostgreSQL count again what has grown much. PostgreSQL does so by
// itself, once a minute: too late for the first minute of a directory of 10,000
// people, or of a first push. A connection goes by the plan that it made when the
// table was empty until then, which is to read all of it for each row that comes.
// SQLite has its indexes chosen without counting.
func (d *DB) Analyze(ctx context.Context) error {
	if d.engine != PostgreSQL {
		return nil
	}
	tables, err := d.grown(ctx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		err := d.Write(ctx, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Exec(ctx, "ANALYZE "+pgx.Identifier{table}.Sanitize())
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) grown(ctx context.Context) (tables []string, err error) {
	err = d.Read(ctx, func(ctx context.Context, tx *Tx) error {
		tables = nil
		return tx.Each(ctx, func(row Row) error {
			var table string
			err := row.Scan(&table)
			tables = append(tables, table)
			return err
		}, grown)
	})
	return tables, err
}
