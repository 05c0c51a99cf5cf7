// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
)

// selectMappings answers the roles of a directory's groups, the one with priority
// first.
func selectMappings(ctx context.Context, tx *db.Tx, directory int64) (all []Mapping, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var m Mapping
		var document string
		if err := row.Scan(&m.Group.ID, &m.Role.ID, &document); err != nil {
			return err
		}
		obj, err := parseStored(document)
		m.Group.Name = text(obj, "displayName")
		all = append(all, m)
		return err
	}, `
		SELECT p.grp, p.role, r.document FROM scim_mapping p JOIN scim_resource r ON r.id = p.grp
		WHERE p.directory = $1 ORDER BY p.position, p.grp`, directory)
	return all, err
}

// selectGroupNames answers the groups of a directory.
func selectGroupNames(ctx context.Context, tx *db.Tx, directory int64) (all []PushedGroup, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var g PushedGroup
		var document string
		if err := row.Scan(&g.ID, &document); err != nil {
			return err
		}
		obj, err := parseStored(document)
		g.Name = text(obj, "displayName")
		all = append(all, g)
		return err
	}, `
		SELECT id, document FROM scim_resource WHERE directory = $1 AND type = 'Group' ORDER BY name_key`, directory)
	return all, err
}

func insertMapping(ctx context.Context, tx *db.Tx, directory int64, position int, group string, role access.RoleID) error {
	return tx.ExecOne(ctx, `
		INSERT INTO scim_mapping (directory, position, grp, role) VALUES ($1, $2, $3, $4)`, directory, int64(position), group, string(role))
}

func deleteMappings(ctx context.Context, tx *db.Tx, directory int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM scim_mapping WHERE directory = $1`, directory)
	return err
}
