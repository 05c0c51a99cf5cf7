// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/program"
)

func TestAWorkspaceBeginsWithFrameworksAndControls(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		list, more, err := h.Frameworks(t.Context(), h.manager, "", 100)
		h.ok(err)
		ids := []string{}
		for _, f := range list {
			ids = append(ids, f.ID)
			if f.Counters.ControlsTotal < 40 || f.Counters.ControlsCompleted != 0 {
				t.Errorf("%s begins with %+v", f.ID, f.Counters)
			}
		}
		h.same("frameworks", ids, program.CatalogueIDs())
		controls, _, err := h.List(t.Context(), h.manager, program.ControlQuery{Limit: 200})
		h.ok(err)
		if len(controls) < 40 || more {
			t.Errorf("got %d controls", len(controls))
		}
		if d := h.detail("access-reviews"); d.Tally.Status() != program.NoEvidenceMapped || d.Library != "access-reviews" || len(d.Places) < 10 {
			t.Errorf("got %+v", d)
		}

		// What is taken away does not come back.
		h.ok(h.Delete(t.Context(), h.manager, "access-reviews"))
		h.ok(h.DeleteFramework(t.Context(), h.manager, "hipaa"))
		h.ok(h.FurnishAll(t.Context()))
		_, err = h.Get(t.Context(), h.manager, "access-reviews")
		h.fails(err, fault.NotFound, "access-reviews")
		_, err = h.GetFramework(t.Context(), h.manager, "HIPAA")
		h.fails(err, fault.NotFound, "HIPAA")
		if n := len(h.entries("program")); n != 1 {
			t.Errorf("the beginning stands in the evidence %d times", n)
		}
	})
}

func TestControlsComeAndGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		made, err := h.Create(t.Context(), h.manager, []byte(`{"externalId":"ACC-1","name":null,"description":"d","effectiveDate":"2026-01-31T10:00:00+02:00",
			"domain":"COMPLIANCE","sections":[{"frameworkId":"SOC_2","sectionId":"CC 6.1"},{"frameworkId":"iso27001_2022","sectionId":"a.5.16"},
			{"frameworkId":"soc2","sectionId":"CC6.1"}],"role":"BOTH","customFields":[{"label":"Team","value":["a","b"]},{"label":"Site","value":"Bern"}]}`))
		h.ok(err)
		got := h.detail("acc-1")
		h.same("places", got.Places, []program.Place{{Framework: "iso27001_2022", Requirement: "A.5.16"}, {Framework: "soc2", Requirement: "CC6.1"}})
		if got.Name != "ACC-1" || got.Library != "" || got.Role != "BOTH" || len(got.Fields) != 2 || *got.EffectiveAt != 1769846400000 {
			t.Errorf("got %+v", got.Control)
		}
		_, err = h.Create(t.Context(), h.manager, controlForm("acc-1"))
		h.fails(err, fault.Conflict, "acc-1")

		edited, err := h.Edit(t.Context(), h.manager, made.ID, []byte(`{"name":"New","note":"n","domain":"PRIVACY","customFields":[]}`))
		h.ok(err)
		if edited.Name != "New" || edited.Note != "n" || !slices.Equal(edited.Domains, []string{"PRIVACY"}) || len(edited.Fields) != 0 || edited.Role != "BOTH" {
			t.Errorf("got %+v", edited)
		}
		_, err = h.Edit(t.Context(), h.manager, made.ID, []byte(`{"externalId":"Access-Reviews"}`))
		h.fails(err, fault.Conflict, "Access-Reviews")

		owned, err := h.SetOwner(t.Context(), h.manager, made.ID, "jane@example.com")
		h.ok(err)
		if owner, err := h.OwnerOf(t.Context(), h.manager, "ACC-1"); err != nil || owner != owned.Owner || owner == "" {
			t.Errorf("got owner %q, %v", owner, err)
		}
		_, err = h.SetOwner(t.Context(), h.manager, made.ID, "eve@example.com")
		h.fails(err, fault.Impossible, "cannot own")

		test := h.test("mfa", `"controls":["ACC-1"]`)
		h.ok(h.Delete(t.Context(), h.manager, "ACC-1"))
		_, err = h.Get(t.Context(), h.manager, made.ID)
		h.fails(err, fault.NotFound, made.ID)
		h.same("controls of the test", h.controlsOf(test), []string{})
		for _, want := range []string{`"what":"created"`, `"what":"edited"`, `"what":"owner changed"`, `"what":"removed"`} {
			if !slices.ContainsFunc(h.entries("control"), func(e string) bool { return strings.Contains(e, want) }) {
				t.Errorf("no evidence says %s", want)
			}
		}
	})
}

