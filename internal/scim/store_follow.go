// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/scim/schema"
)

// holder is a resource that a person or an account follows already.
type holder struct {
	active    bool
	directory int64
	id        string
}

// selectHolder answers the resource of a workspace, other than one, that a
// person or group of people follows; false when there is none.
func selectHolder(ctx context.Context, tx *db.Tx, d Directory, follower, but string) (holder, bool, error) {
	return scanHolder(tx.QueryRow(ctx, `
		SELECT id, directory, active FROM scim_resource
		WHERE follower = $1 AND follower <> '' AND workspace = $2 AND id <> $3 LIMIT 1`, follower, d.Workspace.Number, but))
}

// selectAccountHolder is selectHolder for an account.
func selectAccountHolder(ctx context.Context, tx *db.Tx, d Directory, account access.UserID, but string) (holder, bool, error) {
	return scanHolder(tx.QueryRow(ctx, `
		SELECT id, directory, active FROM scim_resource
		WHERE account = $1 AND account <> '' AND workspace = $2 AND id <> $3 LIMIT 1`, string(account), d.Workspace.Number, but))
}

func scanHolder(row db.Row) (h holder, found bool, err error) {
	err = row.Scan(&h.id, &h.directory, &h.active)
	if errors.Is(err, db.ErrNoRow) {
		return holder{}, false, nil
	}
	return h, err == nil, err
}

// clearPerson and clearAccount take from a resource what another takes over.
func clearPerson(ctx context.Context, tx *db.Tx, d Directory, id string) error {
	return tx.ExecOne(ctx, `UPDATE scim_resource SET follower = '' WHERE id = $1 AND workspace = $2`, id, d.Workspace.Number)
}

func clearAccount(ctx context.Context, tx *db.Tx, d Directory, id string) error {
	return tx.ExecOne(ctx, `UPDATE scim_resource SET account = '' WHERE id = $1 AND workspace = $2`, id, d.Workspace.Number)
}

// selectTeams answers the groups of people that follow the groups which hold a
// resource.
func selectTeams(ctx context.Context, tx *db.Tx, d Directory, id string) (teams []string, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var team string
		err := row.Scan(&team)
		teams = append(teams, team)
		return err
	}, `
		SELECT r.follower FROM scim_member m JOIN scim_resource r ON r.id = m.grp
		WHERE m.value = $1 AND r.workspace = $2 AND r.follower <> '' ORDER BY r.id`, id, d.Workspace.Number)
	return teams, err
}

// holding is a group that holds a user, and the role that it gives.
type holding struct {
	group    string // its name, if it gives a role
	id       string
	position int64 // in the mapping, 1 has priority; 0: gives no role
	role     string
	team     string // group of people that follows it, "" for none
}

// selectHoldings answers the groups that hold a user: those that give a role
// first, by priority.
func selectHoldings(ctx context.Context, tx *db.Tx, d Directory, user string) (list []holding, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var g holding
		var document string
		if err := row.Scan(&g.id, &g.team, &g.position, &g.role, &document); err != nil {
			return err
		}
		var err error
		if g.position > 0 {
			var obj schema.Object
			obj, err = parseStored(document)
			g.group = text(obj, "displayName")
		}
		list = append(list, g)
		return err
	}, `
		SELECT r.id, r.follower, COALESCE(p.position, 0), COALESCE(p.role, ''), CASE WHEN p.grp IS NULL THEN '' ELSE r.document END
		FROM scim_member m JOIN scim_resource r ON r.id = m.grp LEFT JOIN scim_mapping p ON p.directory = $1 AND p.grp = m.grp
		WHERE m.value = $2 AND r.directory = $1
		ORDER BY CASE WHEN p.grp IS NULL THEN 1 ELSE 0 END, p.position, r.id`, d.Number, user)
	return list, err
}

