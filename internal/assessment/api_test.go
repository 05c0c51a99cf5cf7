// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Caller knows the tokens write, read and none.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	c := h.manager
	switch token {
	case "write":
	case "read":
		c.Scopes = []caller.Scope{caller.ScopeManageRead}
	case "none":
		c.Scopes = []caller.Scope{caller.ScopeReadResource}
	default:
		return caller.Caller{}, fault.New(fault.Unauthorized, "no token")
	}
	return c, nil
}

type site struct {
	*house
	*httptest.Server
	token string
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOn(t, dbtest.SQLite(t))
}

func newSiteOn(t *testing.T, d *db.DB) *site {
	t.Helper()
	h := newHouse(t, d)
	server := web.New(web.Options{Bearer: h, Now: h.now})
	h.tests.Mount(server)
	s := &site{house: h, Server: httptest.NewServer(server.Handler()), token: "write"}
	t.Cleanup(s.Close)
	return s
}

// call answers status and body.
func (s *site) call(method, path, body string) (int, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	s.ok(err)
	r.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := s.Client().Do(r)
	s.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	s.ok(err)
	if len(text) == 0 {
		return answer.StatusCode, nil
	}
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
	return answer.StatusCode, value
}

// must is call for an answer of a status.
func (s *site) must(status int, method, path, body string) map[string]any {
	s.t.Helper()
	got, value := s.call(method, path, body)
	if got != status {
		s.t.Fatalf("%s %s: %d %v, want %d", method, path, got, value, status)
	}
	return value
}

func data(page map[string]any) (list []map[string]any) {
	results, _ := page["results"].(map[string]any)
	entries, _ := results["data"].([]any)
	for _, entry := range entries {
		object, _ := entry.(map[string]any)
		list = append(list, object)
	}
	return list
}

// keys that the contract requires, whatever is in them.
var (
	testKeys = []string{
		"category", "deactivatedStatusInfo", "description", "failureDescription", "id", "integrations", "lastTestRunDate", "latestFlipDate",
		"name", "owner", "remediationDescription", "remediationStatusInfo", "status", "version",
	}
	entityKeys = []string{"createdDate", "deactivatedReason", "displayName", "entityStatus", "id", "lastUpdatedDate", "responseType"}
)

func (s *site) has(object map[string]any, keys ...string) {
	s.t.Helper()
	for _, key := range keys {
		if _, ok := object[key]; !ok {
			s.t.Errorf("%s is missing; there are %v", key, slices.Sorted(maps.Keys(object)))
		}
	}
}