func (h *house) controlsOf(t assessment.Test) []string {
	h.t.Helper()
	list, err := h.tests.Wire(caller.With(h.t.Context(), h.manager), t)
	h.ok(err)
	return list[0].Controls
}

func TestControlProblems(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	for _, c := range []struct{ name, text, want string }{
		{"nothing", `{}`, "/externalId: must be present and not empty\n/description: must be present\n/effectiveDate: must be present: an RFC 3339 time\n" +
			"/domain: must be present: a word of ControlDomain"},
		{
			"wrong words", `{"externalId":"a/b","name":7,"description":"d","effectiveDate":"soon","domain":"COMPLIANC","role":"none","colour":"red"}`,
			"/colour: is no member of a control, which has externalId, name, description, effectiveDate, domain, sections, role, customFields\n" +
				"/externalId: must not hold / ; or ,\n/role: must be one of BOTH, CONTROLLER, PROCESSOR\n/effectiveDate: must be an RFC 3339 time\n" +
				"/name: must be a string\n/domain: must be one of " + strings.Join(program.Domains(), ", ") + "; did you mean COMPLIANCE?",
		},
		{
			"sections", `{"externalId":"a","description":"d","effectiveDate":"2026-01-01T00:00:00Z","domain":"PRIVACY","sections":[{"frameworkId":"SOC_2","sectionId":"CC99"},
			{"frameworkId":"GDPR","sectionId":"1"},7,{"frameworkId":"soc2","sectionId":"CC1.1","more":1}]}`,
			`/sections/0/sectionId: "CC99" is no requirement of SOC 2` + "\n" + `/sections/1/frameworkId: "GDPR" is no framework that is in use here` + "\n" +
				"/sections/2: must be an object: a section has frameworkId and sectionId\n/sections/3/more: is no member of a section, which has frameworkId, sectionId",
		},
		{
			"fields", `{"externalId":"a","description":"d","effectiveDate":"2026-01-01T00:00:00Z","domain":"PRIVACY","customFields":[{"label":"x","value":7},{"value":["a",""]}]}`,
			"/customFields/0/value: must be a string or an array of strings\n/customFields/1/label: must be present and not empty\n" +
				"/customFields/1/value/1: must say something",
		},
		{
			"a file", `{"kind":"Kontrol","externalId":"a","name":"n","domains":["PRIVACY","X"],"domain":"PRIVACY","owner":"nobody","requirements":{"soc2":["CC6.1","no"],"gdpr":["1"]},
			"tests":["nothing"]}`,
			"/kind: must be Control\n/domains: must not stand beside domain\n" + `/domains/1: "X" is no word of ControlDomain` + "\n" +
				`/owner: "nobody" is no id or e-mail of a user` + "\n" + `/requirements/gdpr: "gdpr" is no framework that is in use here` + "\n" +
				`/requirements/soc2/1: "no" is no requirement of SOC 2` + "\n" + `/tests/0: "nothing" is no id or slug of a test`,
		},
		{"no object", `[]`, ": must be an object: a control has externalId, name and description"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := h.Create(t.Context(), h.manager, []byte(c.text))
			h.same("problems", problems(err), c.want)
		})
	}
}

// TestReferencesOfTests says what a reference in a test's file means (decision
// 0016).
func TestReferencesOfTests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.control("ONE", `"requirements":{"soc2":["CC7.1"],"iso27001_2022":["A.8.6"]}`)
		for _, c := range []struct {
			name, controls string
			want           []string
		}{
			{"an external id, whatever its case", `["one"]`, []string{"ONE"}},
			{"an id", `["` + h.detail("ONE").ID + `"]`, []string{"ONE"}},
			{"a library id", `["access-reviews"]`, []string{"access-reviews"}},
			{"a requirement means every control mapped to it", `["A.8.6"]`, []string{"infrastructure-capacity-monitored", "ONE"}},
			{"a requirement of one framework", `["ISO_27001_2022/a.8.6","soc2/CC6.8"]`, []string{
				"assets-anti-malware", "configurations-managed", "infrastructure-capacity-monitored", "MDM-system-utilized", "ONE",
				"software-installation-restricted",
			}},
			{"each control once", `["A.8.6","ONE","one"]`, []string{"infrastructure-capacity-monitored", "ONE"}},
			{"none", `[]`, []string{}},
		} {
			t.Run(c.name, func(t *testing.T) {
				made := h.test("t"+db.NewID(h.clock), `"controls":`+c.controls)
				h.same("controls", h.controlsOf(made), c.want)
			})
		}
		_, err := h.tests.Create(t.Context(), h.manager, h.form("x", `"controls":["nothing","soc2/CC99","gdpr/1","",7,"PI1.1"]`))
		h.same("problems", problems(err), `/controls/0: "nothing" is no control in use and no requirement of a framework in use`+"\n"+
			`/controls/1: "soc2/CC99" names nothing: "CC99" is no requirement of SOC 2`+"\n"+
			`/controls/2: "gdpr/1" names nothing: "gdpr" is no framework that is in use here`+"\n"+
			`/controls/3: "" must be a text: a control or a requirement`+"\n"+`/controls/4: 7 must be a text: a control or a requirement`+"\n"+
			`/controls/5: "PI1.1" is a requirement that no control in use is mapped to`)
	})
}

