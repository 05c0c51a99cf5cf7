// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/web"
)

// walk answers everybody of a list of people, in pages of a size.
func (h *house) walk(query url.Values, size int) (people []api.Person) {
	h.Helper()
	query.Set("pageSize", fmt.Sprint(size))
	for {
		var page web.Page[api.Person]
		h.ask("ada", "GET", "people?"+query.Encode(), "", 200, &page)
		people = append(people, page.Results.Data...)
		if !page.Results.PageInfo.HasNextPage {
			return people
		}
		query.Set("pageCursor", *page.Results.PageInfo.EndCursor)
	}
}

// company is a house with random people, groups, policies and acceptances.
type company struct {
	*house
	groups []directory.GroupID
	people []directory.PersonID
	random *rand.Rand
	slugs  []string
}

func newCompany(t testing.TB, d *db.DB, people, policies int) *company {
	t.Helper()
	c := &company{house: newHouse(t, d), random: rand.New(rand.NewPCG(7, 7))}
	for i := range people {
		c.people = append(c.people, c.person(fmt.Sprintf("p%d", i)))
	}
	for i := range 4 {
		var members []directory.PersonID
		for _, p := range c.people {
			if c.random.IntN(3) == 0 {
				members = append(members, p)
			}
		}
		c.groups = append(c.groups, c.group(fmt.Sprintf("Group %d", i), members...))
	}
	for i := range policies {
		slug := fmt.Sprintf("policy-%d", i)
		form := fmt.Sprintf(`{"name":"Policy %d","slug":%q,"groups":[%q],"daysToAccept":%d}`, i, slug, c.groups[c.random.IntN(4)], 1+c.random.IntN(20))
		_, err := c.policies.Create(t.Context(), c.callers["ada"], []byte(form))
		c.ok(err)
		c.slugs = append(c.slugs, slug)
	}
	return c
}

// act does one thing that could change what is asked of somebody.
func (c *company) act() {
	c.Helper()
	ctx, ada, who, group, slug := c.Context(), c.callers["ada"], c.people[c.random.IntN(len(c.people))], c.groups[c.random.IntN(4)], c.slugs[c.random.IntN(len(c.slugs))]
	at := c.clock.AddDate(0, 0, c.random.IntN(20)-10)
	switch c.random.IntN(10) {
	case 0:
		c.publish(slug, fmt.Sprintf("text %d", c.random.IntN(1000)), c.random.IntN(3) == 0)
	case 1:
		_, err := c.house.people.Join(ctx, ada, group, who)
		c.ok(err)
	case 2:
		_, err := c.house.people.Quit(ctx, ada, group, who)
		c.ok(err)
	case 3:
		end := at.AddDate(0, 0, c.random.IntN(10)+1)
		_, err := c.house.people.SetLeave(ctx, ada, who, directory.Leave{Start: at, End: &end})
		c.ok(err)
	case 4:
		_, err := c.house.people.Update(ctx, ada, who, directory.Attributes{StartDate: &at, EndDate: &time.Time{}})
		c.ok(err)
	case 5:
		end := c.clock.AddDate(0, 0, 20-c.random.IntN(25))
		none := time.Time{}
		_, err := c.house.people.Update(ctx, ada, who, directory.Attributes{StartDate: &none, EndDate: &end})
		c.ok(err)
	case 6:
		form := fmt.Sprintf(`{"name":%q,"groups":[%q,%q],"daysToAccept":%d}`, slug, group, c.groups[c.random.IntN(4)], 1+c.random.IntN(20))
		_, err := c.policies.Replace(ctx, ada, slug, []byte(form))
		c.ok(err)
	case 7:
		c.clock = c.clock.Add(time.Duration(c.random.IntN(100)) * time.Hour)
	default:
		_, _ = c.policies.Record(ctx, ada, slug, string(who), "signed") // who is not asked is refused
	}
}

// TestListsFollowTasks does random things, and finds after each some that every list of
// people by their tasks holds exactly those who show them.
func TestListsFollowTasks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCompany(t, d, 25, 5)
		seen := map[string]int{}
		for range 12 {
			for range 15 {
				c.act()
			}
			// Who has left is told by offboarding, which is not part of this house.
			all := c.walk(url.Values{"employmentStatus": {"CURRENT", "ON_LEAVE", "UPCOMING"}}, 100)
			for _, p := range all {
				seen[p.TasksSummary.Status]++
			}
			c.compare(all)
		}
		for _, status := range []string{"COMPLETE", "DUE_SOON", "NONE", "OVERDUE", "PAUSED"} {
			if seen[status] == 0 {
				t.Errorf("nobody was ever %s: %v", status, seen)
			}
		}
	})
}

// compare asks for every status of all tasks, and of the task itself, and for some
// together.
func (c *company) compare(all []api.Person) {
	c.Helper()
	is := func(name string, asked []string, more url.Values, of func(api.Person) string) {
		c.Helper()
		var want, got []string
		for _, p := range all {
			if slices.Contains(asked, of(p)) {
				want = append(want, p.ID)
			}
		}
		query := url.Values{name: asked, "employmentStatus": {"CURRENT", "ON_LEAVE", "UPCOMING"}}
		for key, values := range more {
			query[key] = values
		}
		for _, p := range c.walk(query, 1+c.random.IntN(30)) {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			c.Errorf("%s: %v at %s (-shown +listed):\n%s", name, asked, c.clock, diff)
		}
	}
	summary := func(p api.Person) string { return p.TasksSummary.Status }
	task := func(p api.Person) string { return p.TasksSummary.Details.AcceptPolicies.Status }
	for _, asked := range [][]string{{"COMPLETE"}, {"DUE_SOON"}, {"OVERDUE"}, {"NONE"}, {"PAUSED", "OVERDUE"}, {"NONE", "COMPLETE"}} {
		is("tasksSummaryStatusMatchesAny", asked, nil, summary)
		if !slices.Contains(asked, "PAUSED") {
			is("taskStatusMatchesAny", asked, url.Values{"taskTypeMatchesAny": {"ACCEPT_POLICIES"}}, task)
		}
	}
}

// BenchmarkPeople lists people of a company of 500 with 20 policies, all pages of 100
// being alike.
func BenchmarkPeople(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgresql"} {
		b.Run(engine, func(b *testing.B) {
			var d *db.DB
			if engine == "sqlite" {
				d = dbtest.SQLite(b)
			} else {
				d = dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)})
			}
			c := newCompany(b, d, 500, 20)
			for _, slug := range c.slugs {
				c.publish(slug, "text", false)
				list, _, err := c.policies.Tasks(b.Context(), c.callers["ada"], slug, "", 500)
				c.ok(err)
				for i, t := range list {
					if i%3 != 0 {
						_, err := c.policies.Record(b.Context(), c.callers["ada"], slug, string(t.Person.ID), "signed")
						c.ok(err)
					}
				}
			}
			c.days(10)
			for _, query := range []string{"", "tasksSummaryStatusMatchesAny=OVERDUE", "taskStatusMatchesAny=DUE_SOON&taskTypeMatchesAny=ACCEPT_POLICIES", "tasksSummaryStatusMatchesAny=PAUSED", "tasksSummaryStatusMatchesAny=COMPLETE"} {
				b.Run("people?"+query, func(b *testing.B) {
					for b.Loop() {
						c.ask("ada", "GET", "people?pageSize=100&"+query, "", 200, nil)
					}
				})
			}
			b.Run("policies", func(b *testing.B) {
				for b.Loop() {
					c.ask("ada", "GET", "policies?pageSize=100", "", 200, nil)
				}
			})
		})
	}
}
