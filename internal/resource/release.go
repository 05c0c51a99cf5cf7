// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"

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
	if token == "" || claim.head.HeldDigest == "" || token != confirmToken(d.ID, claim.head.LastPush, claim.head.HeldDigest) {
		return Result{}, fault.New(fault.Conflict, "confirmToken is of another push or of other removals; look at the definition again")
	}
	dl := &delta{
		caller: c, claim: claim, digests: map[Item]*Digest{}, highest: claim.head.Items, now: s.Now(), quiet: true, service: s, was: map[Item]bool{},
	}
	if err := dl.takeHeld(ctx); err != nil {
		return Result{}, err
	}
	err = dl.put(ctx)
	landed, _ = dl.evaluation.(*following)
	return dl.result, err
}

// takeHeld makes the delta one that removes what is held at the head.
func (dl *delta) takeHeld(ctx context.Context) error {
	d, head := dl.claim.definition, dl.claim.head
	dl.result = Result{Definition: d, ID: db.NewID(dl.now)}
	var held []Item
	err := dl.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		held, err = selectHeld(ctx, tx, d.Number, head.Number, 0, int(head.Items))
		return err
	})
	for _, item := range held {
		dl.digests[item], dl.was[item] = nil, true
		dl.rows = append(dl.rows, deltaRow{item: item, known: true, marks: []mark{{item, markHeld}, {item, markStale}}, old: true})
	}
	dl.result.Removed = int64(len(held))
	return err
}
