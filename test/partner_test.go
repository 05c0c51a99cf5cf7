// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// enter makes a workspace with an Admin and answers the header of their session.
func (s *server) enter(t *testing.T, slug string) (cookie string) {
	t.Helper()
	s.newWorkspace(t, slug)
	var user struct{ ID string }
	s.admin(t, &user, "--workspace", slug, "user", "create", "--email", "ada@"+slug+".example", "--role", "admin")
	var link struct{ URL string }
	s.admin(t, &link, "--workspace", slug, "user", "invite", user.ID)
	return (&estate{server: s, slug: slug}).accept(t, link.URL)
}

// machine is a record of a partner's customer.
func machine(unique, name string) string {
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":%q,"externalUrl":"https://p.example","customProperties":{"active":true,"memory":8192}}`, unique, name)
}

// namesIn answers the names of the records in a list, sorted, but for those that are
// gone.
func namesIn(t *testing.T, a answer) (names []string) {
	t.Helper()
	var body struct {
		Resources []struct {
			DeletedAt   *string
			DisplayName string
		}
		Results struct {
			Data []struct{ DisplayName string }
		}
	}
	if a.into(t, &body); a.status != http.StatusOK {
		t.Fatalf("got %s", a)
	}
	for _, r := range body.Resources {
		if r.DeletedAt == nil {
			names = append(names, r.DisplayName)
		}
	}
	for _, r := range body.Results.Data {
		names = append(names, r.DisplayName)
	}
	slices.Sort(names)
	return names
}

// customer is a workspace that installed the partner's application.
type customer struct {
	cookie     string
	definition string // the installed one
	held       map[string]partnerTokens
	slug       string
}

// installedDefinition finds what the workspace has of the partner's definition.
func (c customer) installedDefinition(t *testing.T, s *server) string {
	t.Helper()
	var list struct {
		Results struct{ Data []struct{ ID string } }
	}
	if s.call(t, "GET", "/v1/definitions", "", c.cookie).into(t, &list); len(list.Results.Data) != 1 {
		t.Fatalf("%s has %d definitions, want one", c.slug, len(list.Results.Data))
	}
	return list.Results.Data[0].ID
}

// TestPartnersDataNeverMeets pushes by the hour for two sources of each of five
// workspaces, all with the same unique ids.
func TestPartnersDataNeverMeets(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	partner := partner{application: p.application(t, "Scanner", "build", "--distribution", "public", "--redirect-uri", partnerBack)}
	resource := p.definition(t, partner.application, "Machines")
	partner.server = p.serve(t, "--rate-oauth=0", "--rate-integration=0", "--rate-manage=0")
	s := partner.server
	var customers []*customer
	for i := range 5 {
		c := &customer{held: map[string]partnerTokens{}, slug: fmt.Sprintf("customer%d", i)}
		c.cookie = s.enter(t, c.slug)
		for _, source := range []string{"acct_1", "acct_2"} {
			c.held[source] = partner.connect(t, c.cookie, source)
		}
		c.definition = c.installedDefinition(t, s)
		customers = append(customers, c)
	}
	for hour := range 3 {
		for _, c := range customers {
			for source := range c.held {
				c.push(t, partner, resource, source, hour)
			}
		}
		for _, c := range customers {
			c.check(t, s, resource, hour, "acct_1", "acct_2")
		}
	}
	customers[0].disconnect(t, s, "acct_1")
	for i, c := range customers {
		if i == 0 {
			c.check(t, s, resource, 2, "acct_2")
			continue
		}
		c.check(t, s, resource, 2, "acct_1", "acct_2")
	}
	customers[0].held["acct_1"] = partner.connect(t, customers[0].cookie, "acct_1")
	customers[0].push(t, partner, resource, "acct_1", 2)
	customers[0].check(t, s, resource, 2, "acct_1", "acct_2")
	if got := s.call(t, "GET", "/v1/definitions", "", "Authorization: Bearer "+customers[0].held["acct_1"].Access); got.status != http.StatusForbidden {
		t.Errorf("a partner's token lists definitions: got %s", got)
	}
}

