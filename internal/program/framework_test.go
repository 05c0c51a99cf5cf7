// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/program"
)

const acme = `{"apiVersion":"muster/v1","kind":"Framework","name":"Acme Baseline","version":"7","license":"CC-BY-4.0","source":"s","attribution":"Acme",
	"categories":[{"ref":"AC","name":"Access","text":"All of access.","requirements":[
		{"ref":"AC 1","name":"Reviews","text":"Review access.","obligation":"required","controls":["access-reviews","mdm-SYSTEM-utilized"],
			"requirements":[{"ref":"AC 1.a","name":"Quarterly","description":"ours"}]},
		{"ref":"AC 2","name":"Leavers","controls":["access-revoked-termination"]}]},
		{"ref":"X","name":"Empty"}]}`

func TestFrameworksOfOnesOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		made, err := h.CreateFramework(t.Context(), h.manager, []byte(acme))
		h.ok(err)
		if made.ID != "acme-baseline" || !made.Custom || made.Shorthand != "Acme Baseline" || made.Counters.ControlsTotal != 3 {
			t.Errorf("got %+v", made.FrameworkState)
		}
		h.same("controls", names(made.Controls["AC 1"]), []string{"access-reviews", "MDM-system-utilized"})
		_, err = h.CreateFramework(t.Context(), h.manager, []byte(acme))
		h.fails(err, fault.Conflict, "acme-baseline")

		// A file keeps the mappings that it does not speak of, and takes those of
		// requirements that go.
		replaced, err := h.ReplaceFramework(t.Context(), h.manager, "acme-baseline", []byte(`{"name":"Acme 8","categories":[{"ref":"AC","name":"Access","requirements":[
			{"ref":"AC 1","name":"Reviews"},{"ref":"AC 3","name":"New","controls":["data-encrypted"]}]}]}`))
		h.ok(err)
		if replaced.ID != "acme-baseline" || replaced.Name != "Acme 8" {
			t.Errorf("got %+v", replaced.Framework)
		}
		got := h.framework("acme-baseline")
		h.same("kept", names(got.Controls["AC 1"]), []string{"access-reviews", "MDM-system-utilized"})
		h.same("new", names(got.Controls["AC 3"]), []string{"data-encrypted"})
		h.same("gone", names(got.Controls["AC 2"]), []string{})
		if got.Counters.ControlsTotal != 3 {
			t.Errorf("got %d controls", got.Counters.ControlsTotal)
		}

		_, err = h.ReplaceFramework(t.Context(), h.manager, "soc2", []byte(acme))
		h.fails(err, fault.Conflict, "comes with Muster")
		h.ok(h.DeleteFramework(t.Context(), h.manager, "acme-baseline"))
		_, err = h.GetFramework(t.Context(), h.manager, "acme-baseline")
		h.fails(err, fault.NotFound, "acme-baseline")
		for _, want := range []string{`"what":"created"`, `"what":"edited"`, `"what":"removed"`, `AC 2 Leavers`} {
			if !slices.ContainsFunc(h.entries("framework"), func(e string) bool { return strings.Contains(e, want) }) {
				t.Errorf("no evidence says %s", want)
			}
		}

		// The same slug again is another framework, whatever was remembered.
		again, err := h.CreateFramework(t.Context(), h.manager, []byte(`{"slug":"acme-baseline","name":"Other","categories":[]}`))
		h.ok(err)
		if got := h.framework(again.ID); got.Name != "Other" || len(got.Controls) != 0 {
			t.Errorf("got %+v", got)
		}
	})
}

func names(controls []program.Control) []string {
	list := []string{}
	for _, c := range controls {
		list = append(list, c.ExternalID)
	}
	return list
}

