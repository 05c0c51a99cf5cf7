// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// Custom roles.

// storedRole answers the role with an id: a built-in one, or a custom one with
// the name and areas of its row.
func storedRole(id RoleID, name, areas string) (Role, error) {
	if role, ok := builtIn(string(id)); ok {
		return role, nil
	}
	if areas == "" {
		return Role{}, fmt.Errorf("role %s is not there", id)
	}
	var levels map[string]Level
	if err := json.Unmarshal([]byte(areas), &levels); err != nil {
		return Role{}, fmt.Errorf("areas of role %s: %w", id, err)
	}
	return customRole(id, name, levels), nil
}

func scanRole(row db.Row) (Role, error) {
	var id RoleID
	var name, areas string
	if err := row.Scan(&id, &name, &areas); err != nil {
		return Role{}, err
	}
	return storedRole(id, name, areas)
}

// areasText answers the areas as rows keep them.
func areasText(r Role) (string, error) {
	levels := map[string]Level{}
	for name, level := range r.Areas {
		if level != None {
			levels[name] = level
		}
	}
	text, err := json.Marshal(levels)
	return string(text), err
}

func insertRole(ctx context.Context, tx *db.Tx, workspace int64, r Role, now time.Time) error {
	areas, err := areasText(r)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO access_role (id, workspace, name, name_key, areas, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		string(r.ID), workspace, r.Name, r.Slug, areas, db.Millis(now), db.Millis(now))
}

// selectRole answers the custom role with an id or slug.
func selectRole(ctx context.Context, tx *db.Tx, workspace int64, id, slug string) (Role, error) {
	return scanRole(tx.QueryRow(ctx, `
		SELECT id, name, areas FROM access_role WHERE workspace = $1 AND (id = $2 OR name_key = $3)`, workspace, id, slug))
}

func selectRoles(ctx context.Context, tx *db.Tx, workspace int64) (roles []Role, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		r, err := scanRole(row)
		roles = append(roles, r)
		return err
	}, `
		SELECT id, name, areas FROM access_role WHERE workspace = $1 ORDER BY id`, workspace)
	return roles, err
}

// selectRoleCounts answers how many users have each role, whatever their status.
func selectRoleCounts(ctx context.Context, tx *db.Tx, workspace int64) (map[RoleID]int64, error) {
	counts := map[RoleID]int64{}
	err := tx.Each(ctx, func(row db.Row) error {
		var id RoleID
		var count int64
		err := row.Scan(&id, &count)
		counts[id] = count
		return err
	}, `
		SELECT role, COUNT(*) FROM access_user WHERE workspace = $1 GROUP BY role`, workspace)
	return counts, err
}

func updateRole(ctx context.Context, tx *db.Tx, workspace int64, r Role, now time.Time) error {
	areas, err := areasText(r)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE access_role SET name = $1, name_key = $2, areas = $3, updated_at = $4 WHERE workspace = $5 AND id = $6`,
		r.Name, r.Slug, areas, db.Millis(now), workspace, string(r.ID))
}

func deleteRole(ctx context.Context, tx *db.Tx, workspace int64, id RoleID) error {
	return tx.ExecOne(ctx, `
		DELETE FROM access_role WHERE workspace = $1 AND id = $2`, workspace, string(id))
}
