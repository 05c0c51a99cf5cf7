// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/access"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Caller takes the id of a user for a token, and knows two applications.
func (h *house) Caller(ctx context.Context, token string) (c caller.Caller, err error) {
	switch token {
	case "read":
		return h.application(caller.ScopeManageRead), nil
	case "write":
		return h.application(caller.ScopeManageRead, caller.ScopeManageWrite), nil
	}
	u, err := h.Get(ctx, h.actor, token)
	if err != nil {
		return caller.Caller{}, fault.New(fault.Unauthorized, "no token")
	}
	return u.Caller(h.actor.Workspace), nil
}

func (h *house) application(scopes ...caller.Scope) caller.Caller {
	return caller.Caller{ID: "app", Kind: caller.Application, Name: "App", Scopes: scopes, Workspace: h.actor.Workspace}
}

type site struct {
	*house
	*httptest.Server
	ada   access.User
	token string
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	h := newHouse(t, d)
	server := web.New(web.Options{Bearer: h, Now: h.now})
	h.Mount(server)
	s := &site{house: h, Server: httptest.NewServer(server.Handler())}
	t.Cleanup(s.Server.Close)
	s.ada = h.user("ada", "admin")
	s.token = string(s.ada.ID)
	return s
}

// call answers the status and the body, decoded.
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
		s.t.Fatalf("%s %s %s: got %d %v, want %d", method, path, body, got, value, status)
	}
	return value
}

// emails answers the e-mails of a page of users.
func emails(page map[string]any) (list []string) {
	for _, u := range page["results"].(map[string]any)["data"].([]any) {
		list = append(list, u.(map[string]any)["email"].(string))
	}
	return list
}

func TestUserRoutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		made := s.must(201, "POST", "/v1/users", `{"email": "Grace@example.com", "name": "Grace Brewster Hopper", "role": "AUDITOR"}`)
		id := made["id"].(string)
		want := map[string]any{
			"id": id, "organizationId": s.actor.Workspace.ID, "email": "Grace@example.com",
			"givenName": "Grace Brewster", "familyName": "Hopper", "displayName": "Grace Brewster Hopper",
			"role":   map[string]any{"id": string(access.Auditor), "slug": "auditor", "name": "Auditor"},
			"status": "invited", "roleSource": "here", "source": "VANTA", "auditWindow": nil,
			"createdAt": made["createdAt"], "updatedAt": made["createdAt"], "deactivatedAt": nil,
		}
		if diff := cmp.Diff(want, made); diff != "" || len(made["createdAt"].(string)) != len("2026-01-01T00:00:00.000Z") {
			t.Error(diff)
		}
		if diff := cmp.Diff(made, s.must(200, "GET", "/v1/users/"+id, "")); diff != "" {
			t.Error(diff)
		}
		s.must(200, "GET", "/v1/users/GRACE@example.com", "")
		changed := s.must(200, "PATCH", "/v1/users/"+id,
			`{"auditWindow": {"startDate": "2026-01-01T01:00:00+01:00", "endDate": "2026-06-30T23:59:59.999Z"}, "name": "Grace"}`)
		window := map[string]any{"startDate": "2026-01-01T00:00:00.000Z", "endDate": "2026-06-30T23:59:59.999Z"}
		if diff := cmp.Diff(window, changed["auditWindow"]); diff != "" || changed["givenName"] != "Grace" || changed["familyName"] != nil {
			t.Errorf("got %v\n%s", changed, diff)
		}
		if kept := s.must(200, "PATCH", "/v1/users/"+id, `{}`); kept["auditWindow"] == nil || kept["updatedAt"] != changed["updatedAt"] {
			t.Errorf("got %v; an empty change changes nothing", kept)
		}
		if cleared := s.must(200, "PATCH", "/v1/users/"+id, `{"auditWindow": null}`); cleared["auditWindow"] != nil {
			t.Errorf("got %v", cleared)
		}
		off := s.must(200, "POST", "/v1/users/"+id+"/deactivate", "")
		if off["status"] != "deactivated" || off["deactivatedAt"] == nil {
			t.Errorf("got %v", off)
		}
		if on := s.must(200, "POST", "/v1/users/"+id+"/reactivate", ""); on["status"] != "invited" {
			t.Errorf("got %v", on)
		}
		s.must(204, "DELETE", "/v1/users/"+id, "")
		s.must(404, "GET", "/v1/users/"+id, "")
		if lines := s.entries("user"); len(lines) != 7 || !strings.HasPrefix(lines[6], "user ada deleted user Grace ") {
			t.Errorf("got %q", lines)
		}
	})
}

