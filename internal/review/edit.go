// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// Create makes a draft. Faults: Invalid.
func (s *Service) Create(ctx context.Context, c caller.Caller, f Form) (Review, error) {
	now := db.Time(db.Millis(s.Now()))
	r := Review{CreatedAt: now, CreatedBy: actorOf(c), State: Draft, version: 1}
	problems := r.apply(f)
	if f.Systems != nil {
		list, more, err := s.systems(ctx, c, *f.Systems)
		if err != nil {
			return Review{}, err
		}
		r.Systems, problems = list, append(problems, more...)
	}
	if len(problems) > 0 {
		return Review{}, fault.At(problems...)
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r.ID = ID(tx.NewID(now))
		if err := insertReview(ctx, tx, c.Workspace.Number, r); err != nil {
			return err
		}
		if err := insertSystems(ctx, tx, c.Workspace.Number, r); err != nil {
			return err
		}
		return s.tell(ctx, tx, c, r, "created", map[string]any{"systems": len(r.Systems), "changes": Review{}.differences(r)})
	})
	if err != nil {
		return Review{}, fmt.Errorf("create an access review: %w", err)
	}
	return r, nil
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, c caller.Caller, r Review, what string, body map[string]any) error {
	body["what"] = what
	return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
		Actor: c, Kind: "access_review", Subject: evidence.Subject{Kind: "access-review", ID: string(r.ID), Name: r.Name}, Body: body,
	})
}

func (r Review) differences(after Review) (changes []evidence.Change) {
	add := func(field, was, is string) {
		change := evidence.Change{Field: field}
		if was != "" {
			change.Before = was
		}
		if is != "" {
			change.After = is
		}
		if was != is {
			changes = append(changes, change)
		}
	}
	day := func(at *time.Time) string {
		if at == nil {
			return ""
		}
		return at.UTC().Format(time.RFC3339)
	}
	add("name", r.Name, after.Name)
	add("description", r.Description, after.Description)
	add("due", day(r.DueAt), day(after.DueAt))
	names := func(of Review) map[int64]string {
		list := map[int64]string{}
		for _, s := range of.Systems {
			list[int64(s.Definition.Number)] = s.Definition.Name + " by " + s.Reviewer.label()
		}
		return list
	}
	was, is := names(r), names(after)
	numbers := map[int64]bool{}
	for _, s := range slices.Concat(r.Systems, after.Systems) {
		if n := int64(s.Definition.Number); !numbers[n] {
			numbers[n] = true
			add("system", was[n], is[n])
		}
	}
	return changes
}

func (r Reviewer) label() string {
	for _, text := range []string{r.Name, r.Email} {
		if text != "" {
			return text
		}
	}
	return r.ID
}

// held answers a review as it is in the caller's transaction, for a change.
func (s *Service) held(ctx context.Context, tx *db.Tx, c caller.Caller, id ID) (Review, error) {
	if !db.ValidID(string(id)) {
		return Review{}, errNone(id)
	}
	r, err := selectReview(ctx, tx, c.Workspace.Number, id)
	if errors.Is(err, db.ErrNoRow) {
		return r, errNone(id)
	}
	if err != nil {
		return r, err
	}
	return r, fillSystems(ctx, tx, c.Workspace, []*Review{&r})
}

// save writes a changed review. Conflict when somebody was faster.
func (s *Service) save(ctx context.Context, tx *db.Tx, c caller.Caller, r *Review) error {
	r.version++
	err := updateReview(ctx, tx, c.Workspace.Number, *r)
	if errors.Is(err, db.ErrNoRow) {
		return fault.New(fault.Conflict, "somebody else changed this access review at the same moment; look at it and try again")
	}
	return err
}

