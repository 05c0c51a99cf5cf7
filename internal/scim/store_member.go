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
	err = inSteps(values, func(step []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			var m Member
			err := row.Scan(&m.Value, &m.Display)
			members = append(members, m)
			return err
		}, `SELECT value, display FROM scim_member`+inGroup(len(step)), append([]any{group}, step...)...)
	})
	return members, err
}

// inGroup says that a row is of a group ($1) and of one of so many values. One
// value is found by the primary key; of several the group is no index, or
// PostgreSQL would hold each member of a large group against each value.
func inGroup(values int) string {
	group := "grp"
	if values > 1 {
		group = "grp || ''"
	}
	return " WHERE " + group + " = $1 AND value IN (" + db.Parameters(2, values) + ")"
}

// selectWhich answers those ids that are resources of the directory.
func selectWhich(ctx context.Context, tx *db.Tx, d Directory, ids []string) (map[string]bool, error) {
	there := make(map[string]bool, len(ids))
	err := inSteps(ids, func(step []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			var id string
			err := row.Scan(&id)
			there[id] = true
			return err
		}, `
			SELECT r.id FROM scim_resource r
			WHERE r.id IN (`+db.Parameters(2, len(step))+`) AND r.directory + 0 = $1`, append([]any{d.Number}, step...)...)
	})
	return there, err
}

func insertMembers(ctx context.Context, tx *db.Tx, d Directory, group string, members []Member) error {
	values := make([]any, 0, 4*len(members))
	for _, m := range members {
		values = append(values, group, m.Value, d.Workspace.Number, m.Display)
	}
	return tx.InsertMany(ctx, "scim_member", []string{"grp", "value", "workspace", "display"}, values)
}

func deleteMembers(ctx context.Context, tx *db.Tx, group string, values []string) error {
	return inSteps(values, func(step []any) error {
		_, err := tx.Exec(ctx, `DELETE FROM scim_member`+inGroup(len(step)), append([]any{group}, step...)...)
		return err
	})
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
