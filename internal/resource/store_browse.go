// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"database/sql"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// What people look at: definitions as they stand, syncs, records and their past.

const syncFields = `
	s.id, s.number, s.cause, s.source, s.actor, s.schema_version, s.started_at, s.committed_at, s.received, s.accepted, s.rejected, s.created,
	s.updated, s.unchanged, s.removed, s.held, s.stale, s.warned, s.error, s.definition`

// scanSync reads syncFields and, after them, more.
func scanSync(row db.Row, more ...any) (s SyncRow, err error) {
	var actor string
	var number sql.NullInt64
	r := &s.Counts
	err = row.Scan(append([]any{
		&s.ID, &number, &s.Cause, &s.Source, &actor, &s.SchemaVersion, &s.StartedAt, &s.CommittedAt, &r.Received, &r.Accepted, &r.Rejected,
		&r.Created, &r.Updated, &r.Unchanged, &r.Removed, &r.Held, &r.Stale, &r.Warned, &s.Failure, &s.definition,
	}, more...)...)
	if err != nil {
		return s, err
	}
	if number.Valid {
		s.Number = &number.Int64
	}
	return s, json.Unmarshal([]byte(actor), &s.Actor)
}

// selectStandings answers how the definitions of a workspace stand.
func selectStandings(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[Number]Standing, error) {
	all := map[Number]Standing{}
	err := tx.Each(ctx, func(row db.Row) error {
		var one Standing
		var number int64
		if err := row.Scan(&number, &one.Head.Number, &one.Head.Items, &one.Head.Current, &one.Head.LastPush, &one.Head.LastPushAt); err != nil {
			return err
		}
		all[Number(number)] = one
		return nil
	}, `SELECT definition, head, items, current, last_push, last_push_at FROM resource_head WHERE workspace = $1`, w.Number)
	if err != nil {
		return nil, err
	}
	return all, tx.Each(ctx, func(row db.Row) error {
		pushed, err := scanSync(row)
		if err != nil {
			return err
		}
		one := all[pushed.definition]
		one.Pushed = &pushed
		all[pushed.definition] = one
		return nil
	}, `SELECT `+syncFields+` FROM resource_head h JOIN resource_sync s ON s.id = h.last_push WHERE h.workspace = $1`, w.Number)
}

func selectStanding(ctx context.Context, tx *db.Tx, d Definition) (one Standing, err error) {
	if one.Head, err = selectHead(ctx, tx, d.Number); err != nil || one.Head.LastPush == "" {
		return one, err
	}
	pushed, err := scanSync(tx.QueryRow(ctx, `
		SELECT `+syncFields+` FROM resource_head h JOIN resource_sync s ON s.id = h.last_push WHERE h.definition = $1`, int64(d.Number)))
	one.Pushed = &pushed
	return one, err
}

func selectSchemas(ctx context.Context, tx *db.Tx, definition Number) (list []SchemaVersion, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var v SchemaVersion
		var document string
		err := row.Scan(&v.Version, &document, &v.CreatedAt)
		v.Document = json.Value(document)
		list = append(list, v)
		return err
	}, `SELECT version, document, created_at FROM resource_schema WHERE definition = $1 ORDER BY version DESC`, int64(definition))
	return list, err
}

// selectWasPushed says whether anything ever came for a definition.
func selectWasPushed(ctx context.Context, tx *db.Tx, definition Number) (was bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM resource_item WHERE definition = $1) OR EXISTS (SELECT 1 FROM resource_sync WHERE definition = $1)`,
		int64(definition)).Scan(&was)
	return was, err
}

func deleteDefinition(ctx context.Context, tx *db.Tx, definition Number) error {
	for _, statement := range []string{
		`DELETE FROM resource_behind WHERE definition = $1`,
		`DELETE FROM resource_schema WHERE definition = $1`,
		`DELETE FROM resource_source WHERE definition = $1`,
		`DELETE FROM resource_head WHERE definition = $1`,
		`DELETE FROM resource_definition WHERE number = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, int64(definition)); err != nil {
			return err
		}
	}
	return nil
}

func selectSyncs(ctx context.Context, tx *db.Tx, definition Number, everything bool, after *SyncPlace, limit int) (list []SyncRow, err error) {
	where, args := `s.definition = $1`, []any{int64(definition), int64(limit)}
	if !everything {
		where += ` AND s.cause IN ('push', 'disconnect')`
	}
	if after != nil {
		where += ` AND s.committed_at <= $3 AND (s.committed_at < $3 OR s.id < $4)`
		args = append(args, after.At, after.ID)
	}
	err = tx.Each(ctx, func(row db.Row) error {
		var id, name string
		s, err := scanSync(row, &id, &name)
		s.Definition, s.DefinitionName = ID(id), name
		list = append(list, s)
		return err
	}, `SELECT `+syncFields+`, d.id, d.name FROM resource_sync s JOIN resource_definition d ON d.number = s.definition
		WHERE `+where+` ORDER BY s.committed_at DESC, s.id DESC LIMIT $2`, args...)
	return list, err
}

