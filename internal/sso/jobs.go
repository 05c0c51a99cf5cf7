// SPDX-License-Identifier: Apache-2.0

package sso

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/db"
)

// batch is how many rows a pass changes in one transaction: others write too.
const batch = 500

// PurgeDue says, at little cost, whether Purge would find anything.
func (s *Service) PurgeDue(ctx context.Context) (due bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = selectOverdue(ctx, tx, s.instant())
		return err
	})
	return due, err
}

// Purge deletes flows nobody came back from and assertions that are too old to be
// used again. It is one pass, safe to repeat.
func (s *Service) Purge(ctx context.Context) error {
	now := s.instant()
	for rows := int64(batch); rows == batch; {
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			rows, err = deleteFlows(ctx, tx, now, batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("purge sign-ins: %w", err)
		}
	}
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return deleteSeen(ctx, tx, now)
	})
	if err != nil {
		return fmt.Errorf("purge assertions: %w", err)
	}
	return nil
}
