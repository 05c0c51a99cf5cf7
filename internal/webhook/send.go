// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/web"
)

const (
	// maxBusy is how many endpoints are sent to at once.
	maxBusy = 32

	// maxTurn is how many deliveries an endpoint gets before others have their turn.
	maxTurn = 100

	// claimFor is how long a claim holds: longer than a request may take.
	claimFor = 2 * Timeout

	// lookEvery is how often a pass that waits for answers looks for more.
	lookEvery = time.Second

	// grace is how long requests may still run when the server stops.
	grace = 3 * time.Second
)

// HasDue says whether a delivery is due.
func (s *Service) HasDue(ctx context.Context) (due bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := selectReady(ctx, tx, db.Millis(s.Now()))
		due = len(list) > 0
		return err
	})
	return due, err
}

// Send is a pass. It sends what is due, and what becomes due while it waits for answers,
// one request at a time to each endpoint, and returns when nothing is due and no request
// runs.
func (s *Service) Send(ctx context.Context) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })
	defer stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	busy, done := map[string]bool{}, make(chan string)
	var failure error
	for {
		var begun []*claimed
		if ctx.Err() == nil && failure == nil {
			begun, failure = s.claimReady(ctx, busy)
		}
		for _, d := range begun {
			busy[d.endpoint.ID] = true
			go func() {
				defer func() { done <- d.endpoint.ID }()
				s.turn(ctx, requests, d)
			}()
		}
		if len(busy) == 0 {
			return errors.Join(failure, ctx.Err())
		}
		waiting := ctx.Done()
		if ctx.Err() != nil {
			waiting = nil // only the running requests are waited for
		}
		select {
		case id := <-done:
			delete(busy, id)
		case <-look.C:
		case <-s.nudge:
		case <-waiting:
		}
	}
}

// claimed is a delivery that this process sends.
type claimed struct {
	Delivery

	endpoint Endpoint
}

// claimReady claims one delivery of each endpoint that has some due and is not busy.
func (s *Service) claimReady(ctx context.Context, busy map[string]bool) (list []*claimed, err error) {
	now := db.Millis(s.Now())
	var ready []string
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		ready, err = selectReady(ctx, tx, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ready {
		if busy[id] || len(busy)+len(list) >= maxBusy {
			continue
		}
		var one *claimed
		err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			one, err = s.claim(ctx, tx, id)
			return err
		})
		if err != nil {
			return list, fmt.Errorf("claim for webhook %s: %w", id, err)
		}
		if one != nil {
			list = append(list, one)
		}
	}
	return list, nil
}

// claim takes the delivery of an endpoint that has been due for longest; nil when there
// is none, or when somebody else is faster.
func (s *Service) claim(ctx context.Context, tx *db.Tx, endpoint string) (*claimed, error) {
	now := db.Millis(s.Now())
	e, err := selectSendable(ctx, tx, endpoint, now)
	if errors.Is(err, db.ErrNoRow) {
		return nil, nil //nolint:nilnil // nothing to send
	}
	if err != nil {
		return nil, err
	}
	d, err := selectNext(ctx, tx, endpoint, now)
	if errors.Is(err, db.ErrNoRow) {
		return nil, nil //nolint:nilnil // nothing to send
	}
	if err != nil {
		return nil, err
	}
	before := d
	d.claim, d.Attempts = tx.NewID(s.Now()), d.Attempts+1
	until := db.Millis(s.Now().Add(claimFor))
	d.NextAt = &until
	if err := claimDelivery(ctx, tx, before, d); err != nil {
		if errors.Is(err, db.ErrNoRow) {
			return nil, nil //nolint:nilnil // another process took it
		}
		return nil, err
	}
	if before.claim != "" {
		err = insertAttempt(ctx, tx, e.workspace, d.ID, Attempt{
			At: now, Error: "the server ended during this attempt: whether it arrived is not known", Number: before.Attempts,
		})
	}
	return &claimed{d, e}, err
}

// turn sends a delivery, and then what else is due for its endpoint.
func (s *Service) turn(ctx, requests context.Context, d *claimed) {
	for n := 1; d != nil; n++ {
		result := s.attempt(requests, d)
		// What happened is written even if the server stops.
		next, err := s.settle(context.WithoutCancel(ctx), d, result, n < maxTurn && ctx.Err() == nil)
		if err != nil {
			s.Logger.ErrorContext(ctx, "outcome of a webhook delivery was not kept; it will be sent again",
				slog.String("delivery", d.ID), slog.Any("error", err))
			return
		}
		d = next
	}
}

