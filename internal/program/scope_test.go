// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"slices"
	"testing"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/scope"
)

// scopes answers the scopes of the house.
func (h *house) scopes() *scope.Service {
	s := scope.New(scope.Options{DB: h.db, Now: h.now, Tests: h.tests})
	s.Users = h.BoundTo
	return s
}

// Two frameworks have the same test; each counts the records of its own scope.
func TestFrameworksCountInTheirScopes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(h.servers, server("big", true, 64), server("small", false, 4))
		h.test("active", `"controls":["data-encrypted"]`)
		scopes, ctx := h.scopes(), t.Context()
		for name, where := range map[string]string{"big": "gte", "small": "lt"} {
			_, err := scopes.Create(ctx, h.manager, []byte(`{"name":"`+name+`","filters":[{"resource":"`+string(h.servers.ID)+
				`","where":{"field":"memory","op":"`+where+`","value":8}}]}`))
			h.ok(err)
		}
		met := func(framework string) [2]int {
			c := h.framework(framework).Counters
			return [2]int{c.TestsPassing, c.TestsTotal}
		}
		h.same("without scopes", [][2]int{met("soc2"), met("iso27001_2022")}, [][2]int{{0, 1}, {0, 1}})
		for framework, ref := range map[string]string{"soc2": "big", "iso27001_2022": "small"} {
			_, err := h.BindScope(ctx, h.manager, framework, ref)
			h.ok(err)
		}
		h.same("in their scopes", [][2]int{met("soc2"), met("iso27001_2022")}, [][2]int{{1, 1}, {0, 1}})
		list, _, err := h.Frameworks(ctx, h.manager, "", 100)
		h.ok(err)
		for _, f := range list {
			if want := map[string]int{"soc2": 1}[f.ID]; f.Counters.TestsPassing != want {
				t.Errorf("%s in the list: got %d passing, want %d", f.ID, f.Counters.TestsPassing, want)
			}
		}

		h.same("records that break CC6.1", h.failures("soc2", "CC6.1"), []string{})
		h.same("records that break A.8.24", h.failures("iso27001_2022", "A.8.24"), []string{"active small"})
		broken := h.brokenBy("small", h.tested("active"))
		if slices.ContainsFunc(broken, func(b string) bool { return b[:4] == "soc2" }) || len(broken) == 0 {
			t.Errorf("a record outside of SOC 2's scope breaks %v", broken)
		}

		h.fails(scopes.Delete(ctx, h.manager, "big"), fault.Conflict, "SOC 2")
		_, err = h.BindScope(ctx, h.manager, "soc2", "none such")
		h.fails(err, fault.NotFound, "no scope")
		_, err = h.BindScope(ctx, h.manager, "soc2", "")
		h.ok(err)
		h.same("unbound", met("soc2"), [2]int{0, 1})
		h.ok(scopes.Delete(ctx, h.manager, "big"))
		_, err = scopes.Get(ctx, h.manager, "big")
		h.fails(err, fault.NotFound, "no scope")
		bound, err := h.ScopeOf(ctx, h.manager, "iso27001_2022")
		h.ok(err)
		h.same("the scope of the other", bound.Slug, "small")
		stranger := h.manager
		stranger.Workspace.Number++
		_, err = scopes.Get(ctx, stranger, "small")
		h.fails(err, fault.NotFound, "no scope")
	})
}

func (h *house) tested(ref string) assessment.Test {
	h.t.Helper()
	t, err := h.tests.Get(h.t.Context(), h.manager, ref)
	h.ok(err)
	return t
}

