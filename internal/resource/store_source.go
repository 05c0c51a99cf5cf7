// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Sources of definitions.

// sourceFields has marks counted only where the last push held something.
const sourceFields = `
	SELECT s.definition, s.source, s.current, s.ended_at, s.held_digest, s.held_since, s.held_times, s.last_push, s.last_push_at, s.refusal,
		CASE WHEN s.held > 0 THEN (SELECT COUNT(*) FROM resource_mark m
			JOIN resource_item i ON i.definition = m.definition AND i.item = m.item AND i.source = s.source
			WHERE m.definition = s.definition AND m.kind = 'held' AND m.from_sync <= h.head AND (m.to_sync IS NULL OR m.to_sync > h.head))
		ELSE 0 END
	FROM resource_source s JOIN resource_head h ON h.definition = s.definition`

func scanSource(row db.Row) (definition Number, s Source, err error) {
	err = row.Scan(&definition, &s.ID, &s.Current, &s.EndedAt, &s.HeldDigest, &s.HeldSince, &s.HeldTimes, &s.LastPush, &s.LastPushAt,
		&s.Refusal, &s.Held)
	return definition, s, err
}

func selectSources(ctx context.Context, tx *db.Tx, definition Number) (list []Source, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		_, s, err := scanSource(row)
		list = append(list, s)
		return err
	}, sourceFields+` WHERE s.definition = $1 ORDER BY s.source`, int64(definition))
	return list, err
}

// selectSourcesIn answers the sources of all definitions of a workspace.
func selectSourcesIn(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[Number][]Source, error) {
	all := map[Number][]Source{}
	err := tx.Each(ctx, func(row db.Row) error {
		definition, s, err := scanSource(row)
		all[definition] = append(all[definition], s)
		return err
	}, sourceFields+` WHERE h.workspace = $1 ORDER BY s.definition, s.source`, w.Number)
	return all, err
}

func selectSource(ctx context.Context, tx *db.Tx, definition Number, source string) (Source, error) {
	_, s, err := scanSource(tx.QueryRow(ctx, sourceFields+` WHERE s.definition = $1 AND s.source = $2`, int64(definition), source))
	if errors.Is(err, db.ErrNoRow) {
		return Source{ID: source}, nil
	}
	return s, err
}

// putSource notes what a push made of its source; s.Current is the difference. One that
// was disconnected stays so unless the push began afterwards, and so knew.
func putSource(ctx context.Context, tx *db.Tx, d Definition, s Source) error {
	return tx.ExecOne(ctx, `
		INSERT INTO resource_source (definition, source, workspace, current, ended_at, held, held_digest, held_since, held_times,
			last_push, last_push_at, refusal)
		VALUES ($1, $2, $3, $4, 0, $6, $7, $8, $9, $10, $11, '')
		ON CONFLICT (definition, source) DO UPDATE SET current = resource_source.current + excluded.current,
			ended_at = CASE WHEN resource_source.ended_at = $5 THEN 0 ELSE resource_source.ended_at END,
			held = excluded.held, held_digest = excluded.held_digest, held_since = excluded.held_since,
			held_times = excluded.held_times, last_push = excluded.last_push, last_push_at = excluded.last_push_at, refusal = ''`,
		int64(d.Number), s.ID, d.Workspace.Number, s.Current, s.EndedAt, s.Held, s.HeldDigest, s.HeldSince, s.HeldTimes, s.LastPush,
		s.LastPushAt)
}

// lowerSource notes that records of a source went without a push: none is held then.
func lowerSource(ctx context.Context, tx *db.Tx, definition Number, source string, removed int64) error {
	return tx.ExecOne(ctx, `
		UPDATE resource_source SET current = current - $3, held = 0, held_digest = '', held_since = 0, held_times = 0
		WHERE definition = $1 AND source = $2`, int64(definition), source, removed)
}

