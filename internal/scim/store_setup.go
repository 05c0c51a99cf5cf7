// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/db"
)

func insertDirectory(ctx context.Context, tx *db.Tx, d Directory) error {
	return tx.ExecOne(ctx, `
		INSERT INTO scim_directory (number, id, workspace, name, name_key, provider, state, strict, role_attribute, default_role,
			created_at, updated_at, learned)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $10, 0)`,
		d.Number, string(d.ID), d.Workspace.Number, d.Name, directoryKey(d.Name), string(d.Provider), string(d.State), d.Strict,
		string(d.DefaultRole), db.Millis(d.CreatedAt))
}

func updateDirectory(ctx context.Context, tx *db.Tx, d Directory) error {
	return tx.ExecOne(ctx, `
		UPDATE scim_directory SET name = $1, name_key = $2, state = $3, strict = $4, role_attribute = $5, default_role = $6,
			updated_at = $7
		WHERE number = $8 AND workspace = $9`,
		d.Name, directoryKey(d.Name), string(d.State), d.Strict, d.RoleAttribute, string(d.DefaultRole), db.Millis(d.UpdatedAt),
		d.Number, d.Workspace.Number)
}

// holdDirectory makes every other change of the directory's settings wait for
// the end of this transaction.
func holdDirectory(ctx context.Context, tx *db.Tx, workspace int64, id DirectoryID) error {
	return tx.ExecOne(ctx, `
		UPDATE scim_directory SET number = number WHERE id = $1 AND workspace = $2 AND deleted_at IS NULL`, string(id), workspace)
}

// selectDirectories answers directories by id, after one.
func selectDirectories(ctx context.Context, tx *db.Tx, workspace int64, after string, limit int) (all []Directory, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDirectory(row)
		all = append(all, d)
		return err
	}, `
		SELECT `+directoryFields+` FROM scim_directory d JOIN workspace w ON w.number = d.workspace
		WHERE d.workspace = $1 AND d.deleted_at IS NULL AND d.id > $2 ORDER BY d.id LIMIT $3`, workspace, after, limit)
	return all, err
}

// selectDirectoryByName answers db.ErrNoRow for a name that no directory has.
func selectDirectoryByName(ctx context.Context, tx *db.Tx, workspace int64, key string) (Directory, error) {
	return scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+` FROM scim_directory d JOIN workspace w ON w.number = d.workspace
		WHERE d.workspace = $1 AND d.name_key = $2 AND d.deleted_at IS NULL`, workspace, key))
}

func selectCounts(ctx context.Context, tx *db.Tx, directory int64) (n Counts, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(CASE WHEN type = 'User' THEN 1 END), COUNT(CASE WHEN type = 'User' AND active THEN 1 END),
			COUNT(CASE WHEN type = 'Group' THEN 1 END)
		FROM scim_resource WHERE directory = $1`, directory).Scan(&n.Users, &n.Active, &n.Groups)
	return n, err
}

func selectSteps(ctx context.Context, tx *db.Tx, directory int64) (map[string]time.Time, error) {
	done := map[string]time.Time{}
	err := tx.Each(ctx, func(row db.Row) error {
		var name string
		var at int64
		err := row.Scan(&name, &at)
		done[name] = db.Time(at)
		return err
	}, `SELECT step, done_at FROM scim_step WHERE directory = $1`, directory)
	return done, err
}

func deleteStep(ctx context.Context, tx *db.Tx, directory int64, step string) error {
	_, err := tx.Exec(ctx, `DELETE FROM scim_step WHERE directory = $1 AND step = $2`, directory, step)
	return err
}

// selectWarnings answers the warnings of a directory, the newest first.
func selectWarnings(ctx context.Context, tx *db.Tx, directory int64) (all []Warning, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var w Warning
		var first, last int64
		err := row.Scan(&w.ID, &w.Kind, &w.Subject, &w.Message, &w.Count, &first, &last)
		w.FirstAt, w.LastAt = db.Time(first), db.Time(last)
		all = append(all, w)
		return err
	}, `
		SELECT id, kind, subject, message, count, first_at, last_at FROM scim_warning
		WHERE directory = $1 ORDER BY last_at DESC, id DESC LIMIT $2`, directory, warningsShown)
	return all, err
}

func deleteWarning(ctx context.Context, tx *db.Tx, directory int64, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM scim_warning WHERE directory = $1 AND id = $2`, directory, id)
}

const dayMillis = 24 * 60 * 60 * 1000

// selectDays counts the requests of each day since an instant, by the number of
// the day since 1970.
func selectDays(ctx context.Context, tx *db.Tx, directory int64, since time.Time) (map[int64]Day, error) {
	days := map[int64]Day{}
	err := tx.Each(ctx, func(row db.Row) error {
		var day int64
		var d Day
		err := row.Scan(&day, &d.Requests, &d.Failed)
		days[day] = d
		return err
	}, `
		SELECT day, requests, failed FROM scim_day WHERE directory = $1 AND day >= $2`, directory, db.Millis(since)/dayMillis)
	return days, err
}