func TestUserPages(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	for _, name := range []string{"bob", "cleo", "dan"} {
		s.user(name, "editor")
	}
	s.user("eve", "auditor")
	cursor, seen := "", []string{}
	for range 3 {
		page := s.must(200, "GET", "/v1/users?pageSize=2&pageCursor="+cursor, "")
		seen = append(seen, emails(page)...)
		info := page["results"].(map[string]any)["pageInfo"].(map[string]any)
		if info["hasPreviousPage"] != (cursor != "") || info["hasNextPage"] != (len(seen) < 5) {
			t.Errorf("got %v after %d", info, len(seen))
		}
		cursor = info["endCursor"].(string)
	}
	if !slices.Equal(seen, []string{"ada@example.com", "bob@example.com", "cleo@example.com", "dan@example.com", "eve@example.com"}) {
		t.Errorf("got %v", seen)
	}
	for query, want := range map[string]int{
		"q=EX": 5, "q=ada": 1, "status=invited": 0, "status=active": 5, "roleMatchesAny=admin,Editor": 4,
		"roleMatchesAny=admin&roleMatchesAny=auditor": 2, "roleMatchesAny=editor&q=bob": 1,
	} {
		if got := emails(s.must(200, "GET", "/v1/users?"+query, "")); len(got) != want {
			t.Errorf("%s: got %v, want %d", query, got, want)
		}
	}
	for _, query := range []string{"status=gone", "roleMatchesAny=king", "pageSize=0", "pageCursor=x"} {
		s.must(400, "GET", "/v1/users?"+query, "")
	}
}

func TestRoleRoutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		made := s.must(201, "POST", "/v1/roles", `{"name": "Night Shift", "areas": {"tests": "edit", "users": "view"}}`)
		id := made["id"].(string)
		want := map[string]any{
			"id": id, "slug": "night-shift", "name": "Night Shift", "description": made["description"], "builtIn": false, "mayOwn": true,
			"permissions": []any{"use an account of one's own", "read tests", "read users and roles", "write tests"},
			"areas": map[string]any{
				"resources": "none", "tests": "edit", "controls": "none", "documents": "none", "accounts": "none", "access-reviews": "none", "computers": "none", "vulnerabilities": "none", "policies": "none", "people": "none", "users": "view", "audit-trail": "none", "settings": "none",
			},
			"userCount": 0.0,
		}
		if diff := cmp.Diff(want, made); diff != "" {
			t.Error(diff)
		}
		s.user("bob", "night-shift")
		changed := s.must(200, "PATCH", "/v1/roles/NIGHT-SHIFT", `{"areas": {"tests": "view"}}`)
		if diff := cmp.Diff([]any{"use an account of one's own", "read tests", "read users and roles"}, changed["permissions"]); diff != "" {
			t.Error(diff)
		}
		if _, body := s.call("DELETE", "/v1/roles/"+id, ""); !strings.Contains(body["message"].(string), "1 user has the role Night Shift") {
			t.Errorf("got %v", body)
		}
		first := s.must(200, "GET", "/v1/roles?pageSize=8", "")["results"].(map[string]any)
		roles, info := first["data"].([]any), first["pageInfo"].(map[string]any)
		admin := roles[0].(map[string]any)
		if _, areas := admin["areas"]; areas || admin["builtIn"] != true || admin["userCount"] != 1.0 ||
			len(admin["permissions"].([]any)) != len(caller.Permissions()) || info["hasNextPage"] != true {
			t.Errorf("got %v, %v", admin, info)
		}
		rest := s.must(200, "GET", "/v1/roles?pageCursor="+info["endCursor"].(string), "")["results"].(map[string]any)["data"].([]any)
		if len(rest) != 1 || rest[0].(map[string]any)["userCount"] != 1.0 {
			t.Errorf("got %v", rest)
		}
		s.must(200, "PATCH", "/v1/users/bob@example.com", fmt.Sprintf(`{"role": %q}`, strings.ToUpper(string(access.Employee))))
		s.must(204, "DELETE", "/v1/roles/"+id, "")
	})
}

