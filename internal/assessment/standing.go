// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
)

// Standing is what a test says now, without its texts.
type Standing struct {
	BuiltIn    bool
	ChangedAt  int64 // ms, when Status last became another, or the test was made
	Counts     Counts
	Definition resource.Number
	ID         string // as the API shows it
	Name       string
	Number     int64
	Remedy     Remediation
	SoonestDue *int64 // ms, of the records that fail; nil: none is due
	Status     Status

	freshness string
	judged    bool // by the newest version
	reduce    reduce
}

// Freshness answers how old the newest push may be, in ms, when the test says so.
func (s Standing) Freshness() (age int64, bounded bool) { return parseFreshness(s.freshness) }

// gist is what a standing needs of a version's document. It never changes, so
// each is read once.
type gist struct {
	builtIn         bool
	freshness, name string
	reduce          reduce
}

// reduce is what makes a status of counts.
type reduce struct {
	onEmpty string
	reducer Reducer
}

// gists keeps them by test and version.
type gists struct {
	mu    sync.Mutex
	known map[[2]int64]gist
}

// maxGists bounds what is kept: a new start costs one statement.
const maxGists = 100_000

// of answers the gists of tests in their order; load reads those of a workspace
// when one is not known yet.
func (g *gists) of(tests []Test, load func() (map[[2]int64]gist, error)) ([]gist, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]gist, len(tests))
	for i, t := range tests {
		known, ok := g.known[[2]int64{t.Number, t.Version}]
		if !ok {
			more, err := load()
			if err != nil {
				return nil, err
			}
			if g.known == nil || len(g.known)+len(more) > maxGists {
				g.known = map[[2]int64]gist{}
			}
			maps.Copy(g.known, more)
			known = more[[2]int64{t.Number, t.Version}]
		}
		list[i] = known
	}
	return list, nil
}

// Standings answers how all tests of a workspace stand at the present, by their
// numbers: from tallies and what is of the moment, as lists of tests do, and
// without their documents. It is for those who count over many tests.
func (s *Service) Standings(ctx context.Context, tx *db.Tx, w caller.Workspace) (map[int64]Standing, error) {
	rows, err := selectStandings(ctx, tx, w)
	if err != nil {
		return nil, fmt.Errorf("read how tests stand: %w", err)
	}
	pushes, err := resource.LastPushes(ctx, tx, w)
	if err != nil {
		return nil, fmt.Errorf("read the last pushes: %w", err)
	}
	gists, err := s.gists.of(rows, func() (map[[2]int64]gist, error) { return selectGists(ctx, tx, w) })
	if err != nil {
		return nil, fmt.Errorf("read what tests say: %w", err)
	}
	set, err := sla.SettingsOf(ctx, tx, w.Number)
	if err != nil {
		return nil, err
	}
	now := db.Millis(s.Now())
	all := make(map[int64]Standing, len(rows))
	for i := range rows {
		t := &rows[i]
		t.Document.Freshness = gists[i].freshness
		t.LastPush = pushes[t.Definition.Number]
		t.settle(set, now)
		changed := t.CreatedAt
		if t.FlippedAt != nil {
			changed = *t.FlippedAt
		}
		all[t.Number] = Standing{
			BuiltIn: gists[i].builtIn, ChangedAt: changed,
			Counts: t.Counts, Definition: t.Definition.Number, ID: publicID(gists[i].builtIn, t), Name: gists[i].name, Number: t.Number, Remedy: t.Remedy,
			SoonestDue: t.SoonestDue, Status: t.Status, freshness: gists[i].freshness, judged: t.window == t.Version, reduce: gists[i].reduce,
		}
	}
	return all, nil
}

// ByNumbers answers tests by their numbers, oldest first. Those of other
// workspaces are left out.
func (s *Service) ByNumbers(ctx context.Context, tx *db.Tx, w caller.Workspace, numbers []int64) ([]Test, error) {
	tests, err := selectTestsByNumber(ctx, tx, w, numbers)
	if err != nil {
		return nil, fmt.Errorf("read tests: %w", err)
	}
	known := bases{}
	for i := range tests {
		if err := s.complete(ctx, tx, &tests[i], known); err != nil {
			return nil, err
		}
	}
	return tests, nil
}
