// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// Query says which reviews a list holds.
type Query struct {
	After  ID // "": from the first
	Limit  int
	States []State // shown ones; nil: any
}

// List answers reviews that the caller may see, oldest first, and whether there are
// more: who has no permission to read them sees those in which they decide.
func (s *Service) List(ctx context.Context, c caller.Caller, q Query) (list []Review, more bool, err error) {
	reviewer := ""
	if err := c.Check(caller.ReadReviews); err != nil {
		if reviewer = c.ID; c.Kind != caller.User {
			return nil, false, err
		}
	}
	if slices.Contains(q.States, Draft) {
		q.States = append(slices.Clone(q.States), Starting)
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = selectReviews(ctx, tx, c.Workspace.Number, q, reviewer)
		if err != nil {
			return err
		}
		if more = len(list) > q.Limit; more {
			list = list[:q.Limit]
		}
		all := make([]*Review, len(list))
		for i := range list {
			all[i] = &list[i]
		}
		return fillSystems(ctx, tx, c.Workspace, all)
	})
	if err == nil {
		err = s.name(ctx, c, list)
	}
	if err != nil {
		return nil, false, fmt.Errorf("list access reviews: %w", err)
	}
	return list, more, nil
}

// name gives reviewers their names.
func (s *Service) name(ctx context.Context, c caller.Caller, list []Review) error {
	known := map[string]Reviewer{}
	for i := range list {
		for k := range list[i].Systems {
			r := &list[i].Systems[k].Reviewer
			found, there := known[r.ID]
			if !there {
				var err error
				switch found, err = s.Users.Reviewer(ctx, c, r.ID); {
				case err != nil && fault.KindOf(err) == fault.NotFound:
					found = Reviewer{ID: r.ID} // deleted
				case err != nil:
					return err
				}
				known[r.ID] = found
			}
			*r = found
		}
	}
	return nil
}

// Get answers a review that the caller may see; NotFound otherwise.
func (s *Service) Get(ctx context.Context, c caller.Caller, id ID) (r Review, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err = s.held(ctx, tx, c, id)
		return err
	})
	if err != nil {
		return Review{}, err
	}
	if !r.sees(c) {
		return Review{}, errNone(id)
	}
	list := []Review{r}
	return list[0], s.name(ctx, c, list)
}

// ItemQuery says which accounts of a review a list holds.
type ItemQuery struct {
	After  int64 // number; the list starts just after it
	Limit  int
	States []ItemState   // nil: any
	System []resource.ID // nil: any
}

// Items answers accounts of a review, by number, and whether there are more. A
// reviewer who may not read reviews sees those of their systems.
//
//nolint:revive // the review comes along, for what items say of it
func (s *Service) Items(ctx context.Context, c caller.Caller, id ID, q ItemQuery) (r Review, list []Item, more bool, err error) {
	if r, err = s.Get(ctx, c, id); err != nil || r.State == Draft || r.State == Starting {
		return r, nil, false, err
	}
	all := c.Check(caller.ReadReviews) == nil
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		for _, system := range r.Systems {
			if !all && system.Reviewer.ID != c.ID || len(q.System) > 0 && !slices.Contains(q.System, system.Definition.ID) {
				continue
			}
			for state := range ItemState(itemStates) {
				if system.Counts[state] == 0 || len(q.States) > 0 && !slices.Contains(q.States, state) {
					continue
				}
				some, err := selectItems(ctx, tx, id, system.Definition.Number, state, q.After, q.Limit+1)
				if err != nil {
					return err
				}
				list = append(list, some...)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b Item) int { return int(a.Number - b.Number) })
	if more = len(list) > q.Limit; more {
		list = list[:q.Limit]
	}
	if err != nil {
		return r, nil, false, fmt.Errorf("list accounts of access review %s: %w", id, err)
	}
	return r, list, more, nil
}

// OwnerOf answers the caller's id when they decide in a review, "" otherwise: it has
// several who may work on it.
func (s *Service) OwnerOf(ctx context.Context, c caller.Caller, id string) (string, error) {
	var r Review
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = s.held(ctx, tx, c, ID(id))
		return err
	})
	if err != nil || !r.reviews(c.ID) {
		return "", err
	}
	return c.ID, nil
}
