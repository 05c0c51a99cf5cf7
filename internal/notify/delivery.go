// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"cmp"
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Delivery is what became of one message.
type Delivery struct {
	batch

	Recipient string // what it is called now; "" when it is gone
	Said      []said // where one is asked for
}

// Query narrows the log of messages.
type Query struct {
	Before string // id; "" begins with the newest
	ID     string // of one message; "" for all
	Limit  int
	Medium string // email or slack; "" for both
	States []State
	To     string // id of a recipient; "" for all

	own ref    // a user; zero: everybody
	way string // the user's own channel; "" for none
}

// Deliveries answers the messages of the caller's workspace, the newest first, and
// whether there are more.
func (s *Service) Deliveries(ctx context.Context, c caller.Caller, q Query) (list []Delivery, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := selectDeliveries(ctx, tx, c.Workspace, q)
		list = make([]Delivery, len(all))
		for i := range all {
			list[i].batch = all[i]
		}
		return err
	})
	if err == nil {
		err = s.nameRecipients(ctx, c, list)
	}
	if err != nil {
		return nil, false, fmt.Errorf("list notifications: %w", err)
	}
	if more = len(list) > q.Limit; more {
		list = list[:q.Limit]
	}
	return list, more, nil
}

// OwnDeliveries is Deliveries for what goes to the user who asks, by mail and to a channel
// of their own. Faults: Forbidden for who is none.
func (s *Service) OwnDeliveries(ctx context.Context, c caller.Caller, q Query) ([]Delivery, bool, error) {
	if c.Kind != caller.User {
		return nil, false, errNotUser()
	}
	q.own = ref{kindUser, c.ID}
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		own, err := ownChannel(ctx, tx, c)
		if own != nil {
			q.way = own.ID
		}
		return err
	}); err != nil {
		return nil, false, fmt.Errorf("find the channel of one's own: %w", err)
	}
	return s.Deliveries(ctx, c, q)
}

// Delivery answers one message of the caller's workspace, with what it says. Faults:
// NotFound.
func (s *Service) Delivery(ctx context.Context, c caller.Caller, id string) (Delivery, error) {
	return s.delivery(ctx, c, id, s.Deliveries)
}

// OwnDelivery is Delivery for what goes to the user who asks. Faults: Forbidden for who is
// none, NotFound.
func (s *Service) OwnDelivery(ctx context.Context, c caller.Caller, id string) (Delivery, error) {
	return s.delivery(ctx, c, id, s.OwnDeliveries)
}

// lists answers messages.
type lists func(context.Context, caller.Caller, Query) ([]Delivery, bool, error)

func (s *Service) delivery(ctx context.Context, c caller.Caller, id string, list lists) (d Delivery, err error) {
	found, _, err := list(ctx, c, Query{ID: id, Limit: 1})
	switch {
	case err != nil:
		return d, err
	case id == "" || len(found) == 0:
		return d, fault.New(fault.NotFound, "there is no message %q", id)
	}
	if d.Said, err = s.saidOf(ctx, found[0].batch); err != nil {
		return d, fmt.Errorf("read what message %s says: %w", id, err)
	}
	found[0].Said = d.Said
	return found[0], nil
}

// nameRecipients says what those are called to whom messages go.
func (s *Service) nameRecipients(ctx context.Context, c caller.Caller, list []Delivery) error {
	names := map[ref]string{}
	for i := range list {
		to := ref{list[i].To.Kind, list[i].To.ID}
		name, known := names[to]
		if !known {
			var err error
			if name, err = s.nameOf(ctx, c, to); err != nil {
				return err
			}
			names[to] = name
		}
		list[i].Recipient = name
	}
	return nil
}

// nameOf answers what a recipient is called now; "" for who is gone.
func (s *Service) nameOf(ctx context.Context, c caller.Caller, to ref) (name string, err error) {
	if to.Kind == kindChannel {
		err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := selectChannels(ctx, tx, c.Workspace.Number)
			for _, one := range all {
				if one.ID == to.ID {
					name = one.Name
				}
			}
			return err
		})
		return name, err
	}
	find := s.People.User
	if to.Kind == kindPerson {
		find = s.People.Person
	}
	found, there, err := find(ctx, c.Workspace, to.ID)
	if err != nil || !there {
		return "", err
	}
	return cmp.Or(found.Name, found.Email), nil
}

// TestOwn sends the user who asks a message by each medium that they have, to see whether
// it comes. Faults: Forbidden for who is no user, Impossible where there is no way.
func (s *Service) TestOwn(ctx context.Context, c caller.Caller) ([]Delivery, error) {
	if c.Kind != caller.User {
		return nil, errNotUser()
	}
	var queued []string
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
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
		queued = nil
		for _, one := range to {
			id, err := s.queueTest(ctx, tx, c, one)
			if err != nil {
				return err
			}
			queued = append(queued, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.queued(ctx, c, queued)
}

// queued answers messages that wait.
func (s *Service) queued(ctx context.Context, c caller.Caller, ids []string) (list []Delivery, err error) {
	for _, id := range ids {
		one, err := s.Delivery(ctx, c, id)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// TestChannel sends a message to a channel of the workspace, to see whether it comes.
// Faults: NotFound, Impossible for one that is switched off.
func (s *Service) TestChannel(ctx context.Context, c caller.Caller, ref string) ([]Delivery, error) {
	found, err := s.Channel(ctx, c, ref)
	if err != nil {
		return nil, err
	}
	if !found.active() {
		return nil, fault.New(fault.Impossible, "the channel %s is switched off: %s", found.Name, found.OffBecause)
	}
	var id string
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = s.queueTest(ctx, tx, c, found.address())
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.queued(ctx, c, []string{id})
}

// queueTest opens a batch that is due at once, and answers its id. Who asks again before
// it was sent gets one message.
func (s *Service) queueTest(ctx context.Context, tx *db.Tx, c caller.Caller, to address) (string, error) {
	h := hearing{address: to, timing: timingTest}
	now := s.Now()
	if waiting, _, err := joinBatch(ctx, tx, c.Workspace.Number, h); !isNoRow(err) {
		return waiting, err
	}
	id, at := tx.NewID(now), db.Millis(now)
	if err := insertBatch(ctx, tx, c.Workspace.Number, h, batch{ID: id, NextAt: &at, OpenedAt: at}); err != nil {
		return "", err
	}
	if err := countLine(ctx, tx, id); err != nil {
		return "", err
	}
	said := "Notifications reach you here. " + plain(c.Name) + " asked for this message"
	return id, putLine(ctx, tx, spot{batch: id, place: "test", workspace: c.Workspace.Number}, line{Category: CategoryTest, Count: 1, Said: []string{said}})
}
