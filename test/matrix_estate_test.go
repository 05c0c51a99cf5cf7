// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
)

// estate is a workspace with one of everything. Every name and e-mail in it
// begins with its slug, so that an answer shows what it tells of it.
type estate struct {
	*server

	founder string            // cookie of an Admin whom no walk uses
	ledger  *ledger           // the database behind the server
	made    int               // counts what must have another name each time
	number  int64             // of the workspace in rows
	slug    string            //
	values  map[string]string // what {names} stand for
}

const (
	cookieName     = "muster" // of the session, over plain HTTP
	estatePassword = "seven quiet otters"
)

// newEstate makes a workspace by the command line and furnishes it by the API.
func newEstate(t *testing.T, s *server, l *ledger, slug string) *estate {
	t.Helper()
	p := s.newWorkspace(t, slug)
	e := &estate{ledger: l, server: s, slug: slug, values: map[string]string{
		"application": slug + " inventory", "definition": slug + " servers", "password": estatePassword, "slug": slug,
		"type": "custom_resource", "workspaceId": p,
	}}
	e.number = l.number(t, p)
	var founder struct{ ID string }
	s.admin(t, &founder, "--workspace", slug, "user", "create", "--email", "founder@"+slug+".example", "--name", slug+" founder", "--role", "admin")
	var link struct{ URL string }
	s.admin(t, &link, "--workspace", slug, "user", "invite", founder.ID)
	e.founder = e.accept(t, link.URL)
	e.values["founderId"], e.values["subscriberId"] = founder.ID, founder.ID
	e.furnishPushed(t)
	e.furnishPeople(t)
	maps.Copy(e.values, freshDirectory(t, e, nil))
	e.furnishUsers(t)
	e.furnishWebhooks(t)
	return e
}

// furnishPushed makes what applications bring, and a test on it.
func (e *estate) furnishPushed(t *testing.T) {
	t.Helper()
	flags := []string{"--workspace", e.slug}
	app := e.application(t, e.values["application"], "build", flags...)
	e.values["applicationId"], e.values["integrationId"], e.values["resourceKind"] = app.ID, app.ID, url.PathEscape(e.values["definition"])
	e.values["clientId"], e.values["resourceId"] = app.ClientID, e.definition(t, app, e.values["definition"], flags...)
	e.values["token"] = e.server.token(t, app)
	e.values["servers"] = strings.ReplaceAll(goodServer+","+weakServer, "srv", e.slug)
	var put struct{ Sync struct{ ID string } }
	a := e.call(t, "PUT", "/v1/resources/custom_resource", e.fill(t, `{"resourceId":"{resourceId}","resources":[{servers},`+badServer+`]}`), bearer(e.values["token"]))
	a.into(t, &put)
	if a.status != 200 || put.Sync.ID == "" {
		t.Fatalf("push: got %s", a)
	}
	e.values["syncId"] = put.Sync.ID
	var records struct {
		Results struct{ Data []struct{ ID string } }
	}
	e.founds(t, "GET", "/v1/definitions/"+e.values["resourceId"]+"/records", "", 200).into(t, &records)
	e.values["recordId"], e.values["tokenId"] = records.Results.Data[0].ID, freshToken(t, e, nil)["tokenId"]
	e.values["vaultId"] = e.definition(t, app, e.slug+" vault", flags...)
	if a := e.call(t, "PUT", "/v1/resources/custom_resource", set(e.values["vaultId"], weakServer), bearer(e.values["token"])); a.status != 200 {
		t.Fatalf("push: got %s", a)
	}
	e.values["connectionId"] = freshConnection(t, e, nil)["connectionId"]
	maps.Copy(e.values, freshTest(t, e, nil))
	maps.Copy(e.values, freshSLA(t, e, nil))
	maps.Copy(e.values, freshScope(t, e, nil))
	e.values["remediationId"] = freshRemediation(t, e, nil)["remediationId"]
	maps.Copy(e.values, freshMapping(t, e, nil))
	filed := freshUpload(t, e, nil)
	maps.Copy(e.values, filed)
	e.founds(t, "POST", "/v1/controls/"+e.values["controlId"]+"/add-document-to-control", `{"documentId":"`+filed["documentId"]+`"}`, 200)
	e.values["exceptionId"] = freshAttached(t, e, nil)["exceptionId"]
	e.furnishAccess(t, app)
}

func (e *estate) furnishPeople(t *testing.T) {
	t.Helper()
	maps.Copy(e.values, freshMember(t, e, nil))
	maps.Copy(e.values, freshProvider(t, e, nil))
	maps.Copy(e.values, freshRole(t, e, nil))
	e.furnishPolicies(t)
	maps.Copy(e.values, freshChannel(t, e, nil))
}

