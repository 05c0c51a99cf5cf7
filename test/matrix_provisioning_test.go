// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// provisioningErrands are the set-up of directories, and what holders of links
// reach of it.
func provisioningErrands() []errand {
	const one = " /v1/directories/{directoryId}"
	return []errand{
		{route: "GET /v1/directories", need: readSettings, status: 200},
		{route: "POST /v1/directories", body: `{"name":"{slug} made {n}","provider":"okta"}`, need: manageProvisioning, status: 201},
		{route: "GET" + one, need: readSettings, status: 200},
		{route: "PATCH" + one, body: `{"name":"{slug} renamed {n}"}`, need: manageProvisioning, status: 200, fresh: freshDirectory},
		{route: "DELETE" + one, need: manageProvisioning, status: 200, fresh: freshDirectory},
		{route: "POST" + one + "/tokens", body: `{}`, need: manageProvisioning, status: 201, fresh: freshDirectory},
		{route: "DELETE" + one + "/tokens/{tokenId}", need: manageProvisioning, status: 204, fresh: freshDirectory},
		{route: "GET" + one + "/clients", need: readSettings, status: 200},
		{route: "POST" + one + "/clients", body: `{"name":"{slug} client {n}"}`, need: manageProvisioning, status: 201, fresh: freshDirectory},
		{route: "DELETE" + one + "/clients/{clientId}", need: manageProvisioning, status: 204, fresh: freshDirectory},
		{route: "PUT" + one + "/clients/{clientId}/keys", body: `{}`, need: manageProvisioning, status: 200, fresh: freshDirectory},
		{route: "POST" + one + "/clients/{clientId}/secrets", body: `{}`, need: manageProvisioning, status: 201, fresh: freshDirectory},
		{route: "DELETE" + one + "/clients/{clientId}/secrets/{secretId}", need: manageProvisioning, status: 204, fresh: freshDirectory},
		{route: "GET" + one + "/mapping", need: readSettings, status: 200},
		{route: "PUT" + one + "/mapping", body: `{"mapping":[{"groupId":"{pushedId}","role":"auditor"}]}`, need: manageProvisioning, status: 200, fresh: freshDirectory},
		{route: "GET" + one + "/warnings", need: readSettings, status: 200},
		{route: "DELETE" + one + "/warnings/{warningId}", need: manageProvisioning, status: 204, fresh: freshDirectory},
		{route: "POST" + one + "/self-test", need: manageProvisioning, status: 200, fresh: freshDirectory},
		{route: "POST" + one + "/simulate", body: `{"user":"{heldId}"}`, need: readSettings, status: 200, calm: true},
		{route: "POST" + one + "/simulate", body: `{"suppose":{"values":["editor"]}}`, need: readSettings, status: 200, calm: true},
		{route: "GET" + one + "/requests", need: readSettings, status: 200},
		{route: "GET" + one + "/requests/export", need: readSettings, status: 200},
		{route: "GET" + one + "/requests/{requestId}", need: readSettings, status: 200},
		{route: "POST" + one + "/requests/{requestId}/replay", need: manageProvisioning, status: 200, fresh: freshDirectory},
		{route: "GET" + one + "/users/{userId}/timeline", need: readSettings, status: 200, held: true},
		{route: "POST" + one + "/users/{userId}/adopt", need: manageProvisioning, status: 204, held: true, fresh: freshLocal},
		{route: "POST" + one + "/link", need: manageProvisioning, status: 201, fresh: freshDirectory},
		{route: "GET" + one + "/links", need: readSettings, status: 200},
		{route: "DELETE" + one + "/links/{linkId}", need: manageProvisioning, status: 204, fresh: freshDirectory},

		// For everybody, by the secret of a link; those who have one are in holders.
		{route: "POST /v1/setup-links/open", body: `{"link":"madeup"}`, need: anyone, status: 404},
		{route: "GET /v1/setup-links/directory", need: anyone, status: 401},
		{route: "GET /v1/setup-links/requests", need: anyone, status: 401},
		{route: "PUT /v1/setup-links/attribute", body: `{"roleAttribute":"x"}`, need: anyone, status: 401},
		{route: "POST /v1/setup-links/clients", body: `{}`, need: anyone, status: 401},
		{route: "POST /v1/setup-links/self-test", need: anyone, status: 401},
		{route: "POST /v1/setup-links/tokens", body: `{}`, need: anyone, status: 401},
	}
}

const (
	heldUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{who}@{slug}.example","displayName":"{slug} hired",` +
		`"emails":[{"primary":true,"type":"work","value":"{who}@{slug}.example"}],"active":true}`
	pushedGroup = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{slug} pushed {n}",` +
		`"members":[{"value":"{heldId}"},{"value":"{slug}-nobody-{n}"}]}` // the second is nobody: a warning
)

// provide is a request of the provider of a directory and answers the id of what
// it made.
func (e *estate) provide(t *testing.T, d map[string]string, path, body string, status int) string {
	t.Helper()
	var made struct{ ID string }
	a := e.call(t, "POST", d["scimPath"]+path, e.fill(t, body, d), bearer(d["scimToken"]), "Content-Type: application/scim+json")
	if a.status != status {
		t.Fatalf("the provider: POST %s: got %s, want %d", path, a, status)
	}
	if status == 201 {
		a.into(t, &made)
	}
	return made.ID
}

