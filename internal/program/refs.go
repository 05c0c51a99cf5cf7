// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
)

// What tests ask of controls: Service implements assessment.Controls. What a
// reference in a test's file means stands in decision 0016.
var _ assessment.Controls = (*Service)(nil)

// ControlsOf answers the controls of tests by the tests' numbers.
func (s *Service) ControlsOf(ctx context.Context, tx *db.Tx, w caller.Workspace, tests ...int64) (map[int64][]assessment.Control, error) {
	if len(tests) == 0 {
		return nil, nil
	}
	rows, err := selectControlsOf(ctx, tx, w, tests)
	if err != nil {
		return nil, fmt.Errorf("read controls of tests: %w", err)
	}
	all := map[int64][]assessment.Control{}
	for _, row := range rows {
		all[row.test] = append(all[row.test], row.Control)
	}
	return all, nil
}

// FindControls answers what the references of a test's file mean, each control
// once, and what is wrong with a reference, by its index.
func (s *Service) FindControls(ctx context.Context, c caller.Caller, refs []string) (found []assessment.Control, wrong map[int]string, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, wrong = nil, map[int]string{}
		seen := map[string]bool{}
		var known frameworks
		for i, ref := range refs {
			if known == nil && strings.TrimSpace(ref) != "" {
				if known, err = s.frameworks(ctx, tx, c.Workspace); err != nil {
					return err
				}
			}
			list, why, err := s.meant(ctx, tx, c.Workspace, known, ref)
			if err != nil {
				return fmt.Errorf("find controls of %q: %w", ref, err)
			}
			if why != "" {
				wrong[i] = why
			}
			for _, control := range list {
				if !seen[control.ID] {
					found = append(found, control)
				}
				seen[control.ID] = true
			}
		}
		return nil
	})
	return found, wrong, err
}

// meant answers the controls of one reference, else what is wrong with it.
func (s *Service) meant(ctx context.Context, tx *db.Tx, w caller.Workspace, known frameworks, ref string) ([]assessment.Control, string, error) {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return nil, "must be a text: a control or a requirement", nil
	}
	control, found, err := lookUp(ctx, tx, w, ref)
	if err != nil || found {
		return []assessment.Control{control}, "", err
	}
	places, why := known.meant(ref)
	if why != "" {
		return nil, why, nil
	}
	var list []assessment.Control
	for _, p := range places {
		at, err := selectControlsAt(ctx, tx, w, p)
		if err != nil {
			return nil, "", err
		}
		list = append(list, at...)
	}
	if len(list) == 0 {
		return nil, "is a requirement that no control in use is mapped to", nil
	}
	return list, "", nil
}

// meant answers the requirements of a reference: framework/requirement, or a
// requirement of whichever frameworks have it.
func (l frameworks) meant(ref string) (places []Place, why string) {
	if framework, requirement, qualified := strings.Cut(ref, "/"); qualified {
		p, _, why := l.place(framework, requirement)
		if why != "" {
			return nil, "names nothing: " + why
		}
		return []Place{p}, ""
	}
	for _, f := range l {
		if r, ok := f.find(ref); ok {
			places = append(places, Place{f.ID, r.Ref})
		}
	}
	if len(places) == 0 {
		return nil, "is no control in use and no requirement of a framework in use"
	}
	return places, ""
}

// PutControls makes a test evidence for these controls and for no others.
func (s *Service) PutControls(
	ctx context.Context, tx *db.Tx, c caller.Caller, t assessment.TestRef, controls []assessment.Control, now time.Time,
) error {
	all, err := s.ControlsOf(ctx, tx, c.Workspace, t.Number)
	if err != nil {
		return err
	}
	before := all[t.Number]
	added, removed := without(controls, before), without(before, controls)
	for _, control := range added {
		if _, err := putTest(ctx, tx, c.Workspace, control.ID, t.Number); err != nil {
			return fmt.Errorf("map test %s to control %s: %w", t.ID, control.ID, err)
		}
	}
	for _, control := range removed {
		if _, err := deleteTest(ctx, tx, c.Workspace, control.ID, t.Number); err != nil {
			return fmt.Errorf("take test %s from control %s: %w", t.ID, control.ID, err)
		}
	}
	if len(added)+len(removed) == 0 {
		return nil
	}
	return evidence.Append(ctx, tx, now, remapped(c, t, removed, added))
}

// MapDefault makes a built-in test evidence for controls in use by the entries of
// the library that they came from.
func (s *Service) MapDefault(ctx context.Context, tx *db.Tx, c caller.Caller, t assessment.TestRef, library []string, now time.Time) error {
	var added []assessment.Control
	for _, entry := range library {
		control, ok, err := selectFromLibrary(ctx, tx, c.Workspace, entry)
		if err != nil {
			return fmt.Errorf("find the control of %s: %w", entry, err)
		}
		if !ok {
			continue
		}
		is, err := putTest(ctx, tx, c.Workspace, control.ID, t.Number)
		if err != nil {
			return fmt.Errorf("map test %s to control %s: %w", t.ID, control.ID, err)
		}
		if is {
			added = append(added, control.brief())
		}
	}
	if len(added) == 0 {
		return nil
	}
	return evidence.Append(ctx, tx, now, remapped(c, t, nil, added))
}

func (c *Control) brief() assessment.Control {
	return assessment.Control{ExternalID: c.ExternalID, ID: c.ID, Name: c.Name}
}

// without answers the controls that another list does not have.
func without(list, other []assessment.Control) (rest []assessment.Control) {
	has := map[string]bool{}
	for _, c := range other {
		has[c.ID] = true
	}
	for _, c := range list {
		if !has[c.ID] {
			rest = append(rest, c)
		}
	}
	return rest
}

// remapped says that a test is evidence for other controls than before.
func remapped(c caller.Caller, t assessment.TestRef, removed, added []assessment.Control) evidence.Entry {
	var d differences
	targets := []map[string]any{}
	for _, control := range removed {
		d.add("control", control.Name, "")
	}
	for _, control := range added {
		d.add("control", "", control.Name)
	}
	for _, control := range append(removed, added...) {
		targets = append(targets, map[string]any{"id": control.ID, "name": control.Name})
	}
	return evidence.Entry{
		Actor: c, Kind: "test", Subject: evidence.Subject{Kind: "test", ID: t.ID, Name: t.Name},
		Body: map[string]any{"what": "controls changed", "slug": t.Slug, "changes": d, "control": targets},
	}
}

// TestsUnder answers the numbers of the tests of a control, or of any control of
// a framework. What is not in use has none.
func (s *Service) TestsUnder(ctx context.Context, tx *db.Tx, w caller.Workspace, f assessment.TestFilter) (map[int64]bool, error) {
	control := ""
	if f.Control != "" {
		found, ok, err := lookUp(ctx, tx, w, f.Control)
		if err != nil || !ok {
			return nil, err
		}
		control = found.ID
	}
	framework := ""
	if f.Framework != "" {
		framework = frameworkID(f.Framework)
	}
	return selectTestsUnder(ctx, tx, w, control, framework)
}

// lookUp answers a control in use by a reference, when there is one.
func lookUp(ctx context.Context, tx *db.Tx, w caller.Workspace, ref string) (assessment.Control, bool, error) {
	control, err := selectControl(ctx, tx, w, ref, strings.ToLower(ref))
	if errors.Is(err, db.ErrNoRow) {
		return assessment.Control{}, false, nil
	}
	return control.brief(), err == nil, err
}
