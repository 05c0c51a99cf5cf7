// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/policy"
)

// rulebook is a policy of the company, and how far its first version came.
type rulebook struct {
	name, about, renewal, text string

	ends   policy.Status // of the first version: Approved, Pending, Draft or NotStarted
	groups []string      // who has to accept it
	minor  string        // what a second version says, which asks nobody again
}

var rulebooks = []rulebook{
	{name: "Information security policy", about: "What everybody owes to the data of customers.", renewal: "P1Y", ends: policy.Approved, groups: []string{"Engineering", "Customers"}, text: "# Information security\n\nData of customers is seen by those who need it, and by nobody else.\n"},
	{name: "Acceptable use policy", about: "What company computers and accounts are for.", renewal: "P1Y", ends: policy.Approved, groups: []string{"Customers"}, minor: "Names the new chat.", text: "# Acceptable use\n\nComputers lock by themselves, and are not lent.\n"},
	{name: "Access control policy", about: "Who gets which account, and how it ends.", renewal: "P1Y", ends: policy.Approved, groups: []string{"Engineering"}, text: "# Access\n\nAn account has an owner, and ends on the day they leave.\n"},
	{name: "Incident response policy", about: "Who does what when something is wrong.", renewal: "P3M", ends: policy.Approved, groups: []string{"Managers"}, text: "# Incidents\n\nWhoever sees one says so at once.\n"},
	{name: "Vendor management policy", about: "Which vendors may hold data.", renewal: "P1M", ends: policy.Approved, text: "# Vendors\n\nA vendor that holds data is looked at before, and each year.\n"},
	{name: "Data classification policy", about: "Four classes, and what each asks for.", renewal: "P1Y", ends: policy.Pending, text: "# Classes of data\n\nPublic, internal, confidential, restricted.\n"},
	{name: "Remote work policy", about: "Where work may be done from.", renewal: "P1Y", ends: policy.Draft, text: "# Remote work\n\nTo be written with the works council.\n"},
	{name: "Code of conduct", about: "How people treat one another.", renewal: "P0D", ends: policy.NotStarted},
}

func (r rulebook) file(groups []string) ([]byte, error) {
	return json.Marshal(map[string]any{"kind": "Policy", "name": r.name, "description": r.about, "renewal": r.renewal, "groups": append([]string{}, groups...), "owner": "", "daysToAccept": 14})
}

// rule makes the policies. Who wrote one does not approve it.
func (f *filler) rule(ctx context.Context) error {
	for _, r := range rulebooks {
		text, err := r.file(nil)
		if err != nil {
			return err
		}
		made, err := f.Policies.Create(ctx, f.manager(0), text)
		if err == nil && r.ends != policy.NotStarted {
			err = f.version(ctx, made.Slug, policy.Writing{Text: r.text}, r.ends)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		f.rules = append(f.rules, made.Slug)
	}
	return nil
}

// version brings a version as far as it came.
func (f *filler) version(ctx context.Context, slug string, w policy.Writing, ends policy.Status) error {
	_, _, err := f.Policies.Write(ctx, f.manager(0), slug, w)
	if err == nil && ends != policy.Draft {
		_, _, err = f.Policies.Submit(ctx, f.manager(0), slug)
	}
	if err == nil && ends == policy.Approved {
		_, _, err = f.Policies.Approve(ctx, f.manager(1), slug)
	}
	return err
}

// ask lets groups accept policies, and writes a version that is only minor.
func (f *filler) ask(ctx context.Context) error {
	for i, r := range rulebooks {
		text, err := r.file(r.groups)
		if err == nil && r.groups != nil {
			_, err = f.Policies.Replace(ctx, f.manager(0), f.rules[i], text)
		}
		if err == nil && r.minor != "" {
			err = f.version(ctx, f.rules[i], policy.Writing{Changes: r.minor, Minor: true, Text: r.text + "\n" + r.minor + "\n"}, policy.Approved)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// accept writes down who has signed: five of six.
func (f *filler) accept(ctx context.Context) error {
	for i, r := range rulebooks {
		for at, p := range f.world.everybody {
			in := slices.ContainsFunc(groups, func(g group) bool { return slices.Contains(r.groups, g.name) && slices.Contains(g.titles, p.title) })
			if !in || at%6 == i || !p.there(f.asked()) || !p.there(f.world.ago) {
				continue
			}
			if _, err := f.Policies.Record(ctx, f.manager(0), f.rules[i], string(f.people[p]), "Signed on paper; the sheet is with the people team."); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
	}
	return nil
}

// asked is how many days ago the groups came, and with them what they have to accept.
func (f *filler) asked() int { return f.world.size.Days / 2 }
