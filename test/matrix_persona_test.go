// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// persona is somebody who calls, as the matrix sees them.
type persona struct {
	email   string
	estate  *estate // where they stand; nil for nobody
	gives   []right
	headers []string
	mayOwn  bool
	name    string
	next    bool   // stands in the same workspace, and yet nothing pushed there is theirs
	user    string // id, "" for applications and nobody

	// thorough sends what they may not do with nothing right in it, too. What
	// comes first is the guard's, so that a few who do so are enough.
	thorough bool
}

func (p *persona) ask(t *testing.T, method, path, body string, more ...string) answer {
	t.Helper()
	return p.estate.call(t, method, path, body, slices.Concat(p.headers, more)...)
}

// with answers the persona with other rights.
func (p *persona) with(name string, gives []right) *persona {
	other := *p
	other.gives, other.name = gives, name
	return &other
}

// cast are those who call from a workspace: every role and every token.
func (e *estate) cast(t *testing.T) (all []*persona) {
	t.Helper()
	for _, part := range parts() {
		if part.areas != "" {
			e.create(t, "/v1/roles", fmt.Sprintf(`{"name":%q,"areas":%s}`, part.name, part.areas))
		}
		p := e.enlist(t, part.slug, e.slug+" "+part.name)
		p.gives, p.mayOwn = append([]right{ownAccount}, part.gives...), part.mayOwn
		p.thorough = part.slug == "employee" || part.slug == "view-only-admin" || part.slug == "integrations-manager"
		all = append(all, p)
	}
	token := func(name, kind string, scope string) []string {
		app := e.application(t, e.slug+" "+name, kind, "--workspace", e.slug)
		return []string{bearer(e.tokenOf(t, app, scope))}
	}
	return append(all,
		&persona{name: e.slug + " pusher", estate: e, headers: []string{bearer(e.values["token"])}, gives: buildGives()},
		&persona{name: e.slug + " neighbour", estate: e, headers: token("neighbour", "build", "connectors.self:read-resource connectors.self:write-resource"), gives: pushGives(), next: true},
		&persona{name: e.slug + " console", estate: e, headers: token("console", "manage", ""), gives: manageGives(), thorough: true},
		&persona{name: e.slug + " viewer", estate: e, headers: token("viewer", "manage", "vanta-api.all:read"), gives: manageReadGives()},
		&persona{name: e.slug + " audit tool", estate: e, headers: token("audit tool", "audit", "")},
	)
}

// tokenOf mints a token of a scope, "" for all.
func (e *estate) tokenOf(t *testing.T, app application, scope string) string {
	t.Helper()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	body := fmt.Sprintf(`{"client_id":%q,"client_secret":%q,"grant_type":"client_credentials"`, app.ClientID, app.ClientSecret)
	if scope != "" {
		body += fmt.Sprintf(`,"scope":%q`, scope)
	}
	a := e.call(t, "POST", "/oauth/token", body+"}")
	if a.into(t, &token); token.AccessToken == "" {
		t.Fatalf("mint a token: got %s", a)
	}
	return token.AccessToken
}

// liveCookie begins the names of ghosts whose first header would do by itself.
const liveCookie = "with a good cookie and "

// ghosts are those who were somebody, or say that they are: each would be an
// Admin, or an application with every scope, if what they send still worked.
func (e *estate) ghosts(t *testing.T) (all []*persona) {
	t.Helper()
	ghost := func(name string, headers ...string) {
		all = append(all, &persona{name: name, headers: headers, thorough: name == "nobody"})
	}
	admin := e.enlist(t, "admin", e.slug+" phantom")
	live := admin.headers[0]
	_, value, _ := strings.Cut(live, ": ")
	ghost("nobody")
	ghost("with a made-up cookie", "Cookie: "+cookieName+"="+strings.Repeat("A", 26))
	ghost("with an empty cookie", "Cookie: "+cookieName+"=")
	ghost("with two cookies", "Cookie: "+value+"; "+value)
	ghost("with the cookie of HTTPS", "Cookie: __Host-"+value)
	ghost("with a made-up token", bearer("vat_000000_"+strings.Repeat("0", 32)))
	ghost(liveCookie+"bad token", live, bearer("vat_000000_"+strings.Repeat("0", 32)))
	ghost(liveCookie+"another scheme", live, "Authorization: Basic YTpi")
	ghost("with a cookie as a token", bearer(strings.TrimPrefix(value, cookieName+"=")))
	e.ghostSessions(t, admin, ghost)
	e.ghostUsers(t, ghost)
	e.ghostTokens(t, ghost)
	e.ghostProviders(t, ghost)
	return all
}

