// SPDX-License-Identifier: Apache-2.0

package directory_test

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
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Caller knows the tokens write, read and none.
func (h *house) Caller(_ context.Context, token string) (caller.Caller, error) {
	c := h.admin
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
	server *httptest.Server
	web    *web.Server
}

func newSite(t *testing.T) *site {
	t.Helper()
	h := newHouse(t, dbtest.SQLite(t))
	server := web.New(web.Options{Bearer: h, Now: h.now})
	h.people.Mount(server)
	s := &site{house: h, server: httptest.NewServer(server.Handler()), web: server}
	t.Cleanup(s.server.Close)
	return s
}

// raw answers status, header and body.
func (s *site) raw(token, method, path, kind, body string) (int, http.Header, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, strings.NewReader(body))
	s.ok(err)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", kind)
	}
	answer, err := s.server.Client().Do(r)
	s.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	s.ok(err)
	return answer.StatusCode, answer.Header, string(text)
}

// must answers the body of an answer of a status, as JSON.
func (s *site) must(status int, method, path, body string) any {
	s.t.Helper()
	got, _, text := s.raw("write", method, path, "application/json", body)
	if got != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, got, text, status)
	}
	if text == "" {
		return nil
	}
	var value any
	s.ok(json.Unmarshal([]byte(text), &value))
	return value
}

// at walks into a JSON value: names and, for arrays, numbers.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// shape lists every member of a value by its path, [] for elements.
func shape(prefix string, v any) []string {
	object, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		list = append(list, prefix+name)
		list = append(list, shape(prefix+name+".", object[name])...)
	}
	return list
}

// task is what the contract has for each kind of tasks.
func task(name string, lists ...string) []string {
	list := []string{name}
	for _, member := range append([]string{"taskType", "status", "dueDate", "completionDate", "disabled"}, lists...) {
		list = append(list, name+"."+member)
	}
	return list
}

// personKeys are the keys of the contract's table, no more and no less.
func personKeys() []string {
	const d = "tasksSummary.details."
	list := slices.Concat([]string{
		"id", "emailAddress", "employment", "employment.status", "employment.startDate", "employment.jobTitle", "employment.endDate",
		"leaveInfo", "groupIds", "name", "name.first", "name.last", "name.display", "sources", "sources.employment",
		"sources.employment.endDate", "sources.employment.endDate.type", "sources.employment.startDate",
		"sources.employment.startDate.type", "sources.emailAddress", "sources.emailAddress.type", "tasksSummary",
		"tasksSummary.details", "tasksSummary.status", "tasksSummary.dueDate", "tasksSummary.completionDate",
	},
		task(d+"completeTrainings", "incompleteTrainings", "completedTrainings"),
		task(d+"acceptPolicies", "unacceptedPolicies", "acceptedPolicies"),
		task(d+"completeCustomTasks", "incompleteCustomTasks", "completedCustomTasks"),
		task(d+"completeOffboardingCustomTasks", "incompleteCustomOffboardingTasks", "completedCustomOffboardingTasks"),
		task(d+"installDeviceMonitoring"), task(d+"completeBackgroundChecks"))
	slices.Sort(list)
	return list
}