// Edit changes a review that has not ended: all of a draft; of a started one name,
// description, when it is due, and who decides. Faults: NotFound, Invalid, Impossible,
// Conflict.
func (s *Service) Edit(ctx context.Context, c caller.Caller, id ID, f Form) (after Review, err error) {
	named, err := s.Get(ctx, c, id)
	if err != nil {
		return Review{}, err
	}
	var list []System
	var problems []fault.Problem
	if f.Systems != nil {
		if list, problems, err = s.systems(ctx, c, *f.Systems); err != nil {
			return Review{}, err
		}
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.held(ctx, tx, c, id)
		if err != nil {
			return err
		}
		before.borrowNames(named)
		after = before
		switch all := append(after.apply(f), problems...); {
		case before.State != Draft && before.State != Started:
			return before.ended()
		case len(all) > 0:
			return fault.At(all...)
		}
		if f.Systems != nil {
			if before.State == Started && !sameSystems(before.Systems, list) {
				return fault.New(fault.Impossible, "the list of accounts is frozen: only who decides may change, not the systems")
			}
			after.Systems = list
		}
		changes := before.differences(after)
		if len(changes) == 0 {
			return nil
		}
		if err := s.save(ctx, tx, c, &after); err != nil {
			return err
		}
		if err := deleteSystems(ctx, tx, c.Workspace.Number, id); err != nil {
			return err
		}
		if err := insertSystems(ctx, tx, c.Workspace.Number, after); err != nil {
			return err
		}
		return s.tell(ctx, tx, c, after, "edited", map[string]any{"changes": changes})
	})
	if err != nil {
		return Review{}, fmt.Errorf("edit access review %s: %w", id, err)
	}
	return s.Get(ctx, c, id)
}

// ended answers the fault for a review that cannot be changed now.
func (r Review) ended() error {
	if r.State == Starting {
		return fault.New(fault.Conflict, "the list of accounts is being frozen just now; try again in a moment")
	}
	return fault.New(fault.Impossible, "the access review is %s", r.State)
}

func sameSystems(a, b []System) bool {
	return slices.EqualFunc(a, b, func(a, b System) bool { return a.Definition.Number == b.Definition.Number })
}

// Delete removes a draft. Faults: NotFound, Impossible for one that was started.
func (s *Service) Delete(ctx context.Context, c caller.Caller, id ID) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if r.State != Draft {
			return fault.New(fault.Impossible, "only a draft can be deleted; cancel the access review instead")
		}
		if err := deleteReview(ctx, tx, c.Workspace.Number, id); err != nil {
			return err
		}
		return s.tell(ctx, tx, c, r, "deleted", map[string]any{})
	})
}

// Cancel ends a started review without a result. Faults: NotFound, Invalid, Impossible.
func (s *Service) Cancel(ctx context.Context, c caller.Caller, id ID, reason string) (Review, error) {
	reason, problem := cleanReason(reason)
	if problem == "" && reason == "" {
		problem = "must say why"
	}
	if problem != "" {
		return Review{}, fault.At(fault.Problem{Pointer: "/reason", Message: problem})
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, c, id)
		if err != nil {
			return err
		}
		if r.State != Started {
			return fault.New(fault.Impossible, "only a started access review can be cancelled; this one is %s", shownState(r.State))
		}
		s.end(&r, c, Cancelled)
		if err := s.save(ctx, tx, c, &r); err != nil {
			return err
		}
		return s.tell(ctx, tx, c, r, "cancelled", map[string]any{"reason": reason})
	})
	if err != nil {
		return Review{}, fmt.Errorf("cancel access review %s: %w", id, err)
	}
	return s.Get(ctx, c, id)
}

func (s *Service) end(r *Review, c caller.Caller, state State) {
	now := db.Time(db.Millis(s.Now()))
	r.State, r.EndedAt, r.EndedBy = state, &now, actorOf(c)
}

func shownState(s State) State {
	if s == Starting {
		return Draft
	}
	return s
}

// maxReason is the longest reason, in characters.
const maxReason = 2000

// cleanReason answers a reason as it is stored, and what is wrong with it.
func cleanReason(text string) (clean, problem string) {
	clean = strings.TrimSpace(text)
	if n := len([]rune(clean)); n > maxReason || strings.ContainsRune(clean, 0) {
		return "", fmt.Sprintf("must have at most %d characters", maxReason)
	}
	return clean, ""
}
