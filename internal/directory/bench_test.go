// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
)

const crowd = 10_000

// crowded is a house with ten thousand people, of whom a few are in each of the
// rarer states.
func crowded(b *testing.B, d *db.DB) (h *house, team directory.GroupID) {
	b.Helper()
	h = newHouse(b, d)
	var file strings.Builder
	file.WriteString("email,first,last,status,groups\n")
	for i := range crowd {
		status, groups := "", "Everybody"
		switch i % 1000 {
		case 500:
			status = "FORMER"
		case 501:
			status = "ON_LEAVE"
		case 502:
			status = "INACTIVE"
		case 503:
			groups = "Everybody;Team"
		}
		fmt.Fprintf(&file, "person%05d@example.com,First%d,Last%d,%s,%s\n", i, i%100, i, status, groups)
	}
	h.same("import", h.imported(file.String(), directory.ImportOptions{}), directory.Imported{Created: crowd})
	groups, _, err := h.people.ListGroups(b.Context(), h.admin, "", 10)
	h.ok(err)
	for _, g := range groups {
		if g.Name == "Team" {
			team = g.ID
		}
	}
	return h, team
}

func eachEngine(b *testing.B, run func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("postgresql", func(b *testing.B) { run(b, dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)})) })
}

func BenchmarkList(b *testing.B) {
	eachEngine(b, func(b *testing.B, d *db.DB) {
		h, team := crowded(b, d)
		for name, q := range map[string]directory.Query{
			"current":  {Employment: []directory.Employment{directory.Current}},
			"first":    {},
			"former":   {Employment: []directory.Employment{directory.Former}},
			"inactive": {Employment: []directory.Employment{directory.Inactive}},
			"onleave":  {Employment: []directory.Employment{directory.OnLeave}},
			"one":      {Prefix: "last9999"},
			"upcoming": {Employment: []directory.Employment{directory.Upcoming}},
			"person":   {Prefix: "person"}, // everybody
			"team":     {Group: team},
		} {
			q.Limit = 100
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					if _, _, err := h.people.List(b.Context(), h.admin, q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}

func BenchmarkFiles(b *testing.B) {
	eachEngine(b, func(b *testing.B, d *db.DB) {
		var file bytes.Buffer
		h, _ := crowded(b, d)
		b.Run("export", func(b *testing.B) {
			for b.Loop() {
				file.Reset()
				h.ok(h.people.Export(b.Context(), h.admin, io.Writer(&file)))
			}
		})
		b.Run("unchanged", func(b *testing.B) {
			for b.Loop() {
				h.imported(file.String(), directory.ImportOptions{})
			}
		})
	})
}

func BenchmarkPut(b *testing.B) {
	eachEngine(b, func(b *testing.B, d *db.DB) {
		h := newHouse(b, d)
		n := 0
		b.Run("create", func(b *testing.B) {
			for b.Loop() {
				n++
				_, _, err := h.put(scim, "", directory.Attributes{Email: ptr(fmt.Sprintf("p%d@example.com", n)), Active: ptr(true)})
				h.ok(err)
			}
		})
		b.Run("unchanged", func(b *testing.B) {
			for b.Loop() {
				_, _, err := h.put(scim, "", directory.Attributes{Email: ptr("p1@example.com"), Active: ptr(true)})
				h.ok(err)
			}
		})
	})
}
