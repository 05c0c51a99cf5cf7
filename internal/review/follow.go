// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// turn is an account of a review that became active, or is not any more.
type turn struct {
	facet.Key

	stamp     string
	workspace caller.Workspace
}

// AccountsTurned is of account.Watcher: it notes accounts that reviews know.
func (s *Service) AccountsTurned(ctx context.Context, tx *db.Tx, d resource.Definition, items []resource.Item) error {
	known, err := selectReviewed(ctx, tx, d, items)
	if err != nil {
		return fmt.Errorf("which accounts are in access reviews: %w", err)
	}
	stamp := db.NewID(s.Now())
	for _, item := range known {
		if err := putTurn(ctx, tx, d, item, stamp); err != nil {
			return fmt.Errorf("note an account of an access review: %w", err)
		}
	}
	return nil
}

// AccountsLanded is of account.Watcher: reviews know before the push is answered.
func (s *Service) AccountsLanded(ctx context.Context, _ resource.Definition) error {
	return s.Follow(ctx)
}

// followStep is how many accounts one transaction of Follow does.
const followStep = 50

// HasTurns says whether Follow has anything to do.
func (s *Service) HasTurns(ctx context.Context) (due bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := selectTurns(ctx, tx, db.Millis(s.Now()), 1)
		due = len(list) > 0
		return err
	})
	return due, err
}

// Follow is a pass: it brings the items of reviews to whether their accounts are
// active.
func (s *Service) Follow(ctx context.Context) error {
	if due, err := s.HasTurns(ctx); err != nil || !due {
		return err
	}
	for {
		count := 0
		err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := selectTurns(ctx, tx, db.Millis(s.Now()), followStep)
			count = len(list)
			for _, t := range list {
				if err == nil {
					err = s.follow(ctx, tx, t)
				}
			}
			return err
		})
		if err != nil || count < followStep {
			return err
		}
	}
}

// follow brings the items of one account to it.
func (s *Service) follow(ctx context.Context, tx *db.Tx, t turn) error {
	err := deleteTurn(ctx, tx, t)
	if errors.Is(err, db.ErrNoRow) {
		return nil // it turned again: the next step
	}
	if err != nil {
		return err
	}
	list, err := s.Accounts.ByKeys(ctx, tx, t.workspace, []facet.Key{t.Key})
	if err != nil {
		return err
	}
	active := len(list) > 0 && list[0].Status == account.Active
	ids, err := selectReviewsOf(ctx, tx, t)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.followIn(ctx, tx, t, id, active); err != nil {
			return fmt.Errorf("follow an account of access review %s: %w", id, err)
		}
	}
	return nil
}

// followIn brings one item to its account.
func (s *Service) followIn(ctx context.Context, tx *db.Tx, t turn, id ID, active bool) error {
	house := caller.Caller{Kind: caller.System, Name: "muster", Workspace: t.workspace}
	for {
		err := holdReview(ctx, tx, t.workspace.Number, id)
		running := err == nil
		if err != nil && !errors.Is(err, db.ErrNoRow) {
			return err
		}
		r, err := s.held(ctx, tx, house, id)
		if err != nil {
			return err
		}
		switch {
		case (r.State == Started) != running:
			continue // started or ended in between
		case r.State != Started && r.State != Completed:
			return nil // a list that is being frozen is followed when it is
		}
		before, err := selectItem(ctx, tx, t.workspace.Number, id, resource.EntityRef{
			Definition: resource.Number(t.Definition), Item: resource.Item(t.Item),
		})
		if err != nil {
			return err
		}
		after := before.turned(active, r.State)
		now := db.Time(db.Millis(s.Now()))
		if after.GoneAt = nil; !active {
			after.GoneAt = &now
		}
		if after.State == before.State && (after.GoneAt == nil) == (before.GoneAt == nil) {
			return nil
		}
		err = updateItem(ctx, tx, t.workspace.Number, id, before, after)
		if errors.Is(err, db.ErrNoRow) {
			continue // somebody decided just now
		}
		if err != nil {
			return err
		}
		if err := move(ctx, tx, t.workspace.Number, id, before, after); err != nil || after.State == before.State {
			return err
		}
		system, _ := r.of(t.Definition)
		what := map[ItemState]string{Gone: "account gone", Pending: "account back", Removed: "removal passed", ToRemove: "removal reopened"}[after.State]
		s.Logger.LogAttrs(ctx, slog.LevelDebug, "an access review follows an account", slog.String("review", string(id)), slog.String("what", what))
		return s.tell(ctx, tx, house, r, what, decisionBody(system, Item{}, Item{Account: after.Account, Frozen: after.Frozen, DueAt: after.DueAt}))
	}
}

// turned answers the item as it is when its account is active, or not any more.
func (i Item) turned(active bool, review State) Item {
	switch {
	case !active && i.State == Pending:
		i.State = Gone
	case active && i.State == Gone && review == Started:
		i.State = Pending
	case !active && i.State == ToRemove:
		i.State = Removed
	case active && i.State == Removed:
		i.State = ToRemove
	}
	return i
}