func TestRefusals(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	ada, bob := "/v1/users/"+s.token, "/v1/users/"+string(s.user("bob", "auditor").ID)
	s.must(201, "POST", "/v1/roles", `{"name": "Night Shift"}`)
	tests := []struct {
		method, path, body string
		status             int
		place              string // in "errors"; "" for none
	}{
		{"POST", "/v1/users", `{"email": "x@example.com"}`, 400, "body.role"},
		{"POST", "/v1/users", `{"email": "x", "role": "editor"}`, 400, "body.email"},
		{"POST", "/v1/users", `{"email": "x@example.com", "role": "king"}`, 400, "body.role"},
		{"POST", "/v1/users", `{"email": "x@example.com", "role": "editor", "status": "active"}`, 400, "body.status"},
		{"POST", "/v1/users", `{"email": "BOB@example.com", "role": "editor"}`, 409, ""},
		{"PATCH", bob, `{"auditWindow": {"startDate": "2026-01-01T00:00:00Z"}}`, 400, "body.auditWindow.endDate"},
		{"PATCH", bob, `{"auditWindow": {"startDate": "yesterday", "endDate": "2026-01-01T00:00:00Z"}}`, 400, "body.auditWindow.startDate"},
		{"PATCH", bob, `{"auditWindow": {"startDate": "2026-02-01T00:00:00Z", "endDate": "2026-01-01T00:00:00Z"}}`, 400, "body.auditWindow.endDate"},
		{"PATCH", bob, `{"auditWindow": "2026"}`, 400, "body.auditWindow"},
		{"PATCH", bob, `{"auditWindow": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2026-01-01T00:00:00Z", "x": 1}}`, 400, "body.auditWindow.x"},
		{"PATCH", bob, `{"status": "active"}`, 400, "body.status"},
		{"PATCH", ada, `{"auditWindow": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2026-01-01T00:00:00Z"}}`, 422, ""},
		{"PATCH", ada, `{"role": "editor"}`, 422, ""},
		{"POST", ada + "/deactivate", "", 422, ""},
		{"DELETE", ada, "", 422, ""},
		{"GET", "/v1/users/none", "", 404, ""},
		{"POST", "/v1/roles", `{"name": "admin"}`, 409, ""},
		{"POST", "/v1/roles", `{"name": "Night  Shift"}`, 409, ""},
		{"POST", "/v1/roles", `{"name": "x", "areas": {"users": "edit"}}`, 400, "body.areas.users"},
		{"PATCH", "/v1/roles/admin", `{"name": "King"}`, 422, ""},
		{"DELETE", "/v1/roles/admin", "", 422, ""},
		{"DELETE", "/v1/roles/none", "", 404, ""},
	}
	for _, test := range tests {
		status, body := s.call(test.method, test.path, test.body)
		places, _ := body["errors"].(map[string]any)
		_, there := places[test.place]
		if status != test.status || (test.place != "" && !there) {
			t.Errorf("%s %s %s: got %d %v, want %d at %s", test.method, test.path, test.body, status, body, test.status, test.place)
		}
	}
	if n := len(s.entries("lockout")); n != 3 {
		t.Errorf("got %d entries of lock-outs, want 3", n)
	}
}

// TestWhoMay walks the routes with every role and two applications.
func TestWhoMay(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	custom, err := s.CreateRole(t.Context(), s.actor, access.NewRole{Name: "Viewer", Areas: map[string]string{"users": "view"}})
	s.ok(err)
	may := map[string]string{"read": "r", "write": "r", string(s.ada.ID): "rw"}
	for _, role := range access.BuiltInRoles()[1:] {
		letters := ""
		if role.ID == access.Editor || role.ID == access.ViewOnlyAdmin {
			letters = "r"
		}
		may[string(s.user(role.Slug, role.Slug).ID)] = letters
	}
	may[string(s.user("viewer", string(custom.ID)).ID)] = "r"
	routes := []struct{ kind, method, path, body string }{
		{"r", "GET", "/v1/users", ""},
		{"r", "GET", "/v1/users/none", ""},
		{"r", "GET", "/v1/roles", ""},
		{"w", "POST", "/v1/users", "{}"},
		{"w", "PATCH", "/v1/users/none", "{}"},
		{"w", "DELETE", "/v1/users/none", ""},
		{"w", "POST", "/v1/users/none/deactivate", ""},
		{"w", "POST", "/v1/users/none/reactivate", ""},
		{"w", "POST", "/v1/roles", "{}"},
		{"w", "PATCH", "/v1/roles/none", "{}"},
		{"w", "DELETE", "/v1/roles/none", ""},
	}
	for token, letters := range may {
		s.token = token
		for _, route := range routes {
			status, body := s.call(route.method, route.path, route.body)
			if (status != http.StatusForbidden) != strings.Contains(letters, route.kind) {
				t.Errorf("%s may %q: %s %s got %d %v", token, letters, route.method, route.path, status, body)
			}
		}
	}
}
