// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"database/sql"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// Definitions and heads; what a push writes ahead is in store_ahead.go, what
// readers see in store_read.go.

const definitionFields = `
	SELECT d.number, d.id, d.workspace, d.application, d.name, d.base, d.schema_version, d.schema_since, d.handling, d.guard_count,
		d.guard_percent, d.guard_repeats, d.created_at, d.updated_at, COALESCE(s.document, ''), w.id, w.name, d.origin
	FROM resource_definition d
	JOIN workspace w ON w.number = d.workspace
	LEFT JOIN resource_schema s ON s.definition = d.number AND s.version = d.schema_version`

func scanDefinition(row db.Row) (Definition, error) {
	var (
		d                Definition
		count, percent   sql.NullInt64
		repeats          int64
		created, updated int64
		schema           string
	)
	err := row.Scan(&d.Number, &d.ID, &d.Workspace.Number, &d.Application, &d.Name, &d.Base, &d.SchemaVersion, &d.SchemaSince, &d.Handling,
		&count, &percent, &repeats, &created, &updated, &schema, &d.Workspace.ID, &d.Workspace.Name, &d.Origin)
	if count.Valid {
		d.Guard = &Guard{Count: count.Int64, Percent: percent.Int64, Repeats: repeats}
	}
	if schema != "" {
		d.Schema = json.Value(schema)
	}
	d.CreatedAt, d.UpdatedAt = db.Time(created), db.Time(updated)
	return d, err
}

func selectDefinition(ctx context.Context, tx *db.Tx, w caller.Workspace, id ID) (Definition, error) {
	return scanDefinition(tx.QueryRow(ctx, definitionFields+`
		WHERE d.workspace = $1 AND d.id = $2`, w.Number, string(id)))
}

func selectDefinitionByName(ctx context.Context, tx *db.Tx, w caller.Workspace, application, key string) (Definition, error) {
	return scanDefinition(tx.QueryRow(ctx, definitionFields+`
		WHERE d.workspace = $1 AND d.application = $2 AND d.name_key = $3`, w.Number, application, key))
}

func selectSystem(ctx context.Context, tx *db.Tx, w caller.Workspace, key string) (Definition, error) {
	return scanDefinition(tx.QueryRow(ctx, definitionFields+`
		WHERE d.workspace = $1 AND d.base = $2 AND d.name_key = $3`, w.Number, string(SystemRecord), key))
}

func selectDefinitionByNumber(ctx context.Context, tx *db.Tx, number Number) (Definition, error) {
	return scanDefinition(tx.QueryRow(ctx, definitionFields+` WHERE d.number = $1`, int64(number)))
}

func selectDefinitions(ctx context.Context, tx *db.Tx, w caller.Workspace, application string) (list []Definition, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, d)
		return err
	}, definitionFields+`
		WHERE d.workspace = $1 AND ($2 = '' OR d.application = $2) AND d.base <> $3 ORDER BY d.number`,
		w.Number, application, string(SystemRecord))
	return list, err
}

func selectDefinitionsNamed(ctx context.Context, tx *db.Tx, w caller.Workspace, key string) (list []Definition, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, d)
		return err
	}, definitionFields+`
		WHERE d.workspace = $1 AND d.name_key = $2 AND d.base <> $3 ORDER BY d.number`, w.Number, key, string(SystemRecord))
	return list, err
}

func selectUnjudged(ctx context.Context, tx *db.Tx, now int64) (list []Definition, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, d)
		return err
	}, definitionFields+`
		JOIN resource_head h ON h.definition = d.number
		WHERE h.judged_epoch <> h.rules_epoch AND (h.claim_token = '' OR h.claim_until < $1) ORDER BY d.number`, now)
	return list, err
}

func guardColumns(g *Guard) (count, percent any, repeats int64) {
	if g == nil {
		return nil, nil, 0
	}
	return g.Count, g.Percent, g.Repeats
}

func insertDefinition(ctx context.Context, tx *db.Tx, d Definition) error {
	count, percent, repeats := guardColumns(d.Guard)
	return tx.ExecOne(ctx, `
		INSERT INTO resource_definition (number, id, workspace, application, name, name_key, base, schema_version, schema_since,
			handling, guard_count, guard_percent, guard_repeats, created_at, updated_at, origin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12, $13, $14, $15)`,
		int64(d.Number), string(d.ID), d.Workspace.Number, d.Application, d.Name, nameKey(d.Name), string(d.Base), d.SchemaVersion,
		string(d.Handling), count, percent, repeats, db.Millis(d.CreatedAt), db.Millis(d.UpdatedAt), string(d.Origin))
}

func updateDefinition(ctx context.Context, tx *db.Tx, d Definition) error {
	count, percent, repeats := guardColumns(d.Guard)
	return tx.ExecOne(ctx, `
		UPDATE resource_definition SET name = $3, name_key = $4, schema_version = $5, handling = $6, guard_count = $7,
			guard_percent = $8, guard_repeats = $9, updated_at = $10
		WHERE workspace = $1 AND number = $2`,
		d.Workspace.Number, int64(d.Number), d.Name, nameKey(d.Name), d.SchemaVersion, string(d.Handling), count, percent, repeats,
		db.Millis(d.UpdatedAt))
}