func TestShapes(t *testing.T) {
	s := newSite(t)
	made := s.must(http.StatusCreated, "POST", "/v1/people", `{"emailAddress":"ada@example.com"}`)
	got := shape("", made)
	slices.Sort(got)
	s.same("person", got, personKeys())
	for _, test := range []struct {
		path []any
		want any
	}{
		{[]any{"employment"}, map[string]any{"status": "CURRENT", "startDate": "2026-05-31T12:00:00.000Z", "jobTitle": nil, "endDate": nil}},
		{[]any{"name"}, map[string]any{"first": nil, "last": nil, "display": "ada@example.com"}},
		{[]any{"sources", "emailAddress"}, map[string]any{"type": "VANTA"}},
		{[]any{"groupIds"}, []any{}},
		{[]any{"leaveInfo"}, nil},
		{[]any{"tasksSummary", "status"}, "NONE"},
		{[]any{"tasksSummary", "details", "acceptPolicies"}, map[string]any{
			"taskType": "ACCEPT_POLICIES", "status": "NONE", "dueDate": nil, "completionDate": nil, "disabled": nil,
			"unacceptedPolicies": []any{}, "acceptedPolicies": []any{},
		}},
	} {
		s.same(fmt.Sprint(test.path...), at(made, test.path...), test.want)
	}
	id, _ := at(made, "id").(string)
	s.same("get", s.must(http.StatusOK, "GET", "/v1/people/"+id, ""), made)
	page := s.must(http.StatusOK, "GET", "/v1/people", "")
	s.same("list", at(page, "results", "data", 0), made)
	s.same("page", slices.Sorted(maps.Keys(at(page, "results", "pageInfo").(map[string]any))), []string{"endCursor", "hasNextPage", "hasPreviousPage", "startCursor"})

	leave := s.must(http.StatusOK, "POST", "/v1/people/"+id+"/set-leave", `{"startDate":"2026-05-30T00:00:00Z","endDate":null}`)
	s.same("leave", at(leave, "leaveInfo"), any(map[string]any{"startDate": "2026-05-30T00:00:00.000Z", "endDate": nil, "status": "ACTIVE"}))
	s.same("status", at(leave, "employment", "status"), any("ON_LEAVE"))
	leave = s.must(http.StatusOK, "POST", "/v1/people/"+id+"/set-leave", `{"startDate":"2026-06-30T00:00:00Z","endDate":"2026-07-01T00:00:00+02:00"}`)
	s.same("leave", at(leave, "leaveInfo"), any(map[string]any{"startDate": "2026-06-30T00:00:00.000Z", "endDate": "2026-06-30T22:00:00.000Z", "status": "UPCOMING"}))
	s.same("cleared", at(s.must(http.StatusOK, "POST", "/v1/people/"+id+"/clear-leave", ""), "leaveInfo"), nil)

	_, _, err := s.put(directory.Source{Type: directory.Integration, IntegrationID: "hr"}, "", directory.Attributes{Email: ptr("ada@example.com"), EndDate: ptr(day(900))})
	s.ok(err)
	sources := at(s.must(http.StatusOK, "GET", "/v1/people/"+id, ""), "sources")
	s.same("source", at(sources, "emailAddress"), any(map[string]any{"type": "INTEGRATION", "integrationId": "hr", "resourceId": nil}))

	group := s.must(http.StatusCreated, "POST", "/v1/groups", `{"name":"Engineering"}`)
	s.same("group", group, any(map[string]any{"id": at(group, "id"), "name": "Engineering", "creationDate": "2026-05-31T12:00:00.000Z"}))
	groupID, _ := at(group, "id").(string)
	s.same("group", s.must(http.StatusOK, "GET", "/v1/groups/"+groupID, ""), group)
	s.same("groups", at(s.must(http.StatusOK, "GET", "/v1/groups?pageSize=1", ""), "results", "data"), any([]any{group}))
	s.same("empty", s.must(http.StatusOK, "GET", "/v1/groups/"+groupID+"/people", ""), any([]any{}))
	member := s.must(http.StatusOK, "POST", "/v1/groups/"+groupID+"/people", `{"id":"`+id+`"}`)
	s.same("groups", at(member, "groupIds"), any([]any{groupID}))
	s.same("members", s.must(http.StatusOK, "GET", "/v1/groups/"+groupID+"/people", ""), any([]any{member}))
	s.same("of the group", len(at(s.must(http.StatusOK, "GET", "/v1/people?groupId="+groupID, ""), "results", "data").([]any)), 1)
	s.same("quit", at(s.must(http.StatusOK, "DELETE", "/v1/groups/"+groupID+"/people/"+id, ""), "groupIds"), any([]any{}))
	s.must(http.StatusOK, "PATCH", "/v1/groups/"+groupID, `{"name":"Engineers"}`)
	s.must(http.StatusNoContent, "DELETE", "/v1/groups/"+groupID, "")
	s.must(http.StatusNotFound, "GET", "/v1/groups/"+groupID, "")
}

