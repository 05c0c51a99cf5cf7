// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/program"
)

func (h *house) document(title string) document.Document {
	h.t.Helper()
	d, err := h.files.Create(h.t.Context(), h.manager, document.Form{Title: title, Cadence: "P1Y", TimeSensitivity: "MOST_RECENT"})
	h.ok(err)
	return d
}

func (h *house) upload(d document.Document, content string) {
	h.t.Helper()
	file, err := h.files.Files.Take(strings.NewReader(content))
	h.ok(err)
	_, err = h.files.Add(h.t.Context(), h.manager, d.ID, document.Coming{File: file})
	h.ok(err)
	h.ok(file.Drop())
}

// TestDocumentsCount counts documents as tests are counted: in a control, once in a
// framework, and not where they are not relevant.
func TestDocumentsCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := t.Context()
		one := h.control("C-1", `"requirements":{"soc2":["CC6.1"]}`)
		two := h.control("C-2", `"requirements":{"soc2":["CC6.2"]}`)
		report, chart := h.document("Report"), h.document("Chart")
		stands := func(what string, status program.Status, passing, total int) {
			t.Helper()
			got := h.detail("C-1").Tally
			h.same(what, []any{got.Status(), got.DocumentsPassing, got.DocumentsTotal}, []any{status, passing, total})
		}
		stands("nothing mapped", program.NoEvidenceMapped, 0, 0)
		for _, control := range []program.Control{one, two} {
			_, _, err := h.AddDocument(ctx, h.manager, control.ID, report.ID)
			h.ok(err)
		}
		_, _, err := h.AddDocument(ctx, h.manager, "C-1", chart.ID)
		h.ok(err)
		_, _, err = h.AddDocument(ctx, h.manager, "C-1", chart.ID) // again
		h.ok(err)
		stands("nothing there", program.NotStarted, 0, 2)
		h.upload(report, "x")
		stands("one there", program.InProgress, 1, 2)
		counters := h.framework("soc2").Counters
		h.same("a document counts once in a framework", []int{counters.DocumentsPassing, counters.DocumentsTotal}, []int{1, 2})
		gaps, err := h.Gaps(ctx, h.manager, "soc2")
		h.ok(err)
		for _, c := range gaps.NotPassing {
			if c.ID == one.ID {
				h.same("what is missing", []any{len(c.Documents), c.Documents[0].ID}, []any{1, chart.ID})
			}
		}
		_, err = h.files.Deactivate(ctx, h.manager, chart.ID, "no need", nil)
		h.ok(err)
		stands("the other is not relevant", program.Completed, 1, 1)
		h.clock = h.clock.AddDate(1, 0, 0)
		stands("a year later", program.NotStarted, 0, 1)
		h.same("documents of a control", h.titlesOf("C-1"), "Report Chart")
		controls, more, err := h.ControlsOfDocument(ctx, h.manager, report.ID, "", 1)
		h.ok(err)
		h.same("controls of a document", []any{len(controls), controls[0].ID, more}, []any{1, one.ID, true})
		for _, ids := range []struct {
			framework string
			want      int
		}{{"SOC_2", 2}, {"hipaa", 0}} {
			list, _, err := h.files.List(ctx, h.manager, document.Query{Frameworks: []string{ids.framework}, Limit: 10})
			h.ok(err)
			h.same("documents under "+ids.framework, len(list), ids.want)
		}
		h.ok(h.RemoveDocument(ctx, h.manager, "C-1", chart.ID))
		h.fails(h.RemoveDocument(ctx, h.manager, "C-1", chart.ID), fault.NotFound, "not evidence")
		h.ok(h.files.Delete(ctx, h.manager, report.ID))
		stands("after it was deleted", program.NoEvidenceMapped, 0, 0)
		h.ok(h.Delete(ctx, h.manager, "C-2"))
		list := strings.Join(h.entries("control"), "\n")
		h.same("told", []int{strings.Count(list, `"what":"document added"`), strings.Count(list, `"what":"document removed"`)}, []int{3, 3})
	})
}

func (h *house) titlesOf(control string) string {
	h.t.Helper()
	list, _, err := h.DocumentsOf(h.t.Context(), h.manager, control, "", 10)
	h.ok(err)
	titles := []string{}
	for _, d := range list {
		titles = append(titles, d.Title)
	}
	return strings.Join(titles, " ")
}

// TestDocumentIsNoWeakness says that a control with a document has evidence.
func TestDocumentIsNoWeakness(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.control("C-1")
	weak := func() (found bool) {
		list, _, err := h.Weaknesses(t.Context(), h.manager, program.WeakQuery{Limit: 1000})
		h.ok(err)
		for _, w := range list {
			found = found || w.Control != nil && w.Control.ExternalID == "C-1"
		}
		return found
	}
	h.same("without", weak(), true)
	_, _, err := h.AddDocument(t.Context(), h.manager, "C-1", h.document("Report").ID)
	h.ok(err)
	h.same("with", weak(), false)
}
