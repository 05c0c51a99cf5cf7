// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
)

// Breach is a requirement that something bears on, and by which controls.
type Breach struct {
	Controls    []Control
	Framework   *Framework
	Requirement placed
	Tests       []assessment.Standing
}

// RequirementsOfTest answers every requirement that a test is evidence for, by
// framework and place in it.
func (s *Service) RequirementsOfTest(ctx context.Context, c caller.Caller, ref string) (t assessment.Test, list []Breach, err error) {
	if t, err = s.Tests.Get(ctx, c, ref); err != nil {
		return t, nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = s.breaches(ctx, tx, c.Workspace, []int64{t.Number}, nil)
		return err
	})
	return t, list, err
}

// RequirementsOfRecord answers every requirement that a record breaks: those of
// the controls of the tests that it fails.
func (s *Service) RequirementsOfRecord(ctx context.Context, c caller.Caller, entity string) (name string, list []Breach, err error) {
	name, verdicts, err := s.Tests.VerdictsOf(ctx, c, entity)
	if err != nil {
		return "", nil, err
	}
	var failed []int64
	for _, v := range verdicts {
		if v.Outcome == assessment.Failing {
			failed = append(failed, v.Test)
		}
	}
	if len(failed) == 0 {
		return name, nil, nil
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		in, err := s.Tests.MembershipOf(ctx, tx, c, entity)
		if err != nil {
			return err
		}
		list, err = s.breaches(ctx, tx, c.Workspace, failed, in)
		return err
	})
	return name, list, err
}

// breaches goes from tests over their controls to requirements; of a record, only
// to those of frameworks whose scope it is in.
func (s *Service) breaches(ctx context.Context, tx *db.Tx, w caller.Workspace, tests []int64, record assessment.Membership) (list []Breach, err error) {
	of, err := selectControlsOf(ctx, tx, w, tests)
	if err != nil {
		return nil, err
	}
	v, err := s.views(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	known, err := s.frameworks(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	for _, f := range known {
		if bound, is := v.bound[f.ID]; is && record != nil && !record.In(bound.Part()) {
			continue
		}
		byControl, standings := map[string][]assessment.Standing{}, v.of(f.ID)
		for _, row := range of {
			byControl[row.ID] = append(byControl[row.ID], standings[row.test])
		}
		d, err := s.controlsOf(ctx, tx, w, f)
		if err != nil {
			return nil, err
		}
		for r := range f.requirements() {
			if b := d.breach(r, byControl); len(b.Controls) > 0 {
				list = append(list, b)
			}
		}
	}
	return list, nil
}

// breach answers which of some controls a requirement has, and their tests, each
// once.
func (d *FrameworkDetail) breach(r placed, tests map[string][]assessment.Standing) Breach {
	b := Breach{Framework: d.Framework, Requirement: r}
	seen := map[int64]bool{}
	for _, control := range d.Controls[r.Ref] {
		if len(tests[control.ID]) == 0 {
			continue
		}
		b.Controls = append(b.Controls, control)
		for _, t := range tests[control.ID] {
			if !seen[t.Number] {
				seen[t.Number] = true
				b.Tests = append(b.Tests, t)
			}
		}
	}
	slices.SortFunc(b.Tests, byName)
	return b
}

// FailureQuery asks for a page of failures.
type FailureQuery struct {
	AfterEntity string // of AfterTest
	AfterTest   string // id; "": from the first
	Limit       int
}

// FailureGroup are records that fail one test.
type FailureGroup struct {
	Page assessment.EntityPage
	Test assessment.Standing
}

// Failures answers a page of the records that break a requirement, test by test
// in the order of the tests' ids, and whether more follow.
func (s *Service) Failures(ctx context.Context, c caller.Caller, framework, ref string, q FailureQuery) (list []FailureGroup, more bool, err error) {
	tests, within, err := s.testsOfRequirement(ctx, c, framework, ref)
	if err != nil {
		return nil, false, err
	}
	left := q.Limit
	for _, t := range tests {
		if t.ID < q.AfterTest || t.Counts[assessment.Failing] == 0 {
			continue
		}
		if left == 0 {
			return list, true, nil
		}
		ask := assessment.EntityQuery{Limit: left, Outcome: assessment.Failing, Within: within}
		if t.ID == q.AfterTest {
			ask.After = q.AfterEntity
		}
		page, err := s.Tests.Entities(ctx, c, t.ID, ask)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		if len(page.Entities) > 0 {
			list = append(list, FailureGroup{page, t})
		}
		if left -= len(page.Entities); page.More {
			return list, true, nil
		}
	}
	return list, false, nil
}

// RequirementDetail is a requirement with what is done about it.
type RequirementDetail struct {
	Controls    []Control
	Framework   *Framework
	Requirement placed
	Tally       Tally // of all its controls, each test once
}

// GetRequirement answers a requirement of a framework in use.
func (s *Service) GetRequirement(ctx context.Context, c caller.Caller, framework, ref string) (d RequirementDetail, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, r, err := s.findRequirement(ctx, tx, c.Workspace, framework, ref)
		if err != nil {
			return err
		}
		d = RequirementDetail{Framework: f, Requirement: r}
		whole, err := s.controlsOf(ctx, tx, c.Workspace, f)
		if err != nil {
			return err
		}
		d.Controls = whole.Controls[r.Ref]
		return nil
	})
	if err != nil {
		return d, err
	}
	tests, _, err := s.testsOfRequirement(ctx, c, framework, ref)
	for _, t := range tests {
		d.Tally.add(t.Status)
	}
	return d, err
}

// testsOfRequirement answers the tests of the controls of a requirement by their
// ids, as they stand in the framework's scope, whose id is within.
func (s *Service) testsOfRequirement(ctx context.Context, c caller.Caller, framework, ref string) (list []assessment.Standing, within string, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list = nil
		f, r, err := s.findRequirement(ctx, tx, c.Workspace, framework, ref)
		if err != nil {
			return err
		}
		controls, err := selectControlsAt(ctx, tx, c.Workspace, Place{f.ID, r.Ref})
		if err != nil {
			return err
		}
		ids := make([]string, len(controls))
		for i, control := range controls {
			ids[i] = control.ID
		}
		proofs, err := selectTestsOf(ctx, tx, c.Workspace, ids)
		if err != nil {
			return err
		}
		v, err := s.views(ctx, tx, c.Workspace)
		if err != nil {
			return err
		}
		within = v.within(f.ID)
		standings, seen := v.of(f.ID), map[int64]bool{}
		for _, p := range proofs {
			if !seen[p.test] {
				list = append(list, standings[p.test])
			}
			seen[p.test] = true
		}
		return nil
	})
	slices.SortFunc(list, func(a, b assessment.Standing) int { return strings.Compare(a.ID, b.ID) })
	return list, within, err
}

// WithoutTest answers the controls in use that no test is evidence for, by their
// external ids: weak evidence.
func (s *Service) WithoutTest(ctx context.Context, c caller.Caller) (list []Control, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = selectBareControls(ctx, tx, c.Workspace)
		return err
	})
	return list, err
}
