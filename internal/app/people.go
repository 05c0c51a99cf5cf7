// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/resource"
)

// people keeps the people of package directory as records of package resource.
type people struct{ app *App }

// Awaited says whether any rule reads them.
func (p people) Awaited(ctx context.Context, w caller.Workspace) (bool, error) {
	return p.app.Resources.IsRead(ctx, w, directory.RecordsName)
}

// Put takes over what collect answers.
func (p people) Put(ctx context.Context, w caller.Workspace, collect func(context.Context) ([]directory.Record, error)) error {
	d, err := p.app.Resources.System(ctx, w, directory.RecordsName)
	if err != nil {
		return err
	}
	system := caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
	_, err = p.app.Resources.PutDelta(ctx, system, d, func(ctx context.Context) ([]resource.Change, error) {
		records, err := collect(ctx)
		changes := make([]resource.Change, len(records))
		for i, r := range records {
			changes[i] = resource.Change{DisplayName: r.Name, UniqueID: string(r.ID)}
			if r.Properties != nil {
				changes[i].Properties = r.Properties
			}
		}
		return changes, err
	})
	return err
}
