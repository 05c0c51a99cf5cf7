// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/resource"
)

// people keeps the people of package directory as records of package resource.
type people struct{ app *App }

// Awaited says whether any rule reads them, or the owners of accounts, which say how
// people are.
func (p people) Awaited(ctx context.Context, w caller.Workspace) (bool, error) {
	is, err := p.app.Resources.IsRead(ctx, w, directory.RecordsName)
	if err != nil || is {
		return is, err
	}
	return p.app.Resources.IsRead(ctx, w, account.Owners)
}

// Put takes over what collect answers.
func (p people) Put(ctx context.Context, w caller.Workspace, collect func(context.Context) ([]directory.Record, error)) error {
	d, err := p.app.Resources.System(ctx, w, directory.RecordsName)
	if err != nil {
		return err
	}
	system := caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
	var ids []directory.PersonID
	if _, err = p.app.Resources.PutDelta(ctx, system, d, func(ctx context.Context) ([]resource.Change, error) {
		records, err := collect(ctx)
		ids = nil
		changes := make([]resource.Change, len(records))
		for i, r := range records {
			ids = append(ids, r.ID)
			changes[i] = resource.Change{DisplayName: r.Name, UniqueID: string(r.ID)}
			if r.Properties != nil {
				changes[i].Properties = r.Properties
			}
		}
		return changes, err
	}); err != nil {
		return err
	}
	return p.app.Accounts.PeopleCarried(ctx, w, ids)
}

// settleSystems brings all system definitions of a workspace up to date.
func (a *App) settleSystems(ctx context.Context, w caller.Workspace) error {
	if err := a.Directory.Settle(ctx, w); err != nil {
		return err
	}
	return a.Accounts.Settle(ctx, w)
}
