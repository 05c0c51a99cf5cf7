// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// Exceptions, and what they go by.

const exceptionFields = `
	SELECT x.id, x.definition, COALESCE(x.item, 0), x.entity, x.name, COALESCE(x.clause, ''), x.reason, x.until, x.state, x.actor, x.created_at,
		x.decided_by, x.decided_at, x.decision, x.ended_at, x.ended_by, x.applied, x.lifted, x.file_name, x.file_size, x.file_sha256,
		COALESCE(i.unique_id, ''), t.number, t.id, t.slug
	FROM assessment_exception x JOIN assessment_test t ON t.number = x.test
	LEFT JOIN resource_item i ON i.definition = x.definition AND i.item = x.item `

func scanException(row db.Row) (x Exception, err error) {
	var clause, asked, decided, ended string
	if err := row.Scan(&x.ID, &x.Definition, &x.Item, &x.Entity, &x.Name, &clause, &x.Reason, &x.Until, &x.State, &asked, &x.CreatedAt,
		&decided, &x.DecidedAt, &x.Decision, &x.EndedAt, &ended, &x.applied, &x.lifted, &x.File.Name, &x.File.Size, &x.File.SHA256,
		&x.Unique, &x.Test.Number, &x.Test.ID, &x.Test.Slug); err != nil {
		return x, err
	}
	for _, actor := range []struct {
		text string
		to   *Actor
	}{{asked, &x.Actor}, {decided, &x.DecidedBy}, {ended, &x.EndedBy}} {
		if actor.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(actor.text), actor.to); err != nil {
			return x, fmt.Errorf("decode an actor of exception %s: %w", x.ID, err)
		}
	}
	if clause != "" {
		x.Clause, err = parseClause(clause)
	}
	return x, err
}

func eachException(ctx context.Context, tx *db.Tx, where string, args ...any) (list []Exception, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		x, err := scanException(row)
		list = append(list, x)
		return err
	}, exceptionFields+where, args...)
	return list, err
}

// selectExceptions answers what an evaluation of a test needs to know: those that
// are approved, and conditions that ended and are still taken into account.
func selectExceptions(ctx context.Context, tx *db.Tx, test int64) ([]Exception, error) {
	return eachException(ctx, tx, `WHERE x.test = $1 AND (x.state = 'approved' OR x.state = 'ended' AND x.applied IS NOT NULL AND x.lifted IS NULL)
		ORDER BY x.id`, test)
}

// selectHasClauses says whether exceptions by condition were made of a test, ever.
func selectHasClauses(ctx context.Context, tx *db.Tx, test int64) (bool, error) {
	var one int64
	err := tx.QueryRow(ctx, `
		SELECT 1 FROM assessment_exception WHERE test = $1 AND applied IS NOT NULL LIMIT 1`, test).Scan(&one)
	if errors.Is(err, db.ErrNoRow) {
		return false, nil
	}
	return err == nil, err
}

// selectOpenExceptions answers those of a test that are approved or wait.
func selectOpenExceptions(ctx context.Context, tx *db.Tx, test int64) ([]Exception, error) {
	return eachException(ctx, tx, `WHERE x.test = $1 AND x.state IN ('approved', 'pending') ORDER BY x.id`, test)
}

// selectExceptionsOf answers those of single records in a state.
func selectExceptionsOf(ctx context.Context, tx *db.Tx, test int64, state ExceptionState, items []resource.Item) ([]Exception, error) {
	if len(items) == 0 {
		return nil, nil
	}
	args := []any{test, string(state)}
	for _, item := range items {
		args = append(args, int64(item))
	}
	return eachException(ctx, tx, `WHERE x.test = $1 AND x.state = $2 AND x.item IN (`+db.Parameters(3, len(items))+`) ORDER BY x.id`, args...)
}

// selectClauses answers the exceptions by condition that verdicts at a number take
// into account.
func selectClauses(ctx context.Context, tx *db.Tx, test, number int64) ([]Exception, error) {
	return eachException(ctx, tx, `WHERE x.test = $1 AND x.applied <= $2 AND (x.lifted IS NULL OR x.lifted > $2) ORDER BY x.id`, test, number)
}

func selectException(ctx context.Context, tx *db.Tx, workspace int64, id string) (Exception, error) {
	return scanException(tx.QueryRow(ctx, exceptionFields+`WHERE x.workspace = $1 AND x.id = $2`, workspace, id))
}

