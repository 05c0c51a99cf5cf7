// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// Cursors, settings, preferences and channels; batches are in store_batch.go.

func selectCursors(ctx context.Context, tx *db.Tx) (map[int64]cursor, error) {
	all := map[int64]cursor{}
	err := tx.Each(ctx, func(row db.Row) error {
		var workspace int64
		var c cursor
		err := row.Scan(&workspace, &c.position, &c.part, &c.since)
		all[workspace] = c
		return err
	}, `SELECT workspace, position, part, since FROM notify_cursor`)
	return all, err
}

func insertCursor(ctx context.Context, tx *db.Tx, workspace int64, c cursor) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO notify_cursor (workspace, position, part, since) VALUES ($1, $2, $3, $4) ON CONFLICT (workspace) DO NOTHING`,
		workspace, c.position, c.part, c.since)
	return err
}

// moveCursor fails with db.ErrNoRow when another moved it first.
func moveCursor(ctx context.Context, tx *db.Tx, workspace int64, from, to cursor) error {
	return tx.ExecOne(ctx, `
		UPDATE notify_cursor SET position = $4, part = $5 WHERE workspace = $1 AND position = $2 AND part = $3`,
		workspace, from.position, from.part, to.position, to.part)
}

func deleteCursor(ctx context.Context, tx *db.Tx, workspace int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM notify_cursor WHERE workspace = $1`, workspace)
	return err
}

func selectWorkspaces(ctx context.Context, tx *db.Tx) (all map[int64]caller.Workspace, err error) {
	all = map[int64]caller.Workspace{}
	err = tx.Each(ctx, func(row db.Row) error {
		var w caller.Workspace
		err := row.Scan(&w.Number, &w.ID, &w.Name)
		all[w.Number] = w
		return err
	}, `SELECT number, id, name FROM workspace`)
	return all, err
}

func selectSettings(ctx context.Context, tx *db.Tx, workspace int64) (Settings, error) {
	set := Settings{Window: defaultWindow, DigestHour: defaultDigestHour}
	var window int64
	var choices string
	err := tx.QueryRow(ctx, `SELECT window_ms, digest_hour, choices FROM notify_setting WHERE workspace = $1`, workspace).
		Scan(&window, &set.DigestHour, &choices)
	if errors.Is(err, db.ErrNoRow) {
		return set, nil
	}
	if err != nil {
		return set, err
	}
	set.Window = db.Time(window).Sub(db.Time(0))
	return set, json.Unmarshal([]byte(choices), &set.Choices)
}

func putSettings(ctx context.Context, tx *db.Tx, workspace int64, set Settings) error {
	choices, err := json.Marshal(set.Choices)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO notify_setting (workspace, window_ms, digest_hour, choices) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace) DO UPDATE SET window_ms = excluded.window_ms, digest_hour = excluded.digest_hour, choices = excluded.choices`,
		workspace, set.Window.Milliseconds(), set.DigestHour, string(choices))
}

func selectPreferences(ctx context.Context, tx *db.Tx, workspace int64) (map[ref]Preference, error) {
	all := map[ref]Preference{}
	err := tx.Each(ctx, func(row db.Row) error {
		var who ref
		var p Preference
		var mail string
		if err := row.Scan(&who.Kind, &who.ID, &mail, &p.MailOff); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(mail), &p.Mail)
		all[who] = p
		return err
	}, `SELECT kind, id, mail, mail_off FROM notify_preference WHERE workspace = $1`, workspace)
	return all, err
}

// selectPreference answers the zero Preference for who has said nothing.
func selectPreference(ctx context.Context, tx *db.Tx, workspace int64, who ref) (p Preference, err error) {
	var mail string
	err = tx.QueryRow(ctx, `SELECT mail, mail_off FROM notify_preference WHERE workspace = $1 AND kind = $2 AND id = $3`,
		workspace, who.Kind, who.ID).Scan(&mail, &p.MailOff)
	if errors.Is(err, db.ErrNoRow) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(mail), &p.Mail)
}

func putPreference(ctx context.Context, tx *db.Tx, workspace int64, who ref, p Preference, now int64) error {
	mail, err := json.Marshal(p.Mail)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO notify_preference (workspace, kind, id, mail, mail_off, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (workspace, kind, id) DO UPDATE SET mail = excluded.mail, mail_off = excluded.mail_off, updated_at = excluded.updated_at`,
		workspace, who.Kind, who.ID, string(mail), p.MailOff, now)
}

// selectFollows answers what users of a workspace said of tests; of one user, unless "".
func selectFollows(ctx context.Context, tx *db.Tx, workspace int64, user string) (map[string]map[string]Follow, error) {
	all := map[string]map[string]Follow{}
	err := tx.Each(ctx, func(row db.Row) error {
		var test, who string
		var choice Follow
		if err := row.Scan(&test, &who, &choice); err != nil {
			return err
		}
		if all[test] == nil {
			all[test] = map[string]Follow{}
		}
		all[test][who] = choice
		return nil
	}, `SELECT test, usr, choice FROM notify_follow WHERE workspace = $1 AND ($2 = '' OR usr = $2) ORDER BY test, usr`, workspace, user)
	return all, err
}

