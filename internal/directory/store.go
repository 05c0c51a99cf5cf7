// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

const personColumns = `
	p.id, p.email, p.first, p.last, p.display, p.job_title, p.start_date, p.end_date, p.inactive_at, p.not_person, p.not_person_reason,
	p.sources, p.departed, p.leaves_at, p.offboarded_at, p.created_at, p.updated_at`

// scanPerson reads personColumns.
func scanPerson(row db.Row) (Person, error) {
	var p Person
	var sources string
	var start, end, inactive, leaves, offboarded sql.NullInt64
	var created, updated int64
	if err := row.Scan(
		&p.ID, &p.Email, &p.Name.First, &p.Name.Last, &p.Name.Display, &p.JobTitle, &start, &end, &inactive,
		&p.NotPerson, &p.NotPersonReason, &sources, &p.departed, &leaves, &offboarded, &created, &updated,
	); err != nil {
		return Person{}, err
	}
	p.StartDate, p.EndDate, p.InactiveSince = maybe(start), maybe(end), maybe(inactive)
	p.leavesAt, p.OffboardedAt = maybe(leaves), maybe(offboarded)
	p.CreatedAt, p.UpdatedAt = db.Time(created), db.Time(updated)
	if sources == "{}" { // nearly everybody's where nothing else is connected
		return p, nil
	}
	return p, json.Unmarshal([]byte(sources), &p.Sources)
}

func maybe(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	at := db.Time(ms.Int64)
	return &at
}

// millis is the inverse of maybe.
func millis(at *time.Time) any {
	if at == nil {
		return nil
	}
	return db.Millis(*at)
}

// personValues are the columns of a person that change, in the order of
// personColumns.
func personValues(p Person) ([]any, error) {
	sources, err := json.Marshal(p.Sources)
	return []any{
		p.Email, key(p.Email), p.Name.First, p.Name.Last, p.Name.Display, p.JobTitle, millis(p.StartDate), millis(p.EndDate),
		millis(p.InactiveSince), p.NotPerson, p.NotPersonReason, string(sources), p.departed, millis(p.leavesAt), millis(p.OffboardedAt),
		db.Millis(p.UpdatedAt),
	}, err
}

func insertPerson(ctx context.Context, tx *db.Tx, workspace int64, p Person) error {
	values, err := personValues(p)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO directory_person (id, workspace, created_at, email, email_key, first, last, display, job_title, start_date, end_date,
			inactive_at, not_person, not_person_reason, sources, departed, leaves_at, offboarded_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		append([]any{string(p.ID), workspace, db.Millis(p.CreatedAt)}, values...)...)
}

