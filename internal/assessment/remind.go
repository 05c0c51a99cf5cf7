// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
)

// The trail says of a failure with a deadline that it is due soon, and that it is
// overdue: each once, however often the process starts anew, and the first no more when
// the second was said. One entry tells of all failures of a test that a pass finds.

// reminder is what is said of a failure. The numbers stand in rows.
type reminder int64

const (
	remindSoon    reminder = 1
	remindOverdue reminder = 2
)

// what answers the word of the trail.
func (r reminder) what() string {
	if r == remindOverdue {
		return "overdue"
	}
	return "due soon"
}

// remindStep is how many failures one transaction, and so one entry, tells of.
const remindStep = 1000

// untold asks for failures that are due before an instant of which the trail has not
// said so.
type untold struct {
	before    int64 // ms
	kind      reminder
	workspace int64
}

// dueFailure is a failure of which there is something to say.
type dueFailure struct {
	definition resource.Number
	item       resource.Item
	since      int64
	test       int64
}

// reminders answers what is to be asked for in each workspace, by its number.
func (s *Service) reminders(ctx context.Context, tx *db.Tx) (list []untold, spaces map[int64]caller.Workspace, err error) {
	spaces, err = selectDueWorkspaces(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	now := db.Millis(s.Now())
	for number := range spaces {
		set, err := sla.SettingsOf(ctx, tx, number)
		if err != nil {
			return nil, nil, err
		}
		soon := int64(defaultSoon)
		if set.DueSoon != nil {
			soon = *set.DueSoon
		}
		list = append(list, untold{now, remindOverdue, number}, untold{now + soon, remindSoon, number})
	}
	slices.SortFunc(list, func(a, b untold) int { return int(a.workspace-b.workspace)*2 + int(b.kind-a.kind) })
	return list, spaces, nil
}

// defaultSoon is how long before its due time a failure is told of, in ms, where the
// workspace calls everything due soon that has one: that would be no news.
const defaultSoon = 3 * 86_400_000

// HasReminders says whether Remind has something to say.
func (s *Service) HasReminders(ctx context.Context) (has bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		has = false
		list, _, err := s.reminders(ctx, tx)
		for _, u := range list {
			if err != nil || has {
				break
			}
			var due []dueFailure
			due, err = selectUntold(ctx, tx, u, 1)
			has = len(due) > 0
		}
		return err
	})
	return has, err
}

// Remind is a pass: it says on the audit trail which failures are due soon
// (remediation.due_soon) and which are overdue (remediation.overdue).
func (s *Service) Remind(ctx context.Context) error {
	var list []untold
	var spaces map[int64]caller.Workspace
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, spaces, err = s.reminders(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for what is due: %w", err)
	}
	for _, u := range list {
		for more := true; more; {
			err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				more, err = s.remind(ctx, tx, spaces[u.workspace], u)
				return err
			})
			if err != nil {
				return fmt.Errorf("remind of what is %s: %w", u.kind.what(), err)
			}
		}
	}
	return nil
}

// remind tells of the failures of one test, and says whether there may be more.
func (s *Service) remind(ctx context.Context, tx *db.Tx, w caller.Workspace, u untold) (more bool, err error) {
	due, err := selectUntold(ctx, tx, u, remindStep)
	if err != nil || len(due) == 0 {
		return false, err
	}
	test := due[0].test
	of := slices.DeleteFunc(slices.Clone(due), func(d dueFailure) bool { return d.test != test })
	if err := insertTold(ctx, tx, w, u.kind, of); err != nil {
		return false, err
	}
	c := caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}
	tests, err := s.ByNumbers(ctx, tx, w, []int64{test})
	if err != nil || len(tests) == 0 {
		return err == nil, err
	}
	sample, err := s.sampleOf(ctx, tx, of[:min(len(of), sampled)])
	if err != nil {
		return false, err
	}
	body := map[string]any{"what": u.kind.what(), "count": len(of), "definition": map[string]any{"id": string(tests[0].Definition.ID), "name": tests[0].Definition.Name}, "sample": sample, "slug": tests[0].Slug, "testId": tests[0].PublicID()}
	if tests[0].Owner != "" {
		body["ownerId"] = tests[0].Owner
	}
	return true, evidence.Append(ctx, tx, s.Now(), evidence.Entry{Actor: c, Kind: "remediation", Subject: tests[0].subject(), Body: body})
}

