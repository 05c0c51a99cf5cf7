// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

const fields = `
	SELECT t.id, t.name, t.url, t.types, t.facility, t.authority, t.position, t.part, t.sent, t.sent_at, t.failures, t.failing_at, t.last_error,
		t.next_at, t.created_at, t.updated_at, w.number, w.id, w.name
	FROM stream_target t JOIN workspace w ON w.number = t.workspace`

func scan(row db.Row) (x Stream, err error) {
	var types []byte
	err = row.Scan(&x.ID, &x.Name, &x.URL, &types, &x.Facility, &x.Authority, &x.Cursor.Position, &x.Cursor.Part, &x.Sent, &x.SentAt, &x.failures,
		&x.Failing, &x.LastError, &x.NextAt, &x.CreatedAt, &x.UpdatedAt, &x.workspace.Number, &x.workspace.ID, &x.workspace.Name)
	if err != nil {
		return x, err
	}
	if err := json.Unmarshal(types, &x.Types); err != nil {
		return x, fmt.Errorf("types of stream %s: %w", x.ID, err)
	}
	return x, nil
}

func selectStreams(ctx context.Context, tx *db.Tx, w caller.Workspace) (list []Stream, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		x, err := scan(row)
		list = append(list, x)
		return err
	}, fields+` WHERE t.workspace = $1 ORDER BY t.name_key`, w.Number)
	return list, err
}

// selectReady answers the streams of all workspaces that may be tried.
func selectReady(ctx context.Context, tx *db.Tx, now int64) (list []Stream, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		x, err := scan(row)
		list = append(list, x)
		return err
	}, fields+` WHERE t.next_at <= $1 ORDER BY t.id`, now)
	return list, err
}

func selectStream(ctx context.Context, tx *db.Tx, w caller.Workspace, id string) (Stream, error) {
	return scan(tx.QueryRow(ctx, fields+` WHERE t.workspace = $1 AND t.id = $2`, w.Number, id))
}

func typesText(x Stream) (string, error) {
	text, err := json.Marshal(x.Types)
	return string(text), err
}

func insertStream(ctx context.Context, tx *db.Tx, x Stream) error {
	types, err := typesText(x)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO stream_target (id, workspace, name, name_key, url, types, facility, authority, position, part, sent, failures, last_error,
			next_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, '', $11, $12, $12)`,
		x.ID, x.workspace.Number, x.Name, strings.ToLower(x.Name), x.URL, types, x.Facility, x.Authority, x.Cursor.Position, x.Cursor.Part,
		x.NextAt, x.CreatedAt)
}

// updateStream stores what people say of a stream.
func updateStream(ctx context.Context, tx *db.Tx, x Stream) error {
	types, err := typesText(x)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE stream_target SET name = $3, name_key = $4, url = $5, types = $6, facility = $7, authority = $8, next_at = $9, updated_at = $10
		WHERE workspace = $1 AND id = $2`,
		x.workspace.Number, x.ID, x.Name, strings.ToLower(x.Name), x.URL, types, x.Facility, x.Authority, x.NextAt, x.UpdatedAt)
}

// moveStream notes how far a stream has come and how its newest try went, unless another
// process moved it; db.ErrNoRow then, and when it was deleted.
func moveStream(ctx context.Context, tx *db.Tx, before, after Stream) error {
	return tx.ExecOne(ctx, `
		UPDATE stream_target SET position = $4, part = $5, sent = $6, sent_at = $7, failures = $8, failing_at = $9, last_error = $10, next_at = $11
		WHERE id = $1 AND position = $2 AND part = $3`,
		after.ID, before.Cursor.Position, before.Cursor.Part, after.Cursor.Position, after.Cursor.Part, after.Sent, after.SentAt, after.failures,
		after.Failing, after.LastError, after.NextAt)
}

func deleteStream(ctx context.Context, tx *db.Tx, w caller.Workspace, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM stream_target WHERE workspace = $1 AND id = $2`, w.Number, id)
}
