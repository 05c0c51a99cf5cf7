// SPDX-License-Identifier: Apache-2.0

package test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

func connectionErrands() []errand {
	const connections = "/v1/applications/{applicationId}/connections"
	return []errand{
		{route: "GET " + connections, need: readApplications, status: 200},
		{route: "DELETE " + connections + "/{connectionId}", need: writeApplications, status: 204, fresh: freshConnection},
		{route: "GET /v1/applications/{applicationId}/installations", need: readApplications, status: 200},
	}
}

// partner is a public application, ready to ask for consent.
type partner struct {
	application
	server *server
}

// partnerBack is where a partner's customers are sent back to; nobody is there.
const partnerBack = "http://127.0.0.1:9/back"

var consentField = regexp.MustCompile(`name="request" value="([^"]+)"`)

// consent lets a browser allow the partner a source, and answers the code.
func (p partner) consent(t testing.TB, cookie, source string) string {
	t.Helper()
	query := url.Values{
		"client_id": {p.ClientID}, "redirect_uri": {partnerBack}, "response_type": {"code"}, "source_id": {source}, "state": {"st"},
	}
	back, err := url.Parse(p.server.allow(t, cookie, "/oauth/authorize?"+query.Encode()))
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("allow: got %s, %v", back, err)
	}
	return back.Query().Get("code")
}

// allow opens the page that asks for consent, presses Allow, and answers where the
// browser goes next.
func (s *server) allow(t testing.TB, cookie, path string) string {
	t.Helper()
	page := s.call(t, "GET", path, "", cookie)
	found := consentField.FindStringSubmatch(page.text)
	if page.status != http.StatusOK || found == nil {
		t.Fatalf("consent: got %s", page)
	}
	form := url.Values{"decision": {"allow"}, "request": {html.UnescapeString(found[1])}}
	a := s.call(t, "POST", "/oauth/authorize", form.Encode(), cookie, "Content-Type: application/x-www-form-urlencoded")
	if a.status != http.StatusSeeOther {
		t.Fatalf("allow: got %s", a)
	}
	return a.header.Get("Location")
}

// partnerTokens are what a partner holds for a source.
type partnerTokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (p partner) ask(t testing.TB, values url.Values) (held partnerTokens) {
	t.Helper()
	values.Set("client_id", p.ClientID)
	values.Set("client_secret", p.ClientSecret)
	a := p.server.call(t, "POST", "/oauth/token", values.Encode(), "Content-Type: application/x-www-form-urlencoded")
	if a.into(t, &held); a.status != http.StatusOK || held.Access == "" || held.Refresh == "" {
		t.Fatalf("tokens: got %s", a)
	}
	return held
}

// connect is consent with the tokens that follow.
func (p partner) connect(t testing.TB, cookie, source string) partnerTokens {
	t.Helper()
	return p.ask(t, url.Values{
		"code": {p.consent(t, cookie, source)}, "grant_type": {"authorization_code"}, "redirect_uri": {partnerBack}, "source_id": {source},
	})
}

// renew trades a refresh token for new tokens.
func (p partner) renew(t testing.TB, held partnerTokens) partnerTokens {
	t.Helper()
	return p.ask(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {held.Refresh}})
}

// freshConnection connects a source of a public application of the same workspace.
func freshConnection(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	p := partner{server: e.server}
	e.founds(t, "POST", "/v1/applications", e.fill(t, `{"name":"{slug} partner {n}","distribution":"public","redirectUris":["`+partnerBack+`"]}`), 201).into(t, &p.application)
	e.founds(t, "POST", "/v1/applications/"+p.ID+"/secret", "", 201).into(t, &p.application)
	p.connect(t, e.founder, e.fill(t, "{slug} source"))
	var installed, connections struct {
		Results struct {
			Data []struct {
				ID        string
				Publisher *string
			}
		}
	}
	e.founds(t, "GET", "/v1/applications?pageSize=100", "", 200).into(t, &installed)
	values := map[string]string{}
	for _, app := range installed.Results.Data {
		if app.Publisher != nil {
			values["applicationId"] = app.ID // the newest stands last
		}
	}
	e.founds(t, "GET", "/v1/applications/"+values["applicationId"]+"/connections", "", 200).into(t, &connections)
	if len(connections.Results.Data) != 1 {
		t.Fatalf("got %d connections, want one", len(connections.Results.Data))
	}
	values["connectionId"] = connections.Results.Data[0].ID
	return values
}
