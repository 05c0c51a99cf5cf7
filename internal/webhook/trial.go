// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/feed"
)

// TestType is the type of what Test sends. No endpoint has to want it.
const TestType = "webhook.test"

// Test sends a test to an endpoint, be it enabled or not, and answers the delivery with
// what came of it. It is tried once, and changes nothing about how the endpoint stands.
func (s *Service) Test(ctx context.Context, c caller.Caller, ref string) (Delivery, error) {
	e, err := s.Get(ctx, c, ref)
	if err != nil {
		return Delivery{}, err
	}
	now := s.Now()
	d := Delivery{ID: idPrefix + db.NewID(now), Attempts: 1, CreatedAt: db.Millis(now), Type: TestType, endpoint: e.ID}
	d.Body, err = bodyOf(e.workspace, feed.Event{
		Actor:   evidence.Party{Kind: string(c.Kind), ID: c.ID, Name: c.Name},
		Subject: evidence.Party{Kind: "webhook", ID: e.ID, Name: e.Name},
		Summary: "This is a test of the webhook " + e.Name, Time: now, Type: TestType,
	})
	if err != nil {
		return d, err
	}
	result := s.attempt(ctx, &claimed{d, e})
	ended := db.Millis(s.Now())
	d.EndedAt, d.State = &ended, Failed
	if result.class() == arrived {
		d.State = Delivered
	}
	d.Log = []Attempt{{
		Answer: result.answer, At: ended, Error: result.words(), Number: 1, Status: int64(result.status), Took: result.took.Milliseconds(),
	}}
	d.Last = &d.Log[0]
	err = s.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		if err := insertEnded(ctx, tx, c.Workspace, d); err != nil {
			return err
		}
		return insertAttempt(ctx, tx, c.Workspace, d.ID, d.Log[0])
	})
	return d, err
}
