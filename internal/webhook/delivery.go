// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
)

// State says where a delivery stands.
type State string

// The states.
const (
	Pending   State = "PENDING"
	Delivered State = "DELIVERED"
	Failed    State = "FAILED"
	Skipped   State = "SKIPPED"
)

// States answers all of them.
func States() []State { return []State{Pending, Delivered, Failed, Skipped} }

func (s State) valid() bool { return slices.Contains(States(), s) }

// Delivery is one event for one endpoint. Times are in ms since 1970.
type Delivery struct {
	ID        string // msg_…: the header webhook-id, in every attempt
	Attempts  int64  // ever
	Body      string
	CreatedAt int64
	EndedAt   *int64   // of all but Pending
	Event     string   // id of the event in the feed; "": a test
	Last      *Attempt // the newest, without its answer in lists; nil before the first
	NextAt    *int64   // of Pending: when it is due
	State     State
	Type      string

	Log []Attempt // oldest first; nil in lists

	away     bool
	claim    string
	endpoint string
	firstAt  *int64
	refusals int64
}

// Attempt is one request for a delivery.
type Attempt struct {
	Answer string // how the answer's body begins
	At     int64  // ms since 1970
	Error  string // what was wrong, in words; "": it arrived
	Number int64  // from 1
	Status int64  // of HTTP; 0: there was no answer
	Took   int64  // ms
}

// Query narrows a list of deliveries; zero fields let everything through.
type Query struct {
	After  string // id; the list goes from the newest back
	Limit  int
	States []State
	Types  []string // exact
}

// Summary answers what happened, in words.
func (d *Delivery) Summary() string {
	var m struct {
		Data struct {
			Summary string `json:"summary"`
		} `json:"data"`
	}
	if json.Unmarshal([]byte(d.Body), &m) != nil {
		return ""
	}
	return m.Data.Summary
}

// Deliveries answers an endpoint's deliveries, the newest first, without their logs, and whether there are more.
func (s *Service) Deliveries(ctx context.Context, c caller.Caller, ref string, q Query) (list []Delivery, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		list, err = selectDeliveries(ctx, tx, e.ID, q)
		return err
	})
	if more = len(list) > q.Limit; more {
		list = list[:q.Limit]
	}
	return list, more, err
}

// Delivery answers one with its body and its attempts. NotFound when there is none.
func (s *Service) Delivery(ctx context.Context, c caller.Caller, ref, id string) (d Delivery, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		d, err = whole(ctx, tx, e, id)
		return err
	})
	return d, err
}

func whole(ctx context.Context, tx *db.Tx, e Endpoint, id string) (Delivery, error) {
	d, err := selectDelivery(ctx, tx, e.ID, id)
	if errors.Is(err, db.ErrNoRow) {
		return d, fault.New(fault.NotFound, "there is no delivery %q", id)
	}
	if err == nil {
		d.Log, err = selectAttempts(ctx, tx, d.ID)
	}
	if len(d.Log) > 0 {
		d.Last = &d.Log[len(d.Log)-1]
	}
	return d, err
}

// Replay sends a delivery again, whatever became of it: the same id, the same body.
// Conflict while the endpoint is disabled, and for tests, which have their own verb.
func (s *Service) Replay(ctx context.Context, c caller.Caller, ref, id string) (d Delivery, err error) {
	_, err = s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, e *Endpoint) error {
		if err := e.sendable(); err != nil {
			return err
		}
		if d, err = whole(ctx, tx, *e, id); err != nil {
			return err
		}
		if d.Event == "" {
			return fault.New(fault.Conflict, "the delivery %s is a test, which cannot be replayed; test the webhook again", id)
		}
		if err := replayDelivery(ctx, tx, d.ID, e.UpdatedAt); err != nil {
			return err
		}
		e.resumeAt = 0 // somebody wants it now
		if d, err = whole(ctx, tx, *e, id); err != nil {
			return err
		}
		return s.note(ctx, tx, c, *e, "replayed", map[string]any{"count": 1, "delivery": id})
	})
	s.wake()
	return d, err
}

// ReplayFailed sends all failed deliveries again of events that were made into
// deliveries since an instant, and answers how many. Conflict while the endpoint is
// disabled.
func (s *Service) ReplayFailed(ctx context.Context, c caller.Caller, ref string, since time.Time) (count int64, err error) {
	_, err = s.change(ctx, c, ref, func(ctx context.Context, tx *db.Tx, e *Endpoint) error {
		if err := e.sendable(); err != nil {
			return err
		}
		if count, err = replayFailed(ctx, tx, e.ID, db.Millis(since)); err != nil || count == 0 {
			return err
		}
		e.resumeAt = 0
		return s.note(ctx, tx, c, *e, "replayed", map[string]any{"count": count, "since": db.Millis(since)})
	})
	s.wake()
	return count, err
}

// sendable says why nothing is sent to the endpoint.
func (e *Endpoint) sendable() error {
	if e.DisabledAt != nil {
		return fault.New(fault.Conflict, "the webhook %s is disabled (%s); enable it first", e.Name, e.DisabledWhy)
	}
	return nil
}