// markSchema notes that the next number is the last that may have been checked
// under the schema before: a push that runs now still uses that one.
func markSchema(ctx context.Context, tx *db.Tx, definition Number) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_definition
		SET schema_since = (SELECT h.head + 1 FROM resource_head h WHERE h.definition = resource_definition.number)
		WHERE number = $1`, int64(definition))
}

func insertSchema(ctx context.Context, tx *db.Tx, d Definition) error {
	return tx.ExecOne(ctx, `
		INSERT INTO resource_schema (definition, version, workspace, document, created_at) VALUES ($1, $2, $3, $4, $5)`,
		int64(d.Number), d.SchemaVersion, d.Workspace.Number, string(d.Schema), db.Millis(d.UpdatedAt))
}

func insertHead(ctx context.Context, tx *db.Tx, d Definition) error {
	return tx.ExecOne(ctx, `
		INSERT INTO resource_head (definition, workspace, head, items, current, rules_epoch, judged_epoch, ahead, claim_token,
			claim_owner, claim_until, last_push, last_push_at)
		VALUES ($1, $2, 0, 0, 0, 0, 0, '', '', '', 0, '', 0)`, int64(d.Number), d.Workspace.Number)
}

func selectHead(ctx context.Context, tx *db.Tx, definition Number) (h Head, err error) {
	err = tx.QueryRow(ctx, `
		SELECT head, items, current, rules_epoch, judged_epoch, ahead, last_push, last_push_at
		FROM resource_head WHERE definition = $1`, int64(definition)).
		Scan(&h.Number, &h.Items, &h.Current, &h.Epoch, &h.Judged, &h.Ahead, &h.LastPush, &h.LastPushAt)
	return h, err
}

// freshAt is when the records of head h were last pushed: by the source that has been silent
// for longest of those that are connected and have ever pushed.
const freshAt = `COALESCE((SELECT MIN(s.last_push_at) FROM resource_source s
	WHERE s.definition = h.definition AND s.ended_at = 0 AND s.last_push <> ''), h.last_push_at)`

func selectLastPush(ctx context.Context, tx *db.Tx, definition Number) (at int64, err error) {
	err = tx.QueryRow(ctx, `SELECT `+freshAt+` FROM resource_head h WHERE h.definition = $1`, int64(definition)).Scan(&at)
	return at, err
}

func selectLastPushes(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[Number]int64, error) {
	all := map[Number]int64{}
	err := tx.Each(ctx, func(row db.Row) error {
		var definition, at int64
		err := row.Scan(&definition, &at)
		all[Number(definition)] = at
		return err
	}, `SELECT h.definition, `+freshAt+` FROM resource_head h WHERE h.workspace = $1`, w.Number)
	return all, err
}

// updateHead is the flip: it changes nothing unless the claim is still held and
// head and rules are those that were read.
func updateHead(ctx context.Context, tx *db.Tx, definition Number, token string, before, after Head) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_head SET head = $5, items = $6, current = $7, judged_epoch = $8, ahead = $9, last_push = $10,
			last_push_at = $11
		WHERE definition = $1 AND claim_token = $2 AND head = $3 AND rules_epoch = $4`,
		int64(definition), token, before.Number, before.Epoch, after.Number, after.Items, after.Current, after.Judged, after.Ahead,
		after.LastPush, after.LastPushAt)
}

func raiseEpoch(ctx context.Context, tx *db.Tx, definition Number) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_head SET rules_epoch = rules_epoch + 1 WHERE definition = $1`, int64(definition))
}

func holdHead(ctx context.Context, tx *db.Tx, definition Number) error {
	return tx.ExecOne(ctx, `UPDATE resource_head SET rules_epoch = rules_epoch WHERE definition = $1`, int64(definition))
}

// lease is who takes a claim, when, and until when.
type lease struct {
	now, until   int64 // ms
	owner, token string
}

func takeClaim(ctx context.Context, tx *db.Tx, definition Number, l lease) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_head SET claim_token = $2, claim_owner = $3, claim_until = $5
		WHERE definition = $1 AND (claim_token = '' OR claim_until < $4)`, int64(definition), l.token, l.owner, l.now, l.until)
}

func renewClaim(ctx context.Context, tx *db.Tx, definition Number, token string, until int64) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_head SET claim_until = $3 WHERE definition = $1 AND claim_token = $2`, int64(definition), token, until)
}

func dropClaim(ctx context.Context, tx *db.Tx, definition Number, token string) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_head SET claim_token = '', claim_until = 0 WHERE definition = $1 AND claim_token = $2`, int64(definition), token)
}

func dropClaims(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE resource_head SET claim_token = '', claim_until = 0 WHERE claim_token <> ''`)
	return err
}

func setAhead(ctx context.Context, tx *db.Tx, definition Number, token, sync string) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_head SET ahead = $3 WHERE definition = $1 AND claim_token = $2`, int64(definition), token, sync)
}

func insertSync(ctx context.Context, tx *db.Tx, s syncRow) error {
	actor, err := json.Marshal(map[string]string{"kind": string(s.actor.Kind), "id": s.actor.ID, "name": s.actor.Name})
	if err != nil {
		return err
	}
	r := s.result
	return tx.ExecOne(ctx, `
		INSERT INTO resource_sync (id, workspace, definition, number, cause, source, actor, schema_version, started_at, committed_at,
			received, accepted, rejected, created, updated, unchanged, removed, held, stale, warned, held_token, error)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		r.ID, r.Definition.Workspace.Number, int64(r.Definition.Number), s.number, string(s.cause), s.source, string(actor),
		r.Definition.SchemaVersion, db.Millis(s.started), db.Millis(s.committed), r.Received, r.Accepted, r.Rejected, r.Created,
		r.Updated, r.Unchanged, r.Removed, r.Held, r.Stale, r.Warned, s.heldToken, r.Failure)
}
