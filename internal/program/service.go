// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"sync"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// Tests is what controls need of tests.
type Tests interface {
	ByNumbers(ctx context.Context, tx *db.Tx, w caller.Workspace, numbers []int64) ([]assessment.Test, error)
	Entities(ctx context.Context, c caller.Caller, ref string, q assessment.EntityQuery) (assessment.EntityPage, error)
	Get(ctx context.Context, c caller.Caller, ref string) (assessment.Test, error)
	MembershipOf(ctx context.Context, tx *db.Tx, c caller.Caller, entity string) (assessment.Membership, error)
	ScopedStandings(ctx context.Context, tx *db.Tx, w caller.Workspace, p assessment.Part) (map[int64]assessment.Standing, error)
	Standings(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[int64]assessment.Standing, error)
	VerdictsOf(ctx context.Context, c caller.Caller, entity string) (name string, list []assessment.Verdict, err error)
	Weaknesses(ctx context.Context, tx *db.Tx, w caller.Workspace) ([]assessment.Weakness, error)
	Wire(ctx context.Context, tests ...assessment.Test) ([]api.Test, error)
}

// Options fill a Service.
type Options struct {
	DB        *db.DB
	Documents Documents // nil: there are none
	Now       func() time.Time
	Tests     Tests // set before the first use: package assessment is made after this one
	Users     Users
}

// Service is the feature: controls, frameworks and what binds them to tests. It
// is safe for concurrent use.
type Service struct {
	Options
	catalogue func() (*catalogue, error) // read at the first use
	parsed    parsed
}

// New makes the service.
func New(o Options) *Service {
	return &Service{Options: o, catalogue: sync.OnceValues(loadCatalogue)}
}
