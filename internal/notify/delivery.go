// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Delivery is what became of one message.
type Delivery struct{ batch }

// Query narrows the log of messages.
type Query struct {
	Before string // id; "" begins with the newest
	Limit  int
	Medium string // email or slack; "" for both
	States []State
	Who    ref // zero: everybody
}

// Deliveries answers the messages of the caller's workspace, the newest first, and
// whether there are more.
func (s *Service) Deliveries(ctx context.Context, c caller.Caller, q Query) (list []Delivery, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := selectDeliveries(ctx, tx, c.Workspace, q)
		list = make([]Delivery, len(all))
		for i := range all {
			list[i] = Delivery{all[i]}
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list notifications: %w", err)
	}
	if more = len(list) > q.Limit; more {
		list = list[:q.Limit]
	}
	return list, more, nil
}

// OwnDeliveries is Deliveries for what goes to the user who asks, by mail. Faults:
// Forbidden for who is none.
func (s *Service) OwnDeliveries(ctx context.Context, c caller.Caller, q Query) ([]Delivery, bool, error) {
	if c.Kind != caller.User {
		return nil, false, errNotUser()
	}
	q.Who = ref{kindUser, c.ID}
	return s.Deliveries(ctx, c, q)
}

// TestOwn sends the user who asks a message by each medium that they have, to see whether
// it comes. Faults: Forbidden for who is no user, Impossible where there is no way.
func (s *Service) TestOwn(ctx context.Context, c caller.Caller) error {
	if c.Kind != caller.User {
		return errNotUser()
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		own, err := ownChannel(ctx, tx, c)
		if err != nil {
			return err
		}
		var to []address
		if s.Mail.Configured() {
			to = append(to, address{c.ID, kindUser, mediumMail})
		}
		if own != nil && own.active() {
			to = append(to, own.address())
		}
		if to == nil {
			return fault.New(fault.Impossible, "nothing can be sent: this server sends no mail (--mail-url), and you have no Slack channel of your own")
		}
		for _, one := range to {
			if err := s.queueTest(ctx, tx, c, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestChannel sends a message to a channel of the workspace, to see whether it comes.
// Faults: NotFound, Impossible for one that is switched off.
func (s *Service) TestChannel(ctx context.Context, c caller.Caller, ref string) error {
	found, err := s.Channel(ctx, c, ref)
	if err != nil {
		return err
	}
	if !found.active() {
		return fault.New(fault.Impossible, "the channel %s is switched off: %s", found.Name, found.OffBecause)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.queueTest(ctx, tx, c, found.address()) })
}

// queueTest opens a batch that is due at once. Who asks again before it was sent gets
// one message.
func (s *Service) queueTest(ctx context.Context, tx *db.Tx, c caller.Caller, to address) error {
	h := hearing{address: to, timing: timingTest}
	now := s.Now()
	if _, _, err := joinBatch(ctx, tx, c.Workspace.Number, h); !isNoRow(err) {
		return err
	}
	id, at := tx.NewID(now), db.Millis(now)
	if err := insertBatch(ctx, tx, c.Workspace.Number, h, batch{ID: id, NextAt: &at, OpenedAt: at}); err != nil {
		return err
	}
	if err := countLine(ctx, tx, id); err != nil {
		return err
	}
	said := "Notifications reach you here. " + plain(c.Name) + " asked for this message"
	return putLine(ctx, tx, spot{batch: id, place: "test", workspace: c.Workspace.Number}, line{Category: CategoryTest, Count: 1, Said: []string{said}})
}
