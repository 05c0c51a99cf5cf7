// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// Name is of resource.View.
func (s *Service) Name() string { return "integration" }

// Follows is of resource.View: without notes there is nothing to follow, and a push
// pays nothing.
func (s *Service) Follows(ctx context.Context, tx *db.Tx, d resource.Definition) (bool, error) {
	return selectHasNotes(ctx, tx, d)
}

// Put is of resource.View: it notes which of the records with notes are gone.
func (s *Service) Put(ctx context.Context, tx *db.Tx, d resource.Definition, rows []resource.Newest) (any, error) {
	if _, err := touchDefinition(ctx, tx, d); err != nil {
		return nil, err
	}
	items := make([]resource.Item, len(rows))
	for i, n := range rows {
		items[i] = n.Item
	}
	notes, err := selectNotes(ctx, tx, d, items)
	if err != nil {
		return nil, err
	}
	deltas := facet.Deltas{}
	for _, n := range rows {
		note, known := notes[n.Item]
		gone := n.DeletedAt != nil
		if !known || note.facet.Gone == gone {
			continue
		}
		after := note.facet
		after.Gone = gone
		if err := updateFacet(ctx, tx, d, n.Item, after); err != nil {
			return nil, err
		}
		deltas.Move(int64(d.Number), note.facet.code(), after.code())
	}
	return nil, table.Apply(ctx, tx, d.Workspace.Number, deltas)
}

// Done is of resource.View.
func (s *Service) Done(context.Context, *db.Tx, resource.Definition, []any) error { return nil }

// Landed is of resource.View.
func (s *Service) Landed(context.Context, resource.Definition) error { return nil }
