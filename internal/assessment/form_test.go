// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

func TestFormProblems(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.push(server("a", true, 1))
	other := h.define("Other", `{"properties":{}}`)
	whole := func(members ...string) string { return form("n", append([]string{sized}, members...)...) }
	for _, c := range []struct{ name, text, want string }{
		{"no object", `[]`, `: must be an object: a test has name, application, resource and passWhen or failWhen`},
		{"no name", `{"application":"Demo Private Integration","resource":"internalserver",` + sized + `}`, `/name: must be present and not empty`},
		{"unknown members", whole(`"passwhen":{}`, `"descriptio":""`, `"zzz":1`), "" +
			"/descriptio: is no member of a test; did you mean description?\n" +
			"/passwhen: is no member of a test; did you mean passWhen?\n" +
			"/zzz: is no member of a test, which has apiVersion, kind, slug, name, description, remediation, failureDescription, " +
			"application, resource, scope, passWhen, failWhen, reducer, onEmpty, onUnknown, freshness, category, cases, reason, controls, " +
			"owner, sla, subscribers"},
		{"words", whole(`"onEmpty":"notApplicable"`, `"onUnknown":"failed"`, `"category":"nice"`, `"reducer":"most"`, `"freshness":"1y"`, `"kind":"Tset"`, `"apiVersion":"v1"`), "" +
			"/apiVersion: must be muster/v1\n/kind: must be Test\n" +
			"/category: must be one of Accounts access, Account security, Account setup, Computers, Custom, Data storage, Employees, " +
			"Infrastructure, IT, Logging, Monitoring alerts, People, Policies, Risk analysis, Software development, CSPM alert management, " +
			"Vendors, Vulnerability management\n" +
			`/reducer: must be "all", "any", "none", {"atLeast": n}, {"atMostFailing": n} or {"percentPassing": p}` + "\n" +
			"/onEmpty: must be one of not_applicable, pass, fail; did you mean not_applicable?\n" +
			"/onUnknown: must be one of fail, pass, in_progress; did you mean fail?\n" +
			"/freshness: must be a duration such as 90m, 36h, 7d or 2w"},
		{"types", whole(`"description":1`, `"slug":["x"]`), "/slug: must be a string\n/description: must be a string"},
		{"slug", whole(`"slug":"Not a Slug"`), "/slug: must be lower-case letters and digits with single dashes between them, such as servers-sized"},
		{"null character", whole(`"description":"a\u0000b"`), "/description: must not hold the character U+0000"},
		{"neither", form("n"), "/passWhen: must be present: a test has exactly one of passWhen and failWhen"},
		{"both", whole(`"failWhen":{"field":"memory","op":"exists"}`), "/failWhen: must not stand beside passWhen: a test has exactly one of the two"},
		{"rule", form("n", `"passWhen":{"all":[{"field":"active","op":"gt","value":1},{"field":"memry","op":"gte","value":1}]}`, `"scope":{"field":"tier","op":"equals","value":"lead"}`), "" +
			"/scope/value: tier is never \"lead\"; its values are gold, tin\n" +
			"/passWhen/all/0/op: boolean fields take equals, not_equals, exists, missing, is_null and not_null, not \"gt\"\n" +
			"/passWhen/all/1/field: the record has no field memry; did you mean memory?"},
		{"no resource", `{"name":"n",` + sized + `}`, "/resource: must be present: the resourceId or the name of a resource definition"},
		{"name alone", `{"name":"n","resource":"InternalServer",` + sized + `}`, "/application: must be present, unless resource is a resourceId"},
		{"application", `{"name":"n","application":"demo","resource":"InternalServer",` + sized + `}`, `/application: "demo" is no id, slug or name of an application`},
		{"resource", `{"name":"n","application":"demo-private-integration","resource":"Server",` + sized + `}`, `/resource: "Server" is no resourceId or name of a resource of Demo Private Integration`},
		{"no record", fmt.Sprintf(`{"name":"n","resource":%q,"passWhen":{"field":"displayName","op":"not_empty"}}`, other.ID), "/resource: Other has no record yet; push one first"},
		{
			"nothing there", whole(`"controls":["CC7.1","A.8.6"]`, `"owner":"jane","sla":"fast"`, `"subscribers":[]`),
			"/controls/0: \"CC7.1\" names nothing that exists here\n/controls/1: \"A.8.6\" names nothing that exists here\n/owner: \"jane\" is no id or e-mail of a user\n/sla: \"fast\" is no slug or name of an SLA",
		},
		{"cases", whole(`"cases":[{"record":{"active":true,"memory":16384},"want":"pass"},{"record":{"active":true,"memory":4096},"want":"pass"},{"record":{"active":true},"want":"fail"},{"record":{"memry":1},"want":"no"},{"want":"pass","wants":1},3]`), "" +
			"/cases/1/want: wants pass, but the record comes out as fail: memory is 4096, must be at least 8192\n" +
			"/cases/3/want: must be pass, fail, in_progress or out_of_scope\n" +
			"/cases/3/record/memry: is no field of these records\n" +
			"/cases/4/wants: is no member of a case; did you mean want?\n" +
			"/cases/4/record: must be an object: the fields of a record\n" +
			"/cases/5: must be an object: a case has record and want"},
		{"cases that are none", whole(`"cases":{}`), "/cases: must be an array of at most 1000 cases: {record, want}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := h.tests.Create(t.Context(), h.manager, []byte(c.text))
			if got := problems(err); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	h.same("tests", h.count(`SELECT COUNT(*) FROM assessment_test`), int64(0))
}

func TestForms(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.push(server("a", true, 1))
	for i, text := range []string{
		form("by slug", sized),
		fmt.Sprintf(`{"name":"by id","application":%q,"resource":%q,%s}`, h.app.ID, h.servers.ID, sized),
		fmt.Sprintf(`{"name":"by id alone","resource":%q,%s,"application":null,"scope":null,"controls":[],"owner":""}`, h.servers.ID, sized),
		fmt.Sprintf(`{"apiVersion":"muster/v1","kind":"Test","name":"by name","application":"demo private INTEGRATION","resource":"INTERNALSERVER",%s}`, sized),
		form("dated", `"passWhen":{"field":"seen","op":"within_last","value":"1h"}`,
			`"cases":[{"record":{"seen":"2026-01-01T00:00:00Z"},"now":"2026-01-01T00:30:00Z","want":"pass"},{"record":{"customProperties":{"seen":"2026-01-01T00:00:00Z"},"displayName":"x"},"want":"fail"}]`),
	} {
		if test := h.create(text); test.Status != assessment.StatusNeedsAttention || test.Definition.ID != h.servers.ID || test.Category != "Custom" {
			t.Errorf("form %d: %+v", i, test)
		}
	}
	_, err := h.tests.Create(t.Context(), h.manager, []byte(form("by slug", sized)))
	h.same("taken", fault.KindOf(err), fault.Conflict)
	_, err = h.tests.Create(t.Context(), h.manager, []byte(form("ÄÖÜ", sized)))
	h.same("no slug", problems(err), "/slug: must be present: the name has too few letters to make one of")
}

// A test's rule may name what only the schema says; a workspace sees its own.
func TestOtherWorkspace(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.push(server("a", true, 1))
	h.create(form("mine", sized))
	stranger := h.manager
	stranger.Workspace.Number += 100
	if _, err := h.tests.Get(t.Context(), stranger, "mine"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a stranger gets %v", err)
	}
	if _, err := h.tests.Create(t.Context(), stranger, []byte(fmt.Sprintf(`{"name":"n","resource":%q,%s}`, h.servers.ID, sized))); !strings.Contains(problems(err), "/application") {
		t.Errorf("a stranger makes a test: %v", err)
	}
	list, _, err := h.tests.List(t.Context(), stranger, assessment.TestQuery{Limit: 10})
	if err != nil || len(list) != 0 {
		t.Errorf("a stranger lists %v, %v", list, err)
	}
}

// A rule that changes while a push runs is what the push's verdicts are made by.
func TestRuleChangesDuringPush(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.push(server("a", true, 9000))
	h.create(form("sized", sized))
	other := resource.New(resource.Options{DB: h.db, Judge: h.judge, Now: h.now, Owner: "other", Wait: 1})
	second := assessment.New(assessment.Options{Applications: h, DB: h.db, Judge: h.judge, Now: h.now, Resource: other, Users: h})
	happens := func() {
		test, err := second.NewVersion(t.Context(), h.manager, "sized", []byte(`{"passWhen":{"field":"memory","op":"gte","value":10000}}`))
		if err != nil || test.Status != assessment.StatusInProgress {
			h.t.Errorf("a version during a push: %s, %v", test.Status, err)
		}
	}
	_, err := h.records.Push(t.Context(), h.app, resource.Push{Base: h.servers.Base, Default: resource.Lenient, Body: &meanwhile{happens, []string{
		fmt.Sprintf(`{"resourceId":%q,"resources":[%s`, h.servers.ID, server("a", true, 9500)), `,` + server("b", true, 12000) + `]}`,
	}}})
	h.ok(err)
	test := h.want("sized", assessment.StatusNeedsAttention, [5]int64{1, 1, 0, 0, 0})
	h.same("version", test.Version, int64(2))
	var known *fault.Error
	if _, err := h.tests.Explain(t.Context(), h.manager, "sized", "0123456789abcdef01234567"); !errors.As(err, &known) || known.Kind != fault.NotFound {
		t.Errorf("explain of nothing: %v", err)
	}
}
