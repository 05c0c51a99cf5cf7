// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/proof"
)

// bareAtOnce is how many entries one transaction fills.
const bareAtOnce = 500

// fillTrail gives entries that are older than the trail its columns. It is done
// once: where nothing is left it costs a look at an empty index.
func (s *Service) fillTrail(ctx context.Context) error {
	for total := 0; ; {
		var rows []bareRow
		err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			rows, err = selectBare(ctx, tx, bareAtOnce)
			return err
		})
		if err == nil && len(rows) == 0 {
			return nil // also where the database was opened to look only
		}
		if err != nil {
			return fmt.Errorf("look for entries without a trail: %w", err)
		}
		err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, row := range rows {
				if err := fillRow(ctx, tx, row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("fill the audit trail: %w", err)
		}
		if total += len(rows); len(rows) < bareAtOnce {
			if total > 0 {
				s.log.LogAttrs(ctx, slog.LevelInfo, "audit trail filled", slog.Int("entries", total))
			}
			return nil
		}
	}
}

func fillRow(ctx context.Context, tx *db.Tx, row bareRow) error {
	columns := row.columns()
	filled, err := updateTrail(ctx, tx, row.id, columns)
	if err != nil || !filled { // another process was faster
		return err
	}
	return insertTargets(ctx, tx, row.workspace, row.id, columns.targets)
}

// columns answers what an entry says of itself. A damaged one is not to keep the
// program from starting: Event shows it as altered.
func (r bareRow) columns() trailColumns {
	entry, err := proof.Decode(r.document)
	if err != nil {
		return trailColumns{action: r.kind}
	}
	return trailOf(entry)
}