func TestEdits(t *testing.T) {
	s := newSite(t)
	made := s.must(http.StatusCreated, "POST", "/v1/people",
		`{"emailAddress":"ada@example.com","name":{"first":"Ada","last":"Lovelace"},"employment":{"startDate":"2026-01-01T00:00:00Z","jobTitle":"Engineer"}}`)
	path := "/v1/people/" + at(made, "id").(string)
	edited := s.must(http.StatusOK, "PATCH", path, `{"name":{"first":"Augusta","last":null}}`)
	s.same("name", at(edited, "name"), any(map[string]any{"first": "Augusta", "last": nil, "display": "Augusta"}))
	edited = s.must(http.StatusOK, "PATCH", path, `{"employment":{"startDate":"2027-01-01T00:00:00Z"}}`)
	s.same("status", at(edited, "employment", "status"), any("UPCOMING"))
	s.same("title", at(edited, "employment", "jobTitle"), any("Engineer"))
	edited = s.must(http.StatusOK, "PATCH", path, `{"employment":{"startDate":null,"jobTitle":null}}`)
	s.same("start", at(edited, "employment", "startDate"), at(made, "employment", "startDate").(string)[:0]+"2026-05-31T12:00:00.000Z")
	s.same("nothing", s.must(http.StatusOK, "PATCH", path, `{}`), edited)
	for body, place := range map[string]string{
		`{"emailAddress":"x"}`: "body.emailAddress",
		`{"employment":{"startDate":"2026-01-02T00:00:00Z","endDate":"2026-01-01T00:00:00Z"}}`: "body.employment.endDate",
		`{"name":null}`:                                                  "body.name",
		`{"employment":null}`:                                            "body.employment",
		`{"emailAddress":null}`:                                          "body.emailAddress",
		`{"name":{"first":"a\u0000b"}}`:                                  "body.name.first",
		`{"name":{"first":"a\u2028b"}}`:                                  "body.name.first",
		`{"name":{"last":"b\u2029"}}`:                                    "body.name.last",
		`{"name":{"display":"\u202egnp.exe"}}`:                           "body.name.display",
		`{"employment":{"jobTitle":"a\u2066b"}}`:                         "body.employment.jobTitle",
		`{"emailAddress":"a\u202ab@example.com"}`:                        "body.emailAddress",
		`{"employment":{"jobTitle":"` + strings.Repeat("x", 201) + `"}}`: "body.employment.jobTitle",
	} {
		if at(s.must(http.StatusBadRequest, "PATCH", path, body), "errors", place) == nil {
			t.Errorf("%s: no error at %s: %v", body, place, s.must(http.StatusBadRequest, "PATCH", path, body))
		}
	}
	s.must(http.StatusBadRequest, "POST", "/v1/people", `{}`)
	s.must(http.StatusBadRequest, "POST", "/v1/people", `{"emailAddress":"bob@example.com","name":null}`)
	s.must(http.StatusConflict, "POST", "/v1/people", `{"emailAddress":"ADA@example.com"}`)
	s.must(http.StatusBadRequest, "POST", path+"/set-leave", `{"startDate":"2026-02-01T00:00:00Z","endDate":"2026-01-01T00:00:00Z"}`)
	for _, unknown := range []string{"/v1/people/nobody", "/v1/people/000000000000000000000000"} {
		s.must(http.StatusNotFound, "GET", unknown, "")
		s.must(http.StatusNotFound, "PATCH", unknown, `{}`)
		s.must(http.StatusNotFound, "DELETE", unknown, "")
		s.must(http.StatusNotFound, "POST", unknown+"/clear-leave", "")
	}
	s.must(http.StatusNoContent, "DELETE", path, "")
	s.must(http.StatusNotFound, "GET", path, "")
}

// A display name that nobody set follows the others; one that somebody set stays.
func TestDisplayNames(t *testing.T) {
	s := newSite(t)
	made := s.must(http.StatusCreated, "POST", "/v1/people", `{"emailAddress":"ada@example.com","name":{"first":"A","last":"B"}}`)
	path := "/v1/people/" + at(made, "id").(string)
	for _, step := range []struct{ body, want string }{
		{`{"name":{"first":null,"last":null}}`, "ada@example.com"},
		{`{"emailAddress":"ada@b.example"}`, "ada@b.example"},
		{`{"name":{"first":"Ada","last":"Byron"}}`, "Ada Byron"},
		{`{"emailAddress":"ada@example.com"}`, "Ada Byron"},
		{`{"name":{"last":"King"}}`, "Ada King"},
		{`{"name":{"display":"Countess"}}`, "Countess"},
		{`{"name":{"last":"Lovelace"}}`, "Countess"},
		{`{"name":{"first":null,"last":null}}`, "Countess"},
		{`{"name":{"first":"Ada","display":null}}`, "Ada"},
		{`{"name":{"first":null}}`, "ada@example.com"},
	} {
		s.same(step.body, at(s.must(http.StatusOK, "PATCH", path, step.body), "name", "display"), any(step.want))
	}
	// A source that takes the name over says how the person is called.
	s.must(http.StatusOK, "PATCH", path, `{"name":{"display":"Countess"}}`)
	p, _, err := s.put(scim, "", directory.Attributes{Email: ptr("ada@example.com"), First: ptr("Ada"), Last: ptr("King")})
	s.ok(err)
	s.same("taken over", p.Name.Display, "Ada King")
}