// ghostSessions are those that ended before their user did.
func (e *estate) ghostSessions(t *testing.T, admin *persona, ghost func(string, ...string)) {
	t.Helper()
	left := e.signIn(t, admin.email)
	if a := e.call(t, "DELETE", "/v1/session", "", left); a.status != 204 {
		t.Fatalf("sign out: got %s", a)
	}
	ghost("signed out", left)
	idOf := func(cookie string) string {
		var session struct{ ID string }
		e.call(t, "GET", "/v1/session", "", cookie).into(t, &session)
		return session.ID
	}
	revoked, expired, idle := e.signIn(t, admin.email), e.signIn(t, admin.email), e.signIn(t, admin.email)
	e.founds(t, "DELETE", "/v1/sessions/"+idOf(revoked), "", 204)
	ghost("revoked by another Admin", revoked)
	e.ledger.exec(t, `UPDATE signin_session SET expires_at = $1 WHERE id = $2`, time.Now().UnixMilli(), idOf(expired))
	ghost("past the session's life", expired)
	e.ledger.exec(t, `UPDATE signin_session SET seen_at = $1 - idle WHERE id = $2`, time.Now().UnixMilli(), idOf(idle))
	ghost("idle for too long", idle)
	before := e.signIn(t, admin.email)
	e.signIn(t, admin.email, before)
	ghost("with the cookie from before another sign-in", before)
	other := e.enlist(t, "admin", e.slug+" locksmith")
	second := e.signIn(t, other.email)
	if a := e.call(t, "PUT", "/v1/account/password", e.fill(t, `{"current":"{password}","password":"{password}"}`), second); a.status != 204 {
		t.Fatalf("change the password: got %s", a)
	}
	ghost("from before a new password", other.headers...)
}

// ghostUsers were Admins until somebody changed it.
func (e *estate) ghostUsers(t *testing.T, ghost func(string, ...string)) {
	t.Helper()
	deactivated, back, deleted := e.enlist(t, "admin", e.slug+" leaver"), e.enlist(t, "admin", e.slug+" returner"), e.enlist(t, "admin", e.slug+" gone")
	e.founds(t, "POST", "/v1/users/"+deactivated.user+"/deactivate", "", 200)
	ghost("deactivated", deactivated.headers...)
	e.founds(t, "POST", "/v1/users/"+back.user+"/deactivate", "", 200)
	e.founds(t, "POST", "/v1/users/"+back.user+"/reactivate", "", 200)
	ghost("deactivated and back", back.headers...)
	e.founds(t, "DELETE", "/v1/users/"+deleted.user, "", 204)
	ghost("deleted", deleted.headers...)
}

// ghostTokens worked once.
func (e *estate) ghostTokens(t *testing.T, ghost func(string, ...string)) {
	t.Helper()
	flags := []string{"--workspace", e.slug}
	revoked := e.application(t, e.slug+" revoked", "manage", flags...)
	token := e.tokenOf(t, revoked, "")
	body := fmt.Sprintf(`{"token":%q,"client_id":%q,"client_secret":%q}`, token, revoked.ClientID, revoked.ClientSecret)
	if a := e.call(t, "POST", "/v1/oauth/token/suspend", body); a.status != 200 {
		t.Fatalf("suspend: got %s", a)
	}
	ghost("with a revoked token", bearer(token))
	replaced := e.tokenOf(t, revoked, "")
	expired := e.tokenOf(t, revoked, "")
	ghost("with a replaced token", bearer(replaced))
	e.ledger.exec(t, `UPDATE oauth_token SET expires_at = $1 WHERE application = $2 AND revoked_at IS NULL`, time.Now().UnixMilli(), revoked.ID)
	ghost("with an expired token", bearer(expired))
	deleted := e.application(t, e.slug+" deleted", "manage", flags...)
	token = e.tokenOf(t, deleted, "")
	e.run(t, "admin", "--workspace", e.slug, "app", "delete", deleted.ID)
	ghost("with a token of a deleted application", bearer(token))
}

// want answers the status that the matrix says: 0 for who gets through.
func (p *persona) want(x errand) int {
	switch {
	case p.estate == nil:
		return http.StatusUnauthorized
	case x.second && !slices.Contains(p.gives, ownAccount):
		return http.StatusForbidden
	case slices.Contains(p.gives, x.need), x.mine && p.mayOwn:
		return 0
	case x.refusal != 0:
		return x.refusal
	}
	return http.StatusForbidden
}