func selectSync(ctx context.Context, tx *db.Tx, w caller.Workspace, id string) (SyncRow, error) {
	var definition, name string
	s, err := scanSync(tx.QueryRow(ctx, `
		SELECT `+syncFields+`, d.id, d.name FROM resource_sync s JOIN resource_definition d ON d.number = s.definition
		WHERE s.workspace = $1 AND s.id = $2 AND d.base <> $3`, w.Number, id, string(SystemRecord)), &definition, &name)
	s.Definition, s.DefinitionName = ID(definition), name
	return s, err
}

func selectSyncNumbered(ctx context.Context, tx *db.Tx, definition Number, number int64) (SyncRow, error) {
	return scanSync(tx.QueryRow(ctx, `
		SELECT `+syncFields+` FROM resource_sync s WHERE s.definition = $1 AND s.number = $2`, int64(definition), number))
}

// selectChanged answers up to limit items that a number changed in one way. What it
// created is found in the unique index alone, the others by what it ended.
func selectChanged(ctx context.Context, tx *db.Tx, definition Number, number int64, after ChangePlace, limit int) ([]Item, error) {
	query := map[string]string{
		ChangeCreated: `SELECT r.item FROM resource_record r WHERE r.definition = $1 AND r.from_sync = $2 AND r.item > $3
			AND NOT EXISTS (SELECT 1 FROM resource_record q WHERE q.definition = r.definition AND q.item = r.item AND q.to_sync = $2)
			ORDER BY r.item LIMIT $4`,
		ChangeUpdated: `SELECT q.item FROM resource_record q WHERE q.definition = $1 AND q.to_sync = $2 AND q.item > $3
			AND EXISTS (SELECT 1 FROM resource_record r WHERE r.definition = q.definition AND r.item = q.item AND r.from_sync = $2)
			ORDER BY q.item LIMIT $4`,
		ChangeRemoved: `SELECT q.item FROM resource_record q WHERE q.definition = $1 AND q.to_sync = $2 AND q.item > $3
			AND NOT EXISTS (SELECT 1 FROM resource_record r WHERE r.definition = q.definition AND r.item = q.item AND r.from_sync = $2)
			ORDER BY q.item LIMIT $4`,
	}[after.Kind]
	return selectItems(ctx, tx, query, int64(definition), number, int64(after.Item), int64(limit))
}

// selectItems answers what a query for items finds.
func selectItems(ctx context.Context, tx *db.Tx, query string, args ...any) (items []Item, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var item int64
		err := row.Scan(&item)
		items = append(items, Item(item))
		return err
	}, query, args...)
	return items, err
}

func selectHeld(ctx context.Context, tx *db.Tx, definition Number, number int64, after Item, limit int) ([]Item, error) {
	return selectItems(ctx, tx, `
		SELECT m.item FROM resource_mark m WHERE m.definition = $1 AND m.kind = 'held' AND m.from_sync <= $2
			AND (m.to_sync IS NULL OR m.to_sync > $2) AND m.item > $3 ORDER BY m.item LIMIT $4`,
		int64(definition), number, int64(after), int64(limit))
}

// lastLetter is greater than whatever follows a prefix.
const lastLetter = "\U0010FFFF"

// selectItemsBeginning answers items by their uniqueId, which the index over sources
// has in order.
func selectItemsBeginning(ctx context.Context, tx *db.Tx, definition Number, number int64, q RecordQuery) ([]Item, error) {
	exists := `EXISTS (SELECT 1 FROM resource_record r WHERE r.item = i.item AND ` + existsAt + `)`
	if q.Gone {
		exists = `NOT ` + exists
	}
	return selectItems(ctx, tx, `
		SELECT i.item FROM resource_item i WHERE i.definition = $1 AND i.source = '' AND i.unique_id >= $3 AND i.unique_id < $4
			AND i.unique_id > $5 AND `+exists+` ORDER BY i.unique_id LIMIT $6`,
		int64(definition), number, q.Begins, q.Begins+lastLetter, q.Beyond, int64(q.Limit+1))
}

// selectGone answers up to limit items in (span[0], span[1]] that had records and have
// none at a number. The span is said twice: PostgreSQL would read the whole definition
// to find who is missing.
func selectGone(ctx context.Context, tx *db.Tx, definition Number, number int64, span [2]Item, limit int) ([]Item, error) {
	return selectItems(ctx, tx, `
		SELECT i.item FROM resource_item i WHERE i.definition = $1 AND i.item > $3 AND i.item <= $4
			AND NOT EXISTS (SELECT 1 FROM resource_record r WHERE r.item = i.item AND r.item > $3 AND r.item <= $4 AND `+existsAt+`)
			ORDER BY i.item LIMIT $5`, int64(definition), number, int64(span[0]), int64(span[1]), int64(limit))
}

// selectVersions answers up to limit versions of an item that began before a number,
// newest first.
func selectVersions(ctx context.Context, tx *db.Tx, definition Number, item Item, before int64, limit int) (list []RecordVersion, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var v RecordVersion
		var document string
		var end sql.NullInt64
		err := row.Scan(&v.Number, &end, &document)
		v.Ended, v.Document = end.Int64, json.Value(document)
		list = append(list, v)
		return err
	}, `SELECT r.from_sync, r.to_sync, r.document FROM resource_record r
		WHERE r.definition = $1 AND r.item = $2 AND r.from_sync < $3 ORDER BY r.from_sync DESC LIMIT $4`,
		int64(definition), int64(item), before, int64(limit))
	return list, err
}