func TestShapes(t *testing.T) {
	s := newSite(t)
	s.push(server("a", true, 9000), server("b", true, 4096))
	made := s.must(http.StatusCreated, "POST", "/v1/tests", form("Sized", sized, `"scope":{"field":"active","op":"equals","value":true}`))
	s.has(made, testKeys...)
	id, _ := made["id"].(string)
	for key, want := range map[string]any{
		"name": "Sized", "slug": "sized", "description": "", "status": "NEEDS_ATTENTION", "category": "Custom", "owner": nil, "latestFlipDate": nil,
		"integrations": []any{s.app.ID}, "version": map[string]any{"major": 1.0, "minor": 0.0}, "sentence": "active is true and memory is at least 8192",
		"deactivatedStatusInfo": map[string]any{"isDeactivated": false, "deactivatedReason": nil, "lastUpdatedDate": nil},
		"remediationStatusInfo": map[string]any{"status": "NEEDS_WORK", "soonestRemediateByDate": nil, "itemCount": 1.0},
		"counts":                map[string]any{"passing": 1.0, "failing": 1.0, "inProgress": 0.0, "deactivated": 0.0, "outOfScope": 0.0},
		"application":           map[string]any{"id": s.app.ID, "name": s.app.Name}, "resource": map[string]any{"id": string(s.servers.ID), "name": "InternalServer"},
		"reducer": "all", "onEmpty": "not_applicable", "onUnknown": "fail", "stale": false,
	} {
		s.same(key, made[key], want)
	}
	for _, ref := range []string{id, "sized"} {
		s.same("test", s.must(http.StatusOK, "GET", "/v1/tests/"+ref, ""), made)
	}
	page := s.must(http.StatusOK, "GET", "/v1/tests", "")
	s.same("list", data(page)[0], made)

	failing := data(s.must(http.StatusOK, "GET", "/v1/tests/sized/entities", ""))
	s.same("failing", len(failing), 1)
	s.has(failing[0], entityKeys...)
	for key, want := range map[string]any{
		"entityStatus": "FAILING", "displayName": "name of b", "responseType": "Resource", "uniqueId": "b", "deactivatedReason": nil,
		"reason": "memory is 4096, must be at least 8192", "remediateByDate": nil, "overdue": false,
	} {
		s.same(key, failing[0][key], want)
	}
	// The clock starts with the evaluation, the outcome shows with its commit.
	since, shown := fmt.Sprint(failing[0]["failingSince"]), fmt.Sprint(failing[0]["lastUpdatedDate"])
	if len(since) != len(shown) || since > shown {
		s.t.Errorf("fails since %s, which shows since %s", since, shown)
	}
	entity, _ := failing[0]["id"].(string)
	why := s.must(http.StatusOK, "GET", "/v1/tests/sized/entities/"+entity+"/explain", "")
	s.has(why, append(entityKeys, "trace", "scope", "record", "sentence", "version")...)
	trace, _ := why["trace"].(map[string]any)
	leaves, _ := trace["children"].([]any)
	leaf, _ := leaves[1].(map[string]any)
	s.same("leaf", leaf, map[string]any{
		"pointer": "/all/1", "kind": "leaf", "field": "memory", "op": "gte", "truth": "false", "actual": 4096.0, "operand": 8192.0,
		"decided": true, "sentence": "memory is 4096, must be at least 8192",
	})

	s.must(http.StatusAccepted, "POST", "/v1/tests/sized/entities/"+entity+"/deactivate", `{"deactivateReason":"known","deactivateUntilDate":null}`)
	off := data(s.must(http.StatusOK, "GET", "/v1/tests/sized/entities?entityStatus=DEACTIVATED", ""))
	s.same("reason", off[0]["deactivatedReason"], any("known"))
	s.must(http.StatusAccepted, "POST", "/v1/tests/sized/entities/"+entity+"/reactivate", "")
	s.same("failing", len(data(s.must(http.StatusOK, "GET", "/v1/tests/sized/entities", ""))), 1)
	s.same("passing", len(data(s.must(http.StatusOK, "GET", "/v1/tests/sized/entities?entityStatus=PASSING", ""))), 1)
}

func TestLifecycleRoutes(t *testing.T) {
	s := newSite(t)
	s.push(server("a", true, 9000))
	s.must(http.StatusCreated, "POST", "/v1/tests", form("Sized", sized))
	s.same("copy", s.must(http.StatusCreated, "POST", "/v1/tests/sized/copy", "")["slug"], any("sized-copy"))
	s.same("copy", s.must(http.StatusCreated, "POST", "/v1/tests/sized/copy", `{"name":"Other"}`)["slug"], any("other"))
	version := s.must(http.StatusCreated, "POST", "/v1/tests/sized/versions", `{"failWhen":{"field":"memory","op":"lt","value":1},"reason":"simpler"}`)
	s.same("version", version["version"], any(map[string]any{"major": 2.0, "minor": 0.0}))
	s.same("run", s.must(http.StatusOK, "POST", "/v1/tests/sized/run", "")["status"], any("OK"))
	versions := data(s.must(http.StatusOK, "GET", "/v1/tests/sized/versions?pageSize=1", ""))
	s.same("versions", len(versions), 1)
	s.has(versions[0], "version", "createdDate", "author", "reason", "passWhen", "sentence")

	off := s.must(http.StatusOK, "POST", "/v1/tests/sized/deactivate", `{"deactivateReason":"moving","deactivateUntilDate":"2099-01-01T00:00:00Z"}`)
	s.same("status", off["status"], any("DEACTIVATED"))
	s.same("until", off["deactivatedUntilDate"], any("2099-01-01T00:00:00.000Z"))
	info, _ := off["deactivatedStatusInfo"].(map[string]any)
	s.same("reason", info["deactivatedReason"], any("moving"))
	s.same("list", len(data(s.must(http.StatusOK, "GET", "/v1/tests?statusFilter=DEACTIVATED", ""))), 1)
	s.same("status", s.must(http.StatusOK, "POST", "/v1/tests/sized/reactivate", "")["status"], any("OK"))
	for query, want := range map[string]int{
		"": 3, "?statusFilter=OK": 3, "?statusFilter=DEACTIVATED": 0, "?categoryFilter=CUSTOM": 3, "?categoryFilter=IT": 0,
		"?integrationFilter=" + s.app.ID: 3, "?integrationFilter=other": 0, "?frameworkFilter=soc2": 0, "?controlFilter=x": 0, "?ownerFilter=x": 0,
	} {
		s.same(query, len(data(s.must(http.StatusOK, "GET", "/v1/tests"+query, ""))), want)
	}
}

