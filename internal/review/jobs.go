// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// soon is how long before it is due the trail says so of a review.
const soon = 7 * 24 * time.Hour

// remindStep is how many reviews one look finds.
const remindStep = 100

// HasReminders says whether Remind has something to say.
func (s *Service) HasReminders(ctx context.Context) (bool, error) {
	list, err := s.due(ctx, 1)
	return len(list) > 0, err
}

func (s *Service) due(ctx context.Context, limit int) (list []dueReview, err error) {
	now := s.Now()
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = selectDue(ctx, tx, db.Millis(now), db.Millis(now.Add(soon)), limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for reviews that are due: %w", err)
	}
	return list, nil
}

// Remind is a pass: it says on the audit trail, once for each due date, that a started
// review is to be completed within a week (access_review.due_soon), and that it is
// overdue (access_review.overdue).
func (s *Service) Remind(ctx context.Context) error {
	list, err := s.due(ctx, remindStep)
	for _, d := range list {
		failed := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.remind(ctx, tx, d) })
		if failed != nil && !errors.Is(failed, db.ErrNoRow) {
			err = errors.Join(err, fmt.Errorf("remind of review %s: %w", d.id, failed))
		}
	}
	return err
}

func (s *Service) remind(ctx context.Context, tx *db.Tx, d dueReview) error {
	r, err := selectReview(ctx, tx, d.workspace.Number, d.id)
	if err != nil || r.DueAt == nil {
		return err
	}
	what, told := "due soon", "soon"
	if r.DueAt.Before(s.Now()) {
		what, told = "overdue", "overdue"
	}
	if err := tellReview(ctx, tx, d, told); err != nil {
		return err
	}
	c := caller.Caller{Kind: caller.System, Name: "muster", Workspace: d.workspace}
	return s.tell(ctx, tx, c, r, what, map[string]any{"due": db.Millis(*r.DueAt)})
}
