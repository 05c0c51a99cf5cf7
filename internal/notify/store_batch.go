// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"database/sql"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// joinBatch answers the open batch of an address, which takes more lines; db.ErrNoRow
// when there is none. Who closes it waits for this transaction, or the other way round.
func joinBatch(ctx context.Context, tx *db.Tx, workspace int64, h hearing) (id string, lines int64, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE notify_batch SET lines = lines
		WHERE workspace = $1 AND medium = $2 AND kind = $3 AND recipient = $4 AND timing = $5 AND state = 'open' RETURNING id, lines`,
		workspace, string(h.Medium), h.Kind, h.ID, string(h.timing)).Scan(&id, &lines)
	return id, lines, err
}

// insertBatch opens a batch, which is sent at an instant.
func insertBatch(ctx context.Context, tx *db.Tx, workspace int64, h hearing, b batch) error {
	return tx.ExecOne(ctx, `
		INSERT INTO notify_batch (id, workspace, medium, kind, recipient, timing, state, lines, opened_at, next_at, tries, error, sent_to, subject, content)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', 0, $7, $8, 0, '', '', '', '')`,
		b.ID, workspace, string(h.Medium), h.Kind, h.ID, string(h.timing), b.OpenedAt, *b.NextAt)
}

func selectLine(ctx context.Context, tx *db.Tx, batch, place string) (l line, err error) {
	var text string
	if err := tx.QueryRow(ctx, `SELECT line FROM notify_line WHERE batch = $1 AND place = $2`, batch, place).Scan(&text); err != nil {
		return l, err
	}
	return l, json.Unmarshal([]byte(text), &l)
}

// spot is where a line stands.
type spot struct {
	batch, place string
	position     int64 // counts when the line is new
	workspace    int64
}

