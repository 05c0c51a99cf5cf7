// SPDX-License-Identifier: Apache-2.0

package passkey

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/db"
)

// Purge deletes challenges whose time is up. It is one pass, safe to repeat.
func (s *Service) Purge(ctx context.Context) error {
	now := s.instant()
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return deleteExpired(ctx, tx, now)
	})
	if err != nil {
		return fmt.Errorf("purge challenges of passkeys: %w", err)
	}
	return nil
}
