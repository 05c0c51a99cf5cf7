// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"database/sql"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

func scanLeave(row db.Row, id *PersonID) (Leave, error) {
	var start int64
	var end sql.NullInt64
	err := row.Scan(id, &start, &end)
	return Leave{Start: db.Time(start), End: maybe(end)}, err
}

const groupColumns = `g.id, g.name, g.source, g.created_at`

func scanGroup(row db.Row) (Group, error) {
	var g Group
	var source string
	var created int64
	if err := row.Scan(&g.ID, &g.Name, &source, &created); err != nil {
		return Group{}, err
	}
	g.CreatedAt = db.Time(created)
	return g, json.Unmarshal([]byte(source), &g.Source)
}

func insertGroup(ctx context.Context, tx *db.Tx, workspace int64, g Group) error {
	source, err := json.Marshal(g.Source)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO directory_group (id, workspace, name, name_key, source, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(g.ID), workspace, g.Name, key(g.Name), string(source), db.Millis(g.CreatedAt))
}

func updateGroup(ctx context.Context, tx *db.Tx, workspace int64, g Group) error {
	source, err := json.Marshal(g.Source)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE directory_group SET name = $3, name_key = $4, source = $5 WHERE workspace = $1 AND id = $2`,
		workspace, string(g.ID), g.Name, key(g.Name), string(source))
}

func selectGroup(ctx context.Context, tx *db.Tx, workspace int64, id GroupID) (Group, error) {
	return scanGroup(tx.QueryRow(ctx, `
		SELECT `+groupColumns+` FROM directory_group g WHERE g.workspace = $1 AND g.id = $2`, workspace, string(id)))
}

func selectGroupByName(ctx context.Context, tx *db.Tx, workspace int64, key string) (Group, error) {
	return scanGroup(tx.QueryRow(ctx, `
		SELECT `+groupColumns+` FROM directory_group g WHERE g.workspace = $1 AND g.name_key = $2`, workspace, key))
}

// holdGroup makes every other change of the group itself wait for the end of
// this transaction, and reads it.
func holdGroup(ctx context.Context, tx *db.Tx, workspace int64, id GroupID) (Group, error) {
	return scanGroup(tx.QueryRow(ctx, `
		UPDATE directory_group SET name = name WHERE workspace = $1 AND id = $2 RETURNING `+unaliased(groupColumns),
		workspace, string(id)))
}

// selectGroups answers groups by id, after one; a limit below 0 is none.
func selectGroups(ctx context.Context, tx *db.Tx, workspace int64, after GroupID, limit int64) (groups []Group, err error) {
	if limit < 0 {
		limit = 1 << 40
	}
	err = tx.Each(ctx, func(row db.Row) error {
		g, err := scanGroup(row)
		groups = append(groups, g)
		return err
	}, `
		SELECT `+groupColumns+` FROM directory_group g WHERE g.workspace = $1 AND g.id > $2 ORDER BY g.id LIMIT $3`,
		workspace, string(after), limit)
	return groups, err
}

// deleteGroup takes a group away and answers how many members it had.
func deleteGroup(ctx context.Context, tx *db.Tx, workspace int64, id GroupID) (int64, error) {
	members, err := tx.Exec(ctx, `
		DELETE FROM directory_member WHERE workspace = $1 AND grp = $2`, workspace, string(id))
	if err != nil {
		return 0, err
	}
	return members, tx.ExecOne(ctx, `
		DELETE FROM directory_group WHERE workspace = $1 AND id = $2`, workspace, string(id))
}

// joining is that a person comes into a group.
type joining struct {
	at     time.Time
	group  GroupID
	person PersonID
	source Source
}

// insertMember says whether the person was not in the group before.
func insertMember(ctx context.Context, tx *db.Tx, workspace int64, j joining) (bool, error) {
	text, err := json.Marshal(j.source)
	if err != nil {
		return false, err
	}
	rows, err := tx.Exec(ctx, `
		INSERT INTO directory_member (workspace, grp, person, source, joined_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		workspace, string(j.group), string(j.person), string(text), db.Millis(j.at))
	return rows > 0, err
}

// deleteMember says whether the person was in the group.
func deleteMember(ctx context.Context, tx *db.Tx, workspace int64, g GroupID, p PersonID) (bool, error) {
	rows, err := tx.Exec(ctx, `
		DELETE FROM directory_member WHERE workspace = $1 AND grp = $2 AND person = $3`, workspace, string(g), string(p))
	return rows > 0, err
}

// selectMembers answers the rows of a group's members by id, after one.
func selectMembers(ctx context.Context, tx *db.Tx, workspace int64, g GroupID, after PersonID, limit int64) ([]Person, error) {
	return scanPeople(ctx, tx, `
		SELECT `+personColumns+` FROM directory_member m JOIN directory_person p ON p.id = m.person
		WHERE m.workspace = $1 AND m.grp = $2 AND m.person > $3 AND p.workspace = $1 ORDER BY m.person LIMIT $4`,
		workspace, string(g), string(after), limit)
}

// selectDisplay answers what a person is called.
func selectDisplay(ctx context.Context, tx *db.Tx, workspace int64, id PersonID) (name string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT p.display FROM directory_person p WHERE p.workspace = $1 AND p.id = $2`, workspace, string(id)).Scan(&name)
	return name, err
}
