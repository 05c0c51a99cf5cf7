// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Shown is a definition that has a mapping of its own.
type Shown struct {
	Definition resource.Definition
	Fields     map[string]string // fields by slot, as rules may write them: those that fit the schema as it is
}

// ShownAs answers the definitions of a workspace that were mapped to a kind, in the
// order in which they were made. Base types that a page shows by themselves are not
// among them.
func (s *Service) ShownAs(ctx context.Context, tx *db.Tx, w caller.Workspace, kind Kind) (list []Shown, err error) {
	numbers, err := selectMapped(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	for _, number := range numbers {
		d, err := resource.LookUp(ctx, tx, number)
		if err != nil {
			return nil, err
		}
		m, _, err := selectMapping(ctx, tx, d)
		if err != nil {
			return nil, err
		}
		if m.As != kind {
			continue
		}
		fields, err := m.fitting(d)
		if err != nil {
			return nil, err
		}
		list = append(list, Shown{d, fields})
	}
	return list, nil
}
