// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// walk is one server with two workspaces, which know nothing of one another.
type walk struct {
	*server

	document *document
	errands  []errand
	here     *estate // whose objects every path names
	there    *estate
	secrets  map[*estate]map[string]bool // ids of all that a workspace has
}

// TestMatrix sends every errand of every documented route, with what belongs to
// one workspace, for every role and token of it and of another one, and for
// those who are nobody any more.
func TestMatrix(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		w := newWalk(t, p)
		w.covers(t)
		home, away := w.here.cast(t), w.there.cast(t)
		ghosts := w.here.ghosts(t)
		w.learn(t, w.there)
		t.Run("nobody", func(t *testing.T) { w.ghosts(t, ghosts) })
		t.Run("everybody", w.everybody)
		t.Run("holders of links", w.holders)
		t.Run("other sites", w.otherSites)
		for _, stranger := range w.strangers(home, away) {
			t.Run("away/"+stranger.name, func(t *testing.T) { w.unchanged(t, func() { w.quiet(t, stranger) }) })
		}
		w.learn(t, w.there)
		for _, one := range home {
			t.Run("at home/"+one.name, func(t *testing.T) { w.atHome(t, one) })
		}
		t.Run("audit window", func(t *testing.T) { w.window(t, named(t, home, "Auditor")) })
		t.Run("owners", func(t *testing.T) { w.owners(t, home) })
		t.Run("demoted", func(t *testing.T) { w.demoted(t) })
		t.Run("sign-out", func(t *testing.T) { w.signOut(t, append(home, away...)) })
	})
}

func newWalk(t *testing.T, p place) *walk {
	t.Helper()
	p.run(t, "admin", "migrate")
	s := p.serve(t, "--rate-oauth=0", "--rate-integration=0", "--rate-manage=0", "--rate-audit=0", "--rate-session=0", "--rate-unknown=0")
	l := openLedger(t, p)
	w := &walk{document: readDocument(t, s), errands: errands(), server: s, secrets: map[*estate]map[string]bool{}}
	w.here, w.there = newEstate(t, s, l, "aspen"), newEstate(t, s, l, "birch")
	w.here.values["elsewhereId"] = w.there.values["workspaceId"]
	return w
}

