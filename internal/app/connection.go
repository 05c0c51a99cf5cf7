// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/resource"
)

// pushing tells package oauth what it needs of package resource.
type pushing struct{ *resource.Service }

// EndSource notes that the records of a source are to go.
func (p pushing) EndSource(ctx context.Context, tx *db.Tx, w caller.Workspace, now time.Time, application, source string) error {
	return resource.EndSource(ctx, tx, w, now, application, source)
}

// Pushed lists the definitions of an application.
func (p pushing) Pushed(ctx context.Context, tx *db.Tx, application string) ([]oauth.Pushed, error) {
	definitions, err := resource.DefinitionsOf(ctx, tx, application)
	list := make([]oauth.Pushed, len(definitions))
	for i, d := range definitions {
		list[i] = oauth.Pushed{Base: string(d.Base), Name: d.Name}
	}
	return list, err
}
