// SPDX-License-Identifier: Apache-2.0

package test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// newWorkspace makes one and answers its id.
func (p place) newWorkspace(t *testing.T, slug string) string {
	t.Helper()
	var made struct{ ID string }
	p.admin(t, &made, "workspace", "create", "--name", slug, "--slug", slug)
	return made.ID
}

// house is what one workspace holds, and what must not be seen from outside.
type house struct {
	application application
	manage      string // token
	build       string // token
	resource    string
	secrets     []string
	paths       *strings.Replacer // fills the parameters of documented paths
}

// furnish fills the default workspace with one of everything.
func furnish(t *testing.T, s *server) *house {
	t.Helper()
	h := &house{application: s.application(t, "Inventory", "build")}
	manage := s.application(t, "Console", "manage")
	h.resource = s.definition(t, h.application, "Server")
	h.build, h.manage = s.token(t, h.application), s.token(t, manage)
	var put struct{ Sync struct{ ID string } }
	s.call(t, "PUT", "/v1/resources/custom_resource", set(h.resource, goodServer, weakServer, badServer), bearer(h.build)).into(t, &put)
	var test struct{ ID string }
	s.call(t, "POST", "/v1/tests", sizedTest, bearer(h.manage)).into(t, &test)
	var entities struct {
		Results struct{ Data []struct{ ID string } }
	}
	s.call(t, "GET", "/v1/tests/sized/entities", "", bearer(h.manage)).into(t, &entities)
	if put.Sync.ID == "" || test.ID == "" || len(entities.Results.Data) != 1 {
		t.Fatalf("the workspace is not furnished: %v %v %v", put, test, entities)
	}
	h.paths = strings.NewReplacer("{type}", "custom_resource", "{syncId}", put.Sync.ID, "{testId}", test.ID, "{entityId}", entities.Results.Data[0].ID)
	h.secrets = []string{
		h.application.ID, h.application.ClientID, h.resource, put.Sync.ID, test.ID, entities.Results.Data[0].ID,
		"srv_00", "Inventory", "Console", "x.example", "Sized", "16384",
	}
	return h
}

// state is all that the house shows to its own.
func (h *house) state(t *testing.T, s *server) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{
		"/v1/tests", "/v1/tests/sized/versions", "/v1/tests/sized/entities", "/v1/tests/sized/entities?entityStatus=PASSING",
		"/v1/tests/sized/entities?entityStatus=DEACTIVATED",
	} {
		all.WriteString(s.call(t, "GET", path, "", bearer(h.manage)).text + "\n")
	}
	all.WriteString(s.call(t, "GET", "/v1/resources/custom_resource/list_all?resourceId="+h.resource, "", bearer(h.build)).text)
	return all.String()
}

// request answers a call of a route that would work if it came from inside.
func (h *house) request(r route) (path, body string) {
	path = h.paths.Replace(r.path)
	switch {
	case strings.HasPrefix(r.path, "/v1/resources/{type}"):
		path += "?resourceId=" + h.resource
		body = set(h.resource)
	case r.path == "/v1/tests" || r.path == "/v1/tests/preview":
		body = strings.NewReplacer(`"Inventory"`, `"`+h.application.ID+`"`, `"Server"`, `"`+h.resource+`"`).Replace(sizedTest)
	case r.String() == "PATCH /v1/tests/{testId}":
		body = `{"sla":null}`
	case strings.HasSuffix(r.path, "/versions"):
		body = `{` + sized + `}`
	case strings.HasSuffix(r.path, "/copy"):
		body = `{"slug":"mine"}`
	case strings.HasSuffix(r.path, "/set-owner"):
		body = `{"userId":null}`
	case strings.HasSuffix(r.path, "/deactivate"):
		body = `{"deactivateReason":"I want to"}`
	}
	if r.method == "GET" {
		body = ""
	}
	return path, body
}

// TestWorkspacesAreWalledOff calls every documented route of what applications
// push, and of tests on it, with what belongs to one workspace, and a token of
// another one, of another application, or none. TestMatrix walks all routes, for
// users too.
func TestWorkspacesAreWalledOff(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		p.newWorkspace(t, "other")
		s := p.serve(t)
		h := furnish(t, s)
		before := h.state(t, s)
		strangers := map[string]string{
			"nobody":                            "",
			"a made-up token":                   "vat_000000_" + strings.Repeat("0", 32),
			"build of another workspace":        s.token(t, p.application(t, "Theirs", "build", "--workspace", "other")),
			"manage of another workspace":       s.token(t, p.application(t, "Them", "manage", "--workspace", "other")),
			"another application's build token": s.token(t, p.application(t, "Neighbour", "build")),
		}
		for _, r := range readDocument(t, s).routes() {
			if !strings.HasPrefix(r.path, "/v1/resources/") && !strings.HasPrefix(r.path, "/v1/tests") {
				continue
			}
			path, body := h.request(r)
			for name, token := range strangers {
				var header []string
				if token != "" {
					header = append(header, bearer(token))
				}
				h.refuses(t, name, r, path+" "+body, s.call(t, r.method, path, body, header...))
			}
		}
		if diff := cmp.Diff(before, h.state(t, s)); diff != "" {
			t.Errorf("a stranger changed something; -before +after:\n%s", diff)
		}
	})
}

// refuses checks an answer to a stranger: an error, or a list in which there is
// nothing, and in no case anything that the stranger did not say himself.
func (h *house) refuses(t *testing.T, stranger string, r route, said string, a answer) {
	t.Helper()
	allowed := []int{401, 403, 404}
	switch r.String() {
	case "GET /v1/tests", "GET /v1/tests/history":
		allowed = append(allowed, 200) // of what is theirs
	case "POST /v1/tests", "POST /v1/tests/preview":
		allowed = append(allowed, 400) // names an application that is not theirs
	}
	switch {
	case strings.HasPrefix(stranger, "nobody"), strings.HasPrefix(stranger, "a made-up"):
		allowed = []int{401}
	case slices.Contains([]string{"GET /v1/tests", "GET /v1/tests/history"}, r.String()) && a.status == 200 && !strings.Contains(a.text, `"data":[]`):
		t.Errorf("%s, %s: got %s", stranger, r, a)
	}
	if !slices.Contains(allowed, a.status) {
		t.Errorf("%s, %s: got %s, want one of %v", stranger, r, a, allowed)
	}
	for _, secret := range h.secrets {
		if strings.Contains(a.text, secret) && !strings.Contains(said, secret) {
			t.Errorf("%s, %s: the answer tells %q: %s", stranger, r, secret, a)
		}
	}
}