// covers fails for a route that the table does not have, for one that it has in
// vain, and for a parameter that nothing is made for.
func (w *walk) covers(t *testing.T) {
	t.Helper()
	var documented, known []string
	for _, r := range w.document.routes() {
		documented = append(documented, r.String())
	}
	for _, x := range w.errands {
		known = append(known, x.route)
		for _, parameter := range regexp.MustCompile(`\{\w+\}`).FindAllString(w.here.fill(t, x.route+x.query), -1) {
			t.Errorf("%s: nothing is made for %s: do so in matrix_estate_test.go", x.route, parameter)
		}
	}
	for _, r := range documented {
		if !slices.Contains(known, r) {
			t.Errorf("%s is new: say in matrix_table_test.go what it needs, and what works", r)
		}
	}
	for _, r := range known {
		if !slices.Contains(documented, r) {
			t.Errorf("%s is not documented: take it out of matrix_table_test.go", r)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// learn notes what a workspace has that the other must not hear of, and answers
// the state that it has it from.
func (w *walk) learn(t *testing.T, e *estate) []string {
	t.Helper()
	e.ledger.settle(t, e)
	state := e.ledger.state(t, e)
	w.secrets[e] = idsIn(strings.Join(state, "\n"))
	return state
}

// unchanged does something by which nothing may change in the workspace.
func (w *walk) unchanged(t *testing.T, act func()) {
	t.Helper()
	before := w.learn(t, w.here)
	act()
	if diff := changes(before, w.here.ledger.state(t, w.here)); len(diff) > 0 {
		t.Errorf("something changed:\n%s", strings.Join(diff, "\n"))
	}
}

// changes answers the lines of two that only one has.
func changes(before, after []string) (lines []string) {
	only := func(mark string, some, others []string) {
		known := map[string]bool{}
		for _, line := range others {
			known[line] = true
		}
		for _, line := range some {
			if !known[line] {
				lines = append(lines, mark+line)
			}
		}
	}
	only("-", before, after)
	only("+", after, before)
	return lines
}

// send makes the call of an errand and answers what was said in it.
func (w *walk) send(t *testing.T, x errand, headers []string, values ...map[string]string) (a answer, said string) {
	t.Helper()
	route := x.route
	if x.held {
		route = strings.ReplaceAll(route, "{userId}", "{heldId}")
	}
	if x.record {
		route = strings.ReplaceAll(route, "{resourceId}", "{recordId}")
	}
	method, path, _ := strings.Cut(w.here.fill(t, route+x.query, values...), " ")
	body, kind := w.here.fill(t, x.body, values...), x.kind
	if kind == "" {
		kind = "application/json"
	}
	if body != "" || method == "POST" {
		headers = append(slices.Clone(headers), "Content-Type: "+kind)
	}
	return w.call(t, method, path, body, headers...), path + body
}

// rotten makes the call with nothing right but method and route: who may not is
// told so before anything of it is looked at. ok is false where a call has
// nothing that could be wrong.
func (w *walk) rotten(t *testing.T, x errand, headers []string) (a answer, ok bool) {
	t.Helper()
	method, path, _ := strings.Cut(x.route, " ")
	wrong := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "no%20such")
	if x.second || wrong == path && x.body == "" && method != "GET" {
		return a, false
	}
	body := `{"rotten`
	if method == "GET" {
		body = ""
	}
	headers = append(slices.Clone(headers), "Content-Type: application/json")
	return w.call(t, method, wrong+"?pageSize=-1&pageCursor=%00&resourceId=%ff", body, headers...), true
}

// keeps checks that an answer tells nothing of a workspace but what was said.
func (w *walk) keeps(t *testing.T, e *estate, x errand, said string, a answer) {
	t.Helper()
	said = strings.ToLower(said)
	for id := range idsIn(a.text) {
		if w.secrets[e][id] && !strings.Contains(said, id) {
			t.Errorf("%s: the answer tells the id %s: %s", x.route, id, brief(a))
		}
	}
	told := ""
	for _, word := range regexp.MustCompile(e.slug+`[\w.@-]*`).FindAllString(strings.ToLower(a.text), -1) {
		if !strings.Contains(said, word) {
			told = word
		}
	}
	if told != "" {
		t.Errorf("%s: the answer tells %q: %s", x.route, told, brief(a))
	}
}

// quiet sends whatever must change nothing here: all of it for those who stand
// elsewhere.
func (w *walk) quiet(t *testing.T, p *persona) {
	t.Helper()
	for _, x := range w.errands {
		if x.need == anyone || x.leaves {
			continue
		}
		switch want := p.want(x); {
		case want != 0:
			w.refused(t, p, x, want)
		case p.estate != w.here || p.next:
			w.elsewhere(t, p, x)
		default:
			w.reads(t, p, x)
		}
	}
}

// refused checks that somebody is refused, before anything of what they send is
// looked at.
func (w *walk) refused(t *testing.T, p *persona, x errand, want int) {
	t.Helper()
	a, said := w.send(t, x, p.headers)
	if a.status != want {
		t.Errorf("%s, who has no %s: %s: got %s, want %d", p.name, x.need, x.route, brief(a), want)
	}
	w.keeps(t, w.here, x, said+p.name, a)
	w.keeps(t, w.there, x, said+p.name, a)
	if !p.thorough {
		return
	}
	if a, ok := w.rotten(t, x, p.headers); ok && a.status != want {
		t.Errorf("%s, who has no %s: %s, with nothing right in it: got %s, want %d", p.name, x.need, x.route, brief(a), want)
	}
}

// brief is an answer as a message about it shows it.
func brief(a answer) string { return fmt.Sprintf("%.300s", a) }

// elsewhere checks that somebody finds nothing of this workspace, and may do in
// the own one what the right is for.
func (w *walk) elsewhere(t *testing.T, p *persona, x errand) {
	t.Helper()
	want := x.foreign
	switch {
	case want != 0:
	case strings.Contains(x.route, "Id}"):
		want = 404
	case strings.HasPrefix(x.route, "GET"):
		want = x.status
	}
	theirs := map[string]string{"slug": p.estate.slug, "elsewhereId": w.here.values["workspaceId"]} // what is made there has their names
	a, said := w.send(t, x, p.headers, theirs)
	if want != 0 && a.status != want || want == 0 && x.status != 403 && !through(a) {
		t.Errorf("%s, who stands elsewhere: %s: got %s, want %d (0: to get through)", p.name, x.route, brief(a), want)
	}
	if p.estate != w.here {
		w.keeps(t, w.here, x, said, a)
	}
	if a, ok := w.rotten(t, x, p.headers); ok && !through(a) {
		t.Errorf("%s: %s, with nothing right in it: got %s, want another refusal", p.name, x.route, brief(a))
	}
}

// through says whether an answer comes from behind the guard.
func through(a answer) bool { return a.status != 401 && a.status != 403 && a.status < 500 }

// reads sends what somebody may, unless it changes something; then only
// something wrong.
func (w *walk) reads(t *testing.T, p *persona, x errand) {
	t.Helper()
	if strings.HasPrefix(x.route, "GET") || x.calm {
		w.works(t, p, x)
	}
	if a, ok := w.rotten(t, x, p.headers); ok && !through(a) {
		t.Errorf("%s, who has %s: %s, with nothing right in it: got %s, want another refusal", p.name, x.need, x.route, brief(a))
	}
}

// works checks that an errand succeeds, as the document says.
func (w *walk) works(t *testing.T, p *persona, x errand, values ...map[string]string) {
	t.Helper()
	a, said := w.send(t, x, p.headers, values...)
	switch {
	case x.status == 0 && !through(a), x.status != 0 && a.status != x.status:
		t.Errorf("%s, who has %s: %s: got %s, want %d (0: to get through)", p.name, x.need, x.route, brief(a), x.status)
	case x.mine && !slices.Contains(p.gives, x.need) && !strings.Contains(a.text, `"data":[]`):
		t.Errorf("%s, who owns nothing: %s: got %s", p.name, x.route, brief(a))
	}
	w.keeps(t, w.there, x, said, a)
	method, path, _ := strings.Cut(w.here.fill(t, x.route, values...), " ")
	if err := w.document.check(method, path, a); err != nil && !strings.HasPrefix(a.header.Get("Content-Type"), "text/") { // a table, a stream
		t.Errorf("%s answers what the document does not say: %v\n%s", x.route, err, brief(a))
	}
}

// atHome lets somebody do all that they may, after all that they may not.
func (w *walk) atHome(t *testing.T, p *persona) {
	t.Helper()
	w.unchanged(t, func() { w.quiet(t, p) })
	if p.next {
		return
	}
	for _, x := range w.errands {
		if p.want(x) != 0 || x.need == anyone || x.leaves || x.calm || strings.HasPrefix(x.route, "GET") {
			continue
		}
		values := map[string]string{}
		if x.fresh != nil {
			values = x.fresh(t, w.here, p)
		}
		w.works(t, p, x, values)
	}
}

// strangers are those of the other workspace, and those who bring a credential
// of each.
func (w *walk) strangers(home, away []*persona) []*persona {
	admin, token := home[0], away[slices.IndexFunc(away, func(p *persona) bool { return p.name == "birch console" })]
	both := *token
	both.headers, both.name = slices.Concat(admin.headers, token.headers), "an Admin of here with a token of there"
	return append(slices.Clone(away), &both)
}

// ghosts checks that those who are nobody get nowhere, right or wrong, and not
// by HEAD either.
func (w *walk) ghosts(t *testing.T, ghosts []*persona) {
	w.unchanged(t, func() {
		for _, p := range ghosts {
			w.quiet(t, p)
			if strings.HasPrefix(p.name, liveCookie) {
				if a := w.call(t, "GET", "/v1/account", "", p.headers[0]); a.status != 200 {
					t.Errorf("%s: the cookie by itself: got %s, want 200", p.name, a)
				}
			}
		}
	})
	for _, x := range w.errands {
		path, found := strings.CutPrefix(w.here.fill(t, x.route+x.query), "GET ")
		if !found || x.need == anyone {
			continue
		}
		if a := w.call(t, "HEAD", path, "", ghosts[0].headers...); a.status != 401 {
			t.Errorf("HEAD %s: got %s", path, a)
		}
	}
}

// everybody checks what is open to all: it tells nothing and changes nothing.
func (w *walk) everybody(t *testing.T) {
	w.unchanged(t, func() {
		for _, x := range w.errands {
			if x.need != anyone {
				continue
			}
			a, said := w.send(t, x, nil)
			if x.status != 0 && a.status != x.status {
				t.Errorf("%s: got %s, want %d", x.route, a, x.status)
			}
			if !x.public {
				w.keeps(t, w.here, x, said, a)
			}
			w.keeps(t, w.there, x, said, a)
			if a, ok := w.rotten(t, x, nil); ok && (a.status < 400 && x.status != 200 || a.status >= 500 && x.status != 0) {
				t.Errorf("%s, with nothing right in it: got %s", x.route, a)
			}
		}
		// /sso/{provider}/start names provider and workspace, as the sign-in page does.
		for _, path := range []string{"/", "/healthz", "/metrics", "/readyz", "/openapi.json", "/sso/{providerId}/metadata"} {
			path = w.here.fill(t, path)
			a := w.call(t, "GET", path, "")
			w.keeps(t, w.here, errand{route: path}, path, a)
		}
	})
	if a := w.call(t, "GET", w.here.fill(t, "/v1/resources/{type}?resourceId={resourceId}"), "", bearer(w.here.values["token"])); a.status != 200 {
		t.Errorf("the token that others tried to end: got %s", a)
	}
}

// otherSites checks that no other site makes a browser change something,
// signed in or not.
func (w *walk) otherSites(t *testing.T) {
	admin := w.here.enlist(t, "admin", w.here.slug+" victim")
	w.unchanged(t, func() {
		for _, x := range w.errands {
			if strings.HasPrefix(x.route, "GET") {
				continue
			}
			for _, origin := range [][]string{
				{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"},
				{"Sec-Fetch-Site: same-site", "Origin: http://sub.127.0.0.1"},
				{"Sec-Fetch-Site: cross-site"},
				{"Origin: https://evil.example"},
				{"Origin: null"},
			} {
				for _, cookie := range [][]string{admin.headers, nil} {
					if cookie == nil && x.need != anyone {
						continue // 401, as without an origin
					}
					if a, _ := w.send(t, x, slices.Concat(cookie, origin)); a.status != 403 {
						t.Errorf("%s with %v from another site, cookie %v: got %s, want 403", x.route, origin, cookie != nil, a)
					}
				}
			}
		}
	})
	if a := admin.ask(t, "GET", "/v1/session", ""); a.status != 200 {
		t.Errorf("the session that another site was at: got %s", a)
	}
}

// signOut checks that a session is over when its user says so.
func (w *walk) signOut(t *testing.T, all []*persona) {
	for _, p := range all {
		if p.user == "" {
			continue
		}
		if a := p.ask(t, "DELETE", "/v1/session", ""); a.status != 204 {
			t.Errorf("%s signs out: got %s", p.name, a)
		}
		if a := p.ask(t, "GET", "/v1/account", ""); a.status != 401 {
			t.Errorf("%s after signing out: got %s, want 401", p.name, a)
		}
	}
}
