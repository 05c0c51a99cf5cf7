// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/json"
)

const policyFields = `SELECT p.id, p.slug, p.document, p.asked_number, p.asked_at, p.version, p.created_at, p.updated_at FROM policy_policy p `

func scanPolicy(row db.Row) (p Policy, err error) {
	var text []byte
	if err := row.Scan(&p.ID, &p.Slug, &text, &p.askedNumber, &p.askedAt, &p.version, &p.CreatedAt, &p.UpdatedAt); err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p.Settings)
}

func selectPolicy(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (Policy, error) {
	return scanPolicy(tx.QueryRow(ctx, policyFields+`WHERE p.workspace = $1 AND (p.id = $2 OR p.slug = $2)`, w.Number, ref))
}

// selectPolicies answers policies by id, after one.
func selectPolicies(ctx context.Context, tx *db.Tx, w caller.Workspace, after string, limit int) (all []Policy, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		p, err := scanPolicy(row)
		all = append(all, p)
		return err
	}, policyFields+`WHERE p.workspace = $1 AND p.id > $2 ORDER BY p.id LIMIT $3`, w.Number, after, limit)
	return all, err
}

func insertPolicy(ctx context.Context, tx *db.Tx, w caller.Workspace, p Policy) error {
	text, err := json.Marshal(p.Settings)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO policy_policy (id, workspace, slug, document, accept_ms, asked_number, asked_at, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, 0, 0, 1, $6, $6)`, p.ID, w.Number, p.Slug, string(text), p.Settings.acceptMillis(), p.CreatedAt)
}

// updatePolicy saves the next version of a policy's row; db.ErrNoRow when another came
// first.
func updatePolicy(ctx context.Context, tx *db.Tx, p Policy) error {
	text, err := json.Marshal(p.Settings)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE policy_policy SET document = $3, accept_ms = $4, asked_number = $5, asked_at = $6, version = $2 + 1, updated_at = $7
		WHERE id = $1 AND version = $2`, p.ID, p.version, string(text), p.Settings.acceptMillis(), p.askedNumber, p.askedAt, p.UpdatedAt)
}

