// SPDX-License-Identifier: Apache-2.0

//go:build unix

package door_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/scim"
)

// provider speaks to a directory as an identity provider does.
type provider struct {
	*house
	base, token string
}

// send sends a request; it must be answered with a status.
func (p provider) send(status int, method, path, body string) string {
	p.t.Helper()
	p.later.Add(int64(time.Second)) // so that the log has an order
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if response.StatusCode != status {
		p.t.Fatalf("%s %s: got %d %s, want %d", method, path, response.StatusCode, text, status)
	}
	return string(text)
}

func (p provider) hire(status int, name, more string) {
	p.t.Helper()
	p.send(status, "POST", "/Users", fmt.Sprintf(`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "%[1]s@example.com",
		"displayName": "%[1]s", "emails": [{"primary": true, "type": "work", "value": "%[1]s@example.com"}], "active": true%[2]s}`, name, more))
}

// link makes a directory and a link to its set-up.
func (h *house) link(provider scim.Provider, name string) (scim.Directory, string) {
	h.t.Helper()
	ctx := h.t.Context()
	w, err := h.Workspaces.Get(ctx, "")
	if err != nil {
		h.t.Fatal(err)
	}
	admin := caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	d, _, err := h.SCIM.CreateDirectory(ctx, admin, scim.NewDirectory{Name: name, Provider: provider})
	if err != nil {
		h.t.Fatal(err)
	}
	_, url, err := h.SCIM.MakeLink(ctx, admin, scim.NewLink{Directory: d.ID})
	if err != nil {
		h.t.Fatal(err)
	}
	return d, url
}

// ticked waits until a step is done.
func (p *tab) ticked(title string) {
	p.t.Helper()
	p.await(fmt.Sprintf(`[...document.querySelectorAll('.step.ticked')].some((step) => step.innerText.includes(%q))`, title))
}

// TestDirectorySetUp walks through the page as an administrator of Okta does who
// has nothing but the link.
func TestDirectorySetUp(t *testing.T) {
	p := launch(t).open()
	h := build(t)
	d, url := h.link(scim.Okta, "Okta")

	p.visit(h.base + "/directory-setup")
	p.see("This link does not work")
	p.visit(url)
	p.see("You need no account here.")
	if at := p.await("location.href"); at != h.base+"/directory-setup" {
		t.Errorf("the address bar shows %s: the link must leave it", at)
	}
	p.shoot("link")
	p.press("Open the set-up")
	p.see("Connect Okta")
	p.see("No request with a good token has come yet.")
	p.see("Nothing has come yet.")
	p.see(h.base + "/scim/v2/" + string(d.ID))
	p.shoot("begin")
	p.fits()

	p.press("Make a token")
	token := p.await(`document.querySelector('.fresh code')?.textContent`)
	p.see("Shown only now.")
	p.shoot("token")
	okta := provider{h, h.base + "/scim/v2/" + string(d.ID), token}
	bad := provider{h, okta.base, "mst_wrong"}
	bad.send(401, "GET", "/Users?startIndex=1&count=2", "")
	p.see("Wrong token")
	p.see("Okta came with a missing, wrong or dead token")
	p.see("Make a new token here and paste it at the provider")
	okta.send(200, "GET", "/Users?startIndex=1&count=2", "")
	p.ticked("Enter the base URL and the token")
	p.see("Active")
	p.await(`document.querySelector('#last-error').hidden ? 'gone' : ''`) // the wrong token has given way

	p.see("0000005ddeface0000000001")
	p.fill("#attribute", "userName")
	p.press("Save")
	p.see("Cannot be userName")
	p.fill("#attribute", "muster_roles")
	p.press("Save")
	p.see("Saved.")
	p.ticked("Name the attribute")
	p.shoot("roles")

	okta.hire(201, "ada", `, "muster_roles": "0000005ddeface0000000001"`)
	okta.hire(201, "grace", `, "muster_roles": "editor"`)
	okta.hire(409, "grace", "")
	okta.hire(201, "mallory", `, "muster_roles": "king"`)
	okta.send(201, "POST", "/Groups", `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Engineering", "members": []}`)
	p.ticked("Switch on creating, updating and deactivating")
	p.ticked("Assign people")
	p.ticked("Push groups")
	p.see("Okta created the user ada")
	p.see("There is a User with the userName")
	p.see("What to do")
	p.see("king")
	p.await(`document.querySelector('#users').textContent === '3' && document.querySelector('#groups').textContent === '1'`)
	p.press("Refused")
	p.await(`document.querySelectorAll('#log-list li').length === 2`)
	p.press("All")
	p.press("Run the self-test")
	p.await(`document.querySelectorAll('.checks li').length > 5 && !document.querySelector('.checks .failed')`)
	p.ticked("Test the connection")
	p.see("All set up")
	p.shoot("done")
	p.fits()

	p.visit(h.base + "/directory-setup") // later, in the same browser
	p.see("All set up")
	p.await(`document.body.textContent.includes('` + token[:10] + `') && !document.body.textContent.includes('` + token + `')`) // it is not shown again
	h.takeBack(d)
	p.see("This link does not work")
	p.visit(url)
	p.press("Open the set-up")
	p.see("This link does not work")
	for _, complaint := range p.complained() {
		t.Errorf("a page complained: %s", complaint)
	}
}

