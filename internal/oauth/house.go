// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// HouseName is what the application is called that stands for Muster itself.
const HouseName = "Muster"

// House answers the application that the system definitions of a workspace
// belong to, made when it is not there yet. It is born deleted: nobody signs in
// as it, no list shows it, and it takes no name from anybody.
func (s *Service) House(ctx context.Context, tx *db.Tx, w caller.Workspace) (string, error) {
	id, err := selectHouse(ctx, tx, w)
	if !errors.Is(err, db.ErrNoRow) {
		return string(id), err
	}
	now := s.now()
	id = ApplicationID(db.NewID(now))
	if err := insertHouse(ctx, tx, w, id, now); err != nil {
		return "", fmt.Errorf("make the application of the house: %w", err)
	}
	return string(id), nil
}

// HouseOf answers the application of the house, when the workspace has one yet.
func (s *Service) HouseOf(ctx context.Context, w caller.Workspace) (id string, ok bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := selectHouse(ctx, tx, w)
		if id, ok = string(found), err == nil; errors.Is(err, db.ErrNoRow) {
			return nil
		}
		return err
	})
	return id, ok, err
}

// houseClient is no client id that a caller could hold: those are random.
func houseClient(w caller.Workspace) string { return "muster " + w.ID }