func TestFrameworkProblems(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	for _, c := range []struct{ name, text, want string }{
		{"nothing", `{}`, "/name: must be present and not empty\n/categories: must be present: a category has ref, name and requirements"},
		{
			"a licence that allows no text", `{"name":"N","license":"reference-only","categories":[{"ref":"A","name":"a","text":"t","requirements":[{"ref":"1","name":"n","text":"t"}]}]}`,
			"/categories/0/text: must be absent: the licence reference-only does not allow the framework's own text here\n" +
				"/categories/0/requirements/0/text: must be absent: the licence reference-only does not allow the framework's own text here",
		},
		{"an unknown licence", `{"name":"N","license":"GPL","categories":[]}`, "/license: must be one of " + strings.Join(program.Licenses(), ", ")},
		{
			"references", `{"name":"N","slug":"9","categories":[{"ref":"A","name":"a","requirements":[{"ref":"1","name":"n"},{"ref":"1","name":"m"},{"ref":"a/b","name":"m"},{"name":"m"},
			{"ref":7,"name":"m"}]},{"ref":"A","name":""}]}`,
			"/slug: must be 2 to 60 lower-case letters, digits, dashes and underscores, the first a letter, such as acme-baseline\n" +
				"/categories/0/requirements/1/ref: 1 stands elsewhere in the framework already\n" +
				`/categories/0/requirements/2/ref: must be a text without spaces at its ends and without / ; , " \ ? # %` + "\n" +
				"/categories/0/requirements/3/ref: must be present\n/categories/0/requirements/4/ref: must be a string\n" +
				"/categories/1/name: must be present and not empty\n/categories/1/ref: A stands elsewhere in the framework already",
		},
		{
			"strangers", `{"name":"N","colour":1,"categories":[{"ref":"A","name":"a","requirement":[]},{"ref":"B","name":"b","requirements":[{"ref":"1","namee":"n","obligation":"must"}]}]}`,
			"/colour: is no member of a framework, which has apiVersion, kind, slug, name, shorthand, description, version, license, source, attribution, categories\n" +
				"/categories/0/requirement: is no member of a category; did you mean requirements?\n" +
				"/categories/1/requirements/0/namee: is no member of a requirement; did you mean name?\n" +
				"/categories/1/requirements/0/name: must be present and not empty\n" +
				"/categories/1/requirements/0/obligation: must be one of required, addressable",
		},
		{
			"controls", `{"name":"N N","categories":[{"ref":"A","name":"a","requirements":[{"ref":"1","name":"n","controls":["access-reviews","nothing"],
			"requirements":[{"ref":"2","name":"m","controls":["no"]}]}]}]}`,
			`/categories/0/requirements/0/controls/1: "nothing" is no control in use` + "\n" + `/categories/0/requirements/0/requirements/0/controls/0: "no" is no control in use`,
		},
		{"a slug of the catalogue", `{"slug":"soc2","name":"N","categories":[]}`, "/slug: soc2 is a framework that Muster brings along; take another slug"},
		{"a name that makes no slug", `{"name":"日本","categories":[]}`, "/slug: must be present: the name makes none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := h.CreateFramework(t.Context(), h.manager, []byte(c.text))
			h.same("problems", problems(err), c.want)
		})
	}
}

// TestFilesLoseNothing writes controls and frameworks out and in again: what comes
// out the second time is what came out the first.
func TestFilesLoseNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.test("mfa")
		h.control("FULL", `"domains":["PRIVACY","COMPLIANCE"]`, `"effectiveDate":"2026-02-01T00:00:00.123Z"`, `"owner":"jane@example.com"`, `"role":"PROCESSOR"`,
			`"note":"say \"so\""`, `"customFields":[{"label":"One","value":"a;b"},{"label":"Two","value":["x","y"]}]`,
			`"requirements":{"soc2":["CC6.1","CC6.2"],"hipaa":["164.312(d)"]}`, `"tests":["mfa"]`)
		first, err := h.ExportControl(t.Context(), h.manager, "FULL")
		h.ok(err)
		h.ok(h.Delete(t.Context(), h.manager, "FULL"))
		h.ok3(h.Create(t.Context(), h.manager, encode(t, first)))
		second, err := h.ExportControl(t.Context(), h.manager, "FULL")
		h.ok(err)
		h.same("the control", second, first)
		if len(first.Tests) != 1 || first.Owner != "jane@example.com" || len(first.Requirements["soc2"]) != 2 {
			t.Errorf("got %+v", first)
		}

		h.ok2(h.CreateFramework(t.Context(), h.manager, []byte(acme)))
		whole := h.exportFramework("acme-baseline")
		h.ok(h.DeleteFramework(t.Context(), h.manager, "acme-baseline"))
		h.ok2(h.CreateFramework(t.Context(), h.manager, encode(t, whole)))
		h.same("the framework", h.exportFramework("acme-baseline"), whole)

		// A framework of the catalogue goes out and comes in under another slug.
		for _, id := range program.CatalogueIDs() {
			shipped := h.exportFramework(id)
			shipped.Slug = "our-" + strings.ReplaceAll(id, "_", "-")
			h.ok2(h.CreateFramework(t.Context(), h.manager, encode(t, shipped)))
			h.same(id, h.exportFramework(shipped.Slug), shipped)
		}
	})
}

func (h *house) ok3(_ program.Control, err error) {
	h.t.Helper()
	h.ok(err)
}