func deletePolicy(ctx context.Context, tx *db.Tx, id string) error {
	for _, statement := range []string{
		`DELETE FROM policy_acceptance WHERE policy = $1`, `DELETE FROM policy_group WHERE policy = $1`, `DELETE FROM policy_version WHERE policy = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return err
		}
	}
	return tx.ExecOne(ctx, `DELETE FROM policy_policy WHERE id = $1`, id)
}

func countPolicies(ctx context.Context, tx *db.Tx, w caller.Workspace) (n int, err error) {
	return n, tx.QueryRow(ctx, `SELECT COUNT(*) FROM policy_policy WHERE workspace = $1`, w.Number).Scan(&n)
}

const versionFields = `
	SELECT v.policy, v.number, v.status, v.minor, v.changes, v.text, v.file_name, v.size, v.sha256, v.author_id, v.author_name, v.created_at,
		v.submitted_at, v.approved_at, v.approved_by FROM policy_version v `

func scanVersion(row db.Row) (v Version, err error) {
	return v, row.Scan(&v.policy, &v.Number, &v.Status, &v.Minor, &v.Changes, &v.Text, &v.FileName, &v.Size, &v.SHA256, &v.authorID, &v.Author, &v.CreatedAt,
		&v.SubmittedAt, &v.ApprovedAt, &v.ApprovedBy)
}

// selectVersions answers the versions of a policy, the newest first.
func selectVersions(ctx context.Context, tx *db.Tx, policy string) (all []Version, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		v, err := scanVersion(row)
		all = append(all, v)
		return err
	}, versionFields+`WHERE v.policy = $1 ORDER BY v.number DESC`, policy)
	return all, err
}

// selectHeads tells each of a workspace's policies after one what its newest version
// and its newest approved one are; the texts stay where they are.
func selectHeads(ctx context.Context, tx *db.Tx, w caller.Workspace, after string, heads map[string]*head) error {
	return tx.Each(ctx, func(row db.Row) error {
		var id string
		var h head
		if err := row.Scan(&id, &h.number, &h.status, &h.approved, &h.approvedAt); err != nil {
			return err
		}
		heads[id] = &h
		return nil
	}, `
		SELECT v.policy, v.number, v.status, COALESCE(a.number, 0), a.approved_at
		FROM policy_policy p
		JOIN policy_version v ON v.policy = p.id AND v.number = (SELECT MAX(m.number) FROM policy_version m WHERE m.policy = p.id)
		LEFT JOIN policy_version a ON a.policy = p.id
			AND a.number = (SELECT MAX(m.number) FROM policy_version m WHERE m.policy = p.id AND m.status = 'APPROVED')
		WHERE p.workspace = $1 AND p.id > $2`, w.Number, after)
}

// putVersion writes a version whole: what may change of it, state guards.
func putVersion(ctx context.Context, tx *db.Tx, w caller.Workspace, v Version) error {
	return tx.ExecOne(ctx, `
		INSERT INTO policy_version (policy, number, workspace, status, minor, changes, text, file_name, size, sha256, author_id, author_name, created_at,
			submitted_at, approved_at, approved_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (policy, number) DO UPDATE SET status = excluded.status, minor = excluded.minor, changes = excluded.changes, text = excluded.text,
			file_name = excluded.file_name, size = excluded.size, sha256 = excluded.sha256, author_id = excluded.author_id,
			author_name = excluded.author_name, submitted_at = excluded.submitted_at, approved_at = excluded.approved_at,
			approved_by = excluded.approved_by`,
		v.policy, v.Number, w.Number, string(v.Status), v.Minor, v.Changes, v.Text, v.FileName, v.Size, v.SHA256, v.authorID, v.Author, v.CreatedAt,
		v.SubmittedAt, v.ApprovedAt, v.ApprovedBy)
}

// selectGroups answers the groups that must accept a policy, by id, without those that
// are gone.
func selectGroups(ctx context.Context, tx *db.Tx, w caller.Workspace, policy string) (groups []Group, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var g Group
		err := row.Scan(&g.ID, &g.Name)
		groups = append(groups, g)
		return err
	}, `
		SELECT d.id, d.name FROM policy_group g JOIN directory_group d ON d.id = g.grp AND d.workspace = $1
		WHERE g.policy = $2 ORDER BY d.id`, w.Number, policy)
	return groups, err
}

// moveGroups makes the groups of a policy be some: those that stay keep the instant
// at which they came.
func moveGroups(ctx context.Context, tx *db.Tx, w caller.Workspace, policy string, groups []Group, now int64) error {
	for _, g := range groups {
		if _, err := tx.Exec(ctx, `
			INSERT INTO policy_group (policy, grp, workspace, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			policy, string(g.ID), w.Number, now); err != nil {
			return err
		}
	}
	args := []any{policy, ""} // at least one, which is no id
	for _, g := range groups {
		args = append(args, string(g.ID))
	}
	_, err := tx.Exec(ctx, `DELETE FROM policy_group WHERE policy = $1 AND grp NOT IN (`+db.Parameters(2, len(args)-1)+`)`, args...)
	return err
}

// insertAcceptance says whether it is new.
func insertAcceptance(ctx context.Context, tx *db.Tx, w caller.Workspace, policy string, a Acceptance) (bool, error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO policy_acceptance (policy, person, number, workspace, sha256, accepted_at, recorded_by, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		policy, string(a.Person), a.Number, w.Number, a.SHA256, a.At, a.RecordedBy, a.Reason)
	return rows > 0, err
}

// peopleAtOnce is how many people one statement asks about.
const peopleAtOnce = 100

// chunk answers the workspace and ids of people, padded to few lengths so that few
// statements are prepared, and the list of their placeholders.
func chunk(w caller.Workspace, people []directory.Person) (args []any, list string) {
	size := peopleAtOnce
	for _, less := range []int{10, 1} {
		if len(people) <= less {
			size = less
		}
	}
	args = []any{w.Number}
	for i := range size {
		args = append(args, string(people[min(i, len(people)-1)].ID))
	}
	return args, db.Parameters(2, size)
}

// eachReach tells of each person and policy since when a group of theirs must accept
// it: the earliest, in ms.
func eachReach(ctx context.Context, tx *db.Tx, w caller.Workspace, people []directory.Person, tell func(directory.PersonID, string, int64)) error {
	args, list := chunk(w, people)
	return tx.Each(ctx, func(row db.Row) error {
		var person directory.PersonID
		var policy string
		var since int64
		if err := row.Scan(&person, &policy, &since); err != nil {
			return err
		}
		tell(person, policy, since)
		return nil
	}, `
		SELECT m.person, g.policy, MIN(CASE WHEN m.joined_at > g.added_at THEN m.joined_at ELSE g.added_at END)
		FROM directory_member m JOIN policy_group g ON g.grp = m.grp AND g.workspace = m.workspace
		WHERE +m.workspace = $1 AND m.person IN (`+list+`) GROUP BY m.person, g.policy`, args...)
}

// eachAcceptance tells what people have accepted, the oldest version first.
func eachAcceptance(ctx context.Context, tx *db.Tx, w caller.Workspace, people []directory.Person, tell func(string, Acceptance)) error {
	args, list := chunk(w, people)
	return tx.Each(ctx, func(row db.Row) error {
		var policy string
		var a Acceptance
		if err := row.Scan(&policy, &a.Person, &a.Number, &a.SHA256, &a.At, &a.RecordedBy, &a.Reason); err != nil {
			return err
		}
		tell(policy, a)
		return nil
	}, `
		SELECT a.policy, a.person, a.number, a.sha256, a.accepted_at, a.recorded_by, a.reason FROM policy_acceptance a
		WHERE +a.workspace = $1 AND a.person IN (`+list+`) ORDER BY a.person, a.policy, a.number`, args...)
}

// selectReached answers the ids of people in the groups of a policy, after one.
func selectReached(ctx context.Context, tx *db.Tx, w caller.Workspace, policy, after string, limit int) (ids []directory.PersonID, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var id directory.PersonID
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	}, `
		SELECT DISTINCT m.person FROM policy_group g JOIN directory_member m ON m.workspace = g.workspace AND m.grp = g.grp
		WHERE g.policy = $1 AND g.workspace = $2 AND m.person > $3 ORDER BY m.person LIMIT $4`, policy, w.Number, after, limit)
	return ids, err
}

