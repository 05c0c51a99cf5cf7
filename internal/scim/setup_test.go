// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

func TestADirectoryIsMadeChangedAndListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		made := o.admin(http.StatusCreated, "POST", "/v1/directories", `{"name":" Entra ","provider":"entra","defaultRole":"Collaborator"}`)
		id, token := str(made["id"]), str(made["token"])
		want := map[string]any{"id": id, "token": token, "baseUrl": o.URL + "/scim/v2/" + id}
		if diff := cmp.Diff(want, made); diff != "" || !strings.HasPrefix(token, "mst_") {
			t.Errorf("made (-want +got):\n%s", diff)
		}
		one := o.admin(http.StatusOK, "GET", "/v1/directories/"+id, "")
		for name, want := range map[string]any{
			"name": "Entra", "provider": "entra", "state": "validating", "strict": false, "roleAttribute": "",
			"tenantUrl": o.URL + "/scim/v2/" + id + "/?aadOptscim062020", "lastError": nil, "linkedAt": nil, "rolesAreBeingGiven": false,
			"counts":      map[string]any{"users": 0.0, "activeUsers": 0.0, "groups": 0.0},
			"defaultRole": map[string]any{"id": string(access.Collaborator), "name": "Collaborator"},
			"warnings":    []any{}, "offeredAttributes": []any{"roles"},
		} {
			if diff := cmp.Diff(want, one[name]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		days, _ := one["requestsByDay"].([]any)
		if got := at(one, "roles", 0, "id"); got != string(access.Admin) || len(days) != 14 || len(o.stepsDone(one)) != 0 {
			t.Errorf("got first role %v, %d days, steps %v", got, len(days), o.stepsDone(one))
		}
		if strings.Contains(o.told(), token) || !strings.Contains(str(at(one, "tokens", 0, "hint")), token[:10]) {
			t.Error("the token stands in the evidence, or its hint is wrong")
		}

		one = o.admin(http.StatusOK, "PATCH", "/v1/directories/"+id,
			`{"name":"Entra ID","strict":true,"roleAttribute":"urn:ietf:params:scim:schemas:core:2.0:User:muster_role","defaultRole":"editor"}`)
		if one["name"] != "Entra ID" || one["strict"] != true || one["roleAttribute"] != "muster_role" || at(one, "defaultRole", "name") != "Editor" {
			t.Errorf("changed: %v", one)
		}
		if diff := cmp.Diff([]any{"muster_role", "roles"}, one["offeredAttributes"]); diff != "" {
			t.Error(diff)
		}
		o.connect("Okta", "okta")
		page := o.admin(http.StatusOK, "GET", "/v1/directories?pageSize=1", "")
		next := str(at(page, "results", "pageInfo", "endCursor"))
		second := o.admin(http.StatusOK, "GET", "/v1/directories?pageSize=1&pageCursor="+next, "")
		if at(page, "results", "data", 0, "name") != "Entra ID" || at(second, "results", "data", 0, "name") != "Okta" || at(second, "results", "pageInfo", "hasNextPage") != false {
			t.Errorf("got %v, then %v", page, second)
		}
	})
}

// stepsDone answers the names of the steps that are ticked.
func (o *office) stepsDone(directory map[string]any) (done []string) {
	steps, _ := directory["steps"].([]any)
	for _, step := range steps {
		if at(step, "done") == true {
			done = append(done, str(at(step, "name")))
		}
		if str(at(step, "words")) == "" || (at(step, "doneAt") == nil) == (at(step, "done") == true) {
			o.t.Errorf("step %v", step)
		}
	}
	return done
}