func (h *house) exportFramework(ref string) api.FrameworkFile {
	h.t.Helper()
	file, err := h.FrameworkFile(h.t.Context(), h.manager, ref)
	h.ok(err)
	return file
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestGaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.push(h.servers, server("good", true, 16), server("bad", false, 4))
		h.test("passes", `"passWhen":{"field":"active","op":"exists"}`)
		h.test("fails")
		h.test("off")
		_, err := h.tests.Deactivate(t.Context(), h.manager, "off", assessment.Pause{Reason: "for now"})
		h.ok(err)
		for name, tests := range map[string]string{"green": `["passes"]`, "red": `["fails","off"]`, "bare": `[]`, "mixed": `["passes","fails"]`} {
			h.control(name, `"tests":`+tests)
		}
		h.ok2(h.CreateFramework(t.Context(), h.manager, []byte(`{"slug":"acme","name":"Acme","categories":[{"ref":"A","name":"First","requirements":[
			{"ref":"1","name":"parent","requirements":[{"ref":"1a","name":"covered","controls":["green","red"]},{"ref":"1b","name":"open","obligation":"addressable"}]},
			{"ref":"2","name":"alone","requirements":[{"ref":"2a","name":"open too"}]},{"ref":"3","name":"bare","controls":["bare","mixed","green"]}]}]}`)))
		g, err := h.Gaps(t.Context(), h.manager, "acme")
		h.ok(err)
		h.same("without a control", g.WithoutControl, []program.UncoveredRequirement{
			{Category: "First", Name: "open", Obligation: "addressable", Ref: "1b"}, {Category: "First", Name: "alone", Ref: "2"}, {Category: "First", Name: "open too", Ref: "2a"},
		})
		h.same("without a test", names(g.WithoutEvidence), []string{"bare"})
		red := []string{}
		for _, c := range g.NotPassing {
			for _, test := range c.Tests {
				red = append(red, c.ExternalID+": "+test.Name+" "+string(test.Status)+" "+string(c.Tally.Status()))
			}
		}
		h.same("not passing", red, []string{"mixed: Test fails NEEDS_ATTENTION IN_PROGRESS", "red: Test fails NEEDS_ATTENTION NOT_STARTED"})
		if g.Requirements != 6 || g.RequirementsCovered != 3 || g.Counters.ControlsTotal != 4 || g.Counters.ControlsCompleted != 1 {
			t.Errorf("got %+v", g)
		}
		bare, err := h.WithoutTest(t.Context(), h.manager)
		h.ok(err)
		if !slices.Contains(names(bare), "bare") || slices.Contains(names(bare), "green") {
			t.Errorf("got %v", names(bare))
		}
	})
}

// TestFromAFailingRecordToRequirementsAndBack goes both ways, and finds the same.
func TestFromAFailingRecordToRequirementsAndBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		records := []string{server("good", true, 64)}
		for _, id := range []string{"a", "b", "c"} {
			records = append(records, server(id, false, 4))
		}
		h.push(h.servers, append(records, server("small", true, 4))...)
		active := h.test("active", `"controls":["data-encrypted"]`)
		sized := h.test("sized", `"controls":["access-reviews","data-encrypted"]`, `"passWhen":{"field":"memory","op":"gte","value":8}`)
		h.test("unmapped")

		broken := h.brokenBy("small", sized)
		if len(broken) == 0 || !slices.Contains(broken, "soc2/CC6.1 data-encrypted: Test sized") || !slices.Contains(broken, "soc2/CC6.2 access-reviews: Test sized") {
			t.Errorf("got %v", broken)
		}
		both := h.brokenBy("a", active)
		if !slices.Contains(both, "soc2/CC6.1 data-encrypted: Test active, Test sized") {
			t.Errorf("got %v", both)
		}
		good, err := h.tests.Entities(t.Context(), h.manager, active.ID, assessment.EntityQuery{Limit: 10, Outcome: assessment.Passing})
		h.ok(err)
		_, none, err := h.RequirementsOfRecord(t.Context(), h.manager, good.Entities[0].ID)
		h.ok(err)
		if len(none) != 0 {
			t.Errorf("a record that passes breaks %v", none)
		}

		h.same("records that break CC6.1", h.failures("soc2", "CC6.1"), []string{
			"active a", "active b", "active c", "sized a", "sized b", "sized c", "sized small",
		})
		h.same("records that break CC6.2", h.failures("soc2", "cc6.2"), []string{"sized a", "sized b", "sized c", "sized small"})
		h.same("records that break A.8.6", h.failures("iso27001_2022", "A.8.6"), []string{})
		_, _, err = h.RequirementsOfRecord(t.Context(), h.manager, "0123456789abcdef01234567")
		h.fails(err, fault.NotFound, "no record")
		stranger := h.manager
		stranger.Workspace.Number++
		_, _, err = h.RequirementsOfRecord(t.Context(), stranger, good.Entities[0].ID)
		h.fails(err, fault.NotFound, "no record")
	})
}

