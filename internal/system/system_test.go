// SPDX-License-Identifier: Apache-2.0

package system_test

import (
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/jobs"
	"github.com/passmuster/muster/internal/system"
)

func TestLook(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		report := jobs.Report{Every: time.Second, Name: "oauth-purge"}
		s := &system.Service{DB: d, Jobs: func() []jobs.Report { return []jobs.Report{report} }}
		got, err := s.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		current, _, err := d.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.Schema != current || got.Schema == 0 {
			t.Errorf("schema: got %d, want %d", got.Schema, current)
		}
		if got.Bytes < 100_000 { // an empty schema is larger
			t.Errorf("size: got %d", got.Bytes)
		}
		if len(got.Jobs) != 1 || got.Jobs[0] != report {
			t.Errorf("jobs: got %v", got.Jobs)
		}
	})
}