// furnishUsers makes the resident, whose things are nobody else's.
func (e *estate) furnishUsers(t *testing.T) {
	t.Helper()
	resident := e.enlist(t, "employee", e.slug+" resident")
	e.values["userId"] = resident.user
	var session struct{ ID string }
	resident.ask(t, "GET", "/v1/session", "").into(t, &session)
	e.values["sessionId"] = session.ID
	maps.Copy(e.values, ownPasskey(t, e, resident))
	e.ledger.identity(t, e, e.values["providerId"], resident.user)
	var events struct {
		Results struct{ Data []struct{ ID string } }
	}
	e.call(t, "GET", "/v1/event-logs", "", e.founder).into(t, &events)
	if len(events.Results.Data) == 0 {
		t.Fatal("there is no event")
	}
	e.values["eventId"] = events.Results.Data[0].ID
}

// accept takes an invitation up and answers the cookie's header.
func (e *estate) accept(t *testing.T, link string) string {
	t.Helper()
	_, token, _ := strings.Cut(link, "#")
	return cookieIn(t, e.call(t, "POST", "/v1/invitations/accept", fmt.Sprintf(`{"token":%q,"password":%q}`, token, estatePassword)))
}

// cookieIn answers the header that sends a new session's cookie back.
func cookieIn(t *testing.T, a answer) string {
	t.Helper()
	value, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if a.status >= 300 || !strings.HasPrefix(value, cookieName+"=") {
		t.Fatalf("got %s with %v, want a session", a, a.header)
	}
	return "Cookie: " + value
}

// enlist makes a user who is signed in.
func (e *estate) enlist(t *testing.T, role, name string) *persona {
	t.Helper()
	email := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@" + e.slug + ".example"
	user := e.create(t, "/v1/users", fmt.Sprintf(`{"email":%q,"name":%q,"role":%q}`, email, name, role))
	var link struct{ URL string }
	e.founds(t, "POST", "/v1/users/"+user+"/invitation", "", 201).into(t, &link)
	return &persona{email: email, estate: e, headers: []string{e.accept(t, link.URL)}, name: name, user: user}
}

// signIn opens another session of a user.
func (e *estate) signIn(t *testing.T, email string, header ...string) string {
	t.Helper()
	body := fmt.Sprintf(`{"workspace":%q,"email":%q,"password":%q}`, e.slug, email, estatePassword)
	return cookieIn(t, e.call(t, "POST", "/v1/session", body, header...))
}

// founds is a call of the founder that must come to a status.
func (e *estate) founds(t *testing.T, method, path, body string, status int) answer {
	t.Helper()
	a := e.call(t, method, path, body, e.founder, "Content-Type: application/json")
	if a.status != status {
		t.Fatalf("%s %s: got %s, want %d", method, path, a, status)
	}
	return a
}

// create makes an object and answers its id.
func (e *estate) create(t *testing.T, path, body string) string {
	t.Helper()
	var made struct{ ID string }
	e.founds(t, "POST", path, e.fill(t, body), 201).into(t, &made)
	return made.ID
}

// fill puts values into a path, query or body; {n} is new each time.
func (e *estate) fill(t *testing.T, text string, more ...map[string]string) string {
	t.Helper()
	e.made++
	values := maps.Clone(e.values)
	values["n"] = fmt.Sprint(e.made)
	for _, some := range more {
		maps.Copy(values, some)
	}
	pairs := []string{}
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// fresh makes what a call uses up, for who is to use it up.
type fresh func(t *testing.T, e *estate, p *persona) map[string]string

func freshPerson(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"personId": e.create(t, "/v1/people", `{"emailAddress":"person{n}@{slug}.example","name":{"first":"{slug}","last":"Person"}}`)}
}

func freshGroup(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"groupId": e.create(t, "/v1/groups", `{"name":"{slug} staff {n}"}`)}
}

func freshMember(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshPerson(t, e, p)
	maps.Copy(values, freshGroup(t, e, p))
	e.founds(t, "POST", "/v1/groups/"+values["groupId"]+"/people", `{"id":"`+values["personId"]+`"}`, 200)
	return values
}

func freshUser(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"userId": e.create(t, "/v1/users", `{"email":"user{n}@{slug}.example","name":"{slug} user","role":"employee"}`)}
}

func freshDeactivated(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshUser(t, e, p)
	e.founds(t, "POST", "/v1/users/"+values["userId"]+"/deactivate", "", 200)
	return values
}

func freshRole(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"roleId": e.create(t, "/v1/roles", `{"name":"{slug} watcher {n}","areas":{"tests":"view"}}`)}
}

func freshProvider(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"providerId": e.create(t, "/v1/sso/providers",
		`{"kind":"oidc","name":"{slug} door {n}","oidc":{"issuer":"https://127.0.0.1:9","clientId":"{slug}"}}`)}
}

