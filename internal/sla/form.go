// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"context"
	"slices"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
	"github.com/passmuster/muster/internal/json"
)

// readFile checks the file form of a category: {apiVersion, kind, slug, name, deadline,
// enabled}. The fault that it answers names every wrong place.
func readFile(text []byte) (c Category, err error) {
	var problems []fault.Problem
	f := form.Open(text, "", "an SLA has a name and a deadline", &problems)
	if f.Members == nil {
		return c, fault.At(problems...)
	}
	f.Only("an SLA", "apiVersion", "kind", "slug", "name", "deadline", "enabled")
	for _, fixed := range [][2]string{{"apiVersion", "muster/v1"}, {"kind", "SLA"}} {
		if word := f.Text(fixed[0], maxName); f.Members[fixed[0]] != nil && word != fixed[1] {
			f.Wrong(fixed[0], "must be %s", fixed[1])
		}
	}
	c = Category{Enabled: true, Name: f.Text("name", maxName), Slug: f.Text("slug", maxSlug)}
	if c.Name == "" {
		f.Wrong("name", "must be present and not empty")
	}
	if c.Slug == "" {
		c.Slug = form.Slug(c.Name)
	}
	if raw := f.Members["enabled"]; raw != nil && json.Unmarshal(raw, &c.Enabled) != nil {
		f.Wrong("enabled", "must be true or false")
	}
	if raw := f.Members["deadline"]; raw == nil {
		f.Wrong("deadline", "must be {hours: n}, {days: n} or {businessDays: n}")
	} else if err := c.Term.UnmarshalJSON(raw); err != nil {
		f.Wrong("deadline", "%s", err.Error())
	}
	if len(problems) > 0 {
		err = fault.At(problems...)
	}
	return c, err
}

// Put makes a category be as a file says; it is made when there is none with its slug.
// Items that were detected before keep their due times.
func (s *Service) Put(ctx context.Context, c caller.Caller, text []byte) (after Category, created bool, err error) {
	want, err := readFile(text)
	if err != nil {
		return Category{}, false, err
	}
	all, err := s.List(ctx, c)
	if err != nil {
		return Category{}, false, err
	}
	if slices.ContainsFunc(all, func(one Category) bool { return one.Slug == want.Slug }) {
		after, err = s.Edit(ctx, c, want.Slug, Change{Enabled: &want.Enabled, Name: &want.Name, Term: &want.Term})
		return after, false, err
	}
	after, err = s.Create(ctx, c, want)
	return after, true, err
}
