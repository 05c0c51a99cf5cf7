// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"cmp"
	"slices"
	"strings"

	"github.com/passmuster/muster/internal/deadline"
)

// Category is what a test's deadline goes by.
type Category struct {
	BuiltIn   bool
	CreatedAt int64 // ms; 0: built in
	Enabled   bool
	Name      string
	Slug      string
	Term      deadline.Term
	UpdatedAt int64 // ms; 0: never edited

	version int64 // of its terms; 0: none are stored
}

// BuiltIn answers the categories that every workspace has, as they ship, by slug
// (contract tests-and-rules.md section 2; those of vulnerabilities are its, the
// other deadlines ours).
func BuiltIn() []Category {
	one := func(slug, name string, amount int64, unit deadline.Unit) Category {
		return Category{BuiltIn: true, Enabled: true, Name: name, Slug: slug, Term: deadline.Term{Amount: amount, Unit: unit}}
	}
	return []Category{
		one("account-access-revocation", "Account access revocation", 1, deadline.BusinessDays),
		one("account-setup", "Account setup", 5, deadline.BusinessDays),
		one("computers", "Computers", 14, deadline.Days),
		one("infrastructure", "Infrastructure", 30, deadline.Days),
		one("people-tasks", "People tasks", 14, deadline.Days),
		one("security-tasks-p0", "Security tasks: P0", 7, deadline.Days),
		one("security-tasks-p1", "Security tasks: P1", 30, deadline.Days),
		one("security-tasks-p2", "Security tasks: P2", 60, deadline.Days),
		one("security-tasks-p3", "Security tasks: P3", 90, deadline.Days),
		one("security-tasks-p4", "Security tasks: P4", 180, deadline.Days),
		one("vulnerabilities-critical", "Vulnerabilities: critical", 7, deadline.Days),
		one("vulnerabilities-high", "Vulnerabilities: high", 30, deadline.Days),
		one("vulnerabilities-low", "Vulnerabilities: low", 180, deadline.Days),
		one("vulnerabilities-medium", "Vulnerabilities: medium", 90, deadline.Days),
	}
}

// ruled says whether rules of built-in tests go by the category.
func (c Category) ruled() bool {
	return c.BuiltIn && (strings.HasPrefix(c.Slug, "vulnerabilities-") || strings.HasPrefix(c.Slug, "security-tasks-"))
}

// builtIn answers a built-in category as it ships.
func builtIn(slug string) (Category, bool) {
	for _, c := range BuiltIn() {
		if c.Slug == slug {
			return c, true
		}
	}
	return Category{}, false
}

// merged answers all categories of a workspace by slug: the rows, and the
// built-in ones that have none.
func merged(rows []Category) []Category {
	all := slices.Clone(rows)
	for _, c := range BuiltIn() {
		if !slices.ContainsFunc(rows, func(row Category) bool { return row.Slug == c.Slug }) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Category) int { return cmp.Compare(a.Slug, b.Slug) })
	return all
}

// named finds a category by slug, or by name whatever its case.
func named(all []Category, ref string) (Category, bool) {
	ref = strings.TrimSpace(ref)
	for _, same := range []func(Category) bool{
		func(c Category) bool { return c.Slug == ref },
		func(c Category) bool { return strings.EqualFold(c.Name, ref) },
	} {
		if i := slices.IndexFunc(all, same); i >= 0 {
			return all[i], true
		}
	}
	return Category{}, false
}
