// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// syncRow is a row of resource_sync.
type syncRow struct {
	actor     caller.Caller
	cause     Cause
	committed time.Time
	heldToken string
	number    *int64 // nil: failed
	result    Result
	source    string
	started   time.Time
}

func (r Result) row(actor caller.Caller, cause Cause, started, committed time.Time) syncRow {
	return syncRow{actor: actor, cause: cause, committed: committed, result: r, source: r.Source, started: started}
}

// body is what evidence says of a sync: counts, never records.
func (r Result) body(cause Cause) map[string]any {
	body := map[string]any{"sync": r.ID, "cause": cause, "schemaVersion": r.Definition.SchemaVersion}
	if r.Source != "" {
		body["source"] = r.Source
	}
	if !cause.changes() {
		return body
	}
	for name, count := range map[string]int64{
		"received": r.Received, "accepted": r.Accepted, "rejected": r.Rejected, "created": r.Created, "updated": r.Updated,
		"unchanged": r.Unchanged, "removed": r.Removed, "held": r.Held, "stale": r.Stale,
	} {
		body[name] = count
	}
	if r.Failure != "" {
		body["failed"] = true
	}
	return body
}

// recordFailure writes the row and the entry of a push that was refused.
func recordFailure(ctx context.Context, tx *db.Tx, source Source, row syncRow) error {
	r := row.result
	if err := insertSync(ctx, tx, row); err != nil {
		return err
	}
	if err := putPushDay(ctx, tx, row); err != nil {
		return err
	}
	if err := putRefusal(ctx, tx, r.Definition, source, r.Failure); err != nil {
		return err
	}
	return evidence.Append(ctx, tx, row.committed, evidence.Entry{
		Actor: row.actor, Kind: "sync",
		Subject: evidence.Subject{Kind: "definition", ID: string(r.Definition.ID), Name: r.Definition.Name},
		Body:    r.body(causePush),
	})
}

// Reevaluate judges stored records again without a push: after a change of a
// test or an exception, when a date came, or because somebody asked
// (CauseRerun, which judges every record). It does nothing when nothing is
// wanted, and waits for a push that is running, at most Options.Wait.
func (s *Service) Reevaluate(ctx context.Context, actor caller.Caller, d Definition, cause Cause) (err error) {
	claim, err := s.claim(ctx, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.release(ctx)) }()
	now := s.Now()
	d = claim.definition
	evaluation, err := s.Judge.Open(ctx, d, claim.head, now)
	if err != nil {
		return err
	}
	wanted, err := evaluation.Wants(ctx)
	if err != nil {
		return err
	}
	if cause != CauseRerun && !wanted.All && !wanted.Flip && len(wanted.Items) == 0 && claim.head.Judged == claim.head.Epoch {
		return claim.idle(ctx, evaluation)
	}
	result := &Result{Definition: d, ID: db.NewID(now)}
	writer := startAhead(ctx, claim, result.ID)
	defer writer.close()
	run := &evaluationRun{
		actor: actor, cause: cause, claim: claim, evaluation: evaluation, everything: cause == CauseRerun, judge: s.Judge,
		now: now, result: result, writer: writer,
	}
	return run.complete(ctx)
}

// idle notes what an evaluation has to say that has nothing to judge.
func (c *claim) idle(ctx context.Context, evaluation Evaluation) error {
	noted := evaluation.Idle()
	if noted == nil {
		return nil
	}
	return c.ahead(ctx, func(ctx context.Context, tx *db.Tx) error { return noted.Write(ctx, tx, c.head.Number) })
}

// RaiseEpoch says in the caller's transaction that something changed that
// verdicts of the definition depend on; a Reevaluate follows.
func RaiseEpoch(ctx context.Context, tx *db.Tx, definition Number) error {
	return raiseEpoch(ctx, tx, definition)
}

// Hold makes every change of the definition's rules wait for the end of this
// transaction, and waits for those under way.
func Hold(ctx context.Context, tx *db.Tx, definition Number) error {
	return holdHead(ctx, tx, definition)
}

// Unjudged is a pass: it evaluates definitions whose rules changed without an
// evaluation after it, as when a process died between the two.
func (s *Service) Unjudged(ctx context.Context) error {
	var waiting []Definition
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		waiting, err = selectUnjudged(ctx, tx, db.Millis(s.Now()))
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range waiting {
		actor := caller.Caller{Kind: caller.System, Name: "muster", Workspace: d.Workspace}
		err = errors.Join(err, s.Reevaluate(ctx, actor, d, CauseRule))
	}
	return err
}