func freshIdentity(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshProvider(t, e, p)
	maps.Copy(values, freshUser(t, e, p))
	e.ledger.identity(t, e, values["providerId"], values["userId"])
	return values
}

func freshTest(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	test := e.create(t, "/v1/tests", testBody)
	var entities struct {
		Results struct{ Data []struct{ ID string } }
	}
	e.founds(t, "GET", "/v1/tests/"+test+"/entities", "", 200).into(t, &entities)
	if len(entities.Results.Data) == 0 {
		t.Fatal("no record fails the test")
	}
	return map[string]string{"testId": test, "entityId": entities.Results.Data[0].ID}
}

func freshException(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshTest(t, e, p)
	e.founds(t, "POST", "/v1/tests/"+values["testId"]+"/entities/"+values["entityId"]+"/deactivate", `{"deactivateReason":"for now"}`, 202)
	return values
}

// freshExemption is an exception by a condition.
func freshExemption(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshTest(t, e, p)
	values["exceptionId"] = e.create(t, "/v1/exceptions", strings.ReplaceAll(exceptionBody, "{testId}", values["testId"]))
	return values
}

// freshAttached is an exception with a file.
func freshAttached(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshExemption(t, e, p)
	a := e.call(t, "PUT", "/v1/exceptions/"+values["exceptionId"]+"/file?name=a.txt", e.slug+" file", e.founder, "Content-Type: application/octet-stream")
	if a.status != 200 {
		t.Fatalf("attach: got %s", a)
	}
	return values
}

// freshRequest is an exception that waits for approval.
func freshRequest(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	e.founds(t, "PATCH", "/v1/exception-settings", `{"approval":"anyone"}`, 200)
	values := freshExemption(t, e, p)
	e.founds(t, "PATCH", "/v1/exception-settings", `{"approval":"none"}`, 200)
	return values
}

func freshSubscribed(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshTest(t, e, p)
	e.founds(t, "PUT", "/v1/tests/"+values["testId"]+"/subscribers/"+e.values["subscriberId"], "", 200)
	return values
}

// freshRemediation makes a test whose failures are due some time.
func freshRemediation(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshTest(t, e, p)
	e.founds(t, "PATCH", "/v1/tests/"+values["testId"], `{"sla":"computers"}`, 200)
	var list struct {
		Results struct{ Data []struct{ ID string } }
	}
	e.founds(t, "GET", "/v1/remediations?testId="+values["testId"], "", 200).into(t, &list)
	if len(list.Results.Data) == 0 {
		t.Fatal("nothing is due")
	}
	values["remediationId"] = list.Results.Data[0].ID
	return values
}

// scopeBody is a scope of some of the servers.
const scopeBody = `{"name":"{slug} scope {n}","filters":[{"resource":"{resourceId}","where":{"field":"active","op":"equals","value":true}}]}`

func freshScope(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"scopeId": e.create(t, "/v1/scopes", scopeBody)}
}

func freshSLA(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"slaId": e.create(t, "/v1/slas", `{"name":"{slug} SLA {n}","deadline":{"days":1}}`)}
}

func ownPasskey(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	return map[string]string{"passkeyId": e.ledger.passkey(t, e, p.user)}
}

// ownSession opens another session of the same user.
func ownSession(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	var session struct{ ID string }
	e.call(t, "GET", "/v1/session", "", e.signIn(t, p.email)).into(t, &session)
	return map[string]string{"sessionId": session.ID}
}

// othersSession opens another session of the resident.
func othersSession(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return ownSession(t, e, &persona{email: e.slug + ".resident@" + e.slug + ".example"})
}

func freshControl(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"controlId": e.create(t, "/v1/controls", controlBody)}
}

// freshFramework makes one with a requirement; its id is a slug, and the
// workspace's own.
func freshFramework(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	id := e.create(t, "/v1/frameworks", `{"slug":"{slug}-framework-{n}","name":"{slug} framework","categories":[{"ref":"A","name":"{slug} category",
		"requirements":[{"ref":"R-1","name":"{slug} requirement"}]}]}`)
	return map[string]string{"frameworkId": id, "requirementId": "R-1"}
}

// freshMapping makes a control that helps to meet a requirement, with a test.
func freshMapping(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshControl(t, e, p)
	maps.Copy(values, freshFramework(t, e, p))
	maps.Copy(values, freshTest(t, e, p))
	e.founds(t, "POST", "/v1/frameworks/"+values["frameworkId"]+"/requirements/R-1/controls", `{"controlId":"`+values["controlId"]+`"}`, 200)
	e.founds(t, "POST", "/v1/controls/"+values["controlId"]+"/add-test-to-control", `{"testId":"`+values["testId"]+`"}`, 200)
	return values
}