func TestBadDirectories(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		cases := map[string]struct {
			method, path, body string
			status             int
			place              string
		}{
			"no name":             {"POST", "", `{"name":" ","provider":"okta"}`, 400, "body.name"},
			"long name":           {"POST", "", `{"name":"` + strings.Repeat("x", 101) + `","provider":"okta"}`, 400, "body.name"},
			"two lines":           {"POST", "", `{"name":"a\nb","provider":"okta"}`, 400, "body.name"},
			"no such provider":    {"POST", "", `{"name":"x","provider":"ldap"}`, 400, "body.provider"},
			"no such role":        {"POST", "", `{"name":"x","provider":"okta","defaultRole":"king"}`, 400, "body.defaultRole"},
			"admin by default":    {"POST", "", `{"name":"x","provider":"okta","defaultRole":"admin"}`, 400, "body.defaultRole"},
			"unknown member":      {"POST", "", `{"name":"x","provider":"okta","color":"red"}`, 400, "body.color"},
			"name taken":          {"POST", "", `{"name":"OKTA","provider":"okta"}`, 409, ""},
			"admin by patch":      {"PATCH", c.path, `{"defaultRole":"Admin"}`, 400, "body.defaultRole"},
			"attribute reserved":  {"PATCH", c.path, `{"roleAttribute":"UserName"}`, 400, "body.roleAttribute"},
			"attribute malformed": {"PATCH", c.path, `{"roleAttribute":"a b"}`, 400, "body.roleAttribute"},
			"no such state":       {"PATCH", c.path, `{"state":"deleting"}`, 400, "body.state"},
			"not linked by hand":  {"PATCH", c.path, `{"state":"linked"}`, 409, ""},
			"unknown directory":   {"PATCH", "/v1/directories/000000000000000000000000", `{}`, 404, ""},
			"no id":               {"GET", "/v1/directories/x", ``, 404, ""},
			"past expiry":         {"POST", c.path + "/tokens", `{"expiresAt":"2020-01-01T00:00:00Z"}`, 400, "body.expiresAt"},
			"no expiry":           {"POST", c.path + "/tokens", `{"expiresAt":"soon"}`, 400, "body.expiresAt"},
			"unknown token":       {"DELETE", c.path + "/tokens/x", ``, 404, ""},
			"unknown warning":     {"DELETE", c.path + "/warnings/x", ``, 404, ""},
			"unknown request":     {"GET", c.path + "/requests/x", ``, 404, ""},
			"unknown replay":      {"POST", c.path + "/requests/x/replay", ``, 404, ""},
			"unknown timeline":    {"GET", c.path + "/users/x/timeline", ``, 404, ""},
			"unknown simulation":  {"POST", c.path + "/simulate", `{"user":"nobody"}`, 404, ""},
			"bad status":          {"GET", c.path + "/requests?status=9xx", ``, 400, "query.status"},
			"bad cursor":          {"GET", c.path + "/requests?pageCursor=x", ``, 400, "query.pageCursor"},
			"unknown group":       {"PUT", c.path + "/mapping", `{"mapping":[{"groupId":"x","role":"editor"}]}`, 400, "body.mapping.0.groupId"},
			"unknown link":        {"DELETE", c.path + "/links/x", ``, 404, ""},
			"unknown adoption":    {"POST", c.path + "/users/x/adopt", ``, 404, ""},
		}
		for name, test := range cases {
			path := test.path
			if path == "" {
				path = "/v1/directories"
			}
			got := o.admin(test.status, test.method, path, test.body)
			if test.place != "" && at(got, "errors", test.place) == nil {
				t.Errorf("%s: no place %s in %v", name, test.place, got)
			}
		}
	})
}

func TestWhoMaySetUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		for _, test := range []struct {
			token, method, path, body string
			status                    int
		}{
			{"editor", "GET", c.path, "", 200},
			{"editor", "GET", "/v1/directories", "", 200},
			{"editor", "PATCH", c.path, `{"strict":true}`, 403},
			{"editor", "POST", "/v1/directories", `{"name":"x","provider":"okta"}`, 403},
			{"editor", "POST", c.path + "/tokens", `{}`, 403},
			{"editor", "POST", c.path + "/link", ``, 403},
			{"editor", "POST", c.path + "/self-test", ``, 403},
			{"editor", "DELETE", c.path, ``, 403},
			{"employee", "GET", c.path, "", 403},
			{"application", "GET", c.path, "", 403},
			{"application", "DELETE", c.path, "", 403},
			{"elsewhere", "GET", c.path, "", 404},
			{"elsewhere", "DELETE", c.path, "", 404},
			{"elsewhere", "POST", c.path + "/tokens", `{}`, 404},
			{"elsewhere", "PUT", c.path + "/mapping", `{"mapping":[]}`, 404},
			{"nobody", "GET", c.path, "", 401},
		} {
			o.as(test.token, test.status, test.method, test.path, test.body)
		}
	})
}