// conditions answers, for the person of a row p, whether they are asked for anything,
// whether something is open, and whether that is late at an instant. They are sets, not
// questions about each row: both engines work out each once a statement.
func conditions(now int64, arg func(value any) string) (anything, late, open func() string) {
	const asked = `(SELECT m.person FROM policy_policy l JOIN policy_group g ON g.policy = l.id
		JOIN directory_member m ON m.workspace = g.workspace AND m.grp = g.grp`
	const where = ` WHERE l.workspace = $1 AND l.asked_number > 0`
	const unaccepted = ` AND NOT EXISTS (SELECT 1 FROM policy_acceptance a
		WHERE a.policy = l.id AND a.person = m.person AND a.number >= l.asked_number)`
	return func() string { return asked + where + ")" },
		func() string {
			at := arg(now)
			return asked + ` JOIN directory_person o ON o.id = m.person` + where + unaccepted + `
				AND l.asked_at + l.accept_ms < ` + at + ` AND m.joined_at + l.accept_ms < ` + at + ` AND g.added_at + l.accept_ms < ` + at + `
				AND (o.start_date IS NULL OR o.start_date + l.accept_ms < ` + at + `)
				AND NOT EXISTS (SELECT 1 FROM directory_leave v WHERE v.workspace = $1 AND v.person = m.person
					AND v.end_date <= ` + at + ` AND v.end_date + l.accept_ms >= ` + at + `))`
		},
		func() string { return asked + where + unaccepted + ")" }
}

// acceptances count the people whom a policy asks, and those who have accepted.
type acceptances struct{ accepted, asked int64 }

// countAcceptances counts people by policy who are here at an instant in ms.
func countAcceptances(ctx context.Context, tx *db.Tx, w caller.Workspace, now int64) (map[string]acceptances, error) {
	counts := map[string]acceptances{}
	err := tx.Each(ctx, func(row db.Row) error {
		var policy string
		var one acceptances
		err := row.Scan(&policy, &one.asked, &one.accepted)
		counts[policy] = one
		return err
	}, `
		SELECT r.policy, COUNT(*), COUNT(a.person) FROM (
			SELECT DISTINCT g.policy, l.asked_number, m.person FROM policy_policy l
			JOIN policy_group g ON g.policy = l.id
			JOIN directory_member m ON m.workspace = g.workspace AND m.grp = g.grp
			JOIN directory_person o ON o.id = m.person
			WHERE l.workspace = $1 AND l.asked_number > 0 AND NOT o.not_person
				AND (o.end_date IS NULL OR o.end_date > $2) AND (o.inactive_at IS NULL OR o.inactive_at > $2)) r
		LEFT JOIN (SELECT policy, person, MAX(number) AS number FROM policy_acceptance WHERE workspace = $1 GROUP BY policy, person) a
			ON a.policy = r.policy AND a.person = r.person AND a.number >= r.asked_number
		GROUP BY r.policy`, w.Number, now)
	return counts, err
}
