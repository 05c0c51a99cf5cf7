// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"

	"github.com/passmuster/muster/internal/db"
)

// What conditions decided.

// selectDecisions answers the parts of a version that decided.
func selectDecisions(ctx context.Context, tx *db.Tx, test, version int64) (parts []string, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var part string
		err := row.Scan(&part)
		parts = append(parts, part)
		return err
	}, `SELECT part FROM assessment_decision WHERE test = $1 AND version = $2 ORDER BY part`, test, version)
	return parts, err
}

// selectAllDecisions answers those of a workspace by test and version.
func selectAllDecisions(ctx context.Context, tx *db.Tx, workspace int64) (map[[2]int64][]string, error) {
	all := map[[2]int64][]string{}
	err := tx.Each(ctx, func(row db.Row) error {
		var key [2]int64
		var part string
		err := row.Scan(&key[0], &key[1], &part)
		all[key] = append(all[key], part)
		return err
	}, `SELECT d.test, d.version, d.part FROM assessment_decision d
		JOIN assessment_test t ON t.number = d.test AND t.version = d.version WHERE d.workspace = $1`, workspace)
	return all, err
}

func insertDecisions(ctx context.Context, tx *db.Tx, workspace int64, t testRow, parts []string) error {
	for _, part := range parts {
		if _, err := tx.Exec(ctx, `
			INSERT INTO assessment_decision (test, version, part, workspace) VALUES ($1, $2, $3, $4)
			ON CONFLICT (test, version, part) DO NOTHING`, t.number, t.version, part, workspace); err != nil {
			return err
		}
	}
	return nil
}

// selectDecisionsOf answers those of some tests by test and version.
func selectDecisionsOf(ctx context.Context, tx *db.Tx, tests []int64) (map[[2]int64][]string, error) {
	all := map[[2]int64][]string{}
	args := []any{}
	for _, test := range tests {
		args = append(args, test)
	}
	err := tx.Each(ctx, func(row db.Row) error {
		var key [2]int64
		var part string
		err := row.Scan(&key[0], &key[1], &part)
		all[key] = append(all[key], part)
		return err
	}, `SELECT test, version, part FROM assessment_decision WHERE test IN (`+db.Parameters(1, len(tests))+`)`, args...)
	return all, err
}
