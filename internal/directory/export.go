// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// exportPage is how many people an export reads at once.
const exportPage = 500

// Export writes everybody of the caller's workspace as CSV (RFC 4180, UTF-8, a
// header), not-people too, by id. It reads page by page and keeps none of it.
func (s *Service) Export(ctx context.Context, c caller.Caller, w io.Writer) error {
	out, err := newWriter(w)
	if err != nil {
		return err
	}
	now := s.instant()
	for after := PersonID(""); ; {
		var people []Person
		groups := map[GroupID]string{}
		err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if people, err = selectEverybody(ctx, tx, c.Workspace.Number, after, exportPage); err != nil {
				return err
			}
			if err := fill(ctx, tx, c.Workspace.Number, people); err != nil {
				return err
			}
			return nameGroups(ctx, tx, c.Workspace.Number, people, groups)
		})
		if err != nil {
			return fmt.Errorf("export people: %w", err)
		}
		for _, p := range people {
			cells, err := p.cells(groups, now)
			if err != nil {
				return err
			}
			if err := out.write(cells); err != nil {
				return err
			}
		}
		if len(people) < exportPage {
			return out.flush()
		}
		after = people[len(people)-1].ID
	}
}

// nameGroups adds the names of the groups that people are in.
func nameGroups(ctx context.Context, tx *db.Tx, workspace int64, people []Person, names map[GroupID]string) error {
	for _, p := range people {
		for _, id := range p.Groups {
			if _, known := names[id]; known {
				continue
			}
			g, err := selectGroup(ctx, tx, workspace, id)
			if err != nil {
				return err
			}
			names[id] = g.Name
		}
	}
	return nil
}

// cells answers the person as a line of a file.
func (p Person) cells(groups map[GroupID]string, now time.Time) (map[column]string, error) {
	var names []string
	for _, id := range p.Groups {
		names = append(names, groups[id])
	}
	slices.Sort(names)
	joined, err := joinGroups(names)
	cells := map[column]string{
		columnDisplay: p.Name.Display, columnEmail: p.Email, columnEndDate: printDate(p.EndDate), columnFirst: p.Name.First,
		columnGroups: joined, columnJobTitle: p.JobTitle, columnLast: p.Name.Last, columnNotPerson: "false",
		columnNotPersonReason: p.NotPersonReason, columnStartDate: printDate(p.StartDate), columnStatus: string(p.Employment(now)),
	}
	if p.NotPerson {
		cells[columnNotPerson] = "true"
	}
	if l, ok := p.Leave(now); ok {
		cells[columnLeaveStart], cells[columnLeaveEnd] = printDate(&l.Start), printDate(l.End)
	}
	return cells, err
}
