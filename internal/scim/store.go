// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

const resourceFields = `
	SELECT r.id, r.type, r.document, r.version, r.active, r.created_at, r.updated_at, r.deactivated_at,
		r.follower, r.account, r.role, r.grounds
	FROM scim_resource r `

func scanResource(row db.Row) (r Resource, err error) {
	var created, updated int64
	var deactivated sql.NullInt64
	if err := row.Scan(&r.ID, &r.Type, &r.document, &r.Version, &r.Active, &created, &updated, &deactivated,
		&r.Follower, &r.Account, &r.Role, &r.grounds); err != nil {
		return r, err
	}
	r.CreatedAt, r.UpdatedAt, r.DeactivatedAt = db.Time(created), db.Time(updated), maybe(deactivated)
	r.Object, err = parseStored(r.document)
	return r, err
}

func maybe(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	at := db.Time(ms.Int64)
	return &at
}

func nullable(at *time.Time) any {
	if at == nil {
		return nil
	}
	return db.Millis(*at)
}

// columns are what a row says beside the resource itself.
type columns struct{ external, key string }

// row makes them, and sets what the resource keeps of them itself.
func row(rt *schema.ResourceType, r *Resource) columns {
	r.document = stored(rt, r.Object)
	return columns{external: text(r.Object, "externalId"), key: keyOf(rt, r.Object, r.ID)}
}

// insertResource says whether what is unique about the resource is taken.
func insertResource(ctx context.Context, tx *db.Tx, d Directory, r Resource, c columns) (taken bool, err error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO scim_resource (id, workspace, directory, type, name_key, external_id, document, version, active,
			created_at, updated_at, deactivated_at, follower, account, role, grounds)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (directory, type, name_key) DO NOTHING`,
		r.ID, d.Workspace.Number, d.Number, r.Type, c.key, c.external, r.document, r.Version, r.Active,
		db.Millis(r.CreatedAt), db.Millis(r.UpdatedAt), nullable(r.DeactivatedAt), r.Follower, string(r.Account), string(r.Role),
		r.grounds)
	return rows == 0, err
}

// selectTaken says whether what is unique is a resource's already.
func selectTaken(ctx context.Context, tx *db.Tx, d Directory, kind, key string) (bool, error) {
	var one int64
	err := tx.QueryRow(ctx, `
		SELECT 1 FROM scim_resource WHERE directory = $1 AND type = $2 AND name_key = $3`, d.Number, kind, key).Scan(&one)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}

// updateResource says whether what is unique about the resource is another's.
func updateResource(ctx context.Context, tx *db.Tx, d Directory, before, r Resource, c columns) (taken bool, err error) {
	var other string
	err = tx.QueryRow(ctx, `
		SELECT id FROM scim_resource WHERE directory = $1 AND type = $2 AND name_key = $3`, d.Number, r.Type, c.key).Scan(&other)
	if err == nil && other != r.ID {
		return true, nil
	}
	if err != nil && !errors.Is(err, db.ErrNoRow) {
		return false, err
	}
	err = tx.ExecOne(ctx, `
		UPDATE scim_resource SET name_key = $1, external_id = $2, document = $3, version = $4, active = $5, updated_at = $6,
			deactivated_at = $7
		WHERE id = $8 AND directory = $9 AND version = $10`,
		c.key, c.external, r.document, r.Version, r.Active, db.Millis(r.UpdatedAt), nullable(r.DeactivatedAt), r.ID, d.Number, before.Version)
	return false, err
}

// putFollower notes who follows a resource.
func putFollower(ctx context.Context, tx *db.Tx, d Directory, r Resource) error {
	return tx.ExecOne(ctx, `
		UPDATE scim_resource SET follower = $1, account = $2, role = $3, grounds = $4 WHERE id = $5 AND directory = $6`,
		r.Follower, string(r.Account), string(r.Role), r.grounds, r.ID, d.Number)
}

func selectResource(ctx context.Context, tx *db.Tx, d Directory, kind, id string) (Resource, error) {
	return scanResource(tx.QueryRow(ctx, resourceFields+`WHERE r.id = $1 AND r.directory = $2 AND r.type = $3`, id, d.Number, kind))
}

// selectResources answers those of several ids that there are, in no order. Ids
// differ.
func selectResources(ctx context.Context, tx *db.Tx, d Directory, kind string, ids []string) (all []Resource, err error) {
	err = inSteps(ids, func(step []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			r, err := scanResource(row)
			all = append(all, r)
			return err
		}, resourceFields+`WHERE r.id IN (`+db.Parameters(3, len(step))+`) AND r.directory + 0 = $1 AND r.type = $2`, append([]any{d.Number, kind}, step...)...)
	})
	return all, err
}

// selectHeld is selectResource for one that is about to change: two changes at
// once wait for one another, on PostgreSQL by the row.
func selectHeld(ctx context.Context, tx *db.Tx, d Directory, kind, id string) (Resource, error) {
	if _, err := tx.Exec(ctx, `
		UPDATE scim_resource SET version = version WHERE id = $1 AND directory = $2 AND type = $3`, id, d.Number, kind); err != nil {
		return Resource{}, err
	}
	return selectResource(ctx, tx, d, kind, id)
}

func deleteResource(ctx context.Context, tx *db.Tx, d Directory, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM scim_resource WHERE id = $1 AND directory = $2`, id, d.Number)
}