// selectLastFailed answers the last request that was refused; db.ErrNoRow. What
// somebody looked for in vain is no error.
func selectLastFailed(ctx context.Context, tx *db.Tx, directory int64) (Logged, error) {
	return scanLogged(tx.QueryRow(ctx, loggedFields+`
		WHERE directory = $1 AND status >= 400 AND NOT (status = 404 AND method = 'GET') ORDER BY id DESC LIMIT 1`, directory))
}

// likeText makes a text stand for itself in a LIKE … ESCAPE '\'.
func likeText(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// eachLogged calls fn for the requests that a query lets through, the newest
// first, or the oldest where it says so.
func eachLogged(ctx context.Context, tx *db.Tx, directory int64, q LogQuery, limit int, fn func(Logged) error) error {
	order := `id DESC`
	if q.Oldest {
		order = `id`
	}
	return tx.Each(ctx, func(row db.Row) error {
		l, err := scanLogged(row)
		if err != nil {
			return err
		}
		return fn(l)
	}, loggedFields+`
		WHERE directory = $1 AND (CAST($2 AS TEXT) = '' OR (CASE WHEN CAST($3 AS BOOLEAN) THEN id > $2 ELSE id < $2 END))
			AND status >= $4 AND status <= $5 AND (CAST($6 AS TEXT) = '' OR method = $6)
			AND (CAST($7 AS TEXT) = '' OR resource = $7) AND (CAST($8 AS TEXT) = '' OR LOWER(subject) LIKE $8 ESCAPE '\' OR subject LIKE $10 ESCAPE '\')
		ORDER BY `+order+` LIMIT $9`,
		directory, q.After, q.Oldest, q.From, q.To, q.Method, q.Resource, q.subjectLike(), limit, likeText(q.Subject))
}

// selectStory answers the last requests on a resource, and those on groups that
// name it.
func selectStory(ctx context.Context, tx *db.Tx, directory int64, resource string, limit int) (all []Logged, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		l, err := scanLogged(row)
		all = append(all, l)
		return err
	}, loggedFields+`
		WHERE directory = $1 AND (resource = $2 OR (method <> 'GET' AND sent LIKE $3 ESCAPE '\'))
		ORDER BY id DESC LIMIT $4`, directory, resource, likeText(resource), limit)
	return all, err
}

// selectReplay answers the last repetition of a request; db.ErrNoRow.
func selectReplay(ctx context.Context, tx *db.Tx, directory int64, of string) (Logged, error) {
	return scanLogged(tx.QueryRow(ctx, loggedFields+`
		WHERE directory = $1 AND replay_of = $2 AND id > $2 ORDER BY id DESC LIMIT 1`, directory, of))
}

// startSettling lets every resource of a directory follow settings that roles
// follow from and that have changed.
func startSettling(ctx context.Context, tx *db.Tx, directory int64) error {
	return tx.ExecOne(ctx, `UPDATE scim_directory SET settling = '', edition = edition + 1 WHERE number = $1`, directory)
}

// startFollowing lets every resource of a directory follow it again, whose
// settings for roles are as they were.
func startFollowing(ctx context.Context, tx *db.Tx, directory int64) error {
	return tx.ExecOne(ctx, `UPDATE scim_directory SET settling = '' WHERE number = $1`, directory)
}

// moveSettling moves the mark up to which resources follow; to nil when all do.
// It says whether the mark was where it was thought to be.
func moveSettling(ctx context.Context, tx *db.Tx, directory int64, from string, to *string) (bool, error) {
	var value any
	if to != nil {
		value = *to
	}
	rows, err := tx.Exec(ctx, `
		UPDATE scim_directory SET settling = CAST($1 AS TEXT) WHERE number = $2 AND settling = $3`, value, directory, from)
	return rows > 0, err
}

// selectSettling answers up to where resources follow; nil for all.
func selectSettling(ctx context.Context, tx *db.Tx, directory int64) (*string, error) {
	var last sql.NullString
	err := tx.QueryRow(ctx, `SELECT settling FROM scim_directory WHERE number = $1`, directory).Scan(&last)
	if err != nil || !last.Valid {
		return nil, err
	}
	return &last.String, nil
}

// selectPending answers the numbers of directories where something is left to
// do, in every workspace: it is a pass's.
func selectPending(ctx context.Context, tx *db.Tx) (numbers []int64, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var n int64
		err := row.Scan(&n)
		numbers = append(numbers, n)
		return err
	}, `SELECT number FROM scim_directory WHERE deleted_at IS NULL AND (state = 'deleting' OR settling IS NOT NULL) ORDER BY number`)
	return numbers, err
}

// selectOthers answers resources that are no users.
func selectOthers(ctx context.Context, tx *db.Tx, directory int64, limit int) (all []Resource, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		r, err := scanResource(row)
		all = append(all, r)
		return err
	}, resourceFields+`WHERE r.directory = $1 AND r.type <> 'User' ORDER BY r.id LIMIT $2`, directory, limit)
	return all, err
}

