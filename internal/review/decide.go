// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
)

// Item is an account of a review and what became of it.
type Item struct {
	Account    account.ID
	DecidedAt  *time.Time
	DecidedBy  Actor
	Definition resource.Number
	DueAt      *time.Time // when it is to be removed; nil: never, or nothing is
	Frozen     Frozen
	GoneAt     *time.Time // when a push showed that it is not active any more
	Item       resource.Item
	Number     int64
	Own        bool // whoever decided has the account
	Reason     string
	State      ItemState
}

// decided says whether somebody has said what is to become of the account.
func (i Item) decided() bool { return i.DecidedAt != nil }

// Decision is what somebody says of an account.
type Decision struct {
	Account account.ID
	Again   bool // over a decision that was made before
	DueAt   *time.Time
	Reason  string
	Remove  bool
}

// Decide says whether an account is kept or is to be removed. Faults: NotFound, Forbidden
// for who does not decide on its system, Impossible, Conflict for one that is decided,
// Invalid.
func (s *Service) Decide(ctx context.Context, c caller.Caller, id ID, in Decision) error {
	reason, problem := cleanReason(in.Reason)
	if problem != "" {
		return fault.At(fault.Problem{Pointer: "/reason", Message: problem})
	}
	in.Reason = reason
	r, err := s.Get(ctx, c, id)
	if err != nil {
		return err
	}
	mine := ""
	if c.Kind == caller.User {
		me, err := s.Users.Reviewer(ctx, c, c.ID)
		if err != nil {
			return err
		}
		mine = me.Email
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Holding the review comes first: nobody completes it, and no push follows, between
		// what is read here and what is written.
		err := holdReview(ctx, tx, c.Workspace.Number, id)
		if errors.Is(err, db.ErrNoRow) {
			return fault.New(fault.Impossible, "decisions are made while an access review runs; this one is not")
		}
		if err != nil {
			return err
		}
		now, err := s.held(ctx, tx, c, id)
		if err != nil {
			return err
		}
		now.borrowNames(r)
		item, system, err := s.open(ctx, tx, c, now, in)
		if err != nil {
			return err
		}
		own, err := s.owns(ctx, tx, c, mine, item.Frozen)
		if err != nil {
			return err
		}
		return s.decide(ctx, tx, c, now, system, item, own, in)
	})
}

// borrowNames gives reviewers the names that they have in another reading.
func (r *Review) borrowNames(from Review) {
	for i := range r.Systems {
		for _, s := range from.Systems {
			if s.Reviewer.ID == r.Systems[i].Reviewer.ID {
				r.Systems[i].Reviewer = s.Reviewer
			}
		}
	}
}

// open answers the item of a decision that the caller may make.
func (s *Service) open(ctx context.Context, tx *db.Tx, c caller.Caller, r Review, in Decision) (Item, System, error) {
	missing := fault.New(fault.NotFound, "the account %s is not in this access review", string(in.Account[:min(len(in.Account), 100)]))
	ref, ok := resource.ParseEntityID(string(in.Account))
	if !ok {
		return Item{}, System{}, missing
	}
	item, err := selectItem(ctx, tx, c.Workspace.Number, r.ID, ref)
	if errors.Is(err, db.ErrNoRow) || err == nil && item.Account != in.Account {
		return Item{}, System{}, missing
	}
	if err != nil {
		return Item{}, System{}, err
	}
	system, _ := r.of(int64(item.Definition))
	switch {
	case c.Kind == caller.User && c.ID != system.Reviewer.ID:
		return item, system, fault.New(fault.Forbidden, "%s decides on the accounts of %s", system.Reviewer.label(), system.Definition.Name)
	case item.State == Gone:
		return item, system, fault.New(fault.Impossible, "the account is gone already: there is nothing to decide")
	case item.decided() && !in.Again:
		return item, system, fault.New(fault.Conflict, "%s has decided on this account; say again to decide anew", item.DecidedBy.Name)
	}
	return item, system, nil
}