// takeBack takes the links of a directory back.
func (h *house) takeBack(d scim.Directory) {
	h.t.Helper()
	ctx := h.t.Context()
	admin := caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: d.Workspace}
	links, err := h.SCIM.Links(ctx, admin, d.ID)
	if err != nil || len(links) == 0 {
		h.t.Fatalf("no links: %v", err)
	}
	for _, l := range links {
		if err := h.SCIM.DropLink(ctx, admin, d.ID, l.ID); err != nil {
			h.t.Fatal(err)
		}
	}
}

// TestDirectoryOfAnAdmin connects Entra ID as an Admin who is signed in, and lets a
// client come for its token.
func TestDirectoryOfAnAdmin(t *testing.T) {
	p := launch(t).open()
	h := build(t)
	p.visit(h.setUpLink())
	p.fill("#email", email, "#name", "Ada Lovelace", "#password", password)
	p.press("Set up and sign in")
	p.see("Ada Lovelace")

	p.visit(h.base + "/directory-setup")
	p.see("Connect one")
	p.shoot("choose")
	p.await(`(document.querySelector('#provider').value = 'entra', document.querySelector('#provider').dispatchEvent(new Event('change')), true)`)
	p.await(`document.querySelector('#directory-name').value === 'Microsoft Entra ID'`)
	p.press("Connect")
	p.see("Connect Microsoft Entra ID")
	p.see("?aadOptscim062020")
	p.see("Shown only now.")
	p.press("Client credentials instead of a token")
	p.press("Make a client")
	p.see("The secret is shown only now.")
	p.shoot("client")
	p.fits()
	got := p.await(`(async () => {
		const [id, secret, url] = [...document.querySelectorAll('.inside details .fresh code')].map((at) => at.textContent);
		const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
		const { access_token } = await (await fetch(new URL(url).pathname, { method: 'POST', body })).json();
		const answer = await fetch(new URL(url).pathname.replace('/oauth/token', '/Users?count=1'), { headers: { Authorization: 'Bearer ' + access_token } });
		return access_token.slice(0, 4) + ' ' + answer.status;
	})()`)
	if got != "mat_ 200" {
		t.Errorf("the client got %s", got)
	}
	p.ticked("Enter the base URL and the token")
	p.visit(h.base + "/directory-setup")
	p.visit(p.await(`[...document.querySelectorAll('#directory-list a')].find((a) => a.textContent.startsWith('Microsoft Entra ID'))?.href`))
	p.see("1 of 4 steps done")
	for _, complaint := range p.complained() {
		t.Errorf("a page complained: %s", complaint)
	}
}