// sampleOf names records, which are of one definition.
func (s *Service) sampleOf(ctx context.Context, tx *db.Tx, due []dueFailure) ([]map[string]any, error) {
	definition, items := due[0].definition, make([]resource.Item, len(due))
	for i, d := range due {
		items[i] = d.item
	}
	slices.Sort(items)
	head, err := resource.HeadOf(ctx, tx, definition)
	if err != nil {
		return nil, err
	}
	records, err := resource.Entities(ctx, tx, definition, head.Number, items)
	if err != nil {
		return nil, fmt.Errorf("look up records: %w", err)
	}
	sample := []map[string]any{}
	for _, r := range records {
		sample = append(sample, map[string]any{"id": resource.EntityID(definition, r.Item, r.CreatedAt), "kind": "entity", "name": r.Name()})
	}
	return sample, nil
}

// defaultFreshness is after how long a source is stale of which no test says more, in ms.
const defaultFreshness = 7 * 86_400_000

// Sources is a pass: it says on the audit trail that a source has become stale
// (source.stale), when its newest push is older than the strictest freshness of its
// tests, or than seven days when none says, and that it is fresh again (source.fresh).
// A source that is stale when it is looked at first is not news.
func (s *Service) Sources(ctx context.Context) error {
	turned, err := s.turnedSources(ctx)
	for _, one := range turned {
		if failed := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.turnSource(ctx, tx, one) }); failed != nil {
			err = errors.Join(err, fmt.Errorf("note how source %d stands: %w", one.definition, failed))
		}
	}
	return err
}

// HasTurnedSources says whether Sources has something to note.
func (s *Service) HasTurnedSources(ctx context.Context) (bool, error) {
	turned, err := s.turnedSources(ctx)
	return len(turned) > 0, err
}

// turnedSources answers the sources of all workspaces that stand otherwise than was noted.
func (s *Service) turnedSources(ctx context.Context) (all []sourceState, err error) {
	var spaces []caller.Workspace
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		spaces, err = selectPushedWorkspaces(ctx, tx)
		return err
	})
	for _, w := range spaces {
		turned, failed := s.turnedIn(ctx, w)
		all, err = append(all, turned...), errors.Join(err, failed)
	}
	return all, err
}

// turnedIn looks at those of one workspace.
func (s *Service) turnedIn(ctx context.Context, w caller.Workspace) (turned []sourceState, err error) {
	now := db.Millis(s.Now())
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		turned = nil
		standings, err := s.Standings(ctx, tx, w)
		if err != nil {
			return err
		}
		ages := map[resource.Number]int64{}
		for _, one := range standings {
			if age, bounded := one.Freshness(); bounded && one.Status != StatusDeactivated && (ages[one.Definition] == 0 || age < ages[one.Definition]) {
				ages[one.Definition] = age
			}
		}
		states, err := selectSources(ctx, tx, w)
		for _, state := range states {
			age := ages[state.definition]
			if age == 0 {
				age = defaultFreshness
			}
			if stale := state.lastPush < now-age; !state.known || stale != state.stale {
				state.was, state.stale, state.workspace = state.stale, stale, w
				turned = append(turned, state)
			}
		}
		return err
	})
	return turned, err
}

// sourceState is how a source stands, and what the trail has said of it.
type sourceState struct {
	definition resource.Number
	known      bool  // it was looked at before
	lastPush   int64 // ms
	stale, was bool
	workspace  caller.Workspace
}

func (s *Service) turnSource(ctx context.Context, tx *db.Tx, one sourceState) error {
	w := one.workspace
	if err := putSource(ctx, tx, w, one, db.Millis(s.Now())); err != nil || !one.known {
		return err
	}
	d, err := resource.LookUp(ctx, tx, one.definition)
	if err != nil {
		return err
	}
	what := "fresh"
	if one.stale {
		what = "stale"
	}
	return evidence.Append(ctx, tx, s.Now(), evidence.Entry{
		Actor: caller.Caller{Kind: caller.System, Name: "muster", Workspace: w}, Kind: "source",
		Subject: evidence.Subject{ID: string(d.ID), Kind: "definition", Name: d.Name},
		Body:    map[string]any{"what": what, "lastPush": one.lastPush, "definition": map[string]any{"id": string(d.ID), "name": d.Name}},
	})
}
