// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// TestQuery asks for a page of tests; what is "" is not asked for.
type TestQuery struct {
	After       string // id; "": from the first
	Application string // id
	Category    string
	Filter      TestFilter
	Limit       int
	Nothing     bool   // asks for what no test has yet: a rollout
	Owner       string // id of a user
	Status      Status
}

func (q TestQuery) takes(t Test) bool {
	return (q.Application == "" || q.Application == t.Definition.Application) &&
		(q.Category == "" || q.Category == t.Category) && (q.Owner == "" || q.Owner == t.Owner) && (q.Status == "" || q.Status == t.Status)
}

// listStep is how many tests are read at once.
const listStep = 100

// List answers a page of the workspace's tests, oldest first, and whether more
// follow.
func (s *Service) List(ctx context.Context, c caller.Caller, q TestQuery) (list []Test, more bool, err error) {
	if q.Nothing {
		return nil, false, nil
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		var under map[int64]bool
		if q.Filter != (TestFilter{}) {
			if under, err = s.Controls.TestsUnder(ctx, tx, c.Workspace, q.Filter); err != nil {
				return err
			}
			if len(under) == 0 {
				return nil
			}
		}
		known := bases{}
		for after := q.After; len(list) <= q.Limit; {
			part, err := selectTestsAfter(ctx, tx, c.Workspace, after, listStep)
			if err != nil || len(part) == 0 {
				return err
			}
			for i := range part {
				after = part[i].ID
				if err := s.complete(ctx, tx, &part[i], known); err != nil {
					return err
				}
				if q.takes(part[i]) && (under == nil || under[part[i].Number]) {
					list = append(list, part[i])
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list tests: %w", err)
	}
	return list[:min(len(list), q.Limit)], len(list) > q.Limit, nil
}

// Version is one immutable version of a test.
type Version struct {
	Actor     Actor
	CreatedAt int64 // ms
	Document  Document
	Number    int64
	Reason    string
}

// Actor is who made a version.
type Actor struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Versions answers up to limit versions of a test after a number, and whether
// more follow.
func (s *Service) Versions(ctx context.Context, c caller.Caller, ref string, after int64, limit int) (list []Version, more bool, err error) {
	var rows []versionRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.find(ctx, tx, c, ref)
		if err != nil {
			return err
		}
		rows, err = selectVersions(ctx, tx, t.Number, after, limit+1)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	for _, row := range rows[:min(len(rows), limit)] {
		v := Version{CreatedAt: row.createdAt, Number: row.version, Reason: row.reason}
		if v.Document, err = parseDocument([]byte(row.document)); err != nil {
			return nil, false, err
		}
		if err := json.Unmarshal([]byte(row.actor), &v.Actor); err != nil {
			return nil, false, err
		}
		list = append(list, v)
	}
	return list, len(rows) > limit, nil
}
