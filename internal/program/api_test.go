// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
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
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	h := newHouse(t, d)
	server := web.New(web.Options{Bearer: h, Now: h.now})
	h.tests.Mount(server)
	h.Service.Mount(server)
	s := &site{house: h, Server: httptest.NewServer(server.Handler())}
	t.Cleanup(s.Server.Close)
	return s
}

// send answers status and body.
func (s *site) send(token, method, path, body string) (int, map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	s.ok(err)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := s.Client().Do(r)
	s.ok(err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	s.ok(err)
	var into map[string]any
	if len(text) > 0 && text[0] == '{' {
		s.ok(json.Unmarshal(text, &into))
	}
	return answer.StatusCode, into
}

// want sends with the right to write and answers the body.
func (s *site) want(status int, method, path, body string) map[string]any {
	s.t.Helper()
	got, answer := s.send("write", method, path, body)
	if got != status {
		s.t.Fatalf("%s %s: got %d %v, want %d", method, path, got, answer, status)
	}
	return answer
}

// The required members of the contract's schemas; a ? may be null.
const (
	controlShape = "id:string externalId:string? name:string description:string source:string domains:array owner:object? " +
		"customFields:array creationDate:string? modificationDate:string?"
	detailShape    = controlShape + " numDocumentsPassing:number numDocumentsTotal:number numTestsPassing:number numTestsTotal:number status:string note:string?"
	frameworkShape = "id:string displayName:string shorthandName:string description:string numControlsCompleted:number numControlsTotal:number " +
		"numDocumentsPassing:number numDocumentsTotal:number numTestsPassing:number numTestsTotal:number"
	categoryShape    = "id:string name:string shorthand:string? requirements:array"
	requirementShape = "controls:array description:string? shorthand:string? name:string id:string"
	briefShape       = "description:string name:string externalId:string? id:string"
	pageShape        = "endCursor:string? hasNextPage:bool hasPreviousPage:bool startCursor:string?"
)

// fits checks an object against a shape.
func (s *site) fits(what string, object any, shape string) {
	s.t.Helper()
	members, _ := object.(map[string]any)
	for part := range strings.FieldsSeq(shape) {
		name, kind, _ := strings.Cut(part, ":")
		value, there := members[name]
		got := "object"
		switch value.(type) {
		case nil:
			got = "null"
		case string:
			got = "string"
		case float64:
			got = "number"
		case bool:
			got = "bool"
		case []any:
			got = "array"
		}
		nullable := strings.HasSuffix(kind, "?")
		if !there || got != strings.TrimSuffix(kind, "?") && (got != "null" || !nullable) {
			s.t.Errorf("%s: %s is %s (there: %t), want %s", what, name, got, there, kind)
		}
	}
}

// page answers the entries of a list, after its page info was checked.
func (s *site) page(path string) []any {
	s.t.Helper()
	results, _ := s.want(200, "GET", path, "")["results"].(map[string]any)
	s.fits(path, results["pageInfo"], pageShape)
	data, ok := results["data"].([]any)
	if !ok {
		s.t.Fatalf("%s: there is no data in %v", path, results)
	}
	return data
}

func TestShapesOfTheContract(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		made := s.want(201, "POST", "/v1/controls", `{"externalId":"ACC-1","name":"N","description":"d","effectiveDate":"2026-01-01T00:00:00Z","domain":"PRIVACY",
			"sections":[{"frameworkId":"SOC_2","sectionId":"CC6.1"}],"customFields":[{"label":"l","value":["a"]}]}`)
		s.fits("a new control", made, controlShape)
		id := "/v1/controls/" + made["id"].(string)
		s.fits("an edited control", s.want(200, "PATCH", id, `{"note":"n"}`), controlShape)
		s.fits("an owned control", s.want(200, "POST", id+"/set-owner", `{"userId":"0123456789abcdef00000001"}`), controlShape)
		s.fits("its owner", s.want(200, "GET", id, "")["owner"], "id:string displayName:string emailAddress:string")
		s.fits("nobody's control", s.want(200, "POST", id+"/set-owner", `{"userId":null}`), controlShape)
		s.fits("one of the library", s.want(200, "POST", "/v1/controls/add-from-library", `{"controlId":"data-masked"}`), controlShape)
		for _, path := range []string{"/v1/controls?pageSize=100", "/v1/controls/controls-library", "/v1/frameworks/soc2/controls", "/v1/controls?frameworkMatchesAny=SOC_2,HIPAA"} {
			for _, one := range s.page(path) {
				s.fits(path, one, controlShape)
			}
		}
		s.test("mfa")
		both := s.want(200, "POST", id+"/add-test-to-control", `{"testId":"mfa"}`)
		s.fits("the control of a mapping", both["control"], controlShape)
		s.fits("the test of a mapping", both["test"], "id:string name:string status:string owner:object? controls:array")
		detail := s.want(200, "GET", id, "")
		s.fits("a control whole", detail, detailShape)
		if detail["status"] != "COMPLETED" || detail["numTestsTotal"] != 1.0 || detail["source"] != "Custom" || detail["note"] != "n" {
			t.Errorf("got %v", detail)
		}
		s.same("its tests", len(s.page(id+"/tests")), 1)
		s.same("its documents", len(s.page(id+"/documents")), 0)
		s.want(404, "POST", id+"/add-document-to-control", `{"documentId":"x"}`)
		s.want(404, "DELETE", id+"/documents/x", "")
		s.want(204, "DELETE", id+"/tests/mfa", "")

		list := s.page("/v1/frameworks?pageSize=100")
		s.same("frameworks", len(list), 5)
		for _, one := range list {
			s.fits("a framework", one, frameworkShape)
		}
		for _, ref := range []string{"soc2", "NIST_CSF_2"} {
			whole := s.want(200, "GET", "/v1/frameworks/"+ref, "")
			s.fits(ref, whole, frameworkShape+" requirementCategories:array")
			for _, c := range whole["requirementCategories"].([]any) {
				s.fits("a category", c, categoryShape)
				for _, r := range c.(map[string]any)["requirements"].([]any) {
					s.fits("a requirement", r, requirementShape)
					for _, control := range r.(map[string]any)["controls"].([]any) {
						s.fits("a control of it", control, briefShape)
					}
				}
			}
		}
		s.want(204, "DELETE", id, "")
		s.want(404, "GET", id, "")
	})
}

