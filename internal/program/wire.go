// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// How controls and frameworks look on the wire.

// maybeText answers null for "".
func maybeText(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func date(ms int64) *string {
	text := web.TimeOf(ms).String()
	return &text
}

func number(n int) *float64 {
	f := float64(n)
	return &f
}

func (c *Control) source() string {
	if c.Library != "" {
		return "Vanta" // what clients know the embedded library by
	}
	return "Custom"
}

func (s *Service) wireControls(ctx context.Context, list []Counted) ([]api.Control, error) {
	controls := make([]Control, len(list))
	for i, one := range list {
		controls[i] = one.Control
	}
	owners, err := s.owners(ctx, caller.From(ctx), controls)
	if err != nil {
		return nil, err
	}
	page := make([]api.Control, len(list))
	for i, one := range list {
		page[i] = one.Control.wire(owners)
		page[i].Status = string(one.Tally.Status())
		page[i].NumDocumentsPassing, page[i].NumDocumentsTotal = number(one.Tally.DocumentsPassing), number(one.Tally.DocumentsTotal)
		page[i].NumTestsPassing, page[i].NumTestsTotal = number(one.Tally.TestsPassing), number(one.Tally.TestsTotal)
	}
	return page, nil
}

func (c *Control) wire(owners map[string]*api.Owner) api.Control {
	return api.Control{
		ID: c.ID, ExternalID: maybeText(c.ExternalID), Name: c.Name, Description: c.Description, Source: c.source(), Domains: list(c.Domains),
		Owner: owners[c.Owner], Role: maybeText(c.Role), CustomFields: wireFields(c.Fields), CreationDate: date(c.CreatedAt),
		ModificationDate: date(c.UpdatedAt),
	}
}

// list answers an array that is never null.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

func wireFields(fields []Field) []api.CustomField {
	list := make([]api.CustomField, len(fields))
	for i, f := range fields {
		list[i] = api.CustomField{Label: f.Label, Value: f.Value}
	}
	return list
}

// wire answers an entry of the library as a control: its id is what
// add-from-library takes.
func (e Entry) wire() api.Control {
	return api.Control{
		ID: e.ID, ExternalID: maybeText(e.ID), Name: e.Name, Description: e.Description, Source: "Vanta", Domains: list(e.Domains),
		CustomFields: []api.CustomField{},
	}
}

func (s *Service) wireDetail(ctx context.Context, d Detail) (api.ControlDetail, error) {
	owners, err := s.owners(ctx, caller.From(ctx), []Control{d.Control})
	if err != nil {
		return api.ControlDetail{}, err
	}
	c := d.Control.wire(owners)
	a := api.ControlDetail{
		ID: c.ID, ExternalID: c.ExternalID, Name: c.Name, Description: c.Description, Source: c.Source, Domains: c.Domains, Owner: c.Owner,
		Role: c.Role, CustomFields: c.CustomFields, CreationDate: c.CreationDate, ModificationDate: c.ModificationDate,
		NumDocumentsPassing: float64(d.Tally.DocumentsPassing), NumDocumentsTotal: float64(d.Tally.DocumentsTotal),
		NumTestsPassing: float64(d.Tally.TestsPassing), NumTestsTotal: float64(d.Tally.TestsTotal), Status: string(d.Tally.Status()),
		Note: maybeText(d.Note), Requirements: make([]api.FrameworkSection, len(d.Places)),
	}
	if d.EffectiveAt != nil {
		a.EffectiveDate = date(*d.EffectiveAt)
	}
	for i, p := range d.Places {
		a.Requirements[i] = api.FrameworkSection{FrameworkID: p.Framework, SectionID: p.Requirement}
	}
	return a, nil
}

func (f FrameworkState) wire() api.Framework {
	return api.Framework{
		ID: f.ID, DisplayName: f.Name, ShorthandName: f.Shorthand, Description: f.Description,
		NumControlsCompleted: float64(f.Counters.ControlsCompleted), NumControlsTotal: float64(f.Counters.ControlsTotal),
		NumDocumentsPassing: float64(f.Counters.DocumentsPassing), NumDocumentsTotal: float64(f.Counters.DocumentsTotal),
		NumTestsPassing: float64(f.Counters.TestsPassing), NumTestsTotal: float64(f.Counters.TestsTotal),
	}
}

func (d *FrameworkDetail) wire() api.FrameworkDetail {
	f := d.FrameworkState.wire()
	a := api.FrameworkDetail{
		ID: f.ID, DisplayName: f.DisplayName, ShorthandName: f.ShorthandName, Description: f.Description,
		NumDocumentsPassing: f.NumDocumentsPassing, NumDocumentsTotal: f.NumDocumentsTotal,
		NumControlsCompleted: f.NumControlsCompleted, NumControlsTotal: f.NumControlsTotal, NumTestsPassing: f.NumTestsPassing,
		NumTestsTotal: f.NumTestsTotal, RequirementCategories: make([]api.RequirementCategory, len(d.Categories)),
		Custom: d.Custom, Version: d.Version, License: string(d.License), Source: d.Source, Attribution: d.Attribution,
	}
	place := map[*Category]int{}
	for i := range d.Categories {
		c := &d.Categories[i]
		place[c] = i
		a.RequirementCategories[i] = api.RequirementCategory{ID: c.Ref, Name: c.Name, Shorthand: maybeText(c.Ref), Requirements: []api.Requirement{}}
	}
	for r := range d.requirements() {
		c := &a.RequirementCategories[place[r.category]]
		c.Requirements = append(c.Requirements, api.Requirement{
			Controls: briefs(d.Controls[r.Ref]), Description: r.words(), Shorthand: maybeText(r.Ref), Name: r.Name, ID: r.Ref,
			Depth: r.depth, Obligation: maybeText(r.Obligation),
		})
	}
	return a
}

// words are what a requirement says: the framework's own text, else ours.
func (p placed) words() *string {
	if p.Text != "" {
		return &p.Text
	}
	return maybeText(p.Description)
}

func briefs(controls []Control) []api.ControlBrief {
	list := make([]api.ControlBrief, len(controls))
	for i, c := range controls {
		list[i] = api.ControlBrief{Description: c.Description, Name: c.Name, ExternalID: maybeText(c.ExternalID), ID: c.ID}
	}
	return list
}

func (f CatalogueFramework) wire() api.FrameworkEntry {
	return api.FrameworkEntry{
		ID: f.ID, DisplayName: f.Name, ShorthandName: f.Shorthand, Description: f.Description, Version: f.Version,
		License: string(f.License), Source: f.Source, Attribution: f.Attribution, NumRequirements: f.Requirements, InUse: f.InUse,
	}
}

func wireTest(t assessment.Standing) api.TestBrief {
	return api.TestBrief{ID: t.ID, Name: t.Name, Status: string(t.Status)}
}

func wireTests(tests []assessment.Standing) []api.TestBrief {
	list := make([]api.TestBrief, len(tests))
	for i, t := range tests {
		list[i] = wireTest(t)
	}
	return list
}

func wireUnmet(documents []UnmetDocument) []api.DocumentBrief {
	list := make([]api.DocumentBrief, len(documents))
	for i, d := range documents {
		list[i] = api.DocumentBrief{ID: d.ID, Title: maybeText(d.Title), UploadStatus: string(d.Status)}
	}
	return list
}

func (g *Gaps) wire() api.FrameworkGaps {
	a := api.FrameworkGaps{
		Framework:            api.Named{ID: g.Framework.ID, Name: g.Framework.Name},
		NumControlsCompleted: float64(g.Counters.ControlsCompleted), NumControlsTotal: float64(g.Counters.ControlsTotal),
		NumDocumentsPassing: float64(g.Counters.DocumentsPassing), NumDocumentsTotal: float64(g.Counters.DocumentsTotal),
		NumTestsPassing: float64(g.Counters.TestsPassing), NumTestsTotal: float64(g.Counters.TestsTotal),
		NumRequirements: g.Requirements, NumRequirementsCovered: g.RequirementsCovered, WithoutTest: briefs(g.WithoutEvidence),
		WithoutControl: make([]api.GapRequirement, len(g.WithoutControl)), NotPassing: make([]api.UnmetControl, len(g.NotPassing)),
	}
	for i, r := range g.WithoutControl {
		a.WithoutControl[i] = api.GapRequirement{ID: r.Ref, Name: r.Name, Category: r.Category, Obligation: maybeText(r.Obligation)}
	}
	for i, c := range g.NotPassing {
		a.NotPassing[i] = api.UnmetControl{
			ControlBrief: briefs([]Control{c.Control})[0], Status: string(c.Tally.Status()), NumTestsPassing: float64(c.Tally.TestsPassing),
			NumTestsTotal: float64(c.Tally.TestsTotal), Tests: wireTests(c.Tests),
			NumDocumentsPassing: float64(c.Tally.DocumentsPassing), NumDocumentsTotal: float64(c.Tally.DocumentsTotal), Documents: wireUnmet(c.Documents),
		}
	}
	return a
}

func (r *RequirementDetail) wire() api.RequirementState {
	return api.RequirementState{
		ID: r.Requirement.Ref, Name: r.Requirement.Name, Description: r.Requirement.words(), Obligation: maybeText(r.Requirement.Obligation),
		Depth: r.Requirement.depth, Category: api.Named{ID: r.Requirement.category.Ref, Name: r.Requirement.category.Name},
		Framework: api.Named{ID: r.Framework.ID, Name: r.Framework.Name}, Controls: briefs(r.Controls),
		NumDocumentsPassing: float64(r.Tally.DocumentsPassing), NumDocumentsTotal: float64(r.Tally.DocumentsTotal),
		NumTestsPassing: float64(r.Tally.TestsPassing), NumTestsTotal: float64(r.Tally.TestsTotal),
	}
}

func wireBreaches(subject api.Named, breaches []Breach) api.BrokenRequirements {
	a := api.BrokenRequirements{Subject: subject, Requirements: make([]api.RequirementOfTests, len(breaches))}
	for i, b := range breaches {
		a.Requirements[i] = api.RequirementOfTests{
			Framework:   api.Named{ID: b.Framework.ID, Name: b.Framework.Name},
			Category:    api.Named{ID: b.Requirement.category.Ref, Name: b.Requirement.category.Name},
			Requirement: api.Named{ID: b.Requirement.Ref, Name: b.Requirement.Name},
			Controls:    briefs(b.Controls), Tests: wireTests(b.Tests),
		}
	}
	return a
}