// freshDirectory makes a directory with one of everything.
func freshDirectory(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	var made struct{ ID, BaseURL, Token string }
	e.founds(t, "POST", "/v1/directories", e.fill(t, `{"name":"{slug} directory {n}","provider":"generic"}`), 201).into(t, &made)
	_, path, _ := strings.Cut(made.BaseURL, "/scim/")
	d := map[string]string{"directoryId": made.ID, "scimPath": "/scim/" + path, "scimToken": made.Token, "who": e.fill(t, "hired{n}")}
	d["heldId"] = e.provide(t, d, "/Users", heldUser, 201)
	e.provide(t, d, "/Users", heldUser, 409) // what can be repeated
	d["pushedId"] = e.provide(t, d, "/Groups", pushedGroup, 201)
	one := "/v1/directories/" + made.ID
	e.founds(t, "PUT", one+"/mapping", e.fill(t, `{"mapping":[{"groupId":"{pushedId}","role":"employee"}]}`, d), 200)
	var link struct{ ID, URL string }
	e.founds(t, "POST", one+"/link", "", 201).into(t, &link)
	_, secret, _ := strings.Cut(link.URL, "#")
	d["linkId"], d["link"] = link.ID, secret
	var client struct {
		ClientID string
		Secrets  []struct{ ID string }
	}
	e.founds(t, "POST", one+"/clients", `{}`, 201).into(t, &client)
	d["clientId"], d["secretId"] = client.ClientID, client.Secrets[0].ID
	maps.Copy(d, e.lookAt(t, one))
	return d
}

// lookAt answers the ids of what a directory shows.
func (e *estate) lookAt(t *testing.T, one string) map[string]string {
	t.Helper()
	var shown struct{ Tokens, Warnings []struct{ ID string } }
	e.founds(t, "GET", one, "", 200).into(t, &shown)
	var log struct {
		Results struct{ Data []struct{ ID string } }
	}
	e.founds(t, "GET", one+"/requests?status=409", "", 200).into(t, &log)
	if len(shown.Tokens) == 0 || len(shown.Warnings) == 0 || len(log.Results.Data) == 0 {
		t.Fatalf("%s lacks something: %+v, refused %+v", one, shown, log)
	}
	return map[string]string{"requestId": log.Results.Data[0].ID, "tokenId": shown.Tokens[0].ID, "warningId": shown.Warnings[0].ID}
}

// freshLocal makes a user of a directory whose account was made by hand and is in
// use; one that nobody has used yet is taken over without being asked.
func freshLocal(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	d := freshDirectory(t, e, p)
	d["who"] = e.slug + "." + e.fill(t, "local{n}")
	e.enlist(t, "employee", strings.ReplaceAll(d["who"], ".", " "))
	d["heldId"] = e.provide(t, d, "/Users", heldUser, 201)
	return d
}

// openLink opens the link of a directory and answers the header of its holder.
func (e *estate) openLink(t *testing.T, d map[string]string) string {
	t.Helper()
	var opened struct{ Secret string }
	a := e.call(t, "POST", "/v1/setup-links/open", fmt.Sprintf(`{"link":%q}`, d["link"]))
	if a.into(t, &opened); a.status != 200 || opened.Secret == "" {
		t.Fatalf("open the link: got %s", a)
	}
	return "Muster-Link: " + opened.Secret
}

// ghostProviders have what is good for one directory, and for nothing else.
func (e *estate) ghostProviders(t *testing.T, ghost func(string, ...string)) {
	t.Helper()
	d := freshDirectory(t, e, nil)
	holder := e.openLink(t, d)
	_, secret, _ := strings.Cut(holder, ": ")
	ghost("with the token of a provider", bearer(d["scimToken"]))
	ghost("with a link", holder)
	ghost("with a link as a cookie", "Cookie: muster-link="+secret+"; "+cookieName+"="+secret)
	ghost("with a link as a token", bearer(secret))
}

// holders checks that who opened a link reaches that directory, by it only once,
// and nothing when it is taken back.
func (w *walk) holders(t *testing.T) {
	d := freshDirectory(t, w.here, nil)
	holder := w.here.openLink(t, d)
	_, secret, _ := strings.Cut(holder, ": ")
	if a := w.call(t, "POST", "/v1/setup-links/open", fmt.Sprintf(`{"link":%q}`, d["link"])); a.status != 404 {
		t.Errorf("a link for the second time: got %s, want 404", brief(a))
	}
	reach := func(name, header string, ok bool) {
		for _, x := range w.errands {
			if !strings.Contains(x.route, " /v1/setup-links/") || x.status != 401 {
				continue
			}
			a, said := w.send(t, x, []string{header})
			if ok != (a.status < 300) || !ok && a.status != 401 {
				t.Errorf("%s: %s: got %s, reaches it: %v", name, x.route, brief(a), ok)
			}
			w.keeps(t, w.there, x, said, a)
			method, path, _ := strings.Cut(x.route, " ")
			if err := w.document.check(method, path, a); err != nil {
				t.Errorf("%s answers what the document does not say: %v\n%s", x.route, err, brief(a))
			}
			if other := w.here.values["directoryId"]; strings.Contains(a.text, other) {
				t.Errorf("%s: %s tells of the directory %s: %s", name, x.route, other, brief(a))
			}
		}
	}
	reach("with the header", holder, true)
	reach("with the cookie", "Cookie: muster-link="+secret, true)
	reach("with the cookie of HTTPS", "Cookie: __Host-muster-link="+secret, false)
	reach("with the link itself", "Muster-Link: "+d["link"], false)
	w.here.founds(t, "DELETE", "/v1/directories/"+d["directoryId"]+"/links/"+d["linkId"], "", 204)
	reach("after it was taken back", holder, false)
}
