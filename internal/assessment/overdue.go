// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// mostOverdue bounds how many failures one counting looks at, open and ended each.
const mostOverdue = 10_000

// late is how many failures were due on one day and ended on one; ended is never for
// those that are open. What a rule found late at once counts from when it was found.
type late struct{ count, due, ended int64 }

// Overdue answers how many failures were past their due time by the end of each day
// from first to that of now, in ms; the last is now. capped says that there are more
// than it has counted.
func Overdue(ctx context.Context, tx *db.Tx, w caller.Workspace, first, now int64) (counts []int64, capped bool, err error) {
	open, err := selectOverdue(ctx, tx, w, now, mostOverdue)
	if err != nil {
		return nil, false, fmt.Errorf("count overdue failures: %w", err)
	}
	missed, err := selectMissed(ctx, tx, w, first*dayLength, mostOverdue)
	if err != nil {
		return nil, false, fmt.Errorf("count missed due times: %w", err)
	}
	counts = make([]int64, now/dayLength-first+1)
	for _, list := range [][]late{open, missed} {
		total := int64(0)
		for _, l := range list {
			total += l.count
			for i := range counts {
				// What was due on a day is late by its end. Today has not ended: of those that
				// are open, only what is late already was read.
				if today := first + int64(i); l.due <= today && l.ended > today {
					counts[i] += l.count
				}
			}
		}
		capped = capped || total >= mostOverdue
	}
	return counts, capped, nil
}
