// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

const (
	leaveStep = 100 // people that one round of the pass looks at
	// leaveWait is how long a refused departure is put off: less than the minute
	// between two passes, so that none of them misses it.
	leaveWait = 30 * time.Second
)

// HasLeaving says whether Leave has anything to do.
func (s *Service) HasLeaving(ctx context.Context) (bool, error) {
	list, err := s.due(ctx, 1)
	return len(list) > 0, err
}

// Leave is a pass: it tells Leaver of those whom the clock has made FORMER or
// INACTIVE. The first refusal is logged and written down; it is tried again every
// minute, since what stands in the way may go at any time. The date stands,
// whatever becomes of the account.
func (s *Service) Leave(ctx context.Context) error {
	for {
		list, err := s.due(ctx, leaveStep)
		if err != nil {
			return err
		}
		for _, d := range list {
			if failed := s.leave(ctx, d); failed != nil {
				return fmt.Errorf("person %s leaves: %w", d.id, failed)
			}
		}
		if len(list) < leaveStep {
			return nil
		}
	}
}

func (s *Service) due(ctx context.Context, limit int) (list []due, err error) {
	now := s.instant()
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = selectDue(ctx, tx, now, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find who leaves: %w", err)
	}
	return list, nil
}

// leave lets one person go, unless something has changed meanwhile.
func (s *Service) leave(ctx context.Context, who due) error {
	system := caller.Caller{Kind: caller.System, Name: "muster", Workspace: who.workspace}
	now, again := s.instant(), false
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := holdPerson(ctx, tx, who.workspace.Number, who.id)
		if err != nil || before.leavesAt == nil || before.leavesAt.After(now) {
			return err
		}
		if before, err = whole(ctx, tx, who.workspace.Number, before); err != nil {
			return err
		}
		after, gone := before.clone(), before.Employment(now).gone()
		after.UpdatedAt, after.departed, after.leavesAt = now, gone, before.goneFrom(now)
		if gone {
			after.leavesAt, again = nil, before.departed
			if err := s.tellLeft(ctx, tx, system, before.Email); err != nil {
				return err
			}
		}
		if err := updatePerson(ctx, tx, who.workspace.Number, after, before.UpdatedAt); err != nil || !gone {
			return err
		}
		return appendPerson(ctx, tx, deed{Caller: system, now: now, what: "left"}, after, []told{
			{Field: "employment", After: string(after.Employment(now))},
		})
	})
	if refusal := asFault(err); refusal != nil {
		if !again {
			s.log.LogAttrs(ctx, slog.LevelWarn, "somebody has left whose account stays", slog.String("person", string(who.id)),
				slog.String("workspace", who.workspace.ID), slog.String("reason", refusal.Message))
			s.note(ctx, system, err)
		}
		err = s.stay(ctx, who, now.Add(leaveWait))
	}
	if errors.Is(err, db.ErrNoRow) {
		return nil // deleted meanwhile
	}
	return err
}

// stay puts a departure off.
func (s *Service) stay(ctx context.Context, who due, until time.Time) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return putOff(ctx, tx, who.workspace.Number, who.id, until)
	})
}
