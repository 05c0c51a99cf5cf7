// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"errors"
	"fmt"
)

// Check answers nil when each workspace's tree contains what was signed last, so
// that it can be extended; ErrRefused with the reason when one does not. It
// changes nothing. For doctor and readiness.
func (s *Service) Check(ctx context.Context) error {
	states, err := s.states(ctx)
	if err != nil {
		return err
	}
	for _, at := range states {
		if _, checked := s.last(ctx, at.number); checked != nil {
			err = errors.Join(err, fmt.Errorf("workspace %s: %w", at.id, checked))
		}
	}
	return err
}