func TestBulkRoutes(t *testing.T) {
	s := newSite(t)
	ada, bob := s.make("ada@example.com"), s.make("bob@example.com")
	none := "000000000000000000000000"
	lines := func(answer any) []any { return at(answer, "results").([]any) }
	done := func(id any) any { return map[string]any{"id": id, "status": "SUCCESS"} }
	answer := s.must(http.StatusOK, "POST", "/v1/people/mark-as-not-people",
		fmt.Sprintf(`{"updates":[{"id":"%s","reason":"a mailbox"},{"id":"%s","reason":""}]}`, bob.ID, none))
	s.same("marked", lines(answer), []any{
		done(string(bob.ID)), map[string]any{"id": none, "status": "NOT_FOUND", "message": "there is no person with the id " + none},
	})
	ids := func(query string) (list []any) {
		for _, p := range at(s.must(http.StatusOK, "GET", "/v1/people"+query, ""), "results", "data").([]any) {
			list = append(list, at(p, "id"))
		}
		return list
	}
	s.same("people", ids(""), []any{string(ada.ID)})
	s.same("not people", ids("?notPerson=true"), []any{string(bob.ID)})
	s.same("marked", lines(s.must(http.StatusOK, "POST", "/v1/people/mark-as-people", fmt.Sprintf(`{"updates":[{"id":"%s"}]}`, bob.ID))), []any{done(string(bob.ID))})

	s.last = "bob@example.com"
	answer = s.must(http.StatusOK, "POST", "/v1/people/offboard",
		fmt.Sprintf(`{"updates":[{"id":"%s","acknowledgerId":"%s"},{"id":"%s","acknowledgerId":"%s"}]}`, bob.ID, ada.ID, ada.ID, ada.ID))
	s.same("offboarded", lines(answer), []any{
		map[string]any{"id": string(bob.ID), "status": "ERROR", "message": "bob@example.com is the last Admin who can sign in"}, done(string(ada.ID)),
	})
	answer = s.must(http.StatusOK, "POST", "/v1/people/offboard",
		fmt.Sprintf(`{"updates":[{"id":"%s","acknowledgerId":"%s"},{"id":"%s","acknowledgerId":"%s"}]}`, bob.ID, none, none, bob.ID))
	s.same("nobody vouches", lines(answer), []any{
		map[string]any{"id": string(bob.ID), "status": "ERROR", "message": "there is nobody with the acknowledgerId " + none},
		map[string]any{"id": none, "status": "NOT_FOUND", "message": "there is no person with the id " + none},
	})
	for query, want := range map[string][]any{
		"?employmentStatus=FORMER":                                                {string(ada.ID)},
		"?employmentStatus=UPCOMING,FORMER":                                       {string(ada.ID)},
		"?employmentStatus=UPCOMING&employmentStatus=FORMER":                      {string(ada.ID)},
		"?employmentStatus=UPCOMING":                                              nil,
		"?q=BOB":                                                                  {string(bob.ID)},
		"?q=bob&employmentStatus=FORMER":                                          nil,
		"?q=bob&tasksSummaryStatusMatchesAny=OVERDUE,NONE":                        {string(bob.ID)},
		"?q=bob&tasksSummaryStatusMatchesAny=OVERDUE":                             nil,
		"?q=bob&taskStatusMatchesAny=COMPLETE&taskTypeMatchesAny=ACCEPT_POLICIES": nil,
		"?q=bob&taskTypeMatchesAny=ACCEPT_POLICIES":                               {string(bob.ID)},
		"?groupId=" + none:                                                        nil,
	} {
		s.same(query, ids(query), want)
	}
	for _, query := range []string{"employmentStatus=GONE", "tasksSummaryStatusMatchesAny=X", "taskStatusMatchesAny=PAUSED", "taskTypeMatchesAny=x", "notPerson=perhaps", "pageCursor=x", "pageCursor=" + web.EncodeCursor("\x00")} {
		s.must(http.StatusBadRequest, "GET", "/v1/people?"+query, "")
	}

	group := at(s.must(http.StatusCreated, "POST", "/v1/groups", `{"name":"All"}`), "id").(string)
	both := fmt.Sprintf(`{"updates":[{"id":"%s"},{"id":"%s"}]}`, none, bob.ID)
	for _, verb := range []string{"/add-people", "/remove-people"} {
		answer = s.must(http.StatusOK, "POST", "/v1/groups/"+group+verb, both)
		s.same(verb, lines(answer), []any{
			map[string]any{"id": none, "status": "NOT_FOUND", "message": "there is no person with the id " + none}, done(string(bob.ID)),
		})
	}
	s.must(http.StatusNotFound, "POST", "/v1/groups/"+none+"/add-people", both)
	update := `{"id":"x","reason":"","acknowledgerId":"x"},`
	for path, limit := range map[string]int{
		"/v1/people/mark-as-people": 100, "/v1/people/mark-as-not-people": 100, "/v1/people/offboard": 1000,
		"/v1/groups/" + group + "/add-people": 100, "/v1/groups/" + group + "/remove-people": 100,
	} {
		body := func(n int) string { return `{"updates":[` + strings.TrimSuffix(strings.Repeat(update, n), ",") + `]}` }
		status, _, text := s.raw("write", "POST", path, "application/json", body(limit+1))
		s.same(path, status, http.StatusBadRequest)
		if !strings.Contains(text, "updates") {
			t.Errorf("%s: %s", path, text)
		}
	}
}

