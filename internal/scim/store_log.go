// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/db"
)

var loggedColumns = []string{
	"id", "workspace", "directory", "at", "method", "path", "status", "took", "address", "agent", "subject", "resource",
	"words", "problem", "sent", "answered", "replay_of",
}

func insertLogged(ctx context.Context, tx *db.Tx, rows []loggedRow) error {
	values := make([]any, 0, len(rows)*len(loggedColumns))
	for _, r := range rows {
		values = append(values, r.ID, r.workspace, r.directory, db.Millis(r.At), r.Method, r.Path, int64(r.Status),
			r.Took.Microseconds(), r.Address, r.Agent, r.Subject, r.Resource, r.Words, r.Problem, r.Sent, r.Answered, r.ReplayOf)
	}
	return tx.InsertMany(ctx, "scim_request", loggedColumns, values)
}

const loggedFields = `
	SELECT id, at, method, path, status, took, address, agent, subject, resource, words, problem, sent, answered, replay_of
	FROM scim_request `

func scanLogged(row db.Row) (l Logged, err error) {
	var at, took int64
	err = row.Scan(&l.ID, &at, &l.Method, &l.Path, &l.Status, &took, &l.Address, &l.Agent, &l.Subject, &l.Resource, &l.Words,
		&l.Problem, &l.Sent, &l.Answered, &l.ReplayOf)
	l.At, l.Took = db.Time(at), time.Duration(took)*time.Microsecond
	return l, err
}

// selectLogged answers one request of a directory; db.ErrNoRow.
func selectLogged(ctx context.Context, tx *db.Tx, d Directory, id string) (Logged, error) {
	return scanLogged(tx.QueryRow(ctx, loggedFields+`WHERE id = $1 AND directory = $2`, id, d.Number))
}

func insertStep(ctx context.Context, tx *db.Tx, directory int64, step string, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO scim_step (directory, step, done_at) VALUES ($1, $2, $3)
		ON CONFLICT (directory, step) DO NOTHING`, directory, step, db.Millis(at))
	return err
}

// addDays counts requests to those of their days.
func addDays(ctx context.Context, tx *db.Tx, days map[dayKey]dayCount) error {
	for key, day := range days {
		if _, err := tx.Exec(ctx, `
			INSERT INTO scim_day (directory, workspace, day, requests, failed) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (directory, day) DO UPDATE SET requests = scim_day.requests + excluded.requests,
				failed = scim_day.failed + excluded.failed`,
			key.directory, key.workspace, key.day, day.requests, day.failed); err != nil {
			return err
		}
	}
	return nil
}

// putWarning keeps one row for each kind and subject.
func putWarning(ctx context.Context, tx *db.Tx, key warningKey, w warned) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO scim_warning (id, workspace, directory, kind, subject, message, count, first_at, last_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
		ON CONFLICT (directory, kind, subject) DO UPDATE SET message = excluded.message,
			count = scim_warning.count + excluded.count, last_at = excluded.last_at`,
		db.NewID(w.at), w.workspace, key.directory, key.kind, key.subject, w.message, w.count, db.Millis(w.at))
	return err
}

// purgeLogged forgets requests from before a time, and beyond so many of a
// directory.
func purgeLogged(ctx context.Context, tx *db.Tx, before time.Time, keep int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM scim_request WHERE at < $1`, db.Millis(before)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM scim_day WHERE day < $1`, db.Millis(before)/dayMillis); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM scim_request WHERE id IN (
			SELECT id FROM (
				SELECT id, ROW_NUMBER() OVER (PARTITION BY directory ORDER BY id DESC) AS place FROM scim_request
			) ranked WHERE place > $1)`, keep)
	return err
}

// addTolerance adds to what is known of a directory's provider.
func addTolerance(ctx context.Context, tx *db.Tx, directory, workspace int64, t Tolerance) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO scim_tolerance (directory, workspace, tolerance, count, last_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (directory, tolerance) DO UPDATE SET count = scim_tolerance.count + excluded.count, last_at = excluded.last_at`,
		directory, workspace, t.Name, t.Count, db.Millis(t.LastAt))
	return err
}

// selectTolerances answers what is known of a directory's provider, the most
// frequent first.
func selectTolerances(ctx context.Context, tx *db.Tx, d Directory) (all []Tolerance, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var t Tolerance
		var last int64
		err := row.Scan(&t.Name, &t.Count, &last)
		t.LastAt = db.Time(last)
		all = append(all, t)
		return err
	}, `
		SELECT tolerance, count, last_at FROM scim_tolerance WHERE directory = $1 AND workspace = $2
		ORDER BY count DESC, tolerance`, d.Number, d.Workspace.Number)
	return all, err
}
