// SPDX-License-Identifier: Apache-2.0

package program

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/document"
)

// Gaps are what is missing until a framework is met.
type Gaps struct {
	Framework *Framework
	Counters  Counters

	Requirements        int // all of them
	RequirementsCovered int // that a control is mapped to
	WithoutControl      []UncoveredRequirement
	WithoutEvidence     []Control           // neither test nor document is mapped
	NotPassing          []NotPassingControl // something is mapped, and not all of it passes
}

// UncoveredRequirement is one that nothing is done about.
type UncoveredRequirement struct {
	Category, Name, Obligation, Ref string
}

// NotPassingControl is a control with the tests that do not pass.
type NotPassingControl struct {
	Counted
	Documents []UnmetDocument       // that count and are not OK, by id
	Tests     []assessment.Standing // that count and are not OK, by name
}

// UnmetDocument is a document that is not OK.
type UnmetDocument struct {
	ID string
	document.Standing
}

// Gaps answers what is missing until a framework is met. A requirement that has
// finer ones below it is covered by a control of its own or of any of those; the
// finest need one of their own.
func (s *Service) Gaps(ctx context.Context, c caller.Caller, ref string) (g Gaps, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.findFramework(ctx, tx, c.Workspace, ref)
		if err != nil {
			return err
		}
		d, err := s.frameworkDetail(ctx, tx, c.Workspace, f)
		if err != nil {
			return err
		}
		g = Gaps{Framework: f, Counters: d.Counters}
		g.requirements(&d)
		g.controls(&d)
		return nil
	})
	return g, err
}

func (g *Gaps) requirements(d *FrameworkDetail) {
	for r := range d.requirements() {
		g.Requirements++
		if d.covered(r.Requirement) {
			g.RequirementsCovered++
			continue
		}
		g.WithoutControl = append(g.WithoutControl, UncoveredRequirement{r.category.Name, r.Name, r.Obligation, r.Ref})
	}
}

func (d *FrameworkDetail) covered(r *Requirement) bool {
	if len(d.Controls[r.Ref]) > 0 {
		return true
	}
	return slices.ContainsFunc(r.Requirements, func(finer Requirement) bool { return d.covered(&finer) })
}

func (g *Gaps) controls(d *FrameworkDetail) {
	for _, control := range d.all() {
		one := NotPassingControl{Counted: Counted{Control: control}}
		for _, test := range d.proofs.tests[control.ID] {
			standing := d.proofs.standings[test]
			before := one.Tally
			one.Tally.add(standing.Status)
			if one.Tally.TestsTotal > before.TestsTotal && one.Tally.TestsPassing == before.TestsPassing {
				one.Tests = append(one.Tests, standing)
			}
		}
		for _, id := range d.proofs.files.documents[control.ID] {
			standing := d.proofs.files.standings[id]
			one.Tally.addDocument(standing.Status)
			if standing.Status != document.OK && standing.Status != document.NotRelevant {
				one.Documents = append(one.Documents, UnmetDocument{id, standing})
			}
		}
		switch one.Tally.Status() {
		case Completed:
		case NoEvidenceMapped:
			g.WithoutEvidence = append(g.WithoutEvidence, control)
		default:
			slices.SortFunc(one.Tests, byName)
			g.NotPassing = append(g.NotPassing, one)
		}
	}
}

func byName(a, b assessment.Standing) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Number, b.Number))
}

// all answers the controls of a framework once each, by external ids.
func (d *FrameworkDetail) all() (list []Control) {
	seen := map[string]bool{}
	for _, controls := range d.Controls {
		for _, control := range controls {
			if !seen[control.ID] {
				seen[control.ID] = true
				list = append(list, control)
			}
		}
	}
	slices.SortFunc(list, byExternalID)
	return list
}
