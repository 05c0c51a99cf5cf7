// SPDX-License-Identifier: Apache-2.0

package computer

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// table is the view's table.
const table facet.Table = "computer_record"

// Put is of resource.View.
func (s *Service) Put(ctx context.Context, tx *db.Tx, d resource.Definition, rows []resource.Newest) (any, error) {
	reader, err := s.Mappings.Reader(ctx, tx, d, Kind)
	if err != nil {
		return nil, err
	}
	limits, err := s.limitsOf(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	items := make([]int64, len(rows))
	for i, n := range rows {
		items[i] = int64(n.Item)
	}
	before, err := selectRows(ctx, tx, d, items)
	if err != nil {
		return nil, err
	}
	deltas, now := facet.Deltas{}, db.Millis(s.Now())
	var fresh []any
	for _, n := range rows {
		was, known := before[int64(n.Item)]
		gone := reader == nil || n.DeletedAt != nil
		switch {
		case gone && known:
			err = s.remove(ctx, tx, d, n.Item, was, deltas)
		case gone:
		case !known:
			is := rowOf(reader, n, limits.silence, now)
			deltas.Move(int64(d.Number), -1, is.facet.code())
			fresh = append(fresh, is.values(d, n.Item)...)
		default:
			err = s.save(ctx, tx, d, n.Item, was, rowOf(reader, n, limits.silence, now), deltas)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := tx.InsertMany(ctx, string(table), rowColumns, fresh); err != nil {
		return nil, err
	}
	return nil, table.Apply(ctx, tx, d.Workspace.Number, deltas)
}

// again calls fn with the facet that a row has, and once more with the one that
// it has by now when the pass was faster.
func again(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, was Facet, fn func(Facet) error) error {
	for {
		err := fn(was)
		if !errors.Is(err, db.ErrNoRow) {
			return err
		}
		if was, err = selectFacet(ctx, tx, d, item); err != nil {
			return err
		}
	}
}

//
//nolint:revive // seven things that belong to nobody else
func (s *Service) save(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, was, is row, deltas facet.Deltas) error {
	if was == is {
		return nil
	}
	return again(ctx, tx, d, item, was.facet, func(f Facet) error {
		err := updateRow(ctx, tx, d, item, f, is)
		if err == nil {
			deltas.Move(int64(d.Number), f.code(), is.facet.code())
		}
		return err
	})
}

func (s *Service) remove(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, was row, deltas facet.Deltas) error {
	return again(ctx, tx, d, item, was.facet, func(f Facet) error {
		err := deleteRow(ctx, tx, d, item, f)
		if err == nil {
			deltas.Move(int64(d.Number), f.code(), -1)
		}
		return err
	})
}

// turnStep is how many computers one transaction of Turn makes late.
const turnStep = 200

// HasLate says whether Turn has anything to do.
func (s *Service) HasLate(ctx context.Context) (due bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := selectLate(ctx, tx, db.Millis(s.Now()), 1)
		due = len(list) > 0
		return err
	})
	return due, err
}

// Turn is a pass: it makes computers late whose last check has become too old.
func (s *Service) Turn(ctx context.Context) error {
	for {
		count := 0
		err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			list, err := selectLate(ctx, tx, db.Millis(s.Now()), turnStep)
			if err != nil {
				return err
			}
			count = len(list)
			deltas := map[int64]facet.Deltas{}
			for _, late := range list {
				err := updateLate(ctx, tx, late)
				if errors.Is(err, db.ErrNoRow) {
					continue // a push was faster
				}
				if err != nil {
					return err
				}
				if deltas[late.workspace] == nil {
					deltas[late.workspace] = facet.Deltas{}
				}
				after := late.facet
				after.Late = true
				deltas[late.workspace].Move(late.Definition, late.facet.code(), after.code())
			}
			for workspace, some := range deltas {
				if err := table.Apply(ctx, tx, workspace, some); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || count < turnStep {
			return err
		}
	}
}