func putLine(ctx context.Context, tx *db.Tx, at spot, l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO notify_line (batch, place, workspace, position, line) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (batch, place) DO UPDATE SET line = excluded.line`, at.batch, at.place, at.workspace, at.position, string(text))
}

func countLine(ctx context.Context, tx *db.Tx, batch string) error {
	return tx.ExecOne(ctx, `UPDATE notify_batch SET lines = lines + 1 WHERE id = $1`, batch)
}

func selectLines(ctx context.Context, tx *db.Tx, batch string) (all []line, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var text string
		var l line
		if err := row.Scan(&text); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(text), &l)
		all = append(all, l)
		return err
	}, `SELECT line FROM notify_line WHERE batch = $1 ORDER BY position, place`, batch)
	return all, err
}

func deleteLines(ctx context.Context, tx *db.Tx, batch string) error {
	_, err := tx.Exec(ctx, `DELETE FROM notify_line WHERE batch = $1`, batch)
	return err
}

func hasDue(ctx context.Context, tx *db.Tx, m medium, now int64) (due bool, err error) {
	var next sql.NullInt64
	err = tx.QueryRow(ctx, `SELECT MIN(next_at) FROM notify_batch WHERE medium = $1 AND next_at IS NOT NULL`, string(m)).Scan(&next)
	return next.Valid && next.Int64 <= now, err
}

const batchFields = `SELECT b.id, w.number, w.id, w.name, b.medium, b.kind, b.recipient, b.timing, b.state, b.lines, b.opened_at, b.ready_at, b.next_at,
		b.tries, b.ended_at, b.error, b.sent_to, b.subject, b.content
	FROM notify_batch b JOIN workspace w ON w.number = b.workspace `

func scanBatch(row db.Row) (b batch, err error) {
	var ready, next, ended sql.NullInt64
	err = row.Scan(&b.ID, &b.workspace.Number, &b.workspace.ID, &b.workspace.Name, &b.To.Medium, &b.To.Kind, &b.To.ID, &b.Timing, &b.State, &b.Lines,
		&b.OpenedAt, &ready, &next, &b.Tries, &ended, &b.Error, &b.SentTo, &b.Subject, &b.content)
	for _, one := range []struct {
		from sql.NullInt64
		to   **int64
	}{{ready, &b.readyAt}, {next, &b.NextAt}, {ended, &b.EndedAt}} {
		if one.from.Valid {
			*one.to = &one.from.Int64
		}
	}
	return b, err
}

// selectDueIn answers the workspaces that have something due by a medium.
func selectDueIn(ctx context.Context, tx *db.Tx, m medium, now int64) (numbers []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var n int64
		err := row.Scan(&n)
		numbers = append(numbers, n)
		return err
	}, `SELECT DISTINCT workspace FROM notify_batch WHERE medium = $1 AND next_at IS NOT NULL AND next_at <= $2 ORDER BY workspace`, string(m), now)
	return numbers, err
}

func selectDueBatches(ctx context.Context, tx *db.Tx, workspace int64, m medium, now int64, limit int) (all []batch, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		b, err := scanBatch(row)
		all = append(all, b)
		return err
	}, batchFields+`WHERE b.workspace = $1 AND b.medium = $2 AND b.next_at IS NOT NULL AND b.next_at <= $3 ORDER BY b.next_at, b.id LIMIT $4`,
		workspace, string(m), now, int64(limit))
	return all, err
}

// stepBatch takes a batch from the state and number of tries in which it was read to
// those that it has now; db.ErrNoRow when another was first.
func stepBatch(ctx context.Context, tx *db.Tx, from, b batch) error {
	return tx.ExecOne(ctx, `
		UPDATE notify_batch SET state = $4, ready_at = $5, next_at = $6, tries = $7, ended_at = $8, error = $9, sent_to = $10, subject = $11, content = $12
		WHERE id = $1 AND state = $2 AND tries = $3`,
		b.ID, string(from.State), from.Tries, string(b.State), orNull(b.readyAt), orNull(b.NextAt), b.Tries, orNull(b.EndedAt), b.Error, b.SentTo, b.Subject, b.content)
}

func orNull(at *int64) any {
	if at == nil {
		return nil
	}
	return *at
}

// selectDeliveries answers one batch more than the limit, the newest first, of those that
// are closed; in some states unless none are named.
func selectDeliveries(ctx context.Context, tx *db.Tx, w caller.Workspace, q Query) (all []batch, err error) {
	args := []any{w.Number, q.Before, int64(q.Limit + 1), q.own.Kind, q.own.ID, q.way, q.ID, q.To}
	where := `WHERE b.workspace = $1 AND ($2 = '' OR b.id < $2) AND ($7 = '' OR b.id = $7) AND ($8 = '' OR b.recipient = $8)
		AND ($4 = '' OR b.kind = $4 AND b.recipient = $5 OR b.kind = 'channel' AND b.recipient = $6)`
	if len(q.States) > 0 {
		where += ` AND b.state IN (` + db.Parameters(len(args)+1, len(q.States)) + `)`
		for _, state := range q.States {
			args = append(args, string(state))
		}
	}
	if q.Medium != "" {
		args = append(args, q.Medium)
		where += ` AND b.medium = ` + parameter(len(args))
	}
	err = tx.Each(ctx, func(row db.Row) error {
		b, err := scanBatch(row)
		all = append(all, b)
		return err
	}, batchFields+where+` ORDER BY b.id DESC LIMIT $3`, args...)
	return all, err
}

// dropWaiting ends what waits for an address.
func dropWaiting(ctx context.Context, tx *db.Tx, workspace int64, to address, now int64, because string) error {
	if _, err := tx.Exec(ctx, `
		DELETE FROM notify_line WHERE batch IN (
			SELECT id FROM notify_batch WHERE workspace = $1 AND medium = $2 AND kind = $3 AND recipient = $4 AND state IN ('open', 'ready'))`,
		workspace, string(to.Medium), to.Kind, to.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE notify_batch SET state = 'dropped', next_at = NULL, ended_at = $5, error = $6, content = ''
		WHERE workspace = $1 AND medium = $2 AND kind = $3 AND recipient = $4 AND state IN ('open', 'ready')`,
		workspace, string(to.Medium), to.Kind, to.ID, now, because)
	return err
}

// purgeBatches forgets what ended before an instant.
func purgeBatches(ctx context.Context, tx *db.Tx, before int64) error {
	for _, query := range []string{
		`DELETE FROM notify_line WHERE batch IN (SELECT id FROM notify_batch WHERE ended_at IS NOT NULL AND ended_at < $1)`,
		`DELETE FROM notify_batch WHERE ended_at IS NOT NULL AND ended_at < $1`,
		`DELETE FROM notify_told WHERE told_at < $1`,
	} {
		if _, err := tx.Exec(ctx, query, before); err != nil {
			return err
		}
	}
	return nil
}

// isNoRow says whether a row was not there.
func isNoRow(err error) bool { return errors.Is(err, db.ErrNoRow) }