func TestStepsTickByTraffic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		o.as("mst_wrong", http.StatusUnauthorized, "GET", "/scim/v2/"+c.id+"/Users?startIndex=1&count=2", "")
		one := o.admin(http.StatusOK, "GET", c.path, "")
		if one["state"] != "invalid_credentials" || at(one, "lastError", "status") != 401.0 || !strings.Contains(str(at(one, "lastError", "whatToDo")), "token") {
			t.Errorf("after a wrong token: %v, %v", one["state"], one["lastError"])
		}
		look := func(state string, steps ...string) map[string]any {
			t.Helper()
			one := o.admin(http.StatusOK, "GET", c.path, "")
			if diff := cmp.Diff(steps, o.stepsDone(one)); diff != "" || one["state"] != state {
				t.Errorf("state %v, want %s; steps (-want +got):\n%s", one["state"], state, diff)
			}
			return one
		}
		o.provide(c, http.StatusOK, "GET", "/Users?startIndex=1&count=2", "")
		look("linked", "credentials")
		ada := o.hire(c, "ada", `,"vanta_roles":"editor","password":"hunter2-secret"`)
		one = look("linked", "credentials", "provisioning", "assigned")
		if diff := cmp.Diff([]any{"vanta_roles", "roles"}, one["offeredAttributes"]); diff != "" {
			t.Error(diff)
		}
		o.admin(http.StatusOK, "PATCH", c.path, `{"roleAttribute":"vanta_roles"}`)
		if role := o.user("ada").Role.ID; role != access.Editor {
			t.Errorf("once the attribute is named, ada is %s", role)
		}
		group := o.team(c, "Engineering", ada)
		o.admin(http.StatusOK, "PUT", c.path+"/mapping", `{"mapping":[{"groupId":"`+group+`","role":"collaborator"}]}`)
		look("linked", "credentials", "provisioning", "attribute", "assigned", "groups", "mapping")
		if test := o.admin(http.StatusOK, "POST", c.path+"/self-test", ""); test["passed"] != true {
			t.Errorf("self-test: %v", failures(test["steps"]))
		}
		one = look("linked", "credentials", "provisioning", "attribute", "assigned", "groups", "mapping", "tested")
		if diff := cmp.Diff(map[string]any{"users": 1.0, "activeUsers": 1.0, "groups": 1.0}, one["counts"]); diff != "" {
			t.Error(diff)
		}
		if today := at(one, "requestsByDay", 13); at(today, "requests") != 4.0 || at(today, "failed") != 1.0 {
			t.Errorf("today: %v", today)
		}
		o.admin(http.StatusOK, "PUT", c.path+"/mapping", `{"mapping":[]}`)
		o.admin(http.StatusOK, "PATCH", c.path, `{"roleAttribute":""}`)
		look("linked", "credentials", "provisioning", "assigned", "groups", "tested")
		if strings.Contains(o.told(), "hunter2") || o.count(`SELECT COUNT(*) FROM scim_request WHERE sent LIKE '%hunter2%' OR answered LIKE '%hunter2%'`) != 0 {
			t.Error("the password is kept")
		}
	})
}

func TestTokensChangeWithoutAGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		first := at(o.admin(http.StatusOK, "GET", c.path, ""), "tokens", 0, "id")
		made := o.admin(http.StatusCreated, "POST", c.path+"/tokens", `{"expiresAt":"`+o.now().Add(time.Hour).Format(time.RFC3339)+`"}`)
		second := c
		second.token = str(made["token"])
		for _, with := range []connected{c, second} {
			o.provide(with, http.StatusOK, "GET", "/Users", "")
		}
		one := o.admin(http.StatusOK, "GET", c.path, "")
		if at(one, "tokens", 0, "expiresAt") == nil || at(one, "tokens", 0, "lastUsedAt") == nil || at(one, "tokens", 0, "token") != nil {
			t.Errorf("got %v", one["tokens"])
		}
		o.admin(http.StatusNoContent, "DELETE", c.path+"/tokens/"+str(first), "")
		o.admin(http.StatusNotFound, "DELETE", c.path+"/tokens/"+str(first), "")
		o.provide(c, http.StatusUnauthorized, "GET", "/Users", "")
		o.provide(second, http.StatusOK, "GET", "/Users", "")
		o.pass(2 * time.Hour)
		o.provide(second, http.StatusUnauthorized, "GET", "/Users", "")
		for range maxTokens - 1 {
			o.admin(http.StatusCreated, "POST", c.path+"/tokens", "")
		}
		o.admin(http.StatusConflict, "POST", c.path+"/tokens", "")
		if told := o.told(); strings.Contains(told, c.token) || strings.Contains(told, second.token) {
			t.Error("a token stands in the evidence")
		}
	})
}

func TestTheLogInWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		ada := o.hire(c, "ada", `,"password":"hunter2"`)
		o.provide(c, http.StatusConflict, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ADA@example.com"}`)
		group := o.team(c, "Engineering", ada)
		o.provide(c, http.StatusOK, "PATCH", "/Users/"+ada,
			`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}}]}`)
		all := data(o.admin(http.StatusOK, "GET", c.path+"/requests", ""))
		if len(all) != 4 || at(all[0], "method") != "PATCH" || at(all[0], "sent") != nil || at(all[0], "subject") != "ada" {
			t.Fatalf("got %v", all)
		}
		for query, want := range map[string]int{
			"status=409": 1, "status=4xx": 1, "status=failed": 1, "status=201": 2, "method=PATCH": 1, "resourceId=" + ada: 2, "subject=ENGIN": 1,
			"subject=100%25": 0, "status=5XX": 0, "resourceId=" + group + "&method=POST": 1,
		} {
			if got := data(o.admin(http.StatusOK, "GET", c.path+"/requests?"+query, "")); len(got) != want {
				t.Errorf("%s: got %d of them, want %d", query, len(got), want)
			}
		}
		page := o.admin(http.StatusOK, "GET", c.path+"/requests?pageSize=3", "")
		rest := o.admin(http.StatusOK, "GET", c.path+"/requests?pageSize=3&pageCursor="+str(at(page, "results", "pageInfo", "endCursor")), "")
		if len(data(page)) != 3 || len(data(rest)) != 1 || at(data(rest)[0], "id") != at(all[3], "id") {
			t.Errorf("pages: %v, %v", page, rest)
		}
		first := o.admin(http.StatusOK, "GET", c.path+"/requests/"+str(at(all[3], "id")), "")
		if sent := str(first["sent"]); strings.Contains(sent, "hunter2") || !strings.Contains(sent, "ada@example.com") || !strings.Contains(str(first["answered"]), ada) {
			t.Errorf("got %v", first)
		}
		status, header, text := o.send("GET", c.path+"/requests/export?status=failed", "", "Authorization", "Bearer admin")
		if lines := strings.Count(text, "\n"); status != 200 || lines != 1 || header.Get("Content-Type") != "application/x-ndjson" || !strings.Contains(text, `"status":409`) {
			t.Errorf("export: %d %v %s", status, header, text)
		}
		if status, _, text := o.send("GET", "/v1/directories/x/requests/export", "", "Authorization", "Bearer admin"); status != http.StatusNotFound {
			t.Errorf("export of nothing: %d %s", status, text)
		}
		story := o.admin(http.StatusOK, "GET", c.path+"/users/"+ada+"/timeline", "")
		if requests, _ := story["requests"].([]any); len(requests) != 3 || story["userName"] != "ada" || story["active"] != false || at(requests, 1, "subject") != "Engineering" {
			t.Errorf("timeline: %v", story)
		}
		o.provide(c, http.StatusNoContent, "DELETE", "/Users/"+ada, "")
		story = o.admin(http.StatusOK, "GET", c.path+"/users/"+ada+"/timeline", "")
		if story["deleted"] != true || story["userName"] != "ada" {
			t.Errorf("timeline of one who is gone: %v", story)
		}
		sim := o.hire(c, "bob", "")
		if got := o.admin(http.StatusOK, "POST", c.path+"/simulate", `{"user":"BOB@example.com"}`); got["userId"] != sim || at(got, "role", "name") != "Employee" || at(got, "steps", 0) == nil {
			t.Errorf("simulation: %v", got)
		}
	})
}

func TestWarningsAreDismissed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.connect("Okta", "okta")
		o.admin(http.StatusOK, "PATCH", c.path, `{"roleAttribute":"vanta_roles"}`)
		o.hire(c, "ada", `,"vanta_roles":"king"`)
		list := o.admin(http.StatusOK, "GET", c.path+"/warnings", "")
		if at(list, "warnings", 0, "kind") != warnRole || at(list, "warnings", 0, "subject") != "ada" || at(list, "warnings", 1) != nil {
			t.Fatalf("got %v", list)
		}
		o.admin(http.StatusNoContent, "DELETE", c.path+"/warnings/"+str(at(list, "warnings", 0, "id")), "")
		if list = o.admin(http.StatusOK, "GET", c.path+"/warnings", ""); at(list, "warnings", 0) != nil {
			t.Errorf("still there: %v", list)
		}
	})
}