func TestPages(t *testing.T) {
	s := newSite(t)
	var set []string
	for i := range 23 {
		set = append(set, server(fmt.Sprintf("s%02d", i), true, 1000*i))
	}
	s.push(set...)
	for i := range 5 {
		s.must(http.StatusCreated, "POST", "/v1/tests", form(fmt.Sprintf("t%d", i), sized))
	}
	for path, want := range map[string]int{
		"/v1/tests": 5, "/v1/tests/t0/entities": 9, "/v1/tests/t0/entities?entityStatus=PASSING": 14, "/v1/tests/t0/entities?entityStatus=IN_PROGRESS": 0,
		"/v1/tests/t3/versions": 1,
	} {
		got, cursor := 0, ""
		for {
			query := "?"
			if strings.Contains(path, "?") {
				query = "&"
			}
			page := s.must(http.StatusOK, "GET", path+query+"pageSize=2&pageCursor="+cursor, "")
			results, _ := page["results"].(map[string]any)
			info, _ := results["pageInfo"].(map[string]any)
			s.has(info, "endCursor", "startCursor", "hasNextPage", "hasPreviousPage")
			s.same("previous", info["hasPreviousPage"], any(cursor != ""))
			got += len(data(page))
			if info["hasNextPage"] != true {
				break
			}
			cursor, _ = info["endCursor"].(string)
		}
		s.same(path, got, want)
	}
}

func TestPreviewRoute(t *testing.T) {
	s := newSite(t)
	s.push(server("a", true, 9000), server("b", true, 4096), server("c", false, "null"), server("d", true, "null"))
	s.token = "read"
	p := s.must(http.StatusOK, "POST", "/v1/tests/preview", form("n", `"failWhen":{"field":"memory","op":"lt","value":8192}`,
		`"scope":{"all":[{"field":"active","op":"equals","value":true},{"all":[{"field":"displayName","op":"not_empty"}]}]}`, `"onUnknown":"pass"`))
	s.same("total", p["total"], any(4.0))
	s.same("unknown", p["unknown"], any(1.0))
	s.same("counts", p["counts"], any(map[string]any{"passing": 2.0, "failing": 1.0, "inProgress": 0.0, "deactivated": 0.0, "outOfScope": 1.0}))
	s.same("scope", p["scope"], any([]any{
		map[string]any{"pointer": "/scope/all/0", "sentence": "active is true", "excluded": 1.0},
		map[string]any{"pointer": "/scope/all/1/all/0", "sentence": "displayName is not empty", "excluded": 0.0},
	}))
	rows, _ := p["entities"].([]any)
	var lines []string
	for _, row := range rows {
		r, _ := row.(map[string]any)
		lines = append(lines, fmt.Sprintf("%v %v: %v", r["uniqueId"], r["entityStatus"], r["reason"]))
	}
	s.same("rows", lines, []string{
		"b FAILING: memory is 4096, must not be below 8192", "a PASSING: memory is 9000, which is not below 8192",
		"d PASSING: memory is not reported", "c OUT_OF_SCOPE: active is false, must be true",
	})
	s.same("tests", s.count(`SELECT COUNT(*) FROM assessment_test`), int64(0))
}