func TestWhoMayAndPagesThatMeet(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	for _, c := range []struct {
		token, method, path, body string
		want                      int
	}{
		{"", "GET", "/v1/controls", "", 401},
		{"none", "GET", "/v1/controls", "", 403},
		{"read", "GET", "/v1/controls", "", 200},
		{"read", "POST", "/v1/controls", `{}`, 403},
		{"read", "GET", "/v1/frameworks/soc2/gaps", "", 200},
		{"read", "DELETE", "/v1/frameworks/soc2", "", 403},
		{"write", "GET", "/v1/frameworks/gdpr", "", 404},
		{"write", "GET", "/v1/frameworks/soc2/requirements/CC99", "", 404},
		{"write", "GET", "/v1/frameworks/hipaa/requirements/164.308(a)(1)(ii)(A)", "", 200},
		{"write", "GET", "/v1/frameworks/hipaa/requirements/164.308(a)(1)(ii)(A)/failures", "", 200},
		{"write", "POST", "/v1/frameworks", `{"name":"x"}`, 400},
	} {
		if got, answer := s.send(c.token, c.method, c.path, c.body); got != c.want {
			t.Errorf("%s %s with %q: got %d %v, want %d", c.method, c.path, c.token, got, answer, c.want)
		}
	}
	for _, path := range []string{"/v1/controls?pageSize=7", "/v1/controls/controls-library?pageSize=7", "/v1/frameworks?pageSize=2", "/v1/frameworks/soc2/controls?pageSize=9"} {
		seen, cursor := map[string]bool{}, ""
		for {
			results := s.want(200, "GET", path+"&pageCursor="+cursor, "")["results"].(map[string]any)
			for _, one := range results["data"].([]any) {
				id := one.(map[string]any)["id"].(string)
				if seen[id] {
					t.Fatalf("%s: %s is listed twice", path, id)
				}
				seen[id] = true
			}
			info := results["pageInfo"].(map[string]any)
			if info["hasNextPage"] != true {
				break
			}
			cursor = info["endCursor"].(string)
		}
		if len(seen) < 5 {
			t.Errorf("%s: only %d were listed", path, len(seen))
		}
	}
}

// TestWeakEvidenceByHTTP lists what is weak, in pages that say it all once.
func TestWeakEvidenceByHTTP(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.push(s.servers, server("a", true, 64))
	s.test("either", `"passWhen":{"any":[{"field":"memory","op":"gte","value":1},{"field":"active","op":"equals","value":false}]}`)
	all := map[string]string{}
	for path := "/v1/weak-evidence?pageSize=7"; path != ""; {
		status, page := s.send("read", "GET", path, "")
		if status != http.StatusOK {
			t.Fatalf("got %d %v", status, page)
		}
		results, _ := page["results"].(map[string]any)
		data, _ := results["data"].([]any)
		for _, one := range data {
			w, _ := one.(map[string]any)
			id, _ := w["id"].(string)
			if all[id] != "" {
				t.Fatalf("%s is listed twice", id)
			}
			all[id], _ = w["kind"].(string)
		}
		path = ""
		if info, _ := results["pageInfo"].(map[string]any); info["hasNextPage"] == true {
			path = "/v1/weak-evidence?pageSize=7&pageCursor=" + info["endCursor"].(string)
		}
	}
	kinds := map[string]int{}
	for _, kind := range all {
		kinds[kind]++
	}
	if kinds["CONTROL_WITHOUT_TEST"] < 40 || kinds["UNDECIDED_CONDITION"] != 1 {
		t.Errorf("got %v", kinds)
	}
	if status, page := s.send("read", "GET", "/v1/weak-evidence?kind=UNDECIDED_CONDITION", ""); status != http.StatusOK || !strings.Contains(marshal(t, page), `this condition has never decided about a record: active is false`) {
		t.Errorf("got %d %v", status, page)
	}
	if status, _ := s.send("none", "GET", "/v1/weak-evidence", ""); status != http.StatusForbidden {
		t.Errorf("got %d, want 403", status)
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
