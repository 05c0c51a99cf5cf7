// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// dayLength is a day in ms; days are those of UTC.
const dayLength = 86_400_000

// PushDay is what came for a definition on a day.
type PushDay struct {
	Changed  int64 // records created, updated and removed
	Day      int64 // since 1970
	Failed   int64 // pushes that did not count
	LastAt   int64 // ms, of the last push that counted; 0: none did
	Pushes   int64 // that counted
	Received int64
	Rejected int64
}

// PushDays answers the days with pushes of a workspace's definitions from one on, and
// the last before it, rising.
func PushDays(ctx context.Context, tx *db.Tx, w caller.Workspace, first int64) (map[Number][]PushDay, error) {
	return selectPushDays(ctx, tx, w, first)
}

// PushDaysOf is PushDays for one definition.
func PushDaysOf(ctx context.Context, tx *db.Tx, definition Number, first int64) ([]PushDay, error) {
	return selectPushDaysOf(ctx, tx, definition, first)
}

// Move says where a definition stands, for whoever watches many.
type Move struct {
	Head      int64
	ID        ID
	LastPush  string
	Number    Number
	System    bool // Muster fills it itself
	Workspace caller.Workspace
}

// Moves answers where all definitions of all workspaces stand.
func Moves(ctx context.Context, tx *db.Tx) ([]Move, error) { return selectMoves(ctx, tx) }
