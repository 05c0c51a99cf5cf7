// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/db"
)

const memberFields = `
	SELECT m.value, m.display, COALESCE(r.type, ''), COALESCE(r.document, '')
	FROM scim_member m LEFT JOIN scim_resource r ON r.id = m.value AND r.directory = $1 `

func scanMember(row db.Row) (m Member, err error) {
	var document string
	if err := row.Scan(&m.Value, &m.Display, &m.Known, &document); err != nil || document == "" {
		return m, err
	}
	obj, err := parseStored(document)
	m.Name = Resource{ID: m.Value, Object: obj}.nameOf()
	return m, err
}

// selectMembers answers all members of a group.
func selectMembers(ctx context.Context, tx *db.Tx, d Directory, group string) (members []Member, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		m, err := scanMember(row)
		members = append(members, m)
		return err
	}, memberFields+`WHERE m.grp = $2 ORDER BY m.value`, d.Number, group)
	return members, err
}

// selectSomeMembers answers those members of a group that have one of the
// values.
func selectSomeMembers(ctx context.Context, tx *db.Tx, group string, values []string) (members []Member, err error) {
	for _, value := range values {
		err := tx.Each(ctx, func(row db.Row) error {
			m := Member{Value: value}
			err := row.Scan(&m.Display)
			members = append(members, m)
			return err
		}, `SELECT display FROM scim_member WHERE grp = $1 AND value = $2`, group, value)
		if err != nil {
			return nil, err
		}
	}
	return members, nil
}

func selectThere(ctx context.Context, tx *db.Tx, d Directory, id string) (there bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM scim_resource WHERE id = $1 AND directory = $2)`, id, d.Number).Scan(&there)
	return there, err
}

func insertMembers(ctx context.Context, tx *db.Tx, d Directory, group string, members []Member) error {
	values := make([]any, 0, 4*len(members))
	for _, m := range members {
		values = append(values, group, m.Value, d.Workspace.Number, m.Display)
	}
	return tx.InsertMany(ctx, "scim_member", []string{"grp", "value", "workspace", "display"}, values)
}

func deleteMember(ctx context.Context, tx *db.Tx, group, value string) error {
	_, err := tx.Exec(ctx, `DELETE FROM scim_member WHERE grp = $1 AND value = $2`, group, value)
	return err
}

// deleteMemberships takes a resource out of all groups, whose versions rise.
func deleteMemberships(ctx context.Context, tx *db.Tx, d Directory, id string, now time.Time) error {
	if _, err := tx.Exec(ctx, `
		UPDATE scim_resource SET version = version + 1, updated_at = $1
		WHERE directory = $2 AND id IN (SELECT grp FROM scim_member WHERE value = $3)`, db.Millis(now), d.Number, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM scim_member WHERE value = $1 AND grp IN (SELECT id FROM scim_resource WHERE directory = $2)`, id, d.Number)
	return err
}

// groupOf is a group that a resource is in.
type groupOf struct{ id, name string }

// hasMoreMembers says whether a group has more than so many members.
func hasMoreMembers(ctx context.Context, tx *db.Tx, group string, than int) (more bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) > $1 FROM (SELECT 1 FROM scim_member WHERE grp = $2 LIMIT $3) AS few`, int64(than), group, int64(than+1)).Scan(&more)
	return more, err
}
