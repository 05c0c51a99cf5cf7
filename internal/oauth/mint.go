// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// maxTogether bounds the mints of one transaction: other writers wait for it.
const maxTogether = 64

// mint makes a token and revokes those that it leaves no room for. Mints that
// come at once share a transaction: half the cost of one is its commit.
func (s *Service) mint(ctx context.Context, c client, scopes []caller.Scope) (string, error) {
	token, err := s.newToken()
	if err != nil {
		return "", err
	}
	now := s.instant()
	m := &minting{secret: c.secret, turn: make(chan bool, 1), row: tokenRow{
		application: c.app.ID, created: now, expires: now.Add(Lifetime), hash: hashOf(token), hint: hintOf(token),
		scopes: scopes, workspace: c.workspace,
	}}
	// SQLite has one writer, so all mints stand in one queue. On PostgreSQL only
	// those of one application would wait for one another anyway.
	queue := ""
	if s.db.Engine() == db.PostgreSQL {
		queue = string(c.app.ID)
	}
	if err := s.mints.wait(ctx, queue, m, s.mintAll); err != nil {
		return "", err
	}
	return token, nil
}

// minting is one mint on its way.
type minting struct {
	err    error
	row    tokenRow
	secret digest
	turn   chan bool // true: lead the next batch; false: done
}

// mintAll runs a batch in one transaction. A refusal is that mint's own; any
// other error is everybody's.
func (s *Service) mintAll(ctx context.Context, all []*minting) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, m := range all {
			m.err = m.run(ctx, tx)
			if errors.Is(m.err, db.ErrNoRow) {
				m.err = problem(invalidClient, wrongClient)
			} else if m.err != nil {
				return m.err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mint token: %w", err)
	}
	return nil
}

// run makes one token; ErrNoRow when the application or its secret has gone
// since they were checked.
func (m *minting) run(ctx context.Context, tx *db.Tx) error {
	overlapping, err := markMinted(ctx, tx, m.row.application, m.row.created)
	if err != nil {
		return err
	}
	end, err := selectSecretEnd(ctx, tx, m.row.application, m.secret, m.row.created)
	if err != nil {
		return err
	}
	row := m.row
	row.expires = earliest(row.expires, end)
	if err := revokeBeyond(ctx, tx, row, overlapping-1); err != nil {
		return err
	}
	return insertToken(ctx, tx, row)
}

// earliest answers the sooner of a time and one that may be absent.
func earliest(a time.Time, b *time.Time) time.Time {
	if b != nil && b.Before(a) {
		return *b
	}
	return a
}

// mintQueues lets the first of those who wait do the work of all, and hand over.
// It has no goroutine of its own.
type mintQueues struct {
	mu      sync.Mutex
	waiting map[string][]*minting // a key is there while somebody leads
}

func newMintQueues() *mintQueues { return &mintQueues{waiting: map[string][]*minting{}} }

// wait answers when m is done, or the caller gives up on it.
func (q *mintQueues) wait(
	ctx context.Context, key string, m *minting, run func(context.Context, []*minting) error,
) error {
	q.mu.Lock()
	line, led := q.waiting[key]
	q.waiting[key] = append(line, m)
	q.mu.Unlock()
	if led {
		// Whoever leaves here could be asked to lead, so nobody leaves: the batch
		// before is short.
		if lead := <-m.turn; !lead {
			return m.err
		}
	}
	q.lead(context.WithoutCancel(ctx), key, run) // others depend on it
	return m.err
}

// errLeader stands for a batch whose leader broke off.
var errLeader = errors.New("the transaction was broken off")

// lead runs the batch at the head of the line, its own first, and hands over.
func (q *mintQueues) lead(ctx context.Context, key string, run func(context.Context, []*minting) error) {
	q.mu.Lock()
	line := q.waiting[key]
	n := min(len(line), maxTogether)
	batch := line[:n:n]
	q.waiting[key] = line[n:]
	q.mu.Unlock()
	err := errLeader // stays when run panics
	defer func() {
		for i, m := range batch {
			if err != nil {
				m.err = err
			}
			if i > 0 {
				m.turn <- false
			}
		}
		q.mu.Lock()
		defer q.mu.Unlock()
		if rest := q.waiting[key]; len(rest) > 0 {
			rest[0].turn <- true
			return
		}
		delete(q.waiting, key)
	}()
	err = run(ctx, batch)
}