// attempt makes one request.
func (s *Service) attempt(ctx context.Context, d *claimed) outcome {
	at := s.Now()
	signature, err := s.sign(d.endpoint, d.ID, at, []byte(d.Body))
	if err != nil {
		s.Logger.ErrorContext(ctx, "webhook cannot be signed", slog.String("webhook", d.endpoint.ID), slog.Any("error", err))
		return outcome{err: "the secret of the webhook cannot be read; rotate it"}
	}
	return s.Post.post(ctx, request{at: at, body: d.Body, id: d.ID, signature: signature, url: d.endpoint.URL}, s.Now)
}

// settle writes what an attempt came to, and claims what is due next for the endpoint,
// if more is wanted and something is.
func (s *Service) settle(ctx context.Context, d *claimed, o outcome, more bool) (next *claimed, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		next = nil
		now := s.Now()
		was, err := selectByID(ctx, tx, d.endpoint.ID)
		if errors.Is(err, db.ErrNoRow) {
			return nil // deleted, with its deliveries
		}
		if err != nil {
			return err
		}
		after, e := d.Delivery, was
		judge(&after, &e, o, now)
		if err := endAttempt(ctx, tx, d.claim, after); errors.Is(err, db.ErrNoRow) {
			return nil // the claim ran out, and somebody else has it
		} else if err != nil {
			return err
		}
		err = insertAttempt(ctx, tx, e.workspace, d.ID, Attempt{
			Answer: o.answer, At: db.Millis(now), Error: o.words(), Number: d.Attempts, Status: int64(o.status), Took: o.took.Milliseconds(),
		})
		if err != nil {
			return err
		}
		if err := s.heed(ctx, tx, was, e, o.class()); err != nil {
			return err
		}
		if more {
			next, err = s.claim(ctx, tx, e.ID)
		}
		return err
	})
	return next, err
}

// judge says what an attempt makes of a delivery and its endpoint.
func judge(d *Delivery, e *Endpoint, o outcome, now time.Time) {
	ms := db.Millis(now)
	d.away = false
	if d.firstAt == nil {
		d.firstAt = &ms
	}
	kind := o.class()
	if kind == arrived {
		e.away, e.FailingAt, e.resumeAt = 0, nil, 0
		d.end(Delivered, ms)
		return
	}
	if e.FailingAt == nil {
		e.FailingAt = &ms
	}
	wait := o.retryAfter
	switch kind {
	case away:
		rests := Rests()
		wait = max(wait, spread(rests[min(int(e.away), len(rests)-1)]))
		d.away = true
		e.away++
		e.resumeAt = db.Millis(now.Add(wait))
		if now.Sub(db.Time(*d.firstAt)) >= giveUpAfter {
			d.end(Failed, ms)
			return
		}
	case refused:
		e.away, e.resumeAt = 0, 0 // it is there
		d.refusals++
		waits := Waits()
		if int(d.refusals) > len(waits) {
			d.end(Failed, ms)
			return
		}
		wait = max(wait, spread(waits[d.refusals-1]))
	default:
		d.end(Failed, ms)
		return
	}
	next := db.Millis(now.Add(wait))
	d.NextAt = &next
}

func (d *Delivery) end(state State, at int64) {
	d.EndedAt, d.NextAt, d.State = &at, nil, state
}

// heed keeps what an attempt tells of the endpoint: how it stands, that an outage is
// over, and that it is time to give up.
func (s *Service) heed(ctx context.Context, tx *db.Tx, was, e Endpoint, kind class) error {
	now := s.Now()
	reason := ""
	switch {
	case was.DisabledAt != nil:
	case kind == gone:
		reason = "the receiver answered 410: it is gone for good"
	case e.FailingAt != nil && now.Sub(db.Time(*e.FailingAt)) >= disableAfter:
		reason = "nothing has arrived since " + web.TimeOf(*e.FailingAt).String()
	}
	if reason != "" {
		ms := db.Millis(now)
		e.DisabledAt, e.DisabledWhy = &ms, reason
		if err := s.note(ctx, tx, house(e.workspace), e, "stopped", map[string]any{"reason": reason}); err != nil {
			return err
		}
	}
	if was.away >= manyAway && e.away == 0 {
		if err := releaseAway(ctx, tx, e.ID); err != nil {
			return err
		}
	}
	if reason == "" && was.away == e.away && was.resumeAt == e.resumeAt && (was.FailingAt == nil) == (e.FailingAt == nil) {
		return nil
	}
	return updateHealth(ctx, tx, &e)
}

// house is who acts when nobody does.
func house(w caller.Workspace) caller.Caller {
	return caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
}