// A scope that is replaced counts anew; its records come and go with pushes.
func TestScopesFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(h.servers, server("a", true, 4), server("b", false, 8), server("c", false, 16))
		test := h.test("active")
		scopes, ctx := h.scopes(), t.Context()
		form := func(filters, others string) []byte {
			return []byte(`{"kind":"Scope","slug":"part","name":"Part","others":"` + others + `","filters":[` + filters + `]}`)
		}
		where := func(condition string) string {
			return `{"application":"Inventory","resource":"Servers","where":` + condition + `}`
		}
		counts := func() [2]int64 {
			all, err := scopes.Stands(ctx, h.manager, "part")
			h.ok(err)
			c := all[test.Number].Counts
			return [2]int64{c[assessment.Passing], c[assessment.Failing]}
		}
		_, err := scopes.Create(ctx, h.manager, form(where(`{"field":"memory","op":"gte","value":8}`), "in"))
		h.ok(err)
		h.same("from 8", counts(), [2]int64{0, 2})
		h.push(h.servers, server("a", true, 32), server("b", false, 4), server("c", false, 16))
		h.same("after a push", counts(), [2]int64{1, 1})
		_, err = scopes.Replace(ctx, h.manager, "part", form(where(`{"field":"memory","op":"lt","value":8}`), "in"))
		h.ok(err)
		h.same("below 8", counts(), [2]int64{0, 1})
		_, err = scopes.Replace(ctx, h.manager, "part", form("", "in"))
		h.ok(err)
		h.same("without a filter", counts(), [2]int64{1, 2})
		_, err = scopes.Replace(ctx, h.manager, "part", form("", "out"))
		h.ok(err)
		h.same("without anything", counts(), [2]int64{0, 0})

		_, err = scopes.Create(ctx, h.manager, form("", "in"))
		h.fails(err, fault.Conflict, "already")
		list, _, err := h.tests.List(ctx, h.manager, assessment.TestQuery{Limit: 100})
		h.ok(err)
		if len(list) != 1 {
			t.Errorf("a filter is listed as a test: %d tests", len(list))
		}
	})
}

func TestScopeProblems(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		scopes := h.scopes()
		one := `{"resource":"` + string(h.servers.ID) + `","where":{"field":"active","op":"equals","value":true}}`
		for text, want := range map[string]string{
			`[]`:                                               `: must be an object: a scope has a name and filters`,
			`{"filters":[]}`:                                   `/name: must be present and not empty`,
			`{"name":"x","filter":[]}`:                         `/filter: is no member of a scope; did you mean filters?`,
			`{"name":"x","kind":"Test"}`:                       `/kind: must be Scope`,
			`{"name":"x","slug":"A b"}`:                        `/slug: must be lower-case letters and digits with single dashes between them, such as eu-production`,
			`{"name":"x","others":"some"}`:                     `/others: must be one of in, out`,
			`{"name":"x","filters":{}}`:                        `/filters: must be an array of {application, resource, where}`,
			`{"name":"x","filters":[1]}`:                       `/filters/0: must be an object: a filter has application, resource and where`,
			`{"name":"x","filters":[` + one + `,` + one + `]}`: `/filters/1: is about the same resource as filter 0; a resource has one filter, whose condition may have all and any`,
			`{"name":"x","filters":[{"resource":"` + string(h.servers.ID) + `"}]}`:                                         `/filters/0/where: must be present: the condition that a record in scope meets`,
			`{"name":"x","filters":[{"resource":"` + string(h.servers.ID) + `","where":{"field":"activ","op":"exists"}}]}`: `/filters/0/where/field: the record has no field activ; did you mean active?`,
			`{"name":"x","slug":"0123456789abcdef01234567"}`:                                                               `/slug: must be lower-case letters and digits with single dashes between them, such as eu-production`,
			`{"name":"!"}`: `/slug: must be present: the name has too few letters to make one of`,
		} {
			if _, err := scopes.Create(t.Context(), h.manager, []byte(text)); problems(err) != want {
				t.Errorf("%s\n got %s\nwant %s", text, problems(err), want)
			}
		}
		all, err := scopes.List(t.Context(), h.manager)
		h.ok(err)
		if len(all) != 0 {
			t.Errorf("%d scopes were made", len(all))
		}
	})
}
