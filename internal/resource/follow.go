// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Verdicts that read records of another definition follow when those change. The
// other definition's flip leaves in its own transaction which keys changed; what
// relates to it is judged afterwards, each under its own claim, so no two claims
// are ever held at once. Whatever comes in between, a crash or a push that holds
// a definition, the pass Follow finds what is behind.

// InlineRecords is up to how many records an answer waits for an evaluation.
const InlineRecords = 100_000

// follow judges what relates to the records of a definition, which have changed.
// The change stands, so nothing here fails it: what does not come to its end is
// the pass's.
func (s *Service) follow(ctx context.Context, actor caller.Caller, related Number) {
	behind, err := s.Judge.Behind(ctx, related)
	for _, d := range behind {
		if err != nil {
			break
		}
		var head Head
		if head, err = s.headOf(ctx, d.Number); err == nil && head.Current <= InlineRecords {
			err = s.Reevaluate(ctx, actor, d, CauseLink)
		}
		if fault.KindOf(err) == fault.Unavailable {
			err = nil // somebody holds it
		}
	}
	if err == nil {
		err = s.Judge.Sweep(ctx, related)
	}
	if err != nil {
		s.Logger.WarnContext(ctx, "related records are judged later", slog.Int64("definition", int64(related)), slog.Any("error", err))
	}
}

// HasBehind says whether Follow has anything to do.
func (s *Service) HasBehind(ctx context.Context) (bool, error) {
	behind, err := s.Judge.Behind(ctx, 0)
	return len(behind) > 0, err
}

// Follow is a pass: it judges the definitions whose verdicts are behind what they
// relate to. One that is held is left to whoever holds it, or to the next pass.
func (s *Service) Follow(ctx context.Context) error {
	behind, err := s.Judge.Behind(ctx, 0)
	if err != nil {
		return err
	}
	for _, d := range behind {
		held := false
		if failed := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			held, err = IsClaimed(ctx, tx, d.Number, db.Millis(s.Now()))
			return err
		}); failed != nil {
			return failed
		}
		if held {
			continue
		}
		if failed := s.Reevaluate(ctx, house(d.Workspace), d, CauseLink); failed != nil && fault.KindOf(failed) != fault.Unavailable {
			err = errors.Join(err, fmt.Errorf("evaluate %s: %w", d.ID, failed))
		}
	}
	return errors.Join(err, s.Judge.Sweep(ctx, 0))
}
