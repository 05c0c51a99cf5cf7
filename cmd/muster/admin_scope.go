// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scope"
)

type adminScopeCmd struct {
	Bind   scopeBindCmd   `cmd:"" help:"Let a scope decide what counts for a framework."`
	Delete scopeDeleteCmd `cmd:"" help:"Delete a scope that no framework is bound to."`
	List   scopeListCmd   `cmd:"" help:"List the scopes."`
	Put    scopePutCmd    `cmd:"" help:"Make scopes be as a file says, YAML or JSON: one or a list."`
	Show   scopeShowCmd   `cmd:"" help:"Show what is in a scope, and what tests say of it."`
}

type scopeJSON struct {
	ID          string            `json:"id"`
	Slug        string            `json:"slug"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Others      string            `json:"others"`
	Filters     []scope.Condition `json:"filters"`
}

func toScopeJSON(s scope.Scope) scopeJSON {
	return scopeJSON{s.ID, s.Slug, s.Document.Name, s.Document.Description, s.Document.Others, s.Document.Filters}
}

type scopeListCmd struct{}

// Run lists scopes.
func (c *scopeListCmd) Run(a *adminContext) error {
	return a.open(func() error {
		all, err := a.Scopes.List(a.sys.ctx, a.actor)
		if err != nil {
			return err
		}
		rows, list := [][]string{{"SLUG", "FILTERS", "OTHERS", "NAME"}}, []scopeJSON{}
		for _, one := range all {
			list = append(list, toScopeJSON(one))
			rows = append(rows, []string{one.Slug, strconv.Itoa(len(one.Document.Filters)), one.Document.Others, one.Document.Name})
		}
		return a.answer(list, "%s", table(rows))
	})
}

type scopePutCmd struct {
	File string `arg:"" help:"kind: Scope, in YAML or JSON; - is standard input." name:"file"`
}

// Run makes the scopes of a file, in its order, until one is refused.
func (c *scopePutCmd) Run(a *adminContext) error {
	return a.change(func() error {
		forms, err := a.readForms(c.File)
		if err != nil {
			return err
		}
		list := []scopeJSON{}
		for _, form := range forms {
			one, created, err := a.putScope(form)
			if err != nil {
				return err
			}
			list = append(list, toScopeJSON(one))
			if !a.flags.JSON {
				a.sys.say("%s %s", one.Slug, madeOr(created))
			}
		}
		return a.answer(list, "%d scopes", len(list))
	})
}

// putScope replaces the scope that has the slug of a form, or makes it.
func (a *adminContext) putScope(form json.Value) (one scope.Scope, created bool, err error) {
	var named struct {
		Slug string `json:"slug"`
	}
	all, err := a.Scopes.List(a.sys.ctx, a.actor)
	if err != nil {
		return one, false, err
	}
	// A form that cannot be read is refused below, with its places.
	if json.Unmarshal(form, &named) == nil && slices.ContainsFunc(all, func(s scope.Scope) bool { return s.Slug == named.Slug }) {
		one, err = a.Scopes.Replace(a.sys.ctx, a.actor, named.Slug, form)
		return one, false, err
	}
	one, err = a.Scopes.Create(a.sys.ctx, a.actor, form)
	return one, true, err
}

// scopeRef names a scope.
type scopeRef struct {
	Scope string `arg:"" help:"Slug or id of the scope." name:"id"`
}

type scopeShowCmd struct{ scopeRef }

type scopeTestJSON struct {
	ID         string `json:"id"`
	Status     string `json:"status"`
	Passing    int64  `json:"passing"`
	Failing    int64  `json:"failing"`
	OutOfScope int64  `json:"outOfScope"`
}

type scopeShownJSON struct {
	scopeJSON

	Tests []scopeTestJSON `json:"tests"`
}

// Run shows a scope with its tallies.
func (c *scopeShowCmd) Run(a *adminContext) error {
	return a.open(func() error {
		found, err := a.Scopes.Get(a.sys.ctx, a.actor, c.Scope)
		if err != nil {
			return err
		}
		stands, err := a.Scopes.Stands(a.sys.ctx, a.actor, found.ID)
		if err != nil {
			return err
		}
		out, number := scopeShownJSON{toScopeJSON(found), []scopeTestJSON{}}, func(n int64) string { return strconv.FormatInt(n, 10) }
		rows := [][]string{{"TEST", "STATUS", "PASSING", "FAILING", "OUT OF SCOPE"}}
		for _, one := range slices.SortedFunc(maps.Values(stands), func(x, y assessment.Standing) int { return strings.Compare(x.ID, y.ID) }) {
			j := scopeTestJSON{
				one.ID, string(one.Status), one.Counts[assessment.Passing], one.Counts[assessment.Failing], one.Counts[assessment.OutOfScope],
			}
			out.Tests = append(out.Tests, j)
			rows = append(rows, []string{j.ID, j.Status, number(j.Passing), number(j.Failing), number(j.OutOfScope)})
		}
		return a.answer(out, "%s: %d filters, other records are %s\n\n%s", found.Document.Name, len(found.Document.Filters), found.Document.Others, table(rows))
	})
}

type scopeDeleteCmd struct{ scopeRef }

// Run deletes a scope.
func (c *scopeDeleteCmd) Run(a *adminContext) error {
	return a.change(func() error {
		found, err := a.Scopes.Get(a.sys.ctx, a.actor, c.Scope)
		if err != nil {
			return err
		}
		if err := a.Scopes.Delete(a.sys.ctx, a.actor, found.ID); err != nil {
			return err
		}
		return a.answer(toScopeJSON(found), "%q is deleted", found.Document.Name)
	})
}

type scopeBindCmd struct {
	Framework string `arg:"" help:"Id of the framework." name:"framework"`
	Scope     string `arg:"" help:"Slug or id of the scope; left out, every record counts again." name:"scope" optional:""`
}

// Run binds a framework to a scope.
func (c *scopeBindCmd) Run(a *adminContext) error {
	return a.change(func() error {
		bound, err := a.Program.BindScope(a.sys.ctx, a.actor, c.Framework, c.Scope)
		if err != nil {
			return err
		}
		if bound == nil {
			return a.answer(nil, "every record counts for %s", c.Framework)
		}
		return a.answer(toScopeJSON(*bound), "%s counts what is in %s", c.Framework, bound.Slug)
	})
}
