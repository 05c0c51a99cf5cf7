// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// A claim makes one evaluation or push at a time the writer of a definition's
// rows beyond the head. It is a lease: every write ahead renews it in its own
// transaction, so a holder that lost it cannot write, and one that died gives
// it up by time.
const (
	claimLease = 15 * time.Second
	claimPoll  = 50 * time.Millisecond
	// clearStep is how many items one transaction clears.
	clearStep = 1000
)

// Head is where a definition's history stands.
type Head struct {
	Ahead      string // id of the sync that left rows beyond the head, "" when none
	Current    int64  // records
	Epoch      int64  // of the rules; raised by whatever a verdict depends on
	Items      int64
	Judged     int64  // epoch that the outcomes were made under
	LastPush   string // of any source
	LastPushAt int64  // ms, 0: never
	Number     int64  // the last that counts
}

// claim is held on one definition until it is released.
type claim struct {
	definition Definition
	head       Head
	service    *Service
	token      string
}

// errClaimLost is answered when another process took over after the lease ran
// out; what was written ahead is cleared by that one.
var errClaimLost = fault.Later(time.Second, "the push took too long between writes and lost its place; push again")

// claim waits for the definition, at most Options.Wait, and clears what an
// abandoned push left behind.
func (s *Service) claim(ctx context.Context, d Definition) (*claim, error) {
	return s.claimWithin(ctx, d, s.Wait)
}

func (s *Service) claimWithin(ctx context.Context, d Definition, wait time.Duration) (*claim, error) {
	c := &claim{definition: d, service: s, token: db.NewID(s.Now())}
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for {
		taken, err := c.take(ctx)
		if err != nil {
			return nil, err
		}
		if taken {
			break
		}
		poll := time.NewTimer(claimPoll)
		select {
		case <-poll.C:
		case <-deadline.C:
			poll.Stop()
			return nil, fault.Later(5*time.Second, "another push of this resource is still running; try again later")
		case <-ctx.Done():
			poll.Stop()
			return nil, ctx.Err()
		}
	}
	if err := c.clear(ctx); err != nil {
		return nil, errors.Join(err, c.release(ctx))
	}
	return c, nil
}

func (c *claim) take(ctx context.Context) (taken bool, err error) {
	now := c.service.Now()
	err = c.service.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := takeClaim(ctx, tx, c.definition.Number, lease{
			now: db.Millis(now), until: db.Millis(now.Add(claimLease)), owner: c.service.Owner, token: c.token,
		})
		if taken = err == nil; !taken {
			return notNoRow(err)
		}
		if c.head, err = selectHead(ctx, tx, c.definition.Number); err != nil {
			return err
		}
		c.definition, err = selectDefinitionByNumber(ctx, tx, c.definition.Number) // as it is after the wait
		return err
	})
	return taken, err
}

// notNoRow takes ErrNoRow away where it is an expected answer.
func notNoRow(err error) error {
	if errors.Is(err, db.ErrNoRow) {
		return nil
	}
	return err
}

// renew keeps the claim; it is the first statement of every write ahead.
func (c *claim) renew(ctx context.Context, tx *db.Tx) error {
	until := db.Millis(c.service.Now().Add(claimLease))
	if err := renewClaim(ctx, tx, c.definition.Number, c.token, until); err != nil {
		if errors.Is(err, db.ErrNoRow) {
			return errClaimLost
		}
		return err
	}
	return nil
}

// release gives the definition back. It must work for a request that was
// cancelled, so it takes the cancellation off.
func (c *claim) release(ctx context.Context) error {
	err := c.service.DB.WriteAhead(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		return notNoRow(dropClaim(ctx, tx, c.definition.Number, c.token))
	})
	if err != nil {
		return fmt.Errorf("release claim: %w", err)
	}
	return nil
}

// DropClaims frees every definition. A server calls it at its start when it knows
// that it is alone with the data: the claims that stand then are of a process that
// died, and nobody should wait for their leases.
func (s *Service) DropClaims(ctx context.Context) error {
	return s.DB.Write(ctx, dropClaims)
}

// clear removes every row beyond the head, in steps, when there are any.
func (c *claim) clear(ctx context.Context) error {
	if c.head.Ahead == "" {
		return nil
	}
	highest := int64(0)
	err := c.service.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		highest, err = selectHighestItem(ctx, tx, c.definition.Number)
		return err
	})
	if err != nil {
		return err
	}
	for low := int64(0); low < highest; low += clearStep {
		if err := c.ahead(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := clearItems(ctx, tx, c.definition.Number, c.head.Number, low, low+clearStep); err != nil {
				return err
			}
			if err := deleteNewItems(ctx, tx, c.definition.Number, c.head.Items, low, low+clearStep); err != nil {
				return err
			}
			return c.service.Judge.Clear(ctx, tx, c.definition, c.head.Number, low, low+clearStep)
		}); err != nil {
			return fmt.Errorf("clear abandoned rows: %w", err)
		}
	}
	return c.ahead(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := deleteAbandonedRejections(ctx, tx, c.definition.Number, c.head.Ahead); err != nil {
			return err
		}
		c.head.Ahead = ""
		return setAhead(ctx, tx, c.definition.Number, c.token, "")
	})
}

// ahead runs fn in a transaction that renews the claim first.
func (c *claim) ahead(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	return c.service.DB.WriteAhead(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := c.renew(ctx, tx); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}
