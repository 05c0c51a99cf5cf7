// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// lastUse keeps in memory when tokens were last used: a write for each request
// would cost more than the request.
type lastUse struct {
	mu sync.Mutex
	at map[digest]time.Time
}

func newLastUse() *lastUse { return &lastUse{at: map[digest]time.Time{}} }

func (l *lastUse) note(hash digest, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.After(l.at[hash]) {
		l.at[hash] = at
	}
}

func (l *lastUse) take() map[digest]time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at
	l.at = map[digest]time.Time{}
	return at
}

// batch is how many rows a pass changes in one transaction: others write too.
const batch = 500

// FlushLastUsed writes down when tokens were last used. It is one pass, safe to
// repeat; what could not be written is kept for the next.
func (s *Service) FlushLastUsed(ctx context.Context) error {
	pending := s.used.take()
	for len(pending) > 0 {
		part := make(map[digest]time.Time, min(batch, len(pending)))
		for hash, at := range pending {
			part[hash] = at
			if len(part) == batch {
				break
			}
		}
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return updateLastUsed(ctx, tx, part)
		})
		if err != nil {
			for hash, at := range pending {
				s.used.note(hash, at)
			}
			return fmt.Errorf("write last use of tokens: %w", err)
		}
		for hash := range part {
			delete(pending, hash)
		}
	}
	return nil
}

// keepDead is how long dead tokens and secrets stay: "expired" and "revoked" are
// better answers than "unknown".
const keepDead = 24 * time.Hour

// keepReused is how long refresh tokens stay that were replaced: whoever uses one
// again gives a theft away.
const keepReused = 30 * 24 * time.Hour

// PurgeTokens deletes what has been dead for a day, and refresh tokens that have
// been for a month. It is one pass, safe to repeat.
func (s *Service) PurgeTokens(ctx context.Context) error {
	before := s.instant().Add(-keepDead)
	for _, purge := range []struct {
		what   string
		before time.Time
		rows   func(ctx context.Context, tx *db.Tx, before time.Time, limit int64) (int64, error)
	}{
		{"tokens", before, deleteTokens},
		{"authorization requests", before, deleteRequests},
		{"codes", before, deleteCodes},
		{"refresh tokens", s.instant().Add(-keepReused), deleteRefresh},
	} {
		for rows := int64(batch); rows == batch; {
			err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				rows, err = purge.rows(ctx, tx, purge.before, batch)
				return err
			})
			if err != nil {
				return fmt.Errorf("purge %s: %w", purge.what, err)
			}
		}
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return deleteSecrets(ctx, tx, before)
	})
	if err != nil {
		return fmt.Errorf("purge secrets: %w", err)
	}
	return nil
}
