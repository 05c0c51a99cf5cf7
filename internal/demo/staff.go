// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"

	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/integration"
)

// group is a group of the company, and the titles of who is in it.
type group struct {
	name   string
	titles []string
}

var groups = []group{
	{"Engineering", []string{"Software Engineer", "Senior Software Engineer", "Site Reliability Engineer", "Security Engineer", "Engineering Manager"}},
	{"Customers", []string{"Support Engineer", "Account Executive"}},
	{"Managers", []string{"Engineering Manager", "Product Manager", "Finance Manager"}},
}

// group puts the people who are there into groups.
func (f *filler) group(ctx context.Context) error {
	for _, g := range groups {
		made, err := f.Directory.CreateGroup(ctx, f.actor, g.name)
		if err != nil {
			return err
		}
		var members []directory.PersonID
		for _, p := range f.world.everybody {
			for _, title := range g.titles {
				if p.title == title && p.there(f.world.ago) {
					members = append(members, f.people[p])
				}
			}
		}
		results, err := f.Directory.JoinAll(ctx, f.actor, made.ID, members)
		if err != nil {
			return err
		}
		for _, r := range results {
			if r.Refusal != nil {
				return fmt.Errorf("%s in %s: %w", r.ID, g.name, r.Refusal)
			}
		}
	}
	return nil
}

// noted is how many records of a source somebody says something of.
const noted = 12

// note says of some records who looks after them, what they are for, and that some are
// of no concern.
func (f *filler) note(ctx context.Context) error {
	for _, name := range []string{"Virtual Machines", "Databases", "Repositories"} {
		at := integration.Ref{Integration: f.definitions[name].Application, Kind: name}
		list, _, err := f.Integrations.Resources(ctx, f.actor, at, integration.Query{Limit: noted})
		if err != nil {
			return err
		}
		for i, r := range list {
			owner, in := string(f.people[f.world.someone()]), i%4 != 3
			about := pick(f.world.random, []string{"Carries customer data", "Rebuilt from the image every night", "Kept for the yearly report"})
			ch := integration.Change{Description: &about, InScope: &in, Owner: &owner}
			if err := f.Integrations.Edit(ctx, f.manager(i), at, r.ID(), ch); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}