// push refreshes the tokens of a source, and pushes two machines, of which the second
// is another each hour.
func (c *customer) push(t *testing.T, p partner, resource, source string, hour int) {
	t.Helper()
	c.held[source] = p.renew(t, c.held[source])
	records := machine("m-1", c.slug+" "+source) + "," + machine(fmt.Sprintf("h-%d", hour), fmt.Sprintf("%s %s at %d", c.slug, source, hour))
	a := p.server.call(t, "PUT", "/v1/resources/custom_resource/sync_all", set(resource, records), bearer(c.held[source].Access))
	if a.status != http.StatusOK || strings.TrimSpace(a.text) != `{"success":true}` {
		t.Fatalf("push of %s %s: got %s", c.slug, source, a)
	}
}

// check holds what each source reads back, and what the workspace's people see,
// against what was pushed.
func (c *customer) check(t *testing.T, s *server, resource string, hour int, sources ...string) {
	t.Helper()
	var all []string
	for _, source := range sources {
		want := []string{c.slug + " " + source, fmt.Sprintf("%s %s at %d", c.slug, source, hour)}
		all = append(all, want...)
		got := namesIn(t, s.call(t, "GET", "/v1/resources/custom_resource/list_all?resourceId="+resource, "", bearer(c.held[source].Access)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s reads back for %s: -want +got:\n%s", c.slug, source, diff)
		}
	}
	slices.Sort(all)
	got := namesIn(t, s.call(t, "GET", "/v1/definitions/"+c.definition+"/records?pageSize=100", "", c.cookie))
	if diff := cmp.Diff(all, got); diff != "" {
		t.Errorf("%s sees: -want +got:\n%s", c.slug, diff)
	}
}

// disconnect ends a source as somebody of the workspace does.
func (c *customer) disconnect(t *testing.T, s *server, source string) {
	t.Helper()
	var apps, connections struct {
		Results struct{ Data []struct{ ID, Source string } }
	}
	s.call(t, "GET", "/v1/applications", "", c.cookie).into(t, &apps)
	path := "/v1/applications/" + apps.Results.Data[0].ID + "/connections"
	s.call(t, "GET", path, "", c.cookie).into(t, &connections)
	for _, n := range connections.Results.Data {
		if n.Source == source {
			path += "/" + n.ID
		}
	}
	if a := s.call(t, "DELETE", path, "", c.cookie); a.status != http.StatusNoContent {
		t.Fatalf("disconnect: got %s", a)
	}
	if a := s.call(t, "GET", "/v1/resources/custom_resource?resourceId=x", "", bearer(c.held[source].Access)); a.status != http.StatusUnauthorized {
		t.Errorf("a disconnected token: got %s", a)
	}
}

// TestGuideToPartners builds the program of docs/guide/partners.md, and lets a
// customer connect to it.
func TestGuideToPartners(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/guide/partners.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, found := strings.Cut(string(text), "\n```go\n")
	program, _, ended := strings.Cut(program, "\n```\n")
	if !found || !ended {
		t.Fatal("the guide has no program")
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(program+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(folder, "partner")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, filepath.Join(folder, "main.go")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := place{data: t.TempDir()}
	self := "http://" + freeAddress(t)
	app := p.application(t, "Acme Scanner", "build", "--distribution", "public", "--redirect-uri", "http://127.0.0.1:8123/callback")
	resource := p.plainDefinition(t, app, "Acme accounts", "UserAccount")
	s := p.serve(t)
	cookie := s.enter(t, "customer")
	file := filepath.Join(folder, "tokens.json")
	command := exec.CommandContext(t.Context(), binary)
	command.Env = []string{
		"MUSTER_URL=" + s.url, "CLIENT_ID=" + app.ClientID, "CLIENT_SECRET=" + app.ClientSecret, "RESOURCE_ID=" + resource,
		"PARTNER_URL=" + self, "PARTNER_FILE=" + file,
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	acme := &server{url: self}
	acme.listening(t)
	for _, account := range []string{"acct_1", "acct_2"} {
		sent := acme.call(t, "GET", "/connect?account="+account, "")
		u, err := url.Parse(sent.header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		back := s.allow(t, cookie, u.RequestURI())
		if a := acme.call(t, "GET", strings.TrimPrefix(back, self), ""); a.status != http.StatusOK || a.text != "connected\n" {
			t.Fatalf("callback: got %s", a)
		}
	}
	for range 2 {
		if a := acme.call(t, "POST", "/round", ""); a.status != http.StatusOK {
			t.Fatalf("round: got %s", a)
		}
	}
	definition := (customer{cookie: cookie, slug: "customer"}).installedDefinition(t, s)
	got := namesIn(t, s.call(t, "GET", "/v1/definitions/"+definition+"/records", "", cookie))
	if diff := cmp.Diff([]string{"acct_1 owner", "acct_2 owner"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var kept map[string]string
	if text, err := os.ReadFile(file); err != nil || json.Unmarshal(text, &kept) != nil || len(kept) != 2 {
		t.Errorf("got %v, %v", kept, err)
	}
}

// listening waits until somebody listens at the server's address.
func (s *server) listening(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; runtime.Gosched() {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// freeAddress answers an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// TestWhatPartnersPushIsJudged has a test of one's own and the built-in ones look at the
// records of two sources as at one set, until a source is disconnected.
func TestWhatPartnersPushIsJudged(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	partner := partner{application: p.application(t, "Scanner", "build", "--distribution", "public", "--redirect-uri", partnerBack)}
	machines, accounts := p.definition(t, partner.application, "Machines"), p.plainDefinition(t, partner.application, "Accounts", "UserAccount")
	partner.server = p.serve(t)
	s := partner.server
	c := &customer{held: map[string]partnerTokens{}, slug: "customer"}
	c.cookie = s.enter(t, c.slug)
	for i, source := range []string{"acct_1", "acct_2"} {
		c.held[source] = partner.connect(t, c.cookie, source)
		small := strings.Replace(machine("m-1", source), "8192", []string{"8192", "1"}[i], 1)
		for path, body := range map[string]string{"custom_resource": set(machines, small), "user_account": set(accounts, loginElement("a-1", i == 0))} {
			if a := s.call(t, "PUT", "/v1/resources/"+path+"/sync_all", body, bearer(c.held[source].Access)); a.status != http.StatusOK {
				t.Fatalf("push of %s: got %s", source, a)
			}
		}
	}
	own := strings.NewReplacer("Inventory", "Scanner", `"Server"`, `"Machines"`).Replace(sizedTest)
	if a := s.call(t, "POST", "/v1/tests", own, c.cookie); a.status != http.StatusCreated {
		t.Fatalf("a test of one's own: got %s", a)
	}
	failing := func(test string) []string {
		return namesIn(t, s.call(t, "GET", "/v1/tests/"+test+"/entities?entityStatus=FAILING", "", c.cookie))
	}
	mfa := c.builtIn(t, s, "multi-factor")
	if got, want := [2]int{len(failing("sized")), len(failing(mfa))}, [2]int{1, 1}; got != want {
		t.Errorf("got %v failing records under the two tests, want %v", got, want)
	}
	c.disconnect(t, s, "acct_2")
	if got, want := [2]int{len(failing("sized")), len(failing(mfa))}, [2]int{0, 0}; got != want {
		t.Errorf("of what is connected, got %v failing records, want %v", got, want)
	}
}

// builtIn answers the id of the one built-in test with a word in its name.
func (c customer) builtIn(t *testing.T, s *server, word string) (id string) {
	t.Helper()
	var list struct {
		Results struct{ Data []struct{ ID, Name string } }
	}
	s.call(t, "GET", "/v1/tests?pageSize=100", "", c.cookie).into(t, &list)
	for _, one := range list.Results.Data {
		if strings.Contains(one.Name, word) {
			if id != "" {
				t.Errorf("%s is there twice: it is of the definition, not of a source", one.Name)
			}
			id = one.ID
		}
	}
	if id == "" {
		t.Fatalf("no built-in test has %s in its name: got %v", word, list)
	}
	return id
}