// updatePerson writes a person that was last changed at seen; ErrNoRow when
// somebody else was faster.
func updatePerson(ctx context.Context, tx *db.Tx, workspace int64, p Person, seen time.Time) error {
	values, err := personValues(p)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE directory_person SET email = $4, email_key = $5, first = $6, last = $7, display = $8, job_title = $9, start_date = $10,
			end_date = $11, inactive_at = $12, not_person = $13, not_person_reason = $14, sources = $15, departed = $16,
			leaves_at = $17, offboarded_at = $18, updated_at = $19
		WHERE workspace = $1 AND id = $2 AND updated_at = $3`,
		append([]any{workspace, string(p.ID), db.Millis(seen)}, values...)...)
}

func selectPerson(ctx context.Context, tx *db.Tx, workspace int64, id PersonID) (Person, error) {
	return scanPerson(tx.QueryRow(ctx, `
		SELECT `+personColumns+` FROM directory_person p WHERE p.workspace = $1 AND p.id = $2`, workspace, string(id)))
}

func selectPersonByEmail(ctx context.Context, tx *db.Tx, workspace int64, key string) (Person, error) {
	return scanPerson(tx.QueryRow(ctx, `
		SELECT `+personColumns+` FROM directory_person p WHERE p.workspace = $1 AND p.email_key = $2`, workspace, key))
}

// selectPeopleBy answers people whose column has one of the values, in no order.
// Short lists are padded to few lengths, so that few statements are prepared.
func selectPeopleBy(ctx context.Context, tx *db.Tx, workspace int64, column string, values []string) (people []Person, err error) {
	values = slices.Compact(slices.Sorted(slices.Values(values)))
	for some := range slices.Chunk(values, rowsAtOnce) {
		size := rowsAtOnce
		for _, less := range []int{10, 1} {
			if len(some) <= less {
				size = less
			}
		}
		args := []any{workspace}
		for i := range size {
			args = append(args, some[min(i, len(some)-1)])
		}
		found, err := scanPeople(ctx, tx, `
			SELECT `+personColumns+` FROM directory_person p
			WHERE +p.workspace = $1 AND p.`+column+` IN (`+db.Parameters(2, size)+`)`, args...)
		if err != nil {
			return nil, err
		}
		people = append(people, found...)
	}
	return people, nil
}

// holdPerson makes every other change of the person wait for the end of this
// transaction, and reads it.
func holdPerson(ctx context.Context, tx *db.Tx, workspace int64, id PersonID) (Person, error) {
	return scanPerson(tx.QueryRow(ctx, `
		UPDATE directory_person SET updated_at = updated_at WHERE workspace = $1 AND id = $2 RETURNING `+unaliased(personColumns),
		workspace, string(id)))
}

// unaliased answers columns as RETURNING has them: SQLite knows no alias there.
func unaliased(columns string) string {
	return strings.NewReplacer("p.", "", "g.", "").Replace(columns)
}

// deletePerson takes a person away with all that hangs on it.
func deletePerson(ctx context.Context, tx *db.Tx, workspace int64, id PersonID) error {
	for _, statement := range []string{
		`DELETE FROM directory_member WHERE workspace = $1 AND person = $2`,
		`DELETE FROM directory_leave WHERE workspace = $1 AND person = $2`,
		`DELETE FROM directory_word WHERE workspace = $1 AND person = $2`,
		`DELETE FROM directory_person WHERE workspace = $1 AND id = $2`,
	} {
		if _, err := tx.Exec(ctx, statement, workspace, string(id)); err != nil {
			return err
		}
	}
	return nil
}

// moveWords brings the words of a person from one sorted list to another.
func moveWords(ctx context.Context, tx *db.Tx, workspace int64, id PersonID, before, after []string) error {
	for _, w := range before {
		if _, stays := slices.BinarySearch(after, w); stays {
			continue
		}
		if _, err := tx.Exec(ctx, `
			DELETE FROM directory_word WHERE workspace = $1 AND word = $2 AND person = $3`, workspace, []byte(w), string(id)); err != nil {
			return err
		}
	}
	var values []any
	for _, w := range after {
		if _, there := slices.BinarySearch(before, w); !there {
			values = append(values, workspace, []byte(w), string(id))
		}
	}
	return tx.InsertMany(ctx, "directory_word", []string{"workspace", "word", "person"}, values)
}

// moveLeaves brings the leaves of a person from one list to another.
func moveLeaves(ctx context.Context, tx *db.Tx, workspace int64, id PersonID, before, after []Leave) error {
	for _, l := range before {
		if slices.ContainsFunc(after, l.equal) {
			continue
		}
		if _, err := tx.Exec(ctx, `
			DELETE FROM directory_leave WHERE workspace = $1 AND person = $2 AND start_date = $3`,
			workspace, string(id), db.Millis(l.Start)); err != nil {
			return err
		}
	}
	for _, l := range after {
		if slices.ContainsFunc(before, l.equal) {
			continue
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO directory_leave (workspace, person, start_date, end_date) VALUES ($1, $2, $3, $4)`,
			workspace, string(id), db.Millis(l.Start), millis(l.End)); err != nil {
			return err
		}
	}
	return nil
}

// due is a person whose state changes by the clock.
type due struct {
	id        PersonID
	workspace caller.Workspace
}

// selectDue answers whom the pass has to look at, longest due first.
func selectDue(ctx context.Context, tx *db.Tx, now time.Time, limit int) (all []due, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var d due
		err := row.Scan(&d.id, &d.workspace.Number, &d.workspace.ID, &d.workspace.Name)
		all = append(all, d)
		return err
	}, `
		SELECT p.id, w.number, w.id, w.name FROM directory_person p JOIN workspace w ON w.number = p.workspace
		WHERE p.leaves_at IS NOT NULL AND p.leaves_at <= $1 ORDER BY p.leaves_at LIMIT $2`, db.Millis(now), limit)
	return all, err
}

// putOff lets the pass look later at a person whom Leaver has refused to let go.
func putOff(ctx context.Context, tx *db.Tx, workspace int64, id PersonID, until time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE directory_person SET leaves_at = $3, departed = TRUE WHERE workspace = $1 AND id = $2 AND leaves_at IS NOT NULL`,
		workspace, string(id), db.Millis(until))
	return err
}