// insertValues writes the look-up values of a resource that has none.
func insertValues(ctx context.Context, tx *db.Tx, directory int64, id string, looked map[string][]string) error {
	var values []any
	for path, keys := range looked {
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			values = append(values, directory, path, key, id)
		}
	}
	return tx.InsertMany(ctx, "scim_value", []string{"directory", "path", "name_key", "resource"}, values)
}

// putValues writes what differs between two sets of look-up values.
func putValues(ctx context.Context, tx *db.Tx, directory int64, id string, before, after map[string][]string) error {
	for _, path := range slices.Sorted(maps.Keys(before)) {
		for _, key := range before[path] {
			if slices.Contains(after[path], key) {
				continue
			}
			if _, err := tx.Exec(ctx, `
				DELETE FROM scim_value WHERE directory = $1 AND path = $2 AND name_key = $3 AND resource = $4`, directory, path, key, id); err != nil {
				return err
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		for _, key := range after[path] {
			if slices.Contains(before[path], key) {
				continue
			}
			if _, err := tx.Exec(ctx, `
				INSERT INTO scim_value (directory, path, name_key, resource) VALUES ($1, $2, $3, $4)
				ON CONFLICT (directory, path, name_key, resource) DO NOTHING`, directory, path, key, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func selectLearned(ctx context.Context, tx *db.Tx, directory int64, kind string) (learned []schema.Learned, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var form string
		if err := row.Scan(&form); err != nil {
			return err
		}
		var l schema.Learned
		err := json.Unmarshal([]byte(form), &l)
		learned = append(learned, l)
		return err
	}, `SELECT form FROM scim_learned WHERE directory = $1 AND type = $2 ORDER BY position`, directory, kind)
	return learned, err
}

// insertLearned says whether the name is new. The directory counts its names:
// their number tells which resource type is meant.
func insertLearned(ctx context.Context, tx *db.Tx, directory int64, kind, name, form string) (bool, error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO scim_learned (directory, type, name, position, form)
		SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), d.learned + 1, CAST($4 AS TEXT) FROM scim_directory d WHERE d.number = $1
		ON CONFLICT (directory, type, name) DO NOTHING`, directory, kind, name, form)
	if err != nil || rows == 0 {
		return false, err
	}
	return true, tx.ExecOne(ctx, `UPDATE scim_directory SET learned = learned + 1 WHERE number = $1`, directory)
}