// selectExceptionPage answers one more than a page, the newest first.
func selectExceptionPage(ctx context.Context, tx *db.Tx, workspace int64, q ExceptionQuery) ([]Exception, error) {
	where, args := `WHERE x.workspace = $1`, []any{workspace}
	narrow := func(condition string, value any) {
		args = append(args, value)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if q.After != "" {
		narrow(`x.id < $%d`, q.After)
	}
	if q.State != "" {
		narrow(`x.state = $%d`, string(q.State))
	}
	if q.test != 0 {
		narrow(`x.test = $%d`, q.test)
	}
	if q.Owner != "" {
		narrow(`t.owner = $%d`, q.Owner)
	}
	args = append(args, int64(q.Limit+1))
	return eachException(ctx, tx, where+fmt.Sprintf(` ORDER BY x.id DESC LIMIT $%d`, len(args)), args...)
}

// actorJSON answers an actor as a column has it, ” for nobody.
func actorJSON(a Actor) (string, error) {
	if a == (Actor{}) {
		return "", nil
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode actor: %w", err)
	}
	return string(text), nil
}

func insertException(ctx context.Context, tx *db.Tx, workspace int64, x Exception) error {
	asked, err := actorJSON(x.Actor)
	if err != nil {
		return err
	}
	decided, err := actorJSON(x.DecidedBy)
	if err != nil {
		return err
	}
	var item, clause any
	if x.conditional() {
		text, err := json.Marshal(x.Clause)
		if err != nil {
			return fmt.Errorf("encode condition: %w", err)
		}
		clause = string(text)
	} else {
		item = int64(x.Item)
	}
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_exception (id, workspace, definition, test, item, entity, name, clause, reason, until, state, actor, created_at,
			decided_by, decided_at, decision, ended_at, ended_by, applied, lifted, file_name, file_size, file_sha256)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULL, '', NULL, NULL, $17, $18, $19)`,
		x.ID, workspace, int64(x.Definition), x.Test.Number, item, x.Entity, x.Name, clause, x.Reason, x.Until, string(x.State), asked, x.CreatedAt,
		decided, x.DecidedAt, x.Decision, x.File.Name, x.File.Size, x.File.SHA256)
}

// updateDecision moves a pending exception on; db.ErrNoRow when it is not pending.
func updateDecision(ctx context.Context, tx *db.Tx, x Exception) error {
	by, err := actorJSON(x.DecidedBy)
	if err != nil {
		return err
	}
	return tx.ExecOne(ctx, `
		UPDATE assessment_exception SET state = $2, decided_by = $3, decided_at = $4, decision = $5 WHERE id = $1 AND state = 'pending'`,
		x.ID, string(x.State), by, x.DecidedAt, x.Decision)
}

func endException(ctx context.Context, tx *db.Tx, id string, by Actor, at int64) error {
	text, err := actorJSON(by)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE assessment_exception SET state = 'ended', ended_at = $2, ended_by = $3 WHERE id = $1 AND state IN ('approved', 'pending')`,
		id, at, text)
	return err
}

func applyException(ctx context.Context, tx *db.Tx, id string, number int64) error {
	_, err := tx.Exec(ctx, `UPDATE assessment_exception SET applied = $2 WHERE id = $1 AND applied IS NULL`, id, number)
	return err
}

func liftException(ctx context.Context, tx *db.Tx, id string, number int64) error {
	_, err := tx.Exec(ctx, `UPDATE assessment_exception SET lifted = $2 WHERE id = $1 AND lifted IS NULL`, id, number)
	return err
}

func selectExceptionSettings(ctx context.Context, tx *db.Tx, workspace int64) (set ExceptionSettings, err error) {
	err = tx.QueryRow(ctx, `SELECT approval FROM assessment_setting WHERE workspace = $1`, workspace).Scan(&set.Approval)
	return set, err
}

func putExceptionSettings(ctx context.Context, tx *db.Tx, workspace int64, set ExceptionSettings) error {
	return tx.ExecOne(ctx, `
		INSERT INTO assessment_setting (workspace, approval) VALUES ($1, $2)
		ON CONFLICT (workspace) DO UPDATE SET approval = excluded.approval`, workspace, string(set.Approval))
}

// updateFile attaches a file; db.ErrNoRow when there is one, or when the exception
// neither counts nor waits.
func updateFile(ctx context.Context, tx *db.Tx, x Exception) error {
	return tx.ExecOne(ctx, `
		UPDATE assessment_exception SET file_name = $2, file_size = $3, file_sha256 = $4
		WHERE id = $1 AND file_name = '' AND state IN ('approved', 'pending')`, x.ID, x.File.Name, x.File.Size, x.File.SHA256)
}
