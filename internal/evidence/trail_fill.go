// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"fmt"

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
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if rows, err = selectBare(ctx, tx, bareAtOnce); err != nil {
				return err
			}
			for _, row := range rows {
				if err := updateTrail(ctx, tx, row.id, row.columns()); err != nil {
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
				s.log.InfoContext(ctx, "audit trail filled", "entries", total)
			}
			return nil
		}
	}
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