func TestPages(t *testing.T) {
	s := newSite(t)
	var want, got []string
	for i := range 23 {
		want = append(want, string(s.make(fmt.Sprintf("p%02d@example.com", i)).ID))
	}
	slices.Sort(want)
	for cursor, pages := "", 0; ; pages++ {
		results := at(s.must(http.StatusOK, "GET", "/v1/people?pageSize=5&pageCursor="+cursor, ""), "results")
		for _, p := range at(results, "data").([]any) {
			got = append(got, at(p, "id").(string))
		}
		s.same("previous", at(results, "pageInfo", "hasPreviousPage"), any(pages > 0))
		if at(results, "pageInfo", "hasNextPage") == false {
			s.same("pages", pages, 4)
			break
		}
		cursor = at(results, "pageInfo", "endCursor").(string)
	}
	s.same("people", got, want)
}

func TestFiles(t *testing.T) {
	s := newSite(t)
	const kind = "text/csv"
	post := func(query, body string) (int, any) {
		status, _, text := s.raw("write", "POST", "/v1/people/import"+query, kind, body)
		var value any
		s.ok(json.Unmarshal([]byte(text), &value))
		return status, value
	}
	counts := func(created float64, errors ...any) any {
		return map[string]any{"created": created, "updated": 0.0, "unchanged": 0.0, "errors": append([]any{}, errors...)}
	}
	wrong := map[string]any{"line": 3.0, "column": "email", "message": `"x" is not an e-mail address such as ada@example.com`}
	status, answer := post("?dryRun=true", "email\na@b.example\nx\n")
	s.same("dry run", status, 200)
	s.same("dry run", answer, counts(1, wrong))
	status, answer = post("", "email\na@b.example\nx\n")
	s.same("refused", status, 400)
	s.same("refused", at(answer, "errors"), any([]any{wrong}))
	s.same("refused", at(answer, "message"), any("nothing was imported: the file has errors"))
	status, _ = post("?dryrun=true", "email\na@b.example\n")
	s.same("misspelt", status, 400)
	status, answer = post("", "email,name\na@b.example,=Ada\n")
	s.same("imported", status, 200)
	s.same("imported", answer, counts(1))
	status, header, text := s.raw("read", "GET", "/v1/people/export", "", "")
	s.same("status", status, 200)
	s.same("type", header.Get("Content-Type"), "text/csv; charset=utf-8")
	s.same("name", header.Get("Content-Disposition"), `attachment; filename="people.csv"`)
	if !strings.HasSuffix(text, "\r\na@b.example,,,'=Ada,,,,CURRENT,,,,false,\r\n") {
		t.Errorf("got %q", text)
	}
	status, _, _ = s.raw("write", "POST", "/v1/people/import", "application/json", "{}")
	s.same("JSON", status, http.StatusUnsupportedMediaType)
}

func TestPermissions(t *testing.T) {
	s := newSite(t)
	for _, r := range s.web.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if !strings.HasPrefix(path, "/v1/") {
			continue
		}
		path = strings.NewReplacer("{personId}", "x", "{groupId}", "x").Replace(path)
		for token, refused := range map[string]int{"": 401, "none": 403, "read": 403} {
			status, _, text := s.raw(token, method, path, "application/json", "")
			if token == "read" && method == "GET" {
				refused = status
			}
			if status != refused {
				t.Errorf("%s %s with the token %q: %d %s, want %d", method, path, token, status, text, refused)
			}
		}
	}
}

func TestTheDocumentHasEveryBody(t *testing.T) {
	s := newSite(t)
	text, err := s.web.Document()
	s.ok(err)
	var document any
	s.ok(json.Unmarshal(text, &document))
	s.same("import", slices.Sorted(maps.Keys(at(document, "paths", "/v1/people/import", "post", "requestBody", "content").(map[string]any))), []string{"text/csv"})
	s.same("export", slices.Sorted(maps.Keys(at(document, "paths", "/v1/people/export", "get", "responses", "200", "content").(map[string]any))), []string{"text/csv"})
	s.same("start", at(document, "components", "schemas", "EmploymentForm", "properties", "startDate", "format"), any("date-time"))
}