func putFollow(ctx context.Context, tx *db.Tx, user caller.Caller, test string, choice Follow, now int64) error {
	return tx.ExecOne(ctx, `
		INSERT INTO notify_follow (workspace, test, usr, choice, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (workspace, test, usr) DO UPDATE SET choice = excluded.choice`, user.Workspace.Number, test, user.ID, string(choice), now)
}

func deleteFollow(ctx context.Context, tx *db.Tx, workspace int64, test, user string) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM notify_follow WHERE workspace = $1 AND test = $2 AND usr = $3`, workspace, test, user)
}

const channelFields = `SELECT id, owner, name, sealed, hint, choices, tests, off_at, off_because, created_at, updated_at, version FROM notify_channel `

func scanChannel(row db.Row) (c Channel, err error) {
	var choices, tests string
	var off sql.NullInt64
	if err := row.Scan(&c.ID, &c.Owner, &c.Name, &c.sealed, &c.Hint, &choices, &tests, &off, &c.OffBecause, &c.CreatedAt, &c.UpdatedAt, &c.version); err != nil {
		return c, err
	}
	if off.Valid {
		c.OffAt = &off.Int64
	}
	return c, errors.Join(json.Unmarshal([]byte(choices), &c.Choices), json.Unmarshal([]byte(tests), &c.Tests))
}

func selectChannels(ctx context.Context, tx *db.Tx, workspace int64) (all []Channel, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		c, err := scanChannel(row)
		all = append(all, c)
		return err
	}, channelFields+`WHERE workspace = $1 ORDER BY id`, workspace)
	return all, err
}

// selectChannelWorkspaces answers the workspaces that have a channel in use.
func selectChannelWorkspaces(ctx context.Context, tx *db.Tx) (map[int64]bool, error) {
	all := map[int64]bool{}
	err := tx.Each(ctx, func(row db.Row) error {
		var workspace int64
		err := row.Scan(&workspace)
		all[workspace] = true
		return err
	}, `SELECT DISTINCT workspace FROM notify_channel WHERE off_at IS NULL`)
	return all, err
}

func (c Channel) values() ([]any, error) {
	choices, err := json.Marshal(c.Choices)
	if err != nil {
		return nil, err
	}
	tests := c.Tests
	if tests == nil {
		tests = []string{}
	}
	listed, err := json.Marshal(tests)
	var off any
	if c.OffAt != nil {
		off = *c.OffAt
	}
	return []any{c.Name, c.sealed, c.Hint, string(choices), string(listed), off, c.OffBecause, c.UpdatedAt}, err
}

func insertChannel(ctx context.Context, tx *db.Tx, workspace int64, c Channel) error {
	values, err := c.values()
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		INSERT INTO notify_channel (id, workspace, owner, created_at, version, name, sealed, hint, choices, tests, off_at, off_because, updated_at)
		VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12)`, append([]any{c.ID, workspace, c.Owner, c.CreatedAt}, values...)...)
}

// updateChannel saves the next version of a channel; db.ErrNoRow when another came first.
func updateChannel(ctx context.Context, tx *db.Tx, workspace int64, c Channel) error {
	values, err := c.values()
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE notify_channel SET name = $4, sealed = $5, hint = $6, choices = $7, tests = $8, off_at = $9, off_because = $10, updated_at = $11,
			version = version + 1
		WHERE workspace = $1 AND id = $2 AND version = $3`, append([]any{workspace, c.ID, c.version}, values...)...)
}

func deleteChannel(ctx context.Context, tx *db.Tx, workspace int64, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM notify_channel WHERE workspace = $1 AND id = $2`, workspace, id)
}

func selectTold(ctx context.Context, tx *db.Tx, workspace int64) (map[string]told, error) {
	all := map[string]told{}
	err := tx.Each(ctx, func(row db.Row) error {
		var key string
		var t told
		err := row.Scan(&key, &t.at, &t.size)
		all[key] = t
		return err
	}, `SELECT episode, told_at, size FROM notify_told WHERE workspace = $1`, workspace)
	return all, err
}

func putTold(ctx context.Context, tx *db.Tx, workspace int64, key string, t told) error {
	return tx.ExecOne(ctx, `
		INSERT INTO notify_told (workspace, episode, told_at, size) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, episode) DO UPDATE SET told_at = excluded.told_at, size = excluded.size`, workspace, key, t.at, t.size)
}

func deleteTold(ctx context.Context, tx *db.Tx, workspace int64, keys []string) error {
	args := []any{workspace}
	for _, key := range keys {
		args = append(args, key)
	}
	_, err := tx.Exec(ctx, `DELETE FROM notify_told WHERE workspace = $1 AND episode IN (`+db.Parameters(2, len(keys))+`)`, args...)
	return err
}

// parameter answers $n.
func parameter(n int) string { return "$" + strconv.Itoa(n) }