func selectIsMapped(ctx context.Context, tx *db.Tx, d Directory, group string) (is bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM scim_mapping WHERE directory = $1 AND grp = $2)`, d.Number, group).Scan(&is)
	return is, err
}

// dropMapping forgets the role that a group gives.
func dropMapping(ctx context.Context, tx *db.Tx, d Directory, group string) error {
	_, err := tx.Exec(ctx, `DELETE FROM scim_mapping WHERE directory = $1 AND grp = $2`, d.Number, group)
	return err
}

// selectSomeUsers answers users of a directory by id, after one.
func selectSomeUsers(ctx context.Context, tx *db.Tx, d Directory, after string, limit int64) (users []Resource, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		r, err := scanResource(row)
		users = append(users, r)
		return err
	}, resourceFields+`WHERE r.directory = $1 AND r.type = $2 AND r.id > $3 ORDER BY r.id LIMIT $4`, d.Number, typeUser, after, limit)
	return users, err
}

// selectUserBy answers the user with an id, a userName or an e-mail;
// db.ErrNoRow when there is none.
func selectUserBy(ctx context.Context, tx *db.Tx, d Directory, ref string) (Resource, error) {
	ref = strings.TrimSpace(ref)
	for _, where := range []struct{ condition, value string }{
		{`WHERE r.directory = $1 AND r.type = $2 AND r.id = $3`, ref},
		{`WHERE r.directory = $1 AND r.type = $2 AND r.name_key = $3`, schema.Fold(ref)},
		{`JOIN scim_value v ON v.resource = r.id AND v.directory = $1 AND v.path = 'emails.value' AND v.name_key = $3
			WHERE r.directory = $1 AND r.type = $2 ORDER BY r.id LIMIT 1`, schema.Fold(ref)},
	} {
		r, err := scanResource(tx.QueryRow(ctx, resourceFields+where.condition, d.Number, typeUser, where.value))
		if !errors.Is(err, db.ErrNoRow) {
			return r, err
		}
	}
	return Resource{}, db.ErrNoRow
}

// selectDepartures answers how many users were deactivated since an instant.
func selectDepartures(ctx context.Context, tx *db.Tx, d Directory, since time.Time) (n int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM scim_resource WHERE directory = $1 AND deactivated_at >= $2 AND type = $3`,
		d.Number, db.Millis(since), typeUser).Scan(&n)
	return n, err
}

// selectActive answers how many active users a directory has, counting no
// further than a limit.
func selectActive(ctx context.Context, tx *db.Tx, d Directory, limit int64) (n int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM (SELECT 1 FROM scim_resource WHERE directory = $1 AND type = $2 AND active LIMIT $3) AS counted`,
		d.Number, typeUser, limit).Scan(&n)
	return n, err
}

// putAlerted says whether nobody was alerted since an instant, and notes that
// somebody is now.
func putAlerted(ctx context.Context, tx *db.Tx, d Directory, since, now time.Time) (bool, error) {
	rows, err := tx.Exec(ctx, `
		UPDATE scim_directory SET alerted_at = $1 WHERE number = $2 AND (alerted_at IS NULL OR alerted_at <= $3)`,
		db.Millis(now), d.Number, db.Millis(since))
	return rows > 0, err
}

// selectTeamNamed answers the group of people with a name, "" when there is
// none.
func selectTeamNamed(ctx context.Context, tx *db.Tx, d Directory, name string) (id string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT id FROM directory_group WHERE workspace = $1 AND name_key = $2`, d.Workspace.Number, strings.ToLower(name)).Scan(&id)
	if errors.Is(err, db.ErrNoRow) {
		return "", nil
	}
	return id, err
}

// dropWarning forgets a warning whose cause is gone.
func dropWarning(ctx context.Context, tx *db.Tx, d Directory, kind, subject string) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM scim_warning WHERE directory = $1 AND kind = $2 AND subject = $3`, d.Number, kind, subject)
	return err
}

// putReleased notes that an account was handed back.
func putReleased(ctx context.Context, tx *db.Tx, d Directory, account access.UserID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO scim_released (account, workspace, released_at) VALUES ($1, $2, $3)
		ON CONFLICT (account) DO UPDATE SET released_at = excluded.released_at`, string(account), d.Workspace.Number, db.Millis(now))
	return err
}

// takeReleased says whether an account was handed back, and forgets it.
func takeReleased(ctx context.Context, tx *db.Tx, d Directory, account access.UserID) (bool, error) {
	rows, err := tx.Exec(ctx, `
		DELETE FROM scim_released WHERE account = $1 AND workspace = $2`, string(account), d.Workspace.Number)
	return rows > 0, err
}
