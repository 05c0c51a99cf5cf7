// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// filter gathers the conditions of a list and their parameters.
type filter struct {
	args []any
	text strings.Builder
}

// arg answers the placeholder of a new parameter.
func (f *filter) arg(value any) string {
	f.args = append(f.args, value)
	return "$" + strconv.Itoa(len(f.args))
}

func (f *filter) and(condition string) { f.text.WriteString(" AND " + condition) }

// fromHere and inOrder are the people of workspace $1 that follow id $2. Two
// ranges instead of an equation: a PostgreSQL that knows nothing of the table yet
// takes an equation for so rare that it sorts everybody for each page.
const (
	fromHere = "(p.workspace, p.id) > ($1, $2) AND p.workspace < $1 + 1"
	inOrder  = " ORDER BY p.workspace, p.id LIMIT "
)

// selectPeople answers one row more than the limit, when there is one.
func (s *Service) selectPeople(ctx context.Context, tx *db.Tx, w caller.Workspace, q Query, now time.Time) ([]Person, error) {
	f := &filter{args: []any{w.Number, string(q.After), q.NotPeople}}
	if q.Group != "" {
		f.and("p.id IN (SELECT m.person FROM directory_member m WHERE m.workspace = $1 AND m.grp = " + f.arg(string(q.Group)) + ")")
	}
	if low := word(q.Prefix); low != "" {
		f.and("p.id IN (SELECT w.person FROM directory_word w WHERE w.workspace = $1 AND w.word >= " + f.arg([]byte(low)) +
			" AND w.word < " + f.arg(append([]byte(low), 0xFF)) + ")") // no UTF-8 has the byte 0xFF
	}
	if len(q.Employment) > 0 {
		f.and(employed(f, q.Employment, now))
	}
	if err := s.whereStanding(ctx, tx, w, f, q, now); err != nil {
		return nil, err
	}
	limit := f.arg(q.Limit + 1)
	return scanPeople(ctx, tx, `
		SELECT `+personColumns+` FROM directory_person p
		WHERE `+fromHere+` AND p.not_person = $3`+f.text.String()+inOrder+limit, f.args...)
}

// leftAt is Person.LeftAt of somebody who has left, as an expression.
func leftAt(f *filter, now time.Time) string {
	return "CASE WHEN p.end_date <= " + f.arg(db.Millis(now)) + " THEN p.end_date ELSE p.inactive_at END"
}

// employed is Person.Employment as a condition.
func employed(f *filter, states []Employment, now time.Time) string {
	at := f.arg(db.Millis(now))
	away := "(SELECT l.person FROM directory_leave l WHERE l.workspace = $1 AND l.start_date <= " + at +
		" AND (l.end_date IS NULL OR l.end_date > " + at + "))"
	lasts := "(p.end_date IS NULL OR p.end_date > " + at + ")"
	here := lasts + " AND (p.start_date IS NULL OR p.start_date <= " + at + ")"
	var texts []string
	for _, state := range Employments() { // in one order, so that few statements are prepared
		if !slices.Contains(states, state) {
			continue
		}
		texts = append(texts, "("+map[Employment]string{
			Current:  here + " AND (p.inactive_at IS NULL OR p.inactive_at > " + at + ") AND p.id NOT IN " + away,
			Former:   "p.end_date <= " + at,
			Inactive: here + " AND p.inactive_at <= " + at + " AND p.id NOT IN " + away,
			OnLeave:  here + " AND p.id IN " + away,
			Upcoming: lasts + " AND p.start_date > " + at,
		}[state]+")")
	}
	return "(" + strings.Join(texts, " OR ") + ")"
}

func scanPeople(ctx context.Context, tx *db.Tx, query string, args ...any) (people []Person, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		p, err := scanPerson(row)
		people = append(people, p)
		return err
	}, query, args...)
	return people, err
}

// selectEverybody answers people and not-people by id, after one; a limit below
// 0 is none.
func selectEverybody(ctx context.Context, tx *db.Tx, workspace int64, after PersonID, limit int64) ([]Person, error) {
	if limit < 0 {
		limit = 1 << 40
	}
	return scanPeople(ctx, tx, `
		SELECT `+personColumns+` FROM directory_person p WHERE `+fromHere+inOrder+`$3`,
		workspace, string(after), limit)
}

// rowsAtOnce is how many people one statement asks about.
const rowsAtOnce = 100

// part reads what hangs on people.
type part struct {
	order string // ends the statement
	// scan reads a row, whose person it puts into id, and answers what to do with it.
	scan func(row db.Row, id *PersonID) (func(*Person), error)
	// statement ends before its list of people, "… person IN (". It says +workspace,
	// which no index is made for: both engines would walk through the whole
	// workspace otherwise.
	statement string
}

// eachOf reads a part of people who are sorted by id. Short lists are padded to
// few lengths, so that few statements are prepared.
func eachOf(ctx context.Context, tx *db.Tx, workspace int64, people []Person, what part) error {
	for some := range slices.Chunk(people, rowsAtOnce) {
		size := rowsAtOnce
		for _, less := range []int{10, 1} {
			if len(some) <= less {
				size = less
			}
		}
		args := []any{workspace}
		for i := range size {
			args = append(args, string(some[min(i, len(some)-1)].ID))
		}
		err := tx.Each(ctx, func(row db.Row) error {
			var id PersonID
			put, err := what.scan(row, &id)
			if err != nil {
				return err
			}
			byID := func(p Person, id PersonID) int { return strings.Compare(string(p.ID), string(id)) }
			if at, ok := slices.BinarySearchFunc(some, id, byID); ok {
				put(&some[at])
			}
			return nil
		}, what.statement+db.Parameters(2, size)+") "+what.order, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// eachLeave calls put for every leave of the people, by start.
func eachLeave(ctx context.Context, tx *db.Tx, workspace int64, people []Person, put func(*Person, Leave)) error {
	return eachOf(ctx, tx, workspace, people, part{
		order: `ORDER BY l.start_date`,
		scan: func(row db.Row, id *PersonID) (func(*Person), error) {
			l, err := scanLeave(row, id)
			return func(p *Person) { put(p, l) }, err
		},
		statement: `SELECT l.person, l.start_date, l.end_date FROM directory_leave l WHERE +l.workspace = $1 AND l.person IN (`,
	})
}

// eachMembership calls put for every group of the people, by the group's id.
func eachMembership(ctx context.Context, tx *db.Tx, workspace int64, people []Person, put func(*Person, GroupID)) error {
	return eachOf(ctx, tx, workspace, people, part{
		order: `ORDER BY m.grp`,
		scan: func(row db.Row, id *PersonID) (func(*Person), error) {
			var g GroupID
			err := row.Scan(id, &g)
			return func(p *Person) { put(p, g) }, err
		},
		statement: `SELECT m.person, m.grp FROM directory_member m WHERE +m.workspace = $1 AND m.person IN (`,
	})
}