// decide writes a decision. Whoever is second of two at once is refused.
//
//nolint:revive // eight things that belong to nobody else
func (s *Service) decide(ctx context.Context, tx *db.Tx, c caller.Caller, r Review, system System, before Item, own bool, in Decision) error {
	now := db.Time(db.Millis(s.Now()))
	after := before
	if own && in.Reason == "" {
		return fault.At(fault.Problem{Pointer: "/reason", Message: "is needed: the account is your own"})
	}
	after.DecidedAt, after.DecidedBy, after.Own, after.Reason, after.State, after.DueAt = &now, actorOf(c), own, in.Reason, Kept, nil
	if in.Remove {
		after.State, after.DueAt = ToRemove, in.DueAt
		if after.GoneAt != nil { // decided anew of one that had been removed
			after.State = Removed
		}
		if after.DueAt == nil {
			due, err := s.removeBy(ctx, tx, c, now)
			if err != nil {
				return err
			}
			after.DueAt = due
		}
	}
	err := updateItem(ctx, tx, c.Workspace.Number, r.ID, before, after)
	if errors.Is(err, db.ErrNoRow) {
		return fault.New(fault.Conflict, "somebody else decided on this account at the same moment")
	}
	if err == nil {
		err = move(ctx, tx, c.Workspace.Number, r.ID, before, after)
	}
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, c, r, map[bool]string{false: "kept", true: "removal asked for"}[in.Remove], decisionBody(system, before, after))
}

func decisionBody(system System, before, after Item) map[string]any {
	body := map[string]any{
		"account": map[string]string{"kind": "account", "id": string(after.Account), "name": after.Frozen.name()},
		"system":  map[string]string{"kind": "definition", "id": string(system.Definition.ID), "name": system.Definition.Name},
	}
	if after.Reason != "" {
		body["reason"] = after.Reason
	}
	if after.Own {
		body["own"] = true
	}
	if after.DueAt != nil {
		body["due"] = after.DueAt.Format(time.RFC3339)
	}
	if before.decided() {
		body["was"] = strings.ToLower(strings.ReplaceAll(before.State.String(), "_", " "))
	}
	return body
}

// removeBy answers when an account is due to be removed that is asked for now.
func (s *Service) removeBy(ctx context.Context, tx *db.Tx, c caller.Caller, now time.Time) (*time.Time, error) {
	terms, err := sla.TermsOf(ctx, tx, c.Workspace.Number, "account-access-revocation")
	if err != nil {
		return nil, err
	}
	due := terms.Due(db.Millis(now))
	if due == nil {
		return nil, nil //nolint:nilnil // no deadline
	}
	at := db.Time(*due)
	return &at, nil
}

// owns says whether an account is that of who has the e-mail mine: by its own e-mail, or by that of the
// person it belongs to, then or now.
func (s *Service) owns(ctx context.Context, tx *db.Tx, c caller.Caller, mine string, f Frozen) (bool, error) {
	if mine == "" {
		return false, nil
	}
	now, err := s.emailOf(ctx, tx, c.Workspace.Number, f.OwnerPerson)
	if err != nil {
		return false, err
	}
	for _, email := range []string{f.Email, f.OwnerEmail, now} {
		if email != "" && directory.EmailKey(email) == directory.EmailKey(mine) {
			return true, nil
		}
	}
	return false, nil
}

// Complete ends a review whose accounts are all decided on. Removals go on. Faults:
// NotFound, Impossible.
func (s *Service) Complete(ctx context.Context, c caller.Caller, id ID) (Review, error) {
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, c, id)
		switch {
		case err != nil:
			return err
		case r.State != Started:
			return fault.New(fault.Impossible, "only a started access review can be completed; this one is %s", shownState(r.State))
		}
		s.end(&r, c, Completed)
		if err := s.save(ctx, tx, c, &r); err != nil { // holds back who decides now, on PostgreSQL too
			return err
		}
		digest, counts, err := digestOf(ctx, tx, c.Workspace.Number, id)
		if err != nil {
			return err
		}
		if n := counts[Pending]; n > 0 {
			return fault.New(fault.Impossible, "%d accounts are not decided on yet", n)
		}
		return s.tell(ctx, tx, c, r, "completed", map[string]any{
			"digest": digest, "accounts": counts.Total(), "kept": counts[Kept], "toBeRemoved": counts[ToRemove], "removed": counts[Removed], "gone": counts[Gone],
		})
	})
	if err != nil {
		return Review{}, fmt.Errorf("complete access review %s: %w", id, err)
	}
	return s.Get(ctx, c, id)
}
