// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// A workspace may connect several accounts of its own to a public application. Each
// is a source, and pushes full states of its own: nothing that one leaves out, holds
// or confirms touches the others. What stands for a source is a row of
// resource_source; private applications have one whose name is "".

// Source is where what one source of a definition pushes stands.
type Source struct {
	Current    int64  // its records
	EndedAt    int64  // ms, when it was disconnected; 0: it was not, or has pushed since
	Held       int64  // removals that its last push held
	HeldDigest string // of those that the guard holds, "" when none
	HeldSince  int64  // ms
	HeldTimes  int64
	ID         string // the source_id; "" of a private application
	LastPush   string // "": none counts yet
	LastPushAt int64  // ms, 0: never
	Refusal    string // why its newest push was refused, "" when it was not
}

// token answers what releases its held removals, "" when only a clean set does.
func (s Source) token(id ID) string {
	if s.Held == 0 || s.HeldDigest == "" {
		return ""
	}
	return confirmToken(id, s.LastPush, s.HeldDigest)
}

// SourcesOf answers the sources that ever pushed to a definition, by id.
func SourcesOf(ctx context.Context, tx *db.Tx, d Definition) ([]Source, error) {
	return selectSources(ctx, tx, d.Number)
}

// SourceOf answers where one source of a definition stands; zero but for its id when
// it never pushed.
func SourceOf(ctx context.Context, tx *db.Tx, d Definition, source string) (Source, error) {
	return selectSource(ctx, tx, d.Number, source)
}

// EndSource notes in the caller's transaction that a source of an application is
// disconnected. Its records go by Disconnect, or by the pass ClearEnded; a push that is
// under way does not save them, one that begins later does.
func EndSource(ctx context.Context, tx *db.Tx, w caller.Workspace, now time.Time, application, source string) error {
	return endSources(ctx, tx, w, application, source, db.Millis(now))
}

// endPatience is how long Disconnect waits for a push that holds a definition.
const endPatience = 2 * time.Second

// Disconnect notes that a source of an application is disconnected, and takes away all
// records that it has: their history stays, and each definition gets a number of the
// cause CauseDisconnect with its evidence. No guard holds them. What a push holds is
// left to the pass ClearEnded.
func (s *Service) Disconnect(ctx context.Context, c caller.Caller, application, source string) error {
	var ended []ending
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := EndSource(ctx, tx, c.Workspace, s.Now(), application, source); err != nil {
			return err
		}
		ended, err = selectEndedOf(ctx, tx, c.Workspace, application, source)
		return err
	})
	if err != nil {
		return fmt.Errorf("disconnect a source of %s: %w", application, err)
	}
	for _, e := range ended {
		if err := s.clearSource(ctx, c, e, endPatience); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelWarn, "records of a disconnected source wait", slog.String("definition", string(e.definition.ID)), slog.Any("error", err))
		}
	}
	return nil
}

// ending is a source of a definition that was disconnected and still has records.
type ending struct {
	definition Definition
	source     string
}

// HasEnded says whether ClearEnded has anything to do.
func (s *Service) HasEnded(ctx context.Context) (bool, error) {
	list, err := s.endings(ctx)
	return len(list) > 0, err
}

// ClearEnded is a pass: it takes away what disconnected sources still have. A definition
// that a push holds is left to the next pass.
func (s *Service) ClearEnded(ctx context.Context) error {
	list, err := s.endings(ctx)
	for _, e := range list {
		if failed := s.clearSource(ctx, house(e.definition.Workspace), e, endPatience); failed != nil && fault.KindOf(failed) != fault.Unavailable {
			err = errors.Join(err, fmt.Errorf("clear a disconnected source of %s: %w", e.definition.ID, failed))
		}
	}
	return err
}

func (s *Service) endings(ctx context.Context) (list []ending, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = selectEnded(ctx, tx, db.Millis(s.Now()))
		return err
	})
	return list, err
}

// clearSource takes away the records of a source, unless it has come back meanwhile.
func (s *Service) clearSource(ctx context.Context, c caller.Caller, e ending, patience time.Duration) error {
	if err := s.settleFor(ctx, e.definition); err != nil {
		return err
	}
	cleared, err := s.clearUnderClaim(ctx, c, e, patience)
	if err == nil && cleared {
		s.follow(ctx, c, e.definition.Number)
	}
	return err
}

func (s *Service) clearUnderClaim(ctx context.Context, c caller.Caller, e ending, patience time.Duration) (cleared bool, err error) {
	claim, err := s.claimWithin(ctx, e.definition, min(patience, s.Wait))
	if err != nil {
		return false, err
	}
	var landed *following
	defer func() {
		if err = errors.Join(err, claim.release(ctx)); err == nil && landed != nil {
			landed.landed(ctx)
		}
	}()
	dl := newDelta(c, claim, CauseDisconnect)
	if err := dl.takeSource(ctx, e.source); err != nil || dl.source.EndedAt == 0 || len(dl.rows) == 0 {
		return false, err
	}
	err = dl.put(ctx)
	landed, _ = dl.evaluation.(*following)
	return true, err
}

// takeSource makes the delta one that removes what a source has at the head.
func (dl *delta) takeSource(ctx context.Context, source string) error {
	d, head := dl.claim.definition, dl.claim.head
	return dl.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if dl.source, err = selectSource(ctx, tx, d.Number, source); err != nil {
			return err
		}
		items, err := selectItemsOf(ctx, tx, d.Number, head.Number, source)
		if err != nil {
			return err
		}
		marks, err := selectMarksOf(ctx, tx, d.Number, head.Number, source)
		dl.remove(items, marks)
		return err
	})
}

// move answers what a run makes of its source.
func (r *evaluationRun) move(now time.Time) Source {
	s := r.source
	s.Current = r.result.Created - r.result.Removed // the difference
	s.Held, s.HeldDigest, s.HeldSince, s.HeldTimes = r.result.Held, r.hold.digest, r.hold.since, r.hold.times
	s.LastPush, s.LastPushAt, s.Refusal = r.result.ID, now.UnixMilli(), ""
	return s
}

// moveSource notes with the flip where the source stands.
func (r *evaluationRun) moveSource(ctx context.Context, tx *db.Tx, now time.Time) error {
	switch {
	case r.changes == nil:
		return nil
	case r.quiet:
		return lowerSource(ctx, tx, r.claim.definition.Number, r.source.ID, r.result.Removed)
	}
	return putSource(ctx, tx, r.claim.definition, r.move(now))
}
