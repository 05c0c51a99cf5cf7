// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// Verdict is what a test says of a record now.
type Verdict struct {
	Outcome Outcome
	Test    int64 // its number
}

// VerdictsOf answers what the tests of a record's definition say of it now, by
// the tests' numbers, and what it is called. Tests without verdicts are left out.
func (s *Service) VerdictsOf(ctx context.Context, c caller.Caller, entity string) (name string, list []Verdict, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		at, item, err := findEntity(ctx, tx, c, entity)
		if err != nil {
			return err
		}
		records, err := resource.Entities(ctx, tx, at.definition, at.number, []resource.Item{item})
		if err != nil {
			return fmt.Errorf("read record %s: %w", entity, err)
		}
		if len(records) == 0 {
			return errNoRecord(entity)
		}
		name = records[0].Name()
		tests, err := selectJudging(ctx, tx, at.definition)
		if err != nil {
			return fmt.Errorf("read tests of record %s: %w", entity, err)
		}
		for _, test := range tests {
			at.test = test
			standing, err := selectStanding(ctx, tx, at, item)
			if err != nil {
				return fmt.Errorf("read outcome of record %s: %w", entity, err)
			}
			list = append(list, Verdict{standing.outcome, test})
		}
		return nil
	})
	return name, list, err
}

func errNoRecord(id string) error { return fault.New(fault.NotFound, "there is no record %q", id) }

// findEntity answers where a record of the caller's workspace stands now.
func findEntity(ctx context.Context, tx *db.Tx, c caller.Caller, entity string) (place, resource.Item, error) {
	ref, ok := resource.ParseEntityID(entity)
	if !ok {
		return place{}, 0, errNoRecord(entity)
	}
	d, err := resource.LookUp(ctx, tx, ref.Definition)
	if isAbsent(err) || err == nil && d.Workspace.Number != c.Workspace.Number {
		return place{}, 0, errNoRecord(entity)
	}
	if err != nil {
		return place{}, 0, err
	}
	item, ok, err := resource.ItemOf(ctx, tx, d.Number, entity)
	if err != nil || !ok {
		if err == nil {
			err = errNoRecord(entity)
		}
		return place{}, 0, err
	}
	head, err := resource.HeadOf(ctx, tx, d.Number)
	return place{definition: d.Number, number: head.Number}, item, err
}

// Wire answers the records of a page as the API shows them.
func (p *EntityPage) Wire() []api.Entity {
	list := make([]api.Entity, len(p.Entities))
	for i, e := range p.Entities {
		list[i] = e.wire(p.Base)
	}
	return list
}
