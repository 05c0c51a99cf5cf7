// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

func compareIDs(a, b PersonID) int { return cmp.Compare(a, b) }

// insertMarks notes a change of people. One person, as nearly always, is one short
// statement.
func insertMarks(ctx context.Context, tx *db.Tx, workspace int64, at string, people []PersonID) error {
	if len(people) == 1 {
		return tx.ExecOne(ctx, `
			INSERT INTO directory_change (workspace, person, mark) VALUES ($1, $2, $3)`, workspace, string(people[0]), at)
	}
	values := make([]any, 0, 3*len(people))
	for _, p := range people {
		values = append(values, workspace, string(p), at)
	}
	return tx.InsertMany(ctx, "directory_change", []string{"workspace", "person", "mark"}, values)
}

// markMembers notes a change of all members of a group.
func markMembers(ctx context.Context, tx *db.Tx, workspace int64, g GroupID, at string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO directory_change (workspace, person, mark)
		SELECT m.workspace, m.person, $3 FROM directory_member m WHERE m.workspace = $1 AND m.grp = $2`, workspace, string(g), at)
	return err
}

// selectChangedWorkspaces answers the workspaces with something to carry over; of
// one of them when an id is given.
func selectChangedWorkspaces(ctx context.Context, tx *db.Tx, id string, now time.Time) (list []caller.Workspace, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var w caller.Workspace
		err := row.Scan(&w.Number, &w.ID, &w.Name)
		list = append(list, w)
		return err
	}, `SELECT w.number, w.id, w.name FROM workspace w
		WHERE ($1 = '' OR w.id = $1) AND (
			EXISTS (SELECT 1 FROM directory_change c WHERE c.workspace = w.number)
			OR EXISTS (SELECT 1 FROM directory_turn t WHERE t.at <= $2 AND t.workspace = w.number))
		ORDER BY w.number`, id, db.Millis(now))
	return list, err
}

func selectMarks(ctx context.Context, tx *db.Tx, workspace int64, limit int) (list []mark, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var m mark
		err := row.Scan(&m.person, &m.at)
		list = append(list, m)
		return err
	}, `SELECT person, mark FROM directory_change WHERE workspace = $1 ORDER BY person, mark LIMIT $2`, workspace, int64(limit))
	return list, err
}

// selectTurning answers the people whose state has changed by the clock.
func selectTurning(ctx context.Context, tx *db.Tx, workspace int64, now time.Time, limit int) (list []PersonID, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var id PersonID
		err := row.Scan(&id)
		list = append(list, id)
		return err
	}, `SELECT person FROM directory_turn WHERE at <= $2 AND workspace = $1 ORDER BY at LIMIT $3`, workspace, db.Millis(now), int64(limit))
	return list, err
}

// listStep is how many ids one statement names.
const listStep = 100

// selectPeopleByID answers the rows of those that there are, by id; ids are sorted.
func selectPeopleByID(ctx context.Context, tx *db.Tx, workspace int64, ids []PersonID) (people []Person, err error) {
	for part := range slices.Chunk(ids, listStep) {
		args := []any{workspace}
		for _, id := range part {
			args = append(args, string(id))
		}
		some, err := scanPeople(ctx, tx, `
			SELECT `+personColumns+` FROM directory_person p
			WHERE p.workspace = $1 AND p.id IN (`+db.Parameters(2, len(part))+`) ORDER BY p.id`, args...)
		if err != nil {
			return nil, err
		}
		people = append(people, some...)
	}
	return people, nil
}

// forget takes away the marks that were carried over, and notes when their people
// turn next.
func forget(ctx context.Context, tx *db.Tx, workspace int64, l load) error {
	for _, m := range l.marks {
		if _, err := tx.Exec(ctx, `
			DELETE FROM directory_change WHERE workspace = $1 AND person = $2 AND mark = $3`, workspace, string(m.person), m.at); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(l.turns, listStep) {
		args := []any{workspace}
		for _, t := range part {
			args = append(args, string(t.person))
		}
		if _, err := tx.Exec(ctx, `
			DELETE FROM directory_turn WHERE workspace = $1 AND person IN (`+db.Parameters(2, len(part))+`)`, args...); err != nil {
			return err
		}
	}
	var values []any
	for _, t := range l.turns {
		if t.at != nil {
			values = append(values, string(t.person), workspace, db.Millis(*t.at))
		}
	}
	return tx.InsertMany(ctx, "directory_turn", []string{"person", "workspace", "at"}, values)
}
