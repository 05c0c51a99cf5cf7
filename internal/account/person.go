// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// Holding is an account as it matters when its owner leaves.
type Holding struct {
	Active    bool
	ID        ID
	Name      string
	System    string // name of the resource
	UpdatedAt int64  // ms, when a push last changed it, or left it out
}

// HeldBy answers the accounts of people in the caller's transaction, by system.
func (s *Service) HeldBy(ctx context.Context, tx *db.Tx, w caller.Workspace, people []directory.PersonID) (map[directory.PersonID][]Holding, error) {
	rows, err := selectHeld(ctx, tx, w.Number, people)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	systems, err := systemsOf(ctx, tx, w)
	held := map[directory.PersonID][]Holding{}
	for _, r := range rows {
		d := systems[r.Definition]
		held[r.person] = append(held[r.person], Holding{
			Active: r.row.facet.Status == Active, ID: ID(resource.EntityID(d.Number, resource.Item(r.Item), r.row.createdAt)), Name: r.row.name(),
			System: d.Name, UpdatedAt: max(r.row.updatedAt, r.row.leftAt.Int64),
		})
	}
	return held, err
}

// heldRow is an account with its person.
type heldRow struct {
	facet.Key

	person directory.PersonID
	row    row
}
