// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"context"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
)

// isSlug says whether text may be a slug. What looks like an id may not: routes
// take either.
func isSlug(text string) bool { return text != "" && form.Slug(text) == text && !db.ValidID(text) }

// draft is a scope as somebody sent it, checked.
type draft struct {
	document Document
	filters  []assessment.Filter
	slug     string // "": not said
}

// read checks the file form of a scope: {apiVersion, kind, slug, name, description, others, filters: [{application,
// resource, where}]}. The fault that it answers names every wrong place.
func (s *Service) read(ctx context.Context, c caller.Caller, text []byte) (d draft, err error) {
	var problems []fault.Problem
	f := form.Open(text, "", "a scope has a name and filters", &problems)
	if f.Members == nil {
		return d, fault.At(problems...)
	}
	f.Only("a scope", "apiVersion", "kind", "slug", "name", "description", "others", "filters")
	for _, fixed := range [][2]string{{"apiVersion", "muster/v1"}, {"kind", "Scope"}} {
		if word := f.Text(fixed[0], maxName); f.Members[fixed[0]] != nil && word != fixed[1] {
			f.Wrong(fixed[0], "must be %s", fixed[1])
		}
	}
	if d.slug = f.Text("slug", form.MaxSlug); d.slug != "" && !isSlug(d.slug) {
		f.Wrong("slug", "must be lower-case letters and digits with single dashes between them, such as eu-production")
	}
	d.document = Document{
		Description: f.Text("description", maxText), Filters: []Condition{}, Name: strings.TrimSpace(f.Text("name", maxName)),
		Others: f.Word("others", "in", "out"),
	}
	if d.document.Name == "" {
		f.Wrong("name", "must be present and not empty")
	}
	if err := s.readFilters(ctx, c, &f, &d); err != nil {
		return d, err
	}
	if len(problems) > 0 {
		return d, fault.At(problems...)
	}
	return d, nil
}

// filtersOf answers the filters of a form, none where they are no array.
func filtersOf(f *form.Form) (list []json.Value) {
	raw := f.Members["filters"]
	switch {
	case raw == nil:
	case raw.Kind() != '[' || json.Unmarshal(raw, &list) != nil:
		f.Wrong("filters", "must be an array of {application, resource, where}")
		return nil
	case len(list) > maxFilters:
		f.Wrong("filters", "must have at most %d elements", maxFilters)
		return nil
	}
	return list
}

func (s *Service) readFilters(ctx context.Context, c caller.Caller, f *form.Form, d *draft) error {
	list := filtersOf(f)
	seen := map[resource.Number]int{}
	for i, text := range list {
		before := len(*f.Problems)
		at := fmt.Sprintf("/filters/%d", i)
		filter, err := s.Tests.ReadFilter(ctx, c, text, at, f.Problems)
		if err != nil {
			return err
		}
		if len(*f.Problems) > before {
			continue
		}
		if first, twice := seen[filter.Definition.Number]; twice {
			f.WrongItem("filters", i, "is about the same resource as filter %d; a resource has one filter, whose condition may have all and any", first)
			continue
		}
		seen[filter.Definition.Number] = i
		var members struct {
			Where json.Value `json:"where"`
		}
		if err := json.Unmarshal(text, &members); err != nil {
			return err
		}
		d.filters = append(d.filters, filter)
		d.document.Filters = append(d.document.Filters, Condition{
			Application: filter.Definition.Application, Resource: filter.Definition.ID, Where: members.Where,
		})
	}
	return nil
}
