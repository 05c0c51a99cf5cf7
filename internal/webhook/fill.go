// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/feed"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

const (
	// fillStep is how many events one transaction makes deliveries of.
	fillStep = 200

	// maxPending is how many deliveries may wait for an endpoint. Beyond it the cursor
	// waits, and the feed keeps what follows.
	maxPending = 10_000

	// idPrefix begins the ids of deliveries.
	idPrefix = "msg_"
)

// HasNews says whether the feed has something that an endpoint has not been told.
func (s *Service) HasNews(ctx context.Context) (bool, error) {
	list, err := s.behind(ctx)
	return len(list) > 0, err
}

// behind answers the enabled endpoints whose workspace has moved since.
func (s *Service) behind(ctx context.Context) (list []Endpoint, err error) {
	var all []Endpoint
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err = selectListening(ctx, tx)
		return err
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	heads, err := s.Feed.Heads(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if head, there := heads[e.workspace.Number]; there && e.cursor.Position <= head {
			list = append(list, e)
		}
	}
	return list, nil
}

// Fill is a pass. It makes deliveries of what the feed has for each enabled endpoint,
// and moves the endpoint's cursor in the same transaction.
func (s *Service) Fill(ctx context.Context) error {
	list, err := s.behind(ctx)
	if err != nil {
		return err
	}
	var failures error
	for _, e := range list {
		if err := s.fill(ctx, e); err != nil {
			failures = errors.Join(failures, fmt.Errorf("fill webhook %s: %w", e.ID, err))
		}
	}
	return failures
}

func (s *Service) fill(ctx context.Context, e Endpoint) error {
	for {
		events, next, err := s.Feed.After(ctx, e.workspace, e.cursor, feed.Want{Types: e.Types}, fillStep)
		if err != nil || next == e.cursor {
			return err
		}
		moved := false
		err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			moved = false
			if len(events) > 0 {
				if full, err := hasPending(ctx, tx, e.ID, maxPending); err != nil || full {
					return err
				}
			}
			err := moveCursor(ctx, tx, e.ID, e.cursor, next)
			if errors.Is(err, db.ErrNoRow) {
				return nil // another process was first, or it was disabled meanwhile
			}
			if err == nil {
				err = s.insert(ctx, tx, e, events)
			}
			moved = err == nil
			return err
		})
		if err != nil || !moved {
			return err
		}
		if e.cursor = next; len(events) > 0 {
			s.wake()
		}
	}
}

// insert makes the deliveries of some events.
func (s *Service) insert(ctx context.Context, tx *db.Tx, e Endpoint, events []feed.Event) error {
	now, rows := s.Now(), []any{}
	for _, event := range events {
		body, err := bodyOf(e.workspace, event)
		if err != nil {
			return fmt.Errorf("event %s: %w", event.Cursor, err)
		}
		rows = append(rows, newDelivery(idPrefix+tx.NewID(now), e, event.Cursor.String(), event.Type, body, db.Millis(now))...)
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.InsertMany(ctx, "webhook_delivery", deliveryColumns(), rows)
}

// message is the body of a request (Standard Webhooks, "Payload structure").
type message struct {
	Type      string      `json:"type"`
	Timestamp web.Time    `json:"timestamp"`
	Data      messageData `json:"data"`
}

// messageData is the event as streams tell it, and whose it is.
type messageData struct {
	ID        string            `json:"id"`
	Type      string            `json:"type"`
	Date      web.Time          `json:"date"`
	Summary   string            `json:"summary"`
	Actor     api.EventActor    `json:"actor"`
	Subject   api.EventTarget   `json:"subject"`
	Targets   []api.EventTarget `json:"targets"`
	Data      map[string]any    `json:"data"`
	Workspace messageWorkspace  `json:"workspace"`
}

type messageWorkspace struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// bodyOf answers the body of the requests that tell of an event.
func bodyOf(w caller.Workspace, event feed.Event) (string, error) {
	at := web.TimeOf(db.Millis(event.Time))
	m := message{Type: event.Type, Timestamp: at, Data: messageData{
		ID: event.Cursor.String(), Type: event.Type, Date: at, Summary: event.Summary,
		Actor:   api.EventActor{ID: event.Actor.ID, Name: event.Actor.Name, Type: event.Actor.Kind},
		Subject: targetOf(event.Subject), Targets: []api.EventTarget{}, Data: event.Data,
		Workspace: messageWorkspace{ID: w.ID, Name: w.Name},
	}}
	for _, target := range event.Targets {
		m.Data.Targets = append(m.Data.Targets, targetOf(target))
	}
	if m.Data.Data == nil {
		m.Data.Data = map[string]any{}
	}
	text, err := json.Marshal(m)
	return string(text), err
}

func targetOf(p evidence.Party) api.EventTarget {
	return api.EventTarget{ID: p.ID, Name: p.Name, Type: p.Kind}
}