// TestMappingsNeedNoVersion: a test keeps its mappings through versions that do
// not speak of them, and a copy begins with them.
func TestMappingsNeedNoVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		made := h.test("mfa", `"controls":["access-reviews"]`)
		_, test, err := h.AddTest(t.Context(), h.manager, "data-encrypted", "mfa")
		h.ok(err)
		h.same("after a mapping", h.controlsOf(test), []string{"access-reviews", "data-encrypted"})
		if test.Version != 1 {
			t.Errorf("a mapping made version %d", test.Version)
		}
		_, _, err = h.AddTest(t.Context(), h.manager, "data-encrypted", made.ID)
		h.ok(err)

		second, err := h.tests.NewVersion(t.Context(), h.manager, "mfa", h.form("mfa", `"description":"other"`))
		h.ok(err)
		h.same("after a version", h.controlsOf(second), []string{"access-reviews", "data-encrypted"})
		copied, err := h.tests.Copy(t.Context(), h.manager, "mfa", []byte(`{}`))
		h.ok(err)
		h.same("of the copy", h.controlsOf(copied), []string{"access-reviews", "data-encrypted"})
		bare, err := h.tests.Copy(t.Context(), h.manager, "mfa", []byte(`{"controls":[]}`))
		h.ok(err)
		h.same("of a copy without", h.controlsOf(bare), []string{})
		third, err := h.tests.NewVersion(t.Context(), h.manager, "mfa", h.form("mfa", `"controls":["MDM-system-utilized"]`))
		h.ok(err)
		h.same("after a version that names one", h.controlsOf(third), []string{"MDM-system-utilized"})

		h.ok(h.RemoveTest(t.Context(), h.manager, "MDM-system-utilized", "mfa"))
		h.fails(h.RemoveTest(t.Context(), h.manager, "MDM-system-utilized", "mfa"), fault.NotFound, "not evidence")
		_, _, err = h.AddTest(t.Context(), h.manager, "MDM-system-utilized", "nothing")
		h.fails(err, fault.NotFound, "nothing")
	})
}

func TestTheLibrary(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		all, more, err := h.Library("", 500)
		h.ok(err)
		first, _, err := h.Library("", 1)
		h.ok(err)
		if more || len(all) < 60 || first[0].ID != all[0].ID {
			t.Errorf("got %d entries", len(all))
		}
		used, err := h.AddFromLibrary(t.Context(), h.manager, "access-reviews")
		h.ok(err)
		h.same("one in use", used, h.detail("access-reviews").Control)

		h.ok(h.DeleteFramework(t.Context(), h.manager, "hipaa"))
		added, err := h.AddFromLibrary(t.Context(), h.manager, "privacy-notice-provided")
		h.ok(err)
		got := h.detail(added.ID)
		if got.Library != "privacy-notice-provided" || len(got.Places) == 0 || slices.ContainsFunc(got.Places, func(p program.Place) bool { return p.Framework == "hipaa" }) {
			t.Errorf("got %+v", got)
		}
		_, err = h.AddFromLibrary(t.Context(), h.manager, "nothing")
		h.fails(err, fault.NotFound, "nothing")

		// A framework that comes back finds the controls that help to meet it.
		back, err := h.AddFramework(t.Context(), h.manager, "HIPAA")
		h.ok(err)
		if len(back.Controls["164.312(d)"]) != 1 || len(back.Controls["164.316(b)(1)"]) != 2 {
			t.Errorf("got %d and %d controls", len(back.Controls["164.312(d)"]), len(back.Controls["164.316(b)(1)"]))
		}
	})
}

func TestBuiltInTestsAreMappedByTheLibrary(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		test := h.test("mfa-on-accounts")
		_, err := h.Edit(t.Context(), h.manager, "remote-access-mfa-enforced", []byte(`{"externalId":"ACC-7"}`))
		h.ok(err)
		for range 2 {
			h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return h.MapDefault(ctx, tx, h.manager, test.Ref(), []string{"remote-access-mfa-enforced", "privacy-notice-provided"}, h.clock)
			}))
		}
		h.same("controls", h.controlsOf(test), []string{"ACC-7"})
		if n := len(h.entries("test")); n != 1 {
			t.Errorf("got %d entries", n)
		}
	})
}
