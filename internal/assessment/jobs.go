// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// HasDue says whether Due has anything to do.
func (s *Service) HasDue(ctx context.Context) (bool, error) {
	tests, definitions, err := s.due(ctx)
	return len(tests)+len(definitions) > 0, err
}

// Due is a pass: it judges the records whose date came, ends exceptions and
// reactivates tests on time. A definition that is held by a push is left to it
// or to the next pass.
func (s *Service) Due(ctx context.Context) error {
	tests, definitions, err := s.due(ctx)
	if err != nil {
		return err
	}
	for _, t := range tests {
		err = errors.Join(err, s.comeBack(ctx, t))
	}
	for _, d := range definitions {
		if failed := s.Resource.Reevaluate(ctx, system(d), d, resource.CauseTime); failed != nil {
			err = errors.Join(err, fmt.Errorf("evaluate %s: %w", d.ID, failed))
		}
	}
	return err
}

// system is who acts when nobody does.
func system(d resource.Definition) caller.Caller {
	return caller.Caller{Kind: caller.System, Name: "muster", Workspace: d.Workspace}
}

// due finds the tests whose pause is over and the definitions with a date that
// came.
func (s *Service) due(ctx context.Context) (tests []Test, definitions []resource.Definition, err error) {
	now := db.Millis(s.Now())
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		definitions = nil
		if tests, err = selectReturning(ctx, tx, now); err != nil {
			return err
		}
		candidates, err := selectDue(ctx, tx, now)
		if err != nil {
			return err
		}
		seen := map[resource.Number]bool{}
		for _, x := range candidates {
			if seen[x.definition] {
				continue
			}
			is, err := isDue(ctx, tx, x, now)
			if err != nil {
				return err
			}
			if !is {
				continue
			}
			seen[x.definition] = true
			d, err := resource.LookUp(ctx, tx, x.definition)
			if err != nil {
				return err
			}
			definitions = append(definitions, d)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find what is due: %w", err)
	}
	return tests, definitions, nil
}

func isDue(ctx context.Context, tx *db.Tx, x dueDefinition, now int64) (bool, error) {
	claimed, err := resource.IsClaimed(ctx, tx, x.definition, now)
	if err != nil || claimed {
		return false, err
	}
	head, err := resource.HeadOf(ctx, tx, x.definition)
	return x.until > head.Number, err
}

// comeBack reactivates a test whose pause is over, unless somebody was faster.
func (s *Service) comeBack(ctx context.Context, t Test) error {
	now := s.Now()
	var d resource.Definition
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = resource.LookUp(ctx, tx, t.Definition.Number); err != nil {
			return err
		}
		is, err := s.find(ctx, tx, system(d), t.ID)
		if err != nil || is.State != StateDeactivated || is.StateUntil == nil || *is.StateUntil > db.Millis(now) {
			d = resource.Definition{}
			return err
		}
		return s.flip(ctx, tx, system(d), is, nil, now)
	})
	if err != nil || d.Number == 0 {
		return err
	}
	_, err = s.reevaluate(ctx, system(d), d, resource.CauseRule)
	return err
}

// purgeStep is how many rows one transaction of Purge removes.
const purgeStep = 1000

// Purge is a pass: it removes rechecks that no number needs any more, and keys that
// no test relates by. They are no part of history: the outcomes are.
func (s *Service) Purge(ctx context.Context) error {
	var definitions []resource.Number
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		definitions, err = selectClosedDefinitions(ctx, tx)
		return err
	})
	for _, d := range definitions {
		if err != nil {
			break
		}
		err = s.purge(ctx, d)
	}
	if err != nil {
		return fmt.Errorf("purge rechecks: %w", err)
	}
	return s.unlink(ctx)
}

func (s *Service) purge(ctx context.Context, d resource.Number) error {
	for last := (closedRecheck{}); ; {
		var rows []closedRecheck
		if err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			head, err := resource.HeadOf(ctx, tx, d)
			if err != nil {
				return err
			}
			if rows, err = selectClosedRechecks(ctx, tx, d, head.Number, last, purgeStep); err != nil {
				return err
			}
			items := map[int64][]int64{}
			for _, row := range rows {
				items[row.test] = append(items[row.test], row.item)
			}
			for test, list := range items {
				if err := deleteClosedRechecks(ctx, tx, d, head.Number, test, list); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if len(rows) < purgeStep {
			return nil
		}
		last = rows[len(rows)-1]
	}
}
