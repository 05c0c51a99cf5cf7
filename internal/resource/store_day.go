// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// putPushDay counts a push on its day.
func putPushDay(ctx context.Context, tx *db.Tx, s syncRow) error {
	r, at := s.result, db.Millis(s.committed)
	pushes, failed, last := int64(1), int64(0), at
	if s.number == nil {
		pushes, failed, last = 0, 1, 0
	}
	return tx.ExecOne(ctx, `
		INSERT INTO resource_day (definition, day, workspace, pushes, failed, received, rejected, changed, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (definition, day) DO UPDATE SET pushes = resource_day.pushes + excluded.pushes,
			failed = resource_day.failed + excluded.failed, received = resource_day.received + excluded.received,
			rejected = resource_day.rejected + excluded.rejected, changed = resource_day.changed + excluded.changed,
			last_at = CASE WHEN excluded.last_at > resource_day.last_at THEN excluded.last_at ELSE resource_day.last_at END`,
		int64(r.Definition.Number), at/dayLength, r.Definition.Workspace.Number, pushes, failed, r.Received, r.Rejected,
		r.Created+r.Updated+r.Removed, last)
}

const pushDayFields = `SELECT d.definition, d.day, d.pushes, d.failed, d.received, d.rejected, d.changed, d.last_at`

func scanPushDay(row db.Row) (definition Number, p PushDay, err error) {
	err = row.Scan(&definition, &p.Day, &p.Pushes, &p.Failed, &p.Received, &p.Rejected, &p.Changed, &p.LastAt)
	return definition, p, err
}

func selectPushDays(ctx context.Context, tx *db.Tx, w caller.Workspace, first int64) (map[Number][]PushDay, error) {
	all := map[Number][]PushDay{}
	err := tx.Each(ctx, func(row db.Row) error {
		definition, p, err := scanPushDay(row)
		all[definition] = append(all[definition], p)
		return err
	}, pushDayFields+` FROM resource_head h JOIN resource_day d ON d.definition = h.definition
			AND d.day >= COALESCE((SELECT MAX(b.day) FROM resource_day b WHERE b.definition = h.definition AND b.day < $2 AND b.last_at > 0), $2)
		WHERE h.workspace = $1 ORDER BY d.definition, d.day`, w.Number, first)
	return all, err
}

func selectPushDaysOf(ctx context.Context, tx *db.Tx, definition Number, first int64) (list []PushDay, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		_, p, err := scanPushDay(row)
		list = append(list, p)
		return err
	}, pushDayFields+` FROM resource_day d WHERE d.definition = $1
			AND d.day >= COALESCE((SELECT MAX(b.day) FROM resource_day b WHERE b.definition = $1 AND b.day < $2 AND b.last_at > 0), $2)
		ORDER BY d.day`, int64(definition), first)
	return list, err
}

func selectMoves(ctx context.Context, tx *db.Tx) (list []Move, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var m Move
		err := row.Scan(&m.Number, &m.ID, &m.Workspace.Number, &m.Head, &m.LastPush, &m.System)
		list = append(list, m)
		return err
	}, `SELECT h.definition, d.id, h.workspace, h.head, h.last_push, d.base = $1
		FROM resource_head h JOIN resource_definition d ON d.number = h.definition`, string(SystemRecord))
	return list, err
}
