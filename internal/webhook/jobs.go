// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/db"
)

// purgeStep is how many deliveries one transaction clears.
const purgeStep = 500

// cleared is an endpoint as the purge sees it.
type cleared struct {
	deleted  bool
	endpoint string
	keepDays int64
}

// Purge is a pass. It clears deliveries that ended longer ago than their endpoint keeps
// them, and deleted endpoints with all they have.
func (s *Service) Purge(ctx context.Context) error {
	var list []cleared
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = selectCleared(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	var failures error
	for _, one := range list {
		if err := s.clear(ctx, one); err != nil {
			failures = errors.Join(failures, fmt.Errorf("clear webhook %s: %w", one.endpoint, err))
		}
	}
	return failures
}

func (s *Service) clear(ctx context.Context, one cleared) error {
	before := db.Millis(s.Now().Add(-time.Duration(one.keepDays) * 24 * time.Hour))
	for {
		var gone int64
		err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if !one.deleted {
				gone, err = deleteEnded(ctx, tx, one.endpoint, before, purgeStep)
				return err
			}
			if gone, err = deleteAny(ctx, tx, one.endpoint, purgeStep); err == nil && gone < purgeStep {
				err = deleteEndpoint(ctx, tx, one.endpoint)
			}
			return err
		})
		if err != nil || gone < purgeStep {
			return err
		}
	}
}