// putRefusal notes why the newest push of a source was refused.
func putRefusal(ctx context.Context, tx *db.Tx, d Definition, s Source, why string) error {
	return tx.ExecOne(ctx, `
		INSERT INTO resource_source (definition, source, workspace, current, ended_at, held, held_digest, held_since, held_times,
			last_push, last_push_at, refusal)
		VALUES ($1, $2, $3, 0, 0, 0, '', 0, 0, '', 0, $5)
		ON CONFLICT (definition, source) DO UPDATE SET refusal = excluded.refusal,
			ended_at = CASE WHEN resource_source.ended_at = $4 THEN 0 ELSE resource_source.ended_at END`,
		int64(d.Number), s.ID, d.Workspace.Number, s.EndedAt, why)
}

// endSources marks a source as disconnected in every definition of an application, also
// where it has not pushed yet: its first push may be under way. The time rises each time,
// so that a push knows which end it came after.
func endSources(ctx context.Context, tx *db.Tx, w caller.Workspace, application, source string, now int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO resource_source (definition, source, workspace, current, ended_at, held, held_digest, held_since, held_times,
			last_push, last_push_at, refusal)
		SELECT d.number, $3, d.workspace, 0, $4, 0, '', 0, 0, '', 0, '' FROM resource_definition d
		WHERE d.workspace = $1 AND d.application = $2
		ON CONFLICT (definition, source) DO UPDATE SET
			ended_at = CASE WHEN resource_source.ended_at >= excluded.ended_at THEN resource_source.ended_at + 1 ELSE excluded.ended_at END`,
		w.Number, application, source, now)
	return err
}

func selectEndedOf(ctx context.Context, tx *db.Tx, w caller.Workspace, application, source string) (list []ending, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDefinition(row)
		list = append(list, ending{d, source})
		return err
	}, definitionFields+`
		JOIN resource_source e ON e.definition = d.number AND e.source = $3
		WHERE d.workspace = $1 AND d.application = $2 AND e.ended_at > 0 AND e.current > 0 ORDER BY d.number`, w.Number, application, source)
	return list, err
}

// selectEnded answers what ClearEnded has to do where nobody holds the definition.
func selectEnded(ctx context.Context, tx *db.Tx, now int64) (list []ending, err error) {
	var at []Number
	err = tx.Each(ctx, func(row db.Row) error {
		var number int64
		var e ending
		err := row.Scan(&number, &e.source)
		at, list = append(at, Number(number)), append(list, e)
		return err
	}, `SELECT e.definition, e.source FROM resource_source e JOIN resource_head h ON h.definition = e.definition
		WHERE e.ended_at > 0 AND e.current > 0 AND (h.claim_token = '' OR h.claim_until < $1) ORDER BY e.definition, e.source`, now)
	for i := range list {
		if err == nil {
			list[i].definition, err = selectDefinitionByNumber(ctx, tx, at[i])
		}
	}
	return list, err
}

// selectItemsOf answers the items of a source that exist at a number.
func selectItemsOf(ctx context.Context, tx *db.Tx, definition Number, number int64, source string) ([]Item, error) {
	return selectItems(ctx, tx, `
		SELECT i.item FROM resource_item i JOIN resource_record r ON r.item = i.item AND `+existsAt+`
		WHERE i.definition = $1 AND i.source = $3 ORDER BY i.item`, int64(definition), number, source)
}

// selectMarksOf answers the marks of a source's items at a number.
func selectMarksOf(ctx context.Context, tx *db.Tx, definition Number, number int64, source string) (marks []mark, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var m mark
		err := row.Scan(&m.item, &m.kind)
		marks = append(marks, m)
		return err
	}, `SELECT r.item, r.kind FROM resource_mark r JOIN resource_item i ON i.definition = r.definition AND i.item = r.item
		WHERE `+existsAt+` AND i.source = $3 ORDER BY r.item, r.kind`, int64(definition), number, source)
	return marks, err
}
