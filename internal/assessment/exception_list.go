// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// ExceptionQuery asks for a page of exceptions, the newest first.
type ExceptionQuery struct {
	After string // id of the last one seen; "": from the first
	Limit int
	Owner string         // id of a user: of tests that are theirs; "": of all
	State ExceptionState // "": all
	Test  string         // id or slug; "": of all

	test int64 // number; 0: all
}

// Exceptions answers a page of exceptions and whether more follow.
func (s *Service) Exceptions(ctx context.Context, c caller.Caller, q ExceptionQuery) (list []Exception, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if q.Test != "" {
			t, err := selectTest(ctx, tx, c.Workspace, q.Test)
			if errors.Is(err, db.ErrNoRow) {
				return errNoTest(q.Test)
			}
			if err != nil {
				return err
			}
			q.test = t.Number
		}
		if list, err = selectExceptionPage(ctx, tx, c.Workspace.Number, q); err != nil {
			return err
		}
		more = len(list) > q.Limit
		list = list[:min(len(list), q.Limit)]
		return nameTests(ctx, tx, c.Workspace, list)
	})
	if err != nil {
		return nil, false, fmt.Errorf("list exceptions: %w", err)
	}
	return list, more, nil
}

func nameTests(ctx context.Context, tx *db.Tx, w caller.Workspace, list []Exception) error {
	var numbers []int64
	for _, x := range list {
		numbers = append(numbers, x.Test.Number)
	}
	slices.Sort(numbers)
	tests, err := selectTestNames(ctx, tx, w.Number, slices.Compact(numbers))
	for i := range list {
		list[i].Test = tests[list[i].Test.Number].TestRef
	}
	return err
}

// Exception answers one of the caller's workspace.
func (s *Service) Exception(ctx context.Context, c caller.Caller, id string) (x Exception, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if x, err = selectException(ctx, tx, c.Workspace.Number, id); errors.Is(err, db.ErrNoRow) {
			return errNoException(id)
		}
		if err != nil {
			return err
		}
		one := []Exception{x}
		err = nameTests(ctx, tx, c.Workspace, one)
		x = one[0]
		return err
	})
	return x, err
}

// ExceptionOwner answers who owns the test of an exception, "" for nobody.
func (s *Service) ExceptionOwner(ctx context.Context, c caller.Caller, id string) (string, error) {
	x, err := s.Exception(ctx, c, id)
	if err != nil {
		return "", err
	}
	return s.OwnerOf(ctx, c, x.Test.ID)
}

// Fits says whether the condition of an exception fits the records as they are
// described now; true for one of a single record. One that does not fit leaves
// nothing out.
func (s *Service) Fits(ctx context.Context, x Exception) (fits bool, err error) {
	if !x.conditional() {
		return true, nil
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := resource.LookUp(ctx, tx, x.Definition)
		if err != nil {
			return err
		}
		c, err := x.Clause.compile(ctx, tx, d)
		fits = c.program != nil
		return err
	})
	return fits, err
}
