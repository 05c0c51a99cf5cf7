// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/mapping"
	"github.com/passmuster/muster/internal/resource"
)

// mapped tells package assessment what it needs of package mapping.
type mapped struct{ *mapping.Service }

// MappedTo answers the definitions of a workspace that are mapped to a kind.
func (m mapped) MappedTo(ctx context.Context, tx *db.Tx, w caller.Workspace, kind string) (list []assessment.MappedDefinition, err error) {
	shown, err := m.ShownAs(ctx, tx, w, mapping.Kind(kind))
	for _, one := range shown {
		list = append(list, assessment.MappedDefinition(one))
	}
	return list, err
}

// follower tells package assessment that a definition is mapped otherwise.
type follower struct{ *assessment.Service }

// Remapped brings the tests that relate to mapped definitions to it.
func (f follower) Remapped(ctx context.Context, d resource.Definition, kinds []mapping.Kind) error {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	return f.Service.Remapped(ctx, d, names)
}
