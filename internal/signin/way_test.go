// SPDX-License-Identifier: Apache-2.0

package signin_test

import (
	"context"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/workspace"
)

// everybody is a way in of another package that opens for all.
type everybody struct{}

// Opens answers yes.
func (everybody) Opens(context.Context, *db.Tx, int64, access.UserID) (bool, error) { return true, nil }

func newWorkspace(name string) workspace.NewWorkspace { return workspace.NewWorkspace{Name: name} }

func changeRole(role string) access.Changes { return access.Changes{Role: &role} }