func TestErrors(t *testing.T) {
	s := newSite(t)
	s.push(server("a", true, 1))
	s.must(http.StatusCreated, "POST", "/v1/tests", form("Sized", sized))
	gone := "/v1/tests/sized/entities/0123456789abcdef01234567"
	for _, c := range []struct {
		token, method, path, body string
		status                    int
		message                   string
	}{
		{"read", "POST", "/v1/tests", "{", http.StatusForbidden, "the token lacks the scope vanta-api.all:write"},
		{"none", "GET", "/v1/tests", "", http.StatusForbidden, "the token lacks the scope vanta-api.all:read"},
		{"read", "POST", "/v1/tests/sized/run", "", http.StatusForbidden, "the token lacks"},
		{"write", "GET", "/v1/tests/none", "", http.StatusNotFound, `there is no test "none"`},
		{"write", "GET", "/v1/tests/none/entities", "", http.StatusNotFound, `there is no test "none"`},
		{"write", "POST", "/v1/tests", "{", http.StatusBadRequest, "malformed JSON at line 1"},
		{"write", "POST", "/v1/tests", "", http.StatusBadRequest, "body"},
		{"write", "POST", "/v1/tests", "3", http.StatusBadRequest, "must be an object"},
		{"write", "POST", "/v1/tests", form("Sized", sized), http.StatusConflict, `there is a test with the slug "sized" already`},
		{"write", "GET", "/v1/tests?statusFilter=FINE", "", http.StatusBadRequest, "query.statusFilter"},
		{"write", "GET", "/v1/tests?categoryFilter=FINE", "", http.StatusBadRequest, "query.categoryFilter"},
		{"write", "GET", "/v1/tests?pageSize=101", "", http.StatusBadRequest, "query.pageSize"},
		{"write", "GET", "/v1/tests?pageCursor=x", "", http.StatusBadRequest, "query.pageCursor"},
		{"write", "GET", "/v1/tests/sized/entities?pageCursor=x", "", http.StatusBadRequest, "query.pageCursor"},
		{"write", "GET", "/v1/tests/sized/entities?pageCursor=" + web.EncodeCursor("x"), "", http.StatusBadRequest, "cursor"},
		{"write", "GET", "/v1/tests/sized/entities?entityStatus=GOOD", "", http.StatusBadRequest, "query.entityStatus"},
		{"write", "GET", gone + "/explain", "", http.StatusNotFound, "there is no record"},
		{"write", "POST", gone + "/deactivate", `{"deactivateReason":"x"}`, http.StatusNotFound, "there is no record"},
		{"write", "POST", gone + "/reactivate", "", http.StatusNotFound, "there is no record"},
		{"write", "POST", gone + "/deactivate", `{}`, http.StatusBadRequest, "deactivateReason"},
		{"write", "POST", "/v1/tests/sized/deactivate", `{"deactivateReason":""}`, http.StatusBadRequest, "/deactivateReason: must be present"},
		{"write", "POST", "/v1/tests/sized/deactivate", `{"deactivateReason":"x","deactivateUntilDate":"2001-01-01T00:00:00Z"}`, http.StatusBadRequest, "/deactivateUntilDate: must lie in the future"},
		{"write", "POST", "/v1/tests/sized/deactivate", `{"deactivateReason":"x","deactivateUntilDate":"soon"}`, http.StatusBadRequest, "deactivateUntilDate"},
	} {
		s.token = c.token
		status, body := s.call(c.method, c.path, c.body)
		message, _ := body["message"].(string)
		if status != c.status || !strings.Contains(message, c.message) || body["error"] != body["message"] {
			t.Errorf("%s %s %s: %d %v, want %d %s", c.method, c.path, c.body, status, body, c.status, c.message)
		}
	}
	s.token = "write"
	body := s.must(http.StatusBadRequest, "POST", "/v1/tests", form("n", `"passWhen":{"all":[{"field":"active","op":"gt","value":1}]}`))
	s.same("problems", body["problems"], any([]any{map[string]any{
		"pointer": "/passWhen/all/0/op", "message": `boolean fields take equals, not_equals, exists, missing, is_null and not_null, not "gt"`,
	}}))
	places, _ := body["errors"].(map[string]any)
	s.has(places, "body.passWhen.all.0.op")
}