// brokenBy answers what a record that fails a test breaks, in words.
func (h *house) brokenBy(unique string, test assessment.Test) (list []string) {
	h.t.Helper()
	page, err := h.tests.Entities(h.t.Context(), h.manager, test.ID, assessment.EntityQuery{Limit: 100, Outcome: assessment.Failing})
	h.ok(err)
	for _, e := range page.Entities {
		if e.UniqueID != unique {
			continue
		}
		_, found, err := h.RequirementsOfRecord(h.t.Context(), h.manager, e.ID)
		h.ok(err)
		for _, b := range found {
			tests := []string{}
			for _, t := range b.Tests {
				tests = append(tests, t.Name)
			}
			list = append(list, b.Framework.ID+"/"+b.Requirement.Ref+" "+strings.Join(names(b.Controls), ", ")+": "+strings.Join(tests, ", "))
		}
	}
	return list
}

// failures answers the records that break a requirement, read in small pages.
func (h *house) failures(framework, requirement string) []string {
	h.t.Helper()
	list := []string{}
	q := program.FailureQuery{Limit: 2}
	for more := true; more; {
		groups, further, err := h.Failures(h.t.Context(), h.manager, framework, requirement, q)
		h.ok(err)
		count := 0
		for _, g := range groups {
			for _, e := range g.Page.Entities {
				list = append(list, strings.TrimPrefix(g.Test.Name, "Test ")+" "+e.UniqueID)
				q.AfterTest, q.AfterEntity = g.Test.ID, e.ID
				count++
			}
		}
		if count > q.Limit {
			h.t.Fatalf("%d on a page of %d", count, q.Limit)
		}
		more = further
	}
	slices.Sort(list) // tests of one millisecond stand in any order
	return list
}

func TestFiltersOfTests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.test("one", `"controls":["access-reviews"]`)
		h.test("two", `"controls":["data-encrypted"]`)
		h.test("three")
		for filter, want := range map[assessment.TestFilter][]string{
			{Control: "access-reviews"}:                       {"one"},
			{Framework: "SOC_2"}:                              {"one", "two"},
			{Framework: "soc2", Control: "DATA-encrypted"}:    {"two"},
			{Framework: "gdpr"}:                               {},
			{Control: "nothing"}:                              {},
			{Framework: "nothing", Control: "access-reviews"}: {},
		} {
			list, _, err := h.tests.List(t.Context(), h.manager, assessment.TestQuery{Filter: filter, Limit: 100})
			h.ok(err)
			slugs := []string{}
			for _, test := range list {
				slugs = append(slugs, test.Slug)
			}
			slices.Sort(slugs) // tests of one millisecond stand in any order
			h.same(filter.Control+" "+filter.Framework, slugs, want)
		}
	})
}

func TestAnotherWorkspaceIsAnotherProgramme(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		mine := h.control("MINE", `"requirements":{"soc2":["CC6.1"]}`)
		other := h.manager
		other.Workspace.Number += 100
		other.Workspace.ID = "0123456789abcdef0000abcd"
		h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := tx.ExecOne(ctx, `INSERT INTO workspace (number, id, slug, name, created_at) VALUES ($1, $2, 'other', 'Other', 0)`,
				other.Workspace.Number, other.Workspace.ID); err != nil {
				return err
			}
			return h.Furnish(ctx, tx, other.Workspace, h.clock)
		}))
		_, err := h.Get(t.Context(), other, mine.ID)
		h.fails(err, fault.NotFound, mine.ID)
		_, err = h.Get(t.Context(), other, "MINE")
		h.fails(err, fault.NotFound, "MINE")
		theirs, err := h.Get(t.Context(), other, "access-reviews")
		h.ok(err)
		if theirs.ID == h.detail("access-reviews").ID {
			t.Error("two workspaces share a control")
		}
		d1, err := h.GetFramework(t.Context(), other, "soc2")
		h.ok(err)
		if slices.Contains(names(d1.Controls["CC6.1"]), "MINE") {
			t.Error("a framework tells of another workspace's control")
		}
		_, err = h.MapRequirement(t.Context(), other, "soc2", "CC6.1", mine.ID)
		h.fails(err, fault.NotFound, mine.ID)
	})
}

