// SPDX-License-Identifier: Apache-2.0

package directory_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
)

func (h *house) imported(file string, o directory.ImportOptions) directory.Imported {
	h.t.Helper()
	done, err := h.people.Import(h.t.Context(), h.admin, strings.NewReader(file), o)
	h.ok(err)
	return done
}

func (h *house) exported() string {
	h.t.Helper()
	var out bytes.Buffer
	h.ok(h.people.Export(h.t.Context(), h.admin, &out))
	return out.String()
}

const staff = `email,first,last,display,jobTitle,startDate,endDate,status,leaveStart,leaveEnd,groups,notPerson,notPersonReason
ada@example.com,Ada,Lovelace,,Engineer,2024-01-01,,,,,"Engineering;""R; D""",,
bob@example.com,Bob,=Bobson,Bobby,'+Chief,,2026-01-31,FORMER,,,,no,
eve@example.com,Eve,,,,2026-07-01,,UPCOMING,,,Engineering,,
joe@example.com,Joe,Away,,,,,on leave,2026-05-01,2026-08-01T09:30:00.25Z,,,
off@example.com,Off,,,,,,INACTIVE,,,,,
robot@example.com,,,Build robot,,,,,,,,true,"a mailbox,
no person"
`

func TestImportAndExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.same("dry run", h.imported(staff, directory.ImportOptions{DryRun: true}), directory.Imported{Created: 6})
		h.same("nobody", len(h.entries()), 0)
		h.same("left", len(h.left), 2) // asked, and undone
		h.left = nil
		h.same("import", h.imported(staff, directory.ImportOptions{}), directory.Imported{Created: 6})
		h.same("left", h.left, []string{"bob@example.com", "off@example.com"})
		h.same("entries", len(h.entries()), 6+2+1) // people, groups, the import
		h.same("again", h.imported(staff, directory.ImportOptions{}), directory.Imported{Unchanged: 6})
		h.same("entries", len(h.entries()), 9)

		want := strings.ReplaceAll(`email,first,last,display,jobTitle,startDate,endDate,status,leaveStart,leaveEnd,groups,notPerson,notPersonReason
ada@example.com,Ada,Lovelace,Ada Lovelace,Engineer,2024-01-01,,CURRENT,,,"Engineering;""R; D""",false,
bob@example.com,Bob,'=Bobson,Bobby,'+Chief,,2026-01-31,FORMER,,,,false,
eve@example.com,Eve,,Eve,,2026-07-01,,UPCOMING,,,Engineering,false,
joe@example.com,Joe,Away,Joe Away,,,,ON_LEAVE,2026-05-01,2026-08-01T09:30:00.250Z,,false,
off@example.com,Off,,Off,,,,INACTIVE,,,,false,
robot@example.com,,,Build robot,,,,CURRENT,,,,true,"a mailbox,
no person"
`, "\n", "\r\n")
		got := h.exported()
		h.same("export", sorted(got), sorted(want))
		h.same("its import", h.imported(got, directory.ImportOptions{}), directory.Imported{Unchanged: 6})
		h.clock = h.clock.AddDate(0, 6, 0) // the states in the file are old news; the dates decide
		h.same("later", h.imported(got, directory.ImportOptions{}), directory.Imported{Unchanged: 6})
		h.same("as a spreadsheet saves it", h.imported("\xEF\xBB\xBFE-Mail;Job Title\r\nADA@example.com;Countess\r\n", directory.ImportOptions{}),
			directory.Imported{Updated: 1})
		h.same("told", slices.Contains(h.told("Ada Lovelace"), "imported; jobTitle: Engineer > Countess"), true)
		h.same("group", h.imported("email,groups\nada@example.com,engineering;Ops\n", directory.ImportOptions{}), directory.Imported{Updated: 1})
		h.same("told", slices.Contains(h.told("Ada Lovelace"), "imported; groups: Engineering, R; D > Engineering, Ops"), true)
	})
}

// sorted compares lines: ids of one millisecond have no order.
func sorted(file string) []string {
	lines := strings.SplitAfter(file, "\n")
	slices.Sort(lines)
	return lines
}

func TestImportNamesEveryProblem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		_, _, err := h.put(scim, "", directory.Attributes{Email: ptr("jane@example.com"), First: ptr("Jane"), Last: ptr("Doe")})
		h.ok(err)
		h.last = "last@example.com"
		h.make("last@example.com")
		before := len(h.entries())
		file := strings.Join([]string{
			"email,first,startDate,endDate,status,leaveStart,leaveEnd,groups,notPerson",
			"good@example.com,Good,,,,,,,",
			"nonsense,,,,,,,,",
			"Good@example.com,,,,,,,,",
			",,,,,,,,",
			"dates@example.com,,31.5.2026,2026-02-30,,,,,",
			"order@example.com,,2026-05-01,2026-04-01,,,,,",
			"state@example.com,,,,GONE,,,,",
			"leave@example.com,,,,,2026-05-01,2026-04-01,,",
			"leave2@example.com,,,,,,2026-04-01,,maybe",
			`group@example.com,,,,,,,"""x",`,
			"jane@example.com,Janet,,,,,,,",
			"last@example.com,,,,FORMER,,,,",
			"short@example.com",
			"line@example.com,Ada\u2028,,,,,,,",
			"turn@example.com,\u202eadA,,,,,,\u2067Ops,",
		}, "\n")
		done := h.imported(file, directory.ImportOptions{})
		var got []string
		for _, p := range done.Problems {
			got = append(got, fmt.Sprintf("%d %s %s", p.Line, p.Column, p.Message))
		}
		h.same("problems", got, []string{
			`3 email "nonsense" is not an e-mail address such as ada@example.com`,
			`4 email stands in line 2 already`,
			`5 email the e-mail is missing`,
			`6 startDate "31.5.2026" is not a date such as 2026-05-31 or 2026-05-31T09:00:00Z`,
			`6 endDate "2026-02-30" is not a date such as 2026-05-31 or 2026-05-31T09:00:00Z`,
			`7 endDate must not be before the start date`,
			`8 status must be one of UPCOMING, CURRENT, ON_LEAVE, INACTIVE and FORMER, not "GONE"`,
			`9 leaveEnd must be after leaveStart`,
			`10 leaveEnd needs leaveStart beside it`,
			`10 notPerson must be true or false`,
			`11 groups must be names of groups with semicolons between them; names with a semicolon stand between quotation marks`,
			`12 first the name comes from the identity provider: change it there`,
			`13 status last@example.com is the last Admin who can sign in`,
			`14  has 1 cells where the header has 9`,
			`15 first must not hold U+2028, which breaks the line`,
			`16 groups must not hold U+2067, which turns the direction of the text`,
			`16 first must not hold U+202E, which turns the direction of the text`,
		})
		h.same("entries", len(h.entries()), before)
		h.same("export", strings.Count(h.exported(), "\r\n"), 3) // nobody new
	})
}

func TestAnOldStatusBringsNothingBack(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.imported("email,status\na@b.example,INACTIVE\nc@d.example,FORMER\n", directory.ImportOptions{})
	h.clock = h.clock.Add(time.Hour)
	h.same("again", h.imported("email,status,endDate\na@b.example,INACTIVE,\nc@d.example,FORMER,\n", directory.ImportOptions{}), directory.Imported{Unchanged: 2})
	h.same("back", h.imported("email,status,endDate\na@b.example,CURRENT,\nc@d.example,CURRENT,\n", directory.ImportOptions{}), directory.Imported{Updated: 2})
	h.same("none gone", strings.Count(h.exported(), "CURRENT"), 2)
}
