// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
)

// AddTest makes a test evidence for a control. It does nothing when it is.
func (s *Service) AddTest(ctx context.Context, c caller.Caller, ref, test string) (control Control, t assessment.Test, err error) {
	if t, err = s.Tests.Get(ctx, c, test); err != nil {
		return control, t, err
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if control, err = s.find(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
		added, err := putTest(ctx, tx, c.Workspace, control.ID, t.Number)
		if err != nil || !added {
			return err
		}
		return evidence.Append(ctx, tx, now, control.about(c, "test added", testChange("", t.Document.Name), t.Ref()))
	})
	return control, t, err
}

// RemoveTest takes a test from the evidence of a control. NotFound when it is
// none.
func (s *Service) RemoveTest(ctx context.Context, c caller.Caller, ref, test string) error {
	t, err := s.Tests.Get(ctx, c, test)
	if err != nil {
		return err
	}
	now := s.Now()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		removed, err := deleteTest(ctx, tx, c.Workspace, control.ID, t.Number)
		if err != nil {
			return err
		}
		if !removed {
			return fault.New(fault.NotFound, "the test %s is not evidence for this control", t.Slug)
		}
		return evidence.Append(ctx, tx, now, control.about(c, "test removed", testChange(t.Document.Name, ""), t.Ref()))
	})
}

func testChange(before, after string) []evidence.Change {
	var d differences
	d.add("test", before, after)
	return d
}

// about is an entry of a control that a test has to do with, too.
func (c *Control) about(actor caller.Caller, what string, changes []evidence.Change, tests ...assessment.TestRef) evidence.Entry {
	return c.entryWith(actor, what, changes, map[string]any{"test": testTargets(tests)})
}

// TestsOf answers up to limit tests of a control after a test's id, and whether
// more follow.
func (s *Service) TestsOf(ctx context.Context, c caller.Caller, ref, after string, limit int) (list []assessment.Test, more bool, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		proofs, err := selectTestsOf(ctx, tx, c.Workspace, []string{control.ID})
		if err != nil {
			return err
		}
		numbers := make([]int64, len(proofs))
		for i, p := range proofs {
			numbers[i] = p.test
		}
		all, err := s.Tests.ByNumbers(ctx, tx, c.Workspace, numbers)
		if err != nil {
			return err
		}
		list = nil
		for _, t := range all {
			if t.ID > after {
				list = append(list, t)
			}
		}
		return nil
	})
	if more = len(list) > limit; more {
		list = list[:limit]
	}
	return list, more, err
}

// MapRequirement lets a control help to meet a requirement. It does nothing when
// it does.
func (s *Service) MapRequirement(ctx context.Context, c caller.Caller, framework, requirement, ref string) (control Control, err error) {
	now := s.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, r, err := s.findRequirement(ctx, tx, c.Workspace, framework, requirement)
		if err != nil {
			return err
		}
		if control, err = s.find(ctx, tx, c.Workspace, ref); err != nil {
			return err
		}
		place := Place{f.ID, r.Ref}
		added, err := putPlace(ctx, tx, c.Workspace, control.ID, place)
		if err != nil || !added {
			return err
		}
		return evidence.Append(ctx, tx, now, control.placedEntry(c, "requirement added", f, "", place.text()))
	})
	return control, err
}

// UnmapRequirement takes a control from a requirement. NotFound when it does not
// help to meet it.
func (s *Service) UnmapRequirement(ctx context.Context, c caller.Caller, framework, requirement, ref string) error {
	now := s.Now()
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, r, err := s.findRequirement(ctx, tx, c.Workspace, framework, requirement)
		if err != nil {
			return err
		}
		control, err := s.find(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		place := Place{f.ID, r.Ref}
		removed, err := deletePlace(ctx, tx, c.Workspace, control.ID, place)
		if err != nil {
			return err
		}
		if !removed {
			return fault.New(fault.NotFound, "the control is not mapped to %s", place.text())
		}
		return evidence.Append(ctx, tx, now, control.placedEntry(c, "requirement removed", f, place.text(), ""))
	})
}

func (c *Control) placedEntry(actor caller.Caller, what string, f *Framework, before, after string) evidence.Entry {
	var d differences
	d.add("requirement", before, after)
	return c.entryWith(actor, what, d, map[string]any{"framework": map[string]any{"id": f.ID, "name": f.Name}})
}

// putTests makes a control have these tests and no others, and says whether that
// is a change.
func (s *Service) putTests(ctx context.Context, tx *db.Tx, c caller.Caller, control *Control, want []assessment.TestRef, now time.Time) (changed bool, err error) {
	proofs, err := selectTestsOf(ctx, tx, c.Workspace, []string{control.ID})
	if err != nil {
		return changed, err
	}
	has, wanted := map[int64]bool{}, map[int64]bool{}
	for _, p := range proofs {
		has[p.test] = true
	}
	for _, t := range want {
		wanted[t.Number] = true
		if has[t.Number] {
			continue
		}
		changed = true
		if _, err := putTest(ctx, tx, c.Workspace, control.ID, t.Number); err != nil {
			return changed, err
		}
		if err := evidence.Append(ctx, tx, now, control.about(c, "test added", testChange("", t.Name), t)); err != nil {
			return changed, err
		}
	}
	var gone []int64
	for test := range has {
		if !wanted[test] {
			gone = append(gone, test)
		}
	}
	tests, err := s.Tests.ByNumbers(ctx, tx, c.Workspace, gone)
	if err != nil {
		return changed, err
	}
	for _, t := range tests {
		changed = true
		if _, err := deleteTest(ctx, tx, c.Workspace, control.ID, t.Number); err != nil {
			return changed, err
		}
		if err := evidence.Append(ctx, tx, now, control.about(c, "test removed", testChange(t.Document.Name, ""), t.Ref())); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// putPlaces makes a control help to meet these requirements and no others, and
// says whether that is a change.
func (s *Service) putPlaces(ctx context.Context, tx *db.Tx, c caller.Caller, control *Control, want []Place, now time.Time) (changed bool, err error) {
	has, err := selectPlaces(ctx, tx, c.Workspace, control.ID)
	if err != nil {
		return changed, err
	}
	had, wanted := map[Place]bool{}, map[Place]bool{}
	for _, p := range has {
		had[p] = true
	}
	var d differences
	for _, p := range want {
		wanted[p] = true
		if !had[p] {
			if _, err := putPlace(ctx, tx, c.Workspace, control.ID, p); err != nil {
				return changed, err
			}
			d.add("requirement", "", p.text())
		}
	}
	for _, p := range has {
		if !wanted[p] {
			if _, err := deletePlace(ctx, tx, c.Workspace, control.ID, p); err != nil {
				return changed, err
			}
			d.add("requirement", p.text(), "")
		}
	}
	if len(d) == 0 {
		return false, nil
	}
	return true, evidence.Append(ctx, tx, now, control.entry(c, "requirements changed", d))
}
