// SPDX-License-Identifier: Apache-2.0

package review

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
)

// CutOff is Start until just before the list counts.
func (s *Service) CutOff(ctx context.Context, c caller.Caller, id ID) error {
	f, err := s.begin(ctx, c, id)
	if err != nil {
		return err
	}
	return s.freeze(ctx, f, f.review.Systems[0])
}