func countResources(ctx context.Context, tx *db.Tx, directory int64) (n int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM scim_resource WHERE directory = $1`, directory).Scan(&n)
	return n, err
}

// selectRehearsed answers what a self-test left behind when it was cut off.
func selectRehearsed(ctx context.Context, tx *db.Tx, directory int64, prefix string) (all []Resource, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		r, err := scanResource(row)
		all = append(all, r)
		return err
	}, resourceFields+`WHERE r.directory = $1 AND r.name_key LIKE $2`, directory, prefix+"%")
	return all, err
}

// revokeTokens ends every token of a directory.
func revokeTokens(ctx context.Context, tx *db.Tx, directory int64, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE scim_token SET revoked_at = $1 WHERE directory = $2 AND revoked_at IS NULL`, db.Millis(now), directory)
	return err
}

// closeDirectory takes a directory away of which no resource is left. Its log
// stays until it is old.
func closeDirectory(ctx context.Context, tx *db.Tx, directory int64, now time.Time) error {
	for _, statement := range []string{
		`DELETE FROM scim_client WHERE directory = $1`,
		`DELETE FROM scim_link WHERE directory = $1`,
		`DELETE FROM scim_mapping WHERE directory = $1`,
		`DELETE FROM scim_step WHERE directory = $1`,
		`DELETE FROM scim_tolerance WHERE directory = $1`,
		`DELETE FROM scim_learned WHERE directory = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, directory); err != nil {
			return err
		}
	}
	return tx.ExecOne(ctx, `UPDATE scim_directory SET deleted_at = $1, settling = NULL WHERE number = $2`, db.Millis(now), directory)
}

func insertLink(ctx context.Context, tx *db.Tx, d Directory, l Link, hash []byte) error {
	return tx.ExecOne(ctx, `
		INSERT INTO scim_link (hash, id, workspace, directory, created_by, maker_kind, maker, created_at, expires_at, names_attribute)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		hash, l.ID, d.Workspace.Number, d.Number, l.Maker.Name, string(l.Maker.Kind), l.Maker.ID, db.Millis(l.CreatedAt), db.Millis(l.ExpiresAt),
		l.NamesAttribute)
}

const linkFields = `l.id, l.created_by, l.maker_kind, l.maker, l.created_at, l.expires_at, l.opened_at, l.names_attribute`

func linkTargets(l *Link, created, expires *int64, opened *sql.NullInt64) []any {
	return []any{&l.ID, &l.Maker.Name, &l.Maker.Kind, &l.Maker.ID, created, expires, opened, &l.NamesAttribute}
}

func scanLink(row db.Row) (l Link, err error) {
	var created, expires int64
	var opened sql.NullInt64
	err = row.Scan(linkTargets(&l, &created, &expires, &opened)...)
	l.CreatedAt, l.ExpiresAt, l.OpenedAt = db.Time(created), db.Time(expires), maybe(opened)
	return l, err
}

// selectLinks answers the links of a directory that still work, the newest first.
func selectLinks(ctx context.Context, tx *db.Tx, directory int64, now time.Time) (all []Link, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		l, err := scanLink(row)
		all = append(all, l)
		return err
	}, `SELECT `+linkFields+` FROM scim_link l WHERE l.directory = $1 AND l.expires_at > $2 ORDER BY l.id DESC`, directory, db.Millis(now))
	return all, err
}

func deleteLink(ctx context.Context, tx *db.Tx, directory int64, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM scim_link WHERE directory = $1 AND id = $2`, directory, id)
}

// openLink binds a link to a secret, once; db.ErrNoRow for one that is used,
// over or none.
func openLink(ctx context.Context, tx *db.Tx, hash, session []byte, now time.Time) error {
	return tx.ExecOne(ctx, `
		UPDATE scim_link SET opened_at = $1, session = $2 WHERE hash = $3 AND session IS NULL AND expires_at > $1`,
		db.Millis(now), session, hash)
}

// selectLinkBySession answers the link that a secret belongs to, and its
// directory; db.ErrNoRow.
func selectLinkBySession(ctx context.Context, tx *db.Tx, session []byte, now time.Time) (l Link, d Directory, err error) {
	var created, expires int64
	var opened sql.NullInt64
	d, err = scanDirectory(tx.QueryRow(ctx, `
		SELECT `+directoryFields+`, `+linkFields+`
		FROM scim_link l JOIN scim_directory d ON d.number = l.directory JOIN workspace w ON w.number = d.workspace
		WHERE l.session = $1 AND l.expires_at > $2 AND d.deleted_at IS NULL AND d.state <> 'deleting'`, session, db.Millis(now)),
		linkTargets(&l, &created, &expires, &opened)...)
	l.CreatedAt, l.ExpiresAt, l.OpenedAt = db.Time(created), db.Time(expires), maybe(opened)
	l.Maker.Workspace = d.Workspace
	return l, d, err
}