// TestTablesLoseNothing writes all controls as CSV and reads them again: nothing
// is another, in this workspace or after all of them went.
func TestTablesLoseNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.test("mfa")
		h.control("FULL", `"domains":["PRIVACY","COMPLIANCE"]`, `"effectiveDate":"2026-02-01T00:00:00.123Z"`, `"owner":"jane@example.com"`, `"role":"PROCESSOR"`,
			`"note":"say \"so\",\nand more"`, `"customFields":[{"label":"One","value":"a;b"},{"label":"Two","value":["x","y"]}]`,
			`"requirements":{"soc2":["CC6.1","CC6.2"],"hipaa":["164.312(d)"]}`, `"tests":["mfa"]`)
		before, err := h.Export(t.Context(), h.manager)
		h.ok(err)
		table := &bytes.Buffer{}
		h.ok(program.WriteCSV(table, before))
		text := table.String()
		h.same("the same again", h.importCSV(text), program.ImportResult{Unchanged: len(before)})
		for _, c := range before {
			h.ok(h.Delete(t.Context(), h.manager, c.ExternalID))
		}
		h.same("all of it new", h.importCSV(text), program.ImportResult{Created: len(before)})
		after, err := h.Export(t.Context(), h.manager)
		h.ok(err)
		h.same("controls", after, before)

		h.same("a column that is not there says nothing", h.importCSV("EXTERNALID,name,tests\nfull,Control FULL,\n"), program.ImportResult{Updated: 1})
		got := h.detail("FULL")
		if got.Note == "" || got.Owner == "" || len(got.Places) != 3 || got.Tally.TestsMapped != 0 {
			t.Errorf("got %+v", got)
		}
		h.same("nothing is done when something is wrong", h.importCSV("externalId,name,domains,requirements,role,customFields\nNEW,New,PRIVACY,soc2/CC6.1,,\n"+
			"x,,NONE; PRIVACY,soc2/no; gdpr/1,ANY,x\nnew,Again,,,,\n"), program.ImportResult{Problems: []program.RowProblem{
			{Line: 3, Place: "/role", Message: "must be one of BOTH, CONTROLLER, PROCESSOR"},
			{Line: 3, Place: "/customFields", Message: "must be an array of at most 100 objects: {label, value}"},
			{Line: 3, Place: "/name", Message: "must be present and not empty"},
			{Line: 3, Place: "/domains/0", Message: `"NONE" is no word of ControlDomain`},
			{Line: 3, Place: "/requirements/gdpr", Message: `"gdpr" is no framework that is in use here`},
			{Line: 3, Place: "/requirements/soc2/0", Message: `"no" is no requirement of SOC 2`},
			{Line: 4, Place: "/externalId", Message: "line 2 has the same external id"},
		}})
		_, err = h.Get(t.Context(), h.manager, "NEW")
		h.fails(err, fault.NotFound, "NEW")
	})
}

func (h *house) importCSV(text string) program.ImportResult {
	h.t.Helper()
	rows, err := program.ReadControlsCSV(strings.NewReader(text))
	h.ok(err)
	result, err := h.Import(h.t.Context(), h.manager, rows, false)
	h.ok(err)
	return result
}

func TestTablesThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "the file is empty",
		"externalId,colour\n":         `column 2 is "colour"`,
		"name,Name\n":                 `column 2 is "Name"`,
		"externalId\na,b\n":           "line 2 has 2 cells",
		"externalId,name\n\"a\n":      "no CSV",
		"externalId,name\nA,\"x\"y\n": "no CSV",
	} {
		_, err := program.ReadControlsCSV(strings.NewReader(text))
		if err == nil || fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestAFrameworkAsATable(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	text, err := program.ReadFrameworkCSV(strings.NewReader("category,categoryName,ref,name,obligation,parent,controls\n"+
		"AC,Access,AC-1,Reviews,required,,access-reviews; data-encrypted\nAC,,AC-1a,Quarterly,,AC-1,\nX,,X-1,Other,,,\n"), "Acme", "")
	h.ok(err)
	d, err := h.CreateFramework(t.Context(), h.manager, text)
	h.ok(err)
	if d.ID != "acme" || len(d.Categories) != 2 || d.Categories[0].Name != "Access" || d.Categories[1].Name != "X" ||
		d.Categories[0].Requirements[0].Requirements[0].Name != "Quarterly" || len(d.Controls["AC-1"]) != 2 {
		t.Errorf("got %+v", d.Framework)
	}
	_, err = program.ReadFrameworkCSV(strings.NewReader("ref,name,parent\n1,One,2\n"), "Acme", "")
	h.fails(err, fault.Invalid, "does not stand above it")
}
