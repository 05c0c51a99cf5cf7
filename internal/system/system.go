// SPDX-License-Identifier: Apache-2.0

package system

import (
	"context"
	"fmt"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/jobs"
)

// Service knows how the server stands.
type Service struct {
	Bucket  bool                 // uploaded files are in a bucket, not in the data folder
	DB      *db.DB               // required
	Jobs    func() []jobs.Report // nil: there are none
	Mail    bool                 // mail can be sent
	Started time.Time
	Version string
}

// Standing is how the server stands.
type Standing struct {
	Bytes  int64 // size of the database
	Jobs   []jobs.Report
	Schema int64 // version of the schema
}

// Look answers how the server stands now.
func (s *Service) Look(ctx context.Context) (found Standing, err error) {
	if found.Schema, _, err = s.DB.Version(ctx); err != nil {
		return Standing{}, fmt.Errorf("read the schema's version: %w", err)
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found.Bytes, err = selectSize(ctx, tx, s.DB.Engine())
		return err
	})
	if err != nil {
		return Standing{}, fmt.Errorf("read the size of the database: %w", err)
	}
	if s.Jobs != nil {
		found.Jobs = s.Jobs()
	}
	return found, nil
}
