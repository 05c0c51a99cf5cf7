// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// dueReview is a review of which there is something to say.
type dueReview struct {
	id        ID
	told      string
	workspace caller.Workspace
}

// selectDue answers reviews that are due at an instant, or soon, of which the trail has
// not said so.
func selectDue(ctx context.Context, tx *db.Tx, now, soon int64, limit int) (list []dueReview, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var d dueReview
		err := row.Scan(&d.id, &d.told, &d.workspace.Number, &d.workspace.ID, &d.workspace.Name)
		list = append(list, d)
		return err
	}, `SELECT r.id, r.told, w.number, w.id, w.name FROM review_review r JOIN workspace w ON w.number = r.workspace
		WHERE r.state = 'started' AND r.due_at IS NOT NULL AND r.told <> 'overdue' AND (r.due_at < $1 OR r.told = '' AND r.due_at <= $2)
		ORDER BY r.id LIMIT $3`, now, soon, int64(limit))
	return list, err
}

// tellReview notes what was said, unless another process was faster; db.ErrNoRow then.
func tellReview(ctx context.Context, tx *db.Tx, d dueReview, told string) error {
	return tx.ExecOne(ctx, `
		UPDATE review_review SET told = $3 WHERE id = $1 AND told = $2 AND state = 'started'`, string(d.id), d.told, told)
}
