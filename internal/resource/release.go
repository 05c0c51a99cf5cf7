// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Held answers up to limit records after an item whose removal is held, and whether
// more follow.
func (s *Service) Held(ctx context.Context, c caller.Caller, id ID, after Item, limit int) (list []Browsed, more bool, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return nil, false, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		head, err := selectHead(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		items, err := selectHeld(ctx, tx, d.Number, head.Number, after, limit+1)
		if err != nil {
			return err
		}
		more = len(items) > limit
		list, err = browse(ctx, tx, d, head.Number, items[:min(len(items), limit)])
		return err
	})
	return list, more, err
}

// Release lets the removals happen that the guard holds, when token still names them
// (Standing). It answers the id of the number that does so. It is no push: how fresh
// the definition is does not change.
func (s *Service) Release(ctx context.Context, c caller.Caller, id ID, token string) (sync string, err error) {
	d, err := s.visible(ctx, c, id)
	if err != nil {
		return "", err
	}
	if err := s.settleFor(ctx, d); err != nil {
		return "", err
	}
	result, err := s.release(ctx, c, d, token)
	if err == nil {
		s.follow(ctx, c, d.Number)
	}
	return result.ID, err
}

func (s *Service) release(ctx context.Context, c caller.Caller, d Definition, token string) (result Result, err error) {
	claim, err := s.claim(ctx, d)
	if err != nil {
		return Result{}, err
	}
	var landed *following
	defer func() {
		if err = errors.Join(err, claim.release(ctx)); err == nil && landed != nil {
			landed.landed(ctx)
		}
	}()
	dl := newDelta(c, claim, causePush)
	if err := dl.takeHeld(ctx, token); err != nil {
		return Result{}, err
	}
	err = dl.put(ctx)
	landed, _ = dl.evaluation.(*following)
	return dl.result, err
}

// takeHeld makes the delta one that removes what is held at the head of the source that
// a token is of.
func (dl *delta) takeHeld(ctx context.Context, token string) error {
	d, head := dl.claim.definition, dl.claim.head
	return dl.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		sources, err := selectSources(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(sources, func(s Source) bool { return token != "" && s.token(d.ID) == token })
		if at < 0 {
			return fault.New(fault.Conflict, "confirmToken is of another push or of other removals; look at the definition again")
		}
		dl.source = sources[at]
		marks, err := selectMarksOf(ctx, tx, d.Number, head.Number, dl.source.ID)
		var held []Item
		for _, m := range marks {
			if m.kind == markHeld {
				held = append(held, m.item)
			}
		}
		dl.remove(held, marks)
		return err
	})
}
