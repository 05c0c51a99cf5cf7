// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func named(t *testing.T, all []*persona, role string) *persona {
	t.Helper()
	i := slices.IndexFunc(all, func(p *persona) bool { return strings.HasSuffix(p.name, " "+role) && p.user != "" })
	if i < 0 {
		t.Fatalf("nobody is %s", role)
	}
	return all[i]
}

// window checks that an Auditor with an audit's window reads the trail, inside
// of the window only, and nothing else.
func (w *walk) window(t *testing.T, auditor *persona) {
	user := "/v1/users/" + auditor.user
	w.here.founds(t, "PATCH", user, `{"auditWindow":{"startDate":"2020-01-01T00:00:00Z","endDate":"2090-01-01T00:00:00Z"}}`, 200)
	w.atHome(t, auditor.with("Auditor in an audit", []right{ownAccount, readAudit, readControls}))
	w.here.founds(t, "PATCH", user, `{"auditWindow":{"startDate":"2020-01-01T00:00:00Z","endDate":"2020-12-31T00:00:00Z"}}`, 200)
	for path, want := range map[string]string{
		"/v1/event-logs?includeSyncs=true": `"data":[]`, "/v1/event-logs/export": "", "/v1/event-logs?startDate=2026-01-01&endDate=2090-01-01": `"data":[]`,
	} {
		if a := auditor.ask(t, "GET", path, ""); a.status != 200 || want == "" && a.text != "" || !strings.Contains(a.text, want) {
			t.Errorf("outside of the window: GET %s: got %s", path, a)
		}
	}
	if a := auditor.ask(t, "GET", w.here.fill(t, "/v1/event-logs/{eventId}"), ""); a.status != 404 {
		t.Errorf("an event outside of the window: got %s, want 404", a)
	}
	w.here.founds(t, "PATCH", user, `{"auditWindow":null}`, 200)
	w.unchanged(t, func() { w.quiet(t, auditor.with("Auditor after the audit", []right{ownAccount})) })
}

// own makes somebody the owner of a test.
func (w *walk) own(t *testing.T, test string, p *persona) answer {
	t.Helper()
	return w.here.call(t, "POST", "/v1/tests/"+test+"/set-owner", `{"userId":"`+p.user+`"}`, w.here.founder)
}

// owners checks what owning a test adds to a role: work on that test, and on no
// other.
func (w *walk) owners(t *testing.T, home []*persona) {
	for _, role := range []string{"Employee", "Auditor", "Trust Collaborator"} {
		if a := w.own(t, w.here.values["testId"], named(t, home, role)); a.status != 422 {
			t.Errorf("%s as owner: got %s, want 422", role, a)
		}
	}
	stranger := w.own(t, w.here.values["testId"], &persona{user: w.there.values["founderId"]})
	if through := stranger.status == 400 || stranger.status == 404 || stranger.status == 422; !through {
		t.Errorf("a user of another workspace as owner: got %s, want a refusal", stranger)
	}
	w.keeps(t, w.there, errand{route: "set-owner"}, w.there.values["founderId"], stranger)
	for _, role := range []string{"Collaborator", "View-only Admin", "Integrations Manager", "Steward"} {
		t.Run(role, func(t *testing.T) { w.owner(t, named(t, home, role)) })
	}
}

func (w *walk) owner(t *testing.T, p *persona) {
	mine := map[string]string{}
	for _, x := range w.errands {
		switch {
		case !x.owned:
			continue
		case len(mine) == 0 || x.fresh != nil:
			maker := freshTest
			if x.fresh != nil {
				maker = x.fresh
			}
			mine = maker(t, w.here, p)
			if a := w.own(t, mine["testId"], p); a.status != 200 {
				t.Fatalf("set the owner: got %s", a)
			}
		}
		w.works(t, p.with(p.name+" as owner", append([]right{x.need}, p.gives...)), x, mine)
	}
	list := p.ask(t, "GET", "/v1/tests?pageSize=100", "")
	if !slices.Contains(p.gives, readTests) && (!strings.Contains(list.text, mine["testId"]) || strings.Contains(list.text, w.here.values["testId"])) {
		t.Errorf("%s lists own tests: got %s", p.name, brief(list))
	}
	w.unchanged(t, func() { // the tests of others, and making new ones
		for _, x := range w.errands {
			if want := p.want(x); want != 0 && strings.Contains(x.route, "/v1/tests") {
				w.refused(t, p, x, want)
			}
		}
	})
	w.reach(t, p, mine["testId"])
}

// reach checks that who owns a test makes no other of it, least of all one on
// another definition, whose records they would see then.
func (w *walk) reach(t *testing.T, p *persona, test string) {
	t.Helper()
	here, vault := `"owner":"`+p.user+`"`, `"owner":"`+p.user+`","resource":"{vaultId}"`
	for _, x := range []struct {
		path, body string
		allowed    []int
	}{
		{"/copy", `{"slug":"reached-{n}",` + here + `}`, []int{403}},
		{"/copy", `{"slug":"reached-{n}",` + vault + `}`, []int{403}},
		{"/versions", `{` + vault + `,` + sized + `}`, []int{400, 403, 422}},
	} {
		a := p.ask(t, "POST", "/v1/tests/"+test+x.path, w.here.fill(t, x.body), "Content-Type: application/json")
		if !slices.Contains(x.allowed, a.status) {
			t.Errorf("%s, who owns a test: POST /v1/tests/{testId}%s with %s: got %s, want one of %v", p.name, x.path, x.body, brief(a), x.allowed)
		}
		var made struct{ ID string }
		if a.status != 201 || json.Unmarshal([]byte(a.text), &made) != nil {
			continue
		}
		if a := p.ask(t, "GET", "/v1/tests/"+made.ID+"/entities", ""); a.status == 200 {
			t.Errorf("%s reads what they got at so: %s", p.name, brief(a))
		}
	}
}

// demoted checks that what a session may follows the role of its user at once.
func (w *walk) demoted(t *testing.T) {
	admin := w.here.enlist(t, "admin", w.here.slug+" climber")
	if a := admin.ask(t, "GET", "/v1/users", ""); a.status != 200 {
		t.Fatalf("an Admin: got %s", a)
	}
	mine := freshTest(t, w.here, admin)
	if a := w.own(t, mine["testId"], admin); a.status != 200 {
		t.Fatalf("set the owner: got %s", a)
	}
	w.here.founds(t, "PATCH", "/v1/users/"+admin.user, `{"role":"employee"}`, 200)
	w.unchanged(t, func() {
		p := admin.with("Employee who was an Admin and an owner", []right{ownAccount})
		w.quiet(t, p)
		for _, x := range w.errands {
			if x.owned {
				if a, _ := w.send(t, x, p.headers, mine); a.status != 403 {
					t.Errorf("%s: %s on the test that was theirs: got %s, want 403", p.name, x.route, a)
				}
			}
		}
	})
}
