// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/program"
)

// BenchmarkLists reads every list and counter of a workspace with 300 tests on 40
// definitions, 250 controls and 5 frameworks; each must stay under 50 ms.
func BenchmarkLists(b *testing.B) {
	for name, open := range map[string]func() *db.DB{
		"sqlite":     func() *db.DB { return dbtest.SQLite(b) },
		"postgresql": func() *db.DB { return dbtest.Open(b, db.Options{URL: dbtest.PostgreSQL(b)}) },
	} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b, open())
			entity := h.fill()
			for what, read := range map[string]func() error{
				"frameworks": func() error { _, _, err := h.Frameworks(b.Context(), h.manager, "", 100); return err },
				"framework":  func() error { _, err := h.GetFramework(b.Context(), h.manager, "nist53"); return err },
				"controls": func() error {
					_, _, err := h.List(b.Context(), h.manager, program.ControlQuery{Limit: 100})
					return err
				},
				"control": func() error { _, err := h.GetDetail(b.Context(), h.manager, "c7"); return err },
				"controls of a framework": func() error {
					_, _, err := h.ControlsOfFramework(b.Context(), h.manager, "soc2", "", 100)
					return err
				},
				"tests of a framework": func() error {
					_, _, err := h.tests.List(b.Context(), h.manager, assessment.TestQuery{Filter: assessment.TestFilter{Framework: "soc2"}, Limit: 100})
					return err
				},
				"gaps": func() error { _, err := h.Gaps(b.Context(), h.manager, "nist53"); return err },
				"failures": func() error {
					_, _, err := h.Failures(b.Context(), h.manager, "soc2", "CC6.1", program.FailureQuery{Limit: 100})
					return err
				},
				"requirements of a record": func() error { _, _, err := h.RequirementsOfRecord(b.Context(), h.manager, entity); return err },
				"without a test":           func() error { _, err := h.WithoutTest(b.Context(), h.manager); return err },
			} {
				b.Run(strings.ReplaceAll(what, " ", "-"), func(b *testing.B) {
					for b.Loop() {
						if err := read(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// fill makes the workspace, and answers a record that fails.
func (h *house) fill() (entity string) {
	h.t.Helper()
	const definitions, tests, controls = 40, 300, 250
	refs := [][]string{}
	for i := range definitions {
		d := h.define("Servers " + strconv.Itoa(i))
		records := []string{}
		for n := range 50 {
			records = append(records, server("r"+strconv.Itoa(n), n%7 != i%7, n))
		}
		h.push(d, records...)
		refs = append(refs, []string{string(d.ID)})
	}
	places := strings.Fields("soc2/CC6.1 soc2/CC7.1 iso27001_2022/A.8.6 hipaa/164.312(d) nistcsf2/PR.AA-01 nist53/AC-2 nist53/AC-3 nist53/SI-2")
	have, _, err := h.List(h.t.Context(), h.manager, program.ControlQuery{Limit: controls})
	h.ok(err)
	rows := []program.Row{}
	for i := range controls - len(have) {
		requirements := map[string][]string{}
		for k := range 4 {
			framework, ref, _ := strings.Cut(places[(i+2*k)%len(places)], "/")
			requirements[framework] = append(requirements[framework], ref)
		}
		text := fmt.Sprintf(`{"kind":"Control","externalId":"c%d","name":"Control %d","description":"d","domains":["PRIVACY"],"requirements":%s}`, i, i, encodeB(requirements))
		rows = append(rows, program.Row{Form: []byte(text), Line: i})
	}
	result, err := h.Import(h.t.Context(), h.manager, rows, false)
	h.ok(err)
	if len(result.Problems) > 0 {
		h.t.Fatal(result.Problems)
	}
	for i := range tests {
		made, err := h.tests.Create(h.t.Context(), h.manager, []byte(fmt.Sprintf(
			`{"name":"Test %d","resource":%q,"passWhen":{"field":"active","op":"equals","value":true},"freshness":"7d","controls":["c%d","c%d","c%d"]}`,
			i, refs[i%definitions][0], i%150, (i+40)%150, (i+80)%150)))
		h.ok(err)
		if entity == "" {
			page, err := h.tests.Entities(h.t.Context(), h.manager, made.ID, assessment.EntityQuery{Limit: 1, Outcome: assessment.Failing})
			h.ok(err)
			entity = page.Entities[0].ID
		}
	}
	return entity
}

func encodeB(v map[string][]string) string {
	parts := []string{}
	for framework, refs := range v {
		parts = append(parts, fmt.Sprintf(`%q:["%s"]`, framework, strings.Join(refs, `","`)))
	}
	return "{" + strings.Join(parts, ",") + "}"
}
